//! What people do with a case. Each verb is one transaction; `seen` is the version the person had before their eyes.

use kernel::{Cap, CaseId, FieldErrors, Millis, Problem, Result, Scope, TaskId};
use platform::db::{Db, Sql, Tx};
use platform::{rulebook, transact};
use serde_json::json;

use super::clocks::{ClockBook, ClockKey};
use super::kinds::{FieldType, KindBook};
use super::list::Sight;
use super::model::{Act, Cause, CauseKind, Contact, Outcome, StepKind};
use super::ports::{self, Dialled, Talk};
use super::record::{self, Line};
use super::store::{self, CaseRow};

const MOST_CHARS: usize = 2_000;

/// The case, if this reader may see it.
/// # Errors
/// `NotFound` when it is not for these eyes.
pub async fn read(q: &mut impl Sql, scope: &Scope, id: CaseId) -> Result<CaseRow> {
    let sight = Sight::of(scope, Cap::CaseRead)?;
    store::find(q, scope, &sight, id).await?.ok_or(Problem::NotFound)
}

/// As [`read`], for somebody who wants to act with `cap`.
pub(super) async fn to_act(tx: &mut Tx, cap: Cap, id: CaseId, seen: i64) -> Result<CaseRow> {
    let scope = tx.scope().clone();
    let case = read(tx, &scope, id).await?;
    let sight = Sight::of(&scope, cap)?;
    if store::find(tx, &scope, &sight, id).await?.is_none() {
        return Err(Problem::Forbidden);
    }
    if case.version != seen {
        return Err(Problem::Conflict("case-changed"));
    }
    Ok(case)
}

pub(super) fn open_only(case: &CaseRow) -> Result<()> {
    if case.state()?.is_open() { Ok(()) } else { Err(Problem::Refused("case-closed")) }
}

pub(super) fn words<'a>(errors: &mut FieldErrors, field: &'static str, raw: &'a str) -> &'a str {
    let text = raw.trim();
    if text.is_empty() {
        errors.add(field, "case-required");
    } else if text.chars().count() > MOST_CHARS {
        errors.add(field, "case-too-long");
    }
    text
}

pub(super) fn needed<'a>(field: &'static str, raw: &'a str) -> Result<&'a str> {
    let mut errors = FieldErrors::default();
    let text = words(&mut errors, field, raw);
    errors.into_result()?;
    Ok(text)
}

/// C3: the customer was spoken to; stops the 24-hour clock.
/// # Errors
/// As [`super::take`]; `Invalid` without words.
pub async fn contact(db: &Db, scope: &Scope, id: CaseId, seen: i64, text: &str) -> Result<()> {
    let me = scope.user()?;
    let text = needed("text", text)?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        let mut after = case.clone();
        let (due, clocks) = due(tx, &case, ClockKey::Result).await?;
        after.put(&case.state()?.after(Act::Contact { contact: Contact { at: tx.now(), by: me }, due })?);
        after.owner_id = case.owner_id.or(Some(me));
        after.touched = true;
        let minutes = tx.now().since(case.opened_at) / Millis::MINUTE;
        let late = tx.now() > case.contact_due_at;
        let line = Line::new(StepKind::Contacted, Some(text));
        record::keep(tx, &case, &after, line.with(json!({ "minutes": minutes, "late": late, "clocks": clocks }))).await
    })
}

/// What was found and done, as the form has it.
#[derive(Clone, Debug, Default)]
pub struct ResultForm {
    pub cause_kind: String,
    pub cause: String,
    pub text: String,
}

/// B8.4d, e: cause and measures are recorded, and an agent re-calls within three days.
/// # Errors
/// As [`super::take`]; `Invalid` naming every empty field.
pub async fn resolve(db: &Db, scope: &Scope, id: CaseId, seen: i64, form: &ResultForm) -> Result<()> {
    let mut errors = FieldErrors::default();
    let kind = errors.take("cause_kind", CauseKind::parse(&form.cause_kind).ok_or("case-required"));
    let cause = words(&mut errors, "cause", &form.cause);
    let text = words(&mut errors, "text", &form.text);
    errors.into_result()?;
    let kind = kind.ok_or(Problem::invalid("cause_kind", "case-required"))?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        let now = tx.now();
        let (due, clocks) = due(tx, &case, ClockKey::Recall).await?;
        let outcome = Outcome { cause: Cause { kind, text: cause.to_owned() }, text: text.to_owned(), at: now };
        let mut after = case.clone();
        after.put(&case.state()?.after(Act::Resolve { outcome, recall_due: due })?);
        after.owner_id = case.owner_id.or(tx.scope().user);
        after.touched = true;
        after.recall_task_id = Some(plan(tx, &case, due).await?);
        let line = Line::new(StepKind::Result, Some(text));
        record::keep(tx, &case, &after, line.with(json!({ "cause_kind": kind, "cause": cause, "clocks": clocks })))
            .await
    })
}

