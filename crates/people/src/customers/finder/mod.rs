//! By night, and when somebody asks for it: customers of a group who may be one person.
//!
//! Every customer is read once per pass and gives a few keys, each of which two files of one person would share: a
//! number, a plate, the sound of the name together with region, birthday or most of a number. Keys are kept as
//! numbers of eight bytes beside the customer's id and put in order; who stands together is a pair. A pass keeps only its
//! share of the keys: what grows with the customers are the pairs found, 32 bytes each.

mod store;
#[cfg(test)]
mod tests;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use kernel::{CustomerId, GroupId, Millis, Problem, Result, Scope};
use platform::db::{Db, Sql};
use platform::http::App;
use platform::jobs::{self, Every, Job, Worker};
use platform::{audit, settings, transact};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::store as people;
use crate::identity;

/// Customers read at a time.
const A_CHUNK: i64 = 2_000;
/// Keys of one pass: 16 bytes each.
const A_PASS: i64 = 1_500_000;
/// Keys that a customer gives, about.
const KEYS_EACH: i64 = 5;
/// More than so many who share a key are no pairs: a company's switchboard, a name that half a town bears.
const MOST_ALIKE: usize = 5;
/// Of a name with a birthday or a region: three who share them show that the name is common there.
const MOST_NAMESAKES: usize = 2;
/// Pairs written in one transaction.
const A_WRITE: usize = 500;
/// Of a number, from either end: the rest may be a slip.
const MOST_DIGITS: usize = 8;

const KIND: &str = "duplicates-search";
const LAST: &str = "duplicates-searched";
/// From this minute of the first store's day.
const NIGHT: u16 = 150;

/// What is alike; the strongest first. The last three bits of a key.
const WHYS: [&str; 6] = ["phone", "plate", "name", "name-number", "name-birthday", "name-region"];

/// What the last search did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    pub at: i64,
    pub looked: u64,
    /// Pairs that nobody had found before.
    pub found: u64,
    /// Numbers, plates and names that more than five customers share.
    pub crowded: u64,
}

impl Searched {
    pub fn moment(&self) -> Millis {
        Millis(self.at)
    }
}

/// Once a night, in the night of the group's first store.
pub fn jobs() -> Vec<Every> {
    vec![Every {
        kind: "duplicates-by-night",
        minutes: 30,
        run: |app, _| Box::pin(async move { by_night(&app.db).await }),
    }]
}

/// Searches that somebody asked for.
pub fn workers() -> Vec<Worker> {
    vec![Worker { kind: KIND, run: |app, job| Box::pin(asked(app, job)) }]
}

async fn asked(app: App, job: Job) -> Result<()> {
    match job.group_id {
        Some(group) => search(&app.db, group).await.map(|_| ()),
        None => Ok(()),
    }
}

/// # Errors
/// As the database answers.
pub async fn by_night(db: &Db) -> Result<()> {
    let now = db.clock().now();
    for group in identity::groups(&mut db.reads()).await? {
        let mut q = db.reads();
        let Some(store) = identity::org::all_stores(&mut q, group.id).await?.into_iter().next() else { continue };
        let calendar = identity::calendar::of(&mut q, group.id, store.id).await?;
        let (today, time) = calendar.local(now);
        let last = last(&mut q, group.id).await?.map(|s| calendar.local(s.moment()).0);
        if time.minute_of_day() >= NIGHT && last != Some(today) {
            search(db, group.id).await?;
        }
    }
    Ok(())
}

/// Queues a search; one that waits already is the one.
/// # Errors
/// `Forbidden` without the right to merge.
pub async fn ask(db: &Db, scope: &Scope) -> Result<()> {
    scope.need(kernel::Cap::CustomerMerge)?;
    transact!(db, scope, |tx| {
        let now = tx.now();
        let key = format!("{KIND}:{}:{}", scope.group, now.0 / Millis::MINUTE);
        jobs::enqueue(tx, KIND, &key, &Value::Null, now).await
    })
}

