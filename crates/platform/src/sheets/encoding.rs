//! Which encoding a text is in, and reading it as UTF-8.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, CoderResult, Decoder, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

#[derive(Clone, Copy, Debug)]
pub(super) struct Detected {
    pub encoding: &'static Encoding,
}

impl Detected {
    /// From the first bytes alone: good enough to tell text from binary.
    pub fn by_head(head: &[u8]) -> Self {
        let mut scan = Scan::default();
        scan.feed(head);
        scan.finish(head)
    }

    /// The whole text (a mark at its start is dropped).
    pub fn text_of(self, bytes: &[u8]) -> String {
        self.encoding.decode(bytes).0.into_owned()
    }
}

/// Goes through the whole file before it is read: a csv may show its first Chinese character after a megabyte.
#[derive(Default)]
pub(super) struct Scan {
    /// Bytes of a character cut by the end of the last block.
    tail: Vec<u8>,
    multibyte: u64,
    invalid: u64,
    /// From the first block that is not plain ASCII.
    sample: Vec<u8>,
}

const SAMPLE: usize = 1 << 20;
/// After so many errors it is not UTF-8, however long it goes on.
const HOPELESS: u64 = 10_000;

impl Scan {
    pub fn feed(&mut self, block: &[u8]) {
        if self.tail.is_empty() && block.is_ascii() {
            return;
        }
        if self.sample.len() < SAMPLE {
            let room = SAMPLE - self.sample.len();
            self.sample.extend_from_slice(&block[..block.len().min(room)]);
        }
        if self.invalid > HOPELESS {
            return;
        }
        let mut bytes = std::mem::take(&mut self.tail);
        bytes.extend_from_slice(block);
        let mut rest = bytes.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    self.multibyte += leads(valid.as_bytes());
                    return;
                }
                Err(error) => {
                    self.multibyte += leads(&rest[..error.valid_up_to()]);
                    let Some(bad) = error.error_len() else {
                        self.tail = rest[error.valid_up_to()..].to_vec();
                        return;
                    };
                    self.invalid += 1;
                    if self.invalid > HOPELESS {
                        return;
                    }
                    rest = &rest[error.valid_up_to() + bad..];
                }
            }
        }
    }

    /// `head` is the start of the file, for byte order marks and UTF-16 without one.
    pub fn finish(self, head: &[u8]) -> Detected {
        if let Some((encoding, _)) = Encoding::for_bom(head) {
            return Detected { encoding };
        }
        if let Some(encoding) = utf16_without_mark(head) {
            return Detected { encoding };
        }
        // A stray byte in a long UTF-8 text does not make it another encoding.
        if self.invalid == 0 || self.multibyte > self.invalid.saturating_mul(20) {
            return Detected { encoding: UTF_8 };
        }
        Detected { encoding: legacy(&self.sample) }
    }
}

fn leads(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte >= 0xC0).count() as u64
}

/// Digits, commas and line ends leave a NUL in every second byte, always on the same side.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    // An 8-bit text with a few stray NULs is what it is without them.
    let nul = head.iter().filter(|byte| **byte == 0).count();
    if nul * 5 < head.len() {
        let rest: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
        if std::str::from_utf8(&rest).map_or_else(|error| error.error_len().is_none(), |_| true) {
            return None;
        }
    }
    let pairs = head.chunks_exact(2);
    let count = pairs.len();
    let (mut even, mut odd) = (0, 0);
    for pair in pairs {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let side = |many: usize, few: usize| count >= 2 && many * 10 >= count && few * 20 <= many;
    let encoding = match (side(odd, even), side(even, odd)) {
        (true, false) => UTF_16LE,
        (false, true) => UTF_16BE,
        (true, true) | (false, false) => return None,
    };
    let whole = &head[..head.len() & !1];
    // A pair may be cut at the end of the head: look at all but the last characters.
    let text = encoding.decode_without_bom_handling(&whole[..whole.len().saturating_sub(4)]).0;
    let odd = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER || (*c as u32) < 9).count();
    (odd * 100 <= text.len()).then_some(encoding)
}

/// Neither Unicode: dealer systems of the mainland write GB18030; Big5 where it is clearly that.
fn legacy(sample: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let high = sample.iter().filter(|byte| **byte >= 0x80).count();
    // A few characters are as good in one as in the other: then the mainland's.
    if guess == BIG5 && high >= 200 && clean(BIG5, sample) {
        return BIG5;
    }
    if guess == GBK || guess == GB18030 || guess == BIG5 || clean(GB18030, sample) { GB18030 } else { guess }
}

