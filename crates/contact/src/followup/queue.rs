//! C3: the queue. Order: promise, deadline, call window, attempts, priority; each row says why it stands there.

use kernel::{Cap, ContactId, CustomerId, Millis, Phone, Plate, Problem, Reach, Result, Scope, UserId, VehicleId};
use platform::db::{Sql, Tx};
use platform::keyed;

use super::context::Context;
use super::model::{Aside, RECALL};
use super::store::{self, Place, QueueRow, Section, Whose};
use super::{lease, people_port};

/// What is promised within these minutes stands in front.
const LEAD: i64 = 5;
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
}

pub struct Page {
    pub rows: Vec<Line>,
    /// For the next page; `None` on the last.
    pub next: Option<String>,
}

/// Why the row stands there. `tomorrow`: the midnight that ends today.
pub fn why(row: &QueueRow, now: Millis, tomorrow: Millis) -> Why {
    match row.promise_at {
        Some(at) if at <= now.plus_minutes(LEAD) => return Why::Promise,
        Some(_) => return Why::PromisedLater,
        None => {}
    }
    if row.not_before > now {
        return if row.skip_reason.is_some() { Why::PutAside } else { Why::NotYet };
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

fn pattern(kind: Option<&str>) -> String {
    match kind.filter(|k| k.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')) {
        Some(kind) if !kind.is_empty() => format!("%,{kind},%"),
        Some(_) | None => "%".into(),
    }
}

/// `section:due:attempts:rank:id`; section 1 may be called now, 2 not yet.
fn read_cursor(text: &str) -> Option<(u8, Place)> {
    let mut parts = text.split(':').map(str::parse::<i64>);
    let mut next = || parts.next()?.ok();
    let section = u8::try_from(next()?).ok().filter(|s| (1..=2).contains(s))?;
    let place = (Millis(next()?), next()?, next()?, ContactId::new(next()?));
    Some((section, place))
}

fn write_cursor(section: u8, place: Place) -> String {
    format!("{section}:{}:{}:{}:{}", place.0.0, place.1, place.2, place.3)
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

/// The rows of one section in order, of several owners merged.
async fn merged(
    q: &mut impl Sql,
    scope: &Scope,
    owners: &[Whose],
    ready: bool,
    kinds: &str,
    after: Place,
    now: Millis,
) -> Result<Vec<QueueRow>> {
    let store_id = scope.store()?;
    let mut rows = Vec::new();
    for owner in owners {
        let section = Section {
            whose: *owner,
            now,
            promises_until: now.plus_minutes(LEAD),
            ready,
            kinds,
            after,
            limit: PAGE + 1,
        };
        rows.extend(store::section(q, scope.group, store_id, &section).await?);
    }
    rows.sort_by_key(QueueRow::place);
    rows.truncate(usize::try_from(PAGE + 1).unwrap_or(51));
    Ok(rows)
}

/// A page of the queue: due promises, then what may be called now by deadline, then what may not yet.
/// # Errors
/// `Forbidden` for everybody's queue without the right to see it.
pub async fn page(q: &mut impl Sql, scope: &Scope, filter: &Filter, now: Millis) -> Result<Page> {
    let store_id = scope.store()?;
    let (owners, me) = whose(scope, filter.view)?;
    let kinds = pattern(filter.kind.as_deref());
    let cursor = filter.cursor.as_deref().and_then(read_cursor);
    let size = usize::try_from(PAGE).unwrap_or(50);
    // (section, row): section 0 are the promises, all on the first page.
    let mut rows: Vec<(u8, QueueRow)> = Vec::new();
    if cursor.is_none() {
        let until = now.plus_minutes(LEAD);
        let due = store::promises(q, scope.group, store_id, Millis(i64::MIN), until, &kinds, me).await?;
        rows.extend(due.into_iter().map(|r| (0, r)));
    }
    let promised = rows.len();
    let (first, after) = cursor.unwrap_or((1, store::START));
    for (section, ready) in [(1_u8, true), (2, false)] {
        if section < first || rows.len() > size + promised {
            continue;
        }
        let from = if section == first { after } else { store::START };
        let found = merged(q, scope, &owners, ready, &kinds, from, now).await?;
        rows.extend(found.into_iter().map(|r| (section, r)));
    }
    let more = rows.len() > size + promised;
    rows.truncate(size + promised);
    let next = rows.last().filter(|_| more).map(|(section, row)| write_cursor(*section, row.place()));
    let rows: Vec<QueueRow> = rows.into_iter().map(|(_, r)| r).collect();
    Ok(Page { rows: lines(q, scope, rows, now).await?, next })
}

/// Puts names, cars and numbers beside the rows.
pub(super) async fn lines(q: &mut impl Sql, scope: &Scope, rows: Vec<QueueRow>, now: Millis) -> Result<Vec<Line>> {
    let store_id = scope.store()?;
    let context = Context::of(q, scope.group, store_id).await?;
    let tomorrow = context.tomorrow(now);
    let mut customers: Vec<CustomerId> = rows.iter().map(|r| r.customer_id).collect();
    customers.sort_unstable();
    customers.dedup();
    let vehicles: Vec<VehicleId> = rows.iter().filter_map(|r| r.vehicle_id).collect();
    let names = people_port::names(q, scope.group, &customers, &vehicles).await?;
    let line = |row: QueueRow| {
        let customer = names.customers.get(&row.customer_id);
        let vehicle = row.vehicle_id.and_then(|v| names.vehicles.get(&v));
        let lines = names.lines.get(&row.customer_id).map_or(&[][..], Vec::as_slice);
        let phone = super::numbers::choose(lines, row.phone_line_id).map(|l| l.phone.clone());
        let name = customer.map(|c| c.name.clone()).unwrap_or_default();
        Line {
            id: row.id,
            customer_id: row.customer_id,
            person: row.person_name.as_ref().map_or_else(|| name.clone(), |p| p.expose().to_owned()),
            customer: name,
            fleet: customer.is_some_and(|c| c.kind == people_port::CustomerKind::Organisation),
            phone,
            vehicle_id: row.vehicle_id,
            plate: vehicle.and_then(|v| v.plate.clone()),
            series: vehicle.and_then(|v| v.series.clone()),
            kinds: row.kinds.split(',').filter(|k| !k.is_empty()).map(str::to_owned).collect(),
            due_at: row.due_at,
            not_before: row.not_before,
            promise_at: row.promise_at,
            attempts: row.attempts,
            best_time: row.best_time.clone().or_else(|| customer.and_then(|c| c.best_time.clone())),
            agent_id: row.agent_id,
            taken_by: row.lease_user.filter(|u| row.lease_until > now && Some(*u) != scope.user),
            last_outcome: row.last_outcome.clone(),
            aside: row.skip_reason,
            why: why(&row, now, tomorrow),
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Whom of mine I promised to call on the store's next day.
/// # Errors
/// `Forbidden` without `call.work`.
pub async fn promised_tomorrow(q: &mut impl Sql, scope: &Scope, now: Millis) -> Result<Vec<Line>> {
    scope.need(Cap::CallWork)?;
    let (me, store_id) = (scope.user()?, scope.store()?);
    let context = Context::of(q, scope.group, store_id).await?;
    let from = context.tomorrow(now);
    let until = context.cal.at(context.today(now).days_after(1), 1440);
    let rows = store::promises(q, scope.group, store_id, from.plus(-1), until.plus(-1), "%", Some(me)).await?;
    lines(q, scope, rows, now).await
}

/// How much stands in the queue today. Counts stop at 5,000.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub all: i64,
    pub due_today: i64,
    /// Kind and count; a contact with two kinds counts under both.
    pub by_kind: Vec<(String, i64)>,
    /// Customers I reached today.
    pub reached_today: i64,
}

/// # Errors
/// `Forbidden` as for [`page`].
pub async fn counts(q: &mut impl Sql, scope: &Scope, view: View, now: Millis) -> Result<Counts> {
    let store_id = scope.store()?;
    let (owners, me) = whose(scope, view)?;
    let context = Context::of(q, scope.group, store_id).await?;
    let tomorrow = context.tomorrow(now);
    let mut counts = Counts::default();
    for owner in owners {
        for row in store::kind_counts(q, scope.group, store_id, owner, tomorrow, tomorrow).await? {
            counts.all += row.n;
            counts.due_today += row.due;
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
    let due = store::promises(tx, scope.group, store_id, Millis(i64::MIN), until, "%", Some(me)).await?;
    if let Some(lease) = first_free(tx, &due, me, now).await? {
        return Ok(Some(lease));
    }
    let mut after = store::START;
    loop {
        let rows = merged(tx, &scope, &[Whose::Agent(me), Whose::Nobody], true, "%", after, now).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        after = last.place();
        if let Some(lease) = first_free(tx, &rows, me, now).await? {
            return Ok(Some(lease));
        }
    }
}

async fn first_free(tx: &mut Tx, rows: &[QueueRow], me: UserId, now: Millis) -> Result<Option<lease::Lease>> {
    for row in rows {
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
