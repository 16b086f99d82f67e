//! The data layer: two native drivers behind one thin [`Db`]; SQL is written once.

mod engine;
mod fold;
mod grown;
mod lite;
mod load;
pub mod migrate;
mod open;
pub mod room;
mod row;
mod shelf;
mod stmt;
mod tx;
mod val;
#[cfg(feature = "watch")]
pub mod watch;

use std::any::{Any, TypeId};
use std::future::Future;
use std::sync::Arc;

use kernel::{Clock, Id, Ids, Problem, Result, Scope};
use sqlx::{PgConnection, PgPool};

pub use load::Load;
pub use open::{Options, Target};
pub use row::{Col, One, Rec, Row};
pub use stmt::{Engine, Stmt};
pub use tx::{Tx, breathe, may_run_again, one};
pub use val::{Args, Bind, Keyed, Val};

use crate::events::{Hub, Wire};

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inside>);

struct Inside {
    pools: Pools,
    clock: Clock,
    ids: Ids,
    wire: Arc<Wire>,
    hub: Hub,
    room: room::Room,
    grown: grown::Grown,
    shelf: shelf::Shelf,
}

enum Pools {
    /// Four readers and one writer: competing writers would only wait for each other unfairly.
    Lite {
        read: Arc<lite::Pool>,
        write: Arc<lite::Pool>,
        fold: Arc<fold::Folding>,
    },
    Pg(PgPool),
}

/// What reads run on: a [`Tx`], or the pool through [`Db::reads`].
pub trait Sql: Send {
    fn engine(&self) -> Engine;
    #[doc(hidden)]
    fn shelved(&self, key: shelf::Key) -> Option<shelf::Thing>;
    #[doc(hidden)]
    fn shelve(&mut self, key: shelf::Key, thing: shelf::Thing);
    /// What was made of rows before and kept under these numbers.
    fn kept<T: Any + Send + Sync>(&self, key: [i64; 3]) -> Option<Arc<T>> {
        self.shelved((TypeId::of::<T>(), key))?.downcast().ok()
    }
    /// Keeps what was made of rows, in place of what stood there; in a transaction from its commit on. Whoever keeps
    /// something sees to it that the key, or the thing, tells it apart from what older rows made.
    fn keep<T: Any + Send + Sync>(&mut self, key: [i64; 3], thing: T) -> Arc<T> {
        let thing = Arc::new(thing);
        self.shelve((TypeId::of::<T>(), key), thing.clone());
        thing
    }
    fn all<T: Rec>(&mut self, stmt: &'static Stmt, args: Args) -> impl Future<Output = Result<Vec<T>>> + Send;
    fn exec(&mut self, stmt: &'static Stmt, args: Args) -> impl Future<Output = Result<u64>> + Send;
    /// The first row, if any.
    fn opt<T: Rec>(&mut self, stmt: &'static Stmt, args: Args) -> impl Future<Output = Result<Option<T>>> + Send {
        async move { Ok(one(self.all(stmt, args).await?)) }
    }
    /// Exactly one row.
    fn get<T: Rec>(&mut self, stmt: &'static Stmt, args: Args) -> impl Future<Output = Result<T>> + Send {
        async move { self.opt(stmt, args).await?.ok_or(Problem::NotFound) }
    }
    /// A count or sum named `v`.
    fn count(&mut self, stmt: &'static Stmt, args: Args) -> impl Future<Output = Result<i64>> + Send {
        async move { Ok(self.get::<One<i64>>(stmt, args).await?.0) }
    }
}

/// Reads outside of a transaction, on the read pool.
#[derive(Clone)]
pub struct Reads(Db);

impl Reads {
    pub fn now(&self) -> kernel::Millis {
        self.0.clock().now()
    }
}

impl Db {
    pub fn reads(&self) -> Reads {
        Reads(self.clone())
    }
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }
    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }
    pub fn new_id<T>(&self) -> Id<T> {
        self.0.ids.next(self.0.clock.now())
    }
    pub fn wire(&self) -> &Arc<Wire> {
        &self.0.wire
    }
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }
    /// Tells this database from another one in the same program.
    pub fn place(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
    pub fn engine(&self) -> Engine {
        match self.0.pools {
            Pools::Lite { .. } => Engine::Lite,
            Pools::Pg(_) => Engine::Pg,
        }
    }

    /// # Errors
    /// `Busy` when no connection comes free in time, `ReadOnly` on a full volume.
    pub async fn begin(&self, scope: &Scope) -> Result<Tx> {
        if engine::sync_failed() {
            return Err(Problem::ReadOnly);
        }
        let inner = match &self.0.pools {
            // A deferred transaction that reads first fails under contention without waiting.
            Pools::Lite { write, .. } => tx::Inner::Lite(Some(lite::begin(write.take().await?).await?)),
            Pools::Pg(pool) => tx::Inner::Pg(pool.begin().await.map_err(engine::fault)?),
        };
        Ok(Tx::new(inner, self.clone(), scope.clone()))
    }

    /// Prepares every registered statement; answers those that this engine refuses.
    ///
    /// On PostgreSQL on a connection of its own: a statement prepared without values keeps guessed types, which must
    /// not stay in the cache of a connection that real values come through.
    pub async fn check_statements(&self) -> Vec<String> {
        let mut refused = Vec::new();
        let mut own = match &self.0.pools {
            Pools::Lite { .. } => None,
            Pools::Pg(pool) => match pool.acquire().await {
                Ok(connection) => Some(connection.detach()),
                Err(e) => return vec![format!("no connection: {e}")],
            },
        };
        for stmt in inventory::iter::<&'static Stmt> {
            let sql = stmt.sql(self.engine());
            let outcome = match (&self.0.pools, &mut own) {
                (Pools::Lite { read, .. }, _) => read.prepare(sql).await.map_err(|e| e.to_string()),
                (Pools::Pg(_), Some(connection)) => prepare_pg(connection, sql).await.map_err(|e| e.to_string()),
                (Pools::Pg(_), None) => Ok(()),
            };
            if let Err(e) = outcome {
                refused.push(format!("{}::{}: {e}", stmt.module, stmt.name));
            }
        }
        refused
    }

    /// Connections that are open, and those of them that nobody uses.
    pub fn connections(&self) -> (u32, usize) {
        match &self.0.pools {
            Pools::Lite { read, write, .. } => {
                let (read, write) = (read.size(), write.size());
                (read.0 + write.0, read.1 + write.1)
            }
            Pools::Pg(pool) => (pool.size(), pool.num_idle()),
        }
    }

    /// Closes the pools, so that SQLite folds its write-ahead log.
    pub async fn close(&self) {
        match &self.0.pools {
            Pools::Lite { read, write, fold, .. } => {
                fold.pool.close("").await;
                read.close("").await;
                write.close("PRAGMA optimize").await;
            }
            Pools::Pg(pool) => pool.close().await,
        }
    }
}

