//! How long things are kept: undo for seven days, staging and files for thirty.

use super::world::{Yard, staged};
use crate::imports::*;
use kernel::Problem;
use platform::transact;
use std::time::Duration;
use testkit::on_both;

const DAY: Duration = Duration::from_secs(86_400);
const TEXT: &str = "交车日期,车主姓名,手机号码,车架号\n2026-11-18,白思,13800000001,LSVNV2182E2100001\n";

#[tokio::test]
async fn 七天内可撤销_三十天后清除() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let early = yard.import(&yard.file("a.csv", TEXT)).await;
        w.clock.advance(DAY * 7);
        assert_eq!(yard.undo(early.id, 10).await.state, State::Undone);

        let late = yard.import(&yard.file("b.csv", TEXT)).await;
        w.clock.advance(DAY * 7 + Duration::from_secs(1));
        let over = transact!(w.db, &yard.scope, |tx| { undo(tx, late.id, false).await });
        assert!(matches!(over, Err(Problem::Refused("import-undo-over"))));

        let files = || std::fs::read_dir(yard.shop.folder()).expect("folder").count();
        assert_eq!((staged(&w.db, w.group).await, files()), (2, 2));
        w.clock.advance(DAY * 20);
        yard.tick().await;
        // The first one is 34 days old now, the second 27.
        assert_eq!((staged(&w.db, w.group).await, files()), (1, 1));
        w.clock.advance(DAY * 4);
        yard.tick().await;
        assert_eq!((staged(&w.db, w.group).await, files()), (0, 0));
        let batch = yard.batch(late.id).await;
        assert_eq!((batch.blob_path.as_str(), batch.counts.new), ("", 1), "the summary stays");
    })
    .await;
}
