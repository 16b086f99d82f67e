//! "As data": documents that people edit and the running code obeys.
//!
//! One row per version. A store's own version wins over the group's, which wins over the seed (version 0).
//! Undo is a new version with an older body, so history only grows. A store that gives up its own version adds one
//! without a body: from then on the group's counts for it again.

use std::sync::Arc;

use kernel::{GroupId, Millis, Problem, Result, StoreId, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::db::{Sql, Tx};
use crate::{args, audit, counter, row, stmt};

/// Where a document breaks a rule: `path` is e.g. `rules.1.days_to`, `code` a message key below `error-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    pub path: String,
    pub code: &'static str,
}

impl RuleFault {
    pub fn new(path: impl Into<String>, code: &'static str) -> Self {
        Self { path: path.into(), code }
    }
}

pub trait Rulebook: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    const KIND: &'static str;
    /// What the product ships.
    fn seed() -> Self;
    /// Everything that is wrong with it, at once.
    fn check(&self) -> Vec<RuleFault>;
}

#[derive(Clone, Debug)]
pub struct Versioned<R> {
    /// 0 = the seed.
    pub version: i64,
    /// 0 = the group's.
    pub store: i64,
    pub body: R,
}

row! {
    /// One line of the history.
    pub struct Edition {
        pub version: i64, pub store_id: i64, pub note: String, pub at: Millis, pub actor: Option<UserId>,
        /// From here on the group's version counts for the store.
        pub given_up: bool,
    }
}
row! { struct Found { version: i64, store_id: i64, body: String } }

stmt!(
    RULEBOOK_HEAD,
    "SELECT version AS k, CASE WHEN body='null' THEN -1 ELSE store_id END AS v FROM rulebook \
     WHERE group_id=$1 AND store_id IN (0, $2) AND kind=$3 ORDER BY store_id DESC, version DESC LIMIT 1"
);
stmt!(
    RULEBOOK_BODY,
    "SELECT version, store_id, body FROM rulebook WHERE group_id=$1 AND store_id=$2 AND kind=$3 AND version=$4"
);
stmt!(
    RULEBOOK_HISTORY,
    "SELECT version, store_id, note, at, actor, CAST(CASE WHEN body='null' THEN 1 ELSE 0 END AS BIGINT) AS given_up \
     FROM rulebook WHERE group_id=$1 AND store_id=$2 AND kind=$3 ORDER BY version DESC LIMIT 200"
);
stmt!(RULEBOOK_LAST, "SELECT COALESCE(MAX(version), 0) AS v FROM rulebook WHERE group_id=$1 AND kind=$2");
stmt!(
    RULEBOOK_ADD,
    "INSERT INTO rulebook (id, group_id, store_id, kind, version, body, note, at, actor) \
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)"
);

