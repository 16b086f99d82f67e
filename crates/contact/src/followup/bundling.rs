//! C6: puts planned tasks into contacts: those that wait already, or new ones.

use std::collections::{HashMap, HashSet};

use kernel::{ContactId, CustomerId, ImportId, Millis, Result, UserId};
use platform::db::Tx;

use super::best_time;
use super::bundle::{Overlap, join};
use super::context::{Context, tasks_by_contact};
use super::distribute::Hands;
use super::hours::CallHours;
use super::model::{Contact, ContactState, Task};
use super::people_port::{self, PhoneLine};
use super::plan::Person;
use super::store::{self, NewTask};
use super::{numbers, tending};

/// A task to be placed. `fresh`: not yet in the table.
pub struct Item {
    pub task: Task,
    pub person: Person,
    pub fresh: bool,
}

struct Slot {
    contact: Contact,
    tasks: Vec<Task>,
    /// Not yet in the table.
    fresh: bool,
    touched: bool,
}

/// Places every item and writes tasks and contacts.
/// # Errors
/// As the database answers.
pub async fn bundle(tx: &mut Tx, context: &Context, mut items: Vec<Item>, import: Option<ImportId>) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    items.sort_by(|a, b| (&a.person.key, a.task.due_at, a.task.id).cmp(&(&b.person.key, b.task.due_at, b.task.id)));
    leave_old_contacts(tx, context, &items, now).await?;
    let mut slots = waiting(tx, context, &items, import).await?;
    let known = Known::of(tx, context, &items, import).await?;
    let mut hands = if import.is_some() { Hands::none() } else { Hands::of(tx, context).await? };

    let mut fresh_tasks = Vec::new();
    let mut moved_tasks = Vec::new();
    for Item { mut task, person, fresh } in items {
        let own = slots.entry(person.key.clone()).or_default();
        let mut overlaps: Vec<Overlap> = own
            .iter()
            .map(|s| Overlap::of(&s.tasks).unwrap_or(Overlap { from_at: Millis(i64::MAX), due_at: Millis(i64::MIN) }))
            .collect();
        let at = join(&mut overlaps, Overlap { from_at: task.from_at, due_at: task.due_at });
        if at == own.len() {
            let agent = own
                .iter()
                .find_map(|s| s.contact.agent_id)
                .filter(|a| hands.is_there(*a, task.from_on.max(context.today(now))));
            let contact = new_contact(tx, context, &task, person, &known, agent, import, now, &mut hands);
            own.push(Slot { contact, tasks: Vec::new(), fresh: true, touched: true });
        }
        let slot = &mut own[at];
        task.contact_id = Some(slot.contact.id);
        task.agent_id = slot.contact.agent_id;
        slot.tasks.push(task.clone());
        slot.touched = true;
        if fresh {
            fresh_tasks.push(NewTask { task, import });
        } else {
            moved_tasks.push(task);
        }
    }
    let mut fresh_contacts = Vec::new();
    let mut hidden = Vec::new();
    for slot in slots.into_values().flatten().filter(|s| s.touched) {
        let Slot { mut contact, tasks, fresh, .. } = slot;
        if fresh {
            context.refresh(&mut contact, &tasks, now);
            contact.not_before = known.first_call(context, &contact, now);
            fresh_contacts.push(contact);
        } else if contact.state == ContactState::Hidden {
            // With the task that has just joined it, it is written as one of many.
            context.refresh(&mut contact, &tasks, now);
            hidden.push(contact);
        } else {
            if known.has_number(&contact) {
                numbers::return_to_queue(context, &mut contact, now);
            }
            tending::keep(tx, context, &mut contact, &tasks, now).await?;
        }
    }
    fresh_contacts.sort_by_key(|c| c.id);
    store::insert_contacts(tx, &fresh_contacts).await?;
    hidden.sort_by_key(|c| c.id);
    store::save_contacts(tx, &mut hidden).await?;
    store::insert_tasks(tx, &fresh_tasks).await?;
    for mut task in moved_tasks {
        store::save_task(tx, &mut task).await?;
    }
    Ok(())
}

