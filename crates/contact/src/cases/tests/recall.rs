//! B8.4e, f: the result, the re-call, and what it says.

use kernel::{Id, Problem};
use testkit::on_both_wired;

use super::world::*;
use crate::cases::model::{RecallEnd, StateKey, Verdict};
use crate::cases::ports::RecallLapsed;
use crate::cases::{ResultForm, contact, fill, give_up, recall_again, reopen, resolve, store};
use crate::followup::TaskResult;

const BAD: (&str, &str, &str) = ("repeat_repair", "yes", "A7.3.3");

async fn opened(w: &testkit::World) -> Staff {
    let staff = furnish(w).await;
    record(w, &staff.agent, &call(700, w.store, vec![bad(BAD.0, BAD.1, BAD.2)])).await.unwrap();
    staff
}

#[tokio::test]
async fn a_result_plans_the_recall_within_three_days() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = the_case(w, 700).await;
        let form = ResultForm { cause_kind: "service".into(), cause: "没拧紧".into(), text: "已处理".into() };
        let early = resolve(&w.db, &staff.service, c.id, c.version, &form).await;
        assert!(matches!(early, Err(Problem::Refused("case-contact-first"))));
        let c = resolved(w, &staff, 700, "没拧紧").await;
        assert_eq!((c.state, c.contacted_by), (StateKey::Recall, Some(Id::new(3))));
        // Thursday 10:30 → Sunday 19:00; this store is open every day.
        let sunday = testkit::START.plus_hours(3 * 24 + 9);
        assert_eq!((c.recall_due_at, c.next_due_at), (Some(sunday), Some(sunday)));
        assert!(c.recall_task_id.is_some());
        assert_eq!((count(w, &OPEN_RECALLS).await, count(w, &BLOCKS).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn every_empty_field_of_the_result_is_named() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = the_case(w, 700).await;
        contact(&w.db, &staff.service, c.id, c.version, "已致电").await.unwrap();
        let Err(Problem::Invalid(errors)) =
            resolve(&w.db, &staff.service, c.id, c.version + 1, &ResultForm::default()).await
        else {
            panic!("an empty form is refused");
        };
        let fields: Vec<_> = errors.0.iter().map(|e| e.field.as_ref()).collect();
        assert_eq!(fields, ["cause_kind", "cause", "text"]);
    })
    .await;
}

#[tokio::test]
async fn a_satisfied_customer_closes_it() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        answered(w, &staff, &c, 710, true).await;
        let c = the_case(w, 700).await;
        assert_eq!((c.state, c.verdict, c.next_due_at), (StateKey::Closed, Some(Verdict::Satisfied), None));
        assert_eq!((count(w, &BLOCKS).await, of_timeline(w, "case_closed").await), (0, 1));
        assert_eq!(notices(w, 3, "case_closed").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_unsatisfied_one_opens_the_same_case_again_and_another_cause_is_needed() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        minutes(w, 60);
        let mut e = call(710, w.store, vec![complaint("还是响")]);
        e.recalls = about(&c, Some(false));
        record(w, &staff.agent, &e).await.unwrap();
        assert_eq!(count(w, &CASES).await, 1, "no second case");
        let c = the_case(w, 700).await;
        let now = w.db.clock().now();
        assert_eq!((c.state, c.round, c.contact_due_at), (StateKey::Waiting, 2, now.plus_hours(24)));
        assert_eq!((c.contacted_at, c.result.as_deref(), c.cause.as_deref()), (None, None, Some("没拧紧")));
        let first = (c.first_contact_due_at, c.first_contacted_at);
        assert!(first.0.is_some_and(|due| due < c.contact_due_at) && first.1.is_some(), "{first:?}");
        assert_eq!((count(w, &BLOCKS).await, notices(w, 3, "case_reopened").await), (1, 1));
        let points = store::points(&mut w.db.reads(), w.group, c.id).await.unwrap();
        assert_eq!((points.len(), points[1].round, points[1].text.as_deref()), (2, 2, Some("还是响")));

        contact(&w.db, &staff.service, c.id, c.version, "再次致电").await.unwrap();
        let again = the_case(w, 700).await;
        assert_eq!((again.first_contact_due_at, again.first_contacted_at), first, "the first contact stays the first");
        let same = ResultForm { cause_kind: "service".into(), cause: "没拧紧".into(), text: "再拧".into() };
        let again = resolve(&w.db, &staff.service, c.id, c.version + 1, &same).await;
        assert!(matches!(again, Err(Problem::Refused("case-cause-again"))));
        let other = ResultForm { cause: "压缩机支架开裂".into(), ..same };
        resolve(&w.db, &staff.service, c.id, c.version + 1, &other).await.unwrap();
        assert_eq!(count(w, &OPEN_RECALLS).await, 1);
        let c = the_case(w, 700).await;
        answered(w, &staff, &c, 711, true).await;
        assert_eq!(the_case(w, 700).await.state, StateKey::Closed);
    })
    .await;
}

