//! What is handed out, when and to whom: call windows, cases, promises, peace after a call, absence.

use kernel::{CustomerId, Millis, Problem, VehicleId};
use platform::db::Sql as _;
use platform::{args, stmt, transact};

use super::shop::{AGENT, Shop, at, d, in_shop, show};
use crate::followup::distribute;
use crate::followup::model::{Aside, Mark, RemarkIn, TaskResult, TaskState};
use crate::followup::queue::{self, Filter, View, Why};
use crate::followup::{dial, jobs, lease, lists, supersede, wishes};

stmt!(T_NOTICES, "SELECT kind AS k, user_id AS v FROM notification ORDER BY id");
stmt!(T_NAME, "UPDATE app_user SET name=$2 WHERE id=$1");
stmt!(T_ROLE_OF, "UPDATE customer_phone SET contact_role=$2 WHERE id=$1");

async fn next(s: &Shop<'_>) -> Option<kernel::ContactId> {
    transact!(s.w.db, &s.me(), |tx| { queue::next_for(tx).await }).expect("next").map(|l| l.contact)
}

async fn whys(s: &Shop<'_>) -> Vec<(i64, Why)> {
    let page = s.page(&s.me(), &Filter::default()).await.expect("a page");
    page.rows.iter().map(|r| (r.customer_id.raw(), r.why)).collect()
}

#[tokio::test]
async fn 时段之外_不派不拨_问过才拨() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        for (now, open) in [
            ("2026-11-19 09:29", false),
            ("2026-11-19 09:30", true),
            ("2026-11-19 12:00", false),
            ("2026-11-19 13:00", false),
            ("2026-11-19 14:00", true),
            ("2026-11-19 19:00", false),
            ("2026-11-19 21:00", false),
        ] {
            s.now(now);
            let why = if open { Why::Window } else { Why::NotYet };
            assert_eq!(whys(s).await, [(1, why)], "{now}");
            assert_eq!(next(s).await.is_some(), open, "{now}");
            let me = s.me();
            transact!(s.w.db, &me, |tx| { lease::take(tx, contact).await }).expect("taken");
            let dialled = async |sure| transact!(s.w.db, &me, |tx| { dial::dial(tx, contact, None, sure).await });
            match dialled(false).await {
                Ok(_) => assert!(open, "{now}"),
                Err(Problem::Conflict("dial-hours")) => assert!(!open, "{now}"),
                Err(other) => panic!("{now}: {other}"),
            }
            assert!(dialled(true).await.is_ok(), "{now}: asked and confirmed");
        }
        // A closed Sunday.
        s.calendar_day("2026-11-22", "closed").await;
        s.now("2026-11-22 10:30");
        assert_eq!(next(s).await, None);
        // What was agreed is kept at any hour.
        s.now("2026-11-19 21:00");
        let mut call = s.attempt(contact, "not_convenient");
        call.agreed_at = Some(at("2026-11-22 20:30"));
        s.save(&s.me(), &call).await.expect("agreed");
        s.now("2026-11-22 20:28");
        assert_eq!(next(s).await, Some(contact));
        assert!(transact!(s.w.db, &s.me(), |tx| { dial::dial(tx, contact, None, false).await }).is_ok());
    })
    .await;
}

#[tokio::test]
async fn 次序_期限在前_可打的先于待打的() {
    in_shop(async |s| {
        for (id, settled) in [(10, "2026-11-13"), (11, "2026-11-17"), (12, "2026-11-17"), (13, "2026-11-18")] {
            s.customer(id, &format!("客户{id}"), &format!("1390000{id:04}")).await;
            s.order(id, id, id + 100, settled).await;
        }
        s.record(&[10, 11, 12, 13]).await;
        let of = async |order: i64| s.task_of(order).await.contact_id.expect("a contact");
        // The overdue one was just tried: it waits in its place, and what is due later stands behind it.
        s.call(of(10).await, "no_answer").await;
        s.call(of(11).await, "no_answer").await;
        assert_eq!(whys(s).await, [(10, Why::NotYet), (12, Why::Window), (11, Why::NotYet), (13, Why::Window)]);
        let page = s.page(&s.me(), &Filter::default()).await.expect("a page");
        assert!(page.rows[0].overdue && page.rows[0].waits_until.is_some_and(|t| t > s.w.clock.now()));
        assert_eq!(next(s).await, Some(of(12).await), "what waits is not handed out");
        let counts = queue::counts(&mut s.w.db.reads(), &s.me(), &Filter::default(), s.w.clock.now()).await.expect("n");
        assert_eq!(counts.all, 4, "the tab counts the rows");
    })
    .await;
}

