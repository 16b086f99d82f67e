//! Writing staged rows for good, chunk by chunk.

use std::collections::BTreeMap;
use std::time::Instant;

use kernel::{GroupId, ImportId, Problem, Result, StoreId};
use platform::db::{Db, Tx};
use platform::{audit, transact};
use serde_json::{Value, json};

use super::classify::{self, Judged};
use super::counts::Tally;
use super::draft::Draft;
use super::field::Kind;
use super::hooks::hooks;
use super::pace::{Ahead, Pace};
use super::said::RowSaid;
use super::state::{RowState, RowVerdict, State};
use super::store::{self, Batch, Mark, StagedRow};
use super::workshop::{Progress, on_behalf};
use crate::intake::{BATCH, Importing, Recording};

impl Pace {
    /// For [`apply_next_chunk`].
    pub fn applying() -> Pace {
        Pace::new(400, BATCH)
    }
}

enum Step {
    /// So many rows; there may be more.
    Wrote(usize),
    /// All rows are written.
    Drained,
    /// It is not being applied (any more).
    Other,
}

/// Writes the next rows of an import that is being applied: matched anew, with facts, tasks, events, staging marks and
/// progress in one transaction of about 100 ms. After the last one the import is `applied` and its tasks are shown;
/// any process may call this at any time, so that an import goes on after a crash at the next row.
/// # Errors
/// As the database and the listeners answer; nothing of the chunk is kept then.
pub async fn apply_next_chunk(db: &Db, group: GroupId, id: ImportId, pace: &mut Pace) -> Result<Progress> {
    let batch = store::get(&mut db.reads(), group, id).await?;
    let scope = on_behalf(&batch);
    if batch.state == State::Applying {
        let chunk = Chunk { after: batch.rows_done, rows: next_rows(db, &batch, pace).await? };
        if let Some((last, _)) = chunk.rows.last() {
            pace.ahead = Some(look_ahead(db, &batch, last.seq, pace.rows()));
        }
        let owed = pace.owed_ms;
        let (step, begun) = transact!(db, &scope, |tx| {
            let begun = Instant::now();
            Ok((write(tx, id, &chunk, owed).await?, begun))
        })?;
        // With the commit, which takes as long as half of the rest.
        let took = begun.elapsed();
        match step {
            Step::Wrote(rows) => {
                pace.owed_ms = 0;
                pace.learn(rows, took);
            }
            Step::Drained => finish(db, &batch, pace.owed_ms).await?,
            Step::Other => {}
        }
    }
    let batch = store::get(&mut db.reads(), group, id).await?;
    if batch.state == State::Applied {
        // Killed between applying and showing, this goes on here.
        while transact!(db, &scope, |tx| { (hooks().reveal)(tx, id).await })? {}
    }
    Ok(progress(&batch))
}

/// Rows above `after`, as they were staged: nobody changes them while they are being applied.
struct Chunk {
    after: i64,
    rows: Vec<(StagedRow, Draft)>,
}

/// Those that were read ahead, where they are the next ones; else read now.
async fn next_rows(db: &Db, batch: &Batch, pace: &mut Pace) -> Result<Vec<(StagedRow, Draft)>> {
    let (after, n) = (batch.rows_done, pace.rows());
    let mut rows = match pace.ahead.take().filter(|a| a.import == batch.id && a.after == after) {
        Some(ahead) => ahead.rows.await.map_err(Problem::internal)??,
        None => read(db, batch.group_id, batch.id, after, n).await?,
    };
    rows.truncate(n);
    Ok(rows)
}

fn look_ahead(db: &Db, batch: &Batch, after: i64, n: usize) -> Ahead {
    let (db, group, import) = (db.clone(), batch.group_id, batch.id);
    Ahead { import, after, rows: tokio::spawn(async move { read(&db, group, import, after, n).await }) }
}

async fn read(db: &Db, group: GroupId, id: ImportId, after: i64, n: usize) -> Result<Vec<(StagedRow, Draft)>> {
    let rows = store::to_apply(&mut db.reads(), group, id, after, n).await?;
    let drafted = rows.into_iter().map(|row| {
        let unreadable = || Problem::internal(format!("staged row {} is unreadable", row.seq));
        let draft = row.draft.as_deref().and_then(Draft::from_staging).ok_or_else(unreadable)?;
        Ok((row, draft))
    });
    drafted.collect()
}

pub(super) fn progress(batch: &Batch) -> Progress {
    Progress { id: batch.id, state: batch.state, done: batch.rows_done, total: batch.rows_total }
}

