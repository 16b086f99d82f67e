//! Migrations exist once, as text; each engine gets its own words for types. All or nothing per file.

use kernel::{Millis, Problem, Result};
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

use super::{One, Pools, engine, load, one};
use crate::args;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../migrations"]
#[include = "*.sql"]
struct Files;

const NODE_LEASE: i64 = 15 * Millis::MINUTE;

/// `{{ID}}` primary key, `{{INT}}`, `{{TEXT}}` (sorted alike on both engines), `{{BLOB}}`, `{{STRICT}}`;
/// a line ending in `-- lite` or `-- pg` stands for that engine only.
pub fn expand(text: &str, lite: bool) -> String {
    let (id, int, txt, blob, strict) = if lite {
        ("INTEGER PRIMARY KEY", "INTEGER", "TEXT", "BLOB", "STRICT")
    } else {
        ("BIGINT PRIMARY KEY", "BIGINT", "TEXT COLLATE \"C\"", "BYTEA", "")
    };
    let other = if lite { "-- pg" } else { "-- lite" };
    text.lines()
        .filter(|l| !l.trim_end().ends_with(other))
        .map(|l| {
            l.replace("{{ID}}", id)
                .replace("{{INT}}", int)
                .replace("{{TEXT}}", txt)
                .replace("{{BLOB}}", blob)
                .replace("{{STRICT}}", strict)
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Names and texts, in order.
pub fn files() -> Vec<(String, String)> {
    let mut all: Vec<_> = Files::iter()
        .filter_map(|name| {
            let file = Files::get(&name)?;
            Some((name.to_string(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    all.sort();
    all
}

pub(super) async fn run(pools: &Pools, now: Millis) -> Result<()> {
    let lite = matches!(pools, Pools::Lite { .. });
    pools
        .script(expand(
            "CREATE TABLE IF NOT EXISTS migration (name {{TEXT}} NOT NULL PRIMARY KEY, hash {{TEXT}} NOT NULL, at {{INT}} NOT NULL) {{STRICT}};",
            lite,
        ))
        .await?;
    let done = applied(pools).await?;
    load::refuse_half_filled(&done)?;
    let files = files();
    for (name, _) in &done {
        if !files.iter().any(|(n, _)| n == name) {
            return Err(Problem::internal(format!(
                "the database was made by a newer version (it knows {name}): start that version"
            )));
        }
    }
    for (name, text) in files {
        let hash = hex(&Sha256::digest(text.as_bytes()));
        match done.iter().find(|(n, _)| *n == name) {
            Some((_, known)) if *known == hash => {}
            Some(_) => {
                return Err(Problem::internal(format!("migration {name} was changed after it was applied")));
            }
            None => apply(pools, lite, &name, &text, &hash, now).await?,
        }
    }
    Ok(())
}

async fn apply(pools: &Pools, lite: bool, name: &str, text: &str, hash: &str, now: Millis) -> Result<()> {
    let begin = if lite { "BEGIN IMMEDIATE" } else { "BEGIN" };
    // One script is one transaction on one connection; an error inside gives it up whole.
    let script = format!(
        "{begin};\n{}\nINSERT INTO migration (name, hash, at) VALUES ('{name}', '{hash}', {});\nCOMMIT;",
        expand(text, lite),
        now.0
    );
    let outcome = pools.script(script).await;
    if outcome.is_err() {
        let _ = pools.script("ROLLBACK".into()).await;
    }
    outcome.map_err(|p| Problem::internal(format!("migration {name}: {p}")))
}

async fn applied(pools: &Pools) -> Result<Vec<(String, String)>> {
    const SQL: &str = "SELECT name AS k, hash AS v FROM migration ORDER BY name";
    match pools {
        Pools::Lite { write, .. } => write.ask(SQL, args![]).await,
        Pools::Pg(pool) => sqlx::query_as(SQL).fetch_all(pool).await.map_err(engine::fault),
    }
}

/// Takes a node id whose lease has ended, or a new one; answers it with the highest moment it was used at.
pub(super) async fn lease_node(pools: &Pools, now: Millis) -> Result<(u16, Millis)> {
    const TAKE: &str = "UPDATE node_lease SET until = $1, floor = CASE WHEN floor > $2 THEN floor ELSE $2 END \
        WHERE node = (SELECT node FROM node_lease WHERE until < $2 ORDER BY node LIMIT 1) RETURNING node AS k, floor AS v";
    const NEW: &str = "INSERT INTO node_lease (node, until, floor) \
        SELECT COALESCE(MAX(node) + 1, 0), $1, $2 FROM node_lease RETURNING node AS k, floor AS v";
    let (until, now) = (now.0 + NODE_LEASE, now.0);
    for sql in [TAKE, NEW, NEW, NEW] {
        let row: Option<(i64, i64)> = match pools {
            Pools::Lite { write, .. } => match write.ask(sql, args![until, now]).await {
                Ok(rows) => one(rows),
                Err(problem) if taken(&problem) => None,
                Err(problem) => return Err(problem),
            },
            Pools::Pg(pool) => match sqlx::query_as(sql).bind(until).bind(now).fetch_optional(pool).await {
                Ok(row) => row,
                Err(sqlx::Error::Database(e)) if e.is_unique_violation() => None,
                Err(e) => return Err(engine::fault(e)),
            },
        };
        // Nothing: no lease has ended, or another node took the same number at the same moment.
        let Some((node, floor)) = row else { continue };
        let node = u16::try_from(node).ok().filter(|n| *n < 1024);
        return node.map(|n| (n, Millis(floor))).ok_or_else(|| Problem::internal("more than 1,024 nodes hold a lease"));
    }
    Err(Problem::internal("no node id could be leased"))
}

pub(super) async fn renew_node(pools: &Pools, node: u16, floor: Millis) -> Result<()> {
    const SQL: &str = "UPDATE node_lease SET until = $1, floor = $2 WHERE node = $3";
    let (until, floor) = (floor.0 + NODE_LEASE, floor.0);
    match pools {
        Pools::Lite { write, .. } => write.ask::<One<i64>>(SQL, args![until, floor, i64::from(node)]).await.map(|_| ()),
        Pools::Pg(pool) => {
            let query = sqlx::query(SQL).bind(until).bind(floor).bind(i64::from(node));
            query.execute(pool).await.map(|_| ()).map_err(engine::fault)
        }
    }
}

/// Whether a row with this key stands there already.
fn taken(problem: &Problem) -> bool {
    let Problem::Internal(cause) = problem else { return false };
    let code = cause.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    code == Some(rusqlite::ErrorCode::ConstraintViolation)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