fn clean(encoding: &'static Encoding, sample: &[u8]) -> bool {
    // The sample may end inside a character.
    (0..4).any(|cut| {
        sample
            .len()
            .checked_sub(cut)
            .is_some_and(|end| encoding.decode_without_bom_handling_and_without_replacement(&sample[..end]).is_some())
    })
}

/// Reads any encoding as UTF-8 without NUL, and refuses a record that never ends.
pub(super) struct Utf8Reader<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
    last: Option<u8>,
    pub gauge: Rc<Gauge>,
}

/// Shared with whoever takes the records out.
#[derive(Default)]
pub(super) struct Gauge {
    /// Bytes given since the last record; set back by the taker.
    pub since_record: Cell<usize>,
    pub replaced: Cell<u64>,
    pub endless: Cell<bool>,
}

/// An open quote swallows the rest of the file; nobody writes a row of 4 MiB.
const LONGEST_RECORD: usize = 4 << 20;
const BLOCK: usize = 64 << 10;

impl<R: Read> Utf8Reader<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; BLOCK],
            text: Vec::with_capacity(BLOCK * 4),
            at: 0,
            ended: false,
            last: None,
            gauge: Rc::default(),
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() && !self.ended {
            let count = self.inner.read(&mut self.raw)?;
            self.ended = count == 0;
            let room = self.decoder.max_utf8_buffer_length(count).unwrap_or(BLOCK * 4);
            self.text.resize(room, 0);
            let (result, _, written, replaced) =
                self.decoder.decode_to_utf8(&self.raw[..count], &mut self.text, self.ended);
            debug_assert_eq!(result, CoderResult::InputEmpty);
            self.text.truncate(written);
            // A last line without an end would count one less.
            if self.ended && self.text.last().or(self.last.as_ref()).is_some_and(|byte| *byte != b'\n') {
                self.text.push(b'\n');
            }
            self.last = self.text.last().copied().or(self.last);
            if replaced {
                let marks = self.text.windows(3).filter(|window| *window == "\u{FFFD}".as_bytes()).count();
                self.gauge.replaced.set(self.gauge.replaced.get() + marks as u64);
            }
            if self.text.contains(&0) {
                self.text.retain(|byte| *byte != 0);
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.refill()?;
        }
        let count = buf.len().min(self.text.len() - self.at);
        buf[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        let since = self.gauge.since_record.get() + count;
        self.gauge.since_record.set(since);
        if since > LONGEST_RECORD {
            self.gauge.endless.set(true);
            return Err(io::Error::other("a row of more than 4 MiB"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(bytes: &[u8]) -> &'static str {
        Detected::by_head(bytes).encoding.name()
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "车牌,客户,电话\r\n川A12345,张三,13800001234\r\n".repeat(3);
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detect(text.as_bytes()), "UTF-8");
        assert_eq!(detect(&utf16), "UTF-16LE");
        assert_eq!(detect(&utf16be), "UTF-16BE");
        assert_eq!(detect(&GB18030.encode(&text).0), "gb18030");
        assert_eq!(detect(&GB18030.encode("姓名\n").0), "gb18030");
        assert_eq!(detect(b"plain,ascii\n"), "UTF-8");
        assert_eq!(detect(b"a\0,b\0\n1,2\n3,4\n"), "UTF-8");
        let traditional =
            "車牌號碼,車主姓名,聯絡電話,維修項目,備註\r\n王小明,李國豪,引擎異音檢查,輪胎更換與定位\r\n".repeat(10);
        assert_eq!(detect(&BIG5.encode(&traditional).0), "Big5");
    }

    #[test]
    fn chinese_after_a_megabyte_still_counts() {
        let mut scan = Scan::default();
        let ascii = vec![b'a'; 1 << 20];
        scan.feed(&ascii);
        scan.feed(&GB18030.encode("客户抱怨异响，要求更换刹车片").0);
        assert_eq!(scan.finish(&ascii).encoding.name(), "gb18030");
    }

    #[test]
    fn one_stray_byte_leaves_utf8() {
        let mut bytes = "客户抱怨异响，要求更换刹车片与前轮轴承，已预约周末".as_bytes().to_vec();
        bytes.insert(9, 0xFF);
        assert_eq!(detect(&bytes), "UTF-8");
    }
}
