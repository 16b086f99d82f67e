use super::{data, read};
use platform::sheets::{Event, SheetFault};
use std::collections::BTreeMap;
use std::time::Instant;

/// Where we count something else than the manifest, with the reason.
const DIFFER: [(&str, u64, &str); 3] = [
    ("calamine/empty_shared_string.xlsx", 1, "a text of no characters is empty"),
    ("calamine/encoded_entities.xlsx", 1, "a text of no characters is empty"),
    ("calamine/pivots.xlsx", 278, "four errors (#DIV/0!) are cells"),
];

/// Every file gets an answer: rows, or a fault with a code; as many cells as the other readers saw.
#[test]
fn every_torture_file_gets_an_answer() {
    let Some(folder) = data("spreadsheet_torture") else { return };
    let mut manifest = csv::Reader::from_path(folder.join("manifest.csv")).unwrap();
    let head = manifest.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|title| title == name).unwrap();
    let (file, cells) = (column("file"), column("cells"));
    let readers = [column("openpyxl"), column("xlrd"), column("calamine_py")];
    let mut answers: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for record in manifest.records() {
        let record = record.unwrap();
        let name = &record[file];
        let expected: Option<u64> = record[cells].parse().ok();
        let read_by_others = readers.iter().any(|reader| &record[*reader] == "ok");
        let begun = Instant::now();
        let answer = read(&folder.join(name));
        assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
        let (code, seen) = match &answer {
            Ok((summary, _)) => ("ok", summary.cells + summary.cells_cut),
            Err(fault) => (fault.code(), 0),
        };
        *answers.entry(code).or_default() += 1;
        let agreed = match &answer {
            Ok(_) => expected.is_none_or(|expected| expected == seen),
            Err(SheetFault::EmptyWorkbook) => expected == Some(0),
            Err(SheetFault::Encrypted | SheetFault::Damaged { .. } | SheetFault::NotASpreadsheet { .. }) => {
                !read_by_others
            }
            Err(_) => false,
        };
        if !agreed && !DIFFER.iter().any(|(known, cells, _)| *known == name && *cells == seen) {
            wrong.push(format!("{name}: {code} {seen} cells, expected {expected:?}"));
        }
        if let Ok((summary, events)) = &answer {
            let rows = events.iter().filter(|event| matches!(event, Event::Row(_))).count();
            assert_eq!(rows as u64, summary.rows, "{name}");
        }
    }
    println!("{answers:?}");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(answers.get("ok").is_some_and(|count| *count > 80));
}

/// Torn and garbled copies of them: an answer each time, and never a signal other than for memory.
#[test]
fn mangled_files_get_an_answer() {
    let Some(folder) = data("spreadsheet_torture") else { return };
    let scratch = tempfile::tempdir().unwrap();
    let mut seed = 0x9E37_79B9_u32;
    let mut chance = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as usize
    };
    for name in [
        "easyexcel/compatibility__t02.xlsx",
        "easyexcel/fill__simple.csv",
        "easyexcel/converter__converter03.xls",
        "calamine/date_1904.xlsb",
        "calamine/date_1904.xlsx",
        "calamine/merged_cells.ods",
        "calamine/issue_643_biff5_formula.xls",
        "calamine/issues.xlsb",
    ] {
        let whole = std::fs::read(folder.join(name)).unwrap();
        for round in 0..12 {
            let mut bytes = whole.clone();
            if round % 3 == 0 {
                bytes.truncate(chance() % whole.len());
            } else {
                for _ in 0..1 + chance() % 40 {
                    let at = chance() % bytes.len();
                    bytes[at] = chance() as u8;
                }
            }
            let path = scratch.path().join(name.rsplit('/').next().unwrap());
            std::fs::write(&path, &bytes).unwrap();
            if let Err(fault) = read(&path) {
                let ended = matches!(&fault, SheetFault::Io { .. } | SheetFault::NoProgress { .. });
                assert!(!ended && !fault.to_string().contains("signal"), "{name} round {round}: {fault}");
            }
        }
    }
}
