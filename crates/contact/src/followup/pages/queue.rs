use askama::Template;
use kernel::{Cap, ContactId, CustomerId, Millis, Problem, Reach, UserId};
use people::{identity, search};
use platform::http::{Answer, Desk, Failure, Fields, Ui};
use platform::transact;
use std::collections::HashMap;

use super::call::{Undo, undo};
use super::line_view::{KindPill, LineView, lines};
use super::{assign, words};
use crate::followup::context::Context;
use crate::followup::hours::CallHours;
use crate::followup::model::{Aside, RECALL};
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
    /// Whose contacts the supervisor has chosen to see: `nobody`, an agent's id, "" for all.
    of: String,
    kind: String,
    moved: assign::Moved,
    undo: Option<Undo>,
    promised: Vec<LineView>,
    /// The next open day, where that is not tomorrow.
    promised_day: Option<String>,
    numbers: i64,
    /// Nobody is called now; from then on again.
    shut_until: Option<String>,
}

/// What is promised for the next open day, asked before leaving work.
#[derive(Template)]
#[template(path = "followup/pages/promised.html")]
struct Promised {
    ui: Ui,
    promised: Vec<LineView>,
    day: Option<String>,
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
    /// Found by name: whoever it is may be on the line.
    inbound: bool,
    /// There is more than what is shown.
    cut: bool,
}

impl QueuePage {
    /// Contacts that the filter lets through.
    fn matching(&self) -> i64 {
        self.tabs.iter().find(|t| t.on).map_or(self.counts.all, |t| t.n)
    }
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
    let agent = assign::whose(&fields, "of").filter(|_| all);
    let filter = Filter { view, agent, kind: kind.clone(), cursor: fields.opt("from").map(str::to_owned) };
    let mut q = desk.reads();
    let page = queue::page(&mut q, scope, &filter, now).await?;
    let query = |from: &str| {
        let kind = kind.as_deref().map(|k| format!("&kind={k}")).unwrap_or_default();
        let of = fields.opt("of").filter(|_| agent.is_some()).map(|o| format!("&of={o}")).unwrap_or_default();
        format!("/queue?view={}{kind}{of}&from={from}", if all { "all" } else { "mine" })
    };
    let more = page.next.as_deref().map(query);
    let rows = rows(&desk, &page.rows, more, all, "queue-empty").await?;
    if desk.is_htmx() && filter.cursor.is_some() {
        return desk.fragment(&rows);
    }
    let context = Context::of(&mut q, scope.group, scope.store()?).await?;
    let counts = queue::counts(&mut q, scope, &filter, now).await?;
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
        of: fields.opt("of").filter(|_| agent.is_some()).unwrap_or_default().to_owned(),
        kind: kind.clone().unwrap_or_default(),
        moved: assign::Moved::of(&desk, &fields, "queue").await?,
        shut_until: shut_until(&ui, &context, now),
        promised_day: promised_day(&ui, &context, now),
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
        inbound: false,
        cut: false,
        ui,
    })
}

async fn agents(desk: &Desk) -> Result<Vec<(String, String)>, Problem> {
    let scope = desk.scope();
    if !scope.may(Cap::QueueAssign) {
        return Ok(Vec::new());
    }
    let mut q = desk.reads();
    let found = identity::agents(&mut q, scope.group, scope.store()?).await?;
    let today = Context::of(&mut q, scope.group, scope.store()?).await?.today(desk.now());
    let ui = desk.ui();
    let away = |a: &identity::Agent| {
        let (from, until) = (a.absent_from, a.absent_until);
        (from.is_some() || until.is_some()) && from.is_none_or(|d| d <= today) && until.is_none_or(|d| today <= d)
    };
    let name = |a: &identity::Agent| match away(a) {
        true => ui.k("queue-agent-away").s("name", &a.name).to_string(),
        false => a.name.clone(),
    };
    Ok(found.iter().map(|a| (a.id.to_string(), name(a))).collect())
}

/// POST /queue/found: contacts of customers whose name, number, plate or VIN fits; words never stand in an address.
pub async fn found(desk: Desk, fields: Fields) -> Answer {
    let scope = desk.scope();
    let wanted = fields.get("q");
    let all = fields.get("view") == "all";
    let mut q = desk.reads();
    let mut cut = false;
    let found: Vec<Line> = if wanted.is_empty() {
        let view = if all { View::All } else { View::Mine };
        queue::page(&mut q, scope, &Filter { view, ..Filter::default() }, desk.now()).await?.rows
    } else {
        let hits = search::find(&mut q, scope, wanted, FOUND + 1).await?;
        cut = hits.len() > FOUND;
        let customers: Vec<CustomerId> = hits.into_iter().take(FOUND).map(|h| h.customer).collect();
        lists::of_customers(&mut q, scope, &customers, desk.now()).await?
    };
    cut |= found.len() >= lists::MOST;
    let mut rows = rows(&desk, &found, None, all, "queue-none-found").await?;
    rows.inbound = !wanted.is_empty();
    rows.cut = cut && rows.inbound;
    desk.fragment(&rows)
}

/// Customers that a search shows.
const FOUND: usize = 30;

/// When calls may be made again, where every window is shut.
fn shut_until(ui: &Ui, context: &Context, now: Millis) -> Option<String> {
    let kinds = context.rules().rules.iter().map(|r| r.key.as_str()).chain([RECALL]);
    let hours: Vec<CallHours<'_>> = kinds.map(|k| CallHours::new(&context.cal, context.rules().windows(k))).collect();
    if hours.iter().any(|h| h.is_open(now)) {
        return None;
    }
    hours.iter().filter_map(|h| h.next(now)).min().map(|at| ui.day_time(&at))
}

fn promised_day(ui: &Ui, context: &Context, now: Millis) -> Option<String> {
    let day = context.cal.date_of(context.next_open_day(now).0);
    (day != context.today(now).days_after(1)).then(|| ui.date(&day))
}

/// GET /queue/promised: what is left to say before leaving work; nothing when nothing is promised.
pub async fn promised(desk: Desk) -> Answer {
    let scope = desk.scope();
    if scope.store.is_none() {
        return desk.fragment(&Promised { ui: desk.ui(), promised: Vec::new(), day: None });
    }
    let mut q = desk.reads();
    let context = Context::of(&mut q, scope.group, scope.store()?).await?;
    let found = queue::promised_tomorrow(&mut q, scope, desk.now()).await?;
    let ui = desk.ui();
    desk.fragment(&Promised {
        promised: lines(&ui, context.rules(), &HashMap::new(), &found, context.tomorrow(desk.now())),
        day: promised_day(&ui, &context, desk.now()),
        ui,
    })
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
