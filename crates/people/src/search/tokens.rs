//! Search tokens: ASCII words made by the program, the same on both engines, whatever their tokenizers know of
//! Unicode. A letter in front says what a token is, so that classes never meet.
//!
//! `n` a character of the name, `n…x…` two in a row, `b` the beginning (one or two characters), `y` pinyin whole (and
//! up to each syllable), `i` initials (and their beginnings), `p` four digits of a phone, `l` its last four, `q` three characters of a plate, `v` a VIN's tail of 4 to 8 and all of it, `g` group, `s` store.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kernel::{GroupId, StoreId};
use pinyin::{ToPinyin as _, ToPinyinMulti as _};
use platform::i18n::simplified;

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
    simplified(&half).to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

fn push_hex(out: &mut String, c: char) {
    let _ = write!(out, "{:x}", u32::from(c));
}

pub fn one(c: char) -> String {
    let mut t = String::from("n");
    push_hex(&mut t, c);
    t
}

pub fn pair(a: char, b: char) -> String {
    let mut t = one(a);
    t.push('x');
    push_hex(&mut t, b);
    t
}

pub fn beginning(letters: &[char]) -> String {
    let mut t = String::from("b");
    for (i, c) in letters.iter().take(2).enumerate() {
        if i > 0 {
            t.push('x');
        }
        push_hex(&mut t, *c);
    }
    t
}

/// Three characters of a plate.
pub fn plate_window(three: &[char]) -> String {
    let mut t = String::from("q");
    for c in three {
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

/// All tokens of one customer, separated by spaces.
pub fn of(who: &Searchable<'_>, in_group: GroupId, stores: &[StoreId]) -> String {
    let mut all: BTreeSet<String> = BTreeSet::new();
    all.insert(group(in_group));
    all.extend(stores.iter().map(|s| store(*s)));
    name_tokens(&mut all, who.name);
    for contact in &who.contacts {
        name_tokens(&mut all, contact);
    }
    for phone in &who.phones {
        phone_tokens(&mut all, phone);
    }
    for plate in &who.plates {
        let chars: Vec<char> = plate.chars().collect();
        all.extend(chars.windows(3).map(plate_window));
    }
    for vin in &who.vins {
        let vin = vin.to_ascii_lowercase();
        all.extend((4..=8).filter_map(|n| vin.get(vin.len().checked_sub(n)?..)).map(|t| format!("v{t}")));
        all.insert(format!("v{vin}"));
    }
    let mut out = String::with_capacity(all.len() * 8);
    for token in &all {
        out.push_str(token);
        out.push(' ');
    }
    out.pop();
    out
}

fn name_tokens(all: &mut BTreeSet<String>, name: &str) {
    let chars = letters(name);
    if chars.is_empty() {
        return;
    }
    all.extend(chars.iter().map(|c| one(*c)));
    all.extend(chars.windows(2).map(|w| pair(w[0], w[1])));
    all.insert(beginning(&chars[..1]));
    if chars.len() > 1 {
        all.insert(beginning(&chars));
    }
    // A long name is found by its characters; its sounds are kept to what somebody would type.
    let rest: Vec<String> = chars.iter().skip(1).take(11).map(|c| sound(*c)).collect();
    for head in heads(chars[0]) {
        let mut initials: String = head.chars().take(1).collect();
        let mut whole = head;
        all.insert(format!("y{}", ascii(&whole)));
        for reading in &rest {
            whole.push_str(reading);
            initials.extend(reading.chars().next());
            all.insert(format!("y{}", ascii(&whole)));
            all.insert(format!("i{}", ascii(&initials)));
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
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() { out.push(c.to_ascii_lowercase()) } else { push_hex(&mut out, c) }
    }
    out
}

fn phone_tokens(all: &mut BTreeSet<String>, phone: &str) {
    let number = digits(phone);
    if number.len() < 4 {
        return;
    }
    all.extend((0..=number.len() - 4).map(|i| format!("p{}", &number[i..i + 4])));
    all.insert(format!("l{}", &number[number.len() - 4..]));
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
            "g1", "s7", "n9648", "n9648x6668", "b9648", "b9648x6668", "ychenchenfan", "ychenchen", "ychen", "iccf",
            "icc", "p1381", "p4417", "l4417", "q7k3", "q5ddxa7", "v3913", "ve2103913",
            "vlsvnv2182e2103913",
        ] {
            assert!(all.split(' ').any(|t| t == want), "{want} in {all}");
        }
        assert!(!all.contains("l1381"));
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
