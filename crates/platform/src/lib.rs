//! No business word: what every capability stands on.

pub mod http;
