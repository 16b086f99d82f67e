//! Contact with customers: what is said, who is called, what comes of it.

pub mod cases;
mod editing;
pub mod followup;
mod recalendar;
pub mod scripts;
pub mod today;
