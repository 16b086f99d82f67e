//! Two files of one person become one, and can be parted again (A5.4: the data is accurate and current).
//!
//! Everything that hangs on the one goes to the other in one transaction: numbers, cars, visits, customer numbers of the
//! stores' systems, sight, timeline, and whatever capabilities above keep of customers ([`Holder`]). The row of the one
//! who goes stays and names where it went, so that old addresses and reports go on working. A journal remembers every
//! id; parting takes back what is still as it was moved, and names what stays and why.

mod join;
pub mod journal;
mod part;
mod safe;
pub(in crate::customers) mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use kernel::{Cap, CustomerId, GroupId, MergeId, Millis, Problem, Result, Scope};
use platform::db::{Db, Reads, Sql, Tx};
use platform::{audit, transact};
use serde_json::{Value, json};

use super::model::PhoneLine;
use super::store as people;
use super::store::CustomerRow;
use crate::timeline;
use crate::vehicles::OwnedCar;
use crate::vehicles::store as garage;
pub use join::merge;
pub use journal::{Stay, StayWhy};
pub use part::part;
pub use safe::{AT_ONCE, Report, merge_safe, safe_pairs};
pub use store::MergeLine;

/// A merge under way, or being parted.
#[derive(Copy, Clone, Debug)]
pub struct Merge {
    pub id: MergeId,
    pub kept: CustomerId,
    pub gone: CustomerId,
    /// When it was done.
    pub at: Millis,
}

/// Ids by name of the part, as the journal keeps them.
pub type Parts = BTreeMap<String, Vec<i64>>;

/// What comes of parting.
#[derive(Debug, Default)]
pub struct Parted {
    pub stays: Vec<Stay>,
    /// Things whose lines on the timeline stay with them.
    pub subjects: Vec<i64>,
}

/// A capability above that keeps things of customers. Registered with `inventory::submit!`.
pub struct Holder {
    /// Those who build on others come after them.
    pub rank: u8,
    /// How many things of each part every one of these customers has: customer, message key below `merge-part-`, number.
    pub counts: fn(Reads, GroupId, Vec<CustomerId>) -> Counting,
    /// Takes what is `gone`'s to `kept`; answers what went.
    pub merge: for<'a> fn(&'a mut Tx, &'a Merge) -> BoxFuture<'a, Result<Parts>>,
    /// Takes back what went, where nothing depends on it.
    pub part: for<'a> fn(&'a mut Tx, &'a Merge, &'a Parts) -> BoxFuture<'a, Result<Parted>>,
}
/// Customer, part and number.
pub type Counting = BoxFuture<'static, Result<Vec<(CustomerId, &'static str, i64)>>>;
platform::inventory::collect!(Holder);

fn holders() -> Vec<&'static Holder> {
    let mut all: Vec<&Holder> = inventory::iter::<Holder>.into_iter().collect();
    all.sort_by_key(|h| h.rank);
    all
}

/// Fields of the file that may differ, in the order of the page.
pub const FIELDS: [&str; 10] =
    ["kind", "name", "gender", "birthday", "region", "channel", "best_time", "source", "credit_code", "note"];

/// What somebody chose in the preview.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub kept_version: i64,
    pub gone_version: i64,
    /// Fields whose value is the one of the file that goes.
    pub from_gone: Vec<String>,
    /// Both notes, one below the other.
    pub both_notes: bool,
}

/// One of the two, for the preview.
#[derive(Clone)]
pub struct Side {
    pub file: CustomerRow,
    pub lines: Vec<PhoneLine>,
    pub cars: Vec<OwnedCar>,
    /// Names of the stores that see them.
    pub stores: Vec<String>,
    /// Everything that hangs on them: message key below `merge-part-`, and how many.
    pub hangs: Vec<(String, i64)>,
}

pub struct Sides {
    pub kept: Side,
    pub gone: Side,
    /// They were said to be two people.
    pub apart: bool,
}

