use std::collections::HashMap;

use askama::Template;
use kernel::{Department, Problem, UserId};
use people::identity;
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::i18n::Label;
use platform::rulebook::{self, Edition, Versioned};
use platform::transact;

use super::super::edit::{self, Form};
use super::super::model::{Choice, Effect, Question, QuestionKind, Script, ScriptBook};
use super::preview::{Preview, previewed};

#[derive(Template)]
#[template(path = "scripts/pages/book.html")]
struct BookPage {
    ui: Ui,
    errors: Vec<ShownError>,
    tabs: Vec<Tab>,
    script: Script,
    lines: Vec<(&'static str, Label)>,
    /// The edition this form was made from.
    version: i64,
    /// An older edition is being looked at.
    older: bool,
    own: bool,
    history: Vec<Past>,
    note: String,
    preview: Preview,
    case_kinds: String,
}

struct Tab {
    key: String,
    label: Label,
    on: bool,
}

struct Past {
    edition: Edition,
    who: Option<String>,
    now: bool,
}

impl Form for Fields {
    fn get(&self, name: &str) -> &str {
        Self::get(self, name)
    }
    fn has(&self, name: &str) -> bool {
        Self::has(self, name)
    }
}

impl BookPage {
    fn effects(&self) -> &'static [Effect] {
        Effect::ALL
    }
    fn kinds(&self) -> &'static [QuestionKind] {
        QuestionKind::ALL
    }
    fn departments(&self) -> &'static [Department] {
        &Department::ALL
    }
    /// `当“维修是否到位”答“没有”时`
    fn condition(&self, question: &Question) -> String {
        let Some(rule) = &question.show_if else { return String::new() };
        let Some(parent) = self.script.question(&rule.question) else { return String::new() };
        let options: Vec<String> =
            rule.options.iter().filter_map(|o| parent.option(o)).map(|o| self.ui.label(&o.label)).collect();
        let message = self.ui.k("scripts-branch").s("question", self.ui.label(&parent.short));
        message.s("options", options.join(" / ")).to_string()
    }
    /// Places in the form; gaps leave room for moving.
    fn sort(&self, index: &usize) -> usize {
        (index + 1) * 10
    }
    /// Whose fault the option is: its own department, else that of the question.
    fn is_for(&self, department: &Department, option: &Choice, question: &Question) -> bool {
        option.department.unwrap_or(question.topic) == *department
    }
    /// Whom most of its questions are about.
    fn is_topic(&self, department: &Department) -> bool {
        self.script.questions.first().is_some_and(|q| q.topic == *department)
    }
}

/// GET /scripts?script=service&version=3
pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let scope = desk.scope();
    let (group, store) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    let now = rulebook::current::<ScriptBook>(&mut q, group, store).await?;
    let wanted = fields.parsed::<i64>("version").filter(|v| *v != now.version);
    let shown = match wanted {
        Some(version) => rulebook::at_version::<ScriptBook>(&mut q, group, store, version).await?,
        None => now.clone(),
    };
    let script = pick(&shown.body, fields.get("script"))?.clone();
    let page = page(&desk, &now, script, Vec::new(), String::new(), wanted.is_some()).await?;
    desk.page(&page)
}

/// POST /scripts: one script's form becomes a new edition.
pub async fn save(desk: Desk, fields: Fields) -> Answer {
    let scope = desk.scope();
    let (group, store) = (scope.group, scope.store()?);
    let now = rulebook::current::<ScriptBook>(&mut desk.reads(), group, store).await?;
    let (key, note) = (fields.get("script").to_owned(), fields.get("note").to_owned());
    if fields.parsed::<i64>("version") != Some(now.version) {
        return Err(Problem::Conflict("scripts-changed").into());
    }
    let mut body = now.body.clone();
    let script = body.scripts.iter_mut().find(|s| s.key == key).ok_or(Problem::NotFound)?;
    edit::apply(script, &fields);
    let edited = script.clone();
    let saved = transact!(desk.db(), scope, |tx| { rulebook::save(tx, Some(store), &body, &note).await });
    match saved {
        Ok(_) => desk.see_other(&format!("/scripts?script={key}")),
        Err(Problem::Invalid(errors)) => {
            let errors = named(&desk, &body, &errors);
            let page = page(&desk, &now, edited, errors, note, false).await?;
            desk.invalid(&page)
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /scripts/restored: an older edition in force again, as a new one.
pub async fn restore(desk: Desk, fields: Fields) -> Answer {
    let scope = desk.scope();
    let (group, store) = (scope.group, scope.store()?);
    let version: i64 = fields.parsed("version").ok_or(Problem::NotFound)?;
    let old = rulebook::at_version::<ScriptBook>(&mut desk.reads(), group, store, version).await?;
    let note = desk.ui().k("scripts-restored-note").n("version", version).to_string();
    transact!(desk.db(), scope, |tx| { rulebook::save(tx, Some(store), &old.body, &note).await })?;
    desk.see_other("/scripts")
}

fn pick<'a>(book: &'a ScriptBook, key: &str) -> Result<&'a Script, Problem> {
    let wanted = (!key.is_empty()).then_some(key);
    match wanted {
        Some(key) => book.script(key),
        None => book.scripts.first(),
    }
    .ok_or(Problem::NotFound)
}

async fn page(
    desk: &Desk,
    now: &Versioned<ScriptBook>,
    mut script: Script,
    errors: Vec<ShownError>,
    note: String,
    older: bool,
) -> Result<BookPage, platform::http::Failure> {
    let scope = desk.scope();
    let (group, store) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    let own = rulebook::history::<ScriptBook>(&mut q, group, Some(store)).await?;
    let people: Vec<UserId> = own.iter().filter_map(|e| e.actor).collect();
    let names: HashMap<UserId, String> = identity::user_names(&mut q, group, &people).await?;
    let history = own.into_iter().map(|edition| Past {
        who: edition.actor.and_then(|a| names.get(&a).cloned()),
        now: edition.version == now.version,
        edition,
    });
    let tabs =
        now.body.scripts.iter().map(|s| Tab { key: s.key.clone(), label: s.label.clone(), on: s.key == script.key });
    Ok(BookPage {
        ui: desk.ui(),
        errors,
        tabs: tabs.collect(),
        lines: edit::lines_mut(&mut script).into_iter().map(|(name, l)| (name, l.clone())).collect(),
        version: now.version,
        older,
        own: now.store != 0,
        history: history.collect(),
        note,
        preview: previewed(desk, &script),
        case_kinds: desk.slot("scripts.case_kinds", 0).await?,
        script,
    })
}

/// `维修是否到位：每个“改进”或“不满”的选项都要有致歉语`
fn named(desk: &Desk, book: &ScriptBook, errors: &kernel::FieldErrors) -> Vec<ShownError> {
    let ui = desk.ui();
    let mut shown = desk.show_errors(errors);
    for error in &mut shown {
        let mut parts = error.field.split('.');
        let script = parts.next().and_then(|k| book.script(k));
        let question = script.zip(parts.next()).and_then(|(s, k)| s.question(k));
        let option = question.zip(parts.next()).and_then(|(q, k)| q.option(k));
        let names = [question.map(|q| ui.label(&q.short)), option.map(|o| ui.label(&o.label))];
        let names: Vec<String> = names.into_iter().flatten().collect();
        if !names.is_empty() {
            error.text = ui.k("scripts-fault").s("where", names.join(" / ")).s("text", &error.text).to_string();
        }
    }
    shown
}
