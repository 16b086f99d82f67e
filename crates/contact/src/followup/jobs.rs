//! Repeating work: the nightly catch-up and the end of what has expired.

use kernel::{GroupId, Result, Scope, StoreId};
use platform::db::Db;
use platform::jobs::{Every, Worker};
use platform::{settings, transact};

use super::context::Context;
use super::model::SubjectKind;
use super::planning::{PLAN_FROM, Planned, plan_events};
use super::{distribute, expiry, imports, numbers, people_port, recalendar, store};

const CHUNK: i64 = 1_000;

pub fn jobs() -> Vec<Every> {
    vec![
        Every { kind: "followup-expiry", minutes: 15, run: |app, _| Box::pin(async move { expire(&app.db).await }) },
        Every {
            kind: "followup-catch-up",
            minutes: 30,
            run: |app, _| Box::pin(async move { catch_up_by_night(&app.db).await.map(|_| ()) }),
        },
    ]
}

/// Work queued by other verbs.
pub fn workers() -> Vec<Worker> {
    vec![
        Worker { kind: imports::REVEAL, run: |app, job| Box::pin(imports::reveal_rest(app, job)) },
        Worker { kind: recalendar::KIND, run: |app, job| Box::pin(recalendar::run(app, job)) },
    ]
}

async fn expire(db: &Db) -> Result<()> {
    let ended = expiry::expire_all(db).await?;
    if ended > 0 {
        tracing::info!(ended, "follow-up tasks ended");
    }
    Ok(())
}

/// From this minute of the store's day its night's work is due.
const NIGHT: u16 = 120;
const CAUGHT_UP: &str = "followup-caught-up";

/// [`catch_up`] once a night, in each store's own night; a server that was off catches up as soon as it runs.
/// # Errors
/// As the database answers.
pub async fn catch_up_by_night(db: &Db) -> Result<usize> {
    let now = db.clock().now();
    let mut ran = 0;
    for (group, store_id) in people_port::stores(&mut db.reads()).await? {
        let mut q = db.reads();
        let cal = people_port::calendar(&mut q, group, store_id).await?;
        let (today, time) = cal.local(now);
        let done = settings::get(&mut q, group, Some(store_id), CAUGHT_UP).await?;
        if time.minute_of_day() < NIGHT || done.as_deref() == Some(today.to_string().as_str()) {
            continue;
        }
        catch_up_store(db, group, store_id).await?;
        let scope = Scope::system(group, Some(store_id));
        transact!(db, &scope, |tx| { settings::set(tx, Some(store_id), CAUGHT_UP, &today.to_string()).await })?;
        ran += 1;
    }
    Ok(ran)
}

/// Plans events that no listener has planned, gives orphaned contacts an agent, in every store.
/// # Errors
/// As the database answers.
pub async fn catch_up(db: &Db) -> Result<()> {
    for (group, store_id) in people_port::stores(&mut db.reads()).await? {
        let done = catch_up_store(db, group, store_id).await?;
        if done.tasks > 0 {
            tracing::info!(store = %store_id, tasks = done.tasks, late = done.late, "follow-ups caught up");
        }
    }
    Ok(())
}

/// One store. Looks back as far as a task of any rule could still be alive, never before the day the store plans from.
/// # Errors
/// As the database answers.
pub async fn catch_up_store(db: &Db, group: GroupId, store_id: StoreId) -> Result<Planned> {
    let now = db.clock().now();
    let scope = Scope::system(group, Some(store_id));
    let mut q = db.reads();
    let context = Context::of(&mut q, group, store_id).await?;
    let back = context.rules().rules.iter().map(|r| r.expires_after_day).max().unwrap_or(0);
    // A settlement may come weeks after the opening by which events are listed.
    let mut since = context.today(now).days_after(-i32::try_from(back).unwrap_or(366) - 31);
    let from = settings::get(&mut q, group, Some(store_id), PLAN_FROM).await?.and_then(|v| v.parse().ok());
    if let Some(from) = from {
        since = since.max(from);
    }
    let mut sum = Planned::default();
    for kind in [SubjectKind::RepairOrder, SubjectKind::Delivery] {
        let mut after = i64::MIN;
        loop {
            let ids = people_port::events_since(&mut q, group, store_id, kind, since, after, CHUNK).await?;
            let Some(last) = ids.last().copied() else { break };
            after = last;
            let rest = unplanned(&mut q, &context, kind, &ids).await?;
            if !rest.is_empty() {
                let done = transact!(db, &scope, |tx| { plan_events(tx, &context, kind, &rest, None, None).await })?;
                sum.tasks += done.tasks;
                sum.late += done.late;
                sum.skipped += done.skipped;
                sum.moved += done.moved;
            }
        }
    }
    transact!(db, &scope, |tx| { distribute::deal_out(tx, store_id, CHUNK).await })?;
    numbers::recheck_store(db, &scope, store_id).await?;
    Ok(sum)
}

/// Events for which some rule has neither a task nor a reason for none.
async fn unplanned(
    q: &mut impl platform::db::Sql,
    context: &Context,
    kind: SubjectKind,
    ids: &[i64],
) -> Result<Vec<i64>> {
    let event = match kind {
        SubjectKind::RepairOrder => super::rules::EventKind::RepairOrder,
        SubjectKind::Delivery => super::rules::EventKind::Delivery,
        SubjectKind::Case => return Ok(Vec::new()),
    };
    let mut rest = Vec::new();
    for rule in context.rules().active(event) {
        let keys = [rule.key.clone()];
        let planned = store::tasks_of_subjects(q, context.group, context.store, kind, ids, &keys).await?;
        let mut known: Vec<i64> = planned.into_iter().map(|t| t.subject_id).collect();
        known.extend(store::known_no_tasks(q, context.group, context.store, &rule.key, kind, ids).await?);
        known.sort_unstable();
        rest.extend(ids.iter().copied().filter(|id| known.binary_search(id).is_err()));
    }
    rest.sort_unstable();
    rest.dedup();
    Ok(rest)
}
