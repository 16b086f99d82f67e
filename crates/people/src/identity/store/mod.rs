//! All SQL of identity.

pub mod agents;
pub mod calendar;
pub mod link;
pub mod org;
pub mod role;
pub mod session;
pub mod throttle;
pub mod user;
