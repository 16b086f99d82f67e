use askama::Template;
use kernel::{Department, Problem};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::i18n::Label;

use super::super::edit::{self, Form};
use super::super::model::{Choice, Effect, Question, QuestionKind, Script, ScriptBook};
use super::preview::{Preview, previewed};
use crate::editing::{self, Choice as KindChoice, Frame};

pub const PATH: &str = "/scripts";

#[derive(Template)]
#[template(path = "scripts/pages/book.html")]
struct BookPage {
    ui: Ui,
    errors: Vec<ShownError>,
    tabs: Vec<Tab>,
    script: Script,
    lines: Vec<(&'static str, Label)>,
    frame: Frame,
    preview: Preview,
    case_kinds: Vec<KindChoice>,
}

struct Tab {
    href: String,
    label: Label,
    on: bool,
}

impl Form for Fields {
    fn get(&self, name: &str) -> &str {
        Self::get(self, name)
    }
    fn has(&self, name: &str) -> bool {
        Self::has(self, name)
    }
}

impl BookPage {
    fn effects(&self) -> &'static [Effect] {
        Effect::ALL
    }
    fn kinds(&self) -> &'static [QuestionKind] {
        QuestionKind::ALL
    }
    fn departments(&self) -> &'static [Department] {
        &Department::ALL
    }
    /// `当“维修是否到位”答“没有”时`
    fn condition(&self, question: &Question) -> String {
        let Some(rule) = &question.show_if else { return String::new() };
        let Some(parent) = self.script.question(&rule.question) else { return String::new() };
        let options: Vec<String> =
            rule.options.iter().filter_map(|o| parent.option(o)).map(|o| self.ui.label(&o.label)).collect();
        let message = self.ui.k("scripts-branch").s("question", self.ui.label(&parent.short));
        message.s("options", options.join(" / ")).to_string()
    }
    /// Places in the form; gaps leave room for moving.
    fn sort(&self, index: &usize) -> usize {
        (index + 1) * 10
    }
    /// Whose fault the option is: its own department, else that of the question.
    fn is_for(&self, department: &Department, option: &Choice, question: &Question) -> bool {
        option.department.unwrap_or(question.topic) == *department
    }
    /// A kind that the book of kinds does not have (any more) stays what it is until somebody chooses.
    fn lost_kind(&self, option: &Choice) -> Option<String> {
        option.case_kind.clone().filter(|k| self.case_kinds.iter().all(|c| c.value != *k))
    }
    fn is_kind(&self, kind: &KindChoice, option: &Choice) -> bool {
        option.case_kind.as_deref() == Some(kind.value.as_str())
    }
    /// Whom most of its questions are about.
    fn is_topic(&self, department: &Department) -> bool {
        self.script.questions.first().is_some_and(|q| q.topic == *department)
    }
}

/// GET /scripts?script=service&version=3
pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let opened = editing::open::<ScriptBook>(&desk, &fields, PATH, stay(&fields)).await?;
    let script = pick(&opened.shown.body, fields.get("script"))?.clone();
    let page = page(&desk, opened.frame, &opened.now.body, script, Vec::new()).await?;
    desk.page(&page)
}

fn stay(fields: &Fields) -> String {
    let key: String = fields.get("script").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if key.is_empty() { String::new() } else { format!("script={key}") }
}

/// POST /scripts: one script's form becomes a new edition.
pub async fn save(desk: Desk, fields: Fields) -> Answer {
    let mut opened = editing::open::<ScriptBook>(&desk, &fields, PATH, stay(&fields)).await?;
    let key = fields.get("script").to_owned();
    let mut body = opened.now.body.clone();
    let script = body.scripts.iter_mut().find(|s| s.key == key).ok_or(Problem::NotFound)?;
    edit::apply(script, &fields);
    let edited = script.clone();
    match editing::save_over(&desk, &fields, opened.place, &body).await {
        Ok(_) => desk.see_other(&opened.frame.link(&format!("script={key}&saved=1"), None)),
        Err(Problem::Invalid(errors)) => {
            let errors = named(&desk, &body, &errors);
            fields.get("note").clone_into(&mut opened.frame.note);
            let page = page(&desk, opened.frame, &opened.now.body, edited, errors).await?;
            desk.invalid(&page)
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /scripts/restored: an older edition in force again, as a new one.
pub async fn restore(desk: Desk, fields: Fields) -> Answer {
    editing::restore::<ScriptBook>(&desk, &fields, PATH).await
}

fn pick<'a>(book: &'a ScriptBook, key: &str) -> Result<&'a Script, Problem> {
    let wanted = (!key.is_empty()).then_some(key);
    match wanted {
        Some(key) => book.script(key),
        None => book.scripts.first(),
    }
    .ok_or(Problem::NotFound)
}

async fn page(
    desk: &Desk,
    frame: Frame,
    now: &ScriptBook,
    mut script: Script,
    errors: Vec<ShownError>,
) -> Result<BookPage, platform::http::Failure> {
    let tabs = now.scripts.iter().map(|s| Tab {
        href: frame.link(&format!("script={}", s.key), None),
        label: s.label.clone(),
        on: s.key == script.key,
    });
    Ok(BookPage {
        ui: desk.ui(),
        errors,
        tabs: tabs.collect(),
        lines: edit::lines_mut(&mut script).into_iter().map(|(name, l)| (name, l.clone())).collect(),
        frame,
        preview: previewed(desk, &script),
        case_kinds: case_kinds(desk).await?,
        script,
    })
}

/// What the capability above says there is: one kind a line, `key`, a tab, its name.
async fn case_kinds(desk: &Desk) -> Result<Vec<KindChoice>, platform::http::Failure> {
    let lines = desk.slot("scripts.case_kinds", 0).await?;
    let kinds = lines.lines().filter_map(|l| l.split_once('\t'));
    Ok(kinds.map(|(key, label)| KindChoice { value: key.into(), label: label.into(), on: false }).collect())
}

/// `维修是否到位：每个“改进”或“不满”的选项都要有致歉语`
fn named(desk: &Desk, book: &ScriptBook, errors: &kernel::FieldErrors) -> Vec<ShownError> {
    let ui = desk.ui();
    let mut shown = desk.show_errors(errors);
    for error in &mut shown {
        let mut parts = error.field.split('.');
        let script = parts.next().and_then(|k| book.script(k));
        let question = script.zip(parts.next()).and_then(|(s, k)| s.question(k));
        let option = question.zip(parts.next()).and_then(|(q, k)| q.option(k));
        let names = [question.map(|q| ui.label(&q.short)), option.map(|o| ui.label(&o.label))];
        let names: Vec<String> = names.into_iter().flatten().collect();
        if !names.is_empty() {
            error.text = ui.k("scripts-fault").s("where", names.join(" / ")).s("text", &error.text).to_string();
        }
    }
    shown
}
