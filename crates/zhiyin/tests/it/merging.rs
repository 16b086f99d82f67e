//! Merging customers in a group full of visits, calls and cases: everything goes along, hangs together afterwards, and
//! goes back without a trace.

use std::collections::HashSet;

use kernel::{Clock, CustomerId, Scope};
use people::customers::merge::{self, Choice};
use platform::db::{Db, One, Options, Sql as _, Target};
use platform::{args, stmt, transact};
use zhiyin::demo::bulk::{self, Size};

stmt!(
    T_SNAP,
    "SELECT 'contact' AS k, CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT)||'|'||person_key||'|'||state AS v FROM contact \
     UNION ALL SELECT 'task', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT)||'|'||state||'|'||COALESCE(result,'-') FROM task \
     UNION ALL SELECT 'call', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT) FROM attempt \
     UNION ALL SELECT 'case', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT)||'|'||state FROM case_file \
     UNION ALL SELECT 'block', CAST(customer_id AS TEXT)||'|'||CAST(store_id AS TEXT)||'|'||CAST(subject AS TEXT) FROM contact_block \
     UNION ALL SELECT 'order', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT) FROM repair_order \
     UNION ALL SELECT 'delivery', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT) FROM delivery \
     UNION ALL SELECT 'phone', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT)||'|'||CAST(rank AS TEXT)||'|' \
       ||COALESCE(CAST(ended_at AS TEXT),'-') FROM customer_phone \
     UNION ALL SELECT 'span', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT)||'|'||from_day||'|'||COALESCE(until_day,'-') FROM ownership \
     UNION ALL SELECT 'sight', CAST(customer_id AS TEXT)||'|'||CAST(store_id AS TEXT) FROM customer_store \
     UNION ALL SELECT 'line', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT) FROM timeline WHERE kind NOT IN ('merged','merge_parted') \
     UNION ALL SELECT 'file', CAST(id AS TEXT)||'|'||name||'|'||COALESCE(CAST(merged_into AS TEXT),'-') FROM customer ORDER BY 1, 2"
);
// Customers with calls, a case or an open follow-up, who want calls and have no open case: what a merge ends stays ended.
stmt!(
    T_BUSY,
    "SELECT c.id AS v FROM customer c WHERE c.opted_out_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM contact_block b WHERE b.customer_id=c.id) \
     AND EXISTS (SELECT 1 FROM attempt a WHERE a.customer_id=c.id) ORDER BY c.id LIMIT 120"
);
stmt!(T_CASED, "SELECT DISTINCT customer_id AS v FROM case_file ORDER BY 1 LIMIT 8");
// What names the one who went.
stmt!(
    T_LEFT,
    "SELECT 'contact' AS v FROM contact WHERE customer_id=$1 UNION ALL SELECT 'task' FROM task WHERE customer_id=$1 \
     UNION ALL SELECT 'attempt' FROM attempt WHERE customer_id=$1 UNION ALL SELECT 'case' FROM case_file WHERE customer_id=$1 \
     UNION ALL SELECT 'wish' FROM booking_wish WHERE customer_id=$1 UNION ALL SELECT 'order' FROM repair_order WHERE customer_id=$1 \
     UNION ALL SELECT 'delivery' FROM delivery WHERE customer_id=$1 UNION ALL SELECT 'phone' FROM customer_phone WHERE customer_id=$1 \
     UNION ALL SELECT 'span' FROM ownership WHERE customer_id=$1 UNION ALL SELECT 'sight' FROM customer_store WHERE customer_id=$1 \
     UNION ALL SELECT 'block' FROM contact_block WHERE customer_id=$1 UNION ALL SELECT 'line' FROM timeline WHERE customer_id=$1 \
     UNION ALL SELECT 'code' FROM customer_code WHERE customer_id=$1 UNION ALL SELECT 'person' FROM contact WHERE person_key=$2"
);
// Everything that one thing says of another must be so.
stmt!(
    T_ODD,
    "SELECT 'a task of somebody else than its contact' AS v FROM task t JOIN contact c ON c.id=t.contact_id WHERE t.customer_id<>c.customer_id \
     UNION ALL SELECT 'a call of somebody else than its contact' FROM attempt a JOIN contact c ON c.id=a.contact_id WHERE a.customer_id<>c.customer_id \
     UNION ALL SELECT 'a visit of somebody the store does not see' FROM repair_order o WHERE NOT EXISTS \
       (SELECT 1 FROM customer_store s WHERE s.customer_id=o.customer_id AND s.store_id=o.store_id) \
     UNION ALL SELECT 'a visit with a car of somebody else' FROM repair_order o WHERE NOT EXISTS \
       (SELECT 1 FROM ownership w WHERE w.customer_id=o.customer_id AND w.vehicle_id=o.vehicle_id) \
     UNION ALL SELECT 'a number of somebody else' FROM repair_order o WHERE NOT EXISTS \
       (SELECT 1 FROM customer_phone p WHERE p.id=o.phone_line_id AND p.customer_id=o.customer_id) \
     UNION ALL SELECT 'an open case that does not block' FROM case_file f WHERE f.closed_at IS NULL AND NOT EXISTS \
       (SELECT 1 FROM contact_block b WHERE b.customer_id=f.customer_id AND b.subject=f.id) \
     UNION ALL SELECT 'a follow-up beside an open case' FROM task t JOIN contact_block b ON b.customer_id=t.customer_id \
       AND b.store_id=t.store_id WHERE t.state='open' AND t.subject_kind<>'case'"
);

