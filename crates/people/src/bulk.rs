//! Customers, cars and visits of a group that is filled in bulk (demonstrations of any size): whole rows, in the order
//! of their ids, with everything the verbs would have made of them. No event is recorded and nothing is audited: it is
//! a history that was there before.

use kernel::{CustomerId, GroupId, Id, Millis, PhoneLineId, Plate, Result, StoreDate, StoreId, VehicleId, Vin};
use platform::db::Load;
use serde_json::json;

use crate::customers::store::{self as people, CustomerRow, LineRow};
use crate::customers::{BirthdayKind, ContactRole, CustomerKind, Gender, PhoneStatus, SightWhy};
use crate::search::{self, Gathered};
use crate::timeline::{self, Line};
use crate::vehicles::store as garage;
use crate::vehicles::{DeliveryRow, OrderRow, OwnershipWhy, VehicleRow};

/// A customer as somebody would describe one.
#[derive(Clone)]
pub struct NewCustomer {
    pub id: CustomerId,
    pub organisation: bool,
    pub name: String,
    pub gender: Option<Gender>,
    pub birthday: Option<StoreDate>,
    pub region: Option<String>,
    pub source: Option<String>,
    pub opted_out: bool,
    pub lines: Vec<NewLine>,
    /// Stores that see them, and why.
    pub stores: Vec<(StoreId, SightWhy)>,
    pub cars: Vec<NewCar>,
    pub at: Millis,
}

#[derive(Clone)]
pub struct NewLine {
    pub id: PhoneLineId,
    pub digits: String,
    /// Whose number it is, when not the customer's own.
    pub visitor: Option<String>,
    pub usable: bool,
}

#[derive(Clone)]
pub struct NewCar {
    pub id: VehicleId,
    pub vin: Vin,
    pub plate: Plate,
    pub brand: &'static str,
    pub series: &'static str,
    pub model: String,
    pub colour: &'static str,
    pub purchased_on: StoreDate,
    pub mileage_km: i64,
    pub mileage_on: StoreDate,
}

/// Something to note in the history of a customer.
pub struct Note {
    pub id: i64,
    pub customer: CustomerId,
    pub store: StoreId,
    pub at: Millis,
    pub kind: &'static str,
    pub subject: i64,
    pub args: serde_json::Value,
}

/// Rows that wait to be written. Every list in the order of its ids.
#[derive(Default)]
pub struct Batch {
    pub customers: Vec<NewCustomer>,
    pub orders: Vec<OrderRow>,
    pub deliveries: Vec<DeliveryRow>,
    pub notes: Vec<Note>,
    /// Customer, store, case that is open, since.
    pub blocks: Vec<(CustomerId, StoreId, i64, Millis)>,
}

impl Batch {
    /// Writes everything out.
    /// # Errors
    /// As the database answers.
    pub async fn write(self, to: &mut Load, group: GroupId) -> Result<()> {
        let mut rows = Vec::with_capacity(self.customers.len());
        let (mut lines, mut sights, mut cars, mut spans, mut tokens) = (vec![], vec![], vec![], vec![], vec![]);
        for who in self.customers {
            tokens.push((who.id, gather(&who).tokens(&who.name, group)));
            sights.extend(who.stores.iter().map(|(store, why)| (who.id, *store, *why, who.at)));
            lines.extend(line_rows(&who, group));
            for car in &who.cars {
                cars.push(car_row(car, group, who.at));
                spans.push(garage::OwnershipRow {
                    id: car.id.raw(),
                    group_id: group,
                    vehicle_id: car.id,
                    customer_id: who.id,
                    from_day: car.purchased_on,
                    until_day: None,
                    why: OwnershipWhy::Import,
                    import_id: None,
                });
            }
            rows.push(customer_row(who, group));
        }
        people::load_customers(to, &rows).await?;
        people::load_lines(to, &lines).await?;
        people::load_sights(to, group, &sights).await?;
        garage::load_cars(to, &cars, &spans).await?;
        search::load(to, &tokens).await?;
        garage::load_orders(to, &self.orders).await?;
        garage::load_deliveries(to, &self.deliveries).await?;
        let notes: Vec<Line> = self.notes.into_iter().map(note).collect();
        timeline::load(to, group, &notes).await?;
        let blocks: Vec<_> = self.blocks.iter().map(|(c, s, case, at)| (*c, *s, "open_case", *case, *at)).collect();
        people::load_blocks(to, group, &blocks).await
    }

