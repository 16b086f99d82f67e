//! Contacts outside of the queue's order: of customers that were searched for, and those that need a number.

use kernel::{Cap, ContactId, CustomerId, Millis, Problem, Result, Scope};
use platform::db::Sql;

use super::model::Contact;
use super::queue::{Line, lines};
use super::store::{self, QueueRow};

fn row(c: Contact) -> QueueRow {
    QueueRow {
        id: c.id,
        customer_id: c.customer_id,
        person_name: c.person_name,
        phone_line_id: c.phone_line_id,
        kinds: c.kinds,
        vehicle_id: c.vehicle_id,
        due_at: c.due_at,
        from_at: c.from_at,
        not_before: c.not_before,
        promise_at: c.promise_at,
        attempts: c.attempts,
        rank: c.rank,
        agent_id: c.agent_id,
        best_time: c.best_time,
        lease_user: c.lease_user,
        lease_until: c.lease_until,
        skip_reason: c.skip_reason,
        last_outcome: c.last_outcome,
    }
}

fn need(scope: &Scope) -> Result<()> {
    if scope.may(Cap::CallWork) || scope.may(Cap::QueueSee) { Ok(()) } else { Err(Problem::Forbidden) }
}

/// Open contacts of these customers at the store, at most 50; whoever has them.
/// # Errors
/// `Forbidden` without `call.work` or `queue.see`.
pub async fn of_customers(q: &mut impl Sql, scope: &Scope, customers: &[CustomerId], now: Millis) -> Result<Vec<Line>> {
    need(scope)?;
    let store_id = scope.store()?;
    let mut rows = Vec::new();
    for customer in customers {
        let found = store::waiting_of_customer(q, scope.group, store_id, *customer).await?;
        rows.extend(found.into_iter().map(row));
    }
    rows.truncate(50);
    lines(q, scope, rows, now).await
}

/// Contacts without a number that could be dialled, the earliest deadline first, at most 200.
/// # Errors
/// As [`of_customers`].
pub async fn numbers_needed(q: &mut impl Sql, scope: &Scope, now: Millis) -> Result<Vec<Line>> {
    need(scope)?;
    let first = (Millis(i64::MIN), ContactId::new(i64::MIN));
    let found = store::numbers_needed(q, scope.group, scope.store()?, first, 200).await?;
    lines(q, scope, found.into_iter().map(row).collect(), now).await
}
