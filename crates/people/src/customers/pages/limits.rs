//! How many numbers somebody may look up, for the store worked in.

use askama::Template;
use kernel::{FieldErrors, Problem};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::{settings, transact};

use crate::customers::watch::{LIMITS, Limit, limit};
use crate::identity::pages::form::Form;

#[derive(Template)]
#[template(path = "customers/pages/limits.html")]
struct LimitsPage {
    ui: Ui,
    form: Form,
    saved: bool,
}

impl LimitsPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
    fn limits(&self) -> [Limit; 3] {
        LIMITS
    }
}

/// Name of the field of a limit.
fn field(of: Limit) -> &'static str {
    match of.name {
        "reveals-per-hour" => "reveals_hour",
        "reveals-per-day" => "reveals_day",
        _ => "fragments_hour",
    }
}

pub async fn show(desk: Desk, sent: Fields) -> Answer {
    let mut values = Vec::new();
    for of in LIMITS {
        let now = limit(&mut desk.reads(), desk.scope().group, desk.scope().store, of).await?;
        values.push((field(of), now.to_string()));
    }
    let shown: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
    desk.page(&LimitsPage { ui: desk.ui(), form: Form::with(&shown), saved: sent.has("saved") })
}

pub async fn save(desk: Desk, sent: Fields) -> Answer {
    let store = desk.scope().store.ok_or(Problem::Refused("no-store"))?;
    let mut errors = FieldErrors::default();
    let mut wanted = Vec::new();
    for of in LIMITS {
        // Left empty, it is the shipped one.
        let value = match sent.opt(field(of)) {
            None => Some(of.shipped),
            Some(text) => text.parse::<i64>().ok().filter(|n| (of.least..=of.most).contains(n)),
        };
        match value {
            Some(value) => wanted.push((of, value)),
            None => errors.add_with(field(of), "limit-range", format!("{}～{}", of.least, of.most)),
        }
    }
    if !errors.is_empty() {
        return desk.invalid(&LimitsPage { ui: desk.ui(), form: Form::again(&desk, &sent, &errors), saved: false });
    }
    transact!(desk.db(), desk.scope(), |tx| {
        for (of, value) in &wanted {
            settings::set(tx, Some(store), of.name, &value.to_string()).await?;
        }
        Ok(())
    })?;
    desk.see_other("/customers/limits?saved")
}
