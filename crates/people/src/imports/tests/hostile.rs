//! Files that would do harm, and formats beside xlsx, on the whole way of an import.

use super::world::{Yard, facts};
use crate::imports::texts::file_fault;
use crate::imports::*;
use platform::i18n::Locale;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use testkit::on_both;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const MAIN: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

fn packed() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true)
}

/// The parts every workbook needs, open for its sheets. `kind`: `sheet.main`, or that of a workbook with macros.
fn workbook(path: &Path, main: &str, properties: &str) -> ZipWriter<File> {
    let head = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                r#"{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{main}"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{MAIN}.worksheet+xml"/></Types>"#
            ),
        ),
        (
            "_rels/.rels",
            format!(
                r#"{head}<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"{head}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{office}">{properties}<sheets><sheet name="维修" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"{head}<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
    ];
    let mut zip = ZipWriter::new(File::create(path).expect("created"));
    for (name, content) in parts {
        zip.start_file(name, packed()).expect("part");
        zip.write_all(content.as_bytes()).expect("written");
    }
    zip
}

fn sheet(mut zip: ZipWriter<File>, rows: &str) {
    zip.start_file("xl/worksheets/sheet1.xml", packed()).expect("part");
    write!(
        zip,
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
    .expect("written");
    zip.finish().expect("finished");
}

/// 160 sheets of 60 MB that are copies of one packed block: 10 GB from some megabytes.
fn bomb(folder: &Path) -> PathBuf {
    let (seed, path) = (folder.join("seed.zip"), folder.join("bomb.xlsx"));
    let mut zip = ZipWriter::new(File::create(&seed).expect("created"));
    zip.start_file("blanks", packed()).expect("part");
    (0..60).for_each(|_| zip.write_all(&vec![b' '; 1 << 20]).expect("written"));
    zip.finish().expect("finished");
    let mut seed = ZipArchive::new(File::open(&seed).expect("opened")).expect("archive");
    let mut out = workbook(&path, &format!("{MAIN}.sheet.main+xml"), "");
    for i in 1..=160 {
        let part = seed.by_index_raw(0).expect("part");
        out.raw_copy_file_rename(part, format!("xl/worksheets/sheet{i}.xml")).expect("copied");
    }
    out.finish().expect("finished");
    path
}

#[tokio::test]
async fn 解开有十个吉字节的文件_给出说法_什么都不留() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let path = bomb(&yard.shop.data);
        assert!(std::fs::metadata(&path).expect("file").len() < 15 << 20);
        let batch = yard.read(&path).await;
        assert_eq!(batch.state, State::Failed);
        let fault = batch.fault.expect("a fault");
        let (what, remedy) = file_fault(Locale::ZhCn, &fault);
        assert!(what.contains("解开后太大") && remedy.contains("分成几个文件"), "{fault}: {what}{remedy}");
        assert_eq!(facts(&w.db, w.group).await, [0; 8]);
    })
    .await;
}

fn text_cells(row: u32, cells: &[&str]) -> String {
    let cell = |(i, text): (usize, &&str)| {
        let column = char::from(b'A' + u8::try_from(i).expect("few"));
        format!(r#"<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    cells.iter().enumerate().map(cell).collect()
}

const HEAD: [&str; 5] = ["工单号", "结算时间", "客户名称", "联系电话", "车牌号"];

/// The last cell that a sheet can have: read in passing, told, and no reason to refuse the rows.
#[tokio::test]
async fn 最远的单元格_不占内存_照常导入() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let path = yard.shop.data.join("far.xlsx");
        let order = text_cells(2, &["RO1", "2026-11-18", "白思", "13800000001", "川A00001"]);
        let rows = format!(
            r#"<row r="1">{}</row><row r="2">{order}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#,
            text_cells(1, &HEAD)
        );
        sheet(workbook(&path, &format!("{MAIN}.sheet.main+xml"), ""), &rows);
        let batch = yard.read(&path).await;
        let t = &batch.counts;
        assert_eq!((batch.state, t.new, t.rejected), (State::Previewed, 1, 0), "{:?}", batch.fault);
        assert!(batch.mapping.cells_cut >= 1, "what was not read is told");
        yard.confirm(batch.id).await.expect("confirmed");
        assert_eq!(yard.apply(batch.id, 10).await.state, State::Applied);
    })
    .await;
}

async fn one_order(yard: &Yard<'_>, path: &Path, number: &str) {
    let batch = yard.read(path).await;
    let t = &batch.counts;
    let asked = batch.mapping.questions();
    assert_eq!((batch.state, t.new, t.rejected), (State::Previewed, 1, 0), "{path:?} {:?} {asked:?}", batch.fault);
    let rows = yard.rows(batch.id, store::Which::All).await;
    let Some(Draft::RepairOrder(draft)) = rows[0].draft.as_deref().and_then(Draft::from_staging) else {
        panic!("{path:?}: no order")
    };
    assert_eq!(draft.number.as_deref(), Some(number), "{path:?}");
    assert_eq!(draft.settled_at.map(|at| at.date.to_string()).as_deref(), Some("2026-11-18"), "{path:?}");
    yard.confirm(batch.id).await.expect("confirmed");
    assert_eq!(yard.apply(batch.id, 10).await.counts.done.new, 1, "{path:?}");
}

