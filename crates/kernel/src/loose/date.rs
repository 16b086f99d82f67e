use super::{DateOrder, Epoch, Order, half_width, parse_serial};
use crate::date::{StoreDate, StoreTime};

#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    #[error("not a date")]
    NotADate,
    /// 30 February, month 13.
    #[error("no such day")]
    NoSuchDay,
}

impl DateFault {
    pub fn code(self) -> &'static str {
        match self {
            DateFault::NotADate => "date.not_a_date",
            DateFault::NoSuchDay => "date.no_such_day",
        }
    }
}

/// How a date is written; columns with two shapes are normal.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum DateShape {
    /// `2026-11-15`, `2026/11/5`, `2026.11.15`, `2026年11月15日`
    YearFirst,
    /// `08/11/2026`
    YearLast,
    /// `26/10/31`
    Short,
    /// `20261027`
    Compact,
    /// `46343.4993`
    Serial,
}

impl DateShape {
    pub fn of(text: &str) -> Option<DateShape> {
        let text = half_width(text);
        if compact(&text).is_some() {
            return Some(DateShape::Compact);
        }
        match parts(&text) {
            Some(Parts::YearFirst(..)) => Some(DateShape::YearFirst),
            Some(Parts::YearLast(..)) => Some(DateShape::YearLast),
            Some(Parts::Short(..)) => Some(DateShape::Short),
            None => parse_serial(&text, Epoch::E1900).ok().map(|_| DateShape::Serial),
        }
    }
}

/// Three numbers of a date, in the order written.
#[derive(Copy, Clone, Debug)]
pub(super) enum Parts {
    YearFirst(u16, u16, u16),
    YearLast(u16, u16, u16),
    Short(u16, u16, u16),
}

impl Parts {
    /// A two-digit year lies at most ten years after `today`'s, else it belongs to the last century.
    pub(super) fn read(self, order: Order, today: StoreDate) -> Option<StoreDate> {
        let century = |short: u16| {
            let this = u16::try_from(today.year()).unwrap_or(2000) + 10;
            let year = this / 100 * 100 + short;
            if year > this { year - 100 } else { year }
        };
        let (year, month, day) = match (self, order) {
            (Parts::YearFirst(y, m, d), _) => (y, m, d),
            (Parts::YearLast(a, b, y), Order::Dmy) => (y, b, a),
            (Parts::YearLast(a, b, y), Order::Mdy | Order::Ymd) => (y, a, b),
            (Parts::Short(y, m, d), Order::Ymd) => (century(y), m, d),
            (Parts::Short(d, m, y), Order::Dmy) => (century(y), m, d),
            (Parts::Short(m, d, y), Order::Mdy) => (century(y), m, d),
        };
        StoreDate::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
    }
}

/// The date part of a text, and what follows it.
fn divide(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|(at, c)| match c {
            ' ' => true,
            'T' | 't' => *at >= 8,
            _ => false,
        })
        .map_or(text.len(), |(at, _)| at);
    let (date, time) = text.split_at(end);
    // `2026年11月13日08:41` has no blank.
    match date.split_once(['日', '号']) {
        Some((date, tight)) if !tight.is_empty() => (date, tight),
        Some((date, _)) => (date, time.trim_start_matches([' ', 'T', 't'])),
        None => (date, time.trim_start_matches([' ', 'T', 't'])),
    }
}

pub(super) fn parts(text: &str) -> Option<Parts> {
    let text = half_width(text);
    let (date, _) = divide(&text);
    let fields: Vec<&str> = date.split(['-', '/', '.', '年', '月', '\\']).collect();
    let [a, b, c] = fields.as_slice() else {
        return None;
    };
    let number = |s: &str| s.parse::<u16>().ok().filter(|_| s.bytes().all(|b| b.is_ascii_digit()));
    let (x, y, z) = (number(a)?, number(b)?, number(c)?);
    match (a.len(), b.len(), c.len()) {
        (4, 1..=2, 1..=2) => Some(Parts::YearFirst(x, y, z)),
        (1..=2, 1..=2, 4) => Some(Parts::YearLast(x, y, z)),
        (1..=2, 1..=2, 1..=2) => Some(Parts::Short(x, y, z)),
        _ => None,
    }
}

/// `20261027`, also with a time behind it: `20261027 0841`, `20261027084100`.
fn compact(text: &str) -> Option<(Parts, Option<StoreTime>)> {
    let (date, time) = divide(text);
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !digits(date) || !matches!(date.len(), 8 | 12 | 14) {
        return None;
    }
    let number = |from: usize, to: usize| date.get(from..to)?.parse::<u16>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    if !(1900..=2100).contains(&year) {
        return None;
    }
    let tight = date.get(8..12).and_then(|t| format!("{}:{}", &t[..2], &t[2..]).parse().ok());
    Some((Parts::YearFirst(year, month, day), tight.or_else(|| parse_time(time))))
}