/// Both side by side, with everything that hangs on them.
/// # Errors
/// As [`pair`].
pub async fn sides(q: &mut Reads, scope: &Scope, kept: CustomerId, gone: CustomerId) -> Result<Sides> {
    let [ours, theirs] = pair(q, scope, kept, gone).await?;
    let mut above: Vec<(CustomerId, &'static str, i64)> = Vec::new();
    for holder in holders() {
        above.extend((holder.counts)(q.clone(), scope.group, vec![kept, gone]).await?);
    }
    let apart = store::is_apart(q, scope.group, kept, gone).await?;
    let kept = side(q, scope.group, ours, &above).await?;
    Ok(Sides { kept, gone: side(q, scope.group, theirs, &above).await?, apart })
}

/// Parts of the page, in its order.
const PARTS: [&str; 8] = ["phones", "cars", "orders", "deliveries", "calls", "waiting", "cases", "timeline"];

async fn side(
    q: &mut Reads,
    group: GroupId,
    file: CustomerRow,
    above: &[(CustomerId, &'static str, i64)],
) -> Result<Side> {
    let id = file.id;
    let lines = people::lines(q, group, id).await?;
    let cars = garage::cars_of(q, group, &[id]).await?;
    let ids: Vec<_> = people::stores_of(q, group, &[id]).await?.into_iter().map(|(_, store)| store).collect();
    let stores = crate::identity::org::all_stores(q, group).await?;
    let stores = stores.into_iter().filter(|s| ids.contains(&s.id)).map(|s| s.name).collect();
    let counts = store::counts(q, group, id).await?;
    let number = |part: &str| match part {
        "phones" => count(lines.len()),
        "cars" => count(cars.len()),
        "orders" => counts.orders,
        "deliveries" => counts.deliveries,
        "timeline" => counts.timeline,
        _ => above.iter().find(|(who, p, _)| *who == id && *p == part).map_or(0, |(.., n)| *n),
    };
    let hangs = PARTS.iter().map(|part| ((*part).to_owned(), number(part))).collect();
    Ok(Side { file, lines, cars, stores, hangs })
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Both as they are now, whoever goes second; for whoever sees both.
/// # Errors
/// `Invalid` for one and the same, `NotFound` outside of the scope.
pub async fn pair(q: &mut impl Sql, scope: &Scope, kept: CustomerId, gone: CustomerId) -> Result<[CustomerRow; 2]> {
    scope.need(Cap::CustomerMerge)?;
    for id in [kept, gone] {
        people::file(q, scope, id).await?;
    }
    if kept == gone {
        return Err(Problem::invalid("customer", "merge-itself"));
    }
    both(q, scope.group, kept, gone).await
}

async fn both(q: &mut impl Sql, group: GroupId, kept: CustomerId, gone: CustomerId) -> Result<[CustomerRow; 2]> {
    let mut rows = people::rows(q, group, &[kept, gone]).await?;
    rows.sort_by_key(|r| r.id != kept);
    rows.try_into().map_err(|_| Problem::NotFound)
}

/// Whose file this one went into, however many merges ago.
/// # Errors
/// As the database answers.
pub async fn went_into(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<Option<CustomerId>> {
    let (mut last, mut next) = (None, Some(id));
    // No ring can come to be; should there be one, it ends here.
    for _ in 0..20 {
        let Some(at) = next else { break };
        next = store::into(q, group, at).await?;
        last = next.or(last);
    }
    Ok(last)
}

async fn note(tx: &mut Tx, merge: &Merge, kind: &'static str) -> Result<()> {
    let (store, at) = (tx.scope().store, tx.now());
    let subject = merge.id.raw();
    let entry = timeline::Entry { customer: merge.kept, store, at, kind, subject, args: json!({}), import: None };
    timeline::add(tx, entry).await
}

/// A merge whose kept file the scope sees.
/// # Errors
/// `NotFound` outside of the scope.
pub async fn found(q: &mut impl Sql, scope: &Scope, id: MergeId) -> Result<MergeLine> {
    let line = store::merge(q, scope.group, id).await?;
    people::file(q, scope, line.kept).await?;
    Ok(line)
}

/// The latest first, below `before`, of customers in sight.
/// # Errors
/// `Forbidden`.
pub async fn merges(q: &mut impl Sql, scope: &Scope, before: Option<MergeId>, limit: i64) -> Result<Vec<MergeLine>> {
    scope.need(Cap::CustomerMerge)?;
    store::merges(q, scope, before.unwrap_or(MergeId::new(i64::MAX)), limit).await
}

/// What a merge moved: message key below `merge-part-`, and how many.
/// # Errors
/// As the database answers.
pub async fn moved(q: &mut impl Sql, group: GroupId, id: MergeId) -> Result<Vec<(String, usize)>> {
    let j = store::journal(q, group, id).await?;
    let own = [
        ("phones", j.lines.len()),
        ("cars", j.spans.len() + j.absorbed.len()),
        ("orders", j.orders.len()),
        ("deliveries", j.deliveries.len()),
        ("codes", j.codes.len()),
        ("stores", j.given.len()),
    ];
    // A follow-up says enough of its tasks.
    let above = j.above.iter().filter(|(part, _)| *part != "tasks").map(|(part, ids)| (part.clone(), ids.len()));
    let all = own.into_iter().map(|(part, n)| (part.to_owned(), n)).chain(above);
    Ok(all.filter(|(_, n)| *n > 0).collect())
}

/// Two people: the pair is not listed again.
/// # Errors
/// `Forbidden`, `NotFound` outside of the scope, `Invalid` for one and the same.
pub async fn set_apart(db: &Db, scope: &Scope, a: CustomerId, b: CustomerId) -> Result<()> {
    transact!(db, scope, |tx| {
        pair(tx, scope, a, b).await?;
        store::set_apart(tx, a, b).await?;
        let (a, b) = (a.min(b), a.max(b));
        audit::note(tx, "customer.apart", "customer", a.raw(), &Value::Null, &json!({ "other": b })).await
    })
}

/// They may be one after all.
/// # Errors
/// As [`set_apart`].
pub async fn suggest_again(db: &Db, scope: &Scope, a: CustomerId, b: CustomerId) -> Result<()> {
    transact!(db, scope, |tx| {
        pair(tx, scope, a, b).await?;
        if store::set_again(tx, a, b).await? {
            let (a, b) = (a.min(b), a.max(b));
            audit::note(tx, "customer.apart", "customer", a.raw(), &json!({ "other": b }), &Value::Null).await?;
        }
        Ok(())
    })
}
