//! Tests on both databases, and tables of what is pure.

mod attempts;
mod bundles;
mod foreseen;
mod handing;
mod leases;
mod lost;
mod outcome_table;
mod planned;
mod rulebooks;
pub(crate) mod shop;
mod spacing;
mod volume;
mod windows;
