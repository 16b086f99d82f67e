//! All SQL of follow-up: `task`, `contact`, `attempt`, `attempt_task`, `answer`, `remark`, `late_event`,
//! `skipped_event`, `dial_log`, `booking_wish`, `figure_change`, `reassignment`.

mod attempts;
mod board;
mod bulk;
mod changes;
mod contacts;
mod leases;
mod queue;
mod reassignments;
mod tasks;
mod wishes;

pub use attempts::*;
pub use board::*;
pub use bulk::*;
pub use changes::*;
pub use contacts::*;
pub use leases::*;
pub use queue::*;
pub use reassignments::*;
pub use tasks::*;
pub use wishes::*;