async fn open(target: &Target) -> Db {
    let wire = std::sync::Arc::new(zhiyin::wiring::wire());
    let options = Options { target: target.clone(), clock: Clock::manual(testkit::START), wire, pool: 4 };
    Db::open(options).await.expect("opens")
}

async fn each_engine(test: impl AsyncFn(&Db)) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut targets = vec![Target::Lite(folder.path().join("z.db"))];
    if let Ok(url) = std::env::var("ZHIYIN_TEST_PG") {
        targets.push(Target::Pg(testkit::fresh_database(&url).await));
    }
    for target in targets {
        let size = Size { customers: 600, visits: 1_900, seed: 5, follow_up: true };
        bulk::fill(open(&target).await, target.clone(), testkit::START, size, &mut |_, _| {}).await.expect("filled");
        let db = open(&target).await;
        test(&db).await;
        db.close().await;
    }
}

/// The whole group, with the right to merge.
async fn everywhere(db: &Db) -> Scope {
    let group = people::identity::groups(&mut db.reads()).await.expect("groups")[0].id;
    Scope::system(group, None)
}

async fn choice(db: &Db, scope: &Scope, kept: CustomerId, gone: CustomerId) -> Choice {
    let sides = merge::sides(&mut db.reads(), scope, kept, gone).await.expect("seen");
    Choice { kept_version: sides.kept.file.version, gone_version: sides.gone.file.version, ..Choice::default() }
}

async fn snap(db: &Db) -> HashSet<(String, String)> {
    db.reads().all(&T_SNAP, args![]).await.expect("rows").into_iter().collect()
}

async fn ids(db: &Db, stmt: &'static platform::db::Stmt) -> Vec<CustomerId> {
    db.reads().all::<One<CustomerId>>(stmt, args![]).await.expect("ids").into_iter().map(|v| v.0).collect()
}

async fn nothing_is_odd(db: &Db) {
    let odd: Vec<One<String>> = db.reads().all(&T_ODD, args![]).await.expect("rows");
    assert!(odd.is_empty(), "{}: {}", odd.len(), odd[0].0);
}

#[tokio::test]
async fn sixty_pairs_are_merged_and_parted_without_a_trace() {
    each_engine(async |db| {
        let scope = everywhere(db).await;
        nothing_is_odd(db).await;
        let before = snap(db).await;
        let busy = ids(db, &T_BUSY).await;
        assert!(busy.len() > 60, "{}", busy.len());
        let mut done = Vec::new();
        for pair in busy.chunks_exact(2) {
            let chosen = choice(db, &scope, pair[0], pair[1]).await;
            done.push(merge::merge(db, &scope, pair[0], pair[1], &chosen).await.expect("merged"));
            let key = format!("c{}", pair[1]);
            let left: Vec<One<String>> = db.reads().all(&T_LEFT, args![pair[1], key]).await.expect("rows");
            assert!(left.is_empty(), "{}", left[0].0);
        }
        nothing_is_odd(db).await;
        assert_ne!(snap(db).await, before);
        for id in done {
            assert_eq!(merge::part(db, &scope, id).await.expect("parted"), []);
        }
        let after = snap(db).await;
        assert_eq!(before.difference(&after).next(), None);
        assert_eq!(after.difference(&before).next(), None);
    })
    .await;
}

