//! A call that turned something up becomes a case, in the transaction that stores the answers (issue: at most one per
//! call, with all its points; what is not known is asked for later and never holds up the saving).

use kernel::{AttemptId, Cap, CaseId, CustomerId, Department, Result, Scope, StoreId, UserId};
use platform::db::{Db, Tx};
use platform::rulebook::Versioned;
use platform::{counter, rulebook, transact};
use serde_json::json;

use super::clocks::{ClockBook, ClockKey};
use super::kinds::{KindBook, Values};
use super::model::{StateKey, StepKind};
use super::plan::{self, Planned, PlannedPoint};
use super::ports::{self, About, CallRecorded, Point, SubjectKind};
use super::recall;
use super::record::{self, Line};
use super::sentence::title_from;
use super::store::{self, CaseRow, PointRow};

/// Listener: first what the call says about an earlier case, then what it turned up itself.
/// # Errors
/// As the database answers; the call is then not stored either.
pub async fn on_call(tx: &mut Tx, e: &CallRecorded) -> Result<()> {
    // What is answered about a handled case belongs to that case; a remark may be about something else.
    let about = |p: &Point, task| p.task == task && p.remark.is_none();
    let mut taken = Vec::new();
    for said in &e.recalls {
        let points: Vec<Point> = e.points.iter().filter(|p| about(p, said.task)).cloned().collect();
        let verdict = said.satisfied.or_else(|| (!points.is_empty()).then_some(false));
        if let Some(satisfied) = verdict {
            // Whoever is not satisfied says it all about this case.
            let all = if satisfied || e.recalls.len() > 1 { points } else { e.points.clone() };
            if recall::answered(tx, e, said.case, satisfied, &all).await? && e.recalls.len() == 1 {
                return Ok(());
            }
        }
        taken.push(said.task);
    }
    let about_recall = |p: &&Point| taken.contains(&p.task) && p.remark.is_none();
    let points: Vec<Point> = e.points.iter().filter(|p| !about_recall(p)).cloned().collect();
    if points.is_empty() {
        return Ok(());
    }
    let group = tx.scope().group;
    if store::by_attempt(tx, group, e.attempt).await?.is_some() {
        return Ok(());
    }
    let book = rulebook::current::<KindBook>(tx, group, e.store).await?;
    let Some(planned) = plan::plan(&book.body, &points) else { return Ok(()) };
    open(tx, e, &book, planned).await
}

async fn open(tx: &mut Tx, e: &CallRecorded, book: &Versioned<KindBook>, planned: Planned) -> Result<()> {
    let scope = Scope { store: Some(e.store), ..tx.scope().clone() };
    let about = match planned.points.first().and_then(|p| p.task) {
        Some(task) => ports::subject(tx, &scope, task).await?.map(|s| s.about()),
        None => None,
    };
    let line = Line::new(StepKind::Opened, None);
    let line = line.with(json!({ "attempt": e.attempt, "points": planned.points.len() }));
    let attempt = Some(e.attempt);
    let opening = Opening { store: e.store, customer: e.customer, attempt, about, planned, asked: &e.case_fields };
    begin(tx, book, opening, line).await?;
    // The case's own re-call takes over from follow-ups that nobody has begun.
    ports::supersede(tx, e.store, e.customer).await
}

/// Fields that the caller was still asking for while the call was being saved: the call's case gets those that it
/// lacks; what is on record stays. `None` when the call opened no case, or not by this person, or it is closed.
/// # Errors
/// As the database answers.
pub(super) async fn fill_asked(
    db: &Db,
    scope: &Scope,
    attempt: AttemptId,
    asked: &[(String, String)],
) -> Result<Option<CaseRow>> {
    transact!(db, scope, |tx| {
        let (group, me) = (tx.scope().group, tx.scope().user()?);
        let Some(case) = store::by_attempt(tx, group, attempt).await? else { return Ok(None) };
        if case.opened_by != Some(me) || !case.state()?.is_open() {
            return Ok(None);
        }
        let book = rulebook::at_version::<KindBook>(tx, group, case.store_id, case.kinds_version).await?.body.clone();
        let Some(kind) = book.kind(&case.kind) else { return Ok(None) };
        let mut values = case.values();
        let mut added = Vec::new();
        for (key, raw) in asked.iter().filter(|(key, _)| kind.fields.contains(key)) {
            let read = book.field(key).and_then(|f| f.read(raw).ok().flatten());
            if let Some(value) = read.filter(|_| !values.contains_key(key)) {
                values.insert(key.clone(), value);
                added.push(key.as_str());
            }
        }
        if added.is_empty() {
            return Ok(Some(case));
        }
        let mut after = case.clone();
        after.fields = json!(values);
        record::keep(tx, &case, &after, Line::new(StepKind::Field, None).with(json!({ "fields": added }))).await?;
        Ok(Some(after))
    })
}

