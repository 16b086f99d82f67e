//! The call screen's values, made from facts. Pure.

use kernel::{Millis, Plate, StoreDate, StoreTime};
use people::vehicles::{DeliveryFacts, VisitFacts};
use platform::http::Ui;
use platform::i18n::{Label, Locale};

use super::words;
use crate::followup::call::Answer;
use crate::followup::hours::CallHours;
use crate::followup::model::TaskResult;
use crate::followup::outcomes::{Need, Next, Outcomes};
use crate::scripts::{Asked, Question, QuestionKind, Script, Situation, Tongue, Words, say};

/// C8: what the agent knows before the call.
pub struct VisitView {
    pub vehicle: Option<String>,
    pub day_label: String,
    pub day: String,
    /// What is odd about the date.
    pub warning: Option<String>,
    pub mileage: Option<String>,
    pub items: Option<String>,
    pub advisor_label: String,
    pub advisor: Option<String>,
    pub amount: Option<String>,
    pub appointment: Option<String>,
}

/// `unsettled`: the date is the second choice.
pub fn repair(ui: &Ui, v: &VisitFacts, unsettled: bool) -> VisitView {
    let amount = v.amount_fen.map(|paid| match v.estimate_fen {
        Some(guess) => ui.k("call-against-estimate").s("paid", paid).s("guess", guess).to_string(),
        None => paid.to_string(),
    });
    let day = match v.settled_on {
        Some(settled) if settled != v.opened_on => {
            ui.k("call-from-to").s("from", ui.date(&v.opened_on)).s("to", ui.date(&settled)).to_string()
        }
        Some(_) | None => ui.date(&v.opened_on),
    };
    VisitView {
        vehicle: car(v.plate.as_ref(), v.series.as_deref()),
        day_label: ui.t("call-visit-day").into_owned(),
        day,
        warning: unsettled.then(|| ui.t("call-second-date").into_owned()),
        mileage: v.mileage_km.map(|km| ui.km(&Some(km))),
        items: v.items.clone().or_else(|| v.work_type.clone()),
        advisor_label: ui.t("call-advisor").into_owned(),
        advisor: v.advisor.clone(),
        amount,
        appointment: v
            .appointment
            .map(|had| ui.t(if had { "call-appointment-yes" } else { "call-appointment-no" }).into_owned()),
    }
}

pub fn delivery(ui: &Ui, d: &DeliveryFacts) -> VisitView {
    VisitView {
        vehicle: car(d.plate.as_ref(), d.model.as_deref().or(d.series.as_deref())),
        day_label: ui.t("call-delivery-day").into_owned(),
        day: ui.date(&d.delivered_on),
        warning: None,
        mileage: None,
        items: None,
        advisor_label: ui.t("call-consultant").into_owned(),
        advisor: d.consultant.clone(),
        amount: None,
        appointment: None,
    }
}

