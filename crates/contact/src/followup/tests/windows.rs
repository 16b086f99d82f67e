//! C6: windows of 3DC and 7DC, as a table.

use std::collections::BTreeMap;

use jiff::tz::{Offset, TimeZone};
use kernel::{CustomerId, Day, Millis, PersonName, Span, WorkCalendar};
use platform::rulebook::Rulebook as _;

use super::shop::{at, d, show};
use crate::followup::hours::CallHours;
use crate::followup::model::{Class, SkipReason, SubjectKind};
use crate::followup::plan::{self, Against, Decision, EventFacts, months_after};
use crate::followup::rules::{ClosedDayEnd, DayKind, FollowupRules, Rule};

fn spans(text: &str) -> Vec<Span> {
    text.split(' ').filter_map(Span::parse).collect()
}

/// Open on all days but Sunday, with a lunch break; the Spring Festival of 2026 with its make-up Sundays, a half day
/// of training, and 29 February of 2028.
pub fn store() -> WorkCalendar {
    let open = spans("08:30-12:00 13:30-19:00");
    let mut week: [Vec<Span>; 7] = std::array::from_fn(|_| open.clone());
    week[6].clear();
    let mut days = BTreeMap::new();
    for n in 0..9 {
        days.insert(d("2026-02-15").days_after(n), Day::Closed { name: "春节".into() });
    }
    for sunday in ["2026-02-14", "2026-02-28", "2026-03-01"] {
        days.insert(d(sunday), Day::Open { spans: open.clone(), name: "春节调休".into() });
    }
    days.insert(d("2026-04-08"), Day::Open { spans: spans("08:30-10:00"), name: "培训".into() });
    WorkCalendar { tz: TimeZone::fixed(Offset::constant(8)), week, days }
}

pub fn rule(key: &str) -> Rule {
    FollowupRules::seed().rule(key).expect(key).clone()
}

#[test]
fn 三日与七日回访_期限表() {
    // event, from, due, from_at, due_at, expires (the midnight that ends the last day)
    for (key, event, want) in [
        // A plain week: Tuesday.
        ("3DC", "2026-11-17", "11-18 11-20 | 11-18 09:30 | 11-20 19:00 | 11-25 00:00"),
        // Day 3 is a Sunday: the end moves, the expiry stays.
        ("3DC", "2026-11-19", "11-20 11-23 | 11-20 09:30 | 11-23 19:00 | 11-27 00:00"),
        // Day 1 is a Sunday: the first call is on Monday.
        ("3DC", "2026-11-21", "11-22 11-24 | 11-23 09:30 | 11-24 19:00 | 11-29 00:00"),
        // Month end, year end.
        ("3DC", "2026-11-30", "12-01 12-03 | 12-01 09:30 | 12-03 19:00 | 12-08 00:00"),
        ("3DC", "2026-12-30", "12-31 01-02 | 12-31 09:30 | 01-02 19:00 | 01-07 00:00"),
        // 29 February.
        ("3DC", "2028-02-26", "02-27 02-29 | 02-28 09:30 | 02-29 19:00 | 03-05 00:00"),
        ("3DC", "2028-02-29", "03-01 03-03 | 03-01 09:30 | 03-03 19:00 | 03-08 00:00"),
        ("7DC", "2028-02-22", "02-25 02-29 | 02-25 09:30 | 02-29 19:00 | 03-08 00:00"),
        // Spring Festival, 15 to 23 February: the end moves to the first open day, and the expiry with it.
        ("3DC", "2026-02-13", "02-14 02-24 | 02-14 09:30 | 02-24 19:00 | 02-25 00:00"),
        ("3DC", "2026-02-14", "02-15 02-24 | 02-24 09:30 | 02-24 19:00 | 02-25 00:00"),
        ("7DC", "2026-02-12", "02-15 02-24 | 02-24 09:30 | 02-24 19:00 | 02-27 00:00"),
        // The make-up Sundays count as open: the end stays on them.
        ("3DC", "2026-02-26", "02-27 03-01 | 02-27 09:30 | 03-01 19:00 | 03-06 00:00"),
        ("3DC", "2026-02-25", "02-26 02-28 | 02-26 09:30 | 02-28 19:00 | 03-05 00:00"),
        ("7DC", "2026-11-17", "11-20 11-24 | 11-20 09:30 | 11-24 19:00 | 12-02 00:00"),
    ] {
        let w = plan::window(&rule(key), d(event), &store()).expect("a window");
        let got = format!(
            "{} {} | {} | {} | {}",
            &w.from_on.to_string()[5..],
            &w.due_on.to_string()[5..],
            &show(w.from_at)[5..],
            &show(w.due_at)[5..],
            &show(w.expires_at)[5..]
        );
        assert_eq!(got, want, "{key} {event}");
        assert!(w.from_at <= w.due_at && w.due_at < w.expires_at, "{key} {event}");
    }
}

