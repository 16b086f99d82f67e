//! The forms of a kind and of a field.

use std::collections::BTreeMap;

use kernel::Department;
use platform::i18n::Label;

use super::department;
use crate::cases::kinds::{Class, Field, FieldOption, FieldType, Kind, KindBook, Source};
use crate::editing::{Choice, Control, Optional, Placed, Read, Section, Words, keyed_choices};

/// An own kind begins with what every case needs to know.
pub fn blank_kind(book: &KindBook) -> Kind {
    let free = |id: &String| book.kind(id).is_none();
    let model = book.kind(&book.remarks.complaint);
    Kind {
        id: (1..).map(|n| format!("own_{n}")).find(free).unwrap_or_default(),
        class: Class::Complaint,
        department: Department::Service,
        label: Label::default(),
        fields: model.map(|k| k.fields.clone()).unwrap_or_default(),
        prefill: BTreeMap::new(),
        template: model.map(|k| k.template.clone()).unwrap_or_default(),
    }
}

pub fn blank_field(book: &KindBook) -> Field {
    let free = |key: &String| book.field(key).is_none();
    Field {
        key: (1..).map(|n| format!("own_{n}")).find(free).unwrap_or_default(),
        label: Label::default(),
        question: Label::default(),
        of: FieldType::Text,
        unit: None,
        prefill: None,
        options: Vec::new(),
    }
}

pub fn kind(w: &Words<'_>, book: &KindBook, kind: &Kind, i: usize, new: bool) -> Vec<Section> {
    let at = |field: &str| format!("kinds.{i}.{field}");
    let mut basics = w.label(&at("label"), "label", &kind.label, 20);
    basics.push(w.select(at("class"), "class", keyed_choices(w.ui, "kinds-class", Class::ALL, Some(kind.class))));
    let departments = Department::ALL.iter().map(|d| Choice {
        value: d.key().into(),
        label: department(w.ui, *d),
        on: *d == kind.department,
    });
    basics.push(w.select(at("department"), "department", departments.collect()));
    if !new {
        basics.push(w.field(at("id"), "id", Control::Fixed(kind.id.clone())));
    }
    let placed = book.fields_of(kind).zip(1..).map(|(f, n)| Placed {
        key: f.key.clone(),
        label: w.ui.label(&f.label),
        place: (n * 10).to_string(),
        from: sources(w, kind.prefill.get(&f.key).copied(), "source-usual"),
    });
    let others = book.fields.iter().filter(|f| !kind.fields.contains(&f.key));
    let mut add: Vec<Choice> = others
        .map(|f| Choice { value: f.key.clone(), label: format!("{} {{{}}}", w.ui.label(&f.label), f.key), on: false })
        .collect();
    add.insert(0, Choice { value: String::new(), label: w.t("field-none"), on: true });
    let fields = vec![
        w.field(at("fields"), "fields", Control::Ordered(placed.collect())).wide(),
        w.select(format!("kind.{i}.add"), "field-add", add),
    ];
    let mut sentence = w.long_label(&at("template"), "template", &kind.template, 400);
    for field in &mut sentence {
        if let Control::Area { rows, .. } = &mut field.control {
            *rows = 4;
        }
    }
    vec![w.section("kind", basics), w.section("fields", fields), w.section("sentence", sentence)]
}

/// Where a value may come from; the first choice is none of them.
fn sources(w: &Words<'_>, now: Option<Source>, none: &str) -> Vec<Choice> {
    let mut list = keyed_choices(w.ui, "kinds-source", Source::ALL, now);
    list.insert(0, Choice { value: String::new(), label: w.t(none), on: now.is_none() });
    list
}

