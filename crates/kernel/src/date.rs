//! Dates and times of day as the store's calendar has them, without a time zone.

use jiff::civil::{Date, Weekday};
use std::fmt;
use std::str::FromStr;

/// A civil date in the store's time zone. Text form ISO, `2026-11-15`.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct StoreDate(Date);

#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date or time")]
pub struct NotADate;

impl StoreDate {
    /// `None` where the calendar has no such day; years 1 to 9999.
    pub fn new(year: i16, month: i8, day: i8) -> Option<StoreDate> {
        Date::new(year, month, day).ok().map(StoreDate)
    }

    pub fn civil(self) -> Date {
        self.0
    }

    /// Stays at the last or first day that can be written.
    #[must_use]
    pub fn days_after(self, days: i32) -> StoreDate {
        let span = jiff::SignedDuration::from_hours(i64::from(days) * 24);
        StoreDate(self.0.saturating_add(span))
    }

    /// Whole days from here to `later`, negative if that lies before.
    pub fn days_until(self, later: StoreDate) -> i32 {
        let hours = self.0.duration_until(later.0).as_hours();
        i32::try_from(hours / 24).unwrap_or(0)
    }

    pub fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    /// Monday 0 to Sunday 6.
    pub fn weekday_index(self) -> usize {
        usize::try_from(self.0.weekday().to_monday_zero_offset()).unwrap_or(0)
    }

    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// 1 to 12.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    pub fn day(self) -> i8 {
        self.0.day()
    }

    #[must_use]
    pub fn first_of_month(self) -> StoreDate {
        StoreDate(self.0.first_of_month())
    }

    #[must_use]
    pub fn last_of_month(self) -> StoreDate {
        StoreDate(self.0.last_of_month())
    }

    /// The Monday of its ISO week.
    #[must_use]
    pub fn iso_week_monday(self) -> StoreDate {
        self.days_after(-i32::try_from(self.weekday_index()).unwrap_or(0))
    }
}

impl From<Date> for StoreDate {
    fn from(date: Date) -> StoreDate {
        StoreDate(date)
    }
}

impl FromStr for StoreDate {
    type Err = NotADate;

    /// Exactly `yyyy-mm-dd`.
    fn from_str(text: &str) -> Result<StoreDate, NotADate> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(NotADate);
        }
        let number = |from: usize, to: usize| {
            text.get(from..to).filter(|s| s.bytes().all(|b| b.is_ascii_digit())).and_then(|s| s.parse::<i16>().ok())
        };
        let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
            return Err(NotADate);
        };
        let small = |n: i16| i8::try_from(n).map_err(|_| NotADate);
        StoreDate::new(year, small(month)?, small(day)?).ok_or(NotADate)
    }
}

impl fmt::Display for StoreDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for StoreDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Minutes after midnight, 0 to 1439. Text form `09:30`.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StoreTime(u16);

impl StoreTime {
    pub const MIDNIGHT: StoreTime = StoreTime(0);
    pub const NOON: StoreTime = StoreTime(720);

    pub fn new(hour: u16, minute: u16) -> Option<StoreTime> {
        (hour < 24 && minute < 60).then_some(StoreTime(hour * 60 + minute))
    }

    pub fn from_minute(minute: u16) -> Option<StoreTime> {
        (minute < 1440).then_some(StoreTime(minute))
    }

    pub fn minute_of_day(self) -> u16 {
        self.0
    }

    /// Attempts of one task fall into different halves of a day (C6). The border is noon, or the
    /// start of the store's lunch where its calendar has one.
    pub fn half(self, border: StoreTime) -> HalfDay {
        if self < border { HalfDay::Morning } else { HalfDay::Afternoon }
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HalfDay {
    Morning,
    Afternoon,
}

impl FromStr for StoreTime {
    type Err = NotADate;

    /// `9:30`, `09:30`, `09:30:59` (seconds are dropped).
    fn from_str(text: &str) -> Result<StoreTime, NotADate> {
        let parts: Vec<&str> = text.trim().split(':').collect();
        let number = |s: &str, most: u16| {
            let plain = (1..=2).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
            s.parse::<u16>().ok().filter(|n| plain && *n <= most).ok_or(NotADate)
        };
        let (hour, minute) = match parts.as_slice() {
            [hour, minute] => (hour, minute),
            [hour, minute, second] => {
                number(second.split('.').next().unwrap_or(second), 59)?;
                (hour, minute)
            }
            _ => return Err(NotADate),
        };
        StoreTime::new(number(hour, 23)?, number(minute, 59)?).ok_or(NotADate)
    }
}

impl TryFrom<String> for StoreTime {
    type Error = NotADate;
    fn try_from(text: String) -> Result<StoreTime, NotADate> {
        text.parse()
    }
}

impl From<StoreTime> for String {
    fn from(time: StoreTime) -> String {
        time.to_string()
    }
}

impl fmt::Display for StoreTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for StoreTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A date, with the time of day where it is known. Text form `2026-11-15 08:41`.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct StoreDateTime {
    pub date: StoreDate,
    pub time: Option<StoreTime>,
}

impl fmt::Display for StoreDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time {
            Some(time) => write!(f, "{} {time}", self.date),
            None => write!(f, "{}", self.date),
        }
    }
}

impl fmt::Debug for StoreDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> StoreDate {
        text.parse().expect(text)
    }

    #[test]
    fn 日期_只认规范写法() {
        assert_eq!(d("2024-02-29").to_string(), "2024-02-29");
        for bad in ["2023-02-29", "2026-2-9", "2026/11/15", "2026-13-01", "", "2026-11-1五", "+026-11-15"] {
            assert!(bad.parse::<StoreDate>().is_err(), "{bad:?}");
        }
        assert_eq!(serde_json::to_string(&d("2026-11-15")).expect("json"), "\"2026-11-15\"");
    }

    #[test]
    fn 日期_推算() {
        for (from, days, to) in [
            ("2024-02-28", 1, "2024-02-29"),
            ("2024-02-29", 1, "2024-03-01"),
            ("2023-12-31", 1, "2024-01-01"),
            ("2024-03-01", -1, "2024-02-29"),
        ] {
            assert_eq!(d(from).days_after(days), d(to));
            assert_eq!(d(from).days_until(d(to)), days);
        }
        for (date, monday, first, last) in [
            ("2026-11-15", "2026-11-09", "2026-11-01", "2026-11-30"),
            ("2024-02-29", "2024-02-26", "2024-02-01", "2024-02-29"),
        ] {
            assert_eq!(
                (d(date).iso_week_monday(), d(date).first_of_month(), d(date).last_of_month()),
                (d(monday), d(first), d(last))
            );
        }
        assert_eq!(d("9999-12-30").days_after(400), d("9999-12-31"));
    }

    #[test]
    fn 时刻与半天() {
        for (raw, want) in [
            ("9:30", Some("09:30")),
            ("09:30:59", Some("09:30")),
            ("23:59", Some("23:59")),
            ("24:00", None),
            ("9:5a", None),
            ("930", None),
            ("9:60", None),
        ] {
            assert_eq!(raw.parse::<StoreTime>().ok().map(|t| t.to_string()).as_deref(), want, "{raw}");
        }
        let t = |s: &str| s.parse::<StoreTime>().expect(s);
        assert_eq!(t("11:59").half(StoreTime::NOON), HalfDay::Morning);
        assert_eq!(t("12:00").half(StoreTime::NOON), HalfDay::Afternoon);
    }
}
