//! A changed calendar moves the deadlines that have not passed. A missed deadline never becomes unmissed.

use kernel::{ContactId, Millis, Result, Scope, StoreId, TaskId};
use platform::audit;
use platform::db::{Db, Tx};
use platform::http::App;
use platform::jobs::Job;
use platform::{rulebook, transact};
use serde_json::json;

use super::context::{Context, tasks_by_contact};
use super::model::Task;
use super::people_port::CalendarChanged;
use super::plan;
use super::rules::FollowupRules;
use super::{store, tending, told};
use crate::recalendar;

pub(super) const KIND: &str = "followup-recalendar";
const CHUNK: i64 = 300;

/// Listener: queues the work.
/// # Errors
/// As the database answers.
pub async fn on_calendar_changed(tx: &mut Tx, e: &CalendarChanged) -> Result<()> {
    recalendar::queue(tx, KIND, e).await
}

pub(super) async fn run(app: App, job: Job) -> Result<()> {
    for (store_id, scope) in recalendar::places(&app.db, &job).await? {
        let moved = recalendar(&app.db, &scope, store_id).await?;
        tracing::info!(store = %store_id, moved, "deadlines follow the calendar");
    }
    Ok(())
}

/// Moves the open deadlines of one store that lie ahead. Answers how many tasks moved; a second run moves none.
/// # Errors
/// As the database answers.
pub async fn recalendar(db: &Db, scope: &Scope, store_id: StoreId) -> Result<usize> {
    let mut after = TaskId::new(i64::MIN);
    let mut moved = 0;
    loop {
        let (n, last) = transact!(db, scope, |tx| { chunk(tx, store_id, after).await })?;
        moved += n;
        match last {
            Some(last) => after = last,
            None => return Ok(moved),
        }
    }
}

async fn chunk(tx: &mut Tx, store_id: StoreId, after: TaskId) -> Result<(usize, Option<TaskId>)> {
    let (group, now) = (tx.scope().group, tx.now());
    let context = Context::of(tx, group, store_id).await?;
    let found = store::open_from(tx, group, store_id, context.today(now), after, CHUNK).await?;
    let Some(last) = found.last().map(|t| t.id) else { return Ok((0, None)) };
    let mut contacts: Vec<ContactId> = found.iter().filter_map(|t| t.contact_id).collect();
    contacts.sort_unstable();
    contacts.dedup();
    let held = store::hold_all(tx, &contacts).await?;
    let mut tasks = tasks_by_contact(tx, &contacts).await?;
    let mut moved = 0;
    for mut contact in held {
        let Some(own) = tasks.get_mut(&contact.id) else { continue };
        let from_before = contact.from_at;
        let mut touched = 0;
        for task in own.iter_mut().filter(|t| t.is_open() && found.iter().any(|f| f.id == t.id)) {
            let before = task.clone();
            if recompute(tx, &context, task, contact.promise_at.is_some(), now).await? {
                store::save_task(tx, task).await?;
                note(tx, &before, task).await?;
                touched += 1;
            }
        }
        if touched > 0 {
            if contact.not_before == from_before && contact.promise_at.is_none() {
                // It waited for its window to begin; that may have come nearer.
                contact.not_before = Millis(0);
            }
            tending::keep(tx, &context, &mut contact, own, now).await?;
            moved += touched;
        }
    }
    if moved > 0 {
        told(tx, store_id);
    }
    Ok((moved, Some(last)))
}

/// The window as the rule it was planned with makes it today. Re-calls have their case's deadline.
async fn recompute(tx: &mut Tx, context: &Context, task: &mut Task, promised: bool, now: Millis) -> Result<bool> {
    if task.due_at <= now || task.recall_case().is_some() {
        return Ok(false);
    }
    let planned_by = rulebook::at_version::<FollowupRules>(tx, context.group, context.store, task.rule_version).await?;
    let Some(rule) = planned_by.body.rule(&task.kind) else { return Ok(false) };
    let Some(window) = plan::window(rule, task.event_on, &context.cal) else { return Ok(false) };
    // What a person still had time for is not made late by a calendar.
    if window.due_at <= now {
        return Ok(false);
    }
    let expires_at = if promised { window.expires_at.max(task.expires_at) } else { window.expires_at };
    let same = (task.from_on, task.due_on, task.from_at, task.due_at, task.expires_at)
        == (window.from_on, window.due_on, window.from_at, window.due_at, expires_at);
    (task.from_on, task.due_on, task.from_at, task.due_at, task.expires_at) =
        (window.from_on, window.due_on, window.from_at, window.due_at, expires_at);
    Ok(!same)
}

async fn note(tx: &mut Tx, before: &Task, after: &Task) -> Result<()> {
    let shown = |t: &Task| json!({ "due_at": t.due_at, "from_at": t.from_at, "expires_at": t.expires_at });
    let mut new = shown(after);
    new["reason"] = json!("calendar");
    audit::note(tx, "task.recalendar", "task", after.id.raw(), &shown(before), &new).await
}
