//! How visits and new customers spread over three years: seasons, weekdays, growth, holidays.

use kernel::{Millis, StoreDate, WorkCalendar};

use super::dice::Dice;

/// One day of the history. What happened is told the next morning.
#[derive(Clone, Copy)]
pub struct Day {
    pub date: StoreDate,
    pub told_at: Millis,
    /// Visits and new customers of all days before.
    pub visits: u64,
    pub customers: u64,
}

pub struct Days {
    pub days: Vec<Day>,
    /// Customers who were there before the first day.
    pub before: u64,
    pub customers: u64,
    pub visits: u64,
}

const LONGEST: i32 = 3 * 365;
/// Ids count from 2024: nothing is told before.
const FIRST: &str = "2024-01-02";
/// Per month, January first: little at the Spring Festival, much before the long journeys.
const SEASON: [u64; 12] = [112, 68, 95, 101, 99, 97, 105, 106, 102, 93, 104, 118];
/// Monday first.
const WEEK: [u64; 7] = [92, 90, 91, 93, 98, 124, 112];
const MORNING: u16 = 8 * 60 + 40;

impl Days {
    /// The last day is yesterday.
    pub fn new(seed: u64, calendar: &WorkCalendar, now: Millis, customers: u64, visits: u64) -> Self {
        let today = calendar.date_of(now);
        let floor: StoreDate = FIRST.parse().unwrap_or(today);
        let first = today.days_after(-LONGEST).max(floor).min(today.days_after(-1));
        let count = first.days_until(today).max(1);
        let weight = |n: i32| {
            let date = first.days_after(n);
            if !calendar.is_open_day(date) {
                return 0;
            }
            let index = u64::try_from(n).unwrap_or(0);
            let month = usize::try_from(date.month() - 1).unwrap_or(0).min(11);
            let grown = 1_000 + index * 240 / 1_095;
            let luck = u64::try_from(Dice::of(seed, 1, index).between(90, 110)).unwrap_or(100);
            SEASON[month] * WEEK[date.weekday_index()] * grown * luck / 1_000
        };
        let weights: Vec<u64> = (0..count).map(weight).collect();
        let total = weights.iter().sum::<u64>().max(1);
        let before = customers * 55 / 100;
        let share = |of: u64, part: u64| {
            u64::try_from(u128::from(of) * u128::from(part) / u128::from(total)).unwrap_or(u64::MAX)
        };
        let mut seen = 0;
        let days = (0..count)
            .zip(&weights)
            .map(|(n, weight)| {
                let date = first.days_after(n);
                let told_at = calendar.at(date.days_after(1), MORNING).min(now);
                let day = Day {
                    date,
                    told_at,
                    visits: share(visits, seen),
                    customers: before + share(customers - before, seen),
                };
                seen += weight;
                day
            })
            .collect();
        Self { days, before, customers, visits }
    }

    pub fn first(&self) -> StoreDate {
        self.days[0].date
    }

    /// Visits of a day.
    pub fn visits_of(&self, n: usize) -> u64 {
        self.days.get(n + 1).map_or(self.visits, |d| d.visits) - self.days[n].visits
    }

    /// Customers who are new on a day: their numbers.
    pub fn customers_of(&self, n: usize) -> std::ops::Range<u64> {
        self.days[n].customers..self.days.get(n + 1).map_or(self.customers, |d| d.customers)
    }

    /// The day on which a customer came; `None`: was there before.
    pub fn came(&self, customer: u64) -> Option<usize> {
        if customer < self.before {
            return None;
        }
        Some(self.days.partition_point(|d| d.customers <= customer) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_comes_once_and_every_visit_has_a_day() {
        let open = [kernel::calendar::Span::new(510, 1140).expect("a span")];
        let calendar = WorkCalendar {
            tz: jiff::tz::TimeZone::UTC,
            week: [(); 7].map(|()| open.to_vec()),
            days: Default::default(),
        };
        let now = Millis(1_795_053_600_000);
        for (customers, visits) in [(0, 0), (1, 1), (7, 3), (5_000, 15_001)] {
            let days = Days::new(7, &calendar, now, customers, visits);
            let count = days.days.len();
            assert_eq!((0..count).map(|n| days.visits_of(n)).sum::<u64>(), visits);
            assert_eq!(days.before + (0..count).map(|n| days.customers_of(n).count() as u64).sum::<u64>(), customers);
            for n in 0..count {
                assert!(days.customers_of(n).all(|c| days.came(c) == Some(n)));
            }
            assert!(days.days.iter().all(|d| d.told_at <= now));
        }
    }
}
