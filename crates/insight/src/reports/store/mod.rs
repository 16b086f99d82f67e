//! The queries behind the figures. `contact` and `people` own the tables; here they are only read, beside the counted
//! days that are the reports' own.

mod cells;
mod lists;
mod said;
mod settle;
mod weeks;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kernel::{GroupId, Millis, Problem, Result, StoreDate, StoreId, UserId};
use platform::db::{Args, One, Sql};
use platform::{args, stmt};

use super::period::Period;

pub use cells::*;
pub use lists::*;
pub use said::*;
pub use settle::*;
pub use weeks::*;

/// Days of the period as JSON `[["2026-11-26", "2026-11", from, to], …]`: the month '' where it is not whole.
macro_rules! days_lite {
    ($arg:literal) => {
        concat!(
            "days AS MATERIALIZED (SELECT json_extract(value, '$[0]') AS day, json_extract(value, '$[1]') AS month, \
             json_extract(value, '$[2]') AS from_at, json_extract(value, '$[3]') AS to_at FROM json_each(",
            $arg,
            "))"
        )
    };
}
macro_rules! days_pg {
    ($arg:literal) => {
        concat!(
            "days AS MATERIALIZED (SELECT (v->>0) COLLATE \"C\" AS day, (v->>1) COLLATE \"C\" AS month, CAST(v->>2 AS BIGINT) AS from_at, \
             CAST(v->>3 AS BIGINT) AS to_at FROM jsonb_array_elements(CAST(", $arg, " AS TEXT)::jsonb) AS j(v))"
        )
    };
}
/// What to read where. $1 group, $2 stores, $3 first day, $4 last day, $5 days: `dirty` are the days to be counted now,
/// `clean` the counted months and days that hold everything else.
macro_rules! spans {
    ($what:literal, $days:expr) => {
        concat!(
            $days,
            ", shops AS MATERIALIZED (SELECT id FROM store WHERE id IN {{ids:$2}}), \
             dirty AS MATERIALIZED (SELECT DISTINCT store_id, day FROM figure_change WHERE group_id=$1 AND store_id IN {{ids:$2}} \
             AND what='", $what, "' AND day >= $3 AND day <= $4), \
             dirty_month AS MATERIALIZED (SELECT DISTINCT e.store_id, y.month FROM dirty e JOIN days y ON y.day=e.day WHERE y.month <> ''), \
             clean AS MATERIALIZED (SELECT s.id AS store_id, 'm' AS unit, m.month AS span FROM shops s \
             CROSS JOIN (SELECT DISTINCT month FROM days WHERE month <> '') m \
             LEFT JOIN dirty_month x ON x.store_id=s.id AND x.month=m.month WHERE x.store_id IS NULL \
             UNION ALL SELECT s.id, 'd', y.day FROM shops s CROSS JOIN days y LEFT JOIN dirty e ON e.store_id=s.id AND e.day=y.day \
             WHERE y.month = '' AND e.store_id IS NULL \
             UNION ALL SELECT m.store_id, 'd', y.day FROM dirty_month m JOIN days y ON y.month=m.month \
             LEFT JOIN dirty e ON e.store_id=m.store_id AND e.day=y.day WHERE e.store_id IS NULL)"
        )
    };
}
/// The rows of a table that belong to a row before it, found by an index, once per row. PostgreSQL knows nothing of how
/// many there will be and would sort the whole table; behind a limit it has to go row by row.
macro_rules! each_lite {
    ($table:literal, $alias:literal, $condition:literal) => {
        concat!("CROSS JOIN ", $table, " ", $alias, " WHERE ", $condition)
    };
}
macro_rules! each_pg {
    ($table:literal, $alias:literal, $condition:literal) => {
        concat!(
            "CROSS JOIN LATERAL (SELECT ",
            $alias,
            ".* FROM ",
            $table,
            " ",
            $alias,
            " WHERE ",
            $condition,
            " LIMIT 1000000000) ",
            $alias,
            " WHERE 1=1"
        )
    };
}
pub(super) use {days_lite, days_pg, each_lite, each_pg, spans};

/// What every figure is asked about.
#[derive(Clone, Debug)]
pub struct Question {
    pub group: GroupId,
    pub stores: Vec<StoreId>,
    pub period: Period,
    pub tz: TimeZone,
    pub now: Millis,
    pub agent: Option<UserId>,
    /// '' = every.
    pub kind: String,
    pub class: String,
    /// `None` = every; '' = not known.
    pub brand: Option<String>,
    /// Whether tasks are told apart by agent.
    pub by_agent: bool,
    /// Whose cases; `None` = every department's.
    pub departments: Option<Vec<kernel::Department>>,
    /// Whether the stores' days are counted in `tz`.
    pub one_zone: bool,
}

