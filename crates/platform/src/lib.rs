//! What every capability stands on. No business word in here.
pub mod db;
pub mod events;

pub use inventory;
