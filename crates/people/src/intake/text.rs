//! Values of columns as the journal keeps them, and back.

use kernel::{Fen, Id, Millis, Plate, StoreDate, Vin};

use crate::customers::{BirthdayKind, CustomerKind, Gender};
use crate::vehicles::VisitState;

/// A column that can be written to the journal and restored from it.
pub trait AsText: Sized {
    /// `None` for NULL.
    fn to_text(&self) -> Option<String>;
    /// `None` when the text is not of this type.
    fn from_text(text: Option<&str>) -> Option<Self>;
}

impl<T: AsText> AsText for Option<T> {
    fn to_text(&self) -> Option<String> {
        self.as_ref().and_then(AsText::to_text)
    }
    fn from_text(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(None),
            some => T::from_text(some).map(Some),
        }
    }
}

macro_rules! texts {
    ($($t:ty => |$v:ident| $out:expr, |$s:ident| $back:expr);* $(;)?) => { $(
        impl AsText for $t {
            fn to_text(&self) -> Option<String> { let $v = self; Some($out) }
            fn from_text(text: Option<&str>) -> Option<Self> { let $s = text?; $back }
        }
    )* };
}

texts! {
    String => |v| v.clone(), |s| Some(s.to_owned());
    i64 => |v| v.to_string(), |s| s.parse().ok();
    bool => |v| i64::from(*v).to_string(), |s| Some(s == "1");
    Fen => |v| v.0.to_string(), |s| s.parse().ok().map(Fen);
    Millis => |v| v.0.to_string(), |s| s.parse().ok().map(Millis);
    StoreDate => |v| v.to_string(), |s| s.parse().ok();
    Vin => |v| v.expose().to_owned(), |s| Vin::parse(s).ok();
    Plate => |v| v.as_str().to_owned(), |s| Plate::parse(s).ok();
    VisitState => |v| v.key().to_owned(), |s| VisitState::parse(s);
    CustomerKind => |v| v.key().to_owned(), |s| CustomerKind::parse(s);
    Gender => |v| v.key().to_owned(), |s| Gender::parse(s);
    BirthdayKind => |v| v.key().to_owned(), |s| BirthdayKind::parse(s);
}

impl<K> AsText for Id<K> {
    fn to_text(&self) -> Option<String> {
        Some(self.raw().to_string())
    }
    fn from_text(text: Option<&str>) -> Option<Self> {
        text?.parse().ok()
    }
}

/// Columns of a row by name, for the journal.
pub trait Columns {
    /// `None`: there is no such column.
    fn column(&self, name: &str) -> Option<Option<String>>;
    /// Answers whether the text was of the column's type.
    fn set_column(&mut self, name: &str, text: Option<&str>) -> bool;
}

macro_rules! columns {
    ($row:ty { $($field:ident),* $(,)? }) => {
        impl Columns for $row {
            fn column(&self, name: &str) -> Option<Option<String>> {
                match name {
                    $(stringify!($field) => Some(self.$field.to_text()),)*
                    _ => None,
                }
            }
            fn set_column(&mut self, name: &str, text: Option<&str>) -> bool {
                match name {
                    $(stringify!($field) => match AsText::from_text(text) {
                        Some(value) => { self.$field = value; true }
                        None => false,
                    },)*
                    _ => false,
                }
            }
        }
    };
}

columns!(crate::customers::store::CustomerRow {
    kind,
    name,
    name_key,
    gender,
    birthday,
    birthday_kind,
    region,
    channel,
    best_time,
    source,
    credit_code,
    note,
    updated_at
});
columns!(crate::vehicles::store::VehicleRow {
    vin,
    plate,
    brand,
    series,
    model,
    colour,
    purchased_on,
    mileage_km,
    mileage_on,
    updated_at
});
columns!(crate::vehicles::store::OwnershipRow { from_day, until_day });
columns!(crate::vehicles::store::OrderRow {
    customer_id,
    vehicle_id,
    visitor_name,
    phone_line_id,
    opened_on,
    opened_min,
    settled_on,
    settled_min,
    work_type,
    items,
    mileage_km,
    estimate_fen,
    amount_fen,
    labour_fen,
    parts_fen,
    advisor,
    appointment,
    state,
    content_hash,
    updated_at
});
columns!(crate::vehicles::store::DeliveryRow {
    customer_id,
    phone_line_id,
    consultant,
    price_fen,
    note,
    state,
    content_hash,
    updated_at
});
