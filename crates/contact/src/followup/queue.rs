//! C3: the queue. Order: promise, deadline, call window, attempts, priority; each row says why it stands there. A promise
//! counts from its time on: before that it stands behind everything else.

use kernel::{Cap, ContactId, CustomerId, Millis, Phone, Plate, Problem, Reach, Result, Scope, UserId, VehicleId};
use platform::db::{Sql, Tx};
use platform::keyed;

use super::context::Context;
use super::hours::CallHours;
use super::model::{Aside, RECALL};
use super::numbers::whom;
use super::store::{self, Place, QueueRow, Section, Whose};
use super::{lease, people_port};

/// What is promised within these minutes stands in front.
pub(super) const LEAD: i64 = 5;
const PAGE: i64 = 50;

keyed! {
    /// Why a row stands where it does.
    pub enum Why {
        /// The agreed time has come.
        Promise = "promise",
        /// Its deadline has passed.
        Overdue = "overdue",
        DueToday = "due_today",
        /// A handled case waits for its re-call.
        Recall = "recall",
        /// In its window, by deadline.
        Window = "window",
        /// Tried before; spaced as the rule says.
        Tried = "tried",
        /// Agreed for later.
        PromisedLater = "promised_later",
        /// The customer has an open case: its own re-call takes over.
        CaseOpen = "case_open",
        /// Put aside by an agent for a while.
        PutAside = "put_aside",
        /// Its call window or the customer's best time has not come.
        NotYet = "not_yet",
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum View {
    /// One's own and those that nobody has.
    #[default]
    Mine,
    /// Everybody's; needs `queue.see`.
    All,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub view: View,
    /// Of everybody's: those of one agent, or of nobody.
    pub agent: Option<Option<UserId>>,
    /// A rule's key, or `recall`.
    pub kind: Option<String>,
    /// As the page before gave it.
    pub cursor: Option<String>,
}

/// A row of the queue, with what stands beside it.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: ContactId,
    pub customer_id: CustomerId,
    /// Whom to ask for.
    pub person: String,
    pub customer: String,
    pub fleet: bool,
    /// The number that would be dialled; printed masked.
    pub phone: Option<Phone>,
    pub vehicle_id: Option<VehicleId>,
    pub plate: Option<Plate>,
    pub series: Option<String>,
    pub kinds: Vec<String>,
    pub due_at: Millis,
    pub not_before: Millis,
    pub promise_at: Option<Millis>,
    pub attempts: i64,
    pub best_time: Option<String>,
    pub agent_id: Option<UserId>,
    /// Somebody else works on it now.
    pub taken_by: Option<UserId>,
    pub last_outcome: Option<String>,
    pub aside: Option<Aside>,
    pub why: Why,
    pub overdue: bool,
    /// From when it may be called, where that is not now.
    pub waits_until: Option<Millis>,
}

pub struct Page {
    pub rows: Vec<Line>,
    /// For the next page; `None` on the last.
    pub next: Option<String>,
}

/// Why the row stands there. `tomorrow`: the midnight that ends today; `shut`: its call windows are, at this moment.
pub fn why(row: &QueueRow, now: Millis, tomorrow: Millis, shut: bool) -> Why {
    let aside = row.not_before > now && row.skip_reason.is_some();
    match row.promise_at {
        Some(at) if aside && at <= now.plus_minutes(LEAD) => return Why::PutAside,
        Some(at) if at <= now.plus_minutes(LEAD) => return Why::Promise,
        Some(_) => return Why::PromisedLater,
        None => {}
    }
    if aside {
        return Why::PutAside;
    }
    if row.not_before > now || shut {
        return Why::NotYet;
    }
    if row.due_at <= now {
        Why::Overdue
    } else if row.kinds.contains(RECALL) {
        Why::Recall
    } else if row.due_at < tomorrow {
        Why::DueToday
    } else if row.attempts > 0 {
        Why::Tried
    } else {
        Why::Window
    }
}

pub(super) fn pattern(kind: Option<&str>) -> String {
    match kind.filter(|k| k.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')) {
        Some(kind) if !kind.is_empty() => format!("%,{kind},%"),
        Some(_) | None => "%".into(),
    }
}

/// How far a reader has come: the last row, and whether it waited.
#[derive(Copy, Clone)]
struct Cursor {
    waits: bool,
    place: Place,
}

/// A page starts within the rows by deadline, or within the promises for later, which stand behind them.
#[derive(Copy, Clone)]
enum Start {
    Deadline(Cursor),
    Later((Millis, ContactId)),
}

/// Before the place of a promise for later, in a cursor.
const LATER: &str = "later:";

/// `later:at:id` or `waits:due:attempts:rank:id`
fn read_start(text: &str) -> Option<Start> {
    match text.strip_prefix(LATER) {
        Some(rest) => {
            let (at, id) = rest.split_once(':')?;
            Some(Start::Later((Millis(at.parse().ok()?), ContactId::new(id.parse().ok()?))))
        }
        None => read_cursor(text).map(Start::Deadline),
    }
}

fn read_cursor(text: &str) -> Option<Cursor> {
    let mut parts = text.split(':').map(str::parse::<i64>);
    let mut next = || parts.next()?.ok();
    let waits = next()? == 1;
    Some(Cursor { waits, place: (Millis(next()?), next()?, next()?, ContactId::new(next()?)) })
}

impl Cursor {
    const START: Self = Self { waits: false, place: store::START };

    fn write(self) -> String {
        let place = self.place;
        format!("{}:{}:{}:{}:{}", i64::from(self.waits), place.0.0, place.1, place.2, place.3)
    }

    /// Where the rows that may be called now (`ready`), or those that wait, go on: within one deadline, what may be
    /// called now stands before what may not yet.
    fn of(self, ready: bool) -> Place {
        match (self.waits, ready) {
            (false, true) | (true, false) => self.place,
            (false, false) => store::before(self.place.0),
            (true, true) => store::behind(self.place.0),
        }
    }
}

/// Whose contacts a view shows.
fn whose(scope: &Scope, view: View) -> Result<(Vec<Whose>, Option<UserId>)> {
    match view {
        View::Mine => {
            scope.need(Cap::CallWork)?;
            let me = scope.user()?;
            Ok((vec![Whose::Agent(me), Whose::Nobody], Some(me)))
        }
        View::All => {
            let sees = scope.may(Cap::QueueSee) || scope.reach(Cap::CallWork) >= Some(Reach::Store);
            if sees { Ok((vec![Whose::All], None)) } else { Err(Problem::Forbidden) }
        }
    }
}

fn owners(scope: &Scope, filter: &Filter) -> Result<(Vec<Whose>, Option<UserId>)> {
    let (owners, me) = whose(scope, filter.view)?;
    Ok(match filter.agent {
        Some(agent) if filter.view == View::All => (vec![agent.map_or(Whose::Nobody, Whose::Agent)], me),
        Some(_) | None => (owners, me),
    })
}

/// What a reading of the queue is about.
struct Reading<'a> {
    owners: &'a [Whose],
    kinds: &'a str,
    shut: &'a [String],
    now: Millis,
}

