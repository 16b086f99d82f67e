//! How long a report takes over three million visits. Runs where `ZHIYIN_BIG` says how many, and prints; a clock that
//! others share decides no test.

#![expect(clippy::float_arithmetic, reason = "milliseconds that are printed")]

use std::time::Instant;

use kernel::StoreId;
use platform::db::{One, Sql as _};
use platform::{args, stmt, transact};
use testkit::World;

use super::world::{day, question};
use crate::reports::body;
use crate::reports::figures;
use crate::reports::period::Period;
use crate::reports::store;
use crate::reports::targets::Targets;

/// Three years up to the day before the tests' day.
const DAYS: i64 = 1_096;

macro_rules! numbered {
    (lite) => {
        "(WITH RECURSIVE s(i) AS (SELECT $1 UNION ALL SELECT i+1 FROM s WHERE i < $2) SELECT i, \
         date('2023-11-18', '+' || (i * $4 / $3) || ' days') AS day, i * $4 / $3 AS d FROM s) n"
    };
    (pg) => {
        "(SELECT i, to_char(DATE '2023-11-18' + CAST(i * $4 / $3 AS INT), 'YYYY-MM-DD') AS day, i * $4 / $3 AS d \
         FROM generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT)) AS g(i)) n"
    };
}
// $1, $2 numbers from and to; $3 how many in all; $4 days; $5 stores; $6 group.
macro_rules! big_tasks {
    ($engine:tt) => {
        concat!(
            "INSERT INTO task (id, group_id, store_id, kind, class, rule_version, subject_kind, subject_id, customer_id, event_on, \
             from_on, due_on, from_at, due_at, expires_at, state, result, attempts, attempts_in_window, reached, max_attempts, \
             agent_id, created_at, brand) SELECT 1000000 + n.i, $6, 100 + n.i % $5, CASE WHEN n.i % 7 = 0 THEN '7DC' ELSE '3DC' END, \
             CASE WHEN n.i % 7 = 0 THEN 'new_car' WHEN n.i % 5 = 0 THEN 'new_car_repair' ELSE 'repair' END, 0, 'repair_order', n.i, \
             n.i % 1000000, n.day, n.day, n.day, 0, 1700276400000 + n.d * 86400000, 1700276400000 + n.d * 86400000, \
             CASE WHEN n.i % 11 < 8 THEN 'done' ELSE 'ended' END, CASE WHEN n.i % 11 < 6 THEN 'complete' WHEN n.i % 11 < 7 THEN 'partial' \
             WHEN n.i % 11 < 8 THEN 'refused' WHEN n.i % 11 < 9 THEN 'exhausted' WHEN n.i % 11 < 10 THEN 'expired' ELSE 'opted_out' END, \
             1, CASE WHEN n.i % 11 = 8 THEN 3 ELSE 1 END, CASE WHEN n.i % 11 < 8 THEN 1 ELSE 0 END, 3, \
             700 + (n.i % $5) * 10 + (n.i / $5) % 6, 0, CASE WHEN n.i % 4 = 0 THEN '大众' ELSE '斯柯达' END FROM ",
            numbered!($engine)
        )
    };
}
macro_rules! big_attempts {
    ($engine:tt) => {
        concat!(
            "INSERT INTO attempt (id, group_id, store_id, contact_id, customer_id, client_id, agent_id, direction, outcome, counts, reached, \
             started_at, ended_at, seconds) SELECT 1000000 + n.i, $6, 100 + n.i % $5, n.i, n.i % 1000000, 'c' || n.i, \
             700 + (n.i % $5) * 10 + (n.i / $5) % 6, 'out', 'complete', 1, CASE WHEN n.i % 11 < 8 THEN 1 ELSE 0 END, \
             1700276400000 + n.d * 86400000, 1700276400000 + n.d * 86400000 + n.i % 20000000, 90 FROM ",
            numbered!($engine)
        )
    };
}
// Two answers to each of half the calls: three million answers as well.
macro_rules! big_answers {
    ($engine:tt) => {
        concat!(
            "INSERT INTO answer (id, group_id, store_id, attempt_id, task_id, question, option_key, effect, at) \
             SELECT 1000000 + n.i, $6, 100 + (n.i / 2) % $5, 1000000 + n.i / 2, 1000000 + n.i / 2, 'q' || (n.i / 7) % 8, \
             CASE WHEN n.i % 9 < 7 THEN 'good' WHEN n.i % 9 = 7 THEN 'fair' ELSE 'bad' END, \
             CASE WHEN n.i % 9 < 7 THEN 'good' WHEN n.i % 9 = 7 THEN 'improve' ELSE 'bad' END, \
             1700276400000 + n.d * 86400000 + n.i % 20000000 FROM ",
            numbered!($engine)
        )
    };
}
stmt!(BIG_TASKS, lite: big_tasks!(lite), pg: big_tasks!(pg));
stmt!(BIG_ATTEMPTS, lite: big_attempts!(lite), pg: big_attempts!(pg));
stmt!(BIG_ANSWERS, lite: big_answers!(lite), pg: big_answers!(pg));
stmt!(
    BIG_STORE,
    "INSERT INTO store (id, group_id, name, code, brand, city, phone, tz, dial_mode, created_at) \
     VALUES ($1,$2,$3,$3,'斯柯达','成都','02885550100','Asia/Shanghai','tel',0)"
);
stmt!(BIG_TOUCH, "INSERT INTO figure_change (store_id, what, day, id, group_id) VALUES ($1,'task',$2,1,$3)");
stmt!(BIG_ANALYZE, lite: "ANALYZE", pg: "ANALYZE");
stmt!(BIG_PLAIN, "SELECT COUNT(*) AS v FROM task WHERE store_id=$1");

