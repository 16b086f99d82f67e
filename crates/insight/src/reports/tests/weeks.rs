//! The report that is made on Monday, by the store's own clock, and what was missed.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kernel::{Millis, Result};
use platform::config;
use platform::db::{Db, One, Sql as _};
use platform::http::{App, Parts, Slots, Who};
use platform::{args, stmt, transact};
use testkit::World;

use super::world::{Fact, TODAY, add_facts, day};
use crate::reports::body::Body;
use crate::reports::{jobs, store};

stmt!(WEEKS_OF, "SELECT week AS v FROM weekly_report WHERE store_id=$1 ORDER BY week");
stmt!(SET_ZONE, "UPDATE store SET tz=$2 WHERE id=$1");
stmt!(
    ADD_CALL,
    "INSERT INTO attempt (id, group_id, store_id, contact_id, customer_id, client_id, agent_id, direction, outcome, counts, reached, \
     started_at, ended_at, seconds) VALUES ($1,$2,$3,$1,$1,$4,71,'out','complete',1,1,$5,$5,60)"
);

fn nobody(_: Db, _: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async { Ok(None) })
}

pub fn app(w: &World, load_session: fn(Db, String) -> BoxFuture<'static, Result<Option<Who>>>) -> App {
    let mut config = config::load(None, |_| None).expect("the shipped configuration");
    config.data = std::env::temp_dir();
    App::new(Parts {
        db: w.db.clone(),
        config,
        exe: "zhiyin".into(),
        nav: Vec::new(),
        slots: Slots::default(),
        load_session,
        seats: Arc::new(tokio::sync::Semaphore::new(8)),
        demo: false,
    })
}

async fn weeks(w: &World, store: kernel::StoreId) -> Vec<String> {
    let found: Vec<One<String>> = w.db.reads().all(&WEEKS_OF, args![store]).await.unwrap();
    found.into_iter().map(|v| v.0).collect()
}

async fn run(w: &World, at: Millis) {
    w.clock.set(at);
    jobs::weekly(app(w, nobody), w.db.clock().now()).await.unwrap();
}

fn at(days: i64, hour: i64, minute: i64) -> Millis {
    Millis(TODAY + days * Millis::DAY + hour * Millis::HOUR + minute * Millis::MINUTE)
}

#[tokio::test]
async fn 周报_周一零点起_按门店时间() {
    testkit::on_both(async |w| {
        let scope = w.system();
        // 第二店 keeps the time of Urumqi, two hours behind.
        transact!(w.db, &scope, |tx| { tx.exec(&SET_ZONE, args![w.second, "Asia/Urumqi"]).await }).unwrap();
        // Thursday 2026-11-19; Monday is the 23rd.
        run(w, at(3, 23, 59)).await;
        assert_eq!(weeks(w, w.store).await, ["2026-11-09"], "the week before; this one is not over");
        run(w, at(4, 0, 0)).await;
        assert_eq!(weeks(w, w.store).await, ["2026-11-09", "2026-11-16"]);
        assert_eq!(weeks(w, w.second).await, ["2026-11-09"], "there it is still Sunday");
        run(w, at(4, 2, 0)).await;
        assert_eq!(weeks(w, w.second).await, ["2026-11-09", "2026-11-16"]);
        assert_eq!(weeks(w, w.stranger).await.len(), 2, "every store of every group");
    })
    .await;
}

#[tokio::test]
async fn weeks_missed_while_the_server_was_away_are_made_up_for() {
    testkit::on_both(async |w| {
        let scope = w.system();
        let first = at(-20, 10, 0);
        transact!(w.db, &scope, |tx| { tx.exec(&ADD_CALL, args![900_i64, w.group, w.store, "c1", first]).await })
            .unwrap();
        run(w, at(0, 9, 0)).await;
        // 2026-10-30 was the first call.
        assert_eq!(weeks(w, w.store).await, ["2026-10-26", "2026-11-02", "2026-11-09"]);
        assert_eq!(weeks(w, w.second).await, ["2026-11-09"], "nothing to make up for");
        run(w, at(19, 9, 0)).await;
        assert_eq!(weeks(w, w.store).await.len(), 6, "the three weeks since, each once");
        run(w, at(19, 10, 0)).await;
        assert_eq!(weeks(w, w.store).await.len(), 6, "a second run finds nothing to do");
    })
    .await;
}

#[tokio::test]
async fn a_weeks_report_stays_as_it_was_read() {
    testkit::on_both(async |w| {
        let fact = Fact {
            id: 700,
            store: w.store,
            kind: "3DC",
            class: "repair",
            brand: "大众",
            due: -6,
            agent: Some(71),
            state: "open",
            result: None,
            attempts: 1,
            inside: 1,
            reached: 0,
            max: 3,
            number_needed: false,
        };
        add_facts(w, std::slice::from_ref(&fact)).await;
        run(w, at(0, 9, 0)).await;
        let done = Fact { state: "done", result: Some("complete"), reached: 1, ..fact.clone() };
        super::world::change_fact(w, &fact, &done).await;
        run(w, at(0, 11, 0)).await;
        let row = store::week(&mut w.db.reads(), w.group, w.store, day("2026-11-09")).await.unwrap().unwrap();
        let body: Body = serde_json::from_str(&row.body).unwrap();
        assert_eq!((body.total.counted(), body.total.done, body.total.missed), (1, 0, 1), "as it was on Monday");
        assert_eq!(body.trend.parts.len(), 8, "with the seven weeks before it");
    })
    .await;
}
