//! Whole rows, for a group that is filled in bulk.

use kernel::{AttemptId, GroupId, ImportId, Result, StoreDate, StoreId, TaskId};
use platform::args;
use platform::db::Load;

use crate::followup::bulk::{NewAnswer, NewRemark};
use crate::followup::model::{Attempt, Contact, SkipReason, SubjectKind, Task, TaskResult};

pub async fn load_tasks(to: &mut Load, group: GroupId, tasks: &[Task]) -> Result<()> {
    let columns = [
        "id",
        "group_id",
        "store_id",
        "kind",
        "class",
        "rule_version",
        "subject_kind",
        "subject_id",
        "round",
        "customer_id",
        "vehicle_id",
        "phone_line_id",
        "contact_id",
        "event_on",
        "from_on",
        "due_on",
        "from_at",
        "due_at",
        "expires_at",
        "state",
        "result",
        "attempts",
        "attempts_in_window",
        "reached",
        "max_attempts",
        "agent_id",
        "closed_at",
        "created_at",
        "brand",
    ];
    let row = |t: &Task| {
        args![
            t.id,
            group,
            t.store_id,
            &t.kind,
            t.class,
            t.rule_version,
            t.subject_kind,
            t.subject_id,
            t.round,
            t.customer_id,
            t.vehicle_id,
            t.phone_line_id,
            t.contact_id,
            t.event_on,
            t.from_on,
            t.due_on,
            t.from_at,
            t.due_at,
            t.expires_at,
            t.state,
            t.result,
            t.attempts,
            t.attempts_in_window,
            t.reached,
            t.max_attempts,
            t.agent_id,
            t.closed_at,
            t.created_at,
            &t.brand
        ]
    };
    to.put("task", &columns, &tasks.iter().map(row).collect::<Vec<_>>()).await
}

pub async fn load_contacts(to: &mut Load, group: GroupId, contacts: &[Contact]) -> Result<()> {
    let columns = [
        "id",
        "group_id",
        "store_id",
        "customer_id",
        "phone_line_id",
        "person_key",
        "person_name",
        "state",
        "kinds",
        "vehicle_id",
        "due_at",
        "from_at",
        "expires_at",
        "not_before",
        "promise_at",
        "attempts",
        "rank",
        "agent_id",
        "last_outcome",
        "last_attempt_at",
        "closed_at",
        "created_at",
    ];
    let row = |c: &Contact| {
        args![
            c.id,
            group,
            c.store_id,
            c.customer_id,
            c.phone_line_id,
            &c.person_key,
            c.person_name.clone(),
            c.state,
            &c.kinds,
            c.vehicle_id,
            c.due_at,
            c.from_at,
            c.expires_at,
            c.not_before,
            c.promise_at,
            c.attempts,
            c.rank,
            c.agent_id,
            c.last_outcome.clone(),
            c.last_attempt_at,
            c.closed_at,
            c.id.born()
        ]
    };
    to.put("contact", &columns, &contacts.iter().map(row).collect::<Vec<_>>()).await
}

pub async fn load_attempts(
    to: &mut Load,
    group: GroupId,
    attempts: &[Attempt],
    about: &[(AttemptId, TaskId, StoreId, Option<TaskResult>)],
) -> Result<()> {
    let columns = [
        "id",
        "group_id",
        "store_id",
        "contact_id",
        "customer_id",
        "client_id",
        "agent_id",
        "direction",
        "outcome",
        "outcome_version",
        "counts",
        "reached",
        "started_at",
        "ended_at",
        "seconds",
        "phone_line_id",
        "agreed_at",
        "note",
    ];
    let row = |a: &Attempt| {
        args![
            a.id,
            group,
            a.store_id,
            a.contact_id,
            a.customer_id,
            &a.client_id,
            a.agent_id,
            a.direction,
            &a.outcome,
            a.outcome_version,
            a.counts,
            a.reached,
            a.started_at,
            a.ended_at,
            a.seconds,
            a.phone_line_id,
            a.agreed_at,
            a.note.clone()
        ]
    };
    to.put("attempt", &columns, &attempts.iter().map(row).collect::<Vec<_>>()).await?;
    let columns = ["attempt_id", "task_id", "group_id", "store_id", "result"];
    let row = |(attempt, task, store, result): &(AttemptId, TaskId, StoreId, Option<TaskResult>)| {
        args![*attempt, *task, group, *store, *result]
    };
    to.put("attempt_task", &columns, &about.iter().map(row).collect::<Vec<_>>()).await
}

pub async fn load_answers(to: &mut Load, group: GroupId, answers: &[NewAnswer]) -> Result<()> {
    let columns = ["id", "group_id", "store_id", "attempt_id", "task_id", "question", "option_key", "effect", "at"];
    let row = |a: &NewAnswer| args![a.id, group, a.store, a.attempt, a.task, &a.question, &a.option, a.effect, a.at];
    to.put("answer", &columns, &answers.iter().map(row).collect::<Vec<_>>()).await
}

pub async fn load_remarks(to: &mut Load, group: GroupId, remarks: &[NewRemark]) -> Result<()> {
    let columns = ["id", "group_id", "store_id", "attempt_id", "task_id", "mark", "text", "person", "at"];
    let row = |r: &NewRemark| args![r.id, group, r.store, r.attempt, r.task, r.mark, &r.text, r.person.clone(), r.at];
    to.put("remark", &columns, &remarks.iter().map(row).collect::<Vec<_>>()).await
}

pub async fn load_skipped(
    to: &mut Load,
    group: GroupId,
    skipped: &[(StoreId, String, i64, StoreDate, SkipReason)],
) -> Result<()> {
    let columns = ["store_id", "kind", "subject_kind", "subject_id", "group_id", "due_on", "reason", "at", "import_id"];
    let row = |(store, rule, order, due, reason): &(StoreId, String, i64, StoreDate, SkipReason)| {
        let at = kernel::RepairOrderId::new(*order).born();
        args![*store, rule, SubjectKind::RepairOrder, *order, group, *due, *reason, at, None::<ImportId>]
    };
    to.put("skipped_event", &columns, &skipped.iter().map(row).collect::<Vec<_>>()).await
}
