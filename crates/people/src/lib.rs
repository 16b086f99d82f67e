pub mod identity;
pub mod imports;