#[tokio::test]
async fn a_closed_case_is_opened_again_by_hand() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        let early = reopen(&w.db, &staff.service, c.id, c.version, "又响了").await;
        assert!(matches!(early, Err(Problem::Refused("case-open-still"))), "{early:?}");
        answered(w, &staff, &c, 710, true).await;
        let closed = the_case(w, 700).await;
        assert_eq!((closed.state, count(w, &BLOCKS).await), (StateKey::Closed, 0));
        minutes(w, 60);
        let silent = reopen(&w.db, &staff.service, c.id, closed.version, " ").await;
        assert!(matches!(silent, Err(Problem::Invalid(_))), "{silent:?}");
        let stranger = reopen(&w.db, &staff.sales, c.id, closed.version, "又响了").await;
        assert!(matches!(stranger, Err(Problem::NotFound)), "another department's: {stranger:?}");
        reopen(&w.db, &staff.service, c.id, closed.version, "又响了").await.unwrap();
        let c = the_case(w, 700).await;
        let now = w.db.clock().now();
        assert_eq!((c.state, c.round, c.contact_due_at), (StateKey::Waiting, 2, now.plus_hours(24)));
        assert_eq!(
            (c.verdict, c.closed_at, c.cause.as_deref()),
            (None, None, Some("没拧紧")),
            "another cause is wanted"
        );
        assert_eq!((count(w, &BLOCKS).await, of_timeline(w, "case_reopened").await), (1, 1));
        assert_eq!(
            (c.first_contact_due_at, c.first_contacted_at),
            (closed.first_contact_due_at, closed.first_contacted_at)
        );
        assert_eq!(audits(w, "case.reopened").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_noted_and_loses_nothing() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        answered(w, &staff, &c, 710, true).await;
        answered(w, &staff, &c, 711, false).await;
        assert_eq!(the_case(w, 700).await.state, StateKey::Closed);
        assert_eq!(count(w, &ANSWERS).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_recall_that_is_taken_back_brings_the_waiting_back() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        for (attempt, satisfied) in [(710, true), (711, false)] {
            let before = match attempt {
                710 => resolved(w, &staff, 700, "没拧紧").await,
                _ => the_case(w, 700).await,
            };
            answered(w, &staff, &before, attempt, satisfied).await;
            assert_ne!(the_case(w, 700).await.state, StateKey::Recall);
            revoke(w, &staff.agent, attempt).await;
            let after = the_case(w, 700).await;
            assert_eq!((after.state, after.round, after.verdict), (StateKey::Recall, 1, None));
            assert_eq!((after.result, after.cause), (before.result, before.cause));
            assert_eq!((after.next_due_at, after.closed_at), (before.recall_due_at, None));
            assert_eq!(count(w, &BLOCKS).await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn who_cannot_be_reached_is_closed_only_after_the_time() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        let early = give_up(&w.db, &staff.service, c.id, c.version, "打了六次").await;
        assert!(matches!(early, Err(Problem::Refused("case-recall-not-over"))));
        minutes(w, 5 * 24 * 60);
        give_up(&w.db, &staff.service, c.id, c.version, "打了六次").await.unwrap();
        let c = the_case(w, 700).await;
        assert_eq!((c.state, c.verdict), (StateKey::Closed, Some(Verdict::Unreached)));
        assert_eq!((count(w, &OPEN_RECALLS).await, count(w, &BLOCKS).await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn fields_are_filled_and_corrected() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = the_case(w, 700).await;
        let given = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect::<Vec<_>>();
        let bad = given(&[("visits_count", "三"), ("purchase_date", "去年"), ("degree", "很"), ("demand", "退车")]);
        let Err(Problem::Invalid(errors)) = fill(&w.db, &staff.service, c.id, c.version, &bad, None).await else {
            panic!("what does not read is named");
        };
        assert_eq!(errors.0.len(), 3);
        let good = given(&[("visits_count", "3"), ("demand", "退车"), ("fault", ""), ("price_range", "1")]);
        fill(&w.db, &staff.service, c.id, c.version, &good, Some("空调异响")).await.unwrap();
        let c = the_case(w, 700).await;
        let values = c.values();
        assert_eq!((values.get("visits_count").map(String::as_str), values.get("fault")), (Some("3"), None));
        assert_eq!((values.get("price_range"), c.title.as_str()), (None, "空调异响"));
        // Nothing changed: nothing is written.
        fill(&w.db, &staff.service, c.id, c.version, &given(&[("demand", "退车")]), None).await.unwrap();
        assert_eq!(the_case(w, 700).await.version, c.version);
    })
    .await;
}

#[tokio::test]
async fn a_recall_without_an_answer_is_planned_again_or_closed() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        let lapsed =
            |task| RecallLapsed { store: w.store, task, case: c.id, result: TaskResult::Exhausted, attempt: None };
        let planned = recall_again(&w.db, &staff.service, c.id, c.version).await;
        assert!(matches!(planned, Err(Problem::Refused("case-awaits-recall"))));
        platform::transact!(w.db, &w.system(), |tx| { tx.record(&lapsed(Id::new(1))).await }).unwrap();
        assert_eq!(the_case(w, 700).await.version, c.version, "another task's end is none of its business");
        platform::transact!(w.db, &w.system(), |tx| { tx.record(&lapsed(c.recall_task_id.unwrap())).await }).unwrap();
        assert_eq!(notices(w, 3, "case_recall_lapsed").await, 1);
        let undecided = the_case(w, 700).await;
        assert_eq!((undecided.state, undecided.recall_end), (StateKey::Undecided, Some(RecallEnd::Exhausted)));
        // Three working days to decide, until closing time.
        assert_eq!(undecided.next_due_at, Some(testkit::START.plus_hours(3 * 24 + 9)));
        recall_again(&w.db, &staff.service, c.id, c.version + 1).await.unwrap();
        let again = the_case(w, 700).await;
        assert_eq!((again.state, again.recall_task_id.is_some()), (StateKey::Recall, true));
        platform::transact!(w.db, &w.system(), |tx| { tx.record(&lapsed(again.recall_task_id.unwrap())).await })
            .unwrap();
        give_up(&w.db, &staff.service, c.id, again.version + 1, "客户拒接").await.unwrap();
        assert_eq!(the_case(w, 700).await.verdict, Some(Verdict::Unreached));
    })
    .await;
}

#[tokio::test]
async fn a_recall_about_something_new_as_well() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        // Another agent was quicker: the late answer changes nothing and opens nothing.
        let mut late = call(709, w.store, vec![]);
        (late.recalls, late.late) = (about(&c, None), true);
        let mut point = bad("satisfied", "no", "other");
        point.task = c.recall_task_id.unwrap();
        late.points = vec![point];
        record(w, &staff.other_agent, &late).await.unwrap();
        assert_eq!((the_case(w, 700).await.state, count(w, &CASES).await), (StateKey::Recall, 1));

        // Satisfied with this one, but there is another trouble: that is a case of its own.
        let mut e = call(710, w.store, vec![complaint("另外天窗漏水")]);
        e.points[0].task = c.recall_task_id.unwrap();
        e.recalls = about(&c, Some(true));
        record(w, &staff.agent, &e).await.unwrap();
        assert_eq!(the_case(w, 700).await.state, StateKey::Closed);
        assert_eq!(the_case(w, 710).await.title, "另外天窗漏水");
        assert_eq!((count(w, &CASES).await, count(w, &BLOCKS).await), (2, 1));
    })
    .await;
}
