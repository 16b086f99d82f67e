//! Numbers are not for copying: how many may be looked up, and who hears when somebody comes to the limit.
//!
//! A search by part of a number, plate or VIN tells whether the part is right. So each distinct part counts, up to so many
//! an hour and person; a part that is typed on is one. Counted in memory: a restart forgets the last hour, what was
//! reported stays.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{LazyLock, Mutex};

use kernel::{Cap, GroupId, Millis, Problem, Result, Scope, StoreId, UserId};
use platform::db::{Db, Sql};
use platform::{args, audit, notices, settings, stmt, transact};
use serde_json::{Value, json};

use crate::identity;
use crate::search;

stmt!(
    ALARM,
    "INSERT INTO lookup_alarm (user_id, kind, hour, group_id, store_id, at) VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING"
);

/// A limit: name of its setting, shipped value, and the range in which it may be set.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub name: &'static str,
    pub shipped: i64,
    pub least: i64,
    pub most: i64,
}

/// Numbers shown to one person in an hour, in a day; parts of numbers searched in an hour.
pub const REVEALS_HOUR: Limit = Limit { name: "reveals-per-hour", shipped: 40, least: 1, most: 500 };
pub const REVEALS_DAY: Limit = Limit { name: "reveals-per-day", shipped: 150, least: 1, most: 2_000 };
pub const FRAGMENTS_HOUR: Limit = Limit { name: "fragments-per-hour", shipped: 200, least: 20, most: 2_000 };
pub const LIMITS: [Limit; 3] = [REVEALS_HOUR, REVEALS_DAY, FRAGMENTS_HOUR];

/// As set for the store, else as shipped.
/// # Errors
/// As the database answers.
pub async fn limit(q: &mut impl Sql, group: GroupId, store: Option<StoreId>, of: Limit) -> Result<i64> {
    settings::number(q, group, store, of.name, of.shipped).await
}

/// What of a last hour is remembered of one person.
#[derive(Default)]
struct Searched {
    /// When, and of what; the oldest in front.
    parts: VecDeque<(Millis, u64)>,
    known: HashSet<u64>,
    /// The last part as it was typed.
    last: String,
    last_at: Millis,
}

/// The same part typed on within so long is one.
const TYPING: i64 = 30_000;
/// By database and person.
type Everybody = HashMap<(usize, UserId), Searched>;
static SEARCHED: LazyLock<Mutex<Everybody>> = LazyLock::new(Mutex::default);

/// Counts a search; one by name alone is free.
/// # Errors
/// `Refused("search-hour")` past the limit, which is reported.
pub async fn searched(db: &Db, scope: &Scope, text: &str) -> Result<()> {
    let Some(part) = search::number_part(text) else { return Ok(()) };
    let Some(user) = scope.user else { return Ok(()) };
    let most = limit(&mut db.reads(), scope.group, scope.store, FRAGMENTS_HOUR).await?;
    let now = db.clock().now();
    let free = {
        let mut all = SEARCHED.lock().map_err(|_| Problem::internal("a counter was lost"))?;
        count(all.entry((db.place(), user)).or_default(), &part, now, most)
    };
    if free {
        return Ok(());
    }
    report(db, scope, "search").await?;
    Err(Problem::Refused("search-hour"))
}

/// Whether this part may still be asked for.
fn count(seen: &mut Searched, part: &str, now: Millis, most: i64) -> bool {
    while let Some((_, old)) = seen.parts.front().copied().filter(|(at, _)| now.since(*at) >= Millis::HOUR) {
        seen.parts.pop_front();
        seen.known.remove(&old);
    }
    let hash = digest(part);
    if !seen.known.contains(&hash) {
        // What was asked while typing stands for the whole; what was taken away again and typed otherwise does not.
        let typed_on = !seen.last.is_empty() && now.since(seen.last_at) < TYPING && part.starts_with(&seen.last);
        let before = digest(&seen.last);
        if typed_on && seen.parts.back().is_some_and(|(_, h)| *h == before) {
            seen.parts.pop_back();
            seen.known.remove(&before);
        }
        if i64::try_from(seen.parts.len()).unwrap_or(i64::MAX) >= most {
            return false;
        }
        seen.parts.push_back((now, hash));
        seen.known.insert(hash);
    }
    part.clone_into(&mut seen.last);
    seen.last_at = now;
    true
}

fn digest(part: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    part.hash(&mut hash);
    hash.finish()
}

/// Tells whoever keeps the people of the store, once an hour.
/// # Errors
/// As the database answers.
pub async fn report(db: &Db, scope: &Scope, kind: &'static str) -> Result<()> {
    let user = scope.user()?;
    let hour = db.clock().now().0 / Millis::HOUR;
    transact!(db, &Scope::system(scope.group, scope.store), |tx| {
        let now = tx.now();
        if tx.exec(&ALARM, args![user, kind, hour, scope.group, scope.store, now]).await? == 0 {
            return Ok(());
        }
        let after = json!({ "kind": kind });
        audit::note(tx, "lookup.alarm", "user", user.raw(), &Value::Null, &after).await?;
        let Some(store) = scope.store else { return Ok(()) };
        let mut hear = identity::holders(tx, scope.group, store, Cap::PeopleManage, None).await?;
        hear.retain(|id| *id != user);
        notices::tell(tx, &hear, Some(store), notice(kind), user.raw(), &Value::Null).await
    })
}

fn notice(kind: &str) -> &'static str {
    match kind {
        "reveal-hour" => "lookup_reveal_hour",
        "reveal-day" => "lookup_reveal_day",
        _ => "lookup_search",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of these were let through, asked one second apart.
    fn let_through(most: i64, parts: &[String]) -> usize {
        let mut seen = Searched::default();
        let ask = |(n, part): (usize, &String)| {
            let now = Millis(i64::try_from(n).unwrap_or(0) * 1_000);
            count(&mut seen, part, now, most)
        };
        parts.iter().enumerate().map(ask).filter(|free| *free).count()
    }

    #[test]
    fn 打字途中算一次_试探逐次计() {
        let texts = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        // Ten numbers typed key by key.
        let typed: Vec<String> =
            (0..10).flat_map(|n| (4..=7).map(move |len| format!("{n}234417")[..len].to_owned())).collect();
        assert_eq!(let_through(10, &typed), 40);
        assert_eq!(let_through(9, &typed), 36);
        // Guessing what stands in front of the end that is shown.
        let guessed: Vec<String> = (0..500).map(|n| format!("{n:03}4417")).collect();
        assert_eq!(let_through(200, &guessed), 200);
        // Taking the last character away and trying another, with and without something else between.
        let tried: Vec<String> = (0..300)
            .flat_map(|n| [format!("LSVN{}", n % 10), format!("LSVN{}{n}", n % 10), format!("K{n:04}")])
            .collect();
        assert!(let_through(200, &tried) < 500);
        let back: Vec<String> = (0..300).flat_map(|n| ["7K3Q".to_owned(), format!("7K3Q{n}")]).collect();
        assert!(let_through(200, &back) < 420);
        // The same again is no other, and an hour later all are free again.
        assert_eq!(let_through(1, &texts(&["4417", "4417", "4417"])), 3);
        let mut seen = Searched::default();
        assert!(count(&mut seen, "4417", Millis(0), 1) && !count(&mut seen, "5517", Millis(1_000), 1));
        assert!(count(&mut seen, "5517", Millis(Millis::HOUR), 1));
    }
}
