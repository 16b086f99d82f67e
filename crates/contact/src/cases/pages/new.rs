//! A case opened by hand, from the customer's page.

use askama::Template;
use kernel::{Cap, CustomerId, FieldErrors, Problem, Result};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::rulebook;

use super::case::{Choice, KindGroup, department_choices, kind_groups};
use crate::cases::by_hand::{self, NewCase};
use crate::cases::kinds::KindBook;
use crate::cases::ports;

#[derive(Template)]
#[template(path = "cases/pages/new.html")]
struct NewPage {
    ui: Ui,
    customer: CustomerId,
    name: String,
    occasions: Vec<OccasionView>,
    kinds: Vec<KindGroup>,
    departments: Vec<Choice>,
    text: String,
    errors: Vec<ShownError>,
}

struct OccasionView {
    key: String,
    plate: String,
    day: Option<String>,
    what: Option<String>,
    on: bool,
}

pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let customer = fields.parsed("customer").ok_or(Problem::NotFound)?;
    let page = load(&desk, customer, &NewCase::default(), &FieldErrors::default()).await?;
    desk.page(&page)
}

pub async fn save(desk: Desk, fields: Fields) -> Answer {
    let customer: CustomerId = fields.parsed("customer").ok_or(Problem::NotFound)?;
    let form = NewCase {
        kind: fields.get("kind").to_owned(),
        department: fields.get("department").to_owned(),
        about: fields.get("about").to_owned(),
        text: fields.get("text").to_owned(),
    };
    match by_hand::open_by_hand(desk.db(), desk.scope(), customer, &form).await {
        Ok(id) => desk.see_other(&format!("/cases/{id}")),
        Err(Problem::Invalid(errors)) => {
            let page = load(&desk, customer, &form, &errors).await?;
            desk.invalid(&page)
        }
        Err(other) => Err(other.into()),
    }
}

async fn load(desk: &Desk, customer: CustomerId, form: &NewCase, errors: &FieldErrors) -> Result<NewPage> {
    let (scope, ui) = (desk.scope(), desk.ui());
    let (group, store) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    let occasions = ports::occasions(&mut q, scope, customer).await?;
    let name = ports::customer_names(&mut q, group, &[customer]).await?.remove(&customer).unwrap_or_default();
    let book = rulebook::current::<KindBook>(&mut q, group, store).await?;
    Ok(NewPage {
        customer,
        name,
        occasions: occasions
            .into_iter()
            .map(|o| OccasionView {
                on: o.key == form.about,
                key: o.key,
                plate: o.plate,
                day: o.on.map(|d| d.to_string()),
                what: o.what.map(|w| w.chars().take(40).collect()),
            })
            .collect(),
        kinds: kind_groups(&book.body, &form.kind, desk.locale()),
        departments: department_choices(&ui, &form.department),
        text: form.text.clone(),
        errors: desk.show_errors(errors),
        ui,
    })
}

#[derive(Template)]
#[template(
    source = r#"<a class="btn" href="/cases/new?customer={{ customer }}" data-key="n">{{ ui.t("case-new") }} <kbd>N</kbd></a>"#,
    ext = "html"
)]
struct Button {
    ui: Ui,
    customer: i64,
}

/// Slot `customer.actions`: for those who handle cases here.
/// # Errors
/// When the template cannot be rendered.
pub async fn open_button(desk: Desk, customer: i64) -> Result<String> {
    let scope = desk.scope();
    if scope.store.is_none() || !scope.may(Cap::CaseHandle) {
        return Ok(String::new());
    }
    Button { ui: desk.ui(), customer }.render().map_err(Problem::internal)
}
