use askama::Template;
use platform::http::{Answer, Desk, Fields, Ui};

use super::lines::{CaseLine, lines};
use crate::cases::list::{self, After, Filter};
use crate::cases::model::StateKey;

#[derive(Template)]
#[template(path = "cases/pages/list.html")]
struct ListPage {
    ui: Ui,
    heaps: Vec<Heap>,
    lines: Vec<CaseLine>,
    next: Option<String>,
    /// Not the first page.
    later: bool,
    filter: Filter,
    /// Only cases of one's own calls or departments are listed.
    part: bool,
}

struct Heap {
    key: &'static str,
    on: bool,
    count: Option<i64>,
}

pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let filter = Filter::parse(fields.get("show")).unwrap_or(Filter::Open);
    let after = After::parse(fields.get("after"));
    let (scope, now) = (desk.scope(), desk.now());
    let mut q = desk.reads();
    let (rows, next) = list::page(&mut q, scope, filter, after, now).await?;
    let heaps = list::heaps(&mut q, scope, now).await?;
    let count = |f: Filter| match f {
        Filter::Open => Some(heaps.open),
        Filter::Overdue => Some(heaps.overdue),
        Filter::Unowned => Some(heaps.unowned),
        Filter::Waiting => Some(heaps.waiting),
        Filter::Contacted => Some(heaps.contacted),
        Filter::Recall => Some(heaps.recall),
        Filter::Undecided => Some(heaps.undecided),
        Filter::Closed => None,
    };
    let page = ListPage {
        ui: desk.ui(),
        heaps: Filter::ALL.iter().map(|f| Heap { key: f.key(), on: *f == filter, count: count(*f) }).collect(),
        lines: lines(&mut q, scope, rows, desk.locale(), now).await?,
        next: next.map(|n| n.to_string()),
        later: after.is_some(),
        filter,
        part: scope.reach(kernel::Cap::CaseRead).is_some_and(|r| r < kernel::Reach::Store),
    };
    desk.page(&page)
}
