//! SQLite, run by whoever asks: a page's statement takes microseconds, and a way to another thread and back costs more
//! than that. What has been slow before, and every commit, is left to a thread that may wait (decision 9).

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kernel::{Problem, Result};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::engine::fault_lite;
use super::row::{Rec, Row};
use super::stmt::{Engine, Stmt, by_number};
use super::tx::decode;
use super::val::{Args, Val};

/// A statement that took longer is run beside the server's own threads the next time.
const LONG: Duration = Duration::from_millis(3);
/// After so much work others are let through first.
const A_WHILE: Duration = Duration::from_micros(500);
/// Said in the log.
const TOO_LONG: Duration = Duration::from_secs(1);

/// How long somebody waits for a connection, and a connection for another process.
const PATIENCE: Duration = Duration::from_secs(20);
const OTHERS: Duration = Duration::from_secs(10);

impl ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::I(Some(v)) => ValueRef::Integer(*v),
            Self::T(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::B(Some(bytes)) => ValueRef::Blob(bytes),
            Self::I(None) | Self::T(None) | Self::B(None) => ValueRef::Null,
        }))
    }
}

/// Opens a connection; `pragmas` are what it has beyond the usual.
pub(super) fn connect(path: &Path, read_only: bool, pragmas: &str) -> rusqlite::Result<Connection> {
    let way = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    let on = Connection::open_with_flags(path, way | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    on.busy_timeout(OTHERS)?;
    on.set_prepared_statement_cache_capacity(400);
    // Else a statement is planned anew for each new value: a page of thirty statements, thirty plans.
    on.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    on.execute_batch(pragmas)?;
    Ok(on)
}

/// Connections to one file. They are opened when they are first wanted, and never asked whether they live.
pub(super) struct Pool {
    make: Box<dyn Fn() -> rusqlite::Result<Connection> + Send + Sync>,
    idle: Mutex<Vec<Connection>>,
    open: AtomicUsize,
    turns: Arc<Semaphore>,
    most: u32,
}

/// A connection in somebody's hands; given back when dropped, rolled back where a transaction was left open.
pub(super) struct Held {
    /// In a lock for the compiler's sake alone: who holds it mutably never waits.
    on: Option<Mutex<Connection>>,
    pool: Arc<Pool>,
    _turn: OwnedSemaphorePermit,
}

impl Pool {
    pub fn new(most: u32, make: impl Fn() -> rusqlite::Result<Connection> + Send + Sync + 'static) -> Arc<Self> {
        let turns = Arc::new(Semaphore::new(most as usize));
        Arc::new(Self { make: Box::new(make), idle: Mutex::default(), open: AtomicUsize::new(0), turns, most })
    }

    /// # Errors
    /// `Busy` when no connection comes free in time.
    pub async fn take(self: &Arc<Self>) -> Result<Held> {
        let closed = |_| Problem::internal("the database is closed");
        let turn = match Arc::clone(&self.turns).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => match tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await {
                Ok(turn) => turn.map_err(closed)?,
                Err(_) => return Err(Problem::Busy(2)),
            },
        };
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let on = match idle {
            Some(on) => on,
            None => {
                let on = (self.make)().map_err(fault_lite)?;
                self.open.fetch_add(1, Ordering::Relaxed);
                on
            }
        };
        Ok(Held { on: Some(Mutex::new(on)), pool: Arc::clone(self), _turn: turn })
    }

    /// Whether the engine takes this statement.
    pub async fn prepare(self: &Arc<Self>, sql: &str) -> Result<()> {
        self.take().await?.on()?.prepare_cached(sql).map(|_| ()).map_err(Problem::internal)
    }

    /// Rows of text that is no registered statement, as integers and texts.
    pub async fn ask<T: Rec>(self: &Arc<Self>, sql: &str, args: Args) -> Result<Vec<T>> {
        self.take().await?.ask(sql, args)
    }

    /// Shows each row of a statement; answers how many there were.
    #[cfg(feature = "watch")]
    pub async fn see(
        self: &Arc<Self>,
        sql: &str,
        args: &[Val],
        mut look: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<usize> {
        let (mut held, mut seen) = (self.take().await?, 0);
        each(held.on()?, sql, args, "seen", |row| {
            seen += 1;
            look(row)
        })?;
        Ok(seen)
    }

    /// Connections that are open, and those of them that nobody uses.
    pub fn size(&self) -> (u32, usize) {
        let idle = self.idle.lock().map_or(0, |idle| idle.len());
        (u32::try_from(self.open.load(Ordering::Relaxed)).unwrap_or(u32::MAX), idle)
    }

    /// Lets those who have a connection end, and closes all; `last` is the last word on each.
    pub async fn close(&self, last: &str) {
        let everybody = tokio::time::timeout(OTHERS, self.turns.acquire_many(self.most)).await;
        self.turns.close();
        drop(everybody);
        let idle = self.idle.lock().map(|mut idle| std::mem::take(&mut *idle)).unwrap_or_default();
        for on in idle {
            self.open.fetch_sub(1, Ordering::Relaxed);
            if let Err(e) = on.execute_batch(last) {
                tracing::debug!(error = %e, "a connection was not closed in order");
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(on) = self.on.take().and_then(|on| on.into_inner().ok()) else { return };
        // SQLite gives a transaction up by itself where the disk is full; where not, it is given up here.
        let clean = on.is_autocommit() || on.execute_batch("ROLLBACK").is_ok();
        let closed = self.pool.turns.is_closed();
        match self.pool.idle.lock() {
            Ok(mut idle) if clean && !closed => idle.push(on),
            Ok(_) | Err(_) => drop(self.pool.open.fetch_sub(1, Ordering::Relaxed)),
        }
    }
}

impl Held {
    fn on(&mut self) -> Result<&mut Connection> {
        let gone = || Problem::internal("the connection was lost");
        self.on.as_mut().ok_or_else(gone)?.get_mut().map_err(|_| gone())
    }

    /// As [`Pool::ask`].
    pub fn ask<T: Rec>(&mut self, sql: &str, args: Args) -> Result<Vec<T>> {
        Records::of(self.on()?, &by_number(sql), args, "own text").map(|all: Records<T>| all.0)
    }

    /// Runs text that has no parameters.
    pub fn script(&mut self, sql: &str) -> rusqlite::Result<()> {
        match self.on.as_mut().and_then(|on| on.get_mut().ok()) {
            Some(on) => on.execute_batch(sql),
            None => Err(rusqlite::Error::InvalidQuery),
        }
    }
}

/// Runs something beside the server's own threads.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

/// Begins a write transaction. The lock is another process's, if anybody's: for that it is waited elsewhere.
pub(super) async fn begin(mut held: Held) -> Result<Held> {
    held.on()?.busy_timeout(Duration::ZERO).map_err(fault_lite)?;
    let begun = held.script("BEGIN IMMEDIATE");
    held.on()?.busy_timeout(OTHERS).map_err(fault_lite)?;
    match begun {
        Ok(()) => Ok(held),
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
            beside(move || held.script("BEGIN IMMEDIATE").map(|()| held)).await?.map_err(fault_lite)
        }
        Err(e) => Err(fault_lite(e)),
    }
}

/// Keeps what was written: waits for the disk.
pub(super) async fn commit(held: Held) -> Result<()> {
    script(held, "COMMIT").await
}

/// Runs text without parameters that may take long.
pub(super) async fn script(mut held: Held, sql: impl AsRef<str> + Send + 'static) -> Result<()> {
    beside(move || held.script(sql.as_ref())).await?.map_err(fault_lite)
}

/// What a statement gives back.
pub(super) trait Outcome: Send + 'static + Sized {
    fn of(on: &Connection, sql: &str, args: impl IntoIterator<Item: ToSql>, name: &'static str) -> Result<Self>;
}

/// Its rows.
pub(super) struct Records<T>(pub Vec<T>);
/// How many rows it wrote.
pub(super) struct Written(pub u64);

impl<T: Rec> Outcome for Records<T> {
    fn of(on: &Connection, sql: &str, args: impl IntoIterator<Item: ToSql>, name: &'static str) -> Result<Self> {
        let mut all = Vec::new();
        each(on, sql, args, name, |row| {
            all.push(decode(row, name)?);
            Ok(())
        })?;
        Ok(Self(all))
    }
}

impl Outcome for Written {
    fn of(on: &Connection, sql: &str, args: impl IntoIterator<Item: ToSql>, name: &'static str) -> Result<Self> {
        let before = on.total_changes();
        each(on, sql, args, name, |_| Ok(()))?;
        // Of a statement that changed nothing `changes` tells what the one before did.
        Ok(Self(if on.total_changes() == before { 0 } else { on.changes() }))
    }
}

/// Runs a statement and shows each of its rows.
pub(super) fn each(
    on: &Connection,
    sql: &str,
    args: impl IntoIterator<Item: ToSql>,
    name: &'static str,
    mut see: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let failed = |e| {
        tracing::debug!(stmt = name, error = %e, "statement failed");
        fault_lite(e)
    };
    let mut stmt = on.prepare_cached(sql).map_err(failed)?;
    let wanted = stmt.parameter_count();
    let mut given = 0;
    // What this engine's text does not ask for is left out.
    for value in args.into_iter().take(wanted) {
        given += 1;
        stmt.raw_bind_parameter(given, value).map_err(failed)?;
    }
    if given < wanted {
        return Err(Problem::internal(format!("{name} wants {wanted} values and was given {given}")));
    }
    let mut rows = stmt.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        see(&Row::lite(row))?;
    }
    Ok(())
}

/// Runs a statement: here if it has been quick, else beside. Afterwards the connection is where it was; it is gone only
/// when nobody waited for the end.
pub(super) async fn run<T: Outcome>(on: &mut Option<Held>, stmt: &'static Stmt, args: Args) -> Result<T> {
    let lost = || Problem::internal("the connection was lost");
    if stmt.took() > LONG {
        let mut held = on.take().ok_or_else(lost)?;
        let (held, outcome) = beside(move || {
            let outcome = timed(&mut held, stmt, &args);
            (held, outcome)
        })
        .await?;
        *on = Some(held);
        return outcome;
    }
    let outcome = timed(on.as_mut().ok_or_else(lost)?, stmt, &args);
    let_others(stmt.took()).await;
    outcome
}

fn timed<T: Outcome>(held: &mut Held, stmt: &'static Stmt, args: &[Val]) -> Result<T> {
    let since = Instant::now();
    let outcome = T::of(held.on()?, stmt.sql(Engine::Lite), args, stmt.name);
    let took = since.elapsed();
    stmt.ran(took);
    if took > TOO_LONG {
        tracing::warn!(stmt = stmt.name, millis = took.as_millis(), "a slow statement");
    } else {
        tracing::debug!(stmt = stmt.name, micros = took.as_micros());
    }
    outcome
}

/// Work on this thread ends nowhere by itself: whoever waits is let through.
async fn let_others(took: Duration) {
    if took > A_WHILE {
        tokio::task::yield_now().await;
    } else {
        tokio::task::coop::consume_budget().await;
    }
}

/// Runs text made for this moment, such as a bulk insert.
pub(super) async fn write(on: &mut Option<Held>, sql: &str, args: impl IntoIterator<Item: ToSql>) -> Result<u64> {
    let held = on.as_mut().ok_or_else(|| Problem::internal("the connection was lost"))?;
    let written = Written::of(held.on()?, sql, args, "bulk")?;
    let_others(LONG).await;
    Ok(written.0)
}

#[cfg(test)]
mod tests {
    use std::thread::ThreadId;

    use super::*;
    use crate::db::One;
    use crate::db::fold::Folding;
    use crate::{args, stmt};

    stmt!(
        T_COUNT_TO,
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < $1) SELECT COUNT(*) AS v FROM c"
    );
    stmt!(T_TWO, "SELECT $1 + $2 AS v");

    const WAL: &str = "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;";

    /// A file with one table, and its pool.
    async fn place() -> (tempfile::TempDir, Arc<Pool>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let pool = Pool::new(1, move || connect(&path, false, WAL));
        script(pool.take().await.unwrap(), "CREATE TABLE t (v INTEGER NOT NULL) STRICT").await.unwrap();
        (dir, pool)
    }

    /// The thread that ran a statement, and how many rows it gave.
    struct Ran(ThreadId, usize);
    impl Outcome for Ran {
        fn of(on: &Connection, sql: &str, args: impl IntoIterator<Item: ToSql>, name: &'static str) -> Result<Self> {
            let rows: Records<One<i64>> = Records::of(on, sql, args, name)?;
            Ok(Self(std::thread::current().id(), rows.0.len()))
        }
    }

    #[tokio::test]
    async fn what_has_been_slow_runs_beside_and_gives_its_connection_back() {
        let (_dir, pool) = place().await;
        let mut on = Some(pool.take().await.unwrap());
        let here = std::thread::current().id();
        let first: Ran = run(&mut on, &T_COUNT_TO, args![3]).await.unwrap();
        assert_eq!((first.0, first.1), (here, 1));
        for _ in 0..12 {
            let _: Ran = run(&mut on, &T_COUNT_TO, args![400_000]).await.unwrap();
        }
        let slow: Ran = run(&mut on, &T_COUNT_TO, args![400_000]).await.unwrap();
        assert_ne!(slow.0, here);
        let again: Records<One<i64>> = run(&mut on, &T_COUNT_TO, args![7]).await.unwrap();
        assert_eq!(again.0[0].0, 7);
        for _ in 0..40 {
            let _: Ran = run(&mut on, &T_COUNT_TO, args![3]).await.unwrap();
        }
        let quick: Ran = run(&mut on, &T_COUNT_TO, args![3]).await.unwrap();
        assert_eq!(quick.0, here, "a statement that has become quick runs here again");
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_leaves_nothing_and_blocks_nobody() {
        let (_dir, pool) = place().await;
        let mut on = Some(begin(pool.take().await.unwrap()).await.unwrap());
        assert_eq!(
            write(&mut on, "INSERT INTO t (v) VALUES (?),(?)", &[Val::I(Some(1)), Val::I(Some(2))]).await.unwrap(),
            2
        );
        drop(on);
        let mut on = Some(begin(pool.take().await.unwrap()).await.unwrap());
        assert_eq!(
            write(&mut on, "UPDATE t SET v=0", Args::new()).await.unwrap(),
            0,
            "not what the last statement changed"
        );
        write(&mut on, "INSERT INTO t (v) VALUES (?)", &[Val::I(Some(3))]).await.unwrap();
        commit(on.unwrap()).await.unwrap();
        let rows = pool.ask::<One<i64>>("SELECT v FROM t", args![]).await.unwrap();
        assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [3]);
        assert_eq!(pool.size(), (1, 1));
        pool.close("").await;
        assert_eq!(pool.size(), (0, 0));
        assert!(pool.take().await.is_err());
    }

    #[tokio::test]
    async fn a_value_that_is_missing_is_said_and_one_too_many_is_left_out() {
        let (_dir, pool) = place().await;
        let mut on = Some(pool.take().await.unwrap());
        let missing = run::<Records<One<i64>>>(&mut on, &T_TWO, args![1]).await.err().unwrap();
        assert!(missing.to_string().contains("T_TWO wants 2 values"), "{missing}");
        let more: Records<One<i64>> = run(&mut on, &T_TWO, args![1, 2, 3]).await.unwrap();
        assert_eq!(more.0[0].0, 3);
    }

    #[tokio::test]
    async fn another_process_is_waited_for_elsewhere() {
        let (dir, pool) = place().await;
        let other = Connection::open(dir.path().join("t.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let held = pool.take().await.unwrap();
        let pages = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            // Were this thread waiting for the lock, nobody would give it back.
            other.execute_batch("COMMIT").unwrap();
        };
        let (begun, ()) = tokio::join!(begin(held), pages);
        commit(begun.unwrap()).await.unwrap();
    }

    #[tokio::test]
    async fn the_log_is_folded_beside_the_writer() {
        let (dir, pool) = place().await;
        let path = dir.path().join("t.db");
        let size = || std::fs::metadata(dir.path().join("t.db")).unwrap().len();
        let mut on = Some(begin(pool.take().await.unwrap()).await.unwrap());
        for _ in 0..40 {
            write(&mut on, &format!("INSERT INTO t (v) VALUES {}", ["(1)"; 100].join(",")), Args::new()).await.unwrap();
        }
        commit(on.unwrap()).await.unwrap();
        let before = size();
        let fold = Folding::new(Pool::new(1, move || connect(&path, false, WAL)));
        fold.wrote(10);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(size(), before, "a handful of rows is not worth it");
        fold.wrote(4_000);
        for _ in 0..100 {
            if size() > before {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the file holds what it held before");
    }
}
