//! A full disk, caused by the test: a limit in SQLite, and small volumes for both engines where mounting is allowed.

use std::path::{Path, PathBuf};
use std::process::Command;

use kernel::{Problem, Result, Scope};
use platform::db::{Db, Sql as _, Target};
use platform::{settings, transact};

use super::house::House;

/// Fills what is left, in pieces that become small at the end.
async fn write_until_full(db: &Db, scope: &Scope) -> Problem {
    for i in 0..20_000 {
        let name = format!("ballast-{i}");
        let text: String = (0..if i < 400 { 400 } else { 20 }).map(|_| platform::secret::token()).collect();
        let written: Result<()> = transact!(db, scope, |tx| { settings::set(tx, None, &name, &text).await });
        if let Err(problem) = written {
            return problem;
        }
    }
    panic!("the volume was never full");
}

/// What everybody sees while there is no room, and afterwards. `more_room` gives it.
async fn reads_on_and_comes_back(house: &House, more_room: impl AsyncFnOnce()) {
    let mut supervisor = house.signed_in("沈雯").await;
    assert!(!supervisor.get("/").await.text.contains("data-read-only"));
    let scope = Scope::system(house.group, None);
    let problem = write_until_full(&house.db, &scope).await;
    assert!(matches!(problem, Problem::ReadOnly), "{problem}");
    assert!(house.db.is_full());

    for path in ["/", "/queue?view=all", "/customers", "/cases", "/reports", "/notices", "/imports", "/people", "/me"] {
        let page = supervisor.get(path).await;
        assert_eq!(page.status.as_u16(), 200, "{path} can be read: {}", page.text);
        assert!(page.text.contains("data-read-only"), "{path} says that the disk is full");
    }
    let found = supervisor.post("/search", &[("q", "陈")]).await;
    assert_eq!(found.status.as_u16(), 200, "searching writes nothing");
    let long = "长".repeat(400);
    let saved = supervisor
        .post("/customers", &[("name", "新来的"), ("phone", "13900000001"), ("note", &long), ("kind", "person")])
        .await;
    assert_eq!(saved.status.as_u16(), 507, "{}", saved.text);
    assert!(saved.text.contains("磁盘已满"), "{}", saved.text);
    assert!(!house.db.look_for_room().await.expect("looked"));
    assert!(house.db.is_full());

    more_room().await;
    assert!(house.db.look_for_room().await.expect("looked"), "room again");
    let page = supervisor.get("/").await;
    assert!(!page.text.contains("data-read-only"));
    let saved =
        supervisor.post("/customers", &[("name", "新来的"), ("phone", "13900000001"), ("kind", "person")]).await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.text);
}

#[tokio::test]
async fn a_limit_in_sqlite() {
    let house = House::lite().await;
    // The session must not be older than a minute, or reading would want to write.
    house.db.limit_growth(Some(300)).await.expect("limited");
    reads_on_and_comes_back(&house, async || house.db.limit_growth(None).await.expect("unlimited")).await;
}

/// A volume of so many MiB in memory; `None` where mounting is not allowed.
struct Volume(PathBuf);

impl Volume {
    fn new(name: &str, mib: u32) -> Option<Self> {
        let at = std::env::temp_dir().join(format!("zy-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&at).ok()?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"])
            .arg(&at)
            .stderr(std::process::Stdio::null())
            .status();
        if mounted.is_ok_and(|s| s.success()) {
            return Some(Self(at));
        }
        eprintln!("notice: mounting is not allowed here; the full volume is left out");
        let _ = std::fs::remove_dir(&at);
        None
    }
    fn path(&self) -> &Path {
        &self.0
    }
    /// As an administrator gives a volume more room.
    fn grow(&self, mib: u32) {
        let grown =
            Command::new("mount").args(["-o", &format!("remount,size={mib}m")]).arg(&self.0).status().expect("mount");
        assert!(grown.success());
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[tokio::test]
async fn a_small_volume_under_sqlite() {
    let Some(volume) = Volume::new("lite", 32) else { return };
    let house = House::at(Target::Lite(volume.path().join("zhiyin.db")), volume.path()).await;
    reads_on_and_comes_back(&house, async || volume.grow(128)).await;
    house.db.close().await;
}

/// The database of this test stands in a tablespace on the small volume; the server's own files do not.
#[tokio::test]
async fn a_small_volume_under_postgresql() {
    use sqlx::Connection as _;
    use std::os::unix::fs::MetadataExt as _;
    let Ok(url) = std::env::var("ZHIYIN_TEST_PG") else {
        eprintln!("notice: PostgreSQL part skipped (ZHIYIN_TEST_PG is not set)");
        return;
    };
    let mut admin = sqlx::PgConnection::connect(&url).await.expect("the test server answers");
    let (data,): (String,) = sqlx::query_as("SHOW data_directory").fetch_one(&mut admin).await.expect("a folder");
    let Ok(owner) = std::fs::metadata(&data) else {
        eprintln!("notice: the PostgreSQL server is on another machine; the full volume is left out");
        return;
    };
    let Some(volume) = Volume::new("pg", 64) else { return };
    std::os::unix::fs::chown(volume.path(), Some(owner.uid()), Some(owner.gid())).expect("given to the server");
    let name = format!("small_{}", std::process::id());
    let at = volume.path().display();
    for sql in
        [format!("CREATE TABLESPACE {name} LOCATION '{at}'"), format!("CREATE DATABASE {name} TABLESPACE {name}")]
    {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.expect("a database on the small volume");
    }
    let (base, _) = url.rsplit_once('/').expect("a URL with a database name");
    let folder = tempfile::tempdir().expect("a folder");
    let house = House::at(Target::Pg(format!("{base}/{name}")), folder.path()).await;
    reads_on_and_comes_back(&house, async || volume.grow(256)).await;
    house.db.close().await;
    for sql in [format!("DROP DATABASE {name} WITH (FORCE)"), format!("DROP TABLESPACE {name}")] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.expect("cleared away");
    }
}

/// Jobs wait without using up their tries, and go on as soon as there is room.
#[tokio::test]
async fn jobs_wait_for_room() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let house = House::lite().await;
    let scope = Scope::system(house.group, None);
    let app = house.app();
    let now = house.db.clock().now();
    let queued: Result<()> = transact!(house.db, &scope, |tx| {
        platform::jobs::enqueue(tx, "t-wait", "t-wait", &serde_json::Value::Null, now).await
    });
    queued.expect("queued");
    let worker = platform::jobs::Worker {
        kind: "t-wait",
        run: |app, job| {
            Box::pin(async move {
                TRIED.fetch_add(1, Ordering::SeqCst);
                assert_eq!(job.attempts, 1, "a try without room is not counted");
                let text: String = (0..4_000).map(|_| platform::secret::token()).collect();
                let scope = Scope::system(kernel::Id::new(1), None);
                transact!(app.db, &scope, |tx| { settings::set(tx, None, "big", &text).await })
            })
        },
    };
    house.db.limit_growth(Some(4)).await.expect("limited");
    for _ in 0..10 {
        assert_eq!(platform::jobs::round(&app, &[worker], &[]).await.expect("a round"), 0);
    }
    assert_eq!(TRIED.load(Ordering::SeqCst), 10);
    house.db.limit_growth(None).await.expect("unlimited");
    assert_eq!(platform::jobs::round(&app, &[worker], &[]).await.expect("a round"), 1);
    let _ = house.db.reads().engine();
}
