//! What becomes of tasks whose time is over. Repeatable: a second run finds nothing.

use kernel::{GroupId, Result, Scope, StoreId, TaskId};
use platform::db::{Db, Tx};
use platform::transact;

use super::context::Context;
use super::model::{Contact, ContactState, Task, TaskResult};
use super::{store, tending, told};

const CHUNK: i64 = 500;

/// What an overdue task ends as: without a number, with all attempts made, or simply expired.
pub fn verdict(task: &Task, contact: Option<&Contact>) -> TaskResult {
    if contact.is_some_and(|c| c.state == ContactState::NumberNeeded) {
        TaskResult::NoNumber
    } else if task.attempts >= task.max_attempts {
        TaskResult::Exhausted
    } else {
        TaskResult::Expired
    }
}

/// Ends the expired tasks of one store, a chunk per transaction. Those being worked on wait for the next run.
/// # Errors
/// As the database answers.
pub async fn expire_store(db: &Db, group: GroupId, store_id: StoreId) -> Result<usize> {
    let scope = Scope::system(group, Some(store_id));
    let mut after = TaskId::new(i64::MIN);
    let mut ended = 0;
    loop {
        let (closed, last) = transact!(db, &scope, |tx| { chunk(tx, store_id, after).await })?;
        ended += closed;
        match last {
            Some(last) => after = last,
            None => return Ok(ended),
        }
    }
}

async fn chunk(tx: &mut Tx, store_id: StoreId, after: TaskId) -> Result<(usize, Option<TaskId>)> {
    let (group, now) = (tx.scope().group, tx.now());
    let tasks = store::expired(tx, group, store_id, now, after, CHUNK).await?;
    let Some(last) = tasks.last().map(|t| t.id) else { return Ok((0, None)) };
    let context = Context::of(tx, group, store_id).await?;
    let contacts: Vec<_> = tasks.iter().filter_map(|t| t.contact_id).collect();
    let closed = tending::settle(tx, &context, &contacts, |task, contact| {
        (task.expires_at <= now && contact.holder(now).is_none()).then(|| verdict(task, Some(contact)))
    })
    .await?;
    tending::tell_lapsed(tx, &closed, None).await?;
    told(tx, store_id);
    Ok((closed.len(), Some(last)))
}

/// Every store that has something to end. Answers how many tasks ended.
/// # Errors
/// As the database answers.
pub async fn expire_all(db: &Db) -> Result<usize> {
    let now = db.clock().now();
    let stores = store::stores_with_expired(&mut db.reads(), now).await?;
    let mut ended = 0;
    for (group, store_id) in stores {
        ended += expire_store(db, group, store_id).await?;
    }
    Ok(ended)
}
