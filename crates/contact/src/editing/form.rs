//! Forms as values: what a field is called, what helps to fill it in, what stands in it.

use kernel::FieldErrors;
use platform::http::{Fields, ShownError, Ui};
use platform::i18n::Label;

/// Fields that belong together.
#[derive(Clone, Debug, Default)]
pub struct Section {
    pub title: String,
    pub lead: String,
    pub fields: Vec<Field>,
    /// Seldom needed: closed until asked for.
    pub folded: bool,
}

/// `path` is the name in the form and in the faults of the document.
#[derive(Clone, Debug)]
pub struct Field {
    pub path: String,
    pub label: String,
    pub hint: String,
    pub control: Control,
    /// Takes the whole width.
    pub whole: bool,
    /// Shown only while another field says so; see `rules.css`.
    pub when: &'static str,
    pub wrong: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum Control {
    Text {
        value: String,
        max: u32,
        list: Vec<Choice>,
    },
    Area {
        value: String,
        max: u32,
        rows: u8,
    },
    Number {
        value: String,
        min: i64,
        max: i64,
        unit: String,
    },
    Select(Vec<Choice>),
    Check(bool),
    /// Items in an order: a number each; without a number an item goes.
    Ordered(Vec<Placed>),
    /// Answers to choose from; a row left empty goes.
    Options {
        rows: Vec<Optional>,
        max: u32,
    },
    /// Times of day from–to; a pair left empty goes.
    Spans(Vec<(String, String)>),
    /// Said, not asked.
    Fixed(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub on: bool,
}

/// An item of an order. `from` is asked beside it.
#[derive(Clone, Debug)]
pub struct Placed {
    pub key: String,
    pub label: String,
    pub place: String,
    pub from: Vec<Choice>,
}

/// An answer of a field.
#[derive(Clone, Debug, Default)]
pub struct Optional {
    pub key: String,
    pub zh: String,
    pub en: String,
}

impl Control {
    /// What stands in it, for the list of changes.
    pub fn shown(&self, ui: &Ui) -> String {
        let chosen = |list: &[Choice]| {
            let on: Vec<&str> = list.iter().filter(|c| c.on).map(|c| c.label.as_str()).collect();
            on.join(" · ")
        };
        match self {
            Self::Text { value, list, .. } => {
                list.iter().find(|c| c.value == *value).map_or_else(|| value.clone(), |c| c.label.clone())
            }
            Self::Area { value, .. } | Self::Fixed(value) => value.clone(),
            Self::Number { value, unit, .. } => format!("{value} {unit}").trim().to_owned(),
            Self::Select(list) => chosen(list),
            Self::Ordered(list) => {
                let mut placed: Vec<(u32, String)> = list
                    .iter()
                    .filter_map(|p| {
                        let from = chosen(p.from.get(1..).unwrap_or_default());
                        let label = if from.is_empty() { p.label.clone() } else { format!("{} ({from})", p.label) };
                        Some((p.place.parse().ok()?, label))
                    })
                    .collect();
                placed.sort_by_key(|p| p.0);
                placed.into_iter().map(|p| p.1).collect::<Vec<_>>().join(" · ")
            }
            Self::Options { rows, .. } => {
                rows.iter().filter(|o| !o.zh.is_empty()).map(|o| o.zh.as_str()).collect::<Vec<_>>().join(" · ")
            }
            Self::Check(on) => ui.t(if *on { "editing-yes" } else { "editing-no" }).into_owned(),
            Self::Spans(list) => {
                let spans: Vec<String> =
                    list.iter().filter(|s| !s.0.is_empty()).map(|(from, to)| format!("{from}–{to}")).collect();
                spans.join(" · ")
            }
        }
    }

    /// As it was typed, whatever became of it.
    fn refill(&mut self, path: &str, typed: &Fields) {
        let first = typed.0.iter().find(|(k, _)| k == path).map(|(_, v)| v.clone());
        match self {
            Self::Text { value, .. } | Self::Area { value, .. } | Self::Number { value, .. } => {
                if let Some(given) = first {
                    *value = given;
                }
            }
            Self::Select(list) => {
                if let Some(given) = first
                    && list.iter().any(|c| c.value == given)
                {
                    list.iter_mut().for_each(|c| c.on = c.value == given);
                }
            }
            Self::Check(on) => *on = first.is_some(),
            Self::Ordered(list) => {
                for placed in list {
                    if let Some(place) = typed.0.iter().find(|(k, _)| *k == format!("{path}.place.{}", placed.key)) {
                        placed.place.clone_from(&place.1);
                    }
                }
            }
            Self::Options { rows, .. } => {
                let given = options(typed, path);
                if !given.is_empty() {
                    *rows = given;
                    rows.push(Optional::default());
                }
            }
            Self::Spans(list) => {
                let given = spans(typed, path);
                if !given.is_empty() {
                    *list = given;
                    list.push((String::new(), String::new()));
                }
            }
            Self::Fixed(_) => {}
        }
    }
}

impl Field {
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.whole = true;
        self
    }
    #[must_use]
    pub fn when(mut self, class: &'static str) -> Self {
        self.when = class;
        self
    }
    pub fn refill(&mut self, typed: &Fields) {
        self.control.refill(&self.path, typed);
    }
    /// The errors at their fields; each with the field's name in front.
    pub fn mark(&mut self, errors: &mut [ShownError]) {
        for error in errors.iter_mut().filter(|e| e.field == self.path) {
            self.wrong.push(error.text.clone());
        }
    }
}

/// Names fields by their keys: `rules-f-…` for the label, `rules-h-…` for the help.
pub struct Words<'a> {
    pub ui: &'a Ui,
    pub prefix: &'static str,
}

