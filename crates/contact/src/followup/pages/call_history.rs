//! What was before: visits, calls and cases of the customer, newest first; a call with what it recorded.

use std::collections::HashMap;

use kernel::{AttemptId, Millis, Result};
use people::timeline::{self, Told};
use platform::http::{Desk, Ui};

use super::call_data::CallData;
use crate::followup::call::{Answer, Remark};
use crate::followup::model::{Attempt, Effect};
use crate::followup::outcome_words::OutcomeWords;
use crate::followup::{attempts, store};

/// Rows on the screen.
const SHOWN: i64 = 12;
/// "Within half a year".
const HALF_YEAR: i64 = 183 * Millis::DAY;

pub struct Past {
    pub day: String,
    pub text: String,
    pub more: Option<String>,
    /// Answers, words and marks of a call, a line each.
    pub details: Vec<String>,
    pub pill: Option<(String, String)>,
    pub href: Option<String>,
    /// Taken back: it stays, struck out.
    pub struck: bool,
    /// It may still be taken back: contact and call.
    pub undo: Option<(String, String)>,
}

/// # Errors
/// As the database answers.
pub async fn load(desk: &Desk, data: &CallData) -> Result<Vec<Past>> {
    let scope = desk.scope();
    let mut q = desk.reads();
    let mut lines = timeline::of(&mut q, scope, data.customer_id(), None, 3 * SHOWN).await?;
    // That a call was taken back is said where it stands.
    lines.retain(|l| l.kind != "call_revoked");
    lines.truncate(usize::try_from(SHOWN).unwrap_or(12));
    let calls: Vec<AttemptId> = lines.iter().filter(|l| l.kind == "call").map(|l| AttemptId::new(l.subject)).collect();
    let answers = store::answers_of(&mut q, scope.group, &calls).await?;
    let remarks = store::remarks_of(&mut q, scope.group, &calls).await?;
    let ui = desk.ui();
    let store_id = data.view.contact.store_id;
    let saved_with: Vec<_> = data.view.calls.iter().map(|c| (store_id, c.outcome_version)).collect();
    let words = OutcomeWords::of(&mut q, scope.group, &saved_with).await?;
    let mut past = Vec::with_capacity(lines.len());
    // Calls are told here, with what was recorded and whether it may be taken back.
    let others = lines.iter().filter(|l| l.kind != "call").cloned().collect();
    let mut told: HashMap<i64, Told> =
        timeline::tell(desk, others).await?.into_iter().map(|(l, told)| (l.id, told)).collect();
    for line in lines {
        let day = ui.date(&data.context.cal.date_of(line.at));
        if line.kind != "call" {
            past.extend(told.remove(&line.id).map(|told| of_line(day, told)));
            continue;
        }
        let id = AttemptId::new(line.subject);
        let Some(call) = data.view.calls.iter().find(|c| c.id == id) else { continue };
        let outcome = words.word(&ui, store_id, call.outcome_version, &call.outcome);
        let mut details = recorded(&ui, data, id, &answers, &remarks);
        details.extend(call.note.clone());
        let may = match attempts::revocable(&mut q, scope, id, desk.now()).await {
            Ok(may) => may,
            Err(kernel::Problem::NotFound) => None,
            Err(other) => return Err(other),
        };
        past.push(Past {
            day,
            text: ui.k("call-past-call").s("outcome", outcome).to_string(),
            more: call.revoked_at.map(|_| ui.t("call-past-struck").into_owned()),
            details,
            pill: None,
            href: None,
            struck: call.revoked_at.is_some(),
            undo: may.map(|m| (call.contact_id.to_string(), m.attempt.to_string())),
        });
    }
    Ok(past)
}

fn of_line(day: String, told: Told) -> Past {
    let beside = [told.beside, told.detail].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ");
    Past {
        day,
        text: told.title,
        more: Some(beside).filter(|b| !b.is_empty()),
        details: told.more,
        pill: told.pill,
        href: told.href,
        struck: told.struck,
        undo: None,
    }
}

/// `等待时间：一般（取车排队 25 分钟）`; what was simply good is not listed.
fn recorded(ui: &Ui, data: &CallData, call: AttemptId, answers: &[Answer], remarks: &[Remark]) -> Vec<String> {
    let told = |a: &Answer| {
        let quiet = matches!(a.effect, Effect::Good | Effect::Neutral) && a.text.is_none();
        let question = data.book.body.scripts.iter().find_map(|s| s.question(&a.question)).filter(|_| !quiet)?;
        let option = a.option_key.as_deref().and_then(|k| question.option(k)).map(|o| ui.label(&o.label));
        let parts = [option, a.text.clone()].into_iter().flatten().collect::<Vec<_>>().join("，");
        Some(ui.k("call-past-answer").s("question", ui.label(&question.short)).s("answer", parts).to_string())
    };
    let answers = answers.iter().filter(|a| a.attempt_id == call).filter_map(told);
    let said = |r: &Remark| {
        let mark = ui.v("call-mark", r.mark).into_owned();
        ui.k("call-past-answer").s("question", mark).s("answer", &r.text).to_string()
    };
    answers.chain(remarks.iter().filter(|r| r.attempt_id == call).map(said)).collect()
}

/// What whoever was called before told about the next try: who answered, when to call, what was noted.
/// # Errors
/// As the database answers.
pub async fn last_words(desk: &Desk, data: &CallData) -> Result<Vec<String>> {
    let ui = &desk.ui();
    let tries: Vec<_> = data.view.attempts.iter().map(|a| (a.store_id, a.outcome_version)).collect();
    let outcomes = OutcomeWords::of(&mut desk.reads(), desk.scope().group, &tries).await?;
    let outcome = |a: &Attempt| outcomes.word(ui, a.store_id, a.outcome_version, &a.outcome);
    let told = |a: &Attempt| {
        let note = a.note.clone().filter(|n| Some(n) != a.who_when.as_ref());
        let words = a.who_when.clone().into_iter().chain(note).collect::<Vec<_>>().join("；");
        (!words.is_empty()).then(|| {
            ui.k("call-last-words")
                .s("time", ui.day_time(&a.ended_at))
                .s("outcome", outcome(a))
                .s("words", words)
                .to_string()
        })
    };
    Ok(data.view.attempts.iter().rev().filter(|a| a.revoked_at.is_none()).filter_map(told).take(3).collect())
}

/// Complaints of the customer within half a year, as far as the history on the screen tells.
/// # Errors
/// As the database answers.
pub async fn complaints(desk: &Desk, data: &CallData) -> Result<i64> {
    let since = desk.now().plus(-HALF_YEAR);
    let lines =
        timeline::of_kinds(&mut desk.reads(), desk.scope(), data.customer_id(), &["case_opened"], None, 50).await?;
    Ok(i64::try_from(lines.iter().filter(|l| l.at >= since).count()).unwrap_or(0))
}
