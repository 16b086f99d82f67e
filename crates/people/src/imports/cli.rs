//! `zhiyin import --kind repair-orders|deliveries|customers [--store NAME] FILE [--dry-run] [--json]`

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use kernel::{ImportId, Problem, Scope, StoreDate};
use platform::i18n::{Locale, Msg, text};
use platform::transact;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::apply::apply_next_chunk;
use super::counts::Tally;
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
    pub skipped: i64,
    /// New ones whose follow-up had expired before they came.
    pub too_late: i64,
    /// New people who resemble somebody known.
    pub possible_duplicates: i64,
    pub tasks_planned: i64,
    pub seconds: f64,
    /// The lines themselves are handed over one by one.
    #[serde(skip)]
    pub rejected: i64,
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum CliFault {
    /// Said in the asked language; mend it and run again.
    Told(Told),
    Problem(Problem),
}

/// What is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub code: String,
    pub message: String,
    pub remedy: String,
}

impl From<Problem> for CliFault {
    fn from(problem: Problem) -> CliFault {
        CliFault::Problem(problem)
    }
}

impl CliFault {
    fn told(locale: Locale, key: &'static str, args: &[(&'static str, &str)]) -> CliFault {
        let code = key.trim_start_matches("import-cli-").replace('-', "_");
        let message =
            args.iter().fold(Msg::new(locale, key), |msg, (name, value)| msg.s(name, (*value).to_owned())).to_string();
        CliFault::Told(Told { code, message, remedy: text(locale, &format!("{key}-remedy"), &[]).into_owned() })
    }
}

/// Whoever takes the rejected lines, in the order of the file.
pub type Lines<'a> = dyn FnMut(RejectedLine) + Send + 'a;

/// The whole way of a file in this process. Killed half-way, a running server goes on with it.
/// # Errors
/// What is to be mended, or as the database answers.
pub async fn cli(shop: &Workshop, asked: &CliImport, lines: &mut Lines<'_>) -> Result<CliReport, CliFault> {
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
        let from = asked.plan_from.or(batch.options.plan_from);
        let planned = batch.counts.to_plan(from);
        let mut report = report(&batch, &batch.counts, asked, planned);
        rejected(shop, &batch, asked.locale, lines).await?;
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
        let (message, remedy) = texts::file_fault(asked.locale, "apply");
        return Err(CliFault::Told(Told { code: "apply".into(), message, remedy }));
    }
    // What was done, not what the preview said.
    let mut report = report(&batch, &batch.counts.settled(), asked, batch.tasks_planned);
    report.seconds = begun.elapsed().as_secs_f64();
    rejected(shop, &batch, asked.locale, lines).await?;
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
    let told = |key, args: &[(&'static str, &str)]| Err(CliFault::told(asked.locale, key, args));
    match (found.as_slice(), groups.as_slice(), &asked.store) {
        (_, [], _) => told("import-cli-nothing-here", &[]),
        ([(group, store)], _, _) => Ok(Scope::system(*group, Some(*store))),
        (_, [group], None) => Ok(Scope::system(group.id, None)),
        (_, _, None) => told("import-cli-several-groups", &[]),
        ([], _, Some(name)) => told("import-cli-no-such-store", &[("name", name)]),
        (_, _, Some(name)) => told("import-cli-several-stores", &[("name", name)]),
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
    let hash = copied.map_err(|error| {
        let (file, why) = (asked.file.display().to_string(), error.to_string());
        CliFault::told(asked.locale, "import-cli-no-file", &[("file", &file), ("why", &why)])
    })?;
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

/// What keeps it from being written; questions one line each.
fn told(batch: &Batch, locale: Locale) -> Option<Told> {
    if let Some(fault) = &batch.fault {
        let (message, remedy) = texts::file_fault(locale, fault);
        let code = fault.split(' ').next().unwrap_or_default().to_owned();
        return Some(Told { code, message, remedy });
    }
    let questions = batch.mapping.questions();
    let first = questions.first()?;
    let (code, remedy) = match first {
        Question::NoSheet => ("no_header", "import-cli-web"),
        Question::Missing { .. } => ("columns", "import-cli-web"),
        Question::StoreCode { code, .. } if code.is_empty() => ("store", "import-cli-store-remedy"),
        Question::StoreCode { .. } => ("store_code", "import-cli-web"),
        Question::DateOrder { .. } => ("date_order", "import-cli-web"),
    };
    let line = |question: &Question| match question {
        Question::NoSheet => text(locale, "import-cli-no-header", &[]).into_owned(),
        Question::Missing { fields, .. } => {
            let names: Vec<String> = fields.iter().map(|f| texts::field(locale, *f)).collect();
            Msg::new(locale, "import-cli-missing").s("fields", names.join("/")).to_string()
        }
        Question::StoreCode { code, rows } if code.is_empty() => {
            Msg::new(locale, "import-cli-store").n("n", *rows).to_string()
        }
        Question::StoreCode { code, .. } => Msg::new(locale, "import-cli-code").s("code", code).to_string(),
        Question::DateOrder { field, .. } => {
            Msg::new(locale, "import-cli-date").s("field", texts::field(locale, *field)).to_string()
        }
    };
    let message = questions.iter().map(line).collect::<Vec<_>>().join("\n");
    Some(Told { code: code.into(), message, remedy: text(locale, remedy, &[]).into_owned() })
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

fn report(batch: &Batch, t: &Tally, asked: &CliImport, planned: i64) -> CliReport {
    CliReport {
        import: batch.id,
        dry_run: asked.dry_run,
        read: t.read,
        new: t.new,
        changed: t.changed,
        same: t.same,
        rejected: t.rejected,
        skipped: t.skipped,
        too_late: t.late,
        possible_duplicates: t.alike,
        tasks_planned: planned,
        seconds: 0.0,
    }
}

/// Page by page: a file may be nothing but rejected rows.
async fn rejected(shop: &Workshop, batch: &Batch, locale: Locale, lines: &mut Lines<'_>) -> Result<(), CliFault> {
    let (mut after, which) = (0, Which::Verdict(RowVerdict::Rejected));
    loop {
        let rows = store::shown(&mut shop.db.reads(), batch.group_id, batch.id, which, after, 1_000).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.seq;
        for row in rows {
            let reason = texts::reasons(locale, &RowSaid::read(&row.notes).faults);
            lines(RejectedLine { reason, sheet: row.sheet, row: row.row_no });
        }
    }
}
