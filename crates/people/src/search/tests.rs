//! One box, both engines.

use kernel::{Cap, CustomerId, PersonName, Phone, Plate, Reach, Scope, Vin};
use platform::db::{Reads, Sql as _, Stmt};
use platform::{row, transact};
use testkit::{World, on_both};

use super::find;
use crate::intake::input::{CarIn, OwnerIn};
use crate::intake::{CustomerIn, Recording, VisitorIn, apply};

async fn add(w: &World, name: &str, phone: &str, plate: &str, vin: &str) -> CustomerId {
    let car = CarIn {
        vin: Vin::parse(vin).ok(),
        plate: Plate::parse(plate).ok(),
        series: Some("速派".into()),
        ..CarIn::default()
    };
    let row = CustomerIn {
        owner: OwnerIn {
            name: PersonName::parse(name).ok(),
            organisation: false,
            phones: Phone::parse(phone).into_iter().collect(),
        },
        car: car.is_known().then_some(car),
        ..CustomerIn::default()
    };
    w.clock.advance(std::time::Duration::from_secs(1));
    let made: kernel::Result<_> = transact!(w.db, &w.system(), |tx| {
        apply(tx, &Recording::by_hand(w.store), std::slice::from_ref(&row)).await
    });
    made.expect("added")[0].customer.customer.expect("a customer")
}

fn reader(w: &World, reveal: bool) -> Scope {
    let mut grants = vec![(Cap::CustomerRead, Reach::Store)];
    if reveal {
        grants.push((Cap::CustomerReveal, Reach::Store));
    }
    w.scope(kernel::UserId::new(7), None, &grants)
}

async fn found(w: &World, scope: &Scope, text: &str) -> Vec<String> {
    find(&mut w.db.reads(), scope, text, 10).await.expect("found").into_iter().map(|h| h.name).collect()
}

#[tokio::test]
async fn a_customer_is_found_by_whatever_is_known() {
    on_both(async |w| {
        add(w, "陈晓帆", "13812344417", "川A7K3Q2", "LSVNV2182E2103913").await;
        add(w, "单雄信", "13900000001", "川AD36853", "").await;
        add(w, "曾红欣", "028-85551234转801", "", "").await;
        add(w, "𠮷田一郎", "13900000003", "", "").await;
        add(w, "Anna Li", "13900000004", "", "").await;
        let scope = reader(w, false);
        for (text, want) in [
            ("陈", "陈晓帆"),
            ("晓帆", "陈晓帆"),
            ("陳曉", "陈晓帆"),
            ("陈晓帆", "陈晓帆"),
            ("cxf", "陈晓帆"),
            ("chenxiaofan", "陈晓帆"),
            ("chenxiaof", "陈晓帆"),
            ("CHENXIAO", "陈晓帆"),
            ("4417", "陈晓帆"),
            ("12344417", "陈晓帆"),
            ("138 1234 4417", "陈晓帆"),
            ("+86 13812344417", "陈晓帆"),
            ("7k3", "陈晓帆"),
            ("7K3Q2", "陈晓帆"),
            ("川A7K", "陈晓帆"),
            ("川A·7K3Q2", "陈晓帆"),
            ("q2", "陈晓帆"),
            ("7k", "陈晓帆"),
            ("3913", "陈晓帆"),
            ("103913", "陈晓帆"),
            // Any part of a VIN: its beginning, its middle, across the middle.
            ("LSVN", "陈晓帆"),
            ("lsvnv2", "陈晓帆"),
            ("V2182E", "陈晓帆"),
            ("2182e2103", "陈晓帆"),
            ("LSVNV2182E2103913", "陈晓帆"),
            // Each sound of a surname; rare characters; landlines without their extension.
            ("sxx", "单雄信"),
            ("dxx", "单雄信"),
            ("shanxiongxin", "单雄信"),
            ("zhx", "曾红欣"),
            ("zenghongxin", "曾红欣"),
            ("𠮷", "𠮷田一郎"),
            ("𠮷田", "𠮷田一郎"),
            ("85551234", "曾红欣"),
            ("anna", "Anna Li"),
            ("36853", "单雄信"),
        ] {
            assert_eq!(found(w, &scope, text).await, [want], "{text}");
        }
        // 单 is also read chan.
        assert_eq!(found(w, &scope, "cx").await, ["单雄信", "陈晓帆"]);
        for nothing in [
            "",
            " ",
            "1",
            "a",
            "陈帆",
            "zz",
            "99999",
            "LSVX",
            "2103914",
            "9q",
            "' OR 1=1",
            "\"n9648\"",
            "%",
            "n9648 OR s1",
        ] {
            assert!(found(w, &scope, nothing).await.is_empty(), "{nothing}");
        }
    })
    .await;
}

