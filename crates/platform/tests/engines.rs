//! Both engines hold the same tables, and every statement prepares on both.
use platform::db::migrate;

#[tokio::test]
async fn statements_of_the_platform_prepare() {
    testkit::on_both(async |w| {
        let refused = w.db.check_statements().await;
        assert!(refused.is_empty(), "{refused:#?}");
    })
    .await;
}

#[test]
fn every_token_of_a_migration_is_known() {
    for (name, text) in migrate::files() {
        for lite in [true, false] {
            let sql = migrate::expand(&text, lite);
            assert!(!sql.contains("{{"), "{name}: an unknown token");
        }
    }
}

/// A database in the hands of its migrations, one after another.
enum Old {
    Lite(rusqlite::Connection),
    Pg(sqlx::PgConnection),
}

impl Old {
    async fn run(&mut self, sql: &str) {
        match self {
            Old::Lite(on) => on.execute_batch(sql).unwrap_or_else(|e| panic!("{e}: {sql}")),
            Old::Pg(on) => {
                let sql = sqlx::AssertSqlSafe(sql.to_owned());
                sqlx::raw_sql(sql).execute(on).await.unwrap_or_else(|e| panic!("{e}"));
            }
        }
    }

    /// Those after the one before, up to and with `last`.
    async fn upto(&mut self, from: &str, last: &str) {
        let lite = matches!(self, Old::Lite(_));
        for (name, text) in migrate::files() {
            if name.as_str() > from && name.as_str() < last {
                self.run(&migrate::expand(&text, lite)).await;
            }
        }
    }

    /// One column of texts.
    async fn texts(&mut self, sql: &str) -> Vec<Option<String>> {
        match self {
            Old::Lite(on) => {
                let mut stmt = on.prepare(sql).expect("a question");
                let rows = stmt.query_map([], |row| row.get(0)).expect("asked");
                rows.map(|r| r.expect("a row")).collect()
            }
            Old::Pg(on) => sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_all(on).await.expect("rows"),
        }
    }
}

/// What an older version wrote is read by this one: journals of imports, first contacts and decisions of cases.
#[tokio::test]
async fn migrations_carry_over_what_is_there() {
    use sqlx::Connection as _;
    let mut both = vec![Old::Lite(rusqlite::Connection::open_in_memory().expect("in memory"))];
    if let Ok(url) = std::env::var("ZHIYIN_TEST_PG") {
        let own = testkit::fresh_database(&url).await;
        both.push(Old::Pg(sqlx::PgConnection::connect(&own).await.expect("connected")));
    }
    for mut old in both {
        old.upto("", "0017").await;
        old.run(
            "INSERT INTO import_change (id, import_id, seq, entity, entity_id, op, field, before_value, after_value, group_id) VALUES \
             (1, 70, 1, 'customer', 500, 'made', NULL, NULL, NULL, 1), \
             (2, 70, 1, 'vehicle', 600, 'set', 'plate', '川A00001', '川A00002', 1), \
             (3, 70, 2, 'customer', 501, 'made', NULL, NULL, NULL, 1)",
        )
        .await;
        old.upto("0017", "0018").await;
        let journal = old.texts("SELECT changes FROM import_journal WHERE import_id=70 ORDER BY seq").await;
        let lines: Vec<serde_json::Value> =
            journal.iter().map(|j| serde_json::from_str(j.as_deref().expect("text")).expect("JSON")).collect();
        assert_eq!(lines.len(), 2, "a line per row");
        assert_eq!(lines[0].as_array().map(Vec::len), Some(2), "in the order in which it was done: {lines:?}");
        assert_eq!(
            (lines[0][0]["entity"].as_str(), lines[0][1]["before"].as_str()),
            (Some("customer"), Some("川A00001"))
        );
        assert_eq!(lines[1][0]["id"].as_i64(), Some(501));

        // One contacted in its first round; one opened again; one decided after its escalation, one before a second.
        old.run(
            "INSERT INTO case_file (id, group_id, store_id, number, class, kind, department, customer_id, state, round, title, fields, \
             opened_at, contact_due_at, contacted_at, escalated_at) VALUES \
             (1, 1, 10, 1, 'complaint', 'A7.3.3', 'service', 500, 'contacted', 1, '', '{}', 1000, 2000, 1500, NULL), \
             (2, 1, 10, 2, 'complaint', 'A7.3.3', 'service', 500, 'waiting', 2, '', '{}', 1000, 900000000, NULL, NULL), \
             (3, 1, 10, 3, 'complaint', 'A7.3.3', 'service', 500, 'waiting', 1, '', '{}', 1000, 2000, NULL, 3000), \
             (4, 1, 10, 4, 'complaint', 'A7.3.3', 'service', 500, 'waiting', 1, '', '{}', 1000, 2000, NULL, 5000)",
        )
        .await;
        old.run(
            "INSERT INTO case_step (id, group_id, store_id, case_id, at, kind, args) VALUES \
             (1, 1, 10, 2, 1700, 'contacted', '{}'), (2, 1, 10, 2, 9000, 'contacted', '{}'), \
             (3, 1, 10, 3, 3500, 'decided', '{}'), (4, 1, 10, 4, 3500, 'decided', '{}')",
        )
        .await;
        old.upto("0018", "9999").await;
        let told = old
            .texts(
                "SELECT CAST(first_contact_due_at AS TEXT) || ' ' || COALESCE(CAST(first_contacted_at AS TEXT), '-') || ' ' || \
                 COALESCE(CAST(decided_at AS TEXT), '-') FROM case_file ORDER BY id",
            )
            .await;
        let told: Vec<&str> = told.iter().map(|t| t.as_deref().expect("text")).collect();
        assert_eq!(told, ["2000 1500 -", "86401000 1700 -", "2000 - 3500", "2000 - -"]);
    }
}
