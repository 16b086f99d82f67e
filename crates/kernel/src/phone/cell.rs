use crate::loose::{half_width, says_nothing};

/// The numbers of one cell as separate texts. A space divides only where both sides are whole
/// numbers of at least seven digits, since spaces also stand inside one number.
pub(super) fn split(raw: &str) -> Vec<String> {
    let text: String = raw.chars().map(|c| if matches!(c, '\n' | '\r') { ';' } else { c }).collect();
    let text = half_width(&text);
    if says_nothing(&text) {
        return Vec::new();
    }
    text.split(['/', '、', ',', ';', '|', '\\', '或'])
        .flat_map(split_at_spaces)
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn split_at_spaces(part: &str) -> Vec<&str> {
    let words: Vec<&str> = part.split_whitespace().collect();
    let whole = |word: &&str| word.bytes().filter(u8::is_ascii_digit).count() >= 7 && !word.starts_with('+');
    if words.len() > 1 && words.iter().all(whole) { words } else { vec![part] }
}

#[cfg(test)]
mod tests {
    use crate::phone::Phone;

    #[test]
    fn 一格两个号码() {
        for (raw, want) in [
            ("13800138000/13900139000", "13800138000 13900139000"),
            ("13800138000、13900139000", "13800138000 13900139000"),
            ("13800138000，13900139000；", "13800138000 13900139000"),
            ("13800138000\n13900139000", "13800138000 13900139000"),
            ("13800138000 13900139000", "13800138000 13900139000"),
            ("028-85551234 13900139000", "02885551234 13900139000"),
            ("138 0013 8000", "13800138000"),
            ("+86 138 0013 8000", "13800138000"),
            ("+86 13800138000", "13800138000"),
            ("13800138000/1390013", "13800138000 phone.too_short"),
            ("13800138000/", "13800138000"),
            ("", ""),
            ("无", ""),
        ] {
            let got: Vec<String> = Phone::parse_cell(raw)
                .iter()
                .map(|p| p.as_ref().map_or_else(|e| e.code().to_owned(), |p| p.expose().to_owned()))
                .collect();
            assert_eq!(got.join(" "), want, "{raw:?}");
        }
    }
}
