//! 案件类别: what an answer becomes, which fields a kind has, and its sentence, edited by the supervisor.

mod form;
mod map;
mod preview;

use kernel::{Department, Result, StoreDate};
use platform::http::{Desk, Failure, Ui};
use platform::rulebook;

use crate::cases::kinds::{Kind, KindBook};
use crate::cases::ports::{self, Answerable};
use crate::editing::{Change, Document, On, Read, Row, Table, View, Words};

pub struct Beside {
    answers: Vec<Answerable>,
    today: StoreDate,
}

/// Items of the page.
enum Item {
    List,
    Kind(usize),
    NewKind,
    Field(usize),
    NewField,
    Map,
    Remarks,
}

fn item_of(book: &KindBook, item: &str) -> Option<Item> {
    match item {
        "" => Some(Item::List),
        "new.kind" => Some(Item::NewKind),
        "new.field" => Some(Item::NewField),
        "map" => Some(Item::Map),
        "remarks" => Some(Item::Remarks),
        other => match other.split_once('.')? {
            ("kind", id) => book.kinds.iter().position(|k| k.id == id).map(Item::Kind),
            ("field", key) => book.fields.iter().position(|f| f.key == key).map(Item::Field),
            (..) => None,
        },
    }
}

impl Document for KindBook {
    const PATH: &'static str = "/rules/kinds";
    const RESTORED: &'static str = "/rules/kinds/restored";
    const PREVIEW: &'static str = "/rules/kinds/preview";
    const WORDS: &'static str = "kinds";
    type Beside = Beside;

    async fn beside(desk: &Desk) -> Result<Beside> {
        let scope = desk.scope();
        let (group, store) = (scope.group, scope.store()?);
        let mut q = desk.reads();
        let today = ports::calendar(&mut q, group, store).await?.date_of(desk.now());
        Ok(Beside { answers: ports::answerables(&mut q, group, store).await?, today })
    }

    fn view(&self, on: &On<'_, Beside>, item: &str) -> Option<View> {
        let w = Words { ui: on.ui, prefix: Self::WORDS };
        let effect = w.t("effect");
        Some(match item_of(self, item)? {
            Item::List => View { tables: tables(self, &w), ..View::default() },
            Item::Kind(i) => View {
                title: on.ui.label(&self.kinds[i].label),
                sections: form::kind(&w, self, &self.kinds[i], i, false),
                effect,
                ..View::default()
            },
            Item::NewKind => View {
                title: w.t("add-kind"),
                lead: w.t("add-kind-lead"),
                sections: form::kind(&w, self, &form::blank_kind(self), self.kinds.len(), true),
                effect,
                ..View::default()
            },
            Item::Field(i) => View {
                title: on.ui.label(&self.fields[i].label),
                sections: form::field(&w, &self.fields[i], i, false),
                effect,
                ..View::default()
            },
            Item::NewField => View {
                title: w.t("add-field"),
                lead: w.t("add-field-lead"),
                sections: form::field(&w, &form::blank_field(self), self.fields.len(), true),
                effect,
                ..View::default()
            },
            Item::Map => View {
                title: w.t("map"),
                lead: w.t("map-lead"),
                sections: map::sections(&w, self, on.beside),
                effect,
                ..View::default()
            },
            Item::Remarks => View {
                title: w.t("remarks"),
                lead: w.t("remarks-lead"),
                sections: map::remarks(&w, self),
                effect,
                ..View::default()
            },
        })
    }

    fn apply(&mut self, _: &On<'_, Beside>, item: &str, read: &mut Read<'_>) {
        match item_of(self, item) {
            Some(Item::Kind(i)) => form::read_kind(read, &mut self.kinds[i], i),
            Some(Item::NewKind) => {
                let (i, mut kind) = (self.kinds.len(), form::blank_kind(self));
                form::read_kind(read, &mut kind, i);
                self.kinds.push(kind);
            }
            Some(Item::Field(i)) => {
                form::read_field(read, &mut self.fields[i], i);
                if read.flag(&format!("fields.{i}.gone")) {
                    self.fields.remove(i);
                }
            }
            Some(Item::NewField) => {
                let (i, mut field) = (self.fields.len(), form::blank_field(self));
                read.text(&format!("fields.{i}.key"), &mut field.key);
                form::read_field(read, &mut field, i);
                self.fields.push(field);
            }
            Some(Item::Map) => map::read(read, self),
            Some(Item::Remarks) => map::read_remarks(read, self),
            Some(Item::List) | None => {}
        }
    }

