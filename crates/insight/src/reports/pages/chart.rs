//! A line of rates over time as SVG; the table beside it holds the same numbers.

use kernel::{Permille, StoreDate};

use crate::reports::Judged;

const WIDTH: i64 = 640;
const HEIGHT: i64 = 200;
const LEFT: i64 = 54;
const RIGHT: i64 = 626;
const TOP: i64 = 18;
const BOTTOM: i64 = 162;

/// Lines of a grid and a path over them; parts without an answer leave a gap.
pub struct Chart {
    pub width: i64,
    pub height: i64,
    pub grid: Vec<(i64, String)>,
    pub lines: Vec<String>,
    pub dots: Vec<Dot>,
    /// Under the axis: place and day.
    pub labels: Vec<(i64, StoreDate)>,
}

pub struct Dot {
    pub x: i64,
    pub y: i64,
    pub title: String,
}

/// Ten marks at most, the last one always.
fn marked(i: usize, n: usize) -> bool {
    let step = n.div_ceil(10).max(1);
    (n - 1 - i).is_multiple_of(step)
}

impl Chart {
    /// `None` without two parts that have answers.
    pub fn of(parts: &[(StoreDate, StoreDate)], values: &[Judged], pct: impl Fn(Permille) -> String) -> Option<Self> {
        let rates: Vec<Option<Permille>> = values.iter().map(Judged::rate).collect();
        let known: Vec<i64> = rates.iter().flatten().map(|p| i64::from(p.0)).collect();
        if known.len() < 2 || parts.len() != values.len() {
            return None;
        }
        // Whole steps of 5 % around what is shown.
        let low = (known.iter().min().copied().unwrap_or(0) / 50 * 50 - 50).max(0);
        let high = ((known.iter().max().copied().unwrap_or(1000) + 49) / 50 * 50).clamp(low + 100, 1000.max(low + 100));
        let y = |rate: i64| BOTTOM - (rate - low) * (BOTTOM - TOP) / (high - low);
        let last = i64::try_from(parts.len() - 1).unwrap_or(1).max(1);
        let x = |i: usize| LEFT + i64::try_from(i).unwrap_or(0) * (RIGHT - LEFT) / last;
        let step = if high - low > 300 {
            200
        } else if high - low > 150 {
            100
        } else {
            50
        };
        let mut grid = Vec::new();
        let mut at = low;
        while at <= high {
            grid.push((y(at), pct(Permille(u16::try_from(at).unwrap_or(0)))));
            at += step;
        }
        let (mut lines, mut dots, mut open) = (Vec::<String>::new(), Vec::new(), false);
        for (i, rate) in rates.iter().enumerate() {
            let Some(rate) = rate else {
                open = false;
                continue;
            };
            let (px, py) = (x(i), y(i64::from(rate.0)));
            match lines.last_mut().filter(|_| open) {
                Some(line) => line.push_str(&format!(" L{px} {py}")),
                None => lines.push(format!("M{px} {py}")),
            }
            open = true;
            let title =
                format!("{} ～ {} · {} · {} / {}", parts[i].0, parts[i].1, pct(*rate), values[i].good, values[i].all);
            dots.push(Dot { x: px, y: py, title });
        }
        let labels = (0..parts.len()).filter(|i| marked(*i, parts.len())).map(|i| (x(i), parts[i].0)).collect();
        Some(Self { width: WIDTH, height: HEIGHT, grid, lines, dots, labels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_without_answers_is_a_gap_and_everything_stays_inside() {
        let day = |n: i8| StoreDate::new(2026, 11, n).unwrap();
        let parts: Vec<_> = (1..=5).map(|n| (day(n), day(n))).collect();
        let judged = |good, all| Judged { good, all };
        let values = [judged(9, 10), judged(10, 10), judged(0, 0), judged(1, 10), judged(5, 10)];
        let chart = Chart::of(&parts, &values, |p| p.0.to_string()).unwrap();
        assert_eq!((chart.lines.len(), chart.dots.len(), chart.labels.len()), (2, 4, 5));
        assert!(chart.dots.iter().all(|d| (TOP..=BOTTOM).contains(&d.y) && (LEFT..=RIGHT).contains(&d.x)));
        assert!(chart.grid.iter().all(|g| (TOP..=BOTTOM).contains(&g.0)));
        assert!(Chart::of(&parts, &[judged(1, 1), judged(0, 0)], |p| p.0.to_string()).is_none());
    }
}
