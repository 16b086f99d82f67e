//! What a call changed, as it was before: stored with the attempt, so that it can be put back exactly. Ids only.

use kernel::{ContactId, Millis, PhoneLineId, Problem, Result, StoreDate, TaskId, UserId, VehicleId};
use platform::db::Tx;
use serde::{Deserialize, Serialize};

use crate::followup::model::{Contact, ContactState, SubjectKind, Task, TaskResult, TaskState};
use crate::followup::people_port::PhoneStatus;
use crate::followup::store;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Undo {
    pub contacts: Vec<ContactBefore>,
    pub tasks: Vec<TaskBefore>,
    pub phones: Vec<(PhoneLineId, PhoneStatus)>,
    pub added_phones: Vec<PhoneLineId>,
    /// `Some(old)` where the call set it.
    pub best_time: Option<Option<String>>,
    pub sold: Vec<(VehicleId, StoreDate)>,
    pub opted_out: bool,
    /// Tasks that were there, changed by the call or not: what is not among them came later.
    #[serde(default)]
    pub seen: Vec<TaskId>,
    /// Events that were skipped because of this call.
    #[serde(default)]
    pub skipped: Vec<Skipped>,
}

/// An event that lost its task to the peace that a call brought.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Skipped {
    pub kind: String,
    pub subject: SubjectKind,
    pub id: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContactBefore {
    pub id: ContactId,
    pub version: i64,
    pub phone_line_id: Option<PhoneLineId>,
    pub state: ContactState,
    pub kinds: String,
    pub vehicle_id: Option<VehicleId>,
    pub due_at: Millis,
    pub from_at: Millis,
    pub expires_at: Millis,
    pub not_before: Millis,
    pub promise_at: Option<Millis>,
    pub attempts: i64,
    pub rank: i64,
    pub agent_id: Option<UserId>,
    pub best_time: Option<String>,
    pub last_outcome: Option<String>,
    pub last_attempt_at: Option<Millis>,
    pub closed_at: Option<Millis>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskBefore {
    pub id: TaskId,
    pub version: i64,
    pub state: TaskState,
    pub result: Option<TaskResult>,
    pub attempts: i64,
    pub attempts_in_window: i64,
    pub reached: bool,
    pub closed_at: Option<Millis>,
    pub expires_at: Millis,
}

impl Undo {
    pub fn remember_contact(&mut self, c: &Contact) {
        if self.contacts.iter().any(|k| k.id == c.id) {
            return;
        }
        self.contacts.push(ContactBefore {
            id: c.id,
            version: c.version,
            phone_line_id: c.phone_line_id,
            state: c.state,
            kinds: c.kinds.clone(),
            vehicle_id: c.vehicle_id,
            due_at: c.due_at,
            from_at: c.from_at,
            expires_at: c.expires_at,
            not_before: c.not_before,
            promise_at: c.promise_at,
            attempts: c.attempts,
            rank: c.rank,
            agent_id: c.agent_id,
            best_time: c.best_time.clone(),
            last_outcome: c.last_outcome.clone(),
            last_attempt_at: c.last_attempt_at,
            closed_at: c.closed_at,
        });
    }

    pub fn remember_task(&mut self, t: &Task) {
        if self.knows_task(t.id) {
            return;
        }
        self.seen.push(t.id);
        self.tasks.push(TaskBefore {
            id: t.id,
            version: t.version,
            state: t.state,
            result: t.result,
            attempts: t.attempts,
            attempts_in_window: t.attempts_in_window,
            reached: t.reached,
            closed_at: t.closed_at,
            expires_at: t.expires_at,
        });
    }

    pub fn knows_task(&self, id: TaskId) -> bool {
        self.tasks.iter().any(|t| t.id == id)
    }

    /// Notes the versions that the call leaves behind: what differs later was changed by somebody else. What the
    /// call did not change in the end is forgotten.
    pub async fn seal(&mut self, tx: &mut Tx) -> Result<()> {
        let group = tx.scope().group;
        let ids: Vec<ContactId> = self.contacts.iter().map(|c| c.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let contacts = store::hold_all(tx, &ids).await?;
        let tasks = store::tasks_of(tx, group, &ids).await?;
        let version = |id: ContactId| contacts.iter().find(|c| c.id == id).map(|c| c.version);
        self.contacts.retain_mut(|c| changed(&mut c.version, version(c.id)));
        let version = |id: TaskId| tasks.iter().find(|t| t.id == id).map(|t| t.version);
        self.tasks.retain_mut(|t| changed(&mut t.version, version(t.id)));
        Ok(())
    }

    pub fn to_json(&self) -> Result<serde_json::Value> {
        serde_json::to_value(self).map_err(Problem::internal)
    }

    pub fn read(value: serde_json::Value) -> Result<Self> {
        serde_json::from_value(value).map_err(Problem::internal)
    }
}

/// Takes over the new version; `false` when there is none.
fn changed(before: &mut i64, after: Option<i64>) -> bool {
    match after {
        Some(after) if after != *before => {
            *before = after;
            true
        }
        Some(_) | None => false,
    }
}

impl ContactBefore {
    /// Puts the columns back; the version is the one the call left.
    pub fn restore(&self, c: &mut Contact) {
        c.phone_line_id = self.phone_line_id;
        c.state = self.state;
        c.kinds.clone_from(&self.kinds);
        c.vehicle_id = self.vehicle_id;
        c.due_at = self.due_at;
        c.from_at = self.from_at;
        c.expires_at = self.expires_at;
        c.not_before = self.not_before;
        c.promise_at = self.promise_at;
        c.attempts = self.attempts;
        c.rank = self.rank;
        c.agent_id = self.agent_id;
        c.best_time.clone_from(&self.best_time);
        c.last_outcome.clone_from(&self.last_outcome);
        c.last_attempt_at = self.last_attempt_at;
        c.closed_at = self.closed_at;
    }
}

impl TaskBefore {
    pub fn restore(&self, t: &mut Task) {
        t.state = self.state;
        t.result = self.result;
        t.attempts = self.attempts;
        t.attempts_in_window = self.attempts_in_window;
        t.reached = self.reached;
        t.closed_at = self.closed_at;
        t.expires_at = self.expires_at;
    }
}
