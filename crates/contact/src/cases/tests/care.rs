//! The named person, deadlines that are missed, kinds that were wrong, and every way in which a re-call can end.

use kernel::{Department, Id, Millis, Problem, TaskId, UserId};
use platform::db::{One, Sql as _};
use platform::{args, stmt, transact};
use testkit::{World, on_both_wired};

use super::world::*;
use crate::cases::kinds::Class;
use crate::cases::model::{RecallEnd, StateKey, StepKind};
use crate::cases::{
    ClassForm, Filter, NewCase, assign, contact, decide, escalate, jobs, open_by_hand, page, reclassify, store, take,
};
use crate::followup::attempts;
use crate::followup::model::{AnswerIn, Direction, Effect, NewAttempt};

const BAD: (&str, &str, &str) = ("repeat_repair", "yes", "A7.3.3");
stmt!(CARE_CONTACT_OF, "SELECT contact_id AS v FROM task WHERE id=$1");
stmt!(CARE_NO_POST, "DELETE FROM assignment WHERE user_id=$1");
stmt!(CARE_GIVE_TASK, "UPDATE task SET agent_id=$2 WHERE id=$1");
stmt!(CARE_TASK_STATE, "SELECT state AS v FROM task WHERE id=$1");
stmt!(
    CARE_AGE_STEPS,
    "INSERT INTO case_step (id, group_id, store_id, case_id, at, actor, kind, text, args) VALUES ($1,$2,$3,$4,0,NULL,'note','x','{}')"
);

async fn opened(w: &World) -> Staff {
    let staff = furnish(w).await;
    record(w, &staff.agent, &call(700, w.store, vec![bad(BAD.0, BAD.1, BAD.2)])).await.unwrap();
    staff
}

async fn give_task(w: &World, task: TaskId, to: i64) {
    transact!(w.db, &w.system(), |tx| { tx.exec(&CARE_GIVE_TASK, args![task, to]).await }).unwrap();
}

fn supervisor(w: &World) -> kernel::Scope {
    use kernel::{Cap, Reach};
    let grants: &[_] =
        &[(Cap::CaseRead, Reach::Store), (Cap::QueueAssign, Reach::Store), (Cap::CaseHandle, Reach::Department)];
    w.scope(UserId::new(7), Some(Department::Care), grants)
}

#[tokio::test]
async fn somebody_is_named_or_takes_it() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        let second = second_manager(w).await;
        record(w, &staff.agent, &call(700, w.store, vec![bad(BAD.0, BAD.1, BAD.2)])).await.unwrap();
        let c = the_case(w, 700).await;
        assert_eq!(c.owner_id, None, "two managers: nobody is named by itself");
        let now = w.db.clock().now();
        let (unowned, _) = page(&mut w.db.reads(), &staff.service, Filter::Unowned, None, now).await.unwrap();
        assert_eq!(unowned.len(), 1);

        // The supervisor names somebody of the department, and nobody else.
        let stranger = assign(&w.db, &supervisor(w), c.id, c.version, Some(Id::new(4))).await;
        assert!(matches!(stranger, Err(Problem::Invalid(_))), "{stranger:?}");
        let nobody = assign(&w.db, &supervisor(w), c.id, c.version, None).await;
        assert!(matches!(nobody, Err(Problem::Invalid(_))), "{nobody:?}");
        let agent = assign(&w.db, &staff.agent, c.id, c.version, Some(Id::new(6))).await;
        assert!(matches!(agent, Err(Problem::Forbidden)), "{agent:?}");
        assign(&w.db, &supervisor(w), c.id, c.version, Some(Id::new(6))).await.unwrap();
        let c = the_case(w, 700).await;
        assert_eq!((c.owner_id, notices(w, 6, "case_assigned").await), (Some(Id::new(6)), 1));
        assert_eq!(audits(w, "case.assigned").await, 1);

        // A colleague takes it over; the one who had it is told.
        let old = take(&w.db, &staff.service, c.id, c.version - 1).await;
        assert!(matches!(old, Err(Problem::Conflict(_))), "{old:?}");
        take(&w.db, &staff.service, c.id, c.version).await.unwrap();
        assert_eq!((the_case(w, 700).await.owner_id, notices(w, 6, "case_taken").await), (Some(Id::new(3)), 1));
        let c = the_case(w, 700).await;
        assign(&w.db, &second, c.id, c.version, Some(Id::new(6))).await.unwrap();
        let (unowned, _) = page(&mut w.db.reads(), &staff.service, Filter::Unowned, None, now).await.unwrap();
        assert!(unowned.is_empty());
    })
    .await;
}

