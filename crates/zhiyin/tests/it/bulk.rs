//! `zhiyin demo`: groups of any size.

use std::fmt::Write as _;

use kernel::{Clock, Phone, Plate, Scope, Vin};
use platform::db::{Db, Engine, One, Options, Sql as _, Target};
use platform::{args, row, stmt};
use zhiyin::demo::bulk::{self, Size};

const SIZE: Size = Size { customers: 600, visits: 1_900, seed: 5, follow_up: true };

stmt!(
    COUNTS,
    "SELECT 'customer' AS k, COUNT(*) AS v FROM customer UNION ALL SELECT 'order', COUNT(*) FROM repair_order \
    UNION ALL SELECT 'delivery', COUNT(*) FROM delivery UNION ALL SELECT 'task', COUNT(*) FROM task \
    UNION ALL SELECT 'skipped', COUNT(*) FROM skipped_event UNION ALL SELECT 'contact', COUNT(*) FROM contact \
    UNION ALL SELECT 'attempt', COUNT(*) FROM attempt UNION ALL SELECT 'answer', COUNT(*) FROM answer \
    UNION ALL SELECT 'case', COUNT(*) FROM case_file UNION ALL SELECT 'store', COUNT(*) FROM store ORDER BY 1"
);
stmt!(PHONES, "SELECT digits AS v FROM customer_phone ORDER BY id");
stmt!(CARS, "SELECT vin AS k, plate AS v FROM vehicle ORDER BY id");
stmt!(NAMES, "SELECT name AS v FROM customer ORDER BY id DESC LIMIT 20");
// Everything that one thing says of another must be so.
stmt!(
    ODD,
    "SELECT 'a task without its contact' AS v FROM task t WHERE NOT EXISTS (SELECT 1 FROM contact c WHERE c.id=t.contact_id) \
     UNION ALL SELECT 'an open contact of a settled task' FROM task t JOIN contact c ON c.id=t.contact_id \
       WHERE (t.state='open') <> (c.state IN ('open','number_needed')) \
     UNION ALL SELECT 'a settled task without its moment' FROM task WHERE (state='open') <> (closed_at IS NULL) \
     UNION ALL SELECT 'a count of attempts that differs' FROM task t WHERE t.attempts <> \
       (SELECT COUNT(*) FROM attempt_task a WHERE a.task_id=t.id) \
     UNION ALL SELECT 'a call before the visit was told' FROM attempt a JOIN contact c ON c.id=a.contact_id WHERE a.started_at < c.created_at \
     UNION ALL SELECT 'a call in the future' FROM attempt WHERE ended_at > $1 \
     UNION ALL SELECT 'a case without its call' FROM case_file f WHERE NOT EXISTS (SELECT 1 FROM attempt a WHERE a.id=f.attempt_id) \
     UNION ALL SELECT 'a re-call without its task' FROM case_file f WHERE f.recall_task_id IS NOT NULL \
       AND NOT EXISTS (SELECT 1 FROM task t WHERE t.id=f.recall_task_id AND t.subject_id=f.id) \
     UNION ALL SELECT 'an open case that does not block' FROM case_file f WHERE f.closed_at IS NULL AND NOT EXISTS \
       (SELECT 1 FROM contact_block b WHERE b.customer_id=f.customer_id AND b.subject=f.id) \
     UNION ALL SELECT 'a visit of somebody the store does not see' FROM repair_order o WHERE NOT EXISTS \
       (SELECT 1 FROM customer_store s WHERE s.customer_id=o.customer_id AND s.store_id=o.store_id) \
     UNION ALL SELECT 'a visit with a car of somebody else' FROM repair_order o WHERE NOT EXISTS \
       (SELECT 1 FROM ownership w WHERE w.customer_id=o.customer_id AND w.vehicle_id=o.vehicle_id) \
     UNION ALL SELECT 'a number of somebody else' FROM repair_order o WHERE NOT EXISTS \
       (SELECT 1 FROM customer_phone p WHERE p.id=o.phone_line_id AND p.customer_id=o.customer_id)"
);
// Tables that are filled in; the others hold salts and moments of their own making.
stmt!(
    COLUMNS,
    lite: "SELECT m.name AS k, c.name AS v FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type='table' \
           AND m.name IN ('customer','customer_phone','customer_store','vehicle','ownership','repair_order','delivery', \
           'timeline','task','contact','attempt','attempt_task','answer','remark','case_file','case_point','case_step', \
           'skipped_event','contact_block','counter','store','app_user') ORDER BY m.name, c.cid",
    pg: "SELECT CAST(table_name AS TEXT) AS k, CAST(column_name AS TEXT) AS v FROM information_schema.columns \
         WHERE table_schema='public' AND table_name IN ('customer','customer_phone','customer_store','vehicle','ownership', \
         'repair_order','delivery','timeline','task','contact','attempt','attempt_task','answer','remark','case_file', \
         'case_point','case_step','skipped_event','contact_block','counter','store','app_user') \
         ORDER BY table_name, ordinal_position",
);
row! { struct Car { k: String, v: String } }

