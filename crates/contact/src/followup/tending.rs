//! Ending tasks outside of a call and keeping their contacts true to them.

use kernel::{AttemptId, ContactId, Millis, Result};
use platform::db::Tx;

use super::context::{Context, tasks_by_contact};
use super::events::RecallLapsed;
use super::model::{Contact, ContactState, Task, TaskResult};
use super::store;

/// Ends the open tasks of these contacts for which `verdict` names a result; answers them. Contacts left without an
/// open task are done; those that nobody ever saw are dropped.
/// # Errors
/// As the database answers.
pub async fn settle(
    tx: &mut Tx,
    context: &Context,
    contacts: &[ContactId],
    verdict: impl Fn(&Task, &Contact) -> Option<TaskResult> + Send,
) -> Result<Vec<Task>> {
    let now = tx.now();
    let mut ids = contacts.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut held = store::hold_all(tx, &ids).await?;
    let mut tasks = tasks_by_contact(tx, &ids).await?;
    let mut closed = Vec::new();
    for contact in &mut held {
        let Some(own) = tasks.get_mut(&contact.id) else { continue };
        let mut touched = false;
        for task in own.iter_mut().filter(|t| t.is_open()) {
            if let Some(result) = verdict(task, contact) {
                task.close(result, now);
                store::save_task(tx, task).await?;
                closed.push(task.clone());
                touched = true;
            }
        }
        if touched {
            keep(tx, context, contact, own, now).await?;
        }
    }
    Ok(closed)
}

/// Writes a contact as its tasks now stand.
/// # Errors
/// As the database answers.
pub async fn keep(tx: &mut Tx, context: &Context, contact: &mut Contact, tasks: &[Task], now: Millis) -> Result<()> {
    if contact.state == ContactState::Hidden && !tasks.iter().any(Task::is_open) {
        // The ended tasks keep their contact's number; the contact itself was never anybody's.
        return store::drop_contacts(tx, &[contact.id]).await;
    }
    context.refresh(contact, tasks, now);
    store::save_contact(tx, contact).await
}

/// Tells whoever keeps cases that these re-calls ended without a judgement, by this call or without one.
/// # Errors
/// As a listener answers.
pub async fn tell_lapsed(tx: &mut Tx, tasks: &[Task], attempt: Option<AttemptId>) -> Result<()> {
    for task in tasks {
        if let (Some(case), Some(result)) = (task.recall_case(), task.result) {
            tx.record(&RecallLapsed { store: task.store_id, task: task.id, case, result, attempt }).await?;
        }
    }
    Ok(())
}
