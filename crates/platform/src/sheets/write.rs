//! Spreadsheets out: rejected rows, templates, reports. Memory does not grow with the rows.

use super::Cell;
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The system failed, or there are more rows than a sheet takes (1,048,576 with the header).
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    #[error("writing a spreadsheet: {0}")]
    Xlsx(#[from] XlsxError),
    #[error("writing a spreadsheet: {0}")]
    Io(#[from] io::Error),
}

/// A column of what we write.
#[derive(Clone, Debug)]
pub struct Column {
    pub title: String,
    /// In characters of the default font; a Chinese one counts two.
    pub width: u16,
    pub shape: Shape,
}

/// How the numbers of a column are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    Plain,
    /// Shares of one: 0.995 is shown as 99.5%.
    Percent,
    /// Parts of a day: shown as minutes and seconds.
    Duration,
}

impl Column {
    pub fn new(title: impl Into<String>, width: u16) -> Self {
        Self { title: title.into(), width, shape: Shape::Plain }
    }
    #[must_use]
    pub fn shaped(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }
}

/// The same rows go into either.
pub trait SheetFile {
    /// Row by row, from the left; strings are never formulas.
    ///
    /// # Errors
    /// Too many rows or columns, or the disk.
    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteFault>;
}

/// An xlsx of one or more sheets: header bold on grey and frozen, numbers to the right, dates as dates.
pub struct XlsxWriter {
    book: Workbook,
    sheet: Option<Worksheet>,
    row: u32,
    shapes: Vec<Shape>,
    styles: Styles,
}

struct Styles {
    header: Format,
    number: Format,
    percent: Format,
    duration: Format,
    date: Format,
    moment: Format,
    text: Format,
}

impl Styles {
    fn new() -> Self {
        let header = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0xEE_F1_F5))
            .set_border_bottom(FormatBorder::Thin)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        Self {
            header,
            number: Format::new().set_align(FormatAlign::Right),
            percent: Format::new().set_num_format("0.0%").set_align(FormatAlign::Right),
            duration: Format::new().set_num_format("[m]:ss").set_align(FormatAlign::Right),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            // "Text": a phone number stays one when somebody edits the cell.
            text: Format::new().set_num_format("@"),
        }
    }
}

impl XlsxWriter {
    /// Rows go to a file in `scratch` (the data volume: `/tmp` may be small) until the workbook is finished.
    ///
    /// # Errors
    /// When `scratch` cannot be written.
    pub fn new(scratch: &Path) -> Result<Self, WriteFault> {
        let mut book = Workbook::new();
        book.set_tempdir(scratch)?;
        Ok(Self { book, sheet: None, row: 0, shapes: Vec::new(), styles: Styles::new() })
    }

    /// Begins a sheet; rows go there from now on.
    ///
    /// # Errors
    /// The disk; a name that cannot be used twice. Characters sheets forbid are replaced, long names shortened.
    pub fn sheet(&mut self, name: &str, columns: &[Column]) -> Result<(), WriteFault> {
        self.close_sheet();
        let mut sheet = self.book.new_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(name))?;
        sheet.set_freeze_panes(1, 0)?;
        for (col, column) in (0_u16..).zip(columns) {
            sheet.set_column_width(col, column.width.clamp(4, 120))?;
            sheet.write_string_with_format(0, col, &column.title, &self.styles.header)?;
        }
        self.sheet = Some(sheet);
        self.row = 1;
        self.shapes = columns.iter().map(|column| column.shape).collect();
        Ok(())
    }

    fn close_sheet(&mut self) {
        if let Some(sheet) = self.sheet.take() {
            self.book.push_worksheet(sheet);
        }
    }

    /// Finishes into a file and answers its path.
    ///
    /// # Errors
    /// The disk.
    pub fn save(mut self, path: &Path) -> Result<PathBuf, WriteFault> {
        self.close_sheet();
        self.book.save(path)?;
        Ok(path.to_owned())
    }

    /// Finishes into memory: for small ones.
    ///
    /// # Errors
    /// The disk.
    pub fn bytes(mut self) -> Result<Vec<u8>, WriteFault> {
        self.close_sheet();
        Ok(self.book.save_to_buffer()?)
    }
}

