//! C6: one contact bundles the open tasks of one person in one store whose windows overlap. Pure.

use kernel::{Millis, VehicleId};

use super::model::{Task, TaskState};
use super::rules::FollowupRules;

/// A moment at which all its tasks can be asked; empty ones are turned round.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    pub from_at: Millis,
    pub due_at: Millis,
}

impl Overlap {
    pub fn with(self, other: Self) -> Option<Self> {
        let met = Self { from_at: self.from_at.max(other.from_at), due_at: self.due_at.min(other.due_at) };
        (met.from_at <= met.due_at).then_some(met)
    }
    pub fn of(tasks: &[Task]) -> Option<Self> {
        let mut open = tasks.iter().filter(|t| t.is_open());
        let first = open.next()?;
        let met = Self { from_at: first.from_at, due_at: first.due_at };
        Some(open.fold(met, |met, t| Self { from_at: met.from_at.max(t.from_at), due_at: met.due_at.min(t.due_at) }))
    }
}

/// Joins `item` to the first of `groups` that it overlaps, else opens a new one; answers its index.
pub fn join(groups: &mut Vec<Overlap>, item: Overlap) -> usize {
    for (i, group) in groups.iter_mut().enumerate() {
        if let Some(met) = group.with(item) {
            *group = met;
            return i;
        }
    }
    groups.push(item);
    groups.len() - 1
}

/// What a contact stores of its open tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub kinds: String,
    pub vehicle_id: Option<VehicleId>,
    /// The earliest deadline rules.
    pub due_at: Millis,
    /// When all of them may be asked.
    pub from_at: Millis,
    /// When the last of them lapses.
    pub expires_at: Millis,
    pub attempts: i64,
    pub rank: i64,
}

/// `None` when no task is open.
pub fn columns(tasks: &[Task], rules: &FollowupRules) -> Option<Columns> {
    let mut open: Vec<&Task> = tasks.iter().filter(|t| t.is_open()).collect();
    open.sort_by_key(|t| (t.due_at, t.id));
    let first = *open.first()?;
    let mut kinds: Vec<&str> = Vec::new();
    for task in &open {
        if !kinds.contains(&task.kind.as_str()) {
            kinds.push(&task.kind);
        }
    }
    Some(Columns {
        kinds: format!(",{},", kinds.join(",")),
        vehicle_id: open.iter().find_map(|t| t.vehicle_id),
        due_at: first.due_at,
        from_at: open.iter().map(|t| t.from_at).max().unwrap_or(first.from_at).min(first.due_at),
        expires_at: open.iter().map(|t| t.expires_at).max().unwrap_or(first.expires_at),
        attempts: open.iter().map(|t| t.attempts).max().unwrap_or(0),
        rank: kinds.iter().map(|k| rules.priority(k)).min().unwrap_or(0),
    })
}

/// C6: at most `most` vehicles of a fleet are asked about in detail; the other open tasks count as merged. Tasks in `asked`
/// were asked about whatever their place; re-calls and tasks without a vehicle always are.
pub fn detailed(tasks: &[Task], asked: &[kernel::TaskId], most: usize) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..tasks.len()).filter(|i| tasks[*i].state == TaskState::Open).collect();
    order.sort_by_key(|i| (!asked.contains(&tasks[*i].id), tasks[*i].due_at, tasks[*i].id));
    let mut vehicles: Vec<VehicleId> = Vec::new();
    order.into_iter().partition(|i| {
        let task = &tasks[*i];
        let Some(vehicle) = task.vehicle_id.filter(|_| task.recall_case().is_none()) else { return true };
        if vehicles.contains(&vehicle) {
            return true;
        }
        let room = vehicles.len() < most || asked.contains(&task.id);
        if room {
            vehicles.push(vehicle);
        }
        room
    })
}
