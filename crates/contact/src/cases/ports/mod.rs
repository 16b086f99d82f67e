//! The few places where cases lean on other capabilities.

mod followup;
mod people;
mod scripts;

pub use followup::{
    About, CallRecorded, CallRevoked, Dialled, Mark, Point, RecallLapsed, SubjectKind, Talk, TaskResult, agent_of,
    cancel_recall, contact_subjects, dial, last_call, move_recall, plan_recall, recalls_stay, subject, supersede,
};
pub use people::{
    CalendarChanged, Counting, Holder, Merge, Parted, Parts, StaffLeft, Stay, StayWhy, block, calendar, customer_names,
    facts, holders, occasions, person, store_card, timeline, unblock, user_names, vehicle_lines,
};
pub use scripts::{Answerable, Labels, answerables, labels};
