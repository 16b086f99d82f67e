//! Plays the story through the product's own verbs, at its own times.

use std::collections::HashMap;

use contact::cases::{self, ResultForm};
use contact::followup::{self, AnswerIn, Direction, Mark, NewAttempt, RemarkIn, attempts};
use contact::scripts::{self, Posted, Script, ScriptBook};
use kernel::{
    Cap, CaseId, ContactId, Department, Millis, Post, Problem, Reach, Result, Scope, StoreDate, StoreId, Stores,
    TaskId, UserId, WorkCalendar,
};
use people::identity::calendar;
use people::intake::{self, Recording};
use platform::db::{Db, Sql as _};
use platform::{args, row, rulebook, stmt, transact};

use super::facts::Facts;
use super::found::Cast;
use super::story::{Call, Case, Round, Story, When};

/// Something that happens at a moment. At the same moment: facts before calls before cases.
enum Step<'a> {
    /// What the store's system exported for the day before.
    Import {
        store: &'a str,
        visits: Vec<usize>,
        deliveries: Vec<usize>,
    },
    Call(&'a Call),
    Fill(&'a Case),
    Contact(&'a Case, usize),
    Result(&'a Case, usize),
    Recall(&'a Case, usize),
    /// Night: windows that ended are closed.
    Night,
}

/// When, in which order at the same moment, what.
type Timed<'a> = (Millis, u8, Step<'a>);
/// Visits and deliveries of a store on a day.
type Day = (Vec<usize>, Vec<usize>);

stmt!(
    DEMO_TASK,
    "SELECT t.id AS k, t.contact_id AS v FROM task t WHERE t.store_id=$1 AND t.subject_kind=$2 AND t.subject_id=$3 \
     AND t.contact_id IS NOT NULL ORDER BY t.id DESC LIMIT 1"
);
stmt!(DEMO_ORDER, "SELECT id AS v FROM repair_order WHERE store_id=$1 AND number=$2");
stmt!(
    DEMO_DELIVERY,
    "SELECT d.id AS v FROM delivery d JOIN vehicle v ON v.id=d.vehicle_id WHERE d.store_id=$1 AND v.vin=$2 AND d.delivered_on=$3"
);
stmt!(DEMO_CASE, "SELECT id AS k, version AS v FROM case_file WHERE attempt_id=$1");
stmt!(DEMO_CASE_NOW, "SELECT id AS k, version AS v FROM case_file WHERE id=$1");

row! { struct Subject { v: i64 } }

pub struct Replay<'a> {
    db: &'a Db,
    story: &'a Story,
    cast: &'a Cast,
    facts: Facts<'a>,
    calendar: std::sync::Arc<WorkCalendar>,
    now: Millis,
    /// Call key → its attempt.
    attempts: HashMap<&'a str, kernel::AttemptId>,
    cases: HashMap<&'a str, CaseId>,
    /// What did not go as told; looked at by a test.
    pub odd: Vec<String>,
}

impl<'a> Replay<'a> {
    /// # Errors
    /// As the database answers.
    pub async fn new(db: &'a Db, story: &'a Story, cast: &'a Cast, now: Millis) -> Result<Self> {
        let first =
            story.frame.stores.first().and_then(|s| cast.stores.get(&s.key)).copied().ok_or(Problem::NotFound)?;
        let calendar = calendar::of(&mut db.reads(), cast.group, first).await?;
        let today = calendar.date_of(now);
        let facts = Facts::new(story, &cast.names, today);
        Ok(Self {
            db,
            story,
            cast,
            facts,
            calendar,
            now,
            attempts: HashMap::new(),
            cases: HashMap::new(),
            odd: Vec::new(),
        })
    }

    fn at(&self, when: When) -> Millis {
        self.calendar.at(self.facts.today.days_after(when.day), when.minute)
    }

    fn store(&self, key: &str) -> Result<StoreId> {
        self.cast.stores.get(key).copied().ok_or(Problem::NotFound)
    }

    /// A person at a store, with every right the story needs.
    fn scope(&self, user: Option<UserId>, store: StoreId) -> Scope {
        let grants = Cap::ALL.iter().map(|c| (*c, Reach::Group)).collect();
        let post = Post { role: "story".into(), stores: Stores::All, department: None, grants };
        Scope { user, group: self.cast.group, store: Some(store), posts: vec![post] }
    }

    fn person(&self, key: &str) -> Option<UserId> {
        self.cast.people.get(key).copied()
    }

    /// Everything, in the order of its time.
    /// # Errors
    /// As the verbs answer where the story cannot go on.
    pub async fn run(&mut self) -> Result<()> {
        self.files().await?;
        let mut steps = self.steps();
        steps.sort_by_key(|(at, order, _)| (*at, *order));
        for (at, _, step) in steps {
            if at > self.now {
                continue;
            }
            self.db.clock().set(at);
            let told = match &step {
                Step::Import { store, visits, deliveries } => self.import(store, visits, deliveries).await,
                Step::Call(call) => self.call(call).await,
                Step::Fill(case) => self.fill(case).await,
                Step::Contact(case, round) => self.contact(case, *round).await,
                Step::Result(case, round) => self.result(case, *round).await,
                Step::Recall(case, round) => self.recall(case, *round).await,
                Step::Night => followup::expiry::expire_all(self.db).await.map(|_| ()),
            };
            if let Err(problem) = told {
                let what = match &step {
                    Step::Import { store, .. } => format!("import {store}"),
                    Step::Call(call) => format!("call {}", call.key),
                    Step::Fill(case) => format!("fields of {}", case.key),
                    Step::Contact(case, _) => format!("contact of {}", case.key),
                    Step::Result(case, _) => format!("result of {}", case.key),
                    Step::Recall(case, _) => format!("re-call of {}", case.key),
                    Step::Night => "night".into(),
                };
                self.odd.push(format!("{what}: {problem}"));
            }
        }
        self.db.clock().set(self.now);
        Ok(())
    }

    fn steps(&self) -> Vec<Timed<'a>> {
        let mut steps: Vec<Timed<'a>> = Vec::new();
        let mut days: HashMap<(&str, i32), Day> = HashMap::new();
        let story: &'a Story = self.story;
        let first = story.frame.programme_start_day;
        for (i, visit) in story.visits.iter().enumerate() {
            let day = visit.settled.day.max(first - 1);
            days.entry((&visit.store, day)).or_default().0.push(i);
        }
        for (i, delivery) in story.deliveries.iter().enumerate() {
            let day = delivery.day.max(first - 1);
            days.entry((&delivery.store, day)).or_default().1.push(i);
        }
        for ((store, day), (visits, deliveries)) in days {
            let at = self.at(When { day: day + 1, minute: 8 * 60 + 40 });
            steps.push((at, 0, Step::Import { store, visits, deliveries }));
        }
        for call in &story.calls {
            if let Some(at) = self.call_at(call) {
                steps.push((at, 1, Step::Call(call)));
            }
        }
        for case in &story.cases {
            let Some(opened) = story.calls.iter().find(|c| c.key == case.call).and_then(|c| self.call_at(c)) else {
                continue;
            };
            steps.push((opened.plus_minutes(4), 2, Step::Fill(case)));
            for (i, round) in case.rounds.iter().enumerate() {
                if let Some(act) = &round.contact {
                    steps.push((self.at(act.at), 3, Step::Contact(case, i)));
                }
                if let Some(act) = &round.result {
                    steps.push((self.at(act.at), 4, Step::Result(case, i)));
                }
                if let Some(act) = &round.recall {
                    steps.push((self.at(act.at), 5, Step::Recall(case, i)));
                }
            }
        }
        for day in first..0 {
            steps.push((self.at(When { day, minute: 23 * 60 + 50 }), 9, Step::Night));
        }
        steps
    }

    /// Calls of today are told in minutes before now; what would fall before the first call of the day is left out.
    fn call_at(&self, call: &Call) -> Option<Millis> {
        match (call.minutes_ago, call.day, call.time.as_deref()) {
            (Some(ago), _, _) => {
                let at = self.now.plus_minutes(-ago);
                (at >= self.calendar.at(self.facts.today, 9 * 60 + 30)).then_some(at)
            }
            (None, Some(day), Some(time)) => super::story::minute(time).map(|minute| self.at(When { day, minute })),
            (None, _, _) => None,
        }
    }

    /// The customers' files, as they stood when the programme began.
    async fn files(&self) -> Result<()> {
        let start = self.at(When { day: self.story.frame.programme_start_day - 1, minute: 8 * 60 });
        self.db.clock().set(start);
        for store in &self.story.frame.stores {
            let here = self.store(&store.key)?;
            let rows: Vec<_> = self
                .story
                .customers
                .iter()
                .filter(|c| c.stores.contains(&store.key))
                .flat_map(|c| self.facts.customer(c))
                .collect();
            let scope = self.scope(None, here);
            transact!(self.db, &scope, |tx| { intake::apply(tx, &Recording::by_hand(here), &rows).await })?;
        }
        Ok(())
    }

    async fn import(&self, store: &str, visits: &[usize], deliveries: &[usize]) -> Result<()> {
        let here = self.store(store)?;
        let scope = self.scope(None, here);
        let orders: Vec<_> = visits.iter().filter_map(|i| self.facts.visit(&self.story.visits[*i])).collect();
        let cars: Vec<_> = deliveries.iter().filter_map(|i| self.facts.delivery(&self.story.deliveries[*i])).collect();
        // What lies before the programme is history: no follow-up, and nothing that came too late.
        let plan_from: StoreDate = self.facts.today.days_after(self.story.frame.programme_start_day);
        let how = Recording { store: here, import: None, plan_from: Some(plan_from) };
        transact!(self.db, &scope, |tx| {
            intake::apply(tx, &how, &orders).await?;
            intake::apply(tx, &how, &cars).await
        })?;
        Ok(())
    }

    /// The task of a visit or delivery with the contact it stands in.
    async fn task(&self, event: &str) -> Result<Option<(StoreId, TaskId, ContactId)>> {
        let mut reads = self.db.reads();
        let (store, kind, subject): (StoreId, &str, Option<Subject>) =
            if let Some(visit) = self.story.visits.iter().find(|v| v.key == event) {
                let store = self.store(&visit.store)?;
                (store, "repair_order", reads.opt(&DEMO_ORDER, args![store, &visit.number]).await?)
            } else if let Some(delivery) = self.story.deliveries.iter().find(|d| d.key == event) {
                let store = self.store(&delivery.store)?;
                let vehicles = self.story.customers.iter().flat_map(|c| &c.vehicles);
                let vin = vehicles.clone().find(|v| v.key == delivery.vehicle).map(|v| v.vin.clone());
                let day = self.facts.today.days_after(delivery.day);
                (store, "delivery", reads.opt(&DEMO_DELIVERY, args![store, vin, day]).await?)
            } else {
                return Ok(None);
            };
        let Some(subject) = subject else { return Ok(None) };
        let found: Option<(TaskId, ContactId)> = reads.opt(&DEMO_TASK, args![store, kind, subject.v]).await?;
        Ok(found.map(|(task, contact)| (store, task, contact)))
    }

    async fn call(&mut self, call: &'a Call) -> Result<()> {
        let Some(first) = call.tasks.first() else { return Ok(()) };
        let Some((store, _, contact)) = self.task(&first.event).await? else { return Err(Problem::NotFound) };
        let book = rulebook::current::<ScriptBook>(&mut self.db.reads(), self.cast.group, store).await?;
        let mut about: Vec<(TaskId, &Script)> = Vec::new();
        let mut posted = Vec::new();
        for part in &call.tasks {
            let Some((_, task, _)) = self.task(&part.event).await? else { continue };
            let key = if self.story.deliveries.iter().any(|d| d.key == part.event) { "delivery" } else { "service" };
            let Some(script) = book.body.script(key) else { continue };
            about.push((task, script));
            let mut keys: Vec<&String> = part.answers.keys().chain(part.notes.keys()).collect();
            keys.sort();
            keys.dedup();
            for question in keys {
                let Some(asked) = script.question(question) else { continue };
                posted.push(Posted {
                    field: scripts::field_name(asked, task),
                    option: part.answers.get(question).cloned().unwrap_or_default(),
                    text: part.notes.get(question).cloned().unwrap_or_default(),
                });
            }
        }
        let given = scripts::resolve(&about, &posted).map_err(Problem::Invalid)?;
        let new = self.attempt(call, contact, given, book.version);
        let scope = self.scope(self.person(&call.by), store);
        let ended = new.started_at.plus(call.seconds * 1_000);
        self.db.clock().set(ended);
        let saved = transact!(self.db, &scope, |tx| { attempts::save(tx, &new).await })?;
        self.attempts.insert(&call.key, saved.attempt);
        Ok(())
    }

    fn attempt(&self, call: &Call, contact: ContactId, given: Vec<scripts::Given>, version: i64) -> NewAttempt {
        let judged = self.story.cases.iter().find(|c| c.call == call.key && c.source == "remark");
        let remark = call.remark.as_ref().and_then(|r| {
            Some(RemarkIn {
                task: None,
                mark: Mark::parse(&r.mark)?,
                text: r.text.clone(),
                person: r.praised.as_ref().and_then(|k| self.cast.names.get(k)).cloned(),
                wants_answer: r.wants_answer,
                case_kind: judged.map(|c| c.kind.clone()),
                department: judged.and_then(|c| Department::parse(&c.department)),
            })
        });
        NewAttempt {
            client_id: format!("story-{}", call.key),
            contact,
            started_at: self.db.clock().now(),
            seconds: call.seconds,
            direction: Direction::Out,
            outcome: call.outcome.clone(),
            answers: given.into_iter().map(answer).collect(),
            remarks: remark.into_iter().collect(),
            phone_line: None,
            agreed_at: call.agreed.map(|a| self.at(a)),
            who_when: (call.outcome == "not_the_person").then(|| call.note.clone().unwrap_or_default()),
            new_phone: None,
            best_time: None,
            sold_car: Vec::new(),
            note: call.note.clone(),
            booking: None,
            script_version: Some(version),
            tasks: None,
            confirmed: true,
            case_fields: Vec::new(),
        }
    }

    /// The case's id and its present version.
    async fn case(&mut self, case: &'a Case) -> Result<(CaseId, i64, StoreId)> {
        let call = self.story.calls.iter().find(|c| c.key == case.call).ok_or(Problem::NotFound)?;
        let event = &call.tasks.first().ok_or(Problem::NotFound)?.event;
        let (store, _, _) = self.task(event).await?.ok_or(Problem::NotFound)?;
        let mut reads = self.db.reads();
        let found: (CaseId, i64) = match self.cases.get(case.key.as_str()) {
            Some(id) => reads.get(&DEMO_CASE_NOW, args![*id]).await?,
            None => {
                let attempt = self.attempts.get(case.call.as_str()).copied().ok_or(Problem::NotFound)?;
                reads.get(&DEMO_CASE, args![attempt]).await?
            }
        };
        self.cases.insert(&case.key, found.0);
        Ok((found.0, found.1, store))
    }

    async fn fill(&mut self, case: &'a Case) -> Result<()> {
        let (id, seen, store) = self.case(case).await?;
        let scope = self.scope(self.person(&case.assignee), store);
        let mut given: Vec<(String, String)> = case
            .fields
            .iter()
            .map(|(key, value)| {
                let text = match value {
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Object(o) => {
                        let day = o.get("day").and_then(serde_json::Value::as_i64).unwrap_or(0);
                        self.facts.today.days_after(i32::try_from(day).unwrap_or(0)).to_string()
                    }
                    other => other.to_string(),
                };
                (key.clone(), text)
            })
            .collect();
        given.extend(case.degree.clone().map(|d| ("degree".to_owned(), d)));
        cases::fill(self.db, &scope, id, seen, &given, Some(&case.title)).await
    }

    fn round(case: &Case, round: usize) -> Result<&Round> {
        case.rounds.get(round).ok_or(Problem::NotFound)
    }

    async fn contact(&mut self, case: &'a Case, round: usize) -> Result<()> {
        let (id, seen, store) = self.case(case).await?;
        let act = Self::round(case, round)?.contact.as_ref().ok_or(Problem::NotFound)?;
        let scope = self.scope(self.person(&act.by), store);
        cases::contact(self.db, &scope, id, seen, &act.text).await
    }

    async fn result(&mut self, case: &'a Case, round: usize) -> Result<()> {
        let (id, seen, store) = self.case(case).await?;
        let told = Self::round(case, round)?;
        let act = told.result.as_ref().ok_or(Problem::NotFound)?;
        let scope = self.scope(self.person(&act.by), store);
        let form = ResultForm {
            cause_kind: "service".into(),
            cause: told.cause.clone().or_else(|| act.measures.clone()).unwrap_or_else(|| case.title.clone()),
            text: act.text.clone(),
        };
        cases::resolve(self.db, &scope, id, seen, &form).await
    }

    async fn recall(&mut self, case: &'a Case, round: usize) -> Result<()> {
        let (id, _, store) = self.case(case).await?;
        let act = Self::round(case, round)?.recall.as_ref().ok_or(Problem::NotFound)?;
        let found: Option<(TaskId, ContactId)> = self.db.reads().opt(&DEMO_TASK, args![store, "case", id]).await?;
        let (task, contact) = found.ok_or(Problem::NotFound)?;
        let satisfied = act.verdict.as_deref() == Some("satisfied");
        let refused = act.verdict.as_deref() == Some("refused");
        let book = rulebook::current::<ScriptBook>(&mut self.db.reads(), self.cast.group, store).await?;
        let script = book.body.for_subject(scripts::Subject::Case).ok_or(Problem::NotFound)?;
        let wanted = if satisfied { scripts::Effect::Good } else { scripts::Effect::Bad };
        let fits = |q: &'_ scripts::Question| q.options.iter().find(|o| o.effect == wanted).map(|o| o.key.clone());
        let (question, option) =
            script.questions.iter().find_map(|q| fits(q).map(|o| (q, o))).ok_or(Problem::NotFound)?;
        let posted = Posted { field: scripts::field_name(question, task), option, text: act.text.clone() };
        let posted = if refused { Vec::new() } else { vec![posted] };
        let given = scripts::resolve(&[(task, script)], &posted).map_err(Problem::Invalid)?;
        let started_at = self.db.clock().now();
        let seconds = 96;
        let new = NewAttempt {
            client_id: format!("story-{}-{round}", case.key),
            contact,
            started_at,
            seconds,
            direction: Direction::Out,
            outcome: if refused { "refused" } else { "complete" }.into(),
            answers: given.into_iter().map(answer).collect(),
            remarks: Vec::new(),
            phone_line: None,
            agreed_at: None,
            who_when: None,
            new_phone: None,
            best_time: None,
            sold_car: Vec::new(),
            note: Some(act.text.clone()),
            booking: None,
            script_version: Some(book.version),
            tasks: None,
            confirmed: true,
            case_fields: Vec::new(),
        };
        let scope = self.scope(self.person(&act.by), store);
        self.db.clock().set(started_at.plus(seconds * 1_000));
        transact!(self.db, &scope, |tx| { attempts::save(tx, &new).await }).map(|_| ())
    }
}

fn answer(given: scripts::Given) -> AnswerIn {
    AnswerIn {
        task: Some(given.task),
        question: given.question,
        option: given.option,
        effect: followup::Effect::parse(given.effect.key()).unwrap_or(followup::Effect::Neutral),
        text: given.text,
        case_kind: given.case_kind,
        department: given.department,
    }
}
