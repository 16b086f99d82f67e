//! What a chunk changes, gathered first and written in bulk, and the journal by which each row can be taken back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kernel::{CustomerId, DeliveryId, RepairOrderId, StoreId, VehicleId};
use platform::keyed;
use serde::{Deserialize, Serialize};

use crate::customers::store::LineRow;
use crate::timeline;
use crate::vehicles::store::OwnershipRow;

keyed! {
    /// What a journal line is about. Lines, codes and sights that came with a new customer go with it unsaid, so
    /// does the ownership that came with a new car.
    pub enum Entity {
        Customer = "customer",
        Phone = "phone",
        Code = "code",
        Sight = "sight",
        Vehicle = "vehicle",
        Ownership = "ownership",
        RepairOrder = "repair_order",
        Delivery = "delivery",
    }
}

keyed! {
    pub enum Op { Created = "created", Changed = "changed" }
}

/// One change of the journal; `row` is the index within the chunk, and is not kept. Stored in
/// `import_journal.changes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    #[serde(skip)]
    pub row: usize,
    pub entity: Entity,
    pub id: i64,
    pub op: Op,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Ids name rows of [`super::known::Known`], where the new values stand.
#[derive(Default)]
pub struct Changes {
    pub new_customers: Vec<CustomerId>,
    pub new_set: HashSet<CustomerId>,
    pub changed_customers: BTreeSet<CustomerId>,
    pub new_lines: Vec<LineRow>,
    pub codes: Vec<(StoreId, String, CustomerId)>,
    pub sights: Vec<CustomerId>,
    pub new_cars: Vec<VehicleId>,
    pub new_car_set: HashSet<VehicleId>,
    pub changed_cars: BTreeSet<VehicleId>,
    pub spans: BTreeMap<i64, OwnershipRow>,
    pub new_orders: Vec<String>,
    pub changed_orders: BTreeSet<String>,
    pub cancelled_orders: Vec<RepairOrderId>,
    pub new_deliveries: Vec<String>,
    pub changed_deliveries: BTreeSet<String>,
    pub cancelled_deliveries: Vec<DeliveryId>,
    pub twins: Vec<(CustomerId, CustomerId, &'static str)>,
    pub timeline: Vec<timeline::Entry>,
    /// A thing that turned out to be somebody else's: from, kind, thing, to.
    pub moved: Vec<(CustomerId, &'static str, i64, CustomerId)>,
    /// Known customers whose search tokens changed.
    pub retoken: HashSet<CustomerId>,
    pub journal: Vec<Change>,
}

impl Changes {
    pub fn created(&mut self, row: usize, entity: Entity, id: i64) {
        self.journal.push(Change { row, entity, id, op: Op::Created, field: None, before: None, after: None });
    }

    /// Something whose key is not an id of its own: a customer's code, a store's sight.
    pub fn created_as(&mut self, row: usize, entity: Entity, id: i64, field: &str, after: String) {
        let (field, after) = (Some(field.to_owned()), Some(after));
        self.journal.push(Change { row, entity, id, op: Op::Created, field, before: None, after });
    }

    pub fn changed(
        &mut self,
        row: usize,
        entity: Entity,
        id: i64,
        field: &str,
        before: Option<String>,
        after: Option<String>,
    ) {
        self.journal.push(Change { row, entity, id, op: Op::Changed, field: Some(field.to_owned()), before, after });
    }
}
