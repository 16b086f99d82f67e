//! `task`, `late_event`, `skipped_event`.

use kernel::{ContactId, CustomerId, GroupId, ImportId, Millis, Problem, Result, StoreDate, StoreId, TaskId};
use platform::db::{Args, One, Sql, Tx};
use platform::{args, row, stmt};

use crate::followup::model::{SkipReason, SubjectKind, Task};

macro_rules! columns {
    () => {
        "id, store_id, kind, class, rule_version, subject_kind, subject_id, round, customer_id, vehicle_id, phone_line_id, \
         contact_id, event_on, from_on, due_on, from_at, due_at, expires_at, state, result, attempts, \
         attempts_in_window, reached, max_attempts, agent_id, closed_at, created_at, version, brand"
    };
}

/// What a task's row always has.
pub(super) const BASE: [&str; 25] = [
    "id",
    "group_id",
    "store_id",
    "kind",
    "class",
    "rule_version",
    "subject_kind",
    "subject_id",
    "round",
    "customer_id",
    "vehicle_id",
    "phone_line_id",
    "contact_id",
    "event_on",
    "from_on",
    "due_on",
    "from_at",
    "due_at",
    "expires_at",
    "state",
    "max_attempts",
    "agent_id",
    "created_at",
    "result",
    "brand",
];

pub(super) fn base_row(group: GroupId, t: &Task) -> Args {
    args![
        t.id,
        group,
        t.store_id,
        &t.kind,
        t.class,
        t.rule_version,
        t.subject_kind,
        t.subject_id,
        t.round,
        t.customer_id,
        t.vehicle_id,
        t.phone_line_id,
        t.contact_id,
        t.event_on,
        t.from_on,
        t.due_on,
        t.from_at,
        t.due_at,
        t.expires_at,
        t.state,
        t.max_attempts,
        t.agent_id,
        t.created_at,
        t.result,
        &t.brand
    ]
}

// task_by_contact
stmt!(
    TASKS_OF_CONTACTS,
    concat!("SELECT ", columns!(), " FROM task WHERE contact_id IN {{ids:$2}} AND group_id=$1 ORDER BY due_at, id")
);
stmt!(TASK, concat!("SELECT ", columns!(), " FROM task WHERE id=$2 AND group_id=$1"));
// task_once
stmt!(
    TASKS_OF_SUBJECTS,
    lite: concat!("SELECT ", columns!(), " FROM task WHERE group_id=$1 AND store_id=$2 AND subject_kind=$3 AND subject_id IN \
        {{ids:$4}} AND kind IN {{texts:$5}} ORDER BY id"),
    pg: concat!("SELECT ", columns!(), " FROM task WHERE group_id=$1 AND store_id=$2 AND subject_kind=$3 AND subject_id IN \
        {{ids:$4}} AND kind IN {{texts:$5}} ORDER BY id"),
);
stmt!(TASK_CLASS, "UPDATE task SET class=$3 WHERE id IN {{ids:$2}} AND group_id=$1");
// contact_by_customer, then task_by_contact: no task that is open is without a contact.
stmt!(
    OPEN_TASKS_OF_CUSTOMER,
    concat!(
        "SELECT ",
        columns!(),
        " FROM task WHERE contact_id IN (SELECT id FROM contact WHERE customer_id=$2 AND group_id=$1) \
        AND customer_id=$2 AND state IN ('open','hidden') AND group_id=$1 ORDER BY due_at, id LIMIT 1000"
    )
);
// task_open_expiry
stmt!(
    TASKS_EXPIRED,
    concat!(
        "SELECT ",
        columns!(),
        " FROM task WHERE expires_at <= $1 AND id > $2 AND state IN ('open','hidden') \
        AND group_id=$3 AND store_id=$4 ORDER BY id LIMIT $5"
    )
);
stmt!(
    STORES_WITH_EXPIRED,
    "SELECT DISTINCT group_id AS k, store_id AS v FROM task WHERE expires_at <= $1 AND state IN ('open','hidden') \
     ORDER BY store_id LIMIT 5000"
);
// task_by_import
stmt!(
    TASKS_OF_IMPORT,
    concat!(
        "SELECT ",
        columns!(),
        " FROM task WHERE import_id=$2 AND group_id=$1 AND subject_kind=$3 AND subject_id IN \
        {{ids:$4}} ORDER BY id"
    )
);
stmt!(TASKS_COUNT_OF_IMPORT, "SELECT COUNT(*) AS v FROM task WHERE import_id=$2 AND group_id=$1");
stmt!(
    TASK_SAVE,
    "UPDATE task SET state=$4, result=$5, attempts=$6, attempts_in_window=$7, reached=$8, closed_at=$9, contact_id=$10, \
     expires_at=$11, agent_id=$12, class=$13, event_on=$14, from_on=$15, due_on=$16, from_at=$17, due_at=$18, \
     phone_line_id=$19, vehicle_id=$20, rule_version=$21, brand=$22, version=version+1 WHERE id=$2 AND group_id=$1 AND version=$3"
);
// task_by_contact
stmt!(
    TASKS_SHOW,
    "UPDATE task SET state='open', agent_id=$3, version=version+1 WHERE contact_id IN {{ids:$2}} AND state='hidden' AND group_id=$1"
);
stmt!(
    TASKS_AGENT,
    "UPDATE task SET agent_id=$3, version=version+1 WHERE contact_id=$2 AND group_id=$1 AND state IN ('open','hidden')"
);
stmt!(
    KNOWN_LATE,
    "SELECT subject_id AS v FROM late_event WHERE store_id=$2 AND kind=$3 AND subject_kind=$4 AND subject_id IN {{ids:$5}} AND group_id=$1"
);
stmt!(
    KNOWN_SKIPPED,
    "SELECT subject_id AS v FROM skipped_event WHERE store_id=$2 AND kind=$3 AND subject_kind=$4 AND subject_id IN {{ids:$5}} AND group_id=$1"
);
stmt!(
    DROP_LATE,
    "DELETE FROM late_event WHERE store_id=$2 AND kind IN {{texts:$3}} AND subject_kind=$4 AND subject_id IN {{ids:$5}} AND group_id=$1"
);
stmt!(
    DROP_SKIPPED,
    "DELETE FROM skipped_event WHERE store_id=$2 AND kind IN {{texts:$3}} AND subject_kind=$4 AND subject_id IN {{ids:$5}} AND group_id=$1"
);
// task_once, leaping from kind to kind.
stmt!(
    KINDS_SEEN,
    "WITH RECURSIVE k(kind) AS (SELECT MIN(kind) FROM task WHERE store_id=$1 UNION ALL \
     SELECT (SELECT MIN(t.kind) FROM task t WHERE t.store_id=$1 AND t.kind > k.kind) FROM k WHERE k.kind IS NOT NULL) \
     SELECT kind AS v FROM k WHERE kind IS NOT NULL ORDER BY kind LIMIT 100"
);
// task_by_window
stmt!(
    OPEN_FROM,
    concat!(
        "SELECT ",
        columns!(),
        " FROM task WHERE store_id=$2 AND due_on >= $3 AND state IN ('open','hidden') AND id > $4 \
        AND group_id=$1 ORDER BY id LIMIT $5"
    )
);

