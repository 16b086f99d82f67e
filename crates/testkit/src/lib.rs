//! The named world 「示范店」 and both databases, for tests of every crate.

use std::sync::Arc;

use kernel::{Cap, Clock, Department, GroupId, Id, Millis, Post, Reach, Scope, StoreId, Stores, UserId};
use platform::db::{Db, Options, Sql as _, Target};
use platform::events::Wire;
use platform::{args, stmt, transact};
use sqlx::Connection as _;

mod client;
pub use client::{Client, Reply, body_text};

/// Thursday 2026-11-19 10:00 in Shanghai.
pub const START: Millis = Millis(1_795_053_600_000);

pub struct World {
    pub db: Db,
    /// Stands still until moved.
    pub clock: Clock,
    pub group: GroupId,
    /// 示范店
    pub store: StoreId,
    /// 第二店, of the same group.
    pub second: StoreId,
    /// 别家店, of another group.
    pub stranger: StoreId,
    pub other_group: GroupId,
    _folder: Option<tempfile::TempDir>,
}

stmt!(ADD_GROUP, "INSERT INTO grp (id, name, demo, created_at) VALUES ($1,$2,0,$3)");
stmt!(
    ADD_STORE,
    "INSERT INTO store (id, group_id, name, code, brand, city, phone, tz, dial_mode, created_at) \
     VALUES ($1,$2,$3,$4,'斯柯达','成都','02885550100','Asia/Shanghai','tel',$5)"
);
stmt!(ADD_HOURS, "INSERT INTO store_hours (store_id, weekday, from_min, to_min, group_id) VALUES ($1,$2,$3,$4,$5)");
stmt!(
    ADD_USER,
    "INSERT INTO app_user (id, group_id, login, name, agent_number, locale, theme, key_map, created_at) \
     VALUES ($1,$2,$3,$4,$5,'zh-CN','system','{}',$6)"
);

impl World {
    /// On an own SQLite file.
    pub async fn lite(wire: Wire) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = Target::Lite(folder.path().join("zhiyin.db"));
        Self::build(target, wire, Some(folder)).await
    }

    /// On an own PostgreSQL database; `None` (with a notice) without `ZHIYIN_TEST_PG`.
    pub async fn pg(wire: Wire) -> Option<Self> {
        let Ok(url) = std::env::var("ZHIYIN_TEST_PG") else {
            eprintln!("notice: PostgreSQL part skipped (ZHIYIN_TEST_PG is not set)");
            return None;
        };
        Some(Self::build(Target::Pg(fresh_database(&url).await), wire, None).await)
    }

    async fn build(target: Target, wire: Wire, folder: Option<tempfile::TempDir>) -> Self {
        let clock = Clock::manual(START);
        let db = Db::open(Options { target, clock: clock.clone(), wire: Arc::new(wire), pool: 4 })
            .await
            .expect("the database opens");
        let world = Self {
            db,
            clock,
            group: Id::new(1),
            store: Id::new(10),
            second: Id::new(11),
            stranger: Id::new(20),
            other_group: Id::new(2),
            _folder: folder,
        };
        world.furnish().await;
        world
    }

    async fn furnish(&self) {
        let scope = Scope::system(self.group, None);
        transact!(self.db, &scope, |tx| {
            tx.exec(&ADD_GROUP, args![self.group, "示范集团", START]).await?;
            tx.exec(&ADD_GROUP, args![self.other_group, "别家集团", START]).await?;
            let stores = [
                (self.store, self.group, "示范店", "SF01"),
                (self.second, self.group, "第二店", "SF02"),
                (self.stranger, self.other_group, "别家店", "BJ01"),
            ];
            for (id, group, name, code) in stores {
                tx.exec(&ADD_STORE, args![id, group, name, code, START]).await?;
                for day in 1..=7_i64 {
                    tx.exec(&ADD_HOURS, args![id, day, 510_i64, 720_i64, group]).await?;
                    tx.exec(&ADD_HOURS, args![id, day, 810_i64, 1140_i64, group]).await?;
                }
            }
            Ok(())
        })
        .expect("the world is furnished");
    }

    /// Adds a person; ids below 1,000 are free for tests.
    pub async fn user(&self, id: i64, name: &str) -> UserId {
        let user = UserId::new(id);
        let scope = Scope::system(self.group, None);
        transact!(self.db, &scope, |tx| {
            let login = format!("u{id}");
            tx.exec(&ADD_USER, args![user, self.group, login, name, format!("{id:03}"), START]).await
        })
        .expect("the person is added");
        user
    }

    /// The program itself, in 示范店.
    pub fn system(&self) -> Scope {
        Scope::system(self.group, Some(self.store))
    }

    /// A person at 示范店 with these grants.
    pub fn scope(&self, user: UserId, department: Option<Department>, grants: &[(Cap, Reach)]) -> Scope {
        self.scope_at(self.group, self.store, user, department, grants)
    }

    pub fn scope_at(
        &self,
        group: GroupId,
        store: StoreId,
        user: UserId,
        department: Option<Department>,
        grants: &[(Cap, Reach)],
    ) -> Scope {
        let post =
            Post { role: "test".into(), stores: Stores::These(vec![store]), department, grants: grants.to_vec() };
        Scope { user: Some(user), group, store: Some(store), posts: vec![post] }
    }
}

/// The named world in a database that somebody else opened: for tests that start the program itself.
pub async fn furnish(db: &Db) {
    let world = World {
        db: db.clone(),
        clock: Clock::manual(START),
        group: Id::new(1),
        store: Id::new(10),
        second: Id::new(11),
        stranger: Id::new(20),
        other_group: Id::new(2),
        _folder: None,
    };
    world.furnish().await;
}

/// Runs the test on SQLite, and on PostgreSQL where one is given.
pub async fn on_both<F: AsyncFn(&World)>(test: F) {
    on_both_wired(Wire::default, test).await;
}

/// As [`on_both`], with listeners.
pub async fn on_both_wired<F: AsyncFn(&World)>(wire: fn() -> Wire, test: F) {
    let world = World::lite(wire()).await;
    test(&world).await;
    world.db.close().await;
    if let Some(world) = World::pg(wire()).await {
        test(&world).await;
        world.db.close().await;
    }
}

/// A new, empty database on the test server.
pub async fn fresh_database(url: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = sqlx::PgConnection::connect(url).await.expect("the test server answers");
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.expect("a test database is made");
    }
    let (base, _) = url.rsplit_once('/').expect("a URL with a database name");
    format!("{base}/{name}")
}
