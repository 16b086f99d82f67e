//! `zhiyin import --kind repair-orders|deliveries|customers [--store NAME] FILE [--dry-run] [--json]`

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use kernel::{ImportId, Problem, Scope, StoreDate};
use platform::i18n::{Locale, text};
use platform::transact;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::apply::apply_next_chunk;
use super::field::Kind;
use super::pace::Pace;
use super::pages::{clean_name, stored_name};
use super::parse::parse;
use super::plan::Question;
use super::said::RowSaid;
use super::state::{RowVerdict, State};
use super::store::{self, Batch, Which};
use super::texts;
use super::verbs::{self, NewFile};
use super::workshop::{FOLDER, Workshop};
use crate::identity;

/// What was typed.
#[derive(Clone, Debug)]
pub struct CliImport {
    pub kind: Option<Kind>,
    /// Name or code; optional where the installation has one store, or the file names its stores.
    pub store: Option<String>,
    pub file: PathBuf,
    /// Say what would happen, change nothing.
    pub dry_run: bool,
    pub json: bool,
    pub locale: Locale,
    /// A store's first import plans from this day; default three days back.
    pub plan_from: Option<StoreDate>,
}

/// Row as the spreadsheet program numbers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RejectedLine {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sheet: String,
    pub row: u32,
    pub reason: String,
}

/// `read` = `new` + `changed` + `same` + the rejected ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CliReport {
    pub import: ImportId,
    pub dry_run: bool,
    pub read: i64,
    pub new: i64,
    pub changed: i64,
    pub same: i64,
    pub rejected: Vec<RejectedLine>,
    pub skipped: i64,
    /// New ones whose follow-up had expired before they came.
    pub too_late: i64,
    pub tasks_planned: i64,
    pub seconds: f64,
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum CliFault {
    /// Said in the asked language; mend it and run again.
    Told(String),
    Problem(Problem),
}

impl From<Problem> for CliFault {
    fn from(problem: Problem) -> CliFault {
        CliFault::Problem(problem)
    }
}

/// Runs the command; answers its exit code (0 done, 1 our fault, 2 something to mend) and what to print.
pub async fn command(shop: &Workshop, asked: &CliImport) -> (ExitCode, String) {
    match cli(shop, asked).await {
        Ok(report) if asked.json => (ExitCode::SUCCESS, serde_json::to_string(&report).unwrap_or_default()),
        Ok(report) => (ExitCode::SUCCESS, report.text(asked.locale)),
        Err(CliFault::Told(told)) => (ExitCode::from(2), told),
        Err(CliFault::Problem(problem)) => (ExitCode::FAILURE, problem.to_string()),
    }
}

/// The whole way of a file in this process. Killed half-way, a running server goes on with it.
/// # Errors
/// What is to be mended, or as the database answers.
pub async fn cli(shop: &Workshop, asked: &CliImport) -> Result<CliReport, CliFault> {
    let begun = Instant::now();
    let scope = scope_of(shop, asked).await?;
    let file = take_in(shop, asked).await?;
    let id = file.id;
    transact!(shop.db, &scope, |tx| { verbs::bring(tx, &file, false).await })?;
    parse(shop, &scope, id).await?;
    let batch = store::get(&mut shop.db.reads(), scope.group, id).await?;
    if let Some(told) = told(&batch, asked.locale) {
        call_off(shop, &scope, &batch).await?;
        return Err(CliFault::Told(told));
    }
    if asked.dry_run {
        let mut report = report(shop, &batch, asked).await?;
        report.tasks_planned = planned(shop, &batch, asked).await?;
        call_off(shop, &scope, &batch).await?;
        report.seconds = begun.elapsed().as_secs_f64();
        return Ok(report);
    }
    let (version, from) = (batch.version, asked.plan_from);
    transact!(shop.db, &scope, |tx| { verbs::confirm(tx, id, version, from, false).await })?;
    let mut pace = Pace::applying();
    while apply_next_chunk(&shop.db, scope.group, id, &mut pace).await?.state == State::Applying {}
    let batch = store::get(&mut shop.db.reads(), scope.group, id).await?;
    if batch.state != State::Applied {
        return Err(CliFault::Told(text(asked.locale, "import-failed-apply", &[]).into_owned()));
    }
    let mut report = report(shop, &batch, asked).await?;
    // What was done, not what the preview said.
    report.new = batch.counts.done.new;
    report.changed = batch.counts.done.changed;
    report.same = batch.counts.read - batch.counts.rejected - report.new - report.changed;
    report.tasks_planned = batch.tasks_planned;
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

/// Every group has the same rights to the command line; a store is meant by its name or code.
async fn scope_of(shop: &Workshop, asked: &CliImport) -> Result<Scope, CliFault> {
    let mut reads = shop.db.reads();
    let groups = identity::groups(&mut reads).await?;
    let mut found = Vec::new();
    for group in &groups {
        for card in identity::org::all_stores(&mut reads, group.id).await? {
            let meant = asked.store.as_ref().is_none_or(|name| {
                let name = name.trim().to_lowercase();
                card.name.to_lowercase() == name || card.code.to_lowercase() == name
            });
            if meant && card.closed_at.is_none() {
                found.push((group.id, card.id));
            }
        }
    }
    match (found.as_slice(), groups.as_slice(), &asked.store) {
        ([(group, store)], _, _) => Ok(Scope::system(*group, Some(*store))),
        (_, [group], None) => Ok(Scope::system(group.id, None)),
        (_, _, None) => Err(CliFault::Told(text(asked.locale, "import-cli-store", &[]).into_owned())),
        (_, _, Some(_)) => Err(CliFault::Told(text(asked.locale, "import-cli-no-such-store", &[]).into_owned())),
    }
}

/// Copies the file below the data folder, hashing it on the way.
async fn take_in(shop: &Workshop, asked: &CliImport) -> Result<NewFile, CliFault> {
    let id: ImportId = shop.db.new_id();
    let name = clean_name(&asked.file.to_string_lossy());
    let stored = stored_name(id, &name);
    let to = shop.make_folder().await?.join(&stored);
    let from = asked.file.clone();
    let copied = tokio::task::spawn_blocking(move || copy(&from, &to)).await.map_err(Problem::internal)?;
    let hash = copied.map_err(|error| CliFault::Told(format!("{}: {error}", asked.file.display())))?;
    Ok(NewFile { id, name, hash, path: format!("{FOLDER}/{stored}"), kind: asked.kind })
}

fn copy(from: &Path, to: &Path) -> std::io::Result<String> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut from = std::fs::File::open(from)?;
    let mut to = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 256 << 10];
    loop {
        let n = from.read(&mut piece)?;
        if n == 0 {
            break;
        }
        hash.update(&piece[..n]);
        to.write_all(&piece[..n])?;
    }
    to.sync_all()?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What keeps it from being written, one line each.
