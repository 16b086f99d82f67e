//! What became of bad answers: a case, somebody who called, a result, a re-call; or as far as it has come by now.

use contact::cases::bulk::{NewPoint, NewStep, becomes};
use contact::cases::{CaseRow, CauseKind, ClockKey, StateKey, StepKind, Verdict};
use contact::followup::hours::CallHours;
use contact::followup::{Attempt, Class, Contact, ContactState, Direction, RECALL, SubjectKind, Task, TaskResult};
use contact::scripts::{Choice, Question};
use kernel::{AttemptId, CaseId, Department, Id, Millis, TaskId, UserId};
use people::bulk::Note;
use serde_json::{Value, json};

use super::Rows;
use super::calls::{Event, Memory, Teller, id_of};
use super::dice::Dice;
use super::words::{CAUSES, REMEDIES, TROUBLE};

/// The times of one case; later ones are left out where they lie ahead.
struct Course {
    contacted: Option<Millis>,
    result: Option<Millis>,
    recall_due: Millis,
    recalled: Option<Millis>,
}

#[expect(clippy::too_many_arguments, reason = "one call and all that it brought about")]
pub fn tell(
    teller: &Teller<'_>,
    event: &Event<'_>,
    task: &Task,
    contact: &Contact,
    attempt: AttemptId,
    at: Millis,
    bad: &[(&Question, &Choice)],
    dice: &mut Dice,
    memory: &mut Memory,
    rows: &mut Rows,
) {
    let books = teller.books;
    let Some((first, option)) = bad.first().copied() else { return };
    let department = option.department.unwrap_or(first.topic);
    let kind = becomes(&books.kinds, &first.key, &option.key, option.case_kind.as_deref(), Some(department));
    let Some((class, kind, department)) = kind else { return };
    let owner = match department {
        Department::Showroom => event.shop.sales_manager,
        Department::Service | Department::Care => event.shop.service_manager,
    };
    memory.serial += 1;
    memory.numbers[event.store] += 1;
    let case = CaseId::new(id_of(at, memory.serial));
    let contact_due = books.clocks.due(ClockKey::Contact, &books.calendar, at);
    let course = course(teller, at, contact_due, dice);
    let state = match (&course.contacted, &course.result, &course.recalled) {
        (None, _, _) => StateKey::Waiting,
        (_, None, _) => StateKey::Contacted,
        (_, _, None) => StateKey::Recall,
        (_, _, Some(_)) => StateKey::Closed,
    };
    let act_due = course
        .contacted
        .filter(|_| course.result.is_none())
        .map(|contacted| books.clocks.due(ClockKey::Result, &books.calendar, contacted));
    let cause = *dice.pick(CAUSES);
    let remedy = *dice.pick(REMEDIES);
    let recall = course.result.map(|result| {
        recall_task(teller, event, contact, task, case, result, course.recall_due, course.recalled, memory, rows)
    });
    let row = CaseRow {
        id: case,
        store_id: task.store_id,
        number: memory.numbers[event.store],
        class,
        kind: kind.clone(),
        department,
        customer_id: task.customer_id,
        vehicle_id: task.vehicle_id,
        phone_line_id: contact.phone_line_id,
        subject_kind: Some(task.subject_kind.key().to_owned()),
        subject_id: Some(task.subject_id),
        attempt_id: Some(attempt),
        state,
        round: 1,
        title: (*dice.pick(TROUBLE)).to_owned(),
        fields: json!({}),
        owner_id: Some(owner),
        opened_at: at,
        opened_by: task.agent_id,
        contact_due_at: contact_due,
        contacted_at: course.contacted,
        contacted_by: course.contacted.map(|_| owner),
        result: course.result.map(|_| remedy.to_owned()),
        cause_kind: course.result.map(|_| CauseKind::Service),
        cause: course.result.map(|_| cause.to_owned()),
        result_at: course.result,
        recall_due_at: course.result.filter(|_| course.recalled.is_none()).map(|_| course.recall_due),
        recall_task_id: recall.as_ref().map(|r| r.0),
        escalated_at: None,
        closed_at: course.recalled,
        verdict: course.recalled.map(|_| Verdict::Satisfied),
        recall_attempt_id: recall.as_ref().and_then(|r| r.1),
        next_due_at: match state {
            StateKey::Waiting => Some(contact_due),
            StateKey::Recall => Some(course.recall_due),
            StateKey::Contacted => act_due,
            StateKey::Undecided | StateKey::Closed => None,
        },
        touched: course.contacted.is_some() && course.recalled.is_none(),
        withdrawn_at: None,
        kinds_version: books.kinds_version,
        version: 1,
        act_due_at: act_due,
        overdue_at: None,
        recall_end: None,
        recall_ended_at: None,
        first_contact_due_at: Some(contact_due),
        first_contacted_at: course.contacted,
        decided_at: None,
    };
    steps(&row, attempt, recall.and_then(|r| r.1), bad.len(), memory, rows);
    for (question, option) in bad {
        memory.serial += 1;
        rows.cases.points.push(NewPoint {
            id: id_of(at, memory.serial),
            case,
            store: row.store_id,
            kind: row.kind.clone(),
            department: row.department,
            question: question.key.clone(),
            option: option.key.clone(),
        });
    }
    match course.recalled {
        Some(closed) => drop(memory.case_until.insert(event.number, closed)),
        None => {
            memory.case_until.insert(event.number, Millis(i64::MAX));
            rows.people.blocks.push((row.customer_id, row.store_id, case.raw(), at));
        }
    }
    rows.cases.cases.push(row);
}

