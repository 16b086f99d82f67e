//! The life of a case: waiting → contacted → re-call → closed; an unsatisfied re-call opens it again.
//! Pure: what may follow what, and with which evidence.

use kernel::{Millis, Problem, Result, UserId};
use platform::keyed;

keyed! {
    /// Column `state`.
    pub enum StateKey { Waiting = "waiting", Contacted = "contacted", Recall = "recall", Closed = "closed" }
}

keyed! {
    /// B8.4c, D22.3.
    pub enum CauseKind { Service = "service", Product = "product", User = "user", Other = "other" }
}

keyed! {
    /// How it ended: the customer said so, or could not be asked any more.
    pub enum Verdict { Satisfied = "satisfied", Unreached = "unreached" }
}

keyed! {
    /// One line of the course.
    pub enum StepKind {
        Opened = "opened",
        Taken = "taken",
        Contacted = "contacted",
        Result = "result",
        Field = "field",
        Recall = "recall",
        Reopened = "reopened",
        Closed = "closed",
        Note = "note",
        Escalated = "escalated",
        Decided = "decided",
        HandedOver = "handed_over",
        Withdrawn = "withdrawn",
        CallRevoked = "call_revoked",
        /// The calendar changed, and with it the deadline.
        Rescheduled = "rescheduled",
    }
}

/// C3: a named person spoke to the customer.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub at: Millis,
    pub by: UserId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub kind: CauseKind,
    pub text: String,
}

/// What was done about it, and why it had come to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub cause: Cause,
    pub text: String,
    pub at: Millis,
}

/// `earlier` is the cause of the round before, which the re-call proved wrong or not all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Waiting {
        due: Millis,
        earlier: Option<Cause>,
    },
    Contacted {
        contact: Contact,
        earlier: Option<Cause>,
    },
    /// `lapsed`: the planned re-call ended without an answer.
    Recall {
        contact: Contact,
        outcome: Outcome,
        due: Millis,
        lapsed: bool,
    },
    Closed {
        contact: Contact,
        outcome: Outcome,
        at: Millis,
        verdict: Verdict,
    },
    /// The call that opened it was taken back before anybody acted.
    Withdrawn {
        at: Millis,
    },
}

/// What can happen to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Contact(Contact),
    Resolve {
        outcome: Outcome,
        recall_due: Millis,
    },
    /// The re-call's answer; `due` is that of the new round's contact.
    Satisfied {
        at: Millis,
    },
    Unsatisfied {
        due: Millis,
    },
    /// Another re-call after one that lapsed.
    RecallAgain {
        due: Millis,
    },
    /// The customer could not be reached for the re-call in time.
    GiveUp {
        at: Millis,
    },
    Withdraw {
        at: Millis,
    },
}

impl State {
    pub fn key(&self) -> StateKey {
        match self {
            Self::Waiting { .. } | Self::Withdrawn { .. } => StateKey::Waiting,
            Self::Contacted { .. } => StateKey::Contacted,
            Self::Recall { .. } => StateKey::Recall,
            Self::Closed { .. } => StateKey::Closed,
        }
    }

    /// What must be done next, by when.
    pub fn next_due(&self) -> Option<Millis> {
        match self {
            Self::Waiting { due, .. } | Self::Recall { due, .. } => Some(*due),
            Self::Contacted { .. } | Self::Closed { .. } | Self::Withdrawn { .. } => None,
        }
    }

    pub fn is_open(&self) -> bool {
        match self {
            Self::Waiting { .. } | Self::Contacted { .. } | Self::Recall { .. } => true,
            Self::Closed { .. } | Self::Withdrawn { .. } => false,
        }
    }

    pub fn is_overdue(&self, now: Millis) -> bool {
        self.next_due().is_some_and(|due| due < now)
    }