/// A task as planning makes it.
pub struct NewTask {
    pub task: Task,
    pub import: Option<ImportId>,
}

/// Open tasks due on a day or later, by id.
pub async fn open_from(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    day: StoreDate,
    after: TaskId,
    limit: i64,
) -> Result<Vec<Task>> {
    q.all(&OPEN_FROM, args![group, store, day, after, limit]).await
}

/// Answers how many were new; an event already planned stays as it is.
pub async fn insert_tasks(tx: &mut Tx, tasks: &[NewTask]) -> Result<u64> {
    let group = tx.scope().group;
    let columns = [&BASE[..], &["import_id"]].concat();
    let rows: Vec<_> = tasks.iter().map(|n| [base_row(group, &n.task), args![n.import]].concat()).collect();
    let days: Vec<_> = tasks.iter().map(|n| (n.task.store_id, n.task.due_on)).collect();
    super::days_changed(tx, "task", &days).await?;
    tx.bulk("task", &columns, rows, "").await
}

pub async fn tasks_of(q: &mut impl Sql, group: GroupId, contacts: &[ContactId]) -> Result<Vec<Task>> {
    q.all(&TASKS_OF_CONTACTS, args![group, contacts]).await
}

pub async fn task(q: &mut impl Sql, group: GroupId, id: TaskId) -> Result<Task> {
    q.get(&TASK, args![group, id]).await
}

pub async fn tasks_of_subjects(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    kind: SubjectKind,
    ids: &[i64],
    kinds: &[String],
) -> Result<Vec<Task>> {
    q.all(&TASKS_OF_SUBJECTS, args![group, store, kind, ids, kinds]).await
}

pub async fn open_tasks_of_customer(q: &mut impl Sql, group: GroupId, customer: CustomerId) -> Result<Vec<Task>> {
    q.all(&OPEN_TASKS_OF_CUSTOMER, args![group, customer]).await
}

pub async fn stores_with_expired(q: &mut impl Sql, now: Millis) -> Result<Vec<(GroupId, StoreId)>> {
    q.all(&STORES_WITH_EXPIRED, args![now]).await
}

pub async fn expired(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    now: Millis,
    after: TaskId,
    limit: i64,
) -> Result<Vec<Task>> {
    q.all(&TASKS_EXPIRED, args![now, after, group, store, limit]).await
}

