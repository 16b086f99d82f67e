//! Calls on a customer's timeline: the outcome for everybody who may see the customer; what was said, by whom, and
//! the way to the call for those who may open it.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use kernel::{AttemptId, Cap, Problem, Reach, Result, Scope, StoreId, UserId};
use people::timeline::{Line, Teller, Told};
use platform::db::Sql;
use platform::http::{Desk, Ui};
use platform::rulebook::{self, Versioned};
use serde_json::Value;

use super::model::{Direction, Effect};
use super::outcome_words::OutcomeWords;
use super::people_port::user_names;
use super::store::{self, Answer, Remark, ToldCall};
use crate::scripts::ScriptBook;

/// Answers of one call on the page; the call has them all.
const MOST_ANSWERS: usize = 4;

platform::inventory::submit! { Teller { kinds: &["call"], tell: calls } }

/// As [`super::call::open`] lets in.
fn may_open(scope: &Scope, store: StoreId) -> bool {
    let may = scope.may(Cap::CallWork) || scope.reach(Cap::QueueSee) >= Some(Reach::Department);
    may && scope.store == Some(store)
}

/// The editions of the scripts that calls were made with.
type Books = HashMap<(StoreId, Option<i64>), Arc<Versioned<ScriptBook>>>;

async fn books(q: &mut impl Sql, scope: &Scope, calls: &[&ToldCall]) -> Result<Books> {
    let mut books = Books::new();
    for call in calls {
        let key = (call.store_id, call.script_version);
        if books.contains_key(&key) {
            continue;
        }
        let book = match key.1 {
            Some(version) => match rulebook::at_version(q, scope.group, key.0, version).await {
                Err(Problem::NotFound) => rulebook::current(q, scope.group, key.0).await?,
                found => found?,
            },
            None => rulebook::current(q, scope.group, key.0).await?,
        };
        books.insert(key, book);
    }
    Ok(books)
}

/// A page of calls in a handful of statements, however many they are.
fn calls(desk: Desk, lines: Vec<Line>) -> BoxFuture<'static, Result<HashMap<i64, Told>>> {
    Box::pin(async move {
        let (scope, ui) = (desk.scope(), desk.ui());
        let mut q = desk.reads();
        let ids: Vec<AttemptId> = lines.iter().map(|l| AttemptId::new(l.subject)).collect();
        let found = store::told_calls(&mut q, scope.group, &ids).await?;
        let store_of = |l: &Line| l.store_id.unwrap_or(StoreId::new(0));
        let saved_with: Vec<_> =
            lines.iter().map(|l| (store_of(l), found.get(&l.subject).and_then(|c| c.outcome_version))).collect();
        let outcomes = OutcomeWords::of(&mut q, scope.group, &saved_with).await?;
        let open: Vec<&ToldCall> = found.values().filter(|c| may_open(scope, c.store_id)).collect();
        let open_ids: Vec<AttemptId> = open.iter().map(|c| c.id).collect();
        let (mut answers, mut remarks, mut names, mut scripts) = (Vec::new(), Vec::new(), HashMap::new(), Books::new());
        if !open.is_empty() {
            answers = store::answers_of(&mut q, scope.group, &open_ids).await?;
            remarks = store::remarks_of(&mut q, scope.group, &open_ids).await?;
            let mut agents: Vec<UserId> = open.iter().map(|c| c.agent_id).collect();
            agents.sort_unstable();
            agents.dedup();
            names = user_names(&mut q, scope.group, &agents).await?;
            scripts = books(&mut q, scope, &open).await?;
        }
        let told = |l: &Line| {
            let call = found.get(&l.subject);
            let key = l.args.get("outcome").and_then(Value::as_str).unwrap_or_default();
            let outcome = outcomes.word(&ui, store_of(l), call.and_then(|c| c.outcome_version), key);
            let title = match call.map(|c| c.direction) {
                Some(Direction::In) => ui.k("timeline-call-in").s("outcome", outcome).to_string(),
                Some(Direction::Out) | None => ui.k("timeline-call").s("outcome", outcome).to_string(),
            };
            let mut told = Told { title, ..Told::default() };
            if let Some(call) = call {
                if call.revoked_at.is_some() {
                    told.struck = true;
                    told.pill = Some((String::new(), ui.t("call-past-struck").into_owned()));
                }
                if may_open(scope, call.store_id) {
                    told.href = Some(format!("/calls/{}", call.contact_id));
                    let tries = (call.tries_before > 0)
                        .then(|| ui.k("timeline-call-tries").n("tries", call.tries_before).to_string());
                    let who = names.get(&call.agent_id).cloned();
                    told.beside = who.into_iter().chain(tries).collect::<Vec<_>>().join(" · ");
                    let book = scripts.get(&(call.store_id, call.script_version)).map(|b| &b.body);
                    told.more = said(&ui, book, call, &answers, &remarks);
                }
            }
            (l.id, told)
        };
        Ok(lines.iter().map(told).collect())
    })
}

/// Bad answers first, a line each, then some of the good ones in one; every remark; the agent's note.
fn said(ui: &Ui, book: Option<&ScriptBook>, call: &ToldCall, answers: &[Answer], remarks: &[Remark]) -> Vec<String> {
    let pair = |question: String, answer: String| {
        ui.k("call-past-answer").s("question", question).s("answer", answer).to_string()
    };
    let answer = |a: &Answer| {
        let question = book?.scripts.iter().find_map(|s| s.question(&a.question))?;
        let option = a.option_key.as_deref().and_then(|k| question.option(k)).map(|o| ui.label(&o.label));
        let words = option.into_iter().chain(a.text.clone()).collect::<Vec<_>>().join(&ui.t("timeline-between"));
        (!words.is_empty()).then(|| pair(ui.label(&question.short), words))
    };
    let (mut poor, mut good) = (Vec::new(), Vec::new());
    for a in answers.iter().filter(|a| a.attempt_id == call.id) {
        match a.effect {
            Effect::Bad | Effect::Improve => poor.extend(answer(a)),
            Effect::Good => good.extend(answer(a)),
            // Words that somebody typed beside a plain option are worth a line.
            Effect::Neutral if a.text.is_some() => poor.extend(answer(a)),
            Effect::Neutral => {}
        }
    }
    let all = poor.len() + good.len();
    poor.truncate(MOST_ANSWERS);
    good.truncate(MOST_ANSWERS - poor.len());
    let left = all - poor.len() - good.len();
    let mut lines = poor;
    if !good.is_empty() {
        lines.push(good.join(&ui.t("timeline-between")));
    }
    if left > 0 {
        lines.push(ui.k("timeline-answers-more").n("count", i64::try_from(left).unwrap_or(0)).to_string());
    }
    lines.extend(remarks.iter().filter(|r| r.attempt_id == call.id).map(|r| {
        let about = r.person.as_ref().map(|p| ui.k("timeline-about").s("name", p).to_string()).unwrap_or_default();
        pair(format!("{}{about}", ui.v("call-mark", r.mark)), r.text.clone())
    }));
    lines.extend(call.note.clone().map(|note| pair(ui.t("timeline-note").into_owned(), note)));
    lines
}
