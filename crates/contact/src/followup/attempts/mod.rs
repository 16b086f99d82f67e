//! Recording a call: exactly once, with everything its outcome brings about, and taking it back.

mod check;
mod effects;
mod peace;
mod revoke;
mod undo;

use kernel::{AttemptId, Millis, Problem, Result, TaskId};
use platform::db::{Tx, Val};
use platform::{args, audit, rulebook};
use serde_json::json;

use super::context::{Context, tasks_by_contact};
use super::events::{CallRecorded, Point, RecallSaid};
use super::model::{Attempt, ContactState, Effect, NewAttempt, Saved, Task, TaskResult};
use super::outcomes::{Ends, Next, Outcome, Outcomes};
use super::{bundle, people_port, store, tending, told, tries, wishes};
pub use revoke::{revocable, revoke};
use undo::Undo;

/// Stores a call. The same `client_id` is stored once and answers with the first result. A call about a contact that
/// another agent has meanwhile worked on is kept beside it, marked late.
/// # Errors
/// `Invalid` with every fault of the form; `NotFound` outside of the store; `Forbidden` without `call.work`.
pub async fn save(tx: &mut Tx, new: &NewAttempt) -> Result<Saved> {
    tx.scope().need(kernel::Cap::CallWork)?;
    let (agent, store_id, group, now) = (tx.scope().user()?, tx.scope().store()?, tx.scope().group, tx.now());
    let contact = store::hold(tx, store_id, new.contact).await?;
    if contact.state == ContactState::Hidden {
        return Err(Problem::NotFound);
    }
    if let Some(first) = store::attempt_by_client(tx, group, &new.client_id).await? {
        if first.agent_id != agent || first.contact_id != contact.id {
            return Err(Problem::Conflict("attempt-of-another"));
        }
        return Ok(Saved {
            attempt: first.id,
            first: false,
            arrived_late: first.late,
            number_needed: contact.state == ContactState::NumberNeeded,
            promise_at: contact.promise_at,
        });
    }
    let outcomes = rulebook::current::<Outcomes>(tx, group, store_id).await?;
    let outcome = outcomes.body.get(&new.outcome).ok_or(Problem::invalid("outcome", "outcome-unknown"))?;
    let mut tasks = tasks_by_contact(tx, &[contact.id]).await?.remove(&contact.id).unwrap_or_default();
    check::check(new, outcome, &tasks, now)?;

    let context = Context::of(tx, group, store_id).await?;
    let past = store::attempts_of(tx, group, contact.id).await?;
    let started_at = new.started_at.min(now);
    let ended_at = started_at.plus(new.seconds * 1_000).min(now);
    let others_since = past.iter().any(|a| a.agent_id != agent && a.revoked_at.is_none() && a.id.born() > started_at);
    let late = !contact.is_waiting() || others_since;

    let asked = about(&tasks, new, late);
    let counted = !late && outcome.attempt && counts(&context, &tasks, &past, &outcomes.body, started_at);
    let attempt = Attempt {
        id: tx.new_id(),
        store_id,
        contact_id: contact.id,
        customer_id: contact.customer_id,
        client_id: new.client_id.clone(),
        agent_id: agent,
        direction: new.direction,
        outcome: outcome.key.clone(),
        outcome_version: Some(outcomes.version),
        counts: counted,
        reached: outcome.reached,
        started_at,
        ended_at,
        seconds: new.seconds,
        phone_line_id: new.phone_line,
        agreed_at: new.agreed_at,
        note: new.note.clone(),
        who_when: new.who_when.clone(),
        late,
        revoked_at: None,
    };
    store::insert_attempt(tx, &attempt, new.script_version).await?;
    let days = [ended_at, now].map(|at| (store_id, context.cal.date_of(at)));
    store::days_changed(tx, "call", &days).await?;

    let fleet = people_port::is_fleet(tx, group, contact.customer_id).await?;
    let mut undo = Undo::default();
    let mut contact = contact;
    // What the call taught about the customer is true whether it came in time or not.
    let numbers = effects::on_customer(tx, &context, &contact, new, outcome, &mut undo).await?;
    let mut results: Vec<(TaskId, Option<TaskResult>)> = asked.iter().map(|id| (*id, None)).collect();
    let mut lapsed = Vec::new();
    if !late {
        undo.remember_contact(&contact);
        for task in tasks.iter().filter(|t| t.is_open()) {
            undo.remember_task(task);
        }
        let most = context.most_vehicles(fleet);
        let begun = Begun { attempt: &attempt, new, outcome, asked: &asked, counted, most };
        settle_tasks(&context, &mut tasks, &begun, now);
        effects::on_contact(&context, &mut contact, &tasks, &begun, &numbers);
        for task in tasks.iter_mut().filter(|t| undo.knows_task(t.id)) {
            if task.closed_at.is_none() {
                effects::extend(&context, task, &contact, &begun);
            }
            store::save_task(tx, task).await?;
        }
        for (id, result) in &mut results {
            *result = tasks.iter().find(|t| t.id == *id).and_then(|t| t.result);
        }
        lapsed = tasks.iter().filter(|t| t.result.is_some() && asked.contains(&t.id)).cloned().collect();
        context.refresh(&mut contact, &tasks, now);
        store::save_contact(tx, &mut contact).await?;
    }
    store::insert_attempt_tasks(tx, attempt.id, store_id, &results).await?;
    let points = answers(tx, &attempt, new, &tasks, &asked).await?;
    wishes::note_booking(tx, &attempt, new, &tasks).await?;
    if !new.sold_car.is_empty() {
        effects::end_of_sold(tx, &context, &attempt, new, &mut undo).await?;
    }

    if outcome.reached && !late && outcome.ends != Ends::Programme {
        peace::leave(tx, &context, &attempt, &contact, fleet, &mut undo).await?;
    }
    if outcome.ends == Ends::Programme {
        // After this contact's own tasks: what is left are the customer's other ones, in every store.
        effects::end_programmes(tx, &attempt, &mut undo).await?;
    } else if !points.is_empty() {
        // Whoever opens a case may end the customer's other follow-ups.
        effects::watch_others(tx, &attempt, &mut undo).await?;
    }
    let recalls = recalls(&tasks, &asked, new, late);
    // Every re-call that ends here moves its case: by its judgement, else by the way it ended.
    lapsed.retain(|t| !recalls.iter().any(|r| r.task == t.id && r.satisfied.is_some()));
    let event = CallRecorded {
        attempt: attempt.id,
        contact: contact.id,
        store: store_id,
        customer: contact.customer_id,
        tasks: asked.clone(),
        reached: attempt.reached,
        case_fields: new.case_fields.clone(),
        recalls,
        points,
        late,
    };
    tx.record(&event).await?;
    tending::tell_lapsed(tx, &lapsed, Some(attempt.id)).await?;
    undo.seal(tx).await?;
    store::note_undo(tx, attempt.id, &undo.to_json()?).await?;
    let facts = json!({ "outcome": attempt.outcome, "contact": contact.id, "late": late, "seconds": attempt.seconds });
    audit::note(tx, "attempt.add", "attempt", attempt.id.raw(), &serde_json::Value::Null, &facts).await?;
    let line = json!({ "outcome": attempt.outcome, "kinds": contact.kinds(), "agent": agent, "late": late });
    people_port::timeline(tx, contact.customer_id, store_id, "call", attempt.id.raw(), line).await?;
    told(tx, store_id);
    Ok(Saved {
        attempt: attempt.id,
        first: true,
        arrived_late: late,
        number_needed: contact.state == ContactState::NumberNeeded,
        promise_at: contact.promise_at,
    })
}

