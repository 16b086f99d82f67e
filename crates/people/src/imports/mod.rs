//! From the rows of a dealer system's export to typed drafts, and from drafts to facts.
//!
//! [`Layout::detect`] finds the header and maps the columns; [`Survey`] (first pass) decides the
//! day and month order of each date column; [`Reader`] (second pass) turns each row into a
//! [`Draft`], a rejection with all its faults, a repetition, or a skipped line. None of these touches the database.
//!
//! A file goes uploaded → parsing → asking or previewed → applying → applied → undoing → undone ([`State`]). Rows wait
//! in a staging table; [`apply_next_chunk`] writes them chunk by chunk through [`crate::intake`], each chunk with its
//! facts, tasks, events and marks in one transaction, so that a kill loses nothing and repeats nothing.

mod apply;
mod build;
mod classify;
mod cli;
mod cli_out;
mod columns;
mod convert;
mod counts;
mod draft;
mod field;
mod fields;
mod header;
mod hooks;
mod jobs;
mod look;
mod note;
mod pace;
mod pages;
mod parse;
mod plan;
mod raw;
mod reader;
mod said;
mod sheets_out;
mod skip;
mod stage;
mod state;
mod store;
mod stored;
mod survey;
mod texts;
mod undo;
mod value;
mod verbs;
mod words;
mod workshop;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod testsheet;

pub use apply::apply_next_chunk;
pub use cli::{CliFault, CliImport, CliReport, RejectedLine, Told, cli};
pub use cli_out::{command, failure};
pub use columns::{Certainty, Column, normal};
pub use counts::{Done, Tally};
pub use draft::{
    BirthdayDraft, CarDraft, ContactDraft, CustomerDraft, DeliveryDraft, Draft, OwnerDraft, RepairOrderDraft,
    VisitorDraft,
};
pub use field::{Field, Kind};
pub use header::{LOOK_AT, Layout, NoHeader};
pub use hooks::{ImportHooks, Outlook, wire};
pub use jobs::{jobs, resume, workers};
pub use note::{Remedy, RowFault, RowNote};
pub use pace::Pace;
pub use pages::{nav, routes};
pub use parse::parse;
pub use plan::{Choices, Plan, Question, SheetPlan};
pub use reader::{Counts, Outcome, Reader};
pub use said::{Kept, RowSaid};
pub use skip::Skip;
pub use state::{RowState, RowVerdict, State};
pub use survey::{DateOrders, Survey};
pub use undo::undo_next_chunk;
pub use value::text_of;
pub use verbs::{Correction, NewFile, UNDO_FOR, bring, cancel, confirm, correct, find, forget, list, retry, undo};
pub use words::fields_of;
pub use workshop::{Progress, Workshop};
