//! What a customer is made of.

use kernel::{CustomerId, Millis, Phone, PhoneLineId};
use platform::{keyed, row};

keyed! {
    pub enum CustomerKind {
        Person = "person",
        /// A fleet: one contact per visitor, else per fleet contact.
        Organisation = "organisation",
    }
}

keyed! {
    pub enum PhoneStatus {
        Unknown = "unknown",
        Works = "works",
        Wrong = "wrong",
        OutOfService = "out_of_service",
    }
}

impl PhoneStatus {
    /// Worth dialling.
    pub const fn usable(self) -> bool {
        match self {
            Self::Unknown | Self::Works => true,
            Self::Wrong | Self::OutOfService => false,
        }
    }
}

keyed! {
    /// Whose number it is, when not the customer's own.
    pub enum ContactRole {
        /// 送修人 of some visit.
        Visitor = "visitor",
        /// Named contact of an organisation.
        Contact = "contact",
        /// Given in a call, for somebody else.
        Other = "other",
    }
}

keyed! {
    /// Why a store may see a customer.
    pub enum SightWhy {
        Visit = "visit",
        Delivery = "delivery",
        Import = "import",
        Entry = "entry",
        Moved = "moved",
    }
}

keyed! {
    pub enum Gender { Male = "male", Female = "female" }
}

impl From<kernel::loose::Gender> for Gender {
    fn from(gender: kernel::loose::Gender) -> Self {
        match gender {
            kernel::loose::Gender::Male => Self::Male,
            kernel::loose::Gender::Female => Self::Female,
        }
    }
}

keyed! {
    /// The calendar in which a birthday comes back.
    pub enum BirthdayKind { Solar = "solar", Lunar = "lunar" }
}

row! {
    /// One number of a customer that has not ended. Lower rank is tried first.
    #[derive(Clone, Debug)]
    pub struct PhoneLine {
        pub id: PhoneLineId,
        pub customer_id: CustomerId,
        pub phone: Phone,
        pub contact_name: Option<String>,
        pub contact_role: Option<ContactRole>,
        pub status: PhoneStatus,
        pub rank: i64,
        pub best_time: Option<String>,
        pub created_at: Millis,
    }
}

row! {
    /// The file of a customer, without lines and cars. `name` is "" where nobody told it.
    #[derive(Clone)]
    pub struct CustomerFile {
        pub id: CustomerId,
        pub kind: CustomerKind,
        pub name: String,
        pub gender: Option<Gender>,
        pub birthday: Option<kernel::StoreDate>,
        pub birthday_kind: Option<BirthdayKind>,
        pub region: Option<String>,
        pub channel: Option<String>,
        pub best_time: Option<String>,
        pub source: Option<String>,
        pub credit_code: Option<String>,
        pub note: Option<String>,
        pub version: i64,
        pub opted_out_at: Option<Millis>,
    }
}

/// What a page shows at the head of anything about a customer.
#[derive(Clone)]
pub struct CustomerCard {
    pub file: CustomerFile,
    pub lines: Vec<PhoneLine>,
    /// Reasons for "do not call now" at the store worked in.
    pub blocks: Vec<Block>,
}

row! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Block {
        pub customer_id: CustomerId,
        pub reason: String,
        pub subject: i64,
        pub since: Millis,
    }
}

row! {
    /// Somebody who may be the same person.
    #[derive(Clone, Debug)]
    pub struct Twin {
        pub id: CustomerId,
        pub name: String,
        pub phone: Option<Phone>,
        pub why: String,
    }
}
