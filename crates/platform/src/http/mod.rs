//! The HTTP kit.

pub mod assets;
