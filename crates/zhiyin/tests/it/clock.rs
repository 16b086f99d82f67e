//! Awkward days, on the whole way: a repair order or delivery through the product's own wires to its deadline, and the
//! deadline into the month's report.

use kernel::{Id, Millis, PersonName, Result, Scope, StoreDate, Vin};
use people::identity::calendar;
use people::intake::input::{CarIn, OwnerIn};
use people::intake::{Recording, RepairOrderIn, apply};
use platform::db::Sql as _;
use platform::{args, row, stmt, transact};
use testkit::World;

row! { struct Due { from_on: StoreDate, due_on: StoreDate, due_at: Millis, expires_at: Millis } }
stmt!(
    T_DUE,
    "SELECT t.from_on, t.due_on, t.due_at, t.expires_at FROM task t JOIN repair_order r ON r.id=t.subject_id \
     WHERE r.number=$1 AND r.group_id=$2"
);

fn at(day: &str, minute: u16) -> Millis {
    let tz = jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone");
    let day: StoreDate = day.parse().expect("a day");
    let (h, m) = (i8::try_from(minute / 60).expect("h"), i8::try_from(minute % 60).expect("m"));
    let stamp = tz.to_ambiguous_timestamp(day.civil().at(h, m, 0, 0)).compatible().expect("a moment");
    Millis(stamp.as_millisecond())
}

async fn record(w: &World, number: &str, settled: &str) {
    let day = |t: &str| kernel::StoreDateTime { date: t.parse().expect("a day"), time: None };
    let n = number.parse::<i64>().expect("a number");
    let row = RepairOrderIn {
        number: Some(number.into()),
        opened: Some(day(settled)),
        settled: Some(day(settled)),
        owner: OwnerIn {
            name: PersonName::parse("陈晓帆").ok(),
            phones: vec![kernel::Phone::parse(&format!("1380000{n:04}")).expect("a phone")],
            ..OwnerIn::default()
        },
        car: CarIn { vin: Vin::parse(&format!("LSVNV2182E200{n:04}")).ok(), ..CarIn::default() },
        ..RepairOrderIn::default()
    };
    let done: Result<_> = transact!(w.db, &w.system(), |tx| {
        apply(tx, &Recording::by_hand(w.store), std::slice::from_ref(&row)).await
    });
    done.expect("recorded");
}

/// With the holidays that are shipped, Sundays closed.
async fn furnish(w: &World) {
    let scope = Scope::system(w.group, Some(w.store));
    let open = "08:30-12:00 13:30-19:00".to_owned();
    let mut week: [String; 7] = std::array::from_fn(|_| open.clone());
    week[6].clear();
    let done: Result<()> = transact!(w.db, &scope, |tx| {
        people::identity::holidays::seed(tx, w.group).await?;
        calendar::save_hours(tx, w.store, &week).await
    });
    done.expect("the store's calendar");
}

#[tokio::test]
async fn 零点_月底_二月二十九_春节调休() {
    testkit::on_both_wired(zhiyin::wiring::wire, async |w| {
        furnish(w).await;
        for (number, now, settled, want) in [
            // One millisecond before midnight and at midnight: the same day counts, whatever the clock says.
            ("1001", at("2026-11-18", 0).plus(-1), "2026-11-17", "2026-11-18 2026-11-20"),
            ("1002", at("2026-11-18", 0), "2026-11-17", "2026-11-18 2026-11-20"),
            ("1003", at("2026-11-30", 1439), "2026-11-30", "2026-12-01 2026-12-03"),
            ("1004", at("2028-02-27", 600), "2028-02-26", "2028-02-27 2028-02-29"),
            ("1005", at("2028-02-29", 1439), "2028-02-29", "2028-03-01 2028-03-03"),
            // The Spring Festival of 2026 is closed from the 15th to the 23rd; Saturday the 28th is a make-up workday.
            ("1006", at("2026-02-13", 1080), "2026-02-13", "2026-02-14 2026-02-24"),
            ("1007", at("2026-02-25", 1080), "2026-02-25", "2026-02-26 2026-02-28"),
        ] {
            w.clock.set(now);
            record(w, number, settled).await;
            let due: Due = w.db.reads().get(&T_DUE, args![number, w.group]).await.expect(number);
            assert_eq!(format!("{} {}", due.from_on, due.due_on), want, "{number}");
            assert_eq!(
                due.due_at,
                at(&due.due_on.to_string(), 19 * 60),
                "{number}: until the end of the last call window"
            );
            assert!(due.expires_at > due.due_at);
        }
        // What expires at midnight is open one millisecond before and expired at it.
        let due: Due = w.db.reads().get(&T_DUE, args!["1005", w.group]).await.expect("a task");
        let _ = Id::<kernel::Task>::new(1);
        assert_eq!(due.expires_at, at("2028-03-08", 0), "the midnight that ends day 7");
    })
    .await;
}
