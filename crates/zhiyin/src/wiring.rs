//! What is wired to what. Reads like a list.

use std::net::SocketAddr;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::future::BoxFuture;
use kernel::Result;
use people::identity;
use platform::db::Db;
use platform::events::Wire;
use platform::http::{App, NavItem, Need, Routes, Slots, Who, assets, sse};
use platform::jobs::{Every, Worker};
use platform::transact;

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
    [identity::nav("nav-manage")].concat()
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
        .merge(identity::routes())
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
    identity::jobs()
}

pub fn load_session(db: Db, token: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async move { identity::load_session(&db, &token).await })
}

/// Before the first request: the demonstration, if asked for. Answers whether this is a demonstration database.
/// # Errors
/// When the database holds real data and a demonstration was asked for.
pub async fn prepare(db: &Db, demo: bool) -> anyhow::Result<bool> {
    if demo {
        crate::demo::prepare(db).await?;
    }
    let groups = identity::groups(&mut db.reads()).await?;
    Ok(!groups.is_empty() && groups.iter().all(|g| g.demo))
}

/// What is printed at start: the setup link of an empty installation; in a demonstration a way in for everybody,
/// on loopback only.
/// # Errors
/// As the database answers.
pub async fn announce(app: &App, address: SocketAddr) -> anyhow::Result<()> {
    let origin = format!("http://{address}");
    if let Some(token) = identity::setup_link(&app.db).await? {
        println!("setup {origin}/links/{token}");
    }
    if app.demo && address.ip().is_loopback() {
        for (group, user, name, role) in identity::link::demo_people(&mut app.db.reads()).await? {
            let scope = kernel::Scope::system(group, None);
            let token = transact!(app.db, &scope, |tx| { identity::link::demo_link(tx, user).await })?;
            println!("signin {role} {origin}/links/{token} {name}");
        }
    }
    Ok(())
}