#[tokio::test]
async fn 先放一放_约定的时间不变() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let mut call = s.attempt(contact, "not_convenient");
        call.agreed_at = Some(at("2026-11-19 15:00"));
        s.save(&s.me(), &call).await.expect("agreed");
        s.now("2026-11-19 15:00");
        let back =
            transact!(s.w.db, &s.me(), |tx| { lease::put_aside(tx, contact, Aside::BusyNow).await }).expect("aside");
        let held = s.only().await;
        assert_eq!(held.promise_at.map(show).as_deref(), Some("2026-11-19 15:00"), "as agreed with the customer");
        assert_eq!((back, show(back)), (held.not_before, "2026-11-19 16:00".into()));
        assert_eq!(whys(s).await, [(1, Why::PutAside)]);
        assert_eq!(next(s).await, None);
        s.now("2026-11-19 16:00");
        assert_eq!(whys(s).await, [(1, Why::Promise)]);
        assert_eq!(next(s).await, Some(contact));
    })
    .await;
}

#[tokio::test]
async fn 投诉未结_已开始的也不再派() {
    in_shop(async |s| {
        s.customer(2, "马立新", "15100000926").await;
        s.order(1, 1, 21, "2026-11-17").await;
        s.order(2, 2, 22, "2026-11-17").await;
        s.record(&[1, 2]).await;
        let begun = s.task_of(1).await.contact_id.expect("one");
        s.call(begun, "no_answer").await;
        // Another agent is on the line with the second one while a case of theirs is opened.
        let other = s.as_agent(s.agent(101, 1, None).await);
        let held = s.task_of(2).await.contact_id.expect("one");
        let fence = transact!(s.w.db, &other, |tx| { lease::take(tx, held).await }).expect("taken").until;
        for customer in [1, 2] {
            s.block(customer).await;
            transact!(s.w.db, &s.system(), |tx| { supersede(tx, s.w.store, CustomerId::new(customer)).await })
                .expect("superseded");
        }
        let task = s.task_of(1).await;
        assert_eq!((task.state, task.result, task.attempts), (TaskState::Ended, Some(TaskResult::Superseded), 1));
        assert_eq!(s.task_of(2).await.result, None, "not taken from whoever speaks with them");
        assert!(transact!(s.w.db, &other, |tx| { lease::release(tx, held, fence).await }).expect("released"));
        s.now("2026-11-20 10:00");
        assert_eq!(whys(s).await, [(2, Why::CaseOpen)]);
        assert_eq!(next(s).await, None, "their re-call takes over");
    })
    .await;
}

#[tokio::test]
async fn 接通之后_七天内不再打扰_撤回即复原() {
    in_shop(async |s| {
        // The second visit's window lies within the seven days, the third one's does not.
        s.order(1, 1, 21, "2026-11-18").await;
        s.order(2, 1, 22, "2026-11-22").await;
        s.order(3, 1, 23, "2026-11-25").await;
        s.record(&[1, 2, 3]).await;
        let before = s.tasks().await;
        let first = s.task_of(1).await.contact_id.expect("one");
        let saved = s.call(first, "complete").await;
        let skipped = s.task_of(2).await;
        assert_eq!((skipped.state, skipped.result), (TaskState::Ended, Some(TaskResult::Cancelled)));
        assert_eq!(s.skipped().await, [("contacted_lately".to_owned(), 1)]);
        let later = s.contact(s.task_of(3).await.contact_id.expect("one")).await;
        assert_eq!(show(later.not_before), "2026-11-26 10:00");
        assert!(later.due_at > later.not_before);
        s.revoke(saved.attempt).await.expect("taken back");
        let after: Vec<_> = s.tasks().await.iter().map(|t| (t.id, t.state, t.result)).collect();
        assert_eq!(after, before.iter().map(|t| (t.id, t.state, t.result)).collect::<Vec<_>>());
        assert_eq!(s.skipped().await, []);
        // Nobody reached: nothing changes.
        s.call(first, "no_answer").await;
        assert_eq!(s.task_of(2).await.state, TaskState::Open);
    })
    .await;
}

