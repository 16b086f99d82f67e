//! Counting days: `report_task`, `report_said`, `report_call`, `report_zone`.

use kernel::{GroupId, Millis, Result, StoreDate, StoreId};
use platform::db::{One, Sql, Tx};
use platform::{args, stmt};

use super::cells::{bucket, sums};
use super::month;

// task_by_window
stmt!(
    UNENDED,
    "SELECT DISTINCT due_on AS v FROM task WHERE store_id=$2 AND due_on IN {{texts:$3}} AND due_at > $4 AND group_id=$1 \
     AND kind <> 'recall' ORDER BY due_on"
);
stmt!(
    CROWDED,
    "SELECT day AS v FROM figure_change WHERE store_id=$2 AND what=$3 AND group_id=$1 GROUP BY day HAVING COUNT(*) > 50 ORDER BY day"
);
stmt!(TASKS_FORGET, "DELETE FROM report_task WHERE store_id=$2 AND unit=$3 AND span IN {{texts:$4}} AND group_id=$1");
stmt!(SAID_FORGET, "DELETE FROM report_said WHERE store_id=$2 AND unit=$3 AND span IN {{texts:$4}} AND group_id=$1");
stmt!(CALLS_FORGET, "DELETE FROM report_call WHERE store_id=$2 AND unit=$3 AND span IN {{texts:$4}} AND group_id=$1");
stmt!(
    TASKS_COUNT,
    concat!(
        "INSERT INTO report_task (store_id, unit, span, agent_id, kind, class, brand, group_id, done, tried, missed, attempted, \
         reached, complete, opted_out, merged, no_number, cancelled, superseded) \
         SELECT x.store_id, 'd', x.due_on, x.agent_id, x.kind, x.class, x.brand, CAST($1 AS BIGINT), ",
        sums!(),
        " FROM (SELECT t.store_id, t.due_on, COALESCE(t.agent_id, 0) AS agent_id, t.kind, t.class, t.brand, t.attempts, t.reached, \
          t.result, ",
        bucket!(),
        " AS bucket FROM task t WHERE t.group_id=$1 AND t.store_id=$2 \
          AND t.due_on IN {{texts:$3}} AND t.state <> 'hidden' AND t.kind <> 'recall') x \
         GROUP BY x.store_id, x.due_on, x.agent_id, x.kind, x.class, x.brand"
    )
);
// D: all agents of a day together.
stmt!(
    TASKS_TOGETHER,
    "INSERT INTO report_task (store_id, unit, span, agent_id, kind, class, brand, group_id, done, tried, missed, attempted, \
     reached, complete, opted_out, merged, no_number, cancelled, superseded) \
     SELECT store_id, 'D', span, CAST(0 AS BIGINT), kind, class, brand, group_id, CAST(SUM(done) AS BIGINT), \
     CAST(SUM(tried) AS BIGINT), CAST(SUM(missed) AS BIGINT), CAST(SUM(attempted) AS BIGINT), CAST(SUM(reached) AS BIGINT), \
     CAST(SUM(complete) AS BIGINT), CAST(SUM(opted_out) AS BIGINT), CAST(SUM(merged) AS BIGINT), CAST(SUM(no_number) AS BIGINT), \
     CAST(SUM(cancelled) AS BIGINT), CAST(SUM(superseded) AS BIGINT) FROM report_task WHERE group_id=$1 AND store_id=$2 \
     AND unit='d' AND span IN {{texts:$3}} GROUP BY store_id, span, kind, class, brand, group_id"
);
// d to m, D to M.
stmt!(
    TASKS_ROLL_UP,
    "INSERT INTO report_task (store_id, unit, span, agent_id, kind, class, brand, group_id, done, tried, missed, attempted, \
     reached, complete, opted_out, merged, no_number, cancelled, superseded) \
     SELECT store_id, CASE WHEN unit='d' THEN 'm' ELSE 'M' END, CAST($3 AS TEXT), agent_id, kind, class, brand, group_id, CAST(SUM(done) AS BIGINT), \
     CAST(SUM(tried) AS BIGINT), CAST(SUM(missed) AS BIGINT), CAST(SUM(attempted) AS BIGINT), CAST(SUM(reached) AS BIGINT), \
     CAST(SUM(complete) AS BIGINT), CAST(SUM(opted_out) AS BIGINT), CAST(SUM(merged) AS BIGINT), CAST(SUM(no_number) AS BIGINT), \
     CAST(SUM(cancelled) AS BIGINT), CAST(SUM(superseded) AS BIGINT) FROM report_task WHERE group_id=$1 AND store_id=$2 \
     AND unit IN ('d', 'D') AND span >= $4 AND span <= $5 GROUP BY store_id, unit, agent_id, kind, class, brand, group_id"
);
// answer_by_day, remark_by_time; $4 and $5 the day's midnights
stmt!(
    SAID_COUNT,
    "INSERT INTO report_said (store_id, unit, span, question, option_key, effect, group_id, n) \
     SELECT CAST($2 AS BIGINT), 'd', CAST($3 AS TEXT), question, option_key, effect, CAST($1 AS BIGINT), COUNT(*) FROM answer \
     WHERE group_id=$1 AND store_id=$2 AND at >= $4 AND at < $5 AND revoked=0 AND option_key IS NOT NULL \
     GROUP BY question, option_key, effect UNION ALL \
     SELECT CAST($2 AS BIGINT), 'd', CAST($3 AS TEXT), '', mark, 'remark', CAST($1 AS BIGINT), COUNT(*) FROM remark \
     WHERE group_id=$1 AND store_id=$2 AND at >= $4 AND at < $5 AND revoked=0 \
     AND mark IN ('praise','suggestion','complaint','question') GROUP BY mark"
);
stmt!(
    SAID_ROLL_UP,
    "INSERT INTO report_said (store_id, unit, span, question, option_key, effect, group_id, n) \
     SELECT store_id, 'm', CAST($3 AS TEXT), question, option_key, effect, group_id, CAST(SUM(n) AS BIGINT) FROM report_said \
     WHERE group_id=$1 AND store_id=$2 AND unit='d' AND span >= $4 AND span <= $5 \
     GROUP BY store_id, question, option_key, effect, group_id"
);
// attempt_by_time
stmt!(
    CALLS_COUNT,
    "INSERT INTO report_call (store_id, unit, span, agent_id, group_id, attempts, reached, talk) \
     SELECT CAST($2 AS BIGINT), 'd', CAST($3 AS TEXT), agent_id, CAST($1 AS BIGINT), COUNT(*), CAST(SUM(reached) AS BIGINT), \
     CAST(SUM(CASE WHEN reached=1 THEN seconds ELSE 0 END) AS BIGINT) FROM attempt \
     WHERE group_id=$1 AND store_id=$2 AND ended_at >= $4 AND ended_at < $5 AND revoked_at IS NULL GROUP BY agent_id"
);
stmt!(
    CALLS_ROLL_UP,
    "INSERT INTO report_call (store_id, unit, span, agent_id, group_id, attempts, reached, talk) \
     SELECT store_id, 'm', CAST($3 AS TEXT), agent_id, group_id, CAST(SUM(attempts) AS BIGINT), CAST(SUM(reached) AS BIGINT), \
     CAST(SUM(talk) AS BIGINT) FROM report_call WHERE group_id=$1 AND store_id=$2 AND unit='d' AND span >= $4 AND span <= $5 \
     GROUP BY store_id, agent_id, group_id"
);
stmt!(ZONE, "SELECT tz AS v FROM report_zone WHERE group_id=$1 AND store_id=$2");
stmt!(
    ZONE_SET,
    "INSERT INTO report_zone (store_id, group_id, tz) VALUES ($2,$1,$3) ON CONFLICT (store_id) DO UPDATE SET tz=excluded.tz"
);
// task_by_window, from both ends
stmt!(TASK_DAYS, "SELECT MIN(due_on) AS k, MAX(due_on) AS v FROM task WHERE store_id=$2 AND group_id=$1");

