//! Both engines: every statement prepares, every table is alike, rows sort alike.

use std::collections::BTreeMap;

use kernel::Result;
use platform::db::{Db, Engine, One, Sql as _};
use platform::{args, row, stmt};

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    testkit::on_both_wired(zhiyin::wiring::wire, async |w| {
        let refused = w.db.check_statements().await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    })
    .await;
}

row! { struct Column { table_name: String, name: String, nullable: i64 } }

stmt!(
    COLUMNS,
    lite: "SELECT m.name AS table_name, c.name AS name, CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 0 ELSE 1 END AS nullable \
           FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type='table' AND m.name NOT LIKE 'customer_search%' \
           ORDER BY m.name, c.name",
    pg: "SELECT CAST(table_name AS TEXT) AS table_name, CAST(column_name AS TEXT) AS name, \
         CAST(CASE WHEN is_nullable = 'YES' THEN 1 ELSE 0 END AS BIGINT) AS nullable \
         FROM information_schema.columns WHERE table_schema='public' AND table_name NOT LIKE 'customer_search%' \
         ORDER BY table_name, column_name",
);
stmt!(
    INDEXES,
    lite: "SELECT name AS v FROM sqlite_master WHERE type='index' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    pg: "SELECT CAST(indexname AS TEXT) AS v FROM pg_indexes WHERE schemaname='public' AND indexname NOT LIKE '%_pkey' \
         AND indexname <> 'customer_search_tokens' ORDER BY indexname",
);
stmt!(SORTED, "SELECT name AS v FROM setting WHERE group_id=$1 ORDER BY name");

async fn shape(db: &Db) -> Result<(BTreeMap<String, Vec<(String, i64)>>, Vec<String>)> {
    let mut reads = db.reads();
    let mut tables: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
    for c in reads.all::<Column>(&COLUMNS, args![]).await? {
        tables.entry(c.table_name).or_default().push((c.name, c.nullable));
    }
    tables.values_mut().for_each(|v| v.sort());
    let mut indexes: Vec<String> =
        reads.all::<One<String>>(&INDEXES, args![]).await?.into_iter().map(|o| o.0).collect();
    indexes.sort();
    Ok((tables, indexes))
}

#[tokio::test]
async fn both_engines_hold_the_same_tables_and_indexes() {
    let lite = testkit::World::lite(zhiyin::wiring::wire()).await;
    let Some(pg) = testkit::World::pg(zhiyin::wiring::wire()).await else { return };
    assert_eq!(lite.db.engine(), Engine::Lite);
    assert_eq!(shape(&lite.db).await.expect("lite"), shape(&pg.db).await.expect("pg"));
}

#[tokio::test]
async fn rows_sort_alike() {
    let mut seen: Vec<Vec<String>> = Vec::new();
    let collect = async |w: &testkit::World| {
        let scope = w.system();
        let names = ["b", "A", "a", "B", "𠮷", "㛃", "张", "章", "😀", "é", "_", "10", "9"];
        platform::transact!(w.db, &scope, |tx| {
            for name in names {
                platform::settings::set(tx, None, name, "x").await?;
            }
            Ok(())
        })
        .expect("settings are written");
        let sorted: Vec<One<String>> = w.db.reads().all(&SORTED, args![w.group]).await.expect("read");
        sorted.into_iter().map(|o| o.0).collect::<Vec<_>>()
    };
    let lite = testkit::World::lite(zhiyin::wiring::wire()).await;
    seen.push(collect(&lite).await);
    if let Some(pg) = testkit::World::pg(zhiyin::wiring::wire()).await {
        seen.push(collect(&pg).await);
    }
    let mut wanted = seen[0].clone();
    wanted.sort();
    assert!(seen.iter().all(|s| *s == wanted), "{seen:?}");
}