impl Reading<'_> {
    /// Those that may be called now, or those that may not yet, of all owners in order; with one more than a page.
    async fn part(&self, q: &mut impl Sql, scope: &Scope, ready: bool, after: Place) -> Result<Vec<QueueRow>> {
        let store_id = scope.store()?;
        let mut rows = Vec::new();
        for owner in self.owners {
            let section = Section {
                whose: *owner,
                now: self.now,
                promises_until: self.now.plus_minutes(LEAD),
                ready,
                kinds: self.kinds,
                after,
                limit: PAGE + 1,
                shut: self.shut,
            };
            rows.extend(store::section(q, scope.group, store_id, &section).await?);
        }
        rows.sort_by_key(QueueRow::place);
        rows.truncate(usize::try_from(PAGE + 1).unwrap_or(51));
        Ok(rows)
    }

    /// In the order of the queue: deadline, call window, attempts, priority.
    async fn rows(&self, q: &mut impl Sql, scope: &Scope, from: Cursor) -> Result<Vec<(bool, QueueRow)>> {
        let mut rows: Vec<(bool, QueueRow)> = Vec::new();
        for ready in [true, false] {
            let found = self.part(q, scope, ready, from.of(ready)).await?;
            rows.extend(found.into_iter().map(|row| (!ready, row)));
        }
        rows.sort_by_key(|(waits, row)| (row.due_at, *waits, row.attempts, row.rank, row.id));
        Ok(rows)
    }
}

