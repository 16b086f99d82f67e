//! The row and its state: read with evidence, written back, and told to everybody concerned.

use kernel::{CaseId, Problem, Result, StoreId};
use platform::db::Tx;
use platform::events::{DomainEvent, Signal};
use platform::{audit, notices};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::kinds::Values;
use super::model::{Cause, CauseKind, Contact, Ended, Outcome, State, StateKey, StepKind};
use super::ports;
use super::store::{self, CaseRow};

/// Something happened to a case.
#[derive(Clone, Debug)]
pub struct CaseMoved {
    pub case: CaseId,
    pub store: StoreId,
    pub step: StepKind,
}

impl DomainEvent for CaseMoved {
    fn kind(&self) -> &'static str {
        "case_moved"
    }
    fn subject(&self) -> i64 {
        self.case.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
    fn ids(&self) -> Value {
        json!({ "step": self.step })
    }
}

impl CaseRow {
    /// # Errors
    /// `Internal` when columns that a state needs are empty.
    pub fn state(&self) -> Result<State> {
        let lost = || Problem::internal(format!("case {} lacks what its state needs", self.id));
        if let Some(at) = self.withdrawn_at {
            return Ok(State::Withdrawn { at });
        }
        let cause = || match (self.cause_kind, &self.cause) {
            (Some(kind), Some(text)) => Some(Cause { kind, text: text.clone() }),
            // Files that came without a kind of cause still have their words.
            (None, Some(text)) => Some(Cause { kind: CauseKind::Other, text: text.clone() }),
            (_, None) => None,
        };
        let contact = || match (self.contacted_at, self.contacted_by) {
            (Some(at), Some(by)) => Ok(Contact { at, by }),
            (None, _) | (_, None) => Err(lost()),
        };
        let outcome = || match (cause(), &self.result, self.result_at) {
            (Some(cause), Some(text), Some(at)) => Ok(Outcome { cause, text: text.clone(), at }),
            (_, None, _) | (_, _, None) | (None, _, _) => Err(lost()),
        };
        Ok(match self.state {
            StateKey::Waiting => State::Waiting { due: self.contact_due_at, earlier: cause() },
            StateKey::Contacted => {
                State::Contacted { contact: contact()?, due: self.act_due_at.ok_or_else(lost)?, earlier: cause() }
            }
            StateKey::Recall => {
                State::Recall { contact: contact()?, outcome: outcome()?, due: self.recall_due_at.ok_or_else(lost)? }
            }
            StateKey::Undecided => State::Undecided {
                contact: contact()?,
                outcome: outcome()?,
                ended: Ended {
                    end: self.recall_end.ok_or_else(lost)?,
                    at: self.recall_ended_at.ok_or_else(lost)?,
                    recall_due: self.recall_due_at.ok_or_else(lost)?,
                },
                due: self.act_due_at.ok_or_else(lost)?,
            },
            StateKey::Closed => State::Closed {
                contact: contact()?,
                outcome: outcome()?,
                at: self.closed_at.ok_or_else(lost)?,
                verdict: self.verdict.ok_or_else(lost)?,
            },
        })
    }

    /// Writes the state's evidence into the columns; everything of a later state is emptied.
    pub fn put(&mut self, state: &State) {
        let (mut contact, mut outcome, mut closed) = (None, None, None);
        self.recall_due_at = None;
        self.act_due_at = None;
        self.recall_end = None;
        self.recall_ended_at = None;
        self.withdrawn_at = None;
        match state {
            State::Waiting { due, earlier } => {
                self.contact_due_at = *due;
                self.put_cause(earlier.as_ref());
                self.recall_task_id = None;
            }
            State::Contacted { contact: c, due, earlier } => {
                contact = Some(c);
                self.act_due_at = Some(*due);
                self.put_cause(earlier.as_ref());
            }
            State::Recall { contact: c, outcome: o, due } => {
                (contact, outcome) = (Some(c), Some(o));
                self.recall_due_at = Some(*due);
            }
            State::Undecided { contact: c, outcome: o, ended, due } => {
                (contact, outcome) = (Some(c), Some(o));
                self.recall_due_at = Some(ended.recall_due);
                self.recall_end = Some(ended.end);
                self.recall_ended_at = Some(ended.at);
                self.recall_task_id = None;
                self.act_due_at = Some(*due);
            }
            State::Closed { contact: c, outcome: o, at, verdict } => {
                (contact, outcome, closed) = (Some(c), Some(o), Some((*at, Some(*verdict))));
            }
            State::Withdrawn { at } => {
                self.withdrawn_at = Some(*at);
                closed = Some((*at, None));
            }
        }
        // The deadline of another step has not been missed yet, even where it falls on the same moment.
        if self.state != state.key() || self.next_due_at != state.next_due() {
            self.overdue_at = None;
        }
        self.state = state.key();
        self.contacted_at = contact.map(|c| c.at);
        self.contacted_by = contact.map(|c| c.by);
        self.result = outcome.map(|o| o.text.clone());
        self.result_at = outcome.map(|o| o.at);
        if let Some(o) = outcome {
            self.put_cause(Some(&o.cause));
        }
        self.closed_at = closed.map(|c| c.0);
        self.verdict = closed.and_then(|c| c.1);
        self.next_due_at = state.next_due();
        self.keep_first();
    }

