//! xlsx, xlsm and xlsb, streamed cell by cell: `worksheet_range` of one stray cell at XFD1048576 would be a grid of
//! 17 thousand million.

use super::bounds::Measured;
use super::sink::{Shared, Step, Watched};
use super::values::from_ref;
use super::{Format, SheetFault};
use calamine::{Reader, SheetType, SheetVisible, Xlsb, XlsbError, Xlsx, XlsxError};
use std::fs::File;

pub(super) fn read_xlsx(file: &File, mut measured: Measured, sink: Shared<'_, '_>) -> Step<()> {
    sink.borrow_mut().summary.format = Format::Xlsx;
    let mut book = Xlsx::new(Watched::open(file, sink)?).map_err(xlsx_fault)?;
    let epoch1904 = book.has_1904_epoch();
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let mut cells = match book.worksheet_cells_reader(&sheet.name) {
            Ok(cells) => cells,
            // Listed as a worksheet, but a chart or dialog inside.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(xlsx_fault(error).into()),
        };
        let merged = measured.merged.remove(&sheet.name).unwrap_or_default();
        sink.borrow_mut().sheet(sheet.name, sheet.visible != SheetVisible::Visible, merged, epoch1904)?;
        while let Some(cell) = cells.next_cell().map_err(xlsx_fault)? {
            let (row, col) = cell.get_position();
            sink.borrow_mut().cell(row, col, from_ref(cell.get_value().clone()))?;
        }
        sink.borrow_mut().end_row()?;
    }
    Ok(())
}

pub(super) fn read_xlsb(file: &File, sink: Shared<'_, '_>) -> Step<()> {
    sink.borrow_mut().summary.format = Format::Xlsb;
    let mut book = Xlsb::new(Watched::open(file, sink)?).map_err(xlsb_fault)?;
    let epoch1904 = book.has_1904_epoch();
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(xlsb_fault)?;
        sink.borrow_mut().sheet(sheet.name, sheet.visible != SheetVisible::Visible, Vec::new(), epoch1904)?;
        while let Some(cell) = cells.next_cell().map_err(xlsb_fault)? {
            let (row, col) = cell.get_position();
            sink.borrow_mut().cell(row, col, from_ref(cell.get_value().clone()))?;
        }
        sink.borrow_mut().end_row()?;
    }
    Ok(())
}

fn xlsx_fault(error: XlsxError) -> SheetFault {
    match error {
        XlsxError::Password => SheetFault::Encrypted,
        other => SheetFault::damaged(other),
    }
}

fn xlsb_fault(error: XlsbError) -> SheetFault {
    match error {
        XlsbError::Password => SheetFault::Encrypted,
        other => SheetFault::damaged(other),
    }
}
