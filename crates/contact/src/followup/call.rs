//! C8: what the agent knows before and during the call.

use kernel::{Cap, ContactId, CustomerId, Millis, Phone, PhoneLineId, Reach, Result, Scope, TaskId, UserId};
use platform::db::Sql;

use super::attempts::{Revocable, revocable};
use super::context::Context;
use super::lease::Lease;
use super::model::{Attempt, Contact, SubjectKind, Task};
use super::people_port::{self, Block, CustomerName, PhoneLine, PhoneStatus, VehicleName};
use super::plan::EventFacts;
use super::{bundle, numbers, store};

pub use super::store::{Answer, PastCall, Remark};

/// A number as the screen shows it: `Phone` prints masked.
#[derive(Clone, Debug)]
pub struct Number {
    pub id: PhoneLineId,
    pub phone: Phone,
    pub owner: Option<String>,
    pub status: PhoneStatus,
    pub best_time: Option<String>,
    /// The one that the dial key would take.
    pub next: bool,
}

/// A task of the call with what it is about.
#[derive(Clone, Debug)]
pub struct Asked {
    pub task: Task,
    pub event: Option<EventFacts>,
    pub vehicle: Option<VehicleName>,
    /// Asked about in detail; the others are merged when the call completes.
    pub in_detail: bool,
    /// The date is the opening date: the order was never settled.
    pub date_is_second_choice: bool,
}

/// Everything on the call screen.
pub struct CallView {
    pub contact: Contact,
    pub customer: Option<CustomerName>,
    pub fleet: bool,
    /// Whom to ask for.
    pub person: String,
    pub numbers: Vec<Number>,
    pub tasks: Vec<Asked>,
    /// Earlier tries of this contact, with what they recorded.
    pub attempts: Vec<Attempt>,
    pub answers: Vec<Answer>,
    pub remarks: Vec<Remark>,
    /// Calls with this customer at this store, newest first.
    pub calls: Vec<PastCall>,
    pub best_time: Option<String>,
    /// Reasons not to call now, e.g. an open case.
    pub blocks: Vec<Block>,
    /// Who works on it, when that is somebody else.
    pub taken_by: Option<UserId>,
    /// One's own lease.
    pub lease: Option<Lease>,
    /// The last try, where it may still be taken back.
    pub revocable: Option<Revocable>,
}

/// Opens a contact for reading; working on it takes its [lease](super::lease::take).
/// # Errors
/// `NotFound` outside of the store, and for contacts of an import that is not applied.
pub async fn open(q: &mut impl Sql, scope: &Scope, id: ContactId, now: Millis) -> Result<CallView> {
    let may = scope.may(Cap::CallWork) || scope.reach(Cap::QueueSee) >= Some(Reach::Department);
    if !may {
        return Err(kernel::Problem::Forbidden);
    }
    let (group, store_id) = (scope.group, scope.store()?);
    let contact = store::contact(q, group, store_id, id).await?;
    match contact.state {
        super::model::ContactState::Hidden => return Err(kernel::Problem::NotFound),
        super::model::ContactState::Open
        | super::model::ContactState::NumberNeeded
        | super::model::ContactState::Done => {}
    }
    let context = Context::of(q, group, store_id).await?;
    let tasks = store::tasks_of(q, group, &[id]).await?;
    let vehicles: Vec<_> = tasks.iter().filter_map(|t| t.vehicle_id).collect();
    let names = people_port::names(q, group, &[contact.customer_id], &vehicles).await?;
    let customer = names.customers.get(&contact.customer_id).cloned();
    let lines = names.lines.get(&contact.customer_id).cloned().unwrap_or_default();
    let attempts = store::attempts_of(q, group, id).await?;
    let ids: Vec<_> = attempts.iter().filter(|a| a.revoked_at.is_none()).map(|a| a.id).collect();
    let last = attempts.iter().rev().find(|a| a.revoked_at.is_none()).map(|a| a.id);
    let revocable = match last {
        Some(last) => revocable(q, scope, last, now).await?,
        None => None,
    };
    let asked = asked(q, &context, tasks, &names.vehicles).await?;
    let person = contact.person_name.as_ref().map(|p| p.expose().to_owned());
    Ok(CallView {
        fleet: customer.as_ref().is_some_and(|c| c.kind == "organisation"),
        person: person.or_else(|| customer.as_ref().map(|c| c.name.clone())).unwrap_or_default(),
        numbers: shown(&lines, contact.phone_line_id),
        tasks: asked,
        answers: store::answers_of(q, group, &ids).await?,
        remarks: store::remarks_of(q, group, &ids).await?,
        calls: store::past_calls(q, group, store_id, contact.customer_id, 20).await?,
        best_time: contact.best_time.clone().or_else(|| customer.as_ref().and_then(|c| c.best_time.clone())),
        blocks: people_port::blocks(q, group, store_id, &[contact.customer_id]).await?,
        taken_by: contact.holder(now).filter(|u| Some(*u) != scope.user),
        lease: contact
            .holder(now)
            .filter(|u| Some(*u) == scope.user)
            .map(|user| Lease { contact: id, user, until: contact.lease_until }),
        attempts,
        revocable,
        customer,
        contact,
    })
}

fn shown(lines: &[PhoneLine], wished: Option<PhoneLineId>) -> Vec<Number> {
    let next = numbers::choose(lines, wished).map(|l| l.id);
    lines
        .iter()
        .map(|l| Number {
            id: l.id,
            phone: l.phone.clone(),
            owner: l.contact_name.clone(),
            status: l.status,
            best_time: l.best_time.clone(),
            next: Some(l.id) == next,
        })
        .collect()
}

async fn asked(
    q: &mut impl Sql,
    context: &Context,
    tasks: Vec<Task>,
    vehicles: &std::collections::HashMap<kernel::VehicleId, VehicleName>,
) -> Result<Vec<Asked>> {
    let mut events = Vec::new();
    for kind in [SubjectKind::RepairOrder, SubjectKind::Delivery] {
        let ids: Vec<i64> = tasks.iter().filter(|t| t.subject_kind == kind).map(|t| t.subject_id).collect();
        if !ids.is_empty() {
            events.extend(people_port::event_facts(q, context.group, kind, &ids).await?);
        }
    }
    let (detail, _) = bundle::detailed(&tasks, &[], context.rules().max_vehicles());
    let detail: Vec<TaskId> = detail.into_iter().map(|i| tasks[i].id).collect();
    Ok(tasks
        .into_iter()
        .map(|task| {
            let event =
                events.iter().find(|e| e.subject_kind == task.subject_kind && e.subject_id == task.subject_id).cloned();
            let warns = context.rules().rule(&task.kind).is_some_and(|r| r.event_date.warn_otherwise);
            Asked {
                in_detail: detail.contains(&task.id) || !task.is_open(),
                vehicle: task.vehicle_id.and_then(|v| vehicles.get(&v).cloned()),
                date_is_second_choice: warns && event.as_ref().is_some_and(|e| e.settled_on.is_none()),
                event,
                task,
            }
        })
        .collect())
}

/// The contacts of a customer that an agent may open when the customer calls back.
/// # Errors
/// `Forbidden` without `call.work`.
pub async fn of_customer(q: &mut impl Sql, scope: &Scope, customer: CustomerId) -> Result<Vec<Contact>> {
    super::lease::inbound(q, scope, customer).await
}
