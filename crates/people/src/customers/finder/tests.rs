//! Who may be one person is found, whoever is not is left alone; on both databases.

use kernel::{CustomerId, PersonName, Phone, Plate, Result, Vin};
use platform::db::Sql as _;
use platform::{args, stmt, transact};
use testkit::{World, on_both};

use super::{by_night, last, search};
use crate::customers::merge;
use crate::customers::store;
use crate::intake::input::{CarIn, OwnerIn};
use crate::intake::{Recording, RepairOrderIn, apply};

stmt!(T_ALL, "SELECT a AS k, b AS v FROM possible_duplicate ORDER BY a, b");
stmt!(T_WHY, "SELECT COUNT(*) AS v FROM possible_duplicate WHERE a=$1 AND b=$2 AND why=$3");
stmt!(T_CLEAR, "DELETE FROM possible_duplicate");
stmt!(T_TOLD, "UPDATE customer SET region=$2, birthday=$3 WHERE id=$1");
stmt!(T_NUMBER, "UPDATE customer_phone SET digits=$2 WHERE customer_id=$1");
stmt!(T_PLATE, "UPDATE vehicle SET plate=$2 WHERE vin=$1");

/// Each with a number and a car of their own: nothing that intake would match.
async fn enter(w: &World, n: u32, name: &str) -> CustomerId {
    let row = RepairOrderIn {
        number: Some(format!("N{n}")),
        opened: Some(kernel::StoreDateTime { date: "2026-11-18".parse().expect("day"), time: None }),
        owner: OwnerIn {
            name: Some(PersonName::parse(name).expect("name")),
            organisation: false,
            phones: vec![Phone::parse(&format!("139{:08}", n * 7_654_321 % 100_000_000)).expect("phone")],
        },
        car: CarIn {
            vin: Vin::parse(&format!("LSVNV2182E2{n:06}")).ok(),
            plate: Plate::parse(&format!("川A{:05}", n * 137 % 100_000)).ok(),
            ..CarIn::default()
        },
        ..RepairOrderIn::default()
    };
    let done: Result<Vec<_>> = transact!(w.db, &w.system(), |tx| {
        apply(tx, &Recording::by_hand(w.store), std::slice::from_ref(&row)).await
    });
    done.expect("recorded")[0].customer.customer.expect("somebody")
}

#[tokio::test]
async fn 每夜查重_同号同牌同音近似_找得出_不相干的不找() {
    on_both(async |w| {
        let mut all = Vec::new();
        for (n, name) in
            ["邓小雨", "邓晓雨", "石磊", "周游", "陳靜", "陈静", "王伟", "王伟", "李雷", "韩梅"].iter().enumerate()
        {
            all.push(enter(w, u32::try_from(n).expect("few") + 1, name).await);
        }
        let done: Result<()> = transact!(w.db, &w.system(), |tx| {
            tx.exec(&T_CLEAR, args![]).await?;
            // Homophones in one district.
            for id in [all[0], all[1]] {
                tx.exec(&T_TOLD, args![id, "成都锦江", None::<String>]).await?;
            }
            // One number, two names.
            for id in [all[2], all[3]] {
                tx.exec(&T_NUMBER, args![id, "13900000077"]).await?;
            }
            // Simplified and traditional, the last digit a slip.
            tx.exec(&T_NUMBER, args![all[4], "13811112222"]).await?;
            tx.exec(&T_NUMBER, args![all[5], "13811112223"]).await?;
            // One name, born on one day; and two plates that differ in 0 and O.
            for id in [all[6], all[7]] {
                tx.exec(&T_TOLD, args![id, None::<String>, "1990-01-01"]).await?;
            }
            tx.exec(&T_PLATE, args!["LSVNV2182E2000009", "川A0K777"]).await?;
            tx.exec(&T_PLATE, args!["LSVNV2182E2000010", "川AOK777"]).await.map(|_| ())
        });
        done.expect("told");
        let searched = search(&w.db, w.group).await.expect("searched");
        let pairs: Vec<(CustomerId, CustomerId)> = w.db.reads().all(&T_ALL, args![]).await.expect("pairs");
        let wanted: Vec<_> = all.chunks_exact(2).map(|two| (two[0], two[1])).collect();
        assert_eq!(pairs, wanted);
        assert_eq!((searched.looked, searched.found, searched.crowded), (10, 5, 0));
        for ((a, b), why) in wanted.iter().zip(["name-region", "phone", "name-number", "name-birthday", "plate"]) {
            assert_eq!(w.db.reads().count(&T_WHY, args![*a, *b, why]).await.expect("count"), 1, "{why}");
        }
        // Again, nothing is new; what was found to be two people, or became one, is not found again.
        let scope = merge_scope(w).await;
        merge::set_apart(&w.db, &scope, all[0], all[1]).await.expect("two");
        let rows = store::rows(&mut w.db.reads(), w.group, &[all[2], all[3]]).await.expect("rows");
        let version = |id| rows.iter().find(|r| r.id == id).expect("there").version;
        let choice =
            merge::Choice { kept_version: version(all[2]), gone_version: version(all[3]), ..merge::Choice::default() };
        merge::merge(&w.db, &scope, all[2], all[3], &choice).await.expect("merged");
        assert_eq!(search(&w.db, w.group).await.expect("searched").found, 0);
        assert!(store::twins(&mut w.db.reads(), &scope, all[0]).await.expect("twins").is_empty());
    })
    .await;
}

async fn merge_scope(w: &World) -> kernel::Scope {
    use kernel::{Cap, Reach};
    let user = w.user(5, "沈雯").await;
    w.scope(user, None, &[Cap::CustomerRead, Cap::CustomerMerge].map(|cap| (cap, Reach::Store)))
}

#[tokio::test]
async fn 许多人共用一个号码_不成对_只计数() {
    on_both(async |w| {
        for n in 1..=6 {
            let id = enter(w, n, &format!("司机{n}")).await;
            transact!(w.db, &w.system(), |tx| { tx.exec(&T_NUMBER, args![id, "13900000099"]).await }).expect("set");
        }
        transact!(w.db, &w.system(), |tx| { tx.exec(&T_CLEAR, args![]).await }).expect("cleared");
        let searched = search(&w.db, w.group).await.expect("searched");
        assert_eq!((searched.found, searched.crowded), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn 夜里查一次_白天不再查() {
    on_both(async |w| {
        // 2026-11-19 10:00 in Shanghai: the night is over, and nothing was searched yet.
        by_night(&w.db).await.expect("searched");
        let first = last(&mut w.db.reads(), w.group).await.expect("asked").expect("searched").at;
        w.clock.advance(std::time::Duration::from_hours(8));
        by_night(&w.db).await.expect("nothing to do");
        assert_eq!(last(&mut w.db.reads(), w.group).await.expect("asked").expect("searched").at, first);
        // Shortly before and after half past two of the next day.
        w.clock.advance(std::time::Duration::from_mins(8 * 60 + 20));
        by_night(&w.db).await.expect("nothing to do");
        assert_eq!(last(&mut w.db.reads(), w.group).await.expect("asked").expect("searched").at, first);
        w.clock.advance(std::time::Duration::from_mins(20));
        by_night(&w.db).await.expect("searched");
        assert_ne!(last(&mut w.db.reads(), w.group).await.expect("asked").expect("searched").at, first);
    })
    .await;
}
