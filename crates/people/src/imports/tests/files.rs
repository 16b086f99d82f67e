//! The real files as rows, read here without the product's own reader.

use calamine::{Data, Reader as _, open_workbook_auto};
use kernel::loose::Epoch;
use platform::sheets::{Cell, SheetRow};
use std::path::PathBuf;

/// The folder of real exports.
pub(super) fn folder() -> Option<PathBuf> {
    root("dms")
}

/// A folder of the test data; absent is a notice, unless `ZHIYIN_REQUIRE_DATA=1`.
pub(super) fn root(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ZHIYIN_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("ZHIYIN_REQUIRE_DATA").is_none_or(|v| v != "1"), "test data {name} required");
    eprintln!("notice: {} not found, test skipped", folder.display());
    None
}

/// (sheet name, epoch of plain numbers, rows with content).
pub(super) fn sheets(name: &str) -> Vec<(String, Epoch, Vec<SheetRow>)> {
    let path = folder().expect("folder").join(name);
    let text = |text: String, delimiter: u8| vec![(String::new(), Epoch::E1900, delimited(&text, delimiter))];
    if name.ends_with(".csv") {
        let bytes = std::fs::read(path).expect("file");
        return text(encoding_rs::GB18030.decode(&bytes).0.into_owned(), b',');
    }
    if name.ends_with(".tsv") {
        let bytes = std::fs::read(path).expect("file");
        return text(encoding_rs::UTF_16LE.decode(&bytes).0.into_owned(), b'\t');
    }
    let mut book = open_workbook_auto(path).expect("workbook");
    let names = book.sheet_names().clone();
    names
        .into_iter()
        .map(|name| {
            let range = book.worksheet_range(&name).expect("sheet");
            let first = range.start().map_or(1, |(row, _)| row + 1);
            let left = range.start().map_or(0, |(_, column)| column as usize);
            let rows = (first..).zip(range.rows()).map(|(index, cells)| SheetRow {
                index,
                cells: std::iter::repeat_n(Cell::Empty, left).chain(cells.iter().map(cell)).collect(),
            });
            let filled = rows.filter(|row| row.cells.iter().any(|cell| *cell != Cell::Empty)).collect();
            (name, Epoch::E1900, filled)
        })
        .collect()
}

fn delimited(text: &str, delimiter: u8) -> Vec<SheetRow> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    (1..)
        .zip(reader.records())
        .map(|(index, record)| SheetRow {
            index,
            cells: record
                .expect("record")
                .iter()
                .map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) })
                .collect(),
        })
        .filter(|row: &SheetRow| row.cells.iter().any(|cell| *cell != Cell::Empty))
        .collect()
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::Int(number) => Cell::Number(number.to_string().parse().expect("number")),
        Data::Float(number) => Cell::Number(*number),
        Data::String(text) if text.is_empty() => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::Bool(flag) => Cell::Bool(*flag),
        Data::DateTimeIso(text) => Cell::DateTime(text.clone()),
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            Cell::DateTime(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
        }
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}
