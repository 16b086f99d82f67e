//! A number in full is shown to those who may, for a reason, a few an hour, and never unnoticed.

use kernel::{Cap, CustomerId, Millis, Phone, PhoneLineId, Problem, Result, Scope};
use platform::db::Db;
use platform::{audit, keyed, transact};
use serde_json::{Value, json};

use super::{store, watch};

keyed! {
    /// Why somebody needs the digits.
    pub enum RevealReason {
        /// To call from another telephone.
        Call = "call",
        /// The customer asks whether we have the right one.
        Check = "check",
        /// A case is being handled.
        Case = "case",
        /// For a message that goes out by hand.
        Message = "message",
    }
}

/// The number, counted and audited.
/// # Errors
/// `Forbidden` without the right, `NotFound` outside of the scope, `Refused` past the limits.
pub async fn reveal(
    db: &Db,
    scope: &Scope,
    customer: CustomerId,
    line: PhoneLineId,
    reason: RevealReason,
) -> Result<Phone> {
    scope.need(Cap::CustomerReveal)?;
    let user = scope.user()?;
    let shown = transact!(db, scope, |tx| {
        store::file(tx, scope, customer).await?;
        let found = store::line(tx, scope.group, line).await?;
        if found.customer_id != customer {
            return Err(Problem::NotFound);
        }
        let now = tx.now();
        let an_hour = watch::limit(tx, scope.group, scope.store, watch::REVEALS_HOUR).await?;
        if store::reveals_since(tx, user, now.plus(-Millis::HOUR)).await? >= an_hour {
            return Err(Problem::Refused("reveal-hour"));
        }
        let a_day = watch::limit(tx, scope.group, scope.store, watch::REVEALS_DAY).await?;
        if store::reveals_since(tx, user, now.plus(-Millis::DAY)).await? >= a_day {
            return Err(Problem::Refused("reveal-day"));
        }
        let what = format!("phone:{}", line.raw());
        store::log_reveal(tx, user, customer, &what, reason.key()).await?;
        let after = json!({ "line": line, "reason": reason });
        audit::note(tx, "phone.reveal", "customer", customer.raw(), &Value::Null, &after).await?;
        Ok(found.phone)
    });
    if let Err(Problem::Refused(limit)) = &shown {
        watch::report(db, scope, limit).await?;
    }
    shown
}
