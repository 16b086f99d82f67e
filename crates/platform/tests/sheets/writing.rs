use super::{rows, shown};
use platform::sheets::{Cell, Column, CsvWriter, SheetFile, XlsxWriter, neutral};

fn sample() -> Vec<Vec<Cell>> {
    let text = |text: &str| Cell::Text(text.into());
    vec![
        vec![text("川A12345"), Cell::Number(1280.5), Cell::DateTime("2026-11-15T08:41:00".into()), text("=1+1")],
        vec![text("013800001234"), Cell::Empty, Cell::DateTime("2026-11-16T00:00:00".into()), text("@SUM(A1)")],
        vec![text("'=x"), Cell::Bool(true), Cell::Empty, text("含\"引号\"，换行\n第二行")],
    ]
}

fn columns() -> Vec<Column> {
    vec![Column::new("车牌", 12), Column::new("金额", 10), Column::new("进厂时间", 20), Column::new("原因", 30)]
}

#[test]
fn xlsx_goes_out_and_comes_in_again() {
    let scratch = tempfile::tempdir().unwrap();
    let mut book = XlsxWriter::new(scratch.path()).unwrap();
    book.sheet("未导入/行", &columns()).unwrap();
    for row in sample() {
        book.row(&row).unwrap();
    }
    let path = book.save(&scratch.path().join("rejected.xlsx")).unwrap();
    assert_eq!(
        shown(&rows(&path)),
        [
            "1: 车牌 | 金额 | 进厂时间 | 原因",
            "2: 川A12345 | #1280.5 | 2026-11-15T08:41:00 | =1+1",
            "3: 013800001234 | - | 2026-11-16T00:00:00 | @SUM(A1)",
            "4: '=x | true | - | 含\"引号\"，换行\n第二行",
        ]
    );
    let bytes = std::fs::read(&path).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let sheet = std::io::read_to_string(zip.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(!sheet.contains("<f>"), "no formula");
    assert!(sheet.contains("state=\"frozen\""));
    let workbook = std::io::read_to_string(zip.by_name("xl/workbook.xml").unwrap()).unwrap();
    assert!(workbook.contains("未导入_行"));
}

#[test]
fn csv_goes_out_harmless_and_comes_in_the_same() {
    let mut file = CsvWriter::new(Vec::new(), &columns()).unwrap();
    for row in sample() {
        file.row(&row).unwrap();
    }
    let bytes = file.finish().unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(
        text.starts_with("\u{FEFF}车牌,金额,进厂时间,原因\r\n川A12345,1280.5,2026-11-15 08:41:00,'=1+1\r\n"),
        "{text}"
    );
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("out.csv");
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(
        shown(&rows(&path))[1..],
        [
            "2: 川A12345 | 1280.5 | 2026-11-15 08:41:00 | =1+1",
            "3: 013800001234 | - | 2026-11-16 | @SUM(A1)",
            "4: '=x | TRUE | - | 含\"引号\"，换行\n第二行",
        ]
    );
}

#[test]
fn what_would_run_is_disarmed() {
    for (text, expected) in
        [("=A1", "'=A1"), ("+86", "'+86"), ("-", "'-"), ("@x", "'@x"), ("\tx", "'\tx"), ("a=b", "a=b"), ("", "")]
    {
        assert_eq!(neutral(text), expected);
    }
}
