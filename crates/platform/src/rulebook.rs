//! "As data": documents that people edit and the running code obeys.
//!
//! One row per version. A store's own version wins over the group's, which wins over the seed (version 0).
//! Undo is a new version with an older body, so history only grows.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use kernel::{GroupId, Millis, Problem, Result, StoreId, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::db::{Sql, Tx};
use crate::{args, audit, row, stmt};

/// Where a document breaks a rule: `path` is e.g. `questions[3].options[1]`, `code` a message key below `rule-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    pub path: String,
    pub code: &'static str,
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
    pub struct Edition { pub version: i64, pub store_id: i64, pub note: String, pub at: Millis, pub actor: Option<UserId> }
}
row! { struct Found { version: i64, store_id: i64, body: String } }

stmt!(
    RULEBOOK_HEAD,
    "SELECT version AS k, store_id AS v FROM rulebook WHERE group_id=$1 AND store_id IN (0, $2) AND kind=$3 \
     ORDER BY store_id DESC, version DESC LIMIT 1"
);
stmt!(
    RULEBOOK_BODY,
    "SELECT version, store_id, body FROM rulebook WHERE group_id=$1 AND store_id=$2 AND kind=$3 AND version=$4"
);
stmt!(
    RULEBOOK_HISTORY,
    "SELECT version, store_id, note, at, actor FROM rulebook WHERE group_id=$1 AND store_id=$2 AND kind=$3 \
     ORDER BY version DESC LIMIT 200"
);
stmt!(RULEBOOK_LAST, "SELECT COALESCE(MAX(version), 0) AS v FROM rulebook WHERE group_id=$1 AND kind=$2");
stmt!(
    RULEBOOK_ADD,
    "INSERT INTO rulebook (id, group_id, store_id, kind, version, body, note, at, actor) \
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)"
);

/// Parsed editions never change, so they are kept by (group, kind, version).
type Shelf = RwLock<HashMap<(TypeId, i64, i64), Arc<dyn Any + Send + Sync>>>;

fn shelf() -> &'static Shelf {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    SHELF.get_or_init(Shelf::default)
}

/// The edition in force at a store.
/// # Errors
/// As the database answers; a stored body that no longer reads is `Internal`.
pub async fn current<R: Rulebook>(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Arc<Versioned<R>>> {
    let head: Option<(i64, i64)> = q.opt(&RULEBOOK_HEAD, args![group, store, R::KIND]).await?;
    match head {
        None => Ok(seed()),
        Some((version, owner)) => edition(q, group, owner, version).await,
    }
}

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
        return Ok(seed());
    }
    // Versions count per group and kind, so one of the two owners has it.
    match edition(q, group, store.raw(), version).await {
        Err(Problem::NotFound) => edition(q, group, 0, version).await,
        found => found,
    }
}

async fn edition<R: Rulebook>(q: &mut impl Sql, group: GroupId, owner: i64, version: i64) -> Result<Arc<Versioned<R>>> {
    let key = (TypeId::of::<R>(), group.raw(), version);
    let kept = shelf().read().ok().and_then(|s| s.get(&key).cloned());
    if let Some(kept) = kept.and_then(|k| k.downcast::<Versioned<R>>().ok())
        && kept.store == owner
    {
        return Ok(kept);
    }
    let found: Found = q.get(&RULEBOOK_BODY, args![group, owner, R::KIND, version]).await?;
    let body = serde_json::from_str(&found.body).map_err(Problem::internal)?;
    let made = Arc::new(Versioned { version: found.version, store: found.store_id, body });
    if let Ok(mut s) = shelf().write() {
        let any: Arc<dyn Any + Send + Sync> = made.clone();
        s.insert(key, any);
    }
    Ok(made)
}

fn seed<R: Rulebook>() -> Arc<Versioned<R>> {
    let key = (TypeId::of::<R>(), 0, 0);
    let kept = shelf().read().ok().and_then(|s| s.get(&key).cloned());
    if let Some(kept) = kept.and_then(|k| k.downcast::<Versioned<R>>().ok()) {
        return kept;
    }
    let made = Arc::new(Versioned { version: 0, store: 0, body: R::seed() });
    if let Ok(mut s) = shelf().write() {
        let any: Arc<dyn Any + Send + Sync> = made.clone();
        s.insert(key, any);
    }
    made
}

/// Puts a new edition in force (`store` = `None`: for the whole group) and answers its number.
/// # Errors
/// `Invalid` naming each path that breaks a rule.
pub async fn save<R: Rulebook>(tx: &mut Tx, store: Option<StoreId>, body: &R, note: &str) -> Result<i64> {
    let faults = body.check();
    if !faults.is_empty() {
        let mut errors = kernel::FieldErrors::default();
        for fault in faults {
            errors.add(fault.path, fault.code);
        }
        return Err(Problem::Invalid(errors));
    }
    let (group, actor, now) = (tx.scope().group, tx.scope().user, tx.now());
    let version = tx.count(&RULEBOOK_LAST, args![group, R::KIND]).await? + 1;
    let id = tx.new_id::<kernel::Rule>();
    let owner = store.map_or(0, kernel::Id::raw);
    let text = serde_json::to_string(body).map_err(Problem::internal)?;
    tx.exec(&RULEBOOK_ADD, args![id, group, owner, R::KIND, version, text, note, now, actor]).await?;
    let after = json!({ "kind": R::KIND, "version": version, "note": note });
    audit::note(tx, "rulebook.save", "rulebook", id.raw(), &Value::Null, &after).await?;
    Ok(version)
}

/// The editions of a store (or of the group, `None`), newest first.
/// # Errors
/// As the database answers.
pub async fn history<R: Rulebook>(q: &mut impl Sql, group: GroupId, store: Option<StoreId>) -> Result<Vec<Edition>> {
    q.all(&RULEBOOK_HISTORY, args![group, store.map_or(0, kernel::Id::raw), R::KIND]).await
}
