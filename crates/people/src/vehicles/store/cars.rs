//! `vehicle`, `ownership`.

use kernel::{CustomerId, GroupId, ImportId, Millis, Plate, Result, Scope, StoreDate, VehicleId, Vin};
use platform::db::{Load, Sql, Tx, Val};
use platform::{args, row, stmt};

use crate::customers::sight::{Sight, seen_by};
use crate::vehicles::model::{OwnedCar, OwnershipWhy};

row! {
    /// A whole row of `vehicle`.
    #[derive(Clone)]
    pub struct VehicleRow {
        pub id: VehicleId,
        pub group_id: GroupId,
        pub vin: Option<Vin>,
        pub plate: Option<Plate>,
        pub brand: Option<String>,
        pub series: Option<String>,
        pub model: Option<String>,
        pub colour: Option<String>,
        pub purchased_on: Option<StoreDate>,
        pub mileage_km: Option<i64>,
        pub mileage_on: Option<StoreDate>,
        pub version: i64,
        pub created_at: Millis,
        pub updated_at: Millis,
        pub import_id: Option<ImportId>,
    }
}

const COLUMNS: [&str; 15] = [
    "id",
    "group_id",
    "vin",
    "plate",
    "brand",
    "series",
    "model",
    "colour",
    "purchased_on",
    "mileage_km",
    "mileage_on",
    "version",
    "created_at",
    "updated_at",
    "import_id",
];

impl VehicleRow {
    fn values(&self) -> Vec<Val> {
        let v = self.clone();
        args![
            v.id,
            v.group_id,
            v.vin,
            v.plate,
            v.brand,
            v.series,
            v.model,
            v.colour,
            v.purchased_on,
            v.mileage_km,
            v.mileage_on,
            v.version,
            v.created_at,
            v.updated_at,
            v.import_id
        ]
    }
}

row! {
    /// Since when and until when somebody had a car. `until_day` is exclusive.
    #[derive(Clone)]
    pub struct OwnershipRow {
        pub id: i64,
        pub group_id: GroupId,
        pub vehicle_id: VehicleId,
        pub customer_id: CustomerId,
        pub from_day: StoreDate,
        pub until_day: Option<StoreDate>,
        pub why: OwnershipWhy,
        pub import_id: Option<ImportId>,
    }
}

const SPAN_COLUMNS: [&str; 8] =
    ["id", "group_id", "vehicle_id", "customer_id", "from_day", "until_day", "why", "import_id"];

impl OwnershipRow {
    fn values(&self) -> Vec<Val> {
        let o = self;
        args![o.id, o.group_id, o.vehicle_id, o.customer_id, o.from_day, o.until_day, o.why, o.import_id]
    }
}

pub async fn load_cars(to: &mut Load, cars: &[VehicleRow], spans: &[OwnershipRow]) -> Result<()> {
    let values: Vec<_> = cars.iter().map(VehicleRow::values).collect();
    to.put("vehicle", &COLUMNS, &values).await?;
    let values: Vec<_> = spans.iter().map(OwnershipRow::values).collect();
    to.put("ownership", &SPAN_COLUMNS, &values).await
}

