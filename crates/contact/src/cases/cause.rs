//! B8.4f: what counts as a new cause. Pure.

use super::model::Cause;

/// Another kind of cause, or words that say something else: not the old ones with a comma moved or a character changed.
pub fn is_new(earlier: &Cause, now: &Cause) -> bool {
    earlier.kind != now.kind || !alike(&folded(&earlier.text), &folded(&now.text))
}

/// Letters and digits alone, in one case and one width.
fn folded(text: &str) -> Vec<char> {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().map(narrow).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Less than a quarter of the longer text differs, or no more than one character.
fn alike(a: &[char], b: &[char]) -> bool {
    let longer = a.len().max(b.len());
    distance(a, b) <= (longer / 4).max(1)
}

/// Levenshtein's, over two rows.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(above.len());
        row.push(i + 1);
        for ((y, diagonal), up) in b.iter().zip(&above).zip(above.iter().skip(1)) {
            let left = row.last().copied().unwrap_or_default();
            row.push((diagonal + usize::from(x != y)).min(up + 1).min(left + 1));
        }
        above = row;
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::model::CauseKind;

    #[test]
    fn a_new_cause_is_meant() {
        let cause = |kind, text: &str| Cause { kind, text: text.into() };
        let old = cause(CauseKind::Service, "放油螺栓没有按力矩拧紧，出厂前没有复检");
        for (kind, text, new) in [
            (CauseKind::Service, "放油螺栓没有按力矩拧紧，出厂前没有复检", false),
            (CauseKind::Service, "放油螺栓没有按力矩拧紧、出厂前没有复检。", false),
            (CauseKind::Service, "  放油螺栓 没有按力矩拧紧,出厂前没有复查", false),
            (CauseKind::Service, "放油螺栓没有按力矩拧紧", true),
            (CauseKind::Service, "机油滤清器密封圈装歪", true),
            (CauseKind::Product, "放油螺栓没有按力矩拧紧，出厂前没有复检", true),
        ] {
            assert_eq!(is_new(&old, &cause(kind, text)), new, "{text}");
        }
        let short = cause(CauseKind::Other, "Noise");
        assert!(!is_new(&short, &cause(CauseKind::Other, "ＮＯＩＳＥ!")));
        assert!(!is_new(&short, &cause(CauseKind::Other, "noises")));
        assert!(is_new(&short, &cause(CauseKind::Other, "loose belt")));
    }
}
