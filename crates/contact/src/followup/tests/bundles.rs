//! C6: who is asked in one call, and who gets it.

use platform::transact;

use super::shop::{at, d, in_shop, show};
use crate::followup::distribute;
use crate::followup::model::{ContactState, TaskResult};
use crate::followup::people_port::StaffLeft;
use kernel::{PersonName, UserId};

#[tokio::test]
async fn 窗口相交才合并() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-16").await;
        s.order(2, 1, 22, "2026-11-18").await;
        // From the 21st: meets the second, but not the first, whose window ends on the 19th.
        s.order(3, 1, 23, "2026-11-20").await;
        s.record(&[1, 2, 3]).await;
        let contact = async |id| s.task_of(id).await.contact_id.expect("a contact");
        let (a, b, c) = (contact(1).await, contact(2).await, contact(3).await);
        assert_eq!(a, b);
        assert_ne!(a, c);
        let first = s.contact(a).await;
        assert_eq!((show(first.from_at), show(first.due_at)), ("2026-11-19 09:30".into(), "2026-11-19 19:00".into()));
        assert_eq!(first.agent_id, s.contact(c).await.agent_id);
    })
    .await;
}

#[tokio::test]
async fn 集团客户_按送修人_否则按单位联系人() {
    in_shop(async |s| {
        s.fleet(5, "蜀远物流", "02885550101").await;
        s.phone(71, 5, "13811110001", Some("王师傅"), 2).await;
        s.phone(72, 5, "13811110002", Some("刘师傅"), 3).await;
        for (id, visitor) in
            [(1, Some(("王师傅", 71))), (2, Some(("王师傅", 71))), (3, Some(("刘师傅", 72))), (4, None), (5, None)]
        {
            s.order_of(id, 5, 30 + id, Some("2026-11-18"), visitor).await;
        }
        s.record(&[1, 2, 3, 4, 5]).await;
        let mut calls: Vec<(String, String, usize)> = Vec::new();
        let tasks = s.tasks().await;
        for contact in s.contacts().await {
            let n = tasks.iter().filter(|t| t.contact_id == Some(contact.id)).count();
            let name = contact.person_name.as_ref().map(PersonName::expose).unwrap_or_default().to_owned();
            calls.push((contact.person_key.clone(), name, n));
        }
        calls.sort();
        let call = |k: &str, n: &str, c: usize| (k.to_owned(), n.to_owned(), c);
        assert_eq!(calls, [call("c5", "蜀远物流", 2), call("p71", "王师傅", 2), call("p72", "刘师傅", 1)]);
        // One visitor was reached: the other may still be called about a new visit.
        let wang = s.contacts().await.into_iter().find(|c| c.person_key == "p71").expect("王师傅").id;
        s.call(wang, "complete").await;
        s.order_of(6, 5, 36, Some("2026-11-19"), Some(("刘师傅", 72))).await;
        s.order_of(7, 5, 37, Some("2026-11-19"), Some(("王师傅", 71))).await;
        s.record(&[6, 7]).await;
        assert!(s.tasks().await.iter().any(|t| t.subject_id == 6));
        assert_eq!(s.skipped().await, [("contacted_lately".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn 集团多车_细问三台_其余合并() {
    in_shop(async |s| {
        s.fleet(5, "蜀远物流", "02885550101").await;
        for id in 1..=5 {
            s.order(id, 5, 30 + id, "2026-11-18").await;
        }
        // A second order of the first car is no further vehicle.
        s.order(6, 5, 31, "2026-11-18").await;
        s.record(&[1, 2, 3, 4, 5, 6]).await;
        let contact = s.only().await.id;
        let view =
            crate::followup::call::open(&mut s.w.db.reads(), &s.me(), contact, s.w.clock.now()).await.expect("a view");
        assert_eq!(view.tasks.iter().filter(|t| t.in_detail).count(), 4);
        let mut call = s.attempt(contact, "complete");
        // The agent asked about the fifth as well.
        call.answers = vec![super::shop::answer(Some(s.task_of(5).await.id), "q", crate::followup::Effect::Good)];
        s.save(&s.me(), &call).await.expect("saved");
        let mut results: Vec<_> = s.tasks().await.iter().map(|t| (t.subject_id, t.result.expect("closed"))).collect();
        results.sort();
        let (c, m) = (TaskResult::Complete, TaskResult::Merged);
        assert_eq!(results, [(1, c), (2, c), (3, m), (4, m), (5, c), (6, c)]);
        assert_eq!(s.only().await.state, ContactState::Done);
    })
    .await;
}

#[tokio::test]
async fn 正在通话的不再并入() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let me = s.me();
        transact!(s.w.db, &me, |tx| { crate::followup::lease::take(tx, contact).await }).expect("taken");
        s.order(2, 1, 22, "2026-11-18").await;
        s.record(&[2]).await;
        assert_eq!(s.contacts().await.len(), 2, "what the agent's screen does not show must not be settled by it");
        s.call(contact, "complete").await;
        // Not settled by the call; but the customer was reached, and is left in peace.
        assert_eq!(s.task_of(2).await.result, Some(TaskResult::Cancelled));
        assert_eq!(s.skipped().await, [("contacted_lately".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn 分配_份额与请假_批量改派_离职交接() {
    in_shop(async |s| {
        // 100 has one share, 101 two; 102 is away over the window, 103 takes none.
        s.agent(101, 2, None).await;
        s.agent(102, 1, Some(("2026-11-01", "2026-11-30"))).await;
        s.agent(103, 0, None).await;
        for id in 10..19 {
            s.customer(id, &format!("客户{id}"), &format!("1390000{id:04}")).await;
            s.order(id, id, id + 100, "2026-11-18").await;
        }
        s.record(&(10..19).collect::<Vec<_>>()).await;
        let held = async || {
            let mut counts = std::collections::BTreeMap::new();
            for c in s.contacts().await {
                *counts.entry(c.agent_id.map_or(0, UserId::raw)).or_insert(0) += 1;
            }
            counts.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(held().await, [(100, 3), (101, 6)]);

        let (boss, ids) = (s.boss(), s.contacts().await.iter().map(|c| c.id).collect::<Vec<_>>());
        let refused = transact!(s.w.db, &s.me(), |tx| { distribute::reassign(tx, &ids, None).await });
        assert!(matches!(refused, Err(kernel::Problem::Forbidden)));
        let stranger = Some(UserId::new(555));
        let refused = transact!(s.w.db, &boss, |tx| { distribute::reassign(tx, &ids, stranger).await });
        assert!(matches!(refused, Err(kernel::Problem::Invalid(_))));
        // Somebody is on the phone with one of 101's.
        let busy = s.contacts().await.into_iter().find(|c| c.agent_id == Some(UserId::new(101))).expect("one").id;
        transact!(s.w.db, &s.as_agent(UserId::new(101)), |tx| { crate::followup::lease::take(tx, busy).await })
            .expect("taken");
        let to = Some(UserId::new(103));
        let moved = transact!(s.w.db, &boss, |tx| { distribute::reassign(tx, &ids, to).await }).expect("moved");
        assert_eq!(moved.moved, 8);
        assert_eq!(held().await, [(101, 1), (103, 8)]);
        assert!(s.tasks().await.iter().filter(|t| t.agent_id == to).count() == 8);

        // 103 leaves without a successor: shared out among those who are there.
        let left = StaffLeft { user: UserId::new(103), successor: None, store: s.w.store };
        transact!(s.w.db, &boss, |tx| { tx.record(&left).await }).expect("left");
        assert_eq!(held().await, [(100, 3), (101, 6)]);
        // 101 leaves with a successor, in the middle of a call.
        let left = StaffLeft { user: UserId::new(101), successor: Some(UserId::new(100)), store: s.w.store };
        transact!(s.w.db, &boss, |tx| { tx.record(&left).await }).expect("left");
        assert_eq!(held().await, [(100, 9)]);
    })
    .await;
}

#[tokio::test]
async fn 复访_自成一类_二次开启再排() {
    in_shop(async |s| {
        let (store, case, customer) = (s.w.store, kernel::CaseId::new(77), super::shop::customer(1));
        let (from, due) = (s.w.clock.now(), at("2026-11-22 19:00"));
        let plan = async || {
            transact!(s.w.db, &s.system(), |tx| {
                crate::followup::plan_recall(tx, store, case, customer, None, None, from, due).await
            })
            .expect("a re-call")
        };
        let first = plan().await;
        let second = plan().await;
        let tasks = s.tasks().await;
        let of = |id| tasks.iter().find(|t| t.id == id).expect("a task");
        assert_eq!((of(first).result, of(first).round), (Some(TaskResult::Cancelled), 1));
        assert_eq!((of(second).result, of(second).round, of(second).due_on), (None, 2, d("2026-11-22")));
        let contact = s.contacts().await.into_iter().find(|c| c.state == ContactState::Open).expect("one");
        assert_eq!((contact.kinds(), contact.rank), (vec!["recall"], 0));
        // A case that was closed otherwise takes its re-call with it.
        transact!(s.w.db, &s.system(), |tx| {
            crate::followup::cancel_tasks(tx, crate::followup::SubjectKind::Case, &[77]).await
        })
        .expect("cancelled");
        assert!(s.tasks().await.iter().all(|t| !t.is_open()));
    })
    .await;
}
