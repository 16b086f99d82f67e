//! A write transaction: fact, event, audit, job, all or nothing.

use std::any::Any;
use std::sync::Arc;

use kernel::{Id, Millis, Problem, Result, Scope};
use rusqlite::ErrorCode;
use sqlx::{Postgres, Transaction};

use super::engine;
use super::row::{Rec, Row};
use super::stmt::{Engine, Stmt};
use super::val::{Args, Val};
use super::{Db, Pools, Sql, grown, lite, shelf};
use crate::events::{DomainEvent, Signal};

pub(super) enum Inner {
    /// Empty only while a slow statement is under way.
    Lite(Option<lite::Held>),
    Pg(Transaction<'static, Postgres>),
}

/// Begun by [`Db::begin`], usually through [`transact!`](crate::transact). Dropped without commit it leaves nothing.
pub struct Tx {
    pub(super) inner: Inner,
    pub(super) db: Db,
    scope: Scope,
    now: Millis,
    signals: Vec<Signal>,
    /// Rows that were put into tables by the many.
    grown: Vec<(String, u64)>,
    /// Rows that were written.
    written: u64,
    /// Made of rows that nobody else may see unless this is committed.
    shelved: Vec<(shelf::Key, shelf::Thing)>,
}

impl Tx {
    pub(super) fn new(inner: Inner, db: Db, scope: Scope) -> Self {
        let now = db.clock().now();
        Self { inner, db, scope, now, signals: Vec::new(), grown: Vec::new(), written: 0, shelved: Vec::new() }
    }

    /// The moment at which this transaction began; one verb has one time.
    pub fn now(&self) -> Millis {
        self.now
    }
    pub fn new_id<T>(&self) -> Id<T> {
        self.db.ids().next(self.now)
    }
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
    pub fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// Writes the event and runs the listeners of this transaction, in the order they are wired.
    /// # Errors
    /// What a listener answers; the whole transaction is then given up.
    pub async fn record<E: DomainEvent>(&mut self, event: &E) -> Result<()> {
        crate::events::store(self, event).await?;
        let wire = Arc::clone(self.db.wire());
        wire.deliver(self, event as &(dyn Any + Send + Sync)).await
    }

    /// Told to browsers after the commit, and only then.
    pub fn signal(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    /// Inserts many rows: a few statements of fixed sizes on SQLite, UNNEST on PostgreSQL. `tail` is e.g. `ON CONFLICT
    /// DO NOTHING`.
    /// # Errors
    /// As the database answers.
    pub async fn bulk(&mut self, table: &str, columns: &[&str], rows: Vec<Vec<Val>>, tail: &str) -> Result<u64> {
        let (mut done, many) = (0, rows.len() > 1);
        match &mut self.inner {
            Inner::Lite(on) => {
                let mut left = rows.len();
                let mut rows = rows.into_iter();
                while left > 0 {
                    let n = engine::step_lite(left, columns.len());
                    let values: Vec<Val> = rows.by_ref().take(n).flatten().collect();
                    done += lite::write(on, &engine::bulk_lite(table, columns, n, tail), &values).await?;
                    left -= n;
                }
            }
            Inner::Pg(t) => {
                let mut left = rows.len();
                let mut rows = rows.into_iter();
                while left > 0 {
                    let n = left.min(5_000);
                    let (sql, args) = engine::bulk_pg(table, columns, rows.by_ref().take(n), tail)?;
                    let sql = sqlx::AssertSqlSafe(sql);
                    done += sqlx::query_with(sql, args).execute(&mut **t).await.map_err(engine::fault)?.rows_affected();
                    left -= n;
                }
            }
        }
        self.written += done;
        if self.engine() == Engine::Pg && many {
            self.grown.push((table.to_owned(), done));
        }
        Ok(done)
    }

    /// # Errors
    /// As the database answers; nothing is kept then.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Inner::Lite(on) => lite::commit(on.ok_or_else(|| Problem::internal("the connection was lost"))?).await?,
            Inner::Pg(t) => t.commit().await.map_err(engine::fault)?,
        }
        match &self.db.0.pools {
            Pools::Lite { fold, .. } => fold.wrote(self.written),
            Pools::Pg(pool) => {
                for (table, rows) in self.db.0.grown.by(self.grown) {
                    tokio::spawn(grown::count(pool.clone(), table, rows));
                }
            }
        }
        for (key, thing) in self.shelved {
            self.db.0.shelf.put(key, thing);
        }
        for signal in self.signals {
            self.db.hub().send(signal);
        }
        Ok(())
    }
}

