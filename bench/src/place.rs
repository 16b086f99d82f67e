//! Filled databases: made once, kept, copied for whatever writes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use kernel::{Clock, Millis};
use platform::db::{Db, Options, Target};
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection};

use crate::{Asked, NOW};

#[derive(Clone, Debug)]
pub enum Sort {
    Lite,
    /// URL of the server.
    Pg(String),
}

impl Sort {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Lite => "sqlite",
            Self::Pg(_) => "postgres",
        }
    }
}

/// One filled database.
pub struct Place {
    pub sort: Sort,
    /// The data folder; on PostgreSQL it holds no database.
    pub data: PathBuf,
    /// Name of the database on PostgreSQL.
    name: String,
    note: String,
}

pub fn now() -> anyhow::Result<Millis> {
    let at: jiff::Timestamp = NOW.parse()?;
    Ok(Millis(at.as_millisecond()))
}

impl Place {
    /// The group of this size, made now where it was not made before.
    pub async fn filled(asked: &Asked, sort: &Sort, follow_up: bool) -> anyhow::Result<Self> {
        // A rule's tasks expire within a year: of three years' visits a third can be planned.
        let customers = if follow_up { asked.customers } else { asked.events };
        let visits = customers * 3;
        let name = format!("zy_{customers}_{visits}_{}_{}_{}", asked.seed, u8::from(follow_up), schema());
        let data = asked.cache.join(format!("{}-{name}", sort.name()));
        let mut place = Self { sort: sort.clone(), data, name, note: String::new() };
        let done = place.data.join("filled");
        if !done.is_file() || !place.exists().await? {
            place.clear().await?;
            std::fs::create_dir_all(&place.data)?;
            place.create().await?;
            eprintln!("filling {} with {customers} customers and {visits} visits", sort.name());
            let began = Instant::now();
            let mut fill = place.command(&asked.zhiyin);
            fill.args(["demo", "--customers", &customers.to_string(), "--visits", &visits.to_string()]);
            fill.args(["--seed", &asked.seed.to_string()]);
            if !follow_up {
                fill.arg("--no-follow-up");
            }
            ensure!(fill.status()?.success(), "the group could not be filled");
            std::fs::write(&done, began.elapsed().as_secs().to_string())?;
        }
        let seconds = std::fs::read_to_string(&done)?;
        place.note = format!("{customers} customers, {visits} visits, filled in {} s", seconds.trim());
        Ok(place)
    }

    pub fn note(&self) -> &str {
        &self.note
    }

    pub fn target(&self) -> Target {
        match &self.sort {
            Sort::Lite => Target::Lite(self.data.join("zhiyin.db")),
            Sort::Pg(url) => Target::Pg(url_of(url, &self.name)),
        }
    }

    /// The product, looking at this database at [`NOW`].
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("ZHIYIN_DATA", &self.data).env("ZHIYIN_TEST_NOW", NOW).env("LANG", "C.UTF-8");
        match &self.sort {
            Sort::Lite => command.env_remove("DATABASE_URL"),
            Sort::Pg(url) => command.env("DATABASE_URL", url_of(url, &self.name)),
        };
        command
    }

    /// Opened here, with all listeners, at a clock that ticks from [`NOW`].
    pub async fn open(&self) -> anyhow::Result<Db> {
        zhiyin::wiring::import_hooks();
        let wire = std::sync::Arc::new(zhiyin::wiring::wire());
        let options = Options { target: self.target(), clock: Clock::starting_at(now()?), wire, pool: 16 };
        Db::open(options).await.context("the filled database does not open")
    }

    /// A copy to write in.
    pub async fn copy(&self, word: &str) -> anyhow::Result<Self> {
        let copy = Self {
            sort: self.sort.clone(),
            data: self.data.with_extension(word),
            name: format!("{}_{word}", self.name),
            note: self.note.clone(),
        };
        copy.clear().await?;
        std::fs::create_dir_all(&copy.data)?;
        self.room().await?;
        match &self.sort {
            Sort::Lite => {
                std::fs::copy(self.data.join("zhiyin.db"), copy.data.join("zhiyin.db"))?;
            }
            Sort::Pg(url) => {
                // Since 15 a copy goes through the log unless told otherwise: ten gigabytes twice.
                let mut on = PgConnection::connect(url).await?;
                let (version,): (i32,) = sqlx::query_as("SELECT CAST(current_setting('server_version_num') AS INT)")
                    .fetch_one(&mut on)
                    .await?;
                let how = if version >= 150_000 { " STRATEGY FILE_COPY" } else { "" };
                run(url, &format!("CREATE DATABASE {} TEMPLATE {}{how}", copy.name, self.name)).await?;
            }
        }
        Ok(copy)
    }

    /// A volume that is full takes everybody down with it: a copy needs its size, and a quarter to work in.
    async fn room(&self) -> anyhow::Result<()> {
        let size = match &self.sort {
            Sort::Lite => std::fs::metadata(self.data.join("zhiyin.db"))?.len(),
            Sort::Pg(url) => {
                let mut on = PgConnection::connect(url).await?;
                let (size,): (i64,) =
                    sqlx::query_as("SELECT pg_database_size($1)").bind(&self.name).fetch_one(&mut on).await?;
                u64::try_from(size).unwrap_or(0)
            }
        };
        let told = Command::new("df").args(["--output=avail", "-B1"]).arg(&self.data).output()?;
        let text = String::from_utf8_lossy(&told.stdout).into_owned();
        let free: u64 = text.lines().last().and_then(|l| l.trim().parse().ok()).unwrap_or(u64::MAX);
        let wanted = size / 4 * 5;
        ensure!(free > wanted, "a copy to write in needs {} MiB, {} MiB are free", wanted >> 20, free >> 20);
        Ok(())
    }

    pub async fn remove(self) -> anyhow::Result<()> {
        self.clear().await
    }

    async fn exists(&self) -> anyhow::Result<bool> {
        match &self.sort {
            Sort::Lite => Ok(self.data.join("zhiyin.db").is_file()),
            Sort::Pg(url) => {
                let mut on = PgConnection::connect(url).await?;
                let found: Option<(i32,)> = sqlx::query_as("SELECT 1 FROM pg_database WHERE datname=$1")
                    .bind(&self.name)
                    .fetch_optional(&mut on)
                    .await?;
                Ok(found.is_some())
            }
        }
    }

    async fn create(&self) -> anyhow::Result<()> {
        match &self.sort {
            Sort::Lite => Ok(()),
            Sort::Pg(url) => run(url, &format!("CREATE DATABASE {}", self.name)).await,
        }
    }

    async fn clear(&self) -> anyhow::Result<()> {
        if self.data.is_dir() {
            std::fs::remove_dir_all(&self.data)?;
        }
        match &self.sort {
            Sort::Lite => Ok(()),
            Sort::Pg(url) => run(url, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await,
        }
    }
}

async fn run(url: &str, sql: &str) -> anyhow::Result<()> {
    let mut on = PgConnection::connect(url).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut on).await?;
    Ok(on.close().await?)
}

fn url_of(server: &str, name: &str) -> String {
    server.rsplit_once('/').map_or_else(|| server.to_owned(), |(base, _)| format!("{base}/{name}"))
}

/// Changes with every migration: what is kept belongs to one schema.
fn schema() -> String {
    let mut hash = Sha256::new();
    for (name, text) in platform::db::migrate::files() {
        hash.update(name.as_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().take(4).map(|b| format!("{b:02x}")).collect()
}

/// For sums that make no sense.
pub fn nothing<T>(what: &str) -> anyhow::Result<T> {
    bail!("the group holds no {what}")
}
