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

/// What a move in bulk did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reassigned {
    pub moved: usize,
    /// By which it can be taken back; `None` when nothing moved.
    pub batch: Option<i64>,
    /// Of those moved: promised or due while the one who got them is away.
    pub away: usize,
}

/// A contact with whom it was taken from and whom it went to.
type Move = (ContactId, Option<UserId>, Option<UserId>);

/// So long can a move in bulk be taken back.
const UNDO_MINUTES: i64 = 60;

/// Moves contacts to an agent, or shares them out (`None`). Those being worked on and those done stay where they are.
/// # Errors
/// `Forbidden` without `queue.assign`; `Invalid` when the agent takes no calls at the store.
pub async fn reassign(tx: &mut Tx, contacts: &[ContactId], to: Option<UserId>) -> Result<Reassigned> {
    tx.scope().need(Cap::QueueAssign)?;
    let (group, store_id) = (tx.scope().group, tx.scope().store()?);
    let context = Context::of(tx, group, store_id).await?;
    let hands = Hands::of(tx, &context).await?;
    if to.is_some_and(|to| !hands.0.iter().any(|h| h.user == to)) {
        return Err(Problem::invalid("agent", "not-an-agent"));
    }
    let mut moves = Vec::new();
    for chunk in contacts.chunks(500) {
        moves.extend(give(tx, &context, chunk, to, Hands(hands.0.clone())).await?);
    }
    told(tx, store_id);
    noted(tx, &context, &hands, moves).await
}

/// Keeps what moved, so that it can be taken back, and says what of it falls into an absence.
async fn noted(tx: &mut Tx, context: &Context, hands: &Hands, moves: Vec<Move>) -> Result<Reassigned> {
    if moves.is_empty() {
        return Ok(Reassigned::default());
    }
    let batch = store::add_reassignment(tx, &json!(moves)).await?;
    let today = context.today(tx.now());
    let mut away = 0;
    let mut absent: Vec<&Hand> = hands.0.iter().filter(|h| h.absent.is_some()).collect();
    absent.retain(|h| moves.iter().any(|(_, _, to)| *to == Some(h.user)));
    if !absent.is_empty() {
        let ids: Vec<ContactId> = moves.iter().map(|m| m.0).collect();
        for contact in store::hold_all(tx, &ids).await? {
            let hand = absent.iter().find(|h| contact.agent_id == Some(h.user));
            away += usize::from(
                hand.is_some_and(|h| h.absent.is_some_and(|span| falls_in(&contact, context, span, today))),
            );
        }
    }
    Ok(Reassigned { moved: moves.len(), batch: Some(batch), away })
}

/// Whether a move in bulk can still be taken back.
/// # Errors
/// As the database answers.
pub async fn may_undo(q: &mut impl Sql, scope: &Scope, batch: i64, now: Millis) -> Result<bool> {
    if !scope.may(Cap::QueueAssign) {
        return Ok(false);
    }
    let found = store::reassignment(q, scope.group, scope.store()?, batch).await?;
    Ok(found.is_some_and(|r| r.undone_at.is_none() && now <= r.at.plus_minutes(UNDO_MINUTES)))
}

/// Gives back what a move in bulk took, as far as it still waits where it was put. Answers how many went back, and how
/// many stay because somebody has gone on with them.
/// # Errors
/// `NotFound` for another store's; `Refused("reassign-undone")` when it was, or is too old.
pub async fn undo_reassignment(tx: &mut Tx, batch: i64) -> Result<(usize, usize)> {
    tx.scope().need(Cap::QueueAssign)?;
    let (scope, now) = (tx.scope().clone(), tx.now());
    let store_id = scope.store()?;
    let found = store::reassignment(tx, scope.group, store_id, batch).await?.ok_or(Problem::NotFound)?;
    if !may_undo(tx, &scope, batch, now).await? || !store::set_undone(tx, batch).await? {
        return Err(Problem::Refused("reassign-undone"));
    }
    let moves: Vec<Move> = serde_json::from_value(found.moves).map_err(Problem::internal)?;
    let context = Context::of(tx, scope.group, store_id).await?;
    let hands = Hands::of(tx, &context).await?;
    let mut back = 0;
    for chunk in moves.chunks(500) {
        let ids: Vec<ContactId> = chunk.iter().map(|m| m.0).collect();
        for mut contact in store::hold_all(tx, &ids).await? {
            let Some((_, from, to)) = chunk.iter().find(|m| m.0 == contact.id) else { continue };
            // Whoever left meanwhile gets nothing back.
            let there = from.is_none_or(|from| hands.0.iter().any(|h| h.user == from));
            if contact.agent_id == *to && there && movable(&contact, &context, now) {
                hand(tx, &mut contact, *from).await?;
                back += 1;
            }
        }
    }
    told(tx, store_id);
    Ok((back, moves.len() - back))
}