async fn prepare_pg(on: &mut PgConnection, sql: &'static str) -> std::result::Result<(), sqlx::Error> {
    use sqlx::{Executor as _, SqlSafeStr as _};
    on.prepare(sql.into_sql_str()).await.map(|_| ())
}

impl Sql for Reads {
    fn engine(&self) -> Engine {
        self.0.engine()
    }
    fn shelved(&self, key: shelf::Key) -> Option<shelf::Thing> {
        self.0.0.shelf.get(key)
    }
    fn shelve(&mut self, key: shelf::Key, thing: shelf::Thing) {
        self.0.0.shelf.put(key, thing);
    }
    async fn all<T: Rec>(&mut self, stmt: &'static Stmt, args: Args) -> Result<Vec<T>> {
        #[cfg(feature = "watch")]
        watch::ran(stmt, &args);
        match &self.0.0.pools {
            Pools::Lite { read, .. } => {
                let mut on = Some(read.take().await?);
                Ok(lite::run::<lite::Records<T>>(&mut on, stmt, args).await?.0)
            }
            Pools::Pg(pool) => engine::all_pg(pool, stmt, args).await,
        }
    }
    /// Writes have no business here; SQLite's read pool refuses them.
    async fn exec(&mut self, stmt: &'static Stmt, args: Args) -> Result<u64> {
        #[cfg(feature = "watch")]
        watch::ran(stmt, &args);
        match &self.0.0.pools {
            Pools::Lite { read, .. } => {
                let mut on = Some(read.take().await?);
                Ok(lite::run::<lite::Written>(&mut on, stmt, args).await?.0)
            }
            Pools::Pg(pool) => engine::exec_pg(pool, stmt, args).await,
        }
    }
}

impl Pools {
    /// Runs text that has no parameters: migrations and pragmas.
    pub(super) async fn script(&self, sql: String) -> Result<()> {
        match self {
            Self::Lite { write, .. } => lite::script(write.take().await?, sql).await,
            Self::Pg(pool) => {
                sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await.map(|_| ()).map_err(engine::fault)
            }
        }
    }
}
