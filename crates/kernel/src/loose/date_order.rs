use super::date::{Parts, parts};
use crate::date::StoreDate;

#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Ymd,
    Dmy,
    Mdy,
}

/// How a column's dates are to be read where the text leaves it open. Texts that begin with a
/// four-digit year are never open; the two other shapes are decided apart, because two shapes in
/// one column are normal.
#[derive(Copy, Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DateOrder {
    /// `08/11/2026`: day first or month first.
    pub year_last: Order,
    /// `26/10/31`.
    pub short: Order,
}

impl Default for DateOrder {
    /// What is customary in China.
    fn default() -> DateOrder {
        DateOrder { year_last: Order::Dmy, short: Order::Ymd }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Decided(DateOrder),
    /// Ask: each of these reads every value. The likeliest first, usable for a preview.
    Ambiguous {
        candidates: Vec<DateOrder>,
    },
}

impl Decision {
    /// The order to preview with.
    pub fn likeliest(&self) -> DateOrder {
        match self {
            Decision::Decided(order) => *order,
            Decision::Ambiguous { candidates } => candidates.first().copied().unwrap_or_default(),
        }
    }
}

/// Counts, for each order, the values it can read without a 13th month or a future date.
#[derive(Clone, Default, Debug)]
struct Votes {
    dmy: usize,
    mdy: usize,
    ymd: usize,
}

/// Gathers the evidence of one column, value by value, so that a million rows need no memory.
#[derive(Clone, Debug)]
pub struct DateVotes {
    today: StoreDate,
    /// Birthdays: `30/5/1` in 2026 means 1930, not the future.
    long_ago: bool,
    long: Votes,
    short: Votes,
    year_first: usize,
}

impl DateVotes {
    pub fn new(today: StoreDate, long_ago: bool) -> DateVotes {
        DateVotes { today, long_ago, long: Votes::default(), short: Votes::default(), year_first: 0 }
    }

    pub fn see(&mut self, value: &str) {
        let Some(parts) = parts(value) else { return };
        let short = matches!(parts, Parts::Short(..));
        let can = |order: Order| {
            let past = |date: StoreDate| date <= self.today || (short && self.long_ago);
            usize::from(parts.read(order, self.today).is_some_and(past))
        };
        let (dmy, mdy, ymd) = (can(Order::Dmy), can(Order::Mdy), can(Order::Ymd));
        let votes = match parts {
            Parts::YearFirst(..) => {
                self.year_first += 1;
                return;
            }
            Parts::YearLast(..) => &mut self.long,
            Parts::Short(..) => &mut self.short,
        };
        votes.dmy += dmy;
        votes.mdy += mdy;
        votes.ymd += ymd;
    }

    /// Every order of the shapes that this column has, whether or not it reads all values: what a person may choose
    /// from. Empty where nothing is open.
    pub fn choices(&self) -> Vec<DateOrder> {
        let seen = |votes: &Votes| votes.dmy + votes.mdy + votes.ymd > 0;
        let usual = DateOrder::default();
        let long = if seen(&self.long) { vec![Order::Dmy, Order::Mdy] } else { vec![usual.year_last] };
        let short = if seen(&self.short) { vec![Order::Ymd, Order::Dmy, Order::Mdy] } else { vec![usual.short] };
        let both = long.iter().flat_map(|l| short.iter().map(|s| DateOrder { year_last: *l, short: *s }));
        let all: Vec<DateOrder> = both.collect();
        if all.len() > 1 { all } else { Vec::new() }
    }

    /// Any part above 12 settles it, and no date lies after today.
    pub fn decide(&self) -> Decision {
        let long = best(&[(Order::Dmy, self.long.dmy), (Order::Mdy, self.long.mdy)], Order::Dmy);
        let short = [(Order::Ymd, self.short.ymd), (Order::Dmy, self.short.dmy), (Order::Mdy, self.short.mdy)];
        let mut short = best(&short, Order::Ymd);
        // A column that elsewhere writes the year first also does so in short.
        if self.year_first > 0 && short.contains(&Order::Ymd) {
            short = vec![Order::Ymd];
        }
        let candidates: Vec<DateOrder> = long
            .iter()
            .flat_map(|year_last| short.iter().map(|short| DateOrder { year_last: *year_last, short: *short }))
            .collect();
        match candidates.as_slice() {
            [one] => Decision::Decided(*one),
            _ => Decision::Ambiguous { candidates },
        }
    }
}

impl DateOrder {
    pub fn decide<'a>(values: impl IntoIterator<Item = &'a str>, today: StoreDate) -> Decision {
        let mut votes = DateVotes::new(today, false);
        values.into_iter().for_each(|value| votes.see(value));
        votes.decide()
    }
}

/// All orders that read the most values; `usual` alone if none was needed.
fn best(votes: &[(Order, usize)], usual: Order) -> Vec<Order> {
    let most = votes.iter().map(|(_, n)| *n).max().unwrap_or(0);
    if most == 0 {
        return vec![usual];
    }
    votes.iter().filter(|(_, n)| *n == most).map(|(order, _)| *order).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &str, want: &str) {
        let today = "2026-11-21".parse().expect("today");
        let name = |o: &DateOrder| format!("{:?}/{:?}", o.year_last, o.short).to_lowercase();
        let got = match DateOrder::decide(values.split(' '), today) {
            Decision::Decided(order) => name(&order),
            Decision::Ambiguous { candidates } => {
                format!("? {}", candidates.iter().map(name).collect::<Vec<_>>().join(" "))
            }
        };
        assert_eq!(got, want, "{values}");
    }

    #[test]
    fn 日月顺序_按列决定() {
        check("08/11/2026 15/11/2026", "dmy/ymd");
        check("15/11/2026 11/15/2026", "? dmy/ymd mdy/ymd");
        check("11/08/2026 11/15/2026", "mdy/ymd");
        // 2026-12-08 would lie in the future.
        check("08/12/2025 12/08/2026", "dmy/ymd");
        check("10/11/2026", "? dmy/ymd mdy/ymd");
        check("26/10/31 26/11/4", "dmy/ymd");
        check("17/5/22 2019/4/13", "dmy/ymd");
        check("17/5/22", "? dmy/ymd dmy/dmy");
        check("65/1/3", "dmy/ymd");
        check("2026-11-15 2026年11月13日 20261027", "dmy/ymd");
        check("无 -", "dmy/ymd");
    }
}
