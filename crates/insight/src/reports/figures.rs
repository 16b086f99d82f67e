//! Keeps the counted days up to date, checks them against the tasks themselves, and makes them anew.

use std::collections::BTreeMap;

use contact::followup::figures::{self, What};
use jiff::tz::TimeZone;
use kernel::{GroupId, Millis, Result, Scope, StoreDate, StoreId, UserId};
use platform::db::{Db, Sql, Tx};
use platform::transact;

use super::model::{Bucket, Counts};
use super::period::Period;
use super::store::{self, Plain, Question};

/// Days per transaction: what one of them holds the database for stays short.
const CHUNK: usize = 6;
/// Days that can have figures.
const FIRST: (i16, i8, i8) = (1970, 1, 1);
const LAST: (i16, i8, i8) = (9999, 12, 31);

fn day((y, m, d): (i16, i8, i8)) -> StoreDate {
    StoreDate::new(y, m, d).unwrap_or_else(|| StoreDate::from(jiff::civil::Date::MAX))
}

/// Counts every changed day that can be counted: tasks once all windows of the day have ended, calls at once.
/// Answers how many days were counted.
/// # Errors
/// As the database answers; what was counted stays.
pub async fn settle(db: &Db, now: Millis) -> Result<usize> {
    let mut counted = 0;
    for (group, store_id) in store::all_stores(&mut db.reads()).await? {
        follow_zone(db, group, store_id).await?;
    }
    for found in figures::changed_stores(&mut db.reads(), day(LAST)).await? {
        let Some(what) = What::parse(&found.what) else { continue };
        counted += settle_store(db, found.group_id, found.store_id, what, now).await?;
    }
    Ok(counted)
}

/// A store whose zone has changed has other days.
async fn follow_zone(db: &Db, group: GroupId, store_id: StoreId) -> Result<()> {
    let tz = store::time_zone(&mut db.reads(), group, store_id).await?;
    let known = store::zone(&mut db.reads(), group, store_id).await?;
    if known.as_ref() == Some(&tz) {
        return Ok(());
    }
    let scope = Scope::system(group, Some(store_id));
    transact!(db, &scope, |tx| {
        if known.is_some() {
            figures::mark_all(tx, store_id, What::Call).await?;
        }
        store::set_zone(tx, store_id, &tz).await
    })
}

async fn settle_store(db: &Db, group: GroupId, store_id: StoreId, what: What, now: Millis) -> Result<usize> {
    let mut q = db.reads();
    let tz = TimeZone::get(&store::time_zone(&mut q, group, store_id).await?).unwrap_or(TimeZone::UTC);
    let Some(today) = store::day_of(&tz, now) else { return Ok(0) };
    let changed = figures::changed(&mut q, group, &[store_id], what, day(FIRST), today).await?;
    let mut ripe: Vec<StoreDate> = changed.into_iter().map(|c| c.1).collect();
    if what == What::Task {
        let mut waiting = Vec::new();
        for days in ripe.chunks(100) {
            waiting.extend(store::unended(&mut q, group, store_id, days, now).await?);
        }
        ripe.retain(|d| !waiting.contains(d));
    }
    let scope = Scope::system(group, Some(store_id));
    for days in ripe.chunks(CHUNK) {
        transact!(db, &scope, |tx| { count(tx, store_id, what, days, &tz, now).await })?;
    }
    for days in store::crowded(&mut q, group, store_id, what.key()).await?.chunks(CHUNK) {
        // One note says as much as many.
        transact!(db, &scope, |tx| {
            figures::take(tx, store_id, what, days).await?;
            figures::mark(tx, store_id, what, days).await
        })?;
    }
    Ok(ripe.len())
}

/// Takes the notes away, then counts: whatever was noted before is in the count, whatever comes later notes itself.
async fn count(
    tx: &mut Tx,
    store_id: StoreId,
    what: What,
    days: &[StoreDate],
    tz: &TimeZone,
    now: Millis,
) -> Result<()> {
    let group = tx.scope().group;
    figures::take(tx, store_id, what, days).await?;
    match what {
        What::Task => {
            // A task may have come since whose window is still open.
            let waiting = store::unended(tx, group, store_id, days, now).await?;
            figures::mark(tx, store_id, what, &waiting).await?;
            let days: Vec<StoreDate> = days.iter().filter(|d| !waiting.contains(d)).copied().collect();
            store::count_tasks(tx, store_id, &days).await
        }
        What::Call => {
            let mut with_moments = Vec::new();
            for day in days {
                with_moments.push((*day, store::midnight(tz, *day)?, store::midnight(tz, day.days_after(1))?));
            }
            store::count_calls(tx, store_id, &with_moments).await
        }
    }
}