#[test]
fn 工作日计法与不顺延() {
    let mut rule = rule("3DC");
    rule.day_kind = DayKind::Working;
    // Friday 13 February is followed by make-up Saturday 14 and the festival.
    let w = plan::window(&rule, d("2026-02-13"), &store()).expect("a window");
    assert_eq!((w.from_on, w.due_on), (d("2026-02-14"), d("2026-02-25")));
    rule.day_kind = DayKind::Calendar;
    rule.closed_day_end = ClosedDayEnd::Stay;
    let w = plan::window(&rule, d("2026-11-19"), &store()).expect("a window");
    assert_eq!(show(w.due_at), "2026-11-22 19:00");
    let mut never = store();
    never.week = Default::default();
    never.days.clear();
    assert_eq!(plan::window(&rule, d("2026-11-19"), &never), None);
}

fn event(customer: i64) -> EventFacts {
    EventFacts {
        subject_kind: SubjectKind::RepairOrder,
        subject_id: 1,
        customer_id: CustomerId::new(customer),
        fleet: false,
        customer_name: PersonName::parse("陈晓帆").ok(),
        brand: String::new(),
        vehicle_id: None,
        phone_line_id: None,
        visitor: None,
        fleet_contact: None,
        settled_on: Some(d("2026-11-17")),
        opened_on: d("2026-11-10"),
        delivered_on: None,
        new_car_months: 12,
        opted_out: false,
    }
}

#[test]
fn 计划决定_过期_跳过_起始日() {
    let rule = rule("3DC");
    let calendar = store();
    let lately =
        |days: i64, now: Millis| Against { case_open: false, contacted_at: Some(now.plus(-days * Millis::DAY)) };
    let nothing = |_| Against::default();
    let case = |_| Against { case_open: true, contacted_at: None };
    type Known<'a> = &'a dyn Fn(Millis) -> Against;
    type Row<'a> = (&'a str, &'a str, bool, Known<'a>, Option<&'a str>, &'a str);
    let table: [Row<'_>; 10] = [
        ("2026-11-17", "2026-11-18 10:00", false, &nothing, None, "plan"),
        // The last moment of day 7, and the next one.
        ("2026-11-17", "2026-11-24 23:59", false, &nothing, None, "plan"),
        ("2026-11-17", "2026-11-25 00:00", false, &nothing, None, "late"),
        ("2026-11-17", "2026-11-18 10:00", true, &nothing, None, "opted_out"),
        ("2026-11-17", "2026-11-18 10:00", false, &case, None, "case_open"),
        ("2026-11-17", "2026-11-18 10:00", false, &|now| lately(6, now), None, "contacted_lately"),
        ("2026-11-17", "2026-11-18 10:00", false, &|now| lately(7, now), None, "plan"),
        // What came too late is late whatever else speaks against it.
        ("2026-11-17", "2026-11-25 00:00", true, &case, None, "late"),
        ("2026-11-17", "2026-11-18 10:00", false, &nothing, Some("2026-11-18"), "nothing"),
        ("2026-11-17", "2026-11-18 10:00", false, &nothing, Some("2026-11-17"), "plan"),
    ];
    for (day, now, opted_out, against, from, want) in table {
        let mut event = event(1);
        event.settled_on = Some(d(day));
        event.opted_out = opted_out;
        let now = at(now);
        let window = plan::window(&rule, event.event_on(&rule), &calendar);
        let got = match plan::decide(&event, &rule, window, against(now), from.map(d), now) {
            Decision::Plan(_) => "plan",
            Decision::Late(_) => "late",
            Decision::Skip(_, reason) => match reason {
                SkipReason::OptedOut => "opted_out",
                SkipReason::CaseOpen => "case_open",
                SkipReason::ContactedLately => "contacted_lately",
            },
            Decision::Nothing => "nothing",
        };
        assert_eq!(got, want, "{day} {now:?}");
    }
}

