//! What reading and writing imports needs of the program around it.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use kernel::{GroupId, ImportId, Millis, Result, Scope, StoreDate, StoreId};
use platform::db::{Db, Sql};
use platform::events::Signal;
use serde_json::json;

use super::state::State;
use super::store::Batch;
use crate::identity;

/// The database, this program (to start its own children), and the data folder.
#[derive(Clone)]
pub struct Workshop {
    pub db: Db,
    pub exe: PathBuf,
    pub data: PathBuf,
}

/// Below the data folder.
pub(super) const FOLDER: &str = "imports";

impl Workshop {
    pub fn of(app: &platform::http::App) -> Workshop {
        Workshop { db: app.db.clone(), exe: app.exe.clone(), data: app.config.data.clone() }
    }

    pub fn folder(&self) -> PathBuf {
        self.data.join(FOLDER)
    }

    /// # Errors
    /// `Internal` when the volume refuses.
    pub async fn make_folder(&self) -> Result<PathBuf> {
        let folder = self.folder();
        tokio::fs::create_dir_all(&folder).await.map_err(kernel::Problem::internal)?;
        Ok(folder)
    }

    pub fn blob(&self, batch: &Batch) -> PathBuf {
        self.data.join(Path::new(&batch.blob_path))
    }

    pub(super) fn tell(&self, group: GroupId, store: Option<StoreId>, progress: &Progress) {
        self.db.hub().send(progress.signal(group, store));
    }
}

/// How far an import is; what browsers are told, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub id: ImportId,
    pub state: State,
    /// Rows; while the file is read, bytes.
    pub done: i64,
    pub total: i64,
}

impl Progress {
    pub(super) fn signal(&self, group: GroupId, store: Option<StoreId>) -> Signal {
        let data = json!({ "id": self.id, "done": self.done, "total": self.total, "state": self.state });
        Signal { group, user: None, store, kind: "import", data }
    }
}

/// The program at work for somebody: its rights, that person's name in the audit.
pub(super) fn on_behalf(batch: &Batch) -> Scope {
    Scope { user: batch.actor, ..Scope::system(batch.group_id, batch.store_id.or(batch.options.home)) }
}

/// The store's date; Shanghai's where no store is meant.
pub(super) async fn today(q: &mut impl Sql, group: GroupId, store: Option<StoreId>, now: Millis) -> Result<StoreDate> {
    let name = match store {
        Some(store) => identity::store_card(q, group, store).await?.tz,
        None => identity::org::TIME_ZONE.to_owned(),
    };
    let tz = TimeZone::get(&name).unwrap_or(TimeZone::UTC);
    let at = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    Ok(tz.to_datetime(at).date().into())
}
