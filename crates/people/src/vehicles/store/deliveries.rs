//! `delivery`.

use kernel::{
    CustomerId, DeliveryId, Fen, GroupId, ImportId, Millis, PhoneLineId, Result, Scope, StoreDate, StoreId, VehicleId,
};
use platform::db::{Load, Sql, Tx, Val};
use platform::{args, row, stmt};

use crate::vehicles::model::VisitState;

row! {
    /// A whole row of `delivery`.
    #[derive(Clone)]
    pub struct DeliveryRow {
        pub id: DeliveryId,
        pub group_id: GroupId,
        pub store_id: StoreId,
        pub business_key: String,
        pub customer_id: CustomerId,
        pub vehicle_id: VehicleId,
        pub phone_line_id: Option<PhoneLineId>,
        pub delivered_on: StoreDate,
        pub consultant: Option<String>,
        pub price_fen: Option<Fen>,
        pub note: Option<String>,
        pub state: VisitState,
        pub content_hash: String,
        pub version: i64,
        pub created_at: Millis,
        pub updated_at: Millis,
        pub import_id: Option<ImportId>,
    }
}

const COLUMNS: [&str; 17] = [
    "id",
    "group_id",
    "store_id",
    "business_key",
    "customer_id",
    "vehicle_id",
    "phone_line_id",
    "delivered_on",
    "consultant",
    "price_fen",
    "note",
    "state",
    "content_hash",
    "version",
    "created_at",
    "updated_at",
    "import_id",
];

impl DeliveryRow {
    fn values(&self) -> Vec<Val> {
        let d = self.clone();
        args![
            d.id,
            d.group_id,
            d.store_id,
            d.business_key,
            d.customer_id,
            d.vehicle_id,
            d.phone_line_id,
            d.delivered_on,
            d.consultant,
            d.price_fen,
            d.note,
            d.state,
            d.content_hash,
            d.version,
            d.created_at,
            d.updated_at,
            d.import_id
        ]
    }
}

macro_rules! delivery_columns {
    () => {
        "SELECT id, group_id, store_id, business_key, customer_id, vehicle_id, phone_line_id, delivered_on, consultant, \
         price_fen, note, state, content_hash, version, created_at, updated_at, import_id FROM delivery "
    };
}

// delivery_key
stmt!(
    DELIVERY_BY_KEY,
    concat!(delivery_columns!(), "WHERE store_id=$2 AND business_key IN {{texts:$3}} AND group_id=$1")
);
stmt!(DELIVERY_BY_ID, concat!(delivery_columns!(), "WHERE id IN {{ids:$2}} AND group_id=$1"));
stmt!(DELIVERY_OF_STORE, concat!(delivery_columns!(), "WHERE id=$3 AND store_id=$2 AND group_id=$1"));
stmt!(DROP_DELIVERY, "DELETE FROM delivery WHERE id=$2 AND group_id=$1");

pub async fn deliveries_by_key(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    keys: &[String],
) -> Result<Vec<DeliveryRow>> {
    q.all(&DELIVERY_BY_KEY, args![group, store, keys]).await
}
pub async fn deliveries(q: &mut impl Sql, group: GroupId, ids: &[DeliveryId]) -> Result<Vec<DeliveryRow>> {
    q.all(&DELIVERY_BY_ID, args![group, ids]).await
}
/// # Errors
/// `NotFound` when it is of another store.
pub async fn delivery(q: &mut impl Sql, scope: &Scope, id: DeliveryId) -> Result<DeliveryRow> {
    q.get(&DELIVERY_OF_STORE, args![scope.group, scope.store()?, id]).await
}

pub async fn insert_deliveries(tx: &mut Tx, rows: &[DeliveryRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(DeliveryRow::values).collect();
    tx.bulk("delivery", &COLUMNS, values, "").await.map(|_| ())
}

pub async fn load_deliveries(to: &mut Load, rows: &[DeliveryRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(DeliveryRow::values).collect();
    to.put("delivery", &COLUMNS, &values).await
}

/// Writes whole rows back.
pub async fn replace_deliveries(tx: &mut Tx, rows: &[DeliveryRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(DeliveryRow::values).collect();
    let tail = "ON CONFLICT (id) DO UPDATE SET business_key=excluded.business_key, customer_id=excluded.customer_id, \
        vehicle_id=excluded.vehicle_id, delivered_on=excluded.delivered_on, \
        phone_line_id=excluded.phone_line_id, consultant=excluded.consultant, price_fen=excluded.price_fen, \
        note=excluded.note, state=excluded.state, content_hash=excluded.content_hash, version=excluded.version, \
        updated_at=excluded.updated_at";
    tx.bulk("delivery", &COLUMNS, values, tail).await.map(|_| ())
}

pub async fn drop_delivery(tx: &mut Tx, id: DeliveryId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_DELIVERY, args![group, id]).await.map(|_| ())
}