/// Makes all counted days of a group's stores anew.
/// # Errors
/// As the database answers.
pub async fn rebuild(db: &Db) -> Result<usize> {
    let now = db.clock().now();
    for (group, store_id) in store::all_stores(&mut db.reads()).await? {
        let scope = Scope::system(group, Some(store_id));
        for what in [What::Task, What::Call] {
            transact!(db, &scope, |tx| { figures::mark_all(tx, store_id, what).await })?;
        }
    }
    settle(db, now).await
}

/// Figures of a store's month that are not what its tasks say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub store: StoreId,
    pub month: String,
    pub class: String,
    pub agent: Option<UserId>,
    pub kept: Counts,
    pub found: Counts,
}

/// Counts every month of every store once more, task by task, and answers what the reports say otherwise.
/// # Errors
/// As the database answers.
pub async fn compare(db: &Db) -> Result<Vec<Difference>> {
    let mut wrong = Vec::new();
    let mut q = db.reads();
    let now = db.clock().now();
    for (group, store_id) in store::all_stores(&mut q).await? {
        let Some((first, last)) = store::task_days(&mut q, group, store_id).await? else { continue };
        let mut from = first.first_of_month();
        while from <= last {
            let period = Period { from, to: from.last_of_month() };
            wrong.extend(compare_month(&mut q, group, store_id, period, now).await?);
            from = period.to.days_after(1);
        }
    }
    Ok(wrong)
}

async fn compare_month(
    q: &mut impl Sql,
    group: GroupId,
    store_id: StoreId,
    period: Period,
    now: Millis,
) -> Result<Vec<Difference>> {
    type Key = (String, String, String, Option<UserId>);
    let ask = Question {
        group,
        stores: vec![store_id],
        period,
        tz: TimeZone::UTC,
        now,
        agent: None,
        kind: String::new(),
        class: String::new(),
        brand: None,
        by_agent: true,
        departments: None,
        one_zone: true,
    };
    let mut both: BTreeMap<Key, (Counts, Counts)> = BTreeMap::new();
    for cell in store::cells(q, &ask).await? {
        both.entry((cell.class, cell.kind, cell.brand, cell.agent)).or_default().0.add(&cell.counts);
    }
    for row in store::plain(q, group, store_id, (period.from, period.to), now).await? {
        let counts = of_plain(&row);
        both.entry((row.class, row.kind, row.brand, row.agent_id)).or_default().1.add(&counts);
    }
    let differs = both.into_iter().filter(|(_, (kept, found))| kept != found);
    Ok(differs
        .map(|((class, _, _, agent), (kept, found))| Difference {
            store: store_id,
            month: store::month(period.from),
            class,
            agent,
            kept,
            found,
        })
        .collect())
}

/// (question, option or mark, how often), by question and option.
pub type SaidCounts = Vec<(String, String, i64)>;

/// Every answer and remark of a store, and the calls of each agent, as the reports count them over all days: for
/// checking them against another count.
/// # Errors
/// As the database answers.
pub async fn calls_of_store(db: &Db, group: GroupId, store_id: StoreId) -> Result<(SaidCounts, Vec<(UserId, i64)>)> {
    let mut q = db.reads();
    let now = db.clock().now();
    let Some(today) = store::day_of(&TimeZone::UTC, now) else { return Ok((Vec::new(), Vec::new())) };
    let period = Period { from: today.days_after(-1_000), to: today.days_after(1) };
    let ask = super::jobs::ask(&mut q, group, vec![store_id], store_id, period, now).await?;
    let mut said: BTreeMap<(String, String), i64> = BTreeMap::new();
    for s in store::said(&mut q, &ask).await? {
        *said.entry((s.question, s.option)).or_default() += s.n;
    }
    let calls = store::agents(&mut q, &ask).await?;
    Ok((
        said.into_iter().map(|((question, option), n)| (question, option, n)).collect(),
        calls.into_iter().filter_map(|c| Some((c.agent?, c.attempts))).collect(),
    ))
}

/// The same counts in other words than the statement that keeps them.
pub fn of_plain(row: &Plain) -> Counts {
    let mut counts = Counts::default();
    let slot = match row.bucket {
        Bucket::Done => &mut counts.done,
        Bucket::Tried => &mut counts.tried,
        Bucket::Missed => &mut counts.missed,
        Bucket::OptedOut => &mut counts.opted_out,
        Bucket::Merged => &mut counts.merged,
        Bucket::NoNumber => &mut counts.no_number,
        Bucket::Cancelled => &mut counts.cancelled,
        Bucket::Superseded => &mut counts.superseded,
    };
    *slot = row.n;
    if row.bucket.counts() {
        (counts.attempted, counts.reached) = (row.tried, row.reached);
        counts.complete = row.complete;
    }
    counts
}