impl SheetFile for XlsxWriter {
    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteFault> {
        if self.sheet.is_none() {
            self.sheet("Sheet1", &[])?;
            self.row = 0;
        }
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        let (row, styles) = (self.row, &self.styles);
        for (col, cell) in cells.iter().enumerate() {
            let col = u16::try_from(col).unwrap_or(u16::MAX);
            match cell {
                Cell::Empty => {}
                Cell::Text(text) | Cell::Error(text) => {
                    sheet.write_string_with_format(row, col, fitting(text), &styles.text)?;
                }
                // What a spreadsheet cannot hold as a number.
                Cell::Number(number) if !number.is_finite() => {
                    sheet.write_string(row, col, number.to_string())?;
                }
                Cell::Number(number) => {
                    let style = match self.shapes.get(usize::from(col)) {
                        Some(Shape::Percent) => &styles.percent,
                        Some(Shape::Duration) => &styles.duration,
                        Some(Shape::Plain) | None => &styles.number,
                    };
                    sheet.write_number_with_format(row, col, *number, style)?;
                }
                Cell::Bool(bool) => {
                    sheet.write_boolean(row, col, *bool)?;
                }
                Cell::DateTime(text) => {
                    let style =
                        if text.ends_with("T00:00:00") || text.len() == 10 { &styles.date } else { &styles.moment };
                    match ExcelDateTime::parse_from_str(text) {
                        Ok(at) => sheet.write_datetime_with_format(row, col, &at, style)?,
                        Err(_) => sheet.write_string(row, col, text)?,
                    };
                }
            }
        }
        self.row += 1;
        Ok(())
    }
}

/// The longest text a cell takes.
fn fitting(text: &str) -> &str {
    text.char_indices().nth(32_767).map_or(text, |(end, _)| &text[..end])
}

fn sheet_name(name: &str) -> String {
    let clean: String = name.chars().map(|c| if r"[]:*?/\".contains(c) { '_' } else { c }).take(31).collect();
    let clean = clean.trim_matches('\'').to_owned();
    if clean.is_empty() { "Sheet".into() } else { clean }
}

/// What makes a spreadsheet program take a text for a formula.
const RISKY: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A csv has no types: a text that would run as a formula gets an apostrophe before it (our reader takes it off).
pub fn neutral(text: &str) -> String {
    if risky(text) { format!("'{text}") } else { text.to_owned() }
}

/// Takes back what [`neutral`] did.
pub(super) fn plain(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| risky(rest)).unwrap_or(text)
}

/// Apostrophes before it count as part of it, so that going out and in again changes nothing.
fn risky(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(RISKY)
}

/// UTF-8 with the mark that makes spreadsheet programs read it as such, lines ended as on Windows.
pub struct CsvWriter<W: Write> {
    lines: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes mark and header at once.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W, columns: &[Column]) -> Result<Self, WriteFault> {
        out.write_all("\u{FEFF}".as_bytes())?;
        let lines = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(out);
        let mut this = Self { lines };
        if !columns.is_empty() {
            this.record(columns.iter().map(|column| neutral(&column.title)))?;
        }
        Ok(this)
    }

    fn record(&mut self, fields: impl Iterator<Item = String>) -> Result<(), WriteFault> {
        self.lines.write_record(fields).map_err(|error| io::Error::other(error).into())
    }

    /// Hands `out` back with everything in it.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(self) -> Result<W, WriteFault> {
        self.lines.into_inner().map_err(|error| io::Error::other(error.to_string()).into())
    }
}

impl<W: Write> SheetFile for CsvWriter<W> {
    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteFault> {
        self.record(cells.iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Error(text) => neutral(text),
            Cell::Number(number) => number.to_string(),
            Cell::Bool(bool) => if *bool { "TRUE" } else { "FALSE" }.to_owned(),
            Cell::DateTime(text) => text.strip_suffix("T00:00:00").unwrap_or(text).replace('T', " "),
        }))
    }
}
