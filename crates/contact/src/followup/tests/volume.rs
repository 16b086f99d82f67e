//! At volume: how long planning takes, and which index each list rides. Sizes come from `ZHIYIN_VOLUME` (events;
//! 4,000 unless told otherwise).

use std::time::Instant;

use kernel::RepairOrderId;
use platform::db::{Args, Sql as _};
use platform::{args, stmt, transact};

use super::shop::{Shop, wire};
use crate::followup::people_port::RepairOrdersRecorded;
use crate::followup::queue::{self, Filter};
use crate::followup::{distribute, imports};
use testkit::World;

stmt!(V_TASKS, "SELECT COUNT(*) AS v FROM task");

fn volume() -> i64 {
    std::env::var("ZHIYIN_VOLUME").ok().and_then(|v| v.parse().ok()).unwrap_or(4_000)
}

/// One order per customer, `n` of them, in chunks.
async fn fill(s: &Shop<'_>, n: i64) {
    for start in (0..n).step_by(2_000) {
        let ids: Vec<i64> = (start..(start + 2_000).min(n)).map(|i| 1_000_000 + i).collect();
        transact!(s.w.db, &s.system(), |tx| {
            let (mut people, mut phones, mut cars, mut orders): (Vec<Args>, Vec<Args>, Vec<Args>, Vec<Args>) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for id in &ids {
                let day = format!("2026-11-{:02}", 15 + id % 4);
                people.push(args![*id, 1_i64, "person", format!("客户{id}"), "x", 0_i64, 0_i64]);
                phones.push(args![*id, 1_i64, *id, format!("138{:08}", id % 100_000_000), "unknown", 1_i64, 0_i64]);
                cars.push(args![*id, 1_i64, format!("川A{:05}", id % 100_000), 0_i64, 0_i64]);
                orders.push(args![
                    *id,
                    1_i64,
                    s.w.store,
                    format!("n:{id}"),
                    *id,
                    *id,
                    &day,
                    &day,
                    "recorded",
                    "",
                    0_i64,
                    0_i64
                ]);
            }
            let columns = ["id", "group_id", "kind", "name", "name_key", "created_at", "updated_at"];
            tx.bulk("customer", &columns, people, "").await?;
            let columns = ["id", "group_id", "customer_id", "digits", "status", "rank", "created_at"];
            tx.bulk("customer_phone", &columns, phones, "").await?;
            tx.bulk("vehicle", &["id", "group_id", "plate", "created_at", "updated_at"], cars, "").await?;
            let columns = [
                "id",
                "group_id",
                "store_id",
                "business_key",
                "customer_id",
                "vehicle_id",
                "opened_on",
                "settled_on",
                "state",
                "content_hash",
                "created_at",
                "updated_at",
            ];
            tx.bulk("repair_order", &columns, orders, "").await
        })
        .expect("filled");
    }
}

