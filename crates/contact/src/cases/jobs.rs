//! Overdue contacts reach the general manager.

use kernel::{Millis, Result, Scope};
use platform::db::Db;
use platform::http::App;
use platform::jobs::{Every, Worker};
use platform::transact;
use serde_json::json;

use super::model::{State, StepKind};
use super::record::Line;
use super::{handle, recalendar, store};

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

/// Escalates every case that waits for contact past its deadline; once per round. Answers how many.
/// # Errors
/// As the database answers.
pub async fn overdue(db: &Db, now: Millis) -> Result<usize> {
    let mut done = 0;
    for place in store::late(&mut db.reads(), now).await? {
        let scope = Scope::system(place.group_id, Some(place.store_id));
        let raised = transact!(db, &scope, |tx| {
            // Read again inside: somebody may have made the call meanwhile.
            let Some(case) = store::by_id(tx, place.group_id, place.id).await? else { return Ok(false) };
            let still = matches!(case.state()?, State::Waiting { due, .. } if due < now) && case.escalated_at.is_none();
            if still {
                let line = Line::new(StepKind::Escalated, None).with(json!({ "overdue": true }));
                handle::raise(tx, &case, line).await?;
            }
            Ok(still)
        })?;
        done += usize::from(raised);
    }
    Ok(done)
}
