//! Measures a zip package before anybody parses it: first what its directory declares, then what really comes out.

use super::merges::{MergeScan, part_name, sheet_parts};
use super::sink::{Shared, Step, Watched};
use super::{Bound, Limits, Merged, SheetFault};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use zip::ZipArchive;
use zip::result::ZipError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Package {
    Xlsx,
    Xlsb,
    Ods,
}

pub(super) struct Measured {
    pub package: Package,
    /// By name of the sheet.
    pub merged: HashMap<String, Vec<Merged>>,
}

/// Unpacked size from which the ratio counts.
const RATIO_FROM: u64 = 64 << 20;
/// Workbook parts read whole for the names of the sheets.
const SMALL: usize = 4 << 20;

/// # Errors
/// `TooLarge`, `Encrypted`, `Damaged` (no directory, a wrong checksum), `NotASpreadsheet`.
pub(super) fn measure(file: &File, sink: Shared<'_, '_>) -> Step<Measured> {
    let limits = sink.borrow().limits;
    let mut zip = ZipArchive::new(Watched::open(file, sink)?).map_err(fault)?;
    let names = declared(&mut zip, limits)?;
    let package = kind(&names)?;
    let mut total = 0_u64;
    let mut ranges = HashMap::new();
    let mut small = HashMap::new();
    let mut block = vec![0; 64 << 10];
    for (at, name) in names.iter().enumerate() {
        // Pictures and programs are never unpacked.
        if !(name.ends_with(".xml") || name.ends_with(".rels") || name.ends_with(".bin"))
            || name.ends_with("vbaproject.bin")
        {
            continue;
        }
        let sheet = name.contains("sheet") && name.ends_with(".xml");
        let mut merges = sheet.then(MergeScan::default);
        let mut keep = (name.ends_with("workbook.xml") || name.ends_with("workbook.xml.rels")).then(Vec::new);
        let mut part = zip.by_index(at).map_err(fault)?;
        loop {
            let count = part.read(&mut block).map_err(SheetFault::damaged)?;
            if count == 0 {
                break;
            }
            total += count as u64;
            if total > limits.inflated {
                return Err(SheetFault::TooLarge { what: Bound::Inflated, limit: limits.inflated }.into());
            }
            if let Some(merges) = &mut merges {
                merges.feed(&block[..count]);
            }
            if let Some(keep) = keep.as_mut().filter(|keep| keep.len() < SMALL) {
                keep.extend_from_slice(&block[..count]);
            }
        }
        if let Some(merges) = merges.filter(|merges| !merges.found.is_empty()) {
            ranges.insert(name.clone(), merges.found);
        }
        if let Some(keep) = keep {
            small.insert(name.clone(), String::from_utf8_lossy(&keep).into_owned());
        }
    }
    Ok(Measured { package, merged: by_sheet(&names, &small, ranges) })
}

/// Names in lower case with `/`, as packages are matched in practice.
fn declared<R: Read + std::io::Seek>(zip: &mut ZipArchive<R>, limits: &Limits) -> Result<Vec<String>, SheetFault> {
    if zip.len() as u64 > limits.parts {
        return Err(SheetFault::TooLarge { what: Bound::Parts, limit: limits.parts });
    }
    let mut names = Vec::with_capacity(zip.len());
    let mut total = 0_u64;
    for at in 0..zip.len() {
        let part = zip.by_index_raw(at).map_err(fault)?;
        if part.encrypted() {
            return Err(SheetFault::Encrypted);
        }
        total = total.saturating_add(part.size());
        if total > limits.inflated {
            return Err(SheetFault::TooLarge { what: Bound::Inflated, limit: limits.inflated });
        }
        if part.size() > RATIO_FROM && part.size() / part.compressed_size().max(1) > limits.ratio {
            return Err(SheetFault::TooLarge { what: Bound::Ratio, limit: limits.ratio });
        }
        names.push(part_name("", part.name()));
    }
    Ok(names)
}

fn kind(names: &[String]) -> Result<Package, SheetFault> {
    let any = |test: fn(&str) -> bool| names.iter().any(|name| test(name));
    if any(|name| name.ends_with("workbook.bin")) {
        return Ok(Package::Xlsb);
    }
    if any(|name| name == "[content_types].xml") && !any(|name| name.starts_with("word/") || name.starts_with("ppt/")) {
        return Ok(Package::Xlsx);
    }
    if any(|name| name == "content.xml") && any(|name| name == "mimetype" || name == "meta-inf/manifest.xml") {
        return Ok(Package::Ods);
    }
    Err(SheetFault::not_a_spreadsheet("a package of another kind"))
}

fn by_sheet(
    names: &[String],
    small: &HashMap<String, String>,
    mut ranges: HashMap<String, Vec<Merged>>,
) -> HashMap<String, Vec<Merged>> {
    let mut merged = HashMap::new();
    let Some(workbook) = names.iter().find(|name| name.ends_with("workbook.xml")) else { return merged };
    let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", workbook));
    let relations = part_name(folder, &format!("_rels/{file}.rels"));
    let (Some(content), Some(relations)) = (small.get(workbook), small.get(&relations)) else { return merged };
    for (sheet, part) in sheet_parts(workbook, content, relations) {
        if let Some(found) = part.and_then(|part| ranges.remove(&part)) {
            merged.insert(sheet, found);
        }
    }
    merged
}

fn fault(error: ZipError) -> SheetFault {
    match error {
        ZipError::Io(error) => SheetFault::damaged(error),
        other => SheetFault::damaged(other),
    }
}
