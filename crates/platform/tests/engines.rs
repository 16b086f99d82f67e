//! Both engines hold the same tables, and every statement prepares on both.
use platform::db::migrate;
use platform::{settings, transact};

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

#[tokio::test]
async fn repeatable_work_is_kept_or_given_up_as_a_whole() {
    testkit::on_both(async |w| {
        let scope = w.system();
        let says = async |name: &str| settings::get(&mut w.db.reads(), w.group, None, name).await.unwrap();
        transact!(w.db.repeatable(), &scope, |tx| { settings::set(tx, None, "kept", "1").await }).unwrap();
        let failed: kernel::Result<()> = transact!(w.db.repeatable(), &scope, |tx| {
            settings::set(tx, None, "lost", "1").await?;
            Err(kernel::Problem::Conflict("test"))
        });
        assert!(failed.is_err());
        transact!(w.db, &scope, |tx| { settings::set(tx, None, "after", "1").await }).unwrap();
        assert_eq!(says("kept").await.as_deref(), Some("1"));
        assert_eq!(says("lost").await, None);
        assert_eq!(says("after").await.as_deref(), Some("1"));
    })
    .await;
}
