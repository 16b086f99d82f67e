//! Opening, serving and stopping.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Clock, Millis};
use platform::config::Config;
use platform::db::{Db, Options, Target};
use platform::http::{App, Parts, front};
use platform::jobs;
use tower_http::compression::CompressionLayer;

use crate::{health, wiring};

/// Logs carry references and ids, never personal data: such types cannot be printed.
pub fn log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.log_json { builder.json().init() } else { builder.compact().init() }
}

/// The system's clock. A demonstration may start at another moment (`ZHIYIN_TEST_NOW`), for journeys.
/// # Errors
/// When that moment cannot be read.
pub fn clock(demo: bool) -> anyhow::Result<Clock> {
    match std::env::var("ZHIYIN_TEST_NOW") {
        Ok(text) if demo => {
            let at: jiff::Timestamp = text.parse().with_context(|| format!("ZHIYIN_TEST_NOW: {text}"))?;
            Ok(Clock::starting_at(Millis(at.as_millisecond())))
        }
        Ok(_) | Err(_) => Ok(Clock::System),
    }
}

/// # Errors
/// A sentence that says what to do.
pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Db> {
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("the data folder {} cannot be made", config.data.display()))?;
    wiring::import_hooks();
    let wire = Arc::new(wiring::wire());
    Db::open(Options { target: target(config), clock, wire, pool: config.database_pool })
        .await
        .context("the database does not open")
}

/// The database that the configuration names.
pub fn target(config: &Config) -> Target {
    if config.database_url.is_empty() {
        Target::Lite(config.data.join("zhiyin.db"))
    } else {
        Target::Pg(config.database_url.clone())
    }
}

pub fn app(db: Db, config: Config, demo: bool) -> App {
    App::new(Parts {
        db,
        seats: Arc::new(tokio::sync::Semaphore::new(config.busy_limit)),
        config,
        exe: std::env::current_exe().unwrap_or_else(|_| "zhiyin".into()),
        nav: wiring::nav(),
        slots: wiring::slots(),
        load_session: wiring::load_session,
        demo,
    })
}

/// Every route behind the one door.
pub fn router(app: App) -> Router {
    wiring::routes()
        .into_router()
        .fallback(|| async { platform::http::Failure(kernel::Problem::NotFound) })
        .method_not_allowed_fallback(only_sent)
        .layer(axum::middleware::from_fn_with_state(app.clone(), front))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// A refused form leaves the address of what it was sent to. Whoever opens that address means the page it belongs to.
async fn only_sent(method: Method, uri: Uri) -> Response {
    let page = uri.path().rsplit_once('/').map_or("/", |(page, _)| page);
    match method {
        Method::GET | Method::HEAD => Redirect::to(if page.is_empty() { "/" } else { page }).into_response(),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

/// # Errors
/// When the address is taken or the database does not open.
pub async fn serve(config: Config, demo: bool) -> anyhow::Result<ExitCode> {
    let clock = clock(demo)?;
    if demo {
        crate::demo::prepare(&config, clock.now()).await?;
    }
    let db = open(&config, clock).await?;
    people::identity::holidays::seed_missing_years(&db).await.context("holidays")?;
    let refused = db.check_statements().await;
    anyhow::ensure!(refused.is_empty(), "the database does not fit this program: {}", refused.join("; "));
    people::search::keep_current(&db).await.context("search")?;
    // What a crash left behind goes on: jobs where they were, imports of the command line at their next row.
    jobs::recover(&db).await.context("jobs")?;
    people::imports::resume(&db).await.context("imports")?;
    let listener = tokio::net::TcpListener::bind(config.listen).await.with_context(|| {
        format!("{} is taken: stop what runs there or choose another port with --port", config.listen)
    })?;
    let address = listener.local_addr()?;
    let demo = wiring::is_demo(&db).await?;
    let app = app(db.clone(), config, demo);
    wiring::announce(&app, address).await?;
    let (stopping, stop) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(jobs::run(app.clone(), wiring::workers(), wiring::every(), stop));
    health::READY.store(true, std::sync::atomic::Ordering::SeqCst);
    println!("listening http://{address}");
    let hub = db.hub().clone();
    let drain = async move {
        asked_to_stop().await;
        // No new work, and no browser that only listens holds up the end.
        health::READY.store(false, std::sync::atomic::Ordering::SeqCst);
        hub.close();
    };
    platform::http::serve::run(listener, router(app), drain).await?;
    let _ = stopping.send(true);
    let _ = tokio::time::timeout(std::time::Duration::from_secs(10), worker).await;
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn asked_to_stop() {
    let mut term = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(term) => term,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
