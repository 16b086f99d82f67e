use super::*;
use crate::customers;
use crate::vehicles::{self, VisitState};
use testkit::on_both;

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    on_both(async |w| {
        let mut rows: Vec<RepairOrderIn> =
            (1..=30).map(|n| order(&format!("RO{n}"), &format!("陈{n}"), &[&format!("138000100{n:02}")], n)).collect();
        rows[3].visitor = Some(VisitorIn { name: name("赵六"), phones: vec![phone(C)] });
        rows[4].owner = owner("锦江机电设备厂", &[B]);
        let first = preview(w, &rows).await;
        assert_eq!(kinds(&first), vec![Kind::New; 30]);
        assert!(first.iter().all(|v| v.subject.is_none() && v.customer.customer.is_none()));
        assert_eq!(counts(w).await, [0; 10], "a preview leaves nothing");

        let done = import(w, 1, 1, &rows).await;
        assert_eq!(kinds(&done), vec![Kind::New; 30]);
        let (before, versions_before) = (counts(w).await, versions(w).await);
        assert_eq!(before, [30, 31, 30, 30, 30, 0, 30, 0, 0, 30]);
        assert_eq!(events(w, "repair_orders_recorded").await, 1);

        assert_eq!(kinds(&preview(w, &rows).await), vec![Kind::Same; 30]);
        let again = import(w, 2, 1, &rows).await;
        assert_eq!(kinds(&again), vec![Kind::Same; 30]);
        assert_eq!(again[7].subject, done[7].subject);
        assert_eq!((counts(w).await, versions(w).await), (before, versions_before));
        assert_eq!(events(w, "repair_orders_recorded").await, 1, "no news, no event");
    })
    .await;
}

#[tokio::test]
async fn two_batches_meet_the_same_customer() {
    on_both(async |w| {
        let first = import(w, 1, 1, &[order("1", "陈帆", &[A], 1), order("2", "陈帆", &[A], 1)]).await;
        assert_eq!(who(&first[0]), who(&first[1]), "within one batch");
        let second = import(w, 1, 3, &[order("3", "陈帆", &[A], 2)]).await;
        assert_eq!((who(&second[0]), second[0].customer.how), (who(&first[0]), How::PhoneName));
        assert_eq!(counts(w).await, [1, 1, 2, 2, 3, 0, 1, 0, 0, 3]);
    })
    .await;
}

#[tokio::test]
async fn of_rows_with_one_key_the_last_counts() {
    on_both(async |w| {
        let mut later = order("1", "陈帆", &[A], 1);
        later.amount = Some(kernel::Fen(138_600));
        let done = import(w, 1, 1, &[order("1", "陈帆", &[A], 1), later.clone()]).await;
        assert_eq!(kinds(&done), [Kind::Same, Kind::New]);
        assert_eq!(done[0].notes[0].code, "superseded");
        assert_eq!(done[0].subject, done[1].subject);
        assert_eq!(kinds(&import(w, 2, 1, &[order("1", "陈帆", &[A], 1), later]).await), [Kind::Same; 2]);
    })
    .await;
}

#[tokio::test]
async fn a_changed_row_says_which_fields_and_erases_nothing() {
    on_both(async |w| {
        let mut row = order("1", "陈帆", &[A], 1);
        row.items = vec!["保养".into()];
        row.advisor = Some("邓超群".into());
        let first = import(w, 1, 1, std::slice::from_ref(&row)).await;
        row.settled = Some(at("2026-11-19 17:40"));
        row.amount = Some(kernel::Fen(138_600));
        row.advisor = None;
        let seen = preview(w, std::slice::from_ref(&row)).await;
        assert_eq!(seen[0].fields, ["settled_on", "settled_min", "amount_fen"]);
        assert_eq!(seen[0].seen_version, Some(1));
        let done = import(w, 2, 1, std::slice::from_ref(&row)).await;
        assert_eq!(seen[0].fields, done[0].fields);
        let facts = vehicles::visit_facts(&mut w.db.reads(), w.group, &[id(first[0].subject)]).await.expect("facts");
        assert_eq!(facts[0].settled_on.map(|d| d.to_string()).as_deref(), Some("2026-11-19"));
        assert_eq!(facts[0].advisor.as_deref(), Some("邓超群"), "an empty cell erases nothing");
        assert_eq!(kinds(&preview(w, &[row]).await), [Kind::Same]);
    })
    .await;
}

