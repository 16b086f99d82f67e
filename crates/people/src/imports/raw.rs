//! Cells of rows that go back to whoever can mend them.

use super::field::Field;
use super::header::Layout;
use super::survey::DateOrders;
use super::value::{DateReading, date_of, text_of};
use kernel::StoreDate;
use kernel::loose::{Epoch, says_nothing};
use platform::sheets::{Cell, SheetRow};

/// The cells as JSON. Dates that could be read are written as such, so that their order is not asked again when the
/// few mended rows come back.
pub(super) fn cells(row: &SheetRow, layout: &Layout, orders: &DateOrders, today: StoreDate, epoch: Epoch) -> String {
    let mut cells = row.cells.clone();
    for column in &layout.columns {
        let Some(field) = column.field.filter(|f| f.is_date()) else { continue };
        let Some(cell) = cells.get_mut(column.index) else { continue };
        let how = DateReading { order: orders.of(field), epoch, today };
        if let Some(Ok(at)) = date_of(cell, how) {
            let time = at.time.map_or_else(|| "00:00".to_owned(), |time| time.to_string());
            *cell = Cell::DateTime(format!("{}T{time}:00", at.date));
        }
    }
    serde_json::to_string(&cells).unwrap_or_default()
}

/// The first cells that say something, for lines that were skipped.
pub(super) fn opening(row: &SheetRow) -> String {
    let said = row.cells.iter().map(text_of).filter(|text| !says_nothing(text));
    let cells: Vec<Cell> = said.take(6).map(|text| Cell::Text(text.chars().take(60).collect())).collect();
    serde_json::to_string(&cells).unwrap_or_default()
}

/// Empty where nothing was kept.
pub(super) fn read(text: &str) -> Vec<Cell> {
    serde_json::from_str(text).unwrap_or_default()
}

/// What a mapped column of the row said.
pub(super) fn said(cells: &[Cell], layout: &Layout, field: Field) -> String {
    layout.column(field).and_then(|column| cells.get(column.index)).map(text_of).unwrap_or_default()
}