/// One order, as each format writes it. 46344 is 2026-11-18 counted from 1900, 44882 counted from 1904.
#[tokio::test]
async fn 各种格式_一样导入() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let macros = "application/vnd.ms-excel.sheet.macroEnabled.main+xml";
        let plain = format!("{MAIN}.sheet.main+xml");
        let dated = |number: &str, serial: &str| {
            let text = text_cells(2, &[number]);
            let rest: String = ["白思", "13800000001", "川A00001"]
                .iter()
                .zip(["C", "D", "E"])
                .map(|(text, column)| format!(r#"<c r="{column}2" t="inlineStr"><is><t>{text}</t></is></c>"#))
                .collect();
            let date = format!(r#"<c r="B2"><v>{serial}</v></c>"#);
            format!(r#"<row r="1">{}</row><row r="2">{text}{date}{rest}</row>"#, text_cells(1, &HEAD))
        };
        let at = |name: &str| yard.shop.data.join(name);
        sheet(workbook(&at("a.xlsm"), macros, ""), &dated("RO1", "46344"));
        sheet(workbook(&at("b.xlsx"), &plain, r#"<workbookPr date1904="1"/>"#), &dated("RO2", "44882"));
        ods(&at("c.ods"), &["RO3", "2026-11-18", "白思", "13800000001", "川A00001"]);
        xlsb(&at("d.xlsb"), &[&HEAD, &["RO4", "2026-11-18", "白思", "13800000001", "川A00001"]]);
        for (name, number) in [("a.xlsm", "RO1"), ("b.xlsx", "RO2"), ("c.ods", "RO3"), ("d.xlsb", "RO4")] {
            one_order(&yard, &at(name), number).await;
        }
        assert_eq!(facts(&w.db, w.group).await[4], 4);
    })
    .await;
}

fn ods(path: &Path, order: &[&str]) {
    let row = |cells: &[&str]| {
        let cell = |text: &&str| {
            format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
        };
        format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>())
    };
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet><table:table table:name="维修">{}{}</table:table></office:spreadsheet></office:body></office:document-content>"#,
        row(&HEAD),
        row(order)
    );
    let manifest = r#"<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"#;
    let mut zip = ZipWriter::new(File::create(path).expect("created"));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("mimetype", stored).expect("part");
    zip.write_all(b"application/vnd.oasis.opendocument.spreadsheet").expect("written");
    for (name, content) in [("content.xml", content.as_str()), ("META-INF/manifest.xml", manifest)] {
        zip.start_file(name, packed()).expect("part");
        zip.write_all(content.as_bytes()).expect("written");
    }
    zip.finish().expect("finished");
}

/// A record of the binary format: number and length in seven-bit groups, then the content.
fn record(out: &mut Vec<u8>, number: u16, content: &[u8]) {
    let low = u8::try_from(number & 0x7f).expect("seven bits");
    match number >> 7 {
        0 => out.push(low),
        high => out.extend([low | 0x80, u8::try_from(high).expect("small")]),
    }
    let mut length = content.len();
    while length > 0x7f {
        out.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).expect("seven bits"));
    out.extend_from_slice(content);
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let count = u32::try_from(units.len()).expect("short");
    count.to_le_bytes().into_iter().chain(units.into_iter().flat_map(u16::to_le_bytes)).collect()
}

/// [MS-XLSB] 2.1: workbook, one sheet, cells with their text inside.
fn xlsb(path: &Path, rows: &[&[&str]]) {
    let (mut book, mut sheet) = (Vec::new(), Vec::new());
    record(&mut book, 131, &[]); // BrtBeginBook
    record(&mut book, 143, &[]); // BrtBeginBundleShs
    let bundle: Vec<u8> = [0_u32.to_le_bytes(), 1_u32.to_le_bytes()]
        .concat()
        .into_iter()
        .chain(wide("rId1"))
        .chain(wide("维修"))
        .collect();
    record(&mut book, 156, &bundle); // BrtBundleSh
    record(&mut book, 144, &[]);
    record(&mut book, 132, &[]);
    record(&mut sheet, 129, &[]); // BrtBeginSheet
    let last = |n: usize| u32::try_from(n - 1).expect("few").to_le_bytes();
    let size = [0_u32.to_le_bytes(), last(rows.len()), 0_u32.to_le_bytes(), last(rows[0].len())].concat();
    record(&mut sheet, 148, &size); // BrtWsDim
    record(&mut sheet, 145, &[]); // BrtBeginSheetData
    for (i, cells) in rows.iter().enumerate() {
        let mut head = u32::try_from(i).expect("few").to_le_bytes().to_vec();
        head.extend([0; 13]);
        record(&mut sheet, 0, &head); // BrtRowHdr
        for (column, text) in cells.iter().enumerate() {
            let mut cell = u32::try_from(column).expect("few").to_le_bytes().to_vec();
            cell.extend([0; 4]);
            cell.extend(wide(text));
            record(&mut sheet, 6, &cell); // BrtCellSt
        }
    }
    record(&mut sheet, 146, &[]);
    record(&mut sheet, 130, &[]);
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/><Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/></Types>"#;
    let root = format!(
        r#"<?xml version="1.0"?><Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.bin"/></Relationships>"#
    );
    let inner = format!(
        r#"<?xml version="1.0"?><Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#
    );
    let mut zip = ZipWriter::new(File::create(path).expect("created"));
    for (name, content) in [
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.bin", book.as_slice()),
        ("xl/_rels/workbook.bin.rels", inner.as_bytes()),
        ("xl/worksheets/sheet1.bin", sheet.as_slice()),
    ] {
        zip.start_file(name, packed()).expect("part");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("finished");
}
