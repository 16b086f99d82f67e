//! Work that is not a request: queued in the business transaction, done once, taken over when its worker dies.

use std::time::Duration;

use futures_util::future::BoxFuture;
use kernel::{Millis, Result, Scope};
use serde_json::Value;

use crate::db::{Db, Engine, Sql, Tx};
use crate::http::App;
use crate::{args, row, stmt, transact};

row! {
    /// A claimed job. `fence` must still be the job's own when its effect is written.
    pub struct Job { pub id: kernel::JobId, pub group_id: Option<kernel::GroupId>, pub store_id: Option<kernel::StoreId>, pub kind: String, pub payload: Value, pub attempts: u32, pub fence: i64 }
}

type Run = fn(App, Job) -> BoxFuture<'static, Result<()>>;
type Tick = fn(App, Millis) -> BoxFuture<'static, Result<()>>;

/// What does jobs of a kind.
#[derive(Clone, Copy)]
pub struct Worker {
    pub kind: &'static str,
    pub run: Run,
}

/// Something done every so many minutes by one node. It must be repeatable.
#[derive(Clone, Copy)]
pub struct Every {
    pub kind: &'static str,
    pub minutes: i64,
    pub run: Tick,
}

/// A job belongs to its worker for so long without a word; a worker that lives renews well before.
const LEASE: i64 = 15_000;
const RENEW: Duration = Duration::from_secs(5);
const MOST_ATTEMPTS: u32 = 8;
/// How often a full disk is looked at again.
const LOOK_FOR_ROOM: Duration = Duration::from_secs(2);

stmt!(
    JOB_ADD,
    "INSERT INTO job (id, group_id, store_id, kind, dedup_key, payload, run_at) VALUES ($1,$2,$3,$4,$5,$6,$7) \
     ON CONFLICT (dedup_key) DO NOTHING"
);
stmt!(
    JOB_CLAIM,
    lite: "UPDATE job SET locked_until=$1, fence=fence+1, attempts=attempts+1 WHERE id IN \
           (SELECT id FROM job WHERE done_at IS NULL AND run_at<=$2 AND locked_until<$2 ORDER BY run_at, id LIMIT 8) \
           RETURNING id, group_id, store_id, kind, payload, attempts, fence",
    pg: "UPDATE job SET locked_until=$1, fence=fence+1, attempts=attempts+1 WHERE id IN \
         (SELECT id FROM job WHERE done_at IS NULL AND run_at<=$2 AND locked_until<$2 ORDER BY run_at, id LIMIT 8 \
          FOR UPDATE SKIP LOCKED) \
         RETURNING id, group_id, store_id, kind, payload, attempts, fence",
);
stmt!(JOB_RENEW, "UPDATE job SET locked_until=$1 WHERE id=$2 AND fence=$3 AND done_at IS NULL");
stmt!(JOB_RELEASE, "UPDATE job SET locked_until=0 WHERE done_at IS NULL AND locked_until>0");
stmt!(JOB_DONE, "UPDATE job SET done_at=$1, locked_until=0 WHERE id=$2 AND fence=$3");
stmt!(JOB_LATER, "UPDATE job SET run_at=$1, locked_until=0, error=$2 WHERE id=$3 AND fence=$4");
stmt!(JOB_HALT, "UPDATE job SET locked_until=0, attempts=attempts-1 WHERE id=$1 AND fence=$2");
stmt!(JOB_GIVE_UP, "UPDATE job SET done_at=$1, locked_until=0, error=$2 WHERE id=$3 AND fence=$4");
stmt!(JOB_SWEEP, "DELETE FROM job WHERE done_at IS NOT NULL AND done_at < $1 AND error IS NULL");

stmt!(
    /// A sweep leaves no more than the failed ones and those of the last days.
    JOB_TROUBLE,
    "SELECT CAST(COALESCE(SUM(CASE WHEN done_at IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) AS given_up, \
     CAST(COALESCE(SUM(CASE WHEN done_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS retried \
     FROM (SELECT done_at FROM job WHERE error IS NOT NULL AND (done_at IS NULL OR done_at >= $2) \
     AND (group_id=$1 OR group_id IS NULL OR group_id=0) LIMIT 1000) t"
);

row! {
    /// Jobs that did not go well: given up since a moment, or still being tried again.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Trouble { pub given_up: i64, pub retried: i64 }
}

/// Of a group, and of the installation as a whole.
/// # Errors
/// As the database answers.
pub async fn trouble(q: &mut impl Sql, group: kernel::GroupId, since: Millis) -> Result<Trouble> {
    q.get(&JOB_TROUBLE, args![group, since]).await
}

/// Queues a job in the business transaction; a second one with the same key is the first one. Ids only in the payload.
/// # Errors
/// As the database answers.
pub async fn enqueue(tx: &mut Tx, kind: &str, dedup_key: &str, payload: &Value, run_at: Millis) -> Result<()> {
    let id = tx.new_id::<kernel::Job>();
    let (group, store) = (tx.scope().group, tx.scope().store);
    tx.exec(&JOB_ADD, args![id, group, store, kind, dedup_key, payload, run_at]).await.map(|_| ())
}

fn nobody() -> Scope {
    Scope::system(kernel::Id::new(0), None)
}

/// Jobs that were claimed when the disk was full: id and fence.
type Halted = Vec<(kernel::JobId, i64)>;

/// One round: claims what is due, runs it, notes the outcome. Answers how many were done.
/// # Errors
/// As the database answers.
pub async fn round(app: &App, workers: &[Worker], every: &[Every]) -> Result<usize> {
    one_round(app, workers, every, &mut Vec::new()).await
}

