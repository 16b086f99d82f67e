use askama::Template;
use kernel::{Cap, ContactId, CustomerId, Problem, Reach, UserId};
use people::{identity, search};
use platform::http::{Answer, Desk, Failure, Fields, Ui};
use platform::transact;
use std::collections::HashMap;

use super::call::{Undo, undo};
use super::line_view::{KindPill, LineView, lines};
use super::words;
use crate::followup::context::Context;
use crate::followup::model::Aside;
use crate::followup::queue::{self, Counts, Filter, Line, View};
use crate::followup::{board, lists};

#[derive(Template)]
#[template(path = "followup/pages/queue.html")]
struct QueuePage {
    ui: Ui,
    counts: Counts,
    tabs: Vec<Tab>,
    all: bool,
    may_see_all: bool,
    may_assign: bool,
    rows: Rows,
    agents: Vec<(String, String)>,
    undo: Option<Undo>,
    promised: Vec<LineView>,
    numbers: i64,
}

struct Tab {
    pill: KindPill,
    n: i64,
    on: bool,
}

/// Rows of the table and how to get more; also the answer to "more" and to the search.
#[derive(Template)]
#[template(path = "followup/pages/queue_rows.html")]
struct Rows {
    ui: Ui,
    lines: Vec<LineView>,
    more: Option<String>,
    may_assign: bool,
    may_work: bool,
    all: bool,
    empty: &'static str,
}

impl QueuePage {
    fn tabs_off(&self) -> bool {
        !self.tabs.iter().any(|t| t.on)
    }
}

impl Rows {
    fn asides(&self) -> &'static [Aside] {
        Aside::ALL
    }
}

/// GET /queue?kind=3DC&view=all&from=…
pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let scope = desk.scope();
    let now = desk.now();
    // A supervisor's own queue is the store's, unless asked otherwise.
    let all = match fields.get("view") {
        "all" => true,
        "mine" => !scope.may(Cap::CallWork),
        _ => scope.reach(Cap::CallWork) != Some(Reach::Own),
    };
    let view = if all { View::All } else { View::Mine };
    let kind = fields.opt("kind").map(str::to_owned);
    let filter = Filter { view, kind: kind.clone(), cursor: fields.opt("from").map(str::to_owned) };
    let mut q = desk.reads();
    let page = queue::page(&mut q, scope, &filter, now).await?;
    let query = |from: &str| {
        let kind = kind.as_deref().map(|k| format!("&kind={k}")).unwrap_or_default();
        format!("/queue?view={}{kind}&from={from}", if all { "all" } else { "mine" })
    };
    let more = page.next.as_deref().map(query);
    let rows = rows(&desk, &page.rows, more, all, "queue-empty").await?;
    if desk.is_htmx() && filter.cursor.is_some() {
        return desk.fragment(&rows);
    }
    let context = Context::of(&mut q, scope.group, scope.store()?).await?;
    let counts = queue::counts(&mut q, scope, view, now).await?;
    let ui = desk.ui();
    let tabs = counts.by_kind.iter().map(|(key, n)| Tab {
        pill: words::kind_pill(&ui, context.rules(), key),
        n: *n,
        on: kind.as_deref() == Some(key),
    });
    let promised =
        if scope.may(Cap::CallWork) { queue::promised_tomorrow(&mut q, scope, now).await? } else { Vec::new() };
    let names = HashMap::new();
    let page = QueuePage {
        tabs: tabs.collect(),
        may_see_all: scope.may(Cap::QueueSee),
        may_assign: scope.may(Cap::QueueAssign),
        agents: agents(&desk).await?,
        undo: undo(&desk, &fields).await?,
        promised: lines(&ui, context.rules(), &names, &promised, context.tomorrow(now)),
        numbers: board::numbers_needed(&mut q, scope).await?,
        counts,
        all,
        rows,
        ui,
    };
    desk.page(&page)
}

/// Rows as they are shown, with the names of agents.
async fn rows(
    desk: &Desk,
    found: &[Line],
    more: Option<String>,
    all: bool,
    empty: &'static str,
) -> Result<Rows, Failure> {
    let scope = desk.scope();
    let mut q = desk.reads();
    let context = Context::of(&mut q, scope.group, scope.store()?).await?;
    let mut people: Vec<UserId> =
        found.iter().flat_map(|l| [l.taken_by, l.agent_id.filter(|_| all)]).flatten().collect();
    people.sort_unstable();
    people.dedup();
    let names = identity::user_names(&mut q, scope.group, &people).await?;
    let ui = desk.ui();
    Ok(Rows {
        lines: lines(&ui, context.rules(), &names, found, context.tomorrow(desk.now())),
        more,
        may_assign: scope.may(Cap::QueueAssign),
        may_work: scope.may(Cap::CallWork),
        all,
        empty,
        ui,
    })
}

async fn agents(desk: &Desk) -> Result<Vec<(String, String)>, Problem> {
    let scope = desk.scope();
    if !scope.may(Cap::QueueAssign) {
        return Ok(Vec::new());
    }
    let found = identity::agents(&mut desk.reads(), scope.group, scope.store()?).await?;
    Ok(found.into_iter().map(|a| (a.id.to_string(), a.name)).collect())
}

/// POST /queue/found: contacts of customers whose name, number, plate or VIN fits; words never stand in an address.
pub async fn found(desk: Desk, fields: Fields) -> Answer {
    let scope = desk.scope();
    let wanted = fields.get("q");
    let all = fields.get("view") == "all";
    let mut q = desk.reads();
    let found: Vec<Line> = if wanted.is_empty() {
        let view = if all { View::All } else { View::Mine };
        queue::page(&mut q, scope, &Filter { view, ..Filter::default() }, desk.now()).await?.rows
    } else {
        let hits = search::find(&mut q, scope, wanted, 20).await?;
        let customers: Vec<CustomerId> = hits.into_iter().map(|h| h.customer).collect();
        lists::of_customers(&mut q, scope, &customers, desk.now()).await?
    };
    let rows = rows(&desk, &found, None, all, "queue-none-found").await?;
    desk.fragment(&rows)
}

/// POST /queue/next: the first of mine that nobody holds.
pub async fn next(desk: Desk) -> Answer {
    let lease = transact!(desk.db(), desk.scope(), |tx| { queue::next_for(tx).await })?;
    match lease {
        Some(lease) => desk.see_other(&call_path(lease.contact)),
        None => desk.see_other("/queue"),
    }
}

pub fn call_path(contact: ContactId) -> String {
    format!("/calls/{contact}")
}