/// `川A·7K3Q2 速派`
pub fn car(plate: Option<&Plate>, series: Option<&str>) -> Option<String> {
    let plate = plate.map(ToString::to_string);
    let parts: Vec<&str> = plate.as_deref().into_iter().chain(series).filter(|p| !p.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

pub struct QuestionView {
    pub field: String,
    /// Number in the row; a branch has none.
    pub number: String,
    pub text: Said,
    /// What it is called in lists.
    pub short: String,
    pub hint: Option<String>,
    /// Said before it: now about the other car.
    pub before: Option<Said>,
    pub must: bool,
    pub marked: bool,
    /// Why it must be asked, where the store said so.
    pub why: Option<String>,
    /// Its car: asked about no more once it is sold.
    pub vehicle: Option<String>,
    pub show_if: Option<String>,
    pub options: Vec<OptionView>,
    pub sorry: Vec<Sorry>,
    pub prompt: Option<String>,
    pub written: String,
}

pub struct OptionView {
    pub key: String,
    pub digit: String,
    pub label: String,
    pub effect: &'static str,
    pub chosen: bool,
}

pub struct Sorry {
    pub option: String,
    pub line: Said,
}

/// A line that the agent says, in the customer's language.
pub struct Said {
    pub text: String,
    /// In the reader's language, where that is another and the line is written in it.
    pub gloss: Option<String>,
}

pub fn spoken(ui: &Ui, line: &Label, words: &Words) -> Said {
    let read = (ui.locale() == Locale::En).then_some(line.en.as_ref()).flatten();
    Said {
        text: words::zh(ui, &say(line, words, Tongue::Zh)),
        gloss: read.map(|_| say(line, words, Tongue::En)).filter(|gloss| !gloss.is_empty()),
    }
}

/// What the questions of one task are worded with.
pub struct Spoken<'a> {
    pub vehicle: Option<kernel::VehicleId>,
    pub script: &'a Script,
    pub words: &'a Words,
}

/// `earlier`: answers of the call that broke off; they stand again.
pub fn question(ui: &Ui, asked: &Asked<'_>, number: usize, spoken: &Spoken<'_>, earlier: &[Answer]) -> QuestionView {
    let q: &Question = asked.question;
    let line = |l| self::spoken(ui, l, spoken.words);
    let was = earlier.iter().rev().find(|a| a.question == q.key && (q.shared.is_some() || a.task_id == asked.task));
    let is_text = q.kind == QuestionKind::Text;
    QuestionView {
        field: asked.field.clone(),
        number: if asked.show_if.is_some() { String::new() } else { number.to_string() },
        text: line(&q.text),
        short: ui.label(&q.short),
        hint: q.hint.as_ref().map(|h| ui.label(h)),
        before: asked.opens_task.then(|| line(&spoken.script.vehicle_transition)),
        must: q.must_ask,
        marked: is_text,
        why: q.must_why.as_ref().map(|w| ui.label(w)).filter(|w| !w.trim().is_empty()),
        vehicle: spoken.vehicle.filter(|_| q.shared.is_none()).map(|v| v.to_string()),
        show_if: asked.show_if.as_ref().map(|(field, options)| format!("{field}:{}", options.join(","))),
        options: q
            .options
            .iter()
            .map(|o| OptionView {
                key: o.key.clone(),
                digit: o.digit.clone(),
                label: ui.label(&o.label),
                effect: o.effect.key(),
                chosen: was.and_then(|a| a.option_key.as_deref()) == Some(o.key.as_str()),
            })
            .collect(),
        sorry: q
            .options
            .iter()
            .filter(|o| o.effect.wants_apology())
            .filter_map(|o| Some(Sorry { option: o.key.clone(), line: line(o.apology.as_ref()?) }))
            .collect(),
        prompt: is_text.then(|| ui.label(&spoken.script.remark_prompt)),
        written: was.and_then(|a| a.text.clone()).unwrap_or_default(),
    }
}

pub struct OutcomeView {
    pub key: String,
    pub label: String,
    pub hint: String,
    /// For `data-key`, e.g. `ctrl+enter`.
    pub shortcut: String,
    /// For `<kbd>`.
    pub shown: String,
    /// Dialog that asks for what the outcome needs; "" = saved at once.
    pub dialog: String,
    pub asks_time: bool,
    pub asks_who: bool,
    pub asks_sure: bool,
    pub primary: bool,
    /// Only behind "more" where the foot is narrow.
    pub more: bool,
    pub on_phone: bool,
}

/// So many stand in the foot; the others are behind "more".
const FOOT: usize = 7;

pub fn outcomes(ui: &Ui, book: &Outcomes) -> Vec<OutcomeView> {
    book.offered()
        .into_iter()
        .enumerate()
        .map(|(place, o)| OutcomeView {
            dialog: if o.needs.is_empty() { String::new() } else { format!("o-{}", o.key) },
            asks_time: o.needs.contains(&Need::AgreedTime),
            asks_who: o.needs.contains(&Need::WhoWhen),
            asks_sure: o.needs.contains(&Need::Confirm),
            primary: o.result == Some(TaskResult::Complete),
            more: place >= FOOT,
            on_phone: o.next == Next::AgreedTime && o.needs.contains(&Need::AgreedTime),
            label: if o.result == Some(TaskResult::Complete) {
                ui.k("call-complete").s("label", ui.label(&o.label)).to_string()
            } else {
                ui.label(&o.label)
            },
            hint: ui.label(&o.hint),
            shortcut: o.keyboard.to_lowercase(),
            shown: o.keyboard.replace('+', " "),
            key: o.key.clone(),
        })
        .collect()
}

/// What a call is saved as in which a must-ask question stays open.
pub struct PartialView {
    pub key: String,
    pub label: String,
    /// "" where the outcome is off: its key may be another's by now.
    pub shortcut: String,
    pub shown: String,
}

pub fn partial(ui: &Ui, book: &Outcomes) -> Option<PartialView> {
    let o = book.partial()?;
    let key = if o.active { o.keyboard.as_str() } else { "" };
    Some(PartialView {
        label: ui.label(&o.label),
        shortcut: key.to_lowercase(),
        shown: key.replace('+', " "),
        key: o.key.clone(),
    })
}

pub struct SituationView {
    pub key: String,
    pub label: String,
    pub advice: String,
    pub say: Vec<Said>,
    pub never: String,
}

pub fn situation(ui: &Ui, s: &Situation, spoken: &Words) -> SituationView {
    let never = s.never.words.iter().chain(&s.never.acts).map(|l| ui.label(l));
    SituationView {
        key: s.key.clone(),
        label: ui.label(&s.label),
        advice: ui.label(&s.advice),
        say: s.outbound().map(|line| self::spoken(ui, &line.text, spoken)).collect(),
        never: never.collect::<Vec<_>>().join(" · "),
    }
}

/// Times that customers usually name; inside the call windows of open days.
pub struct Slot {
    pub value: i64,
    pub label: String,
}

pub fn later_slots(ui: &Ui, hours: &CallHours<'_>, now: Millis) -> Vec<Slot> {
    let calendar = hours.calendar();
    let today = calendar.date_of(now);
    let mut slots = Vec::new();
    for day in (0..14).map(|n| today.days_after(n)) {
        for time in slot_times(&hours.on(day)) {
            let at = calendar.at(day, time.minute_of_day());
            if at > now.plus_minutes(30) && slots.len() < 6 {
                slots.push(Slot { value: at.0, label: slot_label(ui, today, day, time) });
            }
        }
    }
    slots
}

/// Half an hour into each window, and in a long one once more towards its end: 10:00, 14:30 and 17:30 of the usual ones.
fn slot_times(windows: &[(u16, u16)]) -> Vec<StoreTime> {
    let within = |(from, to): &(u16, u16)| {
        let first = if to - from > 30 { from + 30 } else { *from };
        [Some(first), (to - from >= 240).then(|| to - 90)]
    };
    windows.iter().flat_map(within).flatten().filter_map(StoreTime::from_minute).collect()
}

fn slot_label(ui: &Ui, today: StoreDate, day: StoreDate, time: StoreTime) -> String {
    let minute = time.minute_of_day();
    let clock = format!("{:02}:{:02}", minute / 60, minute % 60);
    match today.days_until(day) {
        0 => ui.k("queue-today-at").s("time", clock).to_string(),
        1 => ui.k("queue-tomorrow-at").s("time", clock).to_string(),
        _ => format!("{} {clock}", ui.date(&day)),
    }
}

const DOUBLE: [&str; 16] = [
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "夏侯", "端木", "百里",
    "南宫", "长孙",
];

/// `陈` of `陈晓帆`, `欧阳` of `欧阳雪`. Other names stay whole.
pub fn surname(name: &str) -> &str {
    let count = name.chars().count();
    let hanzi = name.chars().all(|c| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}'));
    if !hanzi || !(2..=4).contains(&count) {
        return name;
    }
    let take = if count >= 3 && DOUBLE.iter().any(|d| name.starts_with(d)) { 2 } else { 1 };
    let end = name.char_indices().nth(take).map_or(name.len(), |(at, _)| at);
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 姓氏() {
        for (name, wanted) in [
            ("陈晓帆", "陈"),
            ("欧阳雪", "欧阳"),
            ("欧阳", "欧"),
            ("Anna Li", "Anna Li"),
            ("蜀远物流有限公司", "蜀远物流有限公司"),
            ("", ""),
        ] {
            assert_eq!(surname(name), wanted, "{name}");
        }
    }

    #[test]
    fn 改约时段_都在拨打时段之内() {
        for (windows, want) in [
            (&[(570, 720), (840, 1140)][..], "10:00 14:30 17:30"),
            (&[(600, 720)][..], "10:30"),
            (&[(570, 590)][..], "09:30"),
            (&[][..], ""),
        ] {
            let got: Vec<String> = slot_times(windows)
                .into_iter()
                .map(|t| format!("{:02}:{:02}", t.minute_of_day() / 60, t.minute_of_day() % 60))
                .collect();
            assert_eq!(got.join(" "), want);
        }
    }

    #[test]
    fn 车辆() {
        let plate = Plate::parse("川A7K3Q2").ok();
        assert_eq!(car(plate.as_ref(), Some("速派")).as_deref(), Some("川A·7K3Q2 速派"));
        assert_eq!(car(None, Some("")), None);
    }
}
