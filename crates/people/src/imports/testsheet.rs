use platform::sheets::{Cell, SheetRow};

/// A sheet drawn as text: lines are rows, `|` divides cells. `n:` makes a number, `d:` a date cell,
/// `e:` an error. Lines without content are left out, as the reader does, but counted.
pub(super) fn sheet(text: &str) -> Vec<SheetRow> {
    (1..)
        .zip(text.lines())
        .map(|(index, line)| SheetRow { index, cells: line.split('|').map(cell).collect() })
        .filter(filled)
        .collect()
}

fn filled(row: &SheetRow) -> bool {
    row.cells.iter().any(|cell| *cell != Cell::Empty)
}

fn cell(text: &str) -> Cell {
    match text.split_once(':') {
        Some(("n", number)) => Cell::Number(number.parse().expect("a number")),
        Some(("d", date)) => Cell::DateTime(date.to_owned()),
        Some(("e", error)) => Cell::Error(error.to_owned()),
        _ if text.trim().is_empty() => Cell::Empty,
        _ => Cell::Text(text.to_owned()),
    }
}
