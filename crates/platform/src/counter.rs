//! Numbers that people read aloud (#2041), counted per store without gaps.

use kernel::{GroupId, Result, StoreId};

use crate::db::{Load, Sql as _, Tx};
use crate::{args, stmt};

stmt!(
    COUNTER_NEXT,
    "INSERT INTO counter (group_id, store_id, name, value) VALUES ($1,$2,$3,1) \
     ON CONFLICT (store_id, name) DO UPDATE SET value=counter.value+1 RETURNING value AS v"
);

/// The next number of this name, from 1. A transaction that is given up gives its number back.
/// # Errors
/// As the database answers.
pub async fn next(tx: &mut Tx, store: StoreId, name: &str) -> Result<i64> {
    let group = tx.scope().group;
    tx.count(&COUNTER_NEXT, args![group, store, name]).await
}

/// Counters of a group that is filled in bulk: (store, last number given).
/// # Errors
/// As the database answers.
pub async fn load(to: &mut Load, group: GroupId, name: &str, given: &[(StoreId, i64)]) -> Result<()> {
    let rows: Vec<_> = given.iter().map(|(store, value)| args![group, *store, name, *value]).collect();
    to.put("counter", &["group_id", "store_id", "name", "value"], &rows).await
}
