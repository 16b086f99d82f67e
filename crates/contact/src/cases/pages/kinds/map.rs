//! Which answer becomes a case of which kind, and what remarks become.

use kernel::Department;

use super::{Beside, department};
use crate::cases::kinds::{FieldType, KindBook, QuestionRule};
use crate::editing::{Choice, Read, Section, Words};

/// Stands for any question in a choice, and for any of its answers.
const ANY: &str = "*";

pub fn sections(w: &Words<'_>, book: &KindBook, beside: &Beside) -> Vec<Section> {
    let mut list: Vec<Section> = Vec::new();
    for (i, rule) in book.question_map.iter().enumerate() {
        let mut section = row(w, book, beside, &format!("question_map.{i}"), rule);
        section.title = w.ui.k("kinds-map-row").n("n", i + 1).to_string();
        section.fields.push(w.check(format!("question_map.{i}.gone"), "map-gone", false));
        list.push(section);
    }
    let blank = QuestionRule {
        question: String::new(),
        option: None,
        kind: None,
        department: None,
        fields: Default::default(),
    };
    let mut add = row(w, book, beside, "map.new", &blank);
    add.title = w.t("map-add");
    add.lead = w.t("map-add-lead");
    list.push(add);
    list
}

fn row(w: &Words<'_>, book: &KindBook, beside: &Beside, at: &str, rule: &QuestionRule) -> Section {
    let fields = vec![
        w.select(format!("{at}.answer"), "answer", answers(w, beside, rule)),
        w.select(format!("{at}.kind"), "map-kind", kinds(w, book, rule.kind.as_deref(), Some("as-option"))),
        w.select(format!("{at}.department"), "map-department", departments(w, rule.department)),
        w.select(format!("{at}.given"), "given", given(w, book, rule)),
    ];
    Section { fields, ..Section::default() }
}

fn answers(w: &Words<'_>, beside: &Beside, rule: &QuestionRule) -> Vec<Choice> {
    let now = if rule.question.is_empty() {
        String::new()
    } else {
        format!("{}|{}", rule.question, rule.option.as_deref().unwrap_or(ANY))
    };
    let mut list = vec![Choice { value: String::new(), label: w.t("answer-none"), on: false }];
    let mut any: Vec<(String, String)> = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    for a in &beside.answers {
        if !any.iter().any(|(key, _)| *key == a.option) && a.option != "yes" && a.option != "no" {
            any.push((a.option.clone(), w.ui.label(&a.option_label)));
        }
    }
    for (key, label) in any {
        list.push(Choice {
            value: format!("{ANY}|{key}"),
            label: w.ui.k("kinds-any-question").s("option", label).to_string(),
            on: false,
        });
    }
    for a in &beside.answers {
        let question = w.ui.label(&a.question_label);
        if !asked.contains(&a.question.as_str()) {
            asked.push(&a.question);
            list.push(Choice {
                value: format!("{}|{ANY}", a.question),
                label: w.ui.k("kinds-any-answer").s("question", &question).to_string(),
                on: false,
            });
        }
        let words = w.ui.k("kinds-answer").s("question", &question).s("option", w.ui.label(&a.option_label));
        list.push(Choice { value: format!("{}|{}", a.question, a.option), label: words.to_string(), on: false });
    }
    // A question that is gone from the scripts stays named until somebody chooses another.
    if !now.is_empty() && list.iter().all(|c| c.value != now) {
        let shown = now.replace('|', ": ");
        list.push(Choice { value: now.clone(), label: shown, on: false });
    }
    for choice in &mut list {
        choice.on = choice.value == now;
    }
    list
}

fn kinds(w: &Words<'_>, book: &KindBook, now: Option<&str>, none: Option<&str>) -> Vec<Choice> {
    let mut list: Vec<Choice> = book
        .kinds
        .iter()
        .map(|k| Choice { value: k.id.clone(), label: w.ui.label(&k.label), on: now == Some(k.id.as_str()) })
        .collect();
    if let Some(none) = none {
        list.insert(0, Choice { value: String::new(), label: w.t(none), on: now.is_none() });
    }
    list
}

