//! What questions and their options are called (`scripts::ScriptBook`).

use std::collections::HashMap;

use kernel::{GroupId, Result, StoreId};
use platform::db::Sql;
use platform::i18n::Label;
use platform::rulebook::{self, RuleFault, Rulebook};
use serde::{Deserialize, Serialize};

/// The part of the script document that a case's points are shown with.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Shorts {
    scripts: Vec<Script>,
}
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Script {
    key: String,
    questions: Vec<Question>,
}
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Question {
    key: String,
    short: Label,
    /// Asked once per call: the form names it by this word.
    #[serde(default)]
    shared: Option<String>,
    #[serde(default)]
    options: Vec<Choice>,
}
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Choice {
    key: String,
    label: Label,
    #[serde(default)]
    effect: String,
    #[serde(default)]
    case_kind: Option<String>,
}

impl Rulebook for Shorts {
    const KIND: &'static str = "scripts";
    #[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
    fn seed() -> Self {
        serde_json::from_str(include_str!("../../../seeds/scripts.json")).expect("a shipped document is readable")
    }
    fn check(&self) -> Vec<RuleFault> {
        Vec::new()
    }
}

/// Labels by question and by (question, option).
#[derive(Default)]
pub struct Labels {
    questions: HashMap<String, Label>,
    options: HashMap<(String, String), Label>,
    kinds: HashMap<(String, String), Option<String>>,
}

impl Labels {
    pub fn question(&self, key: &str) -> Option<&Label> {
        self.questions.get(key)
    }
    pub fn option(&self, question: &str, key: &str) -> Option<&Label> {
        self.options.get(&(question.to_owned(), key.to_owned()))
    }
    /// `Some` when the option is bad: the kind of case it becomes, if it says so.
    pub fn bad(&self, question: &str, option: &str) -> Option<Option<&str>> {
        self.kinds.get(&(question.to_owned(), option.to_owned())).map(Option::as_deref)
    }
}

pub async fn labels(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Labels> {
    let book = rulebook::current::<Shorts>(q, group, store).await?;
    let mut labels = Labels::default();
    for question in book.body.scripts.iter().flat_map(|s| &s.questions) {
        labels.questions.insert(question.key.clone(), question.short.clone());
        for option in &question.options {
            let key = (question.key.clone(), option.key.clone());
            if option.effect == "bad" {
                labels.kinds.insert(key.clone(), option.case_kind.clone());
                if let Some(shared) = &question.shared {
                    labels.kinds.insert((shared.clone(), option.key.clone()), option.case_kind.clone());
                }
            }
            labels.options.insert(key, option.label.clone());
        }
    }
    Ok(labels)
}
