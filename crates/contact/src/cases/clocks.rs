//! The clocks of a case: contact by a named person (C3), the result, and the re-call (B8.4e). Kept as data.

use kernel::{ClockUnit, Millis, WorkCalendar};
use platform::i18n::Label;
use platform::keyed;
use platform::rulebook::{RuleFault, Rulebook};
use serde::{Deserialize, Serialize};

keyed! {
    pub enum ClockKey { Contact = "case_contact", Result = "case_result", Recall = "recall" }
}

keyed! {
    /// What the amount counts.
    pub enum Unit {
        /// Hours on the wall.
        Elapsed = "elapsed",
        /// Hours in which the store is open.
        OpenHours = "open_hours",
        /// Days on which it opens, until closing time.
        WorkingDays = "working_days",
        /// Days of the calendar, until closing time.
        CalendarDays = "calendar_days",
    }
}

/// The document of kind `case_clocks`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockBook {
    pub clocks: Vec<Clock>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    pub key: ClockKey,
    pub clause: String,
    pub label: Label,
    /// What starts and stops it, for the reader.
    pub start: String,
    pub stop: String,
    pub amount: u32,
    pub unit: Unit,
    pub units: Vec<Unit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_of_day: Option<EndOfDay>,
    pub when_closed: WhenClosed,
}

keyed! {
    pub enum EndOfDay { ClosingTime = "closing_time" }
}

/// Where a deadline goes that falls while the store is closed; never to an earlier moment.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case")]
pub enum WhenClosed {
    /// So many minutes after the next opening.
    AfterNextOpening { minutes: u16, never_earlier: bool },
    /// Closing time of the next open day.
    NextOpenDay { never_earlier: bool },
}

impl ClockBook {
    /// The clock as edited, or the shipped one where a book has lost it.
    pub fn due(&self, key: ClockKey, calendar: &WorkCalendar, from: Millis) -> Millis {
        match self.clocks.iter().find(|c| c.key == key) {
            Some(clock) => clock.due(calendar, from),
            None => Self::seed().clocks.iter().find(|c| c.key == key).map_or(from, |c| c.due(calendar, from)),
        }
    }
}

impl Clock {
    /// When the time is over. A calendar that never opens moves nothing: the plain count stands.
    pub fn due(&self, calendar: &WorkCalendar, from: Millis) -> Millis {
        let plain = self.count(calendar, from);
        if calendar.is_open_at(plain) || self.ends_with_the_day(calendar, plain) {
            return plain;
        }
        let moved = match self.when_closed {
            WhenClosed::AfterNextOpening { minutes, .. } => {
                calendar.next_opening(plain).map(|at| at.plus_minutes(i64::from(minutes)))
            }
            WhenClosed::NextOpenDay { .. } => {
                // Past closing time the day is over, and its own closing would lie earlier.
                let day = calendar.date_of(plain);
                let next = calendar.next_open_day(day).and_then(|d| calendar.closing(d));
                next.filter(|at| *at >= plain)
                    .or_else(|| calendar.next_open_day(day.days_after(1)).and_then(|d| calendar.closing(d)))
            }
        };
        moved.map_or(plain, |at| at.max(plain))
    }

    /// A count of days ends at closing time, which is not yet "closed".
    fn ends_with_the_day(&self, calendar: &WorkCalendar, at: Millis) -> bool {
        match self.unit {
            Unit::WorkingDays | Unit::CalendarDays => calendar.closing(calendar.date_of(at)) == Some(at),
            // Open hours are counted to the very minute in which they are used up.
            Unit::OpenHours => true,
            Unit::Elapsed => false,
        }
    }

    fn count(&self, calendar: &WorkCalendar, from: Millis) -> Millis {
        let hours = from.plus_hours(i64::from(self.amount));
        let days = i32::try_from(self.amount).unwrap_or(i32::MAX);
        let day = || calendar.date_of(from).days_after(days);
        let midnight = || calendar.at(day(), 1439);
        match self.unit {
            Unit::Elapsed => hours,
            Unit::OpenHours => calendar.deadline(from, self.amount, ClockUnit::OpenHours).unwrap_or(hours),
            Unit::WorkingDays => calendar.deadline(from, self.amount, ClockUnit::WorkingDays).unwrap_or_else(midnight),
            Unit::CalendarDays => calendar.closing(day()).unwrap_or_else(midnight),
        }
    }
}

/// Longer than any rule: a year in days, in hours as many.
const MOST: u32 = 9_000;

impl Rulebook for ClockBook {
    const KIND: &'static str = "case_clocks";

    #[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
    fn seed() -> Self {
        serde_json::from_str(include_str!("../../seeds/rules.json")).expect("compiled in, and read by a test")
    }

    fn check(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        let mut fault = |path: String, code: &'static str| faults.push(RuleFault { path, code });
        for key in ClockKey::ALL {
            if self.clocks.iter().filter(|c| c.key == *key).count() != 1 {
                fault(format!("clocks.{key}.once"), "case-clock-once");
            }
        }
        for (i, clock) in self.clocks.iter().enumerate() {
            if clock.amount == 0 || clock.amount > MOST {
                fault(format!("clocks.{i}.amount"), "case-clock-amount");
            }
            if !clock.units.contains(&clock.unit) {
                fault(format!("clocks.{i}.unit"), "case-clock-unit");
            }
            let (minutes, never_earlier) = match clock.when_closed {
                WhenClosed::AfterNextOpening { minutes, never_earlier } => (minutes, never_earlier),
                WhenClosed::NextOpenDay { never_earlier } => (0, never_earlier),
            };
            if minutes > 1440 {
                fault(format!("clocks.{i}.when_closed.minutes"), "case-clock-amount");
            }
            if !never_earlier {
                fault(format!("clocks.{i}.when_closed.never_earlier"), "case-clock-earlier");
            }
        }
        faults
    }
}
