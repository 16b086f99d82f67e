//! The leaf: everything below is wired together here.

pub mod cli;
mod console;
pub mod demo;
pub mod health;
pub mod pages;
pub mod server;
pub mod wiring;
