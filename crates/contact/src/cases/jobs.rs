//! Deadlines that are over reach who has to act: the owner and, where the manager has not done his step, the general
//! manager; for a re-call the agent who has it and whoever distributes the work.

use kernel::{Cap, Id, Millis, Result, Scope, UserId};
use platform::db::{Db, Tx};
use platform::http::App;
use platform::jobs::{Every, Worker};
use platform::transact;
use serde_json::json;

use super::model::{State, StepKind};
use super::record::{self, Line};
use super::store::{CaseRow, Late};
use super::{handle, open, ports, recalendar, store};

pub fn all() -> Vec<Every> {
    vec![Every {
        kind: "cases-overdue",
        minutes: 5,
        run: |app: App, now| Box::pin(async move { overdue(&app.db, now).await.map(|_| ()) }),
    }]
}

/// Work queued by other verbs.
pub fn workers() -> Vec<Worker> {
    vec![Worker { kind: recalendar::KIND, run: |app, job| Box::pin(recalendar::run(app, job)) }]
}

/// Tells of every deadline that is over, once: the owner (without one the department), where the manager's own step is
/// missing the general manager, where a re-call is missing its agent and the supervisors. Answers how many.
/// # Errors
/// As the database answers.
pub async fn overdue(db: &Db, now: Millis) -> Result<usize> {
    let (mut done, mut after) = (0, (Millis(0), Id::new(0)));
    loop {
        let late = store::late(&mut db.reads(), now, after).await?;
        let Some(last) = late.last() else { return Ok(done) };
        after = (last.due, last.id);
        for case in late {
            // One that cannot be read must not hold up the others.
            match mark(db, &case, now).await {
                Ok(told) => done += usize::from(told),
                Err(problem) => tracing::error!(case = %case.id, %problem, "a missed deadline could not be told"),
            }
        }
    }
}

async fn mark(db: &Db, late: &Late, now: Millis) -> Result<bool> {
    let scope = Scope::system(late.group_id, Some(late.store_id));
    transact!(db, &scope, |tx| {
        // Read again inside: somebody may have made the call meanwhile.
        let Some(case) = store::by_id(tx, late.group_id, late.id).await? else { return Ok(false) };
        let state = case.state()?;
        if !state.is_overdue(now) || case.overdue_at.is_some() {
            return Ok(false);
        }
        let of_manager = match state {
            State::Waiting { .. } | State::Contacted { .. } | State::Undecided { .. } => true,
            // The re-call is the agents' work: it stands first in their queue.
            State::Recall { .. } => false,
            State::Closed { .. } | State::Withdrawn { .. } => return Ok(false),
        };
        let mut after = case.clone();
        after.overdue_at = Some(now);
        let args = json!({ "overdue": true, "state": case.state });
        let mut told = match case.owner_id {
            Some(owner) => vec![owner],
            None => open::managers(tx, case.store_id, case.department).await?,
        };
        if of_manager && !case.is_escalated() {
            handle::raise(tx, &case, after.clone(), Line::new(StepKind::Escalated, None).with(args)).await?;
        } else {
            record::keep(tx, &case, &after, Line::new(StepKind::Overdue, None).with(args)).await?;
            told.extend(match of_manager {
                // Already before the general manager: another step is missing now, so he hears of that, too.
                true => ports::holders(tx, late.group_id, case.store_id, Cap::CaseDecide, None).await?,
                false => callers(tx, &case).await?,
            });
        }
        record::notify(tx, &told, "case_overdue", &after).await?;
        Ok(true)
    })
}

/// Who can still make the re-call: the agent whose queue it is in, and those who may give it to another.
async fn callers(tx: &mut Tx, case: &CaseRow) -> Result<Vec<UserId>> {
    let group = tx.scope().group;
    let mut people = ports::holders(tx, group, case.store_id, Cap::QueueAssign, None).await?;
    if let Some(task) = case.recall_task_id {
        people.extend(ports::agent_of(tx, task).await?);
    }
    Ok(people)
}
