//! `reassignment`: what was moved in one go.

use kernel::{GroupId, Id, Millis, Result, StoreId};
use platform::db::{Sql, Tx};
use platform::{args, row, stmt};
use serde_json::Value;

row! {
    pub struct Reassignment { pub at: Millis, pub moves: Value, pub undone_at: Option<Millis> }
}

stmt!(
    REASSIGNMENT_ADD,
    "INSERT INTO reassignment (id, group_id, store_id, by_user, at, moves) VALUES ($1,$2,$3,$4,$5,$6)"
);
stmt!(REASSIGNMENT, "SELECT at, moves, undone_at FROM reassignment WHERE id=$3 AND group_id=$1 AND store_id=$2");
stmt!(
    REASSIGNMENT_UNDONE,
    "UPDATE reassignment SET undone_at=$4 WHERE id=$3 AND group_id=$1 AND store_id=$2 AND undone_at IS NULL"
);
// reassignment_by_store
stmt!(REASSIGNMENTS_OLD, "DELETE FROM reassignment WHERE store_id=$2 AND at < $3 AND group_id=$1");

/// Kept for so long; `undo` itself is offered for less.
const KEPT_DAYS: i64 = 7;

pub async fn add_reassignment(tx: &mut Tx, moves: &Value) -> Result<i64> {
    let (group, store, user, now) = (tx.scope().group, tx.scope().store()?, tx.scope().user()?, tx.now());
    tx.exec(&REASSIGNMENTS_OLD, args![group, store, now.plus(-KEPT_DAYS * Millis::DAY)]).await?;
    let id: Id<kernel::Event> = tx.new_id();
    tx.exec(&REASSIGNMENT_ADD, args![id, group, store, user, now, moves]).await?;
    Ok(id.raw())
}

pub async fn reassignment(q: &mut impl Sql, group: GroupId, store: StoreId, id: i64) -> Result<Option<Reassignment>> {
    q.opt(&REASSIGNMENT, args![group, store, id]).await
}

/// Whether it was not undone before.
pub async fn set_undone(tx: &mut Tx, id: i64) -> Result<bool> {
    let (group, store, now) = (tx.scope().group, tx.scope().store()?, tx.now());
    Ok(tx.exec(&REASSIGNMENT_UNDONE, args![group, store, id, now]).await? > 0)
}
