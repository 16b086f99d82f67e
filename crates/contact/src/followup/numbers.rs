//! Which number is dialled next, and what becomes of a contact without one.

use kernel::{Cap, ContactId, CustomerId, PersonName, Phone, PhoneLineId, Problem, Result, Scope, StoreId};
use platform::db::{Db, Sql, Tx};
use platform::{audit, transact};
use serde_json::json;

use super::context::{Context, tasks_by_contact};
use super::model::{Contact, ContactState};
use super::people_port::{self, PhoneLine};
use super::{bundle, store};

/// The wished number where it may be dialled, else the best of the others: those known to work first, then by rank.
pub fn choose(lines: &[PhoneLine], wished: Option<PhoneLineId>) -> Option<&PhoneLine> {
    use super::people_port::PhoneStatus;
    let usable = || lines.iter().filter(|l| l.status.usable());
    usable()
        .find(|l| Some(l.id) == wished)
        .or_else(|| usable().min_by_key(|l| (l.status != PhoneStatus::Works, l.rank, l.id)))
}

/// Whom to ask for: whoever answers the number that is dialled. Where a visitor's own number is dead and the owner's is
/// dialled instead, that is the owner.
pub fn whom(
    lines: &[PhoneLine],
    wished: Option<PhoneLineId>,
    key: &str,
    person: Option<&PersonName>,
    customer: &str,
) -> String {
    let own = person.map_or(customer, PersonName::expose);
    let Some(line) = choose(lines, wished) else { return own.to_owned() };
    let visitors = key.strip_prefix('p').and_then(|id| id.parse::<PhoneLineId>().ok());
    match (&line.contact_name, visitors) {
        (Some(name), Some(_)) => name.clone(),
        // Another's number stands in for the visitor's: it answers with the owner.
        (None, Some(theirs)) if theirs != line.id => customer.to_owned(),
        (Some(_) | None, Some(_) | None) => own.to_owned(),
    }
}

/// Brings a contact back from the list of numbers needed. Answers whether it was there.
pub(super) fn return_to_queue(context: &Context, contact: &mut Contact, now: kernel::Millis) -> bool {
    match contact.state {
        ContactState::NumberNeeded => {
            contact.state = ContactState::Open;
            let hours = super::hours::CallHours::new(
                &context.cal,
                context.rules().windows(contact.kinds().first().copied().unwrap_or("")),
            );
            if contact.promise_at.is_none() {
                contact.not_before = hours.next(now.max(contact.from_at)).unwrap_or(now);
            }
            true
        }
        ContactState::Open | ContactState::Hidden | ContactState::Done => false,
    }
}

/// A number found for somebody on the list: it is stored, tried first, and the contact returns to the queue.
/// # Errors
/// `NotFound` outside of the store, `Forbidden` without `call.work`.
pub async fn supply(tx: &mut Tx, contact: ContactId, phone: &Phone) -> Result<()> {
    tx.scope().need(Cap::CallWork)?;
    let (store_id, now, group) = (tx.scope().store()?, tx.now(), tx.scope().group);
    let mut held = store::hold(tx, store_id, contact).await?;
    if !held.is_waiting() {
        return Err(Problem::Conflict("contact-done"));
    }
    let name = held.person_name.as_ref().map(|n| n.expose().to_owned());
    let line = people_port::add_phone(tx, held.customer_id, phone, name.as_deref()).await?;
    let context = Context::of(tx, group, store_id).await?;
    held.phone_line_id = Some(line);
    return_to_queue(&context, &mut held, now);
    store::save_contact(tx, &mut held).await?;
    let after = json!({ "phone_line": line });
    audit::note(tx, "contact.number", "contact", contact.raw(), &serde_json::Value::Null, &after).await?;
    super::told(tx, store_id);
    Ok(())
}

/// The list of numbers needed, the earliest deadline first; `after` is the `(due_at, id)` of the last row shown.
/// # Errors
/// `Forbidden` without `call.work` or `queue.see`.
pub async fn needed(
    q: &mut impl Sql,
    scope: &Scope,
    after: Option<(kernel::Millis, ContactId)>,
) -> Result<Vec<Contact>> {
    if !scope.may(Cap::CallWork) {
        scope.need(Cap::QueueSee)?;
    }
    let after = after.unwrap_or((kernel::Millis(i64::MIN), ContactId::new(i64::MIN)));
    store::numbers_needed(q, scope.group, scope.store()?, after, 50).await
}

/// Every contact of a store's list whose customer has a usable number again: one may have come with an import.
/// # Errors
/// As the database answers.
pub async fn recheck_store(db: &Db, scope: &Scope, store_id: StoreId) -> Result<usize> {
    let mut q = db.reads();
    let (mut after, mut back) = ((kernel::Millis(i64::MIN), ContactId::new(i64::MIN)), 0);
    loop {
        let rows = store::numbers_needed(&mut q, scope.group, store_id, after, 200).await?;
        let Some(last) = rows.last() else { return Ok(back) };
        after = (last.due_at, last.id);
        let mut customers: Vec<CustomerId> = rows.iter().map(|c| c.customer_id).collect();
        customers.sort_unstable();
        customers.dedup();
        let names = people_port::names(&mut q, scope.group, &customers, &[]).await?;
        customers.retain(|c| names.lines.get(c).is_some_and(|l| choose(l, None).is_some()));
        for customer in customers {
            back += transact!(db, scope, |tx| { recheck(tx, customer).await })?;
        }
    }
}

/// Contacts of a customer on the list of numbers needed whose customer has a usable number again.
/// # Errors
/// As the database answers.
pub async fn recheck(tx: &mut Tx, customer: CustomerId) -> Result<usize> {
    let (store_id, now, group) = (tx.scope().store()?, tx.now(), tx.scope().group);
    let lines = people_port::lines_of(tx, group, customer).await?;
    if choose(&lines, None).is_none() {
        return Ok(0);
    }
    let context = Context::of(tx, group, store_id).await?;
    let waiting = store::waiting_of_customer(tx, group, store_id, customer).await?;
    let ids: Vec<ContactId> = waiting.iter().filter(|c| c.state == ContactState::NumberNeeded).map(|c| c.id).collect();
    let tasks = tasks_by_contact(tx, &ids).await?;
    let mut back = 0;
    for mut contact in store::hold_all(tx, &ids).await? {
        let open = tasks.get(&contact.id).is_some_and(|t| bundle::columns(t, context.rules()).is_some());
        if open && return_to_queue(&context, &mut contact, now) {
            store::save_contact(tx, &mut contact).await?;
            back += 1;
        }
    }
    Ok(back)
}
