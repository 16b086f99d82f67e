//! What comes in: typed rows, from an import or from a form. `None` and empty lists say nothing and erase nothing.

use kernel::{Fen, PersonName, Phone, Plate, StoreDate, StoreDateTime, Vin};

use crate::customers::{BirthdayKind, Gender};

/// A car: a VIN, a plate, or both, or neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarIn {
    pub vin: Option<Vin>,
    pub plate: Option<Plate>,
    pub brand: Option<String>,
    pub series: Option<String>,
    pub model: Option<String>,
    pub colour: Option<String>,
}

impl CarIn {
    pub fn is_known(&self) -> bool {
        self.vin.is_some() || self.plate.is_some()
    }
}

/// 客户/车主 with the phones beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnerIn {
    pub name: Option<PersonName>,
    pub organisation: bool,
    pub phones: Vec<Phone>,
}

/// 送修人 with the phones beside it. Named like the owner, it is the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitorIn {
    pub name: PersonName,
    pub phones: Vec<Phone>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairOrderIn {
    pub number: Option<String>,
    /// At least one of the two is there.
    pub opened: Option<StoreDateTime>,
    pub settled: Option<StoreDateTime>,
    /// The customer's number in the store's system.
    pub customer_code: Option<String>,
    pub owner: OwnerIn,
    pub visitor: Option<VisitorIn>,
    pub car: CarIn,
    pub work_type: Option<String>,
    pub items: Vec<String>,
    pub mileage_km: Option<i64>,
    pub estimate: Option<Fen>,
    pub amount: Option<Fen>,
    pub labour: Option<Fen>,
    pub parts: Option<Fen>,
    pub advisor: Option<String>,
    pub appointment: Option<bool>,
    /// 作废, 取消.
    pub cancelled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryIn {
    pub delivered_on: StoreDate,
    pub customer_code: Option<String>,
    pub owner: OwnerIn,
    /// With a VIN; without one the row has no key and is refused.
    pub car: CarIn,
    pub consultant: Option<String>,
    pub price: Option<Fen>,
    pub note: Option<String>,
    pub cancelled: bool,
}

/// 联系人 of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactIn {
    pub name: PersonName,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerIn {
    pub code: Option<String>,
    /// Of an organisation with a contact the phones are the contact's.
    pub owner: OwnerIn,
    pub other_phones: Vec<Phone>,
    pub contact: Option<ContactIn>,
    pub gender: Option<Gender>,
    pub birthday: Option<(StoreDate, BirthdayKind)>,
    pub region: Option<String>,
    pub channel: Option<String>,
    pub best_time: Option<String>,
    pub source: Option<String>,
    pub credit_code: Option<String>,
    pub note: Option<String>,
    pub car: Option<CarIn>,
    pub purchased_on: Option<StoreDate>,
}
