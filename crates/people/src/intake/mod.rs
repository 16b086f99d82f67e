//! How facts come in: repair orders, deliveries and customer files, from an import or by hand (a batch of one).
//!
//! A batch is judged in one pass: everything it may touch is read with one question per kind of key, each row is
//! matched and compared in memory, and what changed is written in bulk, with a journal by which every row of an import
//! can be taken back. A preview is the same pass with the changes thrown away, so it cannot say something else than
//! applying does.
//!
//! Issue 2, point 3: keys, matching, "a name or phone never overwrites a differing one silently", "another owner on a
//! known VIN ends the old ownership only through a delivery or a person".
//!
//! Rows with the same key within one batch: the last one counts. Who cuts a file into batches sees to it that a key
//! does not come again in a later batch.

mod cars;
mod changes;
mod customers;
mod deliveries;
mod flush;
pub mod input;
pub(crate) mod keys;
mod known;
mod ledger;
mod matching;
mod orders;
mod people;
mod store;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod text;
pub mod undo;
mod verdict;

use std::collections::HashMap;
use std::future::Future;

use kernel::{CustomerId, GroupId, ImportId, Millis, Result, StoreDate, StoreId};
use platform::db::{Sql, Tx};

use crate::customers::SightWhy;
use input::{CarIn, OwnerIn};
use known::{Known, Wanted};
use ledger::Ledger;

pub use changes::{Entity, Op};
pub use input::{ContactIn, CustomerIn, DeliveryIn, RepairOrderIn, VisitorIn};
pub use undo::{DependantCheck, Reason, Subject, UndoOutcome, undo_row};
pub use verdict::{How, Kind, Match, News, Note, Verdict};

/// The most rows that should go into one batch: about 100 ms of write lock.
pub const BATCH: usize = 2_000;

mod sealed {
    pub trait Row {}
    impl Row for super::RepairOrderIn {}
    impl Row for super::DeliveryIn {}
    impl Row for super::CustomerIn {}
}

/// A kind of row that can come in.
pub trait Incoming: sealed::Row + Sync + Sized {
    /// Why a store sees the customer from then on.
    const WHY: SightWhy;
    /// What makes two rows the same record; `None` where only the match can tell.
    fn key(&self) -> Option<String>;
    #[doc(hidden)]
    fn load_records(
        known: &mut Known,
        q: &mut impl Sql,
        group: GroupId,
        store: StoreId,
        rows: &[Self],
    ) -> impl Future<Output = Result<()>> + Send;
    #[doc(hidden)]
    fn is_same(&self, known: &Known) -> bool;
    #[doc(hidden)]
    fn ask(&self, known: &Known, wanted: &mut Wanted);
    #[doc(hidden)]
    fn judge(&self, ledger: &mut Ledger<'_>, row: usize) -> Verdict;
}

fn ask_owner(owner: &OwnerIn, wanted: &mut Wanted) {
    wanted.digits.extend(owner.phones.iter().map(|p| p.expose().to_owned()));
    if let Some(name) = owner.name.as_ref().filter(|n| owner.organisation || n.is_organisation()) {
        wanted.organisations.insert(name.expose().to_owned());
    }
}

fn ask_car(car: &CarIn, wanted: &mut Wanted) {
    wanted.vins.extend(car.vin.as_ref().map(|v| v.expose().to_owned()));
    wanted.plates.extend(car.plate.as_ref().map(|p| p.as_str().to_owned()));
}

/// The import that a batch is part of; `seqs[i]` is the staging number of row i.
#[derive(Copy, Clone, Debug)]
pub struct Importing<'a> {
    pub id: ImportId,
    pub seqs: &'a [i64],
}

/// Where a batch is recorded and on whose behalf.
#[derive(Copy, Clone, Debug)]
pub struct Recording<'a> {
    pub store: StoreId,
    /// `None`: entered by hand; the change is audited instead of journaled.
    pub import: Option<Importing<'a>>,
    /// A store's first import asks from which day to plan.
    pub plan_from: Option<StoreDate>,
}

impl Recording<'_> {
    pub fn by_hand(store: StoreId) -> Self {
        Self { store, import: None, plan_from: None }
    }
}

