//! Recording calls and taking them back.

use std::sync::Mutex;

use kernel::{Phone, PhoneLineId, Problem, VehicleId};
use platform::events::Wire;
use platform::transact;
use testkit::World;

use super::shop::{AGENT, Shop, answer, at, in_shop, show, wire};
use crate::followup::model::{ContactState, Effect, Mark, RemarkIn, TaskResult, TaskState};
use crate::followup::{CallRecorded, CallRevoked, lease, numbers, queue};

#[tokio::test]
async fn 三次未接_次数用尽() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        s.call(contact, "no_answer").await;
        s.now("2026-11-19 14:00");
        s.call(contact, "switched_off").await;
        assert_eq!(s.task_of(1).await.attempts, 2);
        // Too soon after the last: a try, but none of the three.
        s.now("2026-11-19 16:00");
        s.call(contact, "no_answer").await;
        assert_eq!((s.task_of(1).await.attempts, s.task_of(1).await.state), (2, TaskState::Open));
        s.now("2026-11-20 09:30");
        s.call(contact, "no_answer").await;
        let task = s.task_of(1).await;
        assert_eq!((task.attempts, task.attempts_in_window), (3, 3));
        assert_eq!((task.result, s.only().await.state), (Some(TaskResult::Exhausted), ContactState::Done));
    })
    .await;
}

#[tokio::test]
async fn 期限之外的次数_不计入窗口() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        s.now("2026-11-22 10:00");
        s.call(s.only().await.id, "no_answer").await;
        assert_eq!((s.task_of(1).await.attempts, s.task_of(1).await.attempts_in_window), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn 最后一次约了时间_约定照守_到期也留着() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        for time in ["2026-11-19 10:00", "2026-11-19 14:00"] {
            s.now(time);
            s.call(contact, "no_answer").await;
        }
        s.now("2026-11-20 10:00");
        let mut agreed = s.attempt(contact, "not_convenient");
        // Two days after the rule would have let the task expire.
        agreed.agreed_at = Some(at("2026-11-27 20:00"));
        let saved = s.save(&s.me(), &agreed).await.expect("saved");
        assert_eq!(saved.promise_at.map(show).as_deref(), Some("2026-11-27 20:00"));
        assert_eq!((s.task_of(1).await.attempts, s.task_of(1).await.is_open()), (3, true));
        s.now("2026-11-27 20:00");
        assert_eq!(crate::followup::expiry::expire_all(&s.w.db).await.expect("nothing"), 0);
        let next = transact!(s.w.db, &s.me(), |tx| { queue::next_for(tx).await }).expect("next");
        assert_eq!(next.map(|l| l.contact), Some(contact));
        // Nobody answers at the time: now all attempts are made.
        s.call(contact, "no_answer").await;
        assert_eq!(s.task_of(1).await.result, Some(TaskResult::Exhausted));
    })
    .await;
}

#[tokio::test]
async fn 断线再拨_是同一次() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        transact!(s.w.db, &s.me(), |tx| { lease::take(tx, contact).await }).expect("taken");
        s.call(contact, "line_broken").await;
        assert_eq!(s.only().await.holder(s.w.clock.now()), Some(AGENT), "called again at once by the same agent");
        s.now("2026-11-19 14:00");
        s.call(contact, "no_answer").await;
        assert_eq!(s.task_of(1).await.attempts, 1);
        s.now("2026-11-20 10:00");
        s.call(contact, "no_answer").await;
        assert_eq!(s.task_of(1).await.attempts, 2);
    })
    .await;
}

#[tokio::test]
async fn 拨错不破约定() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        s.call(contact, "not_convenient").await;
        let promise = s.only().await.promise_at;
        s.now("2026-11-19 15:00");
        s.call(contact, "misdialled").await;
        assert_eq!((s.only().await.promise_at, s.task_of(1).await.attempts), (promise, 1));
    })
    .await;
}

