use super::{data, make, read, rows, shown};
use platform::sheets::{Cell, Event, Format, Merged};
use std::path::Path;

fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn csv_in_every_encoding_and_delimiter() {
    let scratch = tempfile::tempdir().unwrap();
    let text =
        "维修明细,,\r\n\r\n工单号,车牌,说明\r\n0138,川A12345,\"第一行\r\n第二行，含\"\"引号\"\"\"\r\nR2,川B·67890,\r\n";
    let expected = [
        "1: 维修明细",
        "3: 工单号 | 车牌 | 说明",
        "4: 0138 | 川A12345 | 第一行\r\n第二行，含\"引号\"",
        "5: R2 | 川B·67890",
    ];
    let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let check = |name: &str, bytes: Vec<u8>, encoding: &str| {
        let path = scratch.path().join(name);
        write(&path, bytes);
        let (summary, _) = read(&path).unwrap();
        assert_eq!(shown(&rows(&path)), expected, "{name}");
        assert_eq!(summary.encoding.as_deref(), Some(encoding), "{name}");
        assert_eq!((summary.format, summary.replaced, summary.rows), (Format::Text, 0, 4), "{name}");
    };
    check("utf8.csv", text.into(), "UTF-8");
    check("mark.csv", format!("\u{FEFF}{text}").into(), "UTF-8");
    check("le.csv", utf16(u16::to_le_bytes), "UTF-16LE");
    check("be.csv", utf16(u16::to_be_bytes), "UTF-16BE");
    check("le_mark.txt", [b"\xFF\xFE".to_vec(), utf16(u16::to_le_bytes)].concat(), "UTF-16LE");
    check("gb.csv", encoding_rs::GB18030.encode(text).0.into_owned(), "gb18030");
    check("tab.tsv", text.replace(',', "\t").into(), "UTF-8");
    check("semicolon.csv", text.replace(',', ";").into(), "UTF-8");
    check("named.xls", text.into(), "UTF-8");
}

#[test]
fn hint_line_unix_ends_and_bare_returns() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("a.csv");
    write(&path, "sep=;\na;b,c\n\n=\"007\";x");
    assert_eq!(shown(&rows(&path)), ["2: a | b,c", "4: 007 | x"]);
    write(&path, "a,b\rc,d\re,f");
    assert_eq!(shown(&rows(&path)), ["1: a | b", "2: c | d", "3: e | f"]);
}

#[test]
fn stray_bytes_are_counted() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("a.csv");
    let mut bytes = "客户,说明\n张三,前轮轴承异响，更换刹车片，客户抱怨等待过久\n".as_bytes().to_vec();
    bytes.extend(b"x,\xFFy\n");
    write(&path, bytes);
    let (summary, _) = read(&path).unwrap();
    assert_eq!((summary.replaced, summary.rows), (1, 3));
}

#[test]
fn html_tables_named_xls() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("export.xls");
    let page = "<html><head><title>不要</title><style>td { x:y }</style></head><body><table border=1>\
        <tr><td colspan=3>维修&nbsp;明细</td></tr>\
        <tr><th rowspan=2>车牌</th><th colspan='2'>费用</th></tr><tr><th>工时<th>配件</tr>\
        <tr><td>川A12345</td><td>1,200.50<br>元</td><td><b>3</b>&lt;4</td></tr></table></body></html>";
    write(&path, encoding_rs::GB18030.encode(page).0);
    assert_eq!(
        shown(&rows(&path)),
        ["1: 维修 明细", "2: 车牌 | 费用", "3: - | 工时 | 配件", "4: 川A12345 | 1,200.50 元 | 3<4"]
    );
    let (summary, events) = read(&path).unwrap();
    assert_eq!(summary.format, Format::Html);
    let Event::Sheet { merged, .. } = &events[0] else { panic!("a sheet first") };
    let range = |first_row, first_col, last_row, last_col| Merged { first_row, first_col, last_row, last_col };
    assert_eq!(*merged, [range(1, 0, 1, 2), range(2, 0, 3, 0), range(2, 1, 2, 2)]);
}

