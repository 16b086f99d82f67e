//! What an outcome brings about beside the tasks: the customer's numbers, times and wishes, and the next try.

use kernel::{Millis, PhoneLineId, Result};
use platform::db::Tx;

use super::Begun;
use super::undo::Undo;
use crate::followup::best_time;
use crate::followup::context::Context;
use crate::followup::model::{Attempt, Contact, ContactState, NewAttempt, Task, TaskResult};
use crate::followup::outcomes::{Next, NumberMark, Outcome};
use crate::followup::people_port::{self, PhoneStatus};
use crate::followup::{numbers, store, tending, tries};

/// The customer's numbers after the call.
pub struct Numbers {
    /// Given in the call: tried next.
    pub new: Option<PhoneLineId>,
    /// The best one left.
    pub next: Option<PhoneLineId>,
}

/// Facts about the customer: number marks, a new number, the best time, sold vehicles, opting out.
pub async fn on_customer(
    tx: &mut Tx,
    context: &Context,
    contact: &Contact,
    new: &NewAttempt,
    outcome: &Outcome,
    undo: &mut Undo,
) -> Result<Numbers> {
    let customer = contact.customer_id;
    let lines = people_port::lines_of(tx, context.group, customer).await?;
    let dialled = new.phone_line.or_else(|| numbers::choose(&lines, contact.phone_line_id).map(|l| l.id));
    let mark = match outcome.number_mark {
        NumberMark::Wrong => Some(PhoneStatus::Wrong),
        NumberMark::OutOfService => Some(PhoneStatus::OutOfService),
        NumberMark::None => outcome.reached.then_some(PhoneStatus::Works),
    };
    if let (Some(status), Some(line)) = (mark, lines.iter().find(|l| Some(l.id) == dialled))
        && line.status != status
    {
        undo.phones.push((line.id, line.status));
        people_port::mark_phone(tx, line.id, status).await?;
    }
    let mut added = None;
    if let Some(phone) = &new.new_phone {
        let name = contact.person_name.as_ref().map(|n| n.expose().to_owned());
        let line = people_port::add_phone(tx, customer, phone, name.as_deref()).await?;
        if !lines.iter().any(|l| l.id == line) {
            undo.added_phones.push(line);
        }
        added = Some(line);
    }
    if let Some(best) = new.best_time.as_deref().map(str::trim).filter(|b| !b.is_empty()) {
        let names = people_port::names(tx, context.group, &[customer], &[]).await?;
        undo.best_time = Some(names.customers.get(&customer).and_then(|c| c.best_time.clone()));
        people_port::set_best_time(tx, customer, Some(best)).await?;
    }
    let today = context.today(tx.now());
    for vehicle in &new.sold_car {
        if people_port::end_ownership(tx, *vehicle, customer, today).await? {
            undo.sold.push((*vehicle, today));
        }
    }
    let lines = people_port::lines_of(tx, context.group, customer).await?;
    let wished = added.or(contact.phone_line_id);
    Ok(Numbers { new: added, next: numbers::choose(&lines, wished).map(|l| l.id) })
}

