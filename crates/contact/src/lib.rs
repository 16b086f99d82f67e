//! Reaching customers and answering them.

pub mod cases;
pub mod followup;
