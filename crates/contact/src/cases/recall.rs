//! What comes from outside: the re-call's answer, a call taken back, a colleague who leaves.

use kernel::{Cap, CaseId, Problem, Result};
use platform::db::Tx;
use platform::rulebook;
use serde_json::json;

use super::clocks::ClockKey;
use super::kinds::KindBook;
use super::model::{Act, RecallEnd, State, StepKind};
use super::ports::{self, CallRecorded, CallRevoked, Point, RecallLapsed, StaffLeft, TaskResult};
use super::record::{self, Before, Line};
use super::store::{self, CaseRow};
use super::{handle, open, plan};

/// B8.4e, f: satisfied closes the case; unsatisfied opens it again, with the clock from the start. Answers whether
/// the call's points went into this case, so that no second one is made.
pub(super) async fn answered(
    tx: &mut Tx,
    e: &CallRecorded,
    id: CaseId,
    satisfied: bool,
    points: &[Point],
) -> Result<bool> {
    let group = tx.scope().group;
    let found = store::by_id(tx, group, id).await?.filter(|c| c.store_id == e.store);
    let Some(case) = found else { return Ok(false) };
    let state = case.state()?;
    if e.late || !matches!(state, State::Recall { .. }) {
        // A late answer to a case that went on without it: noted, and the call is kept.
        let mut after = case.clone();
        after.touched = true;
        let line = Line::new(StepKind::Recall, None)
            .with(json!({ "attempt": e.attempt, "satisfied": satisfied, "late": true }));
        record::keep(tx, &case, &after, line).await?;
        return Ok(false);
    }
    let args = json!({ "attempt": e.attempt, "satisfied": satisfied, "before": Before::of(&case) });
    let mut after = case.clone();
    after.recall_attempt_id = Some(e.attempt);
    after.touched = false;
    store::add_step(tx, &case, StepKind::Recall, None, &args).await?;
    if satisfied {
        after.put(&state.after(Act::Satisfied { at: tx.now() })?);
        record::keep(tx, &case, &after, Line::new(StepKind::Closed, None)).await?;
        ports::unblock(tx, case.customer_id, case.store_id, case.id.raw()).await?;
        if let Some(owner) = case.owner_id {
            record::notify(tx, &[owner], "case_closed", &after).await?;
        }
        return Ok(false);
    }
    let (due, clocks) = handle::due(tx, &case, ClockKey::Contact).await?;
    after.round += 1;
    after.put(&state.after(Act::Unsatisfied { due })?);
    (after.escalated_at, after.decided_at) = (None, None);
    record::keep(
        tx,
        &case,
        &after,
        Line::new(StepKind::Reopened, None).with(json!({ "round": after.round, "clocks": clocks })),
    )
    .await?;
    let book = rulebook::current::<KindBook>(tx, group, case.store_id).await?;
    if let Some(planned) = plan::plan(&book.body, points) {
        open::add_points(tx, &after, &planned.points).await?;
    }
    // An answer given before the line broke: the re-call that is still planned has nothing left to ask.
    ports::cancel_recall(tx, id).await?;
    let mut told = open::managers(tx, case.store_id, case.department).await?;
    told.extend(case.owner_id);
    record::notify(tx, &told, "case_reopened", &after).await?;
    Ok(true)
}

/// Listener: an untouched case goes with its call, a touched one stays with a note. What a re-call did is taken back
/// while nobody has gone on from there.
/// # Errors
/// `Refused("case-touched")` when somebody has: the call then stays.
pub async fn on_revoked(tx: &mut Tx, e: &CallRevoked) -> Result<()> {
    let group = tx.scope().group;
    if let Some(case) = store::by_attempt(tx, group, e.attempt).await? {
        let mut after = case.clone();
        let state = case.state()?;
        if !case.touched && matches!(state, State::Waiting { .. }) {
            after.put(&state.after(Act::Withdraw { at: tx.now() })?);
            record::keep(tx, &case, &after, Line::new(StepKind::Withdrawn, None)).await?;
            ports::unblock(tx, case.customer_id, case.store_id, case.id.raw()).await?;
        } else if !matches!(state, State::Withdrawn { .. }) {
            note_revoked(tx, &case, after).await?;
        }
    }
    for case in store::by_recall(tx, group, e.attempt).await? {
        let mut after = case.clone();
        // What was done since cannot be undone by somebody else's call.
        if case.touched {
            return Err(Problem::Refused("case-touched"));
        }
        let before = store::before_recall(tx, group, case.id, e.attempt).await?;
        let Some(before) = before.and_then(|b| serde_json::from_value::<Before>(b).ok()) else {
            note_revoked(tx, &case, after).await?;
            continue;
        };
        before.restore(&mut after);
        record::keep(tx, &case, &after, Line::new(StepKind::CallRevoked, None).with(json!({ "restored": true })))
            .await?;
        ports::block(tx, case.customer_id, case.store_id, case.id.raw()).await?;
    }
    Ok(())
}

