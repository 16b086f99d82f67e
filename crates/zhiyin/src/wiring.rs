//! What is wired to what. Reads like a list.

use std::net::SocketAddr;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::future::BoxFuture;
use kernel::Result;
use platform::db::Db;
use platform::events::Wire;
use platform::http::{App, NavItem, Need, Routes, Slots, Who, assets, sse};
use platform::jobs::{Every, Worker};

use crate::health;

/// Who hears what, in this order, in the same transaction.
pub fn wire() -> Wire {
    Wire::default()
}

/// Places in pages that capabilities above fill.
pub fn slots() -> Slots {
    Slots::default()
}

/// The menu.
pub fn nav() -> Vec<NavItem> {
    vec![]
}

/// Every route of the product.
pub fn routes() -> Routes {
    Routes::new()
        .get("/livez", Need::Public, health::live)
        .get("/readyz", Need::Public, health::ready)
        .get("/metrics", Need::Public, health::metrics)
        .get("/events", Need::SignedIn, sse::stream)
        .get("/static/{path}", Need::Public, static_file)
        .get("/sw.js", Need::Public, service_worker)
}

async fn static_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    assets::serve(&path, &headers).await
}

async fn service_worker(headers: HeaderMap) -> Response {
    assets::serve("sw.js", &headers).await
}

pub fn workers() -> Vec<Worker> {
    vec![]
}

pub fn every() -> Vec<Every> {
    vec![]
}

pub fn load_session(_db: Db, _token: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async { Ok(None) })
}

/// Before the first request: the demonstration, if asked for. Answers whether this is a demonstration database.
/// # Errors
/// When the database holds real data and a demonstration was asked for.
pub async fn prepare(_db: &Db, demo: bool) -> anyhow::Result<bool> {
    Ok(demo)
}

/// What is printed at start.
/// # Errors
/// As the database answers.
pub async fn announce(_app: &App, _address: SocketAddr) -> anyhow::Result<()> {
    Ok(())
}
