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
