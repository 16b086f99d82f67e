//! C3, B8.4e: when the clocks of a case run out.

use std::collections::BTreeMap;

use kernel::{Day, Millis, Span, StoreDate, WorkCalendar};
use platform::rulebook::Rulebook as _;

use crate::cases::clocks::{ClockBook, ClockKey, Unit, WhenClosed};

/// Monday to Saturday 08:30–12:00 and 13:30–18:00, Sundays closed; national holidays with a make-up Sunday.
fn calendar() -> WorkCalendar {
    let day = vec![Span::parse("08:30-12:00").unwrap(), Span::parse("13:30-18:00").unwrap()];
    let mut week: [Vec<Span>; 7] = Default::default();
    week[..6].fill(day.clone());
    let mut days = BTreeMap::new();
    for d in 1..=7 {
        days.insert(StoreDate::new(2026, 10, d).unwrap(), Day::Closed { name: "国庆节".into() });
    }
    days.insert(StoreDate::new(2026, 9, 27).unwrap(), Day::Open { spans: day, name: "调休上班".into() });
    WorkCalendar { tz: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(), week, days }
}

fn at(calendar: &WorkCalendar, text: &str) -> Millis {
    let (day, time) = text.trim().split_once(' ').unwrap();
    let (h, m) = time.split_once(':').unwrap();
    let minute = h.parse::<u16>().unwrap() * 60 + m.parse::<u16>().unwrap();
    calendar.at(day.parse().unwrap(), minute)
}

fn shown(calendar: &WorkCalendar, at: Millis) -> String {
    let (day, time) = calendar.local(at);
    format!("{day} {time}")
}

/// Lines of `from → due`.
fn check(book: &ClockBook, key: ClockKey, table: &str) {
    let calendar = calendar();
    for line in table.lines().filter(|l| !l.trim().is_empty()) {
        let (from, due) = line.split_once('→').unwrap();
        let due = due.split('·').next().unwrap();
        let got = book.due(key, &calendar, at(&calendar, from));
        assert_eq!(shown(&calendar, got), due.trim(), "{line}");
        assert!(got >= at(&calendar, from));
    }
}

#[test]
fn 二十四小时内专人联系_休息顺延到开门后一小时() {
    check(
        &ClockBook::seed(),
        ClockKey::Contact,
        "2026-11-19 10:00 → 2026-11-20 10:00 · open: as counted
         2026-11-19 13:30 → 2026-11-20 13:30 · at the very opening
         2026-11-19 12:30 → 2026-11-20 14:30 · lunch
         2026-11-19 12:00 → 2026-11-20 14:30 · lunch begins
         2026-11-19 18:00 → 2026-11-21 09:30 · closing time is closed
         2026-11-19 21:15 → 2026-11-21 09:30 · evening
         2026-11-19 07:00 → 2026-11-20 09:30 · before opening
         2026-11-21 10:00 → 2026-11-23 09:30 · across the closed Sunday
         2026-11-22 11:00 → 2026-11-23 11:00 · opened on a Sunday, due on Monday
         2026-09-30 15:00 → 2026-10-08 09:30 · a week of holidays
         2026-09-26 10:00 → 2026-09-27 10:00 · make-up Sunday is open
         2026-12-31 10:00 → 2027-01-01 10:00 · the year's end, no holiday entered
         2028-02-28 10:00 → 2028-02-29 10:00 · leap day",
    );
}

#[test]
fn 三个日历天内复访_到打烊为止_休息顺延() {
    check(
        &ClockBook::seed(),
        ClockKey::Recall,
        "2026-11-16 10:00 → 2026-11-19 18:00
         2026-11-16 23:59 → 2026-11-19 18:00
         2026-11-19 15:00 → 2026-11-23 18:00 · Sunday is closed
         2026-09-24 09:00 → 2026-09-27 18:00 · make-up Sunday
         2026-09-30 09:00 → 2026-10-08 18:00 · holidays",
    );
}

#[test]
fn 三个工作日内记录结果_到打烊为止() {
    check(
        &ClockBook::seed(),
        ClockKey::Result,
        "2026-11-16 10:00 → 2026-11-19 18:00
         2026-11-19 15:00 → 2026-11-23 18:00 · Friday, Saturday, Monday
         2026-09-30 09:00 → 2026-10-10 18:00 · a week of holidays",
    );
}

#[test]
fn units_are_data() {
    let with = |unit, amount, key| {
        let mut book = ClockBook::seed();
        let clock = book.clocks.iter_mut().find(|c| c.key == key).unwrap();
        (clock.unit, clock.amount) = (unit, amount);
        assert_eq!(book.check(), [], "{unit}");
        book
    };
    check(
        &with(Unit::OpenHours, 8, ClockKey::Contact),
        ClockKey::Contact,
        "2026-11-19 10:00 → 2026-11-20 10:00 · 6.5 h today, 1.5 h tomorrow
         2026-11-19 08:30 → 2026-11-19 18:00 · exactly the open hours of a day",
    );
    check(
        &with(Unit::WorkingDays, 1, ClockKey::Contact),
        ClockKey::Contact,
        "2026-11-21 10:00 → 2026-11-23 18:00 · the next working day until closing",
    );
    check(
        &with(Unit::CalendarDays, 1, ClockKey::Contact),
        ClockKey::Contact,
        "2026-11-19 10:00 → 2026-11-20 18:00
         2026-11-21 10:00 → 2026-11-23 09:30 · a closed day moves as the rule says",
    );
    check(
        &with(Unit::Elapsed, 72, ClockKey::Recall),
        ClockKey::Recall,
        "2026-11-16 10:00 → 2026-11-19 10:00
         2026-11-16 20:00 → 2026-11-20 18:00 · past closing: the next day's closing, never earlier",
    );
}

#[test]
fn a_calendar_that_never_opens_moves_nothing() {
    let never = WorkCalendar { week: Default::default(), days: BTreeMap::new(), ..calendar() };
    let from = at(&never, "2026-11-19 10:00");
    let book = ClockBook::seed();
    assert_eq!(shown(&never, book.due(ClockKey::Contact, &never, from)), "2026-11-20 10:00");
    assert_eq!(shown(&never, book.due(ClockKey::Recall, &never, from)), "2026-11-22 23:59");
}

#[test]
fn a_bad_clock_is_refused() {
    let mut book = ClockBook::seed();
    assert_eq!(book.check(), []);
    assert_eq!(book.clocks.iter().map(|c| c.key).collect::<Vec<_>>(), ClockKey::ALL);
    book.clocks[0].amount = 0;
    book.clocks[0].units.retain(|u| *u != Unit::Elapsed);
    book.clocks[0].when_closed = WhenClosed::AfterNextOpening { minutes: 60, never_earlier: false };
    book.clocks.pop();
    let codes: Vec<_> = book.check().into_iter().map(|f| f.code).collect();
    assert_eq!(codes, ["case-clock-once", "case-clock-amount", "case-clock-unit", "case-clock-earlier"]);
}
