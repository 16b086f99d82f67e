//! SQLite's write-ahead log is folded into the database by whoever commits when it has grown long, and everybody who
//! wants to write waits for it. So it is folded beside the writer, on a connection of its own, before it is long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::lite::Pool;

/// Rows written since the log was folded last, before it is folded again: some megabytes.
const ROWS: u64 = 2_000;

pub(super) struct Folding {
    /// Of one connection, opened when it is first wanted.
    pub pool: Arc<Pool>,
    written: AtomicU64,
    busy: AtomicBool,
}

impl Folding {
    pub fn new(pool: Arc<Pool>) -> Arc<Self> {
        Arc::new(Self { pool, written: AtomicU64::new(0), busy: AtomicBool::new(false) })
    }

    /// To be called after each commit. What it begins takes the time of another thread.
    pub fn wrote(self: &Arc<Self>, rows: u64) {
        if self.written.fetch_add(rows, Ordering::Relaxed) + rows < ROWS || self.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        self.written.store(0, Ordering::Relaxed);
        let mine = Arc::clone(self);
        tokio::spawn(async move {
            // Should it fail, the next commit folds, or says why it cannot.
            if let Err(problem) = mine.fold().await {
                tracing::warn!(error = %problem, "the write-ahead log was not folded");
            }
            mine.busy.store(false, Ordering::Release);
        });
    }

    async fn fold(&self) -> kernel::Result<()> {
        let held = self.pool.take().await?;
        super::lite::script(held, "PRAGMA wal_checkpoint(PASSIVE)").await
    }
}
