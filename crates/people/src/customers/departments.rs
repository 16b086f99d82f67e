//! A manager sees the department's own customers, everywhere.

use kernel::{Cap, CustomerId, Department, PersonName, Plate, Problem, Reach, Result, Scope, Vin};
use platform::transact;
use testkit::{World, on_both};

use super::{card, seen, store};
use crate::intake::input::{CarIn, OwnerIn};
use crate::intake::{CustomerIn, DeliveryIn, Recording, RepairOrderIn, apply};
use crate::{search, timeline, vehicles};

fn owner(name: &str) -> OwnerIn {
    OwnerIn { name: PersonName::parse(name).ok(), ..OwnerIn::default() }
}
fn car(n: i64) -> CarIn {
    CarIn {
        vin: Vin::parse(&format!("LSVNV2182E200{n:04}")).ok(),
        plate: Plate::parse(&format!("川A7K3Q{n}")).ok(),
        ..CarIn::default()
    }
}

/// 来修的 came to the workshop, 买车的 bought a car, 两样的 both, 名单里的 neither.
async fn furnish(w: &World) -> Vec<(String, CustomerId)> {
    let mut made = Vec::new();
    let visit = |number: &str, name: &str, n: i64| RepairOrderIn {
        number: Some(number.into()),
        opened: Some(kernel::StoreDateTime { date: "2026-11-18".parse().expect("day"), time: None }),
        owner: owner(name),
        car: car(n),
        ..RepairOrderIn::default()
    };
    let sale = |name: &str, n: i64| DeliveryIn {
        delivered_on: "2026-11-10".parse().expect("day"),
        owner: owner(name),
        car: car(n),
        customer_code: None,
        consultant: None,
        price: None,
        note: None,
        cancelled: false,
    };
    let how = Recording::by_hand(w.store);
    let visits = [visit("1", "来修的", 1), visit("2", "两样的", 3)];
    let sales = [sale("买车的", 2), sale("两样的", 3)];
    let file = [CustomerIn { owner: owner("名单里的"), ..CustomerIn::default() }];
    let done: Result<_> = transact!(w.db, &w.system(), |tx| {
        let mut all = apply(tx, &how, &visits).await?;
        all.extend(apply(tx, &how, &sales).await?);
        all.extend(apply(tx, &how, &file).await?);
        Ok(all)
    });
    for verdict in done.expect("recorded") {
        let id = verdict.customer.customer.expect("a customer");
        let name = store::names(&mut w.db.reads(), w.group, &[id]).await.expect("names").remove(0).1;
        if !made.iter().any(|(_, known)| *known == id) {
            made.push((name, id));
        }
    }
    made
}

fn manager(w: &World, department: Option<Department>, reach: Reach) -> Scope {
    w.scope(kernel::UserId::new(7), department, &[(Cap::CustomerRead, reach)])
}

#[tokio::test]
async fn 经理看本部门的客户_处处如此() {
    on_both(async |w| {
        let all = furnish(w).await;
        assert_eq!(all.len(), 4, "{all:?}");
        let service = ["两样的", "来修的"];
        let showroom = ["两样的", "买车的"];
        let everybody = ["两样的", "买车的", "名单里的", "来修的"];
        for (department, reach, want) in [
            (Some(Department::Service), Reach::Department, &service[..]),
            (Some(Department::Showroom), Reach::Department, &showroom[..]),
            (Some(Department::Care), Reach::Department, &everybody[..]),
            (Some(Department::Service), Reach::Store, &everybody[..]),
            (None, Reach::Department, &[]),
        ] {
            let scope = manager(w, department, reach);
            let q = &mut w.db.reads();
            let sorted = |mut names: Vec<String>| {
                names.sort();
                names
            };
            let mut want: Vec<String> = want.iter().map(|n| (*n).to_owned()).collect();
            want.sort();
            let listed = store::list(q, &scope, CustomerId::new(i64::MAX), 50).await.expect("listed");
            assert_eq!(sorted(listed.into_iter().map(|r| r.name).collect()), want, "list of {department:?}");
            let ids: Vec<CustomerId> = all.iter().map(|(_, id)| *id).collect();
            assert_eq!(seen(q, &scope, &ids).await.expect("seen").len(), want.len());
            let hits = search::find(q, &scope, "的", 50).await.expect("found");
            assert_eq!(sorted(hits.into_iter().map(|h| h.name).collect()), want, "search of {department:?}");
            for (name, id) in &all {
                let may = want.contains(name);
                let found = search::find(q, &scope, name, 5).await.expect("found");
                assert_eq!(found.len(), usize::from(may), "{name} by name, {department:?}");
                for outcome in
                    [card(q, &scope, *id).await.map(|_| ()), timeline::of(q, &scope, *id, None, 20).await.map(|_| ())]
                {
                    match outcome {
                        Ok(()) => assert!(may, "{department:?} opens {name}"),
                        Err(Problem::NotFound) => assert!(!may, "{department:?} does not find {name}"),
                        Err(other) => panic!("{other}"),
                    }
                }
                for owned in vehicles::of_customer(q, w.group, *id).await.expect("cars") {
                    let told = vehicles::store::car(q, &scope, owned.id).await;
                    assert_eq!(told.is_ok(), may, "the car of {name}, {department:?}");
                }
            }
        }
        // Another store's manager sees none of them.
        let there = w.scope_at(
            w.group,
            w.second,
            kernel::UserId::new(8),
            Some(Department::Service),
            &[(Cap::CustomerRead, Reach::Department)],
        );
        assert!(search::find(&mut w.db.reads(), &there, "的", 50).await.expect("found").is_empty());
        assert!(
            store::list(&mut w.db.reads(), &there, CustomerId::new(i64::MAX), 50).await.expect("listed").is_empty()
        );
    })
    .await;
}
