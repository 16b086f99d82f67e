//! Events become tasks, on both databases.

use platform::db::Sql as _;
use platform::{args, rulebook, stmt, transact};

use super::shop::{d, in_shop, show};
use crate::followup::model::{Class, ContactState, TaskResult, TaskState};
use crate::followup::people_port::{DeliveriesCancelled, DeliveryMoved};
use crate::followup::rules::FollowupRules;
use crate::followup::{dry_run, expiry, imports, jobs, planning, recalendar};
use kernel::{DeliveryId, ImportId, VehicleId};
use platform::rulebook::Rulebook as _;

stmt!(T_CHANGED_DAYS, "SELECT COUNT(*) AS v FROM figure_change");
stmt!(T_DONE, "UPDATE task SET state='done', result='complete', attempts=1, reached=1 WHERE subject_id=$1");
stmt!(T_OTHER_CAR, "UPDATE delivery SET vehicle_id=$2 WHERE id=$1");
stmt!(T_NO_DELIVERY, "DELETE FROM delivery WHERE id=$1");

#[tokio::test]
async fn 工单进来_任务出来() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.delivery(2, 1, 22, "2026-11-17").await;
        s.record(&[1]).await;
        s.record_deliveries(&[2]).await;
        let (repair, car) = (s.task_of(1).await, s.task_of(2).await);
        assert_eq!((repair.kind.as_str(), repair.class, repair.state), ("3DC", Class::Repair, TaskState::Open));
        assert_eq!((repair.from_on, repair.due_on, repair.max_attempts), (d("2026-11-19"), d("2026-11-21"), 3));
        assert_eq!(show(repair.due_at), "2026-11-21 19:00");
        assert_eq!((car.kind.as_str(), car.class, car.due_on), ("7DC", Class::NewCar, d("2026-11-24")));
        // 19 to 21 and 20 to 24 overlap: one contact, the earlier deadline, from when both may be asked.
        let contact = s.only().await;
        assert_eq!((contact.kinds(), contact.due_at), (vec!["3DC", "7DC"], repair.due_at));
        assert_eq!(show(contact.from_at), "2026-11-20 09:30");
        assert_eq!((contact.state, contact.agent_id), (ContactState::Open, Some(super::shop::AGENT)));
        // The same events again change nothing.
        s.record(&[1]).await;
        s.record_deliveries(&[2]).await;
        assert_eq!((s.tasks().await.len(), s.only().await.version), (2, contact.version));
    })
    .await;
}

#[tokio::test]
async fn 新车维修_班次分明() {
    in_shop(async |s| {
        s.delivery(2, 1, 21, "2025-12-01").await;
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        assert_eq!(s.task_of(1).await.class, Class::NewCarRepair);
        // A car of fourteen months is new where the store says so; what was planned before keeps its class.
        s.delivery(4, 1, 24, "2025-09-20").await;
        s.order(3, 1, 24, "2026-11-18").await;
        s.record(&[3]).await;
        assert_eq!(s.task_of(3).await.class, Class::Repair);
        let mut rules = FollowupRules::seed();
        rules.new_car_months = 24;
        transact!(s.w.db, &s.system(), |tx| { rulebook::save(tx, Some(s.w.store), &rules, "两年").await }).unwrap();
        s.order(5, 1, 24, "2026-11-18").await;
        s.record(&[5]).await;
        assert_eq!((s.task_of(3).await.class, s.task_of(5).await.class), (Class::Repair, Class::NewCarRepair));
    })
    .await;
}

