//! The car of a row: found or made, filled in, and who has it.

use kernel::{CustomerId, StoreDate, VehicleId};

use super::changes::Entity;
use super::input::CarIn;
use super::ledger::Ledger;
use super::verdict::{Note, Verdict};
use crate::vehicles::OwnershipWhy;
use crate::vehicles::store::{OwnershipRow, VehicleRow};

/// What a visit says about its car beyond its papers.
#[derive(Clone, Copy, Default)]
pub struct CarNews {
    pub day: Option<StoreDate>,
    pub mileage_km: Option<i64>,
    pub purchased_on: Option<StoreDate>,
}

/// A known car, and whether its VIN led to it.
#[derive(Clone, Copy)]
pub struct FoundCar {
    pub id: VehicleId,
    pub by_vin: bool,
}

impl Ledger<'_> {
    /// The known car of this VIN; without a VIN that of the plate; a car known only by its plate takes on the VIN.
    pub fn find_car(&self, car: &CarIn) -> Option<FoundCar> {
        if let Some(id) = car.vin.as_ref().and_then(|v| self.known.by_vin.get(v.expose())) {
            return Some(FoundCar { id: *id, by_vin: true });
        }
        self.car_of_plate(car).map(|id| FoundCar { id, by_vin: false })
    }

    /// A car known by its plate alone takes on the row's VIN only where it is the same person's: plates go on.
    pub fn same_car(&self, found: Option<FoundCar>, car: &CarIn, customer: CustomerId) -> Option<VehicleId> {
        let found = found?;
        let others = self.known.owner_of(found.id).is_some_and(|o| o.customer_id != customer);
        (found.by_vin || car.vin.is_none() || !others).then_some(found.id)
    }

    fn car_of_plate(&self, car: &CarIn) -> Option<VehicleId> {
        let beside = self.known.by_plate.get(car.plate.as_ref()?.as_str())?;
        let of = |id: &&VehicleId| self.known.cars.get(*id);
        if car.vin.is_some() {
            return beside.iter().find(|id| of(id).is_some_and(|c| c.vin.is_none())).copied();
        }
        // A plate that moved to another car: the one that carries it now, the latest.
        beside.iter().filter(|id| of(id).is_some_and(|c| c.plate == car.plate)).max().copied()
    }

    /// Makes the car or fills in what it lacks. `None` when the row names no car.
    pub fn settle_car(
        &mut self,
        row: usize,
        found: Option<VehicleId>,
        car: &CarIn,
        news: CarNews,
        verdict: &mut Verdict,
    ) -> Option<VehicleId> {
        match found {
            Some(id) => {
                self.fill_car(row, id, car, news, verdict);
                Some(id)
            }
            None if car.is_known() => Some(self.new_car(row, car, news)),
            None => None,
        }
    }

    fn new_car(&mut self, row: usize, car: &CarIn, news: CarNews) -> VehicleId {
        let id: VehicleId = self.new_id();
        self.known.put_car(VehicleRow {
            id,
            group_id: self.group,
            vin: car.vin.clone(),
            plate: car.plate.clone(),
            brand: car.brand.clone(),
            series: car.series.clone(),
            model: car.model.clone(),
            colour: car.colour.clone(),
            purchased_on: news.purchased_on,
            mileage_km: news.mileage_km,
            mileage_on: news.mileage_km.and(news.day),
            version: 1,
            created_at: self.now,
            updated_at: self.now,
            import_id: self.import,
        });
        self.made.new_cars.push(id);
        self.made.new_car_set.insert(id);
        self.made.created(row, Entity::Vehicle, id.raw());
        id
    }

    fn fill_car(&mut self, row: usize, id: VehicleId, car: &CarIn, news: CarNews, verdict: &mut Verdict) {
        let new = self.made.new_car_set.contains(&id);
        let Some(known) = self.known.cars.get_mut(&id) else { return };
        let at = (row, Entity::Vehicle, id.raw());
        let made = &mut self.made;
        let mut turned = false;
        let mut findable = false;
        if known.vin.is_none() && car.vin.is_some() {
            findable |= Self::turn(made, at, "vin", &mut known.vin, car.vin.clone());
        }
        let recent = news.day.is_none_or(|d| known.mileage_on.is_none_or(|m| m <= d));
        if let Some(plate) = &car.plate {
            match &known.plate {
                Some(old) if old != plate && recent => {
                    verdict.notes.push(Note::turned("plate-changed", old.as_str(), plate.as_str()));
                    findable |= Self::turn(made, at, "plate", &mut known.plate, Some(plate.clone()));
                }
                Some(_) => {}
                None => findable |= Self::turn(made, at, "plate", &mut known.plate, Some(plate.clone())),
            }
        }
        for (field, slot, value) in [
            ("brand", &mut known.brand, &car.brand),
            ("series", &mut known.series, &car.series),
            ("model", &mut known.model, &car.model),
            ("colour", &mut known.colour, &car.colour),
        ] {
            if slot.is_none() && value.is_some() {
                turned |= Self::turn(made, at, field, slot, value.clone());
            }
        }
        if known.purchased_on.is_none() && news.purchased_on.is_some() {
            turned |= Self::turn(made, at, "purchased_on", &mut known.purchased_on, news.purchased_on);
        }
        if let (Some(km), Some(day), true) = (news.mileage_km, news.day, recent) {
            if known.mileage_km.is_some_and(|old| km < old) {
                let old = known.mileage_km.map_or_else(String::new, |k| k.to_string());
                verdict.notes.push(Note::turned("mileage-back", &old, &km.to_string()));
            }
            turned |= Self::turn(made, at, "mileage_km", &mut known.mileage_km, Some(km));
            turned |= Self::turn(made, at, "mileage_on", &mut known.mileage_on, Some(day));
        }
        if (turned || findable) && !new {
            Self::turn(made, at, "updated_at", &mut known.updated_at, self.now);
            if made.changed_cars.insert(id) {
                known.version += 1;
            }
        }
        if findable {
            let car = known.clone();
            self.known.put_car(car);
            if let Some(owner) = self.known.owner_of(id).map(|o| o.customer_id) {
                self.made.retoken.insert(owner);
            }
        }
    }

    /// A visit shows who drives; it makes an owner only where there is none.
    pub fn visit_owner(
        &mut self,
        row: usize,
        car: VehicleId,
        customer: CustomerId,
        day: StoreDate,
        why: OwnershipWhy,
        verdict: &mut Verdict,
    ) {
        let owner = self.known.owner_of(car).map(|o| o.customer_id);
        match owner {
            None => self.new_span(row, car, customer, day, None, why),
            Some(other) if other != customer => {
                let name = |id: &CustomerId| self.known.customers.get(id).map_or("", |c| c.name.as_str());
                let (from, to) = (name(&other), name(&customer));
                if !verdict.notes.iter().any(|n| n.code == "owner-changed") {
                    verdict.notes.push(Note::turned("car-owner-differs", from, to));
                }
            }
            Some(_) => {}
        }
    }

    /// A delivery hands the car over: whoever had it, has it no longer; an older one is put before.
    pub fn delivery_owner(&mut self, row: usize, car: VehicleId, customer: CustomerId, day: StoreDate) {
        let open = self.known.owner_of(car).cloned();
        match open {
            None => {
                let next =
                    self.known.spans.get(&car).and_then(|s| s.iter().map(|o| o.from_day).filter(|d| *d > day).min());
                self.new_span(row, car, customer, day, next, OwnershipWhy::Delivery);
            }
            Some(span) if span.customer_id == customer => {
                if day < span.from_day {
                    self.turn_span(row, span.id, car, |s| s.from_day = day);
                }
            }
            Some(span) if day >= span.from_day => {
                self.turn_span(row, span.id, car, |s| s.until_day = Some(day));
                self.new_span(row, car, customer, day, None, OwnershipWhy::Delivery);
                self.made.retoken.insert(span.customer_id);
            }
            Some(span) => {
                let told = self.known.spans.get(&car).is_some_and(|all| {
                    all.iter().any(|o| o.customer_id == customer && o.from_day <= day && o.until_day.is_some())
                });
                if !told {
                    self.new_span(row, car, customer, day, Some(span.from_day), OwnershipWhy::Delivery);
                }
            }
        }
    }

    fn new_span(
        &mut self,
        row: usize,
        car: VehicleId,
        customer: CustomerId,
        from_day: StoreDate,
        until_day: Option<StoreDate>,
        why: OwnershipWhy,
    ) {
        let span = OwnershipRow {
            id: (self.mint)(),
            group_id: self.group,
            vehicle_id: car,
            customer_id: customer,
            from_day,
            until_day,
            why,
            import_id: self.import,
        };
        // What came with a new car in the same row goes with it.
        if !self
            .made
            .journal
            .iter()
            .rev()
            .take_while(|c| c.row == row)
            .any(|c| c.entity == Entity::Vehicle && c.id == car.raw())
        {
            self.made.created(row, Entity::Ownership, span.id);
        }
        if !self.is_new(customer) {
            self.made.retoken.insert(customer);
        }
        self.made.spans.insert(span.id, span.clone());
        let all = self.known.spans.entry(car).or_default();
        all.push(span);
        all.sort_by_key(|o| (o.from_day, o.id));
    }

    fn turn_span(&mut self, row: usize, id: i64, car: VehicleId, change: impl FnOnce(&mut OwnershipRow)) {
        let Some(span) = self.known.spans.get_mut(&car).and_then(|all| all.iter_mut().find(|o| o.id == id)) else {
            return;
        };
        let before = span.clone();
        change(span);
        let text = |d: Option<StoreDate>| d.map(|d| d.to_string());
        if before.from_day != span.from_day {
            let (a, b) = (text(Some(before.from_day)), text(Some(span.from_day)));
            self.made.changed(row, Entity::Ownership, id, "from_day", a, b);
        }
        if before.until_day != span.until_day {
            self.made.changed(row, Entity::Ownership, id, "until_day", text(before.until_day), text(span.until_day));
        }
        self.made.spans.insert(id, span.clone());
    }
}