fn told(batch: &Batch, locale: Locale) -> Option<String> {
    if let Some(fault) = &batch.fault {
        let (what, remedy) = texts::file_fault(locale, fault);
        return Some(format!("{what}{}{remedy}", text(locale, "import-colon", &[])));
    }
    let questions = batch.mapping.questions();
    let line = |question: &Question| match question {
        Question::NoSheet => text(locale, "import-ask-no-sheet", &[]).into_owned(),
        Question::Missing { fields, .. } => {
            let names: Vec<String> = fields.iter().map(|f| texts::field(locale, *f)).collect();
            format!("{} {}", text(locale, "import-cli-missing", &[]), names.join("/"))
        }
        Question::StoreCode { code, .. } if code.is_empty() => text(locale, "import-cli-store", &[]).into_owned(),
        Question::StoreCode { code, .. } => format!("{} {code}", text(locale, "import-cli-code", &[])),
        Question::DateOrder { field, .. } => {
            format!("{} {}", text(locale, "import-cli-date", &[]), texts::field(locale, *field))
        }
    };
    (!questions.is_empty()).then(|| questions.iter().map(line).collect::<Vec<_>>().join("\n"))
}

async fn planned(shop: &Workshop, batch: &Batch, asked: &CliImport) -> Result<i64, CliFault> {
    let from = asked.plan_from.or(batch.options.plan_from).filter(|_| !batch.options.first_for.is_empty());
    Ok(match from {
        Some(day) => store::since(&mut shop.db.reads(), batch.group_id, batch.id, day).await?,
        None => batch.counts.in_time,
    })
}

/// Nothing of it stays: staging and file go at once.
async fn call_off(shop: &Workshop, scope: &Scope, batch: &Batch) -> Result<(), CliFault> {
    let id = batch.id;
    if batch.state.cancellable() {
        transact!(shop.db, scope, |tx| { verbs::cancel(tx, id).await })?;
    }
    while transact!(shop.db, scope, |tx| { store::erase(tx, id).await })? {}
    // Gone or not, the expiry job looks again.
    let _ = tokio::fs::remove_file(shop.blob(batch)).await;
    Ok(())
}

async fn report(shop: &Workshop, batch: &Batch, asked: &CliImport) -> Result<CliReport, CliFault> {
    let t = &batch.counts;
    let mut rejected = Vec::new();
    let (mut after, which) = (0, Which::Verdict(RowVerdict::Rejected));
    loop {
        let rows = store::shown(&mut shop.db.reads(), batch.group_id, batch.id, which, after, 2_000).await?;
        let Some(last) = rows.last() else { break };
        after = last.seq;
        rejected.extend(rows.into_iter().map(|row| RejectedLine {
            reason: texts::reasons(asked.locale, &RowSaid::read(&row.notes).faults),
            sheet: row.sheet,
            row: row.row_no,
        }));
    }
    Ok(CliReport {
        import: batch.id,
        dry_run: asked.dry_run,
        read: t.read,
        new: t.new,
        changed: t.changed,
        same: t.same,
        rejected,
        skipped: t.skipped,
        too_late: t.late,
        tasks_planned: 0,
        seconds: 0.0,
    })
}

impl CliReport {
    /// A few lines for people.
    pub fn text(&self, locale: Locale) -> String {
        let mut out = String::new();
        let mut line = |key: &str, n: String| {
            let _ = writeln!(out, "{:>8}  {}", n, text(locale, key, &[]));
        };
        line("import-cli-read", self.read.to_string());
        line("import-verdict-new", self.new.to_string());
        line("import-verdict-changed", self.changed.to_string());
        line("import-verdict-same", self.same.to_string());
        line("import-verdict-rejected", self.rejected.len().to_string());
        line("import-verdict-skipped", self.skipped.to_string());
        line("import-late", self.too_late.to_string());
        line(if self.dry_run { "import-sum-to-plan" } else { "import-sum-planned" }, self.tasks_planned.to_string());
        line("import-cli-seconds", format!("{:.1}", self.seconds));
        for r in self.rejected.iter().take(20) {
            let _ = writeln!(out, "{} {}: {}", r.sheet, r.row, r.reason);
        }
        if self.rejected.len() > 20 {
            let _ = writeln!(out, "… {}", self.rejected.len() - 20);
        }
        out
    }
}
