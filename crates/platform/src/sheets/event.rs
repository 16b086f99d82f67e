use super::SheetRow;
use serde::{Deserialize, Serialize};

/// What the reader tells, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The rows that follow belong to this sheet.
    Sheet {
        /// 0-based, counting only sheets that can hold rows.
        index: u32,
        name: String,
        hidden: bool,
        /// Known for xlsx, xls and html; empty for ods, xlsb and text.
        merged: Vec<Merged>,
        /// Days count from 1904; dates are already converted, plain numbers that mean dates are not.
        epoch1904: bool,
    },
    Row(SheetRow),
    /// Bytes read out of bytes to read (a file may be gone through twice: the total says so).
    Progress {
        read: u64,
        total: u64,
    },
}

/// A merged range. Rows are 1-based like [`SheetRow::index`], columns 0-based like positions in its cells; both
/// ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub first_row: u32,
    pub first_col: u32,
    pub last_row: u32,
    pub last_col: u32,
}

/// What the content was, whatever the file was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    #[default]
    Text,
    /// An html page with a table.
    Html,
    /// "XML Spreadsheet 2003".
    Xml2003,
}

/// Counted while reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub format: Format,
    pub sheets: u32,
    /// Rows handed on.
    pub rows: u64,
    /// Cells with content, handed on.
    pub cells: u64,
    /// Cells with content right of the last column we take; say so to the user when not 0.
    pub cells_cut: u64,
    /// Texts shortened to 32,767 characters.
    pub texts_cut: u64,
    /// Text only: the encoding it was read in, as the WHATWG names it.
    pub encoding: Option<String>,
    /// Text only.
    pub delimiter: Option<char>,
    /// Text only: characters that were none in that encoding, now U+FFFD.
    pub replaced: u64,
    /// The listener had enough before the end.
    pub stopped: bool,
}
