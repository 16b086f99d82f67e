
pub mod identity;
