//! One-time links: a GET shows a button, only the POST uses the link up.

use askama::Template;
use axum::extract::Path;
use kernel::{FieldErrors, Problem};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};

use super::form::Form;
use super::{from, signed_in};
use crate::identity::link::{Purpose, Shown, enter_demo, look, set_password};
use crate::identity::setup::{FirstRun, set_up};

#[derive(Template)]
#[template(path = "identity/pages/link_password.html")]
struct PasswordPage {
    ui: Ui,
    form: Form,
    token: String,
    name: String,
}

#[derive(Template)]
#[template(path = "identity/pages/link_demo.html")]
struct DemoPage {
    ui: Ui,
    errors: Vec<ShownError>,
    token: String,
    name: String,
}

#[derive(Template)]
#[template(path = "identity/pages/setup.html")]
struct SetupPage {
    ui: Ui,
    form: Form,
    token: String,
}

#[derive(Template)]
#[template(path = "identity/pages/link_gone.html")]
struct GonePage {
    ui: Ui,
}

impl PasswordPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}
impl SetupPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}

fn page(desk: &Desk, token: String, shown: Shown, form: Form) -> Answer {
    let ui = desk.ui();
    let bad = !form.errors.is_empty();
    match shown.purpose {
        Purpose::Setup | Purpose::Group => answer(desk, bad, &SetupPage { ui, form, token }),
        Purpose::Password => answer(desk, bad, &PasswordPage { ui, form, token, name: shown.name }),
        Purpose::Demo => answer(desk, bad, &DemoPage { ui, errors: form.errors, token, name: shown.name }),
    }
}

fn answer(desk: &Desk, bad: bool, page: &impl Template) -> Answer {
    if bad { desk.invalid(page) } else { desk.page(page) }
}

fn gone(desk: &Desk) -> Answer {
    let mut answer = desk.page(&GonePage { ui: desk.ui() })?;
    *answer.status_mut() = axum::http::StatusCode::NOT_FOUND;
    Ok(answer)
}

/// GET /links/{token}
pub async fn show(desk: Desk, Path(token): Path<String>) -> Answer {
    match look(desk.db(), &token, from(&desk)).await {
        Ok(shown) => page(&desk, token, shown, Form::default()),
        Err(Problem::NotFound) => gone(&desk),
        Err(other) => Err(other.into()),
    }
}

/// POST /links/{token}
pub async fn consume(desk: Desk, Path(token): Path<String>, fields: Fields) -> Answer {
    let shown = match look(desk.db(), &token, from(&desk)).await {
        Ok(shown) => shown,
        Err(Problem::NotFound) => return gone(&desk),
        Err(other) => return Err(other.into()),
    };
    let device = desk.ctx().device_mark.as_deref();
    let raw = |name: &str| fields.0.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str());
    let outcome = match shown.purpose {
        Purpose::Password if raw("password") != raw("again") => Err(Problem::invalid("again", "password.differs")),
        Purpose::Password => set_password(desk.db(), &token, raw("password"), device, from(&desk)).await,
        Purpose::Demo => enter_demo(desk.db(), &token, device, from(&desk)).await,
        Purpose::Setup | Purpose::Group => {
            let text = |name: &str| fields.get(name).to_owned();
            let form = FirstRun {
                group: text("group"),
                store: text("store"),
                code: text("code"),
                name: text("name"),
                login: text("login"),
                password: raw("password").to_owned(),
                again: raw("again").to_owned(),
                locale: desk.locale().key().to_owned(),
            };
            set_up(desk.db(), &token, &form, device, from(&desk)).await
        }
    };
    match outcome {
        Ok(signed) => Ok(signed_in(&desk, desk.see_other("/")?, &signed)),
        Err(Problem::NotFound) => gone(&desk),
        Err(Problem::Invalid(errors)) => page(&desk, token, shown, Form::again(&desk, &fields, &errors)),
        Err(Problem::Refused("loopback-only")) => {
            let mut errors = FieldErrors::default();
            errors.add("", "loopback-only");
            page(&desk, token, shown, Form::again(&desk, &fields, &errors))
        }
        Err(other) => Err(other.into()),
    }
}
