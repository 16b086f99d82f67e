//! Reaching customers and answering them: follow-up, cases.
pub mod followup;
