//! What a person does with an import: bring a file, correct how it is read, confirm, call off, undo.

use std::collections::BTreeMap;

use kernel::{Cap, ImportId, Millis, Problem, Result, Scope, StoreDate, StoreId};
use platform::db::{Sql, Tx};
use platform::{audit, jobs, settings};
use serde_json::{Value, json};

use super::apply::progress;
use super::field::{Field, Kind};
use super::jobs::{APPLY, ERASE, PARSE, UNDO};
use super::look::FIRST;
use super::plan::Choices;
use super::state::State;
use super::store::{self, Batch, BatchLine, NewBatch};
use crate::identity;
use kernel::loose::DateOrder;

/// An applied import can be undone for so long.
pub const UNDO_FOR: i64 = 7 * Millis::DAY;

fn may(scope: &Scope, store: StoreId) -> bool {
    scope.reach_in(Cap::ImportRun, store).is_some()
}

/// A file for several stores is found by whoever may import in all of them; one that names no store yet, by whoever
/// brought it.
fn sees(scope: &Scope, batch: &Batch) -> bool {
    match (batch.store_id, batch.mapping.stores.as_slice()) {
        (Some(store), _) => may(scope, store),
        (None, []) => batch.actor == scope.user,
        (None, stores) => stores.iter().all(|store| may(scope, *store)),
    }
}

/// # Errors
/// `Forbidden` without the right where one works, `NotFound` for what is not of this scope.
pub async fn find(q: &mut impl Sql, scope: &Scope, id: ImportId) -> Result<Batch> {
    scope.need(Cap::ImportRun)?;
    let batch = store::get(q, scope.group, id).await?;
    if sees(scope, &batch) { Ok(batch) } else { Err(Problem::NotFound) }
}

/// Imports of the store worked in, the latest first; `before`: the id of the last one shown.
/// # Errors
/// `Forbidden`.
pub async fn list(q: &mut impl Sql, scope: &Scope, before: Option<ImportId>) -> Result<Vec<BatchLine>> {
    scope.need(Cap::ImportRun)?;
    let everywhere = identity::org::all_stores(q, scope.group).await?.iter().all(|s| may(scope, s.id));
    store::list(q, scope.group, before.map_or(i64::MAX, ImportId::raw), scope.store, scope.user, everywhere).await
}

/// A file that lies below the data folder.
#[derive(Clone, Debug)]
pub struct NewFile {
    pub id: ImportId,
    pub name: String,
    /// SHA-256, hex.
    pub hash: String,
    /// Below the data folder.
    pub path: String,
    /// `None`: look at the columns.
    pub kind: Option<Kind>,
}

/// Takes a file in; `queue`: its reading is a job, else the caller reads it.
/// # Errors
/// `Forbidden`.
pub async fn bring(tx: &mut Tx, file: &NewFile, queue: bool) -> Result<()> {
    let scope = tx.scope().clone();
    scope.need(Cap::ImportRun)?;
    let options = Choices { home: scope.store, may: allowed(tx, &scope).await?, kind: file.kind, ..Choices::default() };
    let new = NewBatch {
        id: file.id,
        file_name: &file.name,
        file_hash: &file.hash,
        blob_path: &file.path,
        options: &options,
    };
    store::add(tx, &new).await?;
    audit::note(tx, "import.brought", "import", file.id.raw(), &Value::Null, &json!({ "file": file.hash })).await?;
    if queue { enqueue(tx, PARSE, file.id, "1").await } else { Ok(()) }
}

/// Stores in which the person may import.
async fn allowed(q: &mut impl Sql, scope: &Scope) -> Result<Vec<StoreId>> {
    let all = identity::org::all_stores(q, scope.group).await?;
    Ok(all.into_iter().filter(|s| s.closed_at.is_none() && may(scope, s.id)).map(|s| s.id).collect())
}

/// Answers and corrections from the preview; what is `None` stays as it was.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// `Some(None)`: look at the columns.
    pub kind: Option<Option<Kind>>,
    pub sheets: Option<Vec<u32>>,
    /// Per sheet: the header row, 0 for none, `None` to look for it.
    pub header: BTreeMap<u32, Option<u32>>,
    pub mapping: BTreeMap<u32, Vec<(usize, Option<Field>)>>,
    pub dates: BTreeMap<u32, BTreeMap<Field, DateOrder>>,
    pub codes: BTreeMap<String, Option<StoreId>>,
    /// The day chosen already for a store's first import.
    pub plan_from: Option<StoreDate>,
}