#[tokio::test]
async fn 后到的交车_改维修班次_撤销又改回() {
    in_shop(async |s| {
        let days = async || -> i64 { s.w.db.reads().count(&T_CHANGED_DAYS, args![]).await.unwrap() };
        // The repair comes first, and has been called already; another car has nothing to do with it.
        s.order(1, 1, 21, "2026-11-18").await;
        s.order(3, 1, 24, "2026-11-18").await;
        s.record(&[1, 3]).await;
        transact!(s.w.db, &s.system(), |tx| { tx.exec(&T_DONE, args![1_i64]).await }).unwrap();
        let before = (s.task_of(1).await.class, s.task_of(3).await.class, days().await);
        assert_eq!((before.0, before.1), (Class::Repair, Class::Repair));

        s.delivery(2, 1, 21, "2026-05-01").await;
        s.record_deliveries(&[2]).await;
        assert_eq!((s.task_of(1).await.class, s.task_of(3).await.class), (Class::NewCarRepair, Class::Repair));
        assert!(days().await > before.2, "the day is counted again");

        // Put on another car by hand, and back.
        let put_on = async |car: i64, from: i64| {
            transact!(s.w.db, &s.system(), |tx| {
                tx.exec(&T_OTHER_CAR, args![2_i64, car]).await?;
                let (store, delivery) = (s.w.store, DeliveryId::new(2));
                tx.record(&DeliveryMoved { store, delivery, from: VehicleId::new(from) }).await
            })
            .unwrap();
            s.record_deliveries(&[2]).await;
            (s.task_of(1).await.class, s.task_of(3).await.class)
        };
        assert_eq!(put_on(24, 21).await, (Class::Repair, Class::NewCarRepair));
        assert_eq!(put_on(21, 24).await, (Class::NewCarRepair, Class::Repair));

        // Taken back, as the undoing of an import tells it: before the row goes.
        let gone = DeliveriesCancelled { store: s.w.store, ids: vec![DeliveryId::new(2)] };
        transact!(s.w.db, &s.system(), |tx| { tx.record(&gone).await }).unwrap();
        assert_eq!(s.task_of(1).await.class, Class::Repair);
        transact!(s.w.db, &s.system(), |tx| { tx.exec(&T_NO_DELIVERY, args![2_i64]).await }).unwrap();
        // A delivery after the repair, or too long before it, makes no difference.
        s.delivery(4, 1, 21, "2026-11-19").await;
        s.delivery(5, 1, 24, "2024-11-19").await;
        s.record_deliveries(&[4, 5]).await;
        assert_eq!((s.task_of(1).await.class, s.task_of(3).await.class), (Class::Repair, Class::Repair));
    })
    .await;
}

#[tokio::test]
async fn 跳过_过期与起始日_各有记录() {
    in_shop(async |s| {
        for (id, name) in [(2, "王芳"), (3, "李强"), (4, "赵敏"), (5, "周杰")] {
            s.customer(id, name, &format!("1390000000{id}")).await;
        }
        s.opted_out_before(2).await;
        s.block(3).await;
        s.order(12, 2, 22, "2026-11-18").await;
        s.order(13, 3, 23, "2026-11-18").await;
        // Day 7 ended at midnight.
        s.order(14, 4, 24, "2026-11-11").await;
        s.order(15, 5, 25, "2026-11-12").await;
        s.record(&[12, 13, 14, 15]).await;
        assert_eq!(s.tasks().await.iter().map(|t| t.subject_id).collect::<Vec<_>>(), [15]);
        assert_eq!(s.count("late").await, 1);
        assert_eq!(s.skipped().await, [("case_open".to_owned(), 1), ("opted_out".to_owned(), 1)]);
        // Reached yesterday: left in peace for seven days.
        let contact = s.only().await.id;
        s.call(contact, "complete").await;
        s.now("2026-11-24 10:00");
        s.order(16, 5, 25, "2026-11-23").await;
        s.record(&[16]).await;
        assert!(s.skipped().await.contains(&("contacted_lately".to_owned(), 1)));
        s.now("2026-11-26 10:01");
        s.order(17, 5, 25, "2026-11-25").await;
        s.record(&[17]).await;
        assert_eq!(s.task_of(17).await.state, TaskState::Open);
    })
    .await;
}