#[tokio::test]
async fn without_the_right_to_reveal_digits_count_only_at_the_end() {
    on_both(async |w| {
        add(w, "陈晓帆", "13812344417", "", "").await;
        for (text, plain, revealing) in
            [("4417", 1, 1), ("2344", 0, 1), ("1381234", 0, 1), ("34441", 0, 1), ("13812344417", 1, 1), ("417", 0, 0)]
        {
            assert_eq!(found(w, &reader(w, false), text).await.len(), plain, "{text}");
            assert_eq!(found(w, &reader(w, true), text).await.len(), revealing, "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn exact_before_beginning_before_within_and_the_youngest_first() {
    on_both(async |w| {
        for (i, name) in ["陈帆", "李陈帆", "陈帆远", "陈帆", "陈帆宁"].iter().enumerate() {
            add(w, name, &format!("1390000100{i}"), "", "").await;
        }
        let names = found(w, &reader(w, false), "陈帆").await;
        assert_eq!(names, ["陈帆", "陈帆", "陈帆宁", "陈帆远", "李陈帆"]);
        let two = find(&mut w.db.reads(), &reader(w, false), "陈帆", 2).await.expect("found");
        assert!(two[0].customer > two[1].customer);
    })
    .await;
}

/// However many match less closely, the closest is there: more of them than any bound on candidates.
#[tokio::test]
async fn an_exact_match_is_never_lost_among_many() {
    on_both(async |w| {
        let exact = add(w, "陈晓", "13812340417", "川A7K3Q2", "LSVNV2182E2103913").await;
        // 2,100 younger ones that merely begin with, contain or end in the same.
        let rows: Vec<CustomerIn> = (0..2_100)
            .map(|i| CustomerIn {
                owner: OwnerIn {
                    name: PersonName::parse(&format!("陈晓{}", ["帆", "远", "宁"][i % 3])).ok(),
                    organisation: false,
                    phones: Phone::parse(&format!("1390041{:04}", 7 * i % 10_000)).into_iter().collect(),
                },
                car: Some(CarIn {
                    vin: Vin::parse(&format!("LSVNV21820417{i:04}")).ok(),
                    plate: Plate::parse(&format!("川A7K3{:02}", i % 100)).ok(),
                    ..CarIn::default()
                }),
                ..CustomerIn::default()
            })
            .collect();
        w.clock.advance(std::time::Duration::from_secs(1));
        for part in rows.chunks(300) {
            let made: kernel::Result<_> =
                transact!(w.db, &w.system(), |tx| { apply(tx, &Recording::by_hand(w.store), part).await });
            made.expect("added");
        }
        for text in ["陈晓", "cx", "chenxiao", "13812340417", "12340417", "7K3Q2", "LSVNV2182E2103913", "103913"] {
            let hits = find(&mut w.db.reads(), &reader(w, true), text, 8).await.expect("found");
            assert_eq!(hits.first().map(|h| h.customer), Some(exact), "{text}");
        }
    })
    .await;
}

/// Words that stand in more rows than are looked at: what the reader's own store has is found among another's, older
/// and younger ones.
#[tokio::test]
async fn the_own_store_is_found_behind_thousands_of_another() {
    on_both(async |w| {
        let others = async |from: usize| {
            let row = |i: usize| CustomerIn {
                owner: OwnerIn {
                    name: PersonName::parse("欧阳明").ok(),
                    organisation: false,
                    phones: Phone::parse(&format!("139{i:04}6688")).into_iter().collect(),
                },
                ..CustomerIn::default()
            };
            for part in (from..from + 1_200).map(row).collect::<Vec<_>>().chunks(400) {
                let made: kernel::Result<_> =
                    transact!(w.db, &w.system(), |tx| { apply(tx, &Recording::by_hand(w.second), part).await });
                made.expect("added");
            }
            w.clock.advance(std::time::Duration::from_secs(1));
        };
        others(0).await;
        let own = [
            add(w, "欧阳明", "13950006688", "", "").await,
            add(w, "欧阳明", "13950016688", "", "").await,
            add(w, "欧阳明珠", "13950026688", "", "").await,
        ];
        others(2_000).await;
        for text in ["欧阳", "欧阳明", "oym", "6688"] {
            let hits = find(&mut w.db.reads(), &reader(w, false), text, 8).await.expect("found");
            let mut ids: Vec<CustomerId> = hits.iter().map(|h| h.customer).collect();
            ids.sort_unstable();
            assert_eq!(ids, own, "{text}");
        }
    })
    .await;
}

/// Tokens of an older version serve until the job has made them anew.
#[tokio::test]
async fn older_tokens_are_made_anew_once() {
    on_both(async |w| {
        let id = add(w, "陈晓帆", "13812344417", "川A7K3Q2", "").await;
        let old: kernel::Result<()> = transact!(w.db, &w.system(), |tx| {
            super::store::forget(tx, &[id]).await?;
            super::store::remember(tx, &[(id, format!("g1 s{} q7k3", w.store.raw()))]).await
        });
        old.expect("as an older version left it");
        assert!(found(w, &reader(w, false), "陈晓").await.is_empty());
        super::keep_current(&w.db).await.expect("queued");
        super::keep_current(&w.db).await.expect("queued once");
        super::make_anew(w.db.clone()).await.expect("made");
        assert_eq!(found(w, &reader(w, false), "陈晓").await, ["陈晓帆"]);
        let known = platform::settings::get(&mut w.db.reads(), kernel::GroupId::new(0), None, super::MADE_ANEW).await;
        assert_eq!(known.expect("read").as_deref(), Some(super::tokens::VERSION));
    })
    .await;
}

#[tokio::test]
async fn a_visitor_leads_to_the_owner() {
    on_both(async |w| {
        let row = crate::intake::RepairOrderIn {
            number: Some("1".into()),
            opened: Some(kernel::StoreDateTime { date: "2026-11-18".parse().expect("day"), time: None }),
            owner: OwnerIn { name: PersonName::parse("锦江机电设备厂").ok(), ..OwnerIn::default() },
            visitor: Some(VisitorIn {
                name: PersonName::parse("赵六").expect("name"),
                phones: vec![Phone::parse("13800000009").expect("phone")],
            }),
            ..crate::intake::RepairOrderIn::default()
        };
        let made: kernel::Result<_> = transact!(w.db, &w.system(), |tx| {
            apply(tx, &Recording::by_hand(w.store), std::slice::from_ref(&row)).await
        });
        made.expect("recorded");
        let hits = find(&mut w.db.reads(), &reader(w, false), "赵六", 10).await.expect("found");
        assert_eq!(hits[0].name, "锦江机电设备厂");
        assert_eq!(hits[0].phone.as_ref().map(Phone::masked).as_deref(), Some("138****0009"));
    })
    .await;
}

row! {
    struct Step { detail: String }
}

async fn plan(q: &mut Reads, stmt: &Stmt) -> Vec<String> {
    let text: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {}", stmt.sql(q.engine())).into_boxed_str());
    let explain: &'static Stmt = Box::leak(Box::new(Stmt::new("PLAN", "tests", text, text)));
    let steps: Vec<Step> =
        q.all(explain, vec![platform::db::Val::I(None); 40]).await.unwrap_or_else(|e| panic!("{}: {e}", stmt.name));
    steps.into_iter().map(|s| s.detail).collect()
}

/// No statement of ours walks a whole table of customers, cars or visits.
#[tokio::test]
async fn every_question_rides_an_index() {
    let w = World::lite(platform::events::Wire::default()).await;
    let mut q = w.db.reads();
    let mut looked = 0;
    for stmt in inventory::iter::<&'static Stmt> {
        let ours = ["people::customers", "people::vehicles", "people::search", "people::timeline", "people::intake"];
        let test = stmt.module.contains("tests");
        if test || !ours.iter().any(|m| stmt.module.starts_with(m)) || stmt.sql(q.engine()).starts_with("INSERT") {
            continue;
        }
        looked += 1;
        for step in plan(&mut q, stmt).await {
            let walks = step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE") && !step.contains("json_each");
            // A derived table of a few rows.
            let derived = ["SCAN t", "SCAN s", "SCAN hit", "SCAN h", "SCAN (subquery"]
                .iter()
                .any(|s| step == *s || step.starts_with(&format!("{s}-")));
            assert!(!walks || derived || step.contains("CONSTANT ROW"), "{}::{} walks: {step}", stmt.module, stmt.name);
        }
    }
    assert!(looked > 60, "{looked} statements looked at");
}

fn own(text: &str) -> &'static Stmt {
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    Box::leak(Box::new(Stmt::new("OWN", "tests", text, text)))
}

/// A plan for whatever words (PostgreSQL makes one after some askings) still asks the index for them, and looks the few
/// that it gives up by key: with a bound on the rows it once read the whole table, and once a whole store into memory.
#[tokio::test]
async fn whatever_the_words_postgresql_asks_the_index() {
    let Some(w) = World::pg(platform::events::Wire::default()).await else { return };
    let many = [
        "INSERT INTO customer_search (id, tokens) SELECT n, array_to_tsvector(ARRAY['g1', 's1', 'p' || n % 9973, 'l' || n % 9973, \
         'n' || n % 211, 't' || n % 997]) FROM generate_series(1, 40000) AS g(n)",
        "INSERT INTO customer_store (customer_id, store_id, group_id, why, since) SELECT n, 1, 1, 'visit', 0 FROM generate_series(1, 40000) AS g(n)",
        "INSERT INTO customer (id, group_id, kind, name, name_key, created_at, updated_at) SELECT n, 1, 'person', 'n', 'n', 0, 0 \
         FROM generate_series(1, 40000) AS g(n)",
        "ANALYZE customer_search",
        "ANALYZE customer_store",
        "ANALYZE customer",
        "SET LOCAL plan_cache_mode=force_generic_plan",
        "CREATE FUNCTION pg_temp.lines(asked text) RETURNS SETOF text LANGUAGE plpgsql AS \
         $$ DECLARE line text; BEGIN FOR line IN EXECUTE asked LOOP RETURN NEXT line; END LOOP; END $$",
    ];
    const PLAN: &str = "SELECT v FROM pg_temp.lines('EXPLAIN EXECUTE asked(''p17'', 10, 1000, 1, 0, ''[\"1\"]'', ''[]'', ''[]'')') AS p(v)";
    let asked = super::store::candidates_text(platform::db::Engine::Pg);
    let plan: kernel::Result<Vec<platform::db::One<String>>> = transact!(w.db, &w.system(), |tx| {
        for text in many {
            tx.exec(own(text), Vec::new()).await?;
        }
        tx.exec(
            own(&format!("PREPARE asked (text, bigint, bigint, bigint, bigint, text, text, text) AS {asked}")),
            Vec::new(),
        )
        .await?;
        tx.all(own(PLAN), Vec::new()).await
    });
    let plan: Vec<String> = plan.expect("planned").into_iter().map(|line| line.0).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("Bitmap Index Scan on customer_search_tokens"), "{plan}");
    for whole in ["Seq Scan", "hashed SubPlan", "Hash"] {
        assert!(!plan.contains(whole), "{whole}:\n{plan}");
    }
    w.db.close().await;
}