#[tokio::test]
async fn every_deadline_that_is_missed_is_told_once() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let late = async |at: Millis| jobs::overdue(&w.db, at).await.unwrap();
        let c = the_case(w, 700).await;
        let due = c.next_due_at.unwrap();
        assert_eq!(late(due).await, 0, "not before it is over");
        assert_eq!((late(due.plus(1)).await, late(due.plus_hours(1)).await), (1, 0));
        assert_eq!((notices(w, 5, "case_escalated").await, notices(w, 3, "case_overdue").await), (1, 1));

        // Contacted, the result is missing: a deadline of its own.
        let c = the_case(w, 700).await;
        contact(&w.db, &staff.service, c.id, c.version, "已致电").await.unwrap();
        let c = the_case(w, 700).await;
        assert_eq!((c.state, c.overdue_at), (StateKey::Contacted, None));
        let due = c.next_due_at.expect("a contacted case has a deadline");
        let (over, _) = page(&mut w.db.reads(), &staff.general, Filter::Overdue, None, due.plus(1)).await.unwrap();
        assert_eq!(over.len(), 1);
        assert_eq!((late(due).await, late(due.plus(1)).await, late(due.plus(2)).await), (0, 1, 0));
        assert_eq!((notices(w, 5, "case_escalated").await, notices(w, 3, "case_overdue").await), (1, 2));
        let kinds: Vec<_> = store::steps(&mut w.db.reads(), w.group, c.id).await.unwrap();
        assert_eq!(kinds[0].kind, StepKind::Overdue, "it is before him already");
        assert_eq!(notices(w, 5, "case_overdue").await, 1, "another step is missing: he hears of that, too");

        // His decision ends the escalation: the next step that is missed reaches him again.
        let c = the_case(w, 700).await;
        decide(&w.db, &staff.general, c.id, c.version, "两天内给客户一个说法").await.unwrap();
        let c = the_case(w, 700).await;
        assert!(c.escalated_at.is_some() && !c.is_escalated());
        let again = escalate(&w.db, &staff.service, c.id, c.version, "客户要见总经理").await;
        assert!(again.is_ok(), "{again:?}");
        let c = the_case(w, 700).await;
        let twice = escalate(&w.db, &staff.service, c.id, c.version, "再报").await;
        assert!(matches!(twice, Err(Problem::Refused("case-escalated-already"))), "{twice:?}");
        assert_eq!(notices(w, 5, "case_escalated").await, 2);

        // The re-call that the agents do not make: its owner, its agent and the supervisor hear of it.
        let form =
            crate::cases::ResultForm {
                cause_kind: "service".into(), cause: "没拧紧".into(), text: "已处理".into()
            };
        crate::cases::resolve(&w.db, &staff.service, c.id, c.version, &form).await.unwrap();
        let c = the_case(w, 700).await;
        give_task(w, c.recall_task_id.unwrap(), 1).await;
        assert_eq!((late(c.next_due_at.unwrap().plus(1)).await, notices(w, 3, "case_overdue").await), (1, 3));
        assert_eq!((notices(w, 1, "case_overdue").await, notices(w, 7, "case_overdue").await), (1, 1));
        assert_eq!(notices(w, 5, "case_overdue").await, 1, "no step of the manager");
    })
    .await;
}

#[tokio::test]
async fn after_a_decision_the_next_missed_deadline_is_escalated_again() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = the_case(w, 700).await;
        jobs::overdue(&w.db, c.next_due_at.unwrap().plus(1)).await.unwrap();
        let c = the_case(w, 700).await;
        decide(&w.db, &staff.general, c.id, c.version, "今天必须联系").await.unwrap();
        let c = the_case(w, 700).await;
        contact(&w.db, &staff.service, c.id, c.version, "已致电").await.unwrap();
        let c = the_case(w, 700).await;
        jobs::overdue(&w.db, c.next_due_at.unwrap().plus(1)).await.unwrap();
        assert_eq!(notices(w, 5, "case_escalated").await, 2);
        assert!(the_case(w, 700).await.is_escalated());
    })
    .await;
}

