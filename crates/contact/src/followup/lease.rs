//! A contact being worked on belongs to one agent for ten minutes; the page renews it. Nothing is lost when it lapses.

use kernel::{Cap, ContactId, CustomerId, Millis, Problem, Result, Scope, UserId};
use platform::audit;
use platform::db::{Sql, Tx};
use serde_json::json;

use super::context::Context;
use super::model::{Aside, Contact};
use super::{best_time, store};

/// Held until `until`, which is also the fence that a renewal must show.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub contact: ContactId,
    pub user: UserId,
    pub until: Millis,
}

async fn end(tx: &mut Tx) -> Result<Millis> {
    let (group, store_id) = (tx.scope().group, tx.scope().store()?);
    let rules = platform::rulebook::current::<super::rules::FollowupRules>(tx, group, store_id).await?;
    Ok(tx.now().plus_minutes(i64::from(rules.body.limits.lease_minutes)))
}

/// Takes the contact for the person of the scope; again is a renewal, which ends the fence of an older page.
/// # Errors
/// `NotFound` outside of the store, `Conflict` when it is done or somebody else holds it.
pub async fn take(tx: &mut Tx, contact: ContactId) -> Result<Lease> {
    tx.scope().need(Cap::CallWork)?;
    let (user, store_id, group) = (tx.scope().user()?, tx.scope().store()?, tx.scope().group);
    let mut until = end(tx).await?;
    let found = store::contact(tx, group, store_id, contact).await?;
    if !found.is_waiting() {
        return Err(match found.state {
            super::model::ContactState::Hidden => Problem::NotFound,
            super::model::ContactState::Open
            | super::model::ContactState::NumberNeeded
            | super::model::ContactState::Done => Problem::Conflict("contact-done"),
        });
    }
    if found.lease_user == Some(user) && found.lease_until >= until {
        // Two pages of one person within a millisecond still get two fences.
        until = found.lease_until.plus(1);
    }
    if store::take_lease(tx, store_id, contact, user, until).await? {
        Ok(Lease { contact, user, until })
    } else {
        Err(Problem::Conflict("contact-taken"))
    }
}

/// # Errors
/// `Conflict` when the lease was lost, or taken anew by another page of the same person.
pub async fn renew(tx: &mut Tx, contact: ContactId, fence: Millis) -> Result<Lease> {
    let (user, store_id) = (tx.scope().user()?, tx.scope().store()?);
    let until = end(tx).await?.max(fence.plus(1));
    if store::renew_lease(tx, store_id, contact, user, fence, until).await? {
        Ok(Lease { contact, user, until })
    } else {
        Err(Problem::Conflict("contact-taken"))
    }
}

/// Gives it back. Without this lease (it lapsed, or a newer page took it) nothing happens.
/// # Errors
/// As the database answers.
pub async fn release(tx: &mut Tx, contact: ContactId, fence: Millis) -> Result<bool> {
    let (user, store_id) = (tx.scope().user()?, tx.scope().store()?);
    let released = store::release_lease(tx, store_id, contact, user, fence).await?;
    if released {
        super::told(tx, store_id);
    }
    Ok(released)
}

/// Puts a contact aside for an hour, or until a quarter of an hour before its deadline, with a reason.
/// # Errors
/// `Conflict` when it is done or somebody else holds it.
pub async fn put_aside(tx: &mut Tx, contact: ContactId, reason: Aside) -> Result<Millis> {
    tx.scope().need(Cap::CallWork)?;
    let (user, store_id, group, now) = (tx.scope().user()?, tx.scope().store()?, tx.scope().group, tx.now());
    let mut held = store::hold(tx, store_id, contact).await?;
    if !held.is_waiting() {
        return Err(Problem::Conflict("contact-done"));
    }
    if held.holder(now).is_some_and(|u| u != user) {
        return Err(Problem::Conflict("contact-taken"));
    }
    let context = Context::of(tx, group, store_id).await?;
    let kind = held.kinds().first().map(|k| (*k).to_owned()).unwrap_or_default();
    let hours = super::hours::CallHours::new(&context.cal, context.rules().windows(&kind));
    let back = returns_at(&held, now);
    let back = hours.next_in(back, held.best_time.as_deref().and_then(best_time::span)).unwrap_or(back);
    let shown = |c: &Contact| json!({ "not_before": c.not_before, "promise_at": c.promise_at, "reason": c.skip_reason.map(Aside::key) });
    let before = shown(&held);
    // The time agreed with the customer stays as it was agreed: only the moment at which it is shown again moves.
    held.not_before = held.not_before.max(back);
    held.skip_reason = Some(reason);
    held.lease_user = None;
    held.lease_until = Millis(0);
    store::save_contact(tx, &mut held).await?;
    audit::note(tx, "contact.aside", "contact", contact.raw(), &before, &shown(&held)).await?;
    super::told(tx, store_id);
    Ok(held.not_before)
}

fn returns_at(contact: &Contact, now: Millis) -> Millis {
    let hour = now.plus_hours(1);
    let latest = contact.due_at.plus_minutes(-15);
    if latest <= now { now.plus_minutes(15) } else { hour.min(latest) }
}

/// A customer calls back: the contacts of theirs that can be opened now, the most urgent first.
/// # Errors
/// `Forbidden` without `call.work`.
pub async fn inbound(q: &mut impl Sql, scope: &Scope, customer: CustomerId) -> Result<Vec<Contact>> {
    scope.need(Cap::CallWork)?;
    store::waiting_of_customer(q, scope.group, scope.store()?, customer).await
}
