//! Filling an empty database in bulk: secondary indexes away, rows in the order of their ids, indexes again.
//!
//! Nothing here is safe against a crash: a database whose filling was interrupted says so and is thrown away.

use std::sync::Arc;

use kernel::{Millis, Problem, Result};
use sqlx::{Connection as _, PgConnection};

use super::open::Target;
use super::stmt::{Engine, Stmt};
use super::val::Val;
use super::{engine, lite, migrate};

/// Stands in `migration` for as long as a filling goes on.
pub(super) const MARK: &str = "9999_filling";

/// One connection that nobody else shares the database with.
pub struct Load {
    on: On,
    /// What makes the indexes that were taken away.
    indexes: Vec<String>,
    rows: u64,
}

enum On {
    /// In one hand from the beginning to the end.
    Lite(Arc<lite::Pool>, Option<lite::Held>),
    Pg(PgConnection),
}

impl Load {
    /// Takes the secondary indexes away. The database must be migrated and closed by everybody else.
    /// # Errors
    /// As the database answers.
    pub async fn begin(target: &Target, now: Millis) -> Result<Self> {
        let mut load = match target {
            Target::Lite(path) => {
                const ALONE: &str = "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; \
                    PRAGMA cache_size=-262144; PRAGMA temp_store=FILE";
                let path = path.clone();
                let on = lite::Pool::new(1, move || lite::connect(&path, false, ALONE));
                let held = on.take().await?;
                Self { on: On::Lite(on, Some(held)), indexes: Vec::new(), rows: 0 }
            }
            Target::Pg(url) => {
                let on = PgConnection::connect(url).await.map_err(engine::fault)?;
                Self { on: On::Pg(on), indexes: Vec::new(), rows: 0 }
            }
        };
        load.prepare(now).await?;
        Ok(load)
    }

    pub fn engine(&self) -> Engine {
        match self.on {
            On::Lite(..) => Engine::Lite,
            On::Pg(_) => Engine::Pg,
        }
    }

