//! A delivery as a form.

use askama::Template;
use axum::extract::Path;
use kernel::{CustomerId, DeliveryId, Problem};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};

use super::cars;
use super::order::yuan;
use crate::customers::store as people;
use crate::identity::pages::form::Form;
use crate::vehicles::edit_delivery::{self, DeliveryForm};
use crate::vehicles::{DeliveryRow, VisitState, store};

#[derive(Template)]
#[template(path = "vehicles/pages/delivery.html")]
struct DeliveryPage {
    ui: Ui,
    form: Form,
    /// `None`: a new one.
    id: Option<DeliveryId>,
    customer: CustomerId,
    cars: Vec<(String, String)>,
}

impl DeliveryPage {
    async fn new(desk: &Desk, form: Form, id: Option<DeliveryId>, customer: CustomerId) -> kernel::Result<Self> {
        let ui = desk.ui();
        Ok(Self { cars: cars(desk, customer, &ui.t("delivery-choose-car")).await?, ui, form, id, customer })
    }
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("/deliveries/{id}"),
            None => format!("/customers/{}/deliveries", self.customer),
        }
    }
}

fn filled(d: &DeliveryRow) -> Form {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    Form::with(&[
        ("version", &d.version.to_string()),
        ("vehicle", &d.vehicle_id.to_string()),
        ("delivered_on", &d.delivered_on.to_string()),
        ("consultant", &text(&d.consultant)),
        ("price", &yuan(d.price_fen)),
        ("note", &text(&d.note)),
        ("cancelled", if d.state == VisitState::Cancelled { "1" } else { "" }),
    ])
}

pub async fn new(desk: Desk, Path(id): Path<CustomerId>) -> Answer {
    people::file(&mut desk.reads(), desk.scope(), id).await?;
    desk.page(&DeliveryPage::new(&desk, Form::default(), None, id).await?)
}

pub async fn create(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let saved = match DeliveryForm::read(&sent) {
        Ok(form) => edit_delivery::add_delivery(desk.db(), desk.scope(), id, &form).await,
        Err(errors) => Err(Problem::Invalid(errors)),
    };
    match saved {
        Ok(()) => desk.see_other(&format!("/customers/{id}?saved")),
        Err(Problem::Invalid(errors)) => {
            people::file(&mut desk.reads(), desk.scope(), id).await?;
            desk.invalid(&DeliveryPage::new(&desk, Form::again(&desk, &sent, &errors), None, id).await?)
        }
        Err(other) => Err(other.into()),
    }
}

pub async fn edit(desk: Desk, Path(id): Path<DeliveryId>) -> Answer {
    let row = store::delivery(&mut desk.reads(), desk.scope(), id).await?;
    desk.page(&DeliveryPage::new(&desk, filled(&row), Some(id), row.customer_id).await?)
}

pub async fn save(desk: Desk, Path(id): Path<DeliveryId>, sent: Fields) -> Answer {
    let version = sent.parsed::<i64>("version").ok_or(Problem::Conflict("delivery-changed"))?;
    let saved = match DeliveryForm::read(&sent) {
        Ok(form) => edit_delivery::save_delivery(desk.db(), desk.scope(), id, version, &form).await,
        Err(errors) => Err(Problem::Invalid(errors)),
    };
    match saved {
        Ok(customer) => desk.see_other(&format!("/customers/{customer}?saved")),
        Err(Problem::Invalid(errors)) => {
            let row = store::delivery(&mut desk.reads(), desk.scope(), id).await?;
            let form = Form::again(&desk, &sent, &errors);
            desk.invalid(&DeliveryPage::new(&desk, form, Some(id), row.customer_id).await?)
        }
        Err(other) => Err(other.into()),
    }
}