#[tokio::test]
async fn 单位联系人_单独成一通_私人四台车都问() {
    in_shop(async |s| {
        s.fleet(5, "蜀远物流", "02885550101").await;
        s.phone(71, 5, "13811110001", Some("陈调度"), 2).await;
        transact!(s.w.db, &s.system(), |tx| { tx.exec(&T_ROLE_OF, args![71, "contact"]).await }).expect("a role");
        for id in 1..=5 {
            s.order(id, 5, 30 + id, "2026-11-18").await;
        }
        for id in 11..=14 {
            s.order(id, 1, 40 + id, "2026-11-18").await;
        }
        s.record(&[1, 2, 3, 4, 5, 11, 12, 13, 14]).await;
        let fleet = s.contact(s.task_of(1).await.contact_id.expect("one")).await;
        assert_eq!(fleet.person_key, "p71");
        assert_eq!(fleet.person_name.as_ref().map(|n| n.expose().to_owned()).as_deref(), Some("陈调度"));
        s.call(fleet.id, "complete").await;
        let own = s.task_of(11).await.contact_id.expect("one");
        s.call(own, "complete").await;
        let count = |tasks: &[crate::followup::Task], ids: std::ops::RangeInclusive<i64>, r| {
            tasks.iter().filter(|t| ids.contains(&t.subject_id) && t.result == Some(r)).count()
        };
        let tasks = s.tasks().await;
        assert_eq!((count(&tasks, 1..=5, TaskResult::Complete), count(&tasks, 1..=5, TaskResult::Merged)), (3, 2));
        assert_eq!((count(&tasks, 11..=14, TaskResult::Complete), count(&tasks, 11..=14, TaskResult::Merged)), (4, 0));
    })
    .await;
}

#[tokio::test]
async fn 送修人号码有误_改打车主_称呼也换() {
    in_shop(async |s| {
        s.phone(12, 1, "13900001111", Some("李师傅"), 2).await;
        s.order_of(1, 1, 21, Some("2026-11-18"), Some(("李师傅", 12))).await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let asked = async || {
            let page = s.page(&s.me(), &Filter::default()).await.expect("a page");
            page.rows[0].person.clone()
        };
        assert_eq!(asked().await, "李师傅");
        let mut dead = s.attempt(contact, "wrong_number");
        dead.phone_line = Some(kernel::PhoneLineId::new(12));
        s.save(&s.me(), &dead).await.expect("saved");
        assert_eq!(asked().await, "陈晓帆", "the owner's number is dialled: the owner is greeted");
        let view =
            crate::followup::call::open(&mut s.w.db.reads(), &s.me(), contact, s.w.clock.now()).await.expect("view");
        assert_eq!(view.person, "陈晓帆");
    })
    .await;
}

#[tokio::test]
async fn 迟到的草稿_从通话结束时算起() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        s.now("2026-11-19 16:30");
        let mut draft = s.attempt(contact, "busy");
        draft.started_at = at("2026-11-19 15:00");
        draft.seconds = 60;
        s.save(&s.me(), &draft).await.expect("saved");
        assert_eq!(show(s.only().await.not_before), "2026-11-19 15:21", "busy: again 20 minutes after the call");
    })
    .await;
}

