//! Is it alive, is it ready, what does it do; and the doctor.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use platform::config::Config;
use platform::db::{Engine, One, Sql as _};
use platform::http::{Answer, Desk};
use platform::{args, stmt};

pub static READY: AtomicBool = AtomicBool::new(false);

stmt!(HEALTH_PING, "SELECT CAST(1 AS BIGINT) AS v");
stmt!(HEALTH_JOBS, "SELECT COUNT(*) AS v FROM job WHERE done_at IS NULL");
stmt!(HEALTH_FAILED, "SELECT COUNT(*) AS v FROM job WHERE done_at IS NOT NULL AND error IS NOT NULL");

/// GET /livez: the process answers.
/// # Errors
/// Never; the type is that of a handler.
pub async fn live() -> Answer {
    Ok("ok".into_response())
}

/// GET /readyz: it may be sent work.
/// # Errors
/// Never; the type is that of a handler.
pub async fn ready(desk: Desk) -> Answer {
    let answers = desk.reads().count(&HEALTH_PING, args![]).await.is_ok();
    let ok = answers && READY.load(Ordering::SeqCst);
    Ok(if ok { "ready".into_response() } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response() })
}

/// GET /metrics, Prometheus text; for loopback and trusted proxies only.
/// # Errors
/// As the database answers.
pub async fn metrics(desk: Desk) -> Answer {
    let local = desk.ctx().address.parse::<std::net::IpAddr>().is_ok_and(|a| a.is_loopback());
    if !local {
        return Err(kernel::Problem::NotFound.into());
    }
    let waiting = desk.reads().count(&HEALTH_JOBS, args![]).await?;
    let failed = desk.reads().count(&HEALTH_FAILED, args![]).await?;
    let seats = desk.app().seats.available_permits();
    let mut out = String::new();
    let _ = writeln!(out, "# TYPE zhiyin_jobs_waiting gauge\nzhiyin_jobs_waiting {waiting}");
    let _ = writeln!(out, "# TYPE zhiyin_jobs_failed gauge\nzhiyin_jobs_failed {failed}");
    let _ = writeln!(out, "# TYPE zhiyin_seats_free gauge\nzhiyin_seats_free {seats}");
    let streams = desk.db().hub().streams();
    let _ = writeln!(out, "# TYPE zhiyin_event_streams gauge\nzhiyin_event_streams {streams}");
    Ok(([(axum::http::header::CONTENT_TYPE, "text/plain; version=0.0.4")], out).into_response())
}

/// `zhiyin doctor`: what is wrong here, and what to do about it.
/// # Errors
/// When it cannot even look.
pub async fn doctor(config: Config) -> anyhow::Result<ExitCode> {
    let mut bad = 0;
    let mut say = |ok: bool, text: &str| {
        println!("{} {text}", if ok { "ok  " } else { "BAD " });
        if !ok {
            bad += 1;
        }
    };
    say(true, &format!("configuration is sound (data in {})", config.data.display()));
    match crate::server::open(&config, kernel::Clock::System).await {
        Err(e) => say(false, &format!("database: {e:#}")),
        Ok(db) => {
            let engine = match db.engine() {
                Engine::Lite => "SQLite",
                Engine::Pg => "PostgreSQL",
            };
            say(true, &format!("database opens ({engine}) and its schema is of this version"));
            let refused = db.check_statements().await;
            say(refused.is_empty(), &format!("statements prepare ({} refused)", refused.len()));
            for line in refused.iter().take(5) {
                println!("     {line}");
            }
            let failed: One<i64> = db.reads().get(&HEALTH_FAILED, args![]).await.map_err(anyhow::Error::new)?;
            say(failed.0 == 0, &format!("{} jobs were given up", failed.0));
            db.close().await;
        }
    }
    let probe = config.data.join(".doctor");
    let writes = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    say(writes.is_ok(), "data folder can be written");
    say(
        config.listen.ip().is_loopback() || config.public_origin.starts_with("https://"),
        "passwords travel encrypted or stay on this machine (set public_origin = \"https://…\")",
    );
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
