//! A form as it was filled in, with its faults at their fields.

use std::fmt::Display;

use askama::Template;
use kernel::FieldErrors;
use platform::http::{Desk, Fields, ShownError};

/// What stands in the fields, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: Vec<(String, String)>,
    pub errors: Vec<ShownError>,
}

impl Form {
    pub fn with(values: &[(&str, &str)]) -> Self {
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Self { values, errors: Vec::new() }
    }
    /// As sent, with the faults in the reader's words. Passwords are not sent back.
    pub fn again(desk: &Desk, sent: &Fields, errors: &FieldErrors) -> Self {
        let secret = ["password", "again", "current"];
        let values = sent.0.iter().filter(|(k, _)| !secret.contains(&k.as_str())).cloned().collect();
        Self { values, errors: desk.show_errors(errors) }
    }
    pub fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }
    fn wrong(&self, name: &str) -> Option<String> {
        self.errors.iter().find(|e| e.field == name).map(|e| e.text.clone())
    }
    /// A text field; `kind`, `hint` and so on are set on the answer.
    pub fn input(&self, name: &str, label: impl Display) -> Input {
        Input {
            name: name.to_owned(),
            label: label.to_string(),
            value: self.get(name).to_owned(),
            wrong: self.wrong(name),
            kind: "text",
            hint: String::new(),
            autocomplete: "off",
            max: 60,
            focus: false,
            required: false,
        }
    }
    /// A choice; `options` are value and words.
    pub fn select(&self, name: &str, label: impl Display, options: &[(String, String)]) -> Select {
        Select {
            name: name.to_owned(),
            label: label.to_string(),
            value: self.get(name).to_owned(),
            wrong: self.wrong(name),
            options: options.to_vec(),
            hint: String::new(),
            mark: "",
        }
    }
}

#[derive(Template)]
#[template(path = "identity/pages/input.html")]
pub struct Input {
    name: String,
    label: String,
    value: String,
    wrong: Option<String>,
    kind: &'static str,
    hint: String,
    autocomplete: &'static str,
    max: u32,
    focus: bool,
    required: bool,
}

impl Input {
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hint = hint.to_string();
        self
    }
    pub fn auto(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }
    pub fn max(mut self, max: u32) -> Self {
        self.max = max;
        self
    }
    pub fn focus(mut self) -> Self {
        self.focus = true;
        self
    }
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
}
impl askama::filters::HtmlSafe for Input {}

#[derive(Template)]
#[template(path = "identity/pages/select.html")]
pub struct Select {
    name: String,
    label: String,
    value: String,
    wrong: Option<String>,
    options: Vec<(String, String)>,
    hint: String,
    mark: &'static str,
}

impl Select {
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hint = hint.to_string();
        self
    }
    /// An attribute that the browser part looks for, e.g. `data-theme-pick`.
    pub fn mark(mut self, mark: &'static str) -> Self {
        self.mark = mark;
        self
    }
}
impl askama::filters::HtmlSafe for Select {}
