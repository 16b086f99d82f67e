use serde::{Deserialize, Serialize};

/// One cell as it stands in the file; what it means is decided by whoever maps the columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    Empty,
    /// At most 32,767 characters (the bound of spreadsheets themselves). Everything in a csv is text.
    Text(String),
    Number(f64),
    Bool(bool),
    /// ISO, local, to the second: `2026-11-15T08:41:00`. A time without a day is `Text("08:41:00")`.
    DateTime(String),
    /// `#N/A`, `#REF!` and their like.
    Error(String),
}

/// A row that holds something. Rows without content are left out, so `index` may jump.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SheetRow {
    /// 1-based, as the spreadsheet program shows it.
    pub index: u32,
    /// From column A; nothing empty at the end; at most [`super::Limits::columns`].
    pub cells: Vec<Cell>,
}
