//! `repair_order`.

use kernel::{
    CustomerId, Fen, GroupId, ImportId, Millis, PhoneLineId, RepairOrderId, Result, Scope, StoreDate, StoreId,
    VehicleId,
};
use platform::db::{Load, Sql, Tx, Val};
use platform::{args, row, stmt};

use crate::vehicles::model::VisitState;

row! {
    /// A whole row of `repair_order`.
    #[derive(Clone)]
    pub struct OrderRow {
        pub id: RepairOrderId,
        pub group_id: GroupId,
        pub store_id: StoreId,
        pub business_key: String,
        pub number: Option<String>,
        pub customer_id: CustomerId,
        pub vehicle_id: Option<VehicleId>,
        pub visitor_name: Option<String>,
        pub phone_line_id: Option<PhoneLineId>,
        pub opened_on: StoreDate,
        pub opened_min: Option<i64>,
        pub settled_on: Option<StoreDate>,
        pub settled_min: Option<i64>,
        pub work_type: Option<String>,
        pub items: Option<String>,
        pub mileage_km: Option<i64>,
        pub estimate_fen: Option<Fen>,
        pub amount_fen: Option<Fen>,
        pub labour_fen: Option<Fen>,
        pub parts_fen: Option<Fen>,
        pub advisor: Option<String>,
        pub appointment: Option<bool>,
        pub state: VisitState,
        pub content_hash: String,
        pub version: i64,
        pub created_at: Millis,
        pub updated_at: Millis,
        pub import_id: Option<ImportId>,
    }
}

const COLUMNS: [&str; 28] = [
    "id",
    "group_id",
    "store_id",
    "business_key",
    "number",
    "customer_id",
    "vehicle_id",
    "visitor_name",
    "phone_line_id",
    "opened_on",
    "opened_min",
    "settled_on",
    "settled_min",
    "work_type",
    "items",
    "mileage_km",
    "estimate_fen",
    "amount_fen",
    "labour_fen",
    "parts_fen",
    "advisor",
    "appointment",
    "state",
    "content_hash",
    "version",
    "created_at",
    "updated_at",
    "import_id",
];

impl OrderRow {
    fn values(&self) -> Vec<Val> {
        let o = self.clone();
        args![
            o.id,
            o.group_id,
            o.store_id,
            o.business_key,
            o.number,
            o.customer_id,
            o.vehicle_id,
            o.visitor_name,
            o.phone_line_id,
            o.opened_on,
            o.opened_min,
            o.settled_on,
            o.settled_min,
            o.work_type,
            o.items,
            o.mileage_km,
            o.estimate_fen,
            o.amount_fen,
            o.labour_fen,
            o.parts_fen,
            o.advisor,
            o.appointment,
            o.state,
            o.content_hash,
            o.version,
            o.created_at,
            o.updated_at,
            o.import_id
        ]
    }
}

macro_rules! order_columns {
    () => {
        "SELECT id, group_id, store_id, business_key, number, customer_id, vehicle_id, visitor_name, phone_line_id, \
         opened_on, opened_min, settled_on, settled_min, work_type, items, mileage_km, estimate_fen, amount_fen, \
         labour_fen, parts_fen, advisor, appointment, state, content_hash, version, created_at, updated_at, import_id \
         FROM repair_order "
    };
}

// repair_order_key
stmt!(BY_KEY, concat!(order_columns!(), "WHERE store_id=$2 AND business_key IN {{texts:$3}} AND group_id=$1"));
stmt!(BY_ID, concat!(order_columns!(), "WHERE id IN {{ids:$2}} AND group_id=$1"));
stmt!(OF_STORE, concat!(order_columns!(), "WHERE id=$3 AND store_id=$2 AND group_id=$1"));
// repair_order_by_customer; other stores' visits are not for these eyes.
stmt!(
    OF_CUSTOMER,
    concat!(
        order_columns!(),
        "WHERE customer_id=$2 AND group_id=$1 AND (CAST($3 AS BIGINT)=1 OR store_id IN {{ids:$4}}) \
         ORDER BY opened_on DESC, id DESC LIMIT $5"
    )
);
// repair_order_by_vehicle
stmt!(
    USES_CAR,
    "SELECT COUNT(*) AS v FROM (SELECT 1 FROM repair_order WHERE vehicle_id=$2 AND group_id=$1 \
     UNION ALL SELECT 1 FROM delivery WHERE vehicle_id=$2 AND group_id=$1) t"
);
stmt!(
    USES_CUSTOMER,
    "SELECT COUNT(*) AS v FROM (SELECT 1 FROM repair_order WHERE customer_id=$2 AND group_id=$1 \
     UNION ALL SELECT 1 FROM delivery WHERE customer_id=$2 AND group_id=$1) t"
);
stmt!(
    USES_CUSTOMER_HERE,
    "SELECT COUNT(*) AS v FROM (SELECT 1 FROM repair_order WHERE customer_id=$2 AND store_id=$3 AND group_id=$1 \
     UNION ALL SELECT 1 FROM delivery WHERE customer_id=$2 AND store_id=$3 AND group_id=$1) t"
);
stmt!(
    USES_LINE,
    "SELECT COUNT(*) AS v FROM (SELECT 1 FROM repair_order WHERE customer_id=$2 AND phone_line_id=$3 AND group_id=$1 \
     UNION ALL SELECT 1 FROM delivery WHERE customer_id=$2 AND phone_line_id=$3 AND group_id=$1) t"
);
stmt!(DROP_ORDER, "DELETE FROM repair_order WHERE id=$2 AND group_id=$1");

