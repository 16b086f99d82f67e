//! 通话结果: what an outcome counts for, when to try again, and its key, edited by the supervisor.

use std::sync::Arc;

use askama::Template;
use kernel::{Millis, Result, WorkCalendar};
use platform::http::{Desk, Failure, Ui};
use platform::i18n::Label;
use platform::rulebook::{self, Versioned};

use super::call_view::{self, OutcomeView};
use crate::editing::{
    Cell, Change, Choice, Control, Document, NEW, On, Read, Row, Section, Table, View, Words, keyed_choices,
};
use crate::followup::hours::CallHours;
use crate::followup::model::TaskResult;
use crate::followup::outcomes::{Ends, Need, Next, NumberMark, Outcome, Outcomes, TAKEN};
use crate::followup::people_port;
use crate::followup::rules::{FollowupRules, Spacing};
use crate::followup::tries;

pub struct Beside {
    cal: Arc<WorkCalendar>,
    rules: Arc<Versioned<FollowupRules>>,
    now: Millis,
}

/// How it ends, in one choice: nothing, a result, or every programme.
const ENDINGS: [(&str, Ends, Option<TaskResult>); 5] = [
    ("none", Ends::None, None),
    ("complete", Ends::Task, Some(TaskResult::Complete)),
    ("partial", Ends::Task, Some(TaskResult::Partial)),
    ("refused", Ends::Task, Some(TaskResult::Refused)),
    ("opted_out", Ends::Programme, Some(TaskResult::OptedOut)),
];

const NEXTS: [&str; 6] = ["none", "at_once", "in_minutes", "next_half_day", "next_number", "agreed_time"];

/// Where somebody first chooses minutes.
const USUAL_MINUTES: u32 = 60;

const fn next_key(next: Next) -> &'static str {
    match next {
        Next::None => "none",
        Next::AtOnce => "at_once",
        Next::InMinutes { .. } => "in_minutes",
        Next::NextHalfDay => "next_half_day",
        Next::NextNumber => "next_number",
        Next::AgreedTime => "agreed_time",
    }
}

fn place_of(book: &Outcomes, item: &str) -> Option<usize> {
    book.outcomes.iter().position(|o| o.key == item)
}

fn blank(book: &Outcomes) -> Outcome {
    let free = |k: &String| book.get(k).is_none();
    let letters = ('A'..='Z').map(|c| c.to_string());
    let used =
        |l: &String| TAKEN.contains(&l.as_str()) || book.outcomes.iter().any(|o| o.keyboard.eq_ignore_ascii_case(l));
    Outcome {
        key: (1..).map(|n| format!("own_{n}")).find(free).unwrap_or_default(),
        label: Label::default(),
        keyboard: letters.into_iter().find(|l| !used(l)).unwrap_or_default(),
        attempt: true,
        reached: false,
        ends: Ends::None,
        result: None,
        next: Next::InMinutes { minutes: USUAL_MINUTES },
        number_mark: NumberMark::None,
        needs: Vec::new(),
        continues_attempt: false,
        hint: Label::default(),
        sort: book.outcomes.iter().map(|o| o.sort).max().unwrap_or(0) + 10,
        active: true,
    }
}

impl Document for Outcomes {
    const PATH: &'static str = "/rules/outcomes";
    const RESTORED: &'static str = "/rules/outcomes/restored";
    const PREVIEW: &'static str = "/rules/outcomes/preview";
    const WORDS: &'static str = "outcomes";
    type Beside = Beside;

    async fn beside(desk: &Desk) -> Result<Beside> {
        let scope = desk.scope();
        let (group, store) = (scope.group, scope.store()?);
        let mut q = desk.reads();
        Ok(Beside {
            cal: people_port::calendar(&mut q, group, store).await?,
            rules: rulebook::current::<FollowupRules>(&mut q, group, store).await?,
            now: desk.now(),
        })
    }

    fn view(&self, on: &On<'_, Beside>, item: &str) -> Option<View> {
        let w = Words { ui: on.ui, prefix: Self::WORDS };
        if item.is_empty() {
            return Some(View { tables: vec![table(self, &w)], ..View::default() });
        }
        let (title, lead, sections) = if item == NEW {
            (w.t("add"), w.t("new-lead"), form(&w, &blank(self), self.outcomes.len()))
        } else {
            let i = place_of(self, item)?;
            (on.ui.label(&self.outcomes[i].label), String::new(), form(&w, &self.outcomes[i], i))
        };
        Some(View { title, lead, sections, effect: w.t("effect"), tables: Vec::new() })
    }

    fn apply(&mut self, _: &On<'_, Beside>, item: &str, read: &mut Read<'_>) {
        if item == NEW {
            let mut outcome = blank(self);
            read_form(read, &mut outcome, self.outcomes.len());
            self.outcomes.push(outcome);
        } else if let Some(i) = place_of(self, item) {
            read_form(read, &mut self.outcomes[i], i);
        }
    }

