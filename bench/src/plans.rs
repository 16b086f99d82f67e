//! How each statement of each page finds its rows with so many of them.

use std::collections::BTreeMap;

use platform::db::Engine;

use crate::floor::{Inside, reads};
use crate::pages::{asks, cast, person};
use crate::place::Place;

/// Tables that grow with the customers.
const LARGE: &[&str] = &[
    "customer",
    "customer_phone",
    "customer_search",
    "customer_store",
    "customer_code",
    "vehicle",
    "ownership",
    "repair_order",
    "delivery",
    "timeline",
    "task",
    "contact",
    "attempt",
    "attempt_task",
    "answer",
    "remark",
    "case_file",
    "case_point",
    "case_step",
    "skipped_event",
    "late_event",
    "event",
    "audit",
];

/// Whether a line of a plan reads a large table from end to end.
fn reads_all(engine: Engine, line: &str) -> bool {
    let line = line.trim().trim_start_matches("->").trim();
    let table = match engine {
        Engine::Lite => line.strip_prefix("SCAN ").filter(|l| !l.contains("USING")),
        Engine::Pg => line.strip_prefix("Seq Scan on ").or_else(|| line.strip_prefix("Parallel Seq Scan on ")),
    };
    let name = table.and_then(|t| t.split_whitespace().next()).unwrap_or("");
    LARGE.contains(&name)
}

/// Prints the plans; answers whether none reads a large table whole.
pub async fn show(place: &Place) -> anyhow::Result<bool> {
    let inside = Inside::open(place).await?;
    let cast = cast(&inside.db).await?;
    let mut cookies = Vec::new();
    for login in ["agent001-1", "care001", "hq"] {
        cookies.push(enter(&inside, &cast, login).await?);
    }
    let mut plans: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (page, asks) in asks(&cast, &cookies[0], &cookies[1], &cookies[2]) {
        for ask in asks.iter().take(2) {
            for seen in inside.statements(ask).await? {
                let name = format!("{}::{}", seen.0.module, seen.0.name);
                if !plans.contains_key(&name) && reads(seen.0.sql(inside.db.engine())) {
                    plans.insert(name, (page.to_owned(), inside.db.plan(&seen).await?));
                }
            }
        }
    }
    let engine = inside.db.engine();
    let mut bad = Vec::new();
    for (name, (page, plan)) in &plans {
        println!("-- {name} ({page})\n{plan}\n");
        if plan.lines().any(|l| reads_all(engine, l)) {
            bad.push(format!("{name} ({page})"));
        }
    }
    for name in &bad {
        println!("READS A LARGE TABLE WHOLE: {name}");
    }
    println!("{} statements, {} read a large table whole ({})", plans.len(), bad.len(), place.sort.name());
    inside.db.close().await;
    Ok(bad.is_empty())
}

/// A session without a server: its token stands in a cookie as a browser would send it.
async fn enter(inside: &Inside, cast: &crate::pages::Cast, login: &str) -> anyhow::Result<String> {
    let user = person(&inside.db, login).await?;
    inside.sign_in(cast.group, user).await
}