/// Moved tasks leave the contacts they were in before they are placed anew.
async fn leave_old_contacts(tx: &mut Tx, context: &Context, items: &[Item], now: Millis) -> Result<()> {
    let mut old: Vec<ContactId> = items.iter().filter(|i| !i.fresh).filter_map(|i| i.task.contact_id).collect();
    old.sort_unstable();
    old.dedup();
    if old.is_empty() {
        return Ok(());
    }
    let moving: Vec<_> = items.iter().map(|i| i.task.id).collect();
    let held = store::hold_all(tx, &old).await?;
    let mut tasks = tasks_by_contact(tx, &old).await?;
    for mut contact in held {
        let mut rest = tasks.remove(&contact.id).unwrap_or_default();
        rest.retain(|t| !moving.contains(&t.id));
        if rest.is_empty() && contact.last_attempt_at.is_none() {
            // Nobody has ever worked on it.
            store::drop_contacts(tx, &[contact.id]).await?;
        } else if contact.state != ContactState::Done {
            context.refresh(&mut contact, &rest, now);
            store::save_contact(tx, &mut contact).await?;
        }
    }
    Ok(())
}

/// Contacts that tasks of these persons may join: not those being worked on, whose agent would not see them.
async fn waiting(
    tx: &mut Tx,
    context: &Context,
    items: &[Item],
    import: Option<ImportId>,
) -> Result<HashMap<String, Vec<Slot>>> {
    let now = tx.now();
    let persons: HashSet<_> = items.iter().map(|i| (i.task.customer_id, i.person.key.as_str())).collect();
    let contacts = store::of_persons(tx, context.store, &persons, import).await?;
    let ids: Vec<ContactId> = contacts.iter().map(|c| c.id).collect();
    let mut tasks = tasks_by_contact(tx, &ids).await?;
    let placing: Vec<_> = items.iter().filter(|i| !i.fresh).map(|i| i.task.id).collect();
    let mut slots: HashMap<String, Vec<Slot>> = HashMap::new();
    for contact in contacts.into_iter().filter(|c| c.holder(now).is_none()) {
        let mut tasks = tasks.remove(&contact.id).unwrap_or_default();
        tasks.retain(|t| !placing.contains(&t.id));
        slots.entry(contact.person_key.clone()).or_default().push(Slot {
            contact,
            tasks,
            fresh: false,
            touched: false,
        });
    }
    Ok(slots)
}

/// Numbers and best times of the customers of a chunk; nothing while the contacts stay hidden.
struct Known {
    lines: HashMap<CustomerId, Vec<PhoneLine>>,
    best: HashMap<CustomerId, String>,
}

impl Known {
    async fn of(tx: &mut Tx, context: &Context, items: &[Item], import: Option<ImportId>) -> Result<Self> {
        let mut ids: Vec<CustomerId> = items.iter().map(|i| i.task.customer_id).collect();
        ids.sort_unstable();
        ids.dedup();
        Self::of_customers(tx, context, &ids, import.is_some()).await
    }

    async fn of_customers(tx: &mut Tx, context: &Context, ids: &[CustomerId], hidden: bool) -> Result<Self> {
        let mut known = Self { lines: HashMap::new(), best: HashMap::new() };
        if hidden {
            return Ok(known);
        }
        let names = people_port::names(tx, context.group, ids, &[]).await?;
        known.lines = names.lines;
        known.best = names.customers.into_values().filter_map(|c| Some((c.id, c.best_time?))).collect();
        Ok(known)
    }

    fn has_number(&self, contact: &Contact) -> bool {
        let lines = self.lines.get(&contact.customer_id).map_or(&[][..], Vec::as_slice);
        numbers::choose(lines, contact.phone_line_id).is_some()
    }

    /// From when the first call may be made: the window's start, inside call hours and the customer's best time.
    fn first_call(&self, context: &Context, contact: &Contact, now: Millis) -> Millis {
        let best = contact.best_time.as_deref().and_then(best_time::span);
        let from = contact.from_at.max(now);
        let kinds = contact.kinds();
        let hours = |kind: &str| CallHours::new(&context.cal, context.rules().windows(kind));
        // Each kind has windows of its own; the call is made when all of them are open.
        let mut at = from;
        for _ in 0..kinds.len().saturating_mul(8) {
            let next = kinds.iter().filter_map(|kind| hours(kind).next_in(at, best)).max().unwrap_or(at);
            if next == at {
                break;
            }
            at = next;
        }
        if at <= contact.due_at && (best.is_some() || contact.from_at >= now) { at } else { contact.from_at }
    }
}

