//! A call that turned something up becomes a case, in the transaction that stores the answers (issue: at most one per
//! call, with all its points; what is not known is asked for later and never holds up the saving).

use kernel::{Cap, Department, Result, Scope, StoreId, UserId};
use platform::db::Tx;
use platform::rulebook::Versioned;
use platform::{counter, rulebook};
use serde_json::json;

use super::clocks::{ClockBook, ClockKey};
use super::kinds::{KindBook, Values};
use super::model::{StateKey, StepKind};
use super::plan::{self, Planned, PlannedPoint};
use super::ports::{self, CallRecorded, Point};
use super::recall;
use super::record::{self, Line};
use super::sentence::title_from;
use super::store::{self, CaseRow, PointRow};

/// Listener: first what the call says about an earlier case, then what it turned up itself.
/// # Errors
/// As the database answers; the call is then not stored either.
pub async fn on_call(tx: &mut Tx, e: &CallRecorded) -> Result<()> {
    // What is answered about a handled case belongs to that case; a remark may be about something else.
    let about_recall = |p: &&Point| e.recall_task == Some(p.task) && p.remark.is_none();
    if let Some(case) = e.recall {
        let verdict = e.satisfied.or_else(|| e.points.iter().any(|p| about_recall(&p)).then_some(false));
        if let Some(satisfied) = verdict
            && recall::answered(tx, e, case, satisfied).await?
        {
            return Ok(());
        }
    }
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
    let (book, version) = (&book.body, book.version);
    let (group, now, agent) = (tx.scope().group, tx.now(), tx.scope().user);
    let calendar = ports::calendar(tx, group, e.store).await?;
    let clocks = rulebook::current::<ClockBook>(tx, group, e.store).await?;
    let due = clocks.body.due(ClockKey::Contact, &calendar, now);

    let words = planned.points.iter().find_map(|p| p.text.clone());
    let since = calendar.date_of(now).days_after(-90);
    let main = planned.points.first().map(|p| p.task);
    let scope = Scope { store: Some(e.store), ..tx.scope().clone() };
    let subject = match main {
        Some(task) => ports::subject(tx, &scope, task).await?,
        None => None,
    };
    let mut facts = ports::facts(tx, &scope, e.customer, subject.as_ref(), since).await?;
    facts.remark.clone_from(&words);
    facts.question = subject_words(tx, e.store, &planned.points).await?;
    let values = prefilled(book, &planned, &facts, &e.case_fields);

    let managers = managers(tx, e.store, planned.department).await?;
    let number = counter::next(tx, e.store, "case").await?;
    let case = CaseRow {
        id: tx.new_id(),
        store_id: e.store,
        number,
        class: planned.class,
        kind: planned.kind.clone(),
        department: planned.department,
        customer_id: e.customer,
        vehicle_id: subject.as_ref().and_then(|s| s.vehicle),
        phone_line_id: subject.as_ref().and_then(|s| s.phone_line),
        subject_kind: subject.as_ref().map(|s| s.kind.key().to_owned()),
        subject_id: subject.as_ref().map(|s| s.id),
        attempt_id: Some(e.attempt),
        state: StateKey::Waiting,
        round: 1,
        title: words.as_deref().map(title_from).unwrap_or_default(),
        fields: json!(values),
        // C3: one named person. Where the department has one manager, that is who.
        owner_id: only(&managers),
        opened_at: now,
        opened_by: agent,
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
    };
    let line = Line::new(StepKind::Opened, None).with(json!({
        "attempt": e.attempt, "points": planned.points.len(), "clocks": clocks.version,
    }));
    record::begin(tx, &case, line).await?;
    add_points(tx, &case, &planned.points).await?;
    ports::block(tx, e.customer, e.store, case.id.raw()).await?;
    // The case's own re-call takes over from follow-ups that nobody has begun.
    ports::supersede(tx, e.store, e.customer).await?;

    let mut told = managers;
    for department in planned.points.iter().map(|p| p.department).filter(|d| *d != planned.department) {
        told.extend(ports::holders(tx, group, e.store, Cap::CaseHandle, Some(department)).await?);
    }
    told.sort_unstable();
    told.dedup();
    record::notify(tx, &told, "case_opened", &case).await
}

/// Who must hear of a department's case: its managers, else those who decide.
pub async fn managers(tx: &mut Tx, store: StoreId, department: Department) -> Result<Vec<UserId>> {
    let group = tx.scope().group;
    let own = ports::holders(tx, group, store, Cap::CaseHandle, Some(department)).await?;
    if own.is_empty() { ports::holders(tx, group, store, Cap::CaseDecide, None).await } else { Ok(own) }
}

fn only(people: &[UserId]) -> Option<UserId> {
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
async fn subject_words(tx: &mut Tx, store: StoreId, points: &[PlannedPoint]) -> Result<Option<String>> {
    let Some(question) = points.iter().find_map(|p| p.question.clone()) else { return Ok(None) };
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
