//! What people and vehicles know, and what they are told.

use std::collections::HashMap;

use kernel::{
    CustomerId, GroupId, Id, PersonName, PhoneLineId, Plate, Problem, Result, Scope, StoreDate, StoreId, VehicleId,
};
use people::{customers, timeline as history, vehicles};
use platform::db::{Sql, Tx};
use serde_json::Value;

use super::followup::{About, SubjectKind};
use crate::cases::plan::Facts;

pub use people::customers::merge::{Counting, Holder, Merge, Parted, Parts, Stay, StayWhy};
pub use people::customers::names as customer_names;
pub use people::identity::calendar::of as calendar;
pub use people::identity::{CalendarChanged, StaffLeft, holders, store_card, user_names};

/// Plate and series of each car, for a list.
pub async fn vehicle_lines(q: &mut impl Sql, group: GroupId, ids: &[VehicleId]) -> Result<HashMap<VehicleId, String>> {
    let cars = vehicles::cars(q, group, ids).await?;
    Ok(cars.into_iter().map(|c| (c.id, line(c.plate.as_ref(), c.series.or(c.brand)))).collect())
}

fn line(plate: Option<&Plate>, series: Option<String>) -> String {
    let words = [plate.map(ToString::to_string), series];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The customer beside a case.
pub struct Person {
    pub name: String,
    /// Masked.
    pub phone: Option<String>,
}

/// The case gives the right to know whom it is about; the number stays masked.
pub async fn person(q: &mut impl Sql, group: GroupId, id: CustomerId, wanted: Option<PhoneLineId>) -> Result<Person> {
    let name = customers::names(q, group, &[id]).await?.remove(&id).unwrap_or_default();
    let lines = customers::phone_lines(q, group, id).await?;
    let chosen = lines.iter().find(|l| Some(l.id) == wanted).or_else(|| lines.first());
    Ok(Person { name, phone: chosen.map(|l| l.phone.to_string()) })
}

/// How far back visits for the same trouble are counted.
const MOST_VISITS: i64 = 200;

/// What fills the record of a case about this subject. Nothing that is missing holds up the case.
pub async fn facts(
    q: &mut impl Sql,
    scope: &Scope,
    customer: CustomerId,
    about: Option<&About>,
    since: StoreDate,
) -> Result<Facts> {
    let mut facts = Facts::default();
    match customers::card(q, scope, customer).await {
        Ok(card) => {
            let wanted = about.and_then(|s| s.phone_line);
            let line = card.lines.iter().find(|l| Some(l.id) == wanted).or_else(|| card.lines.first());
            facts.phone = line.map(|l| l.phone.clone());
            facts.name = PersonName::parse(&card.file.name).ok();
            facts.region = card.file.region;
        }
        Err(Problem::NotFound) => {}
        Err(other) => return Err(other),
    }
    let Some(about) = about else { return Ok(facts) };
    let (group, store) = (scope.group, scope.store()?);
    let station = store_card(q, group, store).await?.name;
    if let Some(car) = vehicle(q, group, about.vehicle).await? {
        facts.brand = car.brand;
        facts.series = car.series;
        facts.model = car.model;
        facts.purchased_on = car.purchased_on;
        facts.vin = car.vin;
        facts.plate = car.plate;
        facts.mileage_km = car.mileage_km;
    }
    let Some((kind, visit)) = about.visit else { return Ok(facts) };
    match kind {
        SubjectKind::RepairOrder => {
            let visits = vehicles::visit_facts(q, group, &[Id::new(visit)]).await?;
            if let Some(visit) = visits.into_iter().next() {
                let orders = vehicles::orders_of(q, scope, customer, MOST_VISITS).await?;
                let same = |o: &&vehicles::OrderRow| {
                    o.vehicle_id.is_some()
                        && o.vehicle_id == visit.vehicle_id
                        && o.store_id == store
                        && o.opened_on >= since
                        && o.state == vehicles::VisitState::Recorded
                };
                facts.visits = i64::try_from(orders.iter().filter(same).count()).ok();
                facts.visited_on = Some(visit.opened_on);
                facts.items = visit.items;
                facts.mileage_km = visit.mileage_km.or(facts.mileage_km);
                facts.purchased_on = facts.purchased_on.or(visit.delivered_on);
                facts.station = Some(station);
            }
        }
        SubjectKind::Delivery => {
            let deliveries = vehicles::delivery_facts(q, group, &[Id::new(visit)]).await?;
            if let Some(delivery) = deliveries.into_iter().next() {
                facts.purchased_on = facts.purchased_on.or(Some(delivery.delivered_on));
                facts.dealer = Some(station);
            }
        }
        SubjectKind::Case => {}
    }
    Ok(facts)
}

/// What a customer may speak of: a visit, a delivery, a car.
pub struct Occasion {
    /// As it is posted: `repair_order.ID`, `delivery.ID`, `vehicle.ID`.
    pub key: String,
    pub about: About,
    pub plate: String,
    pub on: Option<StoreDate>,
    pub what: Option<String>,
}

const MOST_OCCASIONS: i64 = 12;

/// The customer's last visits to this store, deliveries and cars, if the reader may see the customer.
/// # Errors
/// `NotFound` when it is not for these eyes.
pub async fn occasions(q: &mut impl Sql, scope: &Scope, customer: CustomerId) -> Result<Vec<Occasion>> {
    customers::card(q, scope, customer).await?;
    let (group, store) = (scope.group, scope.store()?);
    let orders = vehicles::orders_of(q, scope, customer, MOST_OCCASIONS).await?;
    let owned: Vec<VehicleId> = vehicles::of_customer(q, group, customer).await?.into_iter().map(|c| c.id).collect();
    // A visit may have been with somebody else's car.
    let mut ids: Vec<VehicleId> = owned.iter().copied().chain(orders.iter().filter_map(|o| o.vehicle_id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut cars = vehicle_lines(q, group, &ids).await?;
    let recorded = |o: &vehicles::OrderRow| o.store_id == store && o.state == vehicles::VisitState::Recorded;
    let mut found: Vec<Occasion> = orders
        .into_iter()
        .filter(recorded)
        .map(|o| Occasion {
            key: format!("{}.{}", SubjectKind::RepairOrder, o.id),
            about: About {
                visit: Some((SubjectKind::RepairOrder, o.id.raw())),
                vehicle: o.vehicle_id,
                phone_line: o.phone_line_id,
            },
            plate: o.vehicle_id.and_then(|v| cars.get(&v).cloned()).unwrap_or_default(),
            on: Some(o.opened_on),
            what: o.items,
        })
        .collect();
    cars.retain(|id, _| owned.contains(id));
    let mut rest: Vec<_> = cars.into_iter().collect();
    rest.sort_unstable();
    found.extend(rest.into_iter().map(|(id, plate)| Occasion {
        key: format!("vehicle.{id}"),
        about: About { visit: None, vehicle: Some(id), phone_line: None },
        plate,
        on: None,
        what: None,
    }));
    Ok(found)
}

async fn vehicle(q: &mut impl Sql, group: GroupId, id: Option<VehicleId>) -> Result<Option<vehicles::VehicleRow>> {
    let Some(id) = id else { return Ok(None) };
    Ok(vehicles::cars(q, group, &[id]).await?.into_iter().next())
}

const REASON: &str = "open_case";

/// Do not call now: a case is open.
pub async fn block(tx: &mut Tx, customer: CustomerId, store: StoreId, case: i64) -> Result<()> {
    customers::block(tx, customer, store, REASON, case).await
}

pub async fn unblock(tx: &mut Tx, customer: CustomerId, store: StoreId, case: i64) -> Result<()> {
    customers::unblock(tx, customer, store, REASON, case).await
}

pub async fn timeline(
    tx: &mut Tx,
    store: StoreId,
    customer: CustomerId,
    kind: &'static str,
    subject: i64,
    args: Value,
) -> Result<()> {
    let at = tx.now();
    history::add(tx, history::Entry { customer, store: Some(store), at, kind, subject, args, import: None }).await
}
