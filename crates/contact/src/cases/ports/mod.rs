//! The few places where cases lean on other capabilities; each function names the verb that stands behind it.

mod followup;
mod people;
mod scripts;

pub use followup::{
    CallRecorded, CallRevoked, Dialled, Mark, Point, Talk, cancel_tasks, contact_subjects, dial,
    plan_recall,
};
pub use people::{
    StaffLeft, block, calendar, customer_names, facts, holders, may_handle, person,
    store_card, timeline, unblock, user_names, vehicle_lines,
};
pub use scripts::{Labels, labels};
