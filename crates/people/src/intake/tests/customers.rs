use super::*;
use crate::customers;
use testkit::on_both;

fn coded(code: &str, mut row: RepairOrderIn) -> RepairOrderIn {
    row.customer_code = Some(code.into());
    row
}

#[tokio::test]
async fn matching_on_the_database_first_hit() {
    on_both(async |w| {
        let known = import(w, 1, 1, &[coded("K1", order("1", "陈帆", &[A], 1)), order("2", "王五", &[B], 2)]).await;
        let (chen, wang) = (who(&known[0]), who(&known[1]));
        let rows = [
            // The number of the system, whatever else the row says.
            (coded("K1", order("3", "李四", &[B], 2)), Some(chen), How::Code),
            // VIN and phone; VIN and name.
            (order("4", "李四", &[A], 1), Some(chen), How::VinPhone),
            (order("5", "陈帆", &[], 1), Some(chen), How::VinName),
            // Phone and name, with another car.
            (order("6", "王五", &[B], 9), Some(wang), How::PhoneName),
            // Phone alone, nobody named.
            (order("7", "", &[B], 0), Some(wang), How::Phone),
            // Nothing said: whoever has the car.
            (order("8", "", &[], 2), Some(wang), How::Vin),
            // Contradicted: new.
            (order("9", "孙七", &[B], 0), None, How::New),
            (order("10", "孙八", &[C], 1), None, How::New),
        ];
        for (row, want, how) in &rows {
            let got = preview(w, std::slice::from_ref(row)).await;
            assert_eq!((got[0].customer.customer, got[0].customer.how), (*want, *how), "{:?}", row.number);
        }
        let note = &preview(w, std::slice::from_ref(&rows[1].0)).await[0].notes[0];
        assert_eq!((note.code.as_str(), note.from.as_str(), note.to.as_str()), ("owner-changed", "陈帆", "李四"));
    })
    .await;
}

#[tokio::test]
async fn a_differing_name_or_phone_overwrites_nothing() {
    on_both(async |w| {
        let known = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let next = import(w, 2, 1, &[order("2", "李四", &[A, B], 1)]).await;
        assert_eq!(who(&next[0]), who(&known[0]), "the visit goes to the matched person");
        let card = customers::card(&mut w.db.reads(), &w.system(), who(&known[0])).await.expect("card");
        assert_eq!(card.file.name, "陈帆");
        let lines: Vec<_> = card.lines.iter().map(|l| (l.phone.expose(), l.rank)).collect();
        assert_eq!(lines, [(A, 0), (B, 1)], "a new number is a further line");
    })
    .await;
}

#[tokio::test]
async fn a_missing_name_is_filled_in() {
    on_both(async |w| {
        let known = import(w, 1, 1, &[order("1", "", &[A], 1)]).await;
        let next = import(w, 2, 1, &[order("2", "陈帆", &[A], 1)]).await;
        assert_eq!(who(&next[0]), who(&known[0]));
        let card = customers::card(&mut w.db.reads(), &w.system(), who(&known[0])).await.expect("card");
        assert_eq!((card.file.name.as_str(), card.file.version), ("陈帆", 2));
    })
    .await;
}

#[tokio::test]
async fn somebody_new_is_listed_beside_whom_they_resemble() {
    on_both(async |w| {
        let known = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let new = import(w, 2, 1, &[order("2", "孙七", &[A], 0)]).await;
        let twins = customers::store::twins(&mut w.db.reads(), &w.system(), who(&known[0])).await.expect("twins");
        assert_eq!(twins.iter().map(|t| (t.id, t.why.as_str())).collect::<Vec<_>>(), [(who(&new[0]), "phone")]);
    })
    .await;
}

#[tokio::test]
async fn customer_files_fill_and_never_contradict() {
    on_both(async |w| {
        let known = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let row = CustomerIn {
            code: Some("K7".into()),
            owner: owner("陈帆", &[A]),
            other_phones: vec![phone(B)],
            gender: Some(customers::Gender::Male),
            birthday: Some(("1988-03-12".parse().expect("day"), customers::BirthdayKind::Solar)),
            region: Some("四川 成都".into()),
            car: Some(CarIn { vin: Some(vin(5)), series: Some("速派".into()), ..CarIn::default() }),
            purchased_on: Some("2023-06-30".parse().expect("day")),
            ..CustomerIn::default()
        };
        let seen = preview(w, std::slice::from_ref(&row)).await;
        assert_eq!((seen[0].kind, who(&seen[0])), (Kind::Changed, who(&known[0])));
        assert_eq!(seen[0].fields, ["code", "phone", "region", "birthday", "gender", "car"]);
        import(w, 2, 1, std::slice::from_ref(&row)).await;
        let (before, v) = (counts(w).await, versions(w).await);
        assert_eq!(kinds(&import(w, 3, 1, std::slice::from_ref(&row)).await), [Kind::Same]);
        assert_eq!((counts(w).await, versions(w).await), (before, v));
        let mut other = row.clone();
        other.gender = Some(customers::Gender::Female);
        let got = preview(w, &[other]).await;
        assert_eq!((got[0].kind, got[0].notes[0].code.as_str()), (Kind::Same, "gender-kept"));
        // Two lines of somebody new, one per car: one customer.
        let new = |car: u32| CustomerIn {
            owner: owner("何静怡", &[C]),
            car: Some(CarIn { vin: Some(vin(car)), ..CarIn::default() }),
            ..CustomerIn::default()
        };
        let two = import(w, 4, 1, &[new(20), new(21)]).await;
        assert_eq!(kinds(&two), [Kind::New, Kind::Changed]);
        assert_eq!(who(&two[0]), who(&two[1]));
    })
    .await;
}

#[tokio::test]
async fn another_store_sees_nothing_until_it_has_to_do_with_them() {
    on_both(async |w| {
        let known = by_hand(w, w.store, &[order("1", "陈帆", &[A], 1)]).await;
        let (here, there) = (w.system(), kernel::Scope::system(w.group, Some(w.second)));
        let elsewhere = kernel::Scope::system(w.other_group, Some(w.stranger));
        let mut q = w.db.reads();
        assert!(customers::card(&mut q, &here, who(&known[0])).await.is_ok());
        for scope in [&there, &elsewhere] {
            assert!(matches!(customers::card(&mut q, scope, who(&known[0])).await, Err(kernel::Problem::NotFound)));
            assert!(crate::search::find(&mut q, scope, "陈帆", 10).await.expect("search").is_empty());
            let newest = CustomerId::new(i64::MAX);
            assert!(customers::store::list(&mut q, scope, newest, 50).await.expect("list").is_empty());
        }
        // The same person comes to the second store: one customer of the group, two sights.
        let again = by_hand(w, w.second, &[order("1", "陈帆", &[A], 1)]).await;
        assert_eq!(who(&again[0]), who(&known[0]));
        assert!(customers::card(&mut q, &there, who(&known[0])).await.is_ok());
        assert_eq!(crate::search::find(&mut q, &there, "陈帆", 10).await.expect("search").len(), 1);
        // Each store's visits stay its own.
        let visits = crate::timeline::of(&mut q, &there, who(&known[0]), None, 50).await.expect("timeline");
        assert_eq!(visits.len(), 1);
    })
    .await;
}
