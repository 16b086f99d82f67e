//! What the child writes to its parent: `tag, length (u32, little endian), payload`. Rows are packed by hand, the few
//! other frames are JSON. The parent trusts none of it.

use super::{Cell, Event, Merged, SheetFault, SheetRow, Summary};
use serde::{Deserialize, Serialize};

const SHEET: u8 = 1;
const ROW: u8 = 2;
const PROGRESS: u8 = 3;
const DONE: u8 = 4;
const FAULT: u8 = 5;

const HEADER: usize = 5;
/// 512 columns of 32,767 characters of 4 bytes.
const LONGEST: usize = 80 << 20;

/// One frame, read back.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    Event(Event),
    Done(Summary),
    Fault(SheetFault),
}

#[derive(Serialize, Deserialize)]
struct SheetHead {
    index: u32,
    name: String,
    hidden: bool,
    merged: Vec<Merged>,
    epoch1904: bool,
}

pub(super) fn put_event(out: &mut Vec<u8>, event: Event) {
    match event {
        Event::Row(row) => framed(out, ROW, |out| put_row(out, &row)),
        Event::Sheet { index, name, hidden, merged, epoch1904 } => {
            put_json(out, SHEET, &SheetHead { index, name, hidden, merged, epoch1904 });
        }
        Event::Progress { read, total } => framed(out, PROGRESS, |out| {
            out.extend_from_slice(&read.to_le_bytes());
            out.extend_from_slice(&total.to_le_bytes());
        }),
    }
}

pub(super) fn put_outcome(out: &mut Vec<u8>, outcome: &Result<Summary, SheetFault>) {
    match outcome {
        Ok(summary) => put_json(out, DONE, summary),
        Err(fault) => put_json(out, FAULT, fault),
    }
}

