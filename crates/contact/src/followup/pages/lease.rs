use axum::extract::Path;
use kernel::{ContactId, Millis};
use platform::http::{Answer, Desk, Fields};
use platform::transact;
use serde_json::json;

use crate::followup::lease;

/// POST /calls/{contact}/lease: the page is still looked at. `fence` is what the page was given last; without one (a
/// page come back from the browser's memory) it is taken anew. 409 when somebody else, or another page, holds it.
pub async fn renew(desk: Desk, Path(contact): Path<ContactId>, fields: Fields) -> Answer {
    let fence = fields.parsed::<i64>("fence").map(Millis);
    let held = transact!(desk.db(), desk.scope(), |tx| {
        match fence {
            Some(fence) => lease::renew(tx, contact, fence).await,
            None => lease::take(tx, contact).await,
        }
    })?;
    desk.json(&json!({ "until": held.until.0 }))
}

/// POST /calls/{contact}/lease/taken: somebody who only looked takes the call over.
pub async fn take(desk: Desk, Path(contact): Path<ContactId>, fields: Fields) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { lease::take(tx, contact).await })?;
    desk.see_other(&format!("/calls/{contact}{}", if fields.has("in") { "?in=1" } else { "" }))
}

/// POST /calls/{contact}/lease/released: the page was left. An older page of the same person gives nothing back.
pub async fn release(desk: Desk, Path(contact): Path<ContactId>, fields: Fields) -> Answer {
    let fence = Millis(fields.parsed("fence").unwrap_or(0));
    transact!(desk.db(), desk.scope(), |tx| { lease::release(tx, contact, fence).await })?;
    desk.json(&json!({}))
}
