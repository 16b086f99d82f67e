//! The disk is full in the middle of an import: it pauses, is not given up, and goes on by itself.

use platform::db::Engine;
use testkit::on_both;

use super::world::{Yard, facts};
use crate::imports::*;

fn lines(n: usize) -> String {
    let mut text = String::from("工单号,开单日期,结算日期,车主,手机,车牌号,车架号\n");
    for i in 0..n {
        text.push_str(&format!(
            "RO-{i:05},2026-11-19,2026-11-20,客户{},1390000{i:04},川A{:05},LSVNV2182E2{i:06}\n",
            ["甲", "乙", "丙"][i % 3],
            10_000 + i
        ));
    }
    text
}

#[tokio::test]
async fn 磁盘已满_导入暂停_腾出空间后接着做() {
    on_both(async |w| {
        // PostgreSQL's part needs a small volume: see the leaf's tests.
        if w.db.engine() == Engine::Pg {
            return;
        }
        let yard = Yard::new(w).await;
        let batch = yard.read(&yard.file("工单.csv", &lines(900))).await;
        assert_eq!(batch.state, State::Previewed, "{:?}", batch.fault);
        let version = batch.version;
        let confirmed: kernel::Result<()> =
            platform::transact!(w.db, &yard.scope, |tx| { confirm(tx, batch.id, version, None, true).await });
        confirmed.expect("confirmed");
        w.db.limit_growth(Some(40)).await.expect("limited");
        // More rounds than a faulty job would get.
        for _ in 0..12 {
            w.clock.advance(std::time::Duration::from_secs(601));
            yard.run_jobs().await;
        }
        let now = yard.batch(batch.id).await;
        assert_eq!(now.state, State::Applying, "neither applied nor failed: {:?}", now.fault);
        assert!(now.rows_done < now.rows_total, "{} of {}", now.rows_done, now.rows_total);
        assert!(w.db.is_full());
        assert!(!w.db.look_for_room().await.expect("looked"), "still no room");

        w.db.limit_growth(None).await.expect("unlimited");
        assert!(w.db.look_for_room().await.expect("looked"), "room again");
        assert!(!w.db.is_full());
        for _ in 0..4 {
            w.clock.advance(std::time::Duration::from_secs(61));
            yard.run_jobs().await;
        }
        let done = yard.batch(batch.id).await;
        assert_eq!((done.state, done.rows_done), (State::Applied, 900), "{:?}", done.fault);
        assert_eq!(facts(&w.db, w.group).await[4], 900, "every order once");
    })
    .await;
}
