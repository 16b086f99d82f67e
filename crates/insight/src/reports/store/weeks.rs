//! `weekly_report`.

use kernel::{GroupId, Millis, Result, StoreDate, StoreId};
use platform::db::{Sql, Tx};
use platform::{args, row, stmt};

row! { pub struct WeekRow { pub week: StoreDate, pub store_id: StoreId, pub body: String, pub made_at: Millis } }
row! { pub struct WeekMade { pub week: StoreDate, pub made_at: Millis } }
stmt!(
    WEEKLY_ADD,
    "INSERT INTO weekly_report (id, group_id, store_id, week, body, made_at, made_by) VALUES ($1,$2,$3,$4,$5,$6,$7) \
     ON CONFLICT (store_id, week) DO UPDATE SET body=excluded.body, made_at=excluded.made_at, made_by=excluded.made_by"
);
stmt!(
    WEEKLY_LIST,
    "SELECT week, made_at FROM weekly_report WHERE group_id=$1 AND store_id=$2 ORDER BY week DESC LIMIT 110"
);
stmt!(
    WEEKLY_ONE,
    "SELECT week, store_id, body, made_at FROM weekly_report WHERE group_id=$1 AND store_id=$2 AND week=$3"
);

pub async fn add_week(tx: &mut Tx, store: StoreId, week: StoreDate, body: &str) -> Result<()> {
    let (id, group, now, user) = (tx.new_id::<kernel::Report>(), tx.scope().group, tx.now(), tx.scope().user);
    tx.exec(&WEEKLY_ADD, args![id, group, store, week, body, now, user]).await.map(|_| ())
}

pub async fn weeks(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<WeekMade>> {
    q.all(&WEEKLY_LIST, args![group, store]).await
}

pub async fn week(q: &mut impl Sql, group: GroupId, store: StoreId, week: StoreDate) -> Result<Option<WeekRow>> {
    q.opt(&WEEKLY_ONE, args![group, store, week]).await
}

// attempt_by_time, task_by_window
stmt!(FIRST_CALL, "SELECT MIN(ended_at) AS v FROM attempt WHERE store_id=$2 AND group_id=$1");

/// The day of a store's first call, before which there is nothing to report.
pub async fn first_day(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Option<StoreDate>> {
    let found: Option<platform::db::One<Option<Millis>>> = q.opt(&FIRST_CALL, args![group, store]).await?;
    Ok(found.and_then(|v| v.0).and_then(|at| super::day_of(&jiff::tz::TimeZone::UTC, at)))
}
