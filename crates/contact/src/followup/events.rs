//! What follow-up tells the house. Ids and keys only: events outlive an erasure.

use kernel::{AttemptId, CaseId, ContactId, CustomerId, Department, StoreId, TaskId};
use platform::events::DomainEvent;
use serde_json::{Value, json};

use super::model::TaskResult;

/// One bad answer, or a remark that wants an answer.
#[derive(Clone, Debug)]
pub struct Point {
    pub task: TaskId,
    /// Key of the question; of a remark, its mark.
    pub question: String,
    pub option: Option<String>,
    pub case_kind: Option<String>,
    pub department: Option<Department>,
    /// The customer's words. Not part of the stored event.
    pub text: Option<String>,
    /// Row of `remark`, when it came from one.
    pub remark: Option<i64>,
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
    /// The case whose re-call was among the tasks.
    pub recall: Option<CaseId>,
    pub recall_task: Option<TaskId>,
    /// What the re-call found; `None` when it was not settled by this call.
    pub verdict: Option<bool>,
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
            "points": self.points.len(), "recall": self.recall, "late": self.late
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

/// A re-call ended without an answer: somebody must decide what becomes of the case.
#[derive(Clone, Debug)]
pub struct RecallLapsed {
    pub store: StoreId,
    pub task: TaskId,
    pub case: CaseId,
    pub result: TaskResult,
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
