//! Deliveries, written and corrected by hand; who owned which car since when follows them.

use kernel::{CustomerId, DeliveryId, Fen, FieldErrors, Problem, Result, Scope, StoreDate, VehicleId};
use platform::db::{Db, Tx};
use platform::http::Fields;
use platform::{audit, transact};
use serde_json::{Value, json};

use super::edit::{car_in, money};
use super::store::{self, DeliveryRow, OwnershipRow};
use super::{DeliveriesCancelled, DeliveriesRecorded, DeliveryMoved, OwnershipWhy, VisitState};
use crate::customers::edit::{day, only_changed, text};
use crate::customers::store as people;
use crate::intake::input::OwnerIn;
use crate::intake::{self, DeliveryIn};
use crate::{search, timeline};

/// A delivery as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryForm {
    pub vehicle: Option<VehicleId>,
    pub delivered_on: StoreDate,
    pub consultant: Option<String>,
    pub price: Option<Fen>,
    pub note: Option<String>,
    pub cancelled: bool,
}

impl DeliveryForm {
    /// # Errors
    /// Every fault of the form at once.
    pub fn read(sent: &Fields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let e = &mut errors;
        if sent.opt("delivered_on").is_none() {
            e.add("delivered_on", "required");
        }
        let vehicle = sent.parsed::<VehicleId>("vehicle");
        if vehicle.is_none() && !sent.has("version") {
            e.add("vehicle", "delivery-without-car");
        }
        let delivered_on = day(sent, "delivered_on", e);
        let consultant = text(sent, "consultant", 30, e);
        let price = money(sent, "price", e);
        let note = text(sent, "note", 500, e);
        match delivered_on {
            Some(delivered_on) if errors.is_empty() => {
                Ok(Self { vehicle, delivered_on, consultant, price, note, cancelled: sent.has("cancelled") })
            }
            Some(_) | None => Err(errors),
        }
    }
}

/// # Errors
/// `NotFound` outside of the scope, `Invalid` for a car without a VIN or a delivery that is known already.
pub async fn add_delivery(db: &Db, scope: &Scope, customer: CustomerId, form: &DeliveryForm) -> Result<()> {
    let store_id = scope.store()?;
    transact!(db, scope, |tx| {
        people::file(tx, scope, customer).await?;
        let car = car_in(tx, scope, form.vehicle).await?;
        if car.vin.is_none() {
            return Err(Problem::invalid("vehicle", "delivery-without-vin"));
        }
        let row = DeliveryIn {
            delivered_on: form.delivered_on,
            customer_code: None,
            owner: OwnerIn::default(),
            car,
            consultant: form.consultant.clone(),
            price: form.price,
            note: form.note.clone(),
            cancelled: false,
        };
        let key = intake::Incoming::key(&row).into_iter().collect::<Vec<_>>();
        if !store::deliveries_by_key(tx, scope.group, store_id, &key).await?.is_empty() {
            return Err(Problem::invalid("delivered_on", "delivery-known"));
        }
        intake::apply_to(tx, store_id, customer, std::slice::from_ref(&row)).await.map(|_| ())
    })
}

fn delivery_words(d: &DeliveryRow) -> Value {
    json!({
        "vehicle": d.vehicle_id, "delivered_on": d.delivered_on, "consultant": d.consultant, "price": d.price_fen,
        "note": d.note, "state": d.state,
    })
}

/// Noon of the day, since nobody wrote down the minute.
const NOON: u16 = 720;

/// The timeline tells a corrected delivery at its new day.
async fn tell_again(tx: &mut Tx, row: &DeliveryRow) -> Result<()> {
    let group = tx.scope().group;
    let calendar = crate::identity::calendar::of(tx, group, row.store_id).await?;
    timeline::forget(tx, group, row.customer_id, "delivery", row.id.raw()).await?;
    let entry = timeline::Entry {
        customer: row.customer_id,
        store: Some(row.store_id),
        at: calendar.at(row.delivered_on, NOON),
        kind: "delivery",
        subject: row.id.raw(),
        args: json!({}),
        import: row.import_id,
    };
    timeline::add(tx, entry).await
}

