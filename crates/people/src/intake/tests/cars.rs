use super::*;
use crate::customers::store::Shown;
use crate::vehicles::{self, OwnedCar};
use testkit::on_both;

async fn cars_of(w: &World, verdict: &Verdict) -> Vec<OwnedCar> {
    vehicles::of_customer(&mut w.db.reads(), w.group, who(verdict)).await.expect("cars")
}
fn span(car: &OwnedCar) -> (String, Option<String>) {
    (car.from_day.to_string(), car.until_day.map(|d| d.to_string()))
}
fn day(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn a_visit_makes_an_owner_only_where_there_is_none() {
    on_both(async |w| {
        let first = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let other = import(w, 2, 1, &[order("2", "孙七", &[C], 1)]).await;
        assert_eq!(span(&cars_of(w, &first[0]).await[0]), ("2026-11-18".into(), None));
        assert!(cars_of(w, &other[0]).await.is_empty());
        assert_eq!(other[0].notes[0].code, "car-owner-differs");
    })
    .await;
}

#[tokio::test]
async fn a_delivery_ends_the_old_ownership() {
    on_both(async |w| {
        let first = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let next = import(w, 2, 1, &[delivery("孙七", &[C], 1, "2026-11-20")]).await;
        assert_eq!(span(&cars_of(w, &first[0]).await[0]), ("2026-11-18".into(), day("2026-11-20")));
        assert_eq!(span(&cars_of(w, &next[0]).await[0]), ("2026-11-20".into(), None));
        // Found by plate and VIN, the car leads to who has it now, and behind them to who had it.
        let found = crate::search::find(&mut w.db.reads(), &w.system(), "E2000001", 10).await.expect("search");
        let told: Vec<_> = found.iter().map(|h| (h.customer, h.former)).collect();
        assert_eq!(told, [(who(&next[0]), false), (who(&first[0]), true)]);
    })
    .await;
}

#[tokio::test]
async fn an_older_delivery_is_put_before() {
    on_both(async |w| {
        let now = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let old = import(w, 2, 1, &[delivery("孙七", &[C], 1, "2023-06-30")]).await;
        assert_eq!(span(&cars_of(w, &now[0]).await[0]), ("2026-11-18".into(), None));
        assert_eq!(span(&cars_of(w, &old[0]).await[0]), ("2023-06-30".into(), day("2026-11-18")));
        // One's own older delivery only moves the beginning.
        let own = import(w, 3, 1, &[delivery("陈帆", &[A], 1, "2026-10-01")]).await;
        assert_eq!(who(&own[0]), who(&now[0]));
        assert_eq!(span(&cars_of(w, &now[0]).await[0]), ("2026-10-01".into(), None));
    })
    .await;
}

#[tokio::test]
async fn a_person_may_end_it_too() {
    on_both(async |w| {
        let first = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let car = cars_of(w, &first[0]).await[0].id;
        let sold = "2026-11-19".parse().expect("day");
        let ended =
            within(w, async |tx| vehicles::end_ownership(tx, car, who(&first[0]), sold, "told in a call").await).await;
        assert!(ended);
        assert_eq!(span(&cars_of(w, &first[0]).await[0]).1, day("2026-11-19"));
        let found = crate::search::find(&mut w.db.reads(), &w.system(), "E2000001", 10).await.expect("search");
        assert_eq!(found.iter().map(|h| (h.customer, h.former)).collect::<Vec<_>>(), [(who(&first[0]), true)]);
    })
    .await;
}

#[tokio::test]
async fn a_plate_leads_to_its_car_and_takes_on_the_vin() {
    on_both(async |w| {
        let mut row = order("1", "陈帆", &[A], 0);
        row.car.plate = Some(plate("川A12345"));
        import(w, 1, 1, std::slice::from_ref(&row)).await;
        // Without a VIN: the plate's car and its owner by name.
        let mut next = row.clone();
        next.number = Some("2".into());
        next.owner = owner("陈帆", &[]);
        let got = import(w, 2, 1, &[next.clone()]).await;
        assert_eq!(got[0].customer.how, How::PlateName);
        // With a VIN from now on, and later another plate.
        next.number = Some("3".into());
        next.car.vin = Some(vin(1));
        import(w, 3, 1, &[next.clone()]).await;
        next.number = Some("4".into());
        next.car.plate = Some(plate("川AD12345"));
        let got = import(w, 4, 1, &[next]).await;
        assert_eq!((got[0].notes[0].code.as_str(), got[0].notes[0].to.as_str()), ("plate-changed", "川AD12345"));
        assert_eq!(counts(w).await[2], 1);
        let car = &cars_of(w, &got[0]).await[0];
        assert_eq!((car.vin.as_ref(), car.plate.as_ref()), (Some(&vin(1)), Some(&plate("川AD12345"))));
    })
    .await;
}

/// A plate went on to somebody else's car: two people, two cars, and a hint.
#[tokio::test]
async fn a_recycled_plate_merges_nobody() {
    on_both(async |w| {
        let mut old = order("1", "陈帆", &[A], 0);
        old.car.plate = Some(plate("川A12345"));
        let first = import(w, 1, 1, std::slice::from_ref(&old)).await;
        // With a VIN of its own, the plate and a new owner.
        let mut row = order("2", "孙七", &[C], 7);
        row.car.plate = Some(plate("川A12345"));
        let got = import(w, 2, 1, std::slice::from_ref(&row)).await;
        assert_eq!((got[0].customer.how, got[0].alike), (How::New, true));
        assert_ne!(who(&got[0]), who(&first[0]));
        assert_eq!(counts(w).await[2], 2, "the old car keeps its papers");
        assert!(cars_of(w, &first[0]).await[0].vin.is_none());
        assert_eq!(
            got[0].notes.iter().map(|n| (n.code.as_str(), n.from.as_str())).collect::<Vec<_>>(),
            [("alike-plate", "陈帆")]
        );
        // Without a VIN the same phone is not enough where the name contradicts, nor the plate where it agrees by half.
        let mut bare = order("3", "陈先生", &[], 0);
        bare.car.plate = Some(plate("川A12345"));
        assert_eq!(import(w, 3, 1, std::slice::from_ref(&bare)).await[0].customer.how, How::New);
        // The whole name and nothing else: the same file twice makes nobody twice.
        let mut again = order("4", "陈帆", &[], 0);
        again.car.plate = Some(plate("川A99999"));
        let known = import(w, 4, 1, std::slice::from_ref(&again)).await;
        again.number = Some("5".into());
        assert_eq!(who(&import(w, 5, 1, std::slice::from_ref(&again)).await[0]), who(&known[0]));
        // Both stand in the list of possible duplicates.
        let pairs = crate::customers::store::pairs(&mut w.db.reads(), &w.system(), Shown::default(), None, 10)
            .await
            .expect("pairs");
        let why: Vec<_> = pairs.iter().map(|p| (p.a_name.as_str(), p.b_name.as_str(), p.why.as_str())).collect();
        assert!(why.contains(&("陈帆", "孙七", "plate")), "{why:?}");
        let below = pairs.first().map(|p| (p.found_at, p.a, p.b));
        let rest = crate::customers::store::pairs(&mut w.db.reads(), &w.system(), Shown::default(), below, 10)
            .await
            .expect("pairs");
        assert_eq!(rest.len(), pairs.len() - 1, "page after page");
        let other = w.scope_at(w.group, w.second, w.user(5, "别店").await, None, &[]);
        assert!(
            crate::customers::store::pairs(&mut w.db.reads(), &other, Shown::default(), None, 10)
                .await
                .expect("pairs")
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_known_vin_changes_hands_only_when_that_is_said() {
    on_both(async |w| {
        use crate::vehicles::edit::{Added, CarForm, add_car};
        let first = import(w, 1, 1, &[order("1", "陈帆", &[A], 1)]).await;
        let next = import(w, 2, 1, &[order("2", "孙七", &[C], 2)]).await;
        let form = CarForm {
            car: CarIn {
                vin: Some(vin(1)),
                plate: Some(plate("川AD12345")),
                series: Some("明锐".into()),
                ..CarIn::default()
            },
            purchased_on: "2026-11-10".parse().ok(),
            mileage_km: Some(52_000),
        };
        let today = "2026-11-19".parse().expect("day");
        let (scope, to) = (w.system(), who(&next[0]));
        let asked = add_car(&w.db, &scope, to, &form, false, today).await.expect("asked");
        assert_eq!(asked, Added::AskFirst(vec!["陈帆".into()]));
        assert_eq!((cars_of(w, &first[0]).await.len(), cars_of(w, &next[0]).await.len()), (1, 1), "nothing happened");
        // Whose name one may not see is not told.
        let far = w.scope_at(w.group, w.second, w.user(5, "别店").await, None, &[]);
        within(w, async |tx| crate::customers::show_to(tx, &scope, &[to], w.second, SightWhy::Visit).await).await;
        let asked = add_car(&w.db, &far, to, &form, false, today).await.expect("asked");
        assert_eq!(asked, Added::AskFirst(vec![String::new()]));
        assert_eq!(add_car(&w.db, &scope, to, &form, true, today).await.expect("done"), Added::Done);
        let mine = cars_of(w, &next[0]).await;
        let car = mine.iter().find(|c| c.vin.as_ref() == Some(&vin(1))).expect("the car");
        assert_eq!((car.plate.as_ref(), car.series.as_deref()), (Some(&plate("川AD12345")), Some("明锐")));
        assert_eq!((car.mileage_km, span(car)), (Some(52_000), ("2026-11-10".into(), None)));
        assert!(cars_of(w, &first[0]).await.iter().all(|c| c.until_day.is_some()), "handed over");
        // One's own car is not asked about, and takes on what was typed.
        let form = CarForm {
            car: CarIn { vin: Some(vin(1)), colour: Some("白".into()), ..CarIn::default() },
            ..CarForm::default()
        };
        assert_eq!(add_car(&w.db, &scope, to, &form, false, today).await.expect("done"), Added::Done);
    })
    .await;
}

#[tokio::test]
async fn mileage_follows_the_latest_visit() {
    on_both(async |w| {
        let row = |n: &str, on: &str, km: i64| {
            let mut row = order(n, "陈帆", &[A], 1);
            row.opened = Some(at(on));
            row.mileage_km = Some(km);
            row
        };
        let got = import(w, 1, 1, &[row("1", "2026-11-10", 41_260), row("2", "2026-05-01", 30_000)]).await;
        assert_eq!(cars_of(w, &got[0]).await[0].mileage_km, Some(41_260));
        let back = import(w, 2, 1, &[row("3", "2026-11-18", 4_126)]).await;
        assert_eq!(back[0].notes[0].code, "mileage-back");
    })
    .await;
}