    /// The first round is what reports measure; later rounds leave it alone.
    pub fn keep_first(&mut self) {
        if self.round == 1 {
            self.first_contact_due_at = Some(self.contact_due_at);
            self.first_contacted_at = self.contacted_at;
        }
    }

    /// Before the general manager, who has not yet said what to do.
    pub fn is_escalated(&self) -> bool {
        self.escalated_at.is_some() && self.decided_at.is_none()
    }

    fn put_cause(&mut self, cause: Option<&Cause>) {
        self.cause_kind = cause.map(|c| c.kind);
        self.cause = cause.map(|c| c.text.clone());
    }

    pub fn values(&self) -> Values {
        serde_json::from_value(self.fields.clone()).unwrap_or_default()
    }

    /// What of it is audited.
    fn shown(&self) -> Value {
        json!({
            "state": self.state, "kind": self.kind, "department": self.department, "round": self.round, "owner": self.owner_id, "title": self.title, "fields": self.fields,
            "contacted_at": self.contacted_at, "result": self.result, "cause_kind": self.cause_kind, "cause": self.cause,
            "contact_due_at": self.contact_due_at, "recall_due_at": self.recall_due_at, "closed_at": self.closed_at,
            "act_due_at": self.act_due_at, "overdue_at": self.overdue_at, "recall_end": self.recall_end,
            "verdict": self.verdict, "escalated_at": self.escalated_at, "decided_at": self.decided_at, "withdrawn_at": self.withdrawn_at,
        })
    }

    /// Ids and keys for the words of a notification or a line of the timeline.
    pub fn words(&self) -> Value {
        json!({ "number": self.number, "kind": self.kind, "department": self.department })
    }
}

/// The line that goes into the course, and from there everywhere else.
pub struct Line<'a> {
    pub kind: StepKind,
    pub text: Option<&'a str>,
    pub args: Value,
}

impl<'a> Line<'a> {
    pub fn new(kind: StepKind, text: Option<&'a str>) -> Self {
        Self { kind, text, args: json!({}) }
    }
    #[must_use]
    pub fn with(mut self, args: Value) -> Self {
        self.args = args;
        self
    }
    #[must_use]
    pub fn and(mut self, key: &str, value: Value) -> Self {
        self.args[key] = value;
        self
    }
}

/// Adds a new case with its first line.
pub async fn begin(tx: &mut Tx, case: &CaseRow, line: Line<'_>) -> Result<()> {
    store::add(tx, case).await?;
    tell(tx, &Value::Null, case, line).await
}

/// Saves a changed case with the line that says what changed.
/// # Errors
/// `Conflict("case-changed")` when somebody else saved it meanwhile.
pub async fn keep(tx: &mut Tx, before: &CaseRow, after: &CaseRow, line: Line<'_>) -> Result<()> {
    store::save(tx, after).await?;
    tell(tx, &before.shown(), after, line).await
}

async fn tell(tx: &mut Tx, before: &Value, case: &CaseRow, line: Line<'_>) -> Result<()> {
    store::add_step(tx, case, line.kind, line.text, &line.args).await?;
    audit::note(tx, &format!("case.{}", line.kind), "case", case.id.raw(), before, &case.shown()).await?;
    if let Some(kind) = on_timeline(line.kind) {
        ports::timeline(tx, case.store_id, case.customer_id, kind, case.id.raw(), case.words()).await?;
    }
    let group = tx.scope().group;
    tx.signal(Signal { group, user: None, store: Some(case.store_id), kind: "case", data: json!({ "case": case.id }) });
    tx.record(&CaseMoved { case: case.id, store: case.store_id, step: line.kind }).await
}

