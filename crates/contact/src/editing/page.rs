//! The four acts on a document, the same for each.

use askama::Template;
use kernel::Problem;
use platform::http::{Answer, Desk, Failure, Fields, ShownError, Ui};
use platform::rulebook;

use super::form::{Control, Read, Section, Table};
use super::frame::{self, Frame, Opened};
use super::{Change, Document, On, View};

#[derive(Template)]
#[template(path = "editing/page.html")]
struct EditPage {
    ui: Ui,
    errors: Vec<ShownError>,
    frame: Frame,
    heading: String,
    title: String,
    lead: String,
    effect: String,
    item: String,
    tabs: Vec<Tab>,
    tables: Vec<Table>,
    sections: Vec<Section>,
    preview: String,
}

/// The documents that stand beside each other on the page.
struct Tab {
    href: &'static str,
    label: String,
    on: bool,
}

/// Paths and words of the documents, in the order in which a supervisor meets them.
const TABS: [(&str, &str); 5] = [
    ("/rules", "rules"),
    ("/rules/outcomes", "outcomes"),
    ("/rules/clocks", "clocks"),
    ("/rules/kinds", "kinds"),
    ("/rules/standard", "standard"),
];

impl EditPage {
    fn link(&self, item: &str) -> String {
        self.frame.link(&stay(item), None)
    }
}

fn stay(item: &str) -> String {
    if item.is_empty() { String::new() } else { format!("item={}", encoded(item)) }
}

/// Items are keys of ours and of people: letters pass, the rest is escaped.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[derive(Template)]
#[template(path = "editing/changes.html")]
struct Changes {
    ui: Ui,
    list: Vec<(String, String, String)>,
    rest: String,
}

/// GET: `?item=3DC`, `?version=3`, `?for=group`.
pub async fn show<R: Document>(desk: Desk, fields: Fields) -> Answer {
    let item = fields.get("item").to_owned();
    let opened = frame::open::<R>(&desk, &fields, R::PATH, stay(&item)).await?;
    let beside = R::beside(&desk).await?;
    let ui = desk.ui();
    let view = opened.shown.body.view(&On { ui: &ui, beside: &beside }, &item).ok_or(Problem::NotFound)?;
    let preview = if view.sections.is_empty() {
        String::new()
    } else {
        previewed(&desk, &opened, opened.shown.body.clone(), &beside, &item).await?
    };
    desk.page(&page::<R>(&desk, opened.frame, view, &item, Vec::new(), preview))
}

/// POST: one item's form becomes a new edition.
pub async fn save<R: Document>(desk: Desk, fields: Fields) -> Answer {
    let item = fields.get("item").to_owned();
    // A form is always that of the edition in force; `version` belongs to looking and restoring.
    let mut opened = frame::open::<R>(&desk, &fields, R::PATH, stay(&item)).await?;
    let beside = R::beside(&desk).await?;
    let ui = desk.ui();
    let on = On { ui: &ui, beside: &beside };
    opened.now.body.view(&on, &item).ok_or(Problem::NotFound)?;
    let (body, mut faults) = edited(&opened, &on, &item, &fields);
    if faults.is_empty() {
        match frame::save_over(&desk, &fields, opened.place, &body).await {
            Ok(_) => {
                let kept = if body.view(&on, &item).is_some() && !is_new(&item) { stay(&item) } else { String::new() };
                let more = if kept.is_empty() { "saved=1".to_owned() } else { format!("{kept}&saved=1") };
                return desk.see_other(&opened.frame.link(&more, None));
            }
            Err(Problem::Invalid(found)) => faults = found,
            Err(other) => return Err(other.into()),
        }
    }
    let mut view = opened.now.body.view(&on, &item).ok_or(Problem::NotFound)?;
    // A new item is not in the document yet: its form is the empty one, filled in again.
    if !is_new(&item)
        && let Some(tried) = body.view(&on, &item)
    {
        view = tried;
    }
    let mut errors = desk.show_errors(&faults);
    errors.dedup_by(|a, b| a.field == b.field && a.text == b.text);
    for field in view.sections.iter_mut().flat_map(|s| &mut s.fields) {
        field.refill(&fields);
        field.mark(&mut errors);
    }
    name(&body, &ui, &view, &mut errors);
    fields.get("note").clone_into(&mut opened.frame.note);
    // What was seen when the form was opened, or a second press would overwrite what the first was refused for.
    opened.frame.version = fields.parsed("seen").unwrap_or(opened.frame.version);
    let preview = previewed(&desk, &opened, body, &beside, &item).await?;
    desk.invalid(&page::<R>(&desk, opened.frame, view, &item, errors, preview))
}

/// The item of a form that makes a new one.
pub const NEW: &str = "new";

