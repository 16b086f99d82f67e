//! A named world and short ways to say rows.

mod cars;
mod customers;
mod rows;
mod speed;
mod taken_back;

use kernel::{Id, ImportId, PersonName, Phone, Plate, Result, StoreDateTime, StoreId, Vin};
use platform::db::{One, Sql as _, Tx};
use platform::{args, stmt, transact};
use testkit::World;

use super::input::*;
use super::*;

pub const A: &str = "13800000001";
pub const B: &str = "13800000002";
pub const C: &str = "13800000003";

pub fn phone(text: &str) -> Phone {
    Phone::parse(text).expect("phone")
}
pub fn name(text: &str) -> PersonName {
    PersonName::parse(text).expect("name")
}
pub fn at(text: &str) -> StoreDateTime {
    let (date, time) = text.split_once(' ').map_or((text, None), |(d, t)| (d, Some(t)));
    StoreDateTime { date: date.parse().expect("date"), time: time.map(|t| t.parse().expect("time")) }
}
/// VINs that differ at the end.
pub fn vin(n: u32) -> Vin {
    Vin::parse(&format!("LSVNV2182E2{n:06}")).expect("vin")
}
pub fn plate(text: &str) -> Plate {
    Plate::parse(text).expect("plate")
}
pub fn owner(who: &str, phones: &[&str]) -> OwnerIn {
    OwnerIn {
        name: (!who.is_empty()).then(|| name(who)),
        organisation: false,
        phones: phones.iter().map(|p| phone(p)).collect(),
    }
}
/// A repair order of 2026-11-18 with its car.
pub fn order(number: &str, who: &str, phones: &[&str], car: u32) -> RepairOrderIn {
    RepairOrderIn {
        number: Some(number.into()),
        opened: Some(at("2026-11-18 09:12")),
        owner: owner(who, phones),
        car: CarIn { vin: (car > 0).then(|| vin(car)), ..CarIn::default() },
        ..RepairOrderIn::default()
    }
}
pub fn delivery(who: &str, phones: &[&str], car: u32, day: &str) -> DeliveryIn {
    DeliveryIn {
        delivered_on: day.parse().expect("day"),
        customer_code: None,
        owner: owner(who, phones),
        car: CarIn { vin: Some(vin(car)), ..CarIn::default() },
        consultant: None,
        price: None,
        note: None,
        cancelled: false,
    }
}

pub async fn by_hand<T: Incoming>(w: &World, store: StoreId, rows: &[T]) -> Vec<Verdict> {
    let scope = kernel::Scope::system(w.group, Some(store));
    let applied: Result<_> = transact!(w.db, &scope, |tx| { apply(tx, &Recording::by_hand(store), rows).await });
    applied.expect("recorded")
}

/// Rows of an import, numbered from `first`.
pub async fn import<T: Incoming>(w: &World, id: i64, first: i64, rows: &[T]) -> Vec<Verdict> {
    let seqs: Vec<i64> = (0..rows.len()).map(|i| first + i64::try_from(i).expect("few")).collect();
    let how =
        Recording { store: w.store, import: Some(Importing { id: ImportId::new(id), seqs: &seqs }), plan_from: None };
    w.clock.advance(std::time::Duration::from_secs(1));
    let applied: Result<_> = transact!(w.db, &w.system(), |tx| { apply(tx, &how, rows).await });
    applied.expect("recorded")
}

pub async fn preview<T: Incoming>(w: &World, rows: &[T]) -> Vec<Verdict> {
    classify(&mut w.db.reads(), w.group, w.store, testkit::START, rows).await.expect("classified")
}

pub async fn undo(w: &World, id: i64, seq: i64) -> UndoOutcome {
    let done: Result<_> = transact!(w.db, &w.system(), |tx| { undo_row(tx, ImportId::new(id), seq).await });
    done.expect("undone")
}

stmt!(N_CUSTOMERS, "SELECT COUNT(*) AS v FROM customer");
stmt!(N_LINES, "SELECT COUNT(*) AS v FROM customer_phone");
stmt!(N_CARS, "SELECT COUNT(*) AS v FROM vehicle");
stmt!(N_SPANS, "SELECT COUNT(*) AS v FROM ownership");
stmt!(N_ORDERS, "SELECT COUNT(*) AS v FROM repair_order");
stmt!(N_DELIVERIES, "SELECT COUNT(*) AS v FROM delivery");
stmt!(N_SIGHTS, "SELECT COUNT(*) AS v FROM customer_store");
stmt!(N_CODES, "SELECT COUNT(*) AS v FROM customer_code");
stmt!(N_TWINS, "SELECT COUNT(*) AS v FROM possible_duplicate");
stmt!(N_TIMES, "SELECT COUNT(*) AS v FROM timeline");
stmt!(N_JOURNAL, "SELECT COUNT(*) AS v FROM import_journal");
stmt!(N_VERSIONS, "SELECT CAST(COALESCE(SUM(version),0) AS BIGINT) AS v FROM customer");
stmt!(N_CAR_VERSIONS, "SELECT CAST(COALESCE(SUM(version),0) AS BIGINT) AS v FROM vehicle");
stmt!(N_ORDER_VERSIONS, "SELECT CAST(COALESCE(SUM(version),0) AS BIGINT) AS v FROM repair_order");

/// Customers, lines, cars, ownerships, orders, deliveries, sights, codes, pairs, events on timelines.
pub async fn counts(w: &World) -> [i64; 10] {
    let mut q = w.db.reads();
    let mut out = [0; 10];
    let all =
        [&N_CUSTOMERS, &N_LINES, &N_CARS, &N_SPANS, &N_ORDERS, &N_DELIVERIES, &N_SIGHTS, &N_CODES, &N_TWINS, &N_TIMES];
    for (slot, stmt) in out.iter_mut().zip(all) {
        *slot = q.count(stmt, args![]).await.expect("count");
    }
    out
}

pub async fn versions(w: &World) -> [i64; 4] {
    let mut q = w.db.reads();
    let mut out = [0; 4];
    for (slot, stmt) in out.iter_mut().zip([&N_VERSIONS, &N_CAR_VERSIONS, &N_ORDER_VERSIONS, &N_JOURNAL]) {
        *slot = q.count(stmt, args![]).await.expect("count");
    }
    out
}

pub fn kinds(verdicts: &[Verdict]) -> Vec<Kind> {
    verdicts.iter().map(|v| v.kind).collect()
}
pub fn who(verdict: &Verdict) -> CustomerId {
    verdict.customer.customer.expect("a customer")
}

stmt!(EVENTS, "SELECT COUNT(*) AS v FROM event WHERE kind=$1");
pub async fn events(w: &World, kind: &str) -> i64 {
    let found: One<i64> = w.db.reads().get(&EVENTS, args![kind]).await.expect("count");
    found.0
}

/// Runs in a transaction of 示范店.
pub async fn within<T>(w: &World, f: impl AsyncFn(&mut Tx) -> Result<T>) -> T {
    let mut tx = w.db.begin(&w.system()).await.expect("begun");
    let value = f(&mut tx).await.expect("done");
    tx.commit().await.expect("committed");
    value
}

pub fn id<T>(raw: Option<i64>) -> Id<T> {
    Id::new(raw.expect("a subject"))
}