pub async fn tasks_of_import(
    q: &mut impl Sql,
    group: GroupId,
    import: ImportId,
    kind: SubjectKind,
    ids: &[i64],
) -> Result<Vec<Task>> {
    q.all(&TASKS_OF_IMPORT, args![group, import, kind, ids]).await
}

pub async fn count_of_import(q: &mut impl Sql, group: GroupId, import: ImportId) -> Result<i64> {
    q.count(&TASKS_COUNT_OF_IMPORT, args![group, import]).await
}

/// Writes a task back and raises its version.
/// # Errors
/// `Conflict` when somebody else wrote it meanwhile.
pub async fn save_task(tx: &mut Tx, t: &mut Task) -> Result<()> {
    let group = tx.scope().group;
    let args = args![
        group,
        t.id,
        t.version,
        t.state,
        t.result,
        t.attempts,
        t.attempts_in_window,
        t.reached,
        t.closed_at,
        t.contact_id,
        t.expires_at,
        t.agent_id,
        t.class,
        t.event_on,
        t.from_on,
        t.due_on,
        t.from_at,
        t.due_at,
        t.phone_line_id,
        t.vehicle_id,
        t.rule_version,
        &t.brand
    ];
    super::task_changed(tx, t.id, t.store_id, t.due_on).await?;
    if tx.exec(&TASK_SAVE, args).await? == 0 {
        return Err(Problem::Conflict("task-changed"));
    }
    t.version += 1;
    Ok(())
}

/// The hidden tasks of these contacts become the work of an agent, or nobody's.
pub async fn show_tasks(tx: &mut Tx, contacts: &[ContactId], agent: Option<kernel::UserId>) -> Result<u64> {
    let group = tx.scope().group;
    super::tasks_of_contacts_changed(tx, contacts).await?;
    tx.exec(&TASKS_SHOW, args![group, contacts, agent]).await
}

/// The agent's name on the open tasks of a contact, for the reports.
pub async fn set_tasks_agent(tx: &mut Tx, contact: ContactId, agent: Option<kernel::UserId>) -> Result<()> {
    let group = tx.scope().group;
    super::tasks_of_contacts_changed(tx, &[contact]).await?;
    tx.exec(&TASKS_AGENT, args![group, contact, agent]).await.map(|_| ())
}

row! {
    /// An event that made no task.
    #[derive(Clone, Debug)]
    pub struct NoTask { pub subject_id: i64, pub kind: String, pub due_on: StoreDate, pub reason: Option<SkipReason> }
}

pub async fn insert_no_tasks(
    tx: &mut Tx,
    store: StoreId,
    subject: SubjectKind,
    events: &[NoTask],
    import: Option<ImportId>,
) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let late: Vec<_> = events
        .iter()
        .filter(|e| e.reason.is_none())
        .map(|e| args![store, &e.kind, subject, e.subject_id, group, e.due_on, now, import])
        .collect();
    let skipped: Vec<_> = events
        .iter()
        .filter_map(|e| e.reason.map(|r| args![store, &e.kind, subject, e.subject_id, group, e.due_on, r, now, import]))
        .collect();
    let columns = ["store_id", "kind", "subject_kind", "subject_id", "group_id", "due_on", "found_at", "import_id"];
    tx.bulk("late_event", &columns, late, "ON CONFLICT DO NOTHING").await?;
    let columns = ["store_id", "kind", "subject_kind", "subject_id", "group_id", "due_on", "reason", "at", "import_id"];
    tx.bulk("skipped_event", &columns, skipped, "ON CONFLICT DO NOTHING").await.map(|_| ())
}

/// Events of this kind that are known to make no task.
pub async fn known_no_tasks(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    kind: &str,
    subject: SubjectKind,
    ids: &[i64],
) -> Result<Vec<i64>> {
    let mut all = Vec::new();
    for stmt in [&KNOWN_LATE, &KNOWN_SKIPPED] {
        let found: Vec<One<i64>> = q.all(stmt, args![group, store, kind, subject, ids]).await?;
        all.extend(found.into_iter().map(|v| v.0));
    }
    Ok(all)
}

pub async fn drop_no_tasks(
    tx: &mut Tx,
    store: StoreId,
    kinds: &[String],
    subject: SubjectKind,
    ids: &[i64],
) -> Result<()> {
    let group = tx.scope().group;
    for stmt in [&DROP_LATE, &DROP_SKIPPED] {
        tx.exec(stmt, args![group, store, kinds, subject, ids]).await?;
    }
    Ok(())
}

/// The version stays: who has the task before them goes on with it.
pub async fn set_class(tx: &mut Tx, ids: &[TaskId], class: super::super::model::Class) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&TASK_CLASS, args![group, ids, class]).await.map(|_| ())
}

/// Every task kind that the store has ever planned, gone rules included.
pub async fn kinds_seen(q: &mut impl Sql, store: StoreId) -> Result<Vec<String>> {
    let found: Vec<One<String>> = q.all(&KINDS_SEEN, args![store]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}
