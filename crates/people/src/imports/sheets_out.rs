//! Sheets that go out: rejected rows to be mended, templates to be filled in. Both can be read in again as they are.

use kernel::loose::Unit;
use platform::sheets::{Cell, Column as SheetColumn, SheetFile as _, SheetRow, WriteFault, XlsxWriter};
use std::path::Path;

use super::field::{Field, Kind};
use super::header::Layout;
use super::plan::Plan;
use super::raw;
use super::said::RowSaid;
use super::store::StagedRow;
use super::words::fields_of;

/// Words of the reader's language.
pub(super) struct Words<'a> {
    pub field: &'a (dyn Fn(Field) -> String + Sync),
    /// Reasons and remedies of a row.
    pub reason: &'a (dyn Fn(&RowSaid) -> String + Sync),
    /// Title of the last column.
    pub reason_title: String,
}

/// Titles by which the columns are known again: the file's own where they suffice, else the field's name with its
/// unit; what was left out is put in brackets, which are not read.
fn titles(layout: &Layout, field: &(dyn Fn(Field) -> String + Sync)) -> Vec<String> {
    let mut titles: Vec<String> = layout.columns.iter().map(|c| c.header.clone()).collect();
    for _ in 0..2 {
        let cells = titles.iter().map(|title| Cell::Text(title.clone())).collect();
        let found = Layout::detect(&[SheetRow { index: 1, cells }], Some(layout.kind));
        let mut agreed = true;
        for (i, column) in layout.columns.iter().enumerate() {
            let read = found.as_ref().ok().and_then(|f| f.columns.get(i)).and_then(|c| c.field);
            if read == column.field {
                continue;
            }
            agreed = false;
            titles[i] = match column.field {
                Some(known) => format!("{}{}", field(known), unit(column.unit)),
                None => format!("【{}】", column.header),
            };
        }
        if agreed {
            break;
        }
    }
    titles
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::One => "",
        Unit::Wan => "（万）",
        Unit::Thousand => "（千）",
    }
}

/// Writes rejected rows sheet by sheet as they come.
pub(super) struct RejectedFile<'a> {
    out: XlsxWriter,
    plan: &'a Plan,
    words: Words<'a>,
    sheet: Option<String>,
    width: usize,
}

impl<'a> RejectedFile<'a> {
    pub fn new(scratch: &Path, plan: &'a Plan, words: Words<'a>) -> Result<Self, WriteFault> {
        Ok(Self { out: XlsxWriter::new(scratch)?, plan, words, sheet: None, width: 0 })
    }

    pub fn row(&mut self, row: &StagedRow) -> Result<(), WriteFault> {
        if self.sheet.as_ref() != Some(&row.sheet) {
            let layout = self.plan.sheet(&row.sheet).and_then(|s| s.layout.as_ref());
            let titles = layout.map(|layout| titles(layout, self.words.field)).unwrap_or_default();
            self.width = titles.len();
            let mut columns: Vec<SheetColumn> = titles.into_iter().map(|title| SheetColumn::new(title, 16)).collect();
            columns.push(SheetColumn::new(self.words.reason_title.clone(), 60));
            self.out.sheet(if row.sheet.is_empty() { "Sheet1" } else { &row.sheet }, &columns)?;
            self.sheet = Some(row.sheet.clone());
        }
        let mut cells = raw::read(&row.raw);
        if let Some(layout) = self.plan.sheet(&row.sheet).and_then(|s| s.layout.as_ref()) {
            cells = raw::to_mend(cells, layout);
        }
        cells.resize(self.width, Cell::Empty);
        cells.push(Cell::Text((self.words.reason)(&RowSaid::read(&row.notes))));
        self.out.row(&cells)
    }

    pub fn save(self, path: &Path) -> Result<(), WriteFault> {
        self.out.save(path).map(|_| ())
    }
}

/// An empty sheet with every column of the kind, and one that says what each holds.
pub(super) struct Template {
    pub title: String,
    /// Title, whether it must be filled in, hint.
    pub columns: Vec<(String, bool, String)>,
    pub notes_title: String,
    pub notes_head: [String; 3],
    pub must: String,
    pub may: String,
}

impl Template {
    pub fn bytes(&self, scratch: &Path) -> Result<Vec<u8>, WriteFault> {
        let mut out = XlsxWriter::new(scratch)?;
        let columns: Vec<SheetColumn> =
            self.columns.iter().map(|(title, ..)| SheetColumn::new(title.clone(), 16)).collect();
        out.sheet(&self.title, &columns)?;
        let [a, b, c] = self.notes_head.clone();
        out.sheet(&self.notes_title, &[SheetColumn::new(a, 20), SheetColumn::new(b, 12), SheetColumn::new(c, 60)])?;
        for (title, must, hint) in &self.columns {
            let must = if *must { &self.must } else { &self.may };
            out.row(&[Cell::Text(title.clone()), Cell::Text(must.clone()), Cell::Text(hint.clone())])?;
        }
        out.bytes()
    }
}

/// Every field once, those that must be there marked: one of each required group.
pub(super) fn template_fields(kind: Kind) -> Vec<(Field, bool)> {
    let required = |field: &Field| kind.required().iter().any(|group| group.first() == Some(field));
    fields_of(kind).map(|field| (field, required(&field))).collect()
}
