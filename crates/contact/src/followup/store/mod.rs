//! All SQL of follow-up: `task`, `contact`, `attempt`, `attempt_task`, `answer`, `remark`, `late_event`,
//! `skipped_event`, `dial_log`, `booking_wish`.

mod attempts;
mod board;
mod contacts;
mod leases;
mod queue;
mod tasks;
mod wishes;

pub use attempts::*;
pub use board::*;
pub use contacts::*;
pub use leases::*;
pub use queue::*;
pub use tasks::*;
pub use wishes::*;
