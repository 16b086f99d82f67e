//! GET /reports: figures of a period, each a way to its rows.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::OnceLock;

use askama::Template;
use contact::followup::rules::FollowupRules;
use contact::scripts::ScriptBook;
use kernel::{Permille, StoreDate, StoreId, UserId};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::rulebook;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::chart::Chart;
use super::{Asked, asked, brand_key, encode};
use crate::reports::body::{self, Body};
use crate::reports::period::Span;
use crate::reports::store::{self, CaseLine, Remark};
use crate::reports::targets::Targets;
use crate::reports::{AgentWork, Cell, Counts, Judged};

/// Cases, praise and suggestions on the page itself; the rest is in their lists.
const SHOWN: i64 = 8;
/// In a weekly report, which is read as a whole.
const SHOWN_IN_WEEK: i64 = 100;

/// Something one may filter by.
pub struct Choice {
    pub key: String,
    pub label: String,
    pub on: bool,
}

#[derive(Template)]
#[template(path = "reports/pages/report.html")]
struct ReportPage {
    ui: Ui,
    span: Span,
    from: StoreDate,
    to: StoreDate,
    /// A day of the period before and after.
    beside: (StoreDate, StoreDate),
    filters: String,
    stores: Vec<Choice>,
    agents: Vec<Choice>,
    kinds: Vec<Choice>,
    brands: Vec<Choice>,
    shown: Shown,
}

impl ReportPage {
    fn filtered(&self) -> bool {
        [&self.stores, &self.agents, &self.kinds, &self.brands].iter().any(|list| list.iter().any(|c| c.on))
    }
}

/// What page and weekly report both show.
pub struct Shown {
    pub body: Body,
    /// The question as part of an address.
    pub query: String,
    /// The same without its period.
    pub filters: String,
    pub stores: Vec<(StoreId, String, Counts)>,
    /// Empty for readers who may not see names.
    pub agents: Vec<(UserId, String, Counts, AgentWork)>,
    pub brands: Vec<BrandShown>,
    pub questions: Vec<AskedLine>,
    pub items: Vec<Item>,
    /// The largest number of an item, for the bars.
    pub most: i64,
    pub chart: Option<Chart>,
    pub trend: Vec<TrendLine>,
    pub praise: Vec<Remark>,
    pub suggestions: Vec<Remark>,
    pub cases: Vec<CaseLine>,
    /// Cases, remarks and late data belong to nobody's tasks: shown where the report is about all of them.
    pub whole: bool,
    /// How long a car is new at these stores.
    pub new_car_months: String,
}

pub struct BrandShown {
    pub name: String,
    pub key: String,
    pub class: String,
    pub counts: Counts,
    pub target: Option<Permille>,
}

pub struct AskedLine {
    pub key: String,
    pub label: String,
    pub judged: i64,
    pub good: i64,
    pub rate: Option<Permille>,
    pub options: Vec<(String, String, String, i64)>,
}

/// A question over time; '' = all of them.
pub struct TrendLine {
    pub key: String,
    pub label: String,
    pub values: Vec<Judged>,
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
    let asked = asked(&desk, &fields).await?;
    let _turn = turn().await;
    let mut q = desk.reads();
    let targets = Targets::of(&mut q, asked.ask.group, &asked.ask.stores).await?;
    let body = body::assemble(&mut q, &asked.ask, &targets).await?;
    // What may be chosen does not depend on what is chosen.
    let every =
        store::Question { agent: None, kind: String::new(), class: String::new(), brand: None, ..asked.ask.clone() };
    let cells = store::cells(&mut q, &every).await?;
    let ui = desk.ui();
    let page = ReportPage {
        span: asked.span,
        from: asked.ask.period.from,
        to: asked.ask.period.to,
        beside: asked.ask.period.neighbours(),
        filters: asked.filters(),
        stores: store_choices(&asked),
        agents: agent_choices(&desk, &asked, &cells).await?,
        kinds: kind_choices(&desk, &asked, &cells).await?,
        brands: brand_choices(&ui, &asked, &cells),
        shown: shown(&desk, body, &asked, SHOWN).await?,
        ui,
    };
    desk.page(&page)
}

