//! Reaching customers and answering them.

pub mod cases;