/// A page of the queue: due promises in front, then by deadline, of one deadline first what may be called now; promises
/// for later behind all of them, where they are in nobody's way until their time.
/// # Errors
/// `Forbidden` for everybody's queue without the right to see it.
pub async fn page(q: &mut impl Sql, scope: &Scope, filter: &Filter, now: Millis) -> Result<Page> {
    let store_id = scope.store()?;
    let (owners, me) = owners(scope, filter)?;
    let kinds = pattern(filter.kind.as_deref());
    let start = filter.cursor.as_deref().and_then(read_start);
    let size = usize::try_from(PAGE).unwrap_or(50);
    let until = now.plus_minutes(LEAD);
    let mut promised = Vec::new();
    if start.is_none() {
        let due = store::promises(q, scope.group, store_id, (Millis(i64::MIN), until), &kinds, me, now).await?;
        promised.extend(due.into_iter().filter(|r| filter.agent.is_none_or(|a| a == r.agent_id)));
    }
    let context = Context::of(q, scope.group, store_id).await?;
    let shut = context.shut_kinds(now);
    let reading = Reading { owners: &owners, kinds: &kinds, shut: &shut, now };
    let (mut rows, mut after) = (Vec::new(), (until, ContactId::new(i64::MAX)));
    let mut next = None;
    match start.unwrap_or(Start::Deadline(Cursor::START)) {
        Start::Later(place) => after = place,
        Start::Deadline(cursor) => {
            rows = reading.rows(q, scope, cursor).await?;
            if rows.len() > size {
                rows.truncate(size);
                next = rows.last().map(|(waits, row)| Cursor { waits: *waits, place: row.place() }.write());
            }
        }
    }
    let mut rows: Vec<QueueRow> = rows.into_iter().map(|(_, row)| row).collect();
    if next.is_none() {
        let room = size - rows.len();
        let limit = i64::try_from(room + 1).unwrap_or(PAGE + 1);
        let mut later = store::later(q, scope.group, store_id, after, &kinds, &owners, limit).await?;
        let more = later.len() > room;
        later.truncate(room);
        let last = later.last().and_then(|row| Some((row.promise_at?, row.id))).unwrap_or(after);
        next = more.then(|| format!("{LATER}{}:{}", last.0.0, last.1));
        rows.extend(later);
    }
    let rows = promised.into_iter().chain(rows).collect();
    Ok(Page { rows: lines(q, scope, &context, rows, now).await?, next })
}

