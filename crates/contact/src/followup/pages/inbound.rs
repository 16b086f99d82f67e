//! A customer calls back: found by `/` or on their page, any open follow-up of theirs opens at once.

use askama::Template;
use axum::extract::Path;
use futures_util::future::BoxFuture;
use kernel::{Cap, CustomerId, GroupId, Result, StoreId};
use people::customers;
use people::search::OpenContacts;
use platform::db::Reads;
use platform::http::{Answer, Desk, Ui};

use super::line_view::{LineView, lines};
use crate::followup::context::Context;
use crate::followup::{lease, lists, store};
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "followup/pages/inbound.html")]
struct ChoosePage {
    ui: Ui,
    rows: Vec<LineView>,
}

/// GET /calls/from/{customer}: the customer's follow-up as an inbound call, a choice where there are several, else the
/// customer's page.
pub async fn show(desk: Desk, Path(customer): Path<CustomerId>) -> Answer {
    let scope = desk.scope();
    let mut q = desk.reads();
    customers::card(&mut q, scope, customer).await?;
    let open = lease::inbound(&mut q, scope, customer).await?;
    match open.as_slice() {
        [] => desk.see_other(&format!("/customers/{customer}")),
        [contact] => desk.see_other(&format!("/calls/{}?in=1", contact.id)),
        [_, ..] => {
            let context = Context::of(&mut q, scope.group, scope.store()?).await?;
            let found = lists::of_customers(&mut q, scope, &[customer], desk.now()).await?;
            let ui = desk.ui();
            let rows = lines(&ui, context.rules(), &HashMap::new(), &found, context.tomorrow(desk.now()));
            desk.page(&ChoosePage { ui, rows })
        }
    }
}

#[derive(Template)]
#[template(
    source = r#"<a class="btn" href="/calls/from/{{ customer }}" data-key="i">{{ ui.t("call-inbound-open") }} <kbd>I</kbd></a>"#,
    ext = "html"
)]
struct Button {
    ui: Ui,
    customer: CustomerId,
}

/// Slot `customer.actions`: shown to agents while a follow-up of the customer waits.
/// # Errors
/// As the database answers.
pub async fn button(desk: Desk, customer: i64) -> Result<String> {
    let scope = desk.scope();
    let customer = CustomerId::new(customer);
    if scope.store.is_none() || !scope.may(Cap::CallWork) {
        return Ok(String::new());
    }
    if lease::inbound(&mut desk.reads(), scope, customer).await?.is_empty() {
        return Ok(String::new());
    }
    Button { ui: desk.ui(), customer }.render().map_err(kernel::Problem::internal)
}

platform::inventory::submit! {
    OpenContacts { of: with_open }
}

fn with_open(
    mut q: Reads,
    group: GroupId,
    at: StoreId,
    customers: Vec<CustomerId>,
) -> BoxFuture<'static, Result<Vec<CustomerId>>> {
    Box::pin(async move { store::waiting_customers(&mut q, group, at, &customers).await })
}
