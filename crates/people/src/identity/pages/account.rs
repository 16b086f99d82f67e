//! My account: language, theme, keys, password, devices.

use askama::Template;
use axum::extract::Path;
use kernel::{Problem, SessionId, StoreId};
use platform::http::{Answer, Desk, Failure, Fields, ShownError, Ui};
use platform::transact;

use super::form::Form;
use super::{from, languages, signed_out};
use crate::identity::preferences::{self, Theme};
use crate::identity::session::{self, Device};
use crate::identity::sign_in::change_password;

#[derive(Template)]
#[template(path = "identity/pages/account.html")]
struct AccountPage {
    ui: Ui,
    form: Form,
    languages: Vec<(String, String)>,
    themes: Vec<(String, String)>,
    keys_off: bool,
    /// Rows of the table of keys, by whoever has keys.
    keys: String,
    devices: Vec<Device>,
    session: SessionId,
    saved: bool,
}

impl AccountPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}

async fn page(desk: &Desk, form: Option<Form>, saved: bool) -> Result<AccountPage, Failure> {
    let who = desk.who();
    let keys: serde_json::Value = serde_json::from_str(&who.key_map).unwrap_or_default();
    let ui = desk.ui();
    let themes = Theme::ALL.iter().map(|t| (t.key().to_owned(), ui.v("identity-theme", t).into_owned())).collect();
    Ok(AccountPage {
        form: form.unwrap_or_else(|| Form::with(&[("locale", who.locale.key()), ("theme", &who.theme)])),
        languages: languages(),
        themes,
        keys_off: keys["off"] == true,
        keys: desk.slot("me.keys", 0).await?,
        devices: session::devices(&mut desk.reads(), desk.scope(), desk.now()).await?,
        session: who.session,
        saved,
        ui,
    })
}

/// GET /me
pub async fn show(desk: Desk, query: Fields) -> Answer {
    desk.page(&page(&desk, None, query.has("saved")).await?)
}

/// The page again with its faults, or what else went wrong.
async fn settle(desk: &Desk, fields: &Fields, outcome: Result<(), Problem>) -> Answer {
    match outcome {
        Ok(()) => desk.see_other("/me?saved"),
        Err(Problem::Invalid(errors)) => {
            let mut form = Form::again(desk, fields, &errors);
            if fields.opt("locale").is_none() {
                let errors = std::mem::take(&mut form.errors);
                form = Form::with(&[("locale", desk.who().locale.key()), ("theme", &desk.who().theme)]);
                form.errors = errors;
            }
            desk.invalid(&page(desk, Some(form), false).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /me/preferences
pub async fn prefer(desk: Desk, fields: Fields) -> Answer {
    let declared = fields.all("key").map(str::to_owned);
    let mut pairs: Vec<(String, String)> = declared.zip(fields.all("own").map(str::to_owned)).collect();
    if pairs.is_empty() {
        // Where the page listed no keys (a store without calls), those of other stores stay.
        let known: serde_json::Value = serde_json::from_str(&desk.who().key_map).unwrap_or_default();
        let kept = known.as_object().into_iter().flatten();
        pairs.extend(kept.filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))));
    }
    let outcome = match preferences::key_map(!fields.has("keys_on"), &pairs) {
        Ok(keys) => transact!(desk.db(), desk.scope(), |tx| {
            preferences::save(tx, fields.get("locale"), fields.get("theme"), &keys).await
        }),
        Err(problem) => Err(problem),
    };
    settle(&desk, &fields, outcome).await
}

/// POST /me/password
pub async fn password(desk: Desk, fields: Fields) -> Answer {
    let raw = |name: &str| fields.0.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str());
    let outcome = if raw("password") == raw("again") {
        let (scope, keep) = (desk.scope(), desk.who().session);
        change_password(desk.db(), scope, keep, raw("current"), raw("password"), from(&desk)).await
    } else {
        Err(Problem::invalid("again", "password.differs"))
    };
    settle(&desk, &fields, outcome).await
}

/// POST /me/sessions/{id}/end
pub async fn end_one(desk: Desk, Path(id): Path<SessionId>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { session::end_one(tx, id).await })?;
    if id == desk.who().session {
        return Ok(signed_out(&desk, desk.see_other("/sign-in")?));
    }
    desk.see_other("/me?saved")
}

/// POST /me/sessions/end
pub async fn end_all(desk: Desk) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { session::end_everywhere(tx).await })?;
    Ok(signed_out(&desk, desk.see_other("/sign-in")?))
}

/// POST /me/store
pub async fn store(desk: Desk, fields: Fields) -> Answer {
    let store: StoreId = fields.parsed("store").ok_or(Problem::NotFound)?;
    let session = desk.who().session;
    transact!(desk.db(), desk.scope(), |tx| { session::switch_store(tx, session, store).await })?;
    desk.see_other("/")
}
