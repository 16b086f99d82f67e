//! The customer's file: who it is, how to reach them, which stores know them.
//!
//! Customers, phones, cars and ownerships belong to the group; `customer_store` gives sight. Nothing here is found
//! outside of the scope's stores: finding is authorizing.

pub mod alike;
#[cfg(test)]
mod departments;
pub mod edit;
mod events;
pub mod finder;
pub mod merge;
mod model;
mod pages;
pub mod reveal;
mod routes;
pub(crate) mod sight;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub mod watch;

use std::collections::HashMap;

use kernel::{CustomerId, GroupId, Phone, PhoneLineId, Problem, Result, Scope, StoreDate, StoreId, VehicleId};
use platform::audit;
use platform::db::{Sql, Tx};
use serde_json::{Value, json};

use crate::{search, timeline, vehicles};

pub use events::{CustomerOptedIn, CustomerOptedOut};
pub use model::{
    BirthdayKind, Block, ContactRole, CustomerCard, CustomerFile, CustomerKind, Gender, PhoneLine, PhoneStatus,
    SightWhy, Twin,
};
pub use routes::{nav, routes};
pub use sight::Sight;
pub use store::{CustomerBrief, briefs};

/// File, lines and blocks of one customer.
/// # Errors
/// `NotFound` outside of the scope.
pub async fn card(q: &mut impl Sql, scope: &Scope, id: CustomerId) -> Result<CustomerCard> {
    let file = store::file(q, scope, id).await?;
    let lines = store::lines(q, scope.group, id).await?;
    let blocks = match scope.store {
        Some(store) => store::blocks(q, scope.group, store, &[id]).await?,
        None => Vec::new(),
    };
    Ok(CustomerCard { file, lines, blocks })
}

/// Which of these customers the scope sees.
/// # Errors
/// As the database answers.
pub async fn seen(q: &mut impl Sql, scope: &Scope, ids: &[CustomerId]) -> Result<Vec<CustomerId>> {
    store::seen(q, scope, ids).await
}

