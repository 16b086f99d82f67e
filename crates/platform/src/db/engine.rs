//! The two drivers, side by side.

use std::sync::atomic::{AtomicBool, Ordering};

use std::task::{Context, Poll, Waker};

use futures_util::{Stream, StreamExt as _};
use kernel::{Problem, Result};
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, Either, Executor, Postgres, Sqlite};

use super::row::{Rec, Row};
use super::tx::decode;
use super::val::{Args, Val};

/// After a failed fsync nobody knows what the disk holds: a second try would succeed and prove nothing. Writing stops
/// until the program is started again, and with it SQLite's recovery.
static SYNC_FAILED: AtomicBool = AtomicBool::new(false);

pub(super) fn sync_failed() -> bool {
    SYNC_FAILED.load(Ordering::Relaxed)
}

/// Whether a write has failed for want of room since the program began: from then on the writer is looked at before it
/// is used again.
static FAILED_ONCE: AtomicBool = AtomicBool::new(false);

pub(super) fn failed_once() -> bool {
    FAILED_ONCE.load(Ordering::Relaxed)
}

/// A full volume is told as such; everything else keeps its cause for the log and for the retry.
pub(super) fn fault(e: sqlx::Error) -> Problem {
    if let sqlx::Error::Database(db) = &e {
        match db.code().as_deref() {
            // SQLITE_IOERR_FSYNC
            Some("1034") => {
                tracing::error!("the disk failed to keep what was written: writing stops until the next start");
                SYNC_FAILED.store(true, Ordering::Relaxed);
                FAILED_ONCE.store(true, Ordering::Relaxed);
                return Problem::ReadOnly;
            }
            // SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE (the index of the write-ahead log
            // cannot grow); PostgreSQL disk_full, read_only_sql_transaction.
            Some("13" | "8" | "778" | "4874" | "53100" | "25006") => {
                FAILED_ONCE.store(true, Ordering::Relaxed);
                return Problem::ReadOnly;
            }
            Some(_) | None => {}
        }
    }
    if matches!(e, sqlx::Error::PoolTimedOut) {
        return Problem::Busy(2);
    }
    Problem::internal(e)
}

fn named(name: &'static str) -> impl Fn(sqlx::Error) -> Problem {
    move |e| {
        if !matches!(e, sqlx::Error::PoolTimedOut) {
            tracing::debug!(stmt = name, error = %e, "statement failed");
        }
        fault(e)
    }
}

pub(super) fn lite_args(args: impl IntoIterator<Item = Val>) -> Result<SqliteArguments> {
    let mut out = SqliteArguments::default();
    for arg in args {
        match arg {
            Val::I(v) => out.add(v),
            Val::T(v) => out.add(v),
            Val::B(v) => out.add(v),
        }
        .map_err(Problem::Internal)?;
    }
    Ok(out)
}

pub(super) fn pg_args(args: impl IntoIterator<Item = Val>) -> Result<PgArguments> {
    let mut out = PgArguments::default();
    for arg in args {
        match arg {
            Val::I(v) => out.add(v),
            Val::T(v) => out.add(v),
            Val::B(v) => out.add(v),
        }
        .map_err(Problem::Internal)?;
    }
    Ok(out)
}

pub(super) async fn all_lite<'c, T: Rec>(
    on: impl Executor<'c, Database = Sqlite>,
    sql: &'static str,
    args: Args,
    name: &'static str,
) -> Result<Vec<T>> {
    let mut told = on.fetch_many(sqlx::query_with(sql, lite_args(args)?));
    let mut rows = Vec::new();
    while let Some(step) = soon(&mut told).await {
        if let Either::Right(row) = step.map_err(named(name))? {
            rows.push(row);
        }
    }
    // Another thread's rows are handed over before they are read: it goes on meanwhile.
    rows.into_iter().map(|r| decode(&Row::Lite(r), name)).collect()
}

/// How often an answer is looked for before its task goes to sleep.
const LOOKS: u32 = 12;

/// The next of what SQLite's own thread says. Most answers take microseconds; sleeping for each row of them would cost
/// two wake-ups a row. So it is looked for a few times, with the core given to whoever wants it in between. On a connection
/// only: waiting for one may take long.
async fn soon<S: Stream + Unpin>(told: &mut S) -> Option<S::Item> {
    for _ in 0..LOOKS {
        if let Poll::Ready(step) = told.poll_next_unpin(&mut Context::from_waker(Waker::noop())) {
            return step;
        }
        std::thread::yield_now();
    }
    told.next().await
}

