//! Figures: reads every table, writes none but its own.

pub mod reports;
