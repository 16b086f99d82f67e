//! `attempt`, `attempt_task`, `answer`, `remark`.

use std::collections::HashMap;

use kernel::{AttemptId, ContactId, CustomerId, GroupId, Millis, Result, StoreId, TaskId, UserId};
use platform::db::{Args, Sql, Tx, Val};
use platform::{args, row, stmt};

use crate::followup::model::{Attempt, Direction, Effect, Mark, TaskResult};

macro_rules! columns {
    () => {
        "id, store_id, contact_id, customer_id, client_id, agent_id, direction, outcome, outcome_version, counts, reached, started_at, \
         ended_at, seconds, phone_line_id, agreed_at, note, who_when, late, revoked_at"
    };
}

// attempt_once
stmt!(ATTEMPT_BY_CLIENT, concat!("SELECT ", columns!(), " FROM attempt WHERE group_id=$1 AND client_id=$2"));
stmt!(ATTEMPT, concat!("SELECT ", columns!(), " FROM attempt WHERE id=$3 AND group_id=$1 AND store_id=$2"));
// attempt_by_contact
stmt!(
    ATTEMPTS_OF_CONTACT,
    concat!("SELECT ", columns!(), " FROM attempt WHERE contact_id=$2 AND group_id=$1 ORDER BY id LIMIT 500")
);
stmt!(ATTEMPT_UNDO_NOTE, "UPDATE attempt SET undo=$3 WHERE id=$2 AND group_id=$1");
stmt!(ATTEMPT_UNDO, "SELECT undo AS v FROM attempt WHERE id=$2 AND group_id=$1");
stmt!(
    ATTEMPT_REVOKE,
    "UPDATE attempt SET revoked_at=$3, revoked_by=$4 WHERE id=$2 AND group_id=$1 AND revoked_at IS NULL"
);
stmt!(ANSWERS_REVOKE, "UPDATE answer SET revoked=1 WHERE attempt_id=$2 AND group_id=$1");
stmt!(REMARKS_REVOKE, "UPDATE remark SET revoked=1 WHERE attempt_id=$2 AND group_id=$1");
// answer_by_attempt
stmt!(
    ANSWERS,
    "SELECT attempt_id, task_id, question, option_key, effect, text FROM answer WHERE attempt_id IN {{ids:$2}} \
     AND group_id=$1 AND revoked=0 ORDER BY attempt_id, id"
);
// What was struck out, to be typed again.
stmt!(
    ANSWERS_STRUCK,
    "SELECT attempt_id, task_id, question, option_key, effect, text FROM answer WHERE attempt_id=$2 AND group_id=$1 \
     AND revoked=1 ORDER BY id LIMIT 200"
);
stmt!(
    REMARKS_STRUCK,
    "SELECT attempt_id, task_id, mark, text, person, wants_answer FROM remark WHERE attempt_id=$2 AND group_id=$1 \
     AND revoked=1 ORDER BY id LIMIT 200"
);
stmt!(CONTACT_STORE, "SELECT store_id AS v FROM contact WHERE id=$2 AND group_id=$1");
stmt!(
    REMARKS,
    "SELECT attempt_id, task_id, mark, text, person, wants_answer FROM remark WHERE attempt_id IN {{ids:$2}} \
     AND group_id=$1 AND revoked=0 ORDER BY attempt_id, id"
);
// attempt_by_agent
stmt!(
    DONE_SINCE,
    "SELECT COUNT(*) AS v FROM (SELECT 1 FROM attempt WHERE store_id=$2 AND agent_id=$3 AND ended_at >= $4 AND group_id=$1 \
     AND revoked_at IS NULL AND reached=1 LIMIT 1001) t"
);

row! {
    /// An answer as it was given.
    #[derive(Clone, Debug)]
    pub struct Answer {
        pub attempt_id: AttemptId, pub task_id: TaskId, pub question: String, pub option_key: Option<String>,
        pub effect: Effect, pub text: Option<String>,
    }
}
row! {
    #[derive(Clone, Debug)]
    pub struct Remark {
        pub attempt_id: AttemptId, pub task_id: Option<TaskId>, pub mark: Mark, pub text: String,
        pub person: Option<String>, pub wants_answer: bool,
    }
}

