//! C6: events become tasks, tasks become contacts. Set-based: a chunk costs a fixed number of statements.

use std::collections::HashMap;

use kernel::{CustomerId, DeliveryId, ImportId, Millis, Result, StoreDate, StoreId};
use platform::db::{Sql, Tx};
use platform::settings;

use super::context::Context;
use super::model::{SubjectKind, Task, TaskResult, TaskState};
use super::people_port::{
    self, CustomerOptedOut, DeliveriesCancelled, DeliveriesRecorded, RepairOrdersCancelled, RepairOrdersRecorded,
};
use super::plan::{self, Against, Decision, EventFacts, Person, Window};
use super::rules::{EventKind, Rule};
use super::store::{self, NoTask};
use super::{bundling, reclass, tending, told};

/// Events per pass: bounds the lists that statements carry.
const CHUNK: usize = 2_000;
/// The first event day for which a store wants follow-ups.
pub(super) const PLAN_FROM: &str = "followup-plan-from";

/// What a pass over some events did.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    pub tasks: usize,
    pub moved: usize,
    pub late: usize,
    pub skipped: usize,
}

/// A repair order was recorded or corrected.
/// # Errors
/// As the database answers.
pub async fn on_repair_orders(tx: &mut Tx, e: &RepairOrdersRecorded) -> Result<()> {
    let ids: Vec<i64> = e.ids.iter().chain(&e.changed).map(|id| id.raw()).collect();
    heard(tx, e.store, SubjectKind::RepairOrder, &ids, e.import, e.plan_from).await
}

/// # Errors
/// As the database answers.
pub async fn on_deliveries(tx: &mut Tx, e: &DeliveriesRecorded) -> Result<()> {
    let ids: Vec<i64> = e.ids.iter().chain(&e.changed).map(|id| id.raw()).collect();
    heard(tx, e.store, SubjectKind::Delivery, &ids, e.import, e.plan_from).await?;
    let deliveries: Vec<DeliveryId> = ids.into_iter().map(DeliveryId::new).collect();
    reclass::repairs(tx, &deliveries, false).await
}

async fn heard(
    tx: &mut Tx,
    store_id: StoreId,
    kind: SubjectKind,
    ids: &[i64],
    import: Option<ImportId>,
    plan_from: Option<StoreDate>,
) -> Result<()> {
    let group = tx.scope().group;
    if let Some(from) = plan_from
        && settings::get(tx, group, Some(store_id), PLAN_FROM).await?.is_none()
    {
        settings::set(tx, Some(store_id), PLAN_FROM, &from.to_string()).await?;
    }
    let context = Context::of(tx, group, store_id).await?;
    for chunk in ids.chunks(CHUNK) {
        plan_events(tx, &context, kind, chunk, import, plan_from).await?;
    }
    if import.is_none() {
        told(tx, store_id);
    }
    Ok(())
}

/// Plans events that have no task yet and moves the unstarted tasks of corrected ones.
/// # Errors
/// As the database answers.
pub async fn plan_events(
    tx: &mut Tx,
    context: &Context,
    kind: SubjectKind,
    ids: &[i64],
    import: Option<ImportId>,
    plan_from: Option<StoreDate>,
) -> Result<Planned> {
    let (group, store_id, now) = (context.group, context.store, tx.now());
    let event_kind = match kind {
        SubjectKind::RepairOrder => EventKind::RepairOrder,
        SubjectKind::Delivery => EventKind::Delivery,
        SubjectKind::Case => return Ok(Planned::default()),
    };
    let rules: Vec<&Rule> = context.rules().active(event_kind).collect();
    if rules.is_empty() || ids.is_empty() {
        return Ok(Planned::default());
    }
    let plan_from = match plan_from {
        Some(from) => Some(from),
        None => settings::get(tx, group, Some(store_id), PLAN_FROM).await?.and_then(|v| v.parse().ok()),
    };
    let events = people_port::event_facts(tx, group, kind, ids).await?;
    let keys: Vec<String> = rules.iter().map(|r| r.key.clone()).collect();
    let mut known: HashMap<(i64, String), Task> = HashMap::new();
    for task in store::tasks_of_subjects(tx, group, store_id, kind, ids, &keys).await? {
        known.insert((task.subject_id, task.kind.clone()), task);
    }
    let against = Objections::of(tx, context, &events, &rules, now).await?;

    let mut windows: HashMap<(usize, StoreDate), Option<Window>> = HashMap::new();
    let mut items = Vec::new();
    let mut none = Vec::new();
    let mut forget: Vec<i64> = Vec::new();
    for event in &events {
        for (i, rule) in rules.iter().enumerate() {
            let event_on = event.event_on(rule);
            let window = *windows.entry((i, event_on)).or_insert_with(|| plan::window(rule, event_on, &context.cal));
            let person = event.person(rule);
            let existing = known.remove(&(event.subject_id, rule.key.clone()));
            let objection = against.of_event(event, &person);
            let made = match (plan::decide(event, rule, window, objection, plan_from, now), &existing) {
                (Decision::Plan(window), _) => window,
                (Decision::Late(window), None) => {
                    none.push(no_task(event, rule, window, None));
                    continue;
                }
                (Decision::Skip(window, reason), None) => {
                    none.push(no_task(event, rule, window, Some(reason)));
                    continue;
                }
                // A task that exists is not taken away by a later reason.
                (Decision::Late(_) | Decision::Skip(..) | Decision::Nothing, _) => continue,
            };
            if existing.as_ref().is_some_and(|t| !may_move(t, import) || unchanged(t, event, event_on)) {
                continue;
            }
            forget.push(event.subject_id);
            items.push(item(tx, context, event, rule, made, person, existing, import, now));
        }
    }
    let mut done = Planned {
        late: none.iter().filter(|n| n.reason.is_none()).count(),
        skipped: none.iter().filter(|n| n.reason.is_some()).count(),
        ..Planned::default()
    };
    store::insert_no_tasks(tx, store_id, kind, &none, import).await?;
    if !forget.is_empty() && import.is_none() {
        // A corrected date may bring an event back that had come too late.
        store::drop_no_tasks(tx, store_id, &keys, kind, &forget).await?;
    }
    for item in &items {
        if item.fresh {
            done.tasks += 1;
        } else {
            done.moved += 1;
        }
    }
    // What agents see already stays visible, whatever brought the correction.
    let (hidden, open): (Vec<_>, Vec<_>) = items.into_iter().partition(|i| i.task.state == TaskState::Hidden);
    bundling::bundle(tx, context, hidden, import).await?;
    bundling::bundle(tx, context, open, None).await?;
    Ok(done)
}

