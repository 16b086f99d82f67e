use super::*;
use crate::customers;
use crate::vehicles;
use testkit::on_both;

#[tokio::test]
async fn a_row_that_made_everything_takes_everything_along() {
    on_both(async |w| {
        let mut row = order("1", "陈帆", &[A], 1);
        row.customer_code = Some("K1".into());
        row.visitor = Some(VisitorIn { name: name("赵六"), phones: vec![phone(C)] });
        import(w, 1, 1, std::slice::from_ref(&row)).await;
        let out = undo(w, 1, 1).await;
        assert!(out.is_clean(), "{out:?}");
        assert_eq!(counts(w).await, [0; 10]);
        assert!(crate::search::find(&mut w.db.reads(), &w.system(), "陈帆", 10).await.expect("search").is_empty());
        assert_eq!(events(w, "repair_orders_cancelled").await, 1);
        // Nothing left to undo; and the row can come in again.
        assert_eq!(undo(w, 1, 1).await, UndoOutcome::default());
        assert_eq!(kinds(&import(w, 2, 1, &[row]).await), [Kind::New]);
    })
    .await;
}

#[tokio::test]
async fn rows_go_from_the_last_to_the_first() {
    on_both(async |w| {
        import(w, 1, 1, &[order("1", "陈帆", &[A], 1), order("2", "陈帆", &[A, B], 2)]).await;
        let early = undo(w, 1, 1).await;
        assert_eq!(early.kept.iter().map(|k| (k.0, k.2)).collect::<Vec<_>>(), [(Entity::Customer, Reason::HasVisits)]);
        let mut later = undo(w, 1, 2).await;
        later.undone.sort();
        let undone: Vec<_> = later.undone.iter().map(|u| u.0).collect();
        assert_eq!(undone, [Entity::Phone, Entity::Vehicle, Entity::RepairOrder]);
        assert!(undo(w, 1, 1).await.is_clean());
        assert_eq!(counts(w).await, [0; 10]);
    })
    .await;
}

#[tokio::test]
async fn a_value_is_restored_only_where_it_is_still_the_imported_one() {
    on_both(async |w| {
        let mut row = order("1", "陈帆", &[A], 1);
        row.amount = Some(kernel::Fen(100));
        row.advisor = Some("邓超群".into());
        let first = import(w, 1, 1, std::slice::from_ref(&row)).await;
        let facts = async || {
            let f = vehicles::visit_facts(&mut w.db.reads(), w.group, &[id(first[0].subject)]).await.expect("facts");
            (f[0].amount_fen.map(|f| f.0), f[0].advisor.clone())
        };
        let mut second = row.clone();
        second.amount = Some(kernel::Fen(200));
        second.advisor = Some("梁雨".into());
        import(w, 2, 1, std::slice::from_ref(&second)).await;
        assert!(undo(w, 2, 1).await.is_clean());
        assert_eq!(facts().await, (Some(100), Some("邓超群".into())));
        assert_eq!(kinds(&preview(w, std::slice::from_ref(&row)).await), [Kind::Same], "as if it had never come");

        import(w, 3, 1, std::slice::from_ref(&second)).await;
        let mut third = second.clone();
        third.amount = Some(kernel::Fen(300));
        import(w, 4, 1, &[third]).await;
        let out = undo(w, 3, 1).await;
        assert_eq!(out.kept.iter().map(|k| (k.0, k.2)).collect::<Vec<_>>(), [(Entity::RepairOrder, Reason::Changed)]);
        assert_eq!(facts().await, (Some(300), Some("邓超群".into())), "the later amount stays");
        // The row that made the order cannot go: a later import changed it.
        assert_eq!(undo(w, 1, 1).await.kept[0].2, Reason::Changed);
    })
    .await;
}

#[tokio::test]
async fn ownership_goes_back_with_its_delivery() {
    on_both(async |w| {
        let first = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        import(w, 2, 1, &[delivery("孙七", &[C], 1, "2026-11-20")]).await;
        assert!(undo(w, 2, 1).await.is_clean());
        let cars = vehicles::of_customer(&mut w.db.reads(), w.group, who(&first[0])).await.expect("cars");
        assert_eq!((cars.len(), cars[0].until_day), (1, None));
        assert_eq!(counts(w).await, [1, 1, 1, 1, 1, 0, 1, 0, 0, 1]);
        let found = crate::search::find(&mut w.db.reads(), &w.system(), "E2000001", 10).await.expect("search");
        assert_eq!(found[0].customer, who(&first[0]));
    })
    .await;
}

#[tokio::test]
async fn what_a_person_did_since_stays() {
    on_both(async |w| {
        let first = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let chen = who(&first[0]);
        within(w, async |tx| customers::add_phone(tx, chen, &phone(B), &customers::Whose::default()).await).await;
        let out = undo(w, 1, 1).await;
        assert_eq!(out.kept.iter().map(|k| (k.0, k.2)).collect::<Vec<_>>(), [(Entity::Customer, Reason::Changed)]);
        assert!(customers::card(&mut w.db.reads(), &w.system(), chen).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn customer_rows_are_taken_back_field_by_field() {
    on_both(async |w| {
        import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let before = counts(w).await;
        let row = CustomerIn {
            code: Some("K7".into()),
            owner: owner("陈帆", &[A]),
            other_phones: vec![phone(B)],
            region: Some("四川 成都".into()),
            car: Some(CarIn { vin: Some(vin(5)), ..CarIn::default() }),
            ..CustomerIn::default()
        };
        let done = import(w, 2, 1, &[row]).await;
        let out = undo(w, 2, 1).await;
        assert!(out.is_clean(), "{out:?}");
        assert_eq!(counts(w).await, before);
        let card = customers::card(&mut w.db.reads(), &w.system(), who(&done[0])).await.expect("card");
        assert_eq!(card.file.region, None);
    })
    .await;
}
