//! Contacts outside of the queue's order: of customers that were searched for, and those that need a number.

use kernel::{Cap, ContactId, CustomerId, Millis, Problem, Result, Scope};
use platform::db::Sql;

use super::context::Context;
use super::model::Contact;
use super::queue::{Line, lines};
use super::store::{self, QueueRow};

fn row(c: Contact) -> QueueRow {
    QueueRow {
        id: c.id,
        customer_id: c.customer_id,
        person_key: c.person_key,
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

/// Open contacts of these customers at the store; whoever has them. At most `MOST` of them.
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
    rows.truncate(MOST);
    let context = Context::of(q, scope.group, store_id).await?;
    lines(q, scope, &context, rows, now).await
}

/// More contacts than a search shows.
pub const MOST: usize = 100;

/// A page of the contacts without a number that could be dialled, the earliest deadline first, and where the next one
/// begins. `after`: as the page before gave it.
/// # Errors
/// As [`of_customers`].
pub async fn numbers_needed(
    q: &mut impl Sql,
    scope: &Scope,
    after: Option<&str>,
    now: Millis,
) -> Result<(Vec<Line>, Option<String>)> {
    const PAGE: i64 = 100;
    need(scope)?;
    let read = |text: &str| {
        let (due, id) = text.split_once(':')?;
        Some((Millis(due.parse().ok()?), ContactId::new(id.parse().ok()?)))
    };
    let after = after.and_then(read).unwrap_or((Millis(i64::MIN), ContactId::new(i64::MIN)));
    let mut found = store::numbers_needed(q, scope.group, scope.store()?, after, PAGE + 1).await?;
    let more = found.len() > usize::try_from(PAGE).unwrap_or(100);
    found.truncate(usize::try_from(PAGE).unwrap_or(100));
    let next = found.last().filter(|_| more).map(|c| format!("{}:{}", c.due_at.0, c.id));
    let context = Context::of(q, scope.group, scope.store()?).await?;
    Ok((lines(q, scope, &context, found.into_iter().map(row).collect(), now).await?, next))
}
