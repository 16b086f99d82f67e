//! Search tokens: ASCII words made by the program, the same on both engines, whatever their tokenizers know of
//! Unicode. A letter in front says what a token is, so that classes never meet.
//!
//! `n` a character of the name, `n…x…` two in a row, `f` the one it begins with, `b` the two, `y` pinyin up to each
//! syllable, `i` initials up to each, `z` all of either, `p` four digits of a phone, `l` its last four, `q` three
//! characters of a plate, `r` two, `k` the whole of it with and without its place, `v` four characters of a VIN, `t` its
//! last four, `g` group, `s` store.

/// Changes with the tokens: a database that has older ones makes them anew, see [`super::keep_current`].
pub const VERSION: &str = "2";

use std::fmt::Write as _;
use std::sync::OnceLock;

use kernel::{GroupId, StoreId};
use pinyin::{ToPinyin as _, ToPinyinMulti as _};

/// What is searched in a customer.
#[derive(Clone, Debug, Default)]
pub struct Searchable<'a> {
    /// "" where nobody told it.
    pub name: &'a str,
    /// Contacts beside the owner (visitors).
    pub contacts: Vec<&'a str>,
    /// Without extension.
    pub phones: Vec<&'a str>,
    pub plates: Vec<&'a str>,
    pub vins: Vec<&'a str>,
}

/// Characters that count, in lower case and simplified.
pub fn letters(text: &str) -> Vec<char> {
    let half = kernel::loose::half_width(text);
    half.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).map(simple).collect()
}

const FIRST_HANZI: u32 = 0x3400;
const LAST_HANZI: u32 = 0x9fff;

/// One character at a time, from a table that is made once: names hold no phrases.
pub fn simple(c: char) -> char {
    static TABLE: OnceLock<Vec<char>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let one = |c: char| {
            let mut found = c;
            let text = platform::i18n::simplified(c.encode_utf8(&mut [0; 4]));
            let mut chars = text.chars();
            if let (Some(only), None) = (chars.next(), chars.next()) {
                found = only;
            }
            found
        };
        (FIRST_HANZI..=LAST_HANZI).filter_map(char::from_u32).map(one).collect()
    });
    let index = u32::from(c).checked_sub(FIRST_HANZI).and_then(|i| usize::try_from(i).ok());
    index.and_then(|i| table.get(i)).copied().unwrap_or(c)
}

fn push_hex(out: &mut String, c: char) {
    let _ = write!(out, "{:x}", u32::from(c));
}

fn push_pair(out: &mut String, class: char, a: char, b: char) {
    out.push(class);
    push_hex(out, a);
    out.push('x');
    push_hex(out, b);
}

pub fn one(c: char) -> String {
    let mut t = String::from("n");
    push_hex(&mut t, c);
    t
}

pub fn pair(a: char, b: char) -> String {
    let mut t = String::new();
    push_pair(&mut t, 'n', a, b);
    t
}

/// The first character of a name.
pub fn first(c: char) -> String {
    let mut t = String::from("f");
    push_hex(&mut t, c);
    t
}

/// The first two characters of a name.
pub fn beginning(a: char, b: char) -> String {
    let mut t = String::new();
    push_pair(&mut t, 'b', a, b);
    t
}

/// Two or three characters of a plate in a row.
pub fn plate_window(part: &[char]) -> String {
    plate_part(if part.len() == 2 { "r" } else { "q" }, part)
}

/// A whole plate, or the whole of it behind its place (川A).
pub fn plate_whole(part: &[char]) -> String {
    plate_part("k", part)
}

fn plate_part(class: &str, part: &[char]) -> String {
    let mut t = String::from(class);
    for c in part {
        if c.is_ascii_alphanumeric() {
            t.push(c.to_ascii_lowercase());
        } else {
            push_hex(&mut t, *c);
            t.push('x');
        }
    }
    t
}

pub fn store(id: StoreId) -> String {
    format!("s{}", id.raw())
}
pub fn group(id: GroupId) -> String {
    format!("g{}", id.raw())
}

pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// All tokens of one customer, separated by spaces. One may stand twice: both engines keep it once.
pub fn of(who: &Searchable<'_>, in_group: GroupId, stores: &[StoreId]) -> String {
    let mut out = String::with_capacity(400);
    let _ = write!(out, "g{}", in_group.raw());
    for store in stores {
        let _ = write!(out, " s{}", store.raw());
    }
    for name in std::iter::once(&who.name).chain(&who.contacts) {
        name_tokens(&mut out, name);
    }
    for phone in &who.phones {
        phone_tokens(&mut out, phone);
    }
    for plate in &who.plates {
        let chars: Vec<char> = plate.chars().collect();
        for window in chars.windows(3).chain(chars.windows(2)) {
            out.push(' ');
            out.push_str(&plate_window(window));
        }
        for whole in [Some(chars.as_slice()), chars.get(2..)].into_iter().flatten() {
            out.push(' ');
            out.push_str(&plate_whole(whole));
        }
    }
    for vin in &who.vins {
        let vin = vin.to_ascii_lowercase();
        for window in vin_windows(&vin) {
            out.push_str(" v");
            out.push_str(window);
        }
        if let Some(tail) = vin.len().checked_sub(4).and_then(|at| vin.get(at..)) {
            out.push_str(" t");
            out.push_str(tail);
        }
    }
    out
}

