use kernel::{Cap, Department, Id, Reach, StoreDate, WorkCalendar};
use platform::db::Tx;
use platform::events::Wire;
use platform::transact;
use std::sync::atomic::{AtomicU32, Ordering};
use testkit::World;

use super::{furnish, told};
use crate::identity::calendar::{
    self, CalendarChanged, DayForm, drop_day, missing_year, save_day, save_hours, show_spans,
};
use crate::identity::first_steps;

fn d(text: &str) -> StoreDate {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}
async fn of(w: &World) -> std::sync::Arc<WorkCalendar> {
    calendar::of(&mut w.db.reads(), w.group, w.store).await.expect("a calendar")
}
fn week(sunday: &str) -> [String; 7] {
    std::array::from_fn(|i| if i == 6 { sunday.to_owned() } else { "08:30-12:00 13:30-18:00".to_owned() })
}
fn day(day: &str, kind: &str, spans: &str) -> DayForm {
    DayForm { day: day.into(), kind: kind.into(), name: "自定".into(), spans: spans.into() }
}

/// Spring Festival 2024: closed 10–17 February, both Sundays around it are worked.
#[tokio::test]
async fn 日历_春节与调休周日() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let boss = w.scope(Id::new(7), Some(Department::Care), &[(Cap::RuleEdit, Reach::Store)]);
        transact!(w.db, &boss, |tx| { save_hours(tx, w.store, &week("")).await }).unwrap();
        let calendar = of(w).await;
        for (date, open) in [
            ("2024-02-03", true),  // a Saturday
            ("2024-02-04", true),  // make-up Sunday
            ("2024-01-28", false), // a usual Sunday
            ("2024-02-09", true),
            ("2024-02-10", false),
            ("2024-02-12", false),
            ("2024-02-17", false),
            ("2024-02-18", true), // make-up Sunday
            ("2024-02-25", false),
            ("2026-02-14", true),
            ("2026-02-16", false),
        ] {
            assert_eq!(calendar.is_open_day(d(date)), open, "{date}");
        }
        assert_eq!(
            show_spans(&calendar.spans(d("2024-02-18"))),
            "08:30-12:00 13:30-18:00",
            "as on a usual working day"
        );
        assert_eq!(calendar.day_name(d("2024-02-10")), Some("春节"));
        // Friday 9 February 16:00 + 24 h falls into the festival: one hour after the next opening, Sunday the 18th.
        let from = calendar.at(d("2024-02-09"), 16 * 60);
        let due = calendar.deadline_24h(from).map(|at| calendar.local(at));
        assert_eq!(due.map(|(date, time)| format!("{date} {time}")), Some("2024-02-18 09:30".to_owned()));
        // A store that is open on Sundays keeps its Sunday hours on a make-up Sunday.
        transact!(w.db, &boss, |tx| { save_hours(tx, w.store, &week("09:00-16:00")).await }).unwrap();
        assert_eq!(show_spans(&of(w).await.spans(d("2024-02-18"))), "09:00-16:00");
    })
    .await;
}

static NEWS: AtomicU32 = AtomicU32::new(0);
async fn on_changed(_: &mut Tx, _: &CalendarChanged) -> kernel::Result<()> {
    NEWS.fetch_add(1, Ordering::SeqCst);
    Ok(())
}
fn wire() -> Wire {
    Wire::default().listen(|tx, e: &CalendarChanged| Box::pin(on_changed(tx, e)))
}