#[tokio::test]
async fn 半天营业_只到关门() {
    in_shop(async |s| {
        s.calendar_day("2026-11-21", "closed").await;
        let context = crate::followup::Context::of(&mut s.w.db.reads(), s.w.scope(AGENT, None, &[]).group, s.w.store)
            .await
            .expect("a context");
        let mut cal = (*context.cal).clone();
        let span = kernel::Span::parse("08:30-11:00").expect("a span");
        cal.days.insert(d("2026-11-20"), kernel::Day::Open { spans: vec![span], name: "盘点".into() });
        let hours = crate::followup::hours::CallHours::new(&cal, context.rules().windows("3DC"));
        for (now, open) in [("2026-11-20 10:59", true), ("2026-11-20 11:00", false), ("2026-11-20 14:30", false)] {
            assert_eq!(hours.is_open(at(now)), open, "{now}");
        }
        assert_eq!(hours.closing(d("2026-11-20")).map(show).as_deref(), Some("2026-11-20 11:00"));
        assert_eq!(hours.closing(d("2026-11-19")).map(show).as_deref(), Some("2026-11-19 19:00"), "a usual day");
    })
    .await;
}

#[tokio::test]
async fn 夜间补排_按门店时间_一夜一次() {
    in_shop(async |s| {
        for (now, ran) in [
            ("2026-11-20 01:59", 0),
            ("2026-11-20 02:00", 1),
            ("2026-11-20 02:30", 0),
            ("2026-11-20 23:30", 0),
            // The server was off at night.
            ("2026-11-21 09:00", 1),
        ] {
            s.now(now);
            let done = jobs::catch_up_by_night(&s.w.db).await.expect("caught up");
            // Every open store of the world, or none.
            assert_eq!(done > 0, ran > 0, "{now}");
        }
    })
    .await;
}

#[tokio::test]
async fn 车已卖掉_这台车不再问_撤回即复原() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.order(2, 1, 22, "2026-11-18").await;
        s.delivery(3, 1, 21, "2026-11-18").await;
        s.record(&[1, 2]).await;
        s.record_deliveries(&[3]).await;
        let before: Vec<_> = s.tasks().await.iter().map(|t| (t.id, t.state)).collect();
        let contact = s.task_of(1).await.contact_id.expect("one");
        let mut call = s.attempt(contact, "not_convenient");
        call.sold_car = vec![VehicleId::new(21)];
        let saved = s.save(&s.me(), &call).await.expect("saved");
        let of = async |id| s.task_of(id).await;
        assert_eq!(of(1).await.result, Some(TaskResult::Cancelled));
        assert_eq!(of(3).await.result, Some(TaskResult::Cancelled), "its other follow-up ends too");
        assert_eq!(of(2).await.state, TaskState::Open, "the other car is still asked about");
        s.revoke(saved.attempt).await.expect("taken back");
        assert_eq!(s.tasks().await.iter().map(|t| (t.id, t.state)).collect::<Vec<_>>(), before);
    })
    .await;
}

#[tokio::test]
async fn 表扬归本人_预约归服务部() {
    in_shop(async |s| {
        let deng = s.agent(140, 0, None).await;
        transact!(s.w.db, &s.system(), |tx| { tx.exec(&T_NAME, args![deng, "邓超群"]).await }).expect("a name");
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let mut call = s.attempt(contact, "complete");
        let praise = |text: &str, person: Option<&str>| RemarkIn {
            task: None,
            mark: Mark::Praise,
            text: text.into(),
            person: person.map(str::to_owned),
            wants_answer: false,
            case_kind: None,
            department: None,
        };
        call.remarks = vec![praise("小邓很耐心", Some("服务顾问邓超群")), praise("环境好", None)];
        call.booking = Some("周六上午，四万公里保养".into());
        let saved = s.save(&s.me(), &call).await.expect("saved");
        let told: Vec<(String, i64)> = s.w.db.reads().all(&T_NOTICES, args![]).await.expect("notices");
        assert_eq!(told, [("praise".to_owned(), 140)]);
        let his = s.w.scope(deng, None, &[(kernel::Cap::CallWork, kernel::Reach::Own)]);
        let mut q = s.w.db.reads();
        let shown = wishes::praise(&mut q, &his, s.w.clock.now()).await.expect("praise");
        assert_eq!(shown.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["小邓很耐心"]);
        assert!(wishes::praise(&mut q, &s.me(), s.w.clock.now()).await.expect("none").is_empty());
        let open = wishes::open(&mut q, &s.me()).await.expect("wishes");
        assert_eq!(open.iter().map(|w| w.wish.as_str()).collect::<Vec<_>>(), ["周六上午，四万公里保养"]);
        drop(q);
        let id = open[0].id;
        transact!(s.w.db, &s.me(), |tx| { wishes::done(tx, id).await }).expect("done");
        let twice = transact!(s.w.db, &s.me(), |tx| { wishes::done(tx, id).await });
        assert!(matches!(twice, Err(Problem::Conflict("wish-done"))));
        s.revoke(saved.attempt).await.expect("taken back");
        let mut q = s.w.db.reads();
        assert!(wishes::praise(&mut q, &his, s.w.clock.now()).await.expect("none").is_empty());
        assert!(wishes::open(&mut q, &s.me()).await.expect("none").is_empty());
    })
    .await;
}

