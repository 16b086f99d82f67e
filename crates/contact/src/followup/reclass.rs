//! A9.12: whether a repair was one of a new car depends on a delivery that may be brought in, corrected or taken back
//! after the repair was planned. Its tasks, worked on or not, then change their class, and the days that were counted
//! with the old one are counted again.

use std::collections::HashMap;

use kernel::{DeliveryId, Result, StoreDate, StoreId, VehicleId};
use platform::db::Tx;
use platform::rulebook;

use super::figures::{self, What};
use super::model::{Class, SubjectKind, Task};
use super::people_port::{self, DeliveryMoved, RepairOfCar};
use super::plan;
use super::rules::FollowupRules;
use super::store;

/// Repairs of the cars of these deliveries, at whichever store of the group. `gone`: the deliveries count no more.
/// # Errors
/// As the database answers.
pub(super) async fn repairs(tx: &mut Tx, deliveries: &[DeliveryId], gone: bool) -> Result<()> {
    let group = tx.scope().group;
    let cars = people_port::cars_of_deliveries(tx, group, deliveries).await?;
    of_cars(tx, &cars, if gone { deliveries } else { &[] }).await
}

/// A delivery was put on another car.
/// # Errors
/// As the database answers.
pub async fn on_delivery_moved(tx: &mut Tx, e: &DeliveryMoved) -> Result<()> {
    of_cars(tx, &[e.from], &[]).await
}

async fn of_cars(tx: &mut Tx, cars: &[VehicleId], without: &[DeliveryId]) -> Result<()> {
    let group = tx.scope().group;
    let mut by_store: HashMap<StoreId, Vec<RepairOfCar>> = HashMap::new();
    for repair in people_port::repairs_of_cars(tx, group, cars, without).await? {
        by_store.entry(repair.store_id).or_default().push(repair);
    }
    for (store_id, repairs) in by_store {
        let delivered: HashMap<i64, Option<StoreDate>> = repairs.iter().map(|r| (r.id.raw(), r.delivered_on)).collect();
        let ids: Vec<i64> = delivered.keys().copied().collect();
        let kinds = store::kinds_seen(tx, store_id).await?;
        let tasks = store::tasks_of_subjects(tx, group, store_id, SubjectKind::RepairOrder, &ids, &kinds).await?;
        let mut months: HashMap<i64, u32> = HashMap::new();
        let mut changed: HashMap<Class, Vec<&Task>> = HashMap::new();
        for task in &tasks {
            // A changed rule does not reach back: the one that planned it says how long a car is new.
            let new_for = match months.get(&task.rule_version) {
                Some(known) => *known,
                None => {
                    let book = rulebook::at_version::<FollowupRules>(tx, group, store_id, task.rule_version).await?;
                    *months.entry(task.rule_version).or_insert(book.body.new_car_months)
                }
            };
            let class = plan::repair_class(delivered[&task.subject_id], task.event_on, new_for);
            if task.class != class {
                changed.entry(class).or_default().push(task);
            }
        }
        for (class, tasks) in changed {
            let ids: Vec<_> = tasks.iter().map(|t| t.id).collect();
            store::set_class(tx, &ids, class).await?;
            let days: Vec<_> = tasks.iter().map(|t| t.due_on).collect();
            figures::mark(tx, store_id, What::Task, &days).await?;
        }
    }
    Ok(())
}
