//! Contact with customers: what is said, who is called, what comes of it.
pub mod followup;
pub mod scripts;
pub mod today;
