//! A9.12: what the rates are measured against; a brand may have targets of its own.

use crate::editing::{Choice, Control, Read, Section, Words, keyed_choices};
use crate::followup::rules::{FollowupRules, Segment, Target};

/// `New cars 100% · Repairs of new cars 100% · Other repairs 80%`
pub fn summary(rules: &FollowupRules, w: &Words<'_>) -> String {
    let usual = rules.targets.iter().filter(|t| t.brand.is_none());
    let all = usual.map(|t| format!("{} {}%", w.ui.v("rules-segment", t.segment), percent(t.permille)));
    all.collect::<Vec<_>>().join(" · ")
}

/// 80, 80.5
fn percent(permille: u32) -> String {
    match permille % 10 {
        0 => (permille / 10).to_string(),
        rest => format!("{}.{rest}", permille / 10),
    }
}

/// `80`, `80.5`, `80%` and full-width digits.
fn permille(text: &str) -> Option<u32> {
    let plain: String =
        text.trim().trim_end_matches(['%', '％']).chars().map(|c| if c == '．' { '.' } else { c }).collect();
    let (whole, tenth) = plain.trim().split_once('.').unwrap_or((plain.trim(), "0"));
    let tenth: u32 = if tenth.len() == 1 { tenth.parse().ok()? } else { return None };
    let whole: u32 = whole.parse().ok()?;
    whole.checked_mul(10)?.checked_add(tenth)
}

pub fn sections(w: &Words<'_>, rules: &FollowupRules) -> Vec<Section> {
    let rate = |i: usize, t: &Target| {
        let value = percent(t.permille);
        w.field(format!("targets.{i}.permille"), "permille", Control::Text { value, max: 6, list: Vec::new() })
    };
    let usual = rules.targets.iter().enumerate().filter(|(_, t)| t.brand.is_none());
    let fields = usual.map(|(i, t)| {
        let mut field = rate(i, t);
        field.label = w.ui.label(&t.label);
        field.hint = w.ui.v("rules-segment-hint", t.segment).into_owned();
        field
    });
    let mut fields: Vec<_> = fields.collect();
    fields.push(w.number("new_car_months", "new-car-months", rules.new_car_months, (1, 60), "month"));
    let mut list = vec![w.section("usual", fields)];
    for (i, t) in rules.targets.iter().enumerate().filter(|(_, t)| t.brand.is_some()) {
        let brand = t.brand.as_deref().unwrap_or_default();
        list.push(Section {
            title: w.ui.k("rules-target-of").s("brand", brand).to_string(),
            lead: String::new(),
            fields: vec![
                w.text(format!("targets.{i}.brand"), "brand", brand, 30),
                w.select(format!("targets.{i}.segment"), "segment", segments(w, Some(t.segment))),
                rate(i, t),
                w.check(format!("targets.{i}.gone"), "target-gone", false),
            ],
            folded: false,
        });
    }
    list.push(Section {
        title: w.t("target-add"),
        lead: w.t("target-add-lead"),
        fields: vec![
            w.text("target.new.brand", "brand", "", 30),
            w.select("target.new.segment", "segment", segments(w, Some(Segment::RepairOther))),
            w.field(
                "target.new.permille",
                "permille",
                Control::Text { value: String::new(), max: 6, list: Vec::new() },
            ),
        ],
        folded: true,
    });
    list
}

fn segments(w: &Words<'_>, now: Option<Segment>) -> Vec<Choice> {
    keyed_choices(w.ui, "rules-segment", Segment::ALL, now)
}

pub fn read(read: &mut Read<'_>, rules: &mut FollowupRules) {
    read.number("new_car_months", &mut rules.new_car_months);
    let mut gone = Vec::new();
    for (i, target) in rules.targets.iter_mut().enumerate() {
        let at = |field: &str| format!("targets.{i}.{field}");
        if target.brand.is_some() && read.flag(&at("gone")) {
            gone.push(i);
            continue;
        }
        rate(read, &at("permille"), &mut target.permille);
        if target.brand.is_some() && read.has(&at("brand")) {
            target.brand = Some(read.get(&at("brand")).to_owned());
            read.choice(&at("segment"), Segment::parse, &mut target.segment);
        }
    }
    // What a brand's target counts is what the usual one of its class counts.
    let usual: Vec<Target> = rules.targets.iter().filter(|t| t.brand.is_none()).cloned().collect();
    for target in rules.targets.iter_mut().filter(|t| t.brand.is_some()) {
        if let Some(model) = usual.iter().find(|u| u.segment == target.segment) {
            *target = Target {
                brand: target.brand.take(),
                permille: target.permille,
                key: target.key.clone(),
                ..model.clone()
            };
        }
    }
    let mut at = 0;
    rules.targets.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
    let brand = read.get("target.new.brand");
    if brand.is_empty() {
        return;
    }
    let mut segment = Segment::RepairOther;
    read.choice("target.new.segment", Segment::parse, &mut segment);
    let Some(model) = usual.iter().find(|u| u.segment == segment) else {
        return read.errors.add("target.new.segment", "editing-choice");
    };
    let mut target = Target { brand: Some(brand.to_owned()), clause: None, ..model.clone() };
    let free = |key: &String| rules.targets.iter().all(|t| t.key != *key);
    target.key = (1..).map(|n| format!("{segment}_{n}")).find(free).unwrap_or_default();
    rate(read, "target.new.permille", &mut target.permille);
    rules.targets.push(target);
}

fn rate(read: &mut Read<'_>, path: &str, into: &mut u32) {
    if !read.has(path) {
        return;
    }
    match permille(read.get(path)) {
        Some(value) => *into = value,
        None => read.errors.add(path.to_owned(), "rule-percent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_read_as_people_write_them() {
        for (text, want) in
            [("80", Some(800)), ("80.5", Some(805)), ("80%", Some(800)), ("80.55", None), ("viel", None)]
        {
            assert_eq!(permille(text), want, "{text}");
        }
        assert_eq!((percent(800), percent(805)), ("80".into(), "80.5".into()));
    }
}
