use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse as _;
use kernel::{ContactId, Problem, Scope, TaskId, VehicleId};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::rulebook::{self, Versioned};
use platform::transact;
use std::sync::Arc;

use super::attempt_form::{self, Ground};
use crate::followup::context::Context;
use crate::followup::model::Saved;
use crate::followup::outcomes::{Outcome, Outcomes};
use crate::followup::{attempts, people_port, queue, store};
use crate::scripts::{self, AskFor, Question, Script, ScriptBook};

/// POST /calls/{contact}/attempts: the call as the agent leaves it. A draft sent again, or after somebody else has
/// worked on the contact, is accepted too.
pub async fn create(desk: Desk, Path(contact): Path<ContactId>, headers: HeaderMap, fields: Fields) -> Answer {
    let scope = &scope_of(&desk, contact).await?;
    // A draft of somebody who has signed out since waits for them; it is not sent in another's name.
    let writer = headers.get("zy-user").and_then(|v| v.to_str().ok());
    if writer.is_some_and(|w| w != desk.who().user.to_string()) {
        return Err(Problem::SignIn.into());
    }
    let (group, store_id) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    let context = Context::of(&mut q, group, store_id).await?;
    let outcomes = rulebook::current::<Outcomes>(&mut q, group, store_id).await?;
    let book = book(&desk, &context, &fields).await?;
    let (asks, sold) = asks_of(&desk, &context, contact, &fields, &book.body).await?;
    let scripts: Vec<(TaskId, &Script)> = asks.iter().map(|a| (a.task, a.script)).collect();
    let chosen = scripts::choose(&asks, context.rules().max_vehicles());
    let ground = Ground {
        contact,
        tasks: &scripts,
        chosen: &chosen,
        sold: &sold,
        outcomes: &outcomes.body,
        calendar: &context.cal,
        now: desk.now(),
    };
    let mut attempt = attempt_form::read(&fields, &ground).map_err(Problem::Invalid)?;
    let open = attempt_form::left_open(&fields, &ground, &attempt.outcome);
    if !open.is_empty() {
        attempt.note = Some(with_reason(&desk.ui(), attempt.note.take(), &open, outcomes.body.get(&attempt.outcome)));
    }
    let saved = transact!(desk.db(), scope, |tx| { attempts::save(tx, &attempt).await })?;
    let stays = outcomes.body.get(&attempt.outcome).is_some_and(|o| o.next == crate::followup::outcomes::Next::AtOnce);
    let elsewhere = scope.store != desk.scope().store;
    let next = if elsewhere { "/".to_owned() } else { next_page(&desk, contact, &saved, stays).await? };
    answer(&desk, &headers, &next)
}

/// Why a call that was said to be complete is stored as partly so, after what the agent noted.
fn with_reason(ui: &Ui, note: Option<String>, open: &[&Question], stored_as: Option<&Outcome>) -> String {
    // Asked of each car, it is named once.
    let mut list: Vec<String> = Vec::new();
    for name in open.iter().map(|q| ui.label(&q.short)) {
        if !list.contains(&name) {
            list.push(name);
        }
    }
    let reason = ui
        .k("call-must-note")
        .s("list", list.join(&ui.t("call-must-join")))
        .s("outcome", stored_as.map(|o| ui.label(&o.label)).unwrap_or_default())
        .to_string();
    note.into_iter().chain([reason]).collect::<Vec<_>>().join("\n")
}

/// A draft belongs to the store of its contact: whoever has switched to another one since, and still works in both,
/// sends it there.
async fn scope_of(desk: &Desk, contact: ContactId) -> Result<Scope, Problem> {
    let mut scope = desk.scope().clone();
    let theirs = store::store_of(&mut desk.reads(), scope.group, contact).await?;
    if let Some(theirs) = theirs.filter(|s| scope.posts.iter().any(|p| p.stores.holds(*s))) {
        scope.store = Some(theirs);
    }
    Ok(scope)
}

/// The edition that stood on the screen; the effects of its options count, not those of a later one.
async fn book(desk: &Desk, context: &Context, fields: &Fields) -> Result<Arc<Versioned<ScriptBook>>, Problem> {
    let (group, store_id) = (context.group, context.store);
    let mut q = desk.reads();
    match fields.parsed::<i64>("script_version") {
        Some(version) => rulebook::at_version::<ScriptBook>(&mut q, group, store_id, version).await,
        None => rulebook::current::<ScriptBook>(&mut q, group, store_id).await,
    }
}

/// The tasks of the page that are this contact's, in the page's order, as the page asked about them.
async fn asks_of<'a>(
    desk: &Desk,
    context: &Context,
    contact: ContactId,
    fields: &Fields,
    book: &'a ScriptBook,
) -> Result<(Vec<AskFor<'a>>, Vec<TaskId>), Problem> {
    let scope = desk.scope();
    let mut q = desk.reads();
    let held = store::contact(&mut q, scope.group, context.store, contact).await?;
    let fleet = people_port::is_fleet(&mut q, scope.group, held.customer_id).await?;
    let known = store::tasks_of(&mut q, scope.group, &[contact]).await?;
    let asked: Vec<TaskId> = fields.all("task").filter_map(|t| t.parse().ok()).collect();
    let order: Vec<TaskId> = if asked.is_empty() { known.iter().map(|t| t.id).collect() } else { asked };
    let cars: Vec<VehicleId> = fields.all("sold").filter_map(|v| v.parse().ok()).collect();
    let gone = known.iter().filter(|t| t.vehicle_id.is_some_and(|v| cars.contains(&v)));
    let sold: Vec<TaskId> = gone.map(|t| t.id).collect();
    let asks = order
        .into_iter()
        .filter_map(|id| known.iter().find(|t| t.id == id))
        .filter_map(|task| {
            let script = book.script(super::call_data::script_key(context.rules(), &task.kind))?;
            Some(super::call_data::ask_for(task, script, fleet))
        })
        .collect();
    Ok((asks, sold))
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
