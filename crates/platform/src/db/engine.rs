//! The two drivers, side by side.

use std::sync::atomic::{AtomicBool, Ordering};

use kernel::{Problem, Result};
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, Executor, Postgres, Sqlite};

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
    let rows = sqlx::query_with(sql, lite_args(args)?).fetch_all(on).await.map_err(named(name))?;
    rows.into_iter().map(|r| decode(&Row::Lite(r), name)).collect()
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
    Ok(sqlx::query_with(sql, lite_args(args)?).execute(on).await.map_err(named(name))?.rows_affected())
}

pub(super) async fn exec_pg<'c>(
    on: impl Executor<'c, Database = Postgres>,
    sql: &'static str,
    args: Args,
    name: &'static str,
) -> Result<u64> {
    Ok(sqlx::query_with(sql, pg_args(args)?).execute(on).await.map_err(named(name))?.rows_affected())
}

pub(super) fn bulk_lite(table: &str, columns: &[&str], rows: usize, tail: &str) -> String {
    let marks = format!("({})", vec!["?"; columns.len()].join(","));
    format!("INSERT INTO {table} ({}) VALUES {} {tail}", columns.join(","), vec![marks.as_str(); rows].join(","))
}

/// One array per column; the type of a column is that of its first value.
pub(super) fn bulk_pg(table: &str, columns: &[&str], rows: &[Vec<Val>], tail: &str) -> Result<(String, PgArguments)> {
    let mut args = PgArguments::default();
    let mut casts = Vec::with_capacity(columns.len());
    for i in 0..columns.len() {
        let cast = match rows.first().and_then(|r| r.get(i)) {
            Some(Val::I(_)) => {
                args.add(column(rows, i, |v| if let Val::I(x) = v { *x } else { None })).map_err(Problem::Internal)?;
                "bigint"
            }
            Some(Val::T(_)) => {
                args.add(column(rows, i, |v| if let Val::T(x) = v { x.clone() } else { None }))
                    .map_err(Problem::Internal)?;
                "text"
            }
            Some(Val::B(_)) => {
                args.add(column(rows, i, |v| if let Val::B(x) = v { x.clone() } else { None }))
                    .map_err(Problem::Internal)?;
                "bytea"
            }
            None => return Err(Problem::internal(format!("bulk insert into {table}: a row is too short"))),
        };
        casts.push(format!("${}::{cast}[]", i + 1));
    }
    let sql = format!("INSERT INTO {table} ({}) SELECT * FROM UNNEST({}) {tail}", columns.join(","), casts.join(","));
    Ok((sql, args))
}

fn column<T>(rows: &[Vec<Val>], i: usize, pick: impl Fn(&Val) -> Option<T>) -> Vec<Option<T>> {
    rows.iter().map(|r| r.get(i).and_then(&pick)).collect()
}
