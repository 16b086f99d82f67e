//! Cars, their owners over time, repair orders and deliveries.
//!
//! A car belongs to the group; a repair order and a delivery belong to one store. Ownership is dated: another owner
//! on a known VIN ends the old ownership only through a delivery or a person.

#[cfg(test)]
mod corrections;
pub mod edit;
pub mod edit_delivery;
mod events;
mod model;
mod pages;
mod routes;
pub(crate) mod store;
mod tell;

use kernel::{CustomerId, GroupId, Result, Scope, StoreDate, VehicleId};
use platform::audit;
use platform::db::{Sql, Tx};
use serde_json::{Value, json};

pub use events::{DeliveriesCancelled, DeliveriesRecorded, DeliveryMoved, RepairOrdersCancelled, RepairOrdersRecorded};
pub use model::{OwnedCar, OwnershipWhy, VisitState};
pub use routes::routes;
pub use store::{
    DeliveryFacts, DeliveryRow, OrderRow, RepairOfCar, VehicleBrief, VehicleRow, VisitFacts, any_visit, briefs, car,
    cars, cars_of_deliveries, deliveries_since, delivery, delivery_facts, order, orders_of, orders_since,
    repairs_of_cars, resume_ownership, visit_facts,
};

/// Cars had now and before, the latest first; the caller has found the customer in its scope.
/// # Errors
/// As the database answers.
pub async fn of_customer(q: &mut impl Sql, group: GroupId, customer: CustomerId) -> Result<Vec<OwnedCar>> {
    store::cars_of(q, group, &[customer]).await
}

/// "Sold the car": the ownership ends on `day`. Nothing happens where it had ended already.
/// # Errors
/// As the database answers.
pub async fn end_ownership(
    tx: &mut Tx,
    vehicle: VehicleId,
    customer: CustomerId,
    day: StoreDate,
    why: &str,
) -> Result<bool> {
    let ended = store::end_ownership(tx, vehicle, customer, day).await?;
    if ended {
        let after = json!({ "customer": customer, "until": day, "why": why });
        audit::note(tx, "ownership.end", "vehicle", vehicle.raw(), &Value::Null, &after).await?;
        crate::search::refresh(tx, &[customer]).await?;
    }
    Ok(ended)
}

/// A person says who has the car from `day` on; whoever had it before no longer does.
/// # Errors
/// `NotFound` when car or customer are not of this scope.
pub async fn set_owner(
    tx: &mut Tx,
    scope: &Scope,
    vehicle: VehicleId,
    customer: CustomerId,
    day: StoreDate,
) -> Result<()> {
    car(tx, scope, vehicle).await?;
    crate::customers::store::file(tx, scope, customer).await?;
    hand_over(tx, vehicle, customer, day).await
}

/// As [`set_owner`], where both have been found.
pub(crate) async fn hand_over(tx: &mut Tx, vehicle: VehicleId, customer: CustomerId, day: StoreDate) -> Result<()> {
    let group = tx.scope().group;
    let spans = store::ownerships(tx, group, &[vehicle]).await?;
    let mut put = Vec::new();
    let mut touched = vec![customer];
    if spans.iter().any(|o| o.customer_id == customer && o.until_day.is_none()) {
        return Ok(());
    }
    for mut span in spans.into_iter().filter(|o| o.until_day.is_none()) {
        span.until_day = Some(day.max(span.from_day));
        touched.push(span.customer_id);
        put.push(span);
    }
    put.push(store::OwnershipRow {
        id: tx.new_id::<kernel::Event>().raw(),
        group_id: group,
        vehicle_id: vehicle,
        customer_id: customer,
        from_day: day,
        until_day: None,
        why: OwnershipWhy::Entry,
        import_id: None,
    });
    store::put_ownerships(tx, &put).await?;
    let before = json!({ "owners": touched[1..] });
    audit::note(tx, "ownership.set", "vehicle", vehicle.raw(), &before, &json!({ "owners": [customer], "from": day }))
        .await?;
    crate::search::refresh(tx, &touched).await
}
