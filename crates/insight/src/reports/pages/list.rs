//! The rows behind a number.

use askama::Template;
use contact::followup::outcome_words::OutcomeWords;
use contact::scripts::ScriptBook;
use kernel::{Cap, Problem, StoreId};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::rulebook;

use super::{Asked, asked, encode};
use crate::reports::model::Mark;
use crate::reports::store::{self, AnswerListed, Beside, CallListed, CaseLine, Listed, Remark};
use crate::reports::{Counts, Measure, body};

const PAGE: i64 = 50;

/// What every list shows around its rows.
struct Frame {
    title: String,
    /// All rows of the number, counted as the report counts them.
    total: i64,
    from: kernel::StoreDate,
    to: kernel::StoreDate,
    /// The filters of the list in words: class, kind, brand, agent.
    about: Vec<String>,
    back: String,
    more: Option<String>,
}

impl Frame {
    async fn of(desk: &Desk, asked: &Asked, title: String, total: i64) -> kernel::Result<Self> {
        let (ui, ask) = (desk.ui(), &asked.ask);
        let mut about = Vec::new();
        if let Some((_, name)) = asked.store.and_then(|id| asked.stores.iter().find(|s| s.0 == id)) {
            about.push(name.clone());
        }
        if !ask.class.is_empty() {
            about.push(ui.v("report-class", &ask.class).into_owned());
        }
        if !ask.kind.is_empty() {
            about.push(ask.kind.clone());
        }
        if let Some(brand) = &ask.brand {
            about.push(if brand.is_empty() { ui.t("report-brand-unknown").into_owned() } else { brand.clone() });
        }
        if let Some(agent) = ask.agent {
            about.extend(store::user_names(&mut desk.reads(), ask.group, &[agent]).await?.into_values());
        }
        // The class belongs to the number, not to the report it is read in.
        let whole = store::Question { class: String::new(), ..ask.clone() };
        let back = Asked { ask: whole, stores: Vec::new(), ..*asked }.query();
        let (from, to) = (ask.period.from, ask.period.to);
        Ok(Self { title, total, from, to, about, back: format!("/reports?{back}"), more: None })
    }
}

/// Keeps one page; answers the last row where there were more.
fn cut<T>(rows: &mut Vec<T>) -> Option<&T> {
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    rows.last().filter(|_| more)
}

#[derive(Template)]
#[template(path = "reports/pages/tasks.html")]
struct TasksPage {
    ui: Ui,
    frame: Frame,
    rows: Vec<Listed>,
    named: bool,
}

/// GET /reports/tasks?measure=…
/// # Errors
/// `NotFound` for a measure that does not exist.
pub async fn tasks(desk: Desk, fields: Fields) -> Answer {
    let asked = asked(&desk, &fields).await?;
    let measure = Measure::parse(fields.get("measure")).ok_or(Problem::NotFound)?;
    let after = (fields.get("day").to_owned(), fields.parsed("after").unwrap_or(0));
    let mut rows = store::listed(&mut desk.reads(), &asked.ask, measure, after, PAGE + 1).await?;
    store::only_seen(&mut desk.reads(), desk.scope(), &mut rows).await?;
    let sum = Counts::of(&store::cells(&mut desk.reads(), &asked.ask).await?);
    let ui = desk.ui();
    let title = ui.v("report-measure", measure).into_owned();
    let mut frame = Frame::of(&desk, &asked, title, sum.measure(measure)).await?;
    frame.more = cut(&mut rows).map(|last| {
        format!("/reports/tasks?{}&measure={measure}&day={}&after={}", asked.query(), last.due_on, last.id)
    });
    desk.page(&TasksPage { ui, frame, rows, named: asked.named })
}

#[derive(Template)]
#[template(path = "reports/pages/beside.html")]
struct BesidePage {
    ui: Ui,
    frame: Frame,
    late: bool,
    rows: Vec<Beside>,
}

