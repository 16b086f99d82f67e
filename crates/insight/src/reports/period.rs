//! The days a report covers.

use kernel::StoreDate;
use platform::keyed;

/// Longer than a quarter, answers are shown by month.
pub const QUARTER: i32 = 92;
/// A range of one's own is cut here: three years and a day.
const LONGEST: i32 = 1_096;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Period {
    pub from: StoreDate,
    pub to: StoreDate,
}

keyed! {
    /// What a report is made for, around a day of it.
    pub enum Span {
        Day = "day",
        Week = "week",
        Month = "month",
        Quarter = "quarter",
        Year = "year",
        Own = "own",
    }
}

impl Span {
    /// The days of it around `day`; `Own` is that day alone.
    pub fn around(self, day: StoreDate) -> Period {
        let months = |first: StoreDate, n: usize| {
            let mut last = first.last_of_month();
            for _ in 1..n {
                last = last.days_after(1).last_of_month();
            }
            Period { from: first, to: last }
        };
        let first_of = |month: i8| StoreDate::new(day.year(), month, 1).unwrap_or(day);
        match self {
            Self::Day | Self::Own => Period { from: day, to: day },
            Self::Week => {
                let monday = day.iso_week_monday();
                Period { from: monday, to: monday.days_after(6) }
            }
            Self::Month => months(day.first_of_month(), 1),
            Self::Quarter => months(first_of((day.month() - 1) / 3 * 3 + 1), 3),
            Self::Year => months(first_of(1), 12),
        }
    }
}

impl Period {
    /// From `period` and `on` of an address, else from its `from` and `to`, else this month.
    pub fn chosen(span: &str, on: &str, from: &str, to: &str, today: StoreDate) -> (Span, Self) {
        let on = on.parse().unwrap_or(today);
        match Span::parse(span) {
            Some(Span::Own) | None => {}
            Some(span) => return (span, span.around(on)),
        }
        if let (Ok(one), Ok(other)) = (from.parse::<StoreDate>(), to.parse::<StoreDate>()) {
            // Whichever was written first; of too long a span the latest part.
            let (from, to) = (one.min(other), one.max(other));
            return (Span::Own, Self { from: from.max(to.days_after(-LONGEST)), to });
        }
        (Span::Month, Span::Month.around(today))
    }

    /// How many days, both ends included.
    pub fn days(&self) -> i32 {
        self.from.days_until(self.to) + 1
    }

    /// A day of the period before, and one of the period after.
    pub fn neighbours(&self) -> (StoreDate, StoreDate) {
        (self.from.days_after(-1), self.to.days_after(1))
    }

    /// The period over which satisfaction is drawn: a week needs the weeks before it.
    pub fn trend(&self) -> Self {
        if self.days() > 14 {
            return *self;
        }
        let monday = self.to.iso_week_monday();
        Self { from: monday.days_after(-49), to: monday.days_after(6) }
    }

    /// Its parts as a trend shows them: months of more than a quarter, else weeks.
    pub fn parts(&self) -> Vec<Self> {
        let span = if self.days() > QUARTER { Span::Month } else { Span::Week };
        let mut parts = Vec::new();
        let mut day = self.from;
        while day <= self.to {
            let part = span.around(day);
            parts.push(Self { from: part.from.max(self.from), to: part.to.min(self.to) });
            day = part.to.days_after(1);
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> StoreDate {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_start_on_monday_and_months_end_where_they_end() {
        let cases = [
            (Span::Day, "2024-03-01", "2024-03-01", "2024-03-01"),
            (Span::Week, "2024-03-01", "2024-02-26", "2024-03-03"),
            (Span::Month, "2024-02-12", "2024-02-01", "2024-02-29"),
            (Span::Quarter, "2026-11-26", "2026-10-01", "2026-12-31"),
            (Span::Quarter, "2026-03-31", "2026-01-01", "2026-03-31"),
            (Span::Year, "2026-11-26", "2026-01-01", "2026-12-31"),
        ];
        for (span, on, from, to) in cases {
            assert_eq!(span.around(day(on)), Period { from: day(from), to: day(to) }, "{span:?} around {on}");
        }
    }

    #[test]
    fn a_wrong_range_falls_back_to_the_month_and_a_long_one_is_cut() {
        let today = day("2026-11-23");
        let turned = Period::chosen("", "", "2026-11-09", "2026-11-01", today);
        assert_eq!((turned.0, turned.1.from, turned.1.to), (Span::Own, day("2026-11-01"), day("2026-11-09")));
        assert_eq!(Period::chosen("", "", "2026-11-01", "2026-11-09", today).0, Span::Own);
        let long = Period::chosen("own", "", "2020-01-01", "2026-11-09", today).1;
        assert_eq!((long.from, long.to), (day("2023-11-09"), day("2026-11-09")));
        assert_eq!(Period::chosen("week", "2026-11-01", "", "", today).1.from, day("2026-10-26"));
    }

    #[test]
    fn a_trend_has_no_gap_and_no_overlap() {
        for (from, to, parts) in
            [("2026-11-23", "2026-11-29", 8), ("2026-11-01", "2026-11-30", 6), ("2024-01-15", "2026-11-26", 35)]
        {
            let trend = Period { from: day(from), to: day(to) }.trend();
            let found = trend.parts();
            assert_eq!(found.len(), parts, "{from}");
            assert_eq!((found[0].from, found[parts - 1].to), (trend.from, trend.to));
            assert!(found.windows(2).all(|p| p[0].to.days_after(1) == p[1].from));
        }
    }
}