#[tokio::test]
async fn 大批计划_与队列() {
    let n = volume();
    let world = match std::env::var("ZHIYIN_VOLUME_PG") {
        Ok(_) => World::pg(wire()).await.expect("ZHIYIN_TEST_PG is set"),
        Err(_) => World::lite(wire()).await,
    };
    let s = Shop { w: &world };
    for id in 100..110 {
        s.agent(id, 1, None).await;
    }
    fill(&s, n).await;
    let begun = Instant::now();
    let mut longest = 0;
    for start in (0..n).step_by(1_000) {
        let ids: Vec<RepairOrderId> =
            (start..(start + 1_000).min(n)).map(|i| RepairOrderId::new(1_000_000 + i)).collect();
        let import = Some(kernel::ImportId::new(1)).filter(|_| start % 2_000 == 0);
        let event = RepairOrdersRecorded { store: s.w.store, ids, changed: Vec::new(), import, plan_from: None };
        let chunk = Instant::now();
        transact!(s.w.db, &s.system(), |tx| { tx.record(&event).await }).expect("planned");
        longest = longest.max(chunk.elapsed().as_millis());
    }
    let planned = begun.elapsed();
    let mut q = s.w.db.reads();
    assert_eq!(q.count(&V_TASKS, args![]).await.expect("a count"), n);
    let import = kernel::ImportId::new(1);
    let begun = Instant::now();
    while transact!(s.w.db, &s.system(), |tx| { imports::reveal_import(tx, import).await }).expect("shown") {}
    let shown = begun.elapsed();
    s.now("2026-11-19 10:00");
    let me = s.me();
    let begun = Instant::now();
    for _ in 0..20 {
        let page = queue::page(&mut q, &me, &Filter::default(), s.w.clock.now()).await.expect("a page");
        assert_eq!(page.rows.len(), 50);
    }
    let page = begun.elapsed() / 20;
    let begun = Instant::now();
    queue::counts(&mut q, &me, &Filter::default(), s.w.clock.now()).await.expect("counts");
    let counted = begun.elapsed();
    let first = queue::page(&mut q, &me, &Filter::default(), s.w.clock.now()).await.expect("a page").rows;
    let begun = Instant::now();
    for row in &first {
        s.call(row.id, "no_answer").await;
    }
    let saved = begun.elapsed() / u32::try_from(first.len()).expect("50");
    let begun = Instant::now();
    transact!(s.w.db, &s.boss(), |tx| { distribute::reassign_all(tx, Some(super::shop::AGENT), None).await })
        .expect("moved");
    let moved = begun.elapsed();
    eprintln!(
        "events {n}: planned {planned:?} (longest chunk {longest} ms), shown {shown:?}, page {page:?}, counts {counted:?}, \
         call {saved:?}, reassigned {moved:?}"
    );
    world.db.close().await;
}

/// The queue's statements on SQLite ride their indexes and sort nothing.
#[tokio::test]
async fn 队列走索引_不排序() {
    let world = World::lite(wire()).await;
    let s = Shop { w: &world };
    s.agent(100, 1, None).await;
    fill(&s, 2_000).await;
    let ids: Vec<i64> = (0..2_000).map(|i| 1_000_000 + i).collect();
    s.record(&ids).await;
    for (name, index, sorts) in [
        ("SECTION_AGENT", "contact_queue", false),
        ("SECTION_NOBODY", "contact_queue", false),
        ("SECTION_ALL", "contact_queue_store", false),
        ("PROMISES", "contact_promises", true),
        ("LATER", "contact_promises", true),
        ("COUNTS_AGENT", "contact_queue", true),
        ("LOAD", "contact_queue", false),
        ("CONTACTS_OF_PERSONS", "contact_by_customer", true),
        ("WAITING_OF_CUSTOMER", "contact_by_customer", true),
        ("HIDDEN_OF_IMPORT", "contact_hidden", false),
        ("NUMBERS_NEEDED", "contact_number_needed", false),
        ("TASKS_OF_SUBJECTS", "task_once", true),
        ("TASKS_OF_CONTACTS", "task_by_contact", true),
        ("OPEN_TASKS_OF_CUSTOMER", "task_by_contact", true),
        ("ATTEMPT_BY_CLIENT", "attempt_once", false),
        ("ATTEMPTS_OF_CONTACT", "attempt_by_contact", false),
        ("DIALS_SINCE", "dial_log_by_user", false),
    ] {
        let plan = s.plan(name).await;
        assert!(
            plan.contains(&format!("USING INDEX {index} ")) || plan.contains(&format!("USING COVERING INDEX {index} ")),
            "{name}: {plan}"
        );
        assert!(!plan.contains("SCAN contact\n") && !plan.contains("SCAN task\n"), "{name}: {plan}");
        assert!(sorts || !plan.contains("TEMP B-TREE"), "{name}: {plan}");
    }
    world.db.close().await;
}
