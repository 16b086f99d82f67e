//! What follow-up asks of people and tells them: one place, so that nothing else here depends on their shape.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{
    CustomerId, DeliveryId, GroupId, PersonName, Phone, PhoneLineId, RepairOrderId, Result, StoreDate, StoreId,
    VehicleId, WorkCalendar,
};
use people::customers::{self, ContactRole, Whose};
use people::vehicles::{self, VisitState};
use people::{identity, timeline};
use platform::db::{Sql, Tx};
use platform::rulebook;
use serde_json::Value;

use super::model::SubjectKind;
use super::plan::EventFacts;
use super::rules::{self, FollowupRules};

pub use people::customers::{
    Block, CustomerBrief, CustomerKind, CustomerOptedOut, PhoneStatus, mark_phone, opt_in, opt_out, set_best_time,
};
pub use people::identity::{CalendarChanged, StaffLeft, agents, holders, staff_of, user_names};
pub use people::vehicles::{
    DeliveriesCancelled, DeliveriesRecorded, DeliveryFacts, DeliveryMoved, RepairOfCar, RepairOrdersCancelled,
    RepairOrdersRecorded, VehicleBrief, VisitFacts, cars_of_deliveries, repairs_of_cars,
};

/// A number of a customer that has not ended.
#[derive(Clone, Debug)]
pub struct PhoneLine {
    pub id: PhoneLineId,
    pub phone: Phone,
    /// Whose number it is, when not the customer's own.
    pub contact_name: Option<String>,
    pub status: PhoneStatus,
    pub rank: i64,
    pub best_time: Option<String>,
}

/// Names, cars and numbers for a page of rows.
pub struct Names {
    pub customers: HashMap<CustomerId, CustomerBrief>,
    pub vehicles: HashMap<VehicleId, VehicleBrief>,
    pub lines: HashMap<CustomerId, Vec<PhoneLine>>,
}

/// # Errors
/// As the database answers.
pub async fn names(
    q: &mut impl Sql,
    group: GroupId,
    customers: &[CustomerId],
    vehicles: &[VehicleId],
) -> Result<Names> {
    let people = customers::briefs(q, group, customers).await?;
    let cars = if vehicles.is_empty() { Vec::new() } else { vehicles::briefs(q, group, vehicles).await? };
    let mut lines: HashMap<CustomerId, Vec<PhoneLine>> = HashMap::new();
    for (customer, rows) in customers::phone_lines_of(q, group, customers).await? {
        let read = rows.into_iter().filter_map(|l| {
            Some(PhoneLine {
                id: l.id,
                phone: Phone::parse(&l.digits).ok()?,
                contact_name: l.contact_name,
                status: l.status,
                rank: l.rank,
                best_time: l.best_time,
            })
        });
        lines.insert(customer, read.collect());
    }
    Ok(Names {
        customers: people.into_iter().map(|c| (c.id, c)).collect(),
        vehicles: cars.into_iter().map(|v| (v.id, v)).collect(),
        lines,
    })
}

/// # Errors
/// As the database answers.
pub async fn is_fleet(q: &mut impl Sql, group: GroupId, customer: CustomerId) -> Result<bool> {
    let found = customers::briefs(q, group, &[customer]).await?;
    Ok(found.first().is_some_and(|c| fleet(c.kind)))
}

/// # Errors
/// As the database answers.
pub async fn briefs(
    q: &mut impl Sql,
    group: GroupId,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, CustomerBrief>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(customers::briefs(q, group, ids).await?.into_iter().map(|c| (c.id, c)).collect())
}

/// The numbers of one customer, the one to try first in front.
/// # Errors
/// As the database answers.
pub async fn lines_of(q: &mut impl Sql, group: GroupId, customer: CustomerId) -> Result<Vec<PhoneLine>> {
    Ok(names(q, group, &[customer], &[]).await?.lines.remove(&customer).unwrap_or_default())
}