pub fn read_kind(read: &mut Read<'_>, kind: &mut Kind, i: usize) {
    let at = |field: &str| format!("kinds.{i}.{field}");
    read.label(&at("label"), &mut kind.label);
    read.choice(&at("class"), Class::parse, &mut kind.class);
    read.choice(&at("department"), Department::parse, &mut kind.department);
    if let Some(fields) = read.ordered(&at("fields")) {
        for key in &fields {
            let from = format!("{}.from.{key}", at("fields"));
            match Source::parse(read.get(&from)) {
                Some(source) => {
                    kind.prefill.insert(key.clone(), source);
                }
                None if read.has(&from) => {
                    kind.prefill.remove(key);
                }
                None => {}
            }
        }
        kind.fields = fields;
    }
    let add = read.get(&format!("kind.{i}.add"));
    if !add.is_empty() && !kind.fields.iter().any(|f| f == add) {
        kind.fields.push(add.to_owned());
    }
    let fields = &kind.fields;
    kind.prefill.retain(|key, _| fields.contains(key));
    read.label(&at("template"), &mut kind.template);
}

pub fn field(w: &Words<'_>, field: &Field, i: usize, new: bool) -> Vec<Section> {
    let at = |name: &str| format!("fields.{i}.{name}");
    let mut basics = Vec::new();
    if new {
        basics.push(w.text(at("key"), "key", &field.key, 40));
    } else {
        basics.push(w.field(at("key"), "key-fixed", Control::Fixed(format!("{{{}}}", field.key))));
    }
    basics.push(w.select(at("type"), "type", keyed_choices(w.ui, "kinds-type", FieldType::ALL, Some(field.of))));
    basics.extend(w.label(&at("label"), "field-label", &field.label, 20));
    basics.extend(w.long_label(&at("question"), "question", &field.question, 100));
    basics.push(w.select(at("prefill"), "prefill", sources(w, field.prefill, "source-none")));
    basics.extend(w.label(&at("unit"), "unit", &field.unit.clone().unwrap_or_default(), 10));
    let mut rows: Vec<Optional> = field
        .options
        .iter()
        .map(|o| Optional { key: o.key.clone(), zh: o.label.zh.clone(), en: o.label.en.clone().unwrap_or_default() })
        .collect();
    rows.extend([Optional::default(), Optional::default()]);
    basics.push(w.field(at("options"), "options", Control::Options { rows, max: 40 }).wide().when("if-choice"));
    if !new {
        basics.push(w.check(at("gone"), "field-gone", false));
    }
    vec![Section { fields: basics, ..Section::default() }]
}

pub fn read_field(read: &mut Read<'_>, field: &mut Field, i: usize) {
    let at = |name: &str| format!("fields.{i}.{name}");
    read.choice(&at("type"), FieldType::parse, &mut field.of);
    read.label(&at("label"), &mut field.label);
    read.label(&at("question"), &mut field.question);
    if read.has(&at("prefill")) {
        field.prefill = Source::parse(read.get(&at("prefill")));
    }
    let mut unit = field.unit.clone().unwrap_or_default();
    read.label(&at("unit"), &mut unit);
    field.unit = Some(unit).filter(|u| !u.zh.trim().is_empty());
    match (field.of, read.options(&at("options"))) {
        (FieldType::Choice, Some(rows)) => field.options = options(rows),
        (FieldType::Choice, None) => {}
        (FieldType::Text | FieldType::Date | FieldType::Number | FieldType::Phone, _) => field.options.clear(),
    }
}

/// A new answer gets a key that no other has: what is stored must stay when its words are mended.
fn options(rows: Vec<Optional>) -> Vec<FieldOption> {
    let mut taken: Vec<String> = rows.iter().map(|r| r.key.clone()).filter(|k| !k.is_empty()).collect();
    rows.into_iter()
        .map(|row| {
            let key = if row.key.is_empty() {
                let free = (1..).map(|n| format!("own_{n}")).find(|k| !taken.contains(k)).unwrap_or_default();
                taken.push(free.clone());
                free
            } else {
                row.key
            };
            FieldOption { key, label: Label { zh: row.zh, en: Some(row.en).filter(|t| !t.is_empty()) } }
        })
        .collect()
}