/// Names by id, for lists whose rows were found in the caller's own scope. "" where nobody told it.
/// # Errors
/// As the database answers.
pub async fn names(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<HashMap<CustomerId, String>> {
    Ok(store::names(q, group, ids).await?.into_iter().collect())
}

/// Numbers that have not ended, the one to try first in front.
/// # Errors
/// As the database answers.
pub async fn phone_lines(q: &mut impl Sql, group: GroupId, customer: CustomerId) -> Result<Vec<PhoneLine>> {
    store::lines(q, group, customer).await
}

/// One number; for whoever holds the lease, the case or the right to reveal.
/// # Errors
/// `NotFound` in another group.
pub async fn phone_line(q: &mut impl Sql, group: GroupId, id: PhoneLineId) -> Result<PhoneLine> {
    store::line(q, group, id).await
}

/// Numbers of several customers at once, ended ones left out, the one to try first in front.
/// # Errors
/// As the database answers.
pub async fn phone_lines_of(
    q: &mut impl Sql,
    group: GroupId,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<store::LineRow>>> {
    let mut by: HashMap<CustomerId, Vec<store::LineRow>> = HashMap::new();
    for line in store::lines_of_many(q, group, ids).await?.into_iter().filter(|l| l.ended_at.is_none()) {
        by.entry(line.customer_id).or_default().push(line);
    }
    Ok(by)
}

/// Whose number a new line is.
#[derive(Clone, Debug, Default)]
pub struct Whose {
    /// `None`: the customer's own.
    pub contact_name: Option<String>,
    pub contact_role: Option<ContactRole>,
    /// Tried before all others.
    pub first: bool,
}

/// A number learnt in a call or by hand. A number that is there already is answered, not doubled; an ended one comes
/// back to life.
/// # Errors
/// As the database answers.
pub async fn add_phone(tx: &mut Tx, customer: CustomerId, phone: &Phone, whose: &Whose) -> Result<PhoneLineId> {
    let group = tx.scope().group;
    let all = store::lines_of_many(tx, group, &[customer]).await?;
    let known = all.iter().find(|l| l.digits == phone.expose()).cloned();
    let usable = all.iter().filter(|l| l.ended_at.is_none());
    let rank = if whose.first {
        usable.map(|l| l.rank).min().unwrap_or(1) - 1
    } else {
        usable.map(|l| l.rank).max().unwrap_or(-1) + 1
    };
    let id = match known {
        Some(line) if line.ended_at.is_none() => {
            if whose.first {
                store::set_line_rank(tx, line.id, rank).await?;
            }
            return Ok(line.id);
        }
        Some(mut line) => {
            line.status = PhoneStatus::Unknown;
            line.rank = rank;
            line.contact_name.clone_from(&whose.contact_name);
            line.contact_role = whose.contact_role;
            store::revive_line(tx, &line).await?;
            line.id
        }
        None => {
            let line = store::LineRow {
                id: tx.new_id(),
                group_id: group,
                customer_id: customer,
                digits: phone.expose().to_owned(),
                contact_name: whose.contact_name.clone(),
                contact_role: whose.contact_role,
                status: PhoneStatus::Unknown,
                best_time: None,
                rank,
                created_at: tx.now(),
                ended_at: None,
                import_id: None,
            };
            store::insert_lines(tx, std::slice::from_ref(&line)).await?;
            line.id
        }
    };
    let after = json!({ "line": id, "phone": phone.masked() });
    audit::note(tx, "phone.add", "customer", customer.raw(), &Value::Null, &after).await?;
    search::refresh(tx, &[customer]).await?;
    Ok(id)
}

/// C6: a wrong or dead number is marked, the next one is tried.
/// # Errors
/// `NotFound` in another group.
pub async fn mark_phone(tx: &mut Tx, line: PhoneLineId, status: PhoneStatus) -> Result<()> {
    let group = tx.scope().group;
    let before = store::line(tx, group, line).await?;
    if before.status == status {
        return Ok(());
    }
    store::set_line_status(tx, line, status).await?;
    let (old, new) = (json!({ "status": before.status }), json!({ "status": status }));
    audit::note(tx, "phone.mark", "phone_line", line.raw(), &old, &new).await
}

/// No further number of this kind: it ends, and history keeps it.
/// # Errors
/// `NotFound` in another group.
pub async fn end_phone(tx: &mut Tx, line: PhoneLineId) -> Result<()> {
    let group = tx.scope().group;
    let before = store::line(tx, group, line).await?;
    store::end_line(tx, line).await?;
    let old = json!({ "phone": before.phone.masked() });
    audit::note(tx, "phone.end", "customer", before.customer_id.raw(), &old, &Value::Null).await?;
    search::refresh(tx, &[before.customer_id]).await
}

/// 拒访: ends all programmes of care.
/// # Errors
/// As the database answers.
pub async fn opt_out(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    if !store::set_opted_out(tx, customer, true).await? {
        return Ok(());
    }
    let (at, store) = (tx.now(), tx.scope().store);
    audit::note(tx, "customer.opt_out", "customer", customer.raw(), &Value::Null, &json!({ "opted_out": true }))
        .await?;
    timeline::add(tx, spoken(customer, store, at, "opted_out")).await?;
    tx.record(&CustomerOptedOut { customer, store, at }).await
}

/// The customer wants to be called again.
/// # Errors
/// As the database answers.
pub async fn opt_in(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    if !store::set_opted_out(tx, customer, false).await? {
        return Ok(());
    }
    let (at, store) = (tx.now(), tx.scope().store);
    audit::note(tx, "customer.opt_in", "customer", customer.raw(), &Value::Null, &json!({ "opted_out": false }))
        .await?;
    timeline::add(tx, spoken(customer, store, at, "opted_in")).await?;
    tx.record(&CustomerOptedIn { customer, store, at }).await
}

fn spoken(customer: CustomerId, store: Option<StoreId>, at: kernel::Millis, kind: &'static str) -> timeline::Entry {
    timeline::Entry { customer, store, at, kind, subject: customer.raw(), args: json!({}), import: None }
}

/// Which of these want no calls.
/// # Errors
/// As the database answers.
pub async fn opted_out(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<Vec<CustomerId>> {
    store::opted_out(q, group, ids).await
}

/// When a call suits, in the customer's words (工作日 12:00 ～ 14:00).
/// # Errors
/// As the database answers.
pub async fn set_best_time(tx: &mut Tx, customer: CustomerId, text: Option<&str>) -> Result<()> {
    store::set_best_time(tx, customer, text).await?;
    audit::note(tx, "customer.best_time", "customer", customer.raw(), &Value::Null, &json!({ "best_time": text })).await
}

/// "Sold the car."
/// # Errors
/// As the database answers.
pub async fn end_ownership(
    tx: &mut Tx,
    vehicle: VehicleId,
    customer: CustomerId,
    day: StoreDate,
    why: &str,
) -> Result<bool> {
    vehicles::end_ownership(tx, vehicle, customer, day, why).await
}

/// "Do not call now", set by a capability above for a thing of its own (`case`, id). Setting it twice is once.
/// # Errors
/// As the database answers.
pub async fn block(tx: &mut Tx, customer: CustomerId, store: StoreId, reason: &str, subject: i64) -> Result<()> {
    store::block(tx, customer, store, reason, subject).await
}

/// # Errors
/// As the database answers.
pub async fn unblock(tx: &mut Tx, customer: CustomerId, store: StoreId, reason: &str, subject: i64) -> Result<()> {
    store::unblock(tx, customer, store, reason, subject).await
}

/// Blocks of these customers at one store.
/// # Errors
/// As the database answers.
pub async fn blocks(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<Block>>> {
    let mut by: HashMap<CustomerId, Vec<Block>> = HashMap::new();
    for block in store::blocks(q, group, store, ids).await? {
        by.entry(block.customer_id).or_default().push(block);
    }
    Ok(by)
}

/// Gives a store sight of customers that another store of the group already knows.
/// # Errors
/// `NotFound` when the caller does not see one of them.
pub async fn show_to(tx: &mut Tx, scope: &Scope, ids: &[CustomerId], to: StoreId, why: SightWhy) -> Result<()> {
    if store::seen(tx, scope, ids).await?.len() != ids.len() {
        return Err(Problem::NotFound);
    }
    store::insert_sights(tx, to, ids, why, None).await?;
    search::refresh(tx, ids).await
}
