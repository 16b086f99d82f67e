//! From the rows of a dealer system's export to typed drafts, without touching the database.
//!
//! [`Layout::detect`] finds the header and maps the columns; [`Survey`] (first pass) decides the
//! day and month order of each date column; [`Reader`] (second pass) turns each row into a
//! [`Draft`], a rejection with all its faults, a repetition, or a skipped line.

mod build;
mod columns;
mod draft;
mod field;
mod fields;
mod header;
mod note;
mod reader;
mod skip;
mod stored;
mod survey;
mod value;
mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod testsheet;

pub use columns::{Certainty, Column, normal};
pub use draft::{
    BirthdayDraft, CarDraft, ContactDraft, CustomerDraft, DeliveryDraft, Draft, OwnerDraft, RepairOrderDraft,
    VisitorDraft,
};
pub use field::{Field, Kind};
pub use header::{LOOK_AT, Layout, NoHeader};
pub use note::{Remedy, RowFault, RowNote};
pub use reader::{Counts, Outcome, Reader};
pub use skip::Skip;
pub use survey::{DateOrders, Survey};
pub use value::text_of;
pub use words::fields_of;
