//! The story's customers, visits and deliveries as rows that come in.

use std::collections::HashMap;

use kernel::{Fen, PersonName, Phone, Plate, StoreDate, StoreDateTime, StoreTime, Vin};
use people::intake::input::{CarIn, OwnerIn};
use people::intake::{CustomerIn, DeliveryIn, RepairOrderIn, VisitorIn};

use super::story::{Customer, Delivery, Story, Vehicle, Visit, When};

/// Looks up by the keys of the story.
pub struct Facts<'a> {
    pub today: StoreDate,
    customers: HashMap<&'a str, &'a Customer>,
    vehicles: HashMap<&'a str, &'a Vehicle>,
    names: &'a HashMap<String, String>,
}

impl<'a> Facts<'a> {
    pub fn new(story: &'a Story, names: &'a HashMap<String, String>, today: StoreDate) -> Self {
        Self {
            today,
            customers: story.customers.iter().map(|c| (c.key.as_str(), c)).collect(),
            vehicles: story.customers.iter().flat_map(|c| &c.vehicles).map(|v| (v.key.as_str(), v)).collect(),
            names,
        }
    }

    fn moment(&self, when: When) -> StoreDateTime {
        StoreDateTime { date: self.today.days_after(when.day), time: StoreTime::from_minute(when.minute) }
    }

    fn name(&self, key: &str) -> Option<String> {
        self.names.get(key).cloned()
    }

    fn car(vehicle: &Vehicle) -> CarIn {
        CarIn {
            vin: Vin::parse(&vehicle.vin).ok(),
            plate: Plate::parse(&vehicle.plate).ok(),
            brand: Some(vehicle.brand.clone()),
            series: Some(vehicle.series.clone()),
            model: Some(vehicle.model.clone()),
            colour: None,
        }
    }

    fn owner(customer: &Customer) -> OwnerIn {
        OwnerIn {
            name: PersonName::parse(&customer.name).ok(),
            organisation: customer.kind == "fleet",
            phones: customer.phones.iter().filter_map(|p| Phone::parse(&p.number).ok()).collect(),
        }
    }

    /// The customer's file, once per car.
    pub fn customer(&self, customer: &Customer) -> Vec<CustomerIn> {
        let bare = CustomerIn {
            code: Some(customer.number.clone()),
            owner: Self::owner(customer),
            gender: match customer.title.as_deref() {
                Some("先生") => Some(people::customers::Gender::Male),
                Some("女士") => Some(people::customers::Gender::Female),
                Some(_) | None => None,
            },
            region: Some(customer.region.clone()),
            best_time: customer.best_time.clone(),
            ..CustomerIn::default()
        };
        if customer.vehicles.is_empty() {
            return vec![bare];
        }
        let with_car = |v: &Vehicle| CustomerIn {
            car: Some(Self::car(v)),
            purchased_on: Some(self.today.days_after(v.purchase_day)),
            ..bare.clone()
        };
        // A car bought later than a delivery tells comes in with that delivery.
        customer.vehicles.iter().map(with_car).collect()
    }

    pub fn visit(&self, visit: &Visit) -> Option<RepairOrderIn> {
        let customer = self.customers.get(visit.customer.as_str())?;
        let vehicle = self.vehicles.get(visit.vehicle.as_str())?;
        let visitor = visit.visitor.as_ref().and_then(|v| {
            let contact = v.contact.as_ref().and_then(|k| customer.contacts.iter().find(|c| c.key == *k));
            let name = contact.map(|c| c.name.as_str()).or(v.name.as_deref())?;
            let number = contact.and_then(|c| c.phones.first()).map(|p| p.number.as_str()).or(v.phone.as_deref());
            Some(VisitorIn {
                name: PersonName::parse(name).ok()?,
                phones: number.and_then(|n| Phone::parse(n).ok()).into_iter().collect(),
            })
        });
        let work_type = match visit.kind.as_str() {
            "maintenance" => "保养",
            "first_maintenance" => "首保",
            _ => "一般维修",
        };
        Some(RepairOrderIn {
            number: Some(visit.number.clone()),
            opened: Some(self.moment(visit.opened)),
            settled: Some(self.moment(visit.settled)),
            customer_code: Some(customer.number.clone()),
            owner: OwnerIn { phones: Vec::new(), ..Self::owner(customer) },
            visitor,
            car: Self::car(vehicle),
            work_type: Some(work_type.into()),
            items: visit.items.clone(),
            mileage_km: Some(visit.mileage_km),
            estimate: Some(Fen(visit.estimate_fen)),
            amount: Some(Fen(visit.amount_fen)),
            advisor: self.name(&visit.advisor),
            appointment: Some(visit.appointment),
            ..RepairOrderIn::default()
        })
    }

    pub fn delivery(&self, delivery: &Delivery) -> Option<DeliveryIn> {
        let customer = self.customers.get(delivery.customer.as_str())?;
        let vehicle = self.vehicles.get(delivery.vehicle.as_str())?;
        Some(DeliveryIn {
            delivered_on: self.today.days_after(delivery.day),
            customer_code: Some(customer.number.clone()),
            owner: Self::owner(customer),
            car: Self::car(vehicle),
            consultant: self.name(&delivery.consultant),
            price: None,
            note: None,
            cancelled: false,
        })
    }
}
