//! C6: when customers are called: the rule's call windows, on days on which the store is open.

use kernel::{HalfDay, Millis, StoreDate, WorkCalendar};

use super::rules::CallWindow;

/// Call windows on the store's calendar. All searches are bounded: a store that never opens answers `None`.
#[derive(Copy, Clone)]
pub struct CallHours<'a> {
    cal: &'a WorkCalendar,
    windows: &'a [CallWindow],
}

/// No search goes further ahead than this many days.
const HORIZON: i32 = 400;

/// Minutes of the day in which the customer likes to be called, end exclusive.
pub type Span = (u16, u16);

impl<'a> CallHours<'a> {
    pub fn new(cal: &'a WorkCalendar, windows: &'a [CallWindow]) -> Self {
        Self { cal, windows }
    }
    pub fn calendar(&self) -> &'a WorkCalendar {
        self.cal
    }

    /// The first moment of the day at which calls are made; `None` on a closed day.
    pub fn opening(&self, day: StoreDate) -> Option<Millis> {
        let first = self.windows.first().filter(|_| self.cal.is_open_day(day))?;
        Some(self.cal.at(day, first.from.minute_of_day()))
    }

    /// The end of the day's last window, on a closed day too: a deadline needs one.
    pub fn closing(&self, day: StoreDate) -> Option<Millis> {
        self.windows.last().map(|w| self.cal.at(day, w.to.minute_of_day()))
    }

    /// `at` itself inside a window, else the start of the next one.
    pub fn next(&self, at: Millis) -> Option<Millis> {
        self.next_in(at, None)
    }

    /// As [`next`](Self::next), inside the customer's best time where windows and best time meet.
    pub fn next_in(&self, at: Millis, best: Option<Span>) -> Option<Millis> {
        let spans = self.spans(best);
        let start = self.cal.date_of(at);
        (0..HORIZON).map(|n| start.days_after(n)).filter(|day| self.cal.is_open_day(*day)).find_map(|day| {
            spans.iter().find_map(|(from, to)| {
                let (from, to) = (self.cal.at(day, *from), self.cal.at(day, *to));
                (at < to).then_some(from.max(at))
            })
        })
    }

    /// The start of the first half-day after that of `at` in which calls are made.
    pub fn next_half_day(&self, at: Millis) -> Option<Millis> {
        let now = self.cal.half_day(at);
        let start = self.cal.date_of(at);
        (0..HORIZON)
            .map(|n| start.days_after(n))
            .filter(|day| self.cal.is_open_day(*day))
            .find_map(|day| self.starts(day).into_iter().find(|begin| *begin > at && self.cal.half_day(*begin) != now))
    }

    /// Whether two moments fall into one half-day.
    pub fn same_half_day(&self, a: Millis, b: Millis) -> bool {
        self.cal.half_day(a) == self.cal.half_day(b)
    }

    fn spans(&self, best: Option<Span>) -> Vec<Span> {
        let windows = self.windows.iter().map(|w| (w.from.minute_of_day(), w.to.minute_of_day()));
        let Some((best_from, best_to)) = best else { return windows.collect() };
        let met: Vec<Span> =
            windows.clone().map(|(f, t)| (f.max(best_from), t.min(best_to))).filter(|(f, t)| f < t).collect();
        if met.is_empty() { windows.collect() } else { met }
    }

    /// Where a half-day's calls begin: the windows' starts, and the border inside a window without a break.
    fn starts(&self, day: StoreDate) -> Vec<Millis> {
        let mut starts = Vec::new();
        for window in self.windows {
            let (from, to) = (window.from.minute_of_day(), window.to.minute_of_day());
            starts.push(self.cal.at(day, from));
            let half = |minute: u16| self.cal.half_day(self.cal.at(day, minute)).1;
            if half(from) == HalfDay::Morning && half(to - 1) == HalfDay::Afternoon {
                starts.extend((from..to).find(|m| half(*m) == HalfDay::Afternoon).map(|m| self.cal.at(day, m)));
            }
        }
        starts
    }
}
