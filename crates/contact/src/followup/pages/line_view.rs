//! A row of the queue as it is shown; the today page shows the same rows.

use kernel::{Millis, UserId};
use platform::http::Ui;
use std::collections::HashMap;

use super::words;
use crate::followup::queue::{Line, Why};
use crate::followup::rules::FollowupRules;

#[derive(Clone, Debug)]
pub struct KindPill {
    pub key: String,
    pub label: String,
    pub tone: &'static str,
}

/// Everything formatted; the number is masked.
pub struct LineView {
    pub id: String,
    pub person: String,
    /// `集团 · 蜀远物流` or the owner when somebody else is asked for.
    pub beside: Option<String>,
    pub phone: Option<String>,
    pub plate: Option<String>,
    pub series: Option<String>,
    pub kinds: Vec<KindPill>,
    pub due: String,
    pub due_tone: &'static str,
    pub why: String,
    /// It may not be called yet.
    pub waits: bool,
    pub attempts: i64,
    pub best_time: Option<String>,
    pub agent: Option<String>,
    pub taken: Option<String>,
}

pub fn lines(
    ui: &Ui,
    rules: &FollowupRules,
    names: &HashMap<UserId, String>,
    found: &[Line],
    today_ends: Millis,
) -> Vec<LineView> {
    found.iter().map(|line| view(ui, rules, names, line, today_ends)).collect()
}

fn view(ui: &Ui, rules: &FollowupRules, names: &HashMap<UserId, String>, line: &Line, today_ends: Millis) -> LineView {
    let (due, due_tone) = due(ui, line, today_ends);
    let beside = (line.fleet || line.customer != line.person).then(|| {
        if line.fleet { ui.k("queue-fleet").s("name", &line.customer).to_string() } else { line.customer.clone() }
    });
    LineView {
        id: line.id.to_string(),
        person: line.person.clone(),
        beside: beside.filter(|b| *b != line.person),
        phone: line.phone.as_ref().map(kernel::Phone::masked),
        plate: line.plate.as_ref().map(ToString::to_string),
        series: line.series.clone(),
        kinds: words::kind_pills(ui, rules, line.kinds.iter().map(String::as_str)),
        due,
        due_tone,
        why: why(ui, line),
        waits: line.waits_until.is_some() || line.why == Why::CaseOpen,
        attempts: line.attempts,
        best_time: line.best_time.as_deref().filter(|t| *t != "any").map(|t| words::best_time(ui, t)),
        agent: line.agent_id.and_then(|a| names.get(&a).cloned()),
        taken: line.taken_by.map(|u| names.get(&u).cloned().unwrap_or_default()),
    }
}

/// A promise stands for the deadline; `今天 17:30`, `明天`, `11-24`.
fn due(ui: &Ui, line: &Line, today_ends: Millis) -> (String, &'static str) {
    let tomorrow_ends = today_ends.plus(Millis::DAY);
    let at = line.promise_at.unwrap_or(line.due_at);
    let time = ui.day_time(&at);
    let text = match line.promise_at {
        Some(_) if at < today_ends => ui.k("queue-today-at").s("time", &time).to_string(),
        Some(_) => time,
        None if line.overdue => ui.k("queue-overdue-since").s("time", &time).to_string(),
        None if at < today_ends => ui.t("queue-today").into_owned(),
        None if at < tomorrow_ends => ui.t("queue-tomorrow").into_owned(),
        None => time.split(' ').next().unwrap_or(&time).to_owned(),
    };
    let tone = match line.why {
        Why::Promise | Why::Overdue => "bad",
        _ if line.overdue && line.promise_at.is_none() => "bad",
        Why::DueToday | Why::Recall => "warn",
        Why::PromisedLater | Why::NotYet | Why::PutAside | Why::Tried if at < today_ends => "warn",
        Why::PromisedLater | Why::Window | Why::Tried | Why::PutAside | Why::NotYet | Why::CaseOpen => "",
    };
    (text, tone)
}

fn why(ui: &Ui, line: &Line) -> String {
    match line.why {
        Why::PutAside => {
            let reason = line.aside.map(|a| ui.v("queue-aside", a).into_owned()).unwrap_or_default();
            ui.k("queue-why-put-aside").s("reason", reason).s("time", ui.day_time(&line.not_before)).to_string()
        }
        Why::NotYet => {
            let at = line.waits_until.unwrap_or(line.not_before);
            let later = ui.k("queue-why-not-yet").s("time", ui.day_time(&at)).to_string();
            // It keeps the place of its deadline and only waits there.
            if line.overdue { format!("{} · {later}", ui.v("queue-why", Why::Overdue)) } else { later }
        }
        Why::Tried => ui.k("queue-why-tried").n("n", line.attempts).to_string(),
        Why::Promise
        | Why::Overdue
        | Why::DueToday
        | Why::Recall
        | Why::Window
        | Why::PromisedLater
        | Why::CaseOpen => ui.v("queue-why", line.why).into_owned(),
    }
}