pub async fn attempt_by_client(q: &mut impl Sql, group: GroupId, client: &str) -> Result<Option<Attempt>> {
    q.opt(&ATTEMPT_BY_CLIENT, args![group, client]).await
}

pub async fn attempt(q: &mut impl Sql, group: GroupId, store: StoreId, id: AttemptId) -> Result<Attempt> {
    q.get(&ATTEMPT, args![group, store, id]).await
}

pub async fn attempts_of(q: &mut impl Sql, group: GroupId, contact: ContactId) -> Result<Vec<Attempt>> {
    q.all(&ATTEMPTS_OF_CONTACT, args![group, contact]).await
}

/// What a call's row always has.
pub(super) const BASE: [&str; 18] = [
    "id",
    "group_id",
    "store_id",
    "contact_id",
    "customer_id",
    "client_id",
    "agent_id",
    "direction",
    "outcome",
    "outcome_version",
    "counts",
    "reached",
    "started_at",
    "ended_at",
    "seconds",
    "phone_line_id",
    "agreed_at",
    "note",
];

pub(super) fn base_row(group: GroupId, a: &Attempt) -> Args {
    args![
        a.id,
        group,
        a.store_id,
        a.contact_id,
        a.customer_id,
        &a.client_id,
        a.agent_id,
        a.direction,
        &a.outcome,
        a.outcome_version,
        a.counts,
        a.reached,
        a.started_at,
        a.ended_at,
        a.seconds,
        a.phone_line_id,
        a.agreed_at,
        a.note.clone()
    ]
}

pub async fn insert_attempt(tx: &mut Tx, a: &Attempt, script_version: Option<i64>) -> Result<()> {
    let columns = [&BASE[..], &["who_when", "script_version", "late"]].concat();
    let rows = vec![[base_row(tx.scope().group, a), args![a.who_when.clone(), script_version, a.late]].concat()];
    tx.bulk("attempt", &columns, rows, "").await.map(|_| ())
}

/// The tasks that a call was about, with what it made of each.
pub async fn insert_attempt_tasks(
    tx: &mut Tx,
    attempt: AttemptId,
    store: StoreId,
    tasks: &[(TaskId, Option<TaskResult>)],
) -> Result<()> {
    let group = tx.scope().group;
    let rows: Vec<_> = tasks.iter().map(|(task, result)| args![attempt, *task, group, store, *result]).collect();
    let columns = ["attempt_id", "task_id", "group_id", "store_id", "result"];
    tx.bulk("attempt_task", &columns, rows, "").await.map(|_| ())
}

/// Rows: id, attempt, task, question, option, effect, text.
pub async fn insert_answers(tx: &mut Tx, rows: Vec<Vec<Val>>) -> Result<()> {
    let columns =
        ["id", "group_id", "store_id", "attempt_id", "task_id", "question", "option_key", "effect", "text", "at"];
    tx.bulk("answer", &columns, rows, "").await.map(|_| ())
}

/// Rows: id, attempt, task, mark, text, person, who that is, wants_answer.
pub async fn insert_remarks(tx: &mut Tx, rows: Vec<Vec<Val>>) -> Result<()> {
    let columns = [
        "id",
        "group_id",
        "store_id",
        "attempt_id",
        "task_id",
        "mark",
        "text",
        "person",
        "person_id",
        "wants_answer",
        "at",
    ];
    tx.bulk("remark", &columns, rows, "").await.map(|_| ())
}

pub async fn note_undo(tx: &mut Tx, attempt: AttemptId, undo: &serde_json::Value) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&ATTEMPT_UNDO_NOTE, args![group, attempt, undo]).await.map(|_| ())
}

pub async fn undo_of(q: &mut impl Sql, group: GroupId, attempt: AttemptId) -> Result<Option<serde_json::Value>> {
    let found: Option<platform::db::One<Option<serde_json::Value>>> =
        q.opt(&ATTEMPT_UNDO, args![group, attempt]).await?;
    Ok(found.and_then(|v| v.0))
}

