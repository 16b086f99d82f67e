//! What imports need of follow-up: showing the tasks of an applied one, taking back those of an undone one.

use kernel::{
    CustomerId, GroupId, ImportId, Millis, PersonName, PhoneLineId, Problem, Result, Scope, StoreDate, StoreId,
};
use platform::db::{Sql, Tx};
use platform::http::App;
use platform::jobs::Job;
use platform::{rulebook, settings, transact};
use std::collections::{HashMap, HashSet};

use super::context::Context;
use super::model::{SubjectKind, Task, TaskResult};
use super::plan::{self, Decision, EventFacts, Window};
use super::planning::Objections;
use super::rules::{EventKind, FollowupRules, Rule};
use super::{bundling, people_port, planning, store, tending, told};

/// Contacts shown per transaction.
const CHUNK: i64 = 500;

/// From how many days back the store's first import plans.
/// # Errors
/// As the database answers.
pub async fn days_back(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<u32> {
    let rules = rulebook::current::<FollowupRules>(q, group, store).await?;
    Ok(rules.body.planning.first_import_days_back)
}

/// The store's first import was undone: the next one is asked anew from which day to plan.
/// # Errors
/// As the database answers.
pub async fn forget_start(tx: &mut Tx, store: StoreId) -> Result<()> {
    settings::forget(tx, Some(store), planning::PLAN_FROM).await
}

/// Shows the next contacts of an applied import to agents; `true` while more are hidden. Call again in a further
/// transaction until it answers `false`.
/// # Errors
/// As the database answers.
pub async fn reveal_import(tx: &mut Tx, import: ImportId) -> Result<bool> {
    let group = tx.scope().group;
    let hidden = store::hidden_of_import(tx, import, CHUNK).await?;
    let more = i64::try_from(hidden.len()).unwrap_or(0) == CHUNK;
    let mut by_store: HashMap<StoreId, Vec<_>> = HashMap::new();
    for contact in hidden {
        by_store.entry(contact.store_id).or_default().push(contact);
    }
    let mut stores: Vec<StoreId> = by_store.keys().copied().collect();
    stores.sort_unstable();
    for store_id in stores {
        let context = Context::of(tx, group, store_id).await?;
        bundling::show(tx, &context, by_store.remove(&store_id).unwrap_or_default()).await?;
        told(tx, store_id);
    }
    Ok(more)
}

pub(super) const REVEAL: &str = "followup-reveal";

/// An import was applied: its first contacts are shown at once, the others by a job, so that no transaction grows.
/// # Errors
/// As the database answers.
pub async fn on_import_applied(tx: &mut Tx, import: ImportId) -> Result<()> {
    if reveal_import(tx, import).await? {
        let now = tx.now();
        let key = format!("{REVEAL}:{import}");
        platform::jobs::enqueue(tx, REVEAL, &key, &serde_json::json!({ "import": import }), now).await?;
    }
    Ok(())
}

pub(super) async fn reveal_rest(app: App, job: Job) -> Result<()> {
    let group = job.group_id.ok_or_else(|| Problem::internal("an import without a group"))?;
    let import: ImportId = serde_json::from_value(job.payload["import"].clone()).map_err(Problem::internal)?;
    let scope = Scope::system(group, None);
    while transact!(app.db, &scope, |tx| { reveal_import(tx, import).await })? {}
    Ok(())
}

/// An event whose task stays although its import is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub subject_id: i64,
    /// `task-started`, `task-held`, `task-settled`.
    pub reason: &'static str,
}

/// Cancels the unstarted tasks that an import made for these events and forgets its late and skipped ones. Answers
/// those that stay, with the reason: their events must stay too.
/// # Errors
/// As the database answers.
pub async fn undo_import_tasks(
    tx: &mut Tx,
    import: ImportId,
    kind: SubjectKind,
    subject_ids: &[i64],
) -> Result<Vec<Kept>> {
    let (group, now) = (tx.scope().group, tx.now());
    let tasks = store::tasks_of_import(tx, group, import, kind, subject_ids).await?;
    let mut stores: Vec<StoreId> = tasks.iter().map(|t| t.store_id).collect();
    stores.sort_unstable();
    stores.dedup();
    let mut kept = Vec::new();
    let mut closed: Vec<kernel::TaskId> = Vec::new();
    for store_id in &stores {
        let context = Context::of(tx, group, *store_id).await?;
        let contacts: Vec<_> = tasks
            .iter()
            .filter(|t| t.store_id == *store_id && t.is_open() && t.attempts == 0)
            .filter_map(|t| t.contact_id)
            .collect();
        let ended = tending::settle(tx, &context, &contacts, |task: &Task, contact| {
            let ours = task.subject_kind == kind && subject_ids.contains(&task.subject_id);
            (ours && task.attempts == 0 && contact.holder(now).is_none()).then_some(TaskResult::Cancelled)
        })
        .await?;
        closed.extend(ended.iter().map(|t| t.id));
        let kinds = store::kinds_seen(tx, *store_id).await?;
        store::drop_no_tasks(tx, *store_id, &kinds, kind, subject_ids).await?;
        told(tx, *store_id);
    }
    for task in tasks.iter().filter(|t| !closed.contains(&t.id)) {
        let reason = match (task.is_open(), task.attempts) {
            (true, 0) => "task-held",
            (true, _) => "task-started",
            (false, _) if task.result == Some(TaskResult::Cancelled) => continue,
            (false, _) => "task-settled",
        };
        kept.push(Kept { subject_id: task.subject_id, reason });
    }
    Ok(kept)
}

