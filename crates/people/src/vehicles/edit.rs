//! Cars, repair orders and deliveries, written and corrected by hand; follow-ups are planned at once by the events.

use kernel::loose::Unit;
use kernel::{
    CustomerId, Fen, FieldErrors, Plate, Problem, RepairOrderId, Result, Scope, StoreDate, StoreDateTime, StoreTime,
    VehicleId, Vin,
};
use platform::db::{Db, Tx};
use platform::http::Fields;
use platform::{audit, transact};
use serde_json::{Value, json};

use super::store::{self, OrderRow, OwnershipRow, VehicleRow};
use super::{OwnershipWhy, RepairOrdersCancelled, RepairOrdersRecorded, VisitState};
use crate::customers::edit::{day, only_changed, text};
use crate::customers::store as people;
use crate::intake::input::{CarIn, OwnerIn};
use crate::intake::{self, RepairOrderIn};
use crate::search;

/// A car as the form has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarForm {
    pub car: CarIn,
    pub purchased_on: Option<StoreDate>,
    pub mileage_km: Option<i64>,
}

fn whole_number(sent: &Fields, name: &'static str, errors: &mut FieldErrors) -> Option<i64> {
    let value = sent.opt(name)?;
    errors.take(name, kernel::loose::parse_mileage(value, Unit::One).map_err(|_| "number-form"))
}

pub(super) fn money(sent: &Fields, name: &'static str, errors: &mut FieldErrors) -> Option<Fen> {
    let value = sent.opt(name)?;
    errors.take(name, kernel::loose::parse_money(value, Unit::One).map_err(|_| "money-form"))
}

impl CarForm {
    /// # Errors
    /// Every fault of the form at once.
    pub fn read(sent: &Fields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let e = &mut errors;
        let vin = sent.opt("vin").and_then(|v| e.take("vin", Vin::parse(v).map_err(kernel::vin::VinFault::code)));
        let plate =
            sent.opt("plate").and_then(|p| e.take("plate", Plate::parse(p).map_err(kernel::plate::PlateFault::code)));
        if sent.opt("vin").is_none() && sent.opt("plate").is_none() {
            e.add("vin", "car-unnamed");
        }
        let form = Self {
            car: CarIn {
                vin,
                plate,
                brand: text(sent, "brand", 30, e),
                series: text(sent, "series", 40, e),
                model: text(sent, "model", 60, e),
                colour: text(sent, "colour", 20, e),
            },
            purchased_on: day(sent, "purchased_on", e),
            mileage_km: whole_number(sent, "mileage_km", e),
        };
        if errors.is_empty() { Ok(form) } else { Err(errors) }
    }

    fn put_into(&self, car: &mut VehicleRow, today: StoreDate) {
        car.vin.clone_from(&self.car.vin);
        car.plate.clone_from(&self.car.plate);
        car.brand.clone_from(&self.car.brand);
        car.series.clone_from(&self.car.series);
        car.model.clone_from(&self.car.model);
        car.colour.clone_from(&self.car.colour);
        car.purchased_on = self.purchased_on;
        if car.mileage_km != self.mileage_km {
            car.mileage_km = self.mileage_km;
            car.mileage_on = self.mileage_km.map(|_| today);
        }
    }
}

fn words_of(car: &VehicleRow) -> Value {
    json!({
        "vin": car.vin.as_ref().map(Vin::expose), "plate": car.plate.as_ref().map(Plate::as_str), "brand": car.brand,
        "series": car.series, "model": car.model, "colour": car.colour, "purchased_on": car.purchased_on,
        "mileage_km": car.mileage_km, "mileage_on": car.mileage_on,
    })
}

async fn refuse_known_vin(tx: &mut Tx, scope: &Scope, vin: Option<&Vin>, but: VehicleId) -> Result<()> {
    let Some(vin) = vin else { return Ok(()) };
    let known = store::cars_by_vin(tx, scope.group, &[vin.expose().to_owned()]).await?;
    if known.iter().any(|c| c.id != but) { Err(Problem::invalid("vin", "vin-known")) } else { Ok(()) }
}

/// What became of a car that somebody entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    Done,
    /// The VIN is on file with others: they lose the car only when that is confirmed. Their names, as far as the scope
    /// sees them.
    AskFirst(Vec<String>),
}

