//! What the figures mean. A9.12: the rates by which a follow-up agent and a store are judged.
//!
//! Counted are the tasks whose window ended in the period. Each stands in exactly one [`Bucket`].

use kernel::{Permille, StoreDate, StoreId, UserId};
use platform::keyed;

pub use contact::followup::Mark;
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
        /// The order was withdrawn, or the import that brought it.
        Cancelled = "cancelled",
        /// A case of the customer took over; its own re-call asks.
        Superseded = "superseded",
    }
}

impl Bucket {
    pub const fn counts(self) -> bool {
        match self {
            Self::Done | Self::Tried | Self::Missed => true,
            Self::OptedOut | Self::Merged | Self::NoNumber | Self::Cancelled | Self::Superseded => false,
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
        Superseded = "superseded",
    }
}

/// Tasks of one store, agent, kind, class and brand.
#[derive(Clone, Debug)]
pub struct Cell {
    pub store: StoreId,
    pub agent: Option<UserId>,
    pub kind: String,
    pub class: String,
    /// '' = not known.
    pub brand: String,
    pub counts: Counts,
}

/// Counts of tasks and the rates made of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub done: i64,
    pub tried: i64,
    pub missed: i64,
    /// Of the counted ones: at least one call.
    pub attempted: i64,
    pub reached: i64,
    pub complete: i64,
    pub opted_out: i64,
    pub merged: i64,
    pub no_number: i64,
    pub cancelled: i64,
    pub superseded: i64,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.done += other.done;
        self.tried += other.tried;
        self.missed += other.missed;
        self.attempted += other.attempted;
        self.reached += other.reached;
        self.complete += other.complete;
        self.opted_out += other.opted_out;
        self.merged += other.merged;
        self.no_number += other.no_number;
        self.cancelled += other.cancelled;
        self.superseded += other.superseded;
    }
    pub fn of<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Self {
        let mut sum = Self::default();
        cells.into_iter().for_each(|c| sum.add(&c.counts));
        sum
    }
    /// The number that a list is opened from.
    pub fn measure(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Counted => self.counted(),
            Measure::Done => self.done,
            Measure::Tried => self.tried,
            Measure::Missed => self.missed,
            Measure::Attempted => self.attempted,
            Measure::Reached => self.reached,
            Measure::Complete => self.complete,
            Measure::OptedOut => self.opted_out,
            Measure::Merged => self.merged,
            Measure::NoNumber => self.no_number,
            Measure::Cancelled => self.cancelled,
            Measure::Superseded => self.superseded,
        }
    }
    /// Whether anything at all stands here.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
    /// Tasks whose window ended, without the excluded ones.
    pub fn counted(&self) -> i64 {
        self.done + self.tried + self.missed
    }
    /// The follow-up rate against its target; by reference, as templates hand it over.
    pub fn standing(&self, target: &Option<Permille>) -> Standing {
        Standing::of(self.followup(), *target)
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

/// How a rate stands against its target.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is no rate yet, or no target for it.
    Open,
    Met,
    Below,
}

impl Standing {
    pub const fn of(rate: Option<Permille>, target: Option<Permille>) -> Self {
        match (rate, target) {
            (Some(rate), Some(target)) if rate.0 < target.0 => Self::Below,
            (Some(_), Some(_)) => Self::Met,
            (None, _) | (_, None) => Self::Open,
        }
    }
    /// Class of a pill or a bar.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Open => "",
            Self::Met => "ok",
            Self::Below => "warn",
        }
    }
    /// What stands before the target: colour alone tells nobody who does not see it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open | Self::Met => "report-target",
            Self::Below => "report-below-target",
        }
    }
    pub const fn is_below(self) -> bool {
        matches!(self, Self::Below)
    }
}

/// Rounded down: 99.96 % is not yet 100 %.
pub fn rate(part: i64, whole: i64) -> Option<Permille> {
    (whole > 0).then(|| Permille(u16::try_from((part * 1000 / whole).clamp(0, 1000)).unwrap_or(0)))
}

/// The three lines that have a target, in the order they are shown.
pub const CLASSES: [&str; 3] = ["new_car", "new_car_repair", "repair"];

/// What was answered or remarked on a day (or in a month): question '' and effect `remark` for remarks.
#[derive(Clone, Debug)]
pub struct Said {
    pub span: String,
    pub question: String,
    pub option: String,
    pub effect: String,
    pub n: i64,
}

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

/// Judged answers of one part of a trend.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub good: i64,
    pub all: i64,
}

impl Judged {
    pub fn rate(&self) -> Option<Permille> {
        rate(self.good, self.all)
    }
}

/// Satisfaction over time: of everything, then by question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trend {
    /// First and last day of each part.
    pub parts: Vec<(StoreDate, StoreDate)>,
    pub all: Vec<Judged>,
    pub questions: Vec<(String, Vec<Judged>)>,
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

    #[test]
    fn a_rate_is_held_against_its_target() {
        let p = |n| Some(Permille(n));
        for (rate, target, want, tone) in [
            (p(799), p(800), Standing::Below, "warn"),
            (p(800), p(800), Standing::Met, "ok"),
            (p(1000), p(800), Standing::Met, "ok"),
            (None, p(800), Standing::Open, ""),
            (p(500), None, Standing::Open, ""),
        ] {
            let got = Standing::of(rate, target);
            assert_eq!((got, got.tone(), got.is_below()), (want, tone, want == Standing::Below));
        }
    }

    #[test]
    fn excluded_tasks_stand_beside_the_rate() {
        let counted =
            Counts { done: 6, tried: 2, missed: 2, attempted: 9, reached: 6, complete: 4, ..Counts::default() };
        let excluded =
            Counts { opted_out: 5, no_number: 3, merged: 2, cancelled: 1, superseded: 1, ..Counts::default() };
        let cell = |counts: Counts| Cell {
            store: Id::new(1),
            agent: None,
            kind: "3DC".into(),
            class: "repair".into(),
            brand: String::new(),
            counts,
        };
        let sum = Counts::of(&[cell(counted), cell(excluded)]);
        assert_eq!(sum.counted(), 10);
        assert_eq!(sum.followup(), Some(Permille(800)));
        assert_eq!(sum.reach(), Some(Permille(666)));
        assert_eq!(sum.completion(), Some(Permille(444)));
        assert_eq!((sum.opted_out, sum.no_number), (5, 3));
    }

    #[test]
    fn a_report_frozen_before_a_column_existed_still_reads() {
        let old: Counts = serde_json::from_str(r#"{"done":3,"tried":1}"#).unwrap();
        assert_eq!((old.counted(), old.superseded), (4, 0));
    }

    #[test]
    fn nothing_counted_is_no_rate_and_almost_all_is_not_all() {
        assert_eq!(Counts::default().followup(), None);
        assert_eq!(rate(9_999, 10_000), Some(Permille(999)));
    }
}
