//! Writes what a pass changed, table by table, and tells it.

use std::collections::{BTreeSet, HashMap};

use kernel::{CustomerId, GroupId, Result, StoreId, VehicleId};
use platform::db::Tx;

use super::{Done, Recording, store};
use crate::customers::SightWhy;
use crate::customers::store as people;
use crate::search;
use crate::timeline;
use crate::vehicles::store as garage;
use crate::vehicles::{DeliveriesCancelled, DeliveriesRecorded, RepairOrdersCancelled, RepairOrdersRecorded};

pub(super) async fn write(tx: &mut Tx, how: &Recording<'_>, why: SightWhy, done: Done) -> Result<()> {
    let why = if how.import.is_none() && why == SightWhy::Import { SightWhy::Entry } else { why };
    write_people(tx, how, why, &done).await?;
    write_cars(tx, &done).await?;
    write_visits(tx, &done).await?;
    write_history(tx, how, &done).await?;
    write_tokens(tx, how, &done).await?;
    tell(tx, how, done).await
}

async fn write_people(tx: &mut Tx, how: &Recording<'_>, why: SightWhy, Done { known, made }: &Done) -> Result<()> {
    let import = how.import.map(|i| i.id);
    let new: Vec<_> = made.new_customers.iter().filter_map(|id| known.customers.get(id)).cloned().collect();
    people::insert(tx, &new).await?;
    let changed: Vec<_> = made.changed_customers.iter().filter_map(|id| known.customers.get(id)).cloned().collect();
    people::replace(tx, &changed).await?;
    people::insert_lines(tx, &made.new_lines).await?;
    people::insert_codes(tx, &made.codes).await?;
    people::insert_sights(tx, how.store, &made.sights, why, import).await?;
    people::insert_twins(tx, &made.twins, import).await.map(|_| ())
}

async fn write_cars(tx: &mut Tx, Done { known, made }: &Done) -> Result<()> {
    let new: Vec<_> = made.new_cars.iter().filter_map(|id| known.cars.get(id)).cloned().collect();
    garage::insert_cars(tx, &new).await?;
    let changed: Vec<_> = made.changed_cars.iter().filter_map(|id| known.cars.get(id)).cloned().collect();
    garage::replace_cars(tx, &changed).await?;
    let spans: Vec<_> = made.spans.values().cloned().collect();
    garage::put_ownerships(tx, &spans).await
}

async fn write_visits(tx: &mut Tx, Done { known, made }: &Done) -> Result<()> {
    let order = |key: &String| known.orders.get(key).cloned();
    let new: Vec<_> = made.new_orders.iter().filter_map(order).collect();
    garage::insert_orders(tx, &new).await?;
    let changed: Vec<_> = made.changed_orders.iter().filter_map(order).collect();
    garage::replace_orders(tx, &changed).await?;
    let delivery = |key: &String| known.deliveries.get(key).cloned();
    let new: Vec<_> = made.new_deliveries.iter().filter_map(delivery).collect();
    garage::insert_deliveries(tx, &new).await?;
    let changed: Vec<_> = made.changed_deliveries.iter().filter_map(delivery).collect();
    garage::replace_deliveries(tx, &changed).await
}

async fn write_history(tx: &mut Tx, how: &Recording<'_>, Done { made, .. }: &Done) -> Result<()> {
    timeline::add_many(tx, &made.timeline).await?;
    for (from, kind, subject, to) in &made.moved {
        timeline::move_subject(tx, *from, kind, *subject, *to).await?;
    }
    match &how.import {
        Some(import) => store::insert_journal(tx, import, &made.journal).await,
        None => store::audit_journal(tx, &made.journal).await,
    }
}

async fn write_tokens(tx: &mut Tx, how: &Recording<'_>, done: &Done) -> Result<()> {
    search::remember(tx, &new_tokens(done, tx.scope().group, how.store)).await?;
    let known: BTreeSet<CustomerId> =
        done.made.retoken.iter().filter(|id| !done.made.new_set.contains(id)).copied().collect();
    search::refresh(tx, &known.into_iter().collect::<Vec<_>>()).await
}

/// All there is to know of a new customer was made in this pass.
fn new_tokens(Done { known, made }: &Done, group: GroupId, store: StoreId) -> Vec<(CustomerId, String)> {
    let mut cars: HashMap<CustomerId, Vec<VehicleId>> = HashMap::new();
    for span in made.spans.values().filter(|s| made.new_set.contains(&s.customer_id)) {
        cars.entry(span.customer_id).or_default().push(span.vehicle_id);
    }
    let gather = |id: &CustomerId| {
        let mut who = search::Gathered { stores: vec![store], ..search::Gathered::default() };
        for line in known.lines.get(id).into_iter().flatten() {
            who.contacts.extend(line.contact_name.clone());
            who.phones.push(line.digits.clone());
        }
        for car in cars.get(id).into_iter().flatten().filter_map(|car| known.cars.get(car)) {
            who.plates.extend(car.plate.as_ref().map(|p| p.as_str().to_owned()));
            who.vins.extend(car.vin.as_ref().map(|v| v.expose().to_owned()));
        }
        let name = known.customers.get(id).map_or("", |c| c.name.as_str());
        (*id, who.tokens(name, group))
    };
    made.new_customers.iter().map(gather).collect()
}

async fn tell(tx: &mut Tx, how: &Recording<'_>, Done { known, made }: Done) -> Result<()> {
    let (store, import, plan_from) = (how.store, how.import.map(|i| i.id), how.plan_from);
    if !made.cancelled_orders.is_empty() {
        tx.record(&RepairOrdersCancelled { store, ids: made.cancelled_orders.clone() }).await?;
    }
    let order = |key: &String| known.orders.get(key).map(|o| o.id);
    let ids: Vec<_> = made.new_orders.iter().filter_map(order).collect();
    let changed: Vec<_> =
        made.changed_orders.iter().filter_map(order).filter(|id| !made.cancelled_orders.contains(id)).collect();
    if !ids.is_empty() || !changed.is_empty() {
        tx.record(&RepairOrdersRecorded { store, ids, changed, import, plan_from }).await?;
    }
    if !made.cancelled_deliveries.is_empty() {
        tx.record(&DeliveriesCancelled { store, ids: made.cancelled_deliveries.clone() }).await?;
    }
    let delivery = |key: &String| known.deliveries.get(key).map(|d| d.id);
    let ids: Vec<_> = made.new_deliveries.iter().filter_map(delivery).collect();
    let changed: Vec<_> = made
        .changed_deliveries
        .iter()
        .filter_map(delivery)
        .filter(|id| !made.cancelled_deliveries.contains(id))
        .collect();
    if !ids.is_empty() || !changed.is_empty() {
        tx.record(&DeliveriesRecorded { store, ids, changed, import, plan_from }).await?;
    }
    Ok(())
}