// vehicle_by_vin
stmt!(
    BY_VIN,
    "SELECT id, group_id, vin, plate, brand, series, model, colour, purchased_on, mileage_km, mileage_on, version, \
     created_at, updated_at, import_id FROM vehicle WHERE group_id=$1 AND vin IN {{texts:$2}} AND vin IS NOT NULL"
);
// vehicle_by_plate
stmt!(
    BY_PLATE,
    "SELECT id, group_id, vin, plate, brand, series, model, colour, purchased_on, mileage_km, mileage_on, version, \
     created_at, updated_at, import_id FROM vehicle WHERE group_id=$1 AND plate IN {{texts:$2}} ORDER BY id"
);
stmt!(
    BY_ID,
    "SELECT id, group_id, vin, plate, brand, series, model, colour, purchased_on, mileage_km, mileage_on, version, \
     created_at, updated_at, import_id FROM vehicle WHERE id IN {{ids:$2}} AND group_id=$1"
);
// ownership_by_vehicle
stmt!(
    OWNERSHIPS,
    "SELECT id, group_id, vehicle_id, customer_id, from_day, until_day, why, import_id FROM ownership \
     WHERE vehicle_id IN {{ids:$2}} AND group_id=$1 ORDER BY vehicle_id, from_day, id"
);
// ownership_by_customer
stmt!(
    CARS_OF,
    "SELECT v.id AS id, o.customer_id AS customer_id, v.vin AS vin, v.plate AS plate, v.brand AS brand, \
     v.series AS series, v.model AS model, v.colour AS colour, v.purchased_on AS purchased_on, \
     v.mileage_km AS mileage_km, v.mileage_on AS mileage_on, v.version AS version, o.from_day AS from_day, \
     o.until_day AS until_day FROM ownership o JOIN vehicle v ON v.id=o.vehicle_id \
     WHERE o.customer_id IN {{ids:$2}} AND o.group_id=$1 ORDER BY o.customer_id, o.from_day DESC, o.id DESC LIMIT 20000"
);
// A car is seen where somebody who has or had it is seen.
stmt!(
    CAR,
    concat!(
        "SELECT id, group_id, vin, plate, brand, series, model, colour, purchased_on, mileage_km, mileage_on, version, \
         created_at, updated_at, import_id FROM vehicle v WHERE v.id=$2 AND v.group_id=$1 AND EXISTS \
         (SELECT 1 FROM ownership o WHERE o.vehicle_id=v.id AND ",
        seen_by!("o.customer_id", "$3", "$4", "$5", "$6"),
        ")"
    )
);
stmt!(
    EDIT_CAR,
    "UPDATE vehicle SET vin=$4, plate=$5, brand=$6, series=$7, model=$8, colour=$9, purchased_on=$10, mileage_km=$11, \
     mileage_on=$12, version=version+1, updated_at=$13 WHERE id=$2 AND group_id=$1 AND version=$3"
);
stmt!(
    END_OWNERSHIP,
    "UPDATE ownership SET until_day=$4 WHERE group_id=$1 AND vehicle_id=$2 AND customer_id=$3 AND until_day IS NULL"
);
stmt!(
    SPAN,
    "SELECT id, group_id, vehicle_id, customer_id, from_day, until_day, why, import_id FROM ownership \
     WHERE id=$2 AND group_id=$1"
);
// ownership_by_customer
stmt!(
    SPANS_OF_CUSTOMER,
    "SELECT id, group_id, vehicle_id, customer_id, from_day, until_day, why, import_id FROM ownership \
     WHERE customer_id=$2 AND group_id=$1 ORDER BY id LIMIT 500"
);
stmt!(DROP_CAR, "DELETE FROM vehicle WHERE id=$2 AND group_id=$1");
stmt!(DROP_OWNERSHIP, "DELETE FROM ownership WHERE id=$2 AND group_id=$1");
stmt!(DROP_OWNERSHIPS_OF_CAR, "DELETE FROM ownership WHERE vehicle_id=$2 AND group_id=$1");
stmt!(DROP_OWNERSHIPS_OF_CUSTOMER, "DELETE FROM ownership WHERE customer_id=$2 AND group_id=$1");

