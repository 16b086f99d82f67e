//! The program's own part: reading, writing and undoing in the background, going on after a crash, erasing.

use std::time::{Duration, Instant};

use kernel::{GroupId, ImportId, Millis, Problem, Result, Scope};
use platform::db::Db;
use platform::http::App;
use platform::jobs::{Every, Job, Worker, enqueue};
use platform::transact;
use serde_json::json;

use super::apply::apply_next_chunk;
use super::pace::Pace;
use super::parse::parse;
use super::state::State;
use super::store;
use super::undo::undo_next_chunk;
use super::workshop::Workshop;

pub(super) const PARSE: &str = "import-parse";
pub(super) const APPLY: &str = "import-apply";
pub(super) const UNDO: &str = "import-undo";
pub(super) const ERASE: &str = "import-erase";

/// Then other jobs get their turn.
const SLICE: Duration = Duration::from_secs(20);
/// Nothing heard for so long: the worker died. Reading is silent for long in its first pass; each chunk that is written
/// says something, and a second writer would find the place moved on and stop.
const SILENCE_READING: i64 = 2 * Millis::MINUTE;
const SILENCE_WRITING: i64 = 20_000;
/// Staging and files are kept for so long.
const KEEP: i64 = 30 * Millis::DAY;
/// As often as the queue tries.
const LAST_ATTEMPT: u32 = 8;

/// What does jobs of imports.
pub fn workers() -> Vec<Worker> {
    vec![
        Worker { kind: PARSE, run: |app, job| Box::pin(run(app, job)) },
        Worker { kind: APPLY, run: |app, job| Box::pin(run(app, job)) },
        Worker { kind: UNDO, run: |app, job| Box::pin(run(app, job)) },
        Worker { kind: ERASE, run: |app, job| Box::pin(run(app, job)) },
    ]
}

/// Repeating work.
pub fn jobs() -> Vec<Every> {
    vec![
        Every {
            kind: "import-resume",
            minutes: 1,
            run: |app, now| Box::pin(async move { resume_silent(&app.db, now).await }),
        },
        Every { kind: "import-expiry", minutes: 60, run: |app, now| Box::pin(expire(Workshop::of(&app), now)) },
    ]
}

async fn run(app: App, job: Job) -> Result<()> {
    let (Some(group), Some(id)) = (job.group_id, import_of(&job)) else { return Ok(()) };
    let shop = Workshop::of(&app);
    let outcome = match job.kind.as_str() {
        PARSE => parse(&shop, &Scope::system(group, None), id).await.map(|_| ()),
        APPLY | UNDO => slice(&shop.db, group, id, &job.kind).await,
        ERASE => erase(&shop, group, id).await,
        other => Err(Problem::internal(format!("not a job of imports: {other}"))),
    };
    match outcome {
        Err(problem) if job.attempts >= LAST_ATTEMPT && !matches!(problem, Problem::ReadOnly | Problem::Busy(_)) => {
            tracing::error!(import = %id, error = %problem, "an import is given up");
            let fault = match job.kind.as_str() {
                APPLY => "apply",
                UNDO => "undo",
                _ => "read",
            };
            let scope = Scope::system(group, None);
            transact!(shop.db, &scope, |tx| { store::failed(tx, id, fault).await.map(|_| ()) })
        }
        other => other,
    }
}

fn import_of(job: &Job) -> Option<ImportId> {
    let value = job.payload.get("import")?;
    serde_json::from_value(value.clone()).ok()
}

/// Chunk after chunk for a while; what is left becomes the next job.
async fn slice(db: &Db, group: GroupId, id: ImportId, kind: &str) -> Result<()> {
    let begun = Instant::now();
    let undoing = kind == UNDO;
    let mut pace = if undoing { Pace::undoing() } else { Pace::applying() };
    loop {
        let progress = match undoing {
            true => undo_next_chunk(db, group, id, &mut pace).await?,
            false => apply_next_chunk(db, group, id, &mut pace).await?,
        };
        if !matches!((undoing, progress.state), (true, State::Undoing) | (false, State::Applying)) {
            return Ok(());
        }
        if begun.elapsed() >= SLICE {
            let key = format!("{kind}:{id}:at{}", progress.done);
            return queue(db, group, id, kind, &key).await;
        }
        // Whoever waits for the writer goes first.
        tokio::task::yield_now().await;
    }
}

