//! The shipped documents, and what may not be saved.

use platform::rulebook::Rulebook as _;

use crate::followup::model::TaskResult;
use crate::followup::outcomes::{Next, Outcomes};
use crate::followup::rules::{CallWindow, FollowupRules};

#[test]
fn 出厂规则_照章() {
    let rules = FollowupRules::seed();
    assert_eq!(rules.check(), Vec::new());
    for (key, days, expires, attempts, script) in [("3DC", (1, 3), 7, 3, "service"), ("7DC", (3, 7), 14, 4, "delivery")]
    {
        let r = rules.rule(key).expect(key);
        assert_eq!((r.days_from, r.days_to), days, "{key}");
        assert_eq!((r.expires_after_day, r.attempts, r.script.as_str()), (expires, attempts, script));
        assert_eq!((r.spacing_hours, r.different_half_days, r.skip.contacted_within_days), (3, true, 7));
        let windows: Vec<String> = r.call_windows.iter().map(|w| format!("{}-{}", w.from, w.to)).collect();
        assert_eq!(windows, ["09:30-12:00", "14:00-19:00"]);
        assert!(r.skip.opted_out && r.skip.case_open && r.active);
        assert_eq!(r.fleet.max_vehicles_in_detail, 3);
    }
    assert_eq!((rules.planning.first_import_days_back, rules.limits.dials_per_hour), (3, 60));
    assert_eq!((rules.limits.lease_minutes, rules.limits.take_back_minutes), (10, 10));
    assert_eq!(rules.targets.iter().map(|t| t.permille).collect::<Vec<_>>(), [1000, 1000, 800]);
    assert_eq!(rules.new_car_months, 12);
    // A document of before that was a field says what was the rule then.
    let mut old = serde_json::to_value(&rules).expect("json");
    old.as_object_mut().expect("a document").remove("new_car_months");
    old["targets"][1]["delivered_within_months"] = 12.into();
    let old: FollowupRules = serde_json::from_value(old).expect("an older document reads");
    assert_eq!((old.new_car_months, old.check()), (12, Vec::new()));
    // Saved and read again it is the same document.
    let text = serde_json::to_string(&rules).expect("json");
    let again: FollowupRules = serde_json::from_str(&text).expect("the same");
    assert_eq!(serde_json::to_string(&again).expect("json"), text);
}

#[test]
fn 规则_错处逐条指出() {
    let check = |change: &dyn Fn(&mut FollowupRules)| {
        let mut rules = FollowupRules::seed();
        change(&mut rules);
        rules.check().into_iter().map(|f| format!("{} {}", f.path, f.code)).collect::<Vec<_>>()
    };
    type Change<'a> = &'a dyn Fn(&mut FollowupRules);
    let table: [(&str, Change<'_>); 13] = [
        ("rules.1.days_to rule-window-turned", &|r| r.rules[1].days_from = 4),
        ("rules.1.expires_after_day rule-expires-early", &|r| r.rules[1].expires_after_day = 2),
        ("rules.0.attempts rule-attempts", &|r| r.rules[0].attempts = 0),
        ("rules.0.call_windows rule-call-windows", &|r| r.rules[0].call_windows.clear()),
        ("rules.0.call_windows rule-call-windows", &|r| r.rules[0].call_windows.swap(0, 1)),
        ("rules.0.call_windows rule-call-windows", &|r| {
            let w = r.rules[0].call_windows[0];
            r.rules[0].call_windows[0] = CallWindow { from: w.to, to: w.from };
        }),
        ("rules.0.ask rule-asks-nobody", &|r| r.rules[0].ask.clear()),
        ("rules.1.key rule-key", &|r| r.rules[1].key = "三日".into()),
        ("rules.0.event_date rule-date-of-other-event", &|r| r.rules[0].event_date = r.rules[1].event_date.clone()),
        ("limits.lease_minutes rule-limit", &|r| r.limits.lease_minutes = 0),
        ("targets.0.permille rule-permille", &|r| r.targets[0].permille = 1001),
        ("new_car_months rule-new-car-months", &|r| r.new_car_months = 0),
        ("new_car_months rule-new-car-months", &|r| r.new_car_months = 61),
    ];
    for (want, change) in table {
        let faults = check(change);
        assert!(faults.iter().any(|f| f == want), "{want}: {faults:?}");
    }
    let twice = check(&|r| r.rules[1].key = "7DC".into());
    assert!(twice.iter().filter(|f| f.ends_with("rule-key-twice")).count() == 2, "{twice:?}");
}

#[test]
fn 出厂结果_照章() {
    let seed = Outcomes::seed();
    assert_eq!(seed.check(), Vec::new());
    for (key, attempt, reached, result, next) in [
        ("complete", true, true, Some(TaskResult::Complete), Next::None),
        ("partial", true, true, Some(TaskResult::Partial), Next::None),
        ("not_convenient", true, true, None, Next::AgreedTime),
        ("no_answer", true, false, None, Next::InMinutes { minutes: 240 }),
        ("busy", true, false, None, Next::InMinutes { minutes: 20 }),
        ("switched_off", true, false, None, Next::NextHalfDay),
        ("out_of_service", true, false, None, Next::NextNumber),
        ("wrong_number", true, false, None, Next::NextNumber),
        ("not_the_person", true, false, None, Next::AgreedTime),
        ("refused", true, true, Some(TaskResult::Refused), Next::None),
        ("opted_out", true, true, Some(TaskResult::OptedOut), Next::None),
        ("line_broken", true, true, None, Next::AtOnce),
        ("misdialled", false, false, None, Next::AtOnce),
    ] {
        let o = seed.get(key).expect(key);
        assert_eq!((o.attempt, o.reached, o.result, o.next), (attempt, reached, result, next), "{key}");
    }
    assert_eq!(seed.outcomes.len(), 13);
    let mut broken = seed;
    broken.outcomes[0].result = None;
    broken.outcomes[1].keyboard = broken.outcomes[2].keyboard.clone();
    let codes: Vec<_> = broken.check().into_iter().map(|f| f.code).collect();
    assert!(codes.contains(&"outcome-result") && codes.contains(&"outcome-keyboard-twice"), "{codes:?}");
    assert!(codes.contains(&"outcome-complete-missing"), "{codes:?}");
}
