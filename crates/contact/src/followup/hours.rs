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

    /// The first moment of the day at which calls are made; `None` on a day without calls.
    pub fn opening(&self, day: StoreDate) -> Option<Millis> {
        self.on(day).first().map(|(from, _)| self.cal.at(day, *from))
    }

    /// The end of the day's last window, on a day without calls too: a deadline needs one.
    pub fn closing(&self, day: StoreDate) -> Option<Millis> {
        let last = self.on(day).last().copied();
        last.or_else(|| self.plain().next_back()).map(|(_, to)| self.cal.at(day, to))
    }

    /// On or after `day`: the first one on which calls are made.
    pub fn next_day(&self, day: StoreDate) -> Option<StoreDate> {
        (0..HORIZON).map(|n| day.days_after(n)).find(|day| !self.on(*day).is_empty())
    }

    /// Whether customers are called at this moment.
    pub fn is_open(&self, at: Millis) -> bool {
        let (day, time) = self.cal.local(at);
        let minute = time.minute_of_day();
        self.on(day).iter().any(|(from, to)| *from <= minute && minute < *to)
    }

    /// `at` itself inside a window, else the start of the next one.
    pub fn next(&self, at: Millis) -> Option<Millis> {
        self.next_in(at, None)
    }

    /// As [`next`](Self::next), inside the customer's best time where windows and best time meet.
    pub fn next_in(&self, at: Millis, best: Option<Span>) -> Option<Millis> {
        let start = self.cal.date_of(at);
        (0..HORIZON).map(|n| start.days_after(n)).find_map(|day| {
            liked(&self.on(day), best).iter().find_map(|(from, to)| {
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
            .find_map(|day| self.starts(day).into_iter().find(|begin| *begin > at && self.cal.half_day(*begin) != now))
    }

    /// Whether two moments fall into one half-day.
    pub fn same_half_day(&self, a: Millis, b: Millis) -> bool {
        self.cal.half_day(a) == self.cal.half_day(b)
    }

    /// When calls are made on a day, in minutes: the windows, cut short on a day that is shorter than the store's
    /// usual one. A store that shuts at six every day may still call until seven, as its rule says.
    pub fn on(&self, day: StoreDate) -> Vec<Span> {
        let spans = self.cal.spans(day);
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return Vec::new() };
        let usual = || self.cal.week.iter().flatten();
        let late = usual().map(|s| s.from()).min().is_some_and(|usual| first.from() > usual);
        let early = usual().map(|s| s.to()).max().is_some_and(|usual| last.to() < usual);
        let (opens, shuts) = (if late { first.from() } else { 0 }, if early { last.to() } else { 1440 });
        self.plain().map(|(from, to)| (from.max(opens), to.min(shuts))).filter(|(from, to)| from < to).collect()
    }

    fn plain(&self) -> impl DoubleEndedIterator<Item = Span> + 'a {
        self.windows.iter().map(|w| (w.from.minute_of_day(), w.to.minute_of_day()))
    }

    /// Where a half-day's calls begin: the windows' starts, and the border inside a window without a break.
    fn starts(&self, day: StoreDate) -> Vec<Millis> {
        let mut starts = Vec::new();
        for (from, to) in self.on(day) {
            starts.push(self.cal.at(day, from));
            let half = |minute: u16| self.cal.half_day(self.cal.at(day, minute)).1;
            if half(from) == HalfDay::Morning && half(to - 1) == HalfDay::Afternoon {
                starts.extend((from..to).find(|m| half(*m) == HalfDay::Afternoon).map(|m| self.cal.at(day, m)));
            }
        }
        starts
    }
}

/// The parts of the windows that the customer likes; all of them where none is.
fn liked(windows: &[Span], best: Option<Span>) -> Vec<Span> {
    let Some((best_from, best_to)) = best else { return windows.to_vec() };
    let met: Vec<Span> =
        windows.iter().map(|(f, t)| ((*f).max(best_from), (*t).min(best_to))).filter(|(f, t)| f < t).collect();
    if met.is_empty() { windows.to_vec() } else { met }
}
