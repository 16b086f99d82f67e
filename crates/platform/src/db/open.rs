//! Opening a database: SQLite in the data folder by default, PostgreSQL when a URL is given.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, Ids, Millis, Problem, Result};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::fold::Folding;
use super::{Db, Inside, One, Pools, engine, lite, migrate};
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
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

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

async fn open_lite(path: &Path) -> Result<Pools> {
    // NORMAL lost acknowledged rows in power cuts. What a statement of many rows keeps to undo itself stays off the
    // disk. The log is folded beside the writer (`fold.rs`); should that not keep up, by whoever commits (`log_pages`).
    const USUAL: &str = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
        PRAGMA secure_delete=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; ";
    const READER: &str = "PRAGMA query_only=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;";
    let log = log_pages(path);
    let pool = |most, read_only, usual: &'static str, cache: u32| {
        let path = path.to_owned();
        let log = if read_only { String::new() } else { format!("PRAGMA wal_autocheckpoint={log};") };
        let pragmas = format!("{usual} {log} PRAGMA cache_size=-{cache}");
        lite::Pool::new(most, move || lite::connect(&path, read_only, &pragmas))
    };
    let write = pool(1, false, USUAL, 32_768);
    let version: Vec<One<String>> = write.ask("SELECT sqlite_version() AS v", crate::args![]).await?;
    let version = version.first().map_or("", |v| v.0.as_str());
    let parts: Vec<u32> = version.split('.').filter_map(|p| p.parse().ok()).collect();
    if parts.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(Problem::internal(format!("SQLite {version} is too old: at least 3.51.3 is needed")));
    }
    // As many as can read at once; a few where there are few cores, for what is slow.
    let cores = std::thread::available_parallelism().map_or(4, |n| u32::try_from(n.get()).unwrap_or(4));
    let read = pool(cores.clamp(4, 16), true, READER, 8_192);
    Ok(Pools::Lite { read, write, fold: Folding::new(pool(1, false, USUAL, 1_024)) })
}

/// How long the write-ahead log may become before whoever commits folds it, in pages of 4 KiB. An import's every commit
/// is some megabytes: at 64 MB it need not wait for that each time. A small volume keeps its room for what counts.
fn log_pages(path: &Path) -> u64 {
    let volume = path.parent().unwrap_or(path);
    let free = rustix::fs::statvfs(volume).map_or(0, |v| v.f_bavail.saturating_mul(v.f_frsize));
    (free / 4_096 / 16).clamp(2_000, 16_000)
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
        // A page that is looked up costs little more than one that is read in turn: there are no heads that move.
        ("random_page_cost", "1.1"),
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