/// A car of the customer. One whose VIN is known changes hands when `take_over` says so; what was typed is put into its
/// papers, and what was left empty stays as it is known.
/// # Errors
/// `NotFound` outside of the scope.
pub async fn add_car(
    db: &Db,
    scope: &Scope,
    customer: CustomerId,
    form: &CarForm,
    take_over: bool,
    today: StoreDate,
) -> Result<Added> {
    transact!(db, scope, |tx| {
        people::file(tx, scope, customer).await?;
        let from = form.purchased_on.unwrap_or(today);
        let vins: Vec<String> = form.car.vin.iter().map(|v| v.expose().to_owned()).collect();
        if let Some(known) = store::cars_by_vin(tx, scope.group, &vins).await?.pop() {
            let others = other_owners(tx, scope, known.id, customer).await?;
            if !others.is_empty() && !take_over {
                return Ok(Added::AskFirst(others));
            }
            super::hand_over(tx, known.id, customer, from.min(today)).await?;
            return complete(tx, scope, known, form, today).await.map(|()| Added::Done);
        }
        let mut car = VehicleRow {
            id: tx.new_id(),
            group_id: scope.group,
            vin: None,
            plate: None,
            brand: None,
            series: None,
            model: None,
            colour: None,
            purchased_on: None,
            mileage_km: None,
            mileage_on: None,
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
            import_id: None,
        };
        form.put_into(&mut car, today);
        let span = OwnershipRow {
            id: tx.new_id::<kernel::Event>().raw(),
            group_id: scope.group,
            vehicle_id: car.id,
            customer_id: customer,
            from_day: from,
            until_day: None,
            why: OwnershipWhy::Entry,
            import_id: None,
        };
        store::insert_cars(tx, std::slice::from_ref(&car)).await?;
        store::put_ownerships(tx, &[span]).await?;
        audit::note(tx, "vehicle.create", "vehicle", car.id.raw(), &Value::Null, &words_of(&car)).await?;
        search::refresh(tx, &[customer]).await?;
        Ok(Added::Done)
    })
}

/// Names of those who have the car now, "" where they are not for these eyes.
async fn other_owners(tx: &mut Tx, scope: &Scope, car: VehicleId, but: CustomerId) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let spans = store::ownerships(tx, scope.group, &[car]).await?;
    for span in spans.iter().filter(|o| o.until_day.is_none() && o.customer_id != but) {
        names.push(match people::file(tx, scope, span.customer_id).await {
            Ok(file) => file.name,
            Err(Problem::NotFound) => String::new(),
            Err(other) => return Err(other),
        });
    }
    Ok(names)
}

/// Puts what was typed into the papers of a known car.
async fn complete(tx: &mut Tx, scope: &Scope, mut car: VehicleRow, form: &CarForm, today: StoreDate) -> Result<()> {
    let before = words_of(&car);
    let typed = &form.car;
    if typed.plate.is_some() {
        car.plate.clone_from(&typed.plate);
    }
    for (slot, value) in [
        (&mut car.brand, &typed.brand),
        (&mut car.series, &typed.series),
        (&mut car.model, &typed.model),
        (&mut car.colour, &typed.colour),
    ] {
        if value.is_some() {
            slot.clone_from(value);
        }
    }
    car.purchased_on = form.purchased_on.or(car.purchased_on);
    if form.mileage_km.is_some() && form.mileage_km != car.mileage_km {
        (car.mileage_km, car.mileage_on) = (form.mileage_km, Some(today));
    }
    let (old, new) = only_changed(&before, &words_of(&car));
    if old == new {
        return Ok(());
    }
    let version = car.version;
    if !store::edit_car(tx, version, &car).await? {
        return Err(Problem::Conflict("vehicle-changed"));
    }
    audit::note(tx, "vehicle.change", "vehicle", car.id.raw(), &old, &new).await?;
    let owners = store::ownerships(tx, scope.group, &[car.id]).await?;
    let owners: Vec<CustomerId> = owners.into_iter().filter(|o| o.until_day.is_none()).map(|o| o.customer_id).collect();
    search::refresh(tx, &owners).await
}

