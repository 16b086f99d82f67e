//! Everything the call screen shows, read in a few statements.

use std::sync::Arc;

use kernel::{ContactId, CustomerId, DeliveryId, Problem, RepairOrderId, Result, TaskId};
use people::customers::{self, CustomerCard, CustomerKind};
use people::identity::{self, StoreCard};
use people::vehicles::{self, DeliveryFacts, OwnedCar, VisitFacts};
use platform::http::Desk;
use platform::rulebook::{self, Versioned};

use super::call_view::surname;
use crate::followup::call::{self, Answer, CallView};
use crate::followup::context::Context;
use crate::followup::model::{RECALL, SubjectKind, Task};
use crate::followup::outcomes::Outcomes;
use crate::followup::rules::FollowupRules;
use crate::scripts::{AskFor, CallStandard, Script, ScriptBook, Title, Words};

pub struct CallData {
    pub context: Context,
    pub view: CallView,
    /// Open ones, the earliest deadline first.
    pub tasks: Vec<Task>,
    pub orders: Vec<VisitFacts>,
    pub deliveries: Vec<DeliveryFacts>,
    pub customer: CustomerCard,
    pub cars: Vec<OwnedCar>,
    pub store: StoreCard,
    pub book: Arc<Versioned<ScriptBook>>,
    pub outcomes: Arc<Versioned<Outcomes>>,
    pub standard: Arc<Versioned<CallStandard>>,
    /// Answers of a call that broke off, or that was taken back: they stand again.
    pub earlier: Vec<Answer>,
    /// The remark of the call that was taken back.
    pub earlier_remark: String,
    /// The last call was taken back.
    pub again: bool,
}

/// The script that a kind of task is asked with.
pub fn script_key<'a>(rules: &'a FollowupRules, kind: &str) -> &'a str {
    match rules.rules.iter().find(|r| r.key == kind) {
        Some(rule) => &rule.script,
        None if kind == RECALL => &rules.recall.script,
        None => rules.rules.first().map_or("", |r| &r.script),
    }
}

/// Re-calls are always asked about: they take no place among a fleet's vehicles.
pub fn ask_for<'a>(task: &Task, script: &'a Script, fleet: bool) -> AskFor<'a> {
    let vehicle = task.vehicle_id.filter(|_| task.recall_case().is_none());
    AskFor { task: task.id, script, vehicle, fleet }
}

/// # Errors
/// `NotFound` outside of the store.
pub async fn load(desk: &Desk, id: ContactId) -> Result<CallData> {
    let scope = desk.scope();
    let (group, store_id) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    let view = call::open(&mut q, scope, id, desk.now()).await?;
    let mut tasks: Vec<Task> = view.tasks.iter().map(|a| a.task.clone()).filter(Task::is_open).collect();
    tasks.sort_by_key(|t| (t.due_at, t.id));
    let of = |kind: SubjectKind| tasks.iter().filter(move |t| t.subject_kind == kind).map(|t| t.subject_id);
    let orders: Vec<RepairOrderId> = of(SubjectKind::RepairOrder).map(RepairOrderId::new).collect();
    let deliveries: Vec<DeliveryId> = of(SubjectKind::Delivery).map(DeliveryId::new).collect();
    let outcomes = rulebook::current::<Outcomes>(&mut q, group, store_id).await?;
    let last = view.attempts.last().filter(|a| a.revoked_at.is_some()).map(|a| (a.id, a.note.clone()));
    let (mut earlier, mut earlier_remark) = (broken_off(&view, &outcomes.body), String::new());
    if let Some((id, note)) = &last {
        let (answers, remarks) = crate::followup::store::struck(&mut q, group, *id).await?;
        earlier = answers;
        let words = remarks.into_iter().map(|r| r.text).chain(note.clone());
        // What stood at a question stands there again.
        let own = words.filter(|w| !earlier.iter().any(|a| a.text.as_ref() == Some(w)));
        earlier_remark = own.collect::<Vec<_>>().join("\n");
    }
    Ok(CallData {
        context: Context::of(&mut q, group, store_id).await?,
        orders: vehicles::visit_facts(&mut q, group, &orders).await?,
        deliveries: vehicles::delivery_facts(&mut q, group, &deliveries).await?,
        customer: customers::card(&mut q, scope, view.contact.customer_id).await?,
        cars: vehicles::of_customer(&mut q, group, view.contact.customer_id).await?,
        store: identity::store_card(&mut q, group, store_id).await?,
        book: rulebook::current::<ScriptBook>(&mut q, group, store_id).await?,
        standard: rulebook::current::<CallStandard>(&mut q, group, store_id).await?,
        earlier,
        earlier_remark,
        again: last.is_some(),
        outcomes,
        view,
        tasks,
    })
}