/// Gives back what waited for room, so that nobody waits for leases to run out.
async fn release(db: &Db, halted: &mut Halted) -> Result<()> {
    while let Some((id, fence)) = halted.last().copied() {
        transact!(db, &nobody(), |tx| { tx.exec(&JOB_HALT, args![id, fence]).await })?;
        halted.pop();
    }
    Ok(())
}

/// Gives back what a worker that died had claimed. Only where nobody else can be at work: SQLite belongs to one process.
/// # Errors
/// As the database answers.
pub async fn recover(db: &Db) -> Result<()> {
    match db.engine() {
        Engine::Lite => transact!(db, &nobody(), |tx| { tx.exec(&JOB_RELEASE, args![]).await.map(|_| ()) }),
        Engine::Pg => Ok(()),
    }
}

/// Does `work`, and says meanwhile that these jobs are in living hands.
async fn kept<T>(db: &Db, jobs: &[(kernel::JobId, i64)], work: impl Future<Output = T>) -> T {
    let renewing = async {
        loop {
            tokio::time::sleep(RENEW).await;
            let until = db.clock().now().plus(LEASE);
            let renewed: Result<()> = transact!(db, &nobody(), |tx| {
                for (id, fence) in jobs {
                    tx.exec(&JOB_RENEW, args![until, *id, *fence]).await?;
                }
                Ok(())
            });
            if let Err(problem) = renewed {
                tracing::warn!(error = %problem, "the leases of jobs could not be renewed");
            }
        }
    };
    tokio::select! {
        done = work => done,
        never = renewing => never,
    }
}

async fn one_round(app: &App, workers: &[Worker], every: &[Every], halted: &mut Halted) -> Result<usize> {
    let db = &app.db;
    let now = db.clock().now();
    let scope = nobody();
    let jobs: Vec<Job> = transact!(db, &scope, |tx| { tx.all(&JOB_CLAIM, args![now.plus(LEASE), now]).await })?;
    let claimed: Vec<_> = jobs.iter().map(|job| (job.id, job.fence)).collect();
    let mut done = 0;
    for (place, job) in jobs.into_iter().enumerate() {
        let (id, fence, attempts, kind) = (job.id, job.fence, job.attempts, job.kind.clone());
        // Those that wait behind it in this round are renewed too.
        let mine = claimed.get(place..).unwrap_or_default();
        let outcome = if let Some(worker) = workers.iter().find(|w| w.kind == kind) {
            kept(db, mine, (worker.run)(app.clone(), job)).await
        } else if let Some(tick) = every.iter().find(|e| e.kind == kind) {
            kept(db, mine, (tick.run)(app.clone(), now)).await
        } else {
            Err(kernel::Problem::internal(format!("no worker for {kind}")))
        };
        let at = db.clock().now();
        match outcome {
            Ok(()) => {
                done += 1;
                transact!(db, &scope, |tx| { tx.exec(&JOB_DONE, args![at, id, fence]).await })?;
            }
            // No fault of the job: it waits, and the try is not counted. Should even this find no room, its lease runs out.
            Err(kernel::Problem::ReadOnly) => {
                tracing::warn!(job = %id, kind, "a job waits for room on the disk");
                match transact!(db, &scope, |tx| { tx.exec(&JOB_HALT, args![id, fence]).await }) {
                    Ok(_) => {}
                    Err(kernel::Problem::ReadOnly) => halted.push((id, fence)),
                    Err(other) => return Err(other),
                }
                db.no_room();
            }
            Err(problem) => {
                let text = problem.to_string();
                tracing::error!(job = %id, kind, attempts, error = %text, "a job failed");
                let pause = Millis::MINUTE << attempts.min(8);
                if attempts >= MOST_ATTEMPTS {
                    transact!(db, &scope, |tx| { tx.exec(&JOB_GIVE_UP, args![at, &text, id, fence]).await })?;
                } else {
                    transact!(db, &scope, |tx| { tx.exec(&JOB_LATER, args![at.plus(pause), &text, id, fence]).await })?;
                }
            }
        }
    }
    Ok(done)
}

/// Puts the repeating work of this time slot into the queue; on any number of nodes it stands there once.
/// # Errors
/// As the database answers.
pub async fn schedule(db: &Db, every: &[Every]) -> Result<()> {
    let now = db.clock().now();
    let scope = nobody();
    for e in every {
        let slot = now.0 / (e.minutes * Millis::MINUTE);
        let key = format!("every:{}:{slot}", e.kind);
        transact!(db, &scope, |tx| { enqueue(tx, e.kind, &key, &Value::Null, now).await })?;
    }
    let old = now.plus(-14 * Millis::DAY);
    transact!(db, &scope, |tx| { tx.exec(&JOB_SWEEP, args![old]).await })?;
    Ok(())
}

/// Runs jobs until `stop` says so.
pub async fn run(app: App, workers: Vec<Worker>, every: Vec<Every>, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut scheduled = 0;
    let mut halted = Halted::new();
    while !*stop.borrow() {
        if app.db.is_full() {
            let back = app.db.look_for_room().await.unwrap_or(false) && release(&app.db, &mut halted).await.is_ok();
            if !back {
                tokio::select! {
                    () = tokio::time::sleep(LOOK_FOR_ROOM) => {}
                    _ = stop.changed() => {}
                }
                continue;
            }
        }
        let minute = app.db.clock().now().0 / Millis::MINUTE;
        if minute != scheduled {
            match schedule(&app.db, &every).await {
                Ok(()) => scheduled = minute,
                Err(problem) => tracing::warn!(error = %problem, "repeating work could not be queued"),
            }
        }
        let pause = match one_round(&app, &workers, &every, &mut halted).await {
            Ok(0) => Duration::from_millis(500),
            Ok(_) => Duration::ZERO,
            Err(problem) => {
                tracing::warn!(error = %problem, "jobs wait");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
}
