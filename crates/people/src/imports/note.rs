use super::field::Field;
use kernel::phone::mask_raw;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

type Code = Cow<'static, str>;

/// Something about a row that was accepted nevertheless: a value dropped, read with doubt, missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowNote {
    pub field: Field,
    /// `vin.check_digit`, `mileage.number.not_a_number` …: a message key below `import-`.
    pub code: Code,
    /// The number that the message names, never a personal value.
    pub arg: Option<String>,
}

impl RowNote {
    pub(super) fn new(field: Field, code: impl Into<Code>) -> RowNote {
        RowNote { field, code: code.into(), arg: None }
    }

    pub(super) fn with(field: Field, code: impl Into<Code>, arg: u32) -> RowNote {
        RowNote { field, code: code.into(), arg: Some(arg.to_string()) }
    }
}

/// Why a row was rejected. A rejected row carries all its faults at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    pub field: Field,
    pub code: Code,
    pub arg: Option<String>,
    /// What the cell said, cut to 40 characters; phones masked.
    pub shown: String,
    /// What to do about it.
    pub remedy: Remedy,
}

/// Numbers and VINs as every page shows them.
pub(super) fn masked(field: Field, text: String) -> String {
    match field {
        Field::Vin => kernel::vin::mask_raw(&text),
        f if f.is_phone() => mask_raw(&text),
        _ => text,
    }
}

impl RowFault {
    pub(super) fn new(field: Field, code: impl Into<Code>, raw: &str, remedy: Remedy) -> RowFault {
        let short: String = raw.chars().take(40).collect();
        let shown = masked(field, short);
        RowFault { field, code: code.into(), arg: None, shown, remedy }
    }

    pub(super) fn with(mut self, arg: Option<impl ToString>) -> RowFault {
        self.arg = arg.map(|arg| arg.to_string());
        self
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Fill the empty cell in.
    FillIn,
    /// Look the number up and write it in full; format the column as text.
    RetypePhone,
    /// Write the 17 characters as on the vehicle licence.
    RetypeVin,
    RetypePlate,
    /// Write the date as 2026-11-15.
    RetypeDate,
    Shorten,
}

impl Remedy {
    pub fn code(self) -> &'static str {
        match self {
            Remedy::FillIn => "fill_in",
            Remedy::RetypePhone => "retype_phone",
            Remedy::RetypeVin => "retype_vin",
            Remedy::RetypePlate => "retype_plate",
            Remedy::RetypeDate => "retype_date",
            Remedy::Shorten => "shorten",
        }
    }
}