    async fn preview(change: Change<Self>, desk: &Desk, beside: &Beside, item: &str) -> Result<String, Failure> {
        let ui = desk.ui();
        let (old, new) = (&change.now.body, &change.new);
        match item_of(old, item) {
            Some(Item::Kind(i)) => preview::sentences(&ui, new, new.kinds.get(i), beside.today),
            Some(Item::NewKind) => preview::sentences(&ui, new, new.kinds.last(), beside.today),
            Some(Item::Field(i)) => preview::uses(&ui, new, &old.fields[i].key),
            Some(Item::Map | Item::Remarks) => preview::mapped(&ui, old, new, &beside.answers),
            Some(Item::List | Item::NewField) | None => Ok(String::new()),
        }
    }

    fn place(&self, ui: &Ui, path: &str) -> String {
        let mut parts = path.split('.');
        let (of, at) = (parts.next(), parts.next().and_then(|i| i.parse::<usize>().ok()));
        match of {
            Some("kinds") => at.and_then(|i| self.kinds.get(i)).map(|k| ui.label(&k.label)).unwrap_or_default(),
            Some("fields") => at.and_then(|i| self.fields.get(i)).map(|f| ui.label(&f.label)).unwrap_or_default(),
            Some("question_map") => ui.t("kinds-map").into_owned(),
            Some(_) | None => String::new(),
        }
    }
}

fn department(ui: &Ui, of: Department) -> String {
    ui.v("scripts-department", of.key()).into_owned()
}

fn tables(book: &KindBook, w: &Words<'_>) -> Vec<Table> {
    let kinds = book.kinds.iter().map(|k: &Kind| {
        let fields: Vec<String> = book.fields_of(k).map(|f| w.ui.label(&f.label)).collect();
        let between = if w.ui.lang() == "en" { ", " } else { "、" };
        Row::new(
            format!("kind.{}", k.id),
            vec![
                w.ui.label(&k.label).into(),
                w.ui.v("kinds-class", k.class).into_owned().into(),
                department(w.ui, k.department).into(),
                fields.join(between).into(),
            ],
        )
    });
    let fields = book.fields.iter().map(|f| {
        let used = book.kinds.iter().filter(|k| k.fields.contains(&f.key)).count();
        let from = f.prefill.map(|s| w.ui.v("kinds-source", s).into_owned());
        Row::new(
            format!("field.{}", f.key),
            vec![
                w.ui.label(&f.label).into(),
                w.ui.label(&f.question).into(),
                w.ui.v("kinds-type", f.of).into_owned().into(),
                from.unwrap_or_else(|| w.t("source-none")).into(),
                w.ui.k("kinds-used").n("n", used).to_string().into(),
            ],
        )
    });
    let heads = |keys: &[&str]| keys.iter().map(|k| w.t(k)).collect::<Vec<_>>();
    let name = |id: &str| book.kind(id).map_or_else(|| id.to_owned(), |k| w.ui.label(&k.label));
    let marks = &book.remarks;
    let marks = [&marks.complaint, &marks.question, &marks.suggestion].map(|id| name(id)).join(" / ");
    vec![
        Table {
            title: w.t("routes"),
            lead: w.t("routes-lead"),
            heads: heads(&["head-what", "head-now"]),
            rows: vec![
                Row::new(
                    "map",
                    vec![w.t("map").into(), w.ui.k("kinds-map-sum").n("n", book.question_map.len()).to_string().into()],
                ),
                Row::new("remarks", vec![w.t("remarks").into(), marks.into()]),
            ],
            add: None,
        },
        Table {
            title: w.t("kinds"),
            lead: w.t("kinds-lead"),
            heads: heads(&["head-kind", "head-class", "head-department", "head-fields"]),
            rows: kinds.collect(),
            add: Some(("new.kind".into(), w.t("add-kind"))),
        },
        Table {
            title: w.t("fields"),
            lead: w.t("fields-lead"),
            heads: heads(&["head-field", "head-question", "head-type", "head-source", "head-used"]),
            rows: fields.collect(),
            add: Some(("new.field".into(), w.t("add-field"))),
        },
    ]
}

/// For the page of scripts: one kind a line, its key, a tab, its name.
/// # Errors
/// As the database answers.
pub async fn kind_lines(desk: Desk, _: i64) -> Result<String> {
    let scope = desk.scope();
    let book = rulebook::current::<KindBook>(&mut desk.reads(), scope.group, scope.store()?).await?;
    let ui = desk.ui();
    let line = |k: &Kind| format!("{}\t{}", k.id, ui.label(&k.label).replace(['\n', '\t'], " "));
    Ok(book.body.kinds.iter().map(line).collect::<Vec<_>>().join("\n"))
}
