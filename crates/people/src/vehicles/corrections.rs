//! A delivery was entered for the wrong car or day: correcting it puts right who owned what since when.

use kernel::{Cap, PersonName, Problem, Reach, Result, Vin};
use platform::transact;
use testkit::on_both;

use super::edit_delivery::{DeliveryForm, save_delivery};
use super::store;
use crate::intake::input::{CarIn, OwnerIn};
use crate::intake::tests::events;
use crate::intake::{DeliveryIn, Recording, RepairOrderIn, apply};
use crate::search;

const A: &str = "LSVNV2182E2000001";
const B: &str = "LSVNV2182E2000002";

fn owner(name: &str) -> OwnerIn {
    let number = if name == "陈帆" { "13800000072" } else { "13800000071" };
    OwnerIn {
        name: PersonName::parse(name).ok(),
        phones: kernel::Phone::parse(number).into_iter().collect(),
        ..OwnerIn::default()
    }
}
fn car(vin: &str) -> CarIn {
    CarIn { vin: Vin::parse(vin).ok(), ..CarIn::default() }
}
fn visit(number: &str, name: &str, vin: &str) -> RepairOrderIn {
    RepairOrderIn {
        number: Some(number.into()),
        opened: Some(kernel::StoreDateTime { date: "2026-11-02".parse().expect("day"), time: None }),
        owner: owner(name),
        car: car(vin),
        ..RepairOrderIn::default()
    }
}

#[tokio::test]
async fn 交车改日期再改车_归属随之更正() {
    on_both(async |w| {
        let how = Recording::by_hand(w.store);
        let sale = DeliveryIn {
            delivered_on: "2026-11-10".parse().expect("day"),
            customer_code: None,
            owner: owner("陈帆"),
            car: car(A),
            consultant: None,
            price: None,
            note: None,
            cancelled: false,
        };
        let visits = [visit("1", "孙七", A), visit("2", "陈帆", B)];
        let made: Result<_> = transact!(w.db, &w.system(), |tx| {
            let mut all = apply(tx, &how, &visits).await?;
            all.extend(apply(tx, &how, std::slice::from_ref(&sale)).await?);
            Ok(all)
        });
        let who: Vec<_> = made.expect("recorded").iter().map(|v| v.customer.customer.expect("somebody")).collect();
        let (sun, chen) = (who[0], who[2]);
        let q = &mut w.db.reads();
        let key = [format!("{A}|2026-11-10")];
        let row = store::deliveries_by_key(q, w.group, w.store, &key).await.expect("found").remove(0);
        let (a, b) = (row.vehicle_id, store::cars_of(q, w.group, &[chen]).await.expect("cars"));
        let b = b.iter().find(|c| c.vin.as_ref().is_some_and(|v| v.expose() == B)).expect("the other car").id;
        let scope = w.scope(
            w.user(5, "沈雯").await,
            None,
            &[(Cap::CustomerRead, Reach::Store), (Cap::CustomerEdit, Reach::Store)],
        );
        let spans = async || {
            let mut all: Vec<String> = store::ownerships(&mut w.db.reads(), w.group, &[a])
                .await
                .expect("spans")
                .into_iter()
                .map(|o| {
                    let name = if o.customer_id == sun { "孙七" } else { "陈帆" };
                    let until = o.until_day.map_or("now".into(), |d| d.to_string());
                    format!("{name} {} {until}", o.from_day)
                })
                .collect();
            all.sort();
            all
        };
        let form = |car, day: &str| DeliveryForm {
            vehicle: Some(car),
            delivered_on: day.parse().expect("day"),
            consultant: Some("梁雨".into()),
            price: None,
            note: None,
            cancelled: false,
        };
        assert_eq!(spans().await, ["孙七 2026-11-02 2026-11-10", "陈帆 2026-11-10 now"]);

        save_delivery(&w.db, &scope, row.id, row.version, &form(a, "2026-11-12")).await.expect("another day");
        assert_eq!(spans().await, ["孙七 2026-11-02 2026-11-12", "陈帆 2026-11-12 now"]);

        save_delivery(&w.db, &scope, row.id, row.version + 1, &form(b, "2026-11-13")).await.expect("another car");
        assert_eq!(spans().await, ["孙七 2026-11-02 now"], "the car goes back to whom it belongs");
        let now = store::delivery(&mut w.db.reads(), &scope, row.id).await.expect("found");
        assert_eq!((now.vehicle_id, now.business_key.as_str()), (b, &*format!("{B}|2026-11-13")));
        assert_eq!(events(w, "delivery_moved").await, 1, "the car it stood for hears of it");
        let hits = search::find(&mut w.db.reads(), &scope, A, 5).await.expect("found");
        assert_eq!(hits.iter().map(|h| (h.customer, h.former)).collect::<Vec<_>>(), [(sun, false)]);

        let stale = save_delivery(&w.db, &scope, row.id, row.version, &form(a, "2026-11-12")).await;
        assert!(matches!(stale, Err(Problem::Conflict(_))));
    })
    .await;
}