impl Question {
    /// Midnight of the first day and of the day after the last.
    /// # Errors
    /// A day that its zone does not have.
    pub fn moments(&self) -> Result<(Millis, Millis)> {
        Ok((midnight(&self.tz, self.period.from)?, midnight(&self.tz, self.period.to.days_after(1))?))
    }
    /// Asked about all calls of the period, whoever made them and whatever about.
    pub fn is_whole(&self) -> bool {
        self.agent.is_none() && self.kind.is_empty() && self.class.is_empty() && self.brand.is_none()
    }
    /// The last day of the period on which anything can have happened.
    fn last_day(&self) -> StoreDate {
        let today = day_of(&TimeZone::UTC, self.now).unwrap_or(self.period.to);
        self.period.to.min(today.days_after(1))
    }
    /// The first five arguments of every statement over [`spans!`]. Days that nothing can have happened on are left out.
    fn span_args(&self, by_month: bool) -> Result<Args> {
        Ok(args![self.group, &self.stores, self.period.from, self.last_day(), self.days_json(by_month)?])
    }
    fn days_json(&self, by_month: bool) -> Result<String> {
        let whole = |day: StoreDate| day.first_of_month() >= self.period.from && day.last_of_month() <= self.period.to;
        let mut days = Vec::new();
        let mut day = self.period.from;
        let mut from = midnight(&self.tz, day)?;
        while day <= self.last_day() {
            let next = day.days_after(1);
            let to = midnight(&self.tz, next)?;
            let month = if by_month && whole(day) { month(day) } else { String::new() };
            days.push((day.to_string(), month, from.0, to.0));
            (day, from) = (next, to);
        }
        serde_json::to_string(&days).map_err(Problem::internal)
    }
}

/// 2026-11
pub fn month(day: StoreDate) -> String {
    day.to_string()[..7].to_owned()
}

pub fn midnight(tz: &TimeZone, day: StoreDate) -> Result<Millis> {
    let at = day.civil().to_zoned(tz.clone()).map_err(Problem::internal)?;
    Ok(Millis(at.timestamp().as_millisecond()))
}

pub fn day_of(tz: &TimeZone, at: Millis) -> Option<StoreDate> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|t| StoreDate::from(t.to_zoned(tz.clone()).date()))
}

stmt!(REPORT_STORES, "SELECT id AS k, name AS v FROM store WHERE group_id=$1 AND closed_at IS NULL ORDER BY code, id");
stmt!(REPORT_USERS, "SELECT id AS k, name AS v FROM app_user WHERE group_id=$1 AND id IN {{ids:$2}} ORDER BY id");
stmt!(ALL_STORES, "SELECT group_id AS k, id AS v FROM store WHERE closed_at IS NULL ORDER BY id");
stmt!(STORE_TZ, "SELECT tz AS v FROM store WHERE group_id=$1 AND id=$2");
stmt!(
    OTHER_ZONES,
    "SELECT COUNT(*) AS v FROM store s LEFT JOIN report_zone z ON z.store_id=s.id WHERE s.group_id=$1 AND s.id IN {{ids:$2}} \
     AND (s.tz <> $3 OR (z.tz IS NOT NULL AND z.tz <> s.tz))"
);

pub async fn stores(q: &mut impl Sql, group: GroupId) -> Result<Vec<(StoreId, String)>> {
    q.all(&REPORT_STORES, args![group]).await
}

pub async fn user_names(q: &mut impl Sql, group: GroupId, ids: &[UserId]) -> Result<BTreeMap<UserId, String>> {
    let found: Vec<(UserId, String)> = q.all(&REPORT_USERS, args![group, ids]).await?;
    Ok(found.into_iter().collect())
}

pub async fn all_stores(q: &mut impl Sql) -> Result<Vec<(GroupId, StoreId)>> {
    q.all(&ALL_STORES, args![]).await
}

pub async fn time_zone(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<String> {
    Ok(q.get::<One<String>>(&STORE_TZ, args![group, store]).await?.0)
}

/// Whether all these stores' days of calls are counted in this zone.
pub async fn one_zone(q: &mut impl Sql, group: GroupId, stores: &[StoreId], tz: &str) -> Result<bool> {
    Ok(q.count(&OTHER_ZONES, args![group, stores, tz]).await? == 0)
}