impl Sql for Tx {
    fn engine(&self) -> Engine {
        self.db.engine()
    }
    fn shelved(&self, key: shelf::Key) -> Option<shelf::Thing> {
        let mine = self.shelved.iter().rev().find(|(k, _)| *k == key);
        mine.map(|(_, thing)| thing.clone()).or_else(|| self.db.0.shelf.get(key))
    }
    fn shelve(&mut self, key: shelf::Key, thing: shelf::Thing) {
        self.shelved.push((key, thing));
    }
    async fn all<T: Rec>(&mut self, stmt: &'static Stmt, args: Args) -> Result<Vec<T>> {
        #[cfg(feature = "watch")]
        super::watch::ran(stmt, &args);
        match &mut self.inner {
            Inner::Lite(on) => Ok(lite::run::<lite::Records<T>>(on, stmt, args).await?.0),
            Inner::Pg(t) => engine::all_pg(&mut **t, stmt, args).await,
        }
    }
    async fn exec(&mut self, stmt: &'static Stmt, args: Args) -> Result<u64> {
        #[cfg(feature = "watch")]
        super::watch::ran(stmt, &args);
        let rows = match &mut self.inner {
            Inner::Lite(on) => lite::run::<lite::Written>(on, stmt, args).await?.0,
            Inner::Pg(t) => engine::exec_pg(&mut **t, stmt, args).await?,
        };
        self.written += rows;
        Ok(rows)
    }
}

/// Runs `$body` in one write transaction, again when the database asks for it (a conflict, a busy file):
/// no network and no outer mutation inside. The compiler refuses bodies that give something away on the first run.
///
/// `transact!(db, scope, |tx| { store::save(tx, &x).await?; Ok(id) })`
#[macro_export]
macro_rules! transact {
    ($db:expr, $scope:expr, |$tx:ident| $body:block) => {{
        let mut round = 0_u32;
        loop {
            let begun = $db.begin($scope).await;
            let mut held = match begun {
                Ok(held) => held,
                Err(problem) => {
                    if matches!(problem, ::kernel::Problem::ReadOnly) {
                        $db.no_room();
                    }
                    break Err(problem);
                }
            };
            let outcome: ::kernel::Result<_> = {
                let $tx = &mut held;
                async { $body }.await
            };
            let ended = match outcome {
                Ok(value) => held.commit().await.map(|()| value),
                Err(problem) => {
                    drop(held);
                    Err(problem)
                }
            };
            match ended {
                Err(problem) if round < 5 && $crate::db::may_run_again(&problem) => {
                    round += 1;
                    $crate::db::breathe(round).await;
                }
                settled => {
                    if matches!(settled, Err(::kernel::Problem::ReadOnly)) {
                        $db.no_room();
                    }
                    break settled;
                }
            }
        }
    }};
}

/// Whether the database gave up this transaction for a reason that a second run mends.
pub fn may_run_again(problem: &Problem) -> bool {
    let Problem::Internal(cause) = problem else { return false };
    if let Some(lite) = cause.downcast_ref::<rusqlite::Error>() {
        return matches!(lite.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked));
    }
    let Some(sqlx::Error::Database(db)) = cause.downcast_ref::<sqlx::Error>() else { return false };
    matches!(db.code().as_deref(), Some("40001" | "40P01"))
}

/// A short, growing pause between runs.
pub async fn breathe(round: u32) {
    tokio::time::sleep(std::time::Duration::from_millis(u64::from(round) * 15)).await;
}

/// So that a handler may pass `Row`s through closures.
pub fn one<T>(mut rows: Vec<T>) -> Option<T> {
    if rows.is_empty() { None } else { Some(rows.swap_remove(0)) }
}

pub(super) fn decode<T: Rec>(row: &Row<'_>, name: &str) -> Result<T> {
    T::from_row(row).map_err(|p| Problem::internal(format!("{name}: {p}")))
}
