//! A report's content: figures that can be frozen for a meeting.

use std::collections::BTreeMap;

use kernel::{Permille, Result, StoreId, UserId};
use platform::db::Sql;
use serde::{Deserialize, Serialize};

use super::model::{AgentWork, CLASSES, Counts, QuestionCount};
use super::store::{self, Question};

/// One line of the rates: a class (with its target), a store or an agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub key: String,
    pub counts: Counts,
    pub target: Option<Permille>,
}

/// Everything but names and words of people: those are read when it is shown, so an erasure reaches old reports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    pub total: Counts,
    pub classes: Vec<Line>,
    pub stores: Vec<(StoreId, Counts)>,
    pub agents: Vec<(UserId, Counts, AgentWork)>,
    pub late: Vec<(String, i64)>,
    pub skipped: Vec<(String, i64)>,
    pub questions: Vec<QuestionCount>,
    pub cases_opened: i64,
    pub cases_in_time: i64,
    pub praise: i64,
    pub suggestions: i64,
}

impl Body {
    /// Good answers ÷ judged answers over all questions.
    pub fn satisfaction(&self) -> Option<Permille> {
        let good = self.questions.iter().map(QuestionCount::good).sum();
        let judged = self.questions.iter().map(QuestionCount::judged).sum();
        super::model::rate(good, judged)
    }
    pub fn late_total(&self) -> i64 {
        self.late.iter().map(|(_, n)| n).sum()
    }
    pub fn skipped_total(&self) -> i64 {
        self.skipped.iter().map(|(_, n)| n).sum()
    }
}

/// Asks the database. `targets`: class → permille, of the rules in force.
/// # Errors
/// As the database answers.
pub async fn assemble(q: &mut impl Sql, ask: &Question, targets: &BTreeMap<String, Permille>) -> Result<Body> {
    let cells = store::cells(q, ask).await?;
    let mut by_store: BTreeMap<StoreId, Counts> = BTreeMap::new();
    let mut by_agent: BTreeMap<UserId, Counts> = BTreeMap::new();
    for cell in &cells {
        by_store.entry(cell.store).or_default().add(cell);
        if let Some(agent) = cell.agent {
            by_agent.entry(agent).or_default().add(cell);
        }
    }
    let mut known: Vec<&str> = CLASSES.to_vec();
    known.extend(cells.iter().map(|c| c.class.as_str()).filter(|c| !CLASSES.contains(c)));
    known.dedup();
    let line = |class: &&str| Line {
        key: (*class).to_owned(),
        counts: Counts::of(cells.iter().filter(|c| c.class == *class)),
        target: targets.get(*class).copied(),
    };
    let classes = known.iter().map(line).collect();
    let work = store::agents(q, ask).await?;
    for agent in work.iter().filter_map(|w| w.agent) {
        by_agent.entry(agent).or_default();
    }
    let agents = by_agent
        .into_iter()
        .map(|(agent, counts)| {
            let done = work.iter().find(|w| w.agent == Some(agent)).cloned().unwrap_or_default();
            (agent, counts, done)
        })
        .collect();
    let cases = store::cases(q, ask).await?;
    let in_time = cases.iter().filter(|c| c.contacted_at.is_some_and(|at| at <= c.contact_due_at)).count();
    Ok(Body {
        total: Counts::of(&cells),
        classes,
        stores: by_store.into_iter().collect(),
        agents,
        late: store::late(q, ask).await?,
        skipped: store::skipped(q, ask).await?,
        questions: store::questions(q, ask).await?,
        cases_opened: i64::try_from(cases.len()).unwrap_or(i64::MAX),
        cases_in_time: i64::try_from(in_time).unwrap_or(i64::MAX),
        praise: i64::try_from(store::remarks(q, ask, "praise").await?.len()).unwrap_or(i64::MAX),
        suggestions: i64::try_from(store::remarks(q, ask, "suggestion").await?.len()).unwrap_or(i64::MAX),
    })
}
