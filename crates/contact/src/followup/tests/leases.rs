//! Two agents, one contact; the queue's order; dialling.

use kernel::{Millis, Problem, UserId};
use platform::transact;

use super::shop::{AGENT, at, in_shop, show};
use crate::followup::model::Aside;
use crate::followup::queue::{self, Filter, View, Why};
use crate::followup::{call, dial, lease};

#[tokio::test]
async fn 两人抢一个_只有一人得() {
    in_shop(async |s| {
        let other = s.agent(101, 1, None).await;
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let (a, b) = (s.me(), s.as_agent(other));
        let mut won = [0; 2];
        for round in 0..20 {
            let take = async |scope| transact!(s.w.db, scope, |tx| { lease::take(tx, contact).await });
            let (first, second) = tokio::join!(take(&a), take(&b));
            match (&first, &second) {
                (Ok(l), Err(Problem::Conflict("contact-taken"))) => {
                    assert_eq!(l.user, AGENT);
                    won[0] += 1;
                }
                (Err(Problem::Conflict("contact-taken")), Ok(l)) => {
                    assert_eq!(l.user, other);
                    won[1] += 1;
                }
                both => panic!("round {round}: {both:?}"),
            }
            let fence = first.or(second).expect("one has it").until;
            for scope in [&a, &b] {
                transact!(s.w.db, scope, |tx| { lease::release(tx, contact, fence).await }).expect("released");
            }
        }
        assert_eq!(won[0] + won[1], 20);
    })
    .await;
}

