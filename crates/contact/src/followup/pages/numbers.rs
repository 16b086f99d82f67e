use askama::Template;
use axum::extract::Path;
use kernel::{ContactId, FieldErrors, Problem};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::transact;
use std::collections::HashMap;

use super::attempt_form;
use super::line_view::{LineView, lines};
use crate::followup::context::Context;
use crate::followup::{lists, numbers};

#[derive(Template)]
#[template(path = "followup/pages/numbers.html")]
struct NumbersPage {
    ui: Ui,
    rows: Vec<LineView>,
    more: Option<String>,
}

/// GET /queue/numbers: contacts without a number that could be dialled.
pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let scope = desk.scope();
    let mut q = desk.reads();
    let context = Context::of(&mut q, scope.group, scope.store()?).await?;
    let (found, next) = lists::numbers_needed(&mut q, scope, fields.opt("from"), desk.now()).await?;
    let ui = desk.ui();
    let page = NumbersPage {
        rows: lines(&ui, context.rules(), &HashMap::new(), &found, context.tomorrow(desk.now())),
        more: next.map(|n| format!("/queue/numbers?from={n}")),
        ui,
    };
    desk.page(&page)
}

/// POST /calls/{contact}/number: a number was found; back to the queue with it.
pub async fn supply(desk: Desk, Path(contact): Path<ContactId>, fields: Fields) -> Answer {
    let mut errors = FieldErrors::default();
    let phone = attempt_form::phone(fields.get("new_phone"), &mut errors).ok_or(Problem::Invalid(errors))?;
    transact!(desk.db(), desk.scope(), |tx| { numbers::supply(tx, contact, &phone).await })?;
    desk.see_other("/queue/numbers")
}