fn departments(w: &Words<'_>, now: Option<Department>) -> Vec<Choice> {
    let mut list = vec![Choice { value: String::new(), label: w.t("as-option"), on: now.is_none() }];
    list.extend(Department::ALL.iter().map(|d| Choice {
        value: d.key().into(),
        label: department(w.ui, *d),
        on: now == Some(*d),
    }));
    list
}

/// A value that the answer itself gives: any answer of a field with choices.
fn given(w: &Words<'_>, book: &KindBook, rule: &QuestionRule) -> Vec<Choice> {
    let now = rule.fields.iter().next().map(|(key, value)| format!("{key}|{value}"));
    let mut list = vec![Choice { value: String::new(), label: w.t("given-none"), on: now.is_none() }];
    for field in book.fields.iter().filter(|f| f.of == FieldType::Choice) {
        for option in &field.options {
            let value = format!("{}|{}", field.key, option.key);
            let label = format!("{}: {}", w.ui.label(&field.label), w.ui.label(&option.label));
            list.push(Choice { on: now.as_deref() == Some(value.as_str()), value, label });
        }
    }
    list
}

pub fn read(read: &mut Read<'_>, book: &mut KindBook) {
    let mut gone = Vec::new();
    for (i, rule) in book.question_map.iter_mut().enumerate() {
        let at = format!("question_map.{i}");
        if read.flag(&format!("{at}.gone")) {
            gone.push(i);
        } else {
            read_row(read, &at, rule);
        }
    }
    let mut at = 0;
    book.question_map.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
    if !read.get("map.new.answer").is_empty() {
        let mut rule = QuestionRule {
            question: String::new(),
            option: None,
            kind: None,
            department: None,
            fields: Default::default(),
        };
        read_row(read, "map.new", &mut rule);
        // The first that fits wins: what somebody adds must not hide behind a row for any question.
        let place = book.question_map.iter().position(|r| r.question == ANY).unwrap_or(book.question_map.len());
        let place = if rule.question == ANY { book.question_map.len() } else { place };
        book.question_map.insert(place, rule);
    }
}

fn read_row(read: &Read<'_>, at: &str, rule: &mut QuestionRule) {
    let answer = format!("{at}.answer");
    if !read.has(&answer) {
        return;
    }
    let (question, option) = read.get(&answer).split_once('|').unwrap_or(("", ""));
    question.clone_into(&mut rule.question);
    rule.option = Some(option.to_owned()).filter(|o| !o.is_empty() && o != ANY);
    rule.kind = Some(read.get(&format!("{at}.kind")).to_owned()).filter(|k| !k.is_empty());
    rule.department = Department::parse(read.get(&format!("{at}.department")));
    rule.fields.clear();
    if let Some((key, value)) = read.get(&format!("{at}.given")).split_once('|') {
        rule.fields.insert(key.to_owned(), value.to_owned());
    }
}

pub fn remarks(w: &Words<'_>, book: &KindBook) -> Vec<Section> {
    let marks = &book.remarks;
    let mark = |key: &str, now: &str| w.select(format!("remarks.{key}"), key, kinds(w, book, Some(now), None));
    let fields = vec![
        mark("complaint", &marks.complaint),
        mark("question", &marks.question),
        mark("suggestion", &marks.suggestion),
    ];
    vec![w.section("remarks", fields), w.section("missing", w.label("missing", "missing", &book.missing, 30))]
}

pub fn read_remarks(read: &mut Read<'_>, book: &mut KindBook) {
    read.text("remarks.complaint", &mut book.remarks.complaint);
    read.text("remarks.question", &mut book.remarks.question);
    read.text("remarks.suggestion", &mut book.remarks.suggestion);
    read.label("missing", &mut book.missing);
}
