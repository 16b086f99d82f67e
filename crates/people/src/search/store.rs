//! `customer_search`, and what results are checked on.

use kernel::{CustomerId, GroupId, Result};
use platform::db::{Engine, Load, One, Sql, Tx};
use platform::{args, stmt};

use super::query::{self, Wanted};

// The index is asked first and bounded; whatever comes of it is sorted by birth, the youngest first.
stmt!(
    CANDIDATES,
    lite: "SELECT rowid AS v FROM customer_search WHERE customer_search MATCH $1 ORDER BY rowid DESC LIMIT $2",
    pg: "WITH hit AS MATERIALIZED (SELECT id FROM customer_search WHERE tokens @@ CAST(CAST($1 AS TEXT) AS tsquery) LIMIT 2000) \
         SELECT id AS v FROM hit ORDER BY id DESC LIMIT $2"
);
// Exact names ride customer_by_name.
stmt!(
    NAMED,
    "SELECT id AS v FROM customer c WHERE c.group_id=$1 AND c.name=$2 AND (CAST($3 AS BIGINT)=1 OR EXISTS \
     (SELECT 1 FROM customer_store s WHERE s.customer_id=c.id AND s.store_id IN {{ids:$4}})) ORDER BY c.id DESC LIMIT $5"
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

pub(super) async fn candidates(
    q: &mut impl Sql,
    ways: &[Wanted],
    sight: &[String],
    limit: i64,
) -> Result<Vec<CustomerId>> {
    let text = match q.engine() {
        Engine::Lite => query::lite(ways, sight),
        Engine::Pg => query::pg(ways, sight),
    };
    let found: Vec<One<CustomerId>> = q.all(&CANDIDATES, args![text, limit]).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}

pub(super) async fn named(
    q: &mut impl Sql,
    group: GroupId,
    name: &str,
    sight: &crate::customers::Sight,
    limit: i64,
) -> Result<Vec<CustomerId>> {
    let (all, stores) = sight.params();
    let found: Vec<One<CustomerId>> = q.all(&NAMED, args![group, name, all, stores.as_slice(), limit]).await?;
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