/// Repair orders and deliveries as planning needs them; cancelled ones are left out.
/// # Errors
/// As the database answers.
pub async fn event_facts(q: &mut impl Sql, group: GroupId, kind: SubjectKind, ids: &[i64]) -> Result<Vec<EventFacts>> {
    match kind {
        SubjectKind::RepairOrder => {
            let ids: Vec<RepairOrderId> = ids.iter().map(|id| RepairOrderId::new(*id)).collect();
            let facts = vehicles::visit_facts(q, group, &ids).await?;
            let new_for = new_car_months(q, group, facts.iter().map(|f| f.store_id).collect()).await?;
            let facts = facts.into_iter().filter(|f| recorded(f.state));
            let events = facts.map(|f| EventFacts { new_car_months: new_for[&f.store_id], ..of_visit(f) }).collect();
            with_fleet_contacts(q, group, events).await
        }
        SubjectKind::Delivery => {
            let ids: Vec<DeliveryId> = ids.iter().map(|id| DeliveryId::new(*id)).collect();
            let facts = vehicles::delivery_facts(q, group, &ids).await?;
            let events = facts.into_iter().filter(|f| recorded(f.state)).map(of_delivery).collect();
            with_fleet_contacts(q, group, events).await
        }
        SubjectKind::Case => Ok(Vec::new()),
    }
}

/// By store, as its rules in force say.
async fn new_car_months(q: &mut impl Sql, group: GroupId, mut stores: Vec<StoreId>) -> Result<HashMap<StoreId, u32>> {
    stores.sort_unstable();
    stores.dedup();
    let mut months = HashMap::new();
    for store in stores {
        months.insert(store, rulebook::current::<FollowupRules>(q, group, store).await?.body.new_car_months);
    }
    Ok(months)
}

/// C6: an organisation's events know whom it named to be asked; visitors of single visits are not that.
pub(super) async fn with_fleet_contacts(
    q: &mut impl Sql,
    group: GroupId,
    mut events: Vec<EventFacts>,
) -> Result<Vec<EventFacts>> {
    let mut fleets: Vec<CustomerId> = events.iter().filter(|e| e.fleet).map(|e| e.customer_id).collect();
    fleets.sort_unstable();
    fleets.dedup();
    if fleets.is_empty() {
        return Ok(events);
    }
    let lines = customers::phone_lines_of(q, group, &fleets).await?;
    for event in events.iter_mut().filter(|e| e.fleet) {
        let named = lines.get(&event.customer_id).into_iter().flatten();
        event.fleet_contact = named
            .filter(|l| l.contact_role == Some(ContactRole::Contact) && l.status.usable())
            .find_map(|l| Some((PersonName::parse(l.contact_name.as_deref()?).ok()?, l.id)));
    }
    Ok(events)
}

const fn recorded(state: VisitState) -> bool {
    match state {
        VisitState::Recorded => true,
        VisitState::Cancelled => false,
    }
}

