//! What every capability stands on. No business word in here.

pub mod audit;
pub mod config;
pub mod counter;
pub mod db;
pub mod events;
pub mod http;
pub mod i18n;
pub mod jobs;
pub mod notices;
pub mod rulebook;
pub mod secret;
pub mod settings;
pub mod sheets;

pub use inventory;
