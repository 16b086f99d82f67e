//! The forms of a rule, of the re-call and of the limits, and how they are read.

use kernel::StoreTime;
use platform::i18n::Label;

use super::Beside;
use crate::editing::{Choice, Control, Field, Read, Section, Words, keyed_choices};
use crate::followup::rules::{
    Ask, CallWindow, ClosedDayEnd, DateField, DayKind, EventDate, EventKind, Fleet, FollowupRules, RecallRule, Rule,
    Skip,
};
use crate::scripts::Subject;

const MOST_DAYS: i64 = 366;

/// A rule to begin with: the shape of the shipped repair follow-up, switched off until somebody wants it.
pub fn blank(rules: &FollowupRules) -> Rule {
    let key = (1..).map(|n| format!("own_{n}")).find(|k| rules.rule(k).is_none()).unwrap_or_default();
    Rule {
        key,
        clause: None,
        label: Label::default(),
        short: Label::default(),
        event: EventKind::RepairOrder,
        event_date: EventDate {
            field: DateField::SettledOn,
            otherwise: Some(DateField::OpenedOn),
            warn_otherwise: true,
        },
        days_from: 1,
        days_to: 3,
        expires_after_day: 7,
        day_kind: DayKind::Calendar,
        closed_day_end: ClosedDayEnd::NextOpenDay,
        attempts: 3,
        spacing_hours: 3,
        different_half_days: true,
        call_windows: rules.recall.call_windows.clone(),
        skip: Skip { opted_out: true, case_open: true, contacted_within_days: 7 },
        ask: vec![Ask::Visitor, Ask::Owner],
        fleet: Fleet::default(),
        script: "service".into(),
        priority: 30,
        active: true,
    }
}

pub fn rule(w: &Words<'_>, beside: &Beside, rule: &Rule, i: usize, new: bool) -> Vec<Section> {
    let at = |field: &str| format!("rules.{i}.{field}");
    let mut basics = Vec::new();
    if new {
        basics.push(w.text(at("key"), "key", &rule.key, 24));
    } else {
        basics.push(w.field(at("key"), "key-fixed", Control::Fixed(rule.key.clone())));
    }
    basics.push(w.check(at("active"), "active", rule.active));
    basics.extend(w.label(&at("label"), "label", &rule.label, 30));
    basics.extend(w.label(&at("short"), "short", &rule.short, 12));
    let mut dates = keyed_choices(w.ui, "rules-date", DateField::ALL, rule.event_date.otherwise);
    dates.insert(0, Choice { value: String::new(), label: w.t("date-none"), on: rule.event_date.otherwise.is_none() });
    let span = (0, MOST_DAYS);
    let when = vec![
        w.select(at("event"), "event", keyed_choices(w.ui, "rules-event", EventKind::ALL, Some(rule.event))),
        w.select(
            at("event_date"),
            "event-date",
            keyed_choices(w.ui, "rules-date", DateField::ALL, Some(rule.event_date.field)),
        ),
        w.select(at("event_date.otherwise"), "otherwise", dates),
        w.check(at("event_date.warn"), "warn-otherwise", rule.event_date.warn_otherwise),
        w.number(at("days_from"), "days-from", rule.days_from, span, "day-after"),
        w.number(at("days_to"), "days-to", rule.days_to, span, "day-after"),
        w.number(at("expires_after_day"), "expires-after-day", rule.expires_after_day, span, "day-after"),
        w.select(at("day_kind"), "day-kind", keyed_choices(w.ui, "rules-day-kind", DayKind::ALL, Some(rule.day_kind))),
        w.select(
            at("closed_day_end"),
            "closed-day-end",
            keyed_choices(w.ui, "rules-closed-end", ClosedDayEnd::ALL, Some(rule.closed_day_end)),
        ),
    ];
    let tries = tries(w, &at(""), rule.attempts, rule.spacing_hours, rule.different_half_days, &rule.call_windows);
    let who = vec![
        w.select(at("ask"), "ask", asks(w, &rule.ask)),
        w.number(at("fleet.max_vehicles_in_detail"), "fleet", rule.fleet.max_vehicles_in_detail, (1, 50), "vehicle"),
        w.select(at("script"), "script", scripts(w, beside, &rule.script, false)),
        w.number(at("priority"), "priority", u32::try_from(rule.priority).unwrap_or(0), (0, 999), ""),
    ];
    let skips = vec![
        w.check(at("skip.opted_out"), "skip-opted-out", rule.skip.opted_out),
        w.check(at("skip.case_open"), "skip-case-open", rule.skip.case_open),
        w.number(at("skip.contacted_within_days"), "skip-contacted", rule.skip.contacted_within_days, span, "day"),
    ];
    vec![
        w.section("basics", basics),
        w.section("when", when),
        w.section("tries", tries),
        w.section("who", who),
        w.section("skips", skips),
    ]
}

