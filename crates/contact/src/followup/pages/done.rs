//! A contact that is done: what was recorded, and for ten minutes the way back.

use askama::Template;
use kernel::CustomerId;
use platform::http::{Answer, Desk, Ui};

use super::call_data::CallData;
use super::call_history::{self, Past};
use super::line_view::KindPill;
use super::words;
use crate::followup::model::ContactState;

#[derive(Template)]
#[template(path = "followup/pages/done.html")]
struct DonePage {
    ui: Ui,
    customer: CustomerId,
    person: String,
    kinds: Vec<KindPill>,
    history: Vec<Past>,
    /// Another of theirs waits.
    waits: bool,
}

pub async fn page(desk: &Desk, data: &CallData) -> Answer {
    let ui = desk.ui();
    let scope = desk.scope();
    let contact = &data.view.contact;
    let waiting = crate::followup::store::waiting_of_customer(
        &mut desk.reads(),
        scope.group,
        scope.store()?,
        contact.customer_id,
    )
    .await?;
    let page = DonePage {
        customer: contact.customer_id,
        person: data.view.person.clone(),
        kinds: words::kind_pills(&ui, data.context.rules(), contact.kinds()),
        history: call_history::load(desk, data).await?,
        waits: waiting.iter().any(|c| c.id != contact.id && c.state != ContactState::Done),
        ui,
    };
    desk.page(&page)
}
