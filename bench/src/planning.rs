//! Planning follow-ups for the visits of a year that no rule has looked at yet, store by store, chunk by chunk, as the
//! nightly job does after a gap.

use std::time::Instant;

use contact::followup;
use contact::followup::rules::FollowupRules;
use kernel::{RepairOrderId, Scope, StoreId};
use people::vehicles::RepairOrdersRecorded;
use platform::db::{One, Sql as _};
use platform::{args, rulebook, stmt, transact};

use crate::pages::cast;
use crate::place::Place;
use crate::table::{Table, seconds};

stmt!(BENCH_STORES, "SELECT id AS v FROM store ORDER BY id LIMIT 1000");
stmt!(
    BENCH_VISITS,
    "SELECT id AS v FROM repair_order WHERE store_id=$1 AND opened_on >= '2025-11-25' AND id > $2 ORDER BY id LIMIT 200000"
);
stmt!(BENCH_TASKS, "SELECT COUNT(*) AS v FROM task");

const CHUNK: usize = 2_000;

pub async fn measure(place: &Place, table: &mut Table) -> anyhow::Result<()> {
    let db = place.open().await?;
    let cast = cast(&db).await?;
    let (group, first) = (cast.group, cast.store);
    let scope = Scope::system(group, None);
    // A year ago is still in time.
    let mut rules = rulebook::current::<FollowupRules>(&mut db.reads(), group, first).await?.body.clone();
    for rule in &mut rules.rules {
        rule.expires_after_day = 366;
        rule.skip.contacted_within_days = 7;
    }
    transact!(db, &scope, |tx| { rulebook::save(tx, None, &rules, "bench").await })?;
    let stores: Vec<One<StoreId>> = db.reads().all(&BENCH_STORES, args![]).await?;
    let began = Instant::now();
    let (mut events, mut longest) = (0_u64, std::time::Duration::ZERO);
    for store in stores {
        let here = Scope::system(group, Some(store.0));
        let ids: Vec<One<RepairOrderId>> = db.reads().all(&BENCH_VISITS, args![store.0, 0_i64]).await?;
        let ids: Vec<RepairOrderId> = ids.into_iter().map(|o| o.0).collect();
        for chunk in ids.chunks(CHUNK) {
            let event = RepairOrdersRecorded {
                store: store.0,
                ids: chunk.to_vec(),
                changed: Vec::new(),
                import: None,
                plan_from: None,
            };
            let one = Instant::now();
            transact!(db, &here, |tx| { followup::on_repair_orders(tx, &event).await })?;
            longest = longest.max(one.elapsed());
            events += u64::try_from(chunk.len()).unwrap_or(0);
        }
    }
    let took = began.elapsed();
    let tasks = db.reads().count(&BENCH_TASKS, args![]).await?;
    let rate = u128::from(events) * 1_000 / took.as_millis().max(1);
    let figures = vec![
        ("", seconds(took)),
        ("", format!("{rate} events/s")),
        ("tasks", tasks.to_string()),
        ("longest chunk", seconds(longest)),
    ];
    table.add(&format!("planning {events} events"), figures, String::new(), String::new());
    db.close().await;
    Ok(())
}
