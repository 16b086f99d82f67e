use crate::loose::half_width;
use std::fmt;

/// A vehicle identification number: 17 characters without I, O, Q. A wrong check digit is no
/// fault, many real ones have none (GB 16735 does not demand it). Printed masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vin(String);

#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VinFault {
    #[error("empty")]
    Empty,
    #[error("{length} characters instead of 17")]
    WrongLength { length: u8 },
    /// I, O or Q. The remedy: they are the digits 1 and 0.
    #[error("contains the letter {0}")]
    ForbiddenLetter(char),
    #[error("contains {0:?}")]
    ForeignCharacter(char),
}

impl VinFault {
    pub fn code(self) -> &'static str {
        match self {
            VinFault::Empty => "vin.empty",
            VinFault::WrongLength { .. } => "vin.wrong_length",
            VinFault::ForbiddenLetter(_) => "vin.forbidden_letter",
            VinFault::ForeignCharacter(_) => "vin.foreign_character",
        }
    }

    /// What the letter was probably meant to be.
    pub fn remedy(self) -> Option<char> {
        match self {
            VinFault::ForbiddenLetter('I') => Some('1'),
            VinFault::ForbiddenLetter(_) => Some('0'),
            VinFault::Empty | VinFault::WrongLength { .. } | VinFault::ForeignCharacter(_) => None,
        }
    }
}

impl Vin {
    pub fn parse(raw: &str) -> Result<Vin, VinFault> {
        let text: String =
            half_width(raw).to_uppercase().chars().filter(|c| !matches!(c, ' ' | '-' | '*' | '\'')).collect();
        if text.is_empty() || crate::loose::says_nothing(&text) {
            return Err(VinFault::Empty);
        }
        for c in text.chars() {
            match c {
                'I' | 'O' | 'Q' => return Err(VinFault::ForbiddenLetter(c)),
                'A'..='Z' | '0'..='9' => {}
                _ => return Err(VinFault::ForeignCharacter(c)),
            }
        }
        if text.len() != 17 {
            return Err(VinFault::WrongLength { length: u8::try_from(text.len()).unwrap_or(u8::MAX) });
        }
        Ok(Vin(text))
    }

    /// ISO 3779: weighted sum modulo 11 stands at the ninth place, X for ten.
    pub fn check_digit_ok(&self) -> bool {
        const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
        let sum: u32 = self.0.bytes().zip(WEIGHTS).map(|(b, weight)| value(b) * weight).sum();
        let want = match sum % 11 {
            10 => 'X',
            digit => char::from_digit(digit, 10).unwrap_or('?'),
        };
        self.0.chars().nth(8) == Some(want)
    }

    /// In full. Only for storage, search and the pages entitled to it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last `n` characters, which is how workshops speak of a car.
    pub fn tail(&self, n: usize) -> &str {
        &self.0[17 - n.min(17)..]
    }

    /// `LSV****103913`: the maker and the six characters by which a workshop calls the car. On every page that is
    /// read; whole only in the form of whoever may correct it.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], self.tail(6))
    }
}

/// [`Vin::masked`] for what was meant to be one, e.g. one of 16 characters.
pub fn mask_raw(raw: &str) -> String {
    let chars: Vec<char> = half_width(raw).trim().chars().collect();
    match chars.len() {
        0 => String::new(),
        1..=6 => "*".repeat(chars.len()),
        n => {
            let tail: String = chars[n - 6..].iter().collect();
            let head: String = chars.iter().take(if n >= 12 { 3 } else { 0 }).collect();
            format!("{head}****{tail}")
        }
    }
}

fn value(b: u8) -> u32 {
    match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'H' => u32::from(b - b'A') + 1,
        b'J'..=b'R' => u32::from(b - b'J') + 1,
        b'S'..=b'Z' => u32::from(b - b'S') + 2,
        _ => 0,
    }
}

impl fmt::Display for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vin({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 车架号的各种写法() {
        for (raw, want) in [
            (" lsvnv2182e2100001 ", Ok("LSVNV2182E2100001")),
            ("ＬＳＶＮＶ２１８２Ｅ２１００００１", Ok("LSVNV2182E2100001")),
            ("LSV NV2182 E2100001", Ok("LSVNV2182E2100001")),
            ("TG859693", Err(VinFault::WrongLength { length: 8 })),
            ("LSVNV2182E210000O", Err(VinFault::ForbiddenLetter('O'))),
            ("LSVNV2182E210000车", Err(VinFault::ForeignCharacter('车'))),
            ("", Err(VinFault::Empty)),
            ("无", Err(VinFault::Empty)),
        ] {
            assert_eq!(Vin::parse(raw).as_ref().map(Vin::expose).map_err(|e| *e), want, "{raw:?}");
        }
        assert_eq!(VinFault::ForbiddenLetter('I').remedy(), Some('1'));
        let vin = Vin::parse("LSVNV2182E2103913").expect("valid");
        assert_eq!((vin.to_string().as_str(), vin.tail(6)), ("LSV****103913", "103913"));
        assert_eq!(format!("{vin:?}"), "Vin(LSV****103913)");
        for (raw, shown) in [
            ("LSVNV2182E210391", "LSV****210391"),
            ("LSVNV2182E2103913", "LSV****103913"),
            ("E2103913", "****103913"),
            ("3913", "****"),
            ("", ""),
        ] {
            assert_eq!(mask_raw(raw), shown, "{raw}");
        }
    }

    #[test]
    fn 校验位与公开样本一致() {
        let Some(table) = crate::testdata::read("reference_cn/vin_vectors.csv") else {
            return;
        };
        let mut seen = (0, 0);
        for line in table.lines().skip(1) {
            let mut cells = line.split(',');
            let (Some(raw), Some(ok)) = (cells.next(), cells.next()) else { panic!("{line}") };
            let vin = Vin::parse(raw).unwrap_or_else(|e| panic!("{raw}: {e}"));
            assert_eq!(vin.check_digit_ok(), ok == "1", "{raw}");
            if ok == "1" { seen.0 += 1 } else { seen.1 += 1 }
        }
        assert_eq!(seen, (3000, 299));
    }
}
