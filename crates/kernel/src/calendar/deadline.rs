use super::{HORIZON, Span, WorkCalendar};
use crate::clock::Millis;
use crate::date::StoreDate;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// What a clock's rule counts.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockUnit {
    /// Hours on the wall.
    Elapsed,
    /// Hours in which the store is open.
    OpenHours,
    /// Days on which the store opens; the deadline is the closing time of the last.
    WorkingDays,
}

impl WorkCalendar {
    /// `amount`: hours for `Elapsed` and `OpenHours`, days for `WorkingDays`. `None` where the
    /// calendar does not open within 400 days.
    pub fn deadline(&self, from: Millis, amount: u32, unit: ClockUnit) -> Option<Millis> {
        match unit {
            ClockUnit::Elapsed => self.into_open_time(Millis(from.0.saturating_add(i64::from(amount) * HOUR))),
            ClockUnit::OpenHours => self.add_open_minutes(from, i64::from(amount) * 60),
            ClockUnit::WorkingDays => self.nth_open_day(self.date_of(from), amount).and_then(|date| self.closing(date)),
        }
    }

    /// Contact by a named person within 24 elapsed hours.
    pub fn deadline_24h(&self, from: Millis) -> Option<Millis> {
        self.deadline(from, 24, ClockUnit::Elapsed)
    }

    /// A deadline that falls while the store is closed moves to one hour after the next opening,
    /// never earlier.
    pub fn into_open_time(&self, at: Millis) -> Option<Millis> {
        if self.is_open_at(at) {
            return Some(at);
        }
        self.next_opening(at).map(|opening| Millis(opening.0 + HOUR))
    }

    /// The closing time of the day `days` calendar days after `date`, moved to the next open day.
    pub fn end_of_days_after(&self, date: StoreDate, days: i32) -> Option<Millis> {
        self.next_open_day(date.days_after(days)).and_then(|day| self.closing(day))
    }

    /// The `n`th open day after `date`, which itself does not count.
    pub fn nth_open_day(&self, date: StoreDate, n: u32) -> Option<StoreDate> {
        let mut day = date;
        if n == 0 {
            return self.next_open_day(date);
        }
        for _ in 0..n {
            day = self.next_open_day(day.days_after(1))?;
        }
        Some(day)
    }

    /// The instant at which `minutes` open minutes have passed. Positive minutes only.
    pub fn add_open_minutes(&self, from: Millis, minutes: i64) -> Option<Millis> {
        if minutes <= 0 {
            return None;
        }
        let mut left = minutes.checked_mul(MINUTE)?;
        let mut date = self.date_of(from);
        let mut closed_in_a_row = 0;
        while closed_in_a_row < HORIZON {
            let spans = self.spans(date);
            closed_in_a_row = if spans.is_empty() { closed_in_a_row + 1 } else { 0 };
            for (start, end) in spans.into_iter().map(|span| self.instants(date, span)) {
                let begin = start.0.max(from.0);
                let room = end.0.saturating_sub(begin).max(0);
                if room >= left {
                    return Some(Millis(begin + left));
                }
                left -= room;
            }
            let next = date.days_after(1);
            if next == date {
                return None;
            }
            date = next;
        }
        None
    }

    /// Open milliseconds between two instants; 0 if `to` lies before `from`. At most 400 days are
    /// counted.
    pub fn open_millis(&self, from: Millis, to: Millis) -> i64 {
        let (first, last) = (self.date_of(from), self.date_of(to));
        let days = first.days_until(last).clamp(-1, HORIZON);
        (0..=days)
            .map(|n| first.days_after(n))
            .flat_map(|date| self.spans(date).into_iter().map(move |span| (date, span)))
            .map(|(date, span)| {
                let (start, end) = self.instants(date, span);
                (end.0.min(to.0) - start.0.max(from.0)).max(0)
            })
            .sum()
    }

    fn instants(&self, date: StoreDate, span: Span) -> (Millis, Millis) {
        (self.at(date, span.from()), self.at(date, span.to()))
    }
}