pub async fn cars_by_vin(q: &mut impl Sql, group: GroupId, vins: &[String]) -> Result<Vec<VehicleRow>> {
    q.all(&BY_VIN, args![group, vins]).await
}
pub async fn cars_by_plate(q: &mut impl Sql, group: GroupId, plates: &[String]) -> Result<Vec<VehicleRow>> {
    q.all(&BY_PLATE, args![group, plates]).await
}
pub async fn cars(q: &mut impl Sql, group: GroupId, ids: &[VehicleId]) -> Result<Vec<VehicleRow>> {
    q.all(&BY_ID, args![group, ids]).await
}
/// In order of time, per car.
pub async fn ownerships(q: &mut impl Sql, group: GroupId, cars: &[VehicleId]) -> Result<Vec<OwnershipRow>> {
    q.all(&OWNERSHIPS, args![group, cars]).await
}
pub async fn span(q: &mut impl Sql, group: GroupId, id: i64) -> Result<Option<OwnershipRow>> {
    q.opt(&SPAN, args![group, id]).await
}
pub async fn spans_of_customer(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<Vec<OwnershipRow>> {
    q.all(&SPANS_OF_CUSTOMER, args![group, id]).await
}
/// Cars had now and before, the latest first.
pub async fn cars_of(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<Vec<OwnedCar>> {
    q.all(&CARS_OF, args![group, ids]).await
}
/// # Errors
/// `NotFound` outside of the scope.
pub async fn car(q: &mut impl Sql, scope: &Scope, id: VehicleId) -> Result<VehicleRow> {
    let s = Sight::of(scope);
    let args = args![scope.group, id, s.group, s.whole.as_slice(), s.service.as_slice(), s.showroom.as_slice()];
    q.get(&CAR, args).await
}

pub async fn insert_cars(tx: &mut Tx, rows: &[VehicleRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(VehicleRow::values).collect();
    tx.bulk("vehicle", &COLUMNS, values, "").await.map(|_| ())
}

/// Writes whole rows back.
pub async fn replace_cars(tx: &mut Tx, rows: &[VehicleRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(VehicleRow::values).collect();
    let tail = "ON CONFLICT (id) DO UPDATE SET vin=excluded.vin, plate=excluded.plate, brand=excluded.brand, \
        series=excluded.series, model=excluded.model, colour=excluded.colour, purchased_on=excluded.purchased_on, \
        mileage_km=excluded.mileage_km, mileage_on=excluded.mileage_on, version=excluded.version, \
        updated_at=excluded.updated_at";
    tx.bulk("vehicle", &COLUMNS, values, tail).await.map(|_| ())
}

/// Answers whether the version was still the one that was read.
pub async fn edit_car(tx: &mut Tx, version: i64, v: &VehicleRow) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    let v = v.clone();
    let args = args![
        group,
        v.id,
        version,
        v.vin,
        v.plate,
        v.brand,
        v.series,
        v.model,
        v.colour,
        v.purchased_on,
        v.mileage_km,
        v.mileage_on,
        now
    ];
    Ok(tx.exec(&EDIT_CAR, args).await? == 1)
}

/// Inserts new spans and writes changed ones back.
pub async fn put_ownerships(tx: &mut Tx, rows: &[OwnershipRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(OwnershipRow::values).collect();
    let tail = "ON CONFLICT (id) DO UPDATE SET from_day=excluded.from_day, until_day=excluded.until_day";
    tx.bulk("ownership", &SPAN_COLUMNS, values, tail).await.map(|_| ())
}

/// Answers whether there was something to end.
pub async fn end_ownership(tx: &mut Tx, car: VehicleId, customer: CustomerId, day: StoreDate) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.exec(&END_OWNERSHIP, args![group, car, customer, day]).await? > 0)
}

/// The car with everybody's ownership of it.
pub async fn drop_car(tx: &mut Tx, id: VehicleId) -> Result<()> {
    let group = tx.scope().group;
    for stmt in [&DROP_OWNERSHIPS_OF_CAR, &DROP_CAR] {
        tx.exec(stmt, args![group, id]).await?;
    }
    Ok(())
}

pub async fn drop_ownership(tx: &mut Tx, id: i64) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_OWNERSHIP, args![group, id]).await.map(|_| ())
}

pub async fn drop_ownerships_of(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_OWNERSHIPS_OF_CUSTOMER, args![group, customer]).await.map(|_| ())
}
