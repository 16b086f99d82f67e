//! B8.4e: the re-call of a handled case, planned by the case and worked on like any other contact.

use kernel::{CaseId, CustomerId, Millis, PersonName, PhoneLineId, Result, StoreId, TaskId, VehicleId};
use platform::audit;
use platform::db::Tx;
use platform::rulebook;
use serde_json::json;

use super::bundling::{self, Item};
use super::context::{Context, tasks_by_contact};
use super::hours::CallHours;
use super::model::{Class, RECALL, SubjectKind, Task, TaskResult, TaskState};
use super::plan::Person;
use super::rules::FollowupRules;
use super::{people_port, store, tending, told};

struct NewRecall {
    store: StoreId,
    case: CaseId,
    customer: CustomerId,
    vehicle: Option<VehicleId>,
    phone_line: Option<PhoneLineId>,
    from: Millis,
    due_at: Millis,
}

/// Plans the re-call of a case, to be made from `from` (when its result was recorded) until the case's own deadline
/// `due_at`; one that is still open for the same case is cancelled.
/// # Errors
/// As the database answers.
#[expect(clippy::too_many_arguments, reason = "a case says all of this about its re-call")]
pub async fn plan_recall(
    tx: &mut Tx,
    store: StoreId,
    case: CaseId,
    customer: CustomerId,
    vehicle: Option<VehicleId>,
    phone_line: Option<PhoneLineId>,
    from: Millis,
    due_at: Millis,
) -> Result<TaskId> {
    plan(tx, &NewRecall { store, case, customer, vehicle, phone_line, from, due_at }).await
}

async fn plan(tx: &mut Tx, new: &NewRecall) -> Result<TaskId> {
    let (group, now) = (tx.scope().group, tx.now());
    cancel_at(tx, new.store, SubjectKind::Case, &[new.case.raw()]).await?;
    let context = Context::of(tx, group, new.store).await?;
    let rule = &context.rules().recall;
    let kinds = [RECALL.to_owned()];
    let before = store::tasks_of_subjects(tx, group, new.store, SubjectKind::Case, &[new.case.raw()], &kinds).await?;
    let hours = CallHours::new(&context.cal, &rule.call_windows);
    let from_at = hours.next(new.from).unwrap_or(new.from).min(new.due_at);
    let due_on = context.cal.date_of(new.due_at);
    let last_on = due_on.days_after(i32::try_from(rule.expires_after_days).unwrap_or(14));
    let id = tx.new_id();
    let task = Task {
        id,
        store_id: new.store,
        kind: RECALL.into(),
        class: Class::Recall,
        rule_version: context.rules.version,
        subject_kind: SubjectKind::Case,
        subject_id: new.case.raw(),
        round: before.iter().map(|t| t.round).max().unwrap_or(0) + 1,
        customer_id: new.customer,
        vehicle_id: new.vehicle,
        phone_line_id: new.phone_line,
        contact_id: None,
        event_on: context.cal.date_of(new.from),
        from_on: context.cal.date_of(from_at),
        due_on,
        from_at,
        due_at: new.due_at,
        expires_at: context.cal.at(last_on, 1440),
        state: TaskState::Open,
        result: None,
        attempts: 0,
        attempts_in_window: 0,
        reached: false,
        max_attempts: i64::from(rule.attempts),
        agent_id: None,
        closed_at: None,
        created_at: now,
        version: 1,
        brand: String::new(),
    };
    let person = person(tx, new).await?;
    bundling::bundle(tx, &context, vec![Item { task, person, fresh: true }], None).await?;
    told(tx, new.store);
    Ok(id)
}

/// The case's deadline moved: its open re-call moves along. What was promised to the customer stays promised.
/// # Errors
/// As the database answers.
pub async fn move_recall(tx: &mut Tx, store: StoreId, case: CaseId, due_at: Millis) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let context = Context::of(tx, group, store).await?;
    let kinds = [RECALL.to_owned()];
    let open: Vec<_> = store::tasks_of_subjects(tx, group, store, SubjectKind::Case, &[case.raw()], &kinds).await?;
    let contacts: Vec<_> = open.iter().filter(|t| t.is_open()).filter_map(|t| t.contact_id).collect();
    let mut tasks = tasks_by_contact(tx, &contacts).await?;
    for mut contact in store::hold_all(tx, &contacts).await? {
        let Some(own) = tasks.get_mut(&contact.id) else { continue };
        for task in own.iter_mut().filter(|t| t.is_open() && t.recall_case() == Some(case)) {
            let before = json!({ "due_at": task.due_at, "expires_at": task.expires_at });
            task.due_at = due_at;
            task.due_on = context.cal.date_of(due_at);
            let planned_by = rulebook::at_version::<FollowupRules>(tx, group, store, task.rule_version).await?;
            let days = i32::try_from(planned_by.body.recall.expires_after_days).unwrap_or(14);
            let last = context.cal.at(task.due_on.days_after(days), 1440);
            task.expires_at = if contact.promise_at.is_some() { last.max(task.expires_at) } else { last };
            store::save_task(tx, task).await?;
            let after = json!({ "due_at": task.due_at, "expires_at": task.expires_at, "reason": "calendar" });
            audit::note(tx, "task.recalendar", "task", task.id.raw(), &before, &after).await?;
        }
        tending::keep(tx, &context, &mut contact, own, now).await?;
    }
    told(tx, store);
    Ok(())
}

/// Whoever was spoken to: the visitor of that number, else the customer.
async fn person(tx: &mut Tx, new: &NewRecall) -> Result<Person> {
    let group = tx.scope().group;
    let names = people_port::names(tx, group, &[new.customer], &[]).await?;
    let line = names.lines.get(&new.customer).into_iter().flatten().find(|l| Some(l.id) == new.phone_line);
    let visitor = line.and_then(|l| PersonName::parse(l.contact_name.as_deref()?).ok());
    let name = names.customers.get(&new.customer).and_then(|c| PersonName::parse(&c.name).ok());
    Ok(match (visitor, line) {
        (Some(visitor), Some(line)) if Some(&visitor) != name.as_ref() => {
            Person { key: format!("p{}", line.id), name: Some(visitor), line: Some(line.id) }
        }
        (Some(_) | None, Some(_) | None) => Person { key: format!("c{}", new.customer), name, line: new.phone_line },
    })
}

/// Ends the open tasks of some subjects at the store worked in, begun or not: what they were about is gone.
/// # Errors
/// As the database answers.
pub async fn cancel_tasks(tx: &mut Tx, kind: SubjectKind, subjects: &[i64]) -> Result<()> {
    let store_id = tx.scope().store()?;
    cancel_at(tx, store_id, kind, subjects).await
}

async fn cancel_at(tx: &mut Tx, store_id: StoreId, kind: SubjectKind, subjects: &[i64]) -> Result<()> {
    let group = tx.scope().group;
    let context = Context::of(tx, group, store_id).await?;
    let mut kinds = store::kinds_seen(tx, store_id).await?;
    kinds.push(RECALL.into());
    let tasks = store::tasks_of_subjects(tx, group, store_id, kind, subjects, &kinds).await?;
    let contacts: Vec<_> = tasks.iter().filter(|t| t.is_open()).filter_map(|t| t.contact_id).collect();
    if contacts.is_empty() {
        return Ok(());
    }
    tending::settle(tx, &context, &contacts, |task, _| {
        (task.subject_kind == kind && subjects.contains(&task.subject_id)).then_some(TaskResult::Cancelled)
    })
    .await?;
    told(tx, store_id);
    Ok(())
}