/// What the verbs below need to know of the call in hand.
pub(super) struct Begun<'a> {
    pub attempt: &'a Attempt,
    pub new: &'a NewAttempt,
    pub outcome: &'a Outcome,
    /// The tasks that the call was about.
    pub asked: &'a [TaskId],
    /// One of the rule's attempts.
    pub counted: bool,
    /// Vehicles that are asked about in detail.
    pub most: usize,
}

/// The tasks that stood on the screen and are still open; a late call keeps those it was about.
fn about(tasks: &[Task], new: &NewAttempt, late: bool) -> Vec<TaskId> {
    tasks
        .iter()
        .filter(|t| late || t.is_open())
        .filter(|t| new.tasks.as_ref().is_none_or(|shown| shown.contains(&t.id)))
        .map(|t| t.id)
        .collect()
}

/// C6: ≥ 3 h apart, in different half-days. A call that goes on after a broken line is the same attempt.
fn counts(context: &Context, tasks: &[Task], past: &[Attempt], outcomes: &Outcomes, at: Millis) -> bool {
    let mut valid = past.iter().filter(|a| !a.late && a.revoked_at.is_none());
    let continues =
        valid.clone().next_back().is_some_and(|a| outcomes.get(&a.outcome).is_some_and(|o| o.continues_attempt));
    if continues {
        return false;
    }
    let last = valid.rfind(|a| a.counts).map(|a| a.started_at);
    let (hours, spacing) = context.manner(tasks);
    tries::counts(&hours, spacing, last, at)
}