/// GET /reports/beside?what=late|skipped
/// # Errors
/// As the database answers.
pub async fn beside(desk: Desk, fields: Fields) -> Answer {
    let asked = asked(&desk, &fields).await?;
    let late = fields.get("what") != "skipped";
    let reason = fields.get("reason");
    let after = (fields.parsed("after").unwrap_or(0), fields.get("kind-after").to_owned());
    let mut q = desk.reads();
    let mut rows = store::beside(&mut q, &asked.ask, late, reason, after, PAGE + 1).await?;
    store::only_seen(&mut q, desk.scope(), &mut rows).await?;
    let counts = if late { store::late(&mut q, &asked.ask).await? } else { store::skipped(&mut q, &asked.ask).await? };
    let total = counts.iter().filter(|(key, _)| late || reason.is_empty() || key == reason).map(|(_, n)| n).sum();
    let ui = desk.ui();
    let title = ui.t(if late { "report-late-title" } else { "report-skipped-title" }).into_owned();
    let mut frame = Frame::of(&desk, &asked, title, total).await?;
    frame.more = cut(&mut rows).map(|last| {
        let what = if late { "late" } else { "skipped" };
        let (query, reason) = (asked.query(), encode(reason));
        let (after, kind) = (last.subject_id, encode(&last.kind));
        format!("/reports/beside?{query}&what={what}&reason={reason}&after={after}&kind-after={kind}")
    });
    desk.page(&BesidePage { ui, frame, late, rows })
}

#[derive(Template)]
#[template(path = "reports/pages/answers.html")]
struct AnswersPage {
    ui: Ui,
    frame: Frame,
    rows: Vec<(AnswerListed, String)>,
    named: bool,
}

/// GET /reports/answers?question=&option=&effect=
/// # Errors
/// As the database answers.
pub async fn answers(desk: Desk, fields: Fields) -> Answer {
    let asked = asked(&desk, &fields).await?;
    let (question, option, effect) = (fields.get("question"), fields.get("option"), fields.get("effect"));
    let after = fields.parsed("after").unwrap_or(0);
    let mut q = desk.reads();
    let mut rows = store::answers(&mut q, &asked.ask, (question, option, effect), after, PAGE + 1).await?;
    store::only_seen(&mut q, desk.scope(), &mut rows).await?;
    let said = store::said(&mut q, &asked.ask).await?;
    let judged = |e: &str| matches!(e, "good" | "improve" | "bad");
    let fits = |e: &str| effect.is_empty() || e == effect || (effect == "judged" && judged(e));
    let total = said
        .iter()
        .filter(|s| s.question == question && (option.is_empty() || s.option == option) && fits(&s.effect))
        .map(|s| s.n)
        .sum();
    let home = asked.ask.stores.first().copied().unwrap_or(StoreId::new(0));
    let book = rulebook::current::<ScriptBook>(&mut q, asked.ask.group, home).await?;
    let ui = desk.ui();
    let known = book.body.scripts.iter().find_map(|s| s.question(question));
    let word = |key: &str| known.and_then(|k| k.option(key)).map_or_else(|| key.to_owned(), |c| ui.label(&c.label));
    let mut title = known.map_or_else(|| question.to_owned(), |k| ui.label(&k.short));
    if !option.is_empty() {
        title = ui.k("report-of").s("question", title).s("answer", word(option)).to_string();
    } else if !effect.is_empty() {
        title = ui.k("report-of").s("question", title).s("answer", ui.v("report-effect", effect)).to_string();
    }
    let mut frame = Frame::of(&desk, &asked, title, total).await?;
    frame.more = cut(&mut rows).map(|last| {
        let (query, question, option) = (asked.query(), encode(question), encode(option));
        let (effect, after) = (encode(effect), last.id);
        format!("/reports/answers?{query}&question={question}&option={option}&effect={effect}&after={after}")
    });
    let rows = rows
        .into_iter()
        .map(|r| {
            let said = word(&r.option_key);
            (r, said)
        })
        .collect();
    desk.page(&AnswersPage { ui, frame, rows, named: asked.named })
}

#[derive(Template)]
#[template(path = "reports/pages/remarks.html")]
struct RemarksPage {
    ui: Ui,
    frame: Frame,
    rows: Vec<Remark>,
}