/// Every four characters in a row.
pub fn vin_windows(vin: &str) -> impl Iterator<Item = &str> {
    (0..vin.len().saturating_sub(3)).filter_map(|i| vin.get(i..i + 4))
}

fn name_tokens(out: &mut String, name: &str) {
    let chars = letters(name);
    let Some(first) = chars.first().copied() else { return };
    for c in &chars {
        out.push_str(" n");
        push_hex(out, *c);
    }
    for w in chars.windows(2) {
        out.push(' ');
        push_pair(out, 'n', w[0], w[1]);
    }
    out.push_str(" f");
    push_hex(out, first);
    if let Some(second) = chars.get(1) {
        out.push(' ');
        push_pair(out, 'b', first, *second);
    }
    // A long name is found by its characters; its sounds are kept to what somebody would type.
    let rest: Vec<String> = chars.iter().skip(1).take(11).map(|c| sound(*c)).collect();
    for head in heads(first) {
        let mut initials: String = head.chars().take(1).collect();
        let mut whole = head;
        out.push_str(" y");
        push_ascii(out, &whole);
        for reading in &rest {
            whole.push_str(reading);
            initials.extend(reading.chars().next());
            out.push_str(" y");
            push_ascii(out, &whole);
            out.push_str(" i");
            push_ascii(out, &initials);
        }
        for all in [&whole, &initials] {
            out.push_str(" z");
            push_ascii(out, all);
        }
    }
}

/// Its usual reading; what is no hanzi stands for itself.
fn sound(c: char) -> String {
    c.to_pinyin().map_or_else(|| c.to_string(), |reading| latin(reading.plain()))
}

/// Every reading: surnames are where readings differ (单: shan, dan).
fn heads(c: char) -> Vec<String> {
    let mut all: Vec<String> = c
        .to_pinyin_multi()
        .map(|multi| multi.into_iter().map(|reading| latin(reading.plain())).collect())
        .unwrap_or_else(|| vec![c.to_string()]);
    all.sort();
    all.dedup();
    all
}

/// People type v for ü.
fn latin(reading: &str) -> String {
    reading.replace('ü', "v")
}

/// What is neither letter nor digit of ASCII is written by its number.
fn push_ascii(out: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_ascii_alphanumeric() { out.push(c.to_ascii_lowercase()) } else { push_hex(out, c) }
    }
}

pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_ascii(&mut out, text);
    out
}

fn phone_tokens(out: &mut String, phone: &str) {
    let number = digits(phone);
    let Some(last) = number.len().checked_sub(4) else { return };
    for window in (0..=last).map(|i| &number[i..i + 4]) {
        out.push_str(" p");
        out.push_str(window);
    }
    out.push_str(" l");
    out.push_str(&number[last..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn tokens(who: &Searchable<'_>) -> String {
        of(who, Id::new(1), &[Id::new(7)])
    }

    #[test]
    fn every_class_has_its_letter() {
        let who = Searchable {
            name: "陈晨帆",
            contacts: vec![],
            phones: vec!["13812344417"],
            plates: vec!["川A7K3Q2"],
            vins: vec!["LSVNV2182E2103913"],
        };
        let all = tokens(&who);
        for want in [
            "g1",
            "s7",
            "n9648",
            "n9648x6668",
            "b9648x6668",
            "ychenchenfan",
            "ychenchen",
            "ychen",
            "iccf",
            "icc",
            "p1381",
            "p4417",
            "l4417",
            "q7k3",
            "q5dddxa7",
            "r7k",
            "rq2",
            "r5dddxa",
            "k7k3q2",
            "k5dddxa7k3q2",
            "f9648",
            "zchenchenfan",
            "zccf",
            "vlsvn",
            "v2182",
            "v3913",
            "t3913",
        ] {
            assert!(all.split(' ').any(|t| t == want), "{want} in {all}");
        }
        assert!(!all.contains("l1381") && !all.contains("tlsvn") && !all.contains("zcc "));
    }

    #[test]
    fn traditional_and_rare_characters_meet_the_simplified() {
        assert_eq!(letters("陳曉帆"), letters("陈晓帆"));
        let all = tokens(&Searchable { name: "𠮷田", ..Searchable::default() });
        assert!(all.split(' ').any(|t| t == "n20bb7"), "{all}");
        assert!(all.is_ascii());
    }

    #[test]
    fn a_surname_is_found_by_each_of_its_sounds() {
        let all = tokens(&Searchable { name: "单雄信", ..Searchable::default() });
        for want in ["yshanxiongxin", "ydanxiongxin", "isxx", "idxx"] {
            assert!(all.split(' ').any(|t| t == want), "{want} in {all}");
        }
    }
}
