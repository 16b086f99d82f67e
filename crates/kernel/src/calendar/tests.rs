use super::*;
use jiff::tz::{Offset, TimeZone};

fn d(text: &str) -> StoreDate {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

fn spans(text: &str) -> Vec<Span> {
    text.split(' ').filter(|s| !s.is_empty()).map(|s| Span::parse(s).unwrap_or_else(|| panic!("{s}"))).collect()
}

/// Monday to Saturday 08:30–12:00 and 13:30–18:00, Sunday closed, UTC+8; the Spring Festival of 2024
/// with its make-up Sundays.
fn store() -> WorkCalendar {
    let open = spans("08:30-12:00 13:30-18:00");
    let mut week: [Vec<Span>; 7] = std::array::from_fn(|_| open.clone());
    week[6].clear();
    let mut days = BTreeMap::new();
    for n in 0..8 {
        days.insert(d("2024-02-10").days_after(n), Day::Closed { name: "春节".into() });
    }
    for sunday in ["2024-02-04", "2024-02-18"] {
        days.insert(d(sunday), Day::Open { spans: open.clone(), name: "春节调休".into() });
    }
    days.insert(d("2024-03-15"), Day::Open { spans: spans("08:30-10:00"), name: "内部培训".into() });
    WorkCalendar { tz: TimeZone::fixed(Offset::constant(8)), week, days }
}

fn never() -> WorkCalendar {
    WorkCalendar { tz: TimeZone::UTC, week: std::array::from_fn(|_| Vec::new()), days: BTreeMap::new() }
}

fn at(calendar: &WorkCalendar, text: &str) -> Millis {
    let (date, time) = text.split_once(' ').unwrap_or_else(|| panic!("{text}"));
    let minute = if time == "24:00" { 1440 } else { time.parse::<StoreTime>().expect("time").minute_of_day() };
    calendar.at(d(date), minute)
}

fn show(calendar: &WorkCalendar, at: Option<Millis>) -> String {
    at.map_or("never".into(), |at| {
        let (date, time) = calendar.local(at);
        format!("{date} {time}")
    })
}

#[test]
fn 时限_24小时_店休时顺延到开门后一小时() {
    let store = store();
    for (from, want) in [
        ("2024-01-10 10:00", "2024-01-11 10:00"),
        // The closing minute is closed, the opening minute is open.
        ("2024-01-10 18:00", "2024-01-12 09:30"),
        ("2024-01-10 17:59", "2024-01-11 17:59"),
        ("2024-01-10 08:30", "2024-01-11 08:30"),
        ("2024-01-10 08:29", "2024-01-11 09:30"),
        // Falls into lunch.
        ("2024-01-10 12:30", "2024-01-11 14:30"),
        // Midnight.
        ("2024-01-10 00:00", "2024-01-11 09:30"),
        ("2024-01-10 24:00", "2024-01-12 09:30"),
        // Saturday: Sunday is closed.
        ("2024-01-13 10:00", "2024-01-15 09:30"),
        // Month end, 29 February.
        ("2024-01-30 10:00", "2024-01-31 10:00"),
        ("2024-01-31 10:00", "2024-02-01 10:00"),
        ("2024-02-28 16:00", "2024-02-29 16:00"),
        ("2024-02-29 16:00", "2024-03-01 16:00"),
        // The make-up Sunday is open; the festival is not.
        ("2024-02-03 10:00", "2024-02-04 10:00"),
        ("2024-02-09 10:00", "2024-02-18 09:30"),
        ("2024-02-17 10:00", "2024-02-18 10:00"),
        // Half a day of training: 08:30 to 10:00.
        ("2024-03-14 11:00", "2024-03-16 09:30"),
    ] {
        let deadline = store.deadline_24h(at(&store, from));
        assert_eq!(show(&store, deadline), want, "from {from}");
        assert!(deadline.expect("open") >= Millis(at(&store, from).0 + 24 * 3_600_000), "never earlier: {from}");
    }
}

#[test]
fn 时限_营业小时与工作日() {
    let store = store();
    for (from, amount, unit, want) in [
        ("2024-01-10 10:00", 2, ClockUnit::OpenHours, "2024-01-10 12:00"),
        ("2024-01-10 10:00", 3, ClockUnit::OpenHours, "2024-01-10 14:30"),
        ("2024-01-10 12:30", 1, ClockUnit::OpenHours, "2024-01-10 14:30"),
        ("2024-01-10 17:30", 8, ClockUnit::OpenHours, "2024-01-11 17:30"),
        ("2024-02-09 17:00", 2, ClockUnit::OpenHours, "2024-02-18 09:30"),
        ("2024-01-10 10:00", 3, ClockUnit::WorkingDays, "2024-01-13 18:00"),
        ("2024-01-12 10:00", 2, ClockUnit::WorkingDays, "2024-01-15 18:00"),
        ("2024-02-08 23:00", 2, ClockUnit::WorkingDays, "2024-02-18 18:00"),
        ("2024-02-27 23:00", 2, ClockUnit::WorkingDays, "2024-02-29 18:00"),
    ] {
        assert_eq!(show(&store, store.deadline(at(&store, from), amount, unit)), want, "{from} + {amount} {unit:?}");
    }
    // Re-call within three calendar days, until closing time, moved to the next open day.
    for (date, want) in [
        ("2024-01-10", "2024-01-13 18:00"),
        ("2024-01-11", "2024-01-15 18:00"),
        ("2024-02-07", "2024-02-18 18:00"),
        ("2024-02-26", "2024-02-29 18:00"),
        ("2024-03-12", "2024-03-15 10:00"),
    ] {
        assert_eq!(show(&store, store.end_of_days_after(d(date), 3)), want, "{date}");
    }
}

#[test]
fn 从不营业_也有回答() {
    let never = never();
    let now = Millis(0);
    assert_eq!(never.next_open_day(d("2024-01-01")), None);
    assert_eq!(never.next_opening(now), None);
    assert_eq!(never.deadline_24h(now), None);
    assert_eq!(never.deadline(now, 1, ClockUnit::OpenHours), None);
    assert_eq!(never.deadline(now, 1, ClockUnit::WorkingDays), None);
    assert_eq!(never.closing(d("2024-01-01")), None);
    assert_eq!(never.open_millis(now, Millis(i64::MAX / 2)), 0);
}

#[test]
fn 半天_以午休为界() {
    let store = store();
    for (when, want) in [
        ("2024-01-10 11:59", HalfDay::Morning),
        ("2024-01-10 12:00", HalfDay::Afternoon),
        ("2024-03-15 11:00", HalfDay::Morning),
        ("2024-01-14 13:00", HalfDay::Afternoon),
    ] {
        assert_eq!(store.half_day(at(&store, when)).1, want, "{when}");
    }
}

#[test]
fn 时段_排序合并_拒绝倒置() {
    for bad in ["12:00-09:00", "09:00-09:00", "09:00", "09:00-25:00"] {
        assert_eq!(Span::parse(bad), None, "{bad}");
    }
    let mut store = store();
    store.days.insert(
        d("2024-01-14"),
        Day::Open { spans: spans("13:00-18:00 09:00-12:00 11:00-13:00"), name: "店庆".into() },
    );
    assert_eq!(store.spans(d("2024-01-14")), spans("09:00-18:00"));
    assert_eq!(store.day_name(d("2024-01-14")), Some("店庆"));
}

#[test]
fn 全天营业_跨夏令时() {
    let Ok(tz) = TimeZone::get("Europe/Berlin") else {
        eprintln!("notice: no time zone data, test skipped");
        return;
    };
    let always = WorkCalendar { tz, week: std::array::from_fn(|_| spans("00:00-24:00")), days: BTreeMap::new() };
    // 31 March 2024 has 23 hours.
    assert_eq!(always.open_millis(always.at(d("2024-03-31"), 0), always.at(d("2024-03-31"), 1440)), 23 * 3_600_000);
    assert_eq!(show(&always, always.deadline_24h(always.at(d("2024-03-30"), 720))), "2024-03-31 13:00");
}

/// Working days of 21 years on which two published sources agree; the search is compared with a
/// plain walk over the table.
#[test]
fn 节假日与调休_2004至2024() {
    let Some(table) = crate::testdata::read("reference_cn/holidays_2004_2024.csv") else {
        return;
    };
    let rows: Vec<(StoreDate, bool)> = table
        .lines()
        .skip(1)
        .filter(|line| line.ends_with(",1"))
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (d(cells[0]), cells[2] == "1")
        })
        .collect();
    let office = spans("09:00-17:00");
    let mut week: [Vec<Span>; 7] = std::array::from_fn(|_| office.clone());
    week[5].clear();
    week[6].clear();
    let mut calendar = WorkCalendar { tz: TimeZone::fixed(Offset::constant(8)), week, days: BTreeMap::new() };
    for (date, open) in &rows {
        match (calendar.is_open_day(*date), *open) {
            (true, false) => drop(calendar.days.insert(*date, Day::Closed { name: "假".into() })),
            (false, true) => drop(calendar.days.insert(*date, Day::Open { spans: office.clone(), name: "班".into() })),
            (true, true) | (false, false) => {}
        }
    }
    assert!(rows.len() > 7_000 && calendar.days.len() > 500, "{} {}", rows.len(), calendar.days.len());
    for (i, (date, open)) in rows.iter().enumerate() {
        assert_eq!(calendar.is_open_day(*date), *open, "{date}");
        let walked = rows[i..].iter().take(20).find(|(_, open)| *open);
        let contiguous = rows.get(i + 19).is_some_and(|(last, _)| date.days_until(*last) == 19);
        if let (Some((next, _)), true) = (walked, contiguous) {
            assert_eq!(calendar.next_open_day(*date), Some(*next), "{date}");
        }
        let five = rows[i..].iter().skip(1).filter(|(_, open)| *open).nth(4);
        if let (Some((fifth, _)), true) = (five, rows.get(i + 25).is_some_and(|(last, _)| date.days_until(*last) == 25))
        {
            assert_eq!(calendar.nth_open_day(*date, 5), Some(*fifth), "{date}");
        }
    }
}

