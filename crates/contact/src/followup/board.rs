//! The live board: what each agent has done today and still has to do.

use kernel::{Cap, Millis, Problem, Reach, Result, Scope, UserId};
use platform::db::Sql;

use super::store;

/// One agent's day. `agent` `None`: contacts that nobody has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub agent: Option<UserId>,
    /// Contacts of which a task was settled in a call.
    pub done: i64,
    pub calls: i64,
    pub reached: i64,
    /// Of calls that reached somebody.
    pub talk_seconds: i64,
    /// In their window.
    pub open: i64,
    /// Of these, due before midnight.
    pub due_today: i64,
    /// Past their deadline.
    pub overdue: i64,
}

impl Row {
    pub fn empty(agent: Option<UserId>) -> Self {
        Self { agent, ..Self::default() }
    }
    fn add(&mut self, other: &Self) {
        self.done += other.done;
        self.calls += other.calls;
        self.reached += other.reached;
        self.talk_seconds += other.talk_seconds;
        self.open += other.open;
        self.due_today += other.due_today;
        self.overdue += other.overdue;
    }
    /// Seconds of talk per customer reached.
    pub fn average(&self) -> Option<i64> {
        (self.reached > 0).then(|| self.talk_seconds / self.reached)
    }
}

pub struct Board {
    pub rows: Vec<Row>,
}

impl Board {
    pub fn total(&self) -> Row {
        let mut total = Row::default();
        self.rows.iter().for_each(|r| total.add(r));
        total
    }
    fn row(&mut self, agent: Option<UserId>) -> &mut Row {
        let at = self.rows.iter().position(|r| r.agent == agent).unwrap_or_else(|| {
            self.rows.push(Row::empty(agent));
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }
}

/// The store's day from `midnight` until `tomorrow`.
/// # Errors
/// `Forbidden` without `queue.see`.
pub async fn of_day(q: &mut impl Sql, scope: &Scope, midnight: Millis, tomorrow: Millis, now: Millis) -> Result<Board> {
    if scope.reach(Cap::QueueSee) < Some(Reach::Department) {
        return Err(Problem::Forbidden);
    }
    read(q, scope, midnight, tomorrow, now).await
}

/// One's own row.
/// # Errors
/// `Forbidden` without `call.work`.
pub async fn of_agent(q: &mut impl Sql, scope: &Scope, midnight: Millis, tomorrow: Millis, now: Millis) -> Result<Row> {
    scope.need(Cap::CallWork)?;
    let me = scope.user()?;
    let board = read(q, scope, midnight, tomorrow, now).await?;
    Ok(board.rows.into_iter().find(|r| r.agent == Some(me)).unwrap_or_else(|| Row::empty(Some(me))))
}

async fn read(q: &mut impl Sql, scope: &Scope, midnight: Millis, tomorrow: Millis, now: Millis) -> Result<Board> {
    let (group, store_id) = (scope.group, scope.store()?);
    let mut board = Board { rows: Vec::new() };
    for found in store::calls_of_day(q, group, store_id, midnight).await? {
        let row = board.row(Some(found.agent_id));
        (row.calls, row.reached, row.talk_seconds) = (found.calls, found.reached, found.seconds);
    }
    for (agent, done) in store::done_of_day(q, group, store_id, midnight).await? {
        board.row(Some(agent)).done = done;
    }
    for found in store::open_of_day(q, group, store_id, tomorrow, now).await? {
        let row = board.row(found.agent_id);
        (row.open, row.due_today, row.overdue) = (found.open, found.due, found.overdue);
    }
    Ok(board)
}

/// How far a store has come since it was set up.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// A visit or a delivery came in, from an import or by hand.
    pub recorded: bool,
    /// A follow-up was planned for one.
    pub planned: bool,
    pub first_call: bool,
}

/// # Errors
/// As the database answers.
pub async fn begun(q: &mut impl Sql, scope: &Scope) -> Result<Begun> {
    let store_id = scope.store()?;
    let (planned, first_call) = store::begun(q, scope.group, store_id).await?;
    let recorded = planned || people::vehicles::any_visit(q, scope.group, store_id).await?;
    Ok(Begun { recorded, planned, first_call })
}

/// Contacts without a number that could be dialled, counted up to 1,001.
/// # Errors
/// As the database answers.
pub async fn numbers_needed(q: &mut impl Sql, scope: &Scope) -> Result<i64> {
    store::numbers_needed_count(q, scope.group, scope.store()?).await
}