/// Attempts, results and what is left open, on the tasks that the call was about.
fn settle_tasks(context: &Context, tasks: &mut [Task], call: &Begun<'_>, now: Millis) {
    let started = call.attempt.started_at;
    for task in tasks.iter_mut().filter(|t| t.is_open() && call.asked.contains(&t.id)) {
        if call.counted {
            task.attempts += 1;
            let opens = context.cal.at(task.from_on, 0);
            if opens <= started && started <= task.due_at {
                task.attempts_in_window += 1;
            }
        }
        task.reached |= call.outcome.reached;
    }
    match (call.outcome.ends, call.outcome.result) {
        (Ends::Task | Ends::Programme, Some(result)) => close_all(tasks, call, result, now),
        (Ends::Task | Ends::Programme, None) | (Ends::None, _) => {
            // A promise is kept, a broken line taken up again, whatever the count says.
            let goes_on = match call.outcome.next {
                Next::AtOnce => true,
                Next::AgreedTime => call.new.agreed_at.is_some(),
                Next::None | Next::InMinutes { .. } | Next::NextHalfDay | Next::NextNumber => false,
            };
            if call.outcome.attempt && !goes_on {
                for task in tasks.iter_mut().filter(|t| t.is_open() && call.asked.contains(&t.id)) {
                    if task.attempts >= task.max_attempts {
                        task.close(TaskResult::Exhausted, now);
                    }
                }
            }
        }
    }
}

fn close_all(tasks: &mut [Task], call: &Begun<'_>, result: TaskResult, now: Millis) {
    let answered: Vec<TaskId> = call.new.answers.iter().filter_map(|a| a.task).collect();
    let merges = match result {
        TaskResult::Complete | TaskResult::Partial => true,
        TaskResult::Refused
        | TaskResult::OptedOut
        | TaskResult::Exhausted
        | TaskResult::Expired
        | TaskResult::Merged
        | TaskResult::NoNumber
        | TaskResult::Cancelled
        | TaskResult::Superseded => false,
    };
    let shown: Vec<usize> =
        (0..tasks.len()).filter(|i| tasks[*i].is_open() && call.asked.contains(&tasks[*i].id)).collect();
    let own: Vec<Task> = shown.iter().map(|i| tasks[*i].clone()).collect();
    let (_, merged) = bundle::detailed(&own, &answered, call.most);
    for (n, i) in shown.iter().enumerate() {
        // A car that is sold is asked about no more: what was not asked of it has no result of a call.
        let sold = tasks[*i].vehicle_id.is_some_and(|v| call.new.sold_car.contains(&v));
        let result = match () {
            () if sold && !answered.contains(&tasks[*i].id) => TaskResult::Cancelled,
            () if merges && merged.contains(&n) => TaskResult::Merged,
            () => result,
        };
        tasks[*i].close(result, now);
    }
}