/// Everything a new case is made from.
pub(super) struct Opening<'a> {
    pub store: StoreId,
    pub customer: CustomerId,
    pub attempt: Option<AttemptId>,
    pub about: Option<About>,
    pub planned: Planned,
    /// Fields that were asked for, by key.
    pub asked: &'a [(String, String)],
}

/// Stores the case, blocks other calls to the customer, and tells everybody who must act.
pub(super) async fn begin(tx: &mut Tx, book: &Versioned<KindBook>, o: Opening<'_>, line: Line<'_>) -> Result<CaseId> {
    let (book, version) = (&book.body, book.version);
    let (group, now, opener) = (tx.scope().group, tx.now(), tx.scope().user);
    let calendar = ports::calendar(tx, group, o.store).await?;
    let clocks = rulebook::current::<ClockBook>(tx, group, o.store).await?;
    let due = clocks.body.due(ClockKey::Contact, &calendar, now);

    let planned = o.planned;
    let words = planned.points.iter().find_map(|p| p.text.clone());
    let since = calendar.date_of(now).days_after(SEEN_BACK);
    let scope = Scope { store: Some(o.store), ..tx.scope().clone() };
    let mut facts = ports::facts(tx, &scope, o.customer, o.about.as_ref(), since).await?;
    facts.remark.clone_from(&words);
    let question = planned.points.iter().find_map(|p| p.question.clone());
    facts.question = subject_words(tx, o.store, question).await?;
    let values = prefilled(book, &planned, &facts, o.asked);

    let managers = managers(tx, o.store, planned.department).await?;
    let unmanaged = nobody_handles(tx, o.store, planned.department).await?;
    let number = counter::next(tx, o.store, "case").await?;
    let case = CaseRow {
        id: tx.new_id(),
        store_id: o.store,
        number,
        class: planned.class,
        kind: planned.kind.clone(),
        department: planned.department,
        customer_id: o.customer,
        vehicle_id: o.about.as_ref().and_then(|a| a.vehicle),
        phone_line_id: o.about.as_ref().and_then(|a| a.phone_line),
        subject_kind: o.about.as_ref().and_then(|a| a.visit).map(|(kind, _)| kind.key().to_owned()),
        subject_id: o.about.as_ref().and_then(|a| a.visit).map(|(_, id)| id),
        attempt_id: o.attempt,
        state: StateKey::Waiting,
        round: 1,
        title: words.as_deref().map(title_from).unwrap_or_default(),
        fields: json!(values),
        // C3: one named person. Where the department has one manager, that is who; else somebody takes it or is named.
        owner_id: only(&managers).filter(|_| !unmanaged),
        opened_at: now,
        opened_by: opener,
        contact_due_at: due,
        contacted_at: None,
        contacted_by: None,
        result: None,
        cause_kind: None,
        cause: None,
        result_at: None,
        recall_due_at: None,
        recall_task_id: None,
        escalated_at: None,
        closed_at: None,
        verdict: None,
        recall_attempt_id: None,
        next_due_at: Some(due),
        touched: false,
        withdrawn_at: None,
        kinds_version: version,
        version: 1,
        act_due_at: None,
        overdue_at: None,
        recall_end: None,
        recall_ended_at: None,
        first_contact_due_at: Some(due),
        first_contacted_at: None,
        decided_at: None,
    };
    let line = line.and("clocks", json!(clocks.version));
    record::begin(tx, &case, line).await?;
    add_points(tx, &case, &planned.points).await?;
    ports::block(tx, o.customer, o.store, case.id.raw()).await?;

    let mut told = managers;
    for department in planned.points.iter().map(|p| p.department).filter(|d| *d != planned.department) {
        told.extend(ports::holders(tx, group, o.store, Cap::CaseHandle, Some(department)).await?);
    }
    record::notify(tx, &told, "case_opened", &case).await?;
    tell_unmanaged(tx, &case, unmanaged).await?;
    Ok(case.id)
}

