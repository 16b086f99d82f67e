//! Taking a row of an import back: everything nothing depends on goes, a value is restored only where it is still the
//! imported one, the rest is kept and named. Rows are undone from the last to the first, since later rows build on
//! earlier ones.

use futures_util::future::BoxFuture;
use kernel::{CustomerId, DeliveryId, Id, ImportId, PhoneLineId, RepairOrderId, Result, StoreId, VehicleId};
use platform::db::Tx;
use platform::keyed;

use super::changes::{Change, Entity, Op};
use super::store;
use super::text::Columns;
use crate::customers::merge;
use crate::customers::store as people;
use crate::vehicles::store as garage;
use crate::vehicles::{DeliveriesCancelled, DeliveriesRecorded, RepairOrdersCancelled, RepairOrdersRecorded};
use crate::{search, timeline};

/// Something that is about to be taken back, for whoever may depend on it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Customer(CustomerId),
    PhoneLine(PhoneLineId),
    Vehicle(VehicleId),
    RepairOrder(RepairOrderId),
    Delivery(DeliveryId),
}

keyed! {
    /// Why something stays.
    pub enum Reason {
        /// Somebody, or a later import, changed it since.
        Changed = "changed",
        /// Visits or deliveries belong to it.
        HasVisits = "has_visits",
        /// Its follow-up was begun.
        Called = "called",
        /// A number or file that is in use.
        Used = "used",
    }
}

/// A capability above says whether it depends on a thing. Registered with `inventory::submit!`.
pub struct DependantCheck {
    pub depends: for<'a> fn(&'a mut Tx, Subject) -> BoxFuture<'a, Result<Option<Reason>>>,
}
platform::inventory::collect!(DependantCheck);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UndoOutcome {
    /// Things taken away or restored.
    pub undone: Vec<(Entity, i64)>,
    pub kept: Vec<(Entity, i64, Reason)>,
}

impl UndoOutcome {
    pub fn is_clean(&self) -> bool {
        self.kept.is_empty()
    }
}

/// Takes back what row `seq` of the import did. What was taken back leaves the journal, so that a second run finds only
/// what was kept.
/// # Errors
/// As the database and the listeners answer.
pub async fn undo_row(tx: &mut Tx, import: ImportId, seq: i64) -> Result<UndoOutcome> {
    let group = tx.scope().group;
    let journal = store::of_row(tx, group, import, seq).await?;
    let mut run = Run { tx, import, out: UndoOutcome::default(), left: Vec::new(), retoken: Vec::new() };
    // Visits first: they hold on to everything else.
    for visit in [true, false] {
        for group in things(&journal).into_iter().filter(|g| is_visit(g[0].entity) == visit) {
            run.thing(group).await?;
        }
    }
    let Run { out, mut left, retoken, .. } = run;
    // As they were done.
    left.reverse();
    if !journal.is_empty() {
        store::keep(tx, import, seq, &left).await?;
    }
    search::refresh(tx, &retoken).await?;
    Ok(out)
}

fn is_visit(entity: Entity) -> bool {
    matches!(entity, Entity::RepairOrder | Entity::Delivery)
}

/// Changes of one thing together; what was done last comes first, and is undone first.
fn things(journal: &[Change]) -> Vec<Vec<Change>> {
    let mut all: Vec<Vec<Change>> = Vec::new();
    for line in journal.iter().rev() {
        let same = |g: &&mut Vec<Change>| {
            let solitary = matches!(line.entity, Entity::Code | Entity::Sight);
            !solitary && g[0].entity == line.entity && g[0].id == line.id
        };
        match all.iter_mut().find(same) {
            Some(group) => group.push(line.clone()),
            None => all.push(vec![line.clone()]),
        }
    }
    all
}

struct Run<'a> {
    tx: &'a mut Tx,
    import: ImportId,
    out: UndoOutcome,
    /// Changes that stay, those done last first.
    left: Vec<Change>,
    retoken: Vec<CustomerId>,
}

