//! The five files of `dms/` on their whole way.

use super::files::folder;
use super::world::{Yard, facts, staged};
use crate::imports::*;
use platform::transact;
use testkit::on_both;

/// File, [read, new, same, rejected, skipped] of the first import. Read, rejected and skipped as counted by
/// `xtask/oracle/dms_counts.py`; a repeated or replaced row counts as same.
const FILES: [(&str, [i64; 5]); 5] = [
    ("维修结算明细_城南店_2026-11.xlsx", [3200, 3119, 0, 81, 10]),
    ("售后流水_高新店.xls", [800, 780, 0, 20, 0]),
    ("交车明细_2026-11.csv", [420, 410, 0, 10, 0]),
    ("客户档案.xlsx", [1604, 1468, 93, 43, 0]),
    ("repair_orders_group.tsv", [1000, 1000, 0, 0, 0]),
];

fn five(t: &Tally) -> [i64; 5] {
    [t.read, t.new, t.same, t.rejected, t.skipped]
}

#[tokio::test]
async fn 五个文件_整个流程_再导一次全部相同() {
    let Some(folder) = folder() else { return };
    for (file, want) in FILES {
        on_both(async |w| {
            let yard = Yard::everywhere(w).await;
            let path = folder.join(file);
            let first = yard.read(&path).await;
            let first = yard.answer_codes(first).await;
            assert_eq!(first.state, State::Previewed, "{file}: {:?} {:?}", first.fault, first.mapping.questions());
            assert_eq!(five(&first.counts), want, "{file}");
            yard.confirm(first.id).await.expect("confirmed");
            let first = yard.apply(first.id, 700).await;
            assert_eq!((first.state, first.rows_done), (State::Applied, first.rows_total));
            eprintln!("{file}: {:?} {} ms", first.counts, first.busy_ms);
            let made = facts(&w.db, w.group).await;
            eprintln!("{made:?}");
            assert_eq!(first.counts.done.new + first.counts.done.changed + first.counts.done.same, want[1], "{file}");
            assert_eq!(first.counts.moved, 0, "{file}");

            let again = yard.read(&path).await;
            let t = &again.counts;
            assert_eq!(
                (t.read, t.new, t.changed, t.same, t.rejected, t.skipped),
                (want[0], 0, 0, want[1] + want[2], want[3], want[4]),
                "{file}"
            );
            yard.confirm(again.id).await.expect("confirmed");
            let again = yard.apply(again.id, 700).await;
            assert_eq!((again.counts.done.new, again.counts.done.changed, again.counts.moved), (0, 0, 0), "{file}");
            assert_eq!(facts(&w.db, w.group).await, made, "{file}: nothing changes");
        })
        .await;
    }
}

#[tokio::test]
async fn 撤销_恢复原样() {
    let Some(folder) = folder() else { return };
    for file in ["售后流水_高新店.xls", "交车明细_2026-11.csv", "客户档案.xlsx"] {
        on_both(async |w| {
            let yard = Yard::everywhere(w).await;
            let path = folder.join(file);
            let before = facts(&w.db, w.group).await;
            let batch = yard.import(&path).await;
            w.clock.advance(std::time::Duration::from_secs(3600));
            let undone = yard.undo(batch.id, 300).await;
            assert_eq!((undone.state, undone.counts.kept), (State::Undone, 0), "{file}");
            assert_eq!(facts(&w.db, w.group).await, before, "{file}");
            // And in again, as if it had never been.
            let again = yard.read(&path).await;
            assert_eq!(again.counts.new, batch.counts.new, "{file}");
            assert_eq!(again.options.first_for, batch.options.first_for, "{file}: asked again from which day to plan");
        })
        .await;
    }
}

#[tokio::test]
async fn 取消_不留痕迹() {
    let Some(folder) = folder() else { return };
    on_both(async |w| {
        let yard = Yard::everywhere(w).await;
        let batch = yard.read(&folder.join("交车明细_2026-11.csv")).await;
        assert!(staged(&w.db, w.group).await > 400);
        let done = transact!(w.db, &yard.scope, |tx| { cancel(tx, batch.id).await });
        done.expect("cancelled");
        yard.run_jobs().await;
        assert_eq!((yard.batch(batch.id).await.state, staged(&w.db, w.group).await), (State::Cancelled, 0));
        assert_eq!(std::fs::read_dir(yard.shop.folder()).expect("folder").count(), 0, "the file is gone");
        assert_eq!(facts(&w.db, w.group).await, [0; 8]);
        let late = transact!(w.db, &yard.scope, |tx| { cancel(tx, batch.id).await });
        assert!(matches!(late, Err(kernel::Problem::Refused("import-too-late-to-cancel"))));
    })
    .await;
}
