use axum::extract::Path;
use kernel::{AttemptId, ContactId};
use platform::http::{Answer, Desk};
use platform::transact;

use crate::followup::attempts;

/// POST /calls/{contact}/attempts/{attempt}/revocation: taken back within ten minutes; the call opens again.
pub async fn create(desk: Desk, Path((contact, attempt)): Path<(ContactId, AttemptId)>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { attempts::revoke(tx, attempt).await })?;
    desk.see_other(&format!("/calls/{contact}"))
}
