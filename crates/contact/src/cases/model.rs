//! The life of a case: waiting → contacted → re-call → closed; an unsatisfied re-call opens it again, one that ended
//! without an answer waits for the manager's decision. Pure: what may follow what, and with which evidence.

use kernel::{Millis, Problem, Result, UserId};
use platform::keyed;

use super::cause;

keyed! {
    /// Column `state`.
    pub enum StateKey {
        Waiting = "waiting",
        Contacted = "contacted",
        Recall = "recall",
        Undecided = "undecided",
        Closed = "closed",
    }
}

keyed! {
    /// How a re-call ended that brought no judgement.
    pub enum RecallEnd {
        /// Spoken to, but the question was not answered.
        Unjudged = "unjudged",
        Refused = "refused",
        OptedOut = "opted_out",
        Exhausted = "exhausted",
        Expired = "expired",
        NoNumber = "no_number",
        /// Taken out of the queue for another reason.
        Dropped = "dropped",
    }
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
        Assigned = "assigned",
        Reclassified = "reclassified",
        Dialled = "dialled",
        Overdue = "overdue",
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

/// How and when the re-call ended without a judgement; by when it should have been made.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub end: RecallEnd,
    pub at: Millis,
    pub recall_due: Millis,
}

/// `earlier` is the cause of the round before, which the re-call proved wrong or not all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Waiting {
        due: Millis,
        earlier: Option<Cause>,
    },
    /// `due`: by when cause and measures are recorded.
    Contacted {
        contact: Contact,
        due: Millis,
        earlier: Option<Cause>,
    },
    Recall {
        contact: Contact,
        outcome: Outcome,
        due: Millis,
    },
    /// The re-call ended without a judgement: until `due` the manager plans another or closes.
    Undecided {
        contact: Contact,
        outcome: Outcome,
        ended: Ended,
        due: Millis,
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
    /// `due` is that of the result.
    Contact {
        contact: Contact,
        due: Millis,
    },
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
    /// The re-call ended without a judgement; `due` is that of the decision.
    Lapse {
        end: RecallEnd,
        at: Millis,
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
    /// The customer came back with the same trouble after the end; `due` is that of the new round's contact.
    Reopen {
        due: Millis,
    },
}

impl State {
    pub fn key(&self) -> StateKey {
        match self {
            Self::Waiting { .. } | Self::Withdrawn { .. } => StateKey::Waiting,
            Self::Contacted { .. } => StateKey::Contacted,
            Self::Recall { .. } => StateKey::Recall,
            Self::Undecided { .. } => StateKey::Undecided,
            Self::Closed { .. } => StateKey::Closed,
        }
    }

    /// What must be done next, by when. An open case always has a deadline.
    pub fn next_due(&self) -> Option<Millis> {
        match self {
            Self::Waiting { due, .. }
            | Self::Contacted { due, .. }
            | Self::Recall { due, .. }
            | Self::Undecided { due, .. } => Some(*due),
            Self::Closed { .. } | Self::Withdrawn { .. } => None,
        }
    }

    pub fn is_open(&self) -> bool {
        match self {
            Self::Waiting { .. } | Self::Contacted { .. } | Self::Recall { .. } | Self::Undecided { .. } => true,
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
            (Self::Waiting { earlier, .. }, Act::Contact { contact, due }) => {
                Ok(Self::Contacted { contact, due, earlier })
            }
            (Self::Waiting { .. }, Act::Resolve { .. }) => no("case-contact-first"),
            (
                Self::Waiting { .. } | Self::Contacted { .. },
                Act::Satisfied { .. }
                | Act::Unsatisfied { .. }
                | Act::GiveUp { .. }
                | Act::Lapse { .. }
                | Act::RecallAgain { .. },
            ) => no("case-no-result"),
            (Self::Waiting { .. }, Act::Withdraw { at }) => Ok(Self::Withdrawn { at }),
            (Self::Closed { outcome, .. }, Act::Reopen { due }) => {
                Ok(Self::Waiting { due, earlier: Some(outcome.cause) })
            }
            (
                Self::Waiting { .. } | Self::Contacted { .. } | Self::Recall { .. } | Self::Undecided { .. },
                Act::Reopen { .. },
            ) => no("case-open-still"),

            (Self::Contacted { .. }, Act::Contact { .. }) => no("case-contacted-already"),
            (Self::Contacted { contact, earlier, .. }, Act::Resolve { outcome, recall_due }) => {
                // B8.4f: after an unsatisfied re-call the cause is identified anew.
                if earlier.is_some_and(|e| !cause::is_new(&e, &outcome.cause)) {
                    return no("case-cause-again");
                }
                Ok(Self::Recall { contact, outcome, due: recall_due })
            }
            (Self::Contacted { .. } | Self::Recall { .. } | Self::Undecided { .. }, Act::Withdraw { .. }) => {
                no("case-touched")
            }

            (Self::Recall { .. }, Act::Contact { .. } | Act::Resolve { .. } | Act::RecallAgain { .. }) => {
                no("case-awaits-recall")
            }
            (Self::Recall { contact, outcome, .. }, Act::Satisfied { at }) => {
                Ok(Self::Closed { contact, outcome, at, verdict: Verdict::Satisfied })
            }
            (Self::Recall { outcome, .. }, Act::Unsatisfied { due }) => {
                Ok(Self::Waiting { due, earlier: Some(outcome.cause) })
            }
            (Self::Recall { contact, outcome, due: recall_due }, Act::Lapse { end, at, due }) => {
                Ok(Self::Undecided { contact, outcome, ended: Ended { end, at, recall_due }, due })
            }
            (Self::Recall { due, .. }, Act::GiveUp { at }) if at <= due => no("case-recall-not-over"),
            (Self::Recall { contact, outcome, .. } | Self::Undecided { contact, outcome, .. }, Act::GiveUp { at }) => {
                Ok(Self::Closed { contact, outcome, at, verdict: Verdict::Unreached })
            }

            (Self::Undecided { contact, outcome, .. }, Act::RecallAgain { due }) => {
                Ok(Self::Recall { contact, outcome, due })
            }
            (
                Self::Undecided { .. },
                Act::Contact { .. }
                | Act::Resolve { .. }
                | Act::Satisfied { .. }
                | Act::Unsatisfied { .. }
                | Act::Lapse { .. },
            ) => no("case-decide-first"),

            (
                Self::Closed { .. },
                Act::Contact { .. }
                | Act::Resolve { .. }
                | Act::Satisfied { .. }
                | Act::Unsatisfied { .. }
                | Act::GiveUp { .. }
                | Act::Lapse { .. }
                | Act::RecallAgain { .. }
                | Act::Withdraw { .. },
            ) => no("case-closed"),
            (
                Self::Withdrawn { .. },
                Act::Contact { .. }
                | Act::Resolve { .. }
                | Act::Satisfied { .. }
                | Act::Unsatisfied { .. }
                | Act::GiveUp { .. }
                | Act::Lapse { .. }
                | Act::RecallAgain { .. }
                | Act::Withdraw { .. }
                | Act::Reopen { .. },
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
}
