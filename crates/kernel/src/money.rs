use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

/// Money, in fen (1/100 yuan). Displayed `¥1,386` or `¥1,386.50`.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// Score points of appraisals and club accounts.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Points(pub i64);

/// A rate in thousandths; 1000 = 100 %. Displayed `87.5%`.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Permille(pub u16);

impl Permille {
    /// Rounded half up; `None` for a whole of zero, because no rate can be told.
    pub fn of(part: u64, whole: u64) -> Option<Permille> {
        if whole == 0 {
            return None;
        }
        let rate = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
        Some(Permille(u16::try_from(rate).unwrap_or(u16::MAX)))
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}¥{}", Grouped(amount / 100))?;
        match amount % 100 {
            0 => Ok(()),
            cents => write!(f, ".{cents:02}"),
        }
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}", Grouped(self.0.unsigned_abs()))
    }
}

impl fmt::Display for Permille {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "{}%", self.0 / 10),
            tenth => write!(f, "{}.{tenth}%", self.0 / 10),
        }
    }
}

/// A count with thousands separators: `1,386`.
pub struct Grouped(pub u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let head = match digits.len() % 3 {
            0 => 3,
            n => n,
        };
        let (first, rest) = digits.split_at(head.min(digits.len()));
        f.write_str(first)?;
        for group in rest.as_bytes().chunks(3) {
            write!(f, ",{}", String::from_utf8_lossy(group))?;
        }
        Ok(())
    }
}

impl Add for Fen {
    type Output = Fen;
    fn add(self, other: Fen) -> Fen {
        Fen(self.0.saturating_add(other.0))
    }
}

impl Sub for Fen {
    type Output = Fen;
    fn sub(self, other: Fen) -> Fen {
        Fen(self.0.saturating_sub(other.0))
    }
}

impl Neg for Fen {
    type Output = Fen;
    fn neg(self) -> Fen {
        Fen(self.0.saturating_neg())
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(all: I) -> Fen {
        all.fold(Fen(0), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 金额与比率的写法() {
        for (fen, want) in [
            (0, "¥0"),
            (138_600, "¥1,386"),
            (138_650, "¥1,386.50"),
            (5, "¥0.05"),
            (-20_000, "-¥200"),
            (12_345_678_900, "¥123,456,789"),
        ] {
            assert_eq!(Fen(fen).to_string(), want);
        }
        for (part, whole, want) in [(7, 8, "87.5%"), (1, 1, "100%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (0, 5, "0%")] {
            assert_eq!(Permille::of(part, whole).map(|p| p.to_string()).as_deref(), Some(want));
        }
        assert_eq!(Permille::of(1, 0), None);
        assert_eq!(Points(-12_345).to_string(), "-12,345");
    }
}
