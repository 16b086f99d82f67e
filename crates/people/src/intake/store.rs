//! `import_journal`: what each row of an import did.

use std::collections::BTreeMap;

use kernel::{GroupId, ImportId, Problem, Result, StoreId};
use platform::db::{One, Sql, Tx};
use platform::{args, audit, stmt};
use serde_json::{Map, Value};

use super::Importing;
use super::changes::{Change, Entity, Op};

stmt!(OF_ROW, "SELECT changes AS v FROM import_journal WHERE import_id=$2 AND seq=$3 AND group_id=$1");
stmt!(KEEP, "UPDATE import_journal SET changes=$4 WHERE import_id=$2 AND seq=$3 AND group_id=$1");
stmt!(FORGET, "DELETE FROM import_journal WHERE import_id=$2 AND seq=$3 AND group_id=$1");
stmt!(TIME_ZONE, "SELECT tz AS v FROM store WHERE id=$2 AND group_id=$1");

/// # Errors
/// `NotFound` for a store of another group.
pub(super) async fn time_zone(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<jiff::tz::TimeZone> {
    let name: One<String> = q.get(&TIME_ZONE, args![group, store]).await?;
    Ok(jiff::tz::TimeZone::get(&name.0).unwrap_or(jiff::tz::TimeZone::UTC))
}

pub(super) async fn insert_journal(tx: &mut Tx, import: &Importing<'_>, journal: &[Change]) -> Result<()> {
    let group = tx.scope().group;
    let mut by_row: BTreeMap<usize, Vec<&Change>> = BTreeMap::new();
    for change in journal {
        by_row.entry(change.row).or_default().push(change);
    }
    let values: Vec<_> = by_row
        .into_iter()
        .map(|(row, changes)| {
            let seq = import.seqs.get(row).copied().unwrap_or(0);
            Ok(args![import.id, seq, serde_json::to_string(&changes)?, group])
        })
        .collect::<serde_json::Result<_>>()
        .map_err(Problem::internal)?;
    tx.bulk("import_journal", &["import_id", "seq", "changes", "group_id"], values, "").await.map(|_| ())
}

/// By hand: one audit line per thing, with the fields before and after.
pub(super) async fn audit_journal(tx: &mut Tx, journal: &[Change]) -> Result<()> {
    /// Made here, fields before, fields after.
    type Thing = (bool, Map<String, Value>, Map<String, Value>);
    let mut things: BTreeMap<(Entity, i64), Thing> = BTreeMap::new();
    for change in journal {
        let thing = things.entry((change.entity, change.id)).or_default();
        thing.0 |= change.op == Op::Created;
        if let Some(field) = change.field.as_deref().filter(|f| !matches!(*f, "updated_at" | "content_hash")) {
            thing.1.entry(field).or_insert_with(|| change.before.clone().into());
            thing.2.insert(field.to_owned(), change.after.clone().into());
        }
    }
    for ((entity, id), (created, before, after)) in things {
        let action = format!("{}.{}", entity.key(), if created { "create" } else { "change" });
        let value = |map: Map<String, Value>| if map.is_empty() { Value::Null } else { Value::Object(map) };
        audit::note(tx, &action, entity.key(), id, &value(before), &value(after)).await?;
    }
    Ok(())
}

/// What row `seq` did, in the order in which it did it.
pub(super) async fn of_row(q: &mut impl Sql, group: GroupId, import: ImportId, seq: i64) -> Result<Vec<Change>> {
    let found: Option<One<String>> = q.opt(&OF_ROW, args![group, import, seq]).await?;
    found.map_or(Ok(Vec::new()), |text| serde_json::from_str(&text.0).map_err(Problem::internal))
}

/// What is left of a row's journal.
pub(super) async fn keep(tx: &mut Tx, import: ImportId, seq: i64, left: &[Change]) -> Result<()> {
    let group = tx.scope().group;
    if left.is_empty() {
        return tx.exec(&FORGET, args![group, import, seq]).await.map(|_| ());
    }
    let left = serde_json::to_string(left).map_err(Problem::internal)?;
    tx.exec(&KEEP, args![group, import, seq, left]).await.map(|_| ())
}