/// Puts names, cars and numbers beside the rows.
pub(super) async fn lines(
    q: &mut impl Sql,
    scope: &Scope,
    context: &Context,
    rows: Vec<QueueRow>,
    now: Millis,
) -> Result<Vec<Line>> {
    let tomorrow = context.tomorrow(now);
    let mut customers: Vec<CustomerId> = rows.iter().map(|r| r.customer_id).collect();
    customers.sort_unstable();
    customers.dedup();
    let vehicles: Vec<VehicleId> = rows.iter().filter_map(|r| r.vehicle_id).collect();
    let names = people_port::names(q, scope.group, &customers, &vehicles).await?;
    let blocked = blocked(q, scope, &rows).await?;
    let shut = context.shut_kinds(now);
    let line = |row: QueueRow| {
        let closed = shut.iter().any(|kind| row.kinds().any(|k| k == kind));
        let why = match why(&row, now, tomorrow, closed) {
            Why::Promise => Why::Promise,
            _ if blocked.contains(&row.id) => Why::CaseOpen,
            other @ (Why::PromisedLater
            | Why::Overdue
            | Why::DueToday
            | Why::Recall
            | Why::Window
            | Why::Tried
            | Why::CaseOpen
            | Why::PutAside
            | Why::NotYet) => other,
        };
        let hours = CallHours::new(&context.cal, context.rules().windows(row.kinds().next().unwrap_or("")));
        let from = row.not_before.max(now);
        let from = if row.promise_at.is_some() { from } else { hours.next(from).unwrap_or(from) };
        let customer = names.customers.get(&row.customer_id);
        let vehicle = row.vehicle_id.and_then(|v| names.vehicles.get(&v));
        let lines = names.lines.get(&row.customer_id).map_or(&[][..], Vec::as_slice);
        let phone = super::numbers::choose(lines, row.phone_line_id).map(|l| l.phone.clone());
        let name = customer.map(|c| c.name.clone()).unwrap_or_default();
        let person = whom(lines, row.phone_line_id, &row.person_key, row.person_name.as_ref(), &name);
        Line {
            id: row.id,
            customer_id: row.customer_id,
            person,
            customer: name,
            fleet: customer.is_some_and(|c| c.kind == people_port::CustomerKind::Organisation),
            phone,
            vehicle_id: row.vehicle_id,
            plate: vehicle.and_then(|v| v.plate.clone()),
            series: vehicle.and_then(|v| v.series.clone()),
            kinds: row.kinds().map(str::to_owned).collect(),
            due_at: row.due_at,
            not_before: row.not_before,
            promise_at: row.promise_at,
            attempts: row.attempts,
            best_time: row.best_time.clone().or_else(|| customer.and_then(|c| c.best_time.clone())),
            agent_id: row.agent_id,
            taken_by: row.lease_user.filter(|u| row.lease_until > now && Some(*u) != scope.user),
            last_outcome: row.last_outcome.clone(),
            aside: row.skip_reason,
            overdue: row.due_at <= now,
            waits_until: Some(from).filter(|at| *at > now && why != Why::Promise),
            why,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Contacts of these rows whose customer has an open case that is not called about here.
async fn blocked(q: &mut impl Sql, scope: &Scope, rows: &[QueueRow]) -> Result<Vec<ContactId>> {
    let mut customers: Vec<CustomerId> = rows.iter().map(|r| r.customer_id).collect();
    customers.sort_unstable();
    customers.dedup();
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let blocks = people_port::blocks(q, scope.group, scope.store()?, &customers).await?;
    let stands = |r: &&QueueRow| blocks.iter().any(|b| b.customer_id == r.customer_id);
    Ok(rows.iter().filter(stands).filter(|r| r.kinds().all(|k| k != RECALL)).map(|r| r.id).collect())
}

/// Whom of mine I promised to call on the store's next open day, and on the closed ones before it.
/// # Errors
/// `Forbidden` without `call.work`.
pub async fn promised_tomorrow(q: &mut impl Sql, scope: &Scope, now: Millis) -> Result<Vec<Line>> {
    scope.need(Cap::CallWork)?;
    let (me, store_id) = (scope.user()?, scope.store()?);
    let context = Context::of(q, scope.group, store_id).await?;
    let (from, (_, until)) = (context.tomorrow(now), context.next_open_day(now));
    let seen = Millis(i64::MAX);
    let rows = store::promises(q, scope.group, store_id, (from.plus(-1), until.plus(-1)), "%", Some(me), seen).await?;
    lines(q, scope, &context, rows, now).await
}

/// How much stands in the queue today. Counts stop at 5,000.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of the queue.
    pub all: i64,
    /// Those whose window has begun or begins today.
    pub today: i64,
    /// To be reached before tomorrow, late ones with them.
    pub due_today: i64,
    pub overdue: i64,
    /// Kind and count; a contact with two kinds counts under both.
    pub by_kind: Vec<(String, i64)>,
    /// Customers I reached today.
    pub reached_today: i64,
}

impl Counts {
    /// The sentence above the queue: with what is late, where something is.
    pub const fn lead(&self) -> &'static str {
        if self.overdue > 0 { "queue-lead-late" } else { "queue-lead" }
    }
}

/// # Errors
/// `Forbidden` as for [`page`].
pub async fn counts(q: &mut impl Sql, scope: &Scope, filter: &Filter, now: Millis) -> Result<Counts> {
    let store_id = scope.store()?;
    let (owners, me) = owners(scope, filter)?;
    let context = Context::of(q, scope.group, store_id).await?;
    let tomorrow = context.tomorrow(now);
    let mut counts = Counts::default();
    for owner in owners {
        for row in store::kind_counts(q, scope.group, store_id, owner, (tomorrow, tomorrow, now)).await? {
            counts.all += row.n;
            counts.today += row.today;
            counts.due_today += row.due;
            counts.overdue += row.overdue;
            for kind in row.kinds.split(',').filter(|k| !k.is_empty()) {
                match counts.by_kind.iter_mut().find(|(k, _)| k == kind) {
                    Some((_, n)) => *n += row.n,
                    None => counts.by_kind.push((kind.to_owned(), row.n)),
                }
            }
        }
    }
    counts.by_kind.sort();
    if let Some(me) = me {
        let midnight = context.cal.at(context.today(now), 0);
        counts.reached_today = store::reached_count(q, scope.group, store_id, me, midnight).await?;
    }
    Ok(counts)
}

/// Picks the first contact of the agent's queue that nobody holds and leases it. `None`: nothing may be called now.
/// # Errors
/// `Forbidden` without `call.work`.
pub async fn next_for(tx: &mut Tx) -> Result<Option<lease::Lease>> {
    let scope = tx.scope().clone();
    scope.need(Cap::CallWork)?;
    let (me, store_id, now) = (scope.user()?, scope.store()?, tx.now());
    let until = now.plus_minutes(LEAD);
    let due = store::promises(tx, scope.group, store_id, (Millis(i64::MIN), until), "%", Some(me), now).await?;
    if let Some(lease) = first_free(tx, &scope, &due, me, now, false).await? {
        return Ok(Some(lease));
    }
    let shut = Context::of(tx, scope.group, store_id).await?.shut_kinds(now);
    let reading = Reading { owners: &[Whose::Agent(me), Whose::Nobody], kinds: "%", shut: &shut, now };
    let mut after = store::START;
    loop {
        let rows = reading.part(tx, &scope, true, after).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        after = last.place();
        if let Some(lease) = first_free(tx, &scope, &rows, me, now, true).await? {
            return Ok(Some(lease));
        }
    }
}

/// `heeds`: those with an open case are passed over; a promise is kept whatever happened since.
async fn first_free(
    tx: &mut Tx,
    scope: &Scope,
    rows: &[QueueRow],
    me: UserId,
    now: Millis,
    heeds: bool,
) -> Result<Option<lease::Lease>> {
    let blocked = if heeds { blocked(tx, scope, rows).await? } else { Vec::new() };
    for row in rows.iter().filter(|r| !blocked.contains(&r.id)) {
        if row.lease_until > now && row.lease_user.is_some_and(|u| u != me) {
            continue;
        }
        match lease::take(tx, row.id).await {
            Ok(lease) => return Ok(Some(lease)),
            Err(Problem::Conflict(_)) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(None)
}