impl Run<'_> {
    async fn thing(&mut self, lines: Vec<Change>) -> Result<()> {
        let (entity, id) = (lines[0].entity, lines[0].id);
        let created = lines.iter().any(|l| l.op == Op::Created);
        let kept = match (entity, created) {
            (Entity::RepairOrder, true) => self.drop_order(Id::new(id)).await?,
            (Entity::RepairOrder, false) => self.restore_order(Id::new(id), &lines).await?,
            (Entity::Delivery, true) => self.drop_delivery(Id::new(id)).await?,
            (Entity::Delivery, false) => self.restore_delivery(Id::new(id), &lines).await?,
            (Entity::Customer, true) => self.drop_customer(Id::new(id)).await?,
            (Entity::Customer, false) => self.restore_customer(Id::new(id), &lines).await?,
            (Entity::Vehicle, true) => self.drop_car(Id::new(id)).await?,
            (Entity::Vehicle, false) => self.restore_car(Id::new(id), &lines).await?,
            (Entity::Ownership, true) => self.drop_span(id).await?,
            (Entity::Ownership, false) => self.restore_span(id, &lines).await?,
            (Entity::Phone, _) => self.drop_line(Id::new(id)).await?,
            (Entity::Code, _) => self.drop_code(Id::new(id), &lines[0]).await?,
            (Entity::Sight, _) => self.drop_sight(Id::new(id), &lines[0]).await?,
        };
        match kept {
            None => self.out.undone.push((entity, id)),
            Some(reason) => {
                self.out.kept.push((entity, id, reason));
                self.left.extend(lines);
            }
        }
        Ok(())
    }

    async fn depends(&mut self, subject: Subject) -> Result<Option<Reason>> {
        for check in inventory::iter::<DependantCheck> {
            if let Some(reason) = (check.depends)(self.tx, subject).await? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    async fn drop_order(&mut self, id: RepairOrderId) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(order) = garage::orders(self.tx, group, &[id]).await?.pop() else { return Ok(None) };
        if order.updated_at != order.created_at || order.import_id != Some(self.import) {
            return Ok(Some(Reason::Changed));
        }
        if let Some(reason) = self.depends(Subject::RepairOrder(id)).await? {
            return Ok(Some(reason));
        }
        self.tx.record(&RepairOrdersCancelled { store: order.store_id, ids: vec![id] }).await?;
        timeline::forget(self.tx, group, order.customer_id, "repair_order", id.raw()).await?;
        garage::drop_order(self.tx, id).await?;
        Ok(None)
    }

    async fn drop_delivery(&mut self, id: DeliveryId) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(delivery) = garage::deliveries(self.tx, group, &[id]).await?.pop() else { return Ok(None) };
        if delivery.updated_at != delivery.created_at || delivery.import_id != Some(self.import) {
            return Ok(Some(Reason::Changed));
        }
        if let Some(reason) = self.depends(Subject::Delivery(id)).await? {
            return Ok(Some(reason));
        }
        self.tx.record(&DeliveriesCancelled { store: delivery.store_id, ids: vec![id] }).await?;
        timeline::forget(self.tx, group, delivery.customer_id, "delivery", id.raw()).await?;
        garage::drop_delivery(self.tx, id).await?;
        Ok(None)
    }

    async fn restore_order(&mut self, id: RepairOrderId, lines: &[Change]) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(mut order) = garage::orders(self.tx, group, &[id]).await?.pop() else { return Ok(None) };
        let owner = order.customer_id;
        let kept = restore(&mut order, lines);
        order.version += 1;
        if order.customer_id != owner {
            timeline::move_subject(self.tx, owner, "repair_order", id.raw(), order.customer_id).await?;
        }
        let (store, state) = (order.store_id, order.state);
        garage::replace_orders(self.tx, &[order]).await?;
        if state == crate::vehicles::VisitState::Recorded {
            let changed = vec![id];
            let event = RepairOrdersRecorded { store, ids: Vec::new(), changed, import: None, plan_from: None };
            self.tx.record(&event).await?;
        }
        Ok(kept)
    }

    async fn restore_delivery(&mut self, id: DeliveryId, lines: &[Change]) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(mut delivery) = garage::deliveries(self.tx, group, &[id]).await?.pop() else { return Ok(None) };
        let owner = delivery.customer_id;
        let kept = restore(&mut delivery, lines);
        delivery.version += 1;
        if delivery.customer_id != owner {
            timeline::move_subject(self.tx, owner, "delivery", id.raw(), delivery.customer_id).await?;
        }
        let (store, state) = (delivery.store_id, delivery.state);
        garage::replace_deliveries(self.tx, &[delivery]).await?;
        if state == crate::vehicles::VisitState::Recorded {
            let changed = vec![id];
            let event = DeliveriesRecorded { store, ids: Vec::new(), changed, import: None, plan_from: None };
            self.tx.record(&event).await?;
        }
        Ok(kept)
    }

    async fn drop_customer(&mut self, id: CustomerId) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(c) = people::rows(self.tx, group, &[id]).await?.pop() else { return Ok(None) };
        if c.updated_at != c.created_at || c.import_id != Some(self.import) {
            return Ok(Some(Reason::Changed));
        }
        if garage::uses_of_customer(self.tx, group, id).await? > 0 {
            return Ok(Some(Reason::HasVisits));
        }
        let lines = people::lines_of_many(self.tx, group, &[id]).await?;
        if lines.iter().any(|l| l.import_id != Some(self.import)) {
            return Ok(Some(Reason::Changed));
        }
        // Cars that a person or another file gave them.
        let spans = garage::spans_of_customer(self.tx, group, id).await?;
        if spans.iter().any(|s| s.import_id != Some(self.import)) {
            return Ok(Some(Reason::Used));
        }
        if let Some(reason) = self.depends(Subject::Customer(id)).await? {
            return Ok(Some(reason));
        }
        if timeline::kinds_of(self.tx, group, id).await?.iter().any(|k| k != "repair_order" && k != "delivery") {
            return Ok(Some(Reason::Used));
        }
        garage::drop_ownerships_of(self.tx, id).await?;
        timeline::forget_customer(self.tx, id).await?;
        people::drop_lines(self.tx, id).await?;
        people::drop_sights(self.tx, id).await?;
        people::drop_customer(self.tx, id).await?;
        search::forget(self.tx, &[id]).await?;
        self.retoken.retain(|r| *r != id);
        Ok(None)
    }

    async fn restore_customer(&mut self, id: CustomerId, lines: &[Change]) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(mut c) = people::rows(self.tx, group, &[id]).await?.pop() else { return Ok(None) };
        let kept = restore(&mut c, lines);
        c.version += 1;
        people::replace(self.tx, &[c]).await?;
        self.retoken.push(id);
        Ok(kept)
    }

    async fn drop_car(&mut self, id: VehicleId) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(car) = garage::cars(self.tx, group, &[id]).await?.pop() else { return Ok(None) };
        if car.updated_at != car.created_at || car.import_id != Some(self.import) {
            return Ok(Some(Reason::Changed));
        }
        if garage::uses_of_car(self.tx, group, id).await? > 0 {
            return Ok(Some(Reason::HasVisits));
        }
        let spans = garage::ownerships(self.tx, group, &[id]).await?;
        if spans.iter().any(|s| s.import_id != Some(self.import)) {
            return Ok(Some(Reason::Changed));
        }
        if let Some(reason) = self.depends(Subject::Vehicle(id)).await? {
            return Ok(Some(reason));
        }
        garage::drop_car(self.tx, id).await?;
        self.retoken.extend(spans.iter().map(|s| s.customer_id));
        Ok(None)
    }

    async fn restore_car(&mut self, id: VehicleId, lines: &[Change]) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(mut car) = garage::cars(self.tx, group, &[id]).await?.pop() else { return Ok(None) };
        let kept = restore(&mut car, lines);
        car.version += 1;
        garage::replace_cars(self.tx, &[car]).await?;
        let spans = garage::ownerships(self.tx, group, &[id]).await?;
        self.retoken.extend(spans.iter().filter(|s| s.until_day.is_none()).map(|s| s.customer_id));
        Ok(kept)
    }

    async fn drop_span(&mut self, id: i64) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(span) = garage::span(self.tx, group, id).await? else { return Ok(None) };
        garage::drop_ownership(self.tx, id).await?;
        self.retoken.push(span.customer_id);
        Ok(None)
    }

    async fn restore_span(&mut self, id: i64, lines: &[Change]) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(mut span) = garage::span(self.tx, group, id).await? else { return Ok(None) };
        let kept = restore(&mut span, lines);
        self.retoken.push(span.customer_id);
        garage::put_ownerships(self.tx, &[span]).await?;
        Ok(kept)
    }

    async fn drop_line(&mut self, id: PhoneLineId) -> Result<Option<Reason>> {
        let group = self.tx.scope().group;
        let Some(line) = people::line_row(self.tx, group, id).await? else { return Ok(None) };
        if line.status != crate::customers::PhoneStatus::Unknown || line.ended_at.is_some() {
            return Ok(Some(Reason::Changed));
        }
        if garage::uses_of_line(self.tx, group, line.customer_id, id).await? > 0 {
            return Ok(Some(Reason::HasVisits));
        }
        if let Some(reason) = self.depends(Subject::PhoneLine(id)).await? {
            return Ok(Some(reason));
        }
        people::drop_line(self.tx, id).await?;
        self.retoken.push(line.customer_id);
        Ok(None)
    }

    async fn drop_code(&mut self, customer: CustomerId, line: &Change) -> Result<Option<Reason>> {
        if let (Some(code), Some(store)) = (&line.field, of_store(line)) {
            // It may have gone into another file since, and its number with it.
            let group = self.tx.scope().group;
            let holder = merge::went_into(self.tx, group, customer).await?.unwrap_or(customer);
            people::drop_code(self.tx, store, code, holder).await?;
        }
        Ok(None)
    }

    async fn drop_sight(&mut self, customer: CustomerId, line: &Change) -> Result<Option<Reason>> {
        let Some(store) = of_store(line) else { return Ok(None) };
        let group = self.tx.scope().group;
        if garage::uses_of_customer_here(self.tx, group, customer, store).await? > 0 {
            return Ok(Some(Reason::HasVisits));
        }
        people::drop_sight(self.tx, customer, store).await?;
        self.retoken.push(customer);
        Ok(None)
    }
}

fn of_store(line: &Change) -> Option<StoreId> {
    line.after.as_deref()?.parse().ok()
}

/// Puts values back that are still the imported ones. `updated_at` and `content_hash` follow when all others did.
fn restore(row: &mut impl Columns, lines: &[Change]) -> Option<Reason> {
    let mut kept = None;
    let (marks, values): (Vec<&Change>, Vec<&Change>) =
        lines.iter().partition(|l| matches!(l.field.as_deref(), Some("updated_at" | "content_hash")));
    for line in values {
        let Some(field) = line.field.as_deref() else { continue };
        if row.column(field) == Some(line.after.clone()) {
            row.set_column(field, line.before.as_deref());
        } else if row.column(field) != Some(line.before.clone()) {
            kept = Some(Reason::Changed);
        }
    }
    if kept.is_none() {
        for line in marks {
            let Some(field) = line.field.as_deref() else { continue };
            if row.column(field) == Some(line.after.clone()) {
                row.set_column(field, line.before.as_deref());
            }
        }
    }
    kept
}
