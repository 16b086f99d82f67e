use axum::extract::Path;
use kernel::{AttemptId, ContactId, Problem};
use platform::http::{Answer, Desk};
use platform::transact;

use crate::followup::{attempts, store};

/// POST /calls/{contact}/attempts/{attempt}/revocation: taken back within ten minutes; the call opens again.
pub async fn create(desk: Desk, Path((contact, attempt)): Path<(ContactId, AttemptId)>) -> Answer {
    let scope = desk.scope();
    let of = store::attempt(&mut desk.reads(), scope.group, scope.store()?, attempt).await?.contact_id;
    if of != contact {
        return Err(Problem::NotFound.into());
    }
    transact!(desk.db(), scope, |tx| { attempts::revoke(tx, attempt).await })?;
    desk.see_other(&format!("/calls/{contact}"))
}