async fn note_revoked(tx: &mut Tx, case: &CaseRow, mut after: CaseRow) -> Result<()> {
    after.touched = true;
    record::keep(tx, case, &after, Line::new(StepKind::CallRevoked, None)).await
}

/// Listener: the open cases of somebody who leaves go to the successor where the successor may handle them, else back to the
/// department, which is told.
/// # Errors
/// As the database answers.
pub async fn on_staff_left(tx: &mut Tx, e: &StaffLeft) -> Result<()> {
    let group = tx.scope().group;
    for place in store::owned_by(tx, group, e.user).await?.into_iter().filter(|p| p.store_id == e.store) {
        let Some(case) = store::by_id(tx, group, place.id).await? else { continue };
        let heir = match e.successor {
            Some(heir)
                if ports::holders(tx, group, case.store_id, Cap::CaseHandle, Some(case.department))
                    .await?
                    .contains(&heir) =>
            {
                Some(heir)
            }
            Some(_) | None => None,
        };
        let mut after = case.clone();
        after.owner_id = heir;
        after.touched = true;
        let args = json!({ "from": e.user, "to": heir });
        record::keep(tx, &case, &after, Line::new(StepKind::HandedOver, None).with(args)).await?;
        let told = match heir {
            Some(heir) => vec![heir],
            None => open::managers(tx, case.store_id, case.department).await?,
        };
        record::notify(tx, &told, "case_handed_over", &after).await?;
    }
    Ok(())
}

/// Listener: the re-call ended without a judgement (refused, opted out, not reached, no number, or spoken to without
/// asking). The manager decides: another re-call, or the end.
/// # Errors
/// As the database answers.
pub async fn on_recall_lapsed(tx: &mut Tx, e: &RecallLapsed) -> Result<()> {
    let group = tx.scope().group;
    let Some(case) = store::by_id(tx, group, e.case).await? else { return Ok(()) };
    let state = case.state()?;
    if case.recall_task_id != Some(e.task) || !matches!(state, State::Recall { .. }) {
        return Ok(());
    }
    let (end, now) = (end_of(e.result), tx.now());
    let (due, clocks) = handle::due(tx, &case, ClockKey::Result).await?;
    let mut args = json!({ "lapsed": true, "end": end, "clocks": clocks });
    let mut after = case.clone();
    after.put(&state.after(Act::Lapse { end, at: now, due })?);
    // What a call did can be taken back with it; what time did cannot.
    after.touched = e.attempt.is_none();
    if let Some(attempt) = e.attempt {
        args["attempt"] = json!(attempt);
        args["before"] = json!(Before::of(&case));
        after.recall_attempt_id = Some(attempt);
    }
    record::keep(tx, &case, &after, Line::new(StepKind::Recall, None).with(args)).await?;
    let mut told = open::managers(tx, case.store_id, case.department).await?;
    told.extend(case.owner_id);
    record::notify(tx, &told, "case_recall_lapsed", &after).await
}

fn end_of(result: TaskResult) -> RecallEnd {
    match result {
        TaskResult::Complete | TaskResult::Partial | TaskResult::Merged => RecallEnd::Unjudged,
        TaskResult::Refused => RecallEnd::Refused,
        TaskResult::OptedOut => RecallEnd::OptedOut,
        TaskResult::Exhausted => RecallEnd::Exhausted,
        TaskResult::Expired => RecallEnd::Expired,
        TaskResult::NoNumber => RecallEnd::NoNumber,
        TaskResult::Cancelled | TaskResult::Superseded => RecallEnd::Dropped,
    }
}