async fn open(target: &Target) -> Db {
    let wire = std::sync::Arc::new(zhiyin::wiring::wire());
    let options = Options { target: target.clone(), clock: Clock::manual(testkit::START), wire, pool: 2 };
    Db::open(options).await.expect("opens")
}

async fn filled(target: &Target, seed: u64) -> Db {
    let db = open(target).await;
    let size = Size { seed, ..SIZE };
    bulk::fill(db, target.clone(), testkit::START, size, &mut |_, _| {}).await.expect("filled");
    open(target).await
}

/// All that is in the tables, as one number.
async fn content(target: &Target, db: &Db) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let columns: Vec<(String, String)> = db.reads().all(&COLUMNS, args![]).await.expect("columns");
    let mut tables: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for (table, column) in columns {
        tables.entry(table).or_default().push(format!("COALESCE(CAST({column} AS TEXT),'-')"));
    }
    let mut hash = DefaultHasher::new();
    for (table, columns) in tables {
        let sql = format!("SELECT {} AS v FROM {table} ORDER BY 1", columns.join("||'|'||"));
        let rows: Vec<(String,)> = match target {
            Target::Lite(path) => {
                let on = rusqlite::Connection::open(path).expect("opens");
                let mut all = on.prepare(&sql).expect("a statement");
                let rows = all.query_map([], |row| Ok((row.get(0)?,))).expect("rows");
                rows.collect::<rusqlite::Result<_>>().expect("texts")
            }
            Target::Pg(url) => {
                let pool = sqlx::PgPool::connect(url).await.expect("opens");
                let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&pool).await.expect("rows");
                pool.close().await;
                rows
            }
        };
        // In a small group every case may be settled, and nobody be blocked.
        assert!(!rows.is_empty() || table == "contact_block", "{table} is empty");
        (table, rows).hash(&mut hash);
    }
    hash.finish()
}