#[tokio::test]
async fn 请假_做不了的交给别人_按条件批量改派() {
    in_shop(async |s| {
        for id in 10..16 {
            s.customer(id, &format!("客户{id}"), &format!("1390000{id:04}")).await;
            // Due on the 20th and the 24th.
            let day = if id < 13 { "2026-11-17" } else { "2026-11-21" };
            s.order(id, id, id + 100, day).await;
        }
        s.record(&(10..16).collect::<Vec<_>>()).await;
        let held = async |user| s.contacts().await.iter().filter(|c| c.agent_id == Some(user)).count();
        assert_eq!(held(AGENT).await, 6);
        let boss = s.boss();
        let set = async |from: Option<&str>, until: Option<&str>| {
            transact!(s.w.db, &boss, |tx| {
                people::identity::set_share(tx, AGENT, 1, from.map(d), until.map(d)).await
            })
            .expect("set");
        };
        set(Some("2026-11-20"), Some("2026-11-21")).await;
        let undoable = async || {
            distribute::undoable(&mut s.w.db.reads(), &boss, AGENT, s.w.clock.now()).await.expect("a list").len()
        };
        assert_eq!(undoable().await, 3, "those due while away; the others wait until the return");
        let alone = transact!(s.w.db, &boss, |tx| { distribute::hand_over(tx, AGENT).await });
        assert!(matches!(alone, Err(Problem::Refused("nobody-there"))));
        let other = s.agent(101, 1, None).await;
        let moved = transact!(s.w.db, &boss, |tx| { distribute::hand_over(tx, AGENT).await }).expect("moved");
        assert_eq!((moved.len(), held(AGENT).await, held(other).await, undoable().await), (3, 3, 3, 0));
        // And back again: what was handed over is known.
        let back =
            transact!(s.w.db, &boss, |tx| { distribute::reassign(tx, &moved, Some(AGENT)).await }).expect("back");
        assert_eq!((back.moved, held(AGENT).await), (3, 6));
        assert_eq!(back.away, 3, "the one who gets them is away when they are due");
        // By filter: all of one agent and one kind.
        let by = async |from, kind: Option<&'static str>| {
            transact!(s.w.db, &boss, |tx| { distribute::reassign_matching(tx, from, kind, Some(other)).await })
        };
        assert_eq!(by(Some(Some(AGENT)), Some("7DC")).await.expect("none of that kind").moved, 0);
        assert_eq!(by(Some(None), None).await.expect("nobody's").batch, None);
        let all = by(None, Some("3DC")).await.expect("all");
        assert_eq!((all.moved, all.away), (6, 0));
        assert!(matches!(
            transact!(s.w.db, &s.me(), |tx| { distribute::reassign_matching(tx, None, None, None).await }),
            Err(Problem::Forbidden)
        ));
        let own = Filter { view: View::All, agent: Some(Some(other)), ..Filter::default() };
        let none = Filter { view: View::All, agent: Some(Some(AGENT)), ..Filter::default() };
        assert_eq!(s.page(&boss, &own).await.expect("rows").rows.len(), 6);
        assert_eq!(s.page(&boss, &none).await.expect("rows").rows.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn 批量改派_一小时内可撤销_已动的不动() {
    in_shop(async |s| {
        for id in 10..16 {
            s.customer(id, &format!("客户{id}"), &format!("1390000{id:04}")).await;
            s.order(id, id, id + 100, "2026-11-17").await;
        }
        s.record(&(10..16).collect::<Vec<_>>()).await;
        let (other, third) = (s.agent(101, 1, None).await, s.agent(102, 1, None).await);
        let (boss, me) = (s.boss(), s.me());
        let held = async |user| s.contacts().await.iter().filter(|c| c.agent_id == Some(user)).count();
        let undo = async |batch| transact!(s.w.db, &boss, |tx| { distribute::undo_reassignment(tx, batch).await });
        let give_all = async || {
            let of = Some(Some(AGENT));
            transact!(s.w.db, &boss, |tx| { distribute::reassign_matching(tx, of, None, Some(other)).await })
                .expect("moved")
        };
        let batch = give_all().await.batch.expect("a batch");
        assert_eq!((held(AGENT).await, held(other).await), (0, 6));
        assert!(matches!(
            transact!(s.w.db, &me, |tx| { distribute::undo_reassignment(tx, batch).await }),
            Err(Problem::Forbidden)
        ));
        // One was moved on, one is being worked on: these stay; the others go back.
        let ids: Vec<_> = s.contacts().await.iter().map(|c| c.id).collect();
        transact!(s.w.db, &boss, |tx| { distribute::reassign(tx, &ids[..1], Some(third)).await }).expect("moved on");
        let worker = s.as_agent(other);
        transact!(s.w.db, &worker, |tx| { lease::take(tx, ids[1]).await }).expect("taken");
        assert_eq!(undo(batch).await.expect("undone"), (4, 2));
        assert_eq!((held(AGENT).await, held(other).await, held(third).await), (4, 1, 1));
        let task_agents: Vec<_> = s.tasks().await.iter().filter(|t| t.agent_id == Some(AGENT)).map(|t| t.id).collect();
        assert_eq!(task_agents.len(), 4, "the tasks go with their contacts");
        assert!(matches!(undo(batch).await, Err(Problem::Refused("reassign-undone"))), "once");
        assert!(matches!(undo(batch + 1).await, Err(Problem::NotFound)));

        let late = give_all().await.batch.expect("a batch");
        s.now("2026-11-19 12:31");
        assert!(matches!(undo(late).await, Err(Problem::Refused("reassign-undone"))), "an hour is over");
    })
    .await;
}

#[tokio::test]
async fn 明天约好的_指下一个营业日() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        s.calendar_day("2026-11-21", "closed").await;
        s.calendar_day("2026-11-22", "closed").await;
        s.now("2026-11-20 17:00");
        let mut call = s.attempt(s.only().await.id, "not_convenient");
        call.agreed_at = Some(at("2026-11-23 10:00"));
        s.save(&s.me(), &call).await.expect("agreed");
        let list = queue::promised_tomorrow(&mut s.w.db.reads(), &s.me(), s.w.clock.now()).await.expect("a list");
        assert_eq!(list.len(), 1, "Friday evening: Monday is the next open day");
    })
    .await;
}

#[tokio::test]
async fn 待补号码_翻页不断() {
    in_shop(async |s| {
        for id in 100..230 {
            s.customer(id, &format!("客户{id}"), "").await;
            s.order(id, id, id + 1000, "2026-11-18").await;
        }
        s.record(&(100..230).collect::<Vec<_>>()).await;
        let (mut after, mut seen) = (None::<String>, Vec::new());
        loop {
            let mut q = s.w.db.reads();
            let (rows, next) = lists::numbers_needed(&mut q, &s.me(), after.as_deref(), Millis(s.w.clock.now().0))
                .await
                .expect("rows");
            seen.extend(rows.iter().map(|r| r.customer_id.raw()));
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (100..230).collect::<Vec<_>>());
    })
    .await;
}
