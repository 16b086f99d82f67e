//! Keys of facts, and the hash that says whether a row was seen before word for word.

use kernel::{Phone, StoreDate, StoreDateTime, Vin};
use sha2::{Digest as _, Sha256};

use super::input::{CarIn, DeliveryIn, OwnerIn, RepairOrderIn};

/// Store + number; without number store + VIN or plate + opening time. The store stands in its own column.
pub fn order(row: &RepairOrderIn) -> String {
    if let Some(number) = &row.number {
        return format!("n:{}", kernel::loose::half_width(number).trim().to_uppercase());
    }
    let at = row.opened.or(row.settled).map(|at| at.to_string()).unwrap_or_default();
    format!("v:{}|{at}", car(row))
}

fn car(row: &RepairOrderIn) -> String {
    match (&row.car.vin, &row.car.plate) {
        (Some(vin), _) => vin.expose().to_owned(),
        (None, Some(plate)) => plate.as_str().to_owned(),
        // Nothing names the car: the person must do.
        (None, None) => {
            let phones = row.owner.phones.iter().chain(row.visitor.iter().flat_map(|v| &v.phones));
            let name = row.owner.name.as_ref().map_or("", |n| n.expose());
            format!("?{}", short(&[name, phones.map(Phone::expose).next().unwrap_or("")]))
        }
    }
}

/// Store + VIN + date.
pub fn delivery(row: &DeliveryIn) -> String {
    format!("{}|{}", row.car.vin.as_ref().map_or("", |v| v.expose()), row.delivered_on)
}

/// The same of a delivery whose car or day a person corrects.
pub fn of_delivery(vin: &Vin, day: StoreDate) -> String {
    format!("{}|{day}", vin.expose())
}

fn short(parts: &[&str]) -> String {
    let mut h = Hash::new();
    parts.iter().for_each(|p| h.text(Some(p)));
    h.done()[..16].to_owned()
}

struct Hash(Sha256);

impl Hash {
    fn new() -> Self {
        Self(Sha256::new())
    }
    fn text(&mut self, text: Option<&str>) {
        // A missing value is not an empty one.
        match text {
            Some(text) => {
                self.0.update([1]);
                self.0.update(text.as_bytes());
            }
            None => self.0.update([0]),
        }
        self.0.update([0x1f]);
    }
    fn number(&mut self, number: Option<i64>) {
        self.0.update([u8::from(number.is_some())]);
        self.0.update(number.unwrap_or(0).to_le_bytes());
    }
    fn at(&mut self, at: Option<StoreDateTime>) {
        self.text(at.map(|a| a.to_string()).as_deref());
    }
    fn phones(&mut self, phones: &[Phone]) {
        phones.iter().for_each(|p| self.text(Some(p.expose())));
        self.0.update([0x1e]);
    }
    fn owner(&mut self, owner: &OwnerIn, code: Option<&str>) {
        self.text(code);
        self.text(owner.name.as_ref().map(|n| n.expose()));
        self.phones(&owner.phones);
    }
    fn car(&mut self, car: &CarIn) {
        self.text(car.vin.as_ref().map(|v| v.expose()));
        self.text(car.plate.as_ref().map(|p| p.as_str()));
        for text in [&car.brand, &car.series, &car.model, &car.colour] {
            self.text(text.as_deref());
        }
    }
    /// 128 bits as 32 hex digits.
    fn done(self) -> String {
        self.0.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect()
    }
}

pub fn order_hash(row: &RepairOrderIn) -> String {
    let mut h = Hash::new();
    h.at(row.opened);
    h.at(row.settled);
    h.owner(&row.owner, row.customer_code.as_deref());
    h.text(row.visitor.as_ref().map(|v| v.name.expose()));
    h.phones(row.visitor.as_ref().map_or(&[], |v| &v.phones));
    h.car(&row.car);
    h.text(row.work_type.as_deref());
    row.items.iter().for_each(|i| h.text(Some(i)));
    for number in [row.mileage_km, row.estimate.map(|f| f.0), row.amount.map(|f| f.0)] {
        h.number(number);
    }
    for number in [row.labour.map(|f| f.0), row.parts.map(|f| f.0), row.appointment.map(i64::from)] {
        h.number(number);
    }
    h.text(row.advisor.as_deref());
    h.number(Some(i64::from(row.cancelled)));
    h.done()
}

pub fn delivery_hash(row: &DeliveryIn) -> String {
    let mut h = Hash::new();
    h.owner(&row.owner, row.customer_code.as_deref());
    h.car(&row.car);
    h.text(row.consultant.as_deref());
    h.number(row.price.map(|f| f.0));
    h.text(row.note.as_deref());
    h.number(Some(i64::from(row.cancelled)));
    h.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Plate, Vin};

    #[test]
    fn 工单的键() {
        let at: StoreDateTime = StoreDateTime { date: "2026-11-19".parse().expect("date"), time: None };
        let mut row = RepairOrderIn { number: Some(" ｒo26-1 ".into()), opened: Some(at), ..RepairOrderIn::default() };
        assert_eq!(order(&row), "n:RO26-1");
        row.number = None;
        row.car.plate = Some(Plate::parse("川A12345").expect("plate"));
        assert_eq!(order(&row), "v:川A12345|2026-11-19");
        row.car.vin = Some(Vin::parse("LSVNV2182E2103913").expect("vin"));
        assert_eq!(order(&row), "v:LSVNV2182E2103913|2026-11-19");
    }

    #[test]
    fn 一处不同_散列就不同() {
        let a = RepairOrderIn { items: vec!["保养".into()], ..RepairOrderIn::default() };
        let mut b = a.clone();
        assert_eq!(order_hash(&a), order_hash(&b));
        b.items = vec!["保".into(), "养".into()];
        assert_ne!(order_hash(&a), order_hash(&b));
        b = a.clone();
        b.mileage_km = Some(0);
        assert_ne!(order_hash(&a), order_hash(&b));
    }
}
