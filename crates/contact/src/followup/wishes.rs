//! What a call brings for others: praise for whom it names, a wish for an appointment for the service department.

use kernel::{Cap, Department, Millis, Problem, Result, Scope, UserId};
use platform::db::{Sql, Tx};
use platform::{audit, notices};
use serde_json::{Value, json};

use super::model::{Attempt, Mark, NewAttempt, RemarkIn, Task};
use super::people_port;
use super::store;
pub use super::store::{Praise, Wish};

/// Praise is shown to whom it names for so many days.
const SHOWN: i64 = 30;

/// The person of the store that a remark names: by their name as it is written there, alone or with what is around it.
pub fn named(staff: &[(UserId, String)], person: Option<&str>) -> Option<UserId> {
    let person = person?.trim();
    let mut found =
        staff.iter().filter(|(_, name)| !name.is_empty() && (name == person || person.contains(name.as_str())));
    let first = found.next()?;
    // Two of one name: whom it means is for a person to say.
    found.next().is_none().then_some(first.0)
}

/// Staff, where the remarks name anybody at all.
pub(super) async fn staff_for(tx: &mut Tx, attempt: &Attempt, remarks: &[RemarkIn]) -> Result<Vec<(UserId, String)>> {
    if remarks.iter().all(|r| r.person.is_none()) {
        return Ok(Vec::new());
    }
    let group = tx.scope().group;
    people_port::staff_of(tx, group, attempt.store_id).await
}

pub(super) async fn tell_praised(tx: &mut Tx, attempt: &Attempt, praised: &[UserId]) -> Result<()> {
    let mut people = praised.to_vec();
    people.sort_unstable();
    people.dedup();
    notices::tell(tx, &people, Some(attempt.store_id), "praise", attempt.id.raw(), &json!({})).await
}

pub(super) fn is_praise(remark: &RemarkIn) -> bool {
    match remark.mark {
        Mark::Praise => true,
        Mark::Suggestion | Mark::Complaint | Mark::Question => false,
    }
}

/// C8: the service department hears of a wish for an appointment.
pub(super) async fn note_booking(tx: &mut Tx, attempt: &Attempt, new: &NewAttempt, tasks: &[Task]) -> Result<()> {
    let Some(wish) = new.booking.as_deref().map(str::trim).filter(|w| !w.is_empty()) else { return Ok(()) };
    let vehicle = tasks.iter().find_map(|t| t.vehicle_id);
    let id = store::add_wish(tx, attempt.store_id, attempt.id, attempt.customer_id, vehicle, wish).await?;
    let group = tx.scope().group;
    let service = Some(Department::Service);
    let people = people_port::holders(tx, group, attempt.store_id, Cap::CaseHandle, service).await?;
    notices::tell(tx, &people, Some(attempt.store_id), "booking", id, &json!({})).await
}

fn may_see(scope: &Scope) -> Result<()> {
    if scope.may(Cap::CaseHandle) || scope.may(Cap::CallWork) { Ok(()) } else { Err(Problem::Forbidden) }
}

/// Wishes that nobody has seen to, the oldest first; at most 200.
/// # Errors
/// `Forbidden` for those who neither handle cases nor call.
pub async fn open(q: &mut impl Sql, scope: &Scope) -> Result<Vec<Wish>> {
    may_see(scope)?;
    store::open_wishes(q, scope.group, scope.store()?).await
}

/// The appointment is made, or not wanted any more.
/// # Errors
/// As [`open`]; `NotFound` outside of the store, `Conflict` when somebody else was faster.
pub async fn done(tx: &mut Tx, id: i64) -> Result<()> {
    may_see(tx.scope())?;
    let (user, store_id) = (tx.scope().user()?, tx.scope().store()?);
    if !store::end_wish(tx, store_id, id, user).await? {
        let known = store::has_wish(tx, store_id, id).await?;
        return Err(if known { Problem::Conflict("wish-done") } else { Problem::NotFound });
    }
    audit::note(tx, "booking.done", "booking_wish", id, &Value::Null, &json!({ "by": user })).await
}

/// What customers praised the person of the scope for, lately.
/// # Errors
/// As the database answers.
pub async fn praise(q: &mut impl Sql, scope: &Scope, now: Millis) -> Result<Vec<Praise>> {
    let (Some(user), Some(store_id)) = (scope.user, scope.store) else { return Ok(Vec::new()) };
    store::praise_of(q, scope.group, store_id, user, now.plus(-SHOWN * Millis::DAY)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 表扬对人_同名不认() {
        let staff: Vec<(UserId, String)> =
            [(1, "邓超群"), (2, "李娜"), (3, "李娜")].map(|(id, n)| (UserId::new(id), n.to_owned())).to_vec();
        for (text, want) in [
            (Some("邓超群"), Some(1)),
            (Some(" 服务顾问邓超群 "), Some(1)),
            (Some("李娜"), None),
            (Some("小邓"), None),
            (Some(""), None),
            (None, None),
        ] {
            assert_eq!(named(&staff, text), want.map(UserId::new), "{text:?}");
        }
    }
}
