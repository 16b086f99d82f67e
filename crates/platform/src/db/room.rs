//! A full disk: the program goes on reading, says so, and comes back by itself.
//!
//! The first write that finds no room raises the flag; from then on pages carry a banner and background work waits.
//! A probe that needs a quarter of a megabyte lowers it: a smaller one would succeed where no chunk of an import does.

use std::sync::atomic::{AtomicBool, Ordering};

use kernel::{Problem, Result, Scope};

use super::{Db, One, Pools, Sql as _, engine};
use crate::{args, secret, stmt, transact};

#[derive(Default)]
pub(super) struct Room {
    none: AtomicBool,
}

stmt!(
    ROOM_PROBE,
    "INSERT INTO setting (group_id, store_id, name, value, at, actor) VALUES (0, 0, 'room-probe', $1, $2, NULL) \
     ON CONFLICT (group_id, store_id, name) DO UPDATE SET value=excluded.value, at=excluded.at"
);

/// Tokens of 64 characters in a probe; random, so that no engine squeezes them.
const PROBE: usize = 4_096;

impl Db {
    /// Whether the last word of the database was that it cannot write.
    pub fn is_full(&self) -> bool {
        self.0.room.none.load(Ordering::Relaxed) || engine::sync_failed()
    }

    /// Noted by [`transact!`](crate::transact) whenever a transaction ends so.
    pub fn no_room(&self) {
        if !self.0.room.none.swap(true, Ordering::Relaxed) {
            tracing::error!("the volume of the database is full: read-only until there is room");
        }
    }

    /// Looks whether there is room again; answers whether there is.
    /// # Errors
    /// What is wrong besides the room.
    pub async fn look_for_room(&self) -> Result<bool> {
        if engine::sync_failed() {
            return Ok(false);
        }
        match self.probe().await {
            Ok(()) => {
                if self.0.room.none.swap(false, Ordering::Relaxed) {
                    tracing::info!("there is room again: writing goes on");
                }
                Ok(true)
            }
            Err(Problem::ReadOnly) => Ok(false),
            Err(other) => Err(other),
        }
    }

    async fn probe(&self) -> Result<()> {
        let nobody = Scope::system(kernel::Id::new(0), None);
        for size in [PROBE, 0] {
            let text: String = (0..size).map(|_| secret::token()).collect();
            transact!(self, &nobody, |tx| {
                let now = tx.now();
                tx.exec(&ROOM_PROBE, args![text.as_str(), now]).await.map(|_| ())
            })?;
        }
        Ok(())
    }

    /// Lets SQLite's file grow by no more than so many pages of 4 KiB from now on; `None`: as far as the disk goes.
    /// Nothing on PostgreSQL. For whoever wants to see what a full disk does.
    /// # Errors
    /// As the database answers.
    pub async fn limit_growth(&self, pages: Option<u32>) -> Result<()> {
        let Pools::Lite { write, .. } = &self.0.pools else { return Ok(()) };
        let now = write.ask::<One<i64>>("SELECT page_count AS v FROM pragma_page_count", args![]).await?;
        let most = pages.map_or(MOST_PAGES, |p| now.first().map_or(0, |n| n.0) + i64::from(p));
        self.0.pools.script(format!("PRAGMA max_page_count = {most}")).await
    }
}

/// SQLite's own limit.
const MOST_PAGES: i64 = 4_294_967_294;
