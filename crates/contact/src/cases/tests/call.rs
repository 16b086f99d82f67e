//! From the call to the case, in one transaction.

use kernel::{Id, Problem, Result};
use platform::db::Tx;
use platform::events::Wire;
use serde_json::json;
use testkit::{START, on_both_wired};

use super::world::*;
use crate::cases::model::StateKey;
use crate::cases::ports::{CallRecorded, StaffLeft};
use crate::cases::{jobs, on_call, store};

#[tokio::test]
async fn one_case_per_call_with_all_its_points() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        let points = vec![
            complaint("空调异响三次没修好。师傅说听不出来"),
            bad("cleanliness", "dissatisfied", "other"),
            bad("repeat_repair", "yes", "A7.3.3"),
        ];
        let mut e = call(700, w.store, points);
        // What the agent asked for while the customer was on the line.
        let asked = [("demand", " 更换压缩机 "), ("visits_count", "很多"), ("price_range", "与本类无关")];
        e.case_fields = asked.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
        record(w, &staff.agent, &e).await.unwrap();
        // The same news again makes no second case.
        record(w, &staff.agent, &e).await.unwrap();
        assert_eq!((count(w, &CASES).await, count(w, &ANSWERS).await), (1, 2));

        let c = the_case(w, 700).await;
        assert_eq!((c.number, c.kind.as_str(), c.title.as_str()), (1, "A7.3.3", "空调异响三次没修好"));
        assert_eq!(c.owner_id, Some(Id::new(3)), "the only manager of the department is the named person");
        assert_eq!(c.opened_by, Some(Id::new(1)));
        assert_eq!((c.contact_due_at, c.next_due_at), (START.plus_hours(24), Some(START.plus_hours(24))));
        assert_eq!((c.subject_kind.as_deref(), c.subject_id), (Some("repair_order"), Some(400)));
        assert_eq!((c.phone_line_id, c.vehicle_id), (Some(LINE), Some(Id::new(300))));
        assert_eq!(
            c.fields,
            json!({
                "brand": "斯柯达", "degree": "plain", "demand": "更换压缩机", "fault": "空调异响检查", "last_visit": "2026-11-17",
                "mileage_km": "41260", "plate": "川A7K3Q2", "purchase_date": "2023-06-30", "region": "成都",
                "station": "示范店", "vin": "LSVAA4187E2000001", "visits_count": "2"
            }),
            "what does not read is left to be asked; two visits in 90 days"
        );
        let points = store::points(&mut w.db.reads(), w.group, c.id).await.unwrap();
        let kinds: Vec<_> = points.iter().map(|p| p.kind.as_str()).collect();
        assert_eq!(kinds, ["A7.3.3", "other", "other"]);
        assert_eq!(count(w, &BLOCKS).await, 1);
        assert_eq!((notices(w, 3, "case_opened").await, notices(w, 4, "case_opened").await), (1, 0));
        assert_eq!((of_timeline(w, "case_opened").await, audits(w, "case.opened").await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn calls_without_bad_news_make_none() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        record(w, &staff.agent, &call(700, w.store, vec![])).await.unwrap();
        assert_eq!((count(w, &CASES).await, count(w, &BLOCKS).await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn without_a_visit_to_look_at_the_case_is_made_all_the_same() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        let mut point = bad("repeat_repair", "yes", "A7.3.3");
        point.task = Id::new(599);
        record(w, &staff.agent, &call(700, w.store, vec![point])).await.unwrap();
        assert_eq!(
            the_case(w, 700).await.fields,
            json!({ "region": "成都" }),
            "the customer is known, the visit is not"
        );
    })
    .await;
}

async fn trips(_: &mut Tx, _: &CallRecorded) -> Result<()> {
    Err(Problem::Refused("too-large"))
}

fn broken_wire() -> Wire {
    Wire::default()
        .listen(|tx, e: &CallRecorded| Box::pin(on_call(tx, e)))
        .listen(|tx, e: &CallRecorded| Box::pin(trips(tx, e)))
}

#[tokio::test]
async fn a_failing_listener_leaves_neither_answer_nor_case() {
    on_both_wired(broken_wire, async |w| {
        let staff = furnish(w).await;
        let e = call(700, w.store, vec![bad("repeat_repair", "yes", "A7.3.3")]);
        assert!(matches!(record(w, &staff.agent, &e).await, Err(Problem::Refused(_))));
        assert_eq!((count(w, &ANSWERS).await, count(w, &CASES).await, count(w, &BLOCKS).await), (0, 0, 0));
        assert_eq!(notices(w, 3, "case_opened").await, 0);
    })
    .await;
}

#[tokio::test]
async fn two_managers_leave_the_case_to_be_taken() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        let second = second_manager(w).await;
        record(w, &staff.agent, &call(700, w.store, vec![bad("waiting", "dissatisfied", "other")])).await.unwrap();
        let c = the_case(w, 700).await;
        assert_eq!(c.owner_id, None);
        assert_eq!((notices(w, 3, "case_opened").await, notices(w, 6, "case_opened").await), (1, 1));
        crate::cases::take(&w.db, &second, c.id, c.version).await.unwrap();
        // The other one looked at the version before.
        let late = crate::cases::take(&w.db, &staff.service, c.id, c.version).await;
        assert!(matches!(late, Err(Problem::Conflict("case-changed"))));
        assert_eq!(the_case(w, 700).await.owner_id, Some(Id::new(6)));
    })
    .await;
}

