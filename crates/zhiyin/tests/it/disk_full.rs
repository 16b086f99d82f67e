//! A full disk, caused by the test: a limit in SQLite, and a small volume where mounting is allowed.

use std::path::{Path, PathBuf};
use std::process::Command;

use kernel::{Problem, Result, Scope};
use platform::db::{Db, Sql as _, Target};
use platform::{settings, transact};

use super::house::House;

/// Fills what is left: in large pieces first, and when none of these fits any more, in small ones, until nothing does.
async fn write_until_full(db: &Db, scope: &Scope) -> Problem {
    let mut last = None;
    for tokens in [400, 20, 1] {
        let mut full = false;
        for i in 0..20_000 {
            let name = format!("ballast-{tokens}-{i}");
            let text: String = (0..tokens).map(|_| platform::secret::token()).collect();
            let written: Result<()> = transact!(db, scope, |tx| { settings::set(tx, None, &name, &text).await });
            if let Err(problem) = written {
                assert!(matches!(problem, Problem::ReadOnly), "{problem}");
                full = true;
                last = Some(problem);
                break;
            }
        }
        assert!(full, "the volume was never full");
    }
    last.expect("a problem")
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
    // What still fits into pages that exist is saved; the first that does not is told.
    let mut saved = None;
    for i in 0..2_000 {
        let phone = format!("1390001{i:04}");
        let form =
            [("name", "新来的"), ("sure", "new"), ("phone", phone.as_str()), ("note", &long), ("kind", "person")];
        let reply = supervisor.post("/customers", &form).await;
        if reply.status.as_u16() != 303 {
            saved = Some(reply);
            break;
        }
    }
    let saved = saved.expect("it is full at last");
    assert_eq!(saved.status.as_u16(), 507, "{}", saved.text);
    assert!(saved.text.contains("磁盘已满"), "{}", saved.text);
    assert!(!house.db.look_for_room().await.expect("looked"));
    assert!(house.db.is_full());

    more_room().await;
    assert!(house.db.look_for_room().await.expect("looked"), "room again");
    let page = supervisor.get("/").await;
    assert!(!page.text.contains("data-read-only"));
    let saved = supervisor
        .post("/customers", &[("name", "新来的"), ("sure", "new"), ("phone", "13900000001"), ("kind", "person")])
        .await;
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