/// # Errors
/// `NotFound` outside of the scope, `Conflict` when somebody else saved meanwhile.
pub async fn save_car(
    db: &Db,
    scope: &Scope,
    id: VehicleId,
    version: i64,
    form: &CarForm,
    today: StoreDate,
) -> Result<()> {
    transact!(db, scope, |tx| {
        let mut car = store::car(tx, scope, id).await?;
        refuse_known_vin(tx, scope, form.car.vin.as_ref(), id).await?;
        let before = words_of(&car);
        form.put_into(&mut car, today);
        if !store::edit_car(tx, version, &car).await? {
            return Err(Problem::Conflict("vehicle-changed"));
        }
        let (old, new) = only_changed(&before, &words_of(&car));
        audit::note(tx, "vehicle.change", "vehicle", id.raw(), &old, &new).await?;
        let owners: Vec<CustomerId> = store::ownerships(tx, scope.group, &[id])
            .await?
            .into_iter()
            .filter(|o| o.until_day.is_none())
            .map(|o| o.customer_id)
            .collect();
        search::refresh(tx, &owners).await
    })
}

/// A repair order as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderForm {
    pub number: Option<String>,
    pub vehicle: Option<VehicleId>,
    pub opened: StoreDateTime,
    pub settled: Option<StoreDateTime>,
    pub visitor: Option<kernel::PersonName>,
    pub visitor_phones: Vec<kernel::Phone>,
    pub work_type: Option<String>,
    pub items: Option<String>,
    pub mileage_km: Option<i64>,
    pub estimate: Option<Fen>,
    pub amount: Option<Fen>,
    pub advisor: Option<String>,
    pub appointment: Option<bool>,
    pub cancelled: bool,
}

/// `2026-11-19` or `2026-11-19T09:12`, as browsers send it.
fn moment(sent: &Fields, name: &'static str, errors: &mut FieldErrors) -> Option<StoreDateTime> {
    let value = sent.opt(name)?;
    let (date, time) = value.split_once(['T', ' ']).map_or((value, None), |(d, t)| (d, Some(t)));
    let read = date.parse::<StoreDate>().ok().and_then(|date| match time {
        Some(time) => Some(StoreDateTime { date, time: Some(time.parse::<StoreTime>().ok()?) }),
        None => Some(StoreDateTime { date, time: None }),
    });
    errors.take(name, read.ok_or("date-form"))
}

impl OrderForm {
    /// # Errors
    /// Every fault of the form at once.
    pub fn read(sent: &Fields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let e = &mut errors;
        if sent.opt("opened").is_none() {
            e.add("opened", "required");
        }
        let opened = moment(sent, "opened", e);
        let settled = moment(sent, "settled", e);
        if let (Some(a), Some(b)) = (opened, settled)
            && b.date < a.date
        {
            e.add("settled", "settled-before-opened");
        }
        let visitor = sent
            .opt("visitor")
            .and_then(|v| e.take("visitor", kernel::PersonName::parse(v).map_err(kernel::name::NameFault::code)));
        let visitor_phones = crate::customers::edit::phones(sent, "visitor_phones", e);
        if visitor.is_none() && !visitor_phones.is_empty() {
            e.add("visitor", "visitor-unnamed");
        }
        let number = text(sent, "number", 40, e);
        let vehicle = sent.parsed::<VehicleId>("vehicle");
        if number.is_none() && vehicle.is_none() && !sent.has("version") {
            e.add("number", "order-unnamed");
        }
        let work_type = text(sent, "work_type", 30, e);
        let items = text(sent, "items", 500, e);
        let mileage_km = whole_number(sent, "mileage_km", e);
        let (estimate, amount) = (money(sent, "estimate", e), money(sent, "amount", e));
        let advisor = text(sent, "advisor", 30, e);
        match opened {
            Some(opened) if errors.is_empty() => Ok(Self {
                number,
                vehicle,
                opened,
                settled,
                visitor,
                visitor_phones,
                work_type,
                items,
                mileage_km,
                estimate,
                amount,
                advisor,
                appointment: match sent.get("appointment") {
                    "yes" => Some(true),
                    "no" => Some(false),
                    _ => None,
                },
                cancelled: sent.has("cancelled"),
            }),
            Some(_) | None => Err(errors),
        }
    }
}

