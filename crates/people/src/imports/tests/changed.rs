//! Killed half-way, two at once, and what somebody changed between looking and confirming.

use super::world::{STARTED, Yard, facts, told};
use crate::imports::store::Which;
use crate::imports::*;
use crate::intake::{self, Recording};
use kernel::Result;
use platform::transact;
use testkit::{World, on_both};

/// 60 orders of 45 people; every third is theirs again.
fn orders(first: usize, n: usize, amount: &str) -> String {
    let mut text = String::from("工单号,进厂时间,结算时间,客户名称,联系电话,车牌号,底盘号,应收金额\n");
    for i in first..first + n {
        let who = if i % 3 == 2 { i - 1 } else { i };
        text.push_str(&format!(
            "RO{i:04},2026-11-{:02} 08:30,2026-11-{:02},客户{who}号,138{who:08},川A{who:05},LSVNV2182E2{who:06},{amount}\n",
            10 + i % 9,
            11 + i % 9
        ));
    }
    text
}

async fn applied(w: &World, text: &str) -> [i64; 8] {
    let yard = Yard::new(w).await;
    let batch = yard.import(&yard.file("a.csv", text)).await;
    assert_eq!(batch.state, State::Applied);
    facts(&w.db, w.group).await
}

#[tokio::test]
async fn 写到一半被杀_接着写_不丢也不重() {
    let text = orders(0, 60, "613.00");
    let whole = applied(&World::lite(platform::events::Wire::default()).await, &text).await;
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let batch = yard.read(&yard.file("a.csv", &text)).await;
        yard.confirm(batch.id).await.expect("confirmed");
        // Three chunks, then the process is gone: a transaction that was open leaves nothing.
        let mut pace = Pace::new(7, 7);
        for _ in 0..3 {
            apply_next_chunk(&w.db, w.group, batch.id, &mut pace).await.expect("a chunk");
        }
        let half = yard.batch(batch.id).await;
        assert_eq!((half.state, half.rows_done, half.rows_total), (State::Applying, 21, 60));
        let torn: Result<()> = async {
            let mut tx = w.db.begin(&w.system()).await?;
            intake::apply(&mut tx, &Recording::by_hand(w.store), &[] as &[intake::CustomerIn]).await?;
            Ok(())
        }
        .await;
        torn.expect("dropped without commit");
        // The next start finds it by itself.
        resume(&w.db).await.expect("queued");
        if w.db.engine() == platform::db::Engine::Pg {
            // Where several nodes share the database, silence has to last first.
            assert_eq!(yard.batch(batch.id).await.state, State::Applying);
            w.clock.advance(std::time::Duration::from_secs(180));
            resume(&w.db).await.expect("queued");
        }
        yard.run_jobs().await;
        let done = yard.batch(batch.id).await;
        assert_eq!((done.state, done.counts.done.new, done.counts.moved), (State::Applied, 60, 0));
        assert_eq!(facts(&w.db, w.group).await, whole);
        // Whoever comes again finds nothing to do.
        let again = apply_next_chunk(&w.db, w.group, batch.id, &mut pace).await.expect("nothing");
        assert_eq!((again.state, facts(&w.db, w.group).await), (State::Applied, whole));
    })
    .await;
}

#[tokio::test]
async fn 读到一半被杀_重新读() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let id = yard.bring_as(&yard.scope, &yard.file("a.csv", &orders(0, 60, "1")), None).await;
        let first = yard.parse(id).await;
        // As a reader leaves it that died after staging.
        let torn = transact!(w.db, &w.system(), |tx| {
            platform::db::Sql::exec(tx, &super::world::T_PARSING, platform::args![w.group, id]).await
        });
        torn.expect("as left");
        resume(&w.db).await.expect("queued");
        w.clock.advance(std::time::Duration::from_secs(180));
        resume(&w.db).await.expect("queued");
        yard.run_jobs().await;
        let again = yard.batch(id).await;
        assert_eq!((again.state, &again.counts), (State::Previewed, &first.counts));
        assert_eq!(yard.rows(id, Which::All).await.len(), 60);
    })
    .await;
}

#[tokio::test]
async fn 同时导入两个文件_与先后导入一样() {
    let (a, b) = (orders(0, 40, "613.00"), orders(20, 40, "613.00"));
    let one = World::lite(platform::events::Wire::default()).await;
    applied(&one, &a).await;
    let yard = Yard::again(&one).await;
    yard.import(&yard.file("b.csv", &b)).await;
    let wanted = facts(&one.db, one.group).await;
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let first = yard.read(&yard.file("a.csv", &a)).await;
        let second = yard.read(&yard.file("b.csv", &b)).await;
        yard.confirm(first.id).await.expect("confirmed");
        yard.confirm(second.id).await.expect("confirmed");
        let (first, second) = tokio::join!(yard.apply(first.id, 3), yard.apply(second.id, 3));
        assert_eq!((first.state, second.state), (State::Applied, State::Applied));
        // Twenty rows stand in both: whoever came second found them known, and says so.
        assert_eq!(first.counts.done.new + second.counts.done.new, 60);
        assert_eq!(first.counts.moved + second.counts.moved, 20);
        let got = facts(&w.db, w.group).await;
        // The journal says which of the two made a customer; its length depends on the order.
        assert_eq!(got[..7], wanted[..7]);
    })
    .await;
}

