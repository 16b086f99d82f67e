//! Loosely written cells: what people and old systems type, read exactly or refused with a code.

mod date;
mod date_order;
mod flag;
mod number;
mod serial;

pub use date::{DateFault, DateShape, parse_date, parse_time};
pub use date_order::{DateOrder, DateVotes, Decision, Order};
pub use flag::{Gender, parse_bool, parse_gender};
pub use number::{NumberFault, Unit, parse_mileage, parse_money};
pub use serial::{Epoch, parse_serial};

/// Full-width ASCII and the ideographic space become half-width; invisible marks (bidi, BOM,
/// zero-width, U+0000) are dropped; both ends are trimmed.
pub fn half_width(text: &str) -> String {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return text.trim().to_owned();
    }
    let mapped: String = text.chars().filter_map(half_width_char).collect();
    mapped.trim().to_owned()
}

fn half_width_char(c: char) -> Option<char> {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        '\u{3000}' | '\u{00A0}' | '\t' => Some(' '),
        '\0' | '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' => None,
        _ => Some(c),
    }
}

/// A cell that says "there is none": empty, dashes, 无, 暂无, 不详, N/A.
pub fn says_nothing(text: &str) -> bool {
    // Most cells say something, and say it first.
    if text.len() > 1 && text.bytes().next().is_some_and(|b| b.is_ascii_digit()) {
        return false;
    }
    if text.chars().next().is_some_and(|c| matches!(c, '\u{4E00}'..='\u{9FFF}')) && text.len() > 9 {
        return false;
    }
    let text = half_width(text).to_lowercase();
    text.chars().all(|c| matches!(c, '-' | '/' | '\\' | '.' | '—' | '–' | '_' | ' ' | '*'))
        || matches!(
            text.as_str(),
            "无" | "無"
                | "没有"
                | "沒有"
                | "暂无"
                | "暫無"
                | "不详"
                | "不詳"
                | "未知"
                | "空"
                | "n/a"
                | "na"
                | "null"
                | "none"
                | "nil"
                | "0"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 全角转半角_去不可见字符() {
        for (raw, want) in
            [("１３８　００", "138 00"), ("\u{202d}138\u{202c}", "138"), ("川Ｇ\0Ｄ", "川GD"), ("　（Ａ）　", "(A)")]
        {
            assert_eq!(half_width(raw), want, "{raw:?}");
        }
    }

    #[test]
    fn 空话() {
        for raw in ["", " ", "--", "无", "N/A", "/", "0", "暂无"] {
            assert!(says_nothing(raw), "{raw:?}");
        }
        for raw in ["10", "无锡", "a"] {
            assert!(!says_nothing(raw), "{raw:?}");
        }
    }
}
