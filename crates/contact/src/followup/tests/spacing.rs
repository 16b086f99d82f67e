//! C6: attempts ≥ 3 h apart in different half-days, and what each kind of outcome makes of the next try.

use super::shop::{at, show};
use super::windows::{rule, store};
use crate::followup::best_time;
use crate::followup::hours::CallHours;
use crate::followup::outcomes::Next;
use crate::followup::rules::Spacing;
use crate::followup::tries;

const SPACING: Spacing = Spacing { hours: 3, different_half_days: true };

#[test]
fn 下一次尝试_时刻表() {
    let calendar = store();
    let rule = rule("3DC");
    let hours = CallHours::new(&calendar, &rule.call_windows);
    let far = at("2027-01-01 19:00");
    for (next, now, want) in [
        // No answer: again in 4 h, in another half-day, inside the call windows.
        (Next::InMinutes { minutes: 240 }, "2026-11-19 10:00", "2026-11-19 14:00"),
        (Next::InMinutes { minutes: 240 }, "2026-11-19 11:30", "2026-11-19 15:30"),
        (Next::InMinutes { minutes: 240 }, "2026-11-19 14:10", "2026-11-20 09:30"),
        (Next::InMinutes { minutes: 240 }, "2026-11-19 18:00", "2026-11-20 09:30"),
        (Next::InMinutes { minutes: 240 }, "2026-11-21 18:00", "2026-11-23 09:30"),
        // Busy: in 20 minutes, at lunch after lunch.
        (Next::InMinutes { minutes: 20 }, "2026-11-19 10:00", "2026-11-19 10:20"),
        (Next::InMinutes { minutes: 20 }, "2026-11-19 11:50", "2026-11-19 14:00"),
        (Next::InMinutes { minutes: 20 }, "2026-11-19 18:50", "2026-11-20 09:30"),
        // Switched off: the next half-day, never sooner than 3 h.
        (Next::NextHalfDay, "2026-11-19 10:00", "2026-11-19 14:00"),
        (Next::NextHalfDay, "2026-11-19 11:55", "2026-11-19 14:55"),
        (Next::NextHalfDay, "2026-11-19 15:00", "2026-11-20 09:30"),
        (Next::NextHalfDay, "2026-02-14 16:00", "2026-02-24 09:30"),
        // Another number may be tried at once, inside the windows.
        (Next::NextNumber, "2026-11-19 10:00", "2026-11-19 10:00"),
        (Next::NextNumber, "2026-11-19 12:30", "2026-11-19 14:00"),
        (Next::AtOnce, "2026-11-19 12:30", "2026-11-19 12:30"),
    ] {
        let got = tries::next_try(&hours, SPACING, next, at(now), None, None, far);
        assert_eq!(show(got), want, "{next:?} at {now}");
    }
    let agreed = tries::next_try(
        &hours,
        SPACING,
        Next::AgreedTime,
        at("2026-11-19 10:00"),
        Some(at("2026-11-19 20:30")),
        None,
        far,
    );
    assert_eq!(show(agreed), "2026-11-19 20:30", "what the customer wished is kept, outside of the windows too");
}

#[test]
fn 方便时间_用于下一次_不误期限() {
    let calendar = store();
    let rule = rule("3DC");
    let hours = CallHours::new(&calendar, &rule.call_windows);
    let no_answer = Next::InMinutes { minutes: 240 };
    for (best, due, want) in [
        ("15:00-17:00", "2026-11-20 19:00", "2026-11-19 15:00"),
        ("morning", "2026-11-20 19:00", "2026-11-20 09:30"),
        // The best time would cost the deadline.
        ("morning", "2026-11-19 19:00", "2026-11-19 14:00"),
        // After the windows have closed: words that meet no window change nothing.
        ("20:00-21:00", "2026-11-20 19:00", "2026-11-19 14:00"),
        ("随便", "2026-11-20 19:00", "2026-11-19 14:00"),
    ] {
        let got =
            tries::next_try(&hours, SPACING, no_answer, at("2026-11-19 10:00"), None, best_time::span(best), at(due));
        assert_eq!(show(got), want, "{best} until {due}");
    }
}

#[test]
fn 计次_隔三小时且换半天() {
    let calendar = store();
    let rule = rule("3DC");
    let hours = CallHours::new(&calendar, &rule.call_windows);
    for (last, now, want) in [
        (None, "2026-11-19 10:00", true),
        (Some("2026-11-19 10:00"), "2026-11-19 10:20", false),
        (Some("2026-11-19 10:00"), "2026-11-19 13:01", true),
        // Another half-day, but too soon.
        (Some("2026-11-19 11:50"), "2026-11-19 14:00", false),
        (Some("2026-11-19 11:50"), "2026-11-19 14:50", true),
        // Late enough, but the same half-day.
        (Some("2026-11-19 14:00"), "2026-11-19 18:00", false),
        (Some("2026-11-19 14:00"), "2026-11-20 09:30", true),
        // The same half of the next day is another half-day.
        (Some("2026-11-19 09:30"), "2026-11-20 09:30", true),
    ] {
        assert_eq!(tries::counts(&hours, SPACING, last.map(at), at(now)), want, "{last:?} {now}");
    }
}