fn course(teller: &Teller<'_>, opened: Millis, due: Millis, dice: &mut Dice) -> Course {
    let (books, now) = (teller.books, teller.now);
    let hours = CallHours::new(&books.calendar, &books.rules.recall.call_windows);
    let past = |at: Millis| Some(at).filter(|at| *at <= now);
    let in_hours = |at: Millis| hours.next(at).unwrap_or(at);
    // Nine in ten in time.
    let wait = if dice.permille(900) { dice.between(20, 900) } else { dice.between(1_500, 4_000) };
    let contacted = in_hours(opened.plus_minutes(wait)).plus(dice.between(0, 59_000));
    let contacted = if dice.permille(900) { contacted.min(due) } else { contacted };
    let result = in_hours(contacted.plus_minutes(dice.between(30, 3_500))).plus(dice.between(0, 59_000));
    let recall_due = books.clocks.due(ClockKey::Recall, &books.calendar, result);
    let recalled =
        in_hours(result.plus_minutes(dice.between(300, 2_800))).plus(dice.between(0, 59_000)).min(recall_due);
    let contacted = past(contacted);
    let result = contacted.and(past(result));
    Course { contacted, result, recall_due, recalled: result.and(past(recalled)) }
}

/// The re-call's task and contact, and its call where it was made.
#[expect(clippy::too_many_arguments, reason = "a case says all of this about its re-call")]
fn recall_task(
    teller: &Teller<'_>,
    event: &Event<'_>,
    contact: &Contact,
    task: &Task,
    case: CaseId,
    from: Millis,
    due_at: Millis,
    made: Option<Millis>,
    memory: &mut Memory,
    rows: &mut Rows,
) -> (TaskId, Option<AttemptId>) {
    let (books, calendar) = (teller.books, &teller.books.calendar);
    memory.serial += 1;
    let id = id_of(from, memory.serial);
    let hours = CallHours::new(calendar, &books.rules.recall.call_windows);
    let from_at = hours.next(from).unwrap_or(from).min(due_at);
    let due_on = calendar.date_of(due_at);
    let last_on = due_on.days_after(i32::try_from(books.rules.recall.expires_after_days).unwrap_or(14));
    let mut own = Task {
        id: Id::new(id),
        kind: RECALL.into(),
        class: Class::Recall,
        subject_kind: SubjectKind::Case,
        subject_id: case.raw(),
        contact_id: Some(Id::new(id)),
        event_on: calendar.date_of(from),
        from_on: calendar.date_of(from_at),
        due_on,
        from_at,
        due_at,
        expires_at: calendar.at(last_on, 1440),
        state: contact::followup::TaskState::Open,
        result: None,
        attempts: 0,
        attempts_in_window: 0,
        reached: false,
        max_attempts: i64::from(books.rules.recall.attempts),
        closed_at: None,
        created_at: from,
        ..task.clone()
    };
    let mut its = Contact {
        id: Id::new(id),
        kinds: format!(",{RECALL},"),
        state: ContactState::Open,
        due_at,
        from_at,
        expires_at: own.expires_at,
        not_before: from_at,
        promise_at: None,
        attempts: 0,
        rank: books.rules.recall.priority,
        last_outcome: None,
        last_attempt_at: None,
        closed_at: None,
        ..contact.clone()
    };
    let attempt = made.map(|ended| {
        memory.serial += 1;
        let attempt = AttemptId::new(id_of(ended, memory.serial));
        own.attempts = 1;
        own.attempts_in_window = 1;
        own.reached = true;
        own.close(TaskResult::Complete, ended);
        its.attempts = 1;
        its.state = ContactState::Done;
        its.closed_at = Some(ended);
        its.last_attempt_at = Some(ended);
        its.last_outcome = Some("complete".into());
        rows.followup.attempts.push(call(event, &its, attempt, ended));
        rows.followup.about.push((attempt, own.id, own.store_id, own.result));
        attempt
    });
    rows.followup.tasks.push(own);
    rows.followup.contacts.push(its);
    (Id::new(id), attempt)
}

