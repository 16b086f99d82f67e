//! A car as a form.

use askama::Template;
use axum::extract::Path;
use kernel::{CustomerId, Plate, Problem, VehicleId, Vin};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::transact;

use super::today;
use crate::customers::store as people;
use crate::identity::pages::form::Form;
use crate::vehicles::edit::{self, CarForm};
use crate::vehicles::{self, VehicleRow, store};

#[derive(Template)]
#[template(path = "vehicles/pages/car.html")]
struct CarPage {
    ui: Ui,
    form: Form,
    /// `None`: another car of the customer.
    id: Option<VehicleId>,
    customer: Option<CustomerId>,
}

impl CarPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
    fn action(&self) -> String {
        match (self.id, self.customer) {
            (Some(id), _) => format!("/vehicles/{id}"),
            (None, Some(customer)) => format!("/customers/{customer}/vehicles"),
            (None, None) => String::new(),
        }
    }
    fn back(&self) -> String {
        self.customer.map_or_else(|| "/customers".into(), |c| format!("/customers/{c}"))
    }
}

fn filled(car: &VehicleRow) -> Form {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    Form::with(&[
        ("version", &car.version.to_string()),
        ("vin", car.vin.as_ref().map_or("", Vin::expose)),
        ("plate", car.plate.as_ref().map_or("", Plate::as_str)),
        ("brand", &text(&car.brand)),
        ("series", &text(&car.series)),
        ("model", &text(&car.model)),
        ("colour", &text(&car.colour)),
        ("purchased_on", &car.purchased_on.map(|d| d.to_string()).unwrap_or_default()),
        ("mileage_km", &car.mileage_km.map(|k| k.to_string()).unwrap_or_default()),
    ])
}

pub async fn new(desk: Desk, Path(id): Path<CustomerId>) -> Answer {
    people::file(&mut desk.reads(), desk.scope(), id).await?;
    desk.page(&CarPage { ui: desk.ui(), form: Form::default(), id: None, customer: Some(id) })
}

pub async fn create(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let page =
        |errors| CarPage { ui: desk.ui(), form: Form::again(&desk, &sent, &errors), id: None, customer: Some(id) };
    match CarForm::read(&sent) {
        Ok(form) => {
            edit::add_car(desk.db(), desk.scope(), id, &form, today(&desk)?).await?;
            desk.see_other(&format!("/customers/{id}?saved"))
        }
        Err(errors) => desk.invalid(&page(errors)),
    }
}

pub async fn edit(desk: Desk, Path(id): Path<VehicleId>, sent: Fields) -> Answer {
    let car = store::car(&mut desk.reads(), desk.scope(), id).await?;
    desk.page(&CarPage { ui: desk.ui(), form: filled(&car), id: Some(id), customer: sent.parsed("customer") })
}

pub async fn save(desk: Desk, Path(id): Path<VehicleId>, sent: Fields) -> Answer {
    let customer = sent.parsed::<CustomerId>("customer");
    let version = sent.parsed::<i64>("version").ok_or(Problem::Conflict("vehicle-changed"))?;
    let saved = match CarForm::read(&sent) {
        Ok(form) => edit::save_car(desk.db(), desk.scope(), id, version, &form, today(&desk)?).await,
        Err(errors) => Err(Problem::Invalid(errors)),
    };
    match saved {
        Ok(()) => desk.see_other(&customer.map_or_else(|| "/customers".into(), |c| format!("/customers/{c}?saved"))),
        Err(Problem::Invalid(errors)) => {
            store::car(&mut desk.reads(), desk.scope(), id).await?;
            let form = Form::again(&desk, &sent, &errors);
            desk.invalid(&CarPage { ui: desk.ui(), form, id: Some(id), customer })
        }
        Err(other) => Err(other.into()),
    }
}

/// Sold today.
pub async fn end_owner(desk: Desk, Path((id, customer)): Path<(VehicleId, CustomerId)>) -> Answer {
    let day = today(&desk)?;
    transact!(desk.db(), desk.scope(), |tx| {
        people::file(tx, desk.scope(), customer).await?;
        vehicles::end_ownership(tx, id, customer, day, "by hand").await
    })?;
    desk.see_other(&format!("/customers/{customer}?saved"))
}
