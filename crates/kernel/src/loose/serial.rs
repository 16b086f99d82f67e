use crate::date::{StoreDate, StoreTime};
use crate::loose::DateFault;

/// Which day a workbook counts from.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Epoch {
    /// 1 = 1900-01-01, with the 29 February 1900 that never was.
    #[default]
    E1900,
    /// 0 = 1904-01-01 (old Macintosh files).
    E1904,
}

/// An Excel serial in decimal text, `46343.49930555555`: whole days and a fraction of a day, rounded
/// to the minute. Integers only, so that no float is calculated with.
pub fn parse_serial(text: &str, epoch: Epoch) -> Result<(StoreDate, Option<StoreTime>), DateFault> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || !digits(whole) || !digits(fraction) {
        return Err(DateFault::NotADate);
    }
    let mut day: i32 = whole.parse().map_err(|_| DateFault::NotADate)?;
    let fraction = fraction.get(..15).unwrap_or(fraction);
    let scale = 10u64.pow(u32::try_from(fraction.len()).unwrap_or(0));
    let part: u64 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| DateFault::NotADate)? };
    let mut minute = (u128::from(part) * 1440 + u128::from(scale) / 2) / u128::from(scale);
    if minute == 1440 {
        day += 1;
        minute = 0;
    }
    let time = if part == 0 { None } else { u16::try_from(minute).ok().and_then(StoreTime::from_minute) };
    let start = match epoch {
        // From 1 March 1900 on, the missing day shifts everything by one; before, it does not.
        Epoch::E1900 if day >= 61 => StoreDate::new(1899, 12, 30),
        Epoch::E1900 if day == 60 || day == 0 => return Err(DateFault::NoSuchDay),
        Epoch::E1900 => StoreDate::new(1899, 12, 31),
        Epoch::E1904 => StoreDate::new(1904, 1, 1),
    };
    let last = 2_958_465;
    if day > last {
        return Err(DateFault::NoSuchDay);
    }
    start.map(|start| (start.days_after(day), time)).ok_or(DateFault::NoSuchDay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 序列号_1900_与_1904() {
        for (text, epoch, want) in [
            ("1", Epoch::E1900, Some("1900-01-01 -")),
            ("59", Epoch::E1900, Some("1900-02-28 -")),
            ("60", Epoch::E1900, None),
            ("61", Epoch::E1900, Some("1900-03-01 -")),
            ("43042", Epoch::E1900, Some("2017-11-03 -")),
            ("46343.49930555555", Epoch::E1900, Some("2026-11-17 11:59")),
            ("46343.999999", Epoch::E1900, Some("2026-11-18 00:00")),
            ("44877.63125", Epoch::E1904, Some("2026-11-13 15:09")),
            ("0", Epoch::E1904, Some("1904-01-01 -")),
            ("2958465", Epoch::E1900, Some("9999-12-31 -")),
            ("2958466", Epoch::E1900, None),
            ("-5", Epoch::E1900, None),
            ("1e9", Epoch::E1900, None),
        ] {
            let got = parse_serial(text, epoch)
                .ok()
                .map(|(d, t)| format!("{d} {}", t.map_or("-".to_owned(), |t| t.to_string())));
            assert_eq!(got.as_deref(), want, "{text}");
        }
    }
}
