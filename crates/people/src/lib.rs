//! The people and their cars: who they are, what happened to them, and how they come in.

pub mod bulk;
pub mod customers;
pub mod identity;
pub mod imports;
pub mod intake;
pub mod search;
pub mod timeline;
pub mod vehicles;
