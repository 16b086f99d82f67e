use super::exe;
use platform::sheets::{Block, Cell, ChildReader, Column, SheetFile, XlsxWriter};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

/// Reads in the child; answers rows, seconds in thousandths, and the most memory the child held, in KiB.
async fn measure(path: &Path) -> (u64, u128, u64) {
    let begun = Instant::now();
    let mut reader = ChildReader::start(exe(), path).unwrap();
    let id = reader.process_id().unwrap();
    let mut peak = 0;
    loop {
        match reader.next().await.unwrap() {
            Block::Done(summary) => return (summary.rows, begun.elapsed().as_millis(), peak),
            Block::Events(_) => {
                let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
                let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                peak = line
                    .and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok())
                    .unwrap_or(peak)
                    .max(peak);
            }
        }
    }
}

#[tokio::test]
async fn a_csv_of_a_million_rows_streams() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("million.csv");
    let mut text = String::from("车牌,客户,电话\n");
    for row in 0..1_000_000 {
        writeln!(text, "川A{:05},张三,138{row:08}", row % 100_000).unwrap();
    }
    std::fs::write(&path, text).unwrap();
    let (rows, millis, peak) = measure(&path).await;
    println!("{rows} rows of 3 columns, {millis} ms, {peak} KiB");
    assert_eq!(rows, 1_000_001);
    assert!(peak > 0 && peak < 64 << 10, "{peak} KiB");
}

/// Only with `ZHIYIN_BENCH=1` in release: 100,000 rows of 15 columns.
#[tokio::test]
async fn rows_a_second() {
    if std::env::var_os("ZHIYIN_BENCH").is_none() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let mut text = String::new();
    let columns: Vec<Column> = (0..15).map(|column| Column::new(format!("列{column}"), 12)).collect();
    let begun = Instant::now();
    let mut book = XlsxWriter::new(scratch.path()).unwrap();
    book.sheet("维修", &columns).unwrap();
    for row in 0..100_000_u32 {
        let mut cells = vec![
            Cell::Text(format!("RO{row:08}")),
            Cell::Text(format!("川A{:05}", row % 100_000)),
            Cell::Text(format!("138{row:08}")),
            Cell::Number(f64::from(row)),
            Cell::DateTime(format!("2026-11-{:02}T08:41:00", row % 28 + 1)),
        ];
        cells.extend((5..15).map(|column| Cell::Text(format!("更换机油机滤{column}"))));
        book.row(&cells).unwrap();
        let fields: Vec<String> = cells
            .into_iter()
            .map(|cell| match cell {
                Cell::Text(text) | Cell::DateTime(text) | Cell::Error(text) => text,
                Cell::Number(number) => number.to_string(),
                Cell::Empty | Cell::Bool(_) => String::new(),
            })
            .collect();
        writeln!(text, "{}", fields.join(",")).unwrap();
    }
    let xlsx = book.save(&scratch.path().join("speed.xlsx")).unwrap();
    println!("written in {} ms", begun.elapsed().as_millis());
    let csv = scratch.path().join("speed.csv");
    std::fs::write(&csv, text).unwrap();
    for path in [csv, xlsx] {
        let (rows, millis, peak) = measure(&path).await;
        let size = std::fs::metadata(&path).unwrap().len() >> 10;
        println!(
            "{}: {rows} rows, {millis} ms, {} rows/s, {peak} KiB, file {size} KiB",
            path.display(),
            u128::from(rows) * 1000 / millis
        );
    }
}