async fn queue(db: &Db, group: GroupId, id: ImportId, kind: &str, key: &str) -> Result<()> {
    let scope = Scope::system(group, None);
    transact!(db, &scope, |tx| {
        let now = tx.now();
        enqueue(tx, kind, key, &json!({ "import": id }), now).await
    })
}

/// At start: whatever a stopped program left half-done goes on at once. Where several nodes share a PostgreSQL, only
/// what nobody has worked on lately.
/// # Errors
/// As the database answers.
pub async fn resume(db: &Db) -> Result<()> {
    let now = db.clock().now();
    match db.engine() {
        // Nobody else works on it, whatever the clock said before.
        platform::db::Engine::Lite => resume_since(db, Millis(i64::MAX), Millis(i64::MAX)).await,
        platform::db::Engine::Pg => resume_silent(db, now).await,
    }
}

async fn resume_silent(db: &Db, now: Millis) -> Result<()> {
    resume_since(db, now.plus(-SILENCE_READING), now.plus(-SILENCE_WRITING)).await
}

/// `read`, `write`: those that said nothing since.
async fn resume_since(db: &Db, read: Millis, write: Millis) -> Result<()> {
    let slot = db.clock().now().0 / Millis::MINUTE;
    for import in store::waiting(&mut db.reads(), read.max(write)).await? {
        let (kind, beat) = match import.state {
            State::Uploaded | State::Parsing => (PARSE, read),
            State::Applying => (APPLY, write),
            State::Undoing => (UNDO, write),
            State::Asking | State::Previewed | State::Applied | State::Undone | State::Failed | State::Cancelled => {
                continue;
            }
        };
        if import.beat_at < beat {
            let key = format!("{kind}:{}:again{}:{}:{slot}", import.id, import.version, import.rows_done);
            queue(db, import.group_id, import.id, kind, &key).await?;
        }
    }
    Ok(())
}

/// Erases staging and files that have served.
async fn expire(shop: Workshop, now: Millis) -> Result<()> {
    for blob in store::expired(&mut shop.db.reads(), now.plus(-KEEP)).await? {
        erase(&shop, blob.group_id, blob.id).await?;
    }
    sweep_torn(&shop, now).await;
    Ok(())
}

async fn erase(shop: &Workshop, group: GroupId, id: ImportId) -> Result<()> {
    let scope = Scope::system(group, None);
    let batch = store::get(&mut shop.db.reads(), group, id).await?;
    if batch.blob_path.is_empty() || batch.state.busy() && batch.state != State::Uploaded {
        return Ok(());
    }
    while transact!(shop.db, &scope, |tx| { store::erase(tx, id).await })? {}
    match tokio::fs::remove_file(shop.blob(&batch)).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Problem::internal(error)),
        Ok(()) | Err(_) => {}
    }
    transact!(shop.db, &scope, |tx| { store::erased(tx, id).await })
}

/// Uploads that broke off.
async fn sweep_torn(shop: &Workshop, now: Millis) {
    let Ok(mut entries) = tokio::fs::read_dir(shop.folder()).await else { return };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let torn = entry.file_name().to_string_lossy().ends_with(".part");
        let Ok(meta) = entry.metadata().await else { continue };
        let at = meta.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let age = at.map_or(0, |at| now.since(Millis(i64::try_from(at.as_millis()).unwrap_or(i64::MAX))));
        if torn && age > Millis::DAY {
            let _ = tokio::fs::remove_file(entry.path()).await;
        }
    }
}
