//! Tasks whose window has ended, by store, agent, kind, class and brand.

use kernel::{GroupId, Millis, Result, StoreDate, StoreId, UserId};
use platform::db::Sql;
use platform::{args, row, stmt};

use super::{Question, days_lite, days_pg, each_lite, each_pg, spans};
use crate::reports::model::{Bucket, Cell, Counts};

/// Each task's one bucket.
macro_rules! bucket {
    () => {
        "CASE WHEN t.result = 'opted_out' THEN 'opted_out' WHEN t.result = 'merged' THEN 'merged' \
         WHEN t.result = 'cancelled' THEN 'cancelled' WHEN t.result = 'superseded' THEN 'superseded' \
         WHEN t.result = 'no_number' OR (t.state = 'open' AND EXISTS (SELECT 1 FROM contact c WHERE c.id=t.contact_id \
         AND c.state = 'number_needed')) THEN 'no_number' \
         WHEN t.result IN ('complete', 'partial', 'refused') THEN 'done' \
         WHEN t.attempts_in_window >= t.max_attempts THEN 'tried' ELSE 'missed' END"
    };
}
/// The counts of a bundle of tasks `x`, in the order of the columns of `report_task`. A call that the rule does not
/// count as an attempt but that reached somebody was one all the same.
macro_rules! sums {
    () => {
        "SUM(CASE WHEN x.bucket='done' THEN 1 ELSE 0 END) AS done, SUM(CASE WHEN x.bucket='tried' THEN 1 ELSE 0 END) AS tried, \
         SUM(CASE WHEN x.bucket='missed' THEN 1 ELSE 0 END) AS missed, \
         SUM(CASE WHEN x.bucket IN ('done','tried','missed') AND (x.attempts > 0 OR x.reached > 0) THEN 1 ELSE 0 END) AS attempted, \
         SUM(CASE WHEN x.bucket IN ('done','tried','missed') AND x.reached > 0 THEN 1 ELSE 0 END) AS reached, \
         SUM(CASE WHEN x.bucket='done' AND x.result='complete' THEN 1 ELSE 0 END) AS complete, \
         SUM(CASE WHEN x.bucket='opted_out' THEN 1 ELSE 0 END) AS opted_out, SUM(CASE WHEN x.bucket='merged' THEN 1 ELSE 0 END) AS merged, \
         SUM(CASE WHEN x.bucket='no_number' THEN 1 ELSE 0 END) AS no_number, SUM(CASE WHEN x.bucket='cancelled' THEN 1 ELSE 0 END) AS cancelled, \
         SUM(CASE WHEN x.bucket='superseded' THEN 1 ELSE 0 END) AS superseded"
    };
}
pub(super) use {bucket, sums};

row! {
    struct CellRow {
        store_id: StoreId, agent_id: UserId, kind: String, class: String, brand: String, done: i64, tried: i64, missed: i64,
        attempted: i64, reached: i64, complete: i64, opted_out: i64, merged: i64, no_number: i64, cancelled: i64,
        superseded: i64,
    }
}

