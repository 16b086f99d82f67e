//! The common vocabulary: values that cannot be wrong and cannot leak. Pure, no IO.

pub mod calendar;
pub mod clock;
pub mod date;
pub mod loose;
pub mod money;
pub mod name;
pub mod phone;
pub mod plate;
pub mod vin;

#[cfg(test)]
mod testdata;
