//! One box finds everybody: name (two characters are enough, pinyin and initials too), the end of a phone, part of a
//! plate or VIN. Tokens are ours on both engines; what they find is checked again on the rows.

mod hits;
mod pages;
mod query;
mod store;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use kernel::{CustomerId, GroupId, Phone, Plate, Result, Scope, StoreId};
use platform::db::{Db, Reads, Tx};
use platform::transact;

use crate::{customers, vehicles};

pub use hits::find;
pub use pages::routes;
pub(crate) use tokens::letters;

/// One customer found. The phone is given typed: it prints masked.
#[derive(Clone, Debug)]
pub struct Hit {
    pub customer: CustomerId,
    /// "" where nobody told it.
    pub name: String,
    /// The number that matched, else the one to try first.
    pub phone: Option<Phone>,
    pub plate: Option<Plate>,
    pub series: Option<String>,
    /// It was found by a car that they no longer have.
    pub former: bool,
    /// A follow-up of theirs waits at the store worked in: a caller can be served at once.
    pub open_contact: bool,
}

/// Tells which of these customers have an open follow-up at a store; the capability that plans follow-ups registers
/// itself with `inventory::submit!`.
pub struct OpenContacts {
    pub of: fn(Reads, GroupId, StoreId, Vec<CustomerId>) -> Known,
}
type Known = BoxFuture<'static, Result<Vec<CustomerId>>>;
platform::inventory::collect!(OpenContacts);

/// Makes the tokens of these customers anew from their rows, lines, cars and stores.
/// # Errors
/// As the database answers.
pub async fn refresh(tx: &mut Tx, ids: &[CustomerId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    store::forget(tx, ids).await?;
    let group = tx.scope().group;
    let rows = customers::store::names(tx, group, ids).await?;
    let mut who: HashMap<CustomerId, Gathered> = HashMap::with_capacity(ids.len());
    for line in customers::store::lines_of_many(tx, group, ids).await?.into_iter().filter(|l| l.ended_at.is_none()) {
        let gathered = who.entry(line.customer_id).or_default();
        gathered.contacts.extend(line.contact_name);
        gathered.phones.push(line.digits);
    }
    for car in vehicles::store::cars_of(tx, group, ids).await? {
        let gathered = who.entry(car.customer_id).or_default();
        gathered.plates.extend(car.plate.map(|p| p.as_str().to_owned()));
        gathered.vins.extend(car.vin.map(|v| v.expose().to_owned()));
    }
    for (id, store) in customers::store::stores_of(tx, group, ids).await? {
        who.entry(id).or_default().stores.push(store);
    }
    let empty = Gathered::default();
    let made: Vec<_> = rows.iter().map(|(id, name)| (*id, who.get(id).unwrap_or(&empty).tokens(name, group))).collect();
    store::remember(tx, &made).await
}

const MADE_ANEW: &str = "search-tokens";

/// Work that this capability queues.
pub fn workers() -> Vec<platform::jobs::Worker> {
    vec![platform::jobs::Worker { kind: MADE_ANEW, run: |app, _| Box::pin(make_anew(app.db.clone())) }]
}

/// Queues the making of tokens anew where a version before this one made them; until it is done, older tokens serve.
/// # Errors
/// As the database answers.
pub async fn keep_current(db: &Db) -> Result<()> {
    let nobody = Scope::system(GroupId::new(0), None);
    let known = platform::settings::get(&mut db.reads(), nobody.group, None, MADE_ANEW).await?;
    if known.as_deref() == Some(tokens::VERSION) {
        return Ok(());
    }
    let key = format!("{MADE_ANEW}:{}", tokens::VERSION);
    transact!(db, &nobody, |tx| {
        let now = tx.now();
        platform::jobs::enqueue(tx, MADE_ANEW, &key, &serde_json::Value::Null, now).await
    })
}

/// Everybody's tokens were made by this version: of a group that was filled in bulk.
/// # Errors
/// As the database answers.
pub async fn made_now(db: &Db) -> Result<()> {
    let nobody = Scope::system(GroupId::new(0), None);
    transact!(db, &nobody, |tx| { platform::settings::set(tx, None, MADE_ANEW, tokens::VERSION).await })
}

/// Customers made anew in one transaction.
const A_CHUNK: i64 = 200;

async fn make_anew(db: Db) -> Result<()> {
    for group in crate::identity::groups(&mut db.reads()).await? {
        let mut after = CustomerId::new(0);
        loop {
            let ids = store::everybody(&mut db.reads(), group.id, after, A_CHUNK).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            transact!(db, &Scope::system(group.id, None), |tx| { refresh(tx, &ids).await })?;
        }
    }
    made_now(&db).await
}

/// Tokens of customers that were made in this transaction, by whoever holds all there is to know of them.
pub(crate) async fn remember(tx: &mut Tx, made: &[(CustomerId, String)]) -> Result<()> {
    store::remember(tx, made).await
}

/// What is asked most is put in order once everybody was written in bulk.
pub(crate) async fn tidy(to: &mut platform::db::Load) -> Result<()> {
    store::tidy(to).await
}

/// As [`remember`], of a group that is filled in.
pub(crate) async fn load(to: &mut platform::db::Load, made: &[(CustomerId, String)]) -> Result<()> {
    store::load(to, made).await
}

/// Takes the tokens away with the person.
/// # Errors
/// As the database answers.
pub async fn forget(tx: &mut Tx, ids: &[CustomerId]) -> Result<()> {
    store::forget(tx, ids).await
}

/// The part of a number, plate or VIN that a text asks for; `None` for a name or its letters.
pub(crate) fn number_part(text: &str) -> Option<String> {
    let parts = query::classes(text).into_iter().find_map(|class| match class {
        query::Class::Phone(part) | query::Class::Plate(part) | query::Class::Vin(part) => Some(part),
        query::Class::Name(_) | query::Class::Sound(_) => None,
    });
    parts.filter(|part| part.chars().any(|c| c.is_ascii_digit()))
}

/// What is searched in one customer.
#[derive(Default)]
pub(crate) struct Gathered {
    pub contacts: Vec<String>,
    /// With extension, as stored.
    pub phones: Vec<String>,
    pub plates: Vec<String>,
    pub vins: Vec<String>,
    pub stores: Vec<StoreId>,
}

impl Gathered {
    pub fn tokens(&self, name: &str, group: GroupId) -> String {
        fn texts(list: &[String]) -> Vec<&str> {
            list.iter().map(String::as_str).collect()
        }
        let base = |digits: &'_ str| digits.split('-').next().map_or(0, str::len);
        let who = tokens::Searchable {
            name,
            contacts: texts(&self.contacts),
            phones: self.phones.iter().map(|p| &p[..base(p)]).collect(),
            plates: texts(&self.plates),
            vins: texts(&self.vins),
        };
        tokens::of(&who, group, &self.stores)
    }
}
