//! What a row turns out to be, and what somebody should know about it.

use kernel::{CustomerId, PhoneLineId, StoreDate};
use platform::keyed;
use serde::{Deserialize, Serialize};

keyed! {
    pub enum Kind {
        New = "new",
        Changed = "changed",
        Same = "same",
        /// A known order that is now 作废/取消, or an unknown one that already is (then nothing is recorded).
        Cancelled = "cancelled",
    }
}

keyed! {
    /// How the customer was found, in the order in which it is tried.
    pub enum How {
        Code = "code",
        VinPhone = "vin_phone",
        VinName = "vin_name",
        PhoneName = "phone_name",
        /// The row has neither a number nor a known VIN; plate and whole name are those of a known owner.
        PlateName = "plate_name",
        /// No name contradicts.
        Phone = "phone",
        /// The row names nobody: whoever has the car.
        Vin = "vin",
        /// The record was known and nothing about its customer was asked again.
        Known = "known",
        New = "new",
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// `None` in a preview, for somebody who would be new.
    pub customer: Option<CustomerId>,
    pub how: How,
}

/// A remark on a row; `code` is a message key below `import-note-`. The two texts may be personal: staging is erasable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
}

impl Note {
    pub fn bare(code: &str) -> Self {
        Self { code: code.into(), from: String::new(), to: String::new() }
    }
    pub fn turned(code: &str, from: &str, to: &str) -> Self {
        Self { code: code.into(), from: from.into(), to: to.into() }
    }
}

/// Of one row, in the order of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub kind: Kind,
    /// Names of changed columns.
    pub fields: Vec<&'static str>,
    /// Repair order, delivery or customer, where it is known (after applying: always, but for unknown cancelled ones).
    pub subject: Option<i64>,
    /// Its version before this row; a preview keeps it to see whether somebody changed it meanwhile.
    pub seen_version: Option<i64>,
    pub customer: Match,
    pub notes: Vec<Note>,
    /// What follow-up would hear of it; `None` where it hears nothing.
    pub news: Option<News>,
    /// Somebody new resembles somebody known.
    pub alike: bool,
}

/// A visit or delivery as the row leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// `None`: it is not recorded yet.
    pub subject: Option<i64>,
    /// `None`: somebody new.
    pub customer: Option<CustomerId>,
    pub visitor: Option<String>,
    pub line: Option<PhoneLineId>,
    /// Opening of the visit, day of the delivery.
    pub opened_on: StoreDate,
    pub settled_on: Option<StoreDate>,
}

impl Verdict {
    pub(super) fn new(kind: Kind, customer: Match) -> Self {
        Self {
            kind,
            fields: Vec::new(),
            subject: None,
            seen_version: None,
            customer,
            notes: Vec::new(),
            news: None,
            alike: false,
        }
    }
}