#[tokio::test]
async fn 租约_续期_到期_旧页失效() {
    in_shop(async |s| {
        let other = s.as_agent(s.agent(101, 1, None).await);
        let me = s.me();
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let take = async |scope| transact!(s.w.db, scope, |tx| { lease::take(tx, contact).await });
        let renew =
            async |scope, fence: Millis| transact!(s.w.db, scope, |tx| { lease::renew(tx, contact, fence).await });
        let first = take(&me).await.expect("taken");
        assert_eq!(first.until, s.w.clock.now().plus_minutes(10));
        s.w.clock.advance(std::time::Duration::from_secs(300));
        let second = renew(&me, first.until).await.expect("renewed");
        assert_eq!(second.until, s.w.clock.now().plus_minutes(10));
        assert!(matches!(renew(&me, first.until).await, Err(Problem::Conflict("contact-taken"))), "an old fence");
        assert!(matches!(renew(&other, second.until).await, Err(Problem::Conflict("contact-taken"))));
        // Another page of the same person takes over: the first page learns of it at its next renewal.
        let third = take(&me).await.expect("taken again");
        assert!(renew(&me, second.until).await.is_err() && renew(&me, third.until).await.is_ok());
        // Lapsed: whoever comes first.
        s.w.clock.advance(std::time::Duration::from_secs(700));
        take(&other).await.expect("free again");
        assert!(matches!(take(&me).await, Err(Problem::Conflict("contact-taken"))));
        // A store of another group finds nothing.
        let stranger = s.w.scope_at(
            s.w.other_group,
            s.w.stranger,
            UserId::new(5),
            None,
            &[(kernel::Cap::CallWork, kernel::Reach::Own)],
        );
        assert!(matches!(take(&stranger).await, Err(Problem::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn 队列_次序与缘由() {
    in_shop(async |s| {
        for (id, settled) in
            [(10, "2026-11-13"), (11, "2026-11-16"), (12, "2026-11-17"), (13, "2026-11-18"), (14, "2026-11-19")]
        {
            s.customer(id, &format!("客户{id}"), &format!("1390000{id:04}")).await;
            s.order(id, id, id + 100, settled).await;
        }
        s.record(&[10, 11, 12, 13, 14]).await;
        let of = async |order: i64| s.task_of(order).await.contact_id.expect("a contact");
        // 13 was promised a call in five hours, 12 was tried.
        let mut promised = s.attempt(of(13).await, "not_convenient");
        promised.agreed_at = Some(at("2026-11-19 15:00"));
        s.save(&s.me(), &promised).await.expect("promised");
        s.call(of(12).await, "no_answer").await;
        let order = async || {
            let page = s.page(&s.me(), &Filter::default()).await.expect("a page");
            assert_eq!(page.next, None);
            page.rows.iter().map(|r| (r.customer_id.raw(), r.why)).collect::<Vec<_>>()
        };
        assert_eq!(
            order().await,
            [(10, Why::Overdue), (11, Why::DueToday), (12, Why::NotYet), (14, Why::NotYet), (13, Why::PromisedLater)]
        );
        s.now("2026-11-19 15:00");
        assert_eq!(
            order().await,
            [(13, Why::Promise), (10, Why::Overdue), (11, Why::DueToday), (12, Why::Tried), (14, Why::NotYet)]
        );
        // The first one is what "next" takes; held ones are passed over by others.
        let take = async |scope| transact!(s.w.db, scope, |tx| { queue::next_for(tx).await }).expect("next");
        assert_eq!(take(&s.me()).await.map(|l| l.contact), Some(of(13).await));
        let counts =
            queue::counts(&mut s.w.db.reads(), &s.me(), &Filter::default(), s.w.clock.now()).await.expect("counts");
        assert_eq!((counts.all, counts.today, counts.due_today), (5, 4, 2));
        assert_eq!(counts.by_kind, [("3DC".to_owned(), 5)], "as many as there are rows");
        assert_eq!(counts.reached_today, 1);
        // Everybody's queue needs its own right; another agent's own is empty.
        let all = Filter { view: View::All, ..Filter::default() };
        assert!(matches!(s.page(&s.me(), &all).await, Err(Problem::Forbidden)));
        assert_eq!(s.page(&s.boss(), &all).await.expect("all").rows.len(), 5);
        let other = s.as_agent(s.agent(101, 1, None).await);
        assert_eq!(s.page(&other, &Filter::default()).await.expect("none").rows.len(), 0);
        let none = Filter { kind: Some("7DC".into()), ..Filter::default() };
        assert_eq!(s.page(&s.me(), &none).await.expect("none").rows.len(), 0);
    })
    .await;
}

/// C3: promise, deadline, call window, attempts, priority. A promise stands first from its time on; before that it is
/// handed to nobody and stands behind everything else, in the order of the times that were promised.
#[tokio::test]
async fn 队列_约定到点才排最前_先约先打() {
    in_shop(async |s| {
        // 10 is overdue, 11 to 13 are due on one day.
        for (id, settled) in [(10, "2026-11-13"), (11, "2026-11-16"), (12, "2026-11-16"), (13, "2026-11-16")] {
            s.customer(id, &format!("客户{id}"), &format!("1390000{id:04}")).await;
            s.order(id, id, id + 100, settled).await;
        }
        s.record(&[10, 11, 12, 13]).await;
        let of = async |order: i64| s.task_of(order).await.contact_id.expect("a contact");
        for (order, time) in [(10, "2026-11-19 15:20"), (11, "2026-11-19 15:00"), (12, "2026-11-19 17:00")] {
            let mut call = s.attempt(of(order).await, "not_convenient");
            call.agreed_at = Some(at(time));
            s.save(&s.me(), &call).await.expect("promised");
        }
        let order = async || {
            let rows = s.page(&s.me(), &Filter::default()).await.expect("a page").rows;
            rows.iter().map(|r| (r.customer_id.raw(), r.why)).collect::<Vec<_>>()
        };
        let next = async || {
            let lease = transact!(s.w.db, &s.me(), |tx| { queue::next_for(tx).await }).expect("next")?;
            transact!(s.w.db, &s.me(), |tx| { lease::release(tx, lease.contact, lease.until).await }).expect("back");
            s.tasks().await.iter().find(|t| t.contact_id == Some(lease.contact)).map(|t| t.subject_id)
        };
        let later = Why::PromisedLater;
        s.now("2026-11-19 14:54");
        assert_eq!(order().await, [(13, Why::DueToday), (11, later), (10, later), (12, later)]);
        assert_eq!(next().await, Some(13), "nobody is called before the time they named, be the deadline past");
        // Five minutes before, so that the agent may read first.
        s.now("2026-11-19 14:55");
        assert_eq!(order().await, [(11, Why::Promise), (13, Why::DueToday), (10, later), (12, later)]);
        assert_eq!(next().await, Some(11));
        // Two that are due: who was promised first, whatever the deadlines.
        s.now("2026-11-19 15:30");
        assert_eq!(order().await, [(11, Why::Promise), (10, Why::Promise), (13, Why::DueToday), (12, later)]);
        assert_eq!(next().await, Some(11));
        s.now("2026-11-19 17:00");
        assert_eq!(order().await.iter().map(|(c, _)| *c).collect::<Vec<_>>(), [11, 10, 12, 13]);
    })
    .await;
}

#[tokio::test]
async fn 队列_约在以后的_排在最后_翻页不重不漏() {
    in_shop(async |s| {
        for id in 10..130 {
            s.customer(id, &format!("客户{id}"), &format!("139000{id:05}")).await;
            s.order(id, id, id + 1000, "2026-11-16").await;
        }
        s.record(&(10..130).collect::<Vec<_>>()).await;
        // 70 of 120 want to be called later, many of them at the same time.
        for id in 40..110 {
            let contact = s.task_of(id).await.contact_id.expect("a contact");
            let mut call = s.attempt(contact, "not_convenient");
            call.agreed_at = Some(at(if id % 2 == 0 { "2026-11-20 10:00" } else { "2026-11-19 16:00" }));
            s.save(&s.me(), &call).await.expect("promised");
        }
        let all = Filter { view: View::All, ..Filter::default() };
        let of = |agent| Filter { agent: Some(agent), ..all.clone() };
        for (scope, filter, want) in [
            (s.me(), Filter::default(), 120),
            (s.boss(), all.clone(), 120),
            (s.boss(), of(Some(AGENT)), 120),
            (s.boss(), of(None), 0),
            (s.me(), Filter { kind: Some("7DC".into()), ..Filter::default() }, 0),
        ] {
            let (mut filter, mut seen) = (filter, Vec::new());
            loop {
                let page = s.page(&scope, &filter).await.expect("a page");
                assert!(page.rows.len() <= 50);
                seen.extend(page.rows.iter().map(|r| (r.promise_at, r.customer_id.raw())));
                match page.next {
                    Some(next) => filter.cursor = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen.len(), want);
            assert!(seen.is_sorted_by_key(|(promise, _)| *promise), "who is promised later stands behind, by the time");
            seen.sort_unstable_by_key(|(_, customer)| *customer);
            seen.dedup_by_key(|(_, customer)| *customer);
            assert_eq!(seen.len(), want, "nobody twice");
        }
    })
    .await;
}

#[tokio::test]
async fn 队列_翻页不重不漏() {
    in_shop(async |s| {
        for id in 10..130 {
            s.customer(id, &format!("客户{id}"), &format!("139000{id:05}")).await;
            let day = if id % 3 == 0 { "2026-11-19" } else { "2026-11-18" };
            s.order(id, id, id + 1000, day).await;
        }
        s.record(&(10..130).collect::<Vec<_>>()).await;
        let (mut filter, mut seen) = (Filter::default(), Vec::new());
        loop {
            let page = s.page(&s.me(), &filter).await.expect("a page");
            assert!(page.rows.len() <= 50);
            seen.extend(page.rows.iter().map(|r| r.customer_id.raw()));
            match page.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        let ready = seen.iter().take_while(|id| *id % 3 != 0).count();
        assert_eq!(ready, 80, "what may be called now stands first");
        seen.sort_unstable();
        assert_eq!(seen, (10..130).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn 暂放一边_一小时后回来() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let me = s.me();
        let back =
            transact!(s.w.db, &me, |tx| { lease::put_aside(tx, contact, Aside::NeedsFacts).await }).expect("aside");
        assert_eq!(show(back), "2026-11-19 11:00");
        let next = async || transact!(s.w.db, &me, |tx| { queue::next_for(tx).await }).expect("next");
        assert_eq!(next().await, None);
        let page = s.page(&me, &Filter::default()).await.expect("a page");
        assert_eq!((page.rows[0].why, page.rows[0].aside), (Why::PutAside, Some(Aside::NeedsFacts)));
        s.now("2026-11-19 11:00");
        assert_eq!(next().await.map(|l| l.contact), Some(contact));
        // Close to the deadline it comes back before it.
        s.now("2026-11-21 18:30");
        let back =
            transact!(s.w.db, &me, |tx| { lease::put_aside(tx, contact, Aside::BadMoment).await }).expect("aside");
        assert_eq!(show(back), "2026-11-21 18:45");
    })
    .await;
}

#[tokio::test]
async fn 拨号_只给持有者_有上限() {
    in_shop(async |s| {
        s.phone(12, 1, "13900000099", Some("家里"), 2).await;
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let (me, other) = (s.me(), s.as_agent(s.agent(101, 1, None).await));
        let dial = async |scope| transact!(s.w.db, scope, |tx| { dial::dial(tx, contact, None, true).await });
        assert!(matches!(dial(&me).await, Err(Problem::Refused("dial-lease"))));
        transact!(s.w.db, &me, |tx| { lease::take(tx, contact).await }).expect("taken");
        assert!(matches!(dial(&other).await, Err(Problem::Refused("dial-lease"))));
        let dialled = dial(&me).await.expect("a number");
        assert_eq!((dialled.phone.expose(), dialled.line.raw(), dialled.seconds), ("13812344417", 11, 30));
        for _ in 1..60 {
            dial(&me).await.expect("within the limit");
        }
        assert!(matches!(dial(&me).await, Err(Problem::Refused("dial-limit"))));
        s.w.clock.advance(std::time::Duration::from_secs(3_601));
        transact!(s.w.db, &me, |tx| { lease::take(tx, contact).await }).expect("taken");
        // The first number is dead: the next one is dialled.
        let mut dead = s.attempt(contact, "out_of_service");
        dead.phone_line = Some(kernel::PhoneLineId::new(11));
        s.save(&me, &dead).await.expect("saved");
        transact!(s.w.db, &me, |tx| { lease::take(tx, contact).await }).expect("taken");
        assert_eq!(dial(&me).await.expect("a number").line.raw(), 12);
    })
    .await;
}

#[tokio::test]
async fn 来电_可开其任一待办_明日约定可查() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.order(2, 1, 22, "2026-11-22").await;
        s.record(&[1, 2]).await;
        let open = call::of_customer(&mut s.w.db.reads(), &s.me(), super::shop::customer(1)).await.expect("contacts");
        assert_eq!(open.len(), 2);
        // The second one's window has not begun; the customer is on the line all the same.
        let mut inbound = s.attempt(open[1].id, "not_convenient");
        inbound.direction = crate::followup::Direction::In;
        inbound.agreed_at = Some(at("2026-11-20 16:00"));
        s.save(&s.me(), &inbound).await.expect("saved");
        let tomorrow = queue::promised_tomorrow(&mut s.w.db.reads(), &s.me(), s.w.clock.now()).await.expect("a list");
        assert_eq!(tomorrow.iter().map(|l| l.id).collect::<Vec<_>>(), [open[1].id]);
    })
    .await;
}

#[tokio::test]
async fn 通话视图_号码遮蔽_资料齐全() {
    in_shop(async |s| {
        s.block(1).await;
        s.order_of(1, 1, 21, None, None).await;
        transact!(s.w.db, &s.system(), |tx| {
            // Planned before the case was opened.
            let group = tx.scope().group;
            let context = crate::followup::Context::of(tx, group, s.w.store).await?;
            let mut free = (*context.rules).clone();
            free.body.rules.iter_mut().for_each(|r| r.skip.case_open = false);
            let context = crate::followup::Context { rules: std::sync::Arc::new(free), ..context };
            let kind = crate::followup::SubjectKind::RepairOrder;
            crate::followup::planning::plan_events(tx, &context, kind, &[1], None, None).await
        })
        .expect("planned");
        let view = call::open(&mut s.w.db.reads(), &s.me(), s.only().await.id, s.w.clock.now()).await.expect("a view");
        assert_eq!(view.numbers.len(), 1);
        assert!(
            view.numbers[0].next
                && format!("{:?} {}", view.numbers[0].phone, view.numbers[0].phone).contains("138****4417")
        );
        assert!(view.tasks[0].date_is_second_choice && view.tasks[0].in_detail);
        assert_eq!(
            view.tasks[0].vehicle.as_ref().and_then(|v| v.plate.clone()).map(|p| p.to_string()).as_deref(),
            Some("川A·00021")
        );
        assert_eq!((view.blocks.len(), view.person.as_str()), (1, "陈晓帆"));
        let nobody = s.w.scope(UserId::new(7), None, &[(kernel::Cap::CustomerRead, kernel::Reach::Store)]);
        let refused = call::open(&mut s.w.db.reads(), &nobody, view.contact.id, s.w.clock.now()).await;
        assert!(matches!(refused, Err(Problem::Forbidden)));
    })
    .await;
}
