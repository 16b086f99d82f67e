//! `vehicle`, `repair_order`, `delivery`, `ownership`, as follow-up wants them.

use kernel::{CustomerId, DeliveryId, GroupId, Plate, RepairOrderId, Result, StoreDate, StoreId, VehicleId};
use platform::db::{One, Sql, Tx};
use platform::{args, row, stmt};

row! {
    /// A car on a list whose rows were found in the caller's own scope.
    #[derive(Clone, Debug)]
    pub struct VehicleBrief {
        pub id: VehicleId,
        pub plate: Option<Plate>,
        pub brand: Option<String>,
        pub series: Option<String>,
        pub model: Option<String>,
        pub mileage_km: Option<i64>,
    }
}

stmt!(
    VEHICLE_BRIEFS,
    "SELECT id, plate, brand, series, model, mileage_km FROM vehicle WHERE id IN {{ids:$2}} AND group_id=$1"
);
// repair_order_by_day
stmt!(
    ORDERS_SINCE,
    "SELECT id AS v FROM repair_order WHERE store_id=$2 AND opened_on>=$3 AND state='recorded' AND id>$4 AND group_id=$1 \
     ORDER BY id LIMIT $5"
);
// delivery_by_day
stmt!(
    DELIVERIES_SINCE,
    "SELECT id AS v FROM delivery WHERE store_id=$2 AND delivered_on>=$3 AND state='recorded' AND id>$4 AND group_id=$1 \
     ORDER BY id LIMIT $5"
);
stmt!(
    RESUME_OWNERSHIP,
    "UPDATE ownership SET until_day=NULL WHERE group_id=$1 AND vehicle_id=$2 AND customer_id=$3 AND until_day=$4"
);

/// # Errors
/// As the database answers.
pub async fn briefs(q: &mut impl Sql, group: GroupId, ids: &[VehicleId]) -> Result<Vec<VehicleBrief>> {
    q.all(&VEHICLE_BRIEFS, args![group, ids]).await
}

/// Orders of a store opened since a day, by id, above `after`.
/// # Errors
/// As the database answers.
pub async fn orders_since(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    day: StoreDate,
    after: RepairOrderId,
    limit: i64,
) -> Result<Vec<RepairOrderId>> {
    let found: Vec<One<RepairOrderId>> = q.all(&ORDERS_SINCE, args![group, store, day, after, limit]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// Deliveries of a store since a day, by id, above `after`.
/// # Errors
/// As the database answers.
pub async fn deliveries_since(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    day: StoreDate,
    after: DeliveryId,
    limit: i64,
) -> Result<Vec<DeliveryId>> {
    let found: Vec<One<DeliveryId>> = q.all(&DELIVERIES_SINCE, args![group, store, day, after, limit]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// Takes back an end of ownership that was said by mistake. Answers whether one ended on that day.
/// # Errors
/// As the database answers.
pub async fn resume_ownership(tx: &mut Tx, car: VehicleId, customer: CustomerId, day: StoreDate) -> Result<bool> {
    let group = tx.scope().group;
    let resumed = tx.exec(&RESUME_OWNERSHIP, args![group, car, customer, day]).await? > 0;
    if resumed {
        crate::search::refresh(tx, &[customer]).await?;
    }
    Ok(resumed)
}