impl Words<'_> {
    pub fn t(&self, key: &str) -> String {
        self.ui.v(self.prefix, key).into_owned()
    }
    pub fn field(&self, path: impl Into<String>, key: &str, control: Control) -> Field {
        let (label, hint) = (format!("{}-f", self.prefix), format!("{}-h", self.prefix));
        Field {
            path: path.into(),
            label: self.ui.v(&label, key).into_owned(),
            hint: self.ui.v(&hint, key).into_owned(),
            control,
            whole: false,
            when: "",
            wrong: Vec::new(),
        }
    }
    pub fn text(&self, path: impl Into<String>, key: &str, value: &str, max: u32) -> Field {
        self.field(path, key, Control::Text { value: value.to_owned(), max, list: Vec::new() })
    }
    pub fn area(&self, path: impl Into<String>, key: &str, value: &str, max: u32) -> Field {
        self.field(path, key, Control::Area { value: value.to_owned(), max, rows: 2 }).wide()
    }
    pub fn number(&self, path: impl Into<String>, key: &str, value: u32, span: (i64, i64), unit: &str) -> Field {
        let unit = if unit.is_empty() { String::new() } else { self.ui.v("editing-unit", unit).into_owned() };
        self.field(path, key, Control::Number { value: value.to_string(), min: span.0, max: span.1, unit })
    }
    pub fn check(&self, path: impl Into<String>, key: &str, on: bool) -> Field {
        self.field(path, key, Control::Check(on))
    }
    pub fn select(&self, path: impl Into<String>, key: &str, choices: Vec<Choice>) -> Field {
        self.field(path, key, Control::Select(choices))
    }
    /// Chinese and English of one label, the latter with the note that it may stay empty.
    pub fn label(&self, path: &str, key: &str, label: &Label, max: u32) -> Vec<Field> {
        let mut en = self.text(format!("{path}.en"), key, label.en.as_deref().unwrap_or_default(), max * 2);
        en.label = self.ui.k("editing-in-english").s("label", &en.label).to_string();
        en.hint = self.ui.t("editing-in-english-hint").into_owned();
        vec![self.text(format!("{path}.zh"), key, &label.zh, max), en]
    }
    pub fn long_label(&self, path: &str, key: &str, label: &Label, max: u32) -> Vec<Field> {
        let mut en = self.area(format!("{path}.en"), key, label.en.as_deref().unwrap_or_default(), max * 2);
        en.label = self.ui.k("editing-in-english").s("label", &en.label).to_string();
        en.hint = self.ui.t("editing-in-english-hint").into_owned();
        vec![self.area(format!("{path}.zh"), key, &label.zh, max), en]
    }
    pub fn section(&self, key: &str, fields: Vec<Field>) -> Section {
        let lead = format!("{}-s", self.prefix);
        Section {
            title: self.ui.v(&lead, key).into_owned(),
            lead: self.ui.v(&format!("{lead}-{key}"), "lead").into_owned(),
            fields,
            folded: false,
        }
    }
}

/// The keys of a closed list, worded `prefix-key`.
pub fn keyed_choices<T: Copy + PartialEq + std::fmt::Display>(
    ui: &Ui,
    prefix: &str,
    all: &[T],
    now: Option<T>,
) -> Vec<Choice> {
    let choice =
        |one: &T| Choice { value: one.to_string(), label: ui.v(prefix, one).into_owned(), on: now == Some(*one) };
    all.iter().map(choice).collect()
}

