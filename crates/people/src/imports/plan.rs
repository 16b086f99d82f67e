//! What is known of a file's sheets, and what a person said about them. Both wait as JSON in `import_batch`.

use super::columns::Column;
use super::field::{Field, Kind};
use super::header::Layout;
use super::survey::DateOrders;
use super::value::text_of;
use kernel::loose::{DateOrder, DateShape, Epoch};
use kernel::phone::mask_raw;
use kernel::{StoreDate, StoreId};
use platform::sheets::{Cell, SheetRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One sheet as the first pass found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetPlan {
    /// 0-based place in the file.
    pub index: u32,
    /// Empty for text files.
    pub name: String,
    pub hidden: bool,
    /// Rows with content, header included.
    pub rows: u64,
    /// `None`: no header was found.
    pub layout: Option<Layout>,
    pub chosen: bool,
    /// Read with the mapping of last time.
    pub remembered: bool,
    /// The header row that somebody chose, now or last time; 0: there is none.
    #[serde(default)]
    pub header: Option<u32>,
    pub epoch1904: bool,
    pub orders: DateOrders,
    /// Store codes with the rows that carry them.
    pub codes: BTreeMap<String, u64>,
}

impl SheetPlan {
    pub fn epoch(&self) -> Epoch {
        if self.epoch1904 { Epoch::E1904 } else { Epoch::E1900 }
    }
    /// Its kind and columns, when it is to be imported.
    pub fn active(&self) -> Option<&Layout> {
        self.layout.as_ref().filter(|_| self.chosen)
    }
}

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    pub sheets: Vec<SheetPlan>,
    /// Text files: the encoding they were read in.
    pub encoding: Option<String>,
    /// Characters that were none in that encoding.
    pub unreadable: u64,
    /// Cells right of the last column that is read.
    pub cells_cut: u64,
    /// Stores that rows go to.
    pub stores: Vec<StoreId>,
    /// Store codes → store; `None` = left out.
    pub codes: BTreeMap<String, Option<StoreId>>,
}

impl Plan {
    pub fn sheet(&self, name: &str) -> Option<&SheetPlan> {
        self.sheets.iter().find(|sheet| sheet.name == name)
    }
    pub fn active(&self) -> impl Iterator<Item = (&SheetPlan, &Layout)> {
        self.sheets.iter().filter_map(|sheet| Some((sheet, sheet.active()?)))
    }
    /// Of the first sheet that is imported.
    pub fn kind(&self) -> Option<Kind> {
        self.active().next().map(|(_, layout)| layout.kind)
    }
    /// Whether any row can be followed up: repair orders and deliveries.
    pub fn has_events(&self) -> bool {
        self.active().any(|(_, layout)| layout.kind != Kind::Customers)
    }
}

/// What a person chose. Absent means: as found, or as remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// Where rows without a store code go: the store worked in.
    pub home: Option<StoreId>,
    /// Stores in which the person who brought the file may import.
    pub may: Vec<StoreId>,
    /// What the file lists; `None` = look at the columns.
    pub kind: Option<Kind>,
    /// Sheets to import, by place.
    pub sheets: Option<Vec<u32>>,
    /// Per sheet: the header row, as the spreadsheet program numbers it; 0: there is none.
    pub header: BTreeMap<u32, u32>,
    /// Per sheet: column → field.
    pub mapping: BTreeMap<u32, Vec<(usize, Option<Field>)>>,
    /// Per sheet: date column → order.
    pub dates: BTreeMap<u32, BTreeMap<Field, DateOrder>>,
    /// Store code → store; `None` = leave these rows out.
    pub codes: BTreeMap<String, Option<StoreId>>,
    /// A store's first import plans follow-ups for events from this day on.
    pub plan_from: Option<StoreDate>,
    /// Stores for which this is the first import.
    pub first_for: Vec<StoreId>,
}

/// What must be answered before the import can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// No sheet with a header that we know was chosen.
    NoSheet,
    /// At least one field of the group must be mapped.
    Missing { sheet: u32, fields: &'static [Field] },
    /// Which store is meant by this code.
    StoreCode { code: String, rows: u64 },
    /// Day or month first; every order listed reads all values.
    DateOrder { sheet: u32, field: Field, candidates: Vec<DateOrder> },
}

impl Question {
    /// Rows can be read and shown although it is open.
    pub fn can_wait(&self) -> bool {
        match self {
            Question::DateOrder { .. } => true,
            Question::NoSheet | Question::Missing { .. } | Question::StoreCode { .. } => false,
        }
    }
}

impl Plan {
    pub fn questions(&self) -> Vec<Question> {
        let mut open = Vec::new();
        if self.active().next().is_none() {
            open.push(Question::NoSheet);
        }
        let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
        for (sheet, layout) in self.active() {
            open.extend(layout.missing().into_iter().map(|fields| Question::Missing { sheet: sheet.index, fields }));
            for (code, rows) in sheet.codes.iter().filter(|(code, _)| !self.codes.contains_key(*code)) {
                *codes.entry(code).or_default() += rows;
            }
        }
        open.extend(codes.into_iter().map(|(code, rows)| Question::StoreCode { code: code.into(), rows }));
        for (sheet, _) in self.active() {
            for (field, candidates) in &sheet.orders.ask {
                let candidates = candidates.clone();
                open.push(Question::DateOrder { sheet: sheet.index, field: *field, candidates });
            }
        }
        open
    }
}

/// The first rows of each sheet, to choose the header from. Personal data: erased with the staging rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Heads(pub BTreeMap<u32, Vec<HeadRow>>);

/// A row's number and the beginning of its cells; phones and VINs masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadRow(pub u32, pub Vec<String>);

/// So many rows and columns are kept, so many characters of each cell.
const HEAD_ROWS: usize = 15;
const HEAD_COLUMNS: usize = 60;
const HEAD_TEXT: usize = 20;

impl HeadRow {
    pub fn of(rows: &[SheetRow]) -> Vec<HeadRow> {
        let cell = |cell: &Cell| {
            let text = text_of(cell);
            // `2026-11-18` could be a number with an area code as well.
            let day =
                DateShape::of(&text).is_some_and(|shape| !matches!(shape, DateShape::Serial | DateShape::Compact));
            let number =
                kernel::Vin::parse(&text).is_ok() || kernel::Phone::parse_cell(&text).iter().any(Result::is_ok);
            let text = if number && !day { mask_raw(&text) } else { text };
            text.trim().chars().take(HEAD_TEXT).collect()
        };
        let row = |row: &SheetRow| HeadRow(row.index, row.cells.iter().take(HEAD_COLUMNS).map(cell).collect());
        rows.iter().take(HEAD_ROWS).map(row).collect()
    }
}

/// Columns are stored with their header; the unit is read from it again.
pub(super) fn reread_units(columns: &mut [Column]) {
    for column in columns {
        column.unit = kernel::loose::Unit::of_header(&column.header);
    }
}