/// When and on which number the contact is tried next.
pub fn on_contact(context: &Context, contact: &mut Contact, tasks: &[Task], call: &Begun<'_>, numbers: &Numbers) {
    contact.last_outcome = Some(call.outcome.key.clone());
    contact.last_attempt_at = Some(call.attempt.ended_at);
    contact.skip_reason = None;
    if let Some(best) = call.new.best_time.as_deref().map(str::trim).filter(|b| !b.is_empty()) {
        contact.best_time = Some(best.to_owned());
    }
    contact.phone_line_id = numbers.new.or(contact.phone_line_id);
    let marked = call.outcome.number_mark != NumberMark::None;
    if marked {
        contact.phone_line_id = numbers.next;
    }
    let open = tasks.iter().any(Task::is_open);
    if open && numbers.next.is_none() {
        contact.state = ContactState::NumberNeeded;
    } else if open {
        contact.state = ContactState::Open;
    }
    let (hours, spacing) = context.manner(tasks);
    let due_at = tasks.iter().filter(|t| t.is_open()).map(|t| t.due_at).min().unwrap_or(contact.due_at);
    // A number just given is tried at once, whoever answered.
    let next = if numbers.new.is_some() && !call.outcome.reached && call.new.agreed_at.is_none() {
        Next::NextNumber
    } else {
        call.outcome.next
    };
    let best = contact.best_time.as_deref().and_then(best_time::span);
    contact.promise_at = match next {
        Next::AgreedTime => call.new.agreed_at,
        // As before the call: a slip of the finger breaks no promise.
        Next::AtOnce => contact.promise_at,
        Next::None | Next::InMinutes { .. } | Next::NextHalfDay | Next::NextNumber => None,
    };
    // Counted from the call's end: a draft may arrive hours later.
    let ended = call.attempt.ended_at;
    contact.not_before = tries::next_try(&hours, spacing, next, ended, call.new.agreed_at, best, due_at);
    let keeps = match next {
        Next::AtOnce => contact.lease_user == Some(call.attempt.agent_id),
        Next::None | Next::InMinutes { .. } | Next::NextHalfDay | Next::NextNumber | Next::AgreedTime => false,
    };
    // Somebody else's lease is somebody else's.
    if !keeps && contact.lease_user == Some(call.attempt.agent_id) {
        contact.lease_user = None;
        contact.lease_until = Millis(0);
    }
}

/// A time agreed with the customer outlives the rule's expiry: until the end of that day.
pub fn extend(context: &Context, task: &mut Task, contact: &Contact, call: &Begun<'_>) {
    if let Some(at) = contact.promise_at.filter(|_| call.asked.contains(&task.id)) {
        task.expires_at = task.expires_at.max(context.cal.at(context.cal.date_of(at), 1440));
    }
}

/// C6: who opts out is left in peace by every programme in every store of the group.
pub async fn end_programmes(tx: &mut Tx, attempt: &Attempt, undo: &mut Undo) -> Result<()> {
    let group = tx.scope().group;
    let customer = attempt.customer_id;
    let names = people_port::names(tx, group, &[customer], &[]).await?;
    let before = names.customers.get(&customer).and_then(|c| c.opted_out_at);
    let tasks = watch_others(tx, attempt, undo).await?;
    let mut stores: Vec<_> = tasks.iter().map(|t| t.store_id).collect();
    stores.sort_unstable();
    stores.dedup();
    for store_id in stores {
        let context = Context::of(tx, group, store_id).await?;
        let own: Vec<_> = tasks.iter().filter(|t| t.store_id == store_id).filter_map(|t| t.contact_id).collect();
        let closed = tending::settle(tx, &context, &own, |_, _| Some(TaskResult::OptedOut)).await?;
        tending::tell_lapsed(tx, &closed, Some(attempt.id)).await?;
    }
    if before.is_none() {
        undo.opted_out = true;
        people_port::opt_out(tx, customer).await?;
    }
    Ok(())
}

/// "Sold the car": whatever is still open about it ends, in this contact and in the customer's others.
pub async fn end_of_sold(
    tx: &mut Tx,
    context: &Context,
    attempt: &Attempt,
    new: &NewAttempt,
    undo: &mut Undo,
) -> Result<()> {
    let tasks = watch_others(tx, attempt, undo).await?;
    let of_car = |t: &Task| t.recall_case().is_none() && t.vehicle_id.is_some_and(|v| new.sold_car.contains(&v));
    let own: Vec<_> =
        tasks.iter().filter(|t| t.store_id == context.store && of_car(t)).filter_map(|t| t.contact_id).collect();
    tending::settle(tx, context, &own, |task, _| of_car(task).then_some(TaskResult::Cancelled)).await?;
    Ok(())
}

/// Remembers the customer's other open tasks, so that what becomes of them in this call can be put back.
pub async fn watch_others(tx: &mut Tx, attempt: &Attempt, undo: &mut Undo) -> Result<Vec<Task>> {
    let group = tx.scope().group;
    let tasks = store::open_tasks_of_customer(tx, group, attempt.customer_id).await?;
    let mut contacts: Vec<_> = tasks.iter().filter_map(|t| t.contact_id).collect();
    contacts.sort_unstable();
    contacts.dedup();
    for held in store::hold_all(tx, &contacts).await? {
        undo.remember_contact(&held);
    }
    for task in &tasks {
        undo.remember_task(task);
    }
    Ok(tasks)
}