/// The names of times in a form: `rules.0.call_windows.from`, `….to`, as often as there are spans.
fn spans(typed: &Fields, path: &str) -> Vec<(String, String)> {
    let (from, to) = (format!("{path}.from"), format!("{path}.to"));
    let pairs = typed.all(&from).zip(typed.all(&to));
    pairs.filter(|(f, t)| !(f.is_empty() && t.is_empty())).map(|(f, t)| (f.to_owned(), t.to_owned())).collect()
}

/// Answers, row by row; the key of a new one may be left to us.
fn options(typed: &Fields, path: &str) -> Vec<Optional> {
    let (key, zh, en) = (format!("{path}.key"), format!("{path}.zh"), format!("{path}.en"));
    let rows = typed.all(&key).zip(typed.all(&zh)).zip(typed.all(&en));
    let row = |((key, zh), en): ((&str, &str), &str)| Optional { key: key.into(), zh: zh.into(), en: en.into() };
    rows.map(row).filter(|o| !o.zh.is_empty()).collect()
}

/// Reads a form into a document. A field that does not read keeps its old value and is noted; one that was not sent
/// stays as it is.
pub struct Read<'a> {
    typed: &'a Fields,
    pub errors: FieldErrors,
}

impl<'a> Read<'a> {
    pub fn new(typed: &'a Fields) -> Self {
        Self { typed, errors: FieldErrors::default() }
    }
    pub fn has(&self, path: &str) -> bool {
        self.typed.has(path)
    }
    /// "" when absent.
    pub fn get(&self, path: &str) -> &'a str {
        self.typed.get(path)
    }
    /// Keys and their places, in order; `None` where the form has none.
    pub fn ordered(&mut self, path: &str) -> Option<Vec<String>> {
        let start = format!("{path}.place.");
        let mut any = false;
        let mut list: Vec<(u32, String)> = Vec::new();
        for (key, place) in self.typed.starting(&start) {
            any = true;
            if place.is_empty() {
                continue;
            }
            match place.parse() {
                Ok(place) => list.push((place, key.to_owned())),
                Err(_) => self.errors.add(path.to_owned(), "editing-number"),
            }
        }
        list.sort_by_key(|p| p.0);
        any.then(|| list.into_iter().map(|p| p.1).collect())
    }
    /// `None` where the form has no such rows.
    pub fn options(&self, path: &str) -> Option<Vec<Optional>> {
        self.has(&format!("{path}.zh")).then(|| options(self.typed, path))
    }
    pub fn text(&self, path: &str, into: &mut String) {
        if self.has(path) {
            self.get(path).clone_into(into);
        }
    }
    pub fn label(&self, path: &str, into: &mut Label) {
        self.text(&format!("{path}.zh"), &mut into.zh);
        let en = format!("{path}.en");
        if self.has(&en) {
            into.en = Some(self.get(&en).to_owned()).filter(|t| !t.is_empty());
        }
    }
    pub fn number<T: std::str::FromStr>(&mut self, path: &str, into: &mut T) {
        if !self.has(path) {
            return;
        }
        match self.get(path).parse() {
            Ok(value) => *into = value,
            Err(_) => self.errors.add(path.to_owned(), "editing-number"),
        }
    }
    /// A box that is not ticked is not sent.
    pub fn flag(&self, path: &str) -> bool {
        self.has(path)
    }
    pub fn choice<T>(&mut self, path: &str, parse: impl Fn(&str) -> Option<T>, into: &mut T) {
        if !self.has(path) {
            return;
        }
        match parse(self.get(path)) {
            Some(value) => *into = value,
            None => self.errors.add(path.to_owned(), "editing-choice"),
        }
    }
    /// `None` where the form has no such spans at all.
    pub fn spans(&self, path: &str) -> Option<Vec<(String, String)>> {
        self.has(&format!("{path}.from")).then(|| spans(self.typed, path))
    }
}

/// Items of a document, to choose from.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub title: String,
    pub lead: String,
    pub heads: Vec<String>,
    pub rows: Vec<Row>,
    /// Where a new one is made.
    pub add: Option<(String, String)>,
}

#[derive(Clone, Debug)]
pub struct Row {
    /// The item.
    pub item: String,
    pub cells: Vec<Cell>,
    /// Switched off.
    pub off: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub text: String,
    pub pill: &'static str,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, pill: "" }
    }
}

impl Cell {
    pub fn pill(text: impl Into<String>, pill: &'static str) -> Self {
        Self { text: text.into(), pill }
    }
}

impl Row {
    pub fn new(item: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { item: item.into(), cells, off: false }
    }
}
