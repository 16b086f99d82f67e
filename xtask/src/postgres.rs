//! A private PostgreSQL for one run: own data, own socket, own port, gone at the end.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::shell::{has, is_root, quietly};

/// Short: a socket's path may have 107 bytes only.
const HOME: &str = "/tmp";
const PREFIX: &str = "zy-pg-";
const START: Duration = Duration::from_secs(30);

pub struct Server {
    bin: PathBuf,
    /// Socket, log and, where it does not last, the data.
    dir: PathBuf,
    data: PathBuf,
    port: u16,
    child: Child,
}

/// Debian keeps them outside of the path, one folder per version: the newest.
pub fn binaries() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    found.sort();
    let elsewhere = || quietly(Command::new("pg_config").arg("--bindir")).ok().map(|dir| PathBuf::from(dir.trim()));
    found.pop().map(|(_, bin)| bin).or_else(elsewhere)
}

impl Server {
    /// # Errors
    /// When PostgreSQL is missing or does not come up; its log is in the message.
    pub fn start() -> Result<Self> {
        Self::with(None, &settings())
    }

    /// With data that stay, and the usual care for the disk.
    /// # Errors
    /// As [`Self::start`].
    pub fn lasting(data: &Path) -> Result<Self> {
        if !data.is_dir() {
            own_folder(data)?;
        }
        Self::with(Some(data), &lasting_settings())
    }

    fn with(lasting: Option<&Path>, settings: &[String]) -> Result<Self> {
        let bin = binaries().context("PostgreSQL is missing (Debian: postgresql)")?;
        sweep(&bin);
        let dir = Path::new(HOME).join(format!("{PREFIX}{}", std::process::id()));
        own_folder(&dir)?;
        let data = lasting.map_or_else(|| dir.join("data"), Path::to_path_buf);
        if !data.join("PG_VERSION").is_file() {
            let mut initdb = tool(&bin, "initdb", &dir);
            let arguments = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
            quietly(initdb.arg("-D").arg(&data).args(arguments))
                .with_context(|| format!("{} must be reachable for the user postgres", data.display()))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = fs::File::create(dir.join("log"))?;
        let child = tool(&bin, "postgres", &dir)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&dir)
            .args(["-h", "127.0.0.1", "-p", &port.to_string()])
            .args(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot start postgres")?;
        let mut server = Self { bin, dir, data, port, child };
        server.wait()?;
        Ok(server)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub fn psql(&self) -> PathBuf {
        self.bin.join("psql")
    }

    fn wait(&mut self) -> Result<()> {
        let began = Instant::now();
        let port = self.port.to_string();
        while quietly(Command::new(self.bin.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port])).is_err() {
            let ended = self.child.try_wait()?;
            if ended.is_some() || began.elapsed() > START {
                let log = fs::read_to_string(self.dir.join("log")).unwrap_or_default();
                bail!("the private PostgreSQL did not come up\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&self.bin, &self.dir, &self.data);
        // Reaps it; what had to be told was told while it ran.
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Data that lives for minutes needs no disk; everything else as in a shop.
fn settings() -> Vec<String> {
    [
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=300",
        "shared_buffers=128MB",
        "autovacuum_naptime=5s",
        "log_min_messages=warning",
    ]
    .iter()
    .flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()])
    .collect()
}

/// As in a shop: nothing that was acknowledged is lost. Memory as its manual advises for a small machine.
fn lasting_settings() -> Vec<String> {
    [
        "max_connections=100",
        "shared_buffers=1GB",
        "max_wal_size=4GB",
        "checkpoint_timeout=15min",
        "random_page_cost=1.1",
        "log_min_messages=warning",
    ]
    .iter()
    .flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()])
    .collect()
}

/// One of its programs; as `postgres` when we are root, since it refuses root.
fn tool(bin: &Path, name: &str, dir: &Path) -> Command {
    let program = bin.join(name);
    let mut command = if !is_root() {
        Command::new(program)
    } else if has("setpriv") {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
        command
    } else {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    };
    // A folder that this user may enter.
    command.current_dir(dir).env("LC_ALL", "C.UTF-8");
    command
}

fn own_folder(dir: &Path) -> Result<()> {
    let mut install = Command::new("install");
    install.args(["-d", "-m", "700"]);
    if is_root() {
        install.args(["-o", "postgres", "-g", "postgres"]);
    }
    quietly(install.arg(dir)).map(drop)
}

fn stop(bin: &Path, dir: &Path, data: &Path) {
    let mut pg_ctl = tool(bin, "pg_ctl", dir);
    // What lasts is closed in order.
    let (mode, wait) = if data.starts_with(dir) { ("immediate", "10") } else { ("fast", "60") };
    let stopped = quietly(pg_ctl.arg("-D").arg(data).args(["-m", mode, "-w", "-t", wait, "stop"]));
    // Nothing to stop is no news.
    drop(stopped);
}

/// Takes away what runs left behind that were killed before their end.
fn sweep(bin: &Path) {
    for entry in fs::read_dir(HOME).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(run) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        if run.parse::<u32>().is_ok_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            stop(bin, &entry.path(), &entry.path().join("data"));
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
