//! What somebody may have meant: a text becomes one or more ways to look.

use kernel::loose::half_width;

use super::tokens;

/// One way to read the text, with its tokens (all of them must be there).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// Characters of a name.
    Name(Vec<char>),
    /// Pinyin, whole or initials, in lower case.
    Sound(String),
    /// Digits of a phone.
    Phone(String),
    /// Part of a plate, in upper case.
    Plate(String),
    /// The end of a VIN, or all of it, in upper case.
    Vin(String),
}

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// Longest text that is looked for.
pub const LONGEST: usize = 60;

/// Every sensible reading; none when there is too little to go by.
pub fn classes(text: &str) -> Vec<Class> {
    let text: String = half_width(text.trim()).chars().take(LONGEST).collect();
    let compact: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let upper = compact.to_uppercase();
    let count = compact.chars().count();
    let mut all = Vec::new();
    let has_hanzi = !compact.is_ascii();
    if has_hanzi {
        let tail_ascii = compact.chars().skip(1).all(|c| c.is_ascii_alphanumeric());
        let province = compact.chars().next().is_some_and(|c| PROVINCES.contains(c));
        if province && tail_ascii && count >= 3 {
            all.push(Class::Plate(upper));
        } else {
            all.push(Class::Name(tokens::letters(&compact)));
        }
        return all;
    }
    let digits = tokens::digits(&compact);
    if digits.len() == count {
        let number = if text.starts_with("+86") || digits.len() == 13 && digits.starts_with("86") {
            digits.strip_prefix("86").unwrap_or(&digits).to_owned()
        } else {
            digits
        };
        if number.len() >= 4 {
            all.push(Class::Phone(number));
        }
    } else if digits.is_empty() && count >= 2 {
        all.push(Class::Sound(compact.to_lowercase()));
    }
    if (3..=8).contains(&count) {
        all.push(Class::Plate(upper.clone()));
    }
    if (4..=8).contains(&count) || count == 17 {
        all.push(Class::Vin(upper));
    }
    all
}

/// The tokens that a match must have, and one that may be any beginning (`prefix`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub all: Vec<String>,
    pub prefix: Option<String>,
}

impl Class {
    /// Alternatives; each is enough. `whole_phone`: digits may stand anywhere in the number.
    pub fn wanted(&self, whole_phone: bool) -> Vec<Wanted> {
        let all = |all: Vec<String>| Wanted { all, prefix: None };
        match self {
            Self::Name(letters) => match letters.as_slice() {
                [] => Vec::new(),
                [only] => vec![all(vec![tokens::one(*only)])],
                many => vec![all(many.windows(2).map(|w| tokens::pair(w[0], w[1])).collect())],
            },
            Self::Sound(text) => {
                let word = tokens::ascii(text);
                let mut ways = vec![all(vec![format!("i{word}")]), all(vec![format!("y{word}")])];
                // Short beginnings would walk half the index.
                if word.len() >= 4 {
                    ways.push(Wanted { all: Vec::new(), prefix: Some(format!("y{word}")) });
                }
                ways
            }
            Self::Phone(number) if number.len() < 4 => Vec::new(),
            Self::Phone(number) if whole_phone => {
                vec![all((0..=number.len() - 4).map(|i| format!("p{}", &number[i..i + 4])).collect())]
            }
            Self::Phone(number) => vec![all(vec![format!("l{}", &number[number.len() - 4..])])],
            Self::Plate(part) => {
                let chars: Vec<char> = part.chars().collect();
                vec![all(chars.windows(3).map(tokens::plate_window).collect())]
            }
            Self::Vin(part) => {
                let tail = part.len().saturating_sub(8);
                vec![all(vec![format!("v{}", part[tail..].to_ascii_lowercase())])]
            }
        }
    }

    /// The beginning of a name, to look at before names that merely contain the text.
    pub fn beginning(&self) -> Option<Wanted> {
        match self {
            Self::Name(letters) => {
                let [first, second, ..] = letters.as_slice() else { return None };
                let mut all = vec![tokens::beginning(*first, *second)];
                all.extend(letters.windows(2).skip(1).map(|w| tokens::pair(w[0], w[1])));
                Some(Wanted { all, prefix: None })
            }
            Self::Sound(_) | Self::Phone(_) | Self::Plate(_) | Self::Vin(_) => None,
        }
    }
}

/// Alternatives as FTS5 reads them, inside the given sight.
pub fn lite(ways: &[Wanted], sight: &[String]) -> String {
    let way = |w: &Wanted| {
        let mut parts: Vec<String> = w.all.clone();
        parts.extend(w.prefix.iter().map(|p| format!("{p}*")));
        format!("({})", parts.join(" AND "))
    };
    expression(&ways.iter().map(way).collect::<Vec<_>>(), sight, " OR ", " AND ")
}

/// Alternatives as `to_tsquery`'s plain form reads them, inside the given sight.
pub fn pg(ways: &[Wanted], sight: &[String]) -> String {
    let way = |w: &Wanted| {
        let mut parts: Vec<String> = w.all.clone();
        parts.extend(w.prefix.iter().map(|p| format!("{p}:*")));
        format!("({})", parts.join(" & "))
    };
    expression(&ways.iter().map(way).collect::<Vec<_>>(), sight, " | ", " & ")
}

fn expression(ways: &[String], sight: &[String], or: &str, and: &str) -> String {
    let any = ways.join(or);
    format!("({any}){and}({})", sight.join(or))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 一段文字_几种看法() {
        let shown = |text: &str| {
            classes(text)
                .iter()
                .map(|c| match c {
                    Class::Name(l) => format!("name {}", l.iter().collect::<String>()),
                    Class::Sound(s) => format!("sound {s}"),
                    Class::Phone(s) => format!("phone {s}"),
                    Class::Plate(s) => format!("plate {s}"),
                    Class::Vin(s) => format!("vin {s}"),
                })
                .collect::<Vec<_>>()
                .join(", ")
        };
        for (text, want) in [
            ("陈", "name 陈"),
            ("陳曉", "name 陈晓"),
            ("陈 晓帆", "name 陈晓帆"),
            ("𠮷田", "name 𠮷田"),
            ("ccf", "sound ccf, plate CCF"),
            ("cx", "sound cx"),
            ("chenxiaofan", "sound chenxiaofan"),
            ("4417", "phone 4417, plate 4417, vin 4417"),
            ("138 1234 4417", "phone 13812344417"),
            ("+86 138-1234-4417", "phone 13812344417"),
            ("７Ｋ３", "plate 7K3"),
            ("7k3q2", "plate 7K3Q2, vin 7K3Q2"),
            ("川A·7K3Q2", "plate 川A7K3Q2"),
            ("川A", "name 川a"),
            ("LSVNV2182E2103913", "vin LSVNV2182E2103913"),
            ("1", ""),
            ("a", ""),
            ("', OR *", "sound or"),
            ("", ""),
        ] {
            assert_eq!(shown(text), want, "{text:?}");
        }
    }

    #[test]
    fn without_the_right_to_reveal_only_the_end_of_a_number_is_asked_for() {
        let ways = |text: &str, whole| classes(text)[0].wanted(whole)[0].all.join(" ");
        assert_eq!(ways("12344", false), "l2344");
        assert_eq!(ways("12344", true), "p1234 p2344");
    }
}
