//! All SQL of the customer tables.

mod briefs;
mod duplicates;
mod lines;
mod people;
mod sights;

pub use briefs::*;
pub use duplicates::*;
pub use lines::*;
pub use people::*;
pub use sights::*;
