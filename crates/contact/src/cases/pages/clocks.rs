//! 时限: by when a case must be answered and the customer called again, edited by the supervisor.

use std::sync::Arc;

use askama::Template;
use kernel::{Millis, Result, StoreDate, WorkCalendar};
use platform::http::{Desk, Failure, Ui};

use crate::cases::clocks::{Clock, ClockBook, EndOfDay, Unit, WhenClosed};
use crate::cases::ports;
use crate::editing::{Change, Choice, Document, On, Read, Section, View, Words, keyed_choices};

pub struct Beside {
    cal: Arc<WorkCalendar>,
    now: Millis,
}

/// Where somebody first chooses minutes after opening.
const USUAL_MINUTES: u16 = 60;

impl Document for ClockBook {
    const PATH: &'static str = "/rules/clocks";
    const RESTORED: &'static str = "/rules/clocks/restored";
    const PREVIEW: &'static str = "/rules/clocks/preview";
    const WORDS: &'static str = "clocks";
    type Beside = Beside;

    async fn beside(desk: &Desk) -> Result<Beside> {
        let scope = desk.scope();
        let cal = ports::calendar(&mut desk.reads(), scope.group, scope.store()?).await?;
        Ok(Beside { cal, now: desk.now() })
    }

    fn view(&self, on: &On<'_, Beside>, item: &str) -> Option<View> {
        let w = Words { ui: on.ui, prefix: Self::WORDS };
        item.is_empty().then(|| View {
            lead: w.t("lead"),
            sections: self.clocks.iter().enumerate().map(|(i, c)| form(&w, c, i)).collect(),
            effect: w.t("effect"),
            ..View::default()
        })
    }

    fn apply(&mut self, _: &On<'_, Beside>, _item: &str, read: &mut Read<'_>) {
        for (i, clock) in self.clocks.iter_mut().enumerate() {
            read_form(read, clock, i);
        }
    }

    async fn preview(change: Change<Self>, desk: &Desk, beside: &Beside, _item: &str) -> Result<String, Failure> {
        let ui = desk.ui();
        let moments = moments(&ui, beside);
        let shown = |book: &Self, key, from| ui.day_time(&book.due(key, &beside.cal, from));
        let clocks = change.new.clocks.iter().map(|clock| Sampled {
            label: ui.label(&clock.label),
            lines: moments
                .iter()
                .map(|(words, at)| Line {
                    from: words.clone(),
                    before: shown(&change.now.body, clock.key, *at),
                    after: shown(&change.new, clock.key, *at),
                })
                .collect(),
        });
        Ok(Preview { clocks: clocks.collect(), ui: desk.ui() }.render()?)
    }

    fn place(&self, ui: &Ui, path: &str) -> String {
        let at = path.strip_prefix("clocks.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        at.and_then(|i| self.clocks.get(i)).map(|c| ui.label(&c.label)).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "cases/pages/clocks_preview.html")]
struct Preview {
    ui: Ui,
    clocks: Vec<Sampled>,
}

struct Sampled {
    label: String,
    lines: Vec<Line>,
}

struct Line {
    from: String,
    before: String,
    after: String,
}

/// A morning, a Friday evening, a day on which the store is closed, and the days around the longest holiday that the
/// calendar knows (Spring Festival, once its year is entered).
fn moments(ui: &Ui, beside: &Beside) -> Vec<(String, Millis)> {
    let cal = &beside.cal;
    let today = cal.date_of(beside.now);
    let ahead = |want: &dyn Fn(StoreDate) -> bool| (1..366).map(|n| today.days_after(n)).find(|d| want(*d));
    let mut list = Vec::new();
    let mut add = |key: &str, name: &str, day: Option<StoreDate>, minute: u16| {
        if let Some(day) = day {
            let at = cal.at(day, minute);
            list.push((ui.k(key).s("name", name).s("at", ui.day_time(&at)).to_string(), at));
        }
    };
    add("clocks-at-morning", "", ahead(&|d| cal.is_open_day(d)), 605);
    add("clocks-at-friday", "", ahead(&|d| d.weekday_index() == 4), 1070);
    add("clocks-at-closed", "", ahead(&|d| !cal.is_open_day(d)), 660);
    if let Some((first, days)) = longest_break(cal, today) {
        let name = cal.day_name(first).unwrap_or_default().to_owned();
        add("clocks-at-eve", &name, Some(first.days_after(-1)), 1070);
        add("clocks-at-holiday", &name, Some(first.days_after(1)), 660);
        add("clocks-at-after", &name, Some(first.days_after(days)), 560);
    }
    list
}

/// The first day and the length of the longest run of closed days in the year ahead; none shorter than three days.
fn longest_break(cal: &WorkCalendar, today: StoreDate) -> Option<(StoreDate, i32)> {
    let mut best: Option<(StoreDate, i32)> = None;
    let mut n = 1;
    while n < 366 {
        let first = today.days_after(n);
        let closed = (0..30).take_while(|k| !cal.is_open_day(first.days_after(*k))).count();
        let closed = i32::try_from(closed).unwrap_or(0);
        if closed >= 3 && best.is_none_or(|b| closed > b.1) {
            best = Some((first, closed));
        }
        n += closed.max(1);
    }
    best
}

fn form(w: &Words<'_>, clock: &Clock, i: usize) -> Section {
    let at = |field: &str| format!("clocks.{i}.{field}");
    let (moves, minutes) = match clock.when_closed {
        WhenClosed::AfterNextOpening { minutes, .. } => ("after_next_opening", minutes),
        WhenClosed::NextOpenDay { .. } => ("next_open_day", USUAL_MINUTES),
    };
    let choice =
        |key: &str| Choice { value: key.to_owned(), label: w.ui.v("clocks-move", key).into_owned(), on: key == moves };
    let mut fields = w.label(&at("label"), "label", &clock.label, 20);
    fields.extend([
        w.number(at("amount"), "amount", clock.amount, (1, 9_000), ""),
        w.select(at("unit"), "unit", keyed_choices(w.ui, "clocks-unit", &clock.units, Some(clock.unit))),
        w.select(at("when_closed.move"), "move", ["after_next_opening", "next_open_day"].map(choice).to_vec()),
        w.number(at("when_closed.minutes"), "minutes", u32::from(minutes), (0, 1_440), "minute").when("if-opening"),
    ]);
    Section {
        title: w.ui.label(&clock.label),
        lead: w.ui.v("clocks-what", clock.key).into_owned(),
        fields,
        folded: false,
    }
}

fn read_form(read: &mut Read<'_>, clock: &mut Clock, i: usize) {
    let at = |field: &str| format!("clocks.{i}.{field}");
    read.label(&at("label"), &mut clock.label);
    read.number(&at("amount"), &mut clock.amount);
    read.choice(&at("unit"), Unit::parse, &mut clock.unit);
    clock.end_of_day = match clock.unit {
        Unit::WorkingDays | Unit::CalendarDays => Some(EndOfDay::ClosingTime),
        Unit::Elapsed | Unit::OpenHours => None,
    };
    let mut minutes = match clock.when_closed {
        WhenClosed::AfterNextOpening { minutes, .. } => minutes,
        WhenClosed::NextOpenDay { .. } => USUAL_MINUTES,
    };
    match read.get(&at("when_closed.move")) {
        "after_next_opening" => {
            read.number(&at("when_closed.minutes"), &mut minutes);
            clock.when_closed = WhenClosed::AfterNextOpening { minutes, never_earlier: true };
        }
        "next_open_day" => clock.when_closed = WhenClosed::NextOpenDay { never_earlier: true },
        _ => {}
    }
}
