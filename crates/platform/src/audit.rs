//! Who changed what, when, and from what to what.
//!
//! The row holds ids and names of fields; the values stand aside with their salt, so that an erasure takes
//! them and the hash in the row still verifies nothing but itself.

use kernel::Result;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::db::{Sql as _, Tx};
use crate::{args, stmt};

stmt!(
    AUDIT_ADD,
    "INSERT INTO audit (id, group_id, store_id, at, actor, action, entity, entity_id, fields, payload_hash) \
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)"
);
stmt!(
    PAYLOAD_ADD,
    "INSERT INTO audit_payload (audit_id, group_id, salt, before_values, after_values) VALUES ($1,$2,$3,$4,$5)"
);

/// Notes a change. `before`/`after` are objects of field → value; `Null` where there is none.
/// # Errors
/// As the database answers.
pub async fn note(
    tx: &mut Tx,
    action: &str,
    entity: &str,
    entity_id: i64,
    before: &Value,
    after: &Value,
) -> Result<()> {
    let id = tx.new_id::<kernel::Event>();
    let (group, store, user, now) = (tx.scope().group, tx.scope().store, tx.scope().user, tx.now());
    let fields = changed_fields(before, after);
    let bare = before.is_null() && after.is_null();
    let salt = crate::secret::token();
    let hash = (!bare).then(|| {
        let mut h = Sha256::new();
        h.update(salt.as_bytes());
        h.update(before.to_string().as_bytes());
        h.update(after.to_string().as_bytes());
        crate::db::migrate::hex(&h.finalize())
    });
    tx.exec(&AUDIT_ADD, args![id, group, store, now, user, action, entity, entity_id, &Value::from(fields), hash])
        .await?;
    if !bare {
        let text = |v: &Value| (!v.is_null()).then(|| v.to_string());
        tx.exec(&PAYLOAD_ADD, args![id, group, salt, text(before), text(after)]).await?;
    }
    Ok(())
}

fn changed_fields(before: &Value, after: &Value) -> Vec<String> {
    let keys = |v: &Value| v.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut all = keys(before);
    all.extend(keys(after));
    all.sort();
    all.dedup();
    all.retain(|k| before.get(k) != after.get(k));
    all
}
