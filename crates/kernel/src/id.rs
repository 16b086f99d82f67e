//! Identifiers that know their kind and sort by birth.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering as Atomic};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::Millis;

/// 63-bit, time-ordered: 41 bits of milliseconds since [`EPOCH`], 10 bits of node, 12 bits of counter.
/// A string in JSON, because browsers read numbers as doubles.
pub struct Id<T>(i64, PhantomData<fn() -> T>);

/// 2024-01-01T00:00:00Z in milliseconds: ids of fixtures below 2^32 are older than any real one.
pub const EPOCH: i64 = 1_704_067_200_000;
const NODE_BITS: u32 = 10;
const COUNTER_BITS: u32 = 12;

impl<T> Id<T> {
    pub const fn new(raw: i64) -> Self {
        Self(raw, PhantomData)
    }
    pub const fn raw(self) -> i64 {
        self.0
    }
    /// When it was made; fixtures answer a moment close to [`EPOCH`].
    pub const fn born(self) -> Millis {
        Millis((self.0 >> (NODE_BITS + COUNTER_BITS)) + EPOCH)
    }
    /// The smallest id of a moment, for keysets that start at a time.
    pub const fn floor(at: Millis) -> Self {
        Self::new((at.0 - EPOCH) << (NODE_BITS + COUNTER_BITS))
    }
}

impl<T> Copy for Id<T> {}
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}
impl<T> FromStr for Id<T> {
    type Err = std::num::ParseIntError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.parse().map(Self::new)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(i64),
            Text(String),
        }
        match Raw::deserialize(d)? {
            Raw::Number(n) => Ok(Self::new(n)),
            Raw::Text(t) => t.parse().map_err(serde::de::Error::custom),
        }
    }
}

/// Makes ids for one node. They never go back when the clock does.
#[derive(Debug)]
pub struct Ids {
    node: i64,
    /// Milliseconds since [`EPOCH`] << 12 | counter of the last id given.
    last: AtomicI64,
}

impl Ids {
    /// `node` in 0..1024; `floor` is the highest moment at which this node id was ever used.
    pub fn new(node: u16, floor: Millis) -> Self {
        let node = i64::from(node) & ((1 << NODE_BITS) - 1);
        Self { node, last: AtomicI64::new((floor.0 - EPOCH).max(0) << COUNTER_BITS) }
    }

    pub fn node(&self) -> u16 {
        u16::try_from(self.node).unwrap_or(0)
    }

    pub fn next<T>(&self, now: Millis) -> Id<T> {
        let wanted = (now.0 - EPOCH).max(0) << COUNTER_BITS;
        let mut last = self.last.load(Atomic::Relaxed);
        loop {
            let next = wanted.max(last + 1);
            match self.last.compare_exchange_weak(last, next, Atomic::Relaxed, Atomic::Relaxed) {
                Ok(_) => {
                    let counter = next & ((1 << COUNTER_BITS) - 1);
                    let ms = next >> COUNTER_BITS;
                    return Id::new(ms << (NODE_BITS + COUNTER_BITS) | self.node << COUNTER_BITS | counter);
                }
                Err(seen) => last = seen,
            }
        }
    }
}

/// Marker types: one per thing that has an id.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident => $alias:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $kind {}
        pub type $alias = Id<$kind>;
    )* };
}

kinds! {
    /// 集团
    Group => GroupId,
    /// 门店: one dealership or repair shop.
    Store => StoreId,
    /// 大区: a set of stores.
    Region => RegionId,
    User => UserId,
    Role => RoleId,
    Session => SessionId,
    Customer => CustomerId,
    /// A phone number of a customer.
    PhoneLine => PhoneLineId,
    Vehicle => VehicleId,
    /// 工单
    RepairOrder => RepairOrderId,
    /// 交车
    Delivery => DeliveryId,
    Import => ImportId,
    Merge => MergeId,
    /// A version of a script (话术/问卷).
    Script => ScriptId,
    /// 回访任务
    Task => TaskId,
    /// One person's open tasks in one store, asked in one call.
    Contact => ContactId,
    /// One try to reach somebody.
    Attempt => AttemptId,
    Rule => RuleId,
    /// 咨询, 救援, 投诉
    Case => CaseId,
    Event => EventId,
    Job => JobId,
    Notification => NotificationId,
    Report => ReportId,
    Remark => RemarkId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_even_when_the_clock_falls() {
        let ids = Ids::new(7, Millis(EPOCH));
        let a: CustomerId = ids.next(Millis(EPOCH + 1_000));
        let b: CustomerId = ids.next(Millis(EPOCH + 10));
        assert!(b > a);
        assert_eq!(a.born(), Millis(EPOCH + 1_000));
    }

    #[test]
    fn a_burst_borrows_from_the_next_millisecond() {
        let ids = Ids::new(1, Millis(EPOCH));
        let mut last = 0;
        for _ in 0..10_000 {
            let id: TaskId = ids.next(Millis(EPOCH + 5));
            assert!(id.raw() > last);
            last = id.raw();
        }
    }
}
