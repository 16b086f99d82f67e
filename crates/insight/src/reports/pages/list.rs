//! The rows behind a number.

use askama::Template;
use contact::scripts::ScriptBook;
use kernel::{Problem, StoreId};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::rulebook;

use super::{asked, query};
use crate::reports::Measure;
use crate::reports::store::{self, AnswerListed, Beside, Listed};

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "reports/pages/tasks.html")]
struct TasksPage {
    ui: Ui,
    measure: Measure,
    /// All rows of the number, counted as the report counts them.
    total: i64,
    rows: Vec<Listed>,
    named: bool,
    more: Option<String>,
    back: String,
}

/// GET /reports/tasks?measure=…
/// # Errors
/// `NotFound` for a measure that does not exist.
pub async fn tasks(desk: Desk, fields: Fields) -> Answer {
    let (_, ask, _) = asked(&desk, &fields).await?;
    let measure = Measure::parse(fields.get("measure")).ok_or(Problem::NotFound)?;
    let after = (fields.get("day").to_owned(), fields.parsed("after").unwrap_or(0));
    let mut rows = store::listed(&mut desk.reads(), &ask, measure, after, PAGE + 1).await?;
    let cells = store::cells(&mut desk.reads(), &ask).await?;
    let sum = crate::reports::Counts::of(&cells);
    let total = match measure {
        Measure::Counted => sum.counted(),
        Measure::Done => sum.done,
        Measure::Tried => sum.tried,
        Measure::Missed => sum.missed,
        Measure::Attempted => sum.attempted,
        Measure::Reached => sum.reached,
        Measure::Complete => sum.complete,
        Measure::OptedOut => sum.opted_out,
        Measure::Merged => sum.merged,
        Measure::NoNumber => sum.no_number,
        Measure::Cancelled => sum.cancelled,
    };
    let more = cut(&mut rows).then(|| {
        let last = rows.last().map(|r| format!("&day={}&after={}", r.due_on, r.id)).unwrap_or_default();
        let mut at = format!("/reports/tasks?{}", query(&ask, fields.parsed::<StoreId>("store")));
        for name in ["measure", "class", "kind", "agent"] {
            if let Some(value) = fields.opt(name) {
                at.push_str(&format!("&{name}={value}"));
            }
        }
        at + &last
    });
    let named = desk.scope().may(kernel::Cap::ReportAgents);
    let back = format!("/reports?{}", query(&ask, fields.parsed::<StoreId>("store")));
    desk.page(&TasksPage { ui: desk.ui(), measure, total, rows, named, more, back })
}

/// Keeps one page; answers whether there was more.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    more
}

#[derive(Template)]
#[template(path = "reports/pages/beside.html")]
struct BesidePage {
    ui: Ui,
    late: bool,
    rows: Vec<Beside>,
    more: Option<String>,
    back: String,
}

/// GET /reports/beside?what=late|skipped
/// # Errors
/// As the database answers.
pub async fn beside(desk: Desk, fields: Fields) -> Answer {
    let (_, ask, _) = asked(&desk, &fields).await?;
    let late = fields.get("what") != "skipped";
    let after = fields.parsed("after").unwrap_or(0);
    let mut rows = store::beside(&mut desk.reads(), &ask, late, fields.get("which"), after, PAGE + 1).await?;
    let base = query(&ask, fields.parsed::<StoreId>("store"));
    let more = cut(&mut rows).then(|| {
        let last = rows.last().map_or(0, |r| r.subject_id);
        format!("/reports/beside?{base}&what={}&which={}&after={last}", fields.get("what"), fields.get("which"))
    });
    let back = format!("/reports?{base}");
    desk.page(&BesidePage { ui: desk.ui(), late, rows, more, back })
}

#[derive(Template)]
#[template(path = "reports/pages/answers.html")]
struct AnswersPage {
    ui: Ui,
    question: String,
    option: String,
    rows: Vec<AnswerListed>,
    named: bool,
    more: Option<String>,
    back: String,
}

/// GET /reports/answers?question=&option=
/// # Errors
/// As the database answers.
pub async fn answers(desk: Desk, fields: Fields) -> Answer {
    let (_, ask, _) = asked(&desk, &fields).await?;
    let (question, option, effect) = (fields.get("question"), fields.get("option"), fields.get("effect"));
    let after = fields.parsed("after").unwrap_or(0);
    let mut rows = store::answers(&mut desk.reads(), &ask, (question, option, effect), after, PAGE + 1).await?;
    let home = ask.stores.first().copied().unwrap_or(StoreId::new(0));
    let book = rulebook::current::<ScriptBook>(&mut desk.reads(), ask.group, home).await?;
    let ui = desk.ui();
    let known = book.body.scripts.iter().find_map(|s| s.question(question));
    let label = known.map_or_else(|| question.to_owned(), |k| ui.label(&k.short));
    let chosen = known.and_then(|k| k.option(option)).map_or_else(String::new, |c| ui.label(&c.label));
    let base = query(&ask, fields.parsed::<StoreId>("store"));
    let more = cut(&mut rows).then(|| {
        let last = rows.last().map_or(0, |r| r.id);
        format!("/reports/answers?{base}&question={question}&option={option}&effect={effect}&after={last}")
    });
    let named = desk.scope().may(kernel::Cap::ReportAgents);
    let back = format!("/reports?{base}");
    desk.page(&AnswersPage { ui, question: label, option: chosen, rows, named, more, back })
}
