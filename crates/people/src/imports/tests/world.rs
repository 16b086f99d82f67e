//! Files on their way through the engine, with the product's own reader.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use kernel::{Cap, GroupId, Id, ImportId, Millis, Reach, Result, Scope, StoreDate};
use platform::db::{Db, One, Sql as _};
use platform::{args, stmt, transact};
use testkit::World;

use crate::imports::store::{self, Batch, StagedRow, Which};
use crate::imports::*;

/// Saturday 2026-11-21 10:00 in Shanghai: the day after the last rows of the files.
pub const TODAY: Millis = Millis(testkit::START.0 + 2 * Millis::DAY);

/// The parser child: the small program of `platform`, built where it is not there yet.
pub fn exe() -> &'static Path {
    static EXE: OnceLock<PathBuf> = OnceLock::new();
    EXE.get_or_init(|| {
        let here = std::env::current_exe().expect("this test");
        let target = here.parent().and_then(Path::parent).expect("target/debug");
        let exe = target.join("parse-sheet");
        if !exe.exists() {
            let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
            let folder = target.parent().expect("target");
            let built = Command::new(cargo)
                .args(["build", "-q", "-p", "platform", "--bin", "parse-sheet", "--target-dir"])
                .arg(folder)
                .status();
            assert!(built.is_ok_and(|status| status.success()), "the parser is built");
        }
        exe
    })
}

/// Records whose follow-up somebody has begun, by import; what the hooks were asked.
pub static STARTED: Mutex<Vec<i64>> = Mutex::new(Vec::new());
pub static REVEALED: Mutex<Vec<ImportId>> = Mutex::new(Vec::new());

stmt!(T_NEW_ORDERS, "SELECT COUNT(*) AS v FROM repair_order WHERE group_id=$1 AND import_id=$2");

/// Follow-up as imports see it: an event expires after seven days.
pub fn hooks() -> ImportHooks {
    ImportHooks {
        foresee: |_, _, _, _, news, _| {
            Box::pin(async move {
                let today: StoreDate = "2026-11-21".parse().expect("today");
                let one = |n: &crate::intake::News| {
                    let day = n.settled_on.unwrap_or(n.opened_on);
                    let late = day.days_until(today) > 7;
                    let plans = if late || n.subject.is_some() { Vec::new() } else { vec![day] };
                    Outlook { plans, late, ..Outlook::default() }
                };
                Ok(news.iter().map(one).collect())
            })
        },
        reveal: |_, id| {
            Box::pin(async move {
                REVEALED.lock().expect("lock").push(id);
                Ok(false)
            })
        },
        undo: |_, _, _, ids| {
            Box::pin(async move {
                let started = STARTED.lock().expect("lock");
                Ok(ids.iter().filter(|id| started.contains(id)).map(|id| (*id, "task-started")).collect())
            })
        },
        planned: |reads, scope, id| Box::pin(async move { reads.count(&T_NEW_ORDERS, args![scope.group, id]).await }),
        days_back: |_, _, _| Box::pin(async { Ok(3) }),
        restart: |_, _| Box::pin(async { Ok(()) }),
    }
}

/// A world at [`TODAY`], and a data folder.
pub struct Yard<'a> {
    pub w: &'a World,
    pub shop: Workshop,
    pub scope: Scope,
    pub _folder: tempfile::TempDir,
}

