//! What the two drivers answer, and how PostgreSQL is asked; SQLite has `lite.rs`.

use std::sync::atomic::{AtomicBool, Ordering};

use kernel::{Problem, Result};
use sqlx::postgres::PgArguments;
use sqlx::{Arguments as _, Executor, Postgres};

use super::row::{Rec, Row};
use super::stmt::{Engine, Stmt};
use super::tx::decode;
use super::val::{Args, Val};

/// After a failed fsync nobody knows what the disk holds: a second try would succeed and prove nothing. Writing stops
/// until the program is started again, and with it SQLite's recovery.
static SYNC_FAILED: AtomicBool = AtomicBool::new(false);

pub(super) fn sync_failed() -> bool {
    SYNC_FAILED.load(Ordering::Relaxed)
}

/// Of SQLite: a full volume is told as such; everything else keeps its cause for the log and for the retry.
pub(super) fn fault_lite(e: rusqlite::Error) -> Problem {
    use rusqlite::ffi;
    match e.sqlite_error().map(|e| e.extended_code) {
        Some(ffi::SQLITE_IOERR_FSYNC) => {
            tracing::error!("the disk failed to keep what was written: writing stops until the next start");
            SYNC_FAILED.store(true, Ordering::Relaxed);
            Problem::ReadOnly
        }
        // The last: the index of the write-ahead log cannot grow.
        Some(ffi::SQLITE_FULL | ffi::SQLITE_READONLY | ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE) => {
            Problem::ReadOnly
        }
        Some(_) | None => Problem::internal(e),
    }
}

/// The same of PostgreSQL.
pub(super) fn fault(e: sqlx::Error) -> Problem {
    if let sqlx::Error::Database(db) = &e
        // disk_full, read_only_sql_transaction
        && matches!(db.code().as_deref(), Some("53100" | "25006"))
    {
        return Problem::ReadOnly;
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

pub(super) async fn all_pg<'c, T: Rec>(
    on: impl Executor<'c, Database = Postgres>,
    stmt: &'static Stmt,
    args: Args,
) -> Result<Vec<T>> {
    let query = sqlx::query_with(stmt.sql(Engine::Pg), pg_args(args)?);
    let rows = query.fetch_all(on).await.map_err(named(stmt.name))?;
    rows.into_iter().map(|r| decode(&Row::Pg(r), stmt.name)).collect()
}

pub(super) async fn exec_pg<'c>(
    on: impl Executor<'c, Database = Postgres>,
    stmt: &'static Stmt,
    args: Args,
) -> Result<u64> {
    let query = sqlx::query_with(stmt.sql(Engine::Pg), pg_args(args)?);
    Ok(query.execute(on).await.map_err(named(stmt.name))?.rows_affected())
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
