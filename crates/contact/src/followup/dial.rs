//! C8: dialling. The number leaves the server only for the holder of the lease or the owner of the case, counted and
//! audited; it is no "reveal".

use kernel::{CaseId, ContactId, CustomerId, Phone, PhoneLineId, Problem, Result, StoreId, UserId};
use platform::db::{Sql, Tx};
use platform::{audit, settings};
use serde_json::{Value, json};

use super::people_port::PhoneLine;
use super::rules::FollowupRules;
use super::{numbers, people_port, store};

/// A number to be dialled now.
#[derive(Clone, Debug)]
pub struct Dial {
    pub phone: Phone,
    /// To be named when the call is recorded.
    pub line: PhoneLineId,
    /// Seconds for which the digits may be shown.
    pub seconds: u32,
}

/// The number of a contact, for whoever holds its lease. `wished`: another of the customer's numbers; `sure`: outside of
/// the call windows too, of which whoever dials was told.
/// # Errors
/// `Refused("dial-lease")` without the lease, `Conflict("dial-hours")` outside of the call windows where nothing was
/// agreed, `Refused("dial-limit")` above the hourly limit,
/// `Refused("dial-no-number")` when no number is left.
pub async fn dial(tx: &mut Tx, contact: ContactId, wished: Option<PhoneLineId>, sure: bool) -> Result<Dial> {
    tx.scope().need(kernel::Cap::CallWork)?;
    let (user, store_id, group, now) = (tx.scope().user()?, tx.scope().store()?, tx.scope().group, tx.now());
    let held = store::hold(tx, store_id, contact).await?;
    if held.holder(now) != Some(user) {
        return Err(Problem::Refused("dial-lease"));
    }
    let agreed = held.promise_at.is_some_and(|at| at <= now.plus_minutes(super::queue::LEAD));
    let shut = super::Context::of(tx, group, store_id).await?.shut_kinds(now);
    if !sure && !agreed && shut.iter().any(|kind| held.kinds().contains(&kind.as_str())) {
        return Err(Problem::Conflict("dial-hours"));
    }
    let lines = people_port::lines_of(tx, group, held.customer_id).await?;
    let line = pick(&lines, wished.or(held.phone_line_id))?;
    dialled(tx, user, store_id, held.customer_id, (Some(contact), None), line).await
}

/// The number of a case's customer. The caller has made sure that the person of the scope owns the case.
/// # Errors
/// As [`dial`], without the lease.
pub async fn dial_for_case(
    tx: &mut Tx,
    case: CaseId,
    customer: CustomerId,
    wished: Option<PhoneLineId>,
) -> Result<Dial> {
    let (user, store_id, group) = (tx.scope().user()?, tx.scope().store()?, tx.scope().group);
    let lines = people_port::lines_of(tx, group, customer).await?;
    let line = pick(&lines, wished)?;
    dialled(tx, user, store_id, customer, (None, Some(case)), line).await
}

fn pick(lines: &[PhoneLine], wished: Option<PhoneLineId>) -> Result<&PhoneLine> {
    numbers::choose(lines, wished).ok_or(Problem::Refused("dial-no-number"))
}

async fn dialled(
    tx: &mut Tx,
    user: UserId,
    store_id: StoreId,
    customer: CustomerId,
    (contact, case): (Option<ContactId>, Option<CaseId>),
    line: &PhoneLine,
) -> Result<Dial> {
    let (group, now) = (tx.scope().group, tx.now());
    let limits = platform::rulebook::current::<FollowupRules>(tx, group, store_id).await?.body.limits;
    let shipped = i64::from(limits.dials_per_hour);
    let most = settings::number(tx, group, Some(store_id), "dials-per-hour", shipped).await?;
    if store::dials_since(tx, user, now.plus_hours(-1)).await? >= most {
        return Err(Problem::Refused("dial-limit"));
    }
    store::log_dial(tx, store_id, user, contact, case, line.id).await?;
    let what = json!({ "contact": contact, "case": case, "line": line.id });
    audit::note(tx, "dial", "customer", customer.raw(), &Value::Null, &what).await?;
    Ok(Dial { phone: line.phone.clone(), line: line.id, seconds: limits.show_number_seconds })
}

/// How many numbers somebody has dialled within the last hour.
/// # Errors
/// As the database answers.
pub async fn in_last_hour(q: &mut impl Sql, user: UserId, now: kernel::Millis) -> Result<i64> {
    store::dials_since(q, user, now.plus_hours(-1)).await
}
