//! What the call page posted → a call as the domain takes it. Pure; every fault at once.

use std::collections::HashSet;

use kernel::{
    AttemptId, ContactId, Department, FieldErrors, Millis, Phone, StoreDate, StoreTime, TaskId, WorkCalendar,
};
use platform::http::Fields;

use crate::followup::model::{AnswerIn, Direction, Effect, Mark, NewAttempt, RemarkIn, TaskResult};
use crate::followup::outcomes::{Need, Outcome, Outcomes};
use crate::scripts::{self, Asked, Given, Posted, Question, QuestionKind, Script};

/// Drafts are kept for a week in the browser.
const OLDEST: i64 = 8 * Millis::DAY;
const LONGEST_CALL: i64 = 4 * 3600;

/// What the form is read against.
pub struct Ground<'a> {
    pub contact: ContactId,
    /// Tasks of the page with their scripts, in the page's order.
    pub tasks: &'a [(TaskId, &'a Script)],
    /// The questions that the page asked.
    pub chosen: &'a scripts::Chosen<'a>,
    /// Tasks of cars that were sold: nothing is asked of them any more.
    pub sold: &'a [TaskId],
    pub outcomes: &'a Outcomes,
    pub calendar: &'a WorkCalendar,
    pub now: Millis,
}

impl<'a> Ground<'a> {
    /// What the page asked, without the cars that were sold.
    fn asked(&self) -> impl Iterator<Item = &'a Asked<'a>> {
        let sold = self.sold;
        self.chosen.asked.iter().filter(|a| !sold.contains(&a.task))
    }
}

/// # Errors
/// Every field that does not read.
pub fn read(fields: &Fields, ground: &Ground<'_>) -> Result<NewAttempt, FieldErrors> {
    let mut errors = FieldErrors::default();
    let client_id = fields.get("client_id").to_owned();
    if !(8..=64).contains(&client_id.len()) || !client_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        errors.add("client_id", "call-client");
    }
    let posted = scripts::posted(fields.0.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    let given = match scripts::resolve(ground.tasks, &posted) {
        Ok(given) => given,
        Err(found) => {
            errors.0.extend(found.0);
            Vec::new()
        }
    };
    let outcome = ground.outcomes.get(fields.get("outcome"));
    if outcome.is_none() {
        errors.add("outcome", "call-outcome");
    }
    let new_phone = fields.all("new_phone").find(|v| !v.is_empty()).and_then(|raw| phone(raw, &mut errors));
    let agreed_at = outcome.and_then(|o| agreed(fields, o, ground.calendar, &mut errors));
    let seconds = fields.parsed::<i64>("seconds").unwrap_or(0).clamp(0, LONGEST_CALL);
    errors.into_result_with(NewAttempt {
        client_id,
        contact: ground.contact,
        started_at: started(fields, seconds, ground.now),
        seconds,
        direction: Direction::parse(fields.get("direction")).unwrap_or(Direction::Out),
        outcome: outcome.map(|o| told(o, ground, &posted)).unwrap_or_default(),
        remarks: remarks(fields, ground.tasks, &given),
        answers: given.into_iter().map(answer).collect(),
        phone_line: fields.parsed("phone_line"),
        agreed_at,
        who_when: who_when(fields),
        new_phone,
        best_time: fields.opt("best_time").map(str::to_owned),
        sold_car: fields.all("sold").filter_map(|v| v.parse().ok()).collect(),
        note: note(fields),
        booking: fields.opt("booking").map(str::to_owned),
        script_version: fields.parsed("script_version"),
        tasks: Some(ground.tasks.iter().map(|(id, _)| *id).collect()),
        confirmed: fields.has("confirmed"),
        case_fields: fields
            .starting("case.")
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
    })
}

