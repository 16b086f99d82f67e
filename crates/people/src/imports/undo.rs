//! Taking an applied import back, row by row, from the last to the first.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use kernel::{GroupId, ImportId, Problem, Result};
use platform::db::{Db, Tx};
use platform::{audit, settings, transact};
use serde_json::{Value, json};

use super::apply::progress;
use super::field::Kind;
use super::hooks::hooks;
use super::look::FIRST;
use super::pace::Pace;
use super::said::{Kept, RowSaid};
use super::state::{RowState, State};
use super::store::{self, Batch, Mark, StagedRow};
use super::workshop::{Progress, on_behalf};
use crate::intake;

impl Pace {
    /// For [`undo_next_chunk`]: each row asks who depends on it.
    pub fn undoing() -> Pace {
        Pace::new(50, 500)
    }
}

/// Takes the next rows back of an import that is being undone, in one transaction of about 100 ms. What somebody
/// depends on stays, and says why. Any process may call this at any time.
/// # Errors
/// As the database and the listeners answer; nothing of the chunk is kept then.
pub async fn undo_next_chunk(db: &Db, group: GroupId, id: ImportId, pace: &mut Pace) -> Result<Progress> {
    let batch = store::get(&mut db.reads(), group, id).await?;
    if batch.state == State::Undoing {
        let scope = on_behalf(&batch);
        let (n, owed) = (pace.rows(), pace.owed_ms);
        let (rows, begun) = transact!(db, &scope, |tx| {
            let begun = Instant::now();
            Ok((take_back(tx, id, n, owed).await?, begun))
        })?;
        pace.owed_ms = 0;
        pace.learn(rows, begun.elapsed());
    }
    Ok(progress(&store::get(&mut db.reads(), group, id).await?))
}

async fn take_back(tx: &mut Tx, id: ImportId, n: usize, owed_ms: i64) -> Result<usize> {
    store::take_turn(tx, id).await?;
    let batch = store::get(tx, tx.scope().group, id).await?;
    if batch.state != State::Undoing {
        return Ok(0);
    }
    let rows = store::to_undo(tx, batch.group_id, id, batch.rows_done, n).await?;
    let Some(last) = rows.last().map(|row| row.seq) else {
        finish(tx, &batch, owed_ms).await?;
        return Ok(0);
    };
    let staying = staying(tx, &batch, &rows).await?;
    let mut tally = batch.counts.clone();
    let mut marks = Vec::with_capacity(rows.len());
    for row in &rows {
        let kept = match row.subject_id.and_then(|subject| staying.get(&subject)) {
            Some(why) => vec![Kept { what: "task".into(), why: (*why).into() }],
            None => {
                let outcome = intake::undo_row(tx, id, row.seq).await?;
                tally.undone += i64::from(!outcome.undone.is_empty());
                let kept = outcome.kept.iter();
                kept.map(|(what, _, why)| Kept { what: what.key().into(), why: why.key().into() }).collect()
            }
        };
        let state = if kept.is_empty() { RowState::Undone } else { RowState::Kept };
        tally.kept += i64::from(state == RowState::Kept);
        let notes = (!kept.is_empty()).then(|| RowSaid { kept, ..RowSaid::read(&row.notes) }.to_text());
        marks.push(Mark { seq: row.seq, subject: None, state, notes, verdict: None, alike: None });
    }
    store::mark(tx, id, &marks).await?;
    if !store::advanced(tx, &batch, last - 1, &tally, owed_ms).await? {
        return Err(Problem::Conflict("import-moved-on"));
    }
    let progress = Progress { done: last - 1, ..progress(&batch) };
    tx.signal(progress.signal(batch.group_id, batch.store_id));
    Ok(rows.len())
}

/// Records whose follow-up was begun, with the reason; the unstarted tasks of the others are ended.
async fn staying(tx: &mut Tx, batch: &Batch, rows: &[StagedRow]) -> Result<HashMap<i64, &'static str>> {
    let mut subjects: BTreeMap<Kind, Vec<i64>> = BTreeMap::new();
    for row in rows {
        let kind = batch.mapping.sheet(&row.sheet).and_then(|s| s.layout.as_ref()).map(|layout| layout.kind);
        if let (Some(kind), Some(subject)) = (kind.filter(|k| *k != Kind::Customers), row.subject_id) {
            subjects.entry(kind).or_default().push(subject);
        }
    }
    let mut staying = HashMap::new();
    for (kind, ids) in subjects {
        staying.extend((hooks().undo)(tx, batch.id, kind, &ids).await?);
    }
    Ok(staying)
}

/// Stores whose first import this was are asked again from which day to plan, unless they have imported since.
async fn begin_anew(tx: &mut Tx, batch: &Batch) -> Result<()> {
    for store in &batch.options.first_for {
        let first = settings::get(tx, batch.group_id, Some(*store), FIRST).await?;
        if first.as_deref() == Some(batch.id.to_string().as_str()) && !store::others(tx, batch, *store).await? {
            settings::forget(tx, Some(*store), FIRST).await?;
            (hooks().restart)(tx, *store).await?;
        }
    }
    Ok(())
}

async fn finish(tx: &mut Tx, batch: &Batch, owed_ms: i64) -> Result<()> {
    if store::undone(tx, batch.id, owed_ms).await? {
        begin_anew(tx, batch).await?;
        let after = json!({ "undone": batch.counts.undone, "kept": batch.counts.kept });
        audit::note(tx, "import.undone", "import", batch.id.raw(), &Value::Null, &after).await?;
        let progress = Progress { state: State::Undone, done: 0, ..progress(batch) };
        tx.signal(progress.signal(batch.group_id, batch.store_id));
    }
    Ok(())
}
