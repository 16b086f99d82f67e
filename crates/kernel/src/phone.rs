//! Phone numbers as written in spreadsheets, normalised; masked wherever they are printed.

mod cell;
mod read;

use std::fmt;

/// A telephone number that can be dialled. `Display` and `Debug` are masked and there is no
/// `Serialize`: the digits leave only through [`Phone::expose`].
///
/// Stored form: `13812344417`, landline with area code `02885551234`, without one `85551234`,
/// service `4008001234`, foreign `+85291234567`, each with `-801` behind it for an extension.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

/// Why a text is no phone number.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    #[error("empty")]
    Empty,
    #[error("{missing} digits missing")]
    TooShort { missing: u8 },
    #[error("{extra} digits too many")]
    TooLong { extra: u8 },
    #[error("not a number")]
    NotANumber,
    /// Written `1.38E+10`: the spreadsheet has lost the last digits.
    #[error("digits lost to scientific notation")]
    ScientificLoss,
    /// The right length, but no such range exists (`11111111111`).
    #[error("no such number")]
    Unassigned,
}

impl PhoneFault {
    pub fn code(self) -> &'static str {
        match self {
            PhoneFault::Empty => "phone.empty",
            PhoneFault::TooShort { .. } => "phone.too_short",
            PhoneFault::TooLong { .. } => "phone.too_long",
            PhoneFault::NotANumber => "phone.not_a_number",
            PhoneFault::ScientificLoss => "phone.scientific_loss",
            PhoneFault::Unassigned => "phone.unassigned",
        }
    }

    /// The count that the message names, where it names one.
    pub fn count(self) -> Option<u8> {
        match self {
            PhoneFault::TooShort { missing } => Some(missing),
            PhoneFault::TooLong { extra } => Some(extra),
            PhoneFault::Empty | PhoneFault::NotANumber | PhoneFault::ScientificLoss | PhoneFault::Unassigned => None,
        }
    }
}

impl Phone {
    /// One number. Spaces, hyphens, dots and brackets are dropped, not scolded.
    pub fn parse(raw: &str) -> Result<Phone, PhoneFault> {
        read::read(raw).map(Phone)
    }

    /// Every number of one cell; an empty cell gives an empty list.
    pub fn parse_cell(raw: &str) -> Vec<Result<Phone, PhoneFault>> {
        cell::split(raw).iter().map(|part| Phone::parse(part)).collect()
    }

    /// The digits in full. Only for dialling, an audited reveal, and storage.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Without the extension, to search and compare by.
    pub fn base(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    pub fn extension(&self) -> Option<&str> {
        self.0.split_once('-').map(|(_, extension)| extension)
    }

    pub fn is_mobile(&self) -> bool {
        is_mobile(&self.0)
    }

    /// `138****4417`, landline `028****1234`, without area code `****1234`.
    pub fn masked(&self) -> String {
        let base = self.base();
        let head = match base.as_bytes() {
            [b'+', ..] => base.len().saturating_sub(8).clamp(2, 4),
            [b'0', b'1' | b'2', ..] => 3,
            [b'0', ..] => 4,
            other if other.len() < 10 => 0,
            _ => 3,
        };
        let tail = base.len().saturating_sub(4);
        format!("{}****{}", &base[..head.min(tail)], &base[tail..])
    }
}

fn is_mobile(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit))
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// What may be shown of a text that should have been a phone number: at most the first three and
/// the last two digits.
pub fn mask_raw(raw: &str) -> String {
    let total = raw.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    let keep = if total < 7 { total.min(2) } else { 3 };
    crate::loose::half_width(raw)
        .chars()
        .map(|c| {
            if !c.is_ascii_digit() {
                return c;
            }
            seen += 1;
            if seen <= keep || (total >= 7 && seen > total - 2) { c } else { '*' }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 打印即遮蔽() {
        for (raw, masked, mobile) in [
            ("13812344417", "138****4417", true),
            ("028-85551234", "028****1234", false),
            ("0571-88880000", "0571****0000", false),
            ("85551234", "****1234", false),
            ("400-800-1234", "400****1234", false),
            ("+852 9123 4567", "+852****4567", false),
            ("028-85551234转801", "028****1234", false),
        ] {
            let phone = Phone::parse(raw).expect(raw);
            assert_eq!((phone.to_string().as_str(), phone.is_mobile()), (masked, mobile), "{raw}");
            assert!(!format!("{phone:?}").contains(phone.base()));
        }
    }

    #[test]
    fn 读不了的号码_也要遮蔽() {
        assert_eq!(mask_raw("139025881"), "139****81");
        assert_eq!(mask_raw("95555"), "95***");
        assert_eq!(mask_raw("13800138000/1390013"), "138********/*****13");
    }
}