#[tokio::test]
async fn 日历_本店的日子盖过集团的() {
    testkit::on_both_wired(wire, async |w| {
        furnish(w).await;
        NEWS.store(0, Ordering::SeqCst);
        let boss = w.scope(Id::new(7), None, &[(Cap::RuleEdit, Reach::Store)]);
        let agent = w.scope(Id::new(8), None, &[(Cap::CallWork, Reach::Own)]);
        let head = w.system();
        for (scope, of, form, want) in [
            (&agent, Some(w.store), day("2026-10-02", "hours", "10:00-16:00"), "forbidden"),
            (&boss, None, day("2026-10-02", "hours", "10:00-16:00"), "forbidden"),
            (&boss, Some(w.second), day("2026-10-02", "closed", ""), "forbidden"),
            (&boss, Some(w.store), day("2026-10-02", "hours", ""), "required"),
            (&boss, Some(w.store), day("2026-02-30", "feast", "9-17"), "date.form choice spans.form"),
            (&boss, Some(w.store), day("2026-10-02", "hours", "10:00-16:00"), "yes"),
            (&boss, Some(w.store), day("2026-11-20", "closed", ""), "yes"),
            (&head, None, day("2026-12-31", "closed", ""), "yes"),
        ] {
            let outcome = transact!(w.db, scope, |tx| { save_day(tx, of, &form).await });
            assert_eq!(told(&outcome), want, "{of:?} {form:?}");
        }
        assert_eq!(NEWS.load(Ordering::SeqCst), 3);
        let calendar = calendar::of(&mut w.db.reads(), w.group, w.store).await.unwrap();
        assert_eq!(show_spans(&calendar.spans(d("2026-10-02"))), "10:00-16:00");
        assert!(!calendar.is_open_day(d("2026-10-01")) && !calendar.is_open_day(d("2026-11-20")));
        let second = calendar::of(&mut w.db.reads(), w.group, w.second).await.unwrap();
        assert!(!second.is_open_day(d("2026-10-02")) && second.is_open_day(d("2026-11-20")));
        assert!(!second.is_open_day(d("2026-12-31")));
        // Taken back, the group's day stands again.
        transact!(w.db, &boss, |tx| { drop_day(tx, Some(w.store), d("2026-10-02")).await }).unwrap();
        assert!(!of(w).await.is_open_day(d("2026-10-02")));
        let gone = transact!(w.db, &boss, |tx| { drop_day(tx, Some(w.store), d("2026-10-02")).await });
        assert_eq!(told(&gone), "not found");
        let year = calendar::days_of_year(&mut w.db.reads(), w.group, w.store, 2026).await.unwrap();
        assert!(year.windows(2).all(|p| p[0].day < p[1].day));
        assert!(year.iter().any(|r| r.day == d("2026-11-20") && r.store_id == w.store.raw()));
    })
    .await;
}

#[tokio::test]
async fn 日历_十一月起提醒明年未维护() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let q = &mut w.db.reads();
        for (today, want) in [
            ("2026-10-31", None),
            ("2026-11-01", Some(2027)),
            ("2026-12-31", Some(2027)),
            ("2027-01-01", Some(2027)),
            ("2025-11-15", None),
        ] {
            assert_eq!(missing_year(q, w.group, d(today)).await.unwrap(), want, "{today}");
        }
        let form =
            DayForm { day: "2027-01-01".into(), kind: "holiday".into(), name: "元旦".into(), spans: String::new() };
        transact!(w.db, &w.system(), |tx| { save_day(tx, None, &form).await }).unwrap();
        assert_eq!(missing_year(q, w.group, d("2026-11-01")).await.unwrap(), None);
        // A year without rows uses the weekly hours.
        assert!(of(w).await.is_open_day(d("2028-10-02")));
    })
    .await;
}

#[tokio::test]
async fn 日历_周时段校验_确认后不再提示() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let boss = w.scope(Id::new(7), None, &[(Cap::RuleEdit, Reach::Store)]);
        let closed: [String; 7] = std::array::from_fn(|_| String::new());
        let outcome = transact!(w.db, &boss, |tx| { save_hours(tx, w.store, &closed).await });
        assert_eq!(told(&outcome), "week.closed");
        let mut wrong = week("");
        wrong[2] = "18:00-09:00".into();
        wrong[4] = "x".into();
        let outcome = transact!(w.db, &boss, |tx| { save_hours(tx, w.store, &wrong).await });
        assert_eq!(told(&outcome), "spans.form spans.form");
        assert!(!first_steps(&mut w.db.reads(), &boss).await.unwrap().calendar);
        transact!(w.db, &boss, |tx| { save_hours(tx, w.store, &week("")).await }).unwrap();
        assert!(first_steps(&mut w.db.reads(), &boss).await.unwrap().calendar);
        let strange = transact!(w.db, &boss, |tx| { save_hours(tx, w.second, &week("")).await });
        assert_eq!(told(&strange), "forbidden");
    })
    .await;
}
