//! What is remembered from one file to the next: mappings of layouts, meanings of store codes.

use std::collections::BTreeMap;

use kernel::{GroupId, Result, StoreId};
use platform::db::{Sql, Tx};
use platform::{args, row, stmt};
use serde_json::Value;

row! { pub struct LayoutRow { pub kind: String, pub mapping: Value, pub options: Value } }

stmt!(LAYOUT_GET, "SELECT kind, mapping, options FROM import_layout WHERE group_id=$1 AND store_id=$2 AND layout=$3");
stmt!(
    LAYOUT_PUT,
    "INSERT INTO import_layout (group_id, store_id, layout, kind, mapping, options, at) VALUES ($1,$2,$3,$4,$5,$6,$7) \
     ON CONFLICT (group_id, store_id, layout) DO UPDATE SET kind=excluded.kind, mapping=excluded.mapping, \
     options=excluded.options, at=excluded.at"
);
stmt!(LAYOUT_DROP, "DELETE FROM import_layout WHERE group_id=$1 AND store_id=$2 AND layout=$3");
stmt!(CODES, "SELECT code AS k, store_id AS v FROM import_store_code WHERE group_id=$1 ORDER BY code LIMIT 5000");
stmt!(
    CODE_PUT,
    "INSERT INTO import_store_code (group_id, code, store_id) VALUES ($1,$2,$3) \
     ON CONFLICT (group_id, code) DO UPDATE SET store_id=excluded.store_id"
);

/// Files that name their stores are remembered for the group.
fn place(store: Option<StoreId>) -> i64 {
    store.map_or(0, kernel::Id::raw)
}

pub async fn layout(
    q: &mut impl Sql,
    group: GroupId,
    store: Option<StoreId>,
    fingerprint: &str,
) -> Result<Option<LayoutRow>> {
    q.opt(&LAYOUT_GET, args![group, place(store), fingerprint]).await
}

pub async fn put_layout(
    tx: &mut Tx,
    store: Option<StoreId>,
    fingerprint: &str,
    kind: &str,
    mapping: &Value,
    options: &Value,
) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&LAYOUT_PUT, args![group, place(store), fingerprint, kind, mapping, options, now]).await.map(|_| ())
}

pub async fn drop_layout(tx: &mut Tx, store: Option<StoreId>, fingerprint: &str) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&LAYOUT_DROP, args![group, place(store), fingerprint]).await.map(|_| ())
}

pub async fn store_codes(q: &mut impl Sql, group: GroupId) -> Result<BTreeMap<String, StoreId>> {
    Ok(q.all::<(String, StoreId)>(&CODES, args![group]).await?.into_iter().collect())
}

pub async fn put_store_code(tx: &mut Tx, code: &str, store: StoreId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&CODE_PUT, args![group, code, store]).await.map(|_| ())
}
