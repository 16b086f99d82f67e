//! `import_change`: what each row of an import did.

use std::collections::BTreeMap;

use kernel::{GroupId, ImportId, Result, StoreId};
use platform::db::{One, Sql, Tx};
use platform::{args, audit, row, stmt};
use serde_json::{Map, Value};

use super::Importing;
use super::changes::{Change, Entity, Op};

row! {
    /// A line of the journal as stored.
    #[derive(Clone, Debug)]
    pub struct Journaled {
        pub id: i64,
        pub entity: Entity,
        pub entity_id: i64,
        pub op: Op,
        pub field: Option<String>,
        pub before_value: Option<String>,
        pub after_value: Option<String>,
    }
}

// import_change_by_row, backwards: what was done last is undone first.
stmt!(
    OF_ROW,
    "SELECT id, entity, entity_id, op, field, before_value, after_value FROM import_change \
     WHERE import_id=$2 AND seq=$3 AND group_id=$1 ORDER BY id DESC LIMIT 1000"
);
stmt!(FORGET, "DELETE FROM import_change WHERE id IN {{ids:$2}} AND group_id=$1");
stmt!(TIME_ZONE, "SELECT tz AS v FROM store WHERE id=$2 AND group_id=$1");

/// # Errors
/// `NotFound` for a store of another group.
pub(super) async fn time_zone(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<jiff::tz::TimeZone> {
    let name: One<String> = q.get(&TIME_ZONE, args![group, store]).await?;
    Ok(jiff::tz::TimeZone::get(&name.0).unwrap_or(jiff::tz::TimeZone::UTC))
}

pub(super) async fn insert_journal(tx: &mut Tx, import: &Importing<'_>, journal: &[Change]) -> Result<()> {
    let group = tx.scope().group;
    let values: Vec<_> = journal
        .iter()
        .map(|c| {
            let id = tx.new_id::<kernel::Event>();
            let seq = import.seqs.get(c.row).copied().unwrap_or(0);
            args![id, import.id, seq, c.entity, c.id, c.op, c.field.clone(), c.before.clone(), c.after.clone(), group]
        })
        .collect();
    let columns =
        ["id", "import_id", "seq", "entity", "entity_id", "op", "field", "before_value", "after_value", "group_id"];
    tx.bulk("import_change", &columns, values, "").await.map(|_| ())
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

pub(super) async fn of_row(q: &mut impl Sql, group: GroupId, import: ImportId, seq: i64) -> Result<Vec<Journaled>> {
    q.all(&OF_ROW, args![group, import, seq]).await
}

pub(super) async fn forget(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&FORGET, args![group, ids]).await.map(|_| ())
}
