use std::time::Duration;

use kernel::{ImportId, Result};
use tokio::task::JoinHandle;

use super::draft::Draft;
use super::store::StagedRow;

/// The lock that others wait for should not be held longer at a time.
const AIM: Duration = Duration::from_millis(100);
const FEWEST: usize = 25;

/// How many rows fit into one chunk: learnt from the chunks before. And the rows of the next chunk, which are read while
/// this one is written.
#[derive(Debug)]
pub struct Pace {
    rows: usize,
    most: usize,
    /// Milliseconds of work that no row of the import carries yet.
    pub(super) owed_ms: i64,
    pub(super) ahead: Option<Ahead>,
}

/// Staged rows above `after`, on their way.
#[derive(Debug)]
pub(super) struct Ahead {
    pub import: ImportId,
    pub after: i64,
    pub rows: JoinHandle<Result<Vec<(StagedRow, Draft)>>>,
}

impl Pace {
    /// `first`: rows of the first chunk; never more than `most`.
    pub fn new(first: usize, most: usize) -> Pace {
        Pace { rows: first.min(most), most, owed_ms: 0, ahead: None }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// `rows` took so long: towards as many as take [`AIM`], at most doubled at a time.
    pub(super) fn learn(&mut self, rows: usize, took: Duration) {
        self.owed_ms += i64::try_from(took.as_millis()).unwrap_or(0);
        let micros = usize::try_from(took.as_micros()).unwrap_or(usize::MAX).max(1);
        let aim = usize::try_from(AIM.as_micros()).unwrap_or(100_000);
        let fitting = rows.saturating_mul(aim) / micros;
        // A short last chunk says nothing about long ones.
        if rows >= self.rows || fitting < self.rows {
            self.rows = fitting.clamp(FEWEST.min(self.most), self.most).min(self.rows.saturating_mul(2));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 批量大小_随耗时调整() {
        let mut pace = Pace::new(400, 2_000);
        let mut step = |rows: usize, ms: u64, want: usize| {
            pace.learn(rows, Duration::from_millis(ms));
            assert_eq!(pace.rows(), want, "{rows} rows in {ms} ms");
        };
        step(400, 50, 800);
        step(800, 40, 1_600);
        step(1_600, 20, 2_000);
        step(2_000, 400, 500);
        // The end of a file is short and quick.
        step(3, 1, 300);
        step(300, 60_000, 25);
        assert_eq!(pace.owed_ms, 50 + 40 + 20 + 400 + 1 + 60_000);
    }
}