#[tokio::test]
async fn 预览之后有人改过_重新比对并报告() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        yard.import(&yard.file("a.csv", &orders(0, 10, "613.00"))).await;
        // Two rows more, and another amount in all.
        let batch = yard.read(&yard.file("b.csv", &orders(0, 12, "700.00"))).await;
        let t = &batch.counts;
        assert_eq!((t.new, t.changed, t.same), (2, 10, 0));
        // Meanwhile another file brings one of the new ones, word for word, and changes a known one.
        yard.import(&yard.file("c.csv", &orders(10, 1, "700.00"))).await;
        yard.import(&yard.file("d.csv", &orders(3, 1, "650.00"))).await;
        yard.confirm(batch.id).await.expect("confirmed");
        let done = yard.apply(batch.id, 5).await;
        assert_eq!((done.counts.done.new, done.counts.done.changed, done.counts.done.same), (1, 10, 1));
        let moved = yard.rows(batch.id, Which::State(RowState::Moved)).await;
        let shown: Vec<(u32, Option<(String, String)>)> =
            moved.iter().map(|row| (row.row_no, RowSaid::read(&row.notes).moved)).collect();
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(shown, [(5, pair("changed", "changed")), (12, pair("new", "same"))]);
        assert_eq!(done.counts.moved, 2);
        // The page's figures are what was done, add up, and each is as long as its list.
        let t = done.counts.settled();
        assert_eq!((t.new, t.changed, t.same, t.rejected, t.read), (1, 10, 1, 0, 12));
        for (verdict, n) in [(RowVerdict::New, t.new), (RowVerdict::Changed, t.changed), (RowVerdict::Same, t.same)] {
            let rows = yard.rows(batch.id, Which::Verdict(verdict)).await;
            assert_eq!(i64::try_from(rows.len()).expect("few"), n, "{verdict:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn 作废的工单_告诉回访() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        yard.import(&yard.file("a.csv", &orders(0, 5, "613.00"))).await;
        let text = orders(0, 5, "613.00");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[0].push_str(",状态");
        for (i, line) in lines.iter_mut().enumerate().skip(1) {
            line.push_str(if i == 2 { ",已作废" } else { ",正常" });
        }
        let batch = yard.import(&yard.file("b.csv", &lines.join("\n"))).await;
        assert_eq!((batch.counts.changed, batch.counts.same), (1, 4));
        let told = told(&w.db, w.group, "repair_orders_cancelled").await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["ids"].as_array().map(Vec::len), Some(1));
        let row = yard.rows(batch.id, Which::Verdict(RowVerdict::Changed)).await;
        assert!(RowSaid::read(&row[0].notes).cancelled);
    })
    .await;
}

#[tokio::test]
async fn 撤销_已开始回访的留下_后来改过的留下() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let first = yard.import(&yard.file("a.csv", &orders(0, 9, "613.00"))).await;
        let rows = yard.rows(first.id, Which::All).await;
        let begun = rows[4].subject_id.expect("an order");
        STARTED.lock().expect("lock").push(begun);
        w.clock.advance(std::time::Duration::from_secs(60));
        // A later file corrects another one.
        yard.import(&yard.file("b.csv", &orders(7, 1, "99.00"))).await;
        w.clock.advance(std::time::Duration::from_secs(60));
        let undone = yard.undo(first.id, 4).await;
        assert_eq!(undone.state, State::Undone);
        let kept = yard.rows(first.id, Which::State(RowState::Kept)).await;
        let said: Vec<(u32, String, String)> = kept
            .iter()
            .flat_map(|row| {
                RowSaid::read(&row.notes).kept.into_iter().map(|k| (row.row_no, k.what, k.why)).collect::<Vec<_>>()
            })
            .collect();
        assert!(said.contains(&(6, "task".into(), "task-started".into())), "{said:?}");
        assert!(said.contains(&(9, "repair_order".into(), "changed".into())), "{said:?}");
        assert_eq!(undone.counts.kept, i64::try_from(kept.len()).expect("few"));
        // Row 6 and row 9 stay with their people; the others are gone.
        assert_eq!(facts(&w.db, w.group).await[4], 2, "{said:?}");
        // A second time there is nothing to undo.
        let again = transact!(w.db, &yard.scope, |tx| { undo(tx, first.id, false).await });
        assert!(matches!(again, Err(kernel::Problem::Refused("import-undo-over"))));
    })
    .await;
}
