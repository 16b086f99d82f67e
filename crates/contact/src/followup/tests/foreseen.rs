//! What the preview of an import foresees is what planning does with the same event.

use kernel::CustomerId;
use platform::rulebook::{self, Rulebook as _};
use platform::transact;

use super::shop::{Shop, d, in_shop};
use crate::followup::imports::{Outlook, Upcoming, foresee};
use crate::followup::model::SubjectKind;
use crate::followup::rules::FollowupRules;

fn visit(customer: Option<i64>, day: &str) -> Upcoming {
    let customer = customer.map(CustomerId::new);
    Upcoming { subject: None, customer, visitor: None, line: None, opened_on: d(day), settled_on: Some(d(day)) }
}

async fn seen(s: &Shop<'_>, events: &[Upcoming], first: bool) -> Vec<Outlook> {
    let now = s.w.clock.now();
    let kind = SubjectKind::RepairOrder;
    foresee(&mut s.w.db.reads(), &s.system(), s.w.store, kind, events, first, now).await.expect("an outlook")
}

#[tokio::test]
async fn 预览与规划_一致() {
    in_shop(async |s| {
        s.now("2026-11-20 10:00");
        for (id, name) in [(2, "马立新"), (3, "邱思远"), (4, "白思")] {
            s.customer(id, name, &format!("1380000000{id}")).await;
        }
        // 1 was called, 2 has a case, 3 opted out, 4 has nothing against a call.
        s.order(11, 1, 21, "2026-11-18").await;
        s.record(&[11]).await;
        s.call(s.only().await.id, "refused").await;
        s.block(2).await;
        s.opted_out_before(3).await;
        let mut table = Vec::new();
        for (customer, day) in
            [(1, "2026-11-19"), (2, "2026-11-19"), (3, "2026-11-19"), (4, "2026-11-19"), (4, "2026-11-02")]
        {
            table.push(visit(Some(customer), day));
        }
        table.push(visit(None, "2026-11-17"));
        let known = Upcoming { subject: Some(11), ..visit(Some(4), "2026-11-18") };
        table.push(known);
        let got = seen(s, &table, false).await;
        let held = Outlook { held: true, ..Outlook::default() };
        let plan = |day: &str| Outlook { plans: vec![d(day)], ..Outlook::default() };
        let late = Outlook { late: true, ..Outlook::default() };
        let want = [held.clone(), held.clone(), held, plan("2026-11-19"), late, plan("2026-11-17"), Outlook::default()];
        assert_eq!(got, want);
        // And that is what happens: one task for the one, nothing for the others.
        for (id, customer, day) in [
            (12, 1, "2026-11-19"),
            (13, 2, "2026-11-19"),
            (14, 3, "2026-11-19"),
            (15, 4, "2026-11-19"),
            (16, 4, "2026-11-02"),
        ] {
            s.order(id, customer, customer * 10 + 11, day).await;
        }
        let before = s.tasks().await.len();
        s.record(&[12, 13, 14, 15, 16]).await;
        assert_eq!(s.tasks().await.len() - before, 1);
        assert_eq!(s.task_of(15).await.event_on, d("2026-11-19"));
        assert_eq!(s.skipped().await.iter().map(|(_, n)| n).sum::<i64>(), 3);

        // The day that the store plans from counts, but for its first import, which asks for it.
        s.record_with(&[], &[], None, Some("2026-11-18")).await;
        let early = [visit(None, "2026-11-17")];
        let before = Outlook { early: true, ..Outlook::default() };
        assert_eq!(seen(s, &early, false).await, std::slice::from_ref(&before));
        let long_ago = [visit(None, "2026-06-17")];
        assert_eq!(seen(s, &long_ago, false).await, [before], "history is not late");
        assert_eq!(seen(s, &early, true).await, [plan("2026-11-17")]);
        // A rule that is switched off plans nothing.
        let mut rules = FollowupRules::seed();
        rules.rules.iter_mut().for_each(|r| r.active = false);
        transact!(s.w.db, &s.system(), |tx| { rulebook::save(tx, Some(s.w.store), &rules, "off").await.map(|_| ()) })
            .expect("saved");
        assert_eq!(seen(s, &early, true).await, [Outlook::default()]);
    })
    .await;
}
