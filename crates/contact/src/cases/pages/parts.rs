//! Parts that other pages show: `customer.cases`, `today.cases`, `call.recall`.

use askama::Template;
use kernel::{Cap, Id, Problem, Result};
use platform::http::{Desk, Ui};
use platform::rulebook;

use super::lines::{CaseLine, lines};
use crate::cases::kinds::KindBook;
use crate::cases::list::{self, Filter};
use crate::cases::sentence::{Piece, sentence};
use crate::cases::{ports, store};

#[derive(Template)]
#[template(path = "cases/pages/customer_part.html")]
struct CustomerPart {
    ui: Ui,
    lines: Vec<CaseLine>,
}

/// Slot `customer.cases` (id = customer): their cases that this reader may see.
/// # Errors
/// As the database answers.
pub async fn customer_cases(desk: Desk, customer: i64) -> Result<String> {
    let scope = desk.scope();
    if !scope.may(Cap::CaseRead) || scope.store.is_none() {
        return Ok(String::new());
    }
    let mut q = desk.reads();
    let rows = list::of_customer(&mut q, scope, Id::new(customer)).await?;
    if rows.is_empty() {
        return Ok(String::new());
    }
    let lines = lines(&mut q, scope, rows, desk.locale(), desk.now()).await?;
    CustomerPart { ui: desk.ui(), lines }.render().map_err(Problem::internal)
}

#[derive(Template)]
#[template(path = "cases/pages/today_part.html")]
struct TodayPart {
    ui: Ui,
    lines: Vec<CaseLine>,
    more: bool,
    overdue: i64,
    open: i64,
}

const ON_TODAY: usize = 6;

/// Slot `today.cases`: what is due next, for those who handle or decide cases.
/// # Errors
/// As the database answers.
pub async fn today_cases(desk: Desk, _: i64) -> Result<String> {
    let scope = desk.scope();
    let concerned = scope.may(Cap::CaseHandle) || scope.may(Cap::CaseDecide);
    if !concerned || !scope.may(Cap::CaseRead) || scope.store.is_none() {
        return Ok(String::new());
    }
    let (mut q, now) = (desk.reads(), desk.now());
    let (mut rows, _) = list::page(&mut q, scope, Filter::Open, None, now).await?;
    let heaps = list::heaps(&mut q, scope, now).await?;
    let more = rows.len() > ON_TODAY;
    rows.truncate(ON_TODAY);
    let lines = lines(&mut q, scope, rows, desk.locale(), now).await?;
    let part = TodayPart { ui: desk.ui(), lines, more, overdue: heaps.overdue, open: heaps.open };
    part.render().map_err(Problem::internal)
}

#[derive(Template)]
#[template(path = "cases/pages/recall_part.html")]
struct RecallPart {
    ui: Ui,
    briefs: Vec<Brief>,
}

struct Brief {
    number: i64,
    title: String,
    round: i64,
    pieces: Vec<Piece>,
    cause: Option<String>,
    result: Option<String>,
}

/// Slot `call.recall` (id = contact): what the agent must know before asking whether the customer is satisfied.
/// The re-call itself gives the right to read it.
/// # Errors
/// As the database answers.
pub async fn call_recall(desk: Desk, contact: i64) -> Result<String> {
    let scope = desk.scope();
    let (group, store) = (scope.group, scope.store()?);
    scope.need(Cap::CallWork)?;
    let (mut q, ui) = (desk.reads(), desk.ui());
    let mut briefs = Vec::new();
    for task in ports::contact_subjects(&mut q, scope, Id::new(contact), desk.now()).await? {
        if task.kind != ports::SubjectKind::Case {
            continue;
        }
        let found = store::by_id(&mut q, group, Id::new(task.id)).await?;
        let Some(c) = found.filter(|c| c.store_id == store) else { continue };
        let book = rulebook::at_version::<KindBook>(&mut q, group, store, c.kinds_version).await?;
        let kind = book.body.kind(&c.kind);
        let (values, locale) = (c.values(), desk.locale());
        let pieces = match (kind, ui.today()) {
            (Some(kind), Some(today)) => sentence(&book.body, kind, &values, locale, today),
            (_, None) | (None, _) => Vec::new(),
        };
        let label = kind.map_or_else(|| c.kind.clone(), |k| k.label.in_locale(locale).into_owned());
        briefs.push(Brief {
            number: c.number,
            title: if c.title.is_empty() { label } else { c.title },
            round: c.round,
            pieces,
            cause: c.cause,
            result: c.result,
        });
    }
    if briefs.is_empty() {
        return Ok(String::new());
    }
    RecallPart { ui, briefs }.render().map_err(Problem::internal)
}
