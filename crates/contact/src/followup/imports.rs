//! What imports need of follow-up: showing the tasks of an applied one, taking back those of an undone one.

use kernel::{GroupId, ImportId, Millis, Problem, Result, Scope, StoreDate, StoreId};
use platform::db::{Sql, Tx};
use platform::http::App;
use platform::jobs::Job;
use platform::{rulebook, transact};
use std::collections::HashMap;

use super::context::Context;
use super::model::{SubjectKind, Task, TaskResult};
use super::plan;
use super::rules::{EventKind, FollowupRules};
use super::{bundling, store, tending, told};

/// Contacts shown per transaction.
const CHUNK: i64 = 500;

/// From how many days back the store's first import plans.
/// # Errors
/// As the database answers.
pub async fn days_back(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<u32> {
    let rules = rulebook::current::<FollowupRules>(q, group, store).await?;
    Ok(rules.body.planning.first_import_days_back)
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

/// For the preview: whether an event of this date would come too late for every rule, as of `now`. The dates are the
/// ones the rule counts from; the answers stand in the same order.
/// # Errors
/// As the database answers.
pub async fn too_late(
    q: &mut impl Sql,
    scope: &Scope,
    store_id: StoreId,
    kind: SubjectKind,
    dates: &[StoreDate],
    now: Millis,
) -> Result<Vec<bool>> {
    let event = match kind {
        SubjectKind::RepairOrder => EventKind::RepairOrder,
        SubjectKind::Delivery => EventKind::Delivery,
        SubjectKind::Case => return Ok(vec![false; dates.len()]),
    };
    let context = Context::of(q, scope.group, store_id).await?;
    let mut seen: HashMap<StoreDate, bool> = HashMap::new();
    let late = |day: StoreDate| {
        let mut rules = context.rules().active(event).peekable();
        rules.peek().is_some() && rules.all(|r| plan::window(r, day, &context.cal).is_some_and(|w| w.expires_at <= now))
    };
    Ok(dates.iter().map(|day| *seen.entry(*day).or_insert_with(|| late(*day))).collect())
}