#[tokio::test]
async fn a_department_without_a_manager_is_told_of() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        assert_eq!(notices(w, 7, "case_unmanaged").await, 0);
        // The service manager's role is taken away.
        transact!(w.db, &w.system(), |tx| { tx.exec(&CARE_NO_POST, args![3i64]).await }).unwrap();
        record(w, &staff.agent, &call(701, w.store, vec![bad(BAD.0, BAD.1, BAD.2)])).await.unwrap();
        assert_eq!((notices(w, 7, "case_unmanaged").await, notices(w, 5, "case_unmanaged").await), (1, 1));
        assert_eq!(the_case(w, 701).await.owner_id, None);
    })
    .await;
}

#[tokio::test]
async fn more_missed_deadlines_than_a_page_holds() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        for n in 0..210 {
            record(w, &staff.agent, &call(1000 + n, w.store, vec![bad("waiting", "dissatisfied", "other")]))
                .await
                .unwrap();
        }
        let after = w.db.clock().now().plus_hours(48);
        assert_eq!(jobs::overdue(&w.db, after).await.unwrap(), 210);
        assert_eq!(jobs::overdue(&w.db, after).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_kind_or_department_is_corrected() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = the_case(w, 700).await;
        let given = vec![("demand".to_owned(), "退车".to_owned())];
        crate::cases::fill(&w.db, &staff.service, c.id, c.version, &given, None).await.unwrap();
        let c = the_case(w, 700).await;
        let form = |kind: &str, department: &str, why: &str| ClassForm {
            kind: kind.into(),
            department: department.into(),
            why: why.into(),
        };
        let empty = reclassify(&w.db, &staff.service, c.id, c.version, &form("A7.3.4", "showroom", " ")).await;
        assert!(matches!(empty, Err(Problem::Invalid(_))), "{empty:?}");
        let unknown = reclassify(&w.db, &staff.service, c.id, c.version, &form("A99", "nowhere", "x")).await;
        let Err(Problem::Invalid(errors)) = unknown else { panic!("an unknown kind is refused") };
        assert_eq!(errors.0.iter().map(|e| e.field.as_ref()).collect::<Vec<_>>(), ["kind", "department"]);
        let same = reclassify(&w.db, &staff.service, c.id, c.version, &form("A7.3.3", "service", "x")).await;
        assert!(matches!(same, Err(Problem::Refused("case-same-class"))), "{same:?}");

        let same = reclassify(&w.db, &staff.service, c.id, c.version, &form("A7.3.3", "", "x")).await;
        assert!(matches!(same, Err(Problem::Refused("case-same-class"))), "the same kind stays where it is: {same:?}");
        // The department is left to the kind.
        reclassify(&w.db, &staff.service, c.id, c.version, &form("A7.3.4", "", "说的是销售顾问")).await.unwrap();
        let after = the_case(w, 700).await;
        assert_eq!(
            (after.kind.as_str(), after.department, after.class),
            ("A7.3.4", Department::Showroom, Class::Complaint)
        );
        // The showroom has one manager: that is the named person now.
        assert_eq!(after.owner_id, Some(Id::new(4)));
        assert_eq!(after.contact_due_at, c.contact_due_at, "the clock goes on");
        assert_eq!((notices(w, 4, "case_moved").await, audits(w, "case.reclassified").await), (1, 1));
        let values = after.values();
        assert_eq!(values.get("demand").map(String::as_str), Some("退车"), "what fits stays");
        let (listed, _) = page(&mut w.db.reads(), &staff.sales, Filter::Open, None, w.db.clock().now()).await.unwrap();
        assert_eq!(listed.len(), 1);
        let steps = store::steps(&mut w.db.reads(), w.group, c.id).await.unwrap();
        assert_eq!((steps[0].kind, steps[0].text.as_deref()), (StepKind::Reclassified, Some("说的是销售顾问")));
    })
    .await;
}

