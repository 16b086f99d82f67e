//! What a call must bring with it. All faults at once.

use kernel::{FieldErrors, Millis, Problem, Result};

use crate::followup::model::{NewAttempt, Task};
use crate::followup::outcomes::{Need, Outcome};

const LONGEST_CALL: i64 = 6 * 3_600;
const LONGEST_TEXT: usize = 4_000;

pub fn check(new: &NewAttempt, outcome: &Outcome, tasks: &[Task], now: Millis) -> Result<()> {
    let mut errors = FieldErrors::default();
    if !(8..=64).contains(&new.client_id.len())
        || !new.client_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        errors.add("client_id", "client-id");
    }
    if !(0..=LONGEST_CALL).contains(&new.seconds) {
        errors.add("seconds", "call-length");
    }
    for need in &outcome.needs {
        match need {
            Need::AgreedTime => {
                if new.agreed_at.is_none() {
                    errors.add("agreed_at", "agreed-time-missing");
                }
            }
            Need::WhoWhen => {
                let told = new.who_when.as_deref().is_some_and(|w| !w.trim().is_empty());
                if !told && new.agreed_at.is_none() && new.new_phone.is_none() {
                    errors.add("who_when", "who-when-missing");
                }
            }
            Need::Confirm => {
                if !new.confirmed {
                    errors.add("confirmed", "confirm-missing");
                }
            }
        }
    }
    // A draft may be sent hours after the call: what was agreed then may have passed by now.
    if let Some(at) = new.agreed_at {
        if at < new.started_at.min(now) {
            errors.add("agreed_at", "agreed-time-past");
        } else if at > now.plus(90 * Millis::DAY) {
            errors.add("agreed_at", "agreed-time-far");
        }
    }
    let known = |task: Option<kernel::TaskId>| task.is_none_or(|t| tasks.iter().any(|k| k.id == t));
    if !new.answers.iter().all(|a| known(a.task)) || !new.remarks.iter().all(|r| known(r.task)) {
        errors.add("answers", "answer-of-another-task");
    }
    let long = |text: &Option<String>| text.as_ref().is_some_and(|t| t.chars().count() > LONGEST_TEXT);
    if long(&new.note) || long(&new.who_when) || new.answers.iter().any(|a| long(&a.text)) {
        errors.add("note", "text-too-long");
    }
    for remark in &new.remarks {
        if remark.text.trim().is_empty() {
            errors.add("remark", "remark-empty");
        }
        if remark.text.chars().count() > LONGEST_TEXT {
            errors.add("remark", "text-too-long");
        }
    }
    errors.into_result().map_err(|p| match p {
        Problem::Invalid(mut e) => {
            e.0.dedup();
            Problem::Invalid(e)
        }
        other @ (Problem::Refused(_)
        | Problem::NotFound
        | Problem::Forbidden
        | Problem::SignIn
        | Problem::Conflict(_)
        | Problem::Busy(_)
        | Problem::ReadOnly
        | Problem::Internal(_)) => other,
    })
}
