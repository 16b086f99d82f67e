//! C6: an outcome can be taken back for ten minutes: struck out, not erased.

use kernel::{AttemptId, Cap, Millis, Problem, Result, Scope};
use platform::audit;
use platform::db::{Sql, Tx};
use serde_json::json;

use super::Revocable;
use super::undo::Undo;
use crate::followup::events::CallRevoked;
use crate::followup::model::{Attempt, ContactState};
use crate::followup::rules::FollowupRules;
use crate::followup::{people_port, store, told};

async fn until(q: &mut impl Sql, scope: &Scope, attempt: &Attempt) -> Result<Millis> {
    let rules = platform::rulebook::current::<FollowupRules>(q, scope.group, attempt.store_id).await?;
    Ok(attempt.id.born().plus_minutes(i64::from(rules.body.limits.take_back_minutes)))
}

/// Until when an attempt may be taken back by the person of the scope; `None` when it no longer may.
/// # Errors
/// `NotFound` outside of the store.
pub async fn revocable(q: &mut impl Sql, scope: &Scope, id: AttemptId, now: Millis) -> Result<Option<Revocable>> {
    let attempt = store::attempt(q, scope.group, scope.store()?, id).await?;
    let until = until(q, scope, &attempt).await?;
    let may = Some(attempt.agent_id) == scope.user || scope.may(Cap::QueueAssign);
    Ok((may && attempt.revoked_at.is_none() && now <= until).then_some(Revocable { attempt: id, until }))
}

/// Takes an outcome back: contact, tasks, numbers and wishes are as before the call. Its answers, remarks and the
/// attempt itself stay, struck out; an untouched case goes with it.
/// # Errors
/// `Refused("revoke-too-late")` after the time, `Refused("revoke-worked-since")` when something happened since, what a
/// listener refuses (a case that was touched), `NotFound` for another's call.
pub async fn revoke(tx: &mut Tx, id: AttemptId) -> Result<()> {
    let (scope, now) = (tx.scope().clone(), tx.now());
    if !scope.may(Cap::CallWork) {
        scope.need(Cap::QueueAssign)?;
    }
    let (user, store_id) = (scope.user()?, scope.store()?);
    let attempt = store::attempt(tx, scope.group, store_id, id).await?;
    if attempt.agent_id != user && !scope.may(Cap::QueueAssign) {
        return Err(Problem::NotFound);
    }
    // Waits for whoever works on the contact.
    let contact = store::hold(tx, store_id, attempt.contact_id).await?;
    if now > until(tx, &scope, &attempt).await? {
        return Err(Problem::Refused("revoke-too-late"));
    }
    let undo = store::undo_of(tx, scope.group, id).await?.map(Undo::read).transpose()?.unwrap_or_default();
    if !store::strike_out(tx, id, user).await? {
        return Err(Problem::Conflict("attempt-revoked"));
    }
    let cal = people_port::calendar(tx, scope.group, store_id).await?;
    let mut days = vec![(store_id, cal.date_of(attempt.ended_at))];
    days.extend(store::said_at(tx, scope.group, id).await?.into_iter().map(|at| (store_id, cal.date_of(at))));
    store::days_changed(tx, "call", &days).await?;
    // First those who made something of it: a case that was touched refuses, and nothing has happened.
    let tasks = store::tasks_of(tx, scope.group, &[attempt.contact_id]).await?;
    let recall = tasks.iter().filter(|t| undo.knows_task(t.id)).find_map(crate::followup::model::Task::recall_case);
    let event = CallRevoked {
        attempt: id,
        contact: attempt.contact_id,
        store: store_id,
        customer: attempt.customer_id,
        recall,
    };
    tx.record(&event).await?;
    restore(tx, &attempt, &undo, now).await?;
    put_back(tx, &attempt, &undo).await?;
    let before = json!({ "outcome": attempt.outcome, "contact": contact.id });
    audit::note(tx, "attempt.revoke", "attempt", id.raw(), &before, &serde_json::Value::Null).await?;
    let line = json!({ "outcome": attempt.outcome, "agent": user });
    people_port::timeline(tx, attempt.customer_id, store_id, "call_revoked", id.raw(), line).await?;
    told(tx, store_id);
    Ok(())
}

/// Contacts and tasks, where nobody changed them since.
async fn restore(tx: &mut Tx, attempt: &Attempt, undo: &Undo, now: Millis) -> Result<()> {
    const SINCE: Problem = Problem::Refused("revoke-worked-since");
    let group = tx.scope().group;
    let ids: Vec<_> = undo.contacts.iter().map(|c| c.id).collect();
    let held = store::hold_all(tx, &ids).await?;
    let tasks = store::tasks_of(tx, group, &ids).await?;
    for before in &undo.tasks {
        let mut task = tasks.iter().find(|t| t.id == before.id).cloned().ok_or(SINCE)?;
        if task.version != before.version {
            return Err(SINCE);
        }
        before.restore(&mut task);
        store::save_task(tx, &mut task).await?;
    }
    for before in &undo.contacts {
        let mut contact = held.iter().find(|c| c.id == before.id).cloned().ok_or(SINCE)?;
        let taken = contact.holder(now).is_some_and(|u| u != attempt.agent_id);
        let gained =
            tasks.iter().any(|t| t.contact_id == Some(contact.id) && t.is_open() && !undo.seen.contains(&t.id));
        if contact.version != before.version || taken || gained {
            return Err(SINCE);
        }
        before.restore(&mut contact);
        if contact.state == ContactState::Done {
            contact.lease_user = None;
            contact.lease_until = Millis(0);
        }
        store::save_contact(tx, &mut contact).await?;
    }
    Ok(())
}

/// Numbers, best time, sold vehicles, opting out.
async fn put_back(tx: &mut Tx, attempt: &Attempt, undo: &Undo) -> Result<()> {
    for (line, status) in &undo.phones {
        people_port::mark_phone(tx, *line, *status).await?;
    }
    for line in &undo.added_phones {
        people_port::drop_phone(tx, *line).await?;
    }
    if let Some(best) = &undo.best_time {
        people_port::set_best_time(tx, attempt.customer_id, best.as_deref()).await?;
    }
    for (vehicle, day) in &undo.sold {
        people_port::resume_ownership(tx, *vehicle, attempt.customer_id, *day).await?;
    }
    for skipped in &undo.skipped {
        let kinds = [skipped.kind.clone()];
        store::drop_no_tasks(tx, attempt.store_id, &kinds, skipped.subject, &[skipped.id]).await?;
    }
    if undo.opted_out {
        people_port::opt_in(tx, attempt.customer_id).await?;
    }
    Ok(())
}