impl Yard<'_> {
    pub async fn new(w: &World) -> Yard<'_> {
        w.clock.set(TODAY);
        w.user(77, "沈雯").await;
        Self::again(w).await
    }

    /// In a world that was furnished already.
    pub async fn again(w: &World) -> Yard<'_> {
        wire(hooks());
        let user = Id::new(77);
        let folder = tempfile::tempdir().expect("folder");
        let shop = Workshop { db: w.db.clone(), exe: exe().to_owned(), data: folder.path().to_owned() };
        let scope = w.scope(user, None, &[(Cap::ImportRun, Reach::Store)]);
        Yard { w, shop, scope, _folder: folder }
    }

    /// With the right in both stores.
    pub async fn everywhere(w: &World) -> Yard<'_> {
        let mut yard = Yard::new(w).await;
        yard.scope.posts[0].stores = kernel::Stores::These(vec![w.store, w.second]);
        yard
    }

    /// Says of unknown store codes: our two stores, in turn.
    pub async fn answer_codes(&self, batch: Batch) -> Batch {
        let open = batch.mapping.questions();
        let codes = open.iter().filter_map(|q| match q {
            Question::StoreCode { code, .. } => Some(code.clone()),
            Question::NoSheet | Question::Missing { .. } | Question::DateOrder { .. } => None,
        });
        let stores = [self.w.store, self.w.second];
        let codes = codes.zip(stores.into_iter().cycle().map(Some)).collect::<std::collections::BTreeMap<_, _>>();
        if codes.is_empty() {
            return batch;
        }
        let with = Correction { codes, ..Correction::default() };
        self.correct(&batch, &with).await.expect("corrected");
        self.parse(batch.id).await
    }

    pub async fn correct(&self, batch: &Batch, with: &Correction) -> Result<()> {
        transact!(self.db(), &self.scope, |tx| { correct(tx, batch.id, batch.version, with).await })
    }

    /// What is due every so often, and what follows from it.
    pub async fn tick(&self) {
        platform::jobs::schedule(self.db(), &jobs()).await.expect("scheduled");
        self.run_jobs().await;
    }

    /// Everything that is queued.
    pub async fn run_jobs(&self) {
        let app = app(&self.shop);
        while platform::jobs::round(&app, &workers(), &jobs()).await.expect("jobs") > 0 {}
    }

    pub fn db(&self) -> &Db {
        &self.w.db
    }

    /// Lays the file down as an upload does, without the job.
    pub async fn bring_as(&self, scope: &Scope, path: &Path, kind: Option<Kind>) -> ImportId {
        let id = self.db().new_id::<kernel::Import>();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        let ext = path.extension().map_or(String::new(), |e| format!(".{}", e.to_string_lossy()));
        let folder = self.shop.make_folder().await.expect("folder");
        std::fs::copy(path, folder.join(format!("{id}{ext}"))).expect("copied");
        let hash = name.clone();
        let file = NewFile { id, name, hash, path: format!("imports/{id}{ext}"), kind };
        transact!(self.db(), scope, |tx| { bring(tx, &file, false).await }).expect("brought");
        id
    }

    pub async fn read(&self, path: &Path) -> Batch {
        let id = self.bring_as(&self.scope, path, None).await;
        self.parse(id).await
    }

    pub async fn parse(&self, id: ImportId) -> Batch {
        parse(&self.shop, &self.scope, id).await.expect("read");
        self.batch(id).await
    }

    pub async fn batch(&self, id: ImportId) -> Batch {
        store::get(&mut self.db().reads(), self.w.group, id).await.expect("batch")
    }

    pub async fn confirm(&self, id: ImportId) -> Result<()> {
        let version = self.batch(id).await.version;
        transact!(self.db(), &self.scope, |tx| { confirm(tx, id, version, None, false).await })
    }

    /// To the end, in chunks of at most `rows`.
    pub async fn apply(&self, id: ImportId, rows: usize) -> Batch {
        let mut pace = Pace::new(rows, rows);
        while apply_next_chunk(self.db(), self.w.group, id, &mut pace).await.expect("applied").state == State::Applying
        {
        }
        self.batch(id).await
    }

    /// Read, confirmed, applied.
    pub async fn import(&self, path: &Path) -> Batch {
        let batch = self.read(path).await;
        assert_eq!(batch.state, State::Previewed, "{:?} {:?}", batch.fault, batch.mapping.questions());
        self.confirm(batch.id).await.expect("confirmed");
        self.apply(batch.id, 700).await
    }

    pub async fn undo(&self, id: ImportId, rows: usize) -> Batch {
        transact!(self.db(), &self.scope, |tx| { undo(tx, id, false).await }).expect("undoing");
        let mut pace = Pace::new(rows, rows);
        while undo_next_chunk(self.db(), self.w.group, id, &mut pace).await.expect("undone").state == State::Undoing {}
        self.batch(id).await
    }

    pub async fn rows(&self, id: ImportId, which: Which) -> Vec<StagedRow> {
        store::shown(&mut self.db().reads(), self.w.group, id, which, 0, 10_000).await.expect("rows")
    }

    /// A file with these lines.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.shop.data.join(name);
        std::fs::write(&path, text).expect("written");
        path
    }
}

stmt!(pub T_PARSING, "UPDATE import_batch SET state='parsing', rows_done=13 WHERE group_id=$1 AND id=$2");
stmt!(T_CUSTOMERS, "SELECT COUNT(*) AS v FROM customer WHERE group_id=$1");
stmt!(T_LINES, "SELECT COUNT(*) AS v FROM customer_phone WHERE group_id=$1");
stmt!(T_CARS, "SELECT COUNT(*) AS v FROM vehicle WHERE group_id=$1");
stmt!(T_SPANS, "SELECT COUNT(*) AS v FROM ownership WHERE group_id=$1");
stmt!(T_ORDERS, "SELECT COUNT(*) AS v FROM repair_order WHERE group_id=$1");
stmt!(T_DELIVERIES, "SELECT COUNT(*) AS v FROM delivery WHERE group_id=$1");
stmt!(T_TIMES, "SELECT COUNT(*) AS v FROM timeline WHERE group_id=$1");
stmt!(T_JOURNAL, "SELECT COUNT(*) AS v FROM import_journal WHERE group_id=$1");
stmt!(T_STAGED, "SELECT COUNT(*) AS v FROM import_row WHERE group_id=$1");
stmt!(T_EVENTS, "SELECT ids AS v FROM event WHERE group_id=$1 AND kind=$2 ORDER BY id");

/// Customers, phone lines, cars, ownerships, orders, deliveries, timeline, journal.
pub async fn facts(db: &Db, group: GroupId) -> [i64; 8] {
    let mut out = [0; 8];
    let all = [&T_CUSTOMERS, &T_LINES, &T_CARS, &T_SPANS, &T_ORDERS, &T_DELIVERIES, &T_TIMES, &T_JOURNAL];
    for (slot, stmt) in out.iter_mut().zip(all) {
        *slot = db.reads().count(stmt, args![group]).await.expect("count");
    }
    out
}

pub async fn staged(db: &Db, group: GroupId) -> i64 {
    db.reads().count(&T_STAGED, args![group]).await.expect("count")
}

/// Ids that events of this kind carried, in order.
pub async fn told(db: &Db, group: GroupId, kind: &str) -> Vec<serde_json::Value> {
    let all: Vec<One<serde_json::Value>> = db.reads().all(&T_EVENTS, args![group, kind]).await.expect("events");
    all.into_iter().map(|v| v.0).collect()
}

/// The program around the engine, as the leaf crate builds it.
pub fn app(shop: &Workshop) -> platform::http::App {
    let mut config = platform::config::load(None, |_| None).expect("defaults");
    config.data = shop.data.clone();
    platform::http::App::new(platform::http::Parts {
        db: shop.db.clone(),
        config,
        exe: shop.exe.clone(),
        nav: Vec::new(),
        slots: platform::http::Slots::default(),
        load_session: |_, _| Box::pin(async { Ok(None) }),
        seats: std::sync::Arc::new(tokio::sync::Semaphore::new(64)),
        demo: false,
    })
}
