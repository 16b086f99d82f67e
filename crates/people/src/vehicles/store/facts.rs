//! What follow-ups, calls and reports want to know of a visit or a delivery, in one row.

use kernel::{
    CustomerId, DeliveryId, Fen, GroupId, Millis, PhoneLineId, Plate, RepairOrderId, Result, StoreDate, StoreId,
    VehicleId,
};
use platform::db::{One, Sql};
use platform::{args, row, stmt};

use crate::customers::CustomerKind;
use crate::vehicles::model::VisitState;

row! {
    /// A repair order with the customer and car it belongs to. `customer_name` is "" where nobody told it.
    #[derive(Clone)]
    pub struct VisitFacts {
        pub id: RepairOrderId,
        pub store_id: StoreId,
        pub number: Option<String>,
        pub customer_id: CustomerId,
        pub customer_kind: CustomerKind,
        pub customer_name: String,
        pub vehicle_id: Option<VehicleId>,
        pub brand: Option<String>,
        pub series: Option<String>,
        pub model: Option<String>,
        pub plate: Option<Plate>,
        pub opened_on: StoreDate,
        pub settled_on: Option<StoreDate>,
        pub mileage_km: Option<i64>,
        /// Joined by 、.
        pub items: Option<String>,
        pub work_type: Option<String>,
        pub advisor: Option<String>,
        pub estimate_fen: Option<Fen>,
        pub amount_fen: Option<Fen>,
        pub appointment: Option<bool>,
        pub visitor_name: Option<String>,
        pub phone_line_id: Option<PhoneLineId>,
        pub state: VisitState,
        /// When this car was last delivered by any store of the group, on or before the visit.
        pub delivered_on: Option<StoreDate>,
        pub opted_out_at: Option<Millis>,
    }
}

row! {
    /// A delivery with the customer and car it belongs to.
    #[derive(Clone)]
    pub struct DeliveryFacts {
        pub id: DeliveryId,
        pub store_id: StoreId,
        pub customer_id: CustomerId,
        pub customer_kind: CustomerKind,
        pub customer_name: String,
        pub vehicle_id: VehicleId,
        pub brand: Option<String>,
        pub series: Option<String>,
        pub model: Option<String>,
        pub plate: Option<Plate>,
        pub delivered_on: StoreDate,
        pub consultant: Option<String>,
        pub phone_line_id: Option<PhoneLineId>,
        pub state: VisitState,
        pub opted_out_at: Option<Millis>,
    }
}

impl VisitFacts {
    pub fn opted_out(&self) -> bool {
        self.opted_out_at.is_some()
    }
}
impl DeliveryFacts {
    pub fn opted_out(&self) -> bool {
        self.opted_out_at.is_some()
    }
}

// Primary keys throughout; the inner question rides delivery_by_vehicle.
stmt!(
    VISIT_FACTS,
    "SELECT r.id AS id, r.store_id AS store_id, r.number AS number, r.customer_id AS customer_id, c.kind AS customer_kind, \
     c.name AS customer_name, r.vehicle_id AS vehicle_id, v.brand AS brand, v.series AS series, v.model AS model, \
     v.plate AS plate, r.opened_on AS opened_on, r.settled_on AS settled_on, r.mileage_km AS mileage_km, \
     r.items AS items, r.work_type AS work_type, r.advisor AS advisor, r.estimate_fen AS estimate_fen, \
     r.amount_fen AS amount_fen, r.appointment AS appointment, r.visitor_name AS visitor_name, \
     r.phone_line_id AS phone_line_id, r.state AS state, c.opted_out_at AS opted_out_at, \
     (SELECT MAX(d.delivered_on) FROM delivery d WHERE d.vehicle_id=r.vehicle_id AND d.delivered_on <= r.opened_on \
      AND d.state='recorded') AS delivered_on \
     FROM repair_order r JOIN customer c ON c.id=r.customer_id LEFT JOIN vehicle v ON v.id=r.vehicle_id \
     WHERE r.id IN {{ids:$2}} AND r.group_id=$1"
);
stmt!(
    DELIVERY_FACTS,
    "SELECT d.id AS id, d.store_id AS store_id, d.customer_id AS customer_id, c.kind AS customer_kind, \
     c.name AS customer_name, d.vehicle_id AS vehicle_id, v.brand AS brand, v.series AS series, v.model AS model, \
     v.plate AS plate, d.delivered_on AS delivered_on, d.consultant AS consultant, d.phone_line_id AS phone_line_id, \
     d.state AS state, c.opted_out_at AS opted_out_at \
     FROM delivery d JOIN customer c ON c.id=d.customer_id JOIN vehicle v ON v.id=d.vehicle_id \
     WHERE d.id IN {{ids:$2}} AND d.group_id=$1"
);

row! {
    /// A repair of a car that was delivered by a store of the group, and the last delivery before it.
    pub struct RepairOfCar {
        pub id: RepairOrderId,
        pub store_id: StoreId,
        pub delivered_on: Option<StoreDate>,
    }
}
stmt!(
    CARS_OF_DELIVERIES,
    "SELECT DISTINCT vehicle_id AS v FROM delivery WHERE id IN {{ids:$2}} AND group_id=$1 ORDER BY vehicle_id"
);
// repair_order_by_vehicle, delivery_by_vehicle
stmt!(
    REPAIRS_OF_CARS,
    "SELECT r.id AS id, r.store_id AS store_id, (SELECT MAX(d.delivered_on) FROM delivery d \
     WHERE d.vehicle_id=r.vehicle_id AND d.delivered_on <= r.opened_on AND d.state='recorded' AND d.id NOT IN {{ids:$3}}) \
     AS delivered_on FROM repair_order r WHERE r.group_id=$1 AND r.state='recorded' AND r.vehicle_id IN {{ids:$2}} \
     ORDER BY r.id"
);

/// The cars that were delivered.
/// # Errors
/// As the database answers.
pub async fn cars_of_deliveries(q: &mut impl Sql, group: GroupId, deliveries: &[DeliveryId]) -> Result<Vec<VehicleId>> {
    let found: Vec<One<VehicleId>> = q.all(&CARS_OF_DELIVERIES, args![group, deliveries]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// Repairs of these cars; deliveries of `without` are taken for not made.
/// # Errors
/// As the database answers.
pub async fn repairs_of_cars(
    q: &mut impl Sql,
    group: GroupId,
    cars: &[VehicleId],
    without: &[DeliveryId],
) -> Result<Vec<RepairOfCar>> {
    if cars.is_empty() {
        return Ok(Vec::new());
    }
    q.all(&REPAIRS_OF_CARS, args![group, cars, without]).await
}

pub async fn visit_facts(q: &mut impl Sql, group: GroupId, ids: &[RepairOrderId]) -> Result<Vec<VisitFacts>> {
    q.all(&VISIT_FACTS, args![group, ids]).await
}
pub async fn delivery_facts(q: &mut impl Sql, group: GroupId, ids: &[DeliveryId]) -> Result<Vec<DeliveryFacts>> {
    q.all(&DELIVERY_FACTS, args![group, ids]).await
}

// repair_order_by_day, delivery_by_day
stmt!(
    ANY_VISIT,
    "SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM repair_order WHERE store_id=$2 AND group_id=$1) \
     OR EXISTS (SELECT 1 FROM delivery WHERE store_id=$2 AND group_id=$1) THEN 1 ELSE 0 END AS BIGINT) AS v"
);

/// Whether a repair order or a delivery of this store was ever recorded.
/// # Errors
/// As the database answers.
pub async fn any_visit(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<bool> {
    Ok(q.count(&ANY_VISIT, args![group, store]).await? > 0)
}