#[tokio::test]
async fn cases_go_along_and_take_over_from_the_follow_ups_of_the_other() {
    each_engine(async |db| {
        let scope = everywhere(db).await;
        let (cased, busy) = (ids(db, &T_CASED).await, ids(db, &T_BUSY).await);
        assert!(cased.len() > 4, "{}", cased.len());
        let mut done = Vec::new();
        for (with_case, other) in cased.iter().zip(busy.iter().filter(|id| !cased.contains(id))) {
            // Whichever of the two stays.
            let (kept, gone) = if with_case.raw() % 2 == 0 { (*with_case, *other) } else { (*other, *with_case) };
            let chosen = choice(db, &scope, kept, gone).await;
            done.push((merge::merge(db, &scope, kept, gone, &chosen).await.expect("merged"), *with_case));
            nothing_is_odd(db).await;
        }
        for (id, _) in done {
            merge::part(db, &scope, id).await.expect("parted");
            nothing_is_odd(db).await;
        }
    })
    .await;
}

stmt!(T_FLEET, "SELECT customer_id AS v FROM timeline GROUP BY customer_id ORDER BY COUNT(*) DESC LIMIT 1");
stmt!(
    T_MORE,
    "INSERT INTO timeline (id, group_id, customer_id, at, kind, subject, args) VALUES ($1,$2,$3,$4,'call',0,'{}')"
);

/// 500 events on the one who goes: told with the time it took, which a busy machine may stretch.
#[tokio::test]
async fn five_hundred_events_go_in_one_transaction() {
    each_engine(async |db| {
        let scope = everywhere(db).await;
        let gone = ids(db, &T_FLEET).await[0];
        let kept = ids(db, &T_BUSY).await.into_iter().find(|id| *id != gone).expect("another");
        transact!(db, &scope, |tx| {
            for n in 0..500_i64 {
                let id: i64 = tx.new_id::<kernel::Event>().raw();
                tx.exec(&T_MORE, args![id, scope.group, gone, testkit::START.plus(-n)]).await?;
            }
            Ok(())
        })
        .expect("noted");
        let chosen = choice(db, &scope, kept, gone).await;
        let began = std::time::Instant::now();
        let id = merge::merge(db, &scope, kept, gone, &chosen).await.expect("merged");
        let merged = began.elapsed();
        let what = merge::moved(&mut db.reads(), scope.group, id).await.expect("moved");
        merge::part(db, &scope, id).await.expect("parted");
        println!("merged in {merged:?}, parted in {:?}: {what:?}", began.elapsed() - merged);
    })
    .await;
}

stmt!(
    T_TABLES,
    lite: "SELECT m.name AS v FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type='table' AND c.name='customer_id' ORDER BY m.name",
    pg: "SELECT CAST(table_name AS TEXT) AS v FROM information_schema.columns WHERE table_schema='public' \
         AND column_name='customer_id' ORDER BY table_name"
);

/// Whoever adds a table that names customers says here how a merge takes it along.
#[tokio::test]
async fn every_table_that_names_a_customer_is_thought_of() {
    const ALONG: [&str; 12] = [
        "attempt",
        "booking_wish",
        "case_file",
        "contact",
        "contact_block",
        "customer_code",
        "customer_phone",
        "customer_store",
        "delivery",
        "ownership",
        "repair_order",
        "timeline",
    ];
    // With its contact; one that has none names the file that went, which is still there.
    const WITH_ANOTHER: [&str; 1] = ["task"];
    // What somebody saw stays what they saw.
    const STAYS: [&str; 1] = ["reveal_log"];
    each_engine(async |db| {
        let found: Vec<One<String>> = db.reads().all(&T_TABLES, args![]).await.expect("tables");
        let mut known: Vec<&str> = [&ALONG[..], &WITH_ANOTHER, &STAYS].concat();
        known.sort_unstable();
        assert_eq!(found.iter().map(|t| t.0.as_str()).collect::<Vec<_>>(), known);
    })
    .await;
}
