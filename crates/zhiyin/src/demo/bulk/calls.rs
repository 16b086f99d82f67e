//! What follow-up made of the visits: tasks, contacts, calls and answers, as the rules in force would have them.

use std::collections::HashMap;

use contact::cases::ClockBook;
use contact::cases::KindBook;
use contact::followup::bulk::{NewAnswer, NewRemark};
use contact::followup::hours::CallHours;
use contact::followup::plan::{self, EventFacts, Window};
use contact::followup::rules::{EventKind, FollowupRules, Rule};
use contact::followup::{
    Attempt, Contact, ContactState, Direction, Effect, Mark, SkipReason, SubjectKind, Task, TaskResult,
};
use contact::scripts::{Effect as Meant, QuestionKind, Script, ScriptBook, Subject};
use kernel::{AttemptId, Id, Millis, StoreDate, UserId, WorkCalendar};
use people::bulk::Note;
use serde_json::json;

use super::Rows;
use super::dice::Dice;
use super::found::Shop;
use super::trouble;
use super::words::{NOTES, PRAISE, WISHES};

/// What is in force.
pub struct Books {
    pub calendar: std::sync::Arc<WorkCalendar>,
    pub rules: FollowupRules,
    pub rules_version: i64,
    pub scripts: ScriptBook,
    pub kinds: KindBook,
    pub kinds_version: i64,
    pub clocks: ClockBook,
}

/// A visit or delivery to follow up.
pub struct Event<'a> {
    pub facts: EventFacts,
    pub shop: &'a Shop,
    /// The customer's number, for what is remembered of them.
    pub number: u64,
    /// When it was told.
    pub told_at: Millis,
    /// Index of the day, and of the store.
    pub day: u16,
    pub store: usize,
    /// The number works.
    pub usable: bool,
    /// Who served them.
    pub staff: &'a str,
}

/// Follow-ups know two things of a customer: when they were last reached, and until when a case of theirs is open.
/// Two bytes each: a group of ten million fits.
pub struct Memory {
    pub reached: Vec<u16>,
    pub case_until: HashMap<u64, Millis>,
    /// Attempts and answers so far: the low bits of their ids.
    pub serial: i64,
    /// Last number of a case, per store.
    pub numbers: Vec<i64>,
}

const OUTCOMES: &[(Outcome, usize)] = &[
    (Outcome::Complete, 565),
    (Outcome::Partial, 42),
    (Outcome::Later, 70),
    (Outcome::NoAnswer, 208),
    (Outcome::Busy, 46),
    (Outcome::Off, 37),
    (Outcome::Refused, 32),
];

#[derive(Copy, Clone, PartialEq, Eq)]
enum Outcome {
    Complete,
    Partial,
    Later,
    NoAnswer,
    Busy,
    Off,
    Refused,
}

impl Outcome {
    const fn key(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Later => "not_convenient",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Off => "switched_off",
            Self::Refused => "refused",
        }
    }
    const fn reached(self) -> bool {
        match self {
            Self::Complete | Self::Partial | Self::Later | Self::Refused => true,
            Self::NoAnswer | Self::Busy | Self::Off => false,
        }
    }
    const fn result(self) -> Option<TaskResult> {
        match self {
            Self::Complete => Some(TaskResult::Complete),
            Self::Partial => Some(TaskResult::Partial),
            Self::Refused => Some(TaskResult::Refused),
            Self::Later | Self::NoAnswer | Self::Busy | Self::Off => None,
        }
    }
}

/// The programme asked one question only until a year ago.
const WHOLE_SCRIPT_DAYS: i32 = 365;
const SAME: i64 = (1 << 22) - 1;

/// An id of a moment; `serial` tells those of the same moment apart.
pub fn id_of(at: Millis, serial: i64) -> i64 {
    Id::<()>::floor(at).raw() | (serial & SAME)
}

pub struct Teller<'a> {
    pub books: &'a Books,
    pub now: Millis,
    pub today: StoreDate,
    pub seed: u64,
    windows: HashMap<(bool, StoreDate), Option<Window>>,
}

impl<'a> Teller<'a> {
    pub fn new(books: &'a Books, now: Millis, seed: u64) -> Self {
        Self { books, now, today: books.calendar.date_of(now), seed, windows: HashMap::new() }
    }

