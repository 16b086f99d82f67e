//! Bad news travels (A7.3, B8.4e, C3, D22.2): a bad answer becomes a case in the transaction of the answer, a named
//! person contacts the customer within 24 hours, records the result, and an agent re-calls within three days; an
//! unsatisfied customer opens the case again.
//!
//! Kinds, fields, sentences and clocks are data: [`KindBook`] and [`ClockBook`].

mod assign;
pub mod bulk;
mod by_hand;
mod cause;
mod classify;
mod clocks;
mod handle;
mod jobs;
mod kinds;
mod list;
mod merge;
mod model;
mod news;
mod open;
mod pages;
mod plan;
mod ports;
mod recalendar;
mod recall;
mod record;
mod sentence;
mod store;
mod told;

#[cfg(test)]
mod tests;

pub use assign::{assign, candidates, may_assign, take};
pub use by_hand::{NewCase, open_by_hand};
pub use classify::{ClassForm, reclassify};
pub use clocks::{Clock, ClockBook, ClockKey, EndOfDay, Unit, WhenClosed};
pub use handle::{
    ResultForm, contact, decide, dial, escalate, fill, give_up, note, read, recall_again, reopen, resolve,
};
pub use jobs::{all as jobs, workers};
pub use kinds::{Class, Field, FieldOption, FieldType, Kind, KindBook, QuestionRule, Remarks, Source, Values};
pub use list::{After, Filter, heaps, of_attempt, of_customer, page};
pub use model::{CauseKind, Left, RecallEnd, StateKey, StepKind, Verdict};
pub use news::{kind_word, news};
pub use open::on_call;
pub use pages::{CaseLine, call_fields, call_recall, customer_cases, kind_lines, open_button, routes, today_cases};
pub use ports::Dialled;
pub use recalendar::{on_calendar_changed, recalendar};
pub use recall::{on_recall_lapsed, on_revoked, on_staff_left};
pub use record::CaseMoved;
pub use sentence::{Piece, sentence};
pub use store::{CaseRow, Heaps};
