//! `customer_search`, and what results are checked on.

use kernel::{CustomerId, GroupId, Result};
use platform::db::{Engine, Load, One, Sql, Tx};
use platform::{args, stmt};

use super::query::{self, Wanted};
use super::tokens;
use crate::customers::sight::{Sight, seen_by};

// The index is asked first and bounded ($3), the youngest first where the index can (PostgreSQL's cannot); what it gives
// is looked at for the store and the group afterwards, which costs a tenth of asking the index for both words at once.
stmt!(
    CANDIDATES,
    lite: concat!(
        "WITH hit AS MATERIALIZED (SELECT rowid AS id FROM customer_search WHERE customer_search MATCH $1 \
         ORDER BY rowid DESC LIMIT $3) SELECT (SELECT COUNT(*) FROM hit) AS k, (SELECT json_group_array(id) FROM \
         (SELECT h.id AS id FROM hit h WHERE ",
        seen_by!("h.id", "$5", "$6", "$7", "$8"),
        " AND EXISTS (SELECT 1 FROM customer c WHERE c.id=h.id AND c.group_id=$4) ORDER BY h.id DESC LIMIT $2)) AS v"
    ),
    // What is found is named before it is bounded: the planner knows neither the words nor the bound, and would read
    // the whole table for the first of a bounded number of rows.
    pg: concat!(
        "WITH found AS MATERIALIZED (SELECT id FROM customer_search WHERE tokens @@ CAST(CAST($1 AS TEXT) AS tsquery)), \
         hit AS MATERIALIZED (SELECT id FROM found LIMIT $3) \
         SELECT (SELECT COUNT(*) FROM hit) AS k, COALESCE(CAST((SELECT json_agg(id) FROM \
         (SELECT h.id AS id FROM hit h WHERE ",
        seen_by!("h.id", "$5", "$6", "$7", "$8"),
        " AND EXISTS (SELECT 1 FROM customer c WHERE c.id=h.id AND c.group_id=$4 LIMIT 1 OFFSET 0) \
         ORDER BY h.id DESC LIMIT $2) f) AS TEXT), '[]') AS v"
    )
);
// Few segments after everybody was written in bulk; PostgreSQL puts its index in order by building it.
stmt!(
    TIDY,
    lite: "INSERT INTO customer_search (customer_search) VALUES ('optimize')",
    pg: "SELECT 1"
);
// Exact names ride customer_by_name.
stmt!(
    NAMED,
    concat!(
        "SELECT id AS v FROM customer c WHERE c.group_id=$1 AND c.name=$2 AND c.merged_into IS NULL AND ",
        seen_by!("c.id", "$3", "$4", "$5", "$6"),
        " ORDER BY c.id DESC LIMIT $7"
    )
);
// The primary key.
// The primary key in its order: the plus keeps SQLite from finding the group by another index and sorting it.
stmt!(
    EVERYBODY,
    "SELECT id AS v FROM customer WHERE id > $2 AND +group_id=$1 AND merged_into IS NULL ORDER BY id LIMIT $3"
);
stmt!(
    FORGET,
    lite: "DELETE FROM customer_search WHERE rowid IN {{ids:$1}}",
    pg: "DELETE FROM customer_search WHERE id IN {{ids:$1}}"
);
// $1: [["id","tokens"], …]
stmt!(
    REMEMBER,
    lite: "INSERT INTO customer_search (rowid, tokens) SELECT CAST(json_extract(value,'$[0]') AS INTEGER), \
           json_extract(value,'$[1]') FROM json_each($1)",
    pg: "INSERT INTO customer_search (id, tokens) SELECT CAST(e->>0 AS BIGINT), array_to_tsvector(string_to_array(e->>1, ' ')) \
         FROM jsonb_array_elements(CAST(CAST($1 AS TEXT) AS jsonb)) AS j(e) ON CONFLICT (id) DO UPDATE SET tokens=excluded.tokens"
);

/// How many rows of the index are looked at for their store before the index is asked for the store as well.
const LOOKED_AT: i64 = 1_000;
/// And of the words and the store together. On PostgreSQL a word that stands in more rows answers any of them: closer
/// matches are asked for by words of their own.
const TOGETHER: i64 = 2_000;

/// Customers in sight that have the words of one of these `ways`: all of them, or as many as `enough`, up to `most`.
pub(super) async fn candidates(
    q: &mut impl Sql,
    ways: &[Wanted],
    sight: &Sight,
    group: GroupId,
    (enough, most): (usize, i64),
) -> Result<Vec<CustomerId>> {
    let text = |words: &[String], engine| match engine {
        Engine::Lite => query::lite(ways, words),
        Engine::Pg => query::pg(ways, words),
    };
    let (whole, service, showroom) = (sight.whole.as_slice(), sight.service.as_slice(), sight.showroom.as_slice());
    let engine = q.engine();
    let args = |text: String, bound: i64| args![text, most, bound, group, sight.group, whole, service, showroom];
    let ids = |list: String| serde_json::from_str::<Vec<i64>>(&list).map_err(kernel::Problem::internal);

    let (hits, found): (i64, String) = q.get(&CANDIDATES, args(text(&[], engine), LOOKED_AT)).await?;
    let mut found = ids(found)?;
    if hits >= LOOKED_AT && found.len() < enough {
        let words: Vec<String> = match sight.group {
            true => vec![tokens::group(group)],
            false => sight.stores().iter().map(|s| tokens::store(*s)).collect(),
        };
        let bound = if engine == Engine::Lite && !sight.partial() { most } else { TOGETHER };
        let (_, more): (i64, String) = q.get(&CANDIDATES, args(text(&words, engine), bound)).await?;
        found = ids(more)?;
    }
    Ok(found.into_iter().map(CustomerId::new).collect())
}

#[cfg(test)]
pub(super) fn candidates_text(engine: Engine) -> &'static str {
    CANDIDATES.sql(engine)
}

pub(super) async fn named(
    q: &mut impl Sql,
    group: GroupId,
    name: &str,
    s: &Sight,
    limit: i64,
) -> Result<Vec<CustomerId>> {
    let (whole, service, showroom) = (s.whole.as_slice(), s.service.as_slice(), s.showroom.as_slice());
    let args = args![group, name, s.group, whole, service, showroom, limit];
    let found: Vec<One<CustomerId>> = q.all(&NAMED, args).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}

/// Customers of the group by id, after `after`.
pub(super) async fn everybody(
    q: &mut impl Sql,
    group: GroupId,
    after: CustomerId,
    limit: i64,
) -> Result<Vec<CustomerId>> {
    let found: Vec<One<CustomerId>> = q.all(&EVERYBODY, args![group, after, limit]).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}

pub(super) async fn forget(tx: &mut Tx, ids: &[CustomerId]) -> Result<()> {
    tx.exec(&FORGET, args![ids]).await.map(|_| ())
}

pub(super) async fn remember(tx: &mut Tx, rows: &[(CustomerId, String)]) -> Result<()> {
    for part in rows.chunks(1_000) {
        let json = serde_json::to_string(part).map_err(kernel::Problem::internal)?;
        tx.exec(&REMEMBER, args![json]).await?;
    }
    Ok(())
}

/// Tokens of customers that are filled in, in the order of their ids.
pub(super) async fn load(to: &mut Load, rows: &[(CustomerId, String)]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(|(id, tokens)| args![*id, tokens]).collect();
    let id = match to.engine() {
        Engine::Lite => "rowid",
        Engine::Pg => "id",
    };
    to.put("customer_search", &[id, "tokens"], &values).await
}

pub async fn tidy(to: &mut Load) -> Result<()> {
    to.tidy(&TIDY).await
}