#[tokio::test]
async fn 号码_换下一个_用尽则待补_补上即回() {
    in_shop(async |s| {
        s.phone(12, 1, "13900000012", None, 2).await;
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let dead = async |line: i64, outcome: &str| {
            let mut call = s.attempt(contact, outcome);
            call.phone_line = Some(PhoneLineId::new(line));
            s.save(&s.me(), &call).await.expect("saved")
        };
        assert!(!dead(11, "wrong_number").await.number_needed);
        let held = s.only().await;
        assert_eq!(
            (held.phone_line_id.map(PhoneLineId::raw), show(held.not_before)),
            (Some(12), "2026-11-19 10:00".into())
        );
        assert!(dead(12, "out_of_service").await.number_needed);
        assert_eq!((s.phone_status(11).await, s.phone_status(12).await), ("wrong".into(), "out_of_service".into()));
        assert_eq!(numbers::needed(&mut s.w.db.reads(), &s.me(), None).await.expect("a list").len(), 1);
        let page = s.page(&s.me(), &Default::default()).await.expect("a page");
        assert_eq!(page.rows.len(), 0);
        let phone = Phone::parse("13700000001").expect("a phone");
        transact!(s.w.db, &s.me(), |tx| { numbers::supply(tx, contact, &phone).await }).expect("supplied");
        let held = s.only().await;
        assert_eq!(held.state, ContactState::Open);
        transact!(s.w.db, &s.me(), |tx| { lease::take(tx, contact).await }).expect("taken");
        let dialled = transact!(s.w.db, &s.me(), |tx| { crate::followup::dial::dial(tx, contact, None, true).await });
        assert_eq!(dialled.expect("a number").phone.expose(), "13700000001");
    })
    .await;
}

#[tokio::test]
async fn 通话中得到的_新号码_方便时间_已卖车() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let mut call = s.attempt(contact, "not_the_person");
        call.new_phone = Phone::parse("13700000002").ok();
        call.who_when = None;
        s.save(&s.me(), &call).await.expect("a number is an answer too");
        let held = s.only().await;
        assert_eq!(show(held.not_before), "2026-11-19 10:00", "the new number may be tried at once");
        let mut call = s.attempt(contact, "no_answer");
        call.best_time = Some("16:00-18:00".into());
        call.sold_car = vec![VehicleId::new(21)];
        s.save(&s.me(), &call).await.expect("saved");
        assert_eq!(show(s.only().await.not_before), "2026-11-19 16:00");
    })
    .await;
}

#[tokio::test]
async fn 不再接受回访_全部结束_可收回() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.order(2, 1, 22, "2026-11-22").await;
        s.record(&[1, 2]).await;
        let contact = s.task_of(1).await.contact_id.expect("one");
        let mut call = s.attempt(contact, "opted_out");
        call.confirmed = false;
        let refused = s.save(&s.me(), &call).await;
        assert!(matches!(refused, Err(Problem::Invalid(e)) if e.0[0].code == "confirm-missing"));
        let before = (s.tasks().await, s.contacts().await);
        let saved = s.call(contact, "opted_out").await;
        assert!(s.tasks().await.iter().all(|t| t.result == Some(TaskResult::OptedOut)));
        assert_eq!(s.count("customer_opted_out").await, 1);
        s.order(3, 1, 23, "2026-11-18").await;
        s.record(&[3]).await;
        assert_eq!(s.skipped().await, [("opted_out".to_owned(), 1)]);
        s.revoke(saved.attempt).await.expect("taken back");
        same(&before, &(s.tasks().await, s.contacts().await));
    })
    .await;
}

