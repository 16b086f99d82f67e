//! The real server in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use hyper::header;
use kernel::{Scope, UserId};
use platform::db::Db;
use platform::transact;

use crate::load::{Ask, Line};
use crate::place::Place;

pub struct Server {
    child: Child,
    pub host: String,
    /// From the start of the process to the first answer.
    pub first_answer: Duration,
}

impl Server {
    pub async fn start(place: &Place, program: &Path) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let began = Instant::now();
        let mut child = place
            .command(program)
            .args(["serve", "--demo", "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .stderr(if std::env::var_os("BENCH_LOG").is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .context("the server cannot be started")?;
        let out = child.stdout.take().context("its output")?;
        // Read to its end, or the server would wait for us.
        std::thread::spawn(move || BufReader::new(out).lines().for_each(drop));
        let host = format!("127.0.0.1:{port}");
        let mut server = Self { child, host, first_answer: Duration::ZERO };
        loop {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            ensure!(began.elapsed() < Duration::from_secs(60), "the server does not answer");
            if let Ok(mut line) = Line::open(&server.host).await
                && line.ask(&Ask::get("/readyz", "")).await.is_ok_and(|t| t.status.is_success())
            {
                server.first_answer = began.elapsed();
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    /// Resident memory, in KiB.
    pub fn memory(&self) -> u64 {
        memory(self.child.id())
    }
}

pub fn memory(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with("VmRSS:"));
    line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its end is what we want, however it comes.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Signs somebody in by a one-time link; answers the cookie.
pub async fn sign_in(db: &Db, host: &str, group: kernel::GroupId, user: UserId) -> anyhow::Result<String> {
    let scope = Scope::system(group, None);
    let token = transact!(db, &scope, |tx| { people::identity::link::demo_link(tx, user).await })?;
    let told = Line::open(host).await?.ask(&Ask::post(format!("/links/{token}"), "", &[])).await?;
    let cookies: Vec<&str> =
        told.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()?.split(';').next()).collect();
    ensure!(told.status.is_redirection() && !cookies.is_empty(), "signing in: {}", told.status);
    Ok(cookies.join("; "))
}
