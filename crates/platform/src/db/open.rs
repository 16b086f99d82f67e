//! Opening a database: SQLite in the data folder by default, PostgreSQL when a URL is given.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, Ids, Millis, Problem, Result};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::fold::Folding;
use super::room::Limit;
use super::{Db, Inside, Pools, engine, migrate};
use crate::events::{Hub, Wire};

#[derive(Clone, Debug)]
pub enum Target {
    /// The database file; its folder must exist.
    Lite(PathBuf),
    /// A connection URL.
    Pg(String),
}

pub struct Options {
    pub target: Target,
    pub clock: Clock,
    pub wire: Arc<Wire>,
    /// Connections to PostgreSQL.
    pub pool: u32,
}

/// Older versions lose data in write-ahead mode.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

impl Db {
    /// Opens, migrates and leases a node id.
    /// # Errors
    /// `Internal` with a sentence that says what to do.
    pub async fn open(options: Options) -> Result<Self> {
        let pools = match &options.target {
            Target::Lite(path) => open_lite(path).await?,
            Target::Pg(url) => open_pg(url, options.pool).await?,
        };
        migrate::run(&pools, options.clock.now()).await?;
        let (node, floor) = migrate::lease_node(&pools, options.clock.now()).await?;
        Ok(Self(Arc::new(Inside {
            pools,
            clock: options.clock,
            ids: Ids::new(node, floor),
            wire: options.wire,
            hub: Hub::default(),
            room: super::room::Room::default(),
            grown: super::grown::Grown::default(),
            shelf: super::shelf::Shelf::default(),
        })))
    }

    /// Puts off the end of this node's lease and notes how far its ids may have come.
    /// # Errors
    /// As the database answers.
    pub async fn renew_node(&self, node_floor: Millis) -> Result<()> {
        migrate::renew_node(&self.0.pools, self.0.ids.node(), node_floor).await
    }
}

async fn open_lite(path: &std::path::Path) -> Result<Pools> {
    let base = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL lost acknowledged rows in power cuts.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("secure_delete", "ON")
        .pragma("mmap_size", "0")
        // What a statement of many rows keeps to undo itself stays off the disk.
        .pragma("temp_store", "MEMORY")
        // Folded beside the writer (`fold.rs`); should that not keep up, by whoever commits.
        .pragma("wal_autocheckpoint", "2000")
        .statement_cache_capacity(400)
        // Rows come from the driver's own thread: fewer, larger hand-overs.
        .row_buffer_size(500);
    let beside = base.clone().pragma("cache_size", "-1024");
    let limit = Limit::default();
    let begins_with = limit.clone();
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .after_connect(move |connection, _| {
            let pragma = begins_with.pragma();
            Box::pin(async move {
                match pragma {
                    Some(pragma) => sqlx::raw_sql(sqlx::AssertSqlSafe(pragma)).execute(connection).await.map(|_| ()),
                    None => Ok(()),
                }
            })
        })
        // On a full disk SQLite rolls back by itself, and the driver goes on counting a transaction that is no more:
        // such a connection would refuse every later BEGIN. It is thrown away, and the next one works.
        .after_release(|connection, _| {
            Box::pin(async move {
                if !engine::failed_once() {
                    return Ok(true);
                }
                // Behind the rollback that may still be under way.
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
        .acquire_timeout(Duration::from_secs(20))
        // A file does not hang up; asking each time would double the way to its thread.
        .test_before_acquire(false)
        .connect_with(base.clone().pragma("cache_size", "-32768").optimize_on_close(true, None))
        .await
        .map_err(engine::fault)?;
    let version: (String,) =
        sqlx::query_as("SELECT sqlite_version()").fetch_one(&write).await.map_err(engine::fault)?;
    let parts: Vec<u32> = version.0.split('.').filter_map(|p| p.parse().ok()).collect();
    let found = (parts.first().copied(), parts.get(1).copied(), parts.get(2).copied());
    if (found.0.unwrap_or(0), found.1.unwrap_or(0), found.2.unwrap_or(0)) < OLDEST_SQLITE {
        return Err(Problem::internal(format!("SQLite {} is too old: at least 3.51.3 is needed", version.0)));
    }
    let read = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(20))
        .test_before_acquire(false)
        .connect_with(base.read_only(true).pragma("cache_size", "-8192"))
        .await
        .map_err(engine::fault)?;
    let fold = Folding::new(SqlitePoolOptions::new().max_connections(1).connect_lazy_with(beside));
    Ok(Pools::Lite { read, write, limit, fold })
}

async fn open_pg(url: &str, pool: u32) -> Result<Pools> {
    let options: PgConnectOptions = url.parse().map_err(engine::fault)?;
    let options = options.options([
        ("statement_timeout", "30000"),
        ("lock_timeout", "10000"),
        ("idle_in_transaction_session_timeout", "30000"),
        ("timezone", "UTC"),
        // Compiling a report's plan took 200 ms, running it 5.
        ("jit", "off"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(pool)
        .acquire_timeout(Duration::from_secs(20))
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(engine::fault)?;
    Ok(Pools::Pg(pool))
}