async fn write(tx: &mut Tx, id: ImportId, chunk: &Chunk, owed_ms: i64) -> Result<Step> {
    store::take_turn(tx, id).await?;
    let batch = store::get(tx, tx.scope().group, id).await?;
    if batch.state != State::Applying || batch.rows_done != chunk.after {
        return Ok(Step::Other);
    }
    let rows = &chunk.rows;
    let Some(last) = rows.last().map(|(row, _)| row.seq) else { return Ok(Step::Drained) };
    let mut tally = batch.counts.clone();
    let mut marks = Vec::with_capacity(rows.len());
    for ((store, kind), rows) in grouped(rows)? {
        let (seqs, drafts): (Vec<i64>, Vec<Draft>) =
            rows.iter().map(|(row, draft)| (row.seq, (*draft).clone())).unzip();
        let first = batch.options.first_for.contains(&store);
        let how = Recording {
            store,
            import: Some(Importing { id, seqs: &seqs }),
            plan_from: batch.options.plan_from.filter(|_| first),
        };
        let judged = classify::write(tx, &how, kind, drafts).await?;
        marks.extend(rows.iter().zip(&judged).map(|((row, _), judged)| mark(kind, row, judged, &mut tally)));
    }
    store::mark(tx, id, &marks).await?;
    if !store::advanced(tx, &batch, last, &tally, owed_ms).await? {
        // Cannot be while it is our turn; then nothing of this chunk may stay.
        return Err(Problem::Conflict("import-moved-on"));
    }
    let progress = Progress { done: last, ..progress(&batch) };
    tx.signal(progress.signal(batch.group_id, batch.store_id));
    Ok(Step::Wrote(rows.len()))
}

type Group<'a> = Vec<(&'a StagedRow, &'a Draft)>;

fn grouped(rows: &[(StagedRow, Draft)]) -> Result<BTreeMap<(StoreId, Kind), Group<'_>>> {
    let mut groups: BTreeMap<(StoreId, Kind), Group<'_>> = BTreeMap::new();
    for (row, draft) in rows {
        let Some(store) = row.store_id else {
            return Err(Problem::internal(format!("staged row {} has no store", row.seq)));
        };
        groups.entry((store, draft.kind())).or_default().push((row, draft));
    }
    Ok(groups)
}

fn mark(kind: Kind, row: &StagedRow, judged: &Judged, tally: &mut Tally) -> Mark {
    match judged.verdict {
        RowVerdict::New => tally.done.new += 1,
        RowVerdict::Changed => tally.done.changed += 1,
        RowVerdict::Same | RowVerdict::Rejected | RowVerdict::Skipped => tally.done.same += 1,
    }
    let (subject, alike) = (judged.found.subject, judged.found.alike);
    tally.done.alike += i64::from(alike);
    // What is shown afterwards is what was done.
    let verdict = Some(judged.verdict).filter(|v| *v != row.verdict);
    if verdict.is_some() && row.late {
        tally.late -= 1;
    }
    let alike_now = Some(alike).filter(|a| *a != row.alike);
    if !moved(kind, row, judged) {
        let notes = (verdict.is_some() || alike_now.is_some()).then(|| retold(row, judged).to_text());
        return Mark { seq: row.seq, subject, state: RowState::Applied, notes, verdict, alike: alike_now };
    }
    tally.moved += 1;
    let mut said = retold(row, judged);
    said.moved = Some((row.verdict.key().into(), judged.verdict.key().into()));
    Mark { seq: row.seq, subject, state: RowState::Moved, notes: Some(said.to_text()), verdict, alike: alike_now }
}

/// What the row says, with what was found at last.
fn retold(row: &StagedRow, judged: &Judged) -> RowSaid {
    let mut said = RowSaid::read(&row.notes);
    said.fields = judged.found.fields.iter().map(|f| (*f).to_owned()).collect();
    said.found = judged.found.notes.clone();
    said.how = Some(judged.found.customer.how);
    said.cancelled = judged.cancelled;
    said
}

/// Whether somebody changed the record between the preview and now, so that the result is not the one shown.
fn moved(kind: Kind, row: &StagedRow, judged: &Judged) -> bool {
    let found = &judged.found;
    let another = row.subject_id.is_some() && found.subject != row.subject_id;
    match kind {
        // A customer may stand in several rows: what an earlier one made is no news.
        Kind::Customers => another || (row.verdict == RowVerdict::Same && judged.verdict != RowVerdict::Same),
        Kind::RepairOrders | Kind::Deliveries => {
            let since = judged.verdict == RowVerdict::Changed && found.seen_version != row.seen_version;
            another || since || judged.verdict != row.verdict
        }
    }
}

/// Applied first, shown after: no task reaches an agent before.
async fn finish(db: &Db, batch: &Batch, owed_ms: i64) -> Result<()> {
    let (scope, id) = (on_behalf(batch), batch.id);
    let planned = (hooks().planned)(&mut db.reads(), &scope, id).await?;
    transact!(db, &scope, |tx| {
        store::take_turn(tx, id).await?;
        if store::applied(tx, id, planned, owed_ms).await? {
            let batch = store::get(tx, batch.group_id, id).await?;
            let done = &batch.counts.done;
            let after = json!({ "new": done.new, "changed": done.changed, "same": done.same, "tasks": planned });
            audit::note(tx, "import.applied", "import", id.raw(), &Value::Null, &after).await?;
            tx.signal(progress(&batch).signal(batch.group_id, batch.store_id));
        }
        Ok(())
    })
}
