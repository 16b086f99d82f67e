use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use kernel::Problem;

use super::{App, Failure};

/// A submitted form, as name–value pairs in order. GET forms read the query.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    pub fn parse(encoded: &str) -> Self {
        Self(
            encoded
                .split('&')
                .filter(|p| !p.is_empty())
                .map(|pair| {
                    let (k, v) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(k), decode(v))
                })
                .collect(),
        )
    }
    /// The first value, trimmed; "" when absent.
    pub fn get(&self, name: &str) -> &str {
        self.opt(name).unwrap_or("")
    }
    /// The first value that says something.
    pub fn opt(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(k, _)| k == name).map(|(_, v)| v.trim())
    }
    /// Pairs whose name starts with `prefix`, without it.
    pub fn starting<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(k, v)| k.strip_prefix(prefix).map(|k| (k, v.trim())))
    }
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(k, _)| k == name)
    }
    /// The parsed first value.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.opt(name)?.parse().ok()
    }
}

fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'+' => out.push(b' '),
            b'%' => match text.get(i + 1..i + 3).and_then(|h| u8::from_str_radix(h, 16).ok()) {
                Some(byte) => {
                    out.push(byte);
                    i += 2;
                }
                None => out.push(b'%'),
            },
            other => out.push(other),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).replace('\0', "")
}

impl FromRequest<App> for Fields {
    type Rejection = Failure;
    async fn from_request(req: Request, state: &App) -> Result<Self, Failure> {
        if req.method() == axum::http::Method::GET {
            return Ok(Self::parse(req.uri().query().unwrap_or("")));
        }
        let kind = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::Refused("form-expected").into());
        }
        let bytes = Bytes::from_request(req, state).await.map_err(|_| Problem::Refused("too-large"))?;
        Ok(Self::parse(&String::from_utf8_lossy(&bytes)))
    }
}
