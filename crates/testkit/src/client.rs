//! A browser without a browser: requests straight into the router.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// Keeps cookies like a browser does.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookies: Vec<(String, String)>,
    address: Option<IpAddr>,
}

pub struct Reply {
    pub status: StatusCode,
    pub location: Option<String>,
    pub text: String,
    pub kind: String,
    /// What came, for answers that are no text.
    pub bytes: Vec<u8>,
}

impl Client {
    pub fn new(router: Router) -> Self {
        Self { router, cookies: Vec::new(), address: None }
    }

    /// With a cookie it did not get from the router, e.g. that of a session.
    #[must_use]
    pub fn with_cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push((name.to_owned(), value.to_owned()));
        self
    }

    /// From another address than this machine's: guesses of one do not slow down the other.
    #[must_use]
    pub fn from_address(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = Some(address.into());
        self
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, "", false).await
    }
    /// An htmx request.
    pub async fn part(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, "", true).await
    }
    /// A form, e.g. `&[("name", "x")]`.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Reply {
        let body: Vec<String> = form.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        self.send(Method::POST, path, &body.join("&"), false).await
    }

    /// The status alone, without waiting for the body: a stream has no end.
    pub async fn status(&mut self, path: &str) -> StatusCode {
        let response = self.answer(Method::GET, path, "", false).await;
        response.status()
    }

    async fn send(&mut self, method: Method, path: &str, body: &str, htmx: bool) -> Reply {
        let response = self.answer(method, path, body, htmx).await;
        let status = response.status();
        let text_of =
            |name: header::HeaderName| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let location = text_of(header::LOCATION);
        let kind = text_of(header::CONTENT_TYPE).unwrap_or_default();
        let bytes = body_bytes(response).await;
        Reply { status, location, kind, text: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }

    async fn answer(&mut self, method: Method, path: &str, body: &str, htmx: bool) -> Response<Body> {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8700")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookies.join("; "));
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if htmx {
            request = request.header("hx-request", "true");
        }
        let mut request = request.body(Body::from(body.to_owned())).expect("a request");
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 50_000)));
        }
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        self.keep_cookies(&response);
        response
    }

    fn keep_cookies(&mut self, response: &Response<Body>) {
        for set in response.headers().get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            if let Some((name, value)) = set.split(';').next().and_then(|p| p.split_once('=')) {
                self.cookies.retain(|(k, _)| k != name);
                if !value.is_empty() {
                    self.cookies.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    }
}

/// The whole body as text.
pub async fn body_text(response: Response<Body>) -> String {
    String::from_utf8_lossy(&body_bytes(response).await).into_owned()
}

async fn body_bytes(response: Response<Body>) -> Vec<u8> {
    response.into_body().collect().await.expect("a body").to_bytes().to_vec()
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
