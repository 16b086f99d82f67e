use askama::Template;
use kernel::{Cap, Millis, Reach};
use platform::http::{Answer, Desk, Failure, Ui};
use std::collections::HashMap;

use super::steps::{self, Step};

use super::board::{self, Table};
use crate::followup::board::{self as days, Row};
use crate::followup::queue::{self, Counts, Filter, Why};
use crate::followup::{Context, KindPill, LineView, kind_pills, lines};

/// Rows shown on the today page; the rest is behind "all".
const SHOWN: usize = 8;

#[derive(Template)]
#[template(path = "today/page.html")]
struct TodayPage {
    ui: Ui,
    greeting: &'static str,
    day: String,
    agent: Option<AgentPart>,
    team: Option<Table>,
    steps: Vec<Step>,
    /// HTML of capabilities above: rates, cases, escalations.
    figures: String,
    cases: String,
    alerts: String,
    admin: String,
    numbers: i64,
}

/// The agent's own day.
struct AgentPart {
    counts: Counts,
    kinds: Vec<(KindPill, i64)>,
    lines: Vec<LineView>,
    row: Row,
    average: Option<i64>,
    /// Promises of today and of the next day.
    promised: Vec<LineView>,
    tomorrow: Vec<LineView>,
}

impl TodayPage {
    /// Whether the list of what needs attention has anything of its own.
    fn shows_alerts(&self) -> bool {
        (self.nothing_to_watch() && self.admin.is_empty()) || !self.only_cases()
    }
    fn only_cases(&self) -> bool {
        let promised = self.agent.as_ref().is_some_and(|a| !a.promised.is_empty() || !a.tomorrow.is_empty());
        self.alerts.trim().is_empty() && !promised && self.numbers == 0
    }
    /// Neither a queue nor a team: what needs attention is the page.
    fn works_alone(&self) -> bool {
        self.agent.is_none() && self.team.is_none()
    }
    fn nothing_to_watch(&self) -> bool {
        self.only_cases() && self.cases.trim().is_empty()
    }
}

impl AgentPart {
    /// Done today, and what today still asks for.
    fn goal(&self) -> i64 {
        self.row.done + self.counts.due_today
    }
    /// A deadline has passed: the day is behind its goal, however much is done.
    const fn is_behind(&self) -> bool {
        self.row.overdue > 0
    }
}

/// GET /
pub async fn show(desk: Desk) -> Answer {
    let scope = desk.scope();
    let ui = desk.ui();
    if scope.store.is_none() {
        let page = TodayPage {
            greeting: "today-hello",
            day: ui.today().map(|d| d.to_string()).unwrap_or_default(),
            agent: None,
            team: None,
            steps: Vec::new(),
            figures: desk.slot("today.figures", 0).await?,
            cases: desk.slot("today.cases", 0).await?,
            alerts: desk.slot("today.alerts", 0).await?,
            admin: desk.slot("today.admin", 0).await?,
            numbers: 0,
            ui,
        };
        return desk.page(&page);
    }
    let mut q = desk.reads();
    let context = Context::of(&mut q, scope.group, scope.store()?).await?;
    let now = desk.now();
    let steps = steps::of(&mut q, scope, &ui).await?;
    let agent = if scope.may(Cap::CallWork) { agent_part(&desk, &context, now).await? } else { None };
    let sees_team = scope.may(Cap::QueueSee);
    let page = TodayPage {
        greeting: greeting(&context, now),
        day: day(&ui, &context, now),
        agent,
        team: if sees_team { Some(board::table(&desk).await?) } else { None },
        figures: desk.slot("today.figures", 0).await?,
        cases: desk.slot("today.cases", 0).await?,
        alerts: desk.slot("today.alerts", 0).await?,
        admin: desk.slot("today.admin", 0).await?,
        numbers: if sees_team || scope.may(Cap::CallWork) { days::numbers_needed(&mut q, scope).await? } else { 0 },
        steps,
        ui,
    };
    desk.page(&page)
}

fn greeting(context: &Context, now: Millis) -> &'static str {
    match context.cal.local(now).1.minute_of_day() / 60 {
        5..=10 => "today-morning",
        11..=12 => "today-noon",
        13..=17 => "today-afternoon",
        _ => "today-evening",
    }
}

/// `11 月 22 日 星期日`
fn day(ui: &Ui, context: &Context, now: Millis) -> String {
    let day = context.today(now);
    let weekday = ui.v("today-weekday", day.weekday_index() + 1);
    ui.k("today-date")
        .n("month", i64::from(day.month()))
        .n("day", i64::from(day.day()))
        .s("weekday", weekday)
        .to_string()
}

async fn agent_part(desk: &Desk, context: &Context, now: Millis) -> Result<Option<AgentPart>, Failure> {
    let scope = desk.scope();
    let ui = desk.ui();
    let mut q = desk.reads();
    let counts = queue::counts(&mut q, scope, &Filter::default(), now).await?;
    let mut page = queue::page(&mut q, scope, &Filter::default(), now).await?;
    let ends = context.tomorrow(now);
    let names = HashMap::new();
    let shown = |found: &[queue::Line]| lines(&ui, context.rules(), &names, found, ends);
    let promised: Vec<queue::Line> = page
        .rows
        .iter()
        .filter(|l| matches!(l.why, Why::Promise | Why::PromisedLater) && l.promise_at.is_some_and(|at| at < ends))
        .cloned()
        .collect();
    page.rows.truncate(SHOWN);
    let row = days::of_agent(&mut q, scope, context.cal.at(context.today(now), 0), ends, now).await?;
    let kinds = counts
        .by_kind
        .iter()
        .filter_map(|(key, n)| Some((kind_pills(&ui, context.rules(), [key.as_str()]).pop()?, *n)));
    let tomorrow = queue::promised_tomorrow(&mut q, scope, now).await?;
    // Whoever calls only now and then sees a queue when there is one.
    let idle = counts.all == 0 && row.calls == 0 && tomorrow.is_empty();
    if idle && scope.reach(Cap::CallWork) != Some(Reach::Own) {
        return Ok(None);
    }
    Ok(Some(AgentPart {
        kinds: kinds.collect(),
        lines: shown(&page.rows),
        promised: shown(&promised),
        tomorrow: shown(&tomorrow),
        average: row.average(),
        row,
        counts,
    }))
}