    async fn preview(change: Change<Self>, desk: &Desk, beside: &Beside, item: &str) -> Result<String, Failure> {
        let book = &change.new;
        let outcome = if item == NEW { book.outcomes.last() } else { book.get(item) };
        let Some(outcome) = outcome else { return Ok(String::new()) };
        let ui = desk.ui();
        let page = Preview {
            then: then(&ui, beside, outcome),
            foot: call_view::outcomes(&ui, book),
            key: outcome.key.clone(),
            ui,
        };
        Ok(page.render()?)
    }

    fn place(&self, ui: &Ui, path: &str) -> String {
        let at = path.strip_prefix("outcomes.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        at.and_then(|i| self.outcomes.get(i)).map(|o| ui.label(&o.label)).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "followup/pages/outcomes_preview.html")]
struct Preview {
    ui: Ui,
    /// What comes of it, at sample moments.
    then: Vec<(String, String)>,
    foot: Vec<OutcomeView>,
    key: String,
}

/// A call now, one in the evening, one on the last open day before closed ones.
fn then(ui: &Ui, beside: &Beside, outcome: &Outcome) -> Vec<(String, String)> {
    let rules = &beside.rules.body;
    let (windows, spacing) = match rules.rules.iter().find(|r| r.active) {
        Some(rule) => {
            (&rule.call_windows, Spacing { hours: rule.spacing_hours, different_half_days: rule.different_half_days })
        }
        None => (
            &rules.recall.call_windows,
            Spacing { hours: rules.recall.spacing_hours, different_half_days: rules.recall.different_half_days },
        ),
    };
    let hours = CallHours::new(&beside.cal, windows);
    let today = beside.cal.date_of(beside.now);
    let Some(open) = beside.cal.next_open_day(today.days_after(1)) else { return Vec::new() };
    let closed = (1..400).map(|n| open.days_after(n)).find(|d| !beside.cal.is_open_day(*d));
    let eve = closed.map_or(open, |d| d.days_after(-1));
    let moments = [beside.cal.at(open, 605), beside.cal.at(open, 1115), beside.cal.at(eve, 1115)];
    let line = |at: Millis| {
        let again = match (outcome.ends, outcome.next) {
            (Ends::Task | Ends::Programme, _) => ui.t("outcomes-then-ends").into_owned(),
            (Ends::None, Next::AgreedTime) => ui.t("outcomes-then-agreed").into_owned(),
            (Ends::None, next) => {
                let next_at = tries::next_try(&hours, spacing, next, at, None, None, Millis(i64::MAX));
                ui.k("outcomes-then-again").s("at", ui.day_time(&next_at)).to_string()
            }
        };
        (ui.k("outcomes-then-call").s("at", ui.day_time(&at)).to_string(), again)
    };
    let mut list: Vec<_> = moments.into_iter().map(line).collect();
    list.dedup();
    list
}

fn table(book: &Outcomes, w: &Words<'_>) -> Table {
    let mut all: Vec<&Outcome> = book.outcomes.iter().collect();
    all.sort_by_key(|o| (!o.active, o.sort));
    let row = |o: &Outcome| {
        let counts = match (o.attempt, o.reached) {
            (_, true) => "counts-reached",
            (true, false) => "counts-attempt",
            (false, false) => "counts-nothing",
        };
        let next = match o.next {
            Next::InMinutes { minutes } if minutes >= 60 && minutes.is_multiple_of(60) => {
                w.ui.k("outcomes-in-hours").n("n", minutes / 60).to_string()
            }
            Next::InMinutes { minutes } => w.ui.k("outcomes-in").n("n", minutes).to_string(),
            other @ (Next::None | Next::AtOnce | Next::NextHalfDay | Next::NextNumber | Next::AgreedTime) => {
                w.ui.v("outcomes-next", next_key(other)).into_owned()
            }
        };
        let next =
            if o.ends == Ends::None { next } else { w.ui.k("outcomes-ends-as").s("how", ending(w, o)).to_string() };
        let state = if o.active { Cell::pill(w.t("on"), "ok") } else { Cell::pill(w.t("off"), "warn") };
        let mut row = Row::new(
            o.key.clone(),
            vec![w.ui.label(&o.label).into(), o.keyboard.clone().into(), w.t(counts).into(), next.into(), state],
        );
        row.off = !o.active;
        row
    };
    Table {
        title: w.t("list"),
        lead: w.t("list-lead"),
        heads: ["head-name", "head-key", "head-counts", "head-next", "head-state"].map(|h| w.t(h)).to_vec(),
        rows: all.into_iter().map(row).collect(),
        add: Some((NEW.into(), w.t("add"))),
    }
}

fn ending_key(o: &Outcome) -> &'static str {
    ENDINGS.iter().find(|e| e.1 == o.ends && e.2 == o.result).map_or("none", |e| e.0)
}

fn ending(w: &Words<'_>, o: &Outcome) -> String {
    w.ui.v("outcomes-ends", ending_key(o)).into_owned()
}

fn form(w: &Words<'_>, o: &Outcome, i: usize) -> Vec<Section> {
    let at = |field: &str| format!("outcomes.{i}.{field}");
    let choices = |prefix: &str, keys: &[&str], now: &str| -> Vec<Choice> {
        let choice = |k: &&str| Choice { value: (*k).to_owned(), label: w.ui.v(prefix, k).into_owned(), on: *k == now };
        keys.iter().map(choice).collect()
    };
    let minutes = match o.next {
        Next::InMinutes { minutes } => minutes,
        Next::None | Next::AtOnce | Next::NextHalfDay | Next::NextNumber | Next::AgreedTime => USUAL_MINUTES,
    };
    let mut basics = vec![w.check(at("active"), "active", o.active)];
    basics.extend(w.label(&at("label"), "label", &o.label, 12));
    let taken = TAKEN.join(" ");
    let mut key = w.text(at("keyboard"), "keyboard", &o.keyboard, 10);
    key.hint = w.ui.k("outcomes-h-keyboard").s("taken", taken).to_string();
    basics.push(key);
    basics.push(w.number(at("sort"), "sort", u32::try_from(o.sort).unwrap_or(0), (0, 9_999), ""));
    basics.extend(w.long_label(&at("hint"), "hint", &o.hint, 60));
    let counts = vec![w.check(at("attempt"), "attempt", o.attempt), w.check(at("reached"), "reached", o.reached)];
    let endings: Vec<&str> = ENDINGS.iter().map(|e| e.0).collect();
    let mut needs = keyed_choices(w.ui, "outcomes-needs", Need::ALL, o.needs.first().copied());
    needs.insert(0, Choice { value: String::new(), label: w.t("needs-none"), on: o.needs.is_empty() });
    let then = vec![
        w.select(at("result"), "ends", choices("outcomes-ends", &endings, ending_key(o))),
        w.select(at("next"), "next", choices("outcomes-next", &NEXTS, next_key(o.next))),
        w.number(at("next.minutes"), "minutes", minutes, (1, 20_160), "minute").when("if-minutes"),
        w.select(at("needs"), "needs", needs),
        w.select(
            at("number_mark"),
            "number-mark",
            keyed_choices(w.ui, "outcomes-mark", NumberMark::ALL, Some(o.number_mark)),
        ),
        w.check(at("continues_attempt"), "continues", o.continues_attempt),
    ];
    let key = w.field(at("key"), "code", Control::Fixed(o.key.clone()));
    basics.push(key);
    vec![w.section("basics", basics), w.section("counts", counts), w.section("then", then)]
}

fn read_form(read: &mut Read<'_>, o: &mut Outcome, i: usize) {
    let at = |field: &str| format!("outcomes.{i}.{field}");
    o.active = read.flag(&at("active"));
    read.label(&at("label"), &mut o.label);
    read.label(&at("hint"), &mut o.hint);
    if read.has(&at("keyboard")) {
        let key = read.get(&at("keyboard"));
        o.keyboard = if key.eq_ignore_ascii_case("ctrl+enter") { "Ctrl+Enter".into() } else { key.to_uppercase() };
    }
    read.number(&at("sort"), &mut o.sort);
    o.attempt = read.flag(&at("attempt"));
    o.reached = read.flag(&at("reached"));
    o.continues_attempt = read.flag(&at("continues_attempt"));
    read.choice(&at("number_mark"), NumberMark::parse, &mut o.number_mark);
    if read.has(&at("needs")) {
        o.needs = Need::parse(read.get(&at("needs"))).into_iter().collect();
    }
    let mut ending = (o.ends, o.result);
    let known = |key: &str| ENDINGS.iter().find(|e| e.0 == key).map(|e| (e.1, e.2));
    read.choice(&at("result"), known, &mut ending);
    (o.ends, o.result) = ending;
    let mut minutes = match o.next {
        Next::InMinutes { minutes } => minutes,
        Next::None | Next::AtOnce | Next::NextHalfDay | Next::NextNumber | Next::AgreedTime => USUAL_MINUTES,
    };
    let mut next = next_key(o.next);
    read.choice(&at("next"), |k| NEXTS.iter().find(|n| **n == k).copied(), &mut next);
    if next == "in_minutes" {
        read.number(&at("next.minutes"), &mut minutes);
    }
    o.next = match next {
        "at_once" => Next::AtOnce,
        "in_minutes" => Next::InMinutes { minutes },
        "next_half_day" => Next::NextHalfDay,
        "next_number" => Next::NextNumber,
        "agreed_time" => Next::AgreedTime,
        _ => Next::None,
    };
}
