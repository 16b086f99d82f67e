//! C8: what the agent knows before and during the call.

use kernel::{
    Cap, ContactId, CustomerId, DeliveryId, Millis, Phone, PhoneLineId, Reach, RepairOrderId, Result, Scope, TaskId,
    UserId,
};
use people::timeline;
use people::vehicles::{delivery_facts, visit_facts};
use platform::db::Sql;

use super::attempts::{Revocable, revocable};
use super::context::Context;
use super::lease::Lease;
use super::model::{Attempt, Contact, SubjectKind, Task};
use super::people_port::{self, Block, CustomerBrief, DeliveryFacts, PhoneLine, PhoneStatus, VehicleBrief, VisitFacts};
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
#[derive(Clone)]
pub struct Asked {
    pub task: Task,
    /// The visit, of a repair order's task.
    pub visit: Option<VisitFacts>,
    pub delivery: Option<DeliveryFacts>,
    pub vehicle: Option<VehicleBrief>,
    /// Asked about in detail; the others are merged when the call completes.
    pub in_detail: bool,
    /// The date is the opening date: the order was never settled.
    pub date_is_second_choice: bool,
}

/// Everything on the call screen.
pub struct CallView {
    pub contact: Contact,
    pub customer: Option<CustomerBrief>,
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
    /// What happened to the customer, newest first.
    pub history: Vec<timeline::Line>,
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
    let fleet = customer.as_ref().is_some_and(|c| c.kind == people_port::CustomerKind::Organisation);
    let asked = asked(q, &context, fleet, tasks, &names.vehicles).await?;
    let name = customer.as_ref().map(|c| c.name.clone()).unwrap_or_default();
    Ok(CallView {
        fleet,
        person: numbers::whom(&lines, contact.phone_line_id, &contact.person_key, contact.person_name.as_ref(), &name),
        numbers: shown(&lines, contact.phone_line_id),
        tasks: asked,
        answers: store::answers_of(q, group, &ids).await?,
        remarks: store::remarks_of(q, group, &ids).await?,
        calls: store::past_calls(q, group, store_id, contact.customer_id, 20).await?,
        history: timeline::of(q, scope, contact.customer_id, None, 20).await?,
        best_time: contact.best_time.clone().or_else(|| customer.as_ref().and_then(|c| c.best_time.clone())),
        blocks: people_port::blocks(q, group, store_id, &[contact.customer_id]).await?,
        taken_by: contact.holder(now).filter(|u| Some(*u) != scope.user),
        lease: contact.holder(now).filter(|u| Some(*u) == scope.user).map(|user| Lease {
            contact: id,
            user,
            until: contact.lease_until,
        }),
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
    fleet: bool,
    tasks: Vec<Task>,
    vehicles: &std::collections::HashMap<kernel::VehicleId, VehicleBrief>,
) -> Result<Vec<Asked>> {
    let of = |kind| tasks.iter().filter(move |t: &&Task| t.subject_kind == kind).map(|t| t.subject_id);
    let orders: Vec<RepairOrderId> = of(SubjectKind::RepairOrder).map(RepairOrderId::new).collect();
    let deliveries: Vec<DeliveryId> = of(SubjectKind::Delivery).map(DeliveryId::new).collect();
    let visits = if orders.is_empty() { Vec::new() } else { visit_facts(q, context.group, &orders).await? };
    let handed = if deliveries.is_empty() { Vec::new() } else { delivery_facts(q, context.group, &deliveries).await? };
    let (detail, _) = bundle::detailed(&tasks, &[], context.most_vehicles(fleet));
    let detail: Vec<TaskId> = detail.into_iter().map(|i| tasks[i].id).collect();
    Ok(tasks
        .into_iter()
        .map(|task| {
            let (visit, delivery) = match task.subject_kind {
                SubjectKind::RepairOrder => (visits.iter().find(|v| v.id.raw() == task.subject_id).cloned(), None),
                SubjectKind::Delivery => (None, handed.iter().find(|d| d.id.raw() == task.subject_id).cloned()),
                SubjectKind::Case => (None, None),
            };
            let warns = context.rules().rule(&task.kind).is_some_and(|r| r.event_date.warn_otherwise);
            Asked {
                in_detail: detail.contains(&task.id) || !task.is_open(),
                vehicle: task.vehicle_id.and_then(|v| vehicles.get(&v).cloned()),
                date_is_second_choice: warns && visit.as_ref().is_some_and(|v| v.settled_on.is_none()),
                visit,
                delivery,
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