async fn fill(w: &World, visits: i64, stores: i64) {
    let scope = w.system();
    transact!(w.db, &scope, |tx| {
        for i in 0..stores {
            tx.exec(&BIG_STORE, args![100 + i, w.group, format!("S{i:03}")]).await?;
        }
        Ok(())
    })
    .unwrap();
    for table in [&BIG_TASKS, &BIG_ATTEMPTS, &BIG_ANSWERS] {
        let mut from = 0;
        while from < visits {
            let to = (from + 100_000).min(visits) - 1;
            transact!(w.db, &scope, |tx| { tx.exec(table, args![from, to, visits, DAYS, stores, w.group]).await })
                .unwrap();
            from = to + 1;
        }
    }
    transact!(w.db, &scope, |tx| { tx.exec(&BIG_ANALYZE, args![]).await }).unwrap();
    let n: One<i64> = w.db.reads().get(&BIG_PLAIN, args![100_i64]).await.unwrap();
    assert!(n.0 > 0);
}

async fn measure(w: &World, stores: i64, what: &str) {
    let ids: Vec<StoreId> = (0..stores).map(|i| StoreId::new(100 + i)).collect();
    let periods = [
        ("month", Period { from: day("2026-10-01"), to: day("2026-10-31") }),
        ("this month", Period { from: day("2026-11-01"), to: day("2026-11-30") }),
        ("three years", Period { from: day("2023-11-18"), to: day("2026-11-18") }),
    ];
    for (name, period) in periods {
        let ask = question(w, ids.clone(), period).await;
        let mut q = w.db.reads();
        let targets = Targets::of(&mut q, w.group, &ids).await.unwrap();
        let mut took: [Vec<f64>; 4] = Default::default();
        for _ in 0..7 {
            let t = Instant::now();
            store::cells(&mut q, &ask).await.unwrap();
            took[0].push(t.elapsed().as_secs_f64() * 1e3);
            let t = Instant::now();
            store::said(&mut q, &ask).await.unwrap();
            took[1].push(t.elapsed().as_secs_f64() * 1e3);
            let t = Instant::now();
            store::agents(&mut q, &ask).await.unwrap();
            took[2].push(t.elapsed().as_secs_f64() * 1e3);
            let t = Instant::now();
            body::assemble(&mut q, &ask, &targets).await.unwrap();
            took[3].push(t.elapsed().as_secs_f64() * 1e3);
        }
        let median = |all: &mut Vec<f64>| {
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let [a, b, c, d] = &mut took;
        let (a, b, c, d) = (median(a), median(b), median(c), median(d));
        println!(
            "{what} {stores} stores, {name}: tasks {a:.1} ms, answers {b:.1} ms, calls {c:.1} ms, whole report {d:.1} ms"
        );
    }
}

async fn run(w: &World, visits: i64, stores: i64) {
    let engine = format!("{:?}", w.db.engine());
    let t = Instant::now();
    fill(w, visits, stores).await;
    println!("{engine}: {visits} visits, attempts and answers in {:.0} s", t.elapsed().as_secs_f64());
    let t = Instant::now();
    let days = figures::rebuild(&w.db).await.unwrap();
    println!("{engine}: {days} days counted in {:.0} s", t.elapsed().as_secs_f64());
    measure(w, stores, &engine).await;
    // As on a working day: each of the last seven days has changed in every store since the job ran.
    let scope = w.system();
    transact!(w.db, &scope, |tx| {
        for i in 0..stores {
            for back in 1..=7 {
                let day = day("2026-11-18").days_after(-back);
                tx.exec(&BIG_TOUCH, args![100 + i, day, w.group]).await?;
            }
        }
        Ok(())
    })
    .unwrap();
    measure(w, stores, &format!("{engine}, seven days changed,")).await;
}

#[tokio::test]
async fn a_report_over_millions() {
    let Some(visits) = std::env::var("ZHIYIN_BIG").ok().and_then(|v| v.parse::<i64>().ok()) else { return };
    for stores in [1, 40] {
        testkit::on_both(async |w| run(w, visits, stores).await).await;
    }
}