/// When a clock that starts now runs out, by the store's calendar, and the version of the clocks that says so.
pub(super) async fn due(tx: &mut Tx, case: &CaseRow, key: ClockKey) -> Result<(Millis, i64)> {
    let (group, now) = (tx.scope().group, tx.now());
    let calendar = ports::calendar(tx, group, case.store_id).await?;
    let clocks = rulebook::current::<ClockBook>(tx, group, case.store_id).await?;
    Ok((clocks.body.due(key, &calendar, now), clocks.version))
}

async fn plan(tx: &mut Tx, case: &CaseRow, due: Millis) -> Result<TaskId> {
    let talk = Talk {
        store: case.store_id,
        case: case.id,
        customer: case.customer_id,
        vehicle: case.vehicle_id,
        phone_line: case.phone_line_id,
        from: tx.now(),
        due,
    };
    ports::plan_recall(tx, &talk).await
}

/// Plans another re-call after one that ended without an answer.
/// # Errors
/// As [`super::take`]; `Refused` while one is still planned.
pub async fn recall_again(db: &Db, scope: &Scope, id: CaseId, seen: i64) -> Result<()> {
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        let (due, clocks) = due(tx, &case, ClockKey::Recall).await?;
        let mut after = case.clone();
        after.put(&case.state()?.after(Act::RecallAgain { due })?);
        after.touched = true;
        after.recall_task_id = Some(plan(tx, &case, due).await?);
        record::keep(
            tx,
            &case,
            &after,
            Line::new(StepKind::Recall, None).with(json!({ "again": true, "clocks": clocks })),
        )
        .await
    })
}

/// Fills in or corrects fields of the record. An empty value empties the field; a number of a telephone stays.
/// # Errors
/// As [`super::take`]; `Invalid` naming every field that does not read.
pub async fn fill(
    db: &Db,
    scope: &Scope,
    id: CaseId,
    seen: i64,
    given: &[(String, String)],
    title: Option<&str>,
) -> Result<()> {
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        open_only(&case)?;
        let group = tx.scope().group;
        let book = rulebook::at_version::<KindBook>(tx, group, case.store_id, case.kinds_version).await?;
        let kind = book.body.kind(&case.kind).ok_or(Problem::NotFound)?;
        let mut values = case.values();
        let mut changed = Vec::new();
        let mut errors = FieldErrors::default();
        for (key, raw) in given {
            let Some(field) = book.body.field(key).filter(|_| kind.fields.contains(key)) else { continue };
            match field.read(raw) {
                Ok(Some(value)) if values.get(key) != Some(&value) => {
                    values.insert(key.clone(), value);
                    changed.push(key.as_str());
                }
                Ok(Some(_)) => {}
                Ok(None) if field.of == FieldType::Phone => {}
                Ok(None) if values.remove(key).is_some() => changed.push(key.as_str()),
                Ok(None) => {}
                Err(code) => errors.add(key.clone(), code),
            }
        }
        errors.into_result()?;
        let mut after = case.clone();
        if let Some(title) = title.map(str::trim).filter(|t| *t != case.title) {
            after.title = title.chars().take(60).collect();
            changed.push("title");
        }
        if changed.is_empty() {
            return Ok(());
        }
        let changed = json!({ "fields": changed });
        after.fields = json!(values);
        after.touched = true;
        record::keep(tx, &case, &after, Line::new(StepKind::Field, None).with(changed)).await
    })
}

/// # Errors
/// As [`contact`].
pub async fn note(db: &Db, scope: &Scope, id: CaseId, seen: i64, text: &str) -> Result<()> {
    let text = needed("text", text)?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        let mut after = case.clone();
        after.touched = true;
        record::keep(tx, &case, &after, Line::new(StepKind::Note, Some(text))).await
    })
}

