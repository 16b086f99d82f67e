use axum::extract::Path;
use kernel::ContactId;
use platform::http::{Answer, Desk};
use platform::transact;
use serde_json::json;

use crate::followup::lease;

/// POST /calls/{contact}/lease: the page is still looked at. 409 when somebody else holds it.
pub async fn renew(desk: Desk, Path(contact): Path<ContactId>) -> Answer {
    let held = transact!(desk.db(), desk.scope(), |tx| { lease::take(tx, contact).await })?;
    desk.json(&json!({ "until": held.until.0 }))
}
