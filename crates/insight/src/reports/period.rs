//! The days a report covers.

use kernel::StoreDate;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Period {
    pub from: StoreDate,
    pub to: StoreDate,
}

/// A period with a name, as offered above a report.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Named {
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    Custom,
}

impl Named {
    pub const OFFERED: [Self; 4] = [Self::ThisWeek, Self::LastWeek, Self::ThisMonth, Self::LastMonth];

    pub const fn key(self) -> &'static str {
        match self {
            Self::ThisWeek => "this-week",
            Self::LastWeek => "last-week",
            Self::ThisMonth => "this-month",
            Self::LastMonth => "last-month",
            Self::Custom => "custom",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::OFFERED.into_iter().find(|n| n.key() == key)
    }

    /// The days of it; `Custom` has none of its own.
    pub fn days(self, today: StoreDate) -> Option<Period> {
        let monday = today.iso_week_monday();
        let first = today.first_of_month();
        match self {
            Self::ThisWeek => Some(Period { from: monday, to: monday.days_after(6) }),
            Self::LastWeek => Some(Period { from: monday.days_after(-7), to: monday.days_after(-1) }),
            Self::ThisMonth => Some(Period { from: first, to: today.last_of_month() }),
            Self::LastMonth => {
                let last = first.days_after(-1);
                Some(Period { from: last.first_of_month(), to: last })
            }
            Self::Custom => None,
        }
    }
}

impl Period {
    /// From `from`/`to` of a form, else the named one, else this month. A period longer than three years is cut.
    pub fn chosen(named: &str, from: &str, to: &str, today: StoreDate) -> (Named, Self) {
        if let Some((name, period)) = Named::parse(named).and_then(|n| n.days(today).map(|d| (n, d))) {
            return (name, period);
        }
        if let (Ok(from), Ok(to)) = (from.parse::<StoreDate>(), to.parse::<StoreDate>())
            && from <= to
        {
            let to = to.min(from.days_after(1_096));
            return (Named::Custom, Self { from, to });
        }
        let month = Self { from: today.first_of_month(), to: today.last_of_month() };
        (Named::ThisMonth, month)
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
        let today = day("2024-03-01");
        let cases = [
            (Named::ThisWeek, "2024-02-26", "2024-03-03"),
            (Named::LastWeek, "2024-02-19", "2024-02-25"),
            (Named::ThisMonth, "2024-03-01", "2024-03-31"),
            (Named::LastMonth, "2024-02-01", "2024-02-29"),
        ];
        for (named, from, to) in cases {
            assert_eq!(named.days(today), Some(Period { from: day(from), to: day(to) }), "{named:?}");
        }
    }

    #[test]
    fn a_wrong_range_falls_back_to_the_month() {
        let today = day("2026-11-23");
        assert_eq!(Period::chosen("", "2026-11-09", "2026-11-01", today).0, Named::ThisMonth);
        assert_eq!(Period::chosen("", "2026-11-01", "2026-11-09", today).0, Named::Custom);
    }
}
