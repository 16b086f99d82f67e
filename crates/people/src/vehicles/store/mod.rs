//! All SQL of the tables of cars and their visits.

mod briefs;
mod cars;
mod deliveries;
mod facts;
mod orders;

pub use briefs::*;
pub use cars::*;
pub use deliveries::*;
pub use facts::*;
pub use orders::*;