pub async fn orders_by_key(q: &mut impl Sql, group: GroupId, store: StoreId, keys: &[String]) -> Result<Vec<OrderRow>> {
    q.all(&BY_KEY, args![group, store, keys]).await
}
pub async fn orders(q: &mut impl Sql, group: GroupId, ids: &[RepairOrderId]) -> Result<Vec<OrderRow>> {
    q.all(&BY_ID, args![group, ids]).await
}
/// # Errors
/// `NotFound` when it is of another store.
pub async fn order(q: &mut impl Sql, scope: &Scope, id: RepairOrderId) -> Result<OrderRow> {
    q.get(&OF_STORE, args![scope.group, scope.store()?, id]).await
}
pub async fn orders_of(q: &mut impl Sql, scope: &Scope, customer: CustomerId, limit: i64) -> Result<Vec<OrderRow>> {
    let (all, stores) = crate::customers::Sight::of(scope).params();
    q.all(&OF_CUSTOMER, args![scope.group, customer, all, stores.as_slice(), limit]).await
}

pub async fn insert_orders(tx: &mut Tx, rows: &[OrderRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(OrderRow::values).collect();
    tx.bulk("repair_order", &COLUMNS, values, "").await.map(|_| ())
}

pub async fn load_orders(to: &mut Load, rows: &[OrderRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(OrderRow::values).collect();
    to.put("repair_order", &COLUMNS, &values).await
}

/// Writes whole rows back.
pub async fn replace_orders(tx: &mut Tx, rows: &[OrderRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(OrderRow::values).collect();
    let tail = "ON CONFLICT (id) DO UPDATE SET customer_id=excluded.customer_id, vehicle_id=excluded.vehicle_id, \
        visitor_name=excluded.visitor_name, phone_line_id=excluded.phone_line_id, opened_on=excluded.opened_on, \
        opened_min=excluded.opened_min, settled_on=excluded.settled_on, settled_min=excluded.settled_min, \
        work_type=excluded.work_type, items=excluded.items, mileage_km=excluded.mileage_km, \
        estimate_fen=excluded.estimate_fen, amount_fen=excluded.amount_fen, labour_fen=excluded.labour_fen, \
        parts_fen=excluded.parts_fen, advisor=excluded.advisor, appointment=excluded.appointment, \
        state=excluded.state, content_hash=excluded.content_hash, version=excluded.version, \
        updated_at=excluded.updated_at";
    tx.bulk("repair_order", &COLUMNS, values, tail).await.map(|_| ())
}

pub async fn drop_order(tx: &mut Tx, id: RepairOrderId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_ORDER, args![group, id]).await.map(|_| ())
}

/// Visits and deliveries that name this car.
pub async fn uses_of_car(q: &mut impl Sql, group: GroupId, id: VehicleId) -> Result<i64> {
    q.count(&USES_CAR, args![group, id]).await
}
pub async fn uses_of_customer(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<i64> {
    q.count(&USES_CUSTOMER, args![group, id]).await
}
pub async fn uses_of_customer_here(q: &mut impl Sql, group: GroupId, id: CustomerId, store: StoreId) -> Result<i64> {
    q.count(&USES_CUSTOMER_HERE, args![group, id, store]).await
}
pub async fn uses_of_line(q: &mut impl Sql, group: GroupId, customer: CustomerId, line: PhoneLineId) -> Result<i64> {
    q.count(&USES_LINE, args![group, customer, line]).await
}
