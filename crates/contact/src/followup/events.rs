//! What follow-up tells the house. Ids and keys only: events outlive an erasure.

use kernel::{AttemptId, CaseId, ContactId, CustomerId, Department, StoreId, TaskId};
use platform::events::DomainEvent;
use serde_json::{Value, json};

use super::model::{Mark, TaskResult};

/// One bad answer, or a remark that wants an answer.
#[derive(Clone, Debug)]
pub struct Point {
    pub task: TaskId,
    /// `None` for a remark.
    pub question: Option<String>,
    pub option: Option<String>,
    pub case_kind: Option<String>,
    pub department: Option<Department>,
    /// The customer's words. Not part of the stored event.
    pub text: Option<String>,
    pub remark: Option<Mark>,
    /// Row of `remark`, when it came from one.
    pub remark_id: Option<i64>,
}

/// What a call brought about the re-call of a case.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct RecallSaid {
    pub case: CaseId,
    pub task: TaskId,
    /// `None` when it was not settled by this call.
    pub satisfied: Option<bool>,
}

/// A call was recorded; heard in the same transaction.
#[derive(Clone, Debug)]
pub struct CallRecorded {
    pub attempt: AttemptId,
    pub contact: ContactId,
    pub store: StoreId,
    pub customer: CustomerId,
    /// The tasks that the call was about.
    pub tasks: Vec<TaskId>,
    pub reached: bool,
    /// Bad answers and remarks that open a case: one case per call, with all of them.
    pub points: Vec<Point>,
    /// The re-calls that were among the tasks.
    pub recalls: Vec<RecallSaid>,
    /// Fields of the case's record that were asked for during the call, by key. Not part of the stored event.
    pub case_fields: Vec<(String, String)>,
    /// Stored beside the call of another agent.
    pub late: bool,
}

impl DomainEvent for CallRecorded {
    fn kind(&self) -> &'static str {
        "call_recorded"
    }
    fn subject(&self) -> i64 {
        self.attempt.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
    fn ids(&self) -> Value {
        json!({
            "contact": self.contact, "customer": self.customer, "tasks": self.tasks, "reached": self.reached,
            "points": self.points.len(),
            "recalls": self.recalls.iter().map(|r| r.case).collect::<Vec<_>>(), "late": self.late
        })
    }
}

/// A call was taken back. A listener that cannot take its part back refuses, and the call stays.
#[derive(Clone, Debug)]
pub struct CallRevoked {
    pub attempt: AttemptId,
    pub contact: ContactId,
    pub store: StoreId,
    pub customer: CustomerId,
    pub recall: Option<CaseId>,
}

impl DomainEvent for CallRevoked {
    fn kind(&self) -> &'static str {
        "call_revoked"
    }
    fn subject(&self) -> i64 {
        self.attempt.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
    fn ids(&self) -> Value {
        json!({ "contact": self.contact, "customer": self.customer })
    }
}

/// A re-call ended without a judgement: somebody must decide what becomes of the case.
#[derive(Clone, Debug)]
pub struct RecallLapsed {
    pub store: StoreId,
    pub task: TaskId,
    pub case: CaseId,
    pub result: TaskResult,
    /// The call that ended it; `None` when time or something else did.
    pub attempt: Option<AttemptId>,
}

impl DomainEvent for RecallLapsed {
    fn kind(&self) -> &'static str {
        "recall_lapsed"
    }
    fn subject(&self) -> i64 {
        self.task.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
    fn ids(&self) -> Value {
        json!({ "case": self.case, "result": self.result.key() })
    }
}
