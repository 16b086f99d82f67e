use axum::extract::{Path, Query};
use kernel::{ContactId, PhoneLineId};
use platform::http::{Answer, Desk};
use platform::transact;
use serde::Deserialize;

use crate::followup::dial;

#[derive(Deserialize)]
pub struct Which {
    line: Option<PhoneLineId>,
}

/// POST /calls/{contact}/dial → `{mode: "tel"|"digits", value, seconds}`. Only here does a number leave the server for
/// a call: to the holder of the lease, counted and written down.
pub async fn dial(desk: Desk, Path(contact): Path<ContactId>, Query(which): Query<Which>) -> Answer {
    let number = transact!(desk.db(), desk.scope(), |tx| { dial::number(tx, contact, which.line).await })?;
    desk.json(&number)
}