/// The number was called: noted in the course and the audit, without a newer version of the case.
pub async fn dialled(tx: &mut Tx, case: &CaseRow) -> Result<()> {
    if !case.touched {
        store::touch(tx, case.id).await?;
    }
    store::add_step(tx, case, StepKind::Dialled, None, &json!({})).await?;
    let before = json!({ "touched": case.touched });
    audit::note(tx, "case.dialled", "case", case.id.raw(), &before, &json!({ "touched": true })).await?;
    tx.record(&CaseMoved { case: case.id, store: case.store_id, step: StepKind::Dialled }).await
}

/// What of the course the customer's history shows.
fn on_timeline(step: StepKind) -> Option<&'static str> {
    match step {
        StepKind::Opened => Some("case_opened"),
        StepKind::Contacted => Some("case_contacted"),
        StepKind::Result => Some("case_result"),
        StepKind::Reopened => Some("case_reopened"),
        StepKind::Closed => Some("case_closed"),
        StepKind::Withdrawn => Some("case_withdrawn"),
        StepKind::Taken
        | StepKind::Assigned
        | StepKind::Reclassified
        | StepKind::Dialled
        | StepKind::Overdue
        | StepKind::Field
        | StepKind::Recall
        | StepKind::Note
        | StepKind::Escalated
        | StepKind::Decided
        | StepKind::HandedOver
        | StepKind::CallRevoked
        | StepKind::Rescheduled => None,
    }
}

/// Tells people about a case, each once; whoever did it needs no telling.
pub async fn notify(tx: &mut Tx, people: &[kernel::UserId], kind: &'static str, case: &CaseRow) -> Result<()> {
    let me = tx.scope().user;
    let mut others: Vec<_> = people.iter().copied().filter(|p| Some(*p) != me).collect();
    others.sort_unstable();
    others.dedup();
    notices::tell(tx, &others, Some(case.store_id), kind, case.id.raw(), &case.words()).await
}

/// The columns that a re-call's answer overwrites, so that taking back the call brings them back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Before {
    pub contact_due_at: kernel::Millis,
    pub contacted_at: Option<kernel::Millis>,
    pub contacted_by: Option<kernel::UserId>,
    pub result: Option<String>,
    pub cause_kind: Option<CauseKind>,
    pub cause: Option<String>,
    pub result_at: Option<kernel::Millis>,
    pub recall_due_at: Option<kernel::Millis>,
    pub recall_task_id: Option<kernel::TaskId>,
    pub escalated_at: Option<kernel::Millis>,
    #[serde(default)]
    pub decided_at: Option<kernel::Millis>,
    #[serde(default)]
    pub overdue_at: Option<kernel::Millis>,
    pub round: i64,
}

impl Before {
    pub fn of(c: &CaseRow) -> Self {
        Self {
            contact_due_at: c.contact_due_at,
            contacted_at: c.contacted_at,
            contacted_by: c.contacted_by,
            result: c.result.clone(),
            cause_kind: c.cause_kind,
            cause: c.cause.clone(),
            result_at: c.result_at,
            recall_due_at: c.recall_due_at,
            recall_task_id: c.recall_task_id,
            escalated_at: c.escalated_at,
            decided_at: c.decided_at,
            overdue_at: c.overdue_at,
            round: c.round,
        }
    }
    /// Back to waiting for the re-call.
    pub fn restore(self, c: &mut CaseRow) {
        c.state = StateKey::Recall;
        c.contact_due_at = self.contact_due_at;
        c.contacted_at = self.contacted_at;
        c.contacted_by = self.contacted_by;
        c.result = self.result;
        c.cause_kind = self.cause_kind;
        c.cause = self.cause;
        c.result_at = self.result_at;
        c.recall_due_at = self.recall_due_at;
        c.recall_task_id = self.recall_task_id;
        c.escalated_at = self.escalated_at;
        c.decided_at = self.decided_at;
        c.overdue_at = self.overdue_at;
        c.round = self.round;
        c.act_due_at = None;
        c.recall_end = None;
        c.recall_ended_at = None;
        c.next_due_at = c.recall_due_at;
        c.closed_at = None;
        c.verdict = None;
        c.recall_attempt_id = None;
    }
}