/// Everything that an agent (`None`: nobody) holds at the store worked in, at most 2,000 contacts a time.
/// # Errors
/// As [`reassign`].
pub async fn reassign_all(tx: &mut Tx, from: Option<UserId>, to: Option<UserId>) -> Result<Reassigned> {
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
) -> Result<Reassigned> {
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
    let moves = give(tx, &context, &ids, to, Hands(hands.0.clone())).await?;
    told(tx, store_id);
    noted(tx, &context, &hands, moves).await
}

async fn give(
    tx: &mut Tx,
    context: &Context,
    ids: &[ContactId],
    to: Option<UserId>,
    mut hands: Hands,
) -> Result<Vec<Move>> {
    let now = tx.now();
    let today = context.today(now);
    let mut moves = Vec::new();
    for mut contact in store::hold_all(tx, ids).await? {
        if !movable(&contact, context, now) {
            continue;
        }
        let agent = to.or_else(|| hands.deal(context.cal.date_of(contact.from_at).max(today)));
        if agent == contact.agent_id {
            continue;
        }
        moves.push((contact.id, contact.agent_id, agent));
        hand(tx, &mut contact, agent).await?;
    }
    Ok(moves)
}

/// What waits and is in nobody's hands.
fn movable(contact: &Contact, context: &Context, now: Millis) -> bool {
    contact.store_id == context.store && contact.is_waiting() && contact.holder(now).is_none()
}

async fn hand(tx: &mut Tx, contact: &mut Contact, agent: Option<UserId>) -> Result<()> {
    let before = json!({ "agent": contact.agent_id });
    contact.agent_id = agent;
    store::save_contact(tx, contact).await?;
    store::set_tasks_agent(tx, contact.id, agent).await?;
    audit::note(tx, "contact.assign", "contact", contact.id.raw(), &before, &json!({ "agent": agent })).await
}

/// Whether a contact is promised or due while its agent is away.
fn falls_in(contact: &Contact, context: &Context, (from, until): (StoreDate, StoreDate), today: StoreDate) -> bool {
    let due = context.cal.date_of(contact.promise_at.unwrap_or(contact.due_at));
    // What is overdue waits for them only if they are there today.
    until >= today && due <= until && (due >= from || from <= today)
}

/// What an absent agent holds and cannot do: due, or promised, while they are away. At most 2,000.
/// # Errors
/// As [`reassign`].
pub async fn undoable(q: &mut impl Sql, scope: &Scope, user: UserId, now: Millis) -> Result<Vec<ContactId>> {
    scope.need(Cap::QueueAssign)?;
    let (group, store_id) = (scope.group, scope.store()?);
    let context = Context::of(q, group, store_id).await?;
    let hands = Hands::of(q, &context).await?;
    let Some(span) = hands.0.iter().find(|h| h.user == user).and_then(|h| h.absent) else {
        return Ok(Vec::new());
    };
    let today = context.today(now);
    if span.1 < today {
        return Ok(Vec::new());
    }
    let held = store::held_by(q, group, store_id, user, 2_000).await?;
    Ok(held.into_iter().filter(|c| falls_in(c, &context, span, today)).map(|c| c.id).collect())
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
        if moved.is_empty() || ids.len() < 500 {
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
    Ok(give(tx, &context, &ids, None, hands).await?.len())
}