/// What each row would do now, in their order. Long lists are read batch by batch.
/// # Errors
/// As the database answers.
pub async fn classify<T: Incoming>(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    now: Millis,
    rows: &[T],
) -> Result<Vec<Verdict>> {
    let tz = store::time_zone(q, group, store).await?;
    let mut next = 0_i64;
    let mut mint = || {
        next -= 1;
        next
    };
    let mut all = Vec::with_capacity(rows.len());
    for batch in rows.chunks(BATCH) {
        let mut known = Known::default();
        known.load(q, group, store, None, batch).await?;
        let ledger = Ledger {
            group,
            store,
            now,
            tz: tz.clone(),
            import: None,
            pinned: None,
            known,
            made: changes::Changes::default(),
            mint: &mut mint,
        };
        let (verdicts, _) = judge(ledger, batch);
        all.extend(verdicts.into_iter().map(|mut v| {
            // Made-up ids mean nobody.
            v.subject = v.subject.filter(|id| *id > 0);
            v.customer.customer = v.customer.customer.filter(|id| id.raw() > 0);
            if let Some(news) = &mut v.news {
                news.subject = news.subject.filter(|id| *id > 0);
                news.customer = news.customer.filter(|id| id.raw() > 0);
                news.line = news.line.filter(|id| id.raw() > 0);
            }
            v
        }));
    }
    Ok(all)
}

/// Records the rows in this transaction, matched anew, with everything that follows: customers, cars, ownerships,
/// timeline, search tokens, journal, and one event for the whole batch.
/// # Errors
/// As the database and the listeners answer; nothing is kept then.
pub async fn apply<T: Incoming>(tx: &mut Tx, how: &Recording<'_>, rows: &[T]) -> Result<Vec<Verdict>> {
    record(tx, how, None, rows).await
}

/// As [`apply`], by hand, for a customer whom somebody chose.
/// # Errors
/// As [`apply`].
pub async fn apply_to<T: Incoming>(
    tx: &mut Tx,
    store: StoreId,
    customer: CustomerId,
    rows: &[T],
) -> Result<Vec<Verdict>> {
    record(tx, &Recording::by_hand(store), Some(customer), rows).await
}

async fn record<T: Incoming>(
    tx: &mut Tx,
    how: &Recording<'_>,
    pinned: Option<CustomerId>,
    rows: &[T],
) -> Result<Vec<Verdict>> {
    let (group, now) = (tx.scope().group, tx.now());
    let tz = store::time_zone(tx, group, how.store).await?;
    let mut known = Known::default();
    known.load(tx, group, how.store, pinned, rows).await?;
    let (verdicts, done) = {
        let minting = &*tx;
        let mut mint = || minting.new_id::<()>().raw();
        let ledger = Ledger {
            group,
            store: how.store,
            now,
            tz,
            import: how.import.map(|i| i.id),
            pinned,
            known,
            made: changes::Changes::default(),
            mint: &mut mint,
        };
        judge(ledger, rows)
    };
    flush::write(tx, how, T::WHY, done).await?;
    Ok(verdicts)
}

/// What a pass leaves behind.
struct Done {
    known: Known,
    made: changes::Changes,
}

fn judge<T: Incoming>(mut ledger: Ledger<'_>, rows: &[T]) -> (Vec<Verdict>, Done) {
    let keys: Vec<Option<String>> = rows.iter().map(Incoming::key).collect();
    let last: HashMap<&str, usize> = keys.iter().enumerate().filter_map(|(i, k)| Some((k.as_deref()?, i))).collect();
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let later = keys[i].as_deref().and_then(|k| last.get(k)).copied().filter(|l| *l > i);
        verdicts.push(match later {
            Some(_) => {
                let mut verdict = Verdict::new(Kind::Same, Match { customer: None, how: How::Known });
                verdict.notes.push(Note::bare("superseded"));
                verdict
            }
            None => row.judge(&mut ledger, i),
        });
    }
    for i in 0..rows.len() {
        let winner = keys[i].as_deref().and_then(|k| last.get(k)).copied().filter(|l| *l > i);
        if let Some(winner) = winner {
            verdicts[i].subject = verdicts[winner].subject;
            verdicts[i].customer = verdicts[winner].customer;
        }
    }
    (verdicts, Done { known: ledger.known, made: ledger.made })
}