/// B8.4c: a major case goes straight to the general manager.
/// # Errors
/// As [`contact`]; `Refused` while it waits there for a decision.
pub async fn escalate(db: &Db, scope: &Scope, id: CaseId, seen: i64, text: &str) -> Result<()> {
    let text = needed("text", text)?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        open_only(&case)?;
        if case.is_escalated() {
            return Err(Problem::Refused("case-escalated-already"));
        }
        let mut after = case.clone();
        after.touched = true;
        raise(tx, &case, after, Line::new(StepKind::Escalated, Some(text))).await
    })
}

/// Puts the case before those who decide.
pub(super) async fn raise(tx: &mut Tx, case: &CaseRow, mut after: CaseRow, line: Line<'_>) -> Result<()> {
    (after.escalated_at, after.decided_at) = (Some(tx.now()), None);
    record::keep(tx, case, &after, line).await?;
    let group = tx.scope().group;
    let deciders = ports::holders(tx, group, case.store_id, Cap::CaseDecide, None).await?;
    record::notify(tx, &deciders, "case_escalated", &after).await
}

/// The general manager's word on an escalated case.
/// # Errors
/// As [`contact`]; `Refused` when it was not escalated.
pub async fn decide(db: &Db, scope: &Scope, id: CaseId, seen: i64, text: &str) -> Result<()> {
    let text = needed("text", text)?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseDecide, id, seen).await?;
        open_only(&case)?;
        if case.escalated_at.is_none() {
            return Err(Problem::Refused("case-not-escalated"));
        }
        let mut after = case.clone();
        after.touched = true;
        after.decided_at = Some(tx.now());
        record::keep(tx, &case, &after, Line::new(StepKind::Decided, Some(text))).await?;
        let mut told = super::open::managers(tx, case.store_id, case.department).await?;
        told.extend(case.owner_id);
        told.sort_unstable();
        told.dedup();
        record::notify(tx, &told, "case_decided", &after).await
    })
}

/// Closes a case whose re-call brought no answer, or could not be made in time.
/// # Errors
/// As [`contact`]; `Refused` before the re-call's time is over.
pub async fn give_up(db: &Db, scope: &Scope, id: CaseId, seen: i64, text: &str) -> Result<()> {
    let text = needed("text", text)?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        let mut after = case.clone();
        after.put(&case.state()?.after(Act::GiveUp { at: tx.now() })?);
        after.touched = true;
        record::keep(tx, &case, &after, Line::new(StepKind::Closed, Some(text))).await?;
        ports::cancel_recall(tx, id).await?;
        ports::unblock(tx, case.customer_id, case.store_id, id.raw()).await
    })
}

/// The customer came back with the same trouble: a closed case goes on, with the clock from the start and another cause
/// to be found (B8.4f).
/// # Errors
/// As [`contact`]; `Refused` for one that is open or was withdrawn.
pub async fn reopen(db: &Db, scope: &Scope, id: CaseId, seen: i64, text: &str) -> Result<()> {
    let text = needed("text", text)?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        let (due, clocks) = due(tx, &case, ClockKey::Contact).await?;
        let mut after = case.clone();
        after.round += 1;
        after.put(&case.state()?.after(Act::Reopen { due })?);
        (after.escalated_at, after.decided_at) = (None, None);
        after.touched = true;
        let args = json!({ "round": after.round, "clocks": clocks, "by_hand": true });
        record::keep(tx, &case, &after, Line::new(StepKind::Reopened, Some(text)).with(args)).await?;
        ports::block(tx, case.customer_id, case.store_id, id.raw()).await?;
        ports::supersede(tx, case.store_id, case.customer_id).await?;
        let mut told = super::open::managers(tx, case.store_id, case.department).await?;
        told.extend(case.owner_id);
        record::notify(tx, &told, "case_reopened", &after).await
    })
}

/// The number, for the owner alone; logged, and counted together with the calls of the hour.
/// # Errors
/// `Refused("case-not-owner")`, and as follow-up's own dialling: `dial-limit`, `dial-no-number`.
pub async fn dial(db: &Db, scope: &Scope, id: CaseId) -> Result<Dialled> {
    let me = scope.user()?;
    transact!(db, scope, |tx| {
        let scope = tx.scope().clone();
        let case = read(tx, &scope, id).await?;
        let case = to_act(tx, Cap::CaseHandle, id, case.version).await?;
        open_only(&case)?;
        if case.owner_id != Some(me) {
            return Err(Problem::Refused("case-not-owner"));
        }
        let dialled = ports::dial(tx, id, case.customer_id, case.phone_line_id).await?;
        record::dialled(tx, &case).await?;
        Ok(dialled)
    })
}
