use axum::extract::Path;
use kernel::{ContactId, Problem};
use platform::http::{Answer, Desk, Fields};
use platform::transact;

use crate::followup::lease;
use crate::followup::model::Aside;

/// POST /calls/{contact}/skip: put aside for a while, with a reason.
pub async fn create(desk: Desk, Path(contact): Path<ContactId>, fields: Fields) -> Answer {
    let reason = Aside::parse(fields.get("reason")).ok_or_else(|| Problem::invalid("reason", "queue-aside-reason"))?;
    transact!(desk.db(), desk.scope(), |tx| { lease::put_aside(tx, contact, reason).await })?;
    desk.see_other("/queue")
}
