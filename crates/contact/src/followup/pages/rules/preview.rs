//! The dry run beside the form: what the rule would have made of the last days' visits, now and as changed.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use kernel::{StoreDate, UserId};
use platform::http::{Desk, Failure, Ui};

use super::{Beside, name_of};
use crate::followup::dry_run::{self, Day, DryRun};
use crate::followup::people_port;
use crate::followup::plan;
use crate::followup::rules::Rule;

/// So many days back are tried.
const DAYS: i32 = 14;

#[derive(Template)]
#[template(path = "followup/pages/rules_preview.html")]
struct Preview {
    ui: Ui,
    samples: Vec<Sample>,
    days: i32,
    events: i64,
    /// All tasks, calls and skips.
    before: Sum,
    after: Sum,
    most: i64,
    rows: Vec<Line>,
    agents: Vec<Hand>,
}

#[derive(Default)]
struct Sum {
    tasks: i64,
    contacts: i64,
    skipped: i64,
    nobody: i64,
}

/// What becomes of an event on a certain day.
struct Sample {
    day: StoreDate,
    why: String,
    from: String,
    due: String,
    last: String,
}

struct Line {
    day: StoreDate,
    before: i64,
    after: i64,
    contacts: i64,
    /// Calls of each agent, in the order of `agents`.
    agents: Vec<(i64, i64)>,
}

struct Hand {
    name: String,
    before: i64,
    after: i64,
}

pub async fn of_rule(
    desk: &Desk,
    beside: &Beside,
    before: Option<&Rule>,
    after: Option<&Rule>,
) -> Result<String, Failure> {
    let Some(after) = after else { return Ok(String::new()) };
    let ui = desk.ui();
    let scope = desk.scope();
    let mut q = desk.reads();
    let old = run(&mut q, desk, beside, before).await?;
    let new = run(&mut q, desk, beside, Some(after)).await?;
    let staff = people_port::agents(&mut q, scope.group, scope.store()?).await?;
    let names: Vec<(UserId, String)> = staff.into_iter().map(|a| (a.id, a.name)).collect();
    let ids: BTreeSet<UserId> =
        old.days.values().chain(new.days.values()).flat_map(|d| &d.agents).map(|a| a.0).collect();
    let calls = |day: &Day, id: UserId| day.agents.iter().find(|a| a.0 == id).map_or(0, |a| a.1);
    let all: BTreeSet<StoreDate> = old.days.keys().chain(new.days.keys()).copied().collect();
    let none = Day::default();
    let rows = all.iter().map(|on| {
        let (was, is) = (old.days.get(on).unwrap_or(&none), new.days.get(on).unwrap_or(&none));
        Line {
            day: *on,
            before: was.tasks,
            after: is.tasks,
            contacts: is.contacts,
            agents: ids.iter().map(|id| (calls(was, *id), calls(is, *id))).collect(),
        }
    });
    let rows: Vec<Line> = rows.filter(|l| l.before > 0 || l.after > 0).collect();
    let total = |run: &DryRun, id: UserId| run.days.values().map(|d| calls(d, id)).sum::<i64>();
    let hands =
        ids.iter().map(|id| Hand { name: name_of(&names, *id), before: total(&old, *id), after: total(&new, *id) });
    let page = Preview {
        samples: samples(&ui, beside, after),
        days: DAYS,
        events: old.events.max(new.events),
        before: sum(&old.days),
        after: sum(&new.days),
        most: rows.iter().map(|l| l.before.max(l.after)).max().unwrap_or(1).max(1),
        agents: hands.collect(),
        rows,
        ui,
    };
    Ok(page.render()?)
}

async fn run(
    q: &mut platform::db::Reads,
    desk: &Desk,
    beside: &Beside,
    rule: Option<&Rule>,
) -> Result<DryRun, Failure> {
    match rule {
        Some(rule) if rule.active => Ok(dry_run::dry_run(q, desk.scope(), rule, DAYS, beside.now).await?),
        Some(_) | None => Ok(DryRun::default()),
    }
}

fn sum(days: &BTreeMap<StoreDate, Day>) -> Sum {
    days.values().fold(Sum::default(), |s, d| Sum {
        tasks: s.tasks + d.tasks,
        contacts: s.contacts + d.contacts,
        skipped: s.skipped + d.skipped,
        nobody: s.nobody + d.nobody,
    })
}

/// Today, the next Friday, and the last day before the next closed days that stand in the calendar.
fn samples(ui: &Ui, beside: &Beside, rule: &Rule) -> Vec<Sample> {
    let friday = (1..8).map(|n| beside.today.days_after(n)).find(|d| d.weekday_index() == 4);
    let holiday = beside.cal.days.keys().find(|d| **d > beside.today && !beside.cal.is_open_day(**d));
    let eve = holiday.map(|d| d.days_after(-1));
    let name = holiday.and_then(|d| beside.cal.day_name(*d)).unwrap_or_default().to_owned();
    let days = [
        (Some(beside.today), ui.t("rules-sample-today").into_owned()),
        (friday, ui.t("rules-sample-friday").into_owned()),
        (eve, ui.k("rules-sample-eve").s("name", name).to_string()),
    ];
    let sample = |(day, why): (Option<StoreDate>, String)| {
        let day = day?;
        let window = plan::window(rule, day, &beside.cal)?;
        // The expiry is the midnight that ends the last day.
        let last = beside.cal.date_of(window.expires_at.plus(-1));
        Some(Sample {
            day,
            why,
            from: ui.day_time(&window.from_at),
            due: ui.day_time(&window.due_at),
            last: ui.date(&last),
        })
    };
    days.into_iter().filter_map(sample).collect()
}

impl Preview {
    /// Width of a bar of at most 100.
    fn bar(&self, n: &i64) -> i64 {
        n * 100 / self.most
    }
    fn nobody(&self) -> bool {
        self.after.nobody > 0
    }
}