/// Only what nobody has worked on moves; a cancelled event that comes back is planned anew.
fn may_move(task: &Task, import: Option<ImportId>) -> bool {
    let free = match task.state {
        TaskState::Open => true,
        // It belongs to an import that is still being applied.
        TaskState::Hidden => import.is_some(),
        TaskState::Done | TaskState::Ended => task.result == Some(TaskResult::Cancelled),
    };
    free && task.attempts == 0
}

fn unchanged(task: &Task, event: &EventFacts, event_on: StoreDate) -> bool {
    task.is_open()
        && task.event_on == event_on
        && task.customer_id == event.customer_id
        && task.vehicle_id == event.vehicle_id
        && task.phone_line_id == event.phone_line_id
        && task.class == event.class(event_on)
        && task.brand == event.brand
}

fn no_task(event: &EventFacts, rule: &Rule, window: Window, reason: Option<super::model::SkipReason>) -> NoTask {
    NoTask { subject_id: event.subject_id, kind: rule.key.clone(), due_on: window.due_on, reason }
}

#[expect(clippy::too_many_arguments, reason = "one value from all that planning knows")]
fn item(
    tx: &Tx,
    context: &Context,
    event: &EventFacts,
    rule: &Rule,
    window: Window,
    person: Person,
    existing: Option<Task>,
    import: Option<ImportId>,
    now: Millis,
) -> bundling::Item {
    let event_on = event.event_on(rule);
    let fresh = existing.is_none();
    let hidden = import.is_some();
    let mut task = existing.unwrap_or_else(|| Task {
        id: tx.new_id(),
        store_id: context.store,
        kind: rule.key.clone(),
        class: event.class(event_on),
        rule_version: context.rules.version,
        subject_kind: event.subject_kind,
        subject_id: event.subject_id,
        round: 1,
        customer_id: event.customer_id,
        vehicle_id: None,
        phone_line_id: None,
        contact_id: None,
        event_on,
        from_on: window.from_on,
        due_on: window.due_on,
        from_at: window.from_at,
        due_at: window.due_at,
        expires_at: window.expires_at,
        state: if hidden { TaskState::Hidden } else { TaskState::Open },
        result: None,
        attempts: 0,
        attempts_in_window: 0,
        reached: false,
        max_attempts: i64::from(rule.attempts),
        agent_id: None,
        closed_at: None,
        created_at: now,
        version: 1,
        brand: String::new(),
    });
    if !task.is_open() {
        task.state = if hidden { TaskState::Hidden } else { TaskState::Open };
        task.result = None;
        task.closed_at = None;
    }
    task.vehicle_id = event.vehicle_id;
    task.phone_line_id = event.phone_line_id;
    task.class = event.class(event_on);
    task.brand.clone_from(&event.brand);
    task.event_on = event_on;
    task.from_on = window.from_on;
    task.due_on = window.due_on;
    task.from_at = window.from_at;
    task.due_at = window.due_at;
    task.expires_at = window.expires_at;
    bundling::Item { task, person, fresh }
}

/// What speaks against calling the customers of a chunk.
pub(super) struct Objections {
    blocked: Vec<CustomerId>,
    customers: HashMap<CustomerId, Millis>,
    persons: HashMap<(CustomerId, String), Millis>,
}