pub(super) fn fleet(kind: CustomerKind) -> bool {
    match kind {
        CustomerKind::Person => false,
        CustomerKind::Organisation => true,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a mapping of rows that are not needed any more")]
fn of_visit(f: VisitFacts) -> EventFacts {
    EventFacts {
        subject_kind: SubjectKind::RepairOrder,
        subject_id: f.id.raw(),
        customer_id: f.customer_id,
        fleet: fleet(f.customer_kind),
        customer_name: PersonName::parse(&f.customer_name).ok(),
        vehicle_id: f.vehicle_id,
        brand: f.brand.as_deref().map(str::trim).unwrap_or_default().to_owned(),
        phone_line_id: f.phone_line_id,
        visitor: f.visitor_name.as_deref().and_then(|v| PersonName::parse(v).ok()),
        fleet_contact: None,
        settled_on: f.settled_on,
        opened_on: f.opened_on,
        delivered_on: f.delivered_on,
        new_car_months: rules::usual_new_car_months(),
        opted_out: f.opted_out_at.is_some(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a mapping of rows that are not needed any more")]
fn of_delivery(f: DeliveryFacts) -> EventFacts {
    EventFacts {
        subject_kind: SubjectKind::Delivery,
        subject_id: f.id.raw(),
        customer_id: f.customer_id,
        fleet: fleet(f.customer_kind),
        customer_name: PersonName::parse(&f.customer_name).ok(),
        vehicle_id: Some(f.vehicle_id),
        brand: f.brand.as_deref().map(str::trim).unwrap_or_default().to_owned(),
        phone_line_id: f.phone_line_id,
        visitor: None,
        fleet_contact: None,
        settled_on: None,
        opened_on: f.delivered_on,
        delivered_on: Some(f.delivered_on),
        new_car_months: rules::usual_new_car_months(),
        opted_out: f.opted_out_at.is_some(),
    }
}

/// Ids of events that happened since a day, after `after`.
/// # Errors
/// As the database answers.
pub async fn events_since(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    kind: SubjectKind,
    since: StoreDate,
    after: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    match kind {
        SubjectKind::RepairOrder => {
            let found = vehicles::orders_since(q, group, store, since, RepairOrderId::new(after), limit).await?;
            Ok(found.into_iter().map(|id| id.raw()).collect())
        }
        SubjectKind::Delivery => {
            let found = vehicles::deliveries_since(q, group, store, since, DeliveryId::new(after), limit).await?;
            Ok(found.into_iter().map(|id| id.raw()).collect())
        }
        SubjectKind::Case => Ok(Vec::new()),
    }
}

/// Reasons not to call these customers now.
/// # Errors
/// As the database answers.
pub async fn blocks(q: &mut impl Sql, group: GroupId, store: StoreId, ids: &[CustomerId]) -> Result<Vec<Block>> {
    let mut all: Vec<Block> = customers::blocks(q, group, store, ids).await?.into_values().flatten().collect();
    all.sort_by_key(|b| (b.customer_id, b.since));
    Ok(all)
}

/// Every open store of the installation with its group, for jobs.
/// # Errors
/// As the database answers.
pub async fn stores(q: &mut impl Sql) -> Result<Vec<(GroupId, StoreId)>> {
    let mut all = Vec::new();
    for group in identity::groups(q).await? {
        let cards = identity::org::all_stores(q, group.id).await?;
        all.extend(cards.into_iter().filter(|c| c.closed_at.is_none()).map(|c| (group.id, c.id)));
    }
    Ok(all)
}

/// The store's calendar.
/// # Errors
/// `NotFound` for a store that is not the group's.
pub async fn calendar(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Arc<WorkCalendar>> {
    identity::calendar::of(q, group, store).await
}

/// A number learnt in a call: the customer's own, or that of whom we ask for; tried first.
/// # Errors
/// As the database answers.
pub async fn add_phone(tx: &mut Tx, customer: CustomerId, phone: &Phone, name: Option<&str>) -> Result<PhoneLineId> {
    let whose = Whose { contact_name: name.map(str::to_owned), contact_role: None, first: true };
    customers::add_phone(tx, customer, phone, &whose).await
}

/// Takes a number back that was just added.
/// # Errors
/// As the database answers.
pub async fn drop_phone(tx: &mut Tx, line: PhoneLineId) -> Result<()> {
    customers::end_phone(tx, line).await
}

/// "Sold the car."
/// # Errors
/// As the database answers.
pub async fn end_ownership(tx: &mut Tx, vehicle: VehicleId, customer: CustomerId, day: StoreDate) -> Result<bool> {
    vehicles::end_ownership(tx, vehicle, customer, day, "call").await
}

/// # Errors
/// As the database answers.
pub async fn resume_ownership(tx: &mut Tx, vehicle: VehicleId, customer: CustomerId, day: StoreDate) -> Result<()> {
    vehicles::resume_ownership(tx, vehicle, customer, day).await.map(|_| ())
}

/// A line of the customer's timeline. `args` are ids and keys.
/// # Errors
/// As the database answers.
pub async fn timeline(
    tx: &mut Tx,
    customer: CustomerId,
    store: StoreId,
    kind: &'static str,
    subject: i64,
    args: Value,
) -> Result<()> {
    let at = tx.now();
    let entry = timeline::Entry { customer, store: Some(store), at, kind, subject, args, import: None };
    timeline::add(tx, entry).await
}
