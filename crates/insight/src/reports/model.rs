//! What the figures mean. A9.12: the rates by which a follow-up agent and a store are judged.
//!
//! Counted are the tasks whose window ended in the period. Each stands in exactly one [`Bucket`].

use kernel::{Permille, StoreId, UserId};
use platform::keyed;
use serde::{Deserialize, Serialize};

keyed! {
    /// Where a task stands once its window has ended.
    pub enum Bucket {
        /// Completed, partly completed or refused.
        Done = "done",
        /// Not reached, but every attempt of the rule was made inside the window.
        Tried = "tried",
        /// Neither.
        Missed = "missed",
        // Outside the rates, counted beside them:
        OptedOut = "opted_out",
        Merged = "merged",
        NoNumber = "no_number",
        /// The order was withdrawn or replaced.
        Cancelled = "cancelled",
    }
}

impl Bucket {
    pub const fn counts(self) -> bool {
        match self {
            Self::Done | Self::Tried | Self::Missed => true,
            Self::OptedOut | Self::Merged | Self::NoNumber | Self::Cancelled => false,
        }
    }
}

keyed! {
    /// What a number counts; its list shows exactly those rows.
    pub enum Measure {
        Counted = "counted",
        Done = "done",
        Tried = "tried",
        Missed = "missed",
        Attempted = "attempted",
        Reached = "reached",
        Complete = "complete",
        OptedOut = "opted_out",
        Merged = "merged",
        NoNumber = "no_number",
        Cancelled = "cancelled",
    }
}

/// A bundle of equal tasks, as counted by the database.
#[derive(Clone, Debug)]
pub struct Cell {
    pub store: StoreId,
    pub agent: Option<UserId>,
    pub kind: String,
    pub class: String,
    pub bucket: Bucket,
    pub n: i64,
    pub attempted: i64,
    pub reached: i64,
    pub complete: i64,
}

/// Counts of tasks and the rates made of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub done: i64,
    pub tried: i64,
    pub missed: i64,
    /// Of the counted ones: at least one attempt.
    pub attempted: i64,
    pub reached: i64,
    pub complete: i64,
    pub opted_out: i64,
    pub merged: i64,
    pub no_number: i64,
    pub cancelled: i64,
}

impl Counts {
    pub fn add(&mut self, cell: &Cell) {
        let slot = match cell.bucket {
            Bucket::Done => &mut self.done,
            Bucket::Tried => &mut self.tried,
            Bucket::Missed => &mut self.missed,
            Bucket::OptedOut => &mut self.opted_out,
            Bucket::Merged => &mut self.merged,
            Bucket::NoNumber => &mut self.no_number,
            Bucket::Cancelled => &mut self.cancelled,
        };
        *slot += cell.n;
        if cell.bucket.counts() {
            self.attempted += cell.attempted;
            self.reached += cell.reached;
            self.complete += cell.complete;
        }
    }
    pub fn of<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Self {
        let mut sum = Self::default();
        cells.into_iter().for_each(|c| sum.add(c));
        sum
    }
    /// Tasks whose window ended, without the excluded ones.
    pub fn counted(&self) -> i64 {
        self.done + self.tried + self.missed
    }
    /// A9.12: (done + tried) ÷ counted.
    pub fn followup(&self) -> Option<Permille> {
        rate(self.done + self.tried, self.counted())
    }
    /// Reached ÷ attempted.
    pub fn reach(&self) -> Option<Permille> {
        rate(self.reached, self.attempted)
    }
    /// Complete ÷ attempted.
    pub fn completion(&self) -> Option<Permille> {
        rate(self.complete, self.attempted)
    }
}

/// Rounded down: 99.96 % is not yet 100 %.
pub fn rate(part: i64, whole: i64) -> Option<Permille> {
    (whole > 0).then(|| Permille(u16::try_from((part * 1000 / whole).clamp(0, 1000)).unwrap_or(0)))
}

/// The three lines that have a target, in the order they are shown.
pub const CLASSES: [&str; 3] = ["new_car", "new_car_repair", "repair"];

/// How one option of a question was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionCount {
    pub option: String,
    pub effect: String,
    pub n: i64,
}

/// One question's answers; neutral ones (facts) carry no satisfaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionCount {
    pub question: String,
    pub options: Vec<OptionCount>,
}

impl QuestionCount {
    fn with(&self, effects: &[&str]) -> i64 {
        self.options.iter().filter(|o| effects.contains(&o.effect.as_str())).map(|o| o.n).sum()
    }
    pub fn judged(&self) -> i64 {
        self.with(&["good", "improve", "bad"])
    }
    pub fn good(&self) -> i64 {
        self.with(&["good"])
    }
    /// Good ÷ (good + improve + bad).
    pub fn satisfaction(&self) -> Option<Permille> {
        rate(self.good(), self.judged())
    }
}

/// What an agent did in the period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentWork {
    pub agent: Option<UserId>,
    pub attempts: i64,
    pub reached: i64,
    pub talk_seconds: i64,
}

impl AgentWork {
    pub fn average_seconds(&self) -> i64 {
        if self.reached > 0 { self.talk_seconds / self.reached } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn cell(bucket: Bucket, n: i64, attempted: i64, reached: i64, complete: i64) -> Cell {
        Cell {
            store: Id::new(1),
            agent: None,
            kind: "3dc".into(),
            class: "repair".into(),
            bucket,
            n,
            attempted,
            reached,
            complete,
        }
    }

    #[test]
    fn excluded_tasks_stand_beside_the_rate() {
        let sum = Counts::of(&[
            cell(Bucket::Done, 6, 6, 6, 4),
            cell(Bucket::Tried, 2, 2, 0, 0),
            cell(Bucket::Missed, 2, 1, 0, 0),
            cell(Bucket::OptedOut, 5, 5, 5, 0),
            cell(Bucket::NoNumber, 3, 3, 0, 0),
        ]);
        assert_eq!(sum.counted(), 10);
        assert_eq!(sum.followup(), Some(Permille(800)));
        assert_eq!(sum.reach(), Some(Permille(666)));
        assert_eq!(sum.completion(), Some(Permille(444)));
        assert_eq!((sum.opted_out, sum.no_number), (5, 3));
    }

    #[test]
    fn nothing_counted_is_no_rate_and_almost_all_is_not_all() {
        assert_eq!(Counts::default().followup(), None);
        assert_eq!(rate(9_999, 10_000), Some(Permille(999)));
    }
}