async fn is_plausible(db: &Db) -> String {
    let mut reads = db.reads();
    let odd: Vec<One<String>> = reads.all(&ODD, args![testkit::START]).await.expect("rows");
    assert!(odd.is_empty(), "{}: {}", odd.len(), odd[0].0);
    for phone in reads.all::<One<String>>(&PHONES, args![]).await.expect("rows") {
        assert_eq!(Phone::parse(&phone.0).expect("a phone").expose(), phone.0);
    }
    for car in reads.all::<Car>(&CARS, args![]).await.expect("rows") {
        assert!(Vin::parse(&car.k).expect("a VIN").check_digit_ok(), "{}", car.k);
        assert_eq!(Plate::parse(&car.v).expect("a plate").as_str(), car.v);
    }
    // What search finds was put there by the same tokens.
    let group = people::identity::groups(&mut reads).await.expect("groups")[0].id;
    let scope = Scope::system(group, None);
    for name in reads.all::<One<String>>(&NAMES, args![]).await.expect("rows") {
        let two: String = name.0.chars().take(2).collect();
        let hits = people::search::find(&mut reads, &scope, &two, 200).await.expect("found");
        assert!(hits.iter().any(|h| h.name == name.0), "{two}: {}", name.0);
    }
    // Nothing was left lying beyond its time.
    assert_eq!(contact::followup::expiry::expire_all(db).await.expect("expired"), 0);
    let counts: Vec<(String, i64)> = reads.all(&COUNTS, args![]).await.expect("counts");
    let count = |what: &str| counts.iter().find(|(k, _)| k == what).map_or(0, |(_, v)| *v);
    assert_eq!((count("customer"), count("order"), count("store")), (600, 1_900, 2));
    assert!(count("delivery") > 50 && count("case") > 2 && count("skipped") > 5);
    assert!(count("task") + count("skipped") >= 1_900);
    counts.iter().fold(String::new(), |mut out, (k, v)| {
        let _ = write!(out, "{k} {v}; ");
        out
    })
}

#[tokio::test]
async fn the_same_seed_makes_the_same_group_on_both_engines() {
    let folder = tempfile::tempdir().expect("a folder");
    let lite = |n: usize| Target::Lite(folder.path().join(format!("{n}.db")));
    let mut counts = Vec::new();
    let mut targets = vec![[lite(1), lite(2), lite(3)]];
    if let Ok(url) = std::env::var("ZHIYIN_TEST_PG") {
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(Target::Pg(testkit::fresh_database(&url).await));
        }
        targets.push(made.try_into().expect("three"));
    }
    for [one, same, other] in targets {
        let mut hashes = Vec::new();
        for (target, seed) in [(&one, 5), (&same, 5), (&other, 6)] {
            let db = filled(target, seed).await;
            hashes.push(content(target, &db).await);
            if seed == 5 {
                counts.push(is_plausible(&db).await);
            }
            db.close().await;
        }
        assert_eq!(hashes[0], hashes[1], "the same seed");
        assert_ne!(hashes[0], hashes[2], "another seed");
    }
    assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:#?}");
}

#[tokio::test]
async fn only_an_empty_database_is_filled_and_all_indexes_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = Target::Lite(folder.path().join("z.db"));
    let fresh = open(&Target::Lite(folder.path().join("other.db"))).await;
    stmt!(INDEXES, lite: "SELECT name AS v FROM sqlite_master WHERE type='index' ORDER BY name",
        pg: "SELECT CAST(indexname AS TEXT) AS v FROM pg_indexes ORDER BY indexname");
    let db = filled(&target, 5).await;
    assert_eq!(db.engine(), Engine::Lite);
    let indexes = async |db: &Db| -> Vec<String> {
        db.reads().all::<One<String>>(&INDEXES, args![]).await.expect("indexes").into_iter().map(|o| o.0).collect()
    };
    let (made, usual) = (indexes(&db).await, indexes(&fresh).await);
    assert!(usual.len() > 60);
    assert_eq!(made, usual);
    let again = bulk::fill(db, target, testkit::START, SIZE, &mut |_, _| {}).await.expect_err("not empty");
    assert!(again.to_string().contains("ZHIYIN_DATA"), "{again}");
}

#[tokio::test]
async fn a_filling_that_was_cut_off_is_told_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = Target::Lite(folder.path().join("z.db"));
    open(&target).await.close().await;
    drop(platform::db::Load::begin(&target, testkit::START).await.expect("begun"));
    let wire = std::sync::Arc::new(zhiyin::wiring::wire());
    let options = Options { target, clock: Clock::manual(testkit::START), wire, pool: 2 };
    let Err(refused) = Db::open(options).await else { panic!("it opened") };
    assert!(format!("{refused:?}").contains("interrupted"), "{refused:?}");
}