/// Strikes the attempt out with its answers and remarks. `false`: it was struck out before.
pub async fn strike_out(tx: &mut Tx, attempt: AttemptId, by: UserId) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    if tx.exec(&ATTEMPT_REVOKE, args![group, attempt, now, by]).await? == 0 {
        return Ok(false);
    }
    tx.exec(&ANSWERS_REVOKE, args![group, attempt]).await?;
    tx.exec(&REMARKS_REVOKE, args![group, attempt]).await?;
    super::revoke_wishes(tx, attempt).await?;
    Ok(true)
}

pub async fn answers_of(q: &mut impl Sql, group: GroupId, attempts: &[AttemptId]) -> Result<Vec<Answer>> {
    q.all(&ANSWERS, args![group, attempts]).await
}

pub async fn remarks_of(q: &mut impl Sql, group: GroupId, attempts: &[AttemptId]) -> Result<Vec<Remark>> {
    q.all(&REMARKS, args![group, attempts]).await
}

/// What a struck out call had recorded.
pub async fn struck(q: &mut impl Sql, group: GroupId, attempt: AttemptId) -> Result<(Vec<Answer>, Vec<Remark>)> {
    let answers = q.all(&ANSWERS_STRUCK, args![group, attempt]).await?;
    Ok((answers, q.all(&REMARKS_STRUCK, args![group, attempt]).await?))
}

/// The store that a contact belongs to.
pub async fn store_of(q: &mut impl Sql, group: GroupId, contact: ContactId) -> Result<Option<StoreId>> {
    let found: Option<platform::db::One<StoreId>> = q.opt(&CONTACT_STORE, args![group, contact]).await?;
    Ok(found.map(|v| v.0))
}

/// Customers reached by an agent since a moment, counted up to 1,001.
pub async fn reached_count(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    agent: UserId,
    since: Millis,
) -> Result<i64> {
    q.count(&DONE_SINCE, args![group, store, agent, since]).await
}

row! {
    /// A call as the customer's page lists it.
    #[derive(Clone, Debug)]
    pub struct PastCall {
        pub id: AttemptId, pub contact_id: ContactId, pub agent_id: UserId, pub outcome: String,
        pub outcome_version: Option<i64>, pub reached: bool,
        pub ended_at: Millis, pub seconds: i64, pub note: Option<String>, pub late: bool, pub revoked_at: Option<Millis>,
    }
}
// contact_by_customer, then attempt_by_contact.
stmt!(
    PAST_CALLS,
    "SELECT a.id, a.contact_id, a.agent_id, a.outcome, a.outcome_version, a.reached, a.ended_at, a.seconds, a.note, a.late, a.revoked_at \
     FROM contact c JOIN attempt a ON a.contact_id=c.id WHERE c.customer_id=$3 AND c.group_id=$1 AND c.store_id=$2 \
     ORDER BY a.id DESC LIMIT $4"
);

pub async fn past_calls(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<PastCall>> {
    q.all(&PAST_CALLS, args![group, store, customer, limit]).await
}

row! {
    /// A call as the customer's timeline tells it.
    #[derive(Clone, Debug)]
    pub struct ToldCall {
        pub id: AttemptId, pub store_id: StoreId, pub contact_id: ContactId, pub agent_id: UserId,
        pub direction: Direction, pub outcome: String, pub outcome_version: Option<i64>, pub script_version: Option<i64>,
        pub note: Option<String>, pub revoked_at: Option<Millis>, pub tries_before: i64,
    }
}
// By id; the tries before ride attempt_by_contact.
stmt!(
    TOLD_CALLS,
    "SELECT a.id, a.store_id, a.contact_id, a.agent_id, a.direction, a.outcome, a.outcome_version, a.script_version, a.note, \
     a.revoked_at, (SELECT COUNT(*) FROM attempt b WHERE b.contact_id=a.contact_id AND b.group_id=$1 AND b.revoked_at IS NULL \
     AND b.ended_at < a.ended_at) AS tries_before FROM attempt a WHERE a.id IN {{ids:$2}} AND a.group_id=$1 ORDER BY a.id LIMIT 500"
);

/// These calls, by id, with how often the same contact was tried before.
pub async fn told_calls(q: &mut impl Sql, group: GroupId, ids: &[AttemptId]) -> Result<HashMap<i64, ToldCall>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<ToldCall> = q.all(&TOLD_CALLS, args![group, ids]).await?;
    Ok(rows.into_iter().map(|call| (call.id.raw(), call)).collect())
}