fn asks(w: &Words<'_>, now: &[Ask]) -> Vec<Choice> {
    let visitor = now.contains(&Ask::Visitor);
    let choice = |value: &str, on| Choice { value: value.into(), label: w.t(&format!("ask-{value}")), on };
    vec![choice("visitor", visitor), choice("owner", !visitor)]
}

/// A re-call is asked with a script for cases, everything else with one for visits or deliveries.
fn scripts(w: &Words<'_>, beside: &Beside, now: &str, recall: bool) -> Vec<Choice> {
    let fits = |s: &&(String, Label, Subject)| (s.2 == Subject::Case) == recall;
    let choice = |s: &(String, Label, Subject)| Choice { value: s.0.clone(), label: w.ui.label(&s.1), on: s.0 == now };
    beside.scripts.iter().filter(fits).map(choice).collect()
}

/// `at` ends with a dot.
fn tries(w: &Words<'_>, at: &str, attempts: u32, spacing: u32, halves: bool, windows: &[CallWindow]) -> Vec<Field> {
    let at = |field: &str| format!("{at}{field}");
    let mut spans: Vec<(String, String)> = windows.iter().map(|w| (w.from.to_string(), w.to.to_string())).collect();
    spans.push((String::new(), String::new()));
    vec![
        w.number(at("attempts"), "attempts", attempts, (1, 20), "times"),
        w.number(at("spacing_hours"), "spacing", spacing, (0, 72), "hour"),
        w.check(at("different_half_days"), "half-days", halves),
        w.field(at("call_windows"), "call-windows", Control::Spans(spans)).wide(),
    ]
}

pub fn read_rule(read: &mut Read<'_>, beside: &Beside, rule: &mut Rule, i: usize) {
    let at = |field: &str| format!("rules.{i}.{field}");
    rule.active = read.flag(&at("active"));
    read.label(&at("label"), &mut rule.label);
    read.label(&at("short"), &mut rule.short);
    read.choice(&at("event"), EventKind::parse, &mut rule.event);
    read.choice(&at("event_date"), DateField::parse, &mut rule.event_date.field);
    if read.has(&at("event_date.otherwise")) {
        rule.event_date.otherwise = DateField::parse(read.get(&at("event_date.otherwise")));
    }
    rule.event_date.warn_otherwise = read.flag(&at("event_date.warn"));
    read.number(&at("days_from"), &mut rule.days_from);
    read.number(&at("days_to"), &mut rule.days_to);
    read.number(&at("expires_after_day"), &mut rule.expires_after_day);
    read.choice(&at("day_kind"), DayKind::parse, &mut rule.day_kind);
    read.choice(&at("closed_day_end"), ClosedDayEnd::parse, &mut rule.closed_day_end);
    let tries = Tries {
        attempts: &mut rule.attempts,
        spacing: &mut rule.spacing_hours,
        halves: &mut rule.different_half_days,
        windows: &mut rule.call_windows,
    };
    read_tries(read, &at(""), tries);
    if read.has(&at("ask")) {
        rule.ask = if read.get(&at("ask")) == "owner" { vec![Ask::Owner] } else { vec![Ask::Visitor, Ask::Owner] };
    }
    read.number(&at("fleet.max_vehicles_in_detail"), &mut rule.fleet.max_vehicles_in_detail);
    read.number(&at("priority"), &mut rule.priority);
    rule.skip.opted_out = read.flag(&at("skip.opted_out"));
    rule.skip.case_open = read.flag(&at("skip.case_open"));
    read.number(&at("skip.contacted_within_days"), &mut rule.skip.contacted_within_days);
    let wanted = match rule.event {
        EventKind::RepairOrder => Subject::RepairOrder,
        EventKind::Delivery => Subject::Delivery,
    };
    read_script(read, beside, &at("script"), wanted, &mut rule.script);
}