trait IntoResultWith {
    fn into_result_with<T>(self, value: T) -> Result<T, FieldErrors>;
}
impl IntoResultWith for FieldErrors {
    fn into_result_with<T>(self, value: T) -> Result<T, FieldErrors> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

fn answer(given: Given) -> AnswerIn {
    AnswerIn {
        task: Some(given.task),
        question: given.question,
        option: given.option,
        effect: effect(given.effect),
        text: given.text,
        case_kind: given.case_kind,
        department: given.department,
    }
}

pub fn effect(effect: scripts::Effect) -> Effect {
    match effect {
        scripts::Effect::Good => Effect::Good,
        scripts::Effect::Neutral => Effect::Neutral,
        scripts::Effect::Improve => Effect::Improve,
        scripts::Effect::Bad => Effect::Bad,
    }
}

/// A number learnt in the call; its fault says how many digits are missing.
pub fn phone(raw: &str, errors: &mut FieldErrors) -> Option<Phone> {
    match Phone::parse(raw) {
        Ok(phone) => Some(phone),
        Err(fault) => {
            match fault.count() {
                Some(n) => errors.add_with("new_phone", fault.code(), n.to_string()),
                None => errors.add("new_phone", fault.code()),
            }
            None
        }
    }
}

/// The page's start where it is believable: a draft may come days later, never from the future.
fn started(fields: &Fields, seconds: i64, now: Millis) -> Millis {
    let latest = now.plus(-seconds * 1000);
    match fields.parsed::<i64>("started_at").map(Millis) {
        Some(at) if at > now.plus(-OLDEST) => at.min(latest),
        Some(_) | None => latest,
    }
}

/// "Complete" is said of a call in which every question was answered or skipped on purpose, and every must-ask question
/// answered; else it was partly so.
fn told(outcome: &Outcome, ground: &Ground<'_>, posted: &[Posted]) -> String {
    let unseen = |a: &Asked<'_>| a.show_if.is_none() && !posted.iter().any(|p| p.field == a.field);
    let open = || ground.asked().any(unseen) || !must_open(ground, posted).is_empty();
    match ground.outcomes.partial() {
        Some(partial) if outcome.result == Some(TaskResult::Complete) && open() => partial.key.clone(),
        Some(_) | None => outcome.key.clone(),
    }
}

/// Must-ask questions that a call said to be complete left open: it was stored as partly so, and this is why.
pub fn left_open<'a>(fields: &Fields, ground: &Ground<'a>, stored_as: &str) -> Vec<&'a Question> {
    if fields.get("outcome") == stored_as {
        return Vec::new();
    }
    must_open(ground, &scripts::posted(fields.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))))
}

/// Must-ask questions that stood on the page and have no answer. One that was skipped has none either; a branch counts
/// while the answer stands that it hangs on.
fn must_open<'a>(ground: &Ground<'a>, posted: &[Posted]) -> Vec<&'a Question> {
    let option = |field: &str| posted.iter().find(|p| p.field == field).map(|p| p.option.as_str());
    let answered = |a: &Asked<'_>| {
        posted.iter().filter(|p| p.field == a.field).any(|p| {
            let chosen = !p.option.is_empty() && p.option != scripts::SKIPPED;
            chosen || (a.question.kind == QuestionKind::Text && !p.text.is_empty())
        })
    };
    let mut shown: HashSet<&str> = HashSet::new();
    let mut open = Vec::new();
    // A branch follows its question, so that what it hangs on is known by then.
    for asked in ground.asked() {
        let stands = asked.show_if.as_ref().is_none_or(|(parent, options)| {
            shown.contains(parent.as_str()) && option(parent).is_some_and(|o| options.iter().any(|x| x == o))
        });
        if stands {
            shown.insert(&asked.field);
            if asked.question.must_ask && !answered(asked) {
                open.push(asked.question);
            }
        }
    }
    open
}

/// `at.quick.<outcome>` holds milliseconds, `at.<outcome>` the store's local time as browsers write it.
fn agreed(fields: &Fields, outcome: &Outcome, calendar: &WorkCalendar, errors: &mut FieldErrors) -> Option<Millis> {
    if !outcome.needs.iter().any(|n| matches!(n, Need::AgreedTime | Need::WhoWhen)) {
        return None;
    }
    let name = format!("at.{}", outcome.key);
    match fields.opt(&name) {
        Some(text) => {
            let read = local_time(text, calendar);
            if read.is_none() {
                errors.add(name, "call-time");
            }
            read
        }
        None if outcome.needs.contains(&Need::AgreedTime) => {
            let quick = format!("at.quick.{}", outcome.key);
            fields.parsed::<i64>(&quick).or_else(|| fields.parsed::<i64>("at.quick")).map(Millis)
        }
        None => None,
    }
}

