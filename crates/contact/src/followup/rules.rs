//! C6: follow-up rules as data. One document per version, for the group or a store.

use kernel::StoreTime;
use platform::keyed;
use serde::{Deserialize, Serialize};

use platform::i18n::Label;
use platform::rulebook::{RuleFault, Rulebook};

/// Document `followup_rules`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FollowupRules {
    pub rules: Vec<Rule>,
    #[serde(default)]
    pub recall: RecallRule,
    #[serde(default)]
    pub targets: Vec<Target>,
    /// A9.12: until so many months after its delivery a car is a new car, and its repairs are those of one.
    #[serde(default = "usual_new_car_months")]
    pub new_car_months: u32,
    #[serde(default)]
    pub planning: Planning,
    #[serde(default)]
    pub limits: Limits,
}

/// Event, days from–to, calendar, expiry, script, attempts, spacing, call windows, skips.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// `3DC`, `7DC`; the kind of its tasks.
    pub key: String,
    #[serde(default)]
    pub clause: Option<String>,
    pub label: Label,
    pub short: Label,
    pub event: EventKind,
    pub event_date: EventDate,
    /// Days after the event on which the window begins and ends, both included.
    pub days_from: u32,
    pub days_to: u32,
    /// The last day on which the task may still be worked on.
    pub expires_after_day: u32,
    pub day_kind: DayKind,
    pub closed_day_end: ClosedDayEnd,
    pub attempts: u32,
    pub spacing_hours: u32,
    pub different_half_days: bool,
    /// Store time; on open days only.
    pub call_windows: Vec<CallWindow>,
    pub skip: Skip,
    /// Whom to ask: the first that can be reached.
    pub ask: Vec<Ask>,
    #[serde(default)]
    pub fleet: Fleet,
    /// Key of the script.
    pub script: String,
    /// Lower is called first where all else is equal.
    pub priority: i64,
    pub active: bool,
}

keyed! { pub enum EventKind { RepairOrder = "repair_order", Delivery = "delivery" } }
keyed! { pub enum DateField { SettledOn = "settled_on", OpenedOn = "opened_on", DeliveredOn = "delivered_on" } }
keyed! { pub enum DayKind { Calendar = "calendar", Working = "working" } }
keyed! { pub enum ClosedDayEnd { NextOpenDay = "next_open_day", Stay = "stay" } }
keyed! { pub enum Ask { Visitor = "visitor", Owner = "owner" } }

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventDate {
    #[serde(rename = "use")]
    pub field: DateField,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<DateField>,
    /// The call screen says that the date is the second choice.
    #[serde(default)]
    pub warn_otherwise: bool,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallWindow {
    pub from: StoreTime,
    pub to: StoreTime,
}

#[derive(Copy, Clone, Debug, Serialize, Deserialize)]
pub struct Skip {
    pub opted_out: bool,
    pub case_open: bool,
    /// 0 = does not matter.
    pub contacted_within_days: u32,
}

#[derive(Copy, Clone, Debug, Serialize, Deserialize)]
pub struct Fleet {
    pub max_vehicles_in_detail: u32,
}

impl Default for Fleet {
    fn default() -> Self {
        Self { max_vehicles_in_detail: 3 }
    }
}

/// B8.4e: how a re-call is tried. Its deadline is the case's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecallRule {
    pub attempts: u32,
    pub spacing_hours: u32,
    pub different_half_days: bool,
    pub call_windows: Vec<CallWindow>,
    /// Days after its deadline until which it stays in the queue, overdue.
    pub expires_after_days: u32,
    pub script: String,
    pub priority: i64,
}

impl Default for RecallRule {
    fn default() -> Self {
        Self {
            attempts: 4,
            spacing_hours: 3,
            different_half_days: true,
            call_windows: usual_windows(),
            expires_after_days: 14,
            script: super::model::RECALL.into(),
            priority: 0,
        }
    }
}

pub const fn usual_new_car_months() -> u32 {
    12
}

fn usual_windows() -> Vec<CallWindow> {
    let time = |h, m| StoreTime::new(h, m).unwrap_or(StoreTime::MIDNIGHT);
    vec![CallWindow { from: time(9, 30), to: time(12, 0) }, CallWindow { from: time(14, 0), to: time(19, 0) }]
}