#[tokio::test]
async fn 首次导入_自起始日计划_之前的不留痕() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-15").await;
        s.order(2, 1, 22, "2026-11-17").await;
        s.order(3, 1, 23, "2020-01-05").await;
        s.record_with(&[1, 2, 3], &[], Some(900), Some("2026-11-16")).await;
        assert_eq!(s.tasks().await.iter().map(|t| t.subject_id).collect::<Vec<_>>(), [2]);
        assert_eq!((s.count("late").await, s.skipped().await.len()), (0, 0));
        // The nightly job keeps to it.
        jobs::catch_up(&s.w.db).await.expect("caught up");
        assert_eq!(s.tasks().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn 改动日期_未开始的任务随之移动() {
    in_shop(async |s| {
        s.order_of(1, 1, 21, None, None).await;
        s.record(&[1]).await;
        // Not settled: counted from the opening date, the 18th.
        assert_eq!(s.task_of(1).await.due_on, d("2026-11-21"));
        s.settle(1, "2026-11-19").await;
        s.record_with(&[], &[1], None, None).await;
        let task = s.task_of(1).await;
        assert_eq!((task.event_on, task.due_on), (d("2026-11-19"), d("2026-11-22")));
        let contact = s.only().await;
        assert_eq!((contact.due_at, contact.id), (task.due_at, task.contact_id.expect("a contact")));
        // Begun tasks stay where they are.
        s.now("2026-11-20 10:00");
        s.call(contact.id, "no_answer").await;
        s.settle(1, "2026-11-20").await;
        s.record_with(&[], &[1], None, None).await;
        assert_eq!(s.task_of(1).await.due_on, d("2026-11-22"));
    })
    .await;
}

#[tokio::test]
async fn 作废工单_未开始的结束_再来的重开() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        s.cancel(&[1]).await;
        let task = s.task_of(1).await;
        assert_eq!((task.state, task.result), (TaskState::Ended, Some(TaskResult::Cancelled)));
        assert_eq!(s.contacts().await.len(), 0, "nobody had called: nothing of the person stays");
        s.record_with(&[], &[1], None, None).await;
        let task = s.task_of(1).await;
        assert_eq!((task.state, task.result), (TaskState::Open, None));
        let contact = task.contact_id.expect("a contact");
        assert_eq!(s.contact(contact).await.state, ContactState::Open);
        s.call(contact, "no_answer").await;
        s.cancel(&[1]).await;
        assert_eq!(s.task_of(1).await.state, TaskState::Open, "begun: it stays");
    })
    .await;
}

#[tokio::test]
async fn 导入_完成之前无人可见_之后合并() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        s.customer(2, "王芳", "13900000002").await;
        s.customer(3, "没电话", "").await;
        s.order(11, 1, 22, "2026-11-18").await;
        s.order(12, 2, 23, "2026-11-18").await;
        s.order(13, 3, 24, "2026-11-18").await;
        s.record_with(&[11, 12], &[], Some(900), None).await;
        s.record_with(&[13], &[], Some(900), None).await;
        let hidden = s.contacts().await.into_iter().filter(|c| c.state == ContactState::Hidden).count();
        assert_eq!(hidden, 3);
        let import = ImportId::new(900);
        let me = s.me();
        assert_eq!(s.page(&me, &Default::default()).await.expect("a page").rows.len(), 1);
        let hidden_id = s.contacts().await.iter().find(|c| c.state == ContactState::Hidden).expect("one").id;
        let taken = transact!(s.w.db, &me, |tx| { crate::followup::lease::take(tx, hidden_id).await });
        assert!(matches!(taken, Err(kernel::Problem::NotFound)));

        assert_eq!(imports::planned_by(&mut s.w.db.reads(), s.w.group, import).await.expect("a count"), 3);
        while transact!(s.w.db, &s.system(), |tx| { imports::reveal_import(tx, import).await }).expect("shown") {}
        // 1 joined the contact that was waiting, 3 has no number.
        let contacts = s.contacts().await;
        assert_eq!(contacts.len(), 3);
        assert_eq!(s.task_of(11).await.contact_id, s.task_of(1).await.contact_id);
        let of = |id: i64| contacts.iter().find(|c| c.customer_id.raw() == id).expect("a contact");
        assert_eq!((of(2).state, of(2).agent_id), (ContactState::Open, Some(super::shop::AGENT)));
        assert_eq!(of(3).state, ContactState::NumberNeeded);
        assert!(s.tasks().await.iter().all(|t| t.state == TaskState::Open));
    })
    .await;
}

