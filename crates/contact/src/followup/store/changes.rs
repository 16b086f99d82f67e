//! `figure_change`: which days of a store have to be counted again. Only added to by those who change something, so
//! that two of them never wait for each other; taken away by the reports before they count.

use kernel::{ContactId, GroupId, Result, StoreDate, StoreId, TaskId};
use platform::db::{Sql, Tx};
use platform::{args, row, stmt};

// Where it was due and where it is due now.
stmt!(
    CHANGED_TASK,
    "INSERT INTO figure_change (store_id, what, day, id, group_id) \
     SELECT store_id, 'task', due_on, CAST($3 AS BIGINT), group_id FROM task WHERE id=$2 AND group_id=$1 \
     UNION SELECT CAST($4 AS BIGINT), 'task', CAST($5 AS TEXT), CAST($3 AS BIGINT), CAST($1 AS BIGINT)"
);
// task_by_contact
stmt!(
    CHANGED_OF_CONTACTS,
    "INSERT INTO figure_change (store_id, what, day, id, group_id) \
     SELECT DISTINCT store_id, 'task', due_on, CAST($3 AS BIGINT), group_id FROM task \
     WHERE contact_id IN {{ids:$2}} AND group_id=$1 AND state IN ('open','hidden')"
);
// A contact that comes on the list of numbers needed, or leaves it, moves its open tasks out of the rates or back.
stmt!(
    CHANGED_NUMBER,
    "INSERT INTO figure_change (store_id, what, day, id, group_id) \
     SELECT DISTINCT t.store_id, 'task', t.due_on, CAST($3 AS BIGINT), t.group_id FROM contact c \
     JOIN task t ON t.contact_id=c.id WHERE c.id=$2 AND c.group_id=$1 AND t.state='open' \
     AND (CASE WHEN c.state='number_needed' THEN 1 ELSE 0 END) <> $4"
);
// Answers and remarks of a call, by when they were stored.
stmt!(
    SAID_AT,
    "SELECT at AS v FROM answer WHERE attempt_id=$2 AND group_id=$1 \
     UNION SELECT at AS v FROM remark WHERE attempt_id=$2 AND group_id=$1"
);
stmt!(
    CHANGES,
    "SELECT DISTINCT store_id AS k, day AS v FROM figure_change WHERE store_id IN {{ids:$2}} AND what=$3 AND day >= $4 \
     AND day <= $5 AND group_id=$1 ORDER BY store_id, day"
);
stmt!(
    CHANGED_STORES,
    "SELECT DISTINCT group_id, store_id, what FROM figure_change WHERE day <= $1 ORDER BY store_id, what LIMIT 10000"
);
stmt!(CHANGES_TAKE, "DELETE FROM figure_change WHERE store_id=$2 AND what=$3 AND day IN {{texts:$4}} AND group_id=$1");
// task_by_window
stmt!(
    CHANGED_ALL_TASKS,
    "INSERT INTO figure_change (store_id, what, day, id, group_id) \
     SELECT DISTINCT store_id, 'task', due_on, CAST($3 AS BIGINT), group_id FROM task WHERE store_id=$2 AND group_id=$1"
);
stmt!(
    CALLED_BETWEEN,
    "SELECT MIN(at) AS k, MAX(at) AS v FROM (SELECT MIN(ended_at) AS at FROM attempt WHERE store_id=$2 AND group_id=$1 \
     UNION ALL SELECT MAX(ended_at) FROM attempt WHERE store_id=$2 AND group_id=$1 \
     UNION ALL SELECT MIN(at) FROM answer WHERE store_id=$2 AND group_id=$1 \
     UNION ALL SELECT MAX(at) FROM answer WHERE store_id=$2 AND group_id=$1 \
     UNION ALL SELECT MIN(at) FROM remark WHERE store_id=$2 AND group_id=$1 \
     UNION ALL SELECT MAX(at) FROM remark WHERE store_id=$2 AND group_id=$1) m"
);

row! {
    /// A store with changed days. `what`: `task` or `call`.
    pub struct ChangedStore { pub group_id: GroupId, pub store_id: StoreId, pub what: String }
}

pub async fn task_changed(tx: &mut Tx, id: TaskId, store: StoreId, due_on: StoreDate) -> Result<()> {
    let (group, mark) = (tx.scope().group, tx.new_id::<kernel::Event>());
    tx.exec(&CHANGED_TASK, args![group, id, mark, store, due_on]).await.map(|_| ())
}

pub async fn tasks_of_contacts_changed(tx: &mut Tx, contacts: &[ContactId]) -> Result<()> {
    let (group, mark) = (tx.scope().group, tx.new_id::<kernel::Event>());
    tx.exec(&CHANGED_OF_CONTACTS, args![group, contacts, mark]).await.map(|_| ())
}

/// To be called before the contact is written.
pub async fn number_changed(tx: &mut Tx, contact: ContactId, needed: bool) -> Result<()> {
    let (group, mark) = (tx.scope().group, tx.new_id::<kernel::Event>());
    tx.exec(&CHANGED_NUMBER, args![group, contact, mark, needed]).await.map(|_| ())
}

/// `what`: `task` or `call`.
pub async fn days_changed(tx: &mut Tx, what: &str, days: &[(StoreId, StoreDate)]) -> Result<()> {
    let (group, mark) = (tx.scope().group, tx.new_id::<kernel::Event>());
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    let rows: Vec<_> = days.iter().map(|(store, day)| args![*store, what, *day, mark, group]).collect();
    tx.bulk("figure_change", &["store_id", "what", "day", "id", "group_id"], rows, "").await.map(|_| ())
}

pub async fn said_at(q: &mut impl Sql, group: GroupId, attempt: kernel::AttemptId) -> Result<Vec<kernel::Millis>> {
    let found: Vec<platform::db::One<kernel::Millis>> = q.all(&SAID_AT, args![group, attempt]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

pub async fn changed_days(
    q: &mut impl Sql,
    group: GroupId,
    stores: &[StoreId],
    what: &str,
    from: StoreDate,
    to: StoreDate,
) -> Result<Vec<(StoreId, StoreDate)>> {
    q.all(&CHANGES, args![group, stores, what, from, to]).await
}

pub async fn changed_stores(q: &mut impl Sql, until: StoreDate) -> Result<Vec<ChangedStore>> {
    q.all(&CHANGED_STORES, args![until]).await
}

pub async fn take_changes(tx: &mut Tx, store: StoreId, what: &str, days: &[String]) -> Result<u64> {
    let group = tx.scope().group;
    tx.exec(&CHANGES_TAKE, args![group, store, what, days]).await
}

pub async fn all_tasks_changed(tx: &mut Tx, store: StoreId) -> Result<u64> {
    let (group, mark) = (tx.scope().group, tx.new_id::<kernel::Event>());
    tx.exec(&CHANGED_ALL_TASKS, args![group, store, mark]).await
}

/// The moments of the first and the last call of a store.
pub async fn called_between(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
) -> Result<Option<(kernel::Millis, kernel::Millis)>> {
    let found: (Option<kernel::Millis>, Option<kernel::Millis>) = q.get(&CALLED_BETWEEN, args![group, store]).await?;
    Ok(found.0.zip(found.1))
}
