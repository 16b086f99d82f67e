//! Everything a chunk of rows may touch, read with one question per kind of key.

use std::collections::{HashMap, HashSet};

use kernel::{CustomerId, GroupId, Result, StoreId, VehicleId};
use platform::db::Sql;

use super::Incoming;
use crate::customers::store::{self as people, CustomerRow, LineRow};
use crate::vehicles::store::{self as garage, DeliveryRow, OrderRow, OwnershipRow, VehicleRow};

/// The known world of a chunk; rows that were made meanwhile are put in, so that later rows meet them.
#[derive(Default)]
pub struct Known {
    pub customers: HashMap<CustomerId, CustomerRow>,
    /// All lines of a customer, ended ones too.
    pub lines: HashMap<CustomerId, Vec<LineRow>>,
    pub by_digits: HashMap<String, Vec<CustomerId>>,
    pub codes: HashMap<String, CustomerId>,
    /// Organisations by exact name.
    pub namesakes: HashMap<String, Vec<CustomerId>>,
    /// Customers the store sees.
    pub here: HashSet<CustomerId>,
    pub cars: HashMap<VehicleId, VehicleRow>,
    pub by_vin: HashMap<String, VehicleId>,
    pub by_plate: HashMap<String, Vec<VehicleId>>,
    /// In order of time.
    pub spans: HashMap<VehicleId, Vec<OwnershipRow>>,
    pub orders: HashMap<String, OrderRow>,
    pub deliveries: HashMap<String, DeliveryRow>,
}

/// What rows say about people and cars, as keys to look up.
#[derive(Default)]
pub struct Wanted {
    pub codes: HashSet<String>,
    pub digits: HashSet<String>,
    pub vins: HashSet<String>,
    pub plates: HashSet<String>,
    pub organisations: HashSet<String>,
    pub customers: HashSet<CustomerId>,
    pub cars: HashSet<VehicleId>,
}

fn list<T>(set: HashSet<T>) -> Vec<T> {
    set.into_iter().collect()
}

impl Known {
    /// # Errors
    /// As the database answers.
    pub async fn load<T: Incoming>(
        &mut self,
        q: &mut impl Sql,
        group: GroupId,
        store: StoreId,
        pinned: Option<CustomerId>,
        rows: &[T],
    ) -> Result<()> {
        T::load_records(self, q, group, store, rows).await?;
        let mut wanted = Wanted { customers: pinned.into_iter().collect(), ..Wanted::default() };
        for row in rows.iter().filter(|r| !r.is_same(self)) {
            row.ask(self, &mut wanted);
        }
        self.load_cars(q, group, &mut wanted).await?;
        self.load_people(q, group, store, wanted).await
    }

    async fn load_cars(&mut self, q: &mut impl Sql, group: GroupId, wanted: &mut Wanted) -> Result<()> {
        let mut cars = Vec::new();
        if !wanted.vins.is_empty() {
            cars.extend(garage::cars_by_vin(q, group, &list(std::mem::take(&mut wanted.vins))).await?);
        }
        if !wanted.plates.is_empty() {
            cars.extend(garage::cars_by_plate(q, group, &list(std::mem::take(&mut wanted.plates))).await?);
        }
        let missing: Vec<VehicleId> =
            wanted.cars.iter().copied().filter(|id| cars.iter().all(|c: &VehicleRow| c.id != *id)).collect();
        if !missing.is_empty() {
            cars.extend(garage::cars(q, group, &missing).await?);
        }
        let fresh: Vec<VehicleId> = cars.iter().map(|c| c.id).filter(|id| !self.cars.contains_key(id)).collect();
        for car in cars {
            self.put_car(car);
        }
        if !fresh.is_empty() {
            for span in garage::ownerships(q, group, &fresh).await? {
                if span.until_day.is_none() {
                    wanted.customers.insert(span.customer_id);
                }
                self.spans.entry(span.vehicle_id).or_default().push(span);
            }
        }
        Ok(())
    }

    async fn load_people(&mut self, q: &mut impl Sql, group: GroupId, store: StoreId, wanted: Wanted) -> Result<()> {
        let mut ids = wanted.customers;
        if !wanted.codes.is_empty() {
            for (code, id) in people::codes(q, group, store, &list(wanted.codes)).await? {
                self.codes.entry(code).or_insert(id);
                ids.insert(id);
            }
        }
        let mut lines = Vec::new();
        if !wanted.digits.is_empty() {
            lines = people::lines_beside(q, group, &list(wanted.digits)).await?;
        }
        let mut with_lines: HashSet<CustomerId> = lines.iter().map(|l| l.customer_id).collect();
        let without: Vec<CustomerId> = ids.iter().copied().filter(|id| !with_lines.contains(id)).collect();
        if !without.is_empty() {
            lines.extend(people::lines_of_many(q, group, &without).await?);
        }
        with_lines.extend(ids);
        let fresh: Vec<CustomerId> = with_lines.into_iter().filter(|id| !self.customers.contains_key(id)).collect();
        if !fresh.is_empty() {
            let new: HashSet<CustomerId> = fresh.iter().copied().collect();
            lines.into_iter().filter(|l| new.contains(&l.customer_id)).for_each(|l| self.put_line(l));
            for row in people::rows(q, group, &fresh).await? {
                self.customers.insert(row.id, row);
            }
            self.here.extend(people::sights(q, group, store, &fresh).await?);
        }
        if !wanted.organisations.is_empty() {
            for (name, id) in people::namesakes(q, group, &list(wanted.organisations)).await? {
                self.put_namesake(name, id);
            }
        }
        Ok(())
    }

    pub fn put_car(&mut self, car: VehicleRow) {
        if let Some(vin) = &car.vin {
            self.by_vin.insert(vin.expose().to_owned(), car.id);
        }
        if let Some(plate) = &car.plate {
            let beside = self.by_plate.entry(plate.as_str().to_owned()).or_default();
            if !beside.contains(&car.id) {
                beside.push(car.id);
            }
        }
        self.cars.entry(car.id).or_insert(car);
    }

    pub fn put_line(&mut self, line: LineRow) {
        let holders = self.by_digits.entry(line.digits.clone()).or_default();
        if !holders.contains(&line.customer_id) {
            holders.push(line.customer_id);
        }
        self.lines.entry(line.customer_id).or_default().push(line);
    }

    pub fn put_namesake(&mut self, name: String, id: CustomerId) {
        let all = self.namesakes.entry(name).or_default();
        if !all.contains(&id) {
            all.push(id);
        }
    }

    /// Whoever has the car now.
    pub fn owner_of(&self, car: VehicleId) -> Option<&OwnershipRow> {
        self.spans.get(&car)?.iter().rev().find(|o| o.until_day.is_none())
    }
}