/// A time of day behind a date: `08:41:00`, `8:41`, `8时41分`, `上午8:41`, `1:05 PM`, `08:41:00.000`, `08:41Z`.
pub fn parse_time(text: &str) -> Option<StoreTime> {
    let text = half_width(text).to_lowercase();
    let afternoon = ["下午", "晚上", "pm"].iter().any(|m| text.contains(m));
    let morning = ["上午", "凌晨", "早上", "am"].iter().any(|m| text.contains(m));
    let mut digits = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' | ':' => digits.push(c),
            '时' | '點' | '点' | '分' => digits.push(':'),
            '+' | '.' | 'z' => break,
            _ => {}
        }
    }
    let clean = digits.trim_end_matches(':');
    let time: StoreTime = if clean.contains(':') {
        clean.parse().ok()?
    } else if clean.len() == 4 {
        format!("{}:{}", &clean[..2], &clean[2..]).parse().ok()?
    } else {
        return None;
    };
    match (time.minute_of_day(), afternoon, morning) {
        (m @ 0..720, true, _) => StoreTime::from_minute(m + 720),
        (m @ 720..780, _, true) => StoreTime::from_minute(m - 720),
        _ => Some(time),
    }
}

/// A date in any common form, read by the column's `order`; serials in text count by `epoch`.
/// `today` gives two-digit years their century.
pub fn parse_date(
    text: &str,
    order: DateOrder,
    epoch: Epoch,
    today: StoreDate,
) -> Result<(StoreDate, Option<StoreTime>), DateFault> {
    let text = half_width(text);
    let text = text.trim_start_matches('\'');
    if let Some((parts, time)) = compact(text) {
        return parts.read(Order::Ymd, today).map(|date| (date, time)).ok_or(DateFault::NoSuchDay);
    }
    if let Some(parts) = parts(text) {
        let order = match parts {
            Parts::YearFirst(..) => Order::Ymd,
            Parts::YearLast(..) => order.year_last,
            Parts::Short(..) => order.short,
        };
        let date = parts.read(order, today).ok_or(DateFault::NoSuchDay)?;
        return Ok((date, parse_time(divide(text).1)));
    }
    // Below five digits a number is more likely a typing error than a day before 1927.
    let whole = text.split('.').next().unwrap_or(text);
    if whole.len() == 5 {
        return parse_serial(text, epoch);
    }
    Err(DateFault::NotADate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 日期的各种写法() {
        let today: StoreDate = "2026-11-21".parse().expect("today");
        for (raw, want) in [
            ("2026-11-15 08:41:00", "2026-11-15 08:41"),
            ("2026-11-15T08:41:00", "2026-11-15 08:41"),
            ("2026-11-15T08:41:00.000Z", "2026-11-15 08:41"),
            ("2026/10/25 11:20", "2026-10-25 11:20"),
            ("2026/10/5 9:05", "2026-10-05 09:05"),
            ("2026年11月13日", "2026-11-13 -"),
            ("2026年11月13日 8时5分", "2026-11-13 08:05"),
            ("2026年11月13日08:41", "2026-11-13 08:41"),
            ("2026年1月3日", "2026-01-03 -"),
            ("20261027", "2026-10-27 -"),
            ("20261027 0841", "2026-10-27 08:41"),
            ("20261027084159", "2026-10-27 08:41"),
            ("26/10/31", "2026-10-31 -"),
            ("17/5/22", "2017-05-22 -"),
            ("65/1/3", "1965-01-03 -"),
            ("2023.11.4", "2023-11-04 -"),
            ("04/10/27", "2004-10-27 -"),
            ("08/11/2026 13:00", "2026-11-08 13:00"),
            ("19581102", "1958-11-02 -"),
            ("43042", "2017-11-03 -"),
            ("46343.49930555555", "2026-11-17 11:59"),
            ("２０２６－１１－１５", "2026-11-15 -"),
            ("2026-11-15 下午 3:05", "2026-11-15 15:05"),
            ("2026-11-15 12:05 AM", "2026-11-15 00:05"),
            ("2017/10/1 0:00", "2017-10-01 00:00"),
            ("2024-02-29", "2024-02-29 -"),
            ("2023-02-29", "date.no_such_day"),
            ("20261327", "date.no_such_day"),
            ("31/31/2026", "date.no_such_day"),
            ("待定", "date.not_a_date"),
            ("12", "date.not_a_date"),
            ("", "date.not_a_date"),
            ("2026-11", "date.not_a_date"),
        ] {
            let got = parse_date(raw, DateOrder::default(), Epoch::E1900, today);
            let got = got.map_or_else(
                |e| e.code().to_owned(),
                |(d, t)| format!("{d} {}", t.map_or("-".to_owned(), |t| t.to_string())),
            );
            assert_eq!(got, want, "{raw:?}");
        }
    }

    #[test]
    fn 写法归类() {
        for (raw, want) in [
            ("2026年11月13日", Some(DateShape::YearFirst)),
            ("08/11/2026 13:00", Some(DateShape::YearLast)),
            ("26/10/31", Some(DateShape::Short)),
            ("20261027", Some(DateShape::Compact)),
            ("46343.4", Some(DateShape::Serial)),
            ("无", None),
        ] {
            assert_eq!(DateShape::of(raw), want, "{raw}");
        }
    }
}
