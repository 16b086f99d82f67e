use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse as _;
use kernel::{ContactId, Problem, TaskId};
use platform::http::{Answer, Desk, Fields};
use platform::rulebook::{self, Versioned};
use platform::transact;
use std::sync::Arc;

use super::attempt_form::{self, Ground};
use crate::followup::context::Context;
use crate::followup::model::Saved;
use crate::followup::outcomes::Outcomes;
use crate::followup::{attempts, queue, store};
use crate::scripts::{Script, ScriptBook};

/// POST /calls/{contact}/attempts: the call as the agent leaves it. A draft sent again, or after somebody else has
/// worked on the contact, is accepted too.
pub async fn create(desk: Desk, Path(contact): Path<ContactId>, headers: HeaderMap, fields: Fields) -> Answer {
    let scope = desk.scope();
    // A draft of somebody who has signed out since waits for them; it is not sent in another's name.
    let writer = headers.get("zy-user").and_then(|v| v.to_str().ok());
    if writer.is_some_and(|w| w != desk.who().user.to_string()) {
        return Err(Problem::SignIn.into());
    }
    let (group, store_id) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    let context = Context::of(&mut q, group, store_id).await?;
    let outcomes = rulebook::current::<Outcomes>(&mut q, group, store_id).await?;
    let book = book(&desk, &fields).await?;
    let scripts = scripts_of(&desk, &context, contact, &fields, &book.body).await?;
    let ground = Ground { contact, tasks: &scripts, outcomes: &outcomes.body, calendar: &context.cal, now: desk.now() };
    let attempt = attempt_form::read(&fields, &ground).map_err(Problem::Invalid)?;
    let saved = transact!(desk.db(), scope, |tx| { attempts::save(tx, &attempt).await })?;
    let stays = outcomes.body.get(&attempt.outcome).is_some_and(|o| o.next == crate::followup::outcomes::Next::AtOnce);
    let next = next_page(&desk, contact, &saved, stays).await?;
    answer(&desk, &headers, &next)
}

/// The edition that stood on the screen; the effects of its options count, not those of a later one.
async fn book(desk: &Desk, fields: &Fields) -> Result<Arc<Versioned<ScriptBook>>, Problem> {
    let scope = desk.scope();
    let (group, store_id) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    match fields.parsed::<i64>("script_version") {
        Some(version) => rulebook::at_version::<ScriptBook>(&mut q, group, store_id, version).await,
        None => rulebook::current::<ScriptBook>(&mut q, group, store_id).await,
    }
}

/// The tasks of the page that are this contact's, in the page's order, with the scripts of their rules.
async fn scripts_of<'a>(
    desk: &Desk,
    context: &Context,
    contact: ContactId,
    fields: &Fields,
    book: &'a ScriptBook,
) -> Result<Vec<(TaskId, &'a Script)>, Problem> {
    let scope = desk.scope();
    let mut q = desk.reads();
    store::contact(&mut q, scope.group, context.store, contact).await?;
    let known = store::tasks_of(&mut q, scope.group, &[contact]).await?;
    let asked: Vec<TaskId> = fields.all("task").filter_map(|t| t.parse().ok()).collect();
    let order: Vec<TaskId> = if asked.is_empty() { known.iter().map(|t| t.id).collect() } else { asked };
    Ok(order
        .into_iter()
        .filter_map(|id| known.iter().find(|t| t.id == id))
        .filter_map(|task| book.script(super::call_data::script_key(context.rules(), &task.kind)).map(|s| (task.id, s)))
        .collect())
}

/// On to the next customer; the same one after a broken line; the queue for what came late or nothing is left.
async fn next_page(desk: &Desk, contact: ContactId, saved: &Saved, stays: bool) -> Result<String, Problem> {
    let after = saved.attempt;
    if !saved.first || saved.arrived_late {
        return Ok(format!("/queue?after={after}"));
    }
    if stays {
        return Ok(format!("/calls/{contact}?after={after}"));
    }
    let lease = transact!(desk.db(), desk.scope(), |tx| { queue::next_for(tx).await })?;
    Ok(match lease {
        Some(lease) => format!("/calls/{}?after={after}", lease.contact),
        None => format!("/queue?after={after}"),
    })
}

/// A draft is told by headers (its client id back, and where to go); a plain form is led on.
fn answer(desk: &Desk, headers: &HeaderMap, next: &str) -> Answer {
    let Some(client) = headers.get("zy-client") else { return desk.see_other(next) };
    let mut told = StatusCode::NO_CONTENT.into_response();
    let out = told.headers_mut();
    out.insert(HeaderName::from_static("zy-client"), client.clone());
    if let Ok(value) = HeaderValue::from_str(next) {
        out.insert(HeaderName::from_static("zy-next"), value);
    }
    Ok(told)
}
