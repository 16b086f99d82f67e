//! What the product costs with a million customers, each figure beside its floor taken in the same run.
//! Started by `cargo xtask bench`, which builds it and the product and brings PostgreSQL up.

mod duplicates;
mod files;
mod floor;
mod imports;
mod load;
mod pages;
mod place;
mod planning;
mod plans;
mod server;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use place::{Place, Sort};
use table::Table;

/// 2026-11-19 10:00 in Shanghai, a Thursday: the moment at which the group is looked at.
pub const NOW: &str = "2026-11-19T10:00:00+08:00";

#[derive(Parser)]
struct Asked {
    /// The product's program.
    #[arg(long)]
    zhiyin: PathBuf,
    /// PostgreSQL with its usual care for the disk; without it SQLite alone is measured.
    #[arg(long)]
    pg: Option<String>,
    /// Where filled databases are kept.
    #[arg(long)]
    cache: PathBuf,
    #[arg(long, default_value_t = 1_000_000)]
    customers: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Events that are planned.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    /// Print how each statement of a page finds its rows, and fail where a large table is read whole.
    #[arg(long)]
    plans: bool,
    /// Only these parts: pages, calls, reports, duplicates, imports, planning.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only this engine: sqlite or postgres.
    #[arg(long)]
    engine: Option<String>,
}

impl Asked {
    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|p| p == part)
    }
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("bench: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(&asked)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("bench: {e:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(asked: &Asked) -> anyhow::Result<bool> {
    std::fs::create_dir_all(&asked.cache)?;
    let mut table = Table::new(asked.customers);
    let mut sorts = vec![Sort::Lite];
    sorts.extend(asked.pg.clone().map(Sort::Pg));
    sorts.retain(|s| asked.engine.as_deref().is_none_or(|only| s.name() == only));
    let mut sound = true;
    for sort in sorts {
        let filled = Place::filled(asked, &sort, true).await?;
        if asked.plans {
            sound &= plans::show(&filled).await?;
            continue;
        }
        table.engine(sort.name(), filled.note());
        if asked.wants("pages") || asked.wants("reports") {
            // Reading leaves no more behind than some sessions.
            pages::measure(asked, &filled, &mut table).await?;
        }
        if asked.wants("calls") {
            let copy = filled.copy("work").await?;
            pages::calls(asked, &copy, &mut table).await?;
            copy.remove().await?;
        }
        if asked.wants("duplicates") {
            let copy = filled.copy("work").await?;
            duplicates::measure(&copy, &mut table).await?;
            copy.remove().await?;
        }
        if asked.wants("imports") {
            for kind in [files::Form::Csv, files::Form::Xlsx] {
                let copy = filled.copy("work").await?;
                imports::measure(asked, &copy, kind, &mut table).await?;
                copy.remove().await?;
            }
        }
        if asked.wants("planning") {
            let visits = Place::filled(asked, &sort, false).await?;
            let copy = visits.copy("work").await?;
            planning::measure(&copy, &mut table).await?;
            copy.remove().await?;
        }
    }
    if !asked.plans {
        table.print(asked.json)?;
    }
    Ok(sound)
}
