#[tokio::test]
async fn every_statement_is_understood_by_both_engines() {
    testkit::on_both(async |w| {
        assert_eq!(w.db.check_statements().await, Vec::<String>::new());
    })
    .await;
}