/// GET /reports/remarks?mark=praise|suggestion
/// # Errors
/// `NotFound` for another mark.
pub async fn remarks(desk: Desk, fields: Fields) -> Answer {
    let asked = asked(&desk, &fields).await?;
    let mark = Mark::parse(fields.get("mark")).ok_or(Problem::NotFound)?;
    let before = fields.parsed("before").unwrap_or(i64::MAX);
    let mut rows = store::remarks(&mut desk.reads(), &asked.ask, mark.key(), before, PAGE + 1).await?;
    store::only_seen(&mut desk.reads(), desk.scope(), &mut rows).await?;
    let total = body::remarks(&store::said(&mut desk.reads(), &asked.ask).await?, mark.key());
    let ui = desk.ui();
    let title = ui.v("report-remark", mark).into_owned();
    let mut frame = Frame::of(&desk, &asked, title, total).await?;
    frame.more =
        cut(&mut rows).map(|last| format!("/reports/remarks?{}&mark={mark}&before={}", asked.query(), last.id));
    desk.page(&RemarksPage { ui, frame, rows })
}

#[derive(Template)]
#[template(path = "reports/pages/cases.html")]
struct CasesPage {
    ui: Ui,
    frame: Frame,
    rows: Vec<CaseLine>,
}

/// GET /reports/cases: opened in the period, or of these only those contacted in time.
/// # Errors
/// As the database answers.
pub async fn cases(desk: Desk, fields: Fields) -> Answer {
    let asked = asked(&desk, &fields).await?;
    let in_time = fields.get("in") == "time";
    let after = fields.parsed("after").unwrap_or(0);
    let mut rows = store::cases(&mut desk.reads(), &asked.ask, in_time, after, PAGE + 1).await?;
    let (opened, punctual) = store::case_count(&mut desk.reads(), &asked.ask).await?;
    let ui = desk.ui();
    let title = ui.t(if in_time { "report-cases-in-time" } else { "report-cases" }).into_owned();
    let mut frame = Frame::of(&desk, &asked, title, if in_time { punctual } else { opened }).await?;
    frame.more = cut(&mut rows).map(|last| {
        let which = if in_time { "&in=time" } else { "" };
        format!("/reports/cases?{}{which}&after={}", asked.query(), last.id)
    });
    desk.page(&CasesPage { ui, frame, rows })
}

#[derive(Template)]
#[template(path = "reports/pages/calls.html")]
struct CallsPage {
    ui: Ui,
    frame: Frame,
    rows: Vec<(CallListed, String)>,
}

/// GET /reports/calls: what agents did, or of it only what reached somebody.
/// # Errors
/// `Forbidden` where the reader may not see agents' names.
pub async fn calls(desk: Desk, fields: Fields) -> Answer {
    let asked = asked(&desk, &fields).await?;
    if !asked.named {
        desk.scope().need(Cap::ReportAgents)?;
        return Err(Problem::Forbidden.into());
    }
    let reached = fields.get("reached") == "1";
    let after = fields.parsed("after").unwrap_or(0);
    let mut q = desk.reads();
    let mut rows = store::calls(&mut q, &asked.ask, reached, after, PAGE + 1).await?;
    store::only_seen(&mut q, desk.scope(), &mut rows).await?;
    let work = store::agents(&mut q, &asked.ask).await?;
    let mine = work.iter().filter(|w| asked.ask.agent.is_none() || w.agent == asked.ask.agent);
    let total = mine.map(|w| if reached { w.reached } else { w.attempts }).sum();
    let saved_with: Vec<_> = rows.iter().map(|r| (r.store_id, r.outcome_version)).collect();
    let words = OutcomeWords::of(&mut q, asked.ask.group, &saved_with).await?;
    let ui = desk.ui();
    let title = ui.t(if reached { "report-calls-reached" } else { "report-calls" }).into_owned();
    let mut frame = Frame::of(&desk, &asked, title, total).await?;
    frame.more = cut(&mut rows).map(|last| {
        let which = if reached { "&reached=1" } else { "" };
        format!("/reports/calls?{}{which}&after={}", asked.query(), last.id)
    });
    let rows = rows
        .into_iter()
        .map(|r| {
            let said = words.word(&ui, r.store_id, r.outcome_version, &r.outcome);
            (r, said)
        })
        .collect();
    desk.page(&CallsPage { ui, frame, rows })
}
