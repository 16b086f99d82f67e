//! Follow-ups of a group that is filled in bulk: whole rows as planning and calling would have left them.

use kernel::{AttemptId, GroupId, Millis, Result, StoreDate, StoreId, TaskId};
use platform::db::{Load, Tx};
use platform::settings;

use super::model::{Attempt, Contact, Effect, Mark, SkipReason, Task, TaskResult};
use super::planning::PLAN_FROM;
use super::store;

/// Rows that wait to be written.
#[derive(Default)]
pub struct Batch {
    pub tasks: Vec<Task>,
    pub contacts: Vec<Contact>,
    pub attempts: Vec<Attempt>,
    /// What a call was about and what it made of it.
    pub about: Vec<(AttemptId, TaskId, StoreId, Option<TaskResult>)>,
    pub answers: Vec<NewAnswer>,
    pub remarks: Vec<NewRemark>,
    /// Repair orders that made no task: store, rule, order, due, why.
    pub skipped: Vec<(StoreId, String, i64, StoreDate, SkipReason)>,
}

pub struct NewAnswer {
    pub id: i64,
    pub store: StoreId,
    pub attempt: AttemptId,
    pub task: TaskId,
    pub question: String,
    pub option: String,
    pub effect: Effect,
    pub at: Millis,
}

pub struct NewRemark {
    pub id: i64,
    pub store: StoreId,
    pub attempt: AttemptId,
    pub task: TaskId,
    pub mark: Mark,
    pub text: String,
    pub person: Option<String>,
    pub at: Millis,
}

impl Batch {
    /// Writes everything out.
    /// # Errors
    /// As the database answers.
    pub async fn write(self, to: &mut Load, group: GroupId) -> Result<()> {
        store::load_tasks(to, group, &self.tasks).await?;
        store::load_contacts(to, group, &self.contacts).await?;
        store::load_attempts(to, group, &self.attempts, &self.about).await?;
        store::load_answers(to, group, &self.answers).await?;
        store::load_remarks(to, group, &self.remarks).await?;
        store::load_skipped(to, group, &self.skipped).await
    }

    /// How many rows wait, roughly.
    pub fn len(&self) -> usize {
        self.tasks.len() + self.contacts.len() + self.attempts.len() * 2 + self.answers.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The first day from which a store wants follow-ups.
/// # Errors
/// As the database answers.
pub async fn plan_from(tx: &mut Tx, store: StoreId, day: StoreDate) -> Result<()> {
    settings::set(tx, Some(store), PLAN_FROM, &day.to_string()).await
}
