use super::{exe, make, read};
use platform::sheets::{Block, Bound, ChildReader, Event, Limits, SheetFault, parse, read_in_child};
use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

fn fault_of(bytes: &[u8], name: &str) -> SheetFault {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read(&path).unwrap_err()
}

#[test]
fn what_is_no_spreadsheet_is_told_so() {
    let mut seed = 1_u64;
    let noise: Vec<u8> = (0..50_000)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as u8
        })
        .collect();
    let check = |bytes: &[u8], name: &str, code: &str| assert_eq!(fault_of(bytes, name).code(), code, "{name}");
    check(b"", "empty.xlsx", "sheet.empty");
    check(b"\xEF\xBB\xBF\r\n\r\n", "blank.csv", "sheet.empty");
    check(&noise, "noise.xlsx", "sheet.not_a_spreadsheet");
    check(&noise, "noise.csv", "sheet.not_a_spreadsheet");
    check(&[b"PK\x03\x04".as_slice(), &noise].concat(), "noise.zip.xlsx", "sheet.damaged");
    check(&[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &noise].concat(), "noise.xls", "sheet.damaged");
    check(b"%PDF-1.7\n1 0 obj", "paper.xls", "sheet.not_a_spreadsheet");
    check(b"<html><body>Please sign in</body></html>", "login.xls", "sheet.not_a_spreadsheet");
    check(&[0; 4096], "zeros.csv", "sheet.not_a_spreadsheet");
    let gone = read(std::path::Path::new("no/such/file.xlsx")).unwrap_err();
    assert_eq!(gone.code(), "sheet.io");
}

#[test]
fn nul_bytes_in_a_csv_are_dropped() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("nul.csv");
    std::fs::write(&path, b"name,phone\nZhang\0,138\0\0,1\nLi,139\0\n").unwrap();
    assert_eq!(super::shown(&super::rows(&path)), ["1: name | phone", "2: Zhang | 138 | 1", "3: Li | 139"]);
}

#[test]
fn an_open_quote_is_named_instead_of_swallowing_the_file() {
    let mut text = "a,b\n1,\"open\n".to_owned();
    text.push_str(&"2,x\n".repeat(2_000_000));
    let fault = fault_of(text.as_bytes(), "open.csv");
    assert!(matches!(&fault, SheetFault::Damaged { detail } if detail.contains("quotation")), "{fault}");
}

/// 10 GB in a file of some megabytes: many parts that are copies of one packed block, each too small to be
/// suspicious by itself.
#[test]
fn a_bomb_in_the_directory_is_refused_before_unpacking() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("bomb.xlsx");
    let seed = scratch.path().join("seed.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&seed).unwrap());
    zip.start_file("blanks", make::packed()).unwrap();
    for _ in 0..60 {
        zip.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    zip.finish().unwrap();
    let mut seed = zip::ZipArchive::new(std::fs::File::open(&seed).unwrap()).unwrap();
    let mut bomb = make::package(&path);
    for sheet in 1..=160 {
        bomb.raw_copy_file_rename(seed.by_index_raw(0).unwrap(), format!("xl/worksheets/sheet{sheet}.xml")).unwrap();
    }
    bomb.finish().unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 15 << 20);
    let begun = Instant::now();
    let fault = read(&path).unwrap_err();
    assert!(matches!(fault, SheetFault::TooLarge { what: Bound::Inflated, .. }), "{fault}");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn one_part_that_grows_a_thousandfold_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("bomb.xlsx");
    let mut zip = make::package(&path);
    zip.start_file("xl/worksheets/sheet1.xml", make::packed()).unwrap();
    for _ in 0..100 {
        zip.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    zip.finish().unwrap();
    let fault = read(&path).unwrap_err();
    assert!(matches!(fault, SheetFault::TooLarge { what: Bound::Ratio, .. }), "{fault}");
}

/// The directory says 1 kB, the part unpacks to 40 MB: found while measuring, before any parser sees it.
#[test]
fn a_directory_that_lies_does_not_help() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("liar.xlsx");
    let mut zip = make::package(&path);
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let honest = 40_u32 << 20;
    for _ in 0..40 {
        zip.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    zip.finish().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let mut lies = 0;
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == honest.to_le_bytes() {
            bytes[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
            lies += 1;
        }
    }
    assert!(lies >= 1);
    std::fs::write(&path, &bytes).unwrap();
    let limits = Limits { inflated: 20 << 20, ..Limits::default() };
    let fault = parse(&path, &mut |_| ControlFlow::Continue(()), &limits).unwrap_err();
    let found = matches!(&fault, SheetFault::TooLarge { what: Bound::Inflated, .. } | SheetFault::Damaged { .. });
    assert!(found, "{fault}");
}

/// One shared string of 400 MB, honestly declared and within the ratio: more than the child may hold.
#[test]
fn memory_is_bounded_by_the_child_itself() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("strings.xlsx");
    let mut zip = make::package(&path);
    zip.start_file("xl/worksheets/sheet1.xml", make::packed()).unwrap();
    zip.write_all(b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData></worksheet>")
        .unwrap();
    zip.start_file("xl/sharedStrings.xml", make::packed()).unwrap();
    zip.write_all(b"<sst><si><t>").unwrap();
    let mut block: Vec<u8> =
        (0..4_000_u32).flat_map(|n| format!("{:08x}", n.wrapping_mul(2_654_435_761)).into_bytes()).collect();
    block.resize(1 << 20, b'a');
    for _ in 0..400 {
        zip.write_all(&block).unwrap();
    }
    zip.write_all(b"</t></si></sst>").unwrap();
    zip.finish().unwrap();
    let fault = read(&path).unwrap_err();
    assert_eq!(fault, SheetFault::MemoryLimit);
}

#[test]
fn too_many_cells() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("cells.csv");
    std::fs::write(&path, "a,b,c\n".repeat(100)).unwrap();
    let limits = Limits { cells: 200, ..Limits::default() };
    let fault = parse(&path, &mut |_| ControlFlow::Continue(()), &limits).unwrap_err();
    assert_eq!(fault, SheetFault::TooManyCells { limit: 200 });
}