/// How many tasks an import has planned.
/// # Errors
/// As the database answers.
pub async fn planned_by(q: &mut impl Sql, group: GroupId, import: ImportId) -> Result<i64> {
    store::count_of_import(q, group, import).await
}

/// An event as an import would leave it.
#[derive(Clone, Debug)]
pub struct Upcoming {
    /// `None`: it is not recorded yet.
    pub subject: Option<i64>,
    /// `None`: somebody new.
    pub customer: Option<CustomerId>,
    pub visitor: Option<String>,
    pub line: Option<PhoneLineId>,
    pub opened_on: StoreDate,
    pub settled_on: Option<StoreDate>,
}

/// What planning would make of it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// One task each: the day it counts from.
    pub plans: Vec<StoreDate>,
    /// It comes too late for every rule.
    pub late: bool,
    /// Something speaks against a call: opted out, a case, a call lately.
    pub held: bool,
    /// It lies before the day from which the store plans, for every rule: history, not late.
    pub early: bool,
}

/// For the preview: what planning would make of these events, as of `now`, by the very rules that planning obeys.
/// `first`: the store's first import, which is asked later from which day to plan. In the order of the events.
/// # Errors
/// As the database answers.
pub async fn foresee(
    q: &mut impl Sql,
    scope: &Scope,
    store_id: StoreId,
    kind: SubjectKind,
    events: &[Upcoming],
    first: bool,
    now: Millis,
) -> Result<Vec<Outlook>> {
    let event_kind = match kind {
        SubjectKind::RepairOrder => EventKind::RepairOrder,
        SubjectKind::Delivery => EventKind::Delivery,
        SubjectKind::Case => return Ok(vec![Outlook::default(); events.len()]),
    };
    let group = scope.group;
    let context = Context::of(q, group, store_id).await?;
    let rules: Vec<&Rule> = context.rules().active(event_kind).collect();
    if rules.is_empty() || events.is_empty() {
        return Ok(vec![Outlook::default(); events.len()]);
    }
    let from = match first {
        true => None,
        false => settings::get(q, group, Some(store_id), planning::PLAN_FROM).await?.and_then(|v| v.parse().ok()),
    };
    let facts = facts_of(q, &context, kind, events).await?;
    let known: Vec<i64> = events.iter().filter_map(|e| e.subject).collect();
    let keys: Vec<String> = rules.iter().map(|r| r.key.clone()).collect();
    let tasks = match known.is_empty() {
        true => Vec::new(),
        false => store::tasks_of_subjects(q, group, store_id, kind, &known, &keys).await?,
    };
    let tasks: HashSet<(i64, String)> = tasks.into_iter().map(|t| (t.subject_id, t.kind)).collect();
    let against = Objections::of(q, &context, &facts, &rules, now).await?;
    let mut windows: HashMap<(usize, StoreDate), Option<Window>> = HashMap::new();
    let mut all = Vec::with_capacity(events.len());
    for event in &facts {
        let mut outlook = Outlook { late: true, early: true, ..Outlook::default() };
        for (i, rule) in rules.iter().enumerate() {
            let on = event.event_on(rule);
            let window = *windows.entry((i, on)).or_insert_with(|| plan::window(rule, on, &context.cal));
            let early = from.is_some_and(|from| on < from);
            outlook.early &= early;
            outlook.late &= !early && window.is_some_and(|w| w.expires_at <= now);
            if tasks.contains(&(event.subject_id, rule.key.clone())) {
                continue;
            }
            let objection = against.of_event(event, &event.person(rule));
            match plan::decide(event, rule, window, objection, from, now) {
                Decision::Plan(_) => outlook.plans.push(on),
                Decision::Skip(..) => outlook.held = true,
                Decision::Late(_) | Decision::Nothing => {}
            }
        }
        all.push(outlook);
    }
    Ok(all)
}

/// Whoever is not recorded yet has no history: they go by an id that nobody has.
async fn facts_of(
    q: &mut impl Sql,
    context: &Context,
    kind: SubjectKind,
    events: &[Upcoming],
) -> Result<Vec<EventFacts>> {
    let group = context.group;
    let mut ids: Vec<CustomerId> = events.iter().filter_map(|e| e.customer).collect();
    ids.sort_unstable();
    ids.dedup();
    let briefs = people_port::briefs(q, group, &ids).await?;
    let fact = |e: &Upcoming| {
        let brief = e.customer.and_then(|id| briefs.get(&id));
        EventFacts {
            subject_kind: kind,
            subject_id: e.subject.unwrap_or(0),
            customer_id: e.customer.unwrap_or(CustomerId::new(0)),
            fleet: brief.is_some_and(|b| people_port::fleet(b.kind)),
            customer_name: brief.and_then(|b| PersonName::parse(&b.name).ok()),
            vehicle_id: None,
            brand: String::new(),
            phone_line_id: e.line,
            visitor: e.visitor.as_deref().and_then(|v| PersonName::parse(v).ok()),
            fleet_contact: None,
            settled_on: e.settled_on,
            opened_on: e.opened_on,
            delivered_on: None,
            new_car_months: context.rules().new_car_months,
            opted_out: brief.is_some_and(|b| b.opted_out_at.is_some()),
        }
    };
    people_port::with_fleet_contacts(q, group, events.iter().map(fact).collect()).await
}
