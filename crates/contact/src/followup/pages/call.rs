use askama::Template;
use axum::extract::Path;
use axum::http::HeaderMap;
use kernel::{AttemptId, Cap, CaseId, ContactId, CustomerId, Millis, PhoneLineId, Problem, Reach, TaskId};
use platform::db::Sql;
use platform::http::{Answer, Desk, Failure, Fields, Ui};
use platform::i18n::Locale;
use platform::transact;

use super::call_data::{self, CallData};
use super::call_history::{self, Past};
use super::call_view::{self, OutcomeView, PartialView, QuestionView, Said, SituationView, Slot, Spoken, VisitView};
use super::line_view::KindPill;
use super::{attempt_form, words};
use crate::followup::model::{Aside, Mark, SubjectKind};
use crate::followup::outcome_words::OutcomeWords;
use crate::followup::{attempts, best_time, board, lease, queue, store};
use crate::scripts::{self, Script, Title, Tongue, Words};

#[derive(Template)]
#[template(path = "followup/pages/call.html")]
struct CallPage {
    ui: Ui,
    contact: ContactId,
    customer: CustomerId,
    client_id: String,
    started_at: Millis,
    script_version: i64,
    tasks: Vec<TaskId>,
    line: Option<PhoneLineId>,
    inbound: bool,
    held_by: Option<String>,
    /// Only looked at: it belongs to whoever takes it.
    looks: bool,
    may_work: bool,
    fence: i64,
    again: bool,
    remark: String,
    last_words: Vec<String>,
    asides: Vec<(String, String)>,
    undo: Option<Undo>,
    continued: bool,
    person: String,
    owner: String,
    kinds: Vec<KindPill>,
    plate: Option<String>,
    car: String,
    brief: String,
    visits: Vec<VisitView>,
    recall: String,
    merged: usize,
    phones: Vec<PhoneView>,
    best_time: Option<String>,
    channel: Option<String>,
    times: Vec<(&'static str, String)>,
    alerts: Vec<String>,
    vehicles: Vec<(String, String)>,
    history: Vec<Past>,
    /// HTML of the cases' own: what was complained about, and how it stands.
    cases: String,
    staff: Vec<String>,
    title: String,
    count: usize,
    minutes: (u32, u32),
    opening: Said,
    moment: Moment,
    asked: Vec<QuestionView>,
    after_opinion: Said,
    closing: Vec<Said>,
    situations: Vec<SituationView>,
    remark_prompt: String,
    case_fields: String,
    outcomes: Vec<OutcomeView>,
    partial: Option<PartialView>,
    later: Vec<Slot>,
    now_local: String,
    left: i64,
    average: Option<i64>,
}

struct Moment {
    question: Said,
    yes: Said,
    no: Said,
}

/// Masked; dialled by its id.
struct PhoneView {
    id: PhoneLineId,
    masked: String,
    name: Option<String>,
    usable: bool,
    status: String,
    /// The one that the key dials.
    first: bool,
}

/// The call just saved, for ten minutes.
pub struct Undo {
    pub contact: ContactId,
    pub attempt: AttemptId,
    pub person: String,
    pub outcome: String,
    pub until: Millis,
    /// The case that the call opened.
    pub case: Option<(CaseId, i64)>,
}

struct MarkView {
    key: &'static str,
    label: String,
    shortcut: &'static str,
    shown: &'static str,
}

impl CallPage {
    /// Where "not a good moment" leads: the outcome that asks for another time.
    fn later_dialog(&self) -> &str {
        self.outcomes.iter().find(|o| o.asks_time).map_or("unreached", |o| o.dialog.as_str())
    }
    fn works(&self) -> bool {
        self.may_work && !self.looks
    }
    /// A complaint has its own button beside the remark of the call.
    fn other_marks(&self) -> Vec<MarkView> {
        self.marks().into_iter().filter(|m| m.key != Mark::Complaint.key()).collect()
    }
    fn marks(&self) -> Vec<MarkView> {
        let key = |m: Mark| match m {
            Mark::Praise => ("p", "P"),
            Mark::Suggestion => ("s", "S"),
            Mark::Complaint => ("c", "C"),
            Mark::Question => ("g", "G"),
        };
        let view = |m: &Mark| MarkView {
            key: m.key(),
            label: self.ui.v("call-mark", m).into_owned(),
            shortcut: key(*m).0,
            shown: key(*m).1,
        };
        Mark::ALL.iter().map(view).collect()
    }
}

/// GET /calls/{contact}: the contact belongs to the agent who opens it, for ten minutes. Whoever supervises only looks
/// until they take it, and a browser that fetches ahead takes nothing.
pub async fn show(desk: Desk, Path(id): Path<ContactId>, headers: HeaderMap, fields: Fields) -> Answer {
    let scope = desk.scope();
    let ahead = ["sec-purpose", "purpose"]
        .iter()
        .any(|name| headers.get(*name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("prefetch")));
    let held = store::contact(&mut desk.reads(), scope.group, scope.store()?, id).await?;
    let mine = held.holder(desk.now()) == scope.user;
    let takes = scope.reach(Cap::CallWork) == Some(Reach::Own) || (mine && scope.may(Cap::CallWork));
    if held.is_waiting() && takes && !ahead {
        match transact!(desk.db(), scope, |tx| { lease::take(tx, id).await }) {
            Ok(_) | Err(Problem::Conflict("contact-taken" | "contact-done")) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let data = call_data::load(&desk, id).await?;
    if data.tasks.is_empty() {
        return super::done::page(&desk, &data).await;
    }
    let page = page(&desk, &data, &fields).await?;
    desk.page(&page)
}

async fn page(desk: &Desk, data: &CallData, fields: &Fields) -> Result<CallPage, Failure> {
    let ui = desk.ui();
    let now = desk.now();
    let scope = desk.scope();
    let mut q = desk.reads();
    let asks = data.asks()?;
    let chosen = scripts::choose(&asks, data.detailed());
    let first = data.tasks.first().ok_or(Problem::NotFound)?;
    let (script, spoken) = (data.script(first)?, data.words(desk, first));
    let line = |l| call_view::spoken(&ui, l, &spoken);
    let phones = phones(&ui, data);
    let counts = queue::counts(&mut q, scope, &queue::Filter::default(), now).await?;
    let today = (midnight(data, now), data.context.tomorrow(now));
    let average = board::of_agent(&mut q, scope, today.0, today.1, now).await?.average();
    let held_by = match data.view.taken_by {
        Some(user) => {
            people::identity::user_names(&mut q, scope.group, &[user]).await?.remove(&user).or(Some(String::new()))
        }
        None => None,
    };
    let recall = desk.slot("call.recall", data.view.contact.id.raw()).await?;
    let visits = visits(&ui, data, &chosen.merged);
    Ok(CallPage {
        contact: data.view.contact.id,
        customer: data.customer_id(),
        client_id: platform::secret::token()[..32].to_owned(),
        started_at: now,
        script_version: data.book.version,
        tasks: data.tasks.iter().map(|t| t.id).collect(),
        line: data.view.numbers.iter().find(|n| n.next).map(|n| n.id),
        inbound: fields.has("in"),
        looks: data.view.lease.is_none() && held_by.is_none(),
        may_work: scope.may(Cap::CallWork),
        fence: data.view.lease.map_or(0, |l| l.until.0),
        again: data.again,
        remark: data.earlier_remark.clone(),
        last_words: call_history::last_words(desk, data).await?,
        asides: Aside::ALL.iter().map(|a| (a.key().to_owned(), ui.v("queue-aside", a).into_owned())).collect(),
        held_by,
        undo: undo(desk, fields).await?,
        continued: !data.earlier.is_empty() && !data.again,
        person: with_title(&ui, data, &spoken),
        owner: data.customer.file.name.clone(),
        kinds: words::kind_pills(&ui, data.context.rules(), data.view.contact.kinds()),
        plate: (!spoken.plate.is_empty()).then(|| spoken.plate.clone()),
        car: car(&ui, data),
        brief: brief(&visits),
        visits,
        recall,
        merged: chosen.merged.len(),
        phones,
        best_time: data.view.best_time.as_ref().map(|t| words::best_time(&ui, t)),
        times: best_time::CHOICES.into_iter().map(|k| (k, ui.v("queue-time", k).into_owned())).collect(),
        channel: data.customer.file.channel.clone().filter(|c| !c.trim().is_empty()),
        alerts: alerts(&ui, desk, data).await?,
        vehicles: owned(data),
        history: call_history::load(desk, data).await?,
        cases: desk.slot("customer.cases", data.customer_id().raw()).await?,
        staff: staff(&mut q, data).await?,
        title: ui.k("call-heading").s("script", ui.label(&script.label)).n("n", roots(&chosen)).to_string(),
        count: roots(&chosen),
        minutes: (script.minutes_from, script.minutes_to),
        opening: line(if data.fleet() { &script.opening_fleet } else { &script.opening }),
        moment: Moment {
            question: line(&script.good_moment.question),
            yes: line(&script.good_moment.yes),
            no: line(&script.good_moment.no),
        },
        asked: questions(&ui, desk, data, &chosen)?,
        after_opinion: line(&script.after_opinion),
        closing: closing(script).into_iter().map(line).collect(),
        situations: data
            .standard
            .body
            .for_call(Some(script.event))
            .into_iter()
            .map(|s| call_view::situation(&ui, s, &spoken))
            .collect(),
        remark_prompt: ui.label(&script.remark_prompt),
        case_fields: desk.slot("call.case_fields", data.view.contact.id.raw()).await?,
        outcomes: call_view::outcomes(&ui, &data.outcomes.body),
        partial: call_view::partial(&ui, &data.outcomes.body),
        later: call_view::later_slots(&ui, &data.context.manner(&data.tasks).0, now),
        now_local: local(data, now),
        left: counts.today,
        average,
        ui,
    })
}

fn roots(chosen: &scripts::Chosen<'_>) -> usize {
    chosen.asked.iter().filter(|a| a.show_if.is_none()).count()
}

fn questions(
    ui: &Ui,
    desk: &Desk,
    data: &CallData,
    chosen: &scripts::Chosen<'_>,
) -> Result<Vec<QuestionView>, Problem> {
    let mut number = 0;
    let mut list = Vec::with_capacity(chosen.asked.len());
    for asked in &chosen.asked {
        let task = data.task(asked.task).ok_or(Problem::NotFound)?;
        number += usize::from(asked.show_if.is_none());
        let words = data.words(desk, task);
        let spoken = Spoken { vehicle: task.vehicle_id, script: data.script(task)?, words: &words };
        list.push(call_view::question(ui, asked, number, &spoken, &data.earlier));
    }
    Ok(list)
}

fn closing(script: &Script) -> Vec<&platform::i18n::Label> {
    script.third_party.iter().chain(&script.next_contact).chain([&script.closing]).collect()
}

fn visits(ui: &Ui, data: &CallData, merged: &[TaskId]) -> Vec<VisitView> {
    let shown = data.tasks.iter().filter(|t| !merged.contains(&t.id));
    shown
        .filter_map(|t| match t.subject_kind {
            SubjectKind::RepairOrder => data.order_of(t).map(|o| call_view::repair(ui, o, data.is_second_choice(t.id))),
            SubjectKind::Delivery => data.delivery_of(t).map(|d| call_view::delivery(ui, d)),
            SubjectKind::Case => None,
        })
        .collect()
}

fn brief(visits: &[VisitView]) -> String {
    let Some(v) = visits.first() else { return String::new() };
    let parts = [
        v.vehicle.clone(),
        v.mileage.clone(),
        Some(format!("{} {}", v.day, v.items.clone().unwrap_or_default()).trim().to_owned()),
        v.amount.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// `速派 2023 · 41,260 km`
fn car(ui: &Ui, data: &CallData) -> String {
    let wanted = data.view.contact.vehicle_id;
    let car = data.cars.iter().find(|c| Some(c.id) == wanted);
    let km = data
        .orders
        .iter()
        .find(|o| o.vehicle_id == wanted)
        .and_then(|o| o.mileage_km)
        .or(car.and_then(|c| c.mileage_km));
    let name =
        car.and_then(|c| c.series.clone().or(c.model.clone())).map(|series| match car.and_then(|c| c.purchased_on) {
            Some(day) => format!("{series} {}", day.year()),
            None => series,
        });
    let parts: Vec<String> = name.into_iter().chain(km.map(|n| ui.km(&Some(n)))).collect();
    parts.join(" · ")
}

/// `陈晓帆 先生`, `Mr 陈晓帆`.
fn with_title(ui: &Ui, data: &CallData, spoken: &Words) -> String {
    let person = data.person();
    match (spoken.title, ui.locale()) {
        (None, _) | (Some(Title::Either), Locale::En) => person.to_owned(),
        (Some(title), Locale::En) => format!("{} {person}", title.words(Tongue::En)),
        (Some(title), _) => words::zh(ui, &format!("{person} {}", title.words(Tongue::Zh))),
    }
}

fn owned(data: &CallData) -> Vec<(String, String)> {
    let asked: Vec<_> = data.tasks.iter().filter_map(|t| t.vehicle_id).collect();
    let mine = data.cars.iter().filter(|c| c.until_day.is_none() && asked.contains(&c.id));
    mine.map(|c| {
        let name = call_view::car(c.plate.as_ref(), c.series.as_deref());
        (c.id.to_string(), name.unwrap_or_default())
    })
    .collect()
}

/// To be praised by name: the people of the visits first, then everybody of the store.
async fn staff(q: &mut impl Sql, data: &CallData) -> Result<Vec<String>, Problem> {
    let advisors = data.orders.iter().filter_map(|o| o.advisor.clone());
    let mut names: Vec<String> = advisors.chain(data.deliveries.iter().filter_map(|d| d.consultant.clone())).collect();
    let all = people::identity::staff_of(q, data.context.group, data.context.store).await?;
    names.extend(all.into_iter().map(|(_, name)| name));
    let mut seen = std::collections::HashSet::new();
    names.retain(|n| seen.insert(n.clone()));
    Ok(names)
}

/// What to be careful about: an open case, complaints of late.
async fn alerts(ui: &Ui, desk: &Desk, data: &CallData) -> Result<Vec<String>, Problem> {
    let mut alerts: Vec<String> = data.view.blocks.iter().map(|b| ui.v("call-block", &b.reason).into_owned()).collect();
    let complaints = call_history::complaints(desk, data).await?;
    if complaints > 0 {
        alerts.push(ui.k("call-complaints").n("n", complaints).to_string());
    }
    Ok(alerts)
}

fn phones(ui: &Ui, data: &CallData) -> Vec<PhoneView> {
    let numbers = data.view.numbers.iter().map(|n| PhoneView {
        id: n.id,
        masked: n.phone.masked(),
        name: n.owner.clone(),
        usable: n.status.usable(),
        status: ui.v("call-number", n.status).into_owned(),
        first: n.next,
    });
    let mut list: Vec<PhoneView> = numbers.collect();
    list.sort_by_key(|p| !p.first);
    list
}

fn midnight(data: &CallData, now: Millis) -> Millis {
    data.context.cal.at(data.context.today(now), 0)
}

/// For `min` of a time field.
fn local(data: &CallData, now: Millis) -> String {
    let (day, time) = data.context.cal.local(now);
    let minute = time.minute_of_day();
    format!("{day}T{:02}:{:02}", minute / 60, minute % 60)
}

/// What was saved a moment ago, while it can still be taken back.
pub async fn undo(desk: &Desk, fields: &Fields) -> Result<Option<Undo>, Problem> {
    let Some(id) = attempt_form::after(fields) else { return Ok(None) };
    let scope = desk.scope();
    let (group, store_id) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    let may = match attempts::revocable(&mut q, scope, id, desk.now()).await {
        Ok(may) => may,
        Err(Problem::NotFound) => None,
        Err(other) => return Err(other),
    };
    let Some(until) = may.map(|m| m.until) else { return Ok(None) };
    let attempt = store::attempt(&mut q, group, store_id, id).await?;
    let saved_with = [(store_id, attempt.outcome_version)];
    let words = OutcomeWords::of(&mut q, group, &saved_with).await?;
    let contact = store::contact(&mut q, group, store_id, attempt.contact_id).await?;
    let card = people::customers::card(&mut q, scope, contact.customer_id).await?;
    let case = crate::cases::of_attempt(&mut q, scope, id).await?;
    Ok(Some(Undo {
        case,
        contact: contact.id,
        attempt: attempt.id,
        person: contact.person_name.as_ref().map_or(card.file.name, |p| p.expose().to_owned()),
        outcome: words.word(&desk.ui(), store_id, attempt.outcome_version, &attempt.outcome),
        until,
    }))
}