/// `2026-11-22T15:30`
pub fn local_time(text: &str, calendar: &WorkCalendar) -> Option<Millis> {
    let (day, time) = text.split_once('T')?;
    let (hour, minute) = time.split_once(':')?;
    let minute = minute.get(..2)?.parse().ok()?;
    let time = StoreTime::new(hour.parse().ok()?, minute)?;
    let day: StoreDate = day.parse().ok()?;
    Some(calendar.at(day, time.minute_of_day()))
}

/// Said when somebody wants a case without writing why.
const UNWRITTEN: &str = "（未写明）";

/// Marked notes of questions, and the remark of the call: C makes it a complaint, F wants an answer within 24 hours.
fn remarks(fields: &Fields, tasks: &[(TaskId, &Script)], given: &[Given]) -> Vec<RemarkIn> {
    let wants_answer = fields.has("wants_answer");
    // Whom a remark names stands with that remark.
    let make =
        |task: Option<TaskId>, mark: Mark, text: String, department: Option<Department>, person: &str| RemarkIn {
            task,
            mark,
            text,
            person: fields.opt(person).filter(|_| mark == Mark::Praise).map(str::to_owned),
            wants_answer,
            case_kind: None,
            department,
        };
    let mut list: Vec<RemarkIn> = fields
        .starting("m.")
        .filter_map(|(field, mark)| {
            let mark = Mark::parse(mark)?;
            let text = fields.opt(&format!("t.{field}")).unwrap_or(UNWRITTEN).to_owned();
            let (key, task) =
                field.rsplit_once('.').and_then(|(k, t)| Some((k, Some(t.parse().ok()?)))).unwrap_or((field, None));
            let department = given.iter().find(|g| g.question == key).and_then(|g| g.department);
            Some(make(task, mark, text, department, &format!("p.{field}")))
        })
        .collect();
    let text = fields.opt("remark");
    let mark = match Mark::parse(fields.get("mark")) {
        _ if fields.has("complaint") => Some(Mark::Complaint),
        Some(mark) => Some(mark),
        // Somebody shall call back, and nothing marked says about what.
        None if wants_answer && !list.iter().any(|r| r.mark != Mark::Praise) => Some(Mark::Suggestion),
        None => None,
    };
    if let Some(mark) = mark {
        let text = text.map(str::to_owned).unwrap_or_else(|| written(given));
        let only = match tasks {
            [(task, _)] => Some(*task),
            _ => None,
        };
        list.push(make(only, mark, text, None, "person"));
    }
    list
}

/// What was noted at the questions, for a remark without words of its own.
fn written(given: &[Given]) -> String {
    let notes: Vec<&str> = given.iter().filter_map(|g| g.text.as_deref()).collect();
    if notes.is_empty() { UNWRITTEN.to_owned() } else { notes.join("；") }
}

/// What the browser may not keep, and what therefore did not come with a draft that was sent later.
const LEFT_NUMBER: &str = "new_phone";
/// Said in its stead, so that nobody takes the call for one in which nothing was told.
const NUMBER_LOST: &str = "（通话中报了新号码，断线时没有保存，请再问一次）";

fn who_when(fields: &Fields) -> Option<String> {
    let lost = fields.all("left").any(|name| name == LEFT_NUMBER) && !fields.all("new_phone").any(|v| !v.is_empty());
    let told = fields.opt("who_when").map(str::to_owned);
    match (told, lost) {
        (Some(told), true) => Some(format!("{told}{NUMBER_LOST}")),
        (None, true) => Some(NUMBER_LOST.to_owned()),
        (told, false) => told,
    }
}

/// An unmarked remark stays with the call.
fn note(fields: &Fields) -> Option<String> {
    let marked = Mark::parse(fields.get("mark")).is_some() || fields.has("complaint") || fields.has("wants_answer");
    fields.opt("remark").filter(|_| !marked).map(str::to_owned)
}

/// `/calls/7?after=9`: which call was just saved.
pub fn after(fields: &Fields) -> Option<AttemptId> {
    fields.parsed("after")
}
