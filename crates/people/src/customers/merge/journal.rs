//! What a merge did, kept so that it can be parted again.

use std::collections::BTreeMap;

use kernel::{CustomerId, Millis, PhoneLineId, Problem, Result, StoreDate, StoreId, VehicleId};
use platform::keyed;
use serde::{Deserialize, Serialize};

use crate::vehicles::OwnershipWhy;
use crate::vehicles::store::OwnershipRow;

/// Ids of what went over, by table, and what had to be changed on the way.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Journal {
    pub lines: Vec<LineMoved>,
    pub spans: Vec<i64>,
    /// Of cars that both had: the ownership went into the other's.
    pub absorbed: Vec<Span>,
    /// The other's before it took one in.
    pub widened: Vec<Span>,
    pub codes: Vec<(StoreId, String)>,
    pub sights: Vec<Sighted>,
    /// Stores that see the kept one since.
    pub given: Vec<StoreId>,
    pub blocks: Vec<Blocked>,
    pub pairs: Vec<Paired>,
    /// Pairs with the kept one that came of those.
    pub paired: Vec<(CustomerId, CustomerId)>,
    pub timeline: Vec<i64>,
    pub orders: Vec<i64>,
    pub deliveries: Vec<i64>,
    /// Of the kept one's file.
    pub fields: Vec<Filled>,
    /// The kept one wants no calls since, because the other does not.
    pub opted_out: bool,
    /// Of capabilities above, by the name of the part.
    pub above: BTreeMap<String, Vec<i64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineMoved {
    pub id: PhoneLineId,
    pub rank: i64,
    /// The kept one has the same number: this one ended.
    pub double: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub id: i64,
    pub vehicle: VehicleId,
    pub customer: CustomerId,
    pub from: StoreDate,
    pub until: Option<StoreDate>,
    pub why: String,
    pub import: Option<i64>,
}

impl Span {
    pub fn of(row: &OwnershipRow) -> Self {
        Self {
            id: row.id,
            vehicle: row.vehicle_id,
            customer: row.customer_id,
            from: row.from_day,
            until: row.until_day,
            why: row.why.key().to_owned(),
            import: row.import_id.map(|i| i.raw()),
        }
    }

    pub fn row(&self, group: kernel::GroupId) -> OwnershipRow {
        OwnershipRow {
            id: self.id,
            group_id: group,
            vehicle_id: self.vehicle,
            customer_id: self.customer,
            from_day: self.from,
            until_day: self.until,
            why: OwnershipWhy::parse(&self.why).unwrap_or(OwnershipWhy::Visit),
            import_id: self.import.map(kernel::ImportId::new),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighted {
    pub store: StoreId,
    pub why: String,
    pub since: Millis,
    pub import: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    pub store: StoreId,
    pub reason: String,
    pub subject: i64,
    pub since: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paired {
    pub a: CustomerId,
    pub b: CustomerId,
    pub why: String,
    pub found: Millis,
    pub import: Option<i64>,
    pub apart_at: Option<Millis>,
    pub apart_by: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

keyed! {
    /// Why something stays where it is when a merge is parted.
    pub enum StayWhy {
        /// Worked on since.
        Worked = "worked",
        /// Changed or moved since.
        Changed = "changed",
        /// Came in since.
        New = "new",
    }
}

/// What stays with the kept one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// Message key below `merge-part-`.
    pub part: String,
    pub id: i64,
    pub why: String,
}

impl Stay {
    pub fn new(part: &str, id: i64, why: StayWhy) -> Self {
        Self { part: part.to_owned(), id, why: why.key().to_owned() }
    }
}

impl Journal {
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(Problem::internal)
    }

    pub fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Problem::internal)
    }
}
