//! Figures of the day per agent. Attempts ride `attempt_by_time`, contacts `contact_queue_store`.

use kernel::{ContactId, GroupId, Millis, Result, StoreId, UserId};
use platform::db::{One, Sql};
use platform::{args, row, stmt};

row! {
    #[derive(Clone, Debug)]
    pub struct AgentCalls { pub agent_id: UserId, pub calls: i64, pub reached: i64, pub seconds: i64 }
}
row! {
    #[derive(Clone, Debug)]
    pub struct AgentOpen { pub agent_id: Option<UserId>, pub open: i64, pub due: i64, pub overdue: i64 }
}
stmt!(
    BOARD_CALLS,
    // Apart, or SQLite goes through all calls of the store in the order of agents.
    "WITH today AS MATERIALIZED (SELECT agent_id, reached, seconds FROM attempt \
     WHERE store_id=$2 AND ended_at >= $3 AND group_id=$1 AND revoked_at IS NULL) \
     SELECT agent_id, COUNT(*) AS calls, CAST(COALESCE(SUM(reached), 0) AS BIGINT) AS reached, \
     CAST(COALESCE(SUM(CASE WHEN reached=1 THEN seconds ELSE 0 END), 0) AS BIGINT) AS seconds FROM today \
     GROUP BY agent_id ORDER BY agent_id LIMIT 1000"
);
// A contact is done when a call of today settled one of its tasks.
stmt!(
    BOARD_DONE,
    "SELECT a.agent_id AS k, COUNT(DISTINCT a.contact_id) AS v FROM attempt a JOIN attempt_task t ON t.attempt_id=a.id \
     WHERE a.store_id=$2 AND a.ended_at >= $3 AND a.group_id=$1 AND a.revoked_at IS NULL AND t.result IS NOT NULL \
     GROUP BY a.agent_id ORDER BY a.agent_id LIMIT 1000"
);
stmt!(
    BOARD_OPEN,
    "SELECT agent_id, COUNT(*) AS open, CAST(COALESCE(SUM(CASE WHEN due_at < $4 THEN 1 ELSE 0 END), 0) AS BIGINT) AS due, \
     CAST(COALESCE(SUM(CASE WHEN due_at <= $5 THEN 1 ELSE 0 END), 0) AS BIGINT) AS overdue FROM contact \
     WHERE store_id=$2 AND state='open' AND group_id=$1 AND from_at < $3 GROUP BY agent_id ORDER BY agent_id LIMIT 1000"
);
stmt!(
    NUMBERS_NEEDED_COUNT,
    "SELECT COUNT(*) AS v FROM (SELECT 1 FROM contact WHERE store_id=$2 AND state='number_needed' AND group_id=$1 LIMIT 1001) t"
);
stmt!(ANY_CONTACT, "SELECT id AS v FROM contact WHERE store_id=$2 AND group_id=$1 LIMIT 1");
stmt!(ANY_ATTEMPT, "SELECT contact_id AS v FROM attempt WHERE store_id=$2 AND group_id=$1 LIMIT 1");

pub async fn calls_of_day(q: &mut impl Sql, group: GroupId, store: StoreId, since: Millis) -> Result<Vec<AgentCalls>> {
    q.all(&BOARD_CALLS, args![group, store, since]).await
}

pub async fn done_of_day(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    since: Millis,
) -> Result<Vec<(UserId, i64)>> {
    q.all(&BOARD_DONE, args![group, store, since]).await
}

/// Open contacts whose window begins before `until`, per agent; `None` = nobody's.
pub async fn open_of_day(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    until: Millis,
    now: Millis,
) -> Result<Vec<AgentOpen>> {
    q.all(&BOARD_OPEN, args![group, store, until, until, now]).await
}

/// Counted up to 1,001.
pub async fn numbers_needed_count(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<i64> {
    q.count(&NUMBERS_NEEDED_COUNT, args![group, store]).await
}

/// Whether a follow-up was ever planned, and a call ever made.
pub async fn begun(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<(bool, bool)> {
    let contact: Option<One<ContactId>> = q.opt(&ANY_CONTACT, args![group, store]).await?;
    let attempt: Option<One<ContactId>> = q.opt(&ANY_ATTEMPT, args![group, store]).await?;
    Ok((contact.is_some(), attempt.is_some()))
}

// contact_by_customer
stmt!(
    WAITING_CUSTOMERS,
    "SELECT DISTINCT customer_id AS v FROM contact WHERE customer_id IN {{ids:$3}} AND state IN ('open','number_needed') \
     AND group_id=$1 AND store_id=$2 ORDER BY customer_id LIMIT 500"
);

/// Which of these customers have a follow-up waiting at the store.
pub async fn waiting_customers(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    customers: &[kernel::CustomerId],
) -> Result<Vec<kernel::CustomerId>> {
    let found: Vec<One<kernel::CustomerId>> = q.all(&WAITING_CUSTOMERS, args![group, store, customers]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}
