use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{Cap, CaseId, Department, FieldErrors, Millis, Problem, Result, UserId};
use platform::http::{Answer, Desk, ShownError, Ui};
use platform::i18n::Locale;
use platform::rulebook;

use crate::cases::classify::ClassForm;
use crate::cases::clocks::{ClockBook, ClockKey};
use crate::cases::kinds::{Class, FieldType, Kind, KindBook};
use crate::cases::list::Sight;
use crate::cases::model::{CauseKind, Left, RecallEnd, State, StateKey, StepKind, Verdict};
use crate::cases::sentence::{Piece, sentence};
use crate::cases::store::{self, CaseRow, StepRow};
use crate::cases::{assign, handle, ports};

/// What somebody typed and could not be saved yet.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The form it stands in: contact | result | fields | note | escalate | decide | give-up | assign | class.
    pub form: &'static str,
    pub text: String,
    pub cause: String,
    pub cause_kind: String,
    pub fields: Vec<(String, String)>,
    pub kind: Option<ClassForm>,
}

#[derive(Template)]
#[template(path = "cases/pages/case.html")]
struct CasePage {
    ui: Ui,
    c: CaseRow,
    title: String,
    kind: String,
    pieces: Vec<Piece>,
    missing: Vec<FieldView>,
    known: Vec<FieldView>,
    steps: Vec<StepView>,
    points: Vec<PointView>,
    course: Vec<CourseLine>,
    customer: String,
    phone: Option<String>,
    vehicle: String,
    alike: i64,
    /// A manager's case may be about somebody who is no customer of the department: then the case is all they see.
    may_open: bool,
    owner: Option<String>,
    opener: Option<String>,
    left: Option<Left>,
    /// By when the result (or the decision) is wanted: what it is called, and the time or the rule.
    act_due: Option<(&'static str, String)>,
    open: bool,
    withdrawn: bool,
    mine: bool,
    may_handle: bool,
    /// A word may be added, to a closed one too.
    may_note: bool,
    /// What was typed stands in the note now.
    rescued: bool,
    may_decide: bool,
    may_give_up: bool,
    /// It is closed, and the customer may come back with the same trouble.
    may_reopen: bool,
    may_assign: bool,
    /// Who can be named.
    people: Vec<Choice>,
    kinds: Vec<KindGroup>,
    departments: Vec<Choice>,
    /// How the re-call ended without an answer.
    ended: Option<RecallEnd>,
    /// More lines of the course exist than are shown.
    longer: bool,
    /// The cause that the re-call proved wrong.
    earlier: Option<String>,
    causes: Vec<&'static str>,
    typed: Typed,
    errors: Vec<ShownError>,
    /// Somebody else changed it while this was typed.
    conflict: bool,
}

/// An option of a list.
pub struct Choice {
    pub key: String,
    pub label: String,
    pub on: bool,
}

/// Kinds of one class, e.g. the complaints.
pub struct KindGroup {
    pub class: Class,
    pub kinds: Vec<Choice>,
}

/// The kinds in force, by class, for a list.
pub fn kind_groups(book: &KindBook, chosen: &str, locale: Locale) -> Vec<KindGroup> {
    let of = |class: Class| {
        let kinds = book.kinds.iter().filter(|k| k.class == class);
        let choice =
            |k: &Kind| Choice { key: k.id.clone(), label: k.label.in_locale(locale).into_owned(), on: k.id == chosen };
        KindGroup { class, kinds: kinds.map(choice).collect() }
    };
    Class::ALL.iter().map(|c| of(*c)).filter(|g| !g.kinds.is_empty()).collect()
}

pub fn department_choices(ui: &Ui, chosen: &str) -> Vec<Choice> {
    let choice = |d: &Department| Choice {
        key: d.key().to_owned(),
        label: ui.v("case-department", d.key()).into_owned(),
        on: d.key() == chosen,
    };
    Department::ALL.iter().map(choice).collect()
}

struct FieldView {
    key: String,
    label: String,
    question: String,
    value: String,
    kind: FieldType,
    unit: Option<String>,
    options: Vec<(String, String, bool)>,
    wrong: Option<String>,
}

struct StepView {
    key: &'static str,
    class: &'static str,
    at: Option<Millis>,
    left: Option<Left>,
}

struct PointView {
    what: String,
    words: Option<String>,
}

struct CourseLine {
    at: Millis,
    who: Option<String>,
    what: String,
    text: Option<String>,
}

pub async fn show(desk: Desk, Path(id): Path<CaseId>) -> Answer {
    let page = load(&desk, id, Typed::default(), &FieldErrors::default(), false).await?;
    desk.page(&page)
}

/// The page again, with what was typed and what is wrong with it.
pub async fn again(desk: &Desk, id: CaseId, typed: Typed, errors: &FieldErrors) -> Answer {
    let page = load(desk, id, typed, errors, false).await?;
    desk.invalid(&page)
}

/// The page as it is now, with what was typed: somebody else was quicker.
pub async fn told(desk: &Desk, id: CaseId, typed: Typed) -> Answer {
    let mut page = load(desk, id, typed, &FieldErrors::default(), true).await?;
    page.rescue();
    let mut answer = desk.page(&page)?;
    *answer.status_mut() = StatusCode::CONFLICT;
    Ok(answer)
}

async fn load(desk: &Desk, id: CaseId, typed: Typed, errors: &FieldErrors, conflict: bool) -> Result<CasePage> {
    let (scope, now, locale) = (desk.scope(), desk.now(), desk.locale());
    let (group, ui) = (scope.group, desk.ui());
    let mut q = desk.reads();
    let c = handle::read(&mut q, scope, id).await?;
    let state = c.state()?;
    let book = rulebook::at_version::<KindBook>(&mut q, group, c.store_id, c.kinds_version).await?;
    let kind = book.body.kind(&c.kind);
    let values = c.values();
    let today = ui.today().ok_or_else(|| Problem::internal("the reader has no today"))?;
    let kind_label = kind.map_or_else(|| c.kind.clone(), |k| k.label.in_locale(locale).into_owned());
    let pieces = kind.map(|k| sentence(&book.body, k, &values, locale, today)).unwrap_or_default();
    let shown = desk.show_errors(errors);
    let (mut missing, mut known) = (Vec::new(), Vec::new());
    for field in kind.into_iter().flat_map(|k| book.body.fields_of(k)) {
        let saved = values.get(&field.key);
        let typed = typed.fields.iter().find(|(key, _)| *key == field.key).map(|(_, v)| v.clone());
        // A telephone number is never written into a page.
        let saved_text = saved.filter(|_| field.of != FieldType::Phone).cloned();
        let value = typed.or(saved_text).unwrap_or_default();
        let view = FieldView {
            key: field.key.clone(),
            label: field.label.in_locale(locale).into_owned(),
            question: field.question.in_locale(locale).into_owned(),
            options: field
                .options
                .iter()
                .map(|o| (o.key.clone(), o.label.in_locale(locale).into_owned(), o.key == value))
                .collect(),
            value,
            kind: field.of,
            unit: field.unit.as_ref().map(|u| u.in_locale(locale).into_owned()),
            wrong: shown.iter().find(|e| e.field == field.key).map(|e| e.text.clone()),
        };
        if saved.is_none() { missing.push(view) } else { known.push(view) }
    }

    let course = store::steps(&mut q, group, id).await?;
    let longer = course.len() >= store::STEPS_SHOWN;
    let recalled = recalled_at(&c, &course);
    let mut people: Vec<UserId> = course.iter().filter_map(|s| s.actor).collect();
    people.extend(course.iter().filter_map(handed_to));
    people.extend(c.owner_id);
    people.extend(c.opened_by);
    let names = ports::user_names(&mut q, group, &people).await?;
    let labels = ports::labels(&mut q, group, c.store_id).await?;
    let points = store::points(&mut q, group, id).await?.into_iter().map(|p| {
        let question = p.question.as_deref().unwrap_or("");
        let asked = labels.question(question).map(|l| l.in_locale(locale).into_owned());
        let said = p.option_key.as_deref().and_then(|o| labels.option(question, o));
        let said = said.map(|l| l.in_locale(locale).into_owned());
        let what = match (asked, said) {
            (Some(asked), Some(said)) => ui.k("case-point").s("question", asked).s("answer", said).to_string(),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => {
                book.body.kind(&p.kind).map_or_else(|| p.kind.clone(), |k| k.label.in_locale(locale).into_owned())
            }
        };
        PointView { what, words: p.text }
    });
    let points = points.collect();
    let field_label = |key: &str| {
        if key == "title" {
            return ui.t("case-field-title").into_owned();
        }
        book.body.field(key).map_or_else(|| key.to_owned(), |f| f.label.in_locale(locale).into_owned())
    };
    let clocks = rulebook::current::<ClockBook>(&mut q, group, c.store_id).await?;
    let in_force = rulebook::current::<KindBook>(&mut q, group, c.store_id).await?;
    let kind_name = |key: &str| {
        let found = book.body.kind(key).or_else(|| in_force.body.kind(key));
        found.map_or_else(|| key.to_owned(), |k| k.label.in_locale(locale).into_owned())
    };
    let course = course
        .into_iter()
        .map(|s| CourseLine {
            at: s.at,
            who: s.actor.and_then(|a| names.get(&a).cloned()),
            what: what_happened(&ui, &s, locale, &field_label, &kind_name, |id| names.get(&id).cloned()),
            text: s.text,
        })
        .collect();
    let person = ports::person(&mut q, group, c.customer_id, c.phone_line_id).await?;
    let vehicles: Vec<_> = c.vehicle_id.into_iter().collect();
    let vehicle = ports::vehicle_lines(&mut q, group, &vehicles).await?.into_values().next().unwrap_or_default();
    let may_open =
        scope.may(Cap::CustomerRead) && !people::customers::seen(&mut q, scope, &[c.customer_id]).await?.is_empty();
    let alike = store::alike(&mut q, group, &c, now.plus(-30 * Millis::DAY)).await?;
    let acts = |cap| async move {
        let Ok(sight) = Sight::of(scope, cap) else { return Ok(false) };
        store::find(&mut desk.reads(), scope, &sight, id).await.map(|found| found.is_some())
    };
    let open = state.is_open();
    let may_assign = open && assign::may_assign(&mut q, scope, id).await?;
    let mut named = Vec::new();
    if may_assign {
        let ids = assign::candidates(&mut q, scope, &c).await?;
        let names = ports::user_names(&mut q, group, &ids).await?;
        named.extend(ids.into_iter().filter_map(|id| {
            Some(Choice { key: id.to_string(), label: names.get(&id)?.clone(), on: c.owner_id == Some(id) })
        }));
    }
    let handles = acts(Cap::CaseHandle).await?;
    let may_handle = open && handles;
    let may_decide = open && c.escalated_at.is_some() && acts(Cap::CaseDecide).await?;
    let (mut kinds, mut departments) = (Vec::new(), Vec::new());
    if may_handle {
        let typed = typed.kind.as_ref();
        kinds = kind_groups(&in_force.body, typed.map_or(c.kind.as_str(), |t| &t.kind), locale);
        departments = department_choices(&ui, typed.map_or("", |t| &t.department));
    }
    let earlier = match &state {
        State::Waiting { earlier, .. } | State::Contacted { earlier, .. } => earlier.as_ref().map(|e| e.text.clone()),
        State::Recall { .. } | State::Undecided { .. } | State::Closed { .. } | State::Withdrawn { .. } => None,
    };
    let may_give_up = may_handle
        && match &state {
            State::Undecided { .. } => true,
            State::Recall { due, .. } => *due < now,
            State::Waiting { .. } | State::Contacted { .. } | State::Closed { .. } | State::Withdrawn { .. } => false,
        };
    Ok(CasePage {
        title: if c.title.is_empty() { kind_label.clone() } else { c.title.clone() },
        kind: kind_label,
        pieces,
        missing,
        known,
        steps: way(&c, recalled, now),
        points,
        course,
        customer: person.name,
        phone: person.phone,
        vehicle,
        alike,
        may_open,
        owner: c.owner_id.and_then(|o| names.get(&o).cloned()),
        opener: c.opened_by.and_then(|o| names.get(&o).cloned()),
        left: c.next_due_at.map(|due| Left::until(due, now)),
        act_due: act_due(&ui, &state, &clocks.body),
        open,
        withdrawn: c.withdrawn_at.is_some(),
        mine: c.owner_id.is_some() && c.owner_id == scope.user,
        may_handle,
        may_note: handles && c.withdrawn_at.is_none(),
        rescued: false,
        may_decide,
        may_give_up,
        may_reopen: handles && matches!(state, State::Closed { .. }),
        may_assign,
        people: named,
        kinds,
        departments,
        ended: c.recall_end,
        longer,
        earlier,
        causes: CauseKind::ALL.iter().map(|k| k.key()).collect(),
        typed,
        errors: shown,
        conflict,
        c,
        ui,
    })
}

/// The clock of the result starts with the contact: until then its rule is told.
fn act_due(ui: &Ui, state: &State, clocks: &ClockBook) -> Option<(&'static str, String)> {
    match state {
        State::Waiting { .. } => {
            let clock = clocks.clocks.iter().find(|c| c.key == ClockKey::Result)?;
            let key = format!("case-after-contact-{}", clock.unit.key().replace('_', "-"));
            Some(("case-act-due", ui.k(&key).n("n", clock.amount).to_string()))
        }
        State::Contacted { due, .. } => Some(("case-act-due", ui.day_time(due))),
        State::Undecided { due, .. } => Some(("case-decide-due", ui.day_time(due))),
        State::Recall { .. } | State::Closed { .. } | State::Withdrawn { .. } => None,
    }
}

/// Opened, contact, result, re-call, closed: what is done, what is next, what is to come.
fn way(c: &CaseRow, recalled: Option<Millis>, now: Millis) -> Vec<StepView> {
    let (contacted, resolved, closed) = (c.contacted_at, c.result_at, c.closed_at);
    let done = |at: Option<Millis>| if at.is_some() { "done" } else { "" };
    let now_at = |key: StateKey| c.state == key && c.withdrawn_at.is_none();
    let pick = |is_now: bool, at: Option<Millis>| if is_now { "now" } else { done(at) };
    let left = c.next_due_at.map(|due| Left::until(due, now));
    let recall_now = now_at(StateKey::Recall) || now_at(StateKey::Undecided);
    vec![
        StepView { key: "opened", class: "done", at: Some(c.opened_at), left: None },
        StepView {
            key: "contact",
            class: pick(now_at(StateKey::Waiting), contacted),
            at: contacted,
            left: left.filter(|_| now_at(StateKey::Waiting)),
        },
        StepView {
            key: "result",
            class: pick(now_at(StateKey::Contacted), resolved),
            at: resolved,
            left: left.filter(|_| now_at(StateKey::Contacted)),
        },
        StepView {
            key: if now_at(StateKey::Undecided) { "decide" } else { "recall" },
            class: pick(recall_now, closed.filter(|_| c.state == StateKey::Closed)),
            at: recalled.filter(|_| c.state == StateKey::Closed),
            left: left.filter(|_| recall_now),
        },
        StepView { key: "closed", class: done(closed), at: closed, left: None },
    ]
}

/// When the last re-call ended, by the course, which is newest first; a satisfied customer closes the case at once.
fn recalled_at(c: &CaseRow, course: &[StepRow]) -> Option<Millis> {
    let planned_only = |s: &StepRow| s.args.get("again").is_some_and(|again| again == true);
    let ended = course.iter().find(|s| s.kind == StepKind::Recall && !planned_only(s)).map(|s| s.at);
    ended.or(c.closed_at.filter(|_| c.verdict == Some(Verdict::Satisfied)))
}

fn handed_to(step: &StepRow) -> Option<UserId> {
    step.args.get("to").and_then(|v| serde_json::from_value(v.clone()).ok())
}

fn what_happened(
    ui: &Ui,
    step: &StepRow,
    locale: Locale,
    field: &impl Fn(&str) -> String,
    kind_label: &impl Fn(&str) -> String,
    name: impl Fn(UserId) -> Option<String>,
) -> String {
    let flag = |key: &str| step.args.get(key).and_then(serde_json::Value::as_bool).unwrap_or(false);
    let text = |key: &str| step.args.get(key).and_then(|v| v.as_str()).unwrap_or("").to_owned();
    let plain = || ui.v("case-step", step.kind).into_owned();
    match step.kind {
        StepKind::Contacted if flag("late") => ui.t("case-step-contacted-late").into_owned(),
        StepKind::Result => {
            let cause = ui.v("case-cause", text("cause_kind"));
            ui.k("case-step-result").s("kind", cause).s("cause", text("cause")).to_string()
        }
        StepKind::Field => {
            let keys = step.args.get("fields").and_then(|v| v.as_array()).cloned().unwrap_or_default();
            let between = if locale == Locale::En { ", " } else { "、" };
            let fields: Vec<String> = keys.iter().filter_map(|k| k.as_str()).map(field).collect();
            ui.k("case-step-field").s("fields", fields.join(between)).to_string()
        }
        StepKind::Recall if flag("late") => ui.t("case-step-recall-late").into_owned(),
        StepKind::Recall if flag("lapsed") => ui.v("case-recall-end", text("end")).into_owned(),
        StepKind::Recall if flag("again") => ui.t("case-step-recall-again").into_owned(),
        StepKind::Recall if flag("satisfied") => ui.t("case-step-recall-satisfied").into_owned(),
        StepKind::Recall => ui.t("case-step-recall-unsatisfied").into_owned(),
        StepKind::Opened if flag("by_hand") => ui.t("case-step-opened-by-hand").into_owned(),
        StepKind::Escalated if flag("overdue") => ui.v("case-step-escalated-overdue", text("state")).into_owned(),
        StepKind::Reclassified => {
            let pair = |key: &str| {
                let both = step.args.get(key).and_then(|v| v.as_array()).cloned().unwrap_or_default();
                let at = |i: usize| both.get(i).and_then(|v| v.as_str()).unwrap_or("").to_owned();
                (at(0), at(1))
            };
            let ((old_kind, new_kind), (old_at, new_at)) = (pair("kind"), pair("department"));
            let words = |kind: &str, at: &str| {
                ui.k("case-step-class")
                    .s("kind", kind_label(kind))
                    .s("department", ui.v("case-department", at))
                    .to_string()
            };
            let (from, to) = (words(&old_kind, &old_at), words(&new_kind, &new_at));
            ui.k("case-step-reclassified").s("from", from).s("to", to).to_string()
        }
        StepKind::Assigned => match handed_to(step).and_then(name) {
            Some(to) => ui.k("case-step-assigned").s("name", to).to_string(),
            None => plain(),
        },
        StepKind::CallRevoked if flag("restored") => ui.t("case-step-call-revoked-restored").into_owned(),
        StepKind::Rescheduled => {
            let at = |key: &str| step.args.get(key).and_then(serde_json::Value::as_i64).map(Millis);
            let shown = |key: &str| at(key).map(|m| ui.day_time(&m)).unwrap_or_default();
            ui.k("case-step-rescheduled").s("before", shown("before")).s("after", shown("after")).to_string()
        }
        StepKind::HandedOver => match handed_to(step).and_then(name) {
            Some(to) => ui.k("case-step-handed-over").s("name", to).to_string(),
            None => ui.t("case-step-handed-back").into_owned(),
        },
        StepKind::Opened
        | StepKind::Taken
        | StepKind::Dialled
        | StepKind::Overdue
        | StepKind::Contacted
        | StepKind::Reopened
        | StepKind::Closed
        | StepKind::Note
        | StepKind::Escalated
        | StepKind::Decided
        | StepKind::Withdrawn
        | StepKind::CallRevoked => plain(),
    }
}

/// A small form behind a button.
struct Dialog {
    id: &'static str,
    to: &'static str,
}

impl CasePage {
    /// Whether the form that was typed in is on the page as it is now.
    fn stands(&self) -> bool {
        match self.typed.form {
            "contact" => self.may_handle && self.c.state == StateKey::Waiting,
            "result" => self.may_handle && self.c.state == StateKey::Contacted,
            "escalate" => self.may_handle && !self.c.is_escalated(),
            "decide" => self.may_decide,
            "give-up" => self.may_give_up,
            "reopen" => self.may_reopen,
            "class" => self.may_handle,
            _ => true,
        }
    }

    /// What was typed for a step that is over is offered as a note.
    fn rescue(&mut self) {
        if self.stands() || !self.may_note {
            return;
        }
        let words = [std::mem::take(&mut self.typed.cause), std::mem::take(&mut self.typed.text)];
        let text = words.into_iter().filter(|w| !w.trim().is_empty()).collect::<Vec<_>>().join("\n");
        self.typed = Typed { form: "note", text, ..Typed::default() };
        self.rescued = true;
    }

    fn dialogs(&self) -> Vec<Dialog> {
        let shown = [
            (self.may_note, "note", "notes"),
            (self.may_handle && !self.c.is_escalated(), "escalate", "escalation"),
            (self.may_give_up, "give-up", "closure"),
            (self.may_reopen, "reopen", "reopenings"),
            (self.may_decide, "decide", "decisions"),
        ];
        shown.into_iter().filter(|(on, ..)| *on).map(|(_, id, to)| Dialog { id, to }).collect()
    }
}
