//! Groups, stores, people, what they may do, and how they prove who they are.
//!
//! An installation holds one or more groups, strictly separate: every query names the group. Roles are lists of
//! capability × reach ([`role`]), held at a store, in a region or in the whole group ([`post`]); at sign-in they
//! are compiled and kept on the session row, and any change of them ends the session.

pub mod agents;
pub mod calendar;
pub mod console;
mod first_steps;
pub mod hand_out;
pub mod holidays;
mod jobs;
pub mod link;
pub mod org;
pub(crate) mod pages;
pub mod password;
pub mod post;
pub mod preferences;
pub mod role;
pub mod roles;
mod routes;
pub mod session;
pub mod setup;
pub mod sign_in;
pub mod staff;
mod store;
pub mod successor;
#[cfg(test)]
mod tests;
pub mod throttle;
mod upkeep;

pub use agents::{Agent, agents, holders, set_share, staff_of, user_names};
pub use calendar::CalendarChanged;
pub use first_steps::{Doers, FirstSteps, doers, first_steps};
pub use org::{StoreCard, group_card, groups, store_card, stores_of};
pub use routes::{nav, routes};
pub use session::load_session;
pub use setup::{found_group, group_link, setup_link};
pub use staff::StaffLeft;
pub use upkeep::{Upkeep, upkeep};

/// Repeating work.
pub fn jobs() -> Vec<platform::jobs::Every> {
    vec![platform::jobs::Every { kind: "identity-sweep", minutes: 60, run: |app, now| Box::pin(jobs::sweep(app, now)) }]
}
