//! A changed calendar moves deadlines, of follow-ups and of cases: the part that both do alike.

use kernel::{Id, Problem, Result, Scope, StoreId};
use people::identity::{self, CalendarChanged};
use platform::db::{Db, Tx};
use platform::jobs::{self, Job};
use serde_json::json;

/// Queues the work: a whole group's deadlines are too much for the transaction of one changed day.
/// # Errors
/// As the database answers.
pub async fn queue(tx: &mut Tx, job: &'static str, e: &CalendarChanged) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let key = format!("{job}:{group}:{}:{}", e.store.map_or(0, Id::raw), now.0);
    jobs::enqueue(tx, job, &key, &json!({ "store": e.store }), now).await
}

/// The open stores whose calendar changed, each with the scope to work there.
/// # Errors
/// As the database answers.
pub async fn places(db: &Db, job: &Job) -> Result<Vec<(StoreId, Scope)>> {
    let group = job.group_id.ok_or_else(|| Problem::internal("a calendar without a group"))?;
    let only: Option<StoreId> = serde_json::from_value(job.payload["store"].clone()).map_err(Problem::internal)?;
    let cards = identity::org::all_stores(&mut db.reads(), group).await?.into_iter();
    let open = cards.filter(|c| c.closed_at.is_none() && only.is_none_or(|o| o == c.id));
    Ok(open.map(|c| (c.id, Scope::system(group, Some(c.id)))).collect())
}
