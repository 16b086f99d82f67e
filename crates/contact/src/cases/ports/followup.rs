//! What follow-up says and does.

use kernel::{
    AttemptId, CaseId, ContactId, CustomerId, Millis, Phone, PhoneLineId, Problem, Result, Scope, StoreId, TaskId,
    UserId, VehicleId,
};
use platform::db::{Sql, Tx};

use crate::followup;

pub use crate::followup::merge::stay as recalls_stay;
pub use crate::followup::model::{Mark, SubjectKind, TaskResult};
pub use crate::followup::{CallRecorded, CallRevoked, Point, RecallLapsed, supersede};

/// What a re-call is planned with.
pub struct Talk {
    pub store: StoreId,
    pub case: CaseId,
    pub customer: CustomerId,
    pub vehicle: Option<VehicleId>,
    pub phone_line: Option<PhoneLineId>,
    pub from: Millis,
    pub due: Millis,
}

/// Puts the re-call into the queue.
pub async fn plan_recall(tx: &mut Tx, t: &Talk) -> Result<TaskId> {
    followup::plan_recall(tx, t.store, t.case, t.customer, t.vehicle, t.phone_line, t.from, t.due).await
}

/// The case's deadline moved, and with it its re-call in the queue.
pub async fn move_recall(tx: &mut Tx, case: CaseId, store: StoreId, due: Millis) -> Result<()> {
    followup::move_recall(tx, store, case, due).await
}

/// The re-call is not needed any more.
pub async fn cancel_recall(tx: &mut Tx, case: CaseId) -> Result<()> {
    followup::cancel_tasks(tx, SubjectKind::Case, &[case.raw()]).await
}

/// A number on its way to the telephone; never in a page.
pub struct Dialled {
    pub mode: &'static str,
    pub digits: Phone,
    pub seconds: u32,
}

/// Calls and cases share one limit an hour.
pub async fn dial(tx: &mut Tx, case: CaseId, customer: CustomerId, wanted: Option<PhoneLineId>) -> Result<Dialled> {
    let dial = followup::dial::dial_for_case(tx, case, customer, wanted).await?;
    let (group, store) = (tx.scope().group, tx.scope().store()?);
    let mode = super::store_card(tx, group, store).await?.dial_mode.key();
    Ok(Dialled { mode, digits: dial.phone, seconds: dial.seconds })
}

/// What a task is about.
#[derive(Clone, Debug)]
pub struct Subject {
    pub task: TaskId,
    pub kind: SubjectKind,
    pub id: i64,
    pub vehicle: Option<VehicleId>,
    pub phone_line: Option<PhoneLineId>,
    pub customer: CustomerId,
}

impl Subject {
    pub fn about(&self) -> About {
        About { visit: Some((self.kind, self.id)), vehicle: self.vehicle, phone_line: self.phone_line }
    }
}

/// What a case is about: a visit or delivery, a car, the number that was talked on.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub visit: Option<(SubjectKind, i64)>,
    pub vehicle: Option<VehicleId>,
    pub phone_line: Option<PhoneLineId>,
}

impl From<followup::Task> for Subject {
    fn from(t: followup::Task) -> Self {
        Self {
            task: t.id,
            kind: t.subject_kind,
            id: t.subject_id,
            vehicle: t.vehicle_id,
            phone_line: t.phone_line_id,
            customer: t.customer_id,
        }
    }
}

/// What the open tasks of a contact are about, the most urgent first.
pub async fn contact_subjects(
    q: &mut impl Sql,
    scope: &Scope,
    contact: ContactId,
    now: Millis,
) -> Result<Vec<Subject>> {
    let view = followup::call::open(q, scope, contact, now).await?;
    Ok(view.tasks.into_iter().filter(|t| t.task.is_open()).map(|t| t.task.into()).collect())
}

/// The last call of a contact that was not taken back.
/// # Errors
/// `NotFound` for a contact that this store does not have.
pub async fn last_call(q: &mut impl Sql, scope: &Scope, contact: ContactId, now: Millis) -> Result<Option<AttemptId>> {
    let view = followup::call::open(q, scope, contact, now).await?;
    Ok(view.attempts.iter().rev().find(|a| a.revoked_at.is_none()).map(|a| a.id))
}

/// Whose queue a task is in.
pub async fn agent_of(tx: &mut Tx, task: TaskId) -> Result<Option<UserId>> {
    let scope = tx.scope().clone();
    match followup::task(tx, &scope, task).await {
        Ok(task) => Ok(task.agent_id),
        Err(Problem::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// `None` for a task that this store does not have.
pub async fn subject(q: &mut impl Sql, scope: &Scope, task: TaskId) -> Result<Option<Subject>> {
    match followup::task(q, scope, task).await {
        Ok(task) => Ok(Some(task.into())),
        Err(Problem::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