#[tokio::test]
async fn an_untouched_case_goes_with_its_call_and_a_touched_one_stays() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        record(w, &staff.agent, &call(700, w.store, vec![bad("waiting", "dissatisfied", "other")])).await.unwrap();
        record(w, &staff.agent, &call(701, w.store, vec![bad("repeat_repair", "yes", "A7.3.3")])).await.unwrap();
        let touched = the_case(w, 701).await;
        crate::cases::note(&w.db, &staff.service, touched.id, touched.version, "已看过工单").await.unwrap();
        assert_eq!(count(w, &BLOCKS).await, 2);
        revoke(w, &staff.agent, 700).await;
        revoke(w, &staff.agent, 701).await;
        let gone = the_case(w, 700).await;
        assert!(gone.withdrawn_at.is_some() && gone.next_due_at.is_none());
        let stays = the_case(w, 701).await;
        assert_eq!((stays.withdrawn_at, stays.state), (None, StateKey::Waiting));
        let steps = store::steps(&mut w.db.reads(), w.group, stays.id).await.unwrap();
        assert_eq!(steps[0].kind, crate::cases::StepKind::CallRevoked);
        assert_eq!((count(w, &BLOCKS).await, count(w, &CASES).await), (1, 1));
        // Twice changes nothing.
        revoke(w, &staff.agent, 700).await;
        assert_eq!(the_case(w, 700).await.version, gone.version);
    })
    .await;
}

#[tokio::test]
async fn overdue_contact_reaches_the_general_manager_once() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        record(w, &staff.agent, &call(700, w.store, vec![bad("waiting", "dissatisfied", "other")])).await.unwrap();
        record(w, &staff.agent, &call(701, w.store, vec![bad("repeat_repair", "yes", "A7.3.3")])).await.unwrap();
        let met = the_case(w, 701).await;
        crate::cases::contact(&w.db, &staff.service, met.id, met.version, "已致电").await.unwrap();
        minutes(w, 24 * 60);
        assert_eq!(jobs::overdue(&w.db, w.db.clock().now()).await.unwrap(), 0, "at the very minute it is not over");
        minutes(w, 1);
        assert_eq!(jobs::overdue(&w.db, w.db.clock().now()).await.unwrap(), 1);
        assert_eq!(jobs::overdue(&w.db, w.db.clock().now()).await.unwrap(), 0);
        assert_eq!((notices(w, 5, "case_escalated").await, the_case(w, 701).await.escalated_at), (1, None));

        let c = the_case(w, 700).await;
        let not_hers = crate::cases::decide(&w.db, &staff.service, c.id, c.version, "先免工时费").await;
        assert!(matches!(not_hers, Err(Problem::Forbidden)));
        crate::cases::decide(&w.db, &staff.general, c.id, c.version, "先免工时费").await.unwrap();
        assert_eq!(notices(w, 3, "case_decided").await, 1);
        let met = the_case(w, 701).await;
        let plain = crate::cases::decide(&w.db, &staff.general, met.id, met.version, "x").await;
        assert!(matches!(plain, Err(Problem::Refused("case-not-escalated"))));
    })
    .await;
}

#[tokio::test]
async fn cases_of_somebody_who_leaves_are_handed_over() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        record(w, &staff.agent, &call(700, w.store, vec![bad("waiting", "dissatisfied", "other")])).await.unwrap();
        let second = second_manager(w).await;
        let left = |user: i64, successor: Option<i64>| StaffLeft {
            user: Id::new(user),
            successor: successor.map(Id::new),
            store: w.store,
        };
        // The sales manager may not handle the service department's cases.
        platform::transact!(w.db, &w.system(), |tx| { tx.record(&left(3, Some(4))).await }).unwrap();
        assert_eq!(the_case(w, 700).await.owner_id, None);
        assert_eq!(notices(w, 6, "case_handed_over").await, 1);
        let c = the_case(w, 700).await;
        crate::cases::take(&w.db, &staff.service, c.id, c.version).await.unwrap();
        platform::transact!(w.db, &w.system(), |tx| { tx.record(&left(3, second.user.map(|u| u.raw()))).await })
            .unwrap();
        assert_eq!(the_case(w, 700).await.owner_id, second.user);
    })
    .await;
}
