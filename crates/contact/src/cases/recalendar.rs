//! A changed calendar moves the deadlines of open cases that have not passed, as it moves those of tasks. The old
//! deadline and the reason stand in the case's course. A missed deadline never becomes unmissed.

use kernel::{CaseId, Millis, Result, Scope, StoreId, WorkCalendar};
use platform::db::{Db, Tx};
use platform::http::App;
use platform::jobs::Job;
use platform::{rulebook, transact};
use serde_json::json;

use super::clocks::{ClockBook, ClockKey};
use super::model::{State, StepKind};
use super::ports::{self, CalendarChanged};
use super::record::{self, Line};
use super::store::{self, CaseRow, StepRow};
use crate::recalendar;

pub(super) const KIND: &str = "cases-recalendar";
const CHUNK: i64 = 200;

/// Listener: queues the work.
/// # Errors
/// As the database answers.
pub async fn on_calendar_changed(tx: &mut Tx, e: &CalendarChanged) -> Result<()> {
    recalendar::queue(tx, KIND, e).await
}

pub(super) async fn run(app: App, job: Job) -> Result<()> {
    for (store_id, scope) in recalendar::places(&app.db, &job).await? {
        let moved = recalendar(&app.db, &scope, store_id).await?;
        tracing::info!(store = %store_id, moved, "deadlines of cases follow the calendar");
    }
    Ok(())
}

/// Moves the running deadlines of one store that lie ahead. Answers how many moved; a second run moves none.
/// # Errors
/// As the database answers.
pub async fn recalendar(db: &Db, scope: &Scope, store_id: StoreId) -> Result<usize> {
    let mut after = CaseId::new(i64::MIN);
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

async fn chunk(tx: &mut Tx, store_id: StoreId, after: CaseId) -> Result<(usize, Option<CaseId>)> {
    let (group, now) = (tx.scope().group, tx.now());
    let calendar = ports::calendar(tx, group, store_id).await?;
    let found = store::running(tx, group, store_id, now, after, CHUNK).await?;
    let last = found.last().map(|c| c.id);
    let mut moved = 0;
    for case in found {
        if moves(tx, &calendar, &case, now).await? {
            moved += 1;
        }
    }
    Ok((moved, last))
}

async fn moves(tx: &mut Tx, calendar: &WorkCalendar, case: &CaseRow, now: Millis) -> Result<bool> {
    let group = tx.scope().group;
    let (clock, before) = match case.state()? {
        State::Waiting { due, .. } => (ClockKey::Contact, due),
        State::Recall { due, .. } => (ClockKey::Recall, due),
        State::Contacted { due, .. } | State::Undecided { due, .. } => (ClockKey::Result, due),
        State::Closed { .. } | State::Withdrawn { .. } => return Ok(false),
    };
    let steps = store::steps(tx, group, case.id).await?;
    let step = started(&steps, clock);
    // The result is counted from what the case itself remembers: the contact, or the end of the re-call.
    let start = match clock {
        ClockKey::Result => case.recall_ended_at.or(case.contacted_at),
        ClockKey::Contact | ClockKey::Recall => step.map(|s| s.at),
    };
    let Some(start) = start else { return Ok(false) };
    // The clock that the case was made with; cases older than that note use the one in force.
    let book = match step.and_then(|s| s.args.get("clocks")).and_then(serde_json::Value::as_i64) {
        Some(version) => rulebook::at_version::<ClockBook>(tx, group, case.store_id, version).await?,
        None => rulebook::current::<ClockBook>(tx, group, case.store_id).await?,
    };
    let due = book.body.due(clock, calendar, start);
    // What a person still had time for is not made late by a calendar.
    if due == before || before <= now || due <= now {
        return Ok(false);
    }
    let mut new = case.clone();
    match clock {
        ClockKey::Contact => {
            new.contact_due_at = due;
            new.keep_first();
        }
        ClockKey::Result => new.act_due_at = Some(due),
        ClockKey::Recall => {
            new.recall_due_at = Some(due);
            ports::move_recall(tx, case.id, case.store_id, due).await?;
        }
    }
    new.next_due_at = Some(due);
    let words = json!({ "clock": clock, "before": before, "after": due, "reason": "calendar" });
    record::keep(tx, case, &new, Line::new(StepKind::Rescheduled, None).with(words)).await?;
    Ok(true)
}

/// The step with which the running clock began; steps come newest first.
fn started(steps: &[StepRow], clock: ClockKey) -> Option<&StepRow> {
    let told = |s: &StepRow, what: &str| s.args.get(what).and_then(serde_json::Value::as_bool) == Some(true);
    steps.iter().find(|s| match (clock, s.kind) {
        (ClockKey::Contact, StepKind::Opened | StepKind::Reopened) | (ClockKey::Recall, StepKind::Result) => true,
        (ClockKey::Recall, StepKind::Recall) => told(s, "again"),
        (ClockKey::Result, StepKind::Contacted) => true,
        (ClockKey::Result, StepKind::Recall) => told(s, "lapsed"),
        (ClockKey::Contact | ClockKey::Recall | ClockKey::Result, _) => false,
    })
}
