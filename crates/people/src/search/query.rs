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
    /// Part of a VIN, in upper case.
    Vin(String),
}

/// How close a match is. Closer ones are asked for first and on their own: however many there are of the rest, they
/// are not lost among them.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Tier {
    /// All of a name's sound, the end of a number or VIN, a whole plate. (Whole names ride an index of their own.)
    Exact,
    Beginning,
    Within,
}

impl Tier {
    pub const ALL: [Self; 3] = [Self::Exact, Self::Beginning, Self::Within];
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
        if province && tail_ascii && count >= 2 {
            all.push(Class::Plate(upper));
        }
        // 川A may also be how a name begins; a longer one is a plate and nothing else.
        if all.is_empty() || count == 2 {
            all.push(Class::Name(tokens::letters(&compact)));
        }
        return all;
    }
    let digits = tokens::digits(&compact);
    let digits_only = digits.len() == count;
    if digits_only {
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
    if (2..=8).contains(&count) {
        all.push(Class::Plate(upper.clone()));
    }
    // No VIN has I, O or Q, nor more than eight digits in a row.
    let longest = if digits_only { 8 } else { 17 };
    if (4..=longest).contains(&count) && !upper.contains(['I', 'O', 'Q']) {
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
    /// Alternatives at this closeness; each is enough. `whole_phone`: digits may stand anywhere in the number.
    pub fn wanted(&self, tier: Tier, whole_phone: bool) -> Vec<Wanted> {
        let all = |all: Vec<String>| vec![Wanted { all, prefix: None }];
        match (self, tier) {
            (Self::Name(_), Tier::Exact) => Vec::new(),
            (Self::Name(letters), Tier::Beginning) => match letters.as_slice() {
                [] => Vec::new(),
                [only] => all(vec![tokens::first(*only)]),
                [first, second, ..] => {
                    let rest = letters.windows(2).skip(1).map(|w| tokens::pair(w[0], w[1]));
                    all(std::iter::once(tokens::beginning(*first, *second)).chain(rest).collect())
                }
            },
            (Self::Name(letters), Tier::Within) => match letters.as_slice() {
                [] => Vec::new(),
                [only] => all(vec![tokens::one(*only)]),
                many => all(many.windows(2).map(|w| tokens::pair(w[0], w[1])).collect()),
            },
            (Self::Sound(text), Tier::Exact) => all(vec![format!("z{}", tokens::ascii(text))]),
            (Self::Sound(text), Tier::Beginning) => {
                let word = tokens::ascii(text);
                let mut ways = [all(vec![format!("i{word}")]), all(vec![format!("y{word}")])].concat();
                // Short beginnings would walk half the index.
                if word.len() >= 4 {
                    ways.push(Wanted { all: Vec::new(), prefix: Some(format!("y{word}")) });
                }
                ways
            }
            (Self::Phone(number), Tier::Exact) => match number.len().checked_sub(4) {
                // The last window is the end itself.
                Some(last) => {
                    let end = std::iter::once(format!("l{}", &number[last..]));
                    all(end.chain(phone_windows(number).take(last)).collect())
                }
                None => Vec::new(),
            },
            (Self::Phone(number), Tier::Within) if whole_phone && number.len() >= 4 => {
                all(phone_windows(number).collect())
            }
            (Self::Plate(part), Tier::Exact) => {
                let chars: Vec<char> = part.chars().collect();
                all(vec![tokens::plate_whole(&chars)])
            }
            (Self::Plate(part), Tier::Within) => {
                let chars: Vec<char> = part.chars().collect();
                all(chars.windows(chars.len().min(3)).map(tokens::plate_window).collect())
            }
            (Self::Vin(part), Tier::Exact) => {
                let part = part.to_ascii_lowercase();
                let last = part.len() - 4;
                let end = std::iter::once(format!("t{}", &part[last..]));
                all(end.chain(tokens::vin_windows(&part).take(last).map(|w| format!("v{w}"))).collect())
            }
            (Self::Vin(part), Tier::Within) => {
                all(tokens::vin_windows(&part.to_ascii_lowercase()).map(|w| format!("v{w}")).collect())
            }
            (Self::Sound(_) | Self::Phone(_), Tier::Within)
            | (Self::Phone(_) | Self::Plate(_) | Self::Vin(_), Tier::Beginning) => Vec::new(),
        }
    }
}

fn phone_windows(number: &str) -> impl Iterator<Item = String> {
    (0..number.len().saturating_sub(3)).map(|i| format!("p{}", &number[i..i + 4]))
}

/// Alternatives as FTS5 reads them, inside the given sight; everywhere when it is empty.
pub fn lite(ways: &[Wanted], sight: &[String]) -> String {
    let way = |w: &Wanted| {
        let mut parts: Vec<String> = w.all.clone();
        parts.extend(w.prefix.iter().map(|p| format!("{p}*")));
        format!("({})", parts.join(" AND "))
    };
    expression(&ways.iter().map(way).collect::<Vec<_>>(), sight, " OR ", " AND ")
}

/// Alternatives as `to_tsquery`'s plain form reads them, inside the given sight; everywhere when it is empty.
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
    if sight.is_empty() {
        return any;
    }
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
            ("cx", "sound cx, plate CX"),
            ("7k", "plate 7K"),
            ("12", "plate 12"),
            ("chenxiaofan", "sound chenxiaofan"),
            ("lsvn", "sound lsvn, plate LSVN, vin LSVN"),
            ("SVNV2182E", "vin SVNV2182E"),
            ("4417", "phone 4417, plate 4417, vin 4417"),
            ("138 1234 4417", "phone 13812344417"),
            ("+86 138-1234-4417", "phone 13812344417"),
            ("７Ｋ３", "plate 7K3"),
            ("7k3q2", "plate 7K3Q2"),
            ("7k3p2", "plate 7K3P2, vin 7K3P2"),
            ("川A·7K3Q2", "plate 川A7K3Q2"),
            ("川A", "plate 川A, name 川a"),
            ("LSVNV2182E2103913", "vin LSVNV2182E2103913"),
            ("1", ""),
            ("a", ""),
            ("', OR *", "sound or, plate OR"),
            ("", ""),
        ] {
            assert_eq!(shown(text), want, "{text:?}");
        }
    }

    #[test]
    fn without_the_right_to_reveal_only_the_end_of_a_number_is_asked_for() {
        let ways =
            |tier, whole| classes("12344")[0].wanted(tier, whole).first().map(|w| w.all.join(" ")).unwrap_or_default();
        for whole in [false, true] {
            assert_eq!(ways(Tier::Exact, whole), "l2344 p1234");
        }
        assert_eq!(ways(Tier::Within, false), "");
        assert_eq!(ways(Tier::Within, true), "p1234 p2344");
    }

    #[test]
    fn closer_matches_have_words_of_their_own() {
        let ways = |text: &str, tier| {
            let all: Vec<_> = classes(text).iter().flat_map(|c| c.wanted(tier, false)).collect();
            all.iter().map(|w| w.all.join("+") + w.prefix.as_deref().unwrap_or("")).collect::<Vec<_>>().join(" ")
        };
        for (text, exact, beginning, within) in [
            ("陈", "", "f9648", "n9648"),
            ("陈帆", "", "b9648x5e06", "n9648x5e06"),
            ("cf", "zcf kcf", "icf ycf", "rcf"),
            ("7k3p2", "k7k3p2 tk3p2+v7k3p", "", "q7k3+qk3p+q3p2 v7k3p+vk3p2"),
            ("7k3q2", "k7k3q2", "", "q7k3+qk3q+q3q2"),
        ] {
            assert_eq!(ways(text, Tier::Exact), exact, "{text}");
            assert_eq!(ways(text, Tier::Beginning), beginning, "{text}");
            assert_eq!(ways(text, Tier::Within), within, "{text}");
        }
    }
}
