//! A repair order as a form.

use askama::Template;
use axum::extract::Path;
use kernel::{CustomerId, Fen, Problem, RepairOrderId, StoreDate};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};

use super::cars;
use crate::customers::store as people;
use crate::identity::pages::form::Form;
use crate::vehicles::edit::{self, OrderForm};
use crate::vehicles::{OrderRow, VisitState, store};

#[derive(Template)]
#[template(path = "vehicles/pages/order.html")]
struct OrderPage {
    ui: Ui,
    form: Form,
    /// `None`: a new visit.
    id: Option<RepairOrderId>,
    customer: CustomerId,
    number: Option<String>,
    cars: Vec<(String, String)>,
    appointments: Vec<(String, String)>,
}

impl OrderPage {
    async fn new(
        desk: &Desk,
        form: Form,
        id: Option<RepairOrderId>,
        customer: CustomerId,
        number: Option<String>,
    ) -> kernel::Result<Self> {
        let ui = desk.ui();
        let word = |key: &str| (key.to_owned(), ui.v("appointment", key).into_owned());
        Ok(Self {
            cars: cars(desk, customer, &ui.t("order-no-car")).await?,
            appointments: vec![(String::new(), "--".into()), word("yes"), word("no")],
            ui,
            form,
            id,
            customer,
            number,
        })
    }
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("/repair-orders/{id}"),
            None => format!("/customers/{}/repair-orders", self.customer),
        }
    }
}

/// As `<input type="datetime-local">` wants it; midnight where no time is known.
fn stamp(day: Option<StoreDate>, minute: Option<i64>) -> String {
    let minute = minute.unwrap_or(0);
    day.map(|d| format!("{d}T{:02}:{:02}", minute / 60, minute % 60)).unwrap_or_default()
}

/// 1386.50
pub fn yuan(fen: Option<Fen>) -> String {
    fen.map(|f| format!("{}.{:02}", f.0 / 100, f.0.unsigned_abs() % 100)).unwrap_or_default()
}

fn filled(o: &OrderRow) -> Form {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    Form::with(&[
        ("version", &o.version.to_string()),
        ("vehicle", &o.vehicle_id.map(|v| v.to_string()).unwrap_or_default()),
        ("opened", &stamp(Some(o.opened_on), o.opened_min)),
        ("settled", &stamp(o.settled_on, o.settled_min)),
        ("visitor", &text(&o.visitor_name)),
        ("work_type", &text(&o.work_type)),
        ("items", &text(&o.items)),
        ("mileage_km", &o.mileage_km.map(|k| k.to_string()).unwrap_or_default()),
        ("estimate", &yuan(o.estimate_fen)),
        ("amount", &yuan(o.amount_fen)),
        ("advisor", &text(&o.advisor)),
        (
            "appointment",
            match o.appointment {
                Some(true) => "yes",
                Some(false) => "no",
                None => "",
            },
        ),
        ("cancelled", if o.state == VisitState::Cancelled { "1" } else { "" }),
    ])
}

pub async fn new(desk: Desk, Path(id): Path<CustomerId>) -> Answer {
    people::file(&mut desk.reads(), desk.scope(), id).await?;
    desk.page(&OrderPage::new(&desk, Form::default(), None, id, None).await?)
}

pub async fn create(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let saved = match OrderForm::read(&sent) {
        Ok(form) => edit::add_order(desk.db(), desk.scope(), id, &form).await,
        Err(errors) => Err(Problem::Invalid(errors)),
    };
    match saved {
        Ok(()) => desk.see_other(&format!("/customers/{id}?saved")),
        Err(Problem::Invalid(errors)) => {
            people::file(&mut desk.reads(), desk.scope(), id).await?;
            desk.invalid(&OrderPage::new(&desk, Form::again(&desk, &sent, &errors), None, id, None).await?)
        }
        Err(other) => Err(other.into()),
    }
}

pub async fn edit(desk: Desk, Path(id): Path<RepairOrderId>) -> Answer {
    let order = store::order(&mut desk.reads(), desk.scope(), id).await?;
    desk.page(&OrderPage::new(&desk, filled(&order), Some(id), order.customer_id, order.number).await?)
}

pub async fn save(desk: Desk, Path(id): Path<RepairOrderId>, sent: Fields) -> Answer {
    let version = sent.parsed::<i64>("version").ok_or(Problem::Conflict("order-changed"))?;
    let saved = match OrderForm::read(&sent) {
        Ok(form) => edit::save_order(desk.db(), desk.scope(), id, version, &form).await,
        Err(errors) => Err(Problem::Invalid(errors)),
    };
    match saved {
        Ok(customer) => desk.see_other(&format!("/customers/{customer}?saved")),
        Err(Problem::Invalid(errors)) => {
            let order = store::order(&mut desk.reads(), desk.scope(), id).await?;
            let form = Form::again(&desk, &sent, &errors);
            desk.invalid(&OrderPage::new(&desk, form, Some(id), order.customer_id, order.number).await?)
        }
        Err(other) => Err(other.into()),
    }
}
