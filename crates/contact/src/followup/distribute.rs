//! Who works on what: new contacts by share and absence, moves in bulk by a supervisor, handover of somebody leaving.

use kernel::{Cap, ContactId, Millis, Problem, Result, Scope, StoreDate, StoreId, UserId};
use platform::audit;
use platform::db::{Sql, Tx};
use serde_json::json;

use super::context::Context;
use super::model::Contact;
use super::people_port::{self, StaffLeft};
use super::share::{self, Hand};
use super::store::Whose;
use super::{store, told};

/// The store's agents with what they hold, read once per transaction.
pub struct Hands(pub(super) Vec<Hand>);

impl Hands {
    /// For contacts that nobody may see yet.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// # Errors
    /// As the database answers.
    pub async fn of(q: &mut impl Sql, context: &Context) -> Result<Self> {
        let mut hands = Vec::new();
        for agent in people_port::agents(q, context.group, context.store).await? {
            let load = store::load(q, context.store, agent.id).await?;
            let absent = match (agent.absent_from, agent.absent_until) {
                (Some(from), until) => Some((from, until.unwrap_or_else(|| from.days_after(3_660)))),
                (None, Some(until)) => Some((until.days_after(-3_660), until)),
                (None, None) => None,
            };
            hands.push(Hand { user: agent.id, share: agent.share, load, absent });
        }
        Ok(Self(hands))
    }

    pub fn deal(&mut self, day: StoreDate) -> Option<UserId> {
        share::deal(&mut self.0, day)
    }

    /// Whether somebody takes calls on a day.
    pub fn is_there(&self, user: UserId, day: StoreDate) -> bool {
        self.0.iter().any(|h| h.user == user && h.share > 0 && !h.is_away(day))
    }

    fn without(mut self, user: UserId) -> Self {
        self.0.retain(|h| h.user != user);
        self
    }
}

/// Moves contacts to an agent, or shares them out (`None`). Those being worked on and those done stay where they are.
/// Answers how many moved.
/// # Errors
/// `Forbidden` without `queue.assign`; `Invalid` when the agent takes no calls at the store.
pub async fn reassign(tx: &mut Tx, contacts: &[ContactId], to: Option<UserId>) -> Result<usize> {
    tx.scope().need(Cap::QueueAssign)?;
    let (group, store_id) = (tx.scope().group, tx.scope().store()?);
    let context = Context::of(tx, group, store_id).await?;
    let hands = Hands::of(tx, &context).await?;
    if to.is_some_and(|to| !hands.0.iter().any(|h| h.user == to)) {
        return Err(Problem::invalid("agent", "not-an-agent"));
    }
    let mut moved = 0;
    for chunk in contacts.chunks(500) {
        moved += give(tx, &context, chunk, to, Hands(hands.0.clone())).await?;
    }
    told(tx, store_id);
    Ok(moved)
}

/// Everything that an agent (`None`: nobody) holds at the store worked in, at most 2,000 contacts a time.
/// # Errors
/// As [`reassign`].
pub async fn reassign_all(tx: &mut Tx, from: Option<UserId>, to: Option<UserId>) -> Result<usize> {
    reassign_matching(tx, Some(from), None, to).await
}

/// Whatever matches: of an agent, of nobody (`Some(None)`) or of all (`None`), of one kind or of every; at most 2,000
/// contacts a time. Shared out, nothing goes back to whom it is taken from.
/// # Errors
/// As [`reassign`].
pub async fn reassign_matching(
    tx: &mut Tx,
    from: Option<Option<UserId>>,
    kind: Option<&str>,
    to: Option<UserId>,
) -> Result<usize> {
    tx.scope().need(Cap::QueueAssign)?;
    let (group, store_id) = (tx.scope().group, tx.scope().store()?);
    let whose = match from {
        None => Whose::All,
        Some(None) => Whose::Nobody,
        Some(Some(agent)) => Whose::Agent(agent),
    };
    let from = from.flatten();
    let ids = store::matching(tx, group, store_id, whose, &super::queue::pattern(kind), 2_000).await?;
    let context = Context::of(tx, group, store_id).await?;
    let mut hands = Hands::of(tx, &context).await?;
    if to.is_some_and(|to| !hands.0.iter().any(|h| h.user == to)) {
        return Err(Problem::invalid("agent", "not-an-agent"));
    }
    if let Some(from) = from {
        hands = hands.without(from);
    }
    let moved = give(tx, &context, &ids, to, hands).await?;
    told(tx, store_id);
    Ok(moved)
}

