//! Pages of the customer's file.

pub mod duplicates;
pub mod edit;
pub mod limits;
pub mod list;
pub mod merge;
pub mod phones;
pub mod reach;
pub mod reveal;
pub mod show;
