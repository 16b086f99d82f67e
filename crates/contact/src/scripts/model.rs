use kernel::Department;
use platform::keyed;
use serde::{Deserialize, Serialize};

use platform::i18n::Label;

keyed! {
    /// What an option means for the store. `Improve` wants an apology and becomes an improvement item; `Bad` is also a case.
    pub enum Effect { Good = "good", Neutral = "neutral", Improve = "improve", Bad = "bad" }
}

impl Effect {
    /// C3: after such an answer an apology is said.
    pub fn wants_apology(self) -> bool {
        match self {
            Self::Improve | Self::Bad => true,
            Self::Good | Self::Neutral => false,
        }
    }
}

keyed! {
    /// What the call is about; one script each.
    pub enum Subject { RepairOrder = "repair_order", Delivery = "delivery", Case = "case" }
}

keyed! {
    pub enum QuestionKind { Scale4 = "scale4", YesNo = "yesno", Choice = "choice", Text = "text" }
}

/// C3, C6: every script of a store, in one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScriptBook {
    pub placeholders: Vec<String>,
    pub scripts: Vec<Script>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Script {
    pub key: String,
    pub clause: String,
    pub label: Label,
    pub event: Subject,
    pub minutes_from: u32,
    pub minutes_to: u32,
    /// How many questions are asked, those that hang on an answer not counted.
    pub ask_from: usize,
    pub ask_to: usize,
    pub opening: Label,
    pub opening_fleet: Label,
    pub good_moment: GoodMoment,
    pub transitions: Vec<Label>,
    pub vehicle_transition: Label,
    pub after_opinion: Label,
    pub remark_prompt: Label,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party: Option<Label>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_contact: Option<Label>,
    pub closing: Label,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing_wish: Option<Label>,
    pub questions: Vec<Question>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoodMoment {
    pub question: Label,
    pub yes: Label,
    pub no: Label,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    pub key: String,
    pub clause: String,
    /// What is said to the customer.
    pub text: Label,
    /// What it is called in lists and reports.
    pub short: Label,
    pub kind: QuestionKind,
    pub topic: Department,
    #[serde(default)]
    pub must_ask: bool,
    /// Why, e.g. what the week's meeting decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_why: Option<Label>,
    /// Whether the store asks it; `default_on` in the document.
    #[serde(rename = "default_on")]
    pub on: bool,
    pub options: Vec<Choice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<ShowIf>,
    /// Questions with the same word are asked once per call, whatever the number of tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Label>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowIf {
    pub question: String,
    pub options: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub key: String,
    pub label: Label,
    pub digit: String,
    pub effect: Effect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apology: Option<Label>,
    /// What is to be improved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Label>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// A7: what kind of case a bad answer becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_kind: Option<String>,
}

impl ScriptBook {
    pub fn script(&self, key: &str) -> Option<&Script> {
        self.scripts.iter().find(|s| s.key == key)
    }
    pub fn for_subject(&self, subject: Subject) -> Option<&Script> {
        self.scripts.iter().find(|s| s.event == subject)
    }
}

impl Script {
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.key == key)
    }
    /// Questions of the store's set that hang on no answer.
    pub fn roots(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|q| q.on && q.show_if.is_none())
    }
}

impl Question {
    pub fn option(&self, key: &str) -> Option<&Choice> {
        self.options.iter().find(|o| o.key == key)
    }
}
