//! What is said in a call: scripts with their questions (C3, C6, B8.4e) and the call standard (A8), kept as data and
//! versioned; what an option means (its effect) stands beside it.

mod answers;
mod check;
mod choose;
mod edit;
mod model;
mod pages;
mod say;
mod standard;

pub use answers::{Given, Posted, SKIPPED, posted, resolve};
pub use choose::{AskFor, Asked, Chosen, choose, field_name};
pub use model::{Choice, Effect, GoodMoment, Question, QuestionKind, Script, ScriptBook, ShowIf, Subject};
pub use say::{Title, Tongue, Words, say};
pub use standard::{CallStandard, Never, Situation, Spoken};

use platform::rulebook::{RuleFault, Rulebook};

const SEED: &str = include_str!("../../seeds/scripts.json");
const STANDARD: &str = include_str!("../../seeds/call_standard.json");

#[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
fn seed<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("compiled in, and read by a test")
}

impl Rulebook for ScriptBook {
    const KIND: &'static str = "scripts";
    fn seed() -> Self {
        seed(SEED)
    }
    fn check(&self) -> Vec<RuleFault> {
        check::check(self)
    }
}

impl Rulebook for CallStandard {
    const KIND: &'static str = "call_standard";
    fn seed() -> Self {
        seed(STANDARD)
    }
    fn check(&self) -> Vec<RuleFault> {
        standard::check(self)
    }
}

/// Pages of this capability.
pub fn routes() -> platform::http::Routes {
    pages::routes()
}
