use askama::Template;
use kernel::{Id, Problem};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::i18n::Label;
use platform::rulebook;

use super::super::choose::{AskFor, choose};
use super::super::edit;
use super::super::model::{Effect, Script, ScriptBook, Subject};
use crate::editing::Place;

use super::super::say::{Title, Tongue, Words, say};

/// The call as the agent will see it, with a made-up customer.
#[derive(Template)]
#[template(path = "scripts/pages/preview.html")]
pub struct Preview {
    pub ui: Ui,
    pub opening: String,
    pub moment: String,
    pub closing: String,
    pub asked: Vec<Line>,
    pub from: usize,
    pub to: usize,
    pub count: usize,
}

pub struct Line {
    pub text: String,
    pub must: bool,
    pub branch: bool,
    pub options: Vec<(String, String, Effect)>,
    pub sorry: Vec<String>,
}

/// POST /scripts/preview: of the form as it stands, unsaved.
pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let place = Place::of(&desk, &fields)?;
    let now = rulebook::current::<ScriptBook>(&mut desk.reads(), desk.scope().group, place.reading).await?;
    let mut script = now.body.script(fields.get("script")).ok_or(Problem::NotFound)?.clone();
    edit::apply(&mut script, &fields);
    desk.fragment(&previewed(&desk, &script))
}

/// A made-up customer.
pub fn sample_words(ui: &Ui, desk: &Desk, event: Subject, items: &str) -> Words {
    Words {
        customer: ui.t("scripts-sample-customer").into_owned(),
        title: Some(Title::Mr),
        store: ui.store_name().to_owned(),
        agent: ui.user_name().to_owned(),
        agent_no: desk.who().agent_number.clone().unwrap_or_default(),
        date: ui.today(),
        items: items.to_owned(),
        subject: Some(event),
        ..Words::default()
    }
}

pub fn previewed(desk: &Desk, script: &Script) -> Preview {
    let ui = desk.ui();
    let items = match script.event {
        Subject::Delivery => ui.t("scripts-sample-model"),
        Subject::RepairOrder | Subject::Case => ui.t("scripts-sample-items"),
    };
    let words = sample_words(&ui, desk, script.event, &items);
    let line = |l| ui.label(&Label { zh: say(l, &words, Tongue::Zh), en: None });
    let chosen = choose(&[AskFor { task: Id::new(1), script, vehicle: None, fleet: false }], 3);
    let asked = chosen.asked.iter().map(|a| Line {
        text: line(&a.question.text),
        must: a.question.must_ask,
        branch: a.show_if.is_some(),
        options: a.question.options.iter().map(|o| (o.digit.clone(), ui.label(&o.label), o.effect)).collect(),
        sorry: a
            .question
            .options
            .iter()
            .filter(|o| o.effect.wants_apology())
            .filter_map(|o| o.apology.as_ref())
            .map(line)
            .collect(),
    });
    Preview {
        opening: line(&script.opening),
        moment: line(&script.good_moment.question),
        closing: line(&script.closing),
        asked: asked.collect(),
        from: script.ask_from,
        to: script.ask_to,
        count: script.roots().count(),
        ui: desk.ui(),
    }
}
