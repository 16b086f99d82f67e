//! Opening hours and the days that differ.

use kernel::{GroupId, Result, StoreDate, StoreId};
use platform::db::{Bind as _, Sql, Tx};
use platform::{args, keyed, row, stmt};
use serde_json::Value;

keyed! {
    pub enum DayKind {
        /// Public holiday.
        Holiday = "holiday",
        /// Make-up workday (调休).
        Workday = "workday",
        /// A day on which this store closes.
        Closed = "closed",
        /// Open, with hours of its own.
        Hours = "hours",
    }
}

row! {
    pub struct Hours { pub weekday: i64, pub from_min: i64, pub to_min: i64 }
}
row! {
    #[derive(Clone, Debug)]
    pub struct DayRow {
        pub store_id: i64, pub day: StoreDate, pub kind: DayKind, pub name: String, pub spans: Option<Value>,
        pub source: String,
    }
}

stmt!(
    HOURS,
    "SELECT weekday, from_min, to_min FROM store_hours WHERE store_id=$1 AND group_id=$2 ORDER BY weekday, from_min LIMIT 200"
);
stmt!(HOURS_DROP, "DELETE FROM store_hours WHERE group_id=$1 AND store_id=$2");
stmt!(
    /// A store's own row stands after the group's, so that it wins.
    DAYS,
    "SELECT store_id, day, kind, name, spans, source FROM calendar_day \
     WHERE group_id=$1 AND store_id IN (0, $2) AND day >= $3 AND day <= $4 ORDER BY day, store_id LIMIT 4000"
);
stmt!(
    DAY_SET,
    "INSERT INTO calendar_day (group_id, store_id, day, kind, name, spans, source) VALUES ($1,$2,$3,$4,$5,$6,$7) \
     ON CONFLICT (group_id, store_id, day) DO UPDATE SET kind=excluded.kind, name=excluded.name, spans=excluded.spans, \
     source=excluded.source"
);
stmt!(DAY_DROP, "DELETE FROM calendar_day WHERE group_id=$1 AND store_id=$2 AND day=$3");
stmt!(
    YEAR_KNOWN,
    "SELECT COUNT(*) AS v FROM (SELECT day FROM calendar_day WHERE group_id=$1 AND store_id=0 AND day >= $2 AND day <= $3 LIMIT 1) x"
);

stmt!(
    EDITION,
    "SELECT t.tz AS k, (SELECT COALESCE(MAX(e.edition), 0) FROM calendar_edition e \
     WHERE e.group_id=$1 AND e.store_id IN (0, $2)) AS v FROM store t WHERE t.id=$2 AND t.group_id=$1"
);
stmt!(
    EDITION_NEXT,
    "INSERT INTO calendar_edition (group_id, store_id, edition) VALUES ($1,$2,$3) \
     ON CONFLICT (group_id, store_id) DO UPDATE SET edition=excluded.edition"
);

/// Time zone and edition of a store's calendar: as long as both stay, so does the calendar.
/// # Errors
/// `NotFound` for a store of another group.
pub async fn edition(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<(String, i64)> {
    q.get(&EDITION, args![group, store]).await
}

/// To be called by whoever writes hours or days. A number is never used twice, not even by what was given up again.
async fn changed(tx: &mut Tx, owner: i64) -> Result<()> {
    let (group, edition) = (tx.scope().group, tx.new_id::<kernel::Event>());
    tx.exec(&EDITION_NEXT, args![group, owner, edition]).await.map(|_| ())
}

pub async fn hours(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<Hours>> {
    q.all(&HOURS, args![store, group]).await
}

/// `spans`: weekday 1 = Monday … 7 = Sunday, from and to in minutes of the day.
pub async fn set_hours(tx: &mut Tx, store: StoreId, spans: &[(i64, i64, i64)]) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&HOURS_DROP, args![group, store]).await?;
    let rows: Vec<_> = spans
        .iter()
        .map(|(day, from, to)| vec![store.bind(), day.bind(), from.bind(), to.bind(), group.bind()])
        .collect();
    tx.bulk("store_hours", &["store_id", "weekday", "from_min", "to_min", "group_id"], rows, "").await?;
    changed(tx, store.raw()).await
}

/// The group's rows and the store's, from `from` up to and including `to` (ISO dates).
pub async fn days(
    q: &mut impl Sql,
    group: GroupId,
    store: Option<StoreId>,
    from: &str,
    to: &str,
) -> Result<Vec<DayRow>> {
    q.all(&DAYS, args![group, store.map_or(0, kernel::Id::raw), from, to]).await
}

pub async fn set_day(tx: &mut Tx, store: Option<StoreId>, row: &DayRow) -> Result<()> {
    let group = tx.scope().group;
    let owner = store.map_or(0, kernel::Id::raw);
    let args = args![group, owner, row.day, row.kind, row.name.as_str(), row.spans.clone(), row.source.as_str()];
    tx.exec(&DAY_SET, args).await?;
    changed(tx, owner).await
}

/// Group-wide rows that are not there yet.
pub async fn seed_days(tx: &mut Tx, group: GroupId, rows: &[(StoreDate, DayKind, &str, &str)]) -> Result<u64> {
    let rows: Vec<_> = rows
        .iter()
        .map(|(day, kind, name, source)| {
            vec![group.bind(), 0_i64.bind(), day.bind(), kind.bind(), (*name).bind(), (*source).bind()]
        })
        .collect();
    let columns = ["group_id", "store_id", "day", "kind", "name", "source"];
    let added = tx.bulk("calendar_day", &columns, rows, "ON CONFLICT DO NOTHING").await?;
    changed(tx, 0).await?;
    Ok(added)
}

/// Whether there was a row.
pub async fn drop_day(tx: &mut Tx, store: Option<StoreId>, day: StoreDate) -> Result<bool> {
    let group = tx.scope().group;
    let owner = store.map_or(0, kernel::Id::raw);
    let dropped = tx.exec(&DAY_DROP, args![group, owner, day]).await? > 0;
    changed(tx, owner).await?;
    Ok(dropped)
}

/// Whether the group has rows for a year.
pub async fn year_known(q: &mut impl Sql, group: GroupId, year: i16) -> Result<bool> {
    let (from, to) = (format!("{year:04}-01-01"), format!("{year:04}-12-31"));
    Ok(q.count(&YEAR_KNOWN, args![group, from, to]).await? > 0)
}
