//! Drafts of one kind and store, matched: for the preview without a trace, or for good.

use kernel::{Millis, Result, Scope, StoreId};
use platform::db::{Reads, Tx};

use super::convert;
use super::draft::Draft;
use super::field::Kind;
use super::hooks::{Outlook, hooks};
use super::state::RowVerdict;
use crate::intake::{self, CustomerIn, DeliveryIn, News, Recording, RepairOrderIn, Verdict};

/// What a row would do, or did.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub verdict: RowVerdict,
    pub cancelled: bool,
    /// What follow-up would make of it; in a preview only.
    pub outlook: Outlook,
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
        Judged { verdict, cancelled, outlook: Outlook::default(), found }
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

/// In the order of the drafts. `first`: the store has imported nothing yet.
pub(super) async fn preview(
    reads: &mut Reads,
    scope: &Scope,
    store: StoreId,
    kind: Kind,
    first: bool,
    now: Millis,
    drafts: Vec<Draft>,
) -> Result<Vec<Judged>> {
    let verdicts = match rows(kind, drafts) {
        Rows::Orders(rows) => intake::classify(reads, scope.group, store, now, &rows).await?,
        Rows::Deliveries(rows) => intake::classify(reads, scope.group, store, now, &rows).await?,
        Rows::Customers(rows) => intake::classify(reads, scope.group, store, now, &rows).await?,
    };
    let mut judged: Vec<Judged> = verdicts.into_iter().map(Judged::of).collect();
    let (at, news): (Vec<usize>, Vec<News>) =
        judged.iter_mut().enumerate().filter_map(|(i, j)| Some((i, j.found.news.take()?))).unzip();
    if !news.is_empty() {
        let seen = (hooks().foresee)(reads, scope, store, kind, &news, first).await?;
        for (i, outlook) in at.into_iter().zip(seen) {
            judged[i].outlook = outlook;
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
