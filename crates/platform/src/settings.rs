//! Small values with a name: a store's own, else the group's, else the shipped one.

use kernel::{GroupId, Result, StoreId};
use serde_json::json;

use crate::db::{One, Sql, Tx};
use crate::{args, audit, stmt};

stmt!(
    SETTING_GET,
    "SELECT value AS v FROM setting WHERE group_id=$1 AND store_id IN (0, $2) AND name=$3 ORDER BY store_id DESC LIMIT 1"
);
stmt!(
    SETTING_SET,
    "INSERT INTO setting (group_id, store_id, name, value, at, actor) VALUES ($1,$2,$3,$4,$5,$6) \
     ON CONFLICT (group_id, store_id, name) DO UPDATE SET value=excluded.value, at=excluded.at, actor=excluded.actor"
);

stmt!(SETTING_FORGET, "DELETE FROM setting WHERE group_id=$1 AND store_id=$2 AND name=$3");
stmt!(
    SETTING_STORES,
    "SELECT store_id AS v FROM setting WHERE group_id=$1 AND store_id>0 AND name=$2 ORDER BY store_id LIMIT 5000"
);

/// The stores that have a value of their own.
/// # Errors
/// As the database answers.
pub async fn stores_with(q: &mut impl Sql, group: GroupId, name: &str) -> Result<Vec<StoreId>> {
    let found: Vec<One<StoreId>> = q.all(&SETTING_STORES, args![group, name]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// # Errors
/// As the database answers.
pub async fn get(q: &mut impl Sql, group: GroupId, store: Option<StoreId>, name: &str) -> Result<Option<String>> {
    let found: Option<One<String>> = q.opt(&SETTING_GET, args![group, store.map_or(0, kernel::Id::raw), name]).await?;
    Ok(found.map(|v| v.0))
}

/// A number, or the shipped default where none is set or it no longer reads.
/// # Errors
/// As the database answers.
pub async fn number(q: &mut impl Sql, group: GroupId, store: Option<StoreId>, name: &str, shipped: i64) -> Result<i64> {
    Ok(get(q, group, store, name).await?.and_then(|v| v.parse().ok()).unwrap_or(shipped))
}

/// # Errors
/// As the database answers.
pub async fn set(tx: &mut Tx, store: Option<StoreId>, name: &str, value: &str) -> Result<()> {
    let (group, actor, now) = (tx.scope().group, tx.scope().user, tx.now());
    let before = get(tx, group, store, name).await?;
    let owner = store.map_or(0, kernel::Id::raw);
    tx.exec(&SETTING_SET, args![group, owner, name, value, now, actor]).await?;
    audit::note(tx, "setting.set", "setting", owner, &json!({ name: before }), &json!({ name: value })).await
}

/// The group's value or the shipped one counts again.
/// # Errors
/// As the database answers.
pub async fn forget(tx: &mut Tx, store: Option<StoreId>, name: &str) -> Result<()> {
    let group = tx.scope().group;
    let Some(before) = get(tx, group, store, name).await? else { return Ok(()) };
    let owner = store.map_or(0, kernel::Id::raw);
    tx.exec(&SETTING_FORGET, args![group, owner, name]).await?;
    audit::note(tx, "setting.set", "setting", owner, &json!({ name: before }), &json!({ name: null })).await
}
