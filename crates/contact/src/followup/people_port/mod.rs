//! What follow-up asks of people and tells them: one place, so that nothing else here depends on their shape.

mod stand_in;

use std::sync::Arc;

use kernel::{
    CustomerId, GroupId, ImportId, Millis, Phone, PhoneLineId, Result, StoreDate, StoreId, UserId, VehicleId,
    WorkCalendar,
};
use platform::db::{Sql, Tx};
use platform::events::DomainEvent;
use platform::{keyed, row};
use serde_json::Value;

use super::plan::EventFacts;

pub use stand_in::*;

keyed! {
    pub enum PhoneStatus { Unknown = "unknown", Works = "works", Wrong = "wrong", OutOfService = "out_of_service" }
}
impl PhoneStatus {
    pub const fn usable(self) -> bool {
        match self {
            Self::Unknown | Self::Works => true,
            Self::Wrong | Self::OutOfService => false,
        }
    }
}

row! {
    #[derive(Clone, Debug)]
    pub struct PhoneLine {
        pub id: PhoneLineId,
        pub customer_id: CustomerId,
        pub phone: Phone,
        pub contact_name: Option<String>,
        pub status: PhoneStatus,
        pub rank: i64,
        pub best_time: Option<String>,
    }
}

row! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Block { pub customer_id: CustomerId, pub reason: String, pub subject: i64, pub since: Millis }
}

row! {
    #[derive(Clone, Debug)]
    pub struct CustomerName { pub id: CustomerId, pub kind: String, pub name: String, pub best_time: Option<String>, pub opted_out_at: Option<Millis> }
}

row! {
    #[derive(Clone, Debug)]
    pub struct VehicleName { pub id: VehicleId, pub plate: Option<String>, pub series: Option<String>, pub mileage_km: Option<i64> }
}

pub struct Agent {
    pub id: UserId,
    pub share: i64,
    pub absent_from: Option<StoreDate>,
    pub absent_until: Option<StoreDate>,
}

/// A batch of repair orders of one store was recorded.
pub struct RepairOrdersRecorded {
    pub store: StoreId,
    pub ids: Vec<kernel::RepairOrderId>,
    pub changed: Vec<kernel::RepairOrderId>,
    pub import: Option<ImportId>,
    pub plan_from: Option<StoreDate>,
}
pub struct DeliveriesRecorded {
    pub store: StoreId,
    pub ids: Vec<kernel::DeliveryId>,
    pub changed: Vec<kernel::DeliveryId>,
    pub import: Option<ImportId>,
    pub plan_from: Option<StoreDate>,
}
pub struct RepairOrdersCancelled {
    pub store: StoreId,
    pub ids: Vec<kernel::RepairOrderId>,
}
pub struct DeliveriesCancelled {
    pub store: StoreId,
    pub ids: Vec<kernel::DeliveryId>,
}
pub struct CustomerOptedOut {
    pub customer: CustomerId,
    pub at: Millis,
}
pub struct StaffLeft {
    pub user: UserId,
    pub successor: Option<UserId>,
    pub store: StoreId,
}

macro_rules! event {
    ($($t:ty: $kind:literal, $subject:expr, $store:expr;)*) => { $(
        impl DomainEvent for $t {
            fn kind(&self) -> &'static str { $kind }
            fn subject(&self) -> i64 { let f: fn(&Self) -> i64 = $subject; f(self) }
            fn store(&self) -> Option<StoreId> { let f: fn(&Self) -> Option<StoreId> = $store; f(self) }
            fn ids(&self) -> Value { Value::Null }
        }
    )* };
}
event! {
    RepairOrdersRecorded: "repair_orders_recorded", |e| e.store.raw(), |e| Some(e.store);
    DeliveriesRecorded: "deliveries_recorded", |e| e.store.raw(), |e| Some(e.store);
    RepairOrdersCancelled: "repair_orders_cancelled", |e| e.store.raw(), |e| Some(e.store);
    DeliveriesCancelled: "deliveries_cancelled", |e| e.store.raw(), |e| Some(e.store);
    CustomerOptedOut: "customer_opted_out", |e| e.customer.raw(), |_| None;
    StaffLeft: "staff_left", |e| e.user.raw(), |e| Some(e.store);
}

/// Opens the files of several customers at once.
pub struct Names {
    pub customers: std::collections::HashMap<CustomerId, CustomerName>,
    pub vehicles: std::collections::HashMap<VehicleId, VehicleName>,
    pub lines: std::collections::HashMap<CustomerId, Vec<PhoneLine>>,
}

/// Names, cars and numbers for a page of rows.
/// # Errors
/// As the database answers.
pub async fn names(
    q: &mut impl Sql,
    group: GroupId,
    customers: &[CustomerId],
    vehicles: &[VehicleId],
) -> Result<Names> {
    let people = customer_names(q, group, customers).await?;
    let cars = vehicle_names(q, group, vehicles).await?;
    let mut lines: std::collections::HashMap<CustomerId, Vec<PhoneLine>> = std::collections::HashMap::new();
    for line in lines_of(q, group, customers).await? {
        lines.entry(line.customer_id).or_default().push(line);
    }
    Ok(Names {
        customers: people.into_iter().map(|c| (c.id, c)).collect(),
        vehicles: cars.into_iter().map(|v| (v.id, v)).collect(),
        lines,
    })
}

/// The events of repair orders and deliveries, as planning needs them.
/// # Errors
/// As the database answers.
pub async fn event_facts(
    q: &mut impl Sql,
    group: GroupId,
    kind: super::model::SubjectKind,
    ids: &[i64],
) -> Result<Vec<EventFacts>> {
    match kind {
        super::model::SubjectKind::RepairOrder => order_facts(q, group, ids).await,
        super::model::SubjectKind::Delivery => delivery_facts(q, group, ids).await,
        super::model::SubjectKind::Case => Ok(Vec::new()),
    }
}

/// The store's calendar.
/// # Errors
/// As the database answers.
pub async fn calendar(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Arc<WorkCalendar>> {
    calendar_of(q, group, store).await.map(Arc::new)
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
    args: &Value,
) -> Result<()> {
    timeline_add(tx, customer, store, kind, subject, args).await
}
