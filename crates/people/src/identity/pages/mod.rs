//! Pages of identity.

pub mod account;
pub mod calendar;
pub(crate) mod form;
pub mod link;
pub mod people;
pub mod person;
pub mod roles;
pub mod sign_in;
pub mod stores;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use platform::http::{COOKIE_DEVICE, Desk, session_cookie};
use platform::i18n::Locale;

use super::session::From;
use super::sign_in::SignedIn;

/// To choose from; each is named in itself.
fn languages() -> Vec<(String, String)> {
    Locale::ALL.iter().map(|l| (l.key().to_owned(), l.own_name().to_owned())).collect()
}

/// Where this request comes from.
fn from(desk: &Desk) -> From<'_> {
    From { address: &desk.ctx().address, browser: &desk.ctx().device }
}

/// Gives the browser its session and its device mark.
fn signed_in(desk: &Desk, mut answer: Response, signed: &SignedIn) -> Response {
    let secure = if desk.app().config.plain_http { "" } else { " Secure;" };
    let half_a_year = 180 * 86_400;
    let device =
        format!("{COOKIE_DEVICE}={}; Path=/; HttpOnly;{secure} SameSite=Strict; Max-Age={half_a_year}", signed.device);
    for cookie in [session_cookie(desk.app(), &signed.token), device] {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    answer
}

/// Takes the session from the browser.
fn signed_out(desk: &Desk, mut answer: Response) -> Response {
    if let Ok(value) = HeaderValue::from_str(&session_cookie(desk.app(), "")) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}