/// The ownership that began with the wrong car or day is put right, and that of whoever had the car before.
async fn move_ownership(tx: &mut Tx, (old_car, old_day): (VehicleId, StoreDate), row: &DeliveryRow) -> Result<()> {
    let group = tx.scope().group;
    let mut spans = store::ownerships(tx, group, &[old_car]).await?;
    let same_car = old_car == row.vehicle_id;
    // Whoever owned the car by another word than this delivery goes on owning it.
    let by_this = |o: &OwnershipRow| same_car || o.why == OwnershipWhy::Delivery;
    let began = |o: &OwnershipRow| o.customer_id == row.customer_id && o.from_day == old_day && by_this(o);
    let mut touched = vec![row.customer_id];
    if spans.iter().any(began) {
        for span in spans.iter_mut().filter(|o| began(o) || o.until_day == Some(old_day)) {
            touched.push(span.customer_id);
            match (began(span), same_car) {
                (true, true) => span.from_day = row.delivered_on,
                (true, false) => store::drop_ownership(tx, span.id).await?,
                (false, true) => span.until_day = Some(row.delivered_on.max(span.from_day)),
                (false, false) => span.until_day = None,
            }
        }
        spans.retain(|o| same_car || !began(o));
        store::put_ownerships(tx, &spans).await?;
    }
    if !same_car {
        super::hand_over(tx, row.vehicle_id, row.customer_id, row.delivered_on).await?;
    }
    search::refresh(tx, &touched).await
}

/// A correction; of car and day too, and with them of who owned which car since when.
/// # Errors
/// `NotFound` in another store, `Conflict` when somebody else saved meanwhile; `Invalid` for a car without a VIN or a
/// delivery that is known already.
pub async fn save_delivery(
    db: &Db,
    scope: &Scope,
    id: DeliveryId,
    version: i64,
    form: &DeliveryForm,
) -> Result<CustomerId> {
    transact!(db, scope, |tx| {
        let mut row = store::delivery(tx, scope, id).await?;
        if row.version != version {
            return Err(Problem::Conflict("delivery-changed"));
        }
        let (before, was) = (delivery_words(&row), row.state);
        let (old_car, old_day) = (row.vehicle_id, row.delivered_on);
        row.vehicle_id = form.vehicle.unwrap_or(old_car);
        row.delivered_on = form.delivered_on;
        if (row.vehicle_id, row.delivered_on) != (old_car, old_day) {
            let car = store::car(tx, scope, row.vehicle_id).await?;
            let vin = car.vin.ok_or_else(|| Problem::invalid("vehicle", "delivery-without-vin"))?;
            row.business_key = intake::keys::of_delivery(&vin, row.delivered_on);
            let key = [row.business_key.clone()];
            if !store::deliveries_by_key(tx, scope.group, row.store_id, &key).await?.is_empty() {
                return Err(Problem::invalid("delivered_on", "delivery-known"));
            }
            move_ownership(tx, (old_car, old_day), &row).await?;
            tell_again(tx, &row).await?;
        }
        row.consultant.clone_from(&form.consultant);
        row.price_fen = form.price;
        row.note.clone_from(&form.note);
        row.state = if form.cancelled { VisitState::Cancelled } else { VisitState::Recorded };
        row.version += 1;
        row.updated_at = tx.now();
        let (store_id, customer, state, moved) = (row.store_id, row.customer_id, row.state, row.vehicle_id != old_car);
        let (old, new) = only_changed(&before, &delivery_words(&row));
        store::replace_deliveries(tx, &[row]).await?;
        audit::note(tx, "delivery.change", "delivery", id.raw(), &old, &new).await?;
        if moved {
            tx.record(&DeliveryMoved { store: store_id, delivery: id, from: old_car }).await?;
        }
        match (was, state) {
            (VisitState::Recorded, VisitState::Cancelled) => {
                tx.record(&DeliveriesCancelled { store: store_id, ids: vec![id] }).await?;
            }
            (VisitState::Cancelled, VisitState::Cancelled) => {}
            (VisitState::Recorded | VisitState::Cancelled, VisitState::Recorded) => {
                let event = DeliveriesRecorded {
                    store: store_id,
                    ids: Vec::new(),
                    changed: vec![id],
                    import: None,
                    plan_from: None,
                };
                tx.record(&event).await?;
            }
        }
        Ok(customer)
    })
}
