//! Cells of rows that go back to whoever can mend them.

use super::field::Field;
use super::header::Layout;
use super::survey::DateOrders;
use super::value::{DateReading, date_of, seen, text_of};
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
    let said = row.cells.iter().map(|cell| seen(cell, None)).filter(|text| !says_nothing(text));
    let cells: Vec<Cell> = said.take(6).map(|text| Cell::Text(text.chars().take(60).collect())).collect();
    serde_json::to_string(&cells).unwrap_or_default()
}

/// Empty where nothing was kept.
pub(super) fn read(text: &str) -> Vec<Cell> {
    serde_json::from_str(text).unwrap_or_default()
}

/// What a mapped column of the row says, as it stands in the spreadsheet.
pub(super) fn said(cells: &[Cell], layout: &Layout, field: Field) -> String {
    let cell = layout.column(field).and_then(|column| cells.get(column.index));
    cell.map(|cell| seen(cell, Some(field))).unwrap_or_default()
}

/// As they go back: digits that name something as text, so that no spreadsheet shows them with an exponent again.
pub(super) fn to_mend(mut cells: Vec<Cell>, layout: &Layout) -> Vec<Cell> {
    for column in layout.columns.iter().filter(|c| c.field.is_some_and(Field::is_code)) {
        if let Some(cell @ Cell::Number(_)) = cells.get_mut(column.index) {
            *cell = Cell::Text(text_of(cell));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::field::Kind;

    #[test]
    fn 退回修改_号码成文字_数仍是数() {
        let titles = ["工单号", "结算时间", "客户名称", "联系电话", "车牌号", "底盘号", "里程"];
        let head = SheetRow { index: 1, cells: titles.map(|t| Cell::Text(t.into())).to_vec() };
        let layout = Layout::detect(&[head], Some(Kind::RepairOrders)).expect("a header");
        let row = [
            Cell::Number(20261118001.0),
            Cell::DateTime("2026-11-15T00:00:00".into()),
            Cell::Empty,
            Cell::Number(158344061931.0),
            Cell::Empty,
            Cell::Text("LSV".into()),
            Cell::Number(61457.0),
        ];
        let mut wanted = row.clone();
        wanted[0] = Cell::Text("20261118001".into());
        wanted[3] = Cell::Text("158344061931".into());
        assert_eq!(to_mend(row.to_vec(), &layout), wanted);
        let shown = [Field::Number, Field::SettledAt, Field::Phone, Field::Mileage].map(|f| said(&row, &layout, f));
        assert_eq!(shown, ["20261118001", "2026-11-15", "158344061931", "61457"]);
    }
}
