use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use kernel::{FieldErrors, Problem};
use platform::http::{Answer, Desk, Fields, ShownError, Ui, language_cookie, sign_in_page};
use platform::i18n::Locale;
use platform::transact;

use super::form::Form;
use super::{from, signed_in, signed_out};
use crate::identity::sign_in::{Credentials, sign_in, sign_out};
use crate::identity::store::user as users;

#[derive(Template)]
#[template(path = "identity/pages/sign_in.html")]
struct SignInPage {
    ui: Ui,
    form: Form,
    /// Where to go afterwards.
    next: String,
    /// Nobody has an account yet.
    empty: bool,
}

impl SignInPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
    /// This page again.
    fn back(&self) -> String {
        sign_in_page(&self.next)
    }
}

/// A path of this site, else the first page.
fn own_path(next: &str) -> &str {
    let plain = next.starts_with('/') && !next.starts_with("//");
    if plain && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') { next } else { "/" }
}

/// GET /sign-in
pub async fn show(desk: Desk, query: Fields) -> Answer {
    let next = own_path(query.get("next"));
    if desk.guest().is_some() {
        return desk.see_other(next);
    }
    let empty = !users::any(&mut desk.reads()).await?;
    desk.page(&SignInPage { ui: desk.ui(), form: Form::default(), next: next.to_owned(), empty })
}

/// POST /language: what this browser speaks before anybody has signed in.
pub async fn language(desk: Desk, fields: Fields) -> Answer {
    let locale = Locale::parse(fields.get("to")).ok_or(Problem::invalid("to", "choice"))?;
    let mut answer = desk.see_other(own_path(fields.get("next")))?;
    if let Ok(value) = HeaderValue::from_str(&language_cookie(desk.app(), locale)) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(answer)
}

/// POST /sign-in
pub async fn create(desk: Desk, fields: Fields) -> Answer {
    let next = own_path(fields.get("next")).to_owned();
    // A password's spaces are part of it.
    let password = fields.0.iter().find(|(k, _)| k == "password").map_or("", |(_, v)| v.as_str());
    let given = Credentials {
        login: fields.get("login"),
        password,
        device: desk.ctx().device_mark.as_deref(),
        from: from(&desk),
    };
    match sign_in(desk.db(), &given).await {
        Ok(signed) => Ok(signed_in(&desk, desk.see_other(&next)?, &signed)),
        Err(Problem::Invalid(errors)) => {
            let form = Form::again(&desk, &fields, &errors);
            desk.invalid(&SignInPage { ui: desk.ui(), form, next, empty: false })
        }
        Err(Problem::Busy(seconds)) => {
            let mut errors = FieldErrors::default();
            errors.add_with("login", "sign-in.wait", seconds.to_string());
            let form = Form::again(&desk, &fields, &errors);
            let mut answer = desk.page(&SignInPage { ui: desk.ui(), form, next, empty: false })?;
            *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            Ok(answer)
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /sign-out
pub async fn end(desk: Desk) -> Answer {
    let session = desk.who().session;
    transact!(desk.db(), desk.scope(), |tx| { sign_out(tx, session).await })?;
    Ok(signed_out(&desk, desk.see_other("/sign-in")?))
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn after_sign_in_nobody_is_sent_elsewhere() {
        for (next, want) in [
            ("/cases/12?x=1", "/cases/12?x=1"),
            ("", "/"),
            ("https://evil.example", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nb", "/"),
        ] {
            assert_eq!(own_path(next), want, "{next}");
        }
    }
}
