//! What a case of this call would still need, asked while the customer is on the line (A7: a missing field is asked
//! for). The part follows the answers: the page sends them, the part comes back with the questions.

use askama::Template;
use axum::extract::Path;
use kernel::{Cap, ContactId, Id, Problem, Result, TaskId};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::i18n::Locale;
use platform::rulebook;

use crate::cases::kinds::{FieldType, Kind, KindBook, Values};
use crate::cases::ports::{self, Labels, Mark, Point};
use crate::cases::{open, plan};

#[derive(Template)]
#[template(path = "cases/pages/fields_part.html")]
struct FieldsPart {
    contact: i64,
}

#[derive(Template)]
#[template(path = "cases/pages/fields_asks.html")]
struct FieldAsks {
    ui: Ui,
    kind: Option<String>,
    asks: Vec<Ask>,
}

struct Ask {
    key: String,
    label: String,
    question: String,
    value: String,
    kind: FieldType,
    options: Vec<(String, String, bool)>,
}

/// Slot `call.case_fields` (id = contact): empty until an answer makes a case. It must stand inside of the call's
/// form; its inputs `case.<field>` are sent with the call.
/// # Errors
/// When the template cannot be rendered.
pub async fn call_fields(desk: Desk, contact: i64) -> Result<String> {
    desk.scope().need(Cap::CallWork)?;
    FieldsPart { contact }.render().map_err(Problem::internal)
}

pub async fn refresh(desk: Desk, Path(contact): Path<ContactId>, fields: Fields) -> Answer {
    let part = build(&desk, contact, &fields).await?;
    desk.fragment(&part)
}

async fn build(desk: &Desk, contact: ContactId, fields: &Fields) -> Result<FieldAsks> {
    let scope = desk.scope();
    let (group, store, locale) = (scope.group, scope.store()?, desk.locale());
    let mut q = desk.reads();
    let tasks = ports::contact_subjects(&mut q, scope, contact, desk.now()).await?;
    let Some(first) = tasks.first().map(|t| t.task) else { return after_the_call(desk, contact, fields).await };
    let labels = ports::labels(&mut q, group, store).await?;
    let points = points(fields, first, &labels);
    let mut part = FieldAsks { ui: desk.ui(), kind: None, asks: Vec::new() };
    let book = rulebook::current::<KindBook>(&mut q, group, store).await?;
    let Some(planned) = plan::plan(&book.body, &points) else { return Ok(part) };
    let Some(kind) = book.body.kind(&planned.kind) else { return Ok(part) };
    let main = planned.points.first().and_then(|p| p.task).unwrap_or(first);
    let since = desk.ui().today().map(|d| d.days_after(-90));
    let subject = tasks.iter().find(|t| t.task == main).or(tasks.first());
    let mut facts = match (since, subject) {
        (Some(since), Some(s)) => ports::facts(&mut q, scope, s.customer, Some(&s.about()), since).await?,
        (None, _) | (_, None) => plan::Facts::default(),
    };
    facts.question = planned
        .points
        .iter()
        .find_map(|p| p.question.as_deref())
        .and_then(|k| labels.question(k))
        .map(|l| l.zh.clone());
    let values = plan::prefill(&book.body, &planned.kind, &facts, &planned.given);
    part.kind = Some(kind.label.in_locale(locale).into_owned());
    part.asks = asks(&book.body, kind, &values, fields, locale);
    Ok(part)
}

/// The call was saved before its last answer came here: there is a case by now, and what was typed belongs to it.
async fn after_the_call(desk: &Desk, contact: ContactId, fields: &Fields) -> Result<FieldAsks> {
    let (scope, locale) = (desk.scope(), desk.locale());
    let mut part = FieldAsks { ui: desk.ui(), kind: None, asks: Vec::new() };
    let Some(call) = ports::last_call(&mut desk.reads(), scope, contact, desk.now()).await? else { return Ok(part) };
    let typed: Vec<_> = fields.starting("case.").map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let Some(case) = open::fill_asked(desk.db(), scope, call, &typed).await? else { return Ok(part) };
    let version = case.kinds_version;
    let book = rulebook::at_version::<KindBook>(&mut desk.reads(), scope.group, case.store_id, version).await?;
    let Some(kind) = book.body.kind(&case.kind) else { return Ok(part) };
    part.kind = Some(kind.label.in_locale(locale).into_owned());
    part.asks = asks(&book.body, kind, &case.values(), fields, locale);
    Ok(part)
}

/// What is not known yet, with what was typed.
fn asks(book: &KindBook, kind: &Kind, values: &Values, fields: &Fields, locale: Locale) -> Vec<Ask> {
    book.missing(kind, values)
        .map(|f| {
            let typed = fields.get(&format!("case.{}", f.key)).to_owned();
            Ask {
                key: f.key.clone(),
                label: f.label.in_locale(locale).into_owned(),
                question: f.question.in_locale(locale).into_owned(),
                kind: f.of,
                options: f
                    .options
                    .iter()
                    .map(|o| (o.key.clone(), o.label.in_locale(locale).into_owned(), o.key == typed))
                    .collect(),
                value: typed,
            }
        })
        .collect()
}

/// The form's answers and marks as points: `a.<question>[.<task>]` = option, `m.<question>[.<task>]` = mark, and the
/// remark of the whole call (`mark`, `complaint`, `wants_answer`).
fn points(fields: &Fields, first: TaskId, labels: &Labels) -> Vec<Point> {
    let of = |name: &str| -> (String, TaskId) {
        let (question, task) = name.split_once('.').unwrap_or((name, ""));
        (question.to_owned(), task.parse::<i64>().map_or(first, Id::new))
    };
    let mut points = Vec::new();
    for (name, option) in fields.starting("a.") {
        let (word, task) = of(name);
        let Some((question, choice)) = labels.bad(&word, option) else { continue };
        points.push(Point {
            task,
            case_kind: choice.case_kind.clone(),
            question: Some(question.key.clone()),
            option: Some(option.to_owned()),
            department: choice.department,
            text: None,
            remark: None,
            remark_id: None,
        });
    }
    let remark = |task: TaskId, mark: Mark| Point {
        task,
        question: None,
        option: None,
        case_kind: None,
        department: None,
        text: None,
        remark: Some(mark),
        remark_id: None,
    };
    let opens = |mark: &Mark| match mark {
        Mark::Complaint | Mark::Question => true,
        Mark::Suggestion => fields.has("wants_answer"),
        Mark::Praise => false,
    };
    let marked = fields.starting("m.").filter_map(|(name, mark)| Some((of(name).1, Mark::parse(mark)?)));
    points.extend(marked.filter(|(_, mark)| opens(mark)).map(|(task, mark)| remark(task, mark)));
    let whole = match Mark::parse(fields.get("mark")) {
        _ if fields.has("complaint") => Some(Mark::Complaint),
        Some(mark) => Some(mark),
        None => fields.has("wants_answer").then_some(Mark::Suggestion),
    };
    points.extend(whole.filter(opens).map(|mark| remark(first, mark)));
    points
}