fn store_choices(asked: &Asked) -> Vec<Choice> {
    let choice = |(id, name): &(StoreId, String)| Choice {
        key: id.to_string(),
        label: name.clone(),
        on: asked.store == Some(*id),
    };
    asked.stores.iter().map(choice).collect()
}

async fn agent_choices(desk: &Desk, asked: &Asked, cells: &[Cell]) -> kernel::Result<Vec<Choice>> {
    if !asked.named {
        return Ok(Vec::new());
    }
    let mut ids: Vec<UserId> = cells.iter().filter_map(|c| c.agent).chain(asked.ask.agent).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = store::user_names(&mut desk.reads(), asked.ask.group, &ids).await?;
    let choice =
        |(id, name): (UserId, String)| Choice { key: id.to_string(), label: name, on: asked.ask.agent == Some(id) };
    Ok(names.into_iter().map(choice).collect())
}

async fn kind_choices(desk: &Desk, asked: &Asked, cells: &[Cell]) -> kernel::Result<Vec<Choice>> {
    let mut kinds: Vec<&str> = cells.iter().map(|c| c.kind.as_str()).collect();
    kinds.extend((!asked.ask.kind.is_empty()).then_some(asked.ask.kind.as_str()));
    kinds.sort_unstable();
    kinds.dedup();
    let Some(home) = asked.ask.stores.first() else { return Ok(Vec::new()) };
    let rules = rulebook::current::<FollowupRules>(&mut desk.reads(), asked.ask.group, *home).await?;
    let ui = desk.ui();
    let choice = |kind: &str| Choice {
        key: kind.to_owned(),
        label: rules.body.label(kind).map_or_else(|| kind.to_owned(), |l| ui.label(l)),
        on: asked.ask.kind == kind,
    };
    Ok(kinds.into_iter().map(choice).collect())
}

fn brand_choices(ui: &Ui, asked: &Asked, cells: &[Cell]) -> Vec<Choice> {
    let mut brands: Vec<&str> = cells.iter().map(|c| c.brand.as_str()).chain(asked.ask.brand.as_deref()).collect();
    brands.sort_unstable();
    brands.dedup();
    if brands.len() < 2 && asked.ask.brand.is_none() {
        return Vec::new();
    }
    let choice = |brand: &str| Choice {
        key: brand_key(brand).to_owned(),
        label: brand_name(ui, brand),
        on: asked.ask.brand.as_deref() == Some(brand),
    };
    brands.into_iter().map(choice).collect()
}

fn brand_name(ui: &Ui, brand: &str) -> String {
    if brand.is_empty() { ui.t("report-brand-unknown").into_owned() } else { brand.to_owned() }
}

/// For the weekly report: everything that a meeting reads.
/// # Errors
/// As the database answers.
/// A report of years keeps a connection busy for a tenth of a second: whoever asks for one waits for a turn, so that
/// there is always a connection for those who have a customer on the line.
async fn turn() -> Option<SemaphorePermit<'static>> {
    static TURNS: OnceLock<Semaphore> = OnceLock::new();
    let turns = TURNS.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
        Semaphore::new((cores / 2).max(2))
    });
    turns.acquire().await.ok()
}

pub async fn shown_in_week(desk: &Desk, body: Body, asked: &Asked) -> Result<Shown, platform::http::Failure> {
    shown(desk, body, asked, SHOWN_IN_WEEK).await
}

/// Questions and answers as the scripts have them; what no script has any more comes last.
fn in_order(body: &mut Body, book: &ScriptBook) {
    let place = |key: &str| {
        let mut all = book.scripts.iter().flat_map(|s| &s.questions);
        all.position(|q| q.key == key).unwrap_or(usize::MAX)
    };
    body.questions.sort_by_key(|q| place(&q.question));
    for asked in &mut body.questions {
        let known = book.scripts.iter().find_map(|s| s.question(&asked.question));
        asked.options.sort_by_key(|o| {
            known.and_then(|q| q.options.iter().position(|known| known.key == o.option)).unwrap_or(usize::MAX)
        });
    }
    body.trend.questions.sort_by_key(|(key, _)| place(key));
}