/// The edition in force at a store.
/// # Errors
/// As the database answers; a stored body that no longer reads is `Internal`.
pub async fn current<R: Rulebook>(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Arc<Versioned<R>>> {
    match head::<R>(q, group, store.raw()).await? {
        None => Ok(seed(q)),
        Some((version, owner)) => edition(q, group, owner, version).await,
    }
}

/// Version and owner of what is in force; `None`: what the product ships.
async fn head<R: Rulebook>(q: &mut impl Sql, group: GroupId, store: i64) -> Result<Option<(i64, i64)>> {
    let head: Option<(i64, i64)> = q.opt(&RULEBOOK_HEAD, args![group, store, R::KIND]).await?;
    match head {
        Some((_, GIVEN_UP)) => q.opt(&RULEBOOK_HEAD, args![group, 0_i64, R::KIND]).await,
        found => Ok(found),
    }
}

/// Stands for the owner of an edition without a body.
const GIVEN_UP: i64 = -1;

/// A certain edition, e.g. the one a task was planned with.
/// # Errors
/// `NotFound` when there is none.
pub async fn at_version<R: Rulebook>(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    version: i64,
) -> Result<Arc<Versioned<R>>> {
    if version == 0 {
        return Ok(seed(q));
    }
    // Versions count per group and kind, so one of the two owners has it.
    match edition(q, group, store.raw(), version).await {
        Err(Problem::NotFound) => edition(q, group, 0, version).await,
        found => found,
    }
}

/// Parsed editions never change, so they are kept.
async fn edition<R: Rulebook>(q: &mut impl Sql, group: GroupId, owner: i64, version: i64) -> Result<Arc<Versioned<R>>> {
    let key = [group.raw(), owner, version];
    if let Some(kept) = q.kept(key) {
        return Ok(kept);
    }
    let found: Found = q.get(&RULEBOOK_BODY, args![group, owner, R::KIND, version]).await?;
    let body: R = serde_json::from_str(&found.body).map_err(Problem::internal)?;
    let made = Versioned { version: found.version, store: found.store_id, body };
    Ok(q.keep(key, made))
}

fn seed<R: Rulebook>(q: &mut impl Sql) -> Arc<Versioned<R>> {
    let kept = q.kept([0; 3]);
    kept.unwrap_or_else(|| q.keep([0; 3], Versioned { version: 0, store: 0, body: R::seed() }))
}

/// Puts a new edition in force (`store` = `None`: for the whole group) and answers its number.
/// # Errors
/// `Invalid` naming each path that breaks a rule.
pub async fn save<R: Rulebook>(tx: &mut Tx, store: Option<StoreId>, body: &R, note: &str) -> Result<i64> {
    faults(body).into_result()?;
    let text = serde_json::to_string(body).map_err(Problem::internal)?;
    add::<R>(tx, store, &text, note).await
}

/// As [`save`], if what was in force when the change was begun (`seen`) still is: nobody overwrites a colleague's work.
/// # Errors
/// `Conflict("rulebook-changed")`, else as [`save`].
pub async fn save_over<R: Rulebook>(
    tx: &mut Tx,
    store: Option<StoreId>,
    seen: i64,
    body: &R,
    note: &str,
) -> Result<i64> {
    still::<R>(tx, store, seen).await?;
    save(tx, store, body, note).await
}

/// A store gives up its own edition: the group's counts again.
/// # Errors
/// `Conflict("rulebook-changed")`; `Refused("rulebook-not-own")` where it has none.
pub async fn give_up<R: Rulebook>(tx: &mut Tx, store: StoreId, seen: i64, note: &str) -> Result<i64> {
    still::<R>(tx, Some(store), seen).await?;
    let group = tx.scope().group;
    match head::<R>(tx, group, store.raw()).await? {
        Some((_, owner)) if owner == store.raw() => add::<R>(tx, Some(store), "null", note).await,
        Some(_) | None => Err(Problem::Refused("rulebook-not-own")),
    }
}

/// Two who save at once come one after the other.
async fn still<R: Rulebook>(tx: &mut Tx, store: Option<StoreId>, seen: i64) -> Result<()> {
    let group = tx.scope().group;
    counter::next(tx, StoreId::new(0), &format!("rulebook-{group}-{}", R::KIND)).await?;
    let now = head::<R>(tx, group, store.map_or(0, kernel::Id::raw)).await?.map_or(0, |(version, _)| version);
    if now == seen { Ok(()) } else { Err(Problem::Conflict("rulebook-changed")) }
}

/// What is wrong with a document, as a form's faults.
pub fn faults<R: Rulebook>(body: &R) -> kernel::FieldErrors {
    let mut errors = kernel::FieldErrors::default();
    for fault in body.check() {
        errors.add(fault.path, fault.code);
    }
    errors
}

async fn add<R: Rulebook>(tx: &mut Tx, store: Option<StoreId>, text: &str, note: &str) -> Result<i64> {
    let (group, actor, now) = (tx.scope().group, tx.scope().user, tx.now());
    let version = tx.count(&RULEBOOK_LAST, args![group, R::KIND]).await? + 1;
    let id = tx.new_id::<kernel::Rule>();
    let owner = store.map_or(0, kernel::Id::raw);
    // The bodies themselves stand in this table for good.
    let before = head::<R>(tx, group, owner).await?.map_or(0, |(version, _)| version);
    let before = json!({ "kind": R::KIND, "version": before });
    tx.exec(&RULEBOOK_ADD, args![id, group, owner, R::KIND, version, text, note, now, actor]).await?;
    let after = json!({ "kind": R::KIND, "store": owner, "version": version, "note": note });
    audit::note(tx, "rulebook.save", "rulebook", id.raw(), &before, &after).await?;
    Ok(version)
}

/// The editions of a store (or of the group, `None`), newest first.
/// # Errors
/// As the database answers.
pub async fn history<R: Rulebook>(q: &mut impl Sql, group: GroupId, store: Option<StoreId>) -> Result<Vec<Edition>> {
    q.all(&RULEBOOK_HISTORY, args![group, store.map_or(0, kernel::Id::raw), R::KIND]).await
}
