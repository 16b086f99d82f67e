//! The floor of a page: the statements that answer it, each run once through the same driver and pool with its rows
//! decoded, plus the cheapest answer of the server.

use std::time::{Duration, Instant};

use anyhow::ensure;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use platform::db::Db;
use platform::db::watch::{self, Seen};
use tower::ServiceExt as _;

use crate::load::{Ask, at};
use crate::place::Place;

const MOST: Duration = Duration::from_secs(6);

pub struct Inside {
    pub db: Db,
    router: Router,
}

impl Inside {
    pub async fn open(place: &Place) -> anyhow::Result<Self> {
        let db = place.open().await?;
        let env = |k: &str| match k {
            "ZHIYIN_DATA" => Some(place.data.display().to_string()),
            _ => None,
        };
        let config = platform::config::load(None, env).map_err(anyhow::Error::msg)?;
        let app = zhiyin::server::app(db.clone(), config, true);
        Ok(Self { db, router: zhiyin::server::router(app) })
    }

    /// Answers a page inside this program and notes what it asked the database.
    pub async fn statements(&self, ask: &Ask) -> anyhow::Result<Vec<Seen>> {
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(&ask.path)
            .header("host", "127.0.0.1:8700")
            .header("accept-language", "zh-CN")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &ask.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in &ask.more {
            request = request.header(*name, value);
        }
        watch::listen();
        let answer = self.router.clone().oneshot(request.body(Body::from(ask.body.clone()))?).await?;
        let status = answer.status();
        answer.into_body().collect().await?;
        let seen = watch::heard();
        if !status.is_success() {
            // Given up half-way: what was asked until then still tells where the time goes.
            eprintln!("{} inside: {status}", ask.path);
        }
        Ok(seen)
    }

    /// Signs somebody in here, by a one-time link; answers the cookie.
    pub async fn sign_in(&self, group: kernel::GroupId, user: kernel::UserId) -> anyhow::Result<String> {
        let scope = kernel::Scope::system(group, None);
        let token = platform::transact!(self.db, &scope, |tx| { people::identity::link::demo_link(tx, user).await })?;
        let mut request = Request::builder()
            .method("POST")
            .uri(format!("/links/{token}"))
            .header("host", "127.0.0.1:8700")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::empty())?;
        let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        let answer = self.router.clone().oneshot(request).await?;
        let cookies = answer.headers().get_all("set-cookie").iter();
        let cookies: Vec<&str> = cookies.filter_map(|v| v.to_str().ok()?.split(';').next()).collect();
        ensure!(!cookies.is_empty(), "signing in: {}", answer.status());
        Ok(cookies.join("; "))
    }

    /// What the statements of these requests cost alone, in the middle.
    pub async fn of(&self, asks: &[Ask]) -> anyhow::Result<Duration> {
        let mut times = Vec::new();
        let start = Instant::now();
        for ask in asks.iter().take(24).take_while(|_| start.elapsed() < MOST) {
            let seen = self.statements(ask).await?;
            // The second round counts: the page itself was asked before, too.
            for round in 0..2 {
                let began = Instant::now();
                for one in seen.iter().filter(|(stmt, _)| reads(stmt.sql(self.db.engine()))) {
                    self.db.run_once(one).await?;
                }
                if round == 1 {
                    times.push(began.elapsed());
                }
            }
        }
        Ok(at(&mut times, 500))
    }
}

pub fn reads(sql: &str) -> bool {
    sql.starts_with("SELECT") || sql.starts_with("WITH")
}
