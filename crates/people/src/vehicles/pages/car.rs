//! A car as a form.

use askama::Template;
use axum::extract::Path;
use kernel::{CustomerId, FieldErrors, Plate, Problem, VehicleId, Vin};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::transact;

use super::today;
use crate::customers::store as people;
use crate::identity::pages::form::Form;
use crate::vehicles::edit::{self, Added, CarForm};
use crate::vehicles::{self, VehicleRow, store};

#[derive(Template)]
#[template(path = "vehicles/pages/car.html")]
struct CarPage {
    ui: Ui,
    form: Form,
    /// `None`: another car of the customer.
    id: Option<VehicleId>,
    customer: Option<CustomerId>,
    /// Whoever has the car of this VIN: it passes on only when that is confirmed.
    ask: Option<String>,
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
    desk.page(&CarPage { ui: desk.ui(), form: Form::default(), id: None, customer: Some(id), ask: None })
}

pub async fn create(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let page = |errors, ask| CarPage {
        ui: desk.ui(),
        form: Form::again(&desk, &sent, &errors),
        id: None,
        customer: Some(id),
        ask,
    };
    let form = match CarForm::read(&sent) {
        Ok(form) => form,
        Err(errors) => return desk.invalid(&page(errors, None)),
    };
    // Said for this VIN: another one is asked about anew.
    let said = sent.opt("take_over").is_some_and(|vin| Vin::parse(vin).ok() == form.car.vin);
    match edit::add_car(desk.db(), desk.scope(), id, &form, said, today(&desk)?).await? {
        Added::Done => desk.see_other(&format!("/customers/{id}?saved")),
        Added::AskFirst(names) => {
            let ui = desk.ui();
            let mut errors = FieldErrors::default();
            errors.add("vin", "vin-of-another");
            let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
            let who = if names.is_empty() { ui.t("vehicle-somebody").into_owned() } else { names.join("、") };
            desk.invalid(&page(errors, Some(who)))
        }
    }
}

pub async fn edit(desk: Desk, Path(id): Path<VehicleId>, sent: Fields) -> Answer {
    let car = store::car(&mut desk.reads(), desk.scope(), id).await?;
    desk.page(&CarPage {
        ui: desk.ui(),
        form: filled(&car),
        id: Some(id),
        customer: sent.parsed("customer"),
        ask: None,
    })
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
            desk.invalid(&CarPage { ui: desk.ui(), form, id: Some(id), customer, ask: None })
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
