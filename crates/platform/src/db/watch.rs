//! For the bench: which statements answer a page, what they cost alone, and how the engine means to find their rows.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::{Problem, Result};
use sqlx::{Column as _, Row as _, TypeInfo as _};

use super::row::Row;
use super::stmt::{Engine, Stmt};
use super::val::Args;
use super::{Db, Pools, engine};

/// A statement as it was run.
pub type Seen = (&'static Stmt, Args);

static LISTENS: AtomicBool = AtomicBool::new(false);
static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());

pub(super) fn ran(stmt: &'static Stmt, args: &Args) {
    if LISTENS.load(Ordering::Relaxed)
        && let Ok(mut seen) = SEEN.lock()
    {
        seen.push((stmt, args.clone()));
    }
}

/// Notes every statement of this process from now on.
pub fn listen() {
    if let Ok(mut seen) = SEEN.lock() {
        seen.clear();
    }
    LISTENS.store(true, Ordering::Relaxed);
}

/// What was run since [`listen`], in order.
pub fn heard() -> Vec<Seen> {
    LISTENS.store(false, Ordering::Relaxed);
    SEEN.lock().map(|mut seen| std::mem::take(&mut *seen)).unwrap_or_default()
}

impl Db {
    /// Runs a statement once on the read pool and decodes every column; answers the number of rows.
    /// # Errors
    /// As the database answers.
    pub async fn run_once(&self, (stmt, args): &Seen) -> Result<usize> {
        let mut bytes = 0;
        let rows = match &self.0.pools {
            Pools::Lite { read, .. } => {
                let sql = stmt.sql(Engine::Lite);
                read.see(sql, args, |row| {
                    bytes += decoded(row)?;
                    Ok(())
                })
                .await?
            }
            Pools::Pg(pool) => {
                let args = engine::pg_args(args.iter().cloned())?;
                let rows = sqlx::query_with(stmt.sql(Engine::Pg), args).fetch_all(pool).await.map_err(engine::fault)?;
                let count = rows.len();
                for row in rows {
                    bytes += decoded(&Row::Pg(row))?;
                }
                count
            }
        };
        std::hint::black_box(bytes);
        Ok(rows)
    }

    /// The plan of a statement with these values, one step a line.
    /// # Errors
    /// As the database answers.
    pub async fn plan(&self, (stmt, args): &Seen) -> Result<String> {
        let sql = stmt.sql(self.engine());
        let lines: Vec<String> = match &self.0.pools {
            Pools::Lite { read, .. } => {
                let mut lines = Vec::new();
                read.see(&format!("EXPLAIN QUERY PLAN {sql}"), args, |row| {
                    lines.push(row.get("detail")?);
                    Ok(())
                })
                .await?;
                lines
            }
            Pools::Pg(pool) => {
                let sql = sqlx::AssertSqlSafe(format!("EXPLAIN {sql}"));
                let args = engine::pg_args(args.iter().cloned())?;
                let rows = sqlx::query_with(sql, args).fetch_all(pool).await.map_err(engine::fault)?;
                rows.iter().filter_map(|r| r.try_get(0).ok()).collect()
            }
        };
        Ok(lines.join("\n"))
    }
}

/// Reads every column as what it is.
fn decoded(row: &Row<'_>) -> Result<usize> {
    let mut bytes = 0;
    match row {
        Row::Lite(r) => bytes += r.decoded()?,
        Row::Pg(r) => {
            for (i, column) in r.columns().iter().enumerate() {
                bytes += match column.type_info().name() {
                    "INT8" => r.try_get::<Option<i64>, _>(i).map(|_| 8),
                    "INT4" => r.try_get::<Option<i32>, _>(i).map(|_| 4),
                    "BOOL" => r.try_get::<Option<bool>, _>(i).map(|_| 1),
                    _ => r.try_get::<Option<String>, _>(i).map(|t| t.map_or(0, |t| t.len())),
                }
                .map_err(Problem::internal)?;
            }
        }
    }
    Ok(bytes)
}
