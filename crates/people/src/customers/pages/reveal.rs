//! A number in full, once, for a reason.

use askama::Template;
use axum::extract::Path;
use kernel::{CustomerId, PhoneLineId, Problem};
use platform::http::{Answer, Desk, Fields, Ui};

use crate::customers::reveal::{self, RevealReason};

#[derive(Template)]
#[template(path = "customers/pages/reveal.html")]
struct RevealPage {
    ui: Ui,
    customer: CustomerId,
    number: String,
}

#[derive(Template)]
#[template(source = "<b>{{ number }}</b>", ext = "html")]
struct RevealPart {
    number: String,
}

pub async fn create(desk: Desk, Path((id, line)): Path<(CustomerId, PhoneLineId)>, sent: Fields) -> Answer {
    let reason = RevealReason::parse(sent.get("reason")).ok_or_else(|| Problem::invalid("reason", "choice"))?;
    let phone = reveal::reveal(desk.db(), desk.scope(), id, line, reason).await?;
    let number = phone.expose().to_owned();
    if desk.is_htmx() {
        desk.fragment(&RevealPart { number })
    } else {
        desk.page(&RevealPage { ui: desk.ui(), customer: id, number })
    }
}