#[test]
fn 新车与其他维修_交车十二个月内() {
    for (months, delivered, event_on, want) in [
        (12, None, "2026-11-17", Class::Repair),
        (12, Some("2025-11-17"), "2026-11-17", Class::NewCarRepair),
        (12, Some("2025-11-16"), "2026-11-17", Class::Repair),
        (24, Some("2025-11-16"), "2026-11-17", Class::NewCarRepair),
        (1, Some("2026-10-17"), "2026-11-17", Class::NewCarRepair),
        (1, Some("2026-10-16"), "2026-11-17", Class::Repair),
        // 29 February + 12 months = 28 February.
        (12, Some("2028-02-29"), "2029-02-28", Class::NewCarRepair),
        (12, Some("2028-02-29"), "2029-03-01", Class::Repair),
        // A delivery that lies ahead makes no new car yet.
        (12, Some("2026-11-18"), "2026-11-17", Class::Repair),
    ] {
        let mut event = event(1);
        event.new_car_months = months;
        event.delivered_on = delivered.map(d);
        assert_eq!(event.class(d(event_on)), want, "{delivered:?} {event_on}");
    }
    assert_eq!(months_after(d("2028-02-29"), 12), d("2029-02-28"));
}

#[test]
fn 先问送修人_再问车主() {
    let rule3 = rule("3DC");
    let name = |n: &str| PersonName::parse(n).ok();
    let line = Some(kernel::PhoneLineId::new(77));
    for (visitor, line, key, who) in [
        (None, None, "c1", "陈晓帆"),
        (None, line, "c1", "陈晓帆"),
        (name("李师傅"), line, "p77", "李师傅"),
        // A visitor without a number cannot be called.
        (name("李师傅"), None, "c1", "陈晓帆"),
        // The owner came in person.
        (name("陈晓帆"), line, "c1", "陈晓帆"),
    ] {
        let mut event = event(1);
        event.visitor = visitor;
        event.phone_line_id = line;
        let person = event.person(&rule3);
        assert_eq!((person.key.as_str(), person.name.as_ref().map(PersonName::expose)), (key, Some(who)));
    }
    // 7DC asks the owner.
    let mut bought = event(1);
    bought.visitor = name("李师傅");
    bought.phone_line_id = line;
    assert_eq!(bought.person(&rule("7DC")).key, "c1");
}

#[test]
fn 拨打时段_午休与店休() {
    let calendar = store();
    let rule = rule("3DC");
    let hours = CallHours::new(&calendar, &rule.call_windows);
    for (from, want) in [
        ("2026-11-19 08:00", "2026-11-19 09:30"),
        ("2026-11-19 09:30", "2026-11-19 09:30"),
        ("2026-11-19 11:59", "2026-11-19 11:59"),
        ("2026-11-19 12:00", "2026-11-19 14:00"),
        ("2026-11-19 18:59", "2026-11-19 18:59"),
        ("2026-11-19 19:00", "2026-11-20 09:30"),
        // Saturday evening: Sunday is closed.
        ("2026-11-21 19:30", "2026-11-23 09:30"),
        ("2026-02-14 20:00", "2026-02-24 09:30"),
    ] {
        assert_eq!(hours.next(at(from)).map(show).as_deref(), Some(want), "{from}");
    }
    for (from, want) in [
        ("2026-11-19 10:00", "2026-11-19 14:00"),
        ("2026-11-19 15:00", "2026-11-20 09:30"),
        ("2026-11-21 15:00", "2026-11-23 09:30"),
    ] {
        assert_eq!(hours.next_half_day(at(from)).map(show).as_deref(), Some(want), "{from}");
    }
}
