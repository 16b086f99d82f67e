//! The one door: host and origin checks, session, load shedding, headers, and problems made readable.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use kernel::Problem;

use super::failure::{Told, status};
use super::{App, Desk, Who};
use crate::i18n::Locale;

/// The person, if the cookie names a living session.
#[derive(Clone)]
pub(super) struct Known(pub Option<Arc<Who>>);

/// What a page must know of its request.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub nonce: Arc<str>,
    pub path: Arc<str>,
    pub htmx: bool,
    /// Wanted by the browser; the signed-in person's own choice wins.
    pub locale: Locale,
    pub wants_json: bool,
    /// A draft that the browser kept until now.
    pub draft: bool,
    pub address: Arc<str>,
    pub device: Arc<str>,
    /// The device cookie, for sign-in throttling.
    pub device_mark: Option<Arc<str>>,
    /// Answers are kept short, without the frame, for a page inside of another.
    pub reference: Arc<str>,
}

/// Names of the session cookie: the strict one wherever the browser takes it.
pub const COOKIE_STRICT: &str = "__Host-zy";
pub const COOKIE_PLAIN: &str = "zy_s";
pub const COOKIE_DEVICE: &str = "zy_d";
/// The language of this browser before anybody has signed in.
const COOKIE_LANGUAGE: &str = "zy_lang";

pub async fn front(State(app): State<App>, req: Request, next: Next) -> Response {
    // A stream is answered with its head; how long it then lasts says nothing.
    let (begun, method) = (std::time::Instant::now(), req.method().clone());
    let answer = through(app, req, next).await;
    let (status, took) = (answer.status().as_u16(), begun.elapsed());
    super::meter::note(status, took);
    // No path: addresses may hold what somebody typed.
    tracing::debug!(%method, status, ms = took.as_millis(), "answered");
    answer
}

async fn through(app: App, mut req: Request, next: Next) -> Response {
    let Ok(_seat) = app.seats.clone().try_acquire_owned() else {
        let mut busy = (StatusCode::SERVICE_UNAVAILABLE, "busy").into_response();
        busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        return busy;
    };
    let ctx = context(&app, &req);
    req.extensions_mut().insert(ctx.clone());
    if !host_is_ours(&app, req.headers(), req.uri()) {
        return (StatusCode::MISDIRECTED_REQUEST, "this address is not served here").into_response();
    }
    let token = cookie(req.headers(), cookie_name(&app)).map(str::to_owned);
    if is_unsafe(req.method()) && !same_origin(&app, req.headers(), token.is_some()) {
        return (StatusCode::FORBIDDEN, "cross-site request refused").into_response();
    }
    let quiet = req.uri().path().starts_with("/static/") || matches!(req.uri().path(), "/livez" | "/readyz");
    let who = match token.filter(|_| !quiet) {
        Some(token) => match (app.load_session)(app.db.clone(), token).await {
            Ok(who) => who.map(Arc::new),
            Err(problem) => return readable(&app, &ctx, None, &problem).await,
        },
        None => None,
    };
    req.extensions_mut().insert(Known(who.clone()));
    // Streams and uploads have deadlines of their own: they count silence.
    let stream = req.uri().path() == "/events" || (req.method() == Method::POST && req.uri().path() == "/imports");
    let answer = if stream {
        next.run(req).await
    } else {
        match tokio::time::timeout(Duration::from_secs(app.config.request_seconds), next.run(req)).await {
            Ok(answer) => answer,
            Err(_) => return readable(&app, &ctx, who, &Problem::Busy(5)).await,
        }
    };
    let speaks = who.as_ref().map(|w| w.locale).filter(|l| !quiet && *l != ctx.locale);
    let mut answer = match answer.extensions().get::<Told>().cloned() {
        Some(told) => readable(&app, &ctx, who, &told.0).await,
        None => answer,
    };
    headers(&app, &ctx, answer.headers_mut());
    if let Some(locale) = speaks
        && let Ok(value) = HeaderValue::from_str(&language_cookie(&app, locale))
    {
        // The sign-in page will speak their language.
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}

fn context(app: &App, req: &Request) -> Ctx {
    let headers = req.headers();
    let has = |name: &str| headers.contains_key(name);
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
    let secret = crate::secret::token();
    Ctx {
        nonce: secret[..32].into(),
        reference: secret[32..42].into(),
        path: req.uri().path().into(),
        htmx: has("hx-request"),
        draft: has("zy-client"),
        locale: wanted_locale(cookie(headers, COOKIE_LANGUAGE), text(header::ACCEPT_LANGUAGE)),
        wants_json: text(header::ACCEPT).starts_with("application/json"),
        address: address(app, req).into(),
        device: text(header::USER_AGENT).chars().take(200).collect::<String>().into(),
        device_mark: cookie(headers, COOKIE_DEVICE).map(Into::into),
    }
}

/// The peer's address; a forwarding header counts only from a trusted proxy.
fn address(app: &App, req: &Request) -> String {
    let peer = req
        .extensions()
        .get::<axum::extract::ConnectInfo<std::net::SocketAddr>>()
        .map_or_else(|| "127.0.0.1".to_owned(), |c| c.0.ip().to_string());
    if app.config.trusted_proxies.contains(&peer)
        && let Some(forwarded) = req.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok())
        && let Some(last) = forwarded.rsplit(',').map(str::trim).find(|a| !a.is_empty())
    {
        return last.to_owned();
    }
    peer
}