    /// Rows written so far, over all tables.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    async fn prepare(&mut self, now: Millis) -> Result<()> {
        const LITE: &str =
            "SELECT name AS k, sql AS v FROM sqlite_master WHERE type='index' AND sql IS NOT NULL ORDER BY name";
        const PG: &str = "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname=current_schema() \
            AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname=indexname) ORDER BY indexname";
        let mark = format!("INSERT INTO migration (name, hash, at) VALUES ('{MARK}', '', {})", now.0);
        let found: Vec<(String, String)> = match &mut self.on {
            On::Lite(_, Some(held)) => held.ask(LITE, Vec::new())?,
            On::Lite(_, None) => Vec::new(),
            On::Pg(on) => sqlx::query_as(PG).fetch_all(on).await.map_err(engine::fault)?,
        };
        self.run(mark).await?;
        match self.engine() {
            Engine::Lite => self.run("BEGIN".into()).await?,
            Engine::Pg => {
                let settings = "SET synchronous_commit=off; SET maintenance_work_mem='512MB'; SET statement_timeout=0";
                self.run(settings.into()).await?;
            }
        }
        for (name, sql) in found {
            self.run(format!("DROP INDEX \"{name}\"")).await?;
            self.indexes.push(sql);
        }
        Ok(())
    }

    async fn run(&mut self, sql: String) -> Result<()> {
        match &mut self.on {
            On::Lite(_, held) => {
                let on = held.as_mut().ok_or_else(|| Problem::internal("the filling has ended"))?;
                on.script(&sql).map_err(engine::fault_lite)
            }
            On::Pg(on) => sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(on).await.map(|_| ()).map_err(engine::fault),
        }
    }

    /// Appends rows: `?` × 500 on SQLite, COPY on PostgreSQL. Fast where the ids rise.
    /// # Errors
    /// As the database answers.
    pub async fn put(&mut self, table: &str, columns: &[&str], rows: &[Vec<Val>]) -> Result<()> {
        match &mut self.on {
            On::Lite(_, on) => {
                let per = (32_000 / columns.len().max(1)).min(500);
                for chunk in rows.chunks(per) {
                    lite::write(on, &engine::bulk_lite(table, columns, chunk.len(), ""), chunk.iter().flatten())
                        .await?;
                }
            }
            On::Pg(on) if !rows.is_empty() => {
                let sql = format!("COPY {table} ({}) FROM STDIN", columns.join(","));
                let mut copy = on.copy_in_raw(&sql).await.map_err(engine::fault)?;
                let mut text = Vec::with_capacity(1 << 20);
                for row in rows {
                    line(&mut text, row);
                    if text.len() > (1 << 20) - (1 << 14) {
                        copy.send(text.as_slice()).await.map_err(engine::fault)?;
                        text.clear();
                    }
                }
                copy.send(text.as_slice()).await.map_err(engine::fault)?;
                copy.finish().await.map_err(engine::fault)?;
            }
            On::Pg(_) => {}
        }
        self.rows += u64::try_from(rows.len()).unwrap_or(0);
        Ok(())
    }

    /// What an engine does once with a whole table that was filled, such as putting a search index in order.
    /// # Errors
    /// As the database answers.
    pub async fn tidy(&mut self, stmt: &'static Stmt) -> Result<()> {
        let text = stmt.sql(self.engine()).to_owned();
        self.run(text).await
    }

    /// Makes the indexes again, tells the planner what there is, and gives the database back to everyday settings.
    /// # Errors
    /// As the database answers; the database is then to be thrown away.
    pub async fn end(mut self) -> Result<()> {
        if self.engine() == Engine::Lite {
            self.run("COMMIT".into()).await?;
        }
        for sql in std::mem::take(&mut self.indexes) {
            self.run(sql).await?;
        }
        let unmark = format!("DELETE FROM migration WHERE name='{MARK}'");
        match self.engine() {
            Engine::Lite => {
                self.run("PRAGMA analysis_limit=1000; ANALYZE; PRAGMA synchronous=FULL".into()).await?;
                self.run(unmark).await?;
                self.run("PRAGMA journal_mode=WAL".into()).await?;
            }
            Engine::Pg => {
                self.run("VACUUM (ANALYZE)".into()).await?;
                self.run(format!("SET synchronous_commit=on; {unmark}")).await?;
            }
        }
        match self.on {
            On::Lite(on, held) => {
                drop(held);
                on.close("").await;
                Ok(())
            }
            On::Pg(on) => on.close().await.map_err(engine::fault),
        }
    }
}

/// One line of COPY's text format.
fn line(out: &mut Vec<u8>, row: &[Val]) {
    use std::io::Write as _;
    for (i, value) in row.iter().enumerate() {
        if i > 0 {
            out.push(b'\t');
        }
        match value {
            Val::I(Some(v)) => drop(write!(out, "{v}")),
            Val::T(Some(text)) => {
                for b in text.bytes() {
                    match b {
                        b'\\' => out.extend_from_slice(b"\\\\"),
                        b'\t' => out.extend_from_slice(b"\\t"),
                        b'\n' => out.extend_from_slice(b"\\n"),
                        b'\r' => out.extend_from_slice(b"\\r"),
                        b => out.push(b),
                    }
                }
            }
            Val::B(Some(bytes)) => {
                out.extend_from_slice(b"\\\\x");
                out.extend_from_slice(migrate::hex(bytes).as_bytes());
            }
            Val::I(None) | Val::T(None) | Val::B(None) => out.extend_from_slice(b"\\N"),
        }
    }
    out.push(b'\n');
}

/// A database whose filling was cut off has no indexes and half its rows.
pub(super) fn refuse_half_filled(applied: &[(String, String)]) -> Result<()> {
    if applied.iter().any(|(name, _)| name == MARK) {
        return Err(Problem::internal(
            "the filling of this demonstration was interrupted: remove the data folder (or drop the database) and fill it again",
        ));
    }
    Ok(())
}