// Counted days and months by their primary key, changed days by task_by_window: one statement, so that no day is counted
// twice or not at all while the job counts. $6 now, $7 agent or 0, $8 kind or '', $9 class or '', $10 brand or '*',
// $11 1 = by agent, else the rows D and M that hold all agents together.
macro_rules! cells {
    ($days:expr, $each:ident) => {
        concat!(
            "WITH ", spans!("task", $days),
            " SELECT store_id, agent_id, kind, class, brand, CAST(SUM(done) AS BIGINT) AS done, CAST(SUM(tried) AS BIGINT) AS tried, \
             CAST(SUM(missed) AS BIGINT) AS missed, CAST(SUM(attempted) AS BIGINT) AS attempted, CAST(SUM(reached) AS BIGINT) AS reached, \
             CAST(SUM(complete) AS BIGINT) AS complete, CAST(SUM(opted_out) AS BIGINT) AS opted_out, CAST(SUM(merged) AS BIGINT) AS merged, \
             CAST(SUM(no_number) AS BIGINT) AS no_number, CAST(SUM(cancelled) AS BIGINT) AS cancelled, \
             CAST(SUM(superseded) AS BIGINT) AS superseded FROM (\
             SELECT d.store_id, d.agent_id, d.kind, d.class, d.brand, d.done, d.tried, d.missed, d.attempted, d.reached, d.complete, \
             d.opted_out, d.merged, d.no_number, d.cancelled, d.superseded FROM clean k ",
            $each!(
                "report_task",
                "d",
                "d.store_id=k.store_id AND d.unit=(CASE WHEN CAST($11 AS BIGINT) = 1 THEN k.unit ELSE upper(k.unit) END) AND d.span=k.span"
            ),
            " AND d.group_id=$1 AND (CAST($7 AS BIGINT) = 0 OR d.agent_id = $7) AND ($8 = '' OR d.kind = $8) \
             AND ($9 = '' OR d.class = $9) AND ($10 = '*' OR d.brand = $10) \
             UNION ALL SELECT x.store_id, x.agent_id, x.kind, x.class, x.brand, ",
            sums!(),
            " FROM (SELECT t.store_id, CASE WHEN CAST($11 AS BIGINT) = 1 THEN COALESCE(t.agent_id, 0) ELSE 0 END AS agent_id, t.kind, \
             t.class, t.brand, t.attempts, t.reached, t.result, ",
            bucket!(),
            " AS bucket FROM dirty e ",
            $each!("task", "t", "t.store_id=e.store_id AND t.due_on=e.day"),
            " AND t.group_id=$1 AND t.due_at <= $6 AND t.state <> 'hidden' \
             AND t.kind <> 'recall' AND (CAST($7 AS BIGINT) = 0 OR t.agent_id = $7) AND ($8 = '' OR t.kind = $8) \
             AND ($9 = '' OR t.class = $9) AND ($10 = '*' OR t.brand = $10)) x \
             GROUP BY x.store_id, x.agent_id, x.kind, x.class, x.brand\
             ) y GROUP BY store_id, agent_id, kind, class, brand ORDER BY store_id, agent_id, kind, class, brand"
        )
    };
}
stmt!(REPORT_CELLS, lite: cells!(days_lite!("$5"), each_lite), pg: cells!(days_pg!("$5"), each_pg));

/// Tasks counted from the counted days, and from the tasks where a day has changed since.
pub async fn cells(q: &mut impl Sql, ask: &Question) -> Result<Vec<Cell>> {
    let mut all = ask.span_args(true)?;
    let agent = ask.agent.map_or(0, kernel::Id::raw);
    let brand = ask.brand.as_deref().unwrap_or("*");
    all.extend(args![ask.now, agent, &ask.kind, &ask.class, brand, ask.by_agent || ask.agent.is_some()]);
    let rows: Vec<CellRow> = q.all(&REPORT_CELLS, all).await?;
    let cells = rows.into_iter().map(|r| Cell {
        store: r.store_id,
        agent: Some(r.agent_id).filter(|a| a.raw() != 0),
        kind: r.kind,
        class: r.class,
        brand: r.brand,
        counts: Counts {
            done: r.done,
            tried: r.tried,
            missed: r.missed,
            attempted: r.attempted,
            reached: r.reached,
            complete: r.complete,
            opted_out: r.opted_out,
            merged: r.merged,
            no_number: r.no_number,
            cancelled: r.cancelled,
            superseded: r.superseded,
        },
    });
    Ok(cells.collect())
}

row! {
    /// Tasks of one bucket, counted one by one.
    pub struct Plain {
        pub store_id: StoreId, pub day: StoreDate, pub agent_id: Option<UserId>, pub kind: String, pub class: String,
        pub brand: String, pub bucket: Bucket, pub n: i64, pub tried: i64, pub reached: i64, pub complete: i64,
    }
}
// For checking the counted days: the tasks themselves and nothing else. Rides task_by_window.
stmt!(
    REPORT_PLAIN,
    concat!(
        "SELECT store_id, day, agent_id, kind, class, brand, bucket, COUNT(*) AS n, COUNT(tried) AS tried, COUNT(spoken) AS reached, \
         COUNT(complete) AS complete FROM (SELECT t.store_id, t.due_on AS day, t.agent_id, t.kind, t.class, t.brand, \
         CASE WHEN t.attempts > 0 OR t.reached > 0 THEN 1 END AS tried, CASE WHEN t.reached > 0 THEN 1 END AS spoken, \
         CASE WHEN t.result='complete' THEN 1 END AS complete, ",
        bucket!(),
        " AS bucket FROM task t WHERE t.group_id=$1 AND t.store_id=$2 AND t.due_on >= $3 \
         AND t.due_on <= $4 AND t.due_at <= $5 AND t.state <> 'hidden' AND t.kind <> 'recall') x \
         GROUP BY store_id, day, agent_id, kind, class, brand, bucket ORDER BY day, agent_id, kind, class, brand, bucket"
    )
);

pub async fn plain(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    (from, to): (StoreDate, StoreDate),
    now: Millis,
) -> Result<Vec<Plain>> {
    q.all(&REPORT_PLAIN, args![group, store, from, to, now]).await
}
