//! All SQL of the customer tables.

mod lines;
mod people;
mod sights;

pub use lines::*;
pub use people::*;
pub use sights::*;