/// Names and words beside the figures, as this reader may see them.
async fn shown(desk: &Desk, mut body: Body, asked: &Asked, most: i64) -> Result<Shown, platform::http::Failure> {
    let (ui, ask) = (desk.ui(), &asked.ask);
    let mut reads = desk.reads();
    let home = ask.stores.first().copied().unwrap_or(StoreId::new(0));
    let book = rulebook::current::<ScriptBook>(&mut reads, ask.group, home).await?;
    let ids: Vec<UserId> = if asked.named { body.agents.iter().map(|a| a.0).collect() } else { Vec::new() };
    let names: BTreeMap<UserId, String> = store::user_names(&mut reads, ask.group, &ids).await?;
    let mut questions = Vec::new();
    let mut items = Vec::new();
    in_order(&mut body, &book.body);
    let mut trend = vec![TrendLine {
        key: String::new(),
        label: ui.t("report-all-questions").into_owned(),
        values: body.trend.all.clone(),
    }];
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
                    label: ui.k("report-improve").s("item", item).s("question", &label).s("answer", &text).to_string(),
                    effect: o.effect.clone(),
                    n: o.n,
                });
            }
            options.push((o.option.clone(), text, o.effect.clone(), o.n));
        }
        let (judged, good, rate) = (q.judged(), q.good(), q.satisfaction());
        questions.push(AskedLine { key: q.question.clone(), label, judged, good, rate, options });
    }
    for (key, values) in &body.trend.questions {
        let known = book.body.scripts.iter().find_map(|s| s.question(key));
        let label = known.map_or_else(|| key.clone(), |k| ui.label(&k.short));
        trend.push(TrendLine { key: key.clone(), label, values: values.clone() });
    }
    items.sort_by_key(|i| -i.n);
    let whole = ask.is_whole();
    let new_car_months = Targets::of(&mut reads, ask.group, &ask.stores).await?.new_car_months();
    let no_more = i64::MAX;
    if ask.departments.is_some() {
        // Frozen for everybody; this reader sees the cases of their departments.
        (body.cases_opened, body.cases_in_time) = store::case_count(&mut reads, ask).await?;
    }
    let mut praise = store::remarks(&mut reads, ask, "praise", no_more, most).await?;
    let mut suggestions = store::remarks(&mut reads, ask, "suggestion", no_more, most).await?;
    store::only_seen(&mut reads, desk.scope(), &mut praise).await?;
    store::only_seen(&mut reads, desk.scope(), &mut suggestions).await?;
    Ok(Shown {
        new_car_months,
        query: asked.query(),
        filters: asked.filters(),
        stores: body
            .stores
            .iter()
            .filter_map(|(id, c)| asked.stores.iter().find(|s| s.0 == *id).map(|s| (*id, s.1.clone(), c.clone())))
            .collect(),
        agents: body
            .agents
            .iter()
            .filter(|_| asked.named)
            .map(|(id, c, w)| (*id, names.get(id).cloned().unwrap_or_default(), c.clone(), w.clone()))
            .collect(),
        brands: body
            .brands
            .iter()
            .map(|b| BrandShown {
                name: brand_name(&ui, &b.brand),
                key: encode(brand_key(&b.brand)),
                class: b.class.clone(),
                counts: b.counts.clone(),
                target: b.target,
            })
            .collect(),
        questions,
        most: items.first().map_or(1, |i| i.n),
        items,
        chart: Chart::of(&body.trend.parts, &body.trend.all, |p| ui.pct(p)),
        trend,
        praise,
        suggestions,
        cases: if whole { store::cases(&mut reads, ask, false, 0, most).await? } else { Vec::new() },
        whole,
        body,
    })
}
