//! What a kind's sentence reads like, and what the answers of the questionnaire become.

use askama::Template;
use kernel::{Id, StoreDate};
use platform::http::{Failure, Ui};

use super::department;
use crate::cases::kinds::{Field, FieldType, Kind, KindBook, Values};
use crate::cases::plan;
use crate::cases::ports::{Answerable, Point};
use crate::cases::sentence::{Piece, sentence};
use crate::editing::Words;

#[derive(Template)]
#[template(path = "cases/pages/kinds_preview.html")]
struct Preview {
    ui: Ui,
    sentences: Vec<(String, Vec<Piece>)>,
    /// Answer, what it became, what it becomes.
    mapped: Vec<(String, String, String)>,
    uses: Option<Vec<String>>,
}

/// With every field known, and with only what is found by itself.
pub fn sentences(ui: &Ui, book: &KindBook, kind: Option<&Kind>, today: StoreDate) -> Result<String, Failure> {
    let Some(kind) = kind else { return Ok(String::new()) };
    let mut full = Values::new();
    let mut found = Values::new();
    for field in book.fields_of(kind) {
        let source = kind.prefill.get(&field.key).copied().or(field.prefill);
        let value = match source {
            Some(source) => ui.v("kinds-sample", source).into_owned(),
            None => String::new(),
        };
        if let Some(value) = field.read(&value).ok().flatten().or_else(|| sample(ui, field, today)) {
            if source.is_some() {
                found.insert(field.key.clone(), value.clone());
            }
            full.insert(field.key.clone(), value);
        }
    }
    let shown = |values: &Values| sentence(book, kind, values, ui.locale(), today);
    let sentences = vec![
        (ui.t("kinds-sentence-full").into_owned(), shown(&full)),
        (ui.t("kinds-sentence-new").into_owned(), shown(&found)),
    ];
    Ok(Preview { ui: ui.clone(), sentences, mapped: Vec::new(), uses: None }.render()?)
}

fn sample(ui: &Ui, field: &Field, today: StoreDate) -> Option<String> {
    match field.of {
        FieldType::Text => Some(format!("〈{}〉", ui.label(&field.label))),
        FieldType::Date => Some(today.to_string()),
        FieldType::Number => Some("3".into()),
        FieldType::Phone => None,
        FieldType::Choice => field.options.first().map(|o| o.key.clone()),
    }
}

/// Which kinds have a field.
pub fn uses(ui: &Ui, book: &KindBook, key: &str) -> Result<String, Failure> {
    let kinds = book.kinds.iter().filter(|k| k.fields.iter().any(|f| f == key)).map(|k| ui.label(&k.label));
    let uses = Some(kinds.collect());
    Ok(Preview { ui: ui.clone(), sentences: Vec::new(), mapped: Vec::new(), uses }.render()?)
}

/// Every bad answer of the questionnaire, and the three marks of a remark.
pub fn mapped(ui: &Ui, old: &KindBook, new: &KindBook, answers: &[Answerable]) -> Result<String, Failure> {
    let w = Words { ui, prefix: "kinds" };
    let becomes = |book: &KindBook, point: &Point| match plan::plan(book, std::slice::from_ref(point)) {
        Some(planned) => {
            let kind = book.kind(&planned.kind).map_or_else(|| planned.kind.clone(), |k| ui.label(&k.label));
            format!("{kind} · {}", department(ui, planned.department))
        }
        None => w.t("no-case"),
    };
    let mut mapped: Vec<(String, String, String)> = answers
        .iter()
        .filter(|a| a.bad)
        .map(|a| {
            let point = Point {
                question: Some(a.question.clone()),
                option: Some(a.option.clone()),
                case_kind: a.kind.clone(),
                department: a.department,
                ..blank()
            };
            let words = ui.k("kinds-answer").s("question", ui.label(&a.question_label));
            (words.s("option", ui.label(&a.option_label)).to_string(), becomes(old, &point), becomes(new, &point))
        })
        .collect();
    for mark in crate::cases::ports::Mark::ALL {
        let point = Point { remark: Some(*mark), ..blank() };
        let words = ui.k("kinds-remark").s("mark", ui.v("call-mark", mark)).to_string();
        mapped.push((words, becomes(old, &point), becomes(new, &point)));
    }
    Ok(Preview { ui: ui.clone(), sentences: Vec::new(), mapped, uses: None }.render()?)
}

fn blank() -> Point {
    Point {
        task: Id::new(0),
        question: None,
        option: None,
        case_kind: None,
        department: None,
        remark: None,
        remark_id: None,
        text: None,
    }
}