fn wanted_locale(chosen: Option<&str>, accepted: &str) -> Locale {
    if let Some(locale) = chosen.and_then(Locale::parse) {
        return locale;
    }
    for wanted in accepted.split(',').map(|l| l.split(';').next().unwrap_or("").trim()) {
        match wanted.to_ascii_lowercase().as_str() {
            w if w.starts_with("zh-tw") || w.starts_with("zh-hk") || w.starts_with("zh-hant") => return Locale::ZhTw,
            w if w.starts_with("zh") => return Locale::ZhCn,
            w if w.starts_with("en") => return Locale::En,
            _ => {}
        }
    }
    Locale::ZhCn
}

/// The public origin's host, or a loopback name at whatever port a tunnel gives.
fn host_is_ours(app: &App, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).or_else(|| uri.host()).unwrap_or("");
    let bare = |h: &str| match h.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or("").to_owned(),
        None => h.split(':').next().unwrap_or("").to_owned(),
    };
    let public = app.config.public_origin.split("://").nth(1).unwrap_or("");
    let name = bare(host);
    matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1") || host == public || name == bare(public)
}

fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// `Sec-Fetch-Site`, else `Origin`; without both only requests that carry no cookie.
fn same_origin(app: &App, headers: &HeaderMap, has_cookie: bool) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    if let Some(origin) = text("origin") {
        let host = text("host").unwrap_or("");
        return origin == app.config.public_origin || origin.split("://").nth(1) == Some(host);
    }
    !has_cookie
}

pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(k, _)| *k == name)
        .map(|(_, v)| v)
}

/// On a plain-HTTP network name browsers drop `__Host-` cookies.
pub fn cookie_name(app: &App) -> &'static str {
    if app.config.plain_http { COOKIE_PLAIN } else { COOKIE_STRICT }
}

/// `Set-Cookie` text for a session token; empty token = forget it.
pub fn session_cookie(app: &App, token: &str) -> String {
    let age = if token.is_empty() { 0 } else { 7 * 86_400 };
    let secure = if app.config.plain_http { "" } else { " Secure;" };
    format!("{}={token}; Path=/; HttpOnly;{secure} SameSite=Strict; Max-Age={age}", cookie_name(app))
}

/// `Set-Cookie` text for the language of this browser.
pub fn language_cookie(app: &App, locale: Locale) -> String {
    let secure = if app.config.plain_http { "" } else { " Secure;" };
    format!("{COOKIE_LANGUAGE}={locale}; Path=/; HttpOnly;{secure} SameSite=Lax; Max-Age=31536000")
}

async fn readable(app: &App, ctx: &Ctx, who: Option<Arc<Who>>, problem: &Problem) -> Response {
    if let Problem::Internal(cause) = problem {
        tracing::error!(reference = %ctx.reference, path = %ctx.path, %cause, "a request failed");
    }
    // Whoever sends a kept draft must learn that it was not taken: no redirect to a page that answers 200.
    if matches!(problem, Problem::SignIn) && !ctx.wants_json && !ctx.draft {
        return sign_in_first(ctx);
    }
    let desk = Desk::new(app.clone(), ctx.clone(), who);
    let mut answer = desk.problem(problem);
    *answer.status_mut() = status(problem);
    if let Problem::Busy(seconds) = problem {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    answer
}

/// The sign-in page that leads on to this path.
pub fn sign_in_page(next: &str) -> String {
    let mut to = "/sign-in?next=".to_owned();
    for c in next.chars() {
        match c {
            '%' => to.push_str("%25"),
            '&' => to.push_str("%26"),
            '+' => to.push_str("%2B"),
            '?' => to.push_str("%3F"),
            '#' => to.push_str("%23"),
            other => to.push(other),
        }
    }
    to
}

/// To the sign-in page and back again; pages inside of pages leave as a whole.
fn sign_in_first(ctx: &Ctx) -> Response {
    let back = if ctx.path.starts_with('/') && !ctx.path.starts_with("//") { &*ctx.path } else { "/" };
    let to = sign_in_page(back);
    if ctx.htmx {
        let mut answer = StatusCode::UNAUTHORIZED.into_response();
        if let Ok(value) = HeaderValue::from_str(&to) {
            answer.headers_mut().insert("hx-redirect", value);
        }
        return answer;
    }
    axum::response::Redirect::to(&to).into_response()
}

/// An attribute that says nothing: htmx copies it while it settles a swap.
const EMPTY_STYLE: &str = "'unsafe-hashes' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

fn headers(app: &App, ctx: &Ctx, out: &mut HeaderMap) {
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.entry(name).or_insert(value);
        }
    };
    set(
        header::CONTENT_SECURITY_POLICY,
        &format!(
            "default-src 'self'; script-src 'nonce-{}' 'strict-dynamic'; style-src 'self'; style-src-attr {EMPTY_STYLE}; img-src 'self' data:; \
             object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; worker-src 'self'",
            ctx.nonce
        ),
    );
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    // Browsers ignore it, with a complaint each time, where nothing is encrypted.
    if !app.config.plain_http {
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if app.config.public_origin.starts_with("https://") {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}