impl Objections {
    /// # Errors
    /// As the database answers.
    pub(super) async fn of(
        q: &mut impl Sql,
        context: &Context,
        events: &[EventFacts],
        rules: &[&Rule],
        now: Millis,
    ) -> Result<Self> {
        let mut ids: Vec<CustomerId> = events.iter().map(|e| e.customer_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut blocked: Vec<CustomerId> = people_port::blocks(q, context.group, context.store, &ids)
            .await?
            .into_iter()
            .map(|b| b.customer_id)
            .collect();
        blocked.sort_unstable();
        let days = rules.iter().map(|r| i64::from(r.skip.contacted_within_days)).max().unwrap_or(0);
        let since = now.plus(-days * Millis::DAY);
        let mut customers: HashMap<CustomerId, Millis> = HashMap::new();
        let mut persons = HashMap::new();
        for r in store::reached_since(q, context.group, context.store, &ids, since).await? {
            let at = customers.entry(r.customer_id).or_insert(r.at);
            *at = (*at).max(r.at);
            persons.insert((r.customer_id, r.person_key), r.at);
        }
        Ok(Self { blocked, customers, persons })
    }

    /// A fleet has many visitors: only the one who was called is left in peace.
    pub(super) fn of_event(&self, event: &EventFacts, person: &Person) -> Against {
        let contacted_at = if event.fleet {
            self.persons.get(&(event.customer_id, person.key.clone())).copied()
        } else {
            self.customers.get(&event.customer_id).copied()
        };
        Against { case_open: self.blocked.binary_search(&event.customer_id).is_ok(), contacted_at }
    }
}

/// Cancelled or deleted orders end their unstarted tasks.
/// # Errors
/// As the database answers.
pub async fn on_repair_orders_cancelled(tx: &mut Tx, e: &RepairOrdersCancelled) -> Result<()> {
    let ids: Vec<i64> = e.ids.iter().map(|id| id.raw()).collect();
    cancelled(tx, e.store, SubjectKind::RepairOrder, &ids).await
}

/// # Errors
/// As the database answers.
pub async fn on_deliveries_cancelled(tx: &mut Tx, e: &DeliveriesCancelled) -> Result<()> {
    let ids: Vec<i64> = e.ids.iter().map(|id| id.raw()).collect();
    cancelled(tx, e.store, SubjectKind::Delivery, &ids).await?;
    reclass::repairs(tx, &e.ids, true).await
}

async fn cancelled(tx: &mut Tx, store_id: StoreId, kind: SubjectKind, ids: &[i64]) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let context = Context::of(tx, group, store_id).await?;
    let kinds = store::kinds_seen(tx, store_id).await?;
    for chunk in ids.chunks(CHUNK) {
        let tasks = store::tasks_of_subjects(tx, group, store_id, kind, chunk, &kinds).await?;
        let contacts: Vec<_> = tasks.iter().filter(|t| t.is_open()).filter_map(|t| t.contact_id).collect();
        tending::settle(tx, &context, &contacts, |task, contact| {
            let ours = task.subject_kind == kind && chunk.contains(&task.subject_id);
            (ours && task.attempts == 0 && contact.holder(now).is_none()).then_some(TaskResult::Cancelled)
        })
        .await?;
        // Contacts that nobody ever called leave nothing of the person behind.
        let gone = store::untouched_done(tx, group, &contacts).await?;
        store::drop_contacts(tx, &gone).await?;
        store::drop_no_tasks(tx, store_id, &kinds, kind, chunk).await?;
    }
    told(tx, store_id);
    Ok(())
}

/// A customer who opted out is called by nobody: every open task in the group ends.
/// # Errors
/// As the database answers.
pub async fn on_opted_out(tx: &mut Tx, e: &CustomerOptedOut) -> Result<()> {
    end_of_customer(tx, e.customer, None, TaskResult::OptedOut, |_| true).await
}

/// A case of the customer was opened at the store: its own re-call takes over from the other follow-ups, begun or not.
/// # Errors
/// As the database answers.
pub async fn supersede(tx: &mut Tx, store_id: StoreId, customer: CustomerId) -> Result<()> {
    let other = |t: &Task| t.recall_case().is_none();
    end_of_customer(tx, customer, Some(store_id), TaskResult::Superseded, other).await
}

async fn end_of_customer(
    tx: &mut Tx,
    customer: CustomerId,
    only: Option<StoreId>,
    result: TaskResult,
    which: impl Fn(&Task) -> bool + Send + Sync,
) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let tasks = store::open_tasks_of_customer(tx, group, customer).await?;
    let mut stores: Vec<StoreId> = tasks.iter().map(|t| t.store_id).filter(|s| only.is_none_or(|o| o == *s)).collect();
    stores.sort_unstable();
    stores.dedup();
    for store_id in stores {
        let context = Context::of(tx, group, store_id).await?;
        let contacts: Vec<_> = tasks.iter().filter(|t| t.store_id == store_id).filter_map(|t| t.contact_id).collect();
        let closed = tending::settle(tx, &context, &contacts, |task, contact| {
            let free = result == TaskResult::OptedOut || contact.holder(now).is_none();
            (free && which(task)).then_some(result)
        })
        .await?;
        tending::tell_lapsed(tx, &closed, None).await?;
        told(tx, store_id);
    }
    Ok(())
}