#[tokio::test]
async fn a_case_is_opened_by_hand() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        let manager = {
            use kernel::{Cap, Reach};
            let grants: &[_] = &[
                (Cap::CaseRead, Reach::Department),
                (Cap::CaseHandle, Reach::Department),
                (Cap::CustomerRead, Reach::Store),
            ];
            w.scope(UserId::new(3), Some(Department::Service), grants)
        };
        let Err(Problem::Invalid(errors)) =
            open_by_hand(&w.db, &manager, CUSTOMER, &NewCase { about: "vehicle.9".into(), ..NewCase::default() }).await
        else {
            panic!("an empty form is refused")
        };
        assert_eq!(errors.0.iter().map(|e| e.field.as_ref()).collect::<Vec<_>>(), ["kind", "text", "about"]);
        let form = NewCase {
            kind: "A7.3.3".into(),
            about: "repair_order.400".into(),
            text: "空调又不制冷了".into(),
            department: String::new(),
        };
        let denied = open_by_hand(&w.db, &staff.agent, CUSTOMER, &form).await;
        assert!(matches!(denied, Err(Problem::Forbidden)), "{denied:?}");
        let id = open_by_hand(&w.db, &manager, CUSTOMER, &form).await.unwrap();
        let c = store::by_id(&mut w.db.reads(), w.group, id).await.unwrap().unwrap();
        assert_eq!((c.title.as_str(), c.department, c.attempt_id), ("空调又不制冷了", Department::Service, None));
        assert_eq!((c.owner_id, c.next_due_at), (Some(Id::new(3)), Some(w.db.clock().now().plus_hours(24))));
        let values = c.values();
        assert_eq!(values.get("mileage_km").map(String::as_str), Some("41260"));
        assert_eq!((count(w, &BLOCKS).await, audits(w, "case.opened").await), (1, 1));
    })
    .await;
}

/// A re-call as an agent makes it: with this outcome and, where given, this answer.
fn recalled(w: &World, contact: kernel::ContactId, task: TaskId, outcome: &str, effect: Option<Effect>) -> NewAttempt {
    let answer = |effect| AnswerIn {
        task: Some(task),
        question: "recall_satisfied".into(),
        option: Some("x".into()),
        effect,
        text: None,
        case_kind: None,
        department: None,
    };
    NewAttempt {
        client_id: format!("client-{}-{}", outcome.replace('_', "-"), task.raw()),
        contact,
        started_at: w.clock.now(),
        seconds: 0,
        direction: Direction::Out,
        outcome: outcome.into(),
        answers: effect.map(answer).into_iter().collect(),
        remarks: vec![],
        phone_line: Some(LINE),
        agreed_at: None,
        who_when: None,
        new_phone: None,
        best_time: None,
        sold_car: vec![],
        note: None,
        script_version: None,
        tasks: None,
        booking: None,
        confirmed: true,
        case_fields: vec![],
    }
}

#[tokio::test]
async fn every_end_of_a_recall_moves_its_case_and_can_be_taken_back() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        let task = c.recall_task_id.unwrap();
        let line: One<kernel::ContactId> = w.db.reads().get(&CARE_CONTACT_OF, args![task]).await.unwrap();
        minutes(w, 180);
        for (outcome, effect, want) in [
            ("refused", None, Some(RecallEnd::Refused)),
            ("opted_out", None, Some(RecallEnd::OptedOut)),
            ("complete", None, Some(RecallEnd::Unjudged)),
            ("partial", Some(Effect::Neutral), Some(RecallEnd::Unjudged)),
            ("no_answer", None, None),
        ] {
            let new = recalled(w, line.0, task, outcome, effect);
            let saved = transact!(w.db, &staff.agent, |tx| { attempts::save(tx, &new).await }).expect(outcome);
            let moved = the_case(w, 700).await;
            assert_eq!(moved.recall_end, want, "{outcome}");
            let state = if want.is_some() { StateKey::Undecided } else { StateKey::Recall };
            assert_eq!(moved.state, state, "{outcome}");
            assert!(moved.next_due_at.is_some(), "{outcome}: somebody has to act");
            transact!(w.db, &staff.agent, |tx| { attempts::revoke(tx, saved.attempt).await }).expect(outcome);
            let back = the_case(w, 700).await;
            assert_eq!((back.state, back.recall_task_id), (StateKey::Recall, Some(task)), "{outcome}");
            let task: One<String> = w.db.reads().get(&CARE_TASK_STATE, args![task]).await.unwrap();
            assert_eq!(task.0, "open", "{outcome}");
        }
        assert_eq!(notices(w, 3, "case_recall_lapsed").await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_recall_is_taken_back_however_long_the_course_is() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        answered(w, &staff, &c, 710, true).await;
        transact!(w.db, &w.system(), |tx| {
            for n in 0..220i64 {
                let id = tx.new_id::<kernel::Event>();
                tx.exec(&CARE_AGE_STEPS, args![id.raw() + n, w.group, w.store, c.id]).await?;
            }
            Ok(())
        })
        .unwrap();
        revoke(w, &staff.agent, 710).await;
        assert_eq!(the_case(w, 700).await.state, StateKey::Recall);
    })
    .await;
}