    /// How many rows wait, roughly.
    pub fn len(&self) -> usize {
        self.customers.len() * 5 + self.orders.len() + self.deliveries.len() + self.notes.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What the timeline says of a visit or delivery that was recorded.
pub fn noted(id: i64, customer: CustomerId, store: StoreId, at: Millis, kind: &'static str) -> Note {
    Note { id, customer, store, at, kind, subject: id, args: json!({}) }
}

fn note(n: Note) -> Line {
    Line {
        id: n.id,
        store_id: Some(n.store),
        customer_id: n.customer,
        at: n.at,
        kind: n.kind.into(),
        subject: n.subject,
        args: n.args,
        actor: None,
    }
}

fn gather(who: &NewCustomer) -> Gathered {
    Gathered {
        contacts: who.lines.iter().filter_map(|l| l.visitor.clone()).collect(),
        phones: who.lines.iter().map(|l| l.digits.clone()).collect(),
        plates: who.cars.iter().map(|c| c.plate.as_str().to_owned()).collect(),
        vins: who.cars.iter().map(|c| c.vin.expose().to_owned()).collect(),
        stores: who.stores.iter().map(|(store, _)| *store).collect(),
    }
}

fn line_rows(who: &NewCustomer, group: GroupId) -> Vec<LineRow> {
    let row = |(rank, line): (i64, &NewLine)| LineRow {
        id: line.id,
        group_id: group,
        customer_id: who.id,
        digits: line.digits.clone(),
        contact_name: line.visitor.clone(),
        contact_role: line.visitor.as_ref().map(|_| ContactRole::Visitor),
        status: if line.usable { PhoneStatus::Unknown } else { PhoneStatus::Wrong },
        best_time: None,
        rank,
        created_at: who.at,
        ended_at: None,
        import_id: None,
    };
    (1_i64..).zip(&who.lines).map(row).collect()
}

fn car_row(car: &NewCar, group: GroupId, at: Millis) -> VehicleRow {
    VehicleRow {
        id: car.id,
        group_id: group,
        vin: Some(car.vin.clone()),
        plate: Some(car.plate.clone()),
        brand: Some(car.brand.into()),
        series: Some(car.series.into()),
        model: Some(car.model.clone()),
        colour: Some(car.colour.into()),
        purchased_on: Some(car.purchased_on),
        mileage_km: Some(car.mileage_km),
        mileage_on: Some(car.mileage_on),
        version: 1,
        created_at: at,
        updated_at: at,
        import_id: None,
    }
}

fn customer_row(who: NewCustomer, group: GroupId) -> CustomerRow {
    CustomerRow {
        id: Id::new(who.id.raw()),
        group_id: group,
        kind: if who.organisation { CustomerKind::Organisation } else { CustomerKind::Person },
        name_key: kernel::name::sort_key(&who.name),
        name: who.name,
        gender: who.gender,
        birthday: who.birthday,
        birthday_kind: who.birthday.map(|_| BirthdayKind::Solar),
        region: who.region,
        channel: None,
        best_time: None,
        source: who.source,
        credit_code: None,
        note: None,
        version: 1,
        created_at: who.at,
        updated_at: who.at,
        opted_out_at: who.opted_out.then_some(who.at),
        import_id: None,
    }
}

/// Once, after everybody was written: what is asked most is put in order.
/// # Errors
/// As the database answers.
pub async fn tidy(to: &mut Load) -> Result<()> {
    search::tidy(to).await
}
