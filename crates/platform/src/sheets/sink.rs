//! Between the readers of formats and the listener: counts, bounds, trims, and notes progress.

use super::{Cell, Event, Limits, Merged, SheetFault, SheetRow, Summary};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

/// Why reading ends early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The listener had enough.
    Enough,
    Fault(SheetFault),
}

impl From<SheetFault> for Stop {
    fn from(fault: SheetFault) -> Self {
        Self::Fault(fault)
    }
}

pub(super) type Step<T> = Result<T, Stop>;
pub(super) type Shared<'s, 'a> = &'s RefCell<Sink<'a>>;

pub(super) struct Sink<'a> {
    listener: &'a mut dyn FnMut(Event) -> ControlFlow<()>,
    pub limits: &'a Limits,
    pub summary: Summary,
    visited: u64,
    row: SheetRow,
    read: u64,
    total: u64,
    enough: bool,
}

const TICK: u64 = 256 << 10;
/// The bound of spreadsheet programs.
const LONGEST_TEXT: usize = 32_767;

impl<'a> Sink<'a> {
    pub fn new(listener: &'a mut dyn FnMut(Event) -> ControlFlow<()>, limits: &'a Limits) -> Self {
        Self {
            listener,
            limits,
            summary: Summary::default(),
            visited: 0,
            row: SheetRow { index: 0, cells: Vec::new() },
            read: 0,
            total: 0,
            enough: false,
        }
    }

    /// `bytes` in `passes` goes.
    pub fn expect_bytes(&mut self, bytes: u64, passes: u64) {
        self.total = bytes.saturating_mul(passes);
    }

    fn tell(&mut self, event: Event) -> Step<()> {
        if self.enough || (self.listener)(event).is_break() {
            self.enough = true;
            self.summary.stopped = true;
            return Err(Stop::Enough);
        }
        Ok(())
    }

    pub fn sheet(&mut self, name: String, hidden: bool, merged: Vec<Merged>, epoch1904: bool) -> Step<()> {
        self.end_row()?;
        let index = self.summary.sheets;
        self.summary.sheets += 1;
        self.tell(Event::Sheet { index, name, hidden, merged, epoch1904 })
    }

    /// A cell at 0-based `row`, `col`; a cell of another row ends the row before.
    pub fn cell(&mut self, row: u32, col: u32, cell: Cell) -> Step<()> {
        self.visited += 1;
        if self.visited > self.limits.cells {
            return Err(SheetFault::TooManyCells { limit: self.limits.cells }.into());
        }
        let index = row.saturating_add(1);
        if index != self.row.index {
            self.end_row()?;
            self.row.index = index;
        }
        let cell = self.fit(cell);
        if cell == Cell::Empty {
            return Ok(());
        }
        if col >= self.limits.columns {
            self.summary.cells_cut += 1;
            return Ok(());
        }
        let at = col as usize;
        if at < self.row.cells.len() {
            self.row.cells[at] = cell;
        } else {
            self.row.cells.resize(at, Cell::Empty);
            self.row.cells.push(cell);
        }
        Ok(())
    }

    /// Hands the row on if it holds something.
    pub fn end_row(&mut self) -> Step<()> {
        if self.row.cells.is_empty() {
            return Ok(());
        }
        let width = self.row.cells.len();
        let cells = std::mem::replace(&mut self.row.cells, Vec::with_capacity(width));
        self.summary.rows += 1;
        self.summary.cells += cells.iter().filter(|cell| **cell != Cell::Empty).count() as u64;
        self.tell(Event::Row(SheetRow { index: self.row.index, cells }))
    }

    fn fit(&mut self, cell: Cell) -> Cell {
        match cell {
            Cell::Text(text) | Cell::Error(text) | Cell::DateTime(text) if text.is_empty() => Cell::Empty,
            Cell::Text(mut text) if text.len() > LONGEST_TEXT => {
                if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
                    text.truncate(end);
                    self.summary.texts_cut += 1;
                }
                Cell::Text(text)
            }
            Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Bool(_) | Cell::DateTime(_) | Cell::Error(_) => cell,
        }
    }

    /// A parser failed because the listener had enough, not because of the file.
    pub fn had_enough(&self) -> bool {
        self.enough
    }

    fn bytes_read(&mut self, count: usize) -> io::Result<()> {
        let before = self.read / TICK;
        self.read += count as u64;
        if self.read / TICK == before {
            return Ok(());
        }
        let (read, total) = (self.read.min(self.total), self.total);
        self.tell(Event::Progress { read, total }).map_err(|_| io::Error::other("the listener had enough"))
    }
}

/// A file that says how far it was read, so that a long silence means a parser going round in circles.
pub(super) struct Watched<'s, 'a> {
    file: File,
    sink: Shared<'s, 'a>,
}

impl<'s, 'a> Watched<'s, 'a> {
    pub fn open(file: &File, sink: Shared<'s, 'a>) -> Step<BufReader<Self>> {
        let mut file = file.try_clone().map_err(SheetFault::io)?;
        file.rewind().map_err(SheetFault::io)?;
        Ok(BufReader::with_capacity(64 << 10, Self { file, sink }))
    }
}

impl Read for Watched<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buf)?;
        self.sink.borrow_mut().bytes_read(count)?;
        Ok(count)
    }
}

impl Seek for Watched<'_, '_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
