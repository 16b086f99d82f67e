//! How many tasks a rule would make, per day and agent, before it is put in force.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::{Cap, Millis, Problem, Result, Scope, StoreDate, UserId};
use platform::db::Sql;

use super::context::Context;
use super::model::SubjectKind;
use super::people_port;
use super::plan::{self, Against, Decision, Window};
use super::rules::{EventKind, Rule};
use super::share::{self, Hand};

/// One day on which windows of the draft would begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    pub tasks: i64,
    /// Calls: tasks of one person that fall due together.
    pub contacts: i64,
    pub skipped: i64,
    /// What each agent would get of the contacts.
    pub agents: Vec<(UserId, i64)>,
    /// Contacts for which nobody would be there.
    pub nobody: i64,
}

#[derive(Clone, Debug, Default)]
pub struct DryRun {
    /// The events looked at: those of the last `days` days.
    pub events: i64,
    pub days: BTreeMap<StoreDate, Day>,
}

const MOST_EVENTS: i64 = 200_000;

/// Applies a draft to the events of the store's last `days` days (1 to 92), as if each had been planned on its own
/// day. Skips for open cases are those of today; calls made since do not count against an event.
/// # Errors
/// `Forbidden` without `rule.edit`, `Invalid` for a period out of range.
pub async fn dry_run(q: &mut impl Sql, scope: &Scope, draft: &Rule, days: i32, now: Millis) -> Result<DryRun> {
    scope.need(Cap::RuleEdit)?;
    if !(1..=92).contains(&days) {
        return Err(Problem::invalid("days", "out-of-range"));
    }
    let store_id = scope.store()?;
    let context = Context::of(q, scope.group, store_id).await?;
    let kind = match draft.event {
        EventKind::RepairOrder => SubjectKind::RepairOrder,
        EventKind::Delivery => SubjectKind::Delivery,
    };
    let today = context.today(now);
    let since = today.days_after(-days);
    let mut run = DryRun::default();
    let mut windows: HashMap<StoreDate, Option<Window>> = HashMap::new();
    // Persons by the day on which their window begins and the day it ends.
    let mut persons: BTreeMap<StoreDate, HashSet<(String, StoreDate)>> = BTreeMap::new();
    let mut after = i64::MIN;
    while run.events < MOST_EVENTS {
        let ids = people_port::events_since(q, scope.group, store_id, kind, since, after, 2_000).await?;
        let Some(last) = ids.last().copied() else { break };
        after = last;
        let events = people_port::event_facts(q, scope.group, kind, &ids).await?;
        let mut customers: Vec<_> = events.iter().map(|e| e.customer_id).collect();
        customers.sort_unstable();
        customers.dedup();
        let blocked: HashSet<_> = people_port::blocks(q, scope.group, store_id, &customers)
            .await?
            .into_iter()
            .map(|b| b.customer_id)
            .collect();
        for event in events {
            let event_on = event.event_on(draft);
            if event_on < since || event_on > today {
                continue;
            }
            run.events += 1;
            let window = *windows.entry(event_on).or_insert_with(|| plan::window(draft, event_on, &context.cal));
            let against = Against { case_open: blocked.contains(&event.customer_id), contacted_at: None };
            let on_its_day = context.cal.at(event_on, 0);
            match plan::decide(&event, draft, window, against, None, on_its_day) {
                Decision::Plan(window) => {
                    run.days.entry(window.from_on).or_default().tasks += 1;
                    let key = event.person(draft).key;
                    persons.entry(window.from_on).or_default().insert((key, window.due_on));
                }
                Decision::Skip(window, _) => run.days.entry(window.from_on).or_default().skipped += 1,
                Decision::Late(_) | Decision::Nothing => {}
            }
        }
    }
    let agents = people_port::agents(q, scope.group, store_id).await?;
    for (from_on, persons) in persons {
        let day = run.days.entry(from_on).or_default();
        day.contacts = i64::try_from(persons.len()).unwrap_or(i64::MAX);
        // Absences of today say nothing about other days: shares alone decide.
        let mut hands: Vec<Hand> =
            agents.iter().map(|a| Hand { user: a.id, share: a.share, load: 0, absent: None }).collect();
        for _ in 0..day.contacts {
            if share::deal(&mut hands, from_on).is_none() {
                day.nobody += 1;
            }
        }
        day.agents = hands.into_iter().filter(|h| h.share > 0).map(|h| (h.user, h.load)).collect();
    }
    Ok(run)
}