#[test]
fn xml_spreadsheet_2003() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("export.xls");
    write(
        &path,
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>\
        <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
        <Worksheet ss:Name=\"交车\"><Table><Row><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">标题</Data></Cell><Cell><Data ss:Type=\"String\">c</Data></Cell></Row>\
        <Row ss:Index=\"4\"><Cell ss:Index=\"2\"><Data ss:Type=\"Number\">1.5</Data></Cell><Cell><Data ss:Type=\"DateTime\">2026-11-15T08:41:00.000</Data></Cell></Row></Table></Worksheet>\
        <Worksheet ss:Name=\"二\"><Table><Row><Cell><Data ss:Type=\"Boolean\">1</Data></Cell></Row></Table></Worksheet></Workbook>",
    );
    assert_eq!(shown(&rows(&path)), ["1: 标题 | - | c", "4: - | #1.5 | 2026-11-15T08:41:00", "1: true"]);
    let (summary, _) = read(&path).unwrap();
    assert_eq!((summary.format, summary.sheets), (Format::Xml2003, 2));
}

#[test]
fn merged_ranges_hidden_sheets_and_the_1904_epoch() {
    let Some(folder) = data("spreadsheet_torture") else { return };
    let sheets = |name: &str| -> Vec<String> {
        let (_, events) = read(&folder.join(name)).unwrap();
        events
            .into_iter()
            .filter_map(|event| match event {
                Event::Sheet { name, hidden, merged, epoch1904, .. } => {
                    Some(format!("{name} {hidden} {} {epoch1904}", merged.len()))
                }
                Event::Row(_) | Event::Progress { .. } => None,
            })
            .collect()
    };
    assert_eq!(
        sheets("easyexcel/demo__fill__complex.xlsx"),
        ["Sheet1 false 3 false", "Sheet2 false 0 false", "Sheet3 false 0 false"]
    );
    assert_eq!(sheets("calamine/merge_cells.xls")[0].split(' ').next_back(), Some("false"));
    assert_eq!(sheets("calamine/date_1904.xlsx"), ["Sheet1 false 0 true"]);
    let (_, events) = read(&folder.join("calamine/any_sheets.xls")).unwrap();
    assert!(events.iter().any(|event| matches!(event, Event::Sheet { hidden: true, .. })));
    for name in [
        "calamine/date.xlsx",
        "calamine/date_1904.xlsx",
        "calamine/date.xls",
        "calamine/date.xlsb",
        "calamine/date_1904.xlsb",
    ] {
        let first = rows(&folder.join(name)).remove(0).cells.remove(0);
        assert_eq!(first, Cell::DateTime("2021-01-01T00:00:00".into()), "{name}");
    }
}

#[test]
fn the_farthest_cell_takes_no_grid() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("far.xlsx");
    make::workbook(
        &path,
        r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>2</v></c><c r="XFD1048576"><v>3</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A1:C1"/></mergeCells>"#,
    );
    let (summary, events) = read(&path).unwrap();
    assert_eq!((summary.rows, summary.cells, summary.cells_cut), (2, 2, 1));
    assert_eq!(shown(&rows(&path)), ["1: #1", "1048576: - | #2"]);
    let Event::Sheet { name, merged, .. } = &events[0] else { panic!("a sheet first") };
    assert_eq!((name.as_str(), merged.len()), ("维修", 1));
}

#[test]
fn dealer_exports_have_their_rows() {
    let Some(folder) = data("dms") else { return };
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let (summary, _) = read(&path).unwrap();
        println!("{}: {summary:?}", path.file_name().unwrap().display());
        assert!(summary.rows > 100 && summary.replaced == 0 && summary.cells_cut == 0, "{}", path.display());
    }
}