/// Equal but for the versions.
fn same(
    before: &(Vec<crate::followup::Task>, Vec<crate::followup::Contact>),
    after: &(Vec<crate::followup::Task>, Vec<crate::followup::Contact>),
) {
    let tasks = |list: &[crate::followup::Task]| {
        list.iter().map(|t| format!("{:?}", crate::followup::Task { version: 0, ..t.clone() })).collect::<Vec<_>>()
    };
    let contacts = |list: &[crate::followup::Contact]| {
        list.iter()
            .map(|c| {
                let bare = crate::followup::Contact {
                    version: 0,
                    lease_user: None,
                    lease_until: kernel::Millis(0),
                    ..c.clone()
                };
                format!("{bare:?}")
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(tasks(&before.0), tasks(&after.0));
    assert_eq!(contacts(&before.1), contacts(&after.1));
}

#[tokio::test]
async fn 每种结果都能原样收回() {
    for outcome in [
        "complete",
        "partial",
        "not_convenient",
        "no_answer",
        "busy",
        "switched_off",
        "out_of_service",
        "wrong_number",
        "not_the_person",
        "refused",
        "opted_out",
        "line_broken",
        "misdialled",
    ] {
        in_shop(async |s| {
            s.order(1, 1, 21, "2026-11-18").await;
            s.record(&[1]).await;
            let contact = s.only().await.id;
            s.now("2026-11-19 09:40");
            s.call(contact, "not_convenient").await;
            let before = (s.tasks().await, s.contacts().await);
            let number = s.phone_status(11).await;
            s.now("2026-11-20 15:00");
            let mut call = s.attempt(contact, outcome);
            call.best_time = Some("morning".into());
            call.new_phone = Phone::parse("13700000003").ok();
            let saved = s.save(&s.me(), &call).await.expect(outcome);
            s.now("2026-11-20 15:10");
            s.revoke(saved.attempt).await.expect(outcome);
            same(&before, &(s.tasks().await, s.contacts().await));
            assert_eq!(s.phone_status(11).await, number, "{outcome}");
            // Twice is once.
            assert!(matches!(s.revoke(saved.attempt).await, Err(Problem::Conflict("attempt-revoked"))));
        })
        .await;
    }
}

#[tokio::test]
async fn 收回_有时限_有变化则拒绝() {
    in_shop(async |s| {
        let other = s.as_agent(s.agent(101, 1, None).await);
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let first = s.call(contact, "no_answer").await;
        let theirs = transact!(s.w.db, &other, |tx| { crate::followup::attempts::revoke(tx, first.attempt).await });
        assert!(matches!(theirs, Err(Problem::NotFound)));
        s.w.clock.advance(std::time::Duration::from_secs(601));
        assert!(matches!(s.revoke(first.attempt).await, Err(Problem::Refused("revoke-too-late"))));
        s.now("2026-11-19 14:00");
        let second = s.call(contact, "busy").await;
        s.save(&other, &s.attempt(contact, "no_answer")).await.expect("saved");
        assert!(matches!(s.revoke(second.attempt).await, Err(Problem::Refused("revoke-worked-since"))));
        // Nothing was struck out by the refused one.
        let view =
            crate::followup::call::open(&mut s.w.db.reads(), &s.me(), contact, s.w.clock.now()).await.expect("a view");
        assert!(view.attempts.iter().all(|a| a.revoked_at.is_none()));
    })
    .await;
}

static HEARD: Mutex<Vec<CallRecorded>> = Mutex::new(Vec::new());
/// One test at a time listens.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn with_cases() -> Wire {
    wire()
        .listen(|tx, e: &CallRecorded| {
            Box::pin(async move {
                HEARD.lock().expect("heard").push(e.clone());
                // As a case would: it takes over from the customer's other follow-ups.
                if e.points.is_empty() { Ok(()) } else { crate::followup::supersede(tx, e.store, e.customer).await }
            })
        })
        .listen(|_, e: &CallRevoked| {
            Box::pin(async move {
                // The case of contact 1 was touched.
                if e.customer.raw() == 9 { Err(Problem::Refused("case-touched")) } else { Ok(()) }
            })
        })
}

#[tokio::test]
async fn 不满意_随通话一同上报_收回时一同复原() {
    let _turn = TURN.lock().await;
    testkit::on_both_wired(with_cases, async |w: &World| {
        let s = Shop { w };
        s.agent(100, 1, None).await;
        s.customer(1, "陈晓帆", "13812344417").await;
        s.customer(9, "较真客户", "13812344418").await;
        s.order(1, 1, 21, "2026-11-18").await;
        s.order(2, 1, 22, "2026-11-25").await;
        s.order(9, 9, 29, "2026-11-18").await;
        s.record(&[1, 2, 9]).await;
        let before = (s.tasks().await, s.contacts().await);
        let task = s.task_of(1).await;
        let mut call = s.attempt(task.contact_id.expect("one"), "complete");
        call.answers = vec![
            answer(Some(task.id), "waiting", Effect::Bad),
            answer(None, "overall", Effect::Improve),
            answer(Some(task.id), "clean", Effect::Good),
        ];
        let remark = |mark, wants_answer| RemarkIn {
            task: None,
            mark,
            text: "等了两个小时".into(),
            person: None,
            wants_answer,
            case_kind: None,
            department: None,
        };
        call.remarks = vec![
            remark(Mark::Complaint, false),
            remark(Mark::Suggestion, false),
            remark(Mark::Suggestion, true),
            remark(Mark::Praise, true),
            remark(Mark::Question, false),
        ];
        HEARD.lock().expect("heard").clear();
        let saved = s.save(&s.me(), &call).await.expect("saved");
        let heard = HEARD.lock().expect("heard").clone();
        let points: Vec<&str> = heard[0]
            .points
            .iter()
            .map(|p| p.question.as_deref().or(p.remark.map(|m| m.key())).expect("one of them"))
            .collect();
        assert_eq!(points, ["waiting", "complaint", "suggestion", "question"]);
        assert_eq!((heard.len(), heard[0].recalls.as_slice(), heard[0].tasks.as_slice()), (1, &[][..], &[task.id][..]));
        assert!(heard[0].points.iter().all(|p| p.task == task.id) && heard[0].points[1].remark_id.is_some());
        assert_eq!(s.task_of(2).await.result, Some(TaskResult::Superseded));
        s.revoke(saved.attempt).await.expect("taken back");
        same(&before, &(s.tasks().await, s.contacts().await));

        // A case that was touched keeps the call.
        let contact = s.task_of(9).await.contact_id.expect("one");
        let saved = s.call(contact, "complete").await;
        assert!(matches!(s.revoke(saved.attempt).await, Err(Problem::Refused("case-touched"))));
        assert_eq!(s.task_of(9).await.result, Some(TaskResult::Complete));
    })
    .await;
}

#[tokio::test]
async fn 复访_满意与否() {
    let _turn = TURN.lock().await;
    testkit::on_both_wired(with_cases, async |w: &World| {
        let s = Shop { w };
        s.agent(100, 1, None).await;
        s.customer(1, "陈晓帆", "13812344417").await;
        let (case, customer) = (kernel::CaseId::new(5), super::shop::customer(1));
        for (outcome, effect, want) in [
            ("complete", Some(Effect::Good), Some(true)),
            ("complete", Some(Effect::Bad), Some(false)),
            ("complete", None, None),
            ("no_answer", None, None),
        ] {
            let (from, due) = (s.w.clock.now(), at("2026-11-22 19:00"));
            transact!(s.w.db, &s.system(), |tx| {
                crate::followup::plan_recall(tx, s.w.store, case, customer, None, None, from, due).await
            })
            .expect("a re-call");
            let contact = s.contacts().await.into_iter().find(|c| c.state == ContactState::Open).expect("one").id;
            let mut call = s.attempt(contact, outcome);
            call.answers = effect.map(|e| answer(None, "recall_satisfied", e)).into_iter().collect();
            HEARD.lock().expect("heard").clear();
            s.save(&s.me(), &call).await.expect("saved");
            let heard = HEARD.lock().expect("heard").clone();
            let said: Vec<_> = heard[0].recalls.iter().map(|r| (r.satisfied, r.case)).collect();
            assert_eq!(said, [(want, case)], "{outcome} {effect:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn 同一提交_同时两份_只存一次() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let me = s.me();
        let call = s.attempt(contact, "no_answer");
        let save = async || s.save(&me, &call).await.expect("saved");
        let (a, b, c) = tokio::join!(save(), save(), save());
        assert!(a.attempt == b.attempt && b.attempt == c.attempt);
        assert_eq!([a, b, c].iter().filter(|x| x.first).count(), 1);
        assert_eq!((s.count("attempts").await, s.task_of(1).await.attempts), (1, 1));
        // Sent again a day later, after the contact has moved on: still the first result.
        s.now("2026-11-20 10:00");
        s.call(contact, "complete").await;
        let again = save().await;
        assert_eq!((again.attempt, again.first, again.arrived_late), (a.attempt, false, false));
        // Another person cannot claim it.
        let other = s.as_agent(s.agent(101, 1, None).await);
        assert!(matches!(s.save(&other, &call).await, Err(Problem::Conflict("attempt-of-another"))));
    })
    .await;
}

#[tokio::test]
async fn 迟到的提交_不丢_记为迟到() {
    in_shop(async |s| {
        let other = s.as_agent(s.agent(101, 1, None).await);
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        // Off line since 10:00, the line is back at 16:00; nobody else called meanwhile.
        let mut draft = s.attempt(contact, "no_answer");
        s.now("2026-11-19 16:00");
        assert!(!s.save(&s.me(), &draft).await.expect("accepted").arrived_late);
        // Begun at 16:00, sent at 17:00; meanwhile another agent completed it.
        draft = s.attempt(contact, "complete");
        draft.answers = vec![answer(None, "overall", Effect::Bad)];
        s.now("2026-11-19 16:30");
        s.save(&other, &s.attempt(contact, "complete")).await.expect("completed");
        let closed = s.task_of(1).await;
        s.now("2026-11-19 17:00");
        let late = s.save(&s.me(), &draft).await.expect("kept");
        assert!(late.first && late.arrived_late);
        let after = s.task_of(1).await;
        assert_eq!(
            (after.version, after.closed_at, after.attempts),
            (closed.version, closed.closed_at, closed.attempts)
        );
        assert_eq!(s.count("call_recorded").await, 3, "what the customer said is heard all the same");
        // Still open, but called by somebody else since: late as well.
        s.order(2, 1, 22, "2026-11-25").await;
        s.now("2026-11-27 10:00");
        s.record(&[2]).await;
        let contact = s.task_of(2).await.contact_id.expect("one");
        let draft = s.attempt(contact, "refused");
        s.now("2026-11-27 10:30");
        s.save(&other, &s.attempt(contact, "no_answer")).await.expect("saved");
        assert!(s.save(&s.me(), &draft).await.expect("kept").arrived_late);
        assert!(s.task_of(2).await.is_open());
    })
    .await;
}

#[tokio::test]
async fn 缺什么_一次说全() {
    in_shop(async |s| {
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let contact = s.only().await.id;
        let codes = async |change: &dyn Fn(&mut crate::followup::NewAttempt), outcome: &str| {
            let mut call = s.attempt(contact, outcome);
            change(&mut call);
            match s.save(&s.me(), &call).await {
                Err(Problem::Invalid(e)) => e.0.iter().map(|e| e.code.to_string()).collect::<Vec<_>>(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(codes(&|c| c.agreed_at = None, "not_convenient").await, ["agreed-time-missing"]);
        assert_eq!(codes(&|c| c.who_when = None, "not_the_person").await, ["who-when-missing"]);
        assert_eq!(codes(&|c| c.agreed_at = Some(c.started_at.plus(-1)), "no_answer").await, ["agreed-time-past"]);
        let many = codes(
            &|c| {
                c.seconds = -1;
                c.client_id = "x".into();
                c.answers = vec![answer(Some(kernel::TaskId::new(4)), "q", Effect::Good)];
            },
            "complete",
        );
        assert_eq!(many.await, ["client-id", "call-length", "answer-of-another-task"]);
        assert_eq!(codes(&|_| {}, "vanished").await, ["outcome-unknown"]);
        assert_eq!(s.count("attempts").await, 0);
    })
    .await;
}
