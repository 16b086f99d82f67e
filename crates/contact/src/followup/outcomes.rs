//! Outcomes of a call as data: what each counts for, when to try again, what it ends.

use platform::keyed;
use serde::{Deserialize, Serialize};

use super::model::TaskResult;
use platform::i18n::Label;
use platform::rulebook::{RuleFault, Rulebook};

/// Document `outcomes`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcomes {
    pub outcomes: Vec<Outcome>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub key: String,
    pub label: Label,
    /// The key on the keyboard.
    pub keyboard: String,
    /// One of the tries that the rule asks for.
    pub attempt: bool,
    /// Somebody entitled to answer was on the line.
    pub reached: bool,
    pub ends: Ends,
    /// How the tasks end, where they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<TaskResult>,
    pub next: Next,
    pub number_mark: NumberMark,
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The next call goes on with this attempt and does not count again.
    #[serde(default)]
    pub continues_attempt: bool,
    pub hint: Label,
    /// Place on the call screen: the first seven stand in its foot.
    pub sort: i64,
    /// Offered on the call screen. What was recorded with one that is off keeps its meaning.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

keyed! { pub enum Ends { None = "none", Task = "task", Programme = "programme" } }
keyed! { pub enum NumberMark { None = "none", Wrong = "wrong", OutOfService = "out_of_service" } }
keyed! { pub enum Need { AgreedTime = "agreed_time", WhoWhen = "who_when", Confirm = "confirm" } }

/// When to try again.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Next {
    None,
    AtOnce,
    InMinutes { minutes: u32 },
    NextHalfDay,
    NextNumber,
    AgreedTime,
}

impl Outcomes {
    /// Those that are offered, in order.
    pub fn offered(&self) -> Vec<&Outcome> {
        let mut list: Vec<&Outcome> = self.outcomes.iter().filter(|o| o.active).collect();
        list.sort_by_key(|o| (o.result != Some(TaskResult::Complete), o.sort));
        list
    }
    pub fn get(&self, key: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|o| o.key == key)
    }
    /// What a call is that was not asked to its end: one that is offered, else any.
    pub fn partial(&self) -> Option<&Outcome> {
        let mut partial = self.outcomes.iter().filter(|o| o.result == Some(TaskResult::Partial));
        partial.clone().find(|o| o.active).or_else(|| partial.next())
    }
}

impl Rulebook for Outcomes {
    const KIND: &'static str = "outcomes";

    fn seed() -> Self {
        super::seed(include_str!("../../seeds/outcomes.json"))
    }

    fn check(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        for (i, o) in self.outcomes.iter().enumerate() {
            let mut fault = |field: &str, code: &'static str| {
                faults.push(RuleFault { path: format!("outcomes.{i}.{field}"), code });
            };
            if self.outcomes.iter().filter(|x| x.key == o.key).count() > 1 || o.key.is_empty() {
                fault("key", "rule-key-twice");
            }
            let alike = |x: &&Outcome| x.active && x.keyboard.eq_ignore_ascii_case(&o.keyboard);
            if !good_key(&o.keyboard) {
                fault("keyboard", "outcome-keyboard");
            } else if TAKEN.iter().any(|k| o.keyboard.eq_ignore_ascii_case(k)) {
                fault("keyboard", "outcome-keyboard-taken");
            } else if o.active && self.outcomes.iter().filter(alike).count() > 1 {
                fault("keyboard", "outcome-keyboard-twice");
            }
            if o.label.zh.trim().is_empty() {
                fault("label.zh", "label-missing");
            }
            let ends = match o.ends {
                Ends::None => false,
                Ends::Task | Ends::Programme => true,
            };
            if ends != o.result.is_some() {
                fault("result", "outcome-result");
            }
            if ends == (o.next != Next::None) {
                fault("next", "outcome-next");
            }
            if o.reached && !o.attempt {
                fault("reached", "outcome-reached");
            }
            if o.next == Next::NextNumber && o.number_mark == NumberMark::None {
                fault("number_mark", "outcome-number-mark");
            }
            if let Next::InMinutes { minutes } = o.next
                && !(1..=14 * 1440).contains(&minutes)
            {
                fault("next.minutes", "outcome-minutes");
            }
            if o.next == Next::AgreedTime && !o.needs.iter().any(|n| matches!(n, Need::AgreedTime | Need::WhoWhen)) {
                fault("needs", "outcome-needs-time");
            }
        }
        let complete = self.outcomes.iter().filter(|o| o.active && o.result == Some(TaskResult::Complete)).count();
        if complete != 1 {
            faults.push(RuleFault::new("outcomes", "outcome-complete-missing"));
        }
        faults
    }
}

/// What the call screen itself listens to.
pub const TAKEN: [&str; 9] = ["Q", "U", "D", "C", "F", "M", "P", "S", "G"];

/// One letter, or the key that saves everywhere.
fn good_key(key: &str) -> bool {
    key.eq_ignore_ascii_case("ctrl+enter") || (key.len() == 1 && key.bytes().all(|b| b.is_ascii_alphabetic()))
}