/// What had been answered when the line broke: the last call of the contact, if its outcome goes on.
fn broken_off(view: &CallView, outcomes: &Outcomes) -> Vec<Answer> {
    let last = view.attempts.iter().rev().find(|a| a.revoked_at.is_none());
    match last.filter(|a| outcomes.get(&a.outcome).is_some_and(|o| o.continues_attempt)) {
        Some(attempt) => view.answers.iter().filter(|a| a.attempt_id == attempt.id).cloned().collect(),
        None => Vec::new(),
    }
}

impl CallData {
    pub fn fleet(&self) -> bool {
        self.customer.file.kind == CustomerKind::Organisation
    }

    /// Whom to ask for.
    pub fn person(&self) -> &str {
        &self.view.person
    }

    pub fn script(&self, task: &Task) -> Result<&Script> {
        let key = script_key(self.context.rules(), &task.kind);
        self.book.body.script(key).ok_or_else(|| Problem::internal(format!("no script {key}")))
    }

    pub fn asks(&self) -> Result<Vec<AskFor<'_>>> {
        let fleet = self.fleet();
        self.tasks.iter().map(|t| Ok(ask_for(t, self.script(t)?, fleet))).collect()
    }

    /// Vehicles of a fleet that are asked about in detail.
    pub fn detailed(&self) -> usize {
        self.context.rules().max_vehicles()
    }

    pub fn order_of(&self, task: &Task) -> Option<&VisitFacts> {
        self.orders.iter().find(|o| task.subject_kind == SubjectKind::RepairOrder && o.id.raw() == task.subject_id)
    }
    pub fn delivery_of(&self, task: &Task) -> Option<&DeliveryFacts> {
        self.deliveries.iter().find(|d| task.subject_kind == SubjectKind::Delivery && d.id.raw() == task.subject_id)
    }

    /// The order was never settled: its opening date stands in.
    pub fn is_second_choice(&self, id: TaskId) -> bool {
        self.view.tasks.iter().any(|a| a.task.id == id && a.date_is_second_choice)
    }

    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.iter().find(|t| t.id == id)
    }

    pub fn customer_id(&self) -> CustomerId {
        self.view.contact.customer_id
    }

    /// What the lines of a task are worded with: its own visit, car and people.
    pub fn words(&self, desk: &Desk, task: &Task) -> Words {
        let who = desk.who();
        let (order, delivery) = (self.order_of(task), self.delivery_of(task));
        let person = self.person();
        let own = person == self.customer.file.name && !self.fleet();
        let title = self.customer.file.gender.filter(|_| own).map(|g| match g {
            customers::Gender::Male => Title::Mr,
            customers::Gender::Female => Title::Ms,
        });
        let day = order.map(|o| o.settled_on.unwrap_or(o.opened_on)).or(delivery.map(|d| d.delivered_on));
        let plate = order.and_then(|o| o.plate.as_ref()).or(delivery.and_then(|d| d.plate.as_ref()));
        // A new car is called by its series; the model's name is full of codes.
        let items =
            order.and_then(|o| o.items.clone()).or_else(|| delivery.and_then(|d| d.series.clone().or(d.model.clone())));
        Words {
            customer: if title.is_some() { surname(person) } else { person }.to_owned(),
            title: title.or(own.then_some(Title::Either)),
            store: self.store.name.clone(),
            agent: who.name.clone(),
            agent_no: who.agent_number.clone().unwrap_or_default(),
            date: day,
            items: items.unwrap_or_default(),
            plate: plate.map(ToString::to_string).unwrap_or_default(),
            advisor: order
                .and_then(|o| o.advisor.clone())
                .or_else(|| delivery.and_then(|d| d.consultant.clone()))
                .unwrap_or_default(),
            service_phone: self.store.phone.clone().unwrap_or_default(),
            festival: String::new(),
            subject: self.script(task).ok().map(|s| s.event),
        }
    }
}