/// Reads the file again with other columns, sheets, dates or stores.
/// # Errors
/// `NotFound`, `Forbidden` for a store in which one may not import, `Conflict("import-changed")`.
pub async fn correct(tx: &mut Tx, id: ImportId, version: i64, with: &Correction) -> Result<()> {
    let scope = tx.scope().clone();
    let batch = find(tx, &scope, id).await?;
    if with.codes.values().flatten().any(|store| !may(&scope, *store)) {
        return Err(Problem::Forbidden);
    }
    let mut options = batch.options.clone();
    options.may = allowed(tx, &scope).await?;
    if let Some(kind) = with.kind
        && kind != options.kind
    {
        // Columns of another kind were chosen for nothing.
        options = Choices { kind, mapping: BTreeMap::new(), ..options };
    }
    if let Some(sheets) = &with.sheets {
        options.sheets = Some(sheets.clone());
    }
    for (sheet, row) in &with.header {
        // Columns below another header were chosen for nothing.
        options.mapping.remove(sheet);
        options.dates.remove(sheet);
        match row {
            Some(row) => options.header.insert(*sheet, *row),
            None => options.header.remove(sheet),
        };
    }
    options.mapping.extend(with.mapping.clone());
    options.dates.extend(with.dates.clone());
    options.codes.extend(with.codes.clone());
    options.plan_from = with.plan_from.or(options.plan_from);
    if !store::read_again(tx, id, version, &options).await? {
        return Err(Problem::Conflict("import-changed"));
    }
    enqueue(tx, PARSE, id, &format!("{}", version + 1)).await
}

/// Forgets how files of this layout were read last time; one that waits for its preview is read anew, as if it were the
/// first.
/// # Errors
/// `NotFound`; `Conflict("import-changed")` when the preview shown was not the last.
pub async fn forget(tx: &mut Tx, id: ImportId, version: i64) -> Result<()> {
    let scope = tx.scope().clone();
    let batch = find(tx, &scope, id).await?;
    for layout in batch.mapping.sheets.iter().filter_map(|sheet| sheet.layout.as_ref()) {
        store::drop_layout(tx, batch.options.home, &layout.fingerprint).await?;
    }
    audit::note(tx, "import.layout_forgotten", "import", id.raw(), &Value::Null, &Value::Null).await?;
    if !batch.state.open() {
        return Ok(());
    }
    let (header, mapping, dates) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let options = Choices { header, mapping, dates, ..batch.options };
    if !store::read_again(tx, id, version, &options).await? {
        return Err(Problem::Conflict("import-changed"));
    }
    enqueue(tx, PARSE, id, &format!("{}", version + 1)).await
}

/// Applies what the preview showed. `plan_from`: asked at a store's first import.
/// # Errors
/// `NotFound`; `Forbidden` without the right in each store; `Refused("import-questions")` while something is asked;
/// `Conflict("import-changed")` when the preview shown was not the last.
pub async fn confirm(tx: &mut Tx, id: ImportId, version: i64, plan_from: Option<StoreDate>, queue: bool) -> Result<()> {
    let scope = tx.scope().clone();
    let batch = find(tx, &scope, id).await?;
    if batch.state == State::Asking || !batch.mapping.questions().is_empty() {
        return Err(Problem::Refused("import-questions"));
    }
    if batch.mapping.stores.iter().any(|store| !may(&scope, *store)) {
        return Err(Problem::Forbidden);
    }
    let mut options = batch.options.clone();
    if !options.first_for.is_empty() {
        options.plan_from = plan_from.or(options.plan_from);
    }
    if !store::confirmed(tx, id, version, &options).await? {
        return Err(Problem::Conflict("import-changed"));
    }
    for store in &options.first_for {
        settings::set(tx, Some(*store), FIRST, &id.to_string()).await?;
    }
    remember(tx, &batch).await?;
    let after = json!({ "new": batch.counts.new, "changed": batch.counts.changed, "stores": batch.mapping.stores });
    audit::note(tx, "import.confirmed", "import", id.raw(), &Value::Null, &after).await?;
    tell(tx, id).await?;
    if queue { enqueue(tx, APPLY, id, &format!("{}", version + 1)).await } else { Ok(()) }
}