/// A9.12: what the rates are measured against; read by the reports.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Target {
    pub key: String,
    #[serde(default)]
    pub clause: Option<String>,
    pub rule: String,
    pub segment: Segment,
    /// `None` = every brand without a target of its own.
    pub brand: Option<String>,
    pub label: Label,
    pub rate: String,
    pub compare: String,
    pub permille: u32,
}

keyed! {
    pub enum Segment { NewCar = "new_car", RepairOfNewCar = "repair_of_new_car", RepairOther = "repair_other" }
}

impl Segment {
    pub const fn class(self) -> super::model::Class {
        match self {
            Self::NewCar => super::model::Class::NewCar,
            Self::RepairOfNewCar => super::model::Class::NewCarRepair,
            Self::RepairOther => super::model::Class::Repair,
        }
    }
}

#[derive(Copy, Clone, Debug, Serialize, Deserialize)]
pub struct Planning {
    /// A store's first import plans from so many days back.
    pub first_import_days_back: u32,
}
impl Default for Planning {
    fn default() -> Self {
        Self { first_import_days_back: 3 }
    }
}

#[derive(Copy, Clone, Debug, Serialize, Deserialize)]
pub struct Limits {
    pub lease_minutes: u32,
    pub dials_per_hour: u32,
    pub show_number_seconds: u32,
    pub take_back_minutes: u32,
}
impl Default for Limits {
    fn default() -> Self {
        Self { lease_minutes: 10, dials_per_hour: 60, show_number_seconds: 30, take_back_minutes: 10 }
    }
}

/// How attempts of one contact are spaced.
#[derive(Copy, Clone, Debug)]
pub struct Spacing {
    pub hours: u32,
    pub different_half_days: bool,
}

impl FollowupRules {
    pub fn rule(&self, key: &str) -> Option<&Rule> {
        self.rules.iter().find(|r| r.key == key)
    }
    pub fn active(&self, event: EventKind) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |r| r.active && r.event == event)
    }
    /// The call windows of a task kind; a rule that is gone leaves the usual ones.
    pub fn windows(&self, kind: &str) -> &[CallWindow] {
        self.rule(kind).map_or(&self.recall.call_windows, |r| &r.call_windows)
    }
    pub fn spacing(&self, kind: &str) -> Spacing {
        self.rule(kind).map_or(
            Spacing { hours: self.recall.spacing_hours, different_half_days: self.recall.different_half_days },
            |r| Spacing { hours: r.spacing_hours, different_half_days: r.different_half_days },
        )
    }
    pub fn priority(&self, kind: &str) -> i64 {
        self.rule(kind).map_or(self.recall.priority, |r| r.priority)
    }
    pub fn max_vehicles(&self) -> usize {
        let most = self.rules.iter().map(|r| r.fleet.max_vehicles_in_detail).max().unwrap_or(3);
        usize::try_from(most).unwrap_or(3).max(1)
    }
    /// Name of a task kind for a person.
    pub fn label(&self, kind: &str) -> Option<&Label> {
        self.rule(kind).map(|r| &r.short)
    }
}

impl Rulebook for FollowupRules {
    const KIND: &'static str = "followup_rules";

    fn seed() -> Self {
        super::seed(include_str!("../../seeds/rules.json"))
    }

