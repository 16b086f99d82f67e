//! GET /reports: figures of a period, each a way to its rows.

use std::collections::HashMap;

use askama::Template;
use contact::scripts::ScriptBook;
use kernel::{Cap, Permille, StoreId, UserId};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::rulebook;

use super::{asked, query};
use crate::reports::body::{self, Body};
use crate::reports::period::Named;
use crate::reports::store::{self, CaseLine, Remark};
use crate::reports::{AgentWork, Counts, jobs};

#[derive(Template)]
#[template(path = "reports/pages/report.html")]
struct ReportPage {
    ui: Ui,
    named: Named,
    from: String,
    to: String,
    /// from, to and store as part of an address.
    query: String,
    stores: Vec<(StoreId, String)>,
    chosen_store: Option<StoreId>,
    shown: Shown,
}

impl ReportPage {
    fn is_named(&self, name: &Named) -> bool {
        self.named == *name
    }
    fn is_chosen(&self, store: &StoreId) -> bool {
        self.chosen_store == Some(*store)
    }
}

/// What page and weekly report both show.
pub struct Shown {
    pub body: Body,
    pub stores: Vec<(StoreId, String, Counts)>,
    /// Empty for readers who may not see names.
    pub agents: Vec<(UserId, String, Counts, AgentWork)>,
    pub questions: Vec<AskedLine>,
    pub items: Vec<Item>,
    pub praise: Vec<Remark>,
    pub suggestions: Vec<Remark>,
    pub cases: Vec<CaseLine>,
}

pub struct AskedLine {
    pub key: String,
    pub label: String,
    pub judged: i64,
    pub good: i64,
    pub rate: Option<Permille>,
    pub options: Vec<(String, String, String, i64)>,
}

/// An improvement item: what customers found average or worse.
pub struct Item {
    pub question: String,
    pub option: String,
    pub label: String,
    pub effect: String,
    pub n: i64,
}

/// # Errors
/// As the database answers; `NotFound` for a store that is not the reader's.
pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let (named, ask, stores) = asked(&desk, &fields).await?;
    let home = ask.stores.first().copied().unwrap_or(StoreId::new(0));
    let targets = jobs::targets(&mut desk.reads(), ask.group, home).await?;
    let body = body::assemble(&mut desk.reads(), &ask, &targets).await?;
    let shown = shown(&desk, body, &ask, &stores).await?;
    let chosen_store = fields.parsed::<StoreId>("store");
    let page = ReportPage {
        ui: desk.ui(),
        named,
        from: ask.period.from.to_string(),
        to: ask.period.to.to_string(),
        query: query(&ask, chosen_store),
        stores,
        chosen_store,
        shown,
    };
    desk.page(&page)
}

/// Names and words beside the figures, as this reader may see them.
/// # Errors
/// As the database answers.
pub async fn shown(
    desk: &Desk,
    body: Body,
    ask: &store::Question,
    stores: &[(StoreId, String)],
) -> Result<Shown, platform::http::Failure> {
    let ui = desk.ui();
    let mut reads = desk.reads();
    let home = ask.stores.first().copied().unwrap_or(StoreId::new(0));
    let book = rulebook::current::<ScriptBook>(&mut reads, ask.group, home).await?;
    let named = desk.scope().may(Cap::ReportAgents);
    let ids: Vec<UserId> = if named { body.agents.iter().map(|a| a.0).collect() } else { Vec::new() };
    let names: HashMap<UserId, String> = store::user_names(&mut reads, ask.group, &ids).await?.into_iter().collect();
    let mut questions = Vec::new();
    let mut items = Vec::new();
    for q in &body.questions {
        let known = book.body.scripts.iter().find_map(|s| s.question(&q.question));
        let label = known.map_or_else(|| q.question.clone(), |k| ui.label(&k.short));
        let mut options = Vec::new();
        for o in &q.options {
            let choice = known.and_then(|k| k.option(&o.option));
            let text = choice.map_or_else(|| o.option.clone(), |c| ui.label(&c.label));
            if matches!(o.effect.as_str(), "improve" | "bad") {
                let item = choice.and_then(|c| c.item.as_ref()).map_or_else(|| text.clone(), |i| ui.label(i));
                items.push(Item {
                    question: q.question.clone(),
                    option: o.option.clone(),
                    label: format!("{item}（{label}：{text}）"),
                    effect: o.effect.clone(),
                    n: o.n,
                });
            }
            options.push((o.option.clone(), text, o.effect.clone(), o.n));
        }
        let (judged, good, rate) = (q.judged(), q.good(), q.satisfaction());
        questions.push(AskedLine { key: q.question.clone(), label, judged, good, rate, options });
    }
    items.sort_by_key(|i| -i.n);
    Ok(Shown {
        stores: body
            .stores
            .iter()
            .filter_map(|(id, c)| stores.iter().find(|s| s.0 == *id).map(|s| (*id, s.1.clone(), c.clone())))
            .collect(),
        agents: body
            .agents
            .iter()
            .filter(|_| named)
            .map(|(id, c, w)| (*id, names.get(id).cloned().unwrap_or_default(), c.clone(), w.clone()))
            .collect(),
        questions,
        items,
        praise: store::remarks(&mut reads, ask, "praise").await?,
        suggestions: store::remarks(&mut reads, ask, "suggestion").await?,
        cases: store::cases(&mut reads, ask).await?,
        body,
    })
}
