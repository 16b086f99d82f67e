//! Spreadsheets in (xlsx, xlsm, xlsb, xls, ods, csv, tsv, and the html tables that dealer systems call xls) and out
//! (xlsx, csv).
//!
//! A stranger's file is read by [`read_in_child`] or [`ChildReader`]: the same binary as a child that limits itself
//! first ([`child_main`]). [`parse`] is what runs inside. Nothing here knows what a column means.

mod bounds;
mod cell;
mod child;
mod csv_text;
mod encoding;
mod event;
mod fault;
mod frames;
mod legacy;
mod limits;
mod markup;
mod merges;
mod parent;
mod read;
mod sink;
mod sniff;
mod tags;
mod values;
mod write;
mod xlsx;

pub use cell::{Cell, SheetRow};
pub use child::{SUBCOMMAND, child_main};
pub use event::{Event, Format, Merged, Summary};
pub use fault::{Bound, SheetFault};
pub use limits::Limits;
pub use parent::{Block, ChildReader, read_in_child};
pub use read::parse;
pub use write::{Column, CsvWriter, Shape, SheetFile, WriteFault, XlsxWriter, neutral};
