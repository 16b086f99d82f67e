use super::*;
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
        assert_eq!(got[0].customer.how, How::VinName);
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
