//! Merged ranges of an xlsx. They stand after the rows, so calamine would parse the sheet twice; we look for them
//! while the package is measured.

use super::Merged;
use super::tags::{Piece, Pieces};

/// Finds `<mergeCell ref="A1:C2"/>` in blocks of a sheet.
#[derive(Default)]
pub(super) struct MergeScan {
    carry: Vec<u8>,
    pub found: Vec<Merged>,
}

const WORD: &[u8] = b"mergeCell ";
/// A header has some, a form a few hundred.
const MOST: usize = 10_000;
/// A longer tag is none of ours.
const LONGEST_TAG: usize = 256;

impl MergeScan {
    pub fn feed(&mut self, block: &[u8]) {
        if self.found.len() >= MOST {
            return;
        }
        let mut bytes = std::mem::take(&mut self.carry);
        bytes.extend_from_slice(block);
        // A word may be cut by the end of the block; a whole one must not be found twice.
        let mut keep = bytes.len().saturating_sub(WORD.len() - 1);
        let mut from = 0;
        while let Some(hit) = find(&bytes[from..]) {
            let start = from + hit;
            from = start + WORD.len();
            let tag = &bytes[start..bytes.len().min(start + LONGEST_TAG)];
            match tag.iter().position(|byte| *byte == b'>') {
                Some(end) => self.found.extend(std::str::from_utf8(&tag[..end]).ok().and_then(range_of_tag)),
                None if tag.len() < LONGEST_TAG => {
                    keep = start;
                    break;
                }
                None => {}
            }
        }
        self.found.truncate(MOST);
        self.carry = bytes.split_off(keep);
    }
}

/// Looks only where an `m` is: sheets have few.
fn find(bytes: &[u8]) -> Option<usize> {
    const STEP: usize = 512;
    let mut at = 0;
    while at < bytes.len() {
        let step = &bytes[at..bytes.len().min(at + STEP)];
        if step.contains(&WORD[0]) {
            let reach = &bytes[at..bytes.len().min(at + STEP + WORD.len() - 1)];
            if let Some(hit) = reach.windows(WORD.len()).position(|window| window == WORD) {
                return Some(at + hit);
            }
        }
        at += STEP;
    }
    None
}

fn range_of_tag(tag: &str) -> Option<Merged> {
    let (_, value) = tag.split_once("ref=")?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    range(value[1..].split_once(quote)?.0)
}

fn range(text: &str) -> Option<Merged> {
    let (from, to) = text.split_once(':')?;
    let (first_row, first_col) = place(from)?;
    let (last_row, last_col) = place(to)?;
    (first_row <= last_row && first_col <= last_col).then_some(Merged { first_row, first_col, last_row, last_col })
}

/// `$C$2` → (2, 2): row 1-based, column 0-based.
fn place(text: &str) -> Option<(u32, u32)> {
    let bare = text.replace('$', "");
    let digits = bare.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = bare.split_at(digits);
    let row: u32 = row.parse().ok()?;
    if letters.is_empty() || letters.len() > 3 || row == 0 {
        return None;
    }
    let mut col = 0;
    for letter in letters.bytes() {
        if !letter.is_ascii_alphabetic() {
            return None;
        }
        col = col * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
    }
    Some((row, col - 1))
}

/// The part of each sheet, in the order of the workbook; names in lower case as [`part_name`] makes them.
pub(super) fn sheet_parts(workbook_part: &str, workbook: &str, relations: &str) -> Vec<(String, Option<String>)> {
    let folder = workbook_part.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut targets = Vec::new();
    for piece in Pieces(relations) {
        if let Piece::Tag(tag) = piece
            && tag.is("Relationship")
            && let (Some(id), Some(target)) = (tag.attribute("Id"), tag.attribute("Target"))
        {
            targets.push((id, part_name(folder, &target)));
        }
    }
    let mut sheets = Vec::new();
    for piece in Pieces(workbook) {
        if let Piece::Tag(tag) = piece
            && tag.is("sheet")
            && !tag.closing
            && let Some(name) = tag.attribute("name")
        {
            let id = tag.attribute("id");
            let part = targets.iter().find(|(other, _)| Some(other) == id.as_ref()).map(|(_, part)| part.clone());
            sheets.push((name, part));
        }
    }
    sheets
}

/// `../xl\Worksheets/sheet1.xml` in `xl` → `xl/worksheets/sheet1.xml`.
pub(super) fn part_name(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let joined = if target.starts_with('/') { target } else { format!("{folder}/{target}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_found_wherever_the_blocks_end() {
        let xml = format!(
            "<sheetData><row r=\"1\"><c r=\"A1\"><v>m</v></c></row>{}</sheetData><mergeCells count=\"2\"><mergeCell ref=\"A1:C1\"/><x:mergeCell  ref='$D$2:D3' /></mergeCells>",
            "<row/>".repeat(300)
        );
        let a1 = Merged { first_row: 1, first_col: 0, last_row: 1, last_col: 2 };
        let d2 = Merged { first_row: 2, first_col: 3, last_row: 3, last_col: 3 };
        for size in [1, 2, 3, 7, 64, 100_000] {
            let mut scan = MergeScan::default();
            for block in xml.as_bytes().chunks(size) {
                scan.feed(block);
            }
            assert_eq!(scan.found, [a1, d2], "blocks of {size}");
        }
    }

    #[test]
    fn places() {
        assert_eq!(place("A1"), Some((1, 0)));
        assert_eq!(place("XFD1048576"), Some((1_048_576, 16_383)));
        assert_eq!(place("A0"), None);
        assert_eq!(place("12"), None);
        assert_eq!(range("B2:A1"), None);
    }

    #[test]
    fn parts_of_sheets() {
        let relations = "<Relationships><Relationship Id=\"r1\" Target=\"/xl/worksheets/Sheet1.xml\"/><Relationship Target=\"../xl/worksheets\\s2.xml\" Id=\"r2\"/></Relationships>";
        let workbook = "<x:sheets><x:sheet name=\"甲&amp;乙\" sheetId=\"1\" r:id=\"r2\"/><x:sheet name=\"b\" r:id=\"r1\"/><x:sheet name=\"c\" r:id=\"r9\"/></x:sheets>";
        let expected = [
            ("甲&乙".to_owned(), Some("xl/worksheets/s2.xml".to_owned())),
            ("b".to_owned(), Some("xl/worksheets/sheet1.xml".to_owned())),
            ("c".to_owned(), None),
        ];
        assert_eq!(sheet_parts("xl/workbook.xml", workbook, relations), expected);
    }
}
