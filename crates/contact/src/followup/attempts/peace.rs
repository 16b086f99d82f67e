//! C6: a customer who was reached is left in peace for the days that the rule says: planning looks at it once, and this
//! again whenever somebody of theirs is reached while other follow-ups wait.

use kernel::{Millis, Result};
use platform::db::Tx;

use super::undo::{Skipped, Undo};
use crate::followup::context::{Context, tasks_by_contact};
use crate::followup::model::{Attempt, Contact, SkipReason, Task, TaskResult};
use crate::followup::store::{self, NoTask};
use crate::followup::tending;

/// Begun follow-ups, promises and re-calls go on. Others wait until the days are over; what would be overdue by then is
/// not called for at all and counts as planning would have counted it: no task.
pub async fn leave(
    tx: &mut Tx,
    context: &Context,
    attempt: &Attempt,
    called: &Contact,
    fleet: bool,
    undo: &mut Undo,
) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let waiting = store::waiting_of_customer(tx, group, context.store, attempt.customer_id).await?;
    let others: Vec<_> = waiting
        .iter()
        // A fleet has many visitors: only the one who was called is left in peace.
        .filter(|c| c.id != called.id && (!fleet || c.person_key == called.person_key))
        .map(|c| c.id)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let held = store::hold_all(tx, &others).await?;
    let mut tasks = tasks_by_contact(tx, &others).await?;
    for mut contact in held.into_iter().filter(|c| c.promise_at.is_none() && c.holder(now).is_none()) {
        let Some(own) = tasks.get_mut(&contact.id) else { continue };
        let open: Vec<&Task> = own.iter().filter(|t| t.is_open()).collect();
        let days = open.iter().map(|t| days(context, t)).max().unwrap_or(0);
        let goes_on = open.iter().any(|t| t.attempts > 0 || t.recall_case().is_some());
        if days == 0 || goes_on || contact.last_attempt_at.is_some() {
            continue;
        }
        undo.remember_contact(&contact);
        for task in &open {
            undo.remember_task(task);
        }
        let quiet = attempt.ended_at.plus(days * Millis::DAY);
        let mut none = Vec::new();
        for task in own.iter_mut().filter(|t| t.is_open() && t.due_at <= quiet) {
            task.close(TaskResult::Cancelled, now);
            store::save_task(tx, task).await?;
            undo.skipped.push(Skipped { kind: task.kind.clone(), subject: task.subject_kind, id: task.subject_id });
            none.push((task.subject_kind, no_task(task)));
        }
        for (subject, event) in none {
            store::insert_no_tasks(tx, context.store, subject, &[event], None).await?;
        }
        let hours = context.manner(own).0;
        contact.not_before = contact.not_before.max(hours.next(quiet).unwrap_or(quiet));
        tending::keep(tx, context, &mut contact, own, now).await?;
    }
    Ok(())
}

fn days(context: &Context, task: &Task) -> i64 {
    context.rules().rule(&task.kind).map_or(0, |r| i64::from(r.skip.contacted_within_days))
}

fn no_task(task: &Task) -> NoTask {
    NoTask {
        subject_id: task.subject_id,
        kind: task.kind.clone(),
        due_on: task.due_on,
        reason: Some(SkipReason::ContactedLately),
    }
}
