//! What every verb needs to know of the store: its calendar and the rules in force.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{ContactId, GroupId, Millis, Result, StoreDate, StoreId, WorkCalendar};
use platform::db::{Sql, Tx};
use platform::rulebook::{self, Versioned};

use super::bundle;
use super::hours::CallHours;
use super::model::{Contact, ContactState, Task};
use super::rules::{FollowupRules, Spacing};
use super::{people_port, store};

/// Read once per transaction.
#[derive(Clone)]
pub struct Context {
    pub group: GroupId,
    pub store: StoreId,
    pub cal: Arc<WorkCalendar>,
    pub rules: Arc<Versioned<FollowupRules>>,
}

impl Context {
    /// # Errors
    /// `NotFound` for a store that is not the group's.
    pub async fn of(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Self> {
        let cal = people_port::calendar(q, group, store).await?;
        let rules = rulebook::current::<FollowupRules>(q, group, store).await?;
        Ok(Self { group, store, cal, rules })
    }

    pub fn rules(&self) -> &FollowupRules {
        &self.rules.body
    }

    /// C6: of a fleet so many vehicles are asked about in detail; somebody with four cars of their own is asked about
    /// each.
    pub fn most_vehicles(&self, fleet: bool) -> usize {
        if fleet { self.rules().max_vehicles() } else { usize::MAX }
    }

    /// The kinds of task that nobody is called for at this moment: their windows are shut.
    pub fn shut_kinds(&self, now: Millis) -> Vec<String> {
        let rules = self.rules();
        let kinds = rules.rules.iter().map(|r| r.key.as_str()).chain([super::model::RECALL]);
        kinds.filter(|kind| !CallHours::new(&self.cal, rules.windows(kind)).is_open(now)).map(str::to_owned).collect()
    }

    pub fn today(&self, now: Millis) -> StoreDate {
        self.cal.date_of(now)
    }

    /// The store's next open day after today, from midnight to midnight: "tomorrow" as people at work mean it.
    pub fn next_open_day(&self, now: Millis) -> (Millis, Millis) {
        let next = self.today(now).days_after(1);
        let day = self.cal.next_open_day(next).unwrap_or(next);
        (self.cal.at(day, 0), self.cal.at(day, 1440))
    }

    /// The midnight that ends the day of `now`.
    pub fn tomorrow(&self, now: Millis) -> Millis {
        self.cal.at(self.today(now), 1440)
    }

    /// Call hours and spacing of a contact: those of its most urgent open task, the widest spacing of all.
    pub fn manner<'a>(&'a self, tasks: &[Task]) -> (CallHours<'a>, Spacing) {
        let mut open: Vec<&Task> = tasks.iter().filter(|t| t.is_open()).collect();
        open.sort_by_key(|t| (t.due_at, t.id));
        let windows = self.rules().windows(open.first().map_or("", |t| t.kind.as_str()));
        let mut spacing = Spacing { hours: 0, different_half_days: false };
        for task in &open {
            let own = self.rules().spacing(&task.kind);
            spacing.hours = spacing.hours.max(own.hours);
            spacing.different_half_days |= own.different_half_days;
        }
        (CallHours::new(&self.cal, windows), spacing)
    }

    /// The one place where a contact's stored columns follow from its tasks. Without an open task it is done.
    pub fn refresh(&self, contact: &mut Contact, tasks: &[Task], now: Millis) {
        let Some(columns) = bundle::columns(tasks, self.rules()) else {
            contact.state = ContactState::Done;
            contact.closed_at = Some(now);
            contact.promise_at = None;
            contact.lease_user = None;
            contact.lease_until = Millis(0);
            return;
        };
        contact.kinds = columns.kinds;
        contact.vehicle_id = columns.vehicle_id;
        contact.due_at = columns.due_at;
        contact.from_at = columns.from_at;
        contact.expires_at = columns.expires_at;
        contact.attempts = columns.attempts;
        contact.rank = columns.rank;
        if contact.promise_at.is_none() {
            contact.not_before = contact.not_before.max(columns.from_at);
        }
    }
}

/// Tasks by the contact they belong to.
/// # Errors
/// As the database answers.
pub async fn tasks_by_contact(tx: &mut Tx, contacts: &[ContactId]) -> Result<HashMap<ContactId, Vec<Task>>> {
    let group = tx.scope().group;
    let mut map: HashMap<ContactId, Vec<Task>> = HashMap::new();
    if contacts.is_empty() {
        return Ok(map);
    }
    for task in store::tasks_of(tx, group, contacts).await? {
        if let Some(contact) = task.contact_id {
            map.entry(contact).or_default().push(task);
        }
    }
    Ok(map)
}