/// # Errors
/// As the database answers.
pub async fn last(q: &mut impl Sql, group: GroupId) -> Result<Option<Searched>> {
    let said = settings::get(q, group, None, LAST).await?;
    Ok(said.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Looks through everybody of a group.
/// # Errors
/// As the database answers; pairs that were found before are kept.
pub async fn search(db: &Db, group: GroupId) -> Result<Searched> {
    let mut searched = Searched { at: db.clock().now().0, ..Searched::default() };
    let everybody = store::everybody(&mut db.reads(), group).await?;
    let mut pairs: Vec<Pair> = Vec::new();
    let passes = u64::try_from(everybody.saturating_mul(KEYS_EACH) / A_PASS + 1).unwrap_or(1);
    for pass in 0..passes {
        let mut keys: Vec<(u64, CustomerId)> = Vec::new();
        let mut looked = 0;
        let mut after = CustomerId::new(0);
        loop {
            let chunk = Chunk::after(db, group, after).await?;
            let Some(last) = chunk.people.last() else { break };
            after = last.id;
            looked += u64::try_from(chunk.people.len()).unwrap_or(0);
            chunk.keys(|key, id| {
                if (key >> 3) % passes == pass {
                    keys.push((key, id));
                }
            });
            // Pages come first.
            tokio::task::yield_now().await;
        }
        searched.looked = looked;
        let (some, crowded) = tokio::task::spawn_blocking(move || alike(keys)).await.map_err(Problem::internal)?;
        searched.crowded += crowded;
        pairs.extend(some);
    }
    // The strongest reason first: a pair is told once.
    pairs.sort_by_key(|(.., why)| WHYS.iter().position(|w| w == why));
    searched.found = write(db, group, &pairs).await?;
    let scope = Scope::system(group, None);
    let text = serde_json::to_string(&searched).map_err(Problem::internal)?;
    transact!(db, &scope, |tx| {
        settings::set(tx, None, LAST, &text).await?;
        let after = json!({ "looked": searched.looked, "found": searched.found });
        audit::note(tx, "customer.searched", "group", group.raw(), &Value::Null, &after).await
    })?;
    tracing::info!(looked = searched.looked, found = searched.found, "possible duplicates searched");
    Ok(searched)
}

/// Some customers with what is alike in two files of one person.
struct Chunk {
    people: Vec<store::Person>,
    /// In the order of customers.
    lines: Vec<store::Number>,
    plates: Vec<(CustomerId, String)>,
}

impl Chunk {
    async fn after(db: &Db, group: GroupId, after: CustomerId) -> Result<Self> {
        let mut q = db.reads();
        let people = store::people(&mut q, group, after, A_CHUNK).await?;
        let Some(last) = people.last().map(|p| p.id) else {
            return Ok(Self { people, lines: Vec::new(), plates: Vec::new() });
        };
        let lines = store::numbers(&mut q, group, after, last).await?;
        let plates = store::plates(&mut q, group, after, last).await?;
        Ok(Self { people, lines, plates })
    }

    fn keys(&self, mut give: impl FnMut(u64, CustomerId)) {
        for p in &self.people {
            let lines = within(&self.lines, p.id, |l| l.customer_id);
            for line in lines.iter().filter(|l| l.contact_name.is_none()) {
                give(key("phone", &[&line.digits]), p.id);
            }
            for (_, plate) in within(&self.plates, p.id, |c| c.0) {
                // No plate has an O or an I but one that was written so for 0 and 1.
                give(key("plate", &[&plate.replace('O', "0").replace('I', "1")]), p.id);
            }
            let sound = p.name_key.split('\u{1}').next().unwrap_or("").trim();
            if sound.is_empty() || p.name.chars().count() < 2 {
                continue;
            }
            if p.organisation() {
                give(key("name", &[&p.name]), p.id);
                continue;
            }
            for line in lines.iter().filter(|l| l.digits.len() >= 11 && l.digits.is_ascii()) {
                let end = &line.digits[line.digits.len() - MOST_DIGITS..];
                give(key("name-number", &[sound, "begins", &line.digits[..MOST_DIGITS]]), p.id);
                give(key("name-number", &[sound, "ends", end]), p.id);
            }
            if let Some(day) = &p.birthday {
                give(key("name-birthday", &[sound, &day.to_string()]), p.id);
            }
            if let Some(region) = p.region.as_deref().filter(|r| !r.is_empty()) {
                give(key("name-region", &[sound, region]), p.id);
            }
        }
    }
}

/// Those of one customer, in a list that is in the order of customers.
fn within<T>(all: &[T], id: CustomerId, of: impl Fn(&T) -> CustomerId) -> &[T] {
    let from = all.partition_point(|x| of(x) < id);
    let upto = all.partition_point(|x| of(x) <= id);
    &all[from..upto]
}

/// 61 bits of what is alike, three of why.
fn key(why: &str, parts: &[&str]) -> u64 {
    let number = WHYS.iter().position(|w| *w == why).unwrap_or(0);
    let mut hash = DefaultHasher::new();
    (why, parts).hash(&mut hash);
    hash.finish() & !7 | u64::try_from(number).unwrap_or(0)
}

type Pair = (CustomerId, CustomerId, &'static str);

/// Pairs of those who share a key, and how many keys too many share.
fn alike(mut keys: Vec<(u64, CustomerId)>) -> (Vec<Pair>, u64) {
    keys.sort_unstable_by_key(|(key, id)| (key & 7, *key, *id));
    keys.dedup();
    let (mut pairs, mut crowded) = (Vec::new(), 0);
    for same in keys.chunk_by(|a, b| a.0 == b.0) {
        let why = usize::try_from(same[0].0 & 7).ok().and_then(|n| WHYS.get(n)).copied().unwrap_or("name");
        let most = if matches!(why, "name-birthday" | "name-region") { MOST_NAMESAKES } else { MOST_ALIKE };
        if same.len() > most {
            crowded += u64::from(most == MOST_ALIKE);
            continue;
        }
        for (i, (_, a)) in same.iter().enumerate() {
            pairs.extend(same[i + 1..].iter().map(|(_, b)| (*a, *b, why)));
        }
    }
    (pairs, crowded)
}

async fn write(db: &Db, group: GroupId, pairs: &[Pair]) -> Result<u64> {
    let scope = Scope::system(group, None);
    let mut new = 0;
    for some in pairs.chunks(A_WRITE) {
        new += transact!(db, &scope, |tx| { people::insert_twins(tx, some, None).await })?;
        tokio::task::yield_now().await;
    }
    Ok(new)
}