/// Whether a department has nobody whose work its cases are.
pub(super) async fn nobody_handles(tx: &mut Tx, store: StoreId, department: Department) -> Result<bool> {
    let group = tx.scope().group;
    Ok(ports::holders(tx, group, store, Cap::CaseHandle, Some(department)).await?.is_empty())
}

/// A case that nobody can be named for is no news but a fault of the store's set-up: told to those who distribute work
/// and those who decide.
pub(super) async fn tell_unmanaged(tx: &mut Tx, case: &CaseRow, unmanaged: bool) -> Result<()> {
    if !unmanaged {
        return Ok(());
    }
    let group = tx.scope().group;
    let mut people = ports::holders(tx, group, case.store_id, Cap::QueueAssign, None).await?;
    people.extend(ports::holders(tx, group, case.store_id, Cap::CaseDecide, None).await?);
    record::notify(tx, &people, "case_unmanaged", case).await
}

/// Visits of so many days count as visits for the same trouble.
const SEEN_BACK: i32 = -90;

/// What visit, vehicle and person say about a stored case, as the fields of a kind.
pub(super) async fn known(tx: &mut Tx, case: &CaseRow, book: &KindBook, kind: &str) -> Result<Values> {
    let group = tx.scope().group;
    let calendar = ports::calendar(tx, group, case.store_id).await?;
    let since = calendar.date_of(case.opened_at).days_after(SEEN_BACK);
    let visit = case.subject_kind.as_deref().and_then(SubjectKind::parse).zip(case.subject_id);
    let about = About { visit, vehicle: case.vehicle_id, phone_line: case.phone_line_id };
    let scope = Scope { store: Some(case.store_id), ..tx.scope().clone() };
    let mut facts = ports::facts(tx, &scope, case.customer_id, Some(&about), since).await?;
    let points = store::points(tx, group, case.id).await?;
    facts.remark = points.iter().find_map(|p| p.text.clone());
    let question = points.iter().find_map(|p| p.question.clone());
    facts.question = subject_words(tx, case.store_id, question).await?;
    Ok(plan::prefill(book, kind, &facts, &Values::new()))
}

/// Who must hear of a department's case: its managers, else those who decide.
pub async fn managers(tx: &mut Tx, store: StoreId, department: Department) -> Result<Vec<UserId>> {
    let group = tx.scope().group;
    let own = ports::holders(tx, group, store, Cap::CaseHandle, Some(department)).await?;
    if own.is_empty() { ports::holders(tx, group, store, Cap::CaseDecide, None).await } else { Ok(own) }
}

pub(super) fn only(people: &[UserId]) -> Option<UserId> {
    match people {
        [one] => Some(*one),
        [] | [_, _, ..] => None,
    }
}

pub async fn add_points(tx: &mut Tx, case: &CaseRow, points: &[PlannedPoint]) -> Result<()> {
    for p in points {
        let row = PointRow {
            kind: p.kind.clone(),
            department: p.department,
            question: p.question.clone(),
            option_key: p.option.clone(),
            text: p.text.clone(),
            remark_id: p.remark,
            round: case.round,
        };
        store::add_point(tx, case, &row).await?;
    }
    Ok(())
}

/// What the first answer was about, in the store's own words.
async fn subject_words(tx: &mut Tx, store: StoreId, question: Option<String>) -> Result<Option<String>> {
    let Some(question) = question else { return Ok(None) };
    let group = tx.scope().group;
    let labels = ports::labels(tx, group, store).await?;
    Ok(labels.question(&question).map(|l| l.zh.clone()))
}

/// Known values, and what was asked for during the call; an answer that does not read stays a question.
fn prefilled(book: &KindBook, planned: &Planned, facts: &plan::Facts, asked: &[(String, String)]) -> Values {
    let mut values = plan::prefill(book, &planned.kind, facts, &planned.given);
    let Some(kind) = book.kind(&planned.kind) else { return values };
    for (key, raw) in asked.iter().filter(|(key, _)| kind.fields.contains(key)) {
        if let Some(value) = book.field(key).and_then(|f| f.read(raw).ok().flatten()) {
            values.insert(key.clone(), value);
        }
    }
    values
}
