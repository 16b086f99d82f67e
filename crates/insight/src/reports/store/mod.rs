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

/// Counted days and months of a table, without what was changed since. $1 group, $2 stores, $3 first day, $4 last day,
/// $5/$6 first and last whole month, $7/$8 first and last day of these. Rides the primary keys.
macro_rules! spans {
    ($table:literal, $columns:literal, $filter:literal) => {
        concat!(
            "SELECT ", $columns, " FROM ", $table, " d WHERE d.group_id=$1 AND d.store_id IN {{ids:$2}} AND d.unit='m' \
             AND d.span >= $5 AND d.span <= $6 AND (d.store_id, d.span) NOT IN (SELECT store_id, month FROM dirty_month)",
            $filter,
            " UNION ALL SELECT ", $columns, " FROM ", $table, " d WHERE d.group_id=$1 AND d.store_id IN {{ids:$2}} \
             AND d.unit='d' AND d.span >= $3 AND d.span < $7 AND (d.store_id, d.span) NOT IN (SELECT store_id, day FROM dirty)",
            $filter,
            " UNION ALL SELECT ", $columns, " FROM ", $table, " d WHERE d.group_id=$1 AND d.store_id IN {{ids:$2}} \
             AND d.unit='d' AND d.span > $8 AND d.span <= $4 AND (d.store_id, d.span) NOT IN (SELECT store_id, day FROM dirty)",
            $filter,
            " UNION ALL SELECT ", $columns, " FROM dirty_month m JOIN ", $table, " d ON d.store_id=m.store_id AND d.unit='d' \
             AND d.span >= m.month || '-01' AND d.span <= m.month || '-31' WHERE d.group_id=$1 AND d.span >= $7 AND d.span <= $8 \
             AND (d.store_id, d.span) NOT IN (SELECT store_id, day FROM dirty)",
            $filter
        )
    };
}
/// The changed days of the period, and the months they lie in.
macro_rules! dirty {
    ($what:literal) => {
        concat!(
            "dirty AS MATERIALIZED (SELECT DISTINCT store_id, day FROM figure_change WHERE group_id=$1 \
             AND store_id IN {{ids:$2}} AND what='", $what, "' AND day >= $3 AND day <= $4), \
             dirty_month AS MATERIALIZED (SELECT DISTINCT store_id, substr(day, 1, 7) AS month FROM dirty)"
        )
    };
}
pub(super) use {dirty, spans};

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
    /// The first eight arguments of every statement over [`spans!`].
    fn span_args(&self, by_month: bool) -> Args {
        let Period { from, to } = self.period;
        let first = if from.day() == 1 { from } else { from.last_of_month().days_after(1) };
        let last = if to == to.last_of_month() { to } else { to.first_of_month().days_after(-1) };
        let (months, inner) = if by_month && first <= last {
            ((month(first), month(last)), (first, last))
        } else {
            (("9999-13".to_owned(), "0000-00".to_owned()), (to.days_after(1), to))
        };
        args![self.group, &self.stores, from, to, months.0, months.1, inner.0, inner.1]
    }
    /// Days with their midnights as JSON, up to the last that can hold anything.
    fn days_json(&self) -> Result<String> {
        let mut days = Vec::new();
        let mut day = self.period.from;
        let mut from = midnight(&self.tz, day)?;
        while day <= self.last_day() {
            let next = day.days_after(1);
            let to = midnight(&self.tz, next)?;
            days.push((day.to_string(), from.0, to.0));
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
