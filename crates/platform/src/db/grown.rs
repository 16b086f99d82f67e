//! PostgreSQL plans by what it last counted. A table that was empty a minute ago and holds a hundred thousand rows now
//! is read from end to end by plans made for an empty one, until somebody counts again: whoever fills it says so.

use std::collections::HashMap;
use std::sync::Mutex;

use sqlx::PgPool;

/// Rows that were put into a table by this process, and at how many it is counted next.
#[derive(Default)]
pub(super) struct Grown(Mutex<HashMap<String, (u64, u64)>>);

/// The first count comes after so many rows, later ones whenever there are so many times as many.
const FIRST: u64 = 1_000;
const AGAIN: u64 = 5;

impl Grown {
    /// Tables that have grown enough to be counted anew, with what came into them.
    pub fn by(&self, rows: Vec<(String, u64)>) -> Vec<(String, u64)> {
        let Ok(mut known) = self.0.lock() else { return Vec::new() };
        let mut due = Vec::new();
        for (table, more) in rows {
            let (total, next) = known.entry(table.clone()).or_insert((0, FIRST));
            *total += more;
            if *total >= *next {
                *next = *total * AGAIN;
                due.push((table, *total));
            }
        }
        due
    }
}

/// Counts a table unless PostgreSQL knows of as many rows already. Nothing depends on it, so it may fail.
pub(super) async fn count(pool: PgPool, table: String, rows: u64) {
    let known: Result<Option<(i64,)>, _> =
        sqlx::query_as("SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid=to_regclass($1)")
            .bind(&table)
            .fetch_optional(&pool)
            .await;
    let known = known.ok().flatten().map_or(0, |(tuples,)| u64::try_from(tuples).unwrap_or(0));
    if known < rows {
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("ANALYZE {table}"))).execute(&pool).await;
        if let Err(e) = done {
            tracing::debug!(table, error = %e, "a table could not be counted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_counted_when_it_has_grown_manifold() {
        let grown = Grown::default();
        let due = |rows: u64| grown.by(vec![("task".into(), rows)]).len();
        assert_eq!([due(900), due(200), due(2_000), due(2_000), due(1_000), due(25_000)], [0, 1, 0, 0, 1, 1]);
    }
}
