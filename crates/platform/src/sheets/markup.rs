//! What dealer systems save as `.xls`: an html page with a table, or XML Spreadsheet 2003.

use super::encoding::{Detected, Scan};
use super::sink::{Shared, Step, Watched};
use super::sniff::check_unstreamed;
use super::tags::{Piece, Pieces, Tag, unescape};
use super::{Cell, Format, Merged, SheetFault};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;

pub(super) fn read(file: &File, bytes: u64, sink: Shared<'_, '_>) -> Step<()> {
    check_unstreamed(bytes, sink.borrow().limits)?;
    let mut raw = Vec::new();
    Watched::open(file, sink)?.read_to_end(&mut raw).map_err(SheetFault::io)?;
    let mut scan = Scan::default();
    scan.feed(&raw);
    let detected: Detected = scan.finish(&raw[..raw.len().min(64 << 10)]);
    let text = detected.text_of(&raw);
    drop(raw);
    let xml = text.contains("urn:schemas-microsoft-com:office:spreadsheet") && !text.contains("<html");
    {
        let mut sink = sink.borrow_mut();
        sink.summary.format = if xml { Format::Xml2003 } else { Format::Html };
        sink.summary.encoding = Some(detected.encoding.name().to_owned());
    }
    // Merged ranges are told before the rows: a first walk collects them.
    let mut merged: Vec<Vec<Merged>> = Vec::new();
    Walk::new(xml, |out| {
        match out {
            Out::Sheet(_) => merged.push(Vec::new()),
            Out::Merged(range) => merged.last_mut().into_iter().for_each(|sheet| sheet.push(range)),
            Out::Cell(..) => {}
        }
        Ok(())
    })
    .run(&text)?;
    if merged.is_empty() {
        return Err(SheetFault::not_a_spreadsheet("a page without a table").into());
    }
    let mut merged = merged.into_iter();
    let mut sink = sink.borrow_mut();
    Walk::new(xml, |out| match out {
        Out::Sheet(name) => sink.sheet(name, false, merged.next().unwrap_or_default(), false),
        Out::Cell(row, col, cell) => sink.cell(row, col, cell),
        Out::Merged(_) => Ok(()),
    })
    .run(&text)?;
    sink.end_row()
}

enum Out {
    Sheet(String),
    /// 0-based.
    Cell(u32, u32, Cell),
    Merged(Merged),
}

struct Open {
    text: String,
    kind: Option<String>,
    across: u32,
}

/// One state for both dialects: `tr`/`Row`, `td`/`Cell`; `Data` carries the type in xml only.
struct Walk<F> {
    out: F,
    xml: bool,
    sheet: bool,
    /// Rows begun so far: the current one is `next - 1`.
    next: u32,
    col: u32,
    in_row: bool,
    cell: Option<Open>,
    /// Columns held by cells of rows above, and up to which row (exclusive).
    held: HashMap<u32, u32>,
    mute: Option<&'static str>,
}

/// A colspan of a million is a mistake or worse.
const WIDEST: u32 = 16_384;

impl<F: FnMut(Out) -> Step<()>> Walk<F> {
    fn new(xml: bool, out: F) -> Self {
        let held = HashMap::new();
        Self { out, xml, sheet: false, next: 0, col: 0, in_row: false, cell: None, held, mute: None }
    }

    fn run(mut self, text: &str) -> Step<()> {
        for piece in Pieces(text) {
            match piece {
                Piece::Tag(tag) => self.tag(&tag)?,
                Piece::Text(text) => self.text(&unescape(text)),
                Piece::Verbatim(text) => self.text(text),
            }
        }
        self.end_cell()
    }