#[tokio::test]
async fn cancelled_orders_end_and_come_back() {
    on_both(async |w| {
        let row = order("1", "陈帆", &[A], 1);
        let mut gone = row.clone();
        gone.cancelled = true;
        // Unknown and already cancelled: nothing to record.
        assert_eq!(kinds(&import(w, 1, 1, std::slice::from_ref(&gone)).await), [Kind::Cancelled]);
        assert_eq!(counts(w).await, [0; 10]);

        let first = import(w, 2, 1, std::slice::from_ref(&row)).await;
        assert_eq!(kinds(&import(w, 3, 1, std::slice::from_ref(&gone)).await), [Kind::Cancelled]);
        assert_eq!(events(w, "repair_orders_cancelled").await, 1);
        assert_eq!(events(w, "repair_orders_recorded").await, 1);
        assert_eq!(kinds(&import(w, 4, 1, &[gone]).await), [Kind::Same]);
        let facts = async || {
            let found =
                vehicles::visit_facts(&mut w.db.reads(), w.group, &[id(first[0].subject)]).await.expect("facts");
            found[0].state
        };
        assert_eq!(facts().await, VisitState::Cancelled);
        let back = import(w, 5, 1, &[row]).await;
        assert_eq!((back[0].kind, back[0].fields.as_slice()), (Kind::Changed, &["state"][..]));
        assert_eq!(facts().await, VisitState::Recorded);
    })
    .await;
}

#[tokio::test]
async fn a_visitor_is_a_contact_of_the_owner() {
    on_both(async |w| {
        let mut row = order("1", "锦江机电设备厂", &[], 1);
        row.visitor = Some(VisitorIn { name: name("赵六"), phones: vec![phone(C)] });
        let mut own = order("2", "陈帆", &[], 2);
        own.visitor = Some(VisitorIn { name: name("陈帆"), phones: vec![phone(A)] });
        let done = import(w, 1, 1, &[row, own]).await;
        let mut q = w.db.reads();
        let fleet = customers::card(&mut q, &w.system(), who(&done[0])).await.expect("card");
        assert_eq!(fleet.file.kind, customers::CustomerKind::Organisation);
        assert_eq!(fleet.lines[0].contact_name.as_deref(), Some("赵六"));
        assert_eq!(fleet.lines[0].contact_role, Some(customers::ContactRole::Visitor));
        let person = customers::card(&mut q, &w.system(), who(&done[1])).await.expect("card");
        assert_eq!(person.lines[0].contact_name, None, "named like the owner it is the owner's");
        let facts =
            vehicles::visit_facts(&mut q, w.group, &[id(done[0].subject), id(done[1].subject)]).await.expect("facts");
        let of = |v: &Verdict| facts.iter().find(|f| Some(f.id.raw()) == v.subject).expect("facts");
        assert_eq!(of(&done[0]).visitor_name.as_deref(), Some("赵六"));
        assert_eq!(of(&done[0]).phone_line_id, Some(fleet.lines[0].id));
        assert_eq!(of(&done[1]).visitor_name, None);
        // The next visit of the fleet with the same visitor finds it: phone and the company's name.
        let mut next = order("3", "锦江机电设备厂", &[], 3);
        next.visitor = Some(VisitorIn { name: name("赵六"), phones: vec![phone(C)] });
        let more = import(w, 1, 3, &[next]).await;
        assert_eq!((who(&more[0]), more[0].customer.how), (who(&done[0]), How::PhoneName));
    })
    .await;
}

#[tokio::test]
async fn without_a_number_car_and_time_are_the_key() {
    on_both(async |w| {
        let mut row = order("", "陈帆", &[A], 1);
        row.number = None;
        let mut afternoon = row.clone();
        afternoon.opened = Some(at("2026-11-18 15:30"));
        assert_eq!(kinds(&import(w, 1, 1, &[row.clone(), afternoon]).await), [Kind::New; 2]);
        assert_eq!(kinds(&import(w, 2, 1, &[row]).await), [Kind::Same]);
    })
    .await;
}