#[test]
fn unstreamed_kinds_are_bounded_by_size() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("large.xls");
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.resize(51 << 20, 7);
    std::fs::write(&path, &bytes).unwrap();
    let fault = read(&path).unwrap_err();
    assert_eq!(fault, SheetFault::TooLarge { what: Bound::Unstreamed, limit: 50 << 20 });
    assert_eq!(fault.code(), "sheet.too_large");
}

#[test]
fn wide_rows_are_cut_and_counted() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("wide.csv");
    std::fs::write(&path, format!("{}\n", "x,".repeat(600))).unwrap();
    let (summary, _) = read(&path).unwrap();
    assert_eq!((summary.cells, summary.cells_cut), (512, 88));
    assert_eq!(super::rows(&path)[0].cells.len(), 512);
}

/// A program that starts and says nothing, one that says nonsense, one that fails at once.
#[tokio::test]
async fn a_child_that_misbehaves_is_given_up() {
    let scratch = tempfile::tempdir().unwrap();
    let script = |name: &str, body: &str| {
        use std::os::unix::fs::PermissionsExt;
        let path = scratch.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    };
    let check = async |name: &str, body: &str, code: &str| {
        let fault =
            read_in_child(&script(name, body), scratch.path(), |_| ControlFlow::Continue(())).await.unwrap_err();
        assert_eq!(fault.code(), code, "{name}: {fault}");
    };
    check("nonsense", "echo hello, I am no parser", "sheet.damaged").await;
    check("fails", "echo broken >&2; exit 3", "sheet.io").await;
    check("aborts", "echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$", "sheet.memory_limit").await;
    check("crashes", "kill -SEGV $$", "sheet.damaged").await;
    check("killed", "kill -KILL $$", "sheet.memory_limit").await;
    let begun = Instant::now();
    check("silent", "exec /bin/sleep 60", "sheet.no_progress").await;
    assert!((5..9).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(ChildReader::start(&scratch.path().join("none"), scratch.path()).is_err());
}

#[tokio::test]
async fn enough_is_enough_and_dropping_kills() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("long.csv");
    std::fs::write(&path, "川A12345,张三,13800001234,2026-11-15\n".repeat(300_000)).unwrap();
    let mut seen = 0;
    let summary = read_in_child(exe(), &path, |event| {
        seen += u64::from(matches!(event, Event::Row(_)));
        if seen == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .await
    .unwrap();
    assert_eq!((summary.stopped, summary.rows), (true, 10));

    let mut reader = ChildReader::start(exe(), &path).unwrap();
    assert!(matches!(reader.next().await.unwrap(), Block::Events(events) if !events.is_empty()));
    let id = reader.process_id().unwrap();
    drop(reader);
    let alive = || std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    for _ in 0..100 {
        if !alive() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the child lives on");
}