#[tokio::test]
async fn 撤销导入_只取消未开始的_其余说明原因() {
    in_shop(async |s| {
        s.customer(2, "王芳", "13900000002").await;
        s.customer(3, "李强", "13900000003").await;
        s.order(11, 1, 21, "2026-11-18").await;
        s.order(12, 2, 22, "2026-11-18").await;
        s.order(13, 3, 23, "2026-11-18").await;
        s.order(14, 3, 24, "2026-11-01").await;
        s.record_with(&[11, 12, 13, 14], &[], Some(900), None).await;
        let import = ImportId::new(900);
        transact!(s.w.db, &s.system(), |tx| { imports::reveal_import(tx, import).await }).expect("shown");
        s.call(s.task_of(12).await.contact_id.expect("one"), "no_answer").await;
        s.call(s.task_of(13).await.contact_id.expect("one"), "complete").await;
        assert_eq!(s.count("late").await, 1);
        let kind = crate::followup::SubjectKind::RepairOrder;
        let kept = transact!(s.w.db, &s.system(), |tx| {
            imports::undo_import_tasks(tx, import, kind, &[11, 12, 13, 14]).await
        })
        .expect("undone");
        let kept: Vec<_> = kept.into_iter().map(|k| (k.subject_id, k.reason)).collect();
        assert_eq!(kept, [(12, "task-started"), (13, "task-settled")]);
        assert_eq!(s.task_of(11).await.result, Some(TaskResult::Cancelled));
        assert_eq!(s.count("late").await, 0);
    })
    .await;
}

#[tokio::test]
async fn 夜间补计划_不重不漏() {
    in_shop(async |s| {
        for id in 1..=5 {
            s.order(id, 1, 20 + id, "2026-11-18").await;
        }
        s.order(9, 1, 29, "2026-10-20").await;
        let done = jobs::catch_up_store(&s.w.db, s.w.group, s.w.store).await.expect("caught up");
        assert_eq!((done.tasks, done.late), (5, 1));
        let again = jobs::catch_up_store(&s.w.db, s.w.group, s.w.store).await.expect("caught up");
        assert_eq!(again, planning::Planned::default());
    })
    .await;
}

#[tokio::test]
async fn 过期任务_各得其果() {
    in_shop(async |s| {
        s.customer(2, "王芳", "13900000002").await;
        s.customer(3, "没电话", "").await;
        for id in 1..=3 {
            s.order(id, id, 20 + id, "2026-11-18").await;
        }
        s.record(&[1, 2, 3]).await;
        s.now("2026-11-25 23:59");
        assert_eq!(expiry::expire_all(&s.w.db).await.expect("nothing"), 0);
        // Somebody works on the second one.
        let held = s.task_of(2).await.contact_id.expect("one");
        let me = s.me();
        transact!(s.w.db, &me, |tx| { crate::followup::lease::take(tx, held).await }).expect("taken");
        s.now("2026-11-26 00:00");
        assert_eq!(expiry::expire_all(&s.w.db).await.expect("ended"), 2);
        let result = async |id| s.task_of(id).await.result;
        assert_eq!(
            (result(1).await, result(2).await, result(3).await),
            (Some(TaskResult::Expired), None, Some(TaskResult::NoNumber))
        );
        s.now("2026-11-26 00:10");
        assert_eq!(expiry::expire_all(&s.w.db).await.expect("ended"), 1);
        assert_eq!(expiry::expire_all(&s.w.db).await.expect("nothing"), 0);
        assert!(s.contacts().await.iter().all(|c| c.state == ContactState::Done));
    })
    .await;
}