/// Of these days, those on which a window has not ended yet.
pub async fn unended(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    days: &[StoreDate],
    now: Millis,
) -> Result<Vec<StoreDate>> {
    let found: Vec<One<StoreDate>> = q.all(&UNENDED, args![group, store, texts(days), now]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// Days with more notes of a change than one needs.
pub async fn crowded(q: &mut impl Sql, group: GroupId, store: StoreId, what: &str) -> Result<Vec<StoreDate>> {
    let found: Vec<One<StoreDate>> = q.all(&CROWDED, args![group, store, what]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

fn texts(days: &[StoreDate]) -> String {
    serde_json::Value::from(days.iter().map(ToString::to_string).collect::<Vec<_>>()).to_string()
}

fn months(days: &[StoreDate]) -> Vec<StoreDate> {
    let mut months: Vec<StoreDate> = days.iter().map(|d| d.first_of_month()).collect();
    months.sort_unstable();
    months.dedup();
    months
}

/// Counts the tasks of these days, all of whose windows have ended, and their months.
pub async fn count_tasks(tx: &mut Tx, store: StoreId, days: &[StoreDate]) -> Result<()> {
    let group = tx.scope().group;
    for unit in ["d", "D"] {
        tx.exec(&TASKS_FORGET, args![group, store, unit, texts(days)]).await?;
    }
    tx.exec(&TASKS_COUNT, args![group, store, texts(days)]).await?;
    tx.exec(&TASKS_TOGETHER, args![group, store, texts(days)]).await?;
    for first in months(days) {
        let span = month(first);
        for unit in ["m", "M"] {
            tx.exec(&TASKS_FORGET, args![group, store, unit, serde_json::json!([span]).to_string()]).await?;
        }
        tx.exec(&TASKS_ROLL_UP, args![group, store, &span, first, first.last_of_month()]).await?;
    }
    Ok(())
}

/// Counts the calls of these days, each with its midnights, and their months.
pub async fn count_calls(tx: &mut Tx, store: StoreId, days: &[(StoreDate, Millis, Millis)]) -> Result<()> {
    let group = tx.scope().group;
    let names: Vec<StoreDate> = days.iter().map(|d| d.0).collect();
    for forget in [&SAID_FORGET, &CALLS_FORGET] {
        tx.exec(forget, args![group, store, "d", texts(&names)]).await?;
    }
    for (day, from, to) in days {
        for count in [&SAID_COUNT, &CALLS_COUNT] {
            tx.exec(count, args![group, store, *day, *from, *to]).await?;
        }
    }
    for first in months(&names) {
        let span = month(first);
        for forget in [&SAID_FORGET, &CALLS_FORGET] {
            tx.exec(forget, args![group, store, "m", serde_json::json!([span]).to_string()]).await?;
        }
        for roll_up in [&SAID_ROLL_UP, &CALLS_ROLL_UP] {
            tx.exec(roll_up, args![group, store, &span, first, first.last_of_month()]).await?;
        }
    }
    Ok(())
}

/// The zone in which the store's calls were counted so far.
pub async fn zone(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Option<String>> {
    let found: Option<One<String>> = q.opt(&ZONE, args![group, store]).await?;
    Ok(found.map(|v| v.0))
}

pub async fn set_zone(tx: &mut Tx, store: StoreId, tz: &str) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&ZONE_SET, args![group, store, tz]).await.map(|_| ())
}

/// The first and the last day on which a task of the store is due.
pub async fn task_days(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Option<(StoreDate, StoreDate)>> {
    let found: (Option<StoreDate>, Option<StoreDate>) = q.get(&TASK_DAYS, args![group, store]).await?;
    Ok(found.0.zip(found.1))
}