pub(super) async fn all_pg<'c, T: Rec>(
    on: impl Executor<'c, Database = Postgres>,
    sql: &'static str,
    args: Args,
    name: &'static str,
) -> Result<Vec<T>> {
    let rows = sqlx::query_with(sql, pg_args(args)?).fetch_all(on).await.map_err(named(name))?;
    rows.into_iter().map(|r| decode(&Row::Pg(r), name)).collect()
}

pub(super) async fn exec_lite<'c>(
    on: impl Executor<'c, Database = Sqlite>,
    sql: &'static str,
    args: Args,
    name: &'static str,
) -> Result<u64> {
    write_lite(on, sqlx::query_with(sql, lite_args(args)?)).await.map_err(named(name))
}

/// Rows that were written.
pub(super) async fn write_lite<'c>(
    on: impl Executor<'c, Database = Sqlite>,
    query: sqlx::query::Query<'_, Sqlite, SqliteArguments>,
) -> std::result::Result<u64, sqlx::Error> {
    let mut told = on.fetch_many(query);
    let mut written = 0;
    while let Some(step) = soon(&mut told).await {
        if let Either::Left(done) = step? {
            written += done.rows_affected();
        }
    }
    Ok(written)
}

pub(super) async fn exec_pg<'c>(
    on: impl Executor<'c, Database = Postgres>,
    sql: &'static str,
    args: Args,
    name: &'static str,
) -> Result<u64> {
    Ok(sqlx::query_with(sql, pg_args(args)?).execute(on).await.map_err(named(name))?.rows_affected())
}

/// Rows of the next statement of a bulk insert: powers of two, so that a handful of prepared statements serve every
/// number of rows.
pub(super) fn step_lite(left: usize, columns: usize) -> usize {
    let most = (8_000 / columns.max(1)).clamp(1, 128);
    let n = left.min(most).max(1);
    1 << n.ilog2()
}

pub(super) fn bulk_lite(table: &str, columns: &[&str], rows: usize, tail: &str) -> String {
    let marks = format!("({})", vec!["?"; columns.len()].join(","));
    format!("INSERT INTO {table} ({}) VALUES {} {tail}", columns.join(","), vec![marks.as_str(); rows].join(","))
}

/// The values of one column.
enum Column {
    I(Vec<Option<i64>>),
    T(Vec<Option<String>>),
    B(Vec<Option<Vec<u8>>>),
}

impl Column {
    /// The type of a column is that of its first value.
    fn like(first: &Val) -> Column {
        match first {
            Val::I(_) => Column::I(Vec::new()),
            Val::T(_) => Column::T(Vec::new()),
            Val::B(_) => Column::B(Vec::new()),
        }
    }

    fn push(&mut self, value: Val) {
        match (self, value) {
            (Column::I(all), Val::I(v)) => all.push(v),
            (Column::T(all), Val::T(v)) => all.push(v),
            (Column::B(all), Val::B(v)) => all.push(v),
            // An untyped NULL takes the type of its column.
            (Column::I(all), _) => all.push(None),
            (Column::T(all), _) => all.push(None),
            (Column::B(all), _) => all.push(None),
        }
    }
}

/// One array per column.
pub(super) fn bulk_pg(
    table: &str,
    columns: &[&str],
    rows: impl Iterator<Item = Vec<Val>>,
    tail: &str,
) -> Result<(String, PgArguments)> {
    let mut arrays: Vec<Column> = Vec::new();
    for row in rows {
        if row.len() != columns.len() {
            return Err(Problem::internal(format!("bulk insert into {table}: a row of {} values", row.len())));
        }
        if arrays.is_empty() {
            arrays = row.iter().map(Column::like).collect();
        }
        arrays.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    let mut args = PgArguments::default();
    let mut casts = Vec::with_capacity(columns.len());
    for (array, place) in arrays.into_iter().zip(1..) {
        let kind = match array {
            Column::I(all) => args.add(all).map(|()| "bigint"),
            Column::T(all) => args.add(all).map(|()| "text"),
            Column::B(all) => args.add(all).map(|()| "bytea"),
        }
        .map_err(Problem::Internal)?;
        casts.push(format!("${place}::{kind}[]"));
    }
    let sql = format!("INSERT INTO {table} ({}) SELECT * FROM UNNEST({}) {tail}", columns.join(","), casts.join(","));
    Ok((sql, args))
}
