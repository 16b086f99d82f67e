//! The common vocabulary: values that cannot be wrong and cannot leak. Pure, no input or output.

pub mod calendar;
pub mod clock;
pub mod date;
pub mod id;
pub mod loose;
pub mod money;
pub mod name;
pub mod phone;
pub mod plate;
pub mod problem;
pub mod scope;
pub mod vin;

#[cfg(test)]
mod garbage;
#[cfg(test)]
mod testdata;

pub use calendar::{ClockUnit, Day, Span, WorkCalendar};
pub use clock::{Clock, Millis};
pub use date::{HalfDay, StoreDate, StoreDateTime, StoreTime};
pub use id::*;
pub use money::{Fen, Permille, Points};
pub use name::PersonName;
pub use phone::Phone;
pub use plate::Plate;
pub use problem::{FieldError, FieldErrors, Problem, Result};
pub use scope::{Cap, Department, Post, Reach, Scope, Stores};
pub use vin::Vin;
