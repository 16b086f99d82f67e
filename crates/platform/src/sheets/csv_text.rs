//! csv, tsv and what else has rows in lines.

use super::encoding::{Scan, Utf8Reader};
use super::sink::{Shared, Step, Watched};
use super::{Cell, Format, SheetFault};
use std::fs::File;
use std::io::{Cursor, Read};

/// Two goes: the first finds the encoding, the second the rows.
pub(super) fn read(file: &File, head: &[u8], prefers_tab: bool, sink: Shared<'_, '_>) -> Step<()> {
    let mut scan = Scan::default();
    let mut first = Watched::open(file, sink)?;
    let mut block = vec![0; 64 << 10];
    loop {
        let count = first.read(&mut block).map_err(SheetFault::io)?;
        if count == 0 {
            break;
        }
        scan.feed(&block[..count]);
    }
    drop(first);
    let encoding = scan.finish(head).encoding;
    let mut text = Utf8Reader::new(Watched::open(file, sink)?, encoding);
    let gauge = text.gauge.clone();
    let mut start = Vec::new();
    (&mut text).take(64 << 10).read_to_end(&mut start).map_err(SheetFault::io)?;
    let crlf = start.windows(2).any(|pair| pair == b"\r\n");
    let (delimiter, hint) = match excel_hint(&start) {
        Some((delimiter, length)) => (delimiter, length),
        None => (guess_delimiter(&start, prefers_tab), 0),
    };
    {
        let mut sink = sink.borrow_mut();
        sink.summary.format = Format::Text;
        sink.summary.encoding = Some(encoding.name().to_owned());
        sink.summary.delimiter = Some(char::from(delimiter));
        sink.sheet(String::new(), false, Vec::new(), false)?;
    }
    let mut start = Cursor::new(start);
    start.set_position(hint);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(64 << 10)
        .from_reader(start.chain(text));
    let mut record = csv::ByteRecord::new();
    let mut rows = Rows { crlf, inner: 0, last: 0, skipped: u64::from(hint > 0) };
    let outcome = loop {
        let more = reader.read_byte_record(&mut record);
        let row = match more {
            Ok(true) => rows.index(reader.position().line(), record.as_slice()),
            Ok(false) => break Ok(()),
            Err(_) if gauge.endless.get() => {
                let line = record.position().map_or(rows.last + 1, csv::Position::line);
                let detail = format!("a row of more than 4 MiB after row {line}: a quotation mark is not closed");
                break Err(SheetFault::Damaged { detail }.into());
            }
            Err(error) => break Err(SheetFault::io(error).into()),
        };
        gauge.since_record.set(0);
        let mut sink = sink.borrow_mut();
        for (col, field) in record.iter().enumerate() {
            sink.cell(row, u32::try_from(col).unwrap_or(u32::MAX), cell_of(field))?;
        }
        sink.end_row()?;
    };
    sink.borrow_mut().summary.replaced = gauge.replaced.get();
    outcome
}

/// csv skips blank lines, and a field may hold line ends; the user's program counts the first and not the second.
struct Rows {
    crlf: bool,
    inner: u64,
    last: u64,
    skipped: u64,
}

impl Rows {
    /// 0-based, for [`super::sink::Sink::cell`].
    fn index(&mut self, line_after: u64, content: &[u8]) -> u32 {
        self.inner += content.iter().filter(|byte| **byte == b'\n').count() as u64;
        // After `\r\n` the parser still stands before the `\n`.
        let line = if self.crlf { line_after } else { line_after.saturating_sub(1) };
        let row = line.saturating_sub(self.inner) + self.skipped;
        self.last = row.max(self.last + 1);
        u32::try_from(self.last - 1).unwrap_or(u32::MAX)
    }
}

/// Some exporters write `="0138"` to keep the zero; we write `'=…` to keep a formula from running. Both say: text.
fn cell_of(field: &[u8]) -> Cell {
    if field.is_empty() || field == b"\x1A" {
        return Cell::Empty;
    }
    let text = String::from_utf8_lossy(field);
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return Cell::Text(inner.replace("\"\"", "\""));
    }
    Cell::Text(super::write::plain(&text).to_owned())
}

/// `sep=;` in the first line; answers the delimiter and the bytes to skip.
fn excel_hint(start: &[u8]) -> Option<(u8, u64)> {
    let rest = start.strip_prefix(b"sep=").or_else(|| start.strip_prefix(b"SEP="))?;
    let (&delimiter, end) = rest.split_first()?;
    let ends = if end.starts_with(b"\r\n") { 2 } else { u64::from(end.starts_with(b"\n")) };
    (ends > 0 && (delimiter.is_ascii_punctuation() || delimiter == b'\t')).then_some((delimiter, 5 + ends))
}

/// The one that cuts most lines into the same number of fields (title lines above the table have none).
fn guess_delimiter(start: &[u8], prefers_tab: bool) -> u8 {
    const CANDIDATES: [u8; 4] = *b",\t;|";
    let mut counts: Vec<[usize; 4]> = Vec::new();
    let mut line = [0; 4];
    let mut quoted = false;
    for &byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                if line != [0; 4] {
                    counts.push(line);
                }
                line = [0; 4];
            }
            byte if !quoted => {
                if let Some(at) = CANDIDATES.iter().position(|candidate| *candidate == byte) {
                    line[at] += 1;
                }
            }
            _ => {}
        }
    }
    if counts.is_empty() || line != [0; 4] {
        counts.push(line);
    }
    let score = |at: usize| {
        let mut seen: Vec<usize> = counts.iter().map(|line| line[at]).filter(|count| *count > 0).collect();
        seen.sort_unstable();
        let usual = seen.get(seen.len() / 2).copied().unwrap_or(0);
        let same = seen.iter().filter(|count| **count == usual).count();
        same * usual.min(4)
    };
    let mut best = usize::from(prefers_tab);
    for at in 0..CANDIDATES.len() {
        if score(at) > score(best) {
            best = at;
        }
    }
    CANDIDATES[best]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters() {
        assert_eq!(guess_delimiter(b"a,b,c\n1,2,3\n", false), b',');
        assert_eq!(guess_delimiter(b"a;b;c\n1,5;2,5;3,5\n1,5;2;3\n", false), b';');
        assert_eq!(guess_delimiter("名单\n\na\tb\tc\n1\t2,3\t4\n".as_bytes(), false), b'\t');
        assert_eq!(guess_delimiter(b"\"x;y\",b\n\"1;2;3;4\",2\n", false), b',');
        assert_eq!(guess_delimiter(b"one\ntwo\n", true), b'\t');
        assert_eq!(excel_hint(b"sep=;\r\na;b"), Some((b';', 7)));
        assert_eq!(excel_hint(b"separate,b\n"), None);
    }

    #[test]
    fn texts_that_say_text() {
        assert_eq!(cell_of(b"=\"0138\""), Cell::Text("0138".into()));
        assert_eq!(cell_of(b"'=1+1"), Cell::Text("=1+1".into()));
        assert_eq!(cell_of(b"'quoted"), Cell::Text("'quoted".into()));
        assert_eq!(cell_of(b""), Cell::Empty);
    }
}