/// `new`, or `new.field` where a document has several kinds of items.
fn is_new(item: &str) -> bool {
    item.split('.').next() == Some(NEW)
}

/// POST …/preview: of the form as it stands, unsaved.
pub async fn preview<R: Document>(desk: Desk, fields: Fields) -> Answer {
    let item = fields.get("item").to_owned();
    let opened = frame::open::<R>(&desk, &fields, R::PATH, stay(&item)).await?;
    let beside = R::beside(&desk).await?;
    let ui = desk.ui();
    let (body, _) = edited(&opened, &On { ui: &ui, beside: &beside }, &item, &fields);
    let html = previewed(&desk, &opened, body, &beside, &item).await?;
    desk.fragment(&Part { html })
}

#[derive(Template)]
#[template(source = "{{ html|safe }}", ext = "html")]
struct Part {
    html: String,
}

/// POST …/restored
pub async fn restored<R: Document>(desk: Desk, fields: Fields) -> Answer {
    frame::restore::<R>(&desk, &fields, R::PATH).await
}

/// The document with the form in it, and what does not read.
fn edited<R: Document>(
    opened: &Opened<R>,
    on: &On<'_, R::Beside>,
    item: &str,
    fields: &Fields,
) -> (R, kernel::FieldErrors) {
    let mut body = opened.now.body.clone();
    let mut read = Read::new(fields);
    body.apply(on, item, &mut read);
    let mut faults = read.errors;
    let unread: Vec<_> = faults.0.iter().map(|f| f.field.clone()).collect();
    // A field that does not read is faulted once.
    faults.0.extend(rulebook::faults(&body).0.into_iter().filter(|f| !unread.contains(&f.field)));
    (body, faults)
}

/// What differs, field by field, and then what the document itself has to say.
async fn previewed<R: Document>(
    desk: &Desk,
    opened: &Opened<R>,
    body: R,
    beside: &R::Beside,
    item: &str,
) -> Result<String, Failure> {
    let ui = desk.ui();
    let on = On { ui: &ui, beside };
    let list = match (opened.now.body.view(&on, item), body.view(&on, item)) {
        (Some(before), Some(after)) if !is_new(item) => changes(&ui, &before.sections, &after.sections),
        (Some(_) | None, Some(_) | None) => Vec::new(),
    };
    let change = Change { now: opened.now.clone(), new: body };
    let rest = R::preview(change, desk, beside, item).await?;
    Ok(Changes { ui: desk.ui(), list, rest }.render()?)
}

fn changes(ui: &Ui, before: &[Section], after: &[Section]) -> Vec<(String, String, String)> {
    let fields = |list: &[Section]| -> Vec<(String, String, String)> {
        list.iter()
            .flat_map(|s| s.fields.iter().map(|f| (f.path.clone(), named(s, &f.label), f.control.shown(ui))))
            .collect()
    };
    let (old, new) = (fields(before), fields(after));
    let was = |path: &str| old.iter().find(|o| o.0 == path).map(|o| o.2.clone()).unwrap_or_default();
    let mut list: Vec<_> = new
        .iter()
        .map(|(path, label, shown)| (label.clone(), was(path), shown.clone()))
        .filter(|(_, before, after)| before != after)
        .collect();
    let gone = old.iter().filter(|o| !o.2.is_empty() && !new.iter().any(|n| n.0 == o.0));
    list.extend(gone.map(|(_, label, shown)| (label.clone(), shown.clone(), String::new())));
    list
}

fn named(section: &Section, label: &str) -> String {
    if section.title.is_empty() { label.to_owned() } else { format!("{} · {label}", section.title) }
}

/// `截止天数：…`, or for what stands on another page `维修三日：…`.
fn name<R: Document>(body: &R, ui: &Ui, view: &View, errors: &mut [ShownError]) {
    for error in errors {
        let field = view.sections.iter().flat_map(|s| &s.fields).find(|f| f.path == error.field);
        let place = field.map_or_else(|| body.place(ui, &error.field), |f| f.label.clone());
        if !place.is_empty() {
            error.text = ui.k("editing-fault").s("place", place).s("text", &error.text).to_string();
        }
    }
}

fn page<R: Document>(
    desk: &Desk,
    frame: Frame,
    view: View,
    item: &str,
    errors: Vec<ShownError>,
    preview: String,
) -> EditPage {
    let ui = desk.ui();
    let tabs =
        TABS.iter().map(|(href, words)| Tab { href, label: ui.v(words, "title").into_owned(), on: *href == R::PATH });
    EditPage {
        tabs: tabs.collect(),
        heading: ui.v(R::WORDS, "title").into_owned(),
        title: view.title,
        lead: view.lead,
        effect: view.effect,
        item: item.to_owned(),
        tables: view.tables,
        sections: view.sections,
        errors,
        frame,
        preview,
        ui,
    }
}
