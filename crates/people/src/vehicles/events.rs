//! What the modules above hear.

use kernel::{DeliveryId, ImportId, RepairOrderId, StoreDate, StoreId, VehicleId};
use platform::events::DomainEvent;
use serde_json::{Value, json};

macro_rules! recorded {
    ($(#[$doc:meta])* $name:ident, $id:ty, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            pub store: StoreId,
            /// New ones.
            pub ids: Vec<$id>,
            /// Known ones whose facts changed, also back from cancelled.
            pub changed: Vec<$id>,
            pub import: Option<ImportId>,
            /// A store's first import plans only what happened from this day on.
            pub plan_from: Option<StoreDate>,
        }
        impl DomainEvent for $name {
            fn kind(&self) -> &'static str {
                $kind
            }
            fn subject(&self) -> i64 {
                self.ids.first().or(self.changed.first()).map_or(0, |id| id.raw())
            }
            fn store(&self) -> Option<StoreId> {
                Some(self.store)
            }
            fn ids(&self) -> Value {
                json!({ "ids": self.ids, "changed": self.changed, "import": self.import })
            }
        }
    };
}

macro_rules! cancelled {
    ($(#[$doc:meta])* $name:ident, $id:ty, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            pub store: StoreId,
            pub ids: Vec<$id>,
        }
        impl DomainEvent for $name {
            fn kind(&self) -> &'static str {
                $kind
            }
            fn subject(&self) -> i64 {
                self.ids.first().map_or(0, |id| id.raw())
            }
            fn store(&self) -> Option<StoreId> {
                Some(self.store)
            }
            fn ids(&self) -> Value {
                json!({ "ids": self.ids })
            }
        }
    };
}

recorded! {
    /// One per chunk of an import, one per entry by hand.
    RepairOrdersRecorded, RepairOrderId, "repair_orders_recorded"
}
recorded! {
    /// One per chunk of an import, one per entry by hand.
    DeliveriesRecorded, DeliveryId, "deliveries_recorded"
}
cancelled! {
    /// 作废/取消 in a later export, by hand, or taken back with its import: ends follow-ups that were not begun.
    RepairOrdersCancelled, RepairOrderId, "repair_orders_cancelled"
}
cancelled! {
    /// As [`RepairOrdersCancelled`].
    DeliveriesCancelled, DeliveryId, "deliveries_cancelled"
}

/// By hand, a delivery was put on another car: repairs of the one it stood for count without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryMoved {
    pub store: StoreId,
    pub delivery: DeliveryId,
    pub from: VehicleId,
}
impl DomainEvent for DeliveryMoved {
    fn kind(&self) -> &'static str {
        "delivery_moved"
    }
    fn subject(&self) -> i64 {
        self.delivery.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
    fn ids(&self) -> Value {
        json!({ "from": self.from })
    }
}
