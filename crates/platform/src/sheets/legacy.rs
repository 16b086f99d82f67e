//! xls and ods: held whole, so bounded by the size of the file (and by the memory of the child).

use super::sink::{Shared, Step, Watched};
use super::sniff::check_unstreamed;
use super::values::from_data;
use super::{Format, Merged, SheetFault};
use calamine::{Data, Dimensions, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError};
use std::fs::File;
use std::io::Read;

pub(super) fn read_xls(file: &File, bytes: u64, sink: Shared<'_, '_>) -> Step<()> {
    sink.borrow_mut().summary.format = Format::Xls;
    // A protected xlsx is an OLE file too, of any size.
    if holds_encrypted_package(Watched::open(file, sink)?)? {
        return Err(SheetFault::Encrypted.into());
    }
    check_unstreamed(bytes, sink.borrow().limits)?;
    let mut book = Xls::new(Watched::open(file, sink)?).map_err(xls_fault)?;
    let epoch1904 = book.has_1904_epoch();
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let merged = book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        let merged = merged.iter().map(merged_of).collect();
        let range = book.worksheet_range(&sheet.name).map_err(xls_fault)?;
        sink.borrow_mut().sheet(sheet.name, sheet.visible != SheetVisible::Visible, merged, epoch1904)?;
        rows(&range, sink)?;
    }
    Ok(())
}

pub(super) fn read_ods(file: &File, sink: Shared<'_, '_>) -> Step<()> {
    sink.borrow_mut().summary.format = Format::Ods;
    let mut book = Ods::new(Watched::open(file, sink)?).map_err(|error| ods_fault(error, sink))?;
    for sheet in book.sheets_metadata().to_vec() {
        let range = book.worksheet_range(&sheet.name).map_err(|error| ods_fault(error, sink))?;
        sink.borrow_mut().sheet(sheet.name, sheet.visible != SheetVisible::Visible, Vec::new(), false)?;
        rows(&range, sink)?;
    }
    Ok(())
}

fn rows(range: &Range<Data>, sink: Shared<'_, '_>) -> Step<()> {
    let Some((top, left)) = range.start() else { return Ok(()) };
    let mut sink = sink.borrow_mut();
    for (row, cells) in (top..).zip(range.rows()) {
        for (col, value) in (left..).zip(cells) {
            if *value != Data::Empty {
                sink.cell(row, col, from_data(value))?;
            }
        }
    }
    sink.end_row()
}

fn merged_of(range: &Dimensions) -> Merged {
    Merged {
        first_row: range.start.0.saturating_add(1),
        first_col: range.start.1,
        last_row: range.end.0.saturating_add(1),
        last_col: range.end.1,
    }
}

/// The name of the stream stands in the directory of the OLE file, in UTF-16.
fn holds_encrypted_package(mut file: impl Read) -> Result<bool, SheetFault> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut block = vec![0; 64 << 10];
    let mut kept = 0;
    loop {
        let count = file.read(&mut block[kept..]).map_err(SheetFault::io)?;
        let seen = &block[..kept + count];
        // Names begin at multiples of 64, wherever the sectors are.
        if seen.chunks(64).any(|entry| entry.starts_with(&name)) {
            return Ok(true);
        }
        if count == 0 {
            return Ok(false);
        }
        let rest = seen.len() % 64;
        let from = seen.len() - rest;
        block.copy_within(from..from + rest, 0);
        kept = rest;
    }
}

fn xls_fault(error: XlsError) -> SheetFault {
    match error {
        XlsError::Password => SheetFault::Encrypted,
        // A document or presentation of the same age.
        XlsError::Cfb(error) if error.to_string().starts_with("Cannot find") => SheetFault::not_a_spreadsheet(error),
        other => SheetFault::damaged(other),
    }
}

fn ods_fault(error: OdsError, sink: Shared<'_, '_>) -> SheetFault {
    match error {
        OdsError::Password => SheetFault::Encrypted,
        OdsError::InvalidMime(_) => SheetFault::not_a_spreadsheet("an OpenDocument file of another kind"),
        OdsError::CellLimitExceeded { .. } => SheetFault::TooManyCells { limit: sink.borrow().limits.cells },
        other => SheetFault::damaged(other),
    }
}