#[expect(clippy::too_many_arguments, reason = "one value from all that bundling knows")]
fn new_contact(
    tx: &Tx,
    context: &Context,
    task: &Task,
    person: Person,
    known: &Known,
    agent: Option<UserId>,
    import: Option<ImportId>,
    now: Millis,
    hands: &mut Hands,
) -> Contact {
    let best_time = known.best.get(&task.customer_id).cloned();
    let agent = agent.or_else(|| hands.deal(task.from_on.max(context.today(now))));
    let mut contact = Contact {
        id: tx.new_id(),
        store_id: context.store,
        customer_id: task.customer_id,
        phone_line_id: person.line,
        person_key: person.key,
        person_name: person.name,
        state: ContactState::Open,
        kinds: String::new(),
        vehicle_id: task.vehicle_id,
        due_at: task.due_at,
        from_at: task.from_at,
        expires_at: task.expires_at,
        not_before: Millis(0),
        promise_at: None,
        attempts: 0,
        rank: 0,
        agent_id: agent,
        best_time,
        lease_user: None,
        lease_until: Millis(0),
        skip_reason: None,
        last_outcome: None,
        last_attempt_at: None,
        closed_at: None,
        import_id: import,
        version: 1,
    };
    if import.is_some() {
        contact.state = ContactState::Hidden;
    } else if !known.has_number(&contact) {
        contact.state = ContactState::NumberNeeded;
    }
    contact
}

/// Shows hidden contacts of an applied import to agents: each joins a waiting contact of its person where their
/// windows overlap, else it opens with an agent of its own.
/// # Errors
/// As the database answers.
pub async fn show(tx: &mut Tx, context: &Context, hidden: Vec<Contact>) -> Result<()> {
    let now = tx.now();
    let ids: Vec<ContactId> = hidden.iter().map(|c| c.id).collect();
    let mut tasks = tasks_by_contact(tx, &ids).await?;
    let persons: HashSet<_> = hidden.iter().map(|c| (c.customer_id, c.person_key.as_str())).collect();
    let mut waiting: HashMap<String, Vec<Contact>> = HashMap::new();
    for contact in store::of_persons(tx, context.store, &persons, None).await? {
        if contact.holder(now).is_none() {
            waiting.entry(contact.person_key.clone()).or_default().push(contact);
        }
    }
    let others: Vec<ContactId> = waiting.values().flatten().map(|c| c.id).collect();
    let mut other_tasks = tasks_by_contact(tx, &others).await?;
    let mut customers: Vec<CustomerId> = hidden.iter().map(|c| c.customer_id).collect();
    customers.sort_unstable();
    customers.dedup();
    let known = Known::of_customers(tx, context, &customers, false).await?;
    let mut hands = Hands::of(tx, context).await?;
    let mut gone = Vec::new();
    let mut shown = Vec::new();
    for mut contact in hidden {
        let mut own = tasks.remove(&contact.id).unwrap_or_default();
        for task in own.iter_mut().filter(|t| t.is_open()) {
            task.state = super::model::TaskState::Open;
        }
        let mine = Overlap::of(&own);
        let found = waiting.get_mut(&contact.person_key).and_then(|list| {
            list.iter_mut().find(|c| {
                let theirs = other_tasks.get(&c.id).and_then(|t| Overlap::of(t));
                matches!((mine, theirs), (Some(a), Some(b)) if a.with(b).is_some())
            })
        });
        if let Some(target) = found {
            for task in &mut own {
                task.contact_id = Some(target.id);
                task.agent_id = target.agent_id;
                store::save_task(tx, task).await?;
            }
            let all = other_tasks.entry(target.id).or_default();
            all.append(&mut own);
            target.phone_line_id = target.phone_line_id.or(contact.phone_line_id);
            if known.has_number(target) {
                numbers::return_to_queue(context, target, now);
            }
            tending::keep(tx, context, target, all, now).await?;
            gone.push(contact.id);
            continue;
        }
        let day = own.iter().map(|t| t.from_on).min().unwrap_or_else(|| context.today(now)).max(context.today(now));
        contact.agent_id = hands.deal(day);
        contact.best_time = known.best.get(&contact.customer_id).cloned();
        contact.state = if known.has_number(&contact) { ContactState::Open } else { ContactState::NumberNeeded };
        contact.import_id = None;
        contact.not_before = known.first_call(context, &contact, now);
        context.refresh(&mut contact, &own, now);
        shown.push(contact);
    }
    let mut by_agent: HashMap<Option<UserId>, Vec<ContactId>> = HashMap::new();
    for contact in &shown {
        by_agent.entry(contact.agent_id).or_default().push(contact.id);
    }
    for (agent, ids) in by_agent {
        store::show_tasks(tx, &ids, agent).await?;
    }
    store::save_contacts(tx, &mut shown).await?;
    store::drop_contacts(tx, &gone).await
}
