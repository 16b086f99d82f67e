//! What questions and their options are called, and which options are bad.

use std::sync::Arc;

use kernel::{Department, GroupId, Result, StoreId};
use platform::db::Sql;
use platform::i18n::Label;
use platform::rulebook::{self, Versioned};

use crate::scripts::{Choice, Effect, Question, ScriptBook};

/// The store's scripts, asked by the keys that stand in a case's points.
pub struct Labels(Arc<Versioned<ScriptBook>>);

impl Labels {
    fn questions(&self) -> impl Iterator<Item = &Question> {
        self.0.body.scripts.iter().flat_map(|s| &s.questions)
    }
    fn find(&self, key: &str) -> Option<&Question> {
        self.questions().find(|q| q.key == key)
    }
    pub fn question(&self, key: &str) -> Option<&Label> {
        self.find(key).map(|q| &q.short)
    }
    pub fn option(&self, question: &str, key: &str) -> Option<&Label> {
        self.find(question)?.option(key).map(|o| &o.label)
    }
    /// A bad option, where this is one. Forms name a question that is asked once per call by its shared word.
    pub fn bad(&self, word: &str, option: &str) -> Option<(&Question, &Choice)> {
        self.questions()
            .filter(|q| q.key == word || q.shared.as_deref() == Some(word))
            .find_map(|q| Some((q, q.option(option)?)))
            .filter(|(_, choice)| choice.effect == Effect::Bad)
    }
}

/// # Errors
/// As the database answers.
pub async fn labels(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Labels> {
    rulebook::current::<ScriptBook>(q, group, store).await.map(Labels)
}

/// An option of a question, as the table of kinds is about it.
pub struct Answerable {
    /// What stands in a point: the question's key.
    pub question: String,
    pub option: String,
    pub question_label: Label,
    pub option_label: Label,
    pub bad: bool,
    pub kind: Option<String>,
    pub department: Option<Department>,
}

/// Every option of every question of the store, in order; a question that several scripts ask comes once.
/// # Errors
/// As the database answers.
pub async fn answerables(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<Answerable>> {
    let book = rulebook::current::<ScriptBook>(q, group, store).await?;
    let mut list: Vec<Answerable> = Vec::new();
    for question in book.body.scripts.iter().flat_map(|s| &s.questions) {
        if list.iter().any(|a| a.question == question.key) {
            continue;
        }
        list.extend(question.options.iter().map(|o| Answerable {
            question: question.key.clone(),
            option: o.key.clone(),
            question_label: question.short.clone(),
            option_label: o.label.clone(),
            bad: o.effect == Effect::Bad,
            kind: o.case_kind.clone(),
            department: o.department.or(Some(question.topic)),
        }));
    }
    Ok(list)
}
