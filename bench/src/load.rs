//! A small load generator: HTTP/1.1 over loopback, connections kept alive, bounded in number and time.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    /// Form fields, encoded.
    pub body: String,
    pub cookie: String,
    /// Headers of the browser's part.
    pub more: Vec<(&'static str, String)>,
}

impl Ask {
    pub fn get(path: impl Into<String>, cookie: &str) -> Self {
        Self { method: Method::GET, path: path.into(), body: String::new(), cookie: cookie.into(), more: Vec::new() }
    }
    pub fn post(path: impl Into<String>, cookie: &str, fields: &[(String, String)]) -> Self {
        let pairs: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect();
        Self { method: Method::POST, body: pairs.join("&"), ..Self::get(path, cookie) }
    }
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    fn request(&self, host: &str) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut builder = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header(header::HOST, host)
            .header(header::ACCEPT_LANGUAGE, "zh-CN")
            .header("sec-fetch-site", "same-origin");
        if !self.cookie.is_empty() {
            builder = builder.header(header::COOKIE, &self.cookie);
        }
        if self.method == Method::POST {
            builder = builder.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in &self.more {
            builder = builder.header(*name, value);
        }
        Ok(builder.body(Full::new(Bytes::from(self.body.clone())))?)
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

pub struct Told {
    pub status: StatusCode,
    pub headers: hyper::HeaderMap,
    pub body: Bytes,
}

impl Told {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub struct Line {
    host: String,
    send: SendRequest<Full<Bytes>>,
}

impl Line {
    pub async fn open(host: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let (send, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { host: host.to_owned(), send })
    }

    pub async fn ask(&mut self, ask: &Ask) -> anyhow::Result<Told> {
        if self.send.is_closed() {
            *self = Self::open(&self.host).await?;
        }
        self.send.ready().await?;
        let answer = self.send.send_request(ask.request(&self.host)?).await?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Told { status: parts.status, headers: parts.headers, body })
    }
}

/// What a page does.
#[derive(Copy, Clone, Debug)]
pub struct Speed {
    /// Half of the answers at one connection were faster.
    pub p50: Duration,
    /// Answers in a second at sixteen.
    pub per_second: u64,
    pub p99: Duration,
}

const MOST: usize = 400;
const ALONE: Duration = Duration::from_secs(4);
const TOGETHER: Duration = Duration::from_secs(4);
const CONNECTIONS: usize = 16;
const TOO_SLOW: Duration = Duration::from_secs(2);

/// Asks in turn, alone, then from sixteen connections.
pub async fn measure(host: &str, asks: &[Ask]) -> anyhow::Result<Speed> {
    let mut line = Line::open(host).await?;
    let began = Instant::now();
    for (n, ask) in asks.iter().take(20).enumerate() {
        let told = line.ask(ask).await?;
        let took = began.elapsed();
        if n == 0 && took > TOO_SLOW {
            // Once is enough to know; sixteen at a time would only wait for each other.
            eprintln!("{}: {} after {} ms", ask.path, told.status, took.as_millis());
            return Ok(Speed { p50: took, per_second: 0, p99: took });
        }
        let fine = told.status.is_success();
        ensure!(fine, "{} {}: {}\n{}", ask.method, ask.path, told.status, head(&told));
        if took > ALONE {
            break;
        }
    }
    let alone = alone(&mut line, asks).await?;
    let (per_second, p99) = together(host, asks).await?;
    Ok(Speed { p50: alone, per_second, p99 })
}

pub async fn alone(line: &mut Line, asks: &[Ask]) -> anyhow::Result<Duration> {
    let mut times = Vec::with_capacity(MOST);
    let began = Instant::now();
    for ask in asks.iter().cycle().take(MOST) {
        let at = Instant::now();
        let told = line.ask(ask).await?;
        times.push(at.elapsed());
        ensure!(told.status.is_success(), "{}: {}", ask.path, told.status);
        if began.elapsed() > ALONE {
            break;
        }
    }
    Ok(at(&mut times, 500))
}

async fn together(host: &str, asks: &[Ask]) -> anyhow::Result<(u64, Duration)> {
    let began = Instant::now();
    let mut lines = tokio::task::JoinSet::new();
    for n in 0..CONNECTIONS {
        let (host, asks) = (host.to_owned(), asks.to_vec());
        lines.spawn(async move {
            let mut line = Line::open(&host).await?;
            let mut times = Vec::new();
            for ask in asks.iter().cycle().skip(n * asks.len() / CONNECTIONS) {
                let at = Instant::now();
                let told = line.ask(ask).await?;
                times.push(at.elapsed());
                ensure!(told.status.is_success(), "{}: {}", ask.path, told.status);
                if began.elapsed() > TOGETHER {
                    break;
                }
            }
            Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(done) = lines.join_next().await {
        all.extend(done??);
    }
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
    let count = u64::try_from(all.len()).unwrap_or(0);
    Ok((count * 1_000_000 / micros, at(&mut all, 990)))
}

/// The value below which so many thousandths lie.
pub fn at(times: &mut [Duration], permille: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * permille / 1_000).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn head(told: &Told) -> String {
    told.text().chars().take(300).collect()
}

/// The first value of an attribute behind a mark.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> anyhow::Result<&'a str> {
    let (_, rest) = text.split_once(before).with_context(|| format!("no {before} on the page"))?;
    Ok(rest.split(after).next().unwrap_or(""))
}