/// Vectors from two other products. Left out: counting backwards, and clocks that pause. One differs
/// on purpose: there the closing instant is still open, here it is closed.
#[test]
fn 营业时钟_与他家样例一致() {
    let Some(text) = crate::testdata::read("sla_vectors/sla_vectors.json") else {
        return;
    };
    let root: serde_json::Value = serde_json::from_str(&text).expect("json");
    let instant = |v: &serde_json::Value| {
        let stamp: jiff::Timestamp =
            format!("{}:00Z", v.as_str().expect("text").trim_end_matches('Z')).parse().expect("instant");
        Millis(stamp.as_millisecond())
    };
    let (mut compared, mut left_out) = (0, 0);
    for vector in root["vectors"].as_array().expect("vectors") {
        let Some(name) = vector["schedule"].as_str() else {
            left_out += 1;
            continue;
        };
        let schedule = &root["schedules"][name];
        let mut calendar = never();
        for (i, key) in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().enumerate() {
            let listed = schedule["hours"][key].as_array().into_iter().flatten();
            calendar.week[i] = listed.filter_map(|s| Span::parse(s.as_str()?)).collect();
        }
        for date in schedule["holidays"].as_array().into_iter().flatten() {
            calendar.days.insert(d(date.as_str().expect("date")), Day::Closed { name: "holiday".into() });
        }
        compared += 1;
        match vector["op"].as_str().expect("op") {
            "add_working" => {
                let got =
                    calendar.add_open_minutes(instant(&vector["start"]), vector["minutes"].as_i64().expect("minutes"));
                match vector["expect"].as_str() {
                    Some("error") => assert_eq!(got, None, "{vector}"),
                    _ => assert_eq!(got, Some(instant(&vector["expect"])), "{vector}"),
                }
            }
            "working_minutes" => {
                let got = calendar.open_millis(instant(&vector["from"]), instant(&vector["to"])) / 60_000;
                assert_eq!(Some(got), vector["expect"].as_i64(), "{vector}");
            }
            "in_hours" => {
                let closing = vector["note"].as_str().is_some_and(|n| n.contains("closing instant"));
                assert_eq!(
                    calendar.is_open_at(instant(&vector["at"])),
                    vector["expect"] == true && !closing,
                    "{vector}"
                );
            }
            "on_holiday" => assert!(!calendar.is_open_day(calendar.date_of(instant(&vector["at"]))), "{vector}"),
            "subtract_working" => {
                compared -= 1;
                left_out += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(compared >= 13 && compared + left_out == 22, "{compared} + {left_out}");
}
