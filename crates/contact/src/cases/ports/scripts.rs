//! What questions and their options are called, and which options are bad.

use std::sync::Arc;

use kernel::{GroupId, Result, StoreId};
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
