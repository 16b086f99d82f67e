//! Drafts of one kind and store, matched: for the preview without a trace, or for good.

use kernel::{Millis, Result, Scope, StoreDate, StoreId};
use platform::db::{Reads, Tx};

use super::convert;
use super::draft::Draft;
use super::field::Kind;
use super::hooks::hooks;
use super::state::RowVerdict;
use crate::intake::{self, CustomerIn, DeliveryIn, Recording, RepairOrderIn, Verdict};

/// What a row would do, or did.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub verdict: RowVerdict,
    pub cancelled: bool,
    /// Its follow-up had expired before it came.
    pub late: bool,
    pub found: Verdict,
}

impl Judged {
    fn of(found: Verdict) -> Judged {
        let (verdict, cancelled) = match found.kind {
            intake::Kind::New => (RowVerdict::New, false),
            intake::Kind::Changed => (RowVerdict::Changed, false),
            intake::Kind::Same => (RowVerdict::Same, false),
            // Nothing is recorded of an order that was never known and is void already.
            intake::Kind::Cancelled if found.subject.is_none() => (RowVerdict::Same, true),
            intake::Kind::Cancelled => (RowVerdict::Changed, true),
        };
        Judged { verdict, cancelled, late: false, found }
    }
}

enum Rows {
    Orders(Vec<RepairOrderIn>),
    Deliveries(Vec<DeliveryIn>),
    Customers(Vec<CustomerIn>),
}

/// All drafts are of `kind`.
fn rows(kind: Kind, drafts: Vec<Draft>) -> Rows {
    let (mut orders, mut deliveries, mut customers) = (Vec::new(), Vec::new(), Vec::new());
    for draft in drafts {
        match draft {
            Draft::RepairOrder(d) => orders.push(convert::order(*d)),
            Draft::Delivery(d) => deliveries.push(convert::delivery(*d)),
            Draft::Customer(d) => customers.push(convert::customer(*d)),
        }
    }
    match kind {
        Kind::RepairOrders => Rows::Orders(orders),
        Kind::Deliveries => Rows::Deliveries(deliveries),
        Kind::Customers => Rows::Customers(customers),
    }
}

/// In the order of the drafts.
pub(super) async fn preview(
    reads: &mut Reads,
    scope: &Scope,
    store: StoreId,
    kind: Kind,
    now: Millis,
    drafts: Vec<Draft>,
) -> Result<Vec<Judged>> {
    let dates: Vec<Option<StoreDate>> = drafts.iter().map(Draft::event_date).collect();
    let verdicts = match rows(kind, drafts) {
        Rows::Orders(rows) => intake::classify(reads, scope.group, store, now, &rows).await?,
        Rows::Deliveries(rows) => intake::classify(reads, scope.group, store, now, &rows).await?,
        Rows::Customers(rows) => intake::classify(reads, scope.group, store, now, &rows).await?,
    };
    let mut judged: Vec<Judged> = verdicts.into_iter().map(Judged::of).collect();
    let new: Vec<usize> =
        (0..judged.len()).filter(|i| judged[*i].verdict == RowVerdict::New && dates[*i].is_some()).collect();
    let asked: Vec<StoreDate> = new.iter().filter_map(|i| dates[*i]).collect();
    if !asked.is_empty() {
        let late = (hooks().late)(reads, scope, store, kind, &asked).await?;
        for (i, late) in new.into_iter().zip(late) {
            judged[i].late = late;
        }
    }
    Ok(judged)
}

/// In the order of the drafts, written in this transaction.
pub(super) async fn write(tx: &mut Tx, how: &Recording<'_>, kind: Kind, drafts: Vec<Draft>) -> Result<Vec<Judged>> {
    let verdicts = match rows(kind, drafts) {
        Rows::Orders(rows) => intake::apply(tx, how, &rows).await?,
        Rows::Deliveries(rows) => intake::apply(tx, how, &rows).await?,
        Rows::Customers(rows) => intake::apply(tx, how, &rows).await?,
    };
    Ok(verdicts.into_iter().map(Judged::of).collect())
}
