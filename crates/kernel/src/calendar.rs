//! When a store is open, and what that makes of a deadline.

mod deadline;

use crate::clock::Millis;
use crate::date::{HalfDay, StoreDate, StoreTime};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

pub use deadline::ClockUnit;

/// Open from minute `from` up to, not including, minute `to` of the day (0 ≤ from < to ≤ 1440).
/// At the closing minute itself the store is closed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Span {
    from: u16,
    to: u16,
}

impl Span {
    pub fn new(from: u16, to: u16) -> Option<Span> {
        (from < to && to <= 1440).then_some(Span { from, to })
    }

    /// `09:30-12:00`, up to `24:00`.
    pub fn parse(text: &str) -> Option<Span> {
        let (from, to) = text.split_once(['-', '–', '—', '~'])?;
        let from: StoreTime = from.trim().parse().ok()?;
        let to = match to.trim() {
            "24:00" => 1440,
            other => other.parse::<StoreTime>().ok()?.minute_of_day(),
        };
        Span::new(from.minute_of_day(), to)
    }

    pub fn from(self) -> u16 {
        self.from
    }

    pub fn to(self) -> u16 {
        self.to
    }

    pub fn minutes(self) -> u16 {
        self.to - self.from
    }
}

/// A date that differs from its weekday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Day {
    /// A holiday, or a day on which this store closes.
    Closed { name: String },
    /// A make-up workday (调休), or special hours.
    Open { spans: Vec<Span>, name: String },
}

/// The opening times of one store. All loops are bounded: a calendar that never opens answers `None`.
#[derive(Clone, Debug)]
pub struct WorkCalendar {
    pub tz: TimeZone,
    /// Monday first. Several spans a day leave lunch out; no span is a closed day.
    pub week: [Vec<Span>; 7],
    pub days: BTreeMap<StoreDate, Day>,
}

/// No search goes further ahead than this many days.
const HORIZON: i32 = 400;

impl WorkCalendar {
    /// In order, without overlaps: sorted and joined.
    pub fn spans(&self, date: StoreDate) -> Vec<Span> {
        let spans = match self.days.get(&date) {
            Some(Day::Closed { .. }) => return Vec::new(),
            Some(Day::Open { spans, .. }) => spans,
            None => &self.week[date.weekday_index()],
        };
        let mut sorted = spans.clone();
        sorted.sort_by_key(|span| span.from);
        let mut joined: Vec<Span> = Vec::with_capacity(sorted.len());
        for span in sorted {
            match joined.last_mut() {
                Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
                _ => joined.push(span),
            }
        }
        joined
    }

    /// What the day is called, where it is a special one.
    pub fn day_name(&self, date: StoreDate) -> Option<&str> {
        match self.days.get(&date) {
            Some(Day::Closed { name } | Day::Open { name, .. }) => Some(name),
            None => None,
        }
    }

    pub fn is_open_day(&self, date: StoreDate) -> bool {
        !self.spans(date).is_empty()
    }

    pub fn is_open_at(&self, at: Millis) -> bool {
        let (date, time) = self.local(at);
        let minute = time.minute_of_day();
        self.spans(date).iter().any(|span| span.from <= minute && minute < span.to)
    }

    /// On or after `date`.
    pub fn next_open_day(&self, date: StoreDate) -> Option<StoreDate> {
        (0..HORIZON).map(|n| date.days_after(n)).find(|day| self.is_open_day(*day))
    }

    /// `at` itself where the store is open, else the start of the next span.
    pub fn next_opening(&self, at: Millis) -> Option<Millis> {
        if self.is_open_at(at) {
            return Some(at);
        }
        let start = self.date_of(at);
        (0..HORIZON)
            .map(|n| start.days_after(n))
            .flat_map(|date| self.spans(date).into_iter().map(move |span| (date, span)))
            .map(|(date, span)| self.at(date, span.from))
            .find(|opening| *opening >= at)
    }

    /// The end of the last span, `None` on a closed day.
    pub fn closing(&self, date: StoreDate) -> Option<Millis> {
        self.spans(date).last().map(|span| self.at(date, span.to))
    }

    pub fn opening(&self, date: StoreDate) -> Option<Millis> {
        self.spans(date).first().map(|span| self.at(date, span.from))
    }

    pub fn date_of(&self, at: Millis) -> StoreDate {
        self.local(at).0
    }

    /// Date and time of day on the store's wall clock, the seconds dropped.
    pub fn local(&self, at: Millis) -> (StoreDate, StoreTime) {
        let stamp = jiff::Timestamp::from_millisecond(at.0).unwrap_or(if at.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        let local = self.tz.to_datetime(stamp);
        let (hour, minute) = (u16::try_from(local.hour()).unwrap_or(0), u16::try_from(local.minute()).unwrap_or(0));
        (local.date().into(), StoreTime::new(hour, minute).unwrap_or(StoreTime::MIDNIGHT))
    }

    /// The instant of a minute of the day; 1440 is the next midnight. Where the clocks are put
    /// forward over it, the instant after the gap.
    pub fn at(&self, date: StoreDate, minute: u16) -> Millis {
        let days = i32::from(minute / 1440);
        let (date, minute) = (date.days_after(days), minute % 1440);
        let (hour, minute) = (i8::try_from(minute / 60).unwrap_or(0), i8::try_from(minute % 60).unwrap_or(0));
        let stamp = self.tz.to_ambiguous_timestamp(date.civil().at(hour, minute, 0, 0)).compatible();
        Millis(stamp.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
    }

    /// C6: attempts fall into different half-days. The border is the start of the lunch break (the
    /// first gap between spans that begins from 11 to 14 o'clock), else noon.
    pub fn half_day(&self, at: Millis) -> (StoreDate, HalfDay) {
        let (date, time) = self.local(at);
        let spans = self.spans(date);
        let lunch = spans.windows(2).map(|pair| pair[0].to).find(|end| (660..=840).contains(end));
        let border = lunch.and_then(StoreTime::from_minute).unwrap_or(StoreTime::NOON);
        (date, time.half(border))
    }
}

#[cfg(test)]
mod tests;
