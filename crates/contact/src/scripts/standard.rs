//! A8: 24 situations of a call, each with what to say and what never to say.

use serde::{Deserialize, Serialize};

use super::check::placeholders;
use super::model::Subject;
use platform::i18n::Label;
use platform::rulebook::{RuleFault, Rulebook as _};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallStandard {
    pub clause: String,
    pub situations: Vec<Situation>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// `A8.1` … `A8.24`
    pub id: String,
    pub key: String,
    pub label: Label,
    pub when: Label,
    #[serde(rename = "do")]
    pub advice: Label,
    pub say: Vec<Spoken>,
    pub never: Never,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spoken {
    #[serde(flatten)]
    pub text: Label,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Never {
    pub words: Vec<Label>,
    pub acts: Vec<Label>,
}

/// Those that happen only when the customer rings us.
const INBOUND_ONLY: [&str; 2] = ["inbound_help", "inbound_glad"];

impl CallStandard {
    /// The order on the call screen: what a follow-up meets most often first, then as in the standard.
    pub fn for_call(&self, subject: Option<Subject>) -> Vec<&Situation> {
        const FIRST: [&str; 7] =
            ["dissatisfied", "cannot_hear", "ask_somebody", "transfer", "unreasonable", "asks_leader", "closing"];
        let new_car = match subject {
            Some(Subject::Delivery) => Some("knows_consultant"),
            Some(Subject::RepairOrder | Subject::Case) | None => None,
        };
        let wanted: Vec<&str> = new_car.into_iter().chain(FIRST).collect();
        let rank = |s: &Situation| wanted.iter().position(|k| *k == s.key).unwrap_or(wanted.len());
        let mut list: Vec<&Situation> = self.situations.iter().collect();
        list.sort_by_key(|s| rank(s));
        list
    }
}

impl Situation {
    /// Lines for a call that we make.
    pub fn outbound(&self) -> impl Iterator<Item = &Spoken> {
        self.say.iter().filter(|s| s.variant.as_deref().is_none_or(|v| !INBOUND_ONLY.contains(&v) && v != "inbound"))
    }
}

/// What the agent puts in while speaking; stands in no script.
const SPOKEN: [&str; 2] = ["department", "phone"];

pub fn check(standard: &CallStandard) -> Vec<RuleFault> {
    let mut known = super::ScriptBook::seed().placeholders;
    known.extend(SPOKEN.map(str::to_owned));
    let mut faults = Vec::new();
    for (i, situation) in standard.situations.iter().enumerate() {
        let mut add = |field: &str, code| faults.push(RuleFault::new(format!("situations.{i}.{field}"), code));
        if standard.situations.iter().take(i).any(|s| s.key == situation.key) {
            add("key", "script-key-twice");
        }
        for (field, label) in
            [("label.zh", &situation.label), ("when.zh", &situation.when), ("do.zh", &situation.advice)]
        {
            if label.zh.trim().is_empty() {
                add(field, "script-text-empty");
            }
        }
        if situation.say.is_empty() || situation.say.iter().any(|s| s.text.zh.trim().is_empty()) {
            add("say", "standard-say-missing");
        }
        // A line for calls that we make, or the call screen has nothing to show.
        if situation.outbound().next().is_none() {
            add("say", "standard-say-missing");
        }
        let texts = situation.say.iter().flat_map(|s| [Some(&s.text.zh), s.text.en.as_ref()]).flatten();
        if texts.flat_map(|t| placeholders(t)).any(|p| !known.iter().any(|k| k == p)) {
            add("say", "script-placeholder-unknown");
        }
        let never = situation.never.words.iter().chain(&situation.never.acts);
        if never.into_iter().any(|l| l.zh.trim().is_empty()) {
            add("never", "script-text-empty");
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a8_has_24_situations_with_both_sides() {
        let standard = CallStandard::seed();
        assert_eq!(check(&standard), []);
        let ids: Vec<String> = standard.situations.iter().map(|s| s.id.clone()).collect();
        assert_eq!(ids, (1..=24).map(|n| format!("A8.{n}")).collect::<Vec<_>>());
        for situation in &standard.situations {
            let never = situation.never.words.len() + situation.never.acts.len();
            assert!(situation.outbound().count() > 0, "{}", situation.key);
            assert!(never > 0 || situation.key == "knows_consultant", "{}", situation.key);
        }
    }

    #[test]
    fn a_new_car_call_shows_its_own_situation_first() {
        let standard = CallStandard::seed();
        assert_eq!(standard.for_call(Some(Subject::Delivery))[0].key, "knows_consultant");
        assert_eq!(standard.for_call(Some(Subject::RepairOrder))[0].key, "dissatisfied");
        assert_eq!(standard.for_call(None).len(), 24);
    }
}
