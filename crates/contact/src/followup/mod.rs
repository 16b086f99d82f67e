//! C6: follow-up. Rules become windows, events become tasks, tasks of one person become contacts; agents work on
//! contacts, and what they record settles tasks.

pub mod attempts;
pub mod best_time;
pub mod board;
pub mod bulk;
mod bundle;
mod bundling;
pub mod call;
mod call_told;
mod context;
mod dependants;
pub mod dial;
pub mod distribute;
pub mod dry_run;
pub mod events;
pub mod expiry;
pub mod figures;
pub mod hours;
pub mod imports;
pub mod jobs;
pub mod lease;
mod lists;
pub mod merge;
pub mod model;
pub mod news;
pub mod numbers;
pub mod outcome_words;
pub mod outcomes;
pub(crate) mod pages;
mod people_port;
pub mod plan;
mod planning;
pub mod queue;
pub mod recalendar;
pub mod recall;
mod reclass;
pub mod rules;
mod share;
mod store;
mod tending;
mod tries;
pub mod wishes;

#[cfg(test)]
pub(crate) mod tests;

use kernel::{Problem, Result, Scope, StoreId, TaskId};
use platform::db::{Sql, Tx};
use platform::events::Signal;
use serde::de::DeserializeOwned;

pub use context::Context;
pub use distribute::on_staff_left;
pub use events::{CallRecorded, CallRevoked, Point, RecallLapsed, RecallSaid};
pub use imports::on_import_applied;
pub use jobs::{jobs, workers};
pub use model::*;
pub use pages::{KindPill, LineView, inbound_button, key_rows, kind_pills, lines, routes, today_alerts};
pub use planning::{
    on_deliveries, on_deliveries_cancelled, on_opted_out, on_repair_orders, on_repair_orders_cancelled, supersede,
};
pub use recalendar::on_calendar_changed;
pub use recall::{cancel_tasks, move_recall, plan_recall};
pub use reclass::on_delivery_moved;

/// A shipped document. It is part of the program and read by a test of every one.
#[expect(clippy::expect_used, reason = "a seed that does not read is a build that must not start")]
fn seed<R: DeserializeOwned>(text: &str) -> R {
    serde_json::from_str(text).expect("compiled in, and every one is read by a test")
}

/// A task of the store worked in.
/// # Errors
/// `NotFound` outside of it.
pub async fn task(q: &mut impl Sql, scope: &Scope, id: TaskId) -> Result<Task> {
    let found = store::task(q, scope.group, id).await?;
    if scope.store == Some(found.store_id) { Ok(found) } else { Err(Problem::NotFound) }
}

/// Tells open browsers that the store's queue has changed.
fn told(tx: &mut Tx, store: StoreId) {
    let group = tx.scope().group;
    tx.signal(Signal { group, user: None, store: Some(store), kind: "queue", data: serde_json::Value::Null });
}