async fn give(
    tx: &mut Tx,
    context: &Context,
    ids: &[ContactId],
    to: Option<UserId>,
    mut hands: Hands,
) -> Result<usize> {
    let now = tx.now();
    let today = context.today(now);
    let mut moved = 0;
    for mut contact in store::hold_all(tx, ids).await? {
        if contact.store_id != context.store || !contact.is_waiting() || contact.holder(now).is_some() {
            continue;
        }
        let agent = to.or_else(|| hands.deal(context.cal.date_of(contact.from_at).max(today)));
        if agent == contact.agent_id {
            continue;
        }
        let before = json!({ "agent": contact.agent_id });
        contact.agent_id = agent;
        store::save_contact(tx, &mut contact).await?;
        store::set_tasks_agent(tx, contact.id, agent).await?;
        audit::note(tx, "contact.assign", "contact", contact.id.raw(), &before, &json!({ "agent": agent })).await?;
        moved += 1;
    }
    Ok(moved)
}

/// What an absent agent holds and cannot do: due, or promised, while they are away. At most 2,000.
/// # Errors
/// As [`reassign`].
pub async fn undoable(q: &mut impl Sql, scope: &Scope, user: UserId, now: Millis) -> Result<Vec<ContactId>> {
    scope.need(Cap::QueueAssign)?;
    let (group, store_id) = (scope.group, scope.store()?);
    let context = Context::of(q, group, store_id).await?;
    let hands = Hands::of(q, &context).await?;
    let Some((from, until)) = hands.0.iter().find(|h| h.user == user).and_then(|h| h.absent) else {
        return Ok(Vec::new());
    };
    let today = context.today(now);
    if until < today {
        return Ok(Vec::new());
    }
    let day = |at: Millis| context.cal.date_of(at);
    let falls = |c: &Contact| {
        let due = c.promise_at.map_or_else(|| day(c.due_at), day);
        // What is overdue waits for them only if they are there today.
        due <= until && (due >= from || from <= today)
    };
    let held = store::held_by(q, group, store_id, user, 2_000).await?;
    Ok(held.into_iter().filter(falls).map(|c| c.id).collect())
}

/// Shares out what an absent agent cannot do among the others. Answers what moved.
/// # Errors
/// As [`reassign`].
pub async fn hand_over(tx: &mut Tx, user: UserId) -> Result<Vec<ContactId>> {
    let (scope, now) = (tx.scope().clone(), tx.now());
    let store_id = scope.store()?;
    let ids = undoable(tx, &scope, user, now).await?;
    let context = Context::of(tx, scope.group, store_id).await?;
    let hands = Hands::of(tx, &context).await?.without(user);
    if !hands.0.iter().any(|h| h.share > 0 && !h.is_away(context.today(now))) {
        return Err(Problem::Refused("nobody-there"));
    }
    give(tx, &context, &ids, None, hands).await?;
    let still = store::held_by(tx, scope.group, store_id, user, 2_000).await?;
    told(tx, store_id);
    Ok(ids.into_iter().filter(|id| !still.iter().any(|c| c.id == *id)).collect())
}

/// Somebody left: what they hold goes to the successor, else is shared out among those who stay.
/// # Errors
/// As the database answers.
pub async fn on_staff_left(tx: &mut Tx, e: &StaffLeft) -> Result<()> {
    let group = tx.scope().group;
    let context = Context::of(tx, group, e.store).await?;
    store::drop_leases(tx, e.store, e.user).await?;
    loop {
        let ids = store::of_agent(tx, group, e.store, Some(e.user), 500).await?;
        let hands = Hands::of(tx, &context).await?.without(e.user);
        let moved = give(tx, &context, &ids, e.successor, hands).await?;
        if moved == 0 || ids.len() < 500 {
            break;
        }
    }
    told(tx, e.store);
    Ok(())
}

/// Gives contacts that nobody has to those who are there now. Answers how many.
/// # Errors
/// As the database answers.
pub async fn deal_out(tx: &mut Tx, store_id: StoreId, limit: i64) -> Result<usize> {
    let group = tx.scope().group;
    let context = Context::of(tx, group, store_id).await?;
    let hands = Hands::of(tx, &context).await?;
    if hands.0.is_empty() {
        return Ok(0);
    }
    let ids = store::of_agent(tx, group, store_id, None, limit).await?;
    give(tx, &context, &ids, None, hands).await
}