/// The next file of this layout is read alike.
async fn remember(tx: &mut Tx, batch: &Batch) -> Result<()> {
    for (sheet, layout) in batch.mapping.active() {
        let mapping = serde_json::to_value(layout.mapping()).map_err(Problem::internal)?;
        let asked = batch.options.dates.get(&sheet.index).cloned().unwrap_or_default();
        let decided: BTreeMap<Field, DateOrder> = sheet
            .orders
            .decided
            .iter()
            .filter(|(f, _)| sheet.remembered || asked.contains_key(f))
            .map(|(f, o)| (*f, *o))
            .collect();
        let dates = serde_json::to_value(decided).map_err(Problem::internal)?;
        store::put_layout(tx, batch.options.home, &layout.fingerprint, layout.kind.code(), &mapping, &dates).await?;
    }
    for (code, store) in batch.options.codes.iter().filter(|(code, _)| !code.is_empty()) {
        if let Some(store) = store {
            store::put_store_code(tx, code, *store).await?;
        }
    }
    Ok(())
}

/// Calls an import off before anything of it is written.
/// # Errors
/// `NotFound`; `Refused("import-too-late-to-cancel")`.
pub async fn cancel(tx: &mut Tx, id: ImportId) -> Result<()> {
    let scope = tx.scope().clone();
    find(tx, &scope, id).await?;
    if !store::cancelled(tx, id).await? {
        return Err(Problem::Refused("import-too-late-to-cancel"));
    }
    audit::note(tx, "import.cancelled", "import", id.raw(), &Value::Null, &Value::Null).await?;
    tell(tx, id).await?;
    enqueue(tx, ERASE, id, "1").await
}

/// Takes an applied import back, for seven days.
/// # Errors
/// `NotFound`; `Forbidden`; `Refused("import-undo-over")` after that time or when it is not applied.
pub async fn undo(tx: &mut Tx, id: ImportId, queue: bool) -> Result<()> {
    let scope = tx.scope().clone();
    let batch = find(tx, &scope, id).await?;
    if batch.mapping.stores.iter().any(|store| !may(&scope, *store)) {
        return Err(Problem::Forbidden);
    }
    if !undoable(&batch, tx.now()) || !store::undoing(tx, id).await? {
        return Err(Problem::Refused("import-undo-over"));
    }
    audit::note(tx, "import.undo", "import", id.raw(), &Value::Null, &Value::Null).await?;
    tell(tx, id).await?;
    if queue { enqueue(tx, UNDO, id, &format!("{}", batch.version + 1)).await } else { Ok(()) }
}

pub(super) fn undoable(batch: &Batch, now: Millis) -> bool {
    let in_time = batch.applied_at.is_some_and(|at| now.since(at) <= UNDO_FOR);
    batch.state == State::Applied && in_time && !batch.blob_path.is_empty()
}

/// Goes on with an import that failed on our side.
/// # Errors
/// `NotFound`; `Refused("import-no-retry")` where the file itself is the reason.
pub async fn retry(tx: &mut Tx, id: ImportId) -> Result<()> {
    let scope = tx.scope().clone();
    let batch = find(tx, &scope, id).await?;
    let (state, job) = retriable(&batch).ok_or(Problem::Refused("import-no-retry"))?;
    if !store::resumed(tx, id, state).await? {
        return Err(Problem::Refused("import-no-retry"));
    }
    tell(tx, id).await?;
    enqueue(tx, job, id, &format!("{}", batch.version + 1)).await
}

/// Where it goes on, when the fault was ours.
pub(super) fn retriable(batch: &Batch) -> Option<(State, &'static str)> {
    match (batch.state, batch.fault.as_deref()) {
        (State::Failed, Some("read" | "sheet.io" | "sheet.no_progress")) => Some((State::Uploaded, PARSE)),
        (State::Failed, Some("apply")) => Some((State::Applying, APPLY)),
        (State::Failed, Some("undo")) => Some((State::Undoing, UNDO)),
        (_, _) => None,
    }
}

async fn tell(tx: &mut Tx, id: ImportId) -> Result<()> {
    let batch = store::get(tx, tx.scope().group, id).await?;
    tx.signal(progress(&batch).signal(batch.group_id, batch.store_id));
    Ok(())
}

async fn enqueue(tx: &mut Tx, kind: &str, id: ImportId, round: &str) -> Result<()> {
    let now = tx.now();
    jobs::enqueue(tx, kind, &format!("{kind}:{id}:{round}"), &json!({ "import": id }), now).await
}
