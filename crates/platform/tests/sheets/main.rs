//! Files of strangers, read as the product reads them: in the child process.
#![expect(clippy::unwrap_used, reason = "a test that cannot make its files has failed")]

mod formats;
mod hostile;
mod make;
mod speed;
mod torture;
mod writing;

use platform::sheets::{Cell, Event, SheetFault, SheetRow, Summary, read_in_child};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub fn exe() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_parse-sheet"))
}

/// Everything the child said, without the progress.
pub fn read(path: &Path) -> Result<(Summary, Vec<Event>), SheetFault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut events = Vec::new();
        let summary = read_in_child(exe(), path, |event| {
            if !matches!(event, Event::Progress { .. }) {
                events.push(event);
            }
            ControlFlow::Continue(())
        })
        .await?;
        Ok((summary, events))
    })
}

pub fn rows(path: &Path) -> Vec<SheetRow> {
    let (_, events) = read(path).unwrap();
    events
        .into_iter()
        .filter_map(|event| match event {
            Event::Row(row) => Some(row),
            Event::Sheet { .. } | Event::Progress { .. } => None,
        })
        .collect()
}

/// `3: 川A12345 | - | 2026-11-15T08:41:00`
pub fn shown(rows: &[SheetRow]) -> Vec<String> {
    let cell = |cell: &Cell| match cell {
        Cell::Empty => "-".to_owned(),
        Cell::Text(text) | Cell::DateTime(text) => text.clone(),
        Cell::Number(number) => format!("#{number}"),
        Cell::Bool(bool) => bool.to_string(),
        Cell::Error(error) => format!("!{error}"),
    };
    rows.iter()
        .map(|row| format!("{}: {}", row.index, row.cells.iter().map(cell).collect::<Vec<_>>().join(" | ")))
        .collect()
}

/// The folder of files that nobody here wrote, or `None` with a notice.
pub fn data(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ZHIYIN_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    assert!(
        std::env::var_os("ZHIYIN_REQUIRE_DATA").is_none_or(|value| value != "1"),
        "no test data at {}",
        path.display()
    );
    eprintln!("skipped: no test data at {}", path.display());
    None
}
