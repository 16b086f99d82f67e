//! The demonstration store behind the product's own door, on either engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::{Clock, GroupId, Millis, Scope, StoreId, UserId};
use people::identity::{self, link};
use platform::config::{self, Config};
use platform::db::{Db, One, Options, Sql as _, Target};
use platform::{args, stmt, transact};
use testkit::Client;

/// Wednesday 2026-11-18 14:05 in Shanghai: inside the call windows.
pub const NOW: Millis = Millis(1_795_053_600_000 - Millis::DAY + 4 * Millis::HOUR + 5 * Millis::MINUTE);

pub struct House {
    pub db: Db,
    pub config: Config,
    pub group: GroupId,
    /// Of the first store, where most of the story happens.
    pub store: StoreId,
    pub folder: PathBuf,
    _kept: Option<tempfile::TempDir>,
}

stmt!(
    T_FIRST_STORE,
    "SELECT store_id AS v FROM contact WHERE group_id=$1 GROUP BY store_id ORDER BY COUNT(*) DESC LIMIT 1"
);
stmt!(T_USER, "SELECT id AS v FROM app_user WHERE group_id=$1 AND name=$2");

pub async fn open(target: Target, clock: Clock) -> Db {
    zhiyin::wiring::import_hooks();
    let wire = Arc::new(zhiyin::wiring::wire());
    Db::open(Options { target, clock, wire, pool: 6 }).await.expect("the database opens")
}

impl House {
    /// With a database of its own in a folder of its own.
    pub async fn lite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let mut house = Self::at(Target::Lite(path.join("zhiyin.db")), &path).await;
        house._kept = Some(folder);
        house
    }

    /// `None` (with a notice) without `ZHIYIN_TEST_PG`.
    pub async fn pg() -> Option<Self> {
        let Ok(url) = std::env::var("ZHIYIN_TEST_PG") else {
            eprintln!("notice: PostgreSQL part skipped (ZHIYIN_TEST_PG is not set)");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let mut house = Self::at(Target::Pg(testkit::fresh_database(&url).await), &path).await;
        house._kept = Some(folder);
        Some(house)
    }

    /// Opens what is there; tells the story where nothing is.
    pub async fn at(target: Target, folder: &Path) -> Self {
        let clock = zhiyin::demo::clock(NOW).expect("the story reads");
        let db = open(target, clock.clone()).await;
        zhiyin::demo::fill(&db, NOW).await.expect("the story is told");
        clock.set(NOW);
        let group = identity::groups(&mut db.reads()).await.expect("groups")[0].id;
        let store: One<StoreId> = db.reads().get(&T_FIRST_STORE, args![group]).await.expect("a store");
        let mut config = config::load(None, |_| None).expect("the defaults");
        config.data = folder.to_owned();
        Self { db, config, group, store: store.0, folder: folder.to_owned(), _kept: None }
    }

    pub fn app(&self) -> platform::http::App {
        zhiyin::server::app(self.db.clone(), self.config.clone(), true)
    }

    pub fn client(&self) -> Client {
        Client::new(zhiyin::server::router(self.app()))
    }

    pub async fn user(&self, name: &str) -> UserId {
        let found: One<UserId> = self.db.reads().get(&T_USER, args![self.group, name]).await.expect(name);
        found.0
    }

    /// Signs somebody in by a one-time link, as the demonstration's page does.
    pub async fn enter(&self, client: &mut Client, user: UserId) {
        let scope = Scope::system(self.group, None);
        let token = transact!(self.db, &scope, |tx| { link::demo_link(tx, user).await }).expect("a link");
        let reply = client.post(&format!("/links/{token}"), &[]).await;
        assert_eq!(reply.status.as_u16(), 303, "{}", reply.text);
    }

    pub async fn signed_in(&self, name: &str) -> Client {
        let mut client = self.client();
        self.enter(&mut client, self.user(name).await).await;
        client
    }
}
