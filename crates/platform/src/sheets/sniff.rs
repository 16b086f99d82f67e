//! What a file is by its content; names lie.

use super::encoding::Detected;
use super::{Bound, Limits, SheetFault};
use std::fs::File;
use std::io::{Read, Seek};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// xlsx, xlsb or ods: which, the parts tell.
    Zip,
    /// xls, or a package encrypted by a password.
    Ole,
    /// html or XML Spreadsheet 2003.
    Markup,
    Text,
}

pub(super) const HEAD: usize = 64 << 10;

/// # Errors
/// `EmptyWorkbook` for 0 bytes, `NotASpreadsheet` for pictures, PDF, other binaries and pages without a table.
pub(super) fn sniff(file: &mut File) -> Result<(Kind, Vec<u8>), SheetFault> {
    let mut head = Vec::with_capacity(HEAD);
    file.rewind().map_err(SheetFault::io)?;
    file.take(HEAD as u64).read_to_end(&mut head).map_err(SheetFault::io)?;
    let kind = kind_of(&head)?;
    Ok((kind, head))
}

fn kind_of(head: &[u8]) -> Result<Kind, SheetFault> {
    if head.is_empty() {
        return Err(SheetFault::EmptyWorkbook);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Zip);
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(Kind::Ole);
    }
    for (magic, name) in KNOWN {
        if head.starts_with(magic) {
            return Err(SheetFault::not_a_spreadsheet(name));
        }
    }
    let text = Detected::by_head(head).text_of(head);
    if looks_binary(&text) {
        return Err(SheetFault::not_a_spreadsheet("binary content of no known kind"));
    }
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\0');
    if start.starts_with('<') {
        return markup(&start.to_ascii_lowercase());
    }
    if start.starts_with("MIME-Version:") {
        return Err(SheetFault::not_a_spreadsheet("web archive"));
    }
    Ok(Kind::Text)
}

const KNOWN: [(&[u8], &str); 9] = [
    (b"%PDF", "PDF"),
    (b"{\\rtf", "rich text"),
    (b"\x89PNG", "picture"),
    (b"\xFF\xD8\xFF", "picture"),
    (b"GIF8", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xBC\xAF", "archive"),
    (b"\x1F\x8B", "archive"),
    (b"SQLite format 3\0", "database"),
];

fn markup(lower: &str) -> Result<Kind, SheetFault> {
    let spreadsheet = lower.contains("urn:schemas-microsoft-com:office:spreadsheet");
    let page = ["<html", "<table", "<!doctype html", "<tr", "<meta"].iter().any(|tag| lower.contains(tag));
    if spreadsheet || page { Ok(Kind::Markup) } else { Err(SheetFault::not_a_spreadsheet("xml of another kind")) }
}

/// More than 2 % control characters (a few stray ones, NUL above all, are forgiven), or mostly undecodable.
fn looks_binary(text: &str) -> bool {
    let mut all = 0_usize;
    let mut odd = 0_usize;
    for c in text.chars() {
        all += 1;
        odd += match c {
            '\t' | '\n' | '\r' | '\x0C' | '\x1A' | '\0' => 0,
            c if c.is_control() => 1,
            char::REPLACEMENT_CHARACTER => 1,
            _ => 0,
        };
    }
    let nul = text.bytes().filter(|byte| *byte == 0).count();
    (odd > 3 && odd * 50 > all) || nul * 4 > all
}

/// Kinds that must be held whole are bounded before they are opened.
pub(super) fn check_unstreamed(bytes: u64, limits: &Limits) -> Result<(), SheetFault> {
    if bytes > limits.unstreamed {
        return Err(SheetFault::TooLarge { what: Bound::Unstreamed, limit: limits.unstreamed });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(kind_of(b"PK\x03\x04rest").unwrap(), Kind::Zip);
        assert_eq!(kind_of("姓名,电话\n张三,138\n".as_bytes()).unwrap(), Kind::Text);
        assert_eq!(kind_of(b"\xEF\xBB\xBF<html><body><table>").unwrap(), Kind::Markup);
        assert_eq!(kind_of(b"a,b\0,c\n1,2,3\n4,5,6\n").unwrap(), Kind::Text);
        assert_eq!(kind_of(b"").unwrap_err(), SheetFault::EmptyWorkbook);
        assert_eq!(kind_of(b"%PDF-1.7").unwrap_err().code(), "sheet.not_a_spreadsheet");
        assert_eq!(kind_of(b"<svg xmlns='x'/>").unwrap_err().code(), "sheet.not_a_spreadsheet");
        assert_eq!(kind_of(&[0x01; 400]).unwrap_err().code(), "sheet.not_a_spreadsheet");
        assert_eq!(kind_of(&[0x00; 400]).unwrap_err().code(), "sheet.not_a_spreadsheet");
    }
}
