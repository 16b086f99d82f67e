use axum::extract::{Path, Query};
use kernel::{ContactId, PhoneLineId};
use people::identity;
use platform::http::{Answer, Desk};
use platform::transact;
use serde::Deserialize;
use serde_json::json;

use crate::followup::dial;

#[derive(Deserialize)]
pub struct Which {
    line: Option<PhoneLineId>,
    /// Outside of the call windows, and asked about.
    #[serde(default)]
    sure: u8,
}

/// POST /calls/{contact}/dial → `{mode: "tel"|"digits", value, seconds}`. Only here does a number leave the server for
/// a call: to the holder of the lease, counted and written down.
pub async fn dial(desk: Desk, Path(contact): Path<ContactId>, Query(which): Query<Which>) -> Answer {
    let scope = desk.scope();
    let store = identity::store_card(&mut desk.reads(), scope.group, scope.store()?).await?;
    let found = transact!(desk.db(), scope, |tx| { dial::dial(tx, contact, which.line, which.sure == 1).await })?;
    desk.json(&json!({ "mode": store.dial_mode.key(), "value": found.phone.expose(), "seconds": found.seconds, "line": found.line }))
}