    /// # Errors
    /// `Refused` with the reason: a case takes no step twice and leaves none out.
    pub fn after(self, act: Act) -> Result<Self> {
        let no = |code| Err(Problem::Refused(code));
        match (self, act) {
            (Self::Waiting { earlier, .. }, Act::Contact(contact)) => Ok(Self::Contacted { contact, earlier }),
            (Self::Waiting { .. }, Act::Resolve { .. }) => no("case-contact-first"),
            (
                Self::Waiting { .. },
                Act::Satisfied { .. } | Act::Unsatisfied { .. } | Act::GiveUp { .. } | Act::RecallAgain { .. },
            ) => no("case-no-result"),
            (Self::Waiting { .. }, Act::Withdraw { at }) => Ok(Self::Withdrawn { at }),

            (Self::Contacted { .. }, Act::Contact(_)) => no("case-contacted-already"),
            (Self::Contacted { contact, earlier }, Act::Resolve { outcome, recall_due }) => {
                // B8.4f: after an unsatisfied re-call the cause is identified anew.
                if earlier.is_some_and(|e| e == outcome.cause) {
                    return no("case-cause-again");
                }
                Ok(Self::Recall { contact, outcome, due: recall_due, lapsed: false })
            }
            (
                Self::Contacted { .. },
                Act::Satisfied { .. } | Act::Unsatisfied { .. } | Act::GiveUp { .. } | Act::RecallAgain { .. },
            ) => no("case-no-result"),
            (Self::Contacted { .. } | Self::Recall { .. }, Act::Withdraw { .. }) => no("case-touched"),

            (Self::Recall { .. }, Act::Contact(_) | Act::Resolve { .. }) => no("case-awaits-recall"),
            (Self::Recall { contact, outcome, .. }, Act::Satisfied { at }) => {
                Ok(Self::Closed { contact, outcome, at, verdict: Verdict::Satisfied })
            }
            (Self::Recall { outcome, .. }, Act::Unsatisfied { due }) => {
                Ok(Self::Waiting { due, earlier: Some(outcome.cause) })
            }
            (Self::Recall { due, lapsed, .. }, Act::GiveUp { at }) if at <= due && !lapsed => {
                no("case-recall-not-over")
            }
            (Self::Recall { contact, outcome, lapsed: true, .. }, Act::RecallAgain { due }) => {
                Ok(Self::Recall { contact, outcome, due, lapsed: false })
            }
            (Self::Recall { lapsed: false, .. }, Act::RecallAgain { .. }) => no("case-awaits-recall"),
            (Self::Recall { contact, outcome, .. }, Act::GiveUp { at }) => {
                Ok(Self::Closed { contact, outcome, at, verdict: Verdict::Unreached })
            }

            (
                Self::Closed { .. },
                Act::Contact(_)
                | Act::Resolve { .. }
                | Act::Satisfied { .. }
                | Act::Unsatisfied { .. }
                | Act::GiveUp { .. }
                | Act::RecallAgain { .. }
                | Act::Withdraw { .. },
            ) => no("case-closed"),
            (
                Self::Withdrawn { .. },
                Act::Contact(_)
                | Act::Resolve { .. }
                | Act::Satisfied { .. }
                | Act::Unsatisfied { .. }
                | Act::GiveUp { .. }
                | Act::RecallAgain { .. }
                | Act::Withdraw { .. },
            ) => no("case-withdrawn"),
        }
    }
}

/// Time to a deadline, or past it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Left {
    pub over: bool,
    pub hours: i64,
    pub minutes: i64,
}

impl Left {
    /// Whole minutes; a deadline just missed is over by 0:00.
    pub fn until(due: Millis, now: Millis) -> Self {
        let over = due < now;
        let minutes = (due.since(now)).abs() / Millis::MINUTE;
        Self { over, hours: minutes / 60, minutes: minutes % 60 }
    }
    /// `0:42`
    pub fn clock(&self) -> String {
        format!("{}:{:02}", self.hours, self.minutes)
    }
}