/// The questions are about what the script was written for.
fn read_script(read: &mut Read<'_>, beside: &Beside, path: &str, wanted: Subject, into: &mut String) {
    read.text(path, into);
    match beside.scripts.iter().find(|s| s.0 == *into) {
        Some(script) if script.2 == wanted => {}
        Some(_) => read.errors.add(path.to_owned(), "rule-script-other"),
        None => read.errors.add(path.to_owned(), "rule-script-missing"),
    }
}

struct Tries<'a> {
    attempts: &'a mut u32,
    spacing: &'a mut u32,
    halves: &'a mut bool,
    windows: &'a mut Vec<CallWindow>,
}

fn read_tries(read: &mut Read<'_>, at: &str, into: Tries<'_>) {
    let Tries { attempts, spacing, halves, windows: kept } = into;
    read.number(&format!("{at}attempts"), attempts);
    read.number(&format!("{at}spacing_hours"), spacing);
    *halves = read.flag(&format!("{at}different_half_days"));
    let path = format!("{at}call_windows");
    let Some(spans) = read.spans(&path) else { return };
    let mut windows = Vec::new();
    for (from, to) in spans {
        match (from.parse::<StoreTime>(), to.parse::<StoreTime>()) {
            (Ok(from), Ok(to)) => windows.push(CallWindow { from, to }),
            (Err(_), _) | (_, Err(_)) => return read.errors.add(path, "rule-call-time"),
        }
    }
    *kept = windows;
}

pub fn recall(w: &Words<'_>, beside: &Beside, rule: &RecallRule) -> Vec<Section> {
    let mut fields =
        tries(w, "recall.", rule.attempts, rule.spacing_hours, rule.different_half_days, &rule.call_windows);
    fields.push(w.number(
        "recall.expires_after_days",
        "recall-expires",
        rule.expires_after_days,
        (0, MOST_DAYS),
        "day",
    ));
    fields.push(w.select("recall.script", "script", scripts(w, beside, &rule.script, true)));
    let priority = u32::try_from(rule.priority).unwrap_or(0);
    fields.push(w.number("recall.priority", "priority", priority, (0, 999), ""));
    vec![w.section("tries", fields)]
}

pub fn read_recall(read: &mut Read<'_>, beside: &Beside, rule: &mut RecallRule) {
    let tries = Tries {
        attempts: &mut rule.attempts,
        spacing: &mut rule.spacing_hours,
        halves: &mut rule.different_half_days,
        windows: &mut rule.call_windows,
    };
    read_tries(read, "recall.", tries);
    read.number("recall.expires_after_days", &mut rule.expires_after_days);
    read_script(read, beside, "recall.script", Subject::Case, &mut rule.script);
    read.number("recall.priority", &mut rule.priority);
}

pub fn limits(w: &Words<'_>, rules: &FollowupRules) -> Vec<Section> {
    let l = &rules.limits;
    let planning = w.number(
        "planning.first_import_days_back",
        "days-back",
        rules.planning.first_import_days_back,
        (0, MOST_DAYS),
        "day",
    );
    let limits = vec![
        w.number("limits.lease_minutes", "lease", l.lease_minutes, (1, 120), "minute"),
        w.number("limits.dials_per_hour", "dials", l.dials_per_hour, (1, 1_000), "times"),
        w.number("limits.show_number_seconds", "show-number", l.show_number_seconds, (1, 600), "second"),
        w.number("limits.take_back_minutes", "take-back", l.take_back_minutes, (1, 1_440), "minute"),
    ];
    vec![w.section("planning", vec![planning]), w.section("limits", limits)]
}

pub fn read_limits(read: &mut Read<'_>, rules: &mut FollowupRules) {
    read.number("planning.first_import_days_back", &mut rules.planning.first_import_days_back);
    read.number("limits.lease_minutes", &mut rules.limits.lease_minutes);
    read.number("limits.dials_per_hour", &mut rules.limits.dials_per_hour);
    read.number("limits.show_number_seconds", &mut rules.limits.show_number_seconds);
    read.number("limits.take_back_minutes", &mut rules.limits.take_back_minutes);
}
