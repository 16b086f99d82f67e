//! A8: 24 situations of a call, each with what to say and what never to say.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::model::Subject;
use platform::i18n::Label;
use platform::rulebook::RuleFault;

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

pub fn check(standard: &CallStandard) -> Vec<RuleFault> {
    let mut keys = HashSet::new();
    let mut faults = Vec::new();
    for situation in &standard.situations {
        let mut add = |code| faults.push(RuleFault { path: situation.key.clone(), code });
        if !keys.insert(&situation.key) {
            add("script-key-twice");
        }
        let texts = [&situation.label, &situation.when, &situation.advice];
        if texts.iter().any(|l| l.zh.trim().is_empty()) || situation.say.is_empty() {
            add("script-text-empty");
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::rulebook::Rulebook as _;

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