    fn rule(&self, kind: SubjectKind) -> Option<&'a Rule> {
        let wanted = match kind {
            SubjectKind::RepairOrder => EventKind::RepairOrder,
            SubjectKind::Delivery => EventKind::Delivery,
            SubjectKind::Case => return None,
        };
        self.books.rules.active(wanted).next()
    }

    fn script(&self, kind: SubjectKind) -> Option<&'a Script> {
        let subject = match kind {
            SubjectKind::RepairOrder => Subject::RepairOrder,
            SubjectKind::Delivery => Subject::Delivery,
            SubjectKind::Case => Subject::Case,
        };
        self.books.scripts.for_subject(subject)
    }

    /// Plans the event and tells what became of it until now.
    pub fn follow(&mut self, event: &Event<'_>, memory: &mut Memory, rows: &mut Rows) {
        let kind = event.facts.subject_kind;
        let Some(rule) = self.rule(kind) else { return };
        let event_on = event.facts.event_on(rule);
        let calendar = &self.books.calendar;
        let found = self.windows.entry((kind == SubjectKind::Delivery, event_on));
        let Some(window) = *found.or_insert_with(|| plan::window(rule, event_on, calendar)) else { return };
        let customer = usize::try_from(event.number).unwrap_or(0);
        let lately = memory.reached[customer] > 0 && event.day < memory.reached[customer] + 7;
        let open_case = memory.case_until.get(&event.number).is_some_and(|until| *until > event.told_at);
        let reason = match (event.facts.opted_out, open_case, lately) {
            (true, _, _) => Some(SkipReason::OptedOut),
            (_, true, _) => Some(SkipReason::CaseOpen),
            (_, _, true) => Some(SkipReason::ContactedLately),
            (false, false, false) => None,
        };
        if let Some(reason) = reason {
            if kind == SubjectKind::RepairOrder {
                rows.followup.skipped.push((
                    event.shop.id,
                    rule.key.clone(),
                    event.facts.subject_id,
                    window.due_on,
                    reason,
                ));
            }
            return;
        }
        let mut dice = Dice::of(self.seed, 10, u64::try_from(event.facts.subject_id).unwrap_or(0));
        let agent = *dice.pick(&event.shop.agents);
        let mut task = self.task(event, rule, window, event_on, agent);
        let mut contact = self.contact(event, rule, &task, agent);
        self.call(event, &mut task, &mut contact, &mut dice, memory, rows);
        rows.followup.tasks.push(task);
        rows.followup.contacts.push(contact);
    }

    fn task(&self, e: &Event<'_>, rule: &Rule, window: Window, event_on: StoreDate, agent: UserId) -> Task {
        Task {
            // One task and one contact per event here: they may share its id.
            id: Id::new(e.facts.subject_id),
            store_id: e.shop.id,
            kind: rule.key.clone(),
            class: e.facts.class(event_on),
            rule_version: self.books.rules_version,
            subject_kind: e.facts.subject_kind,
            subject_id: e.facts.subject_id,
            round: 1,
            customer_id: e.facts.customer_id,
            vehicle_id: e.facts.vehicle_id,
            phone_line_id: e.facts.phone_line_id,
            contact_id: Some(Id::new(e.facts.subject_id)),
            event_on,
            from_on: window.from_on,
            due_on: window.due_on,
            from_at: window.from_at,
            due_at: window.due_at,
            expires_at: window.expires_at,
            state: contact::followup::TaskState::Open,
            result: None,
            attempts: 0,
            attempts_in_window: 0,
            reached: false,
            max_attempts: i64::from(rule.attempts),
            agent_id: Some(agent),
            closed_at: None,
            created_at: e.told_at,
            version: 1,
            brand: e.facts.brand.clone(),
        }
    }

    fn contact(&self, e: &Event<'_>, rule: &Rule, task: &Task, agent: UserId) -> Contact {
        let person = e.facts.person(rule);
        Contact {
            id: Id::new(e.facts.subject_id),
            store_id: e.shop.id,
            customer_id: e.facts.customer_id,
            phone_line_id: person.line,
            person_key: person.key,
            person_name: person.name,
            state: if e.usable { ContactState::Open } else { ContactState::NumberNeeded },
            kinds: format!(",{},", rule.key),
            vehicle_id: task.vehicle_id,
            due_at: task.due_at,
            from_at: task.from_at,
            expires_at: task.expires_at,
            not_before: task.from_at,
            promise_at: None,
            attempts: 0,
            rank: rule.priority,
            agent_id: Some(agent),
            best_time: None,
            lease_user: None,
            lease_until: Millis(0),
            skip_reason: None,
            last_outcome: None,
            last_attempt_at: None,
            closed_at: None,
            import_id: None,
            version: 1,
        }
    }

    /// Tries until it is settled, expired, or now.
    fn call(
        &self,
        event: &Event<'_>,
        task: &mut Task,
        contact: &mut Contact,
        dice: &mut Dice,
        memory: &mut Memory,
        rows: &mut Rows,
    ) {
        let rule = self.rule(task.subject_kind);
        let hours = CallHours::new(&self.books.calendar, rule.map_or(&[], |r| r.call_windows.as_slice()));
        // Some are forgotten: agents fall ill too.
        let called = event.usable && !dice.permille(25);
        let mut at = self.first_call(task, &hours, dice).max(event.told_at.plus_minutes(50));
        while called && task.is_open() && at < task.expires_at {
            at = hours.next(at).unwrap_or(at);
            let seconds = dice.between(18, 55);
            let ended = at.plus(seconds * 1_000 + dice.between(0, 999));
            if ended > self.now || at >= task.expires_at {
                contact.not_before = contact.not_before.max(if task.attempts > 0 { at } else { task.from_at });
                break;
            }
            let last = task.attempts + 1 >= task.max_attempts;
            let outcome = match *dice.weighted(OUTCOMES) {
                Outcome::Later if last => Outcome::NoAnswer,
                other => other,
            };
            let next = self.next_call(outcome, at, &hours, dice);
            let agreed = (outcome == Outcome::Later).then_some(next);
            let ended = if outcome.result().is_some() { ended.plus(dice.between(60, 260) * 1_000) } else { ended };
            self.attempt(event, task, contact, outcome, (at, ended), agreed, dice, memory, rows);
            at = next;
            if agreed.is_some() && task.is_open() {
                contact.promise_at = Some(next);
                contact.not_before = next;
            } else {
                contact.promise_at = None;
            }
        }
        if task.is_open() && task.expires_at <= self.now {
            let result = if event.usable { TaskResult::Expired } else { TaskResult::NoNumber };
            task.close(result, task.expires_at.plus(dice.between(60, 900) * 1_000));
        }
        if !task.is_open() {
            contact.state = ContactState::Done;
            contact.closed_at = task.closed_at;
            contact.promise_at = None;
        }
    }

    fn first_call(&self, task: &Task, hours: &CallHours<'_>, dice: &mut Dice) -> Millis {
        let days = task.from_on.days_until(task.due_on).max(0);
        // Most are called as soon as they may be.
        let day = task.from_on.days_after(i32::try_from(dice.below(1_000)).unwrap_or(0) * dice_share(days) / 1_000);
        let morning = dice.permille(450);
        let minute = if morning { dice.between(570, 715) } else { dice.between(840, 1_130) };
        let at = self.books.calendar.at(day, u16::try_from(minute).unwrap_or(600));
        hours.next(at).unwrap_or(at).plus(dice.between(0, 59) * 1_000)
    }

    fn next_call(&self, outcome: Outcome, at: Millis, hours: &CallHours<'_>, dice: &mut Dice) -> Millis {
        let later = dice.between(5, 110);
        let next = match outcome {
            Outcome::Later => Some(at.plus_minutes(24 * 60)),
            _ => hours.next_half_day(at).map(|t| t.plus_minutes(later)),
        };
        next.and_then(|t| hours.next(t)).unwrap_or(at.plus(Millis::DAY))
    }

    #[expect(clippy::too_many_arguments, reason = "one call and all it leaves behind")]
    fn attempt(
        &self,
        event: &Event<'_>,
        task: &mut Task,
        contact: &mut Contact,
        outcome: Outcome,
        (started, ended): (Millis, Millis),
        agreed: Option<Millis>,
        dice: &mut Dice,
        memory: &mut Memory,
        rows: &mut Rows,
    ) {
        memory.serial += 1;
        let id = AttemptId::new(id_of(ended, memory.serial));
        task.attempts += 1;
        if started <= task.due_at {
            task.attempts_in_window += 1;
        }
        task.reached |= outcome.reached();
        let exhausted = (task.attempts >= task.max_attempts).then_some(TaskResult::Exhausted);
        let result = outcome.result().or(exhausted);
        if let Some(result) = result {
            task.close(result, ended);
        }
        contact.attempts = task.attempts;
        contact.last_outcome = Some(outcome.key().into());
        contact.last_attempt_at = Some(ended);
        let agent = task.agent_id.unwrap_or(event.shop.agents[0]);
        rows.followup.attempts.push(Attempt {
            id,
            store_id: task.store_id,
            contact_id: contact.id,
            customer_id: task.customer_id,
            client_id: format!("h{}", id.raw()),
            agent_id: agent,
            direction: Direction::Out,
            outcome: outcome.key().into(),
            outcome_version: Some(0),
            counts: true,
            reached: outcome.reached(),
            started_at: started,
            ended_at: ended,
            seconds: ended.since(started) / 1_000,
            phone_line_id: contact.phone_line_id,
            agreed_at: agreed,
            note: dice.permille(40).then(|| (*dice.pick(NOTES)).to_owned()),
            who_when: None,
            late: false,
            revoked_at: None,
        });
        rows.followup.about.push((id, task.id, task.store_id, result));
        rows.people.notes.push(Note {
            id: id.raw(),
            customer: task.customer_id,
            store: task.store_id,
            at: ended,
            kind: "call",
            subject: id.raw(),
            args: json!({ "outcome": outcome.key(), "kinds": [&task.kind], "agent": agent, "late": false }),
        });
        if outcome.reached() {
            let day = u16::try_from(self.books.calendar.date_of(ended).days_until(self.today)).unwrap_or(0);
            let customer = usize::try_from(event.number).unwrap_or(0);
            // Counted as the days of the history are: the last one is yesterday.
            memory.reached[customer] = event.day.saturating_add(1).max(self.last_day(event).saturating_sub(day));
        }
        match outcome {
            Outcome::Complete => self.answers(event, task, contact, id, ended, usize::MAX, dice, memory, rows),
            Outcome::Partial => self.answers(event, task, contact, id, ended, 2, dice, memory, rows),
            Outcome::Later | Outcome::NoAnswer | Outcome::Busy | Outcome::Off | Outcome::Refused => {}
        }
    }

    /// The number that today would have in the history.
    fn last_day(&self, event: &Event<'_>) -> u16 {
        let since = event.facts.opened_on.days_until(self.today);
        event.day.saturating_add(u16::try_from(since).unwrap_or(0))
    }

    #[expect(clippy::too_many_arguments, reason = "one call and all that was said in it")]
    fn answers(
        &self,
        event: &Event<'_>,
        task: &Task,
        contact: &Contact,
        attempt: AttemptId,
        at: Millis,
        most: usize,
        dice: &mut Dice,
        memory: &mut Memory,
        rows: &mut Rows,
    ) {
        let Some(script) = self.script(task.subject_kind) else { return };
        let whole = task.event_on.days_until(self.today) <= WHOLE_SCRIPT_DAYS;
        let asked = script.roots().filter(|q| q.kind != QuestionKind::Text && (whole || q.shared.is_some()));
        let most = if whole { most } else { 1 };
        let mut bad = Vec::new();
        for question in asked.take(most) {
            let weight = |effect: Meant| match effect {
                Meant::Good => 470,
                Meant::Neutral => 300,
                Meant::Improve => 60,
                Meant::Bad => 6,
            };
            let options: Vec<(usize, usize)> =
                question.options.iter().enumerate().map(|(i, o)| (i, weight(o.effect))).collect();
            let option = &question.options[*dice.weighted(&options)];
            let effect = match option.effect {
                Meant::Good => Effect::Good,
                Meant::Neutral => Effect::Neutral,
                Meant::Improve => Effect::Improve,
                Meant::Bad => Effect::Bad,
            };
            memory.serial += 1;
            rows.followup.answers.push(NewAnswer {
                id: id_of(at, memory.serial),
                store: task.store_id,
                attempt,
                task: task.id,
                question: question.key.clone(),
                option: option.key.clone(),
                effect,
                at,
            });
            if effect == Effect::Bad {
                bad.push((question, option));
            }
        }
        if dice.permille(45) {
            let praise = dice.permille(600);
            memory.serial += 1;
            rows.followup.remarks.push(NewRemark {
                id: id_of(at, memory.serial),
                store: task.store_id,
                attempt,
                task: task.id,
                mark: if praise { Mark::Praise } else { Mark::Suggestion },
                text: (*dice.pick(if praise { PRAISE } else { WISHES })).to_owned(),
                person: praise.then(|| event.staff.to_owned()),
                at,
            });
        }
        if !bad.is_empty() {
            trouble::tell(self, event, task, contact, attempt, at, &bad, dice, memory, rows);
        }
    }
}

/// Windows of several days are used to two thirds.
const fn dice_share(days: i32) -> i32 {
    (days + 1) * 2 / 3
}
