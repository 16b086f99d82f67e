//! What is done with a case: one form, one verb. What could not be saved comes back as it was typed.

use axum::extract::Path;
use kernel::{CaseId, Problem, Result};
use platform::http::{Answer, Desk, Fields};
use serde_json::json;

use super::case::{self, Typed};
use crate::cases::classify::{self, ClassForm};
use crate::cases::handle::{self, ResultForm};
use crate::cases::{assign, take};

/// Back to the case; with a field at fault or a newer version, the form as it was filled in.
async fn answer(desk: &Desk, id: CaseId, typed: Typed, outcome: Result<()>) -> Answer {
    match outcome {
        Ok(()) => desk.see_other(&format!("/cases/{id}")),
        Err(Problem::Invalid(errors)) => case::again(desk, id, typed, &errors).await,
        Err(Problem::Conflict(_)) => case::told(desk, id, typed).await,
        Err(other) => Err(other.into()),
    }
}

fn seen(fields: &Fields) -> i64 {
    // Without a version nothing was seen, and nothing is overwritten.
    fields.parsed("version").unwrap_or(0)
}

fn typed(form: &'static str, fields: &Fields) -> Typed {
    Typed { form, text: fields.get("text").to_owned(), ..Typed::default() }
}

/// With a person named: theirs; without: one's own.
pub async fn own(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    if !fields.has("user") {
        let outcome = take(desk.db(), desk.scope(), id, seen(&fields)).await;
        return answer(&desk, id, Typed::default(), outcome).await;
    }
    let to = fields.parsed("user");
    let outcome = assign(desk.db(), desk.scope(), id, seen(&fields), to).await;
    answer(&desk, id, typed("assign", &fields), outcome).await
}

pub async fn reclassify(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let form = ClassForm {
        kind: fields.get("kind").to_owned(),
        department: fields.get("department").to_owned(),
        why: fields.get("why").to_owned(),
    };
    let typed = Typed { form: "class", text: form.why.clone(), kind: Some(form.clone()), ..Typed::default() };
    let outcome = classify::reclassify(desk.db(), desk.scope(), id, seen(&fields), &form).await;
    // Handed to another department: it may be out of sight now.
    if outcome.is_ok() && handle::read(&mut desk.reads(), desk.scope(), id).await.is_err() {
        return desk.see_other("/cases");
    }
    answer(&desk, id, typed, outcome).await
}

pub async fn contact(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let outcome = handle::contact(desk.db(), desk.scope(), id, seen(&fields), fields.get("text")).await;
    answer(&desk, id, typed("contact", &fields), outcome).await
}

pub async fn resolve(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let form = ResultForm {
        cause_kind: fields.get("cause_kind").to_owned(),
        cause: fields.get("cause").to_owned(),
        text: fields.get("text").to_owned(),
    };
    let mut typed = typed("result", &fields);
    typed.cause.clone_from(&form.cause);
    typed.cause_kind.clone_from(&form.cause_kind);
    let outcome = handle::resolve(desk.db(), desk.scope(), id, seen(&fields), &form).await;
    // The same cause again is a matter of this field, not of the page.
    let outcome = outcome.map_err(|p| match p {
        Problem::Refused("case-cause-again") => Problem::invalid("cause", "case-cause-again"),
        other => other,
    });
    answer(&desk, id, typed, outcome).await
}

pub async fn fill(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let given: Vec<(String, String)> =
        fields.starting("f.").map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let title = fields.has("title").then(|| fields.get("title"));
    let outcome = handle::fill(desk.db(), desk.scope(), id, seen(&fields), &given, title).await;
    let typed = Typed { form: "fields", fields: given.clone(), ..Typed::default() };
    answer(&desk, id, typed, outcome).await
}

pub async fn note(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let outcome = handle::note(desk.db(), desk.scope(), id, seen(&fields), fields.get("text")).await;
    answer(&desk, id, typed("note", &fields), outcome).await
}

pub async fn escalate(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let outcome = handle::escalate(desk.db(), desk.scope(), id, seen(&fields), fields.get("text")).await;
    answer(&desk, id, typed("escalate", &fields), outcome).await
}

pub async fn decide(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let outcome = handle::decide(desk.db(), desk.scope(), id, seen(&fields), fields.get("text")).await;
    answer(&desk, id, typed("decide", &fields), outcome).await
}

pub async fn recall_again(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let outcome = handle::recall_again(desk.db(), desk.scope(), id, seen(&fields)).await;
    answer(&desk, id, Typed::default(), outcome).await
}

pub async fn give_up(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let outcome = handle::give_up(desk.db(), desk.scope(), id, seen(&fields), fields.get("text")).await;
    answer(&desk, id, typed("give-up", &fields), outcome).await
}

pub async fn reopen(desk: Desk, Path(id): Path<CaseId>, fields: Fields) -> Answer {
    let outcome = handle::reopen(desk.db(), desk.scope(), id, seen(&fields), fields.get("text")).await;
    answer(&desk, id, typed("reopen", &fields), outcome).await
}

/// The number as JSON: `{mode, value, seconds}`.
pub async fn dial(desk: Desk, Path(id): Path<CaseId>) -> Answer {
    let dialled = handle::dial(desk.db(), desk.scope(), id).await?;
    desk.json(&json!({ "mode": dialled.mode, "value": dialled.digits.expose(), "seconds": dialled.seconds }))
}