#[tokio::test]
async fn 试算_每日每人多少() {
    in_shop(async |s| {
        s.agent(101, 1, None).await;
        s.fleet(2, "蜀远物流", "02885550101").await;
        for id in 1..=3 {
            s.order(id, 1, 20 + id, "2026-11-18").await;
        }
        s.order(4, 2, 31, "2026-11-18").await;
        s.order(5, 2, 32, "2026-11-17").await;
        let draft = FollowupRules::seed().rule("3DC").expect("3DC").clone();
        let run = dry_run::dry_run(&mut s.w.db.reads(), &s.boss(), &draft, 28, s.w.clock.now()).await.expect("a run");
        assert_eq!(run.events, 5);
        let day = &run.days[&d("2026-11-19")];
        // Three orders of one person are one call.
        assert_eq!((day.tasks, day.contacts, day.nobody), (4, 2, 0));
        assert_eq!(day.agents.iter().map(|a| a.1).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(run.days[&d("2026-11-18")].tasks, 1);
        assert_eq!(s.tasks().await.len(), 0, "nothing was planned");
        let refused = dry_run::dry_run(&mut s.w.db.reads(), &s.me(), &draft, 28, s.w.clock.now()).await;
        assert!(matches!(refused, Err(kernel::Problem::Forbidden)));
    })
    .await;
}

#[tokio::test]
async fn 日历改动_未到期的顺延_已过期的不变() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.order(2, 1, 22, "2026-11-14").await;
        s.record(&[1, 2]).await;
        let (open, missed) = (s.task_of(1).await, s.task_of(2).await);
        assert!(missed.due_at < s.w.clock.now());
        s.calendar_day("2026-11-17", "closed").await;
        s.calendar_day("2026-11-21", "closed").await;
        let run = async || recalendar::recalendar(&s.w.db, &s.system(), s.w.store).await.expect("moved");
        assert_eq!((run().await, run().await), (1, 0));
        let moved = s.task_of(1).await;
        assert_eq!((moved.due_on, open.due_on), (d("2026-11-22"), d("2026-11-21")));
        assert_eq!(s.contact(moved.contact_id.expect("one")).await.due_at, moved.due_at);
        assert_eq!(s.task_of(2).await.due_at, missed.due_at, "a missed deadline stays missed");
    })
    .await;
}

#[tokio::test]
async fn 补了号码_夜间回到队列() {
    in_shop(async |s| {
        s.customer(3, "没电话", "").await;
        s.order(3, 3, 23, "2026-11-18").await;
        s.record(&[3]).await;
        assert_eq!(s.only().await.state, ContactState::NumberNeeded);
        jobs::catch_up_store(&s.w.db, s.w.group, s.w.store).await.expect("caught up");
        assert_eq!(s.only().await.state, ContactState::NumberNeeded);
        s.phone(31, 3, "13900000003", None, 1).await;
        jobs::catch_up_store(&s.w.db, s.w.group, s.w.store).await.expect("caught up");
        let contact = s.only().await;
        assert_eq!((contact.state, show(contact.not_before)), (ContactState::Open, "2026-11-19 10:00".into()));
    })
    .await;
}

#[tokio::test]
async fn 打过电话的_撤销导入时留着() {
    use people::intake::{DependantCheck, Reason, Subject};
    in_shop(async |s| {
        s.customer(2, "王芳", "13900000002").await;
        s.order(11, 1, 21, "2026-11-18").await;
        s.order(12, 2, 22, "2026-11-18").await;
        s.record(&[11, 12]).await;
        s.call(s.task_of(12).await.contact_id.expect("one"), "no_answer").await;
        let order = |id| Subject::RepairOrder(kernel::RepairOrderId::new(id));
        for (subject, want) in [
            (order(11), None),
            (order(12), Some(Reason::Called)),
            (Subject::Customer(super::shop::customer(1)), None),
            (Subject::Customer(super::shop::customer(2)), Some(Reason::Called)),
        ] {
            let mut said = None;
            for check in inventory::iter::<DependantCheck> {
                let answer = transact!(s.w.db, &s.system(), |tx| { (check.depends)(tx, subject).await });
                said = said.or(answer.expect("an answer"));
            }
            assert_eq!(said, want, "{subject:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn 假日与调休_读自本店日历() {
    in_shop(async |s| {
        // The 21st is closed, the 22nd too: the end moves to the 23rd.
        s.calendar_day("2026-11-21", "closed").await;
        s.calendar_day("2026-11-22", "closed").await;
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        assert_eq!(s.task_of(1).await.due_on, d("2026-11-23"));
    })
    .await;
}