/// Enters a visit of this customer. Answers nothing: the customer's page shows it.
/// # Errors
/// `NotFound` outside of the scope, `Invalid` for a number that the store knows already.
pub async fn add_order(db: &Db, scope: &Scope, customer: CustomerId, form: &OrderForm) -> Result<()> {
    let store_id = scope.store()?;
    transact!(db, scope, |tx| {
        let file = people::file(tx, scope, customer).await?;
        let car = car_in(tx, scope, form.vehicle).await?;
        let row = RepairOrderIn {
            number: form.number.clone(),
            opened: Some(form.opened),
            settled: form.settled,
            customer_code: None,
            owner: OwnerIn { name: kernel::PersonName::parse(&file.name).ok(), ..OwnerIn::default() },
            visitor: form.visitor.clone().map(|name| intake::VisitorIn { name, phones: form.visitor_phones.clone() }),
            car,
            work_type: form.work_type.clone(),
            items: form.items.clone().into_iter().collect(),
            mileage_km: form.mileage_km,
            estimate: form.estimate,
            amount: form.amount,
            labour: None,
            parts: None,
            advisor: form.advisor.clone(),
            appointment: form.appointment,
            cancelled: false,
        };
        let key = intake::Incoming::key(&row).into_iter().collect::<Vec<_>>();
        if !store::orders_by_key(tx, scope.group, store_id, &key).await?.is_empty() {
            return Err(Problem::invalid("number", "order-known"));
        }
        intake::apply_to(tx, store_id, customer, std::slice::from_ref(&row)).await.map(|_| ())
    })
}

pub(super) async fn car_in(tx: &mut Tx, scope: &Scope, vehicle: Option<VehicleId>) -> Result<CarIn> {
    let Some(id) = vehicle else { return Ok(CarIn::default()) };
    let car = store::car(tx, scope, id).await?;
    Ok(CarIn { vin: car.vin, plate: car.plate, ..CarIn::default() })
}

fn minutes(at: Option<StoreDateTime>) -> Option<i64> {
    at.and_then(|a| a.time).map(|t| i64::from(t.minute_of_day()))
}

fn order_words(o: &OrderRow) -> Value {
    json!({
        "vehicle": o.vehicle_id, "opened_on": o.opened_on, "settled_on": o.settled_on, "visitor": o.visitor_name,
        "work_type": o.work_type, "items": o.items, "mileage_km": o.mileage_km, "estimate": o.estimate_fen,
        "amount": o.amount_fen, "advisor": o.advisor, "appointment": o.appointment, "state": o.state,
    })
}

/// A correction: what the form says is what stands there afterwards.
/// # Errors
/// `NotFound` in another store, `Conflict` when somebody else saved meanwhile.
pub async fn save_order(
    db: &Db,
    scope: &Scope,
    id: RepairOrderId,
    version: i64,
    form: &OrderForm,
) -> Result<CustomerId> {
    transact!(db, scope, |tx| {
        let mut order = store::order(tx, scope, id).await?;
        if order.version != version {
            return Err(Problem::Conflict("order-changed"));
        }
        if let Some(car) = form.vehicle {
            store::car(tx, scope, car).await?;
        }
        let (before, was) = (order_words(&order), order.state);
        order.vehicle_id = form.vehicle.or(order.vehicle_id);
        let visitor = form.visitor.as_ref().map(|v| v.expose().to_owned());
        if visitor != order.visitor_name {
            // The number belonged to somebody else; planning chooses anew.
            order.phone_line_id = None;
            order.visitor_name = visitor;
        }
        (order.opened_on, order.opened_min) = (form.opened.date, minutes(Some(form.opened)));
        (order.settled_on, order.settled_min) = (form.settled.map(|s| s.date), minutes(form.settled));
        order.work_type.clone_from(&form.work_type);
        order.items.clone_from(&form.items);
        order.mileage_km = form.mileage_km;
        order.estimate_fen = form.estimate;
        order.amount_fen = form.amount;
        order.advisor.clone_from(&form.advisor);
        order.appointment = form.appointment;
        order.state = if form.cancelled { VisitState::Cancelled } else { VisitState::Recorded };
        order.version += 1;
        order.updated_at = tx.now();
        let (store_id, customer, state) = (order.store_id, order.customer_id, order.state);
        let (old, new) = only_changed(&before, &order_words(&order));
        store::replace_orders(tx, &[order]).await?;
        audit::note(tx, "repair_order.change", "repair_order", id.raw(), &old, &new).await?;
        match (was, state) {
            (VisitState::Recorded, VisitState::Cancelled) => {
                tx.record(&RepairOrdersCancelled { store: store_id, ids: vec![id] }).await?;
            }
            (VisitState::Cancelled, VisitState::Cancelled) => {}
            (VisitState::Recorded | VisitState::Cancelled, VisitState::Recorded) => {
                let event = RepairOrdersRecorded {
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