    fn tag(&mut self, tag: &Tag<'_>) -> Step<()> {
        if let Some(mute) = self.mute {
            if tag.closing && tag.is(mute) {
                self.mute = None;
            }
            return Ok(());
        }
        if let Some(mute) = ["script", "style", "title"].into_iter().find(|mute| !self.xml && tag.is(mute)) {
            self.mute = (!tag.closing && !tag.empty).then_some(mute);
            return Ok(());
        }
        let row = if self.xml { "Row" } else { "tr" };
        if tag.is("Worksheet") && self.xml && !tag.closing {
            self.end_cell()?;
            self.next = 0;
            self.sheet = true;
            self.held.clear();
            return (self.out)(Out::Sheet(tag.attribute("Name").unwrap_or_default()));
        }
        if tag.is(row) {
            self.end_cell()?;
            self.in_row = !tag.closing && !tag.empty;
            if !tag.closing {
                self.begin_row(tag)?;
            }
        } else if self.is_cell(tag) {
            self.end_cell()?;
            if !tag.closing {
                self.begin_cell(tag)?;
            }
            if tag.empty {
                self.end_cell()?;
            }
        } else if self.xml && tag.is("Data") && !tag.closing {
            if let Some(cell) = &mut self.cell {
                cell.kind = tag.attribute("Type");
            }
        } else if ["br", "p", "div", "li"].iter().any(|part| tag.is(part)) {
            self.text(" ");
        }
        Ok(())
    }

    fn is_cell(&self, tag: &Tag<'_>) -> bool {
        if self.xml { tag.is("Cell") } else { tag.is("td") || tag.is("th") }
    }

    fn begin_row(&mut self, tag: &Tag<'_>) -> Step<()> {
        if !self.sheet {
            self.sheet = true;
            (self.out)(Out::Sheet(String::new()))?;
        }
        // XML Spreadsheet jumps over empty rows and columns by a 1-based index.
        let index = tag.number("Index").filter(|index| self.xml && *index > self.next);
        self.next = index.unwrap_or(self.next.saturating_add(1));
        self.col = 0;
        Ok(())
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) -> Step<()> {
        if !self.in_row {
            // A cell without a row, as browsers forgive.
            self.in_row = true;
            self.begin_row(tag)?;
        }
        let row = self.next.saturating_sub(1);
        let (across, down) = if self.xml {
            if let Some(index) = tag.number("Index").filter(|index| *index > self.col) {
                self.col = index - 1;
            }
            (tag.number("MergeAcross").unwrap_or(0), tag.number("MergeDown").unwrap_or(0))
        } else {
            let span = |name| tag.number(name).unwrap_or(1).max(1) - 1;
            (span("colspan"), span("rowspan"))
        };
        if !self.xml {
            while self.held.get(&self.col).is_some_and(|until| *until > row) {
                self.col += 1;
            }
        }
        let (across, down) = (across.min(WIDEST), down.min(1 << 20));
        self.cell = Some(Open { text: String::new(), kind: None, across });
        if across > 0 || down > 0 {
            let range = Merged {
                first_row: row + 1,
                first_col: self.col,
                last_row: row.saturating_add(1 + down),
                last_col: self.col.saturating_add(across),
            };
            if down > 0 && !self.xml {
                for col in range.first_col..=range.last_col {
                    self.held.insert(col, range.last_row);
                }
            }
            return (self.out)(Out::Merged(range));
        }
        Ok(())
    }

    fn end_cell(&mut self) -> Step<()> {
        let Some(open) = self.cell.take() else { return Ok(()) };
        let (row, col) = (self.next.saturating_sub(1), self.col);
        self.col = self.col.saturating_add(1 + open.across);
        (self.out)(Out::Cell(row, col, value(&open)))
    }

    fn text(&mut self, text: &str) {
        if self.mute.is_none()
            && let Some(cell) = &mut self.cell
        {
            cell.text.push_str(text);
        }
    }
}

fn value(open: &Open) -> Cell {
    let text = open.text.trim();
    match open.kind.as_deref() {
        Some("Number") => text.parse().map_or_else(|_| Cell::Text(text.to_owned()), Cell::Number),
        Some("Boolean") => Cell::Bool(text == "1"),
        Some("Error") => Cell::Error(text.to_owned()),
        Some("DateTime") => match text.trim_end_matches('Z').parse::<jiff::civil::DateTime>() {
            Ok(at) => Cell::DateTime(at.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
            Err(_) => Cell::Text(text.to_owned()),
        },
        Some(_) => Cell::Text(text.to_owned()),
        // html: white space of the source is layout.
        None => Cell::Text(text.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}