fn framed(out: &mut Vec<u8>, tag: u8, payload: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag);
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    payload(out);
    let length = (out.len() - at - 4) as u32;
    out[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

fn put_json(out: &mut Vec<u8>, tag: u8, value: &impl Serialize) {
    // These structs have no map with other keys than texts: writing to memory cannot fail.
    framed(out, tag, |out| out.extend_from_slice(&serde_json::to_vec(value).unwrap_or_default()));
}

fn put_row(out: &mut Vec<u8>, row: &SheetRow) {
    put_number(out, row.index as usize);
    put_number(out, row.cells.len());
    for cell in &row.cells {
        match cell {
            Cell::Empty => out.push(b'-'),
            Cell::Text(text) => put_text(out, b't', text),
            Cell::Number(number) => {
                out.push(b'n');
                out.extend_from_slice(&number.to_le_bytes());
            }
            Cell::Bool(false) => out.push(b'0'),
            Cell::Bool(true) => out.push(b'1'),
            Cell::DateTime(text) => put_text(out, b'd', text),
            Cell::Error(text) => put_text(out, b'e', text),
        }
    }
}

fn put_text(out: &mut Vec<u8>, tag: u8, text: &str) {
    out.push(tag);
    put_number(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

/// Seven bits a byte, the lowest first.
fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes one frame from the start of `bytes`: the frame and its size, or `None` when more bytes are needed.
///
/// # Errors
/// When the bytes are no frame of ours; the child must be given up.
pub(super) fn take(bytes: &[u8]) -> Result<Option<(Frame, usize)>, SheetFault> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else { return Ok(None) };
    let [tag, length @ ..] = *header;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(garbled());
    }
    let Some(payload) = rest.get(..length) else { return Ok(None) };
    let frame = match tag {
        ROW => Frame::Event(Event::Row(take_row(payload).ok_or_else(garbled)?)),
        SHEET => {
            let SheetHead { index, name, hidden, merged, epoch1904 } = from_json(payload)?;
            Frame::Event(Event::Sheet { index, name, hidden, merged, epoch1904 })
        }
        PROGRESS => {
            let (read, total) = payload.split_first_chunk::<8>().ok_or_else(garbled)?;
            let total = total.first_chunk::<8>().ok_or_else(garbled)?;
            Frame::Event(Event::Progress { read: u64::from_le_bytes(*read), total: u64::from_le_bytes(*total) })
        }
        DONE => Frame::Done(from_json(payload)?),
        FAULT => Frame::Fault(from_json(payload)?),
        _ => return Err(garbled()),
    };
    Ok(Some((frame, HEADER + length)))
}

fn garbled() -> SheetFault {
    SheetFault::damaged("the parser's answer is garbled")
}

fn from_json<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Result<T, SheetFault> {
    serde_json::from_slice(payload).map_err(|_| garbled())
}

fn take_row(mut payload: &[u8]) -> Option<SheetRow> {
    let from = &mut payload;
    let index = u32::try_from(take_number(from)?).ok()?;
    let count = take_number(from)?;
    // Every cell takes a byte at least: a lie cannot make us reserve more than was sent.
    let mut cells = Vec::with_capacity(count.min(from.len()));
    for _ in 0..count {
        let (&tag, rest) = from.split_first()?;
        *from = rest;
        cells.push(match tag {
            b'-' => Cell::Empty,
            b't' => Cell::Text(take_text(from)?),
            b'n' => {
                let (bytes, rest) = from.split_first_chunk::<8>()?;
                *from = rest;
                Cell::Number(f64::from_le_bytes(*bytes))
            }
            b'0' => Cell::Bool(false),
            b'1' => Cell::Bool(true),
            b'd' => Cell::DateTime(take_text(from)?),
            b'e' => Cell::Error(take_text(from)?),
            _ => return None,
        });
    }
    from.is_empty().then_some(SheetRow { index, cells })
}

fn take_text(from: &mut &[u8]) -> Option<String> {
    let length = take_number(from)?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(std::str::from_utf8(text).ok()?.to_owned())
}

fn take_number(from: &mut &[u8]) -> Option<usize> {
    let mut number = 0_usize;
    for shift in [0, 7, 14, 21, 28] {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        number |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<Event> {
        vec![
            Event::Sheet {
                index: 0,
                name: "维修".into(),
                hidden: true,
                merged: vec![Merged { first_row: 1, first_col: 0, last_row: 1, last_col: 4 }],
                epoch1904: true,
            },
            Event::Row(SheetRow {
                index: 1_048_576,
                cells: vec![
                    Cell::Text("川A12345".repeat(40)),
                    Cell::Empty,
                    Cell::Number(-0.5),
                    Cell::Bool(true),
                    Cell::Bool(false),
                    Cell::DateTime("2026-11-15T08:41:00".into()),
                    Cell::Error("#N/A".into()),
                ],
            }),
            Event::Progress { read: 7, total: 1 << 40 },
        ]
    }

    #[test]
    fn what_is_put_is_taken() {
        let mut bytes = Vec::new();
        for event in sample() {
            put_event(&mut bytes, event);
        }
        put_outcome(&mut bytes, &Err(SheetFault::TooManyCells { limit: 4 }));
        let mut seen = Vec::new();
        let mut at = 0;
        while let Some((frame, size)) = take(&bytes[at..]).unwrap() {
            at += size;
            seen.push(frame);
        }
        let mut expected: Vec<Frame> = sample().into_iter().map(Frame::Event).collect();
        expected.push(Frame::Fault(SheetFault::TooManyCells { limit: 4 }));
        assert_eq!((seen, at), (expected, bytes.len()));
    }

    #[test]
    fn torn_and_false_frames_never_pass_as_rows() {
        let mut bytes = Vec::new();
        put_event(&mut bytes, sample().remove(1));
        for end in 0..bytes.len() {
            assert_eq!(take(&bytes[..end]), Ok(None), "cut at {end}");
        }
        assert!(take(&[9, 0, 0, 0, 0]).is_err());
        assert!(take(&[ROW, 255, 255, 255, 255]).is_err());
        assert!(take(&[ROW, 3, 0, 0, 0, 1, 0xFF, 0x7F]).is_err());
        assert!(take(&[SHEET, 2, 0, 0, 0, b'{', b'}']).is_err());
    }
}
