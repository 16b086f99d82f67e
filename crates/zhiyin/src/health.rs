//! Is it alive, is it ready, what does it do; and the doctor.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use insight::reports;
use platform::config::Config;
use platform::db::{Engine, One, Sql as _};
use platform::http::{Answer, Desk, meter};
use platform::{args, secret, stmt};

pub static READY: AtomicBool = AtomicBool::new(false);

stmt!(HEALTH_PING, "SELECT CAST(1 AS BIGINT) AS v");
stmt!(HEALTH_JOBS, "SELECT COUNT(*) AS v FROM job WHERE done_at IS NULL");
stmt!(HEALTH_FAILED, "SELECT COUNT(*) AS v FROM job WHERE done_at IS NOT NULL AND error IS NOT NULL");

stmt!(
    HEALTH_IMPORTS,
    "SELECT COUNT(*) AS v FROM import_batch WHERE state IN ('uploaded','parsing','applying','undoing')"
);
stmt!(HEALTH_IMPORTS_FAILED, "SELECT COUNT(*) AS v FROM import_batch WHERE state='failed'");

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

/// Who may read the figures.
fn may_read(config: &Config, address: &str, headers: &HeaderMap) -> bool {
    if !config.metrics_token.is_empty() {
        let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let given = given.and_then(|v| v.strip_prefix("Bearer ")).unwrap_or("");
        // Hashes, so that how long it takes tells nothing of how far it was right.
        return secret::hash(given) == secret::hash(&config.metrics_token);
    }
    let local = address.parse::<std::net::IpAddr>().is_ok_and(|a| a.to_canonical().is_loopback());
    local && !config.public_origin.starts_with("https://")
}

/// GET /metrics, Prometheus text: counts of work, without persons, paths or addresses.
/// # Errors
/// `NotFound` for whoever may not read it; as the database answers.
pub async fn metrics(desk: Desk, headers: HeaderMap) -> Answer {
    if !may_read(&desk.app().config, &desk.ctx().address, &headers) {
        return Err(kernel::Problem::NotFound.into());
    }
    let mut q = desk.reads();
    let (open, idle) = desk.db().connections();
    let gauges = [
        ("zhiyin_jobs_waiting", q.count(&HEALTH_JOBS, args![]).await?),
        ("zhiyin_jobs_failed", q.count(&HEALTH_FAILED, args![]).await?),
        ("zhiyin_imports_busy", q.count(&HEALTH_IMPORTS, args![]).await?),
        ("zhiyin_imports_failed", q.count(&HEALTH_IMPORTS_FAILED, args![]).await?),
        (
            "zhiyin_requests_running",
            gauge(desk.app().config.busy_limit.saturating_sub(desk.app().seats.available_permits())),
        ),
        ("zhiyin_database_connections", i64::from(open)),
        ("zhiyin_database_connections_idle", gauge(idle)),
        ("zhiyin_event_streams", gauge(desk.db().hub().streams())),
        ("zhiyin_read_only", i64::from(desk.db().is_full())),
    ];
    let mut out = String::new();
    for (name, value) in gauges {
        let _ = writeln!(out, "# TYPE {name} gauge\n{name} {value}");
    }
    meter::write(&mut out);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], out).into_response())
}

fn gauge(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
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
            match db.look_for_room().await {
                Ok(room) => say(room, "there is room to write (free some space on the volume of the data)"),
                Err(e) => say(false, &format!("writing: {e}")),
            }
            let failed: One<i64> = db.reads().get(&HEALTH_FAILED, args![]).await.map_err(anyhow::Error::new)?;
            say(failed.0 == 0, &format!("{} jobs were given up", failed.0));
            let wrong = reports::figures::compare(&db).await.map_err(anyhow::Error::new)?;
            let remedy = if wrong.is_empty() { "" } else { "; `zhiyin reports rebuild` counts them anew" };
            say(wrong.is_empty(), &format!("{} counted figures differ from the tasks themselves{remedy}", wrong.len()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_for_this_machine_or_for_a_token() {
        let config = |origin: &str, token: &str| {
            let mut c = platform::config::load(None, |_| None).expect("the defaults");
            c.public_origin = origin.into();
            c.metrics_token = token.into();
            c
        };
        let bearer = |token: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().expect("a header"));
            headers
        };
        let (none, right, wrong) = (HeaderMap::new(), bearer("geheim"), bearer("geheim2"));
        for (origin, token, address, headers, may) in [
            ("http://127.0.0.1:8700", "", "127.0.0.1", &none, true),
            ("http://127.0.0.1:8700", "", "::1", &none, true),
            ("http://127.0.0.1:8700", "", "10.0.0.8", &none, false),
            // Behind a proxy on this machine everybody comes from loopback.
            ("https://care.example.cn", "", "127.0.0.1", &none, false),
            ("https://care.example.cn", "geheim", "127.0.0.1", &none, false),
            ("https://care.example.cn", "geheim", "10.0.0.8", &right, true),
            ("https://care.example.cn", "geheim", "10.0.0.8", &wrong, false),
            ("http://127.0.0.1:8700", "geheim", "127.0.0.1", &none, false),
        ] {
            assert_eq!(may_read(&config(origin, token), address, headers), may, "{origin} {token} {address}");
        }
    }
}
