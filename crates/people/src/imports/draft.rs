use super::stored;
use kernel::loose::Gender;
use kernel::{Fen, PersonName, Phone, Plate, StoreDate, StoreDateTime, Vin};
use serde::{Deserialize, Serialize};

/// The car of a row: a VIN, a plate, or both. `Debug` is masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarDraft {
    #[serde(with = "stored::maybe")]
    pub vin: Option<Vin>,
    #[serde(with = "stored::maybe")]
    pub plate: Option<Plate>,
    pub brand: Option<String>,
    pub series: Option<String>,
    pub model: Option<String>,
    pub colour: Option<String>,
}

/// 送修人, where it is not the owner: a contact of that visit with the phones beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorDraft {
    #[serde(with = "stored::one")]
    pub name: PersonName,
    #[serde(with = "stored::list")]
    pub phones: Vec<Phone>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerDraft {
    #[serde(with = "stored::one")]
    pub name: PersonName,
    pub organisation: bool,
    #[serde(with = "stored::list")]
    pub phones: Vec<Phone>,
}

/// One line of a list of repair orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairOrderDraft {
    /// As written; the store it means is chosen code by code.
    pub store_code: Option<String>,
    pub number: Option<String>,
    /// At least one of the two is there.
    pub opened_at: Option<StoreDateTime>,
    pub settled_at: Option<StoreDateTime>,
    pub work_type: Option<String>,
    pub owner: OwnerDraft,
    pub visitor: Option<VisitorDraft>,
    pub car: CarDraft,
    pub mileage_km: Option<i64>,
    pub estimate: Option<Fen>,
    pub amount: Option<Fen>,
    pub labour: Option<Fen>,
    pub parts: Option<Fen>,
    pub advisor: Option<String>,
    /// Split at 、 ; and line ends.
    pub items: Vec<String>,
    pub appointment: Option<bool>,
    /// 作废, 取消: ends unstarted tasks.
    pub cancelled: bool,
    pub status: Option<String>,
    pub note: Option<String>,
}

impl RepairOrderDraft {
    /// 3DC counts from the settlement, else from the opening.
    pub fn event_date(&self) -> Option<StoreDate> {
        self.settled_at.or(self.opened_at).map(|at| at.date)
    }

    /// Unique in a store: the number, without it VIN or plate with the opening time.
    pub fn key(&self) -> String {
        let store = self.store_code.as_deref().unwrap_or("");
        match &self.number {
            Some(number) => format!("{store}\u{1f}{number}"),
            None => {
                let at = self.opened_at.or(self.settled_at).map(|at| at.to_string()).unwrap_or_default();
                format!("{store}\u{1f}\u{1f}{}\u{1f}{at}", self.car.identity())
            }
        }
    }
}

/// One line of a list of deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryDraft {
    pub store_code: Option<String>,
    pub delivered_on: StoreDate,
    pub customer_code: Option<String>,
    pub owner: OwnerDraft,
    /// The VIN is always there.
    pub car: CarDraft,
    pub consultant: Option<String>,
    pub price: Option<Fen>,
    pub source: Option<String>,
    pub note: Option<String>,
}

impl DeliveryDraft {
    /// Unique in a store: VIN and date.
    pub fn key(&self) -> String {
        format!("{}\u{1f}{}\u{1f}{}", self.store_code.as_deref().unwrap_or(""), self.car.identity(), self.delivered_on)
    }
}

/// A date that comes back every year, in one of two calendars.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthdayDraft {
    pub date: StoreDate,
    /// 农历: year, month and day are those of the lunar calendar.
    pub lunar: bool,
}

/// 联系人 of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDraft {
    #[serde(with = "stored::one")]
    pub name: PersonName,
    pub role: Option<String>,
}

/// One line of a customer file. A customer with two cars stands in two lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerDraft {
    pub store_code: Option<String>,
    pub code: Option<String>,
    /// Of an organisation the phones are its contact's.
    pub owner: OwnerDraft,
    #[serde(with = "stored::list")]
    pub other_phones: Vec<Phone>,
    pub gender: Option<Gender>,
    pub birthday: Option<BirthdayDraft>,
    pub region: Option<String>,
    pub preferred_channel: Option<String>,
    pub preferred_time: Option<String>,
    pub car: Option<CarDraft>,
    pub purchased_on: Option<StoreDate>,
    pub source: Option<String>,
    pub credit_code: Option<String>,
    pub contact: Option<ContactDraft>,
    pub fleet_size: Option<i64>,
    pub note: Option<String>,
}

impl CustomerDraft {
    /// Customer number (else name and phone) and car.
    pub fn key(&self) -> String {
        let car = self.car.as_ref().map(CarDraft::identity).unwrap_or_default();
        match &self.code {
            Some(code) => format!("{code}\u{1f}{car}"),
            None => {
                let phone = self.owner.phones.first().map_or("", |phone| phone.expose());
                format!("\u{1f}{}\u{1f}{phone}\u{1f}{car}", self.owner.name.expose())
            }
        }
    }
}

impl CarDraft {
    pub(super) fn identity(&self) -> String {
        match (&self.vin, &self.plate) {
            (Some(vin), _) => vin.expose().to_owned(),
            (None, Some(plate)) => plate.as_str().to_owned(),
            (None, None) => String::new(),
        }
    }
}

/// What a row of the chosen kind became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Draft {
    RepairOrder(Box<RepairOrderDraft>),
    Delivery(Box<DeliveryDraft>),
    Customer(Box<CustomerDraft>),
}

impl Draft {
    /// The same record in a later line has the same key. Holds personal values: hash it.
    pub fn key(&self) -> String {
        match self {
            Draft::RepairOrder(draft) => draft.key(),
            Draft::Delivery(draft) => draft.key(),
            Draft::Customer(draft) => draft.key(),
        }
    }

    /// The text that waits in the erasable staging table, and nowhere else.
    pub fn to_staging(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn from_staging(text: &str) -> Option<Draft> {
        serde_json::from_str(text).ok()
    }
}
