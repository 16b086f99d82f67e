//! Whole rows, for a group that is filled in bulk.

use kernel::{AttemptId, GroupId, ImportId, Result, StoreDate, StoreId, TaskId};
use platform::args;
use platform::db::Load;

use super::{attempts as calls, contacts, tasks};
use crate::followup::bulk::{NewAnswer, NewRemark};
use crate::followup::model::{Attempt, Contact, SkipReason, SubjectKind, Task, TaskResult};

pub async fn load_tasks(to: &mut Load, group: GroupId, all: &[Task]) -> Result<()> {
    let columns = [&tasks::BASE[..], &["attempts", "attempts_in_window", "reached", "closed_at"]].concat();
    let tried = |t: &Task| args![t.attempts, t.attempts_in_window, t.reached, t.closed_at];
    let row = |t: &Task| [tasks::base_row(group, t), tried(t)].concat();
    to.put("task", &columns, &all.iter().map(row).collect::<Vec<_>>()).await
}

pub async fn load_contacts(to: &mut Load, group: GroupId, all: &[Contact]) -> Result<()> {
    let columns = [&contacts::BASE[..], &["last_outcome", "last_attempt_at", "closed_at"]].concat();
    let called = |c: &Contact| args![c.last_outcome.clone(), c.last_attempt_at, c.closed_at];
    let row = |c: &Contact| [contacts::base_row(group, c, c.id.born()), called(c)].concat();
    to.put("contact", &columns, &all.iter().map(row).collect::<Vec<_>>()).await
}

pub async fn load_attempts(
    to: &mut Load,
    group: GroupId,
    attempts: &[Attempt],
    about: &[(AttemptId, TaskId, StoreId, Option<TaskResult>)],
) -> Result<()> {
    let rows: Vec<_> = attempts.iter().map(|a| calls::base_row(group, a)).collect();
    to.put("attempt", &calls::BASE, &rows).await?;
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