    fn check(&self) -> Vec<RuleFault> {
        let mut faults: Vec<RuleFault> = Vec::new();
        for (i, rule) in self.rules.iter().enumerate() {
            let at = |field: &str| format!("rules.{i}.{field}");
            if !good_key(&rule.key) || rule.key == super::model::RECALL {
                fault(&mut faults, at("key"), "rule-key");
            }
            if self.rules.iter().filter(|r| r.key == rule.key).count() > 1 {
                fault(&mut faults, at("key"), "rule-key-twice");
            }
            for (field, label) in [("label.zh", &rule.label), ("short.zh", &rule.short)] {
                if label.zh.trim().is_empty() {
                    fault(&mut faults, at(field), "label-missing");
                }
            }
            if rule.days_from > rule.days_to {
                fault(&mut faults, at("days_to"), "rule-window-turned");
            }
            if rule.days_to > rule.expires_after_day {
                fault(&mut faults, at("expires_after_day"), "rule-expires-early");
            }
            if rule.expires_after_day > 366 {
                fault(&mut faults, at("expires_after_day"), "rule-too-long");
            }
            if !date_fits(rule.event, rule.event_date.field)
                || rule.event_date.otherwise.is_some_and(|f| !date_fits(rule.event, f))
            {
                fault(&mut faults, at("event_date"), "rule-date-of-other-event");
            }
            if rule.ask.is_empty() {
                fault(&mut faults, at("ask"), "rule-asks-nobody");
            }
            if rule.skip.contacted_within_days > 366 {
                fault(&mut faults, at("skip.contacted_within_days"), "rule-too-long");
            }
            if !(1..=50).contains(&rule.fleet.max_vehicles_in_detail) {
                fault(&mut faults, at("fleet.max_vehicles_in_detail"), "rule-vehicles");
            }
            if rule.script.trim().is_empty() {
                fault(&mut faults, at("script"), "rule-script-missing");
            }
            check_tries(&mut faults, &format!("rules.{i}"), rule.attempts, rule.spacing_hours, &rule.call_windows);
        }
        let recall = &self.recall;
        check_tries(&mut faults, "recall", recall.attempts, recall.spacing_hours, &recall.call_windows);
        if recall.script.trim().is_empty() {
            fault(&mut faults, "recall.script".into(), "rule-script-missing");
        }
        if recall.expires_after_days > 366 {
            fault(&mut faults, "recall.expires_after_days".into(), "rule-too-long");
        }
        if self.planning.first_import_days_back > 366 {
            fault(&mut faults, "planning.first_import_days_back".into(), "rule-too-long");
        }
        let priorities = self.rules.iter().enumerate().map(|(i, r)| (format!("rules.{i}"), r.priority));
        for (at, priority) in priorities.chain([("recall".into(), recall.priority)]) {
            if !(0..=999).contains(&priority) {
                fault(&mut faults, format!("{at}.priority"), "rule-priority");
            }
        }
        if !(1..=60).contains(&self.new_car_months) {
            fault(&mut faults, "new_car_months".into(), "rule-new-car-months");
        }
        for (i, target) in self.targets.iter().enumerate() {
            if target.brand.as_ref().is_some_and(|b| b.trim().is_empty()) {
                fault(&mut faults, format!("targets.{i}.brand"), "rule-target-brand");
            }
            let twin = |t: &Target| t.segment == target.segment && t.brand == target.brand;
            if self.targets.iter().take(i).any(twin) {
                let field = if target.brand.is_some() { "brand" } else { "permille" };
                fault(&mut faults, format!("targets.{i}.{field}"), "rule-target-twice");
            }
            if target.permille > 1000 {
                fault(&mut faults, format!("targets.{i}.permille"), "rule-permille");
            }
            if self.rule(&target.rule).is_none() {
                fault(&mut faults, format!("targets.{i}.rule"), "rule-unknown");
            }
        }
        let limits = &self.limits;
        for (field, value, most) in [
            ("lease_minutes", limits.lease_minutes, 120),
            ("dials_per_hour", limits.dials_per_hour, 1_000),
            ("show_number_seconds", limits.show_number_seconds, 600),
            ("take_back_minutes", limits.take_back_minutes, 1_440),
        ] {
            if value == 0 || value > most {
                fault(&mut faults, format!("limits.{field}"), "rule-limit");
            }
        }
        faults
    }
}

fn fault(faults: &mut Vec<RuleFault>, path: String, code: &'static str) {
    faults.push(RuleFault { path, code });
}

fn check_tries(faults: &mut Vec<RuleFault>, at: &str, attempts: u32, spacing: u32, windows: &[CallWindow]) {
    if !(1..=20).contains(&attempts) {
        fault(faults, format!("{at}.attempts"), "rule-attempts");
    }
    if spacing > 72 {
        fault(faults, format!("{at}.spacing_hours"), "rule-spacing");
    }
    let ordered = windows.windows(2).all(|pair| pair[0].to <= pair[1].from);
    if windows.is_empty() || !ordered || windows.iter().any(|w| w.from >= w.to) {
        fault(faults, format!("{at}.call_windows"), "rule-call-windows");
    }
}

fn good_key(key: &str) -> bool {
    (1..=24).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

const fn date_fits(event: EventKind, field: DateField) -> bool {
    match (event, field) {
        (EventKind::RepairOrder, DateField::SettledOn | DateField::OpenedOn)
        | (EventKind::Delivery, DateField::DeliveredOn) => true,
        (EventKind::RepairOrder, DateField::DeliveredOn)
        | (EventKind::Delivery, DateField::SettledOn | DateField::OpenedOn) => false,
    }
}
