//! Every event that touched a customer: a kind, the thing it was about, ids and keys for its sentence.
//! Names and free text stay where they belong and are read when the page is made.

mod store;
mod tell;

use kernel::{CustomerId, GroupId, ImportId, Millis, Result, Scope, StoreId, UserId};
use platform::db::{Sql, Tx};
use platform::row;
use serde_json::Value;

/// One event to note. The actor is whoever acts in the transaction.
#[derive(Clone, Debug)]
pub struct Entry {
    pub customer: CustomerId,
    pub store: Option<StoreId>,
    /// When it happened, not when it was recorded.
    pub at: Millis,
    /// Message key below `timeline-`.
    pub kind: &'static str,
    pub subject: i64,
    /// Ids, keys and numbers only.
    pub args: Value,
    pub import: Option<ImportId>,
}

row! {
    /// One event, as stored.
    #[derive(Clone, Debug)]
    pub struct Line {
        pub id: i64,
        pub store_id: Option<StoreId>,
        pub customer_id: CustomerId,
        pub at: Millis,
        pub kind: String,
        pub subject: i64,
        pub args: Value,
        pub actor: Option<UserId>,
    }
}

/// # Errors
/// As the database answers.
pub async fn add(tx: &mut Tx, entry: Entry) -> Result<()> {
    store::insert(tx, &[entry]).await
}

/// # Errors
/// As the database answers.
pub async fn add_many(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    store::insert(tx, entries).await
}

/// Newest first, older than `before` (time, id); what other stores noted is left out.
/// # Errors
/// `NotFound` when the customer is not of this scope.
pub async fn of(
    q: &mut impl Sql,
    scope: &Scope,
    customer: CustomerId,
    before: Option<(Millis, i64)>,
    limit: i64,
) -> Result<Vec<Line>> {
    of_kinds(q, scope, customer, &[], before, limit).await
}

/// As [`of`], only of these kinds; of all where none is named.
/// # Errors
/// `NotFound` when the customer is not of this scope.
pub async fn of_kinds(
    q: &mut impl Sql,
    scope: &Scope,
    customer: CustomerId,
    kinds: &[&str],
    before: Option<(Millis, i64)>,
    limit: i64,
) -> Result<Vec<Line>> {
    crate::customers::store::file(q, scope, customer).await?;
    store::page(q, scope, customer, kinds, before.unwrap_or((Millis(i64::MAX), i64::MAX)), limit).await
}

/// Removes what was noted of a thing, when the thing itself is taken back.
/// # Errors
/// As the database answers.
pub async fn forget(tx: &mut Tx, group: GroupId, customer: CustomerId, kind: &str, subject: i64) -> Result<()> {
    store::forget(tx, group, customer, kind, subject).await
}

pub use tell::{Teller, Told, tell};

pub(crate) use store::{forget_customer, ids_about, kinds_of, load, move_subject, spoken_since};