/// Stores answers and remarks; answers those that a case must be made of.
async fn answers(
    tx: &mut Tx,
    attempt: &Attempt,
    new: &NewAttempt,
    tasks: &[Task],
    asked: &[TaskId],
) -> Result<Vec<Point>> {
    let (group, now) = (tx.scope().group, tx.now());
    // A shared question is asked once and stands with the most urgent task.
    let Some(first) = asked.first().copied().or_else(|| tasks.first().map(|t| t.id)) else { return Ok(Vec::new()) };
    let mut points = Vec::new();
    let mut rows: Vec<Vec<Val>> = Vec::new();
    for a in &new.answers {
        let id = tx.new_id::<kernel::Event>();
        let task = a.task.unwrap_or(first);
        rows.push(args![
            id,
            group,
            attempt.store_id,
            attempt.id,
            task,
            &a.question,
            a.option.clone(),
            a.effect,
            a.text.clone(),
            now
        ]);
        if a.effect == Effect::Bad {
            points.push(Point {
                task,
                question: Some(a.question.clone()),
                option: a.option.clone(),
                case_kind: a.case_kind.clone(),
                department: a.department,
                text: a.text.clone(),
                remark: None,
                remark_id: None,
            });
        }
    }
    store::insert_answers(tx, std::mem::take(&mut rows)).await?;
    let staff = wishes::staff_for(tx, attempt, &new.remarks).await?;
    let mut praised = Vec::new();
    for r in &new.remarks {
        let who = wishes::named(&staff, r.person.as_deref());
        praised.extend(who.filter(|_| wishes::is_praise(r)));
        let id = tx.new_id::<kernel::Event>();
        rows.push(args![
            id,
            group,
            attempt.store_id,
            attempt.id,
            r.task,
            r.mark,
            &r.text,
            r.person.clone(),
            who,
            r.wants_answer,
            now
        ]);
        if r.opens_case() {
            points.push(Point {
                task: r.task.unwrap_or(first),
                question: None,
                option: None,
                case_kind: r.case_kind.clone(),
                department: r.department,
                text: Some(r.text.clone()),
                remark: Some(r.mark),
                remark_id: Some(id.raw()),
            });
        }
    }
    store::insert_remarks(tx, rows).await?;
    wishes::tell_praised(tx, attempt, &praised).await?;
    Ok(points)
}

fn recalls(tasks: &[Task], asked: &[TaskId], new: &NewAttempt, late: bool) -> Vec<RecallSaid> {
    let said = |t: &Task| {
        Some(RecallSaid { case: t.recall_case()?, task: t.id, satisfied: satisfied(t.id, new, tasks, late) })
    };
    tasks.iter().filter(|t| asked.contains(&t.id)).filter_map(said).collect()
}

/// B8.4e/f: what the re-call found, where this call settled it: a bad answer is a no, a good or fair one a yes.
fn satisfied(task: TaskId, new: &NewAttempt, tasks: &[Task], late: bool) -> Option<bool> {
    let settled =
        tasks.iter().any(|t| t.id == task && matches!(t.result, Some(TaskResult::Complete | TaskResult::Partial)));
    let effects: Vec<Effect> =
        new.answers.iter().filter(|a| a.task.is_none_or(|t| t == task)).map(|a| a.effect).collect();
    if effects.contains(&Effect::Bad) {
        return Some(false).filter(|_| settled && !late);
    }
    let said = effects.iter().any(|e| matches!(e, Effect::Good | Effect::Improve));
    Some(true).filter(|_| said && settled && !late)
}

/// The agent of a stored attempt and the moment until which it may be taken back.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Revocable {
    pub attempt: AttemptId,
    pub until: Millis,
}