fn call(event: &Event<'_>, contact: &Contact, id: AttemptId, ended: Millis) -> Attempt {
    Attempt {
        id,
        store_id: contact.store_id,
        contact_id: contact.id,
        customer_id: contact.customer_id,
        client_id: format!("h{}", id.raw()),
        agent_id: contact.agent_id.unwrap_or(event.shop.agents[0]),
        direction: Direction::Out,
        outcome: "complete".into(),
        outcome_version: Some(0),
        counts: true,
        reached: true,
        started_at: ended.plus(-95_000),
        ended_at: ended,
        seconds: 95,
        phone_line_id: contact.phone_line_id,
        agreed_at: None,
        note: None,
        who_when: None,
        late: false,
        revoked_at: None,
    }
}

fn steps(
    case: &CaseRow,
    attempt: AttemptId,
    recall: Option<AttemptId>,
    points: usize,
    memory: &mut Memory,
    rows: &mut Rows,
) {
    let mut step = |at: Millis, actor: Option<UserId>, kind: StepKind, text: Option<&String>, args: Value| {
        memory.serial += 1;
        rows.cases.steps.push(NewStep {
            id: id_of(at, memory.serial),
            case: case.id,
            store: case.store_id,
            at,
            actor,
            kind,
            text: text.cloned(),
            args,
        });
    };
    step(case.opened_at, case.opened_by, StepKind::Opened, None, json!({ "attempt": attempt, "points": points }));
    if let Some(at) = case.contacted_at {
        step(at, case.owner_id, StepKind::Contacted, None, json!({}));
    }
    if let Some(at) = case.result_at {
        step(at, case.owner_id, StepKind::Result, case.result.as_ref(), json!({}));
    }
    if let (Some(at), Some(recall)) = (case.closed_at, recall) {
        step(at, case.opened_by, StepKind::Recall, None, json!({ "attempt": recall, "satisfied": true }));
        step(at, case.opened_by, StepKind::Closed, None, json!({}));
    }
    let mut note = |at: Option<Millis>, kind: &'static str| {
        if let Some(at) = at {
            memory.serial += 1;
            rows.people.notes.push(Note {
                id: id_of(at, memory.serial),
                customer: case.customer_id,
                store: case.store_id,
                at,
                kind,
                subject: case.id.raw(),
                args: json!({ "number": case.number, "kind": case.kind, "department": case.department }),
            });
        }
    };
    note(Some(case.opened_at), "case_opened");
    note(case.closed_at, "case_closed");
}
