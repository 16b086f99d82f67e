//! All SQL of the tables of cases.

use kernel::{
    AttemptId, CaseId, CustomerId, Department, GroupId, Millis, PhoneLineId, Problem, Result, StoreId, TaskId, UserId,
    VehicleId,
};
use platform::db::{Args, Load, Sql, Tx};
use platform::{args, row, stmt};
use serde_json::Value;

use super::kinds::Class;
use super::list::{After, Filter, Sight};
use super::model::{CauseKind, RecallEnd, StateKey, StepKind, Verdict};

row! {
    /// A case as it stands in its table.
    #[derive(Clone, Debug)]
    pub struct CaseRow {
        pub id: CaseId, pub store_id: StoreId, pub number: i64, pub class: Class, pub kind: String,
        pub department: Department, pub customer_id: CustomerId, pub vehicle_id: Option<VehicleId>,
        pub phone_line_id: Option<PhoneLineId>, pub subject_kind: Option<String>, pub subject_id: Option<i64>,
        pub attempt_id: Option<AttemptId>, pub state: StateKey, pub round: i64, pub title: String, pub fields: Value,
        pub owner_id: Option<UserId>, pub opened_at: Millis, pub opened_by: Option<UserId>, pub contact_due_at: Millis,
        pub contacted_at: Option<Millis>, pub contacted_by: Option<UserId>, pub result: Option<String>,
        pub cause_kind: Option<CauseKind>, pub cause: Option<String>, pub result_at: Option<Millis>,
        pub recall_due_at: Option<Millis>, pub recall_task_id: Option<TaskId>, pub escalated_at: Option<Millis>,
        pub closed_at: Option<Millis>, pub verdict: Option<Verdict>, pub recall_attempt_id: Option<AttemptId>,
        pub next_due_at: Option<Millis>, pub touched: bool, pub withdrawn_at: Option<Millis>,
        pub kinds_version: i64, pub version: i64, pub act_due_at: Option<Millis>, pub overdue_at: Option<Millis>,
        pub recall_end: Option<RecallEnd>, pub recall_ended_at: Option<Millis>,
        /// Of the first round, whatever came after: what reports measure.
        pub first_contact_due_at: Option<Millis>, pub first_contacted_at: Option<Millis>,
        /// The general manager's last word on the present escalation.
        pub decided_at: Option<Millis>,
    }
}

row! {
    #[derive(Clone, Debug)]
    pub struct PointRow {
        pub kind: String, pub department: Department, pub question: Option<String>, pub option_key: Option<String>,
        pub text: Option<String>, pub remark_id: Option<i64>, pub round: i64,
    }
}

row! {
    #[derive(Clone, Debug)]
    pub struct StepRow {
        pub at: Millis, pub actor: Option<UserId>, pub kind: StepKind, pub text: Option<String>, pub args: Value,
    }
}

row! {
    /// How many cases stand in each heap.
    #[derive(Clone, Debug, Default)]
    pub struct Heaps {
        pub open: i64, pub overdue: i64, pub unowned: i64, pub waiting: i64, pub contacted: i64, pub recall: i64,
        pub undecided: i64,
    }
}

row! {
    /// Which case, and where.
    pub struct Place { pub id: CaseId, pub group_id: GroupId, pub store_id: StoreId }
}

row! {
    /// A case whose deadline is over.
    pub struct Late { pub id: CaseId, pub group_id: GroupId, pub store_id: StoreId, pub due: Millis }
}

row! {
    struct Told { args: Value }
}

macro_rules! columns {
    () => {
        "c.id, c.store_id, c.number, c.class, c.kind, c.department, c.customer_id, c.vehicle_id, c.phone_line_id, \
         c.subject_kind, c.subject_id, c.attempt_id, c.state, c.round, c.title, c.fields, c.owner_id, c.opened_at, \
         c.opened_by, c.contact_due_at, c.contacted_at, c.contacted_by, c.result, c.cause_kind, c.cause, c.result_at, \
         c.recall_due_at, c.recall_task_id, c.escalated_at, c.closed_at, c.verdict, c.recall_attempt_id, \
         c.next_due_at, c.touched, c.withdrawn_at, c.kinds_version, c.version, \
         c.act_due_at, c.overdue_at, c.recall_end, c.recall_ended_at, c.first_contact_due_at, \
         c.first_contacted_at, c.decided_at"
    };
}
/// $1 group, $2 store, $3 everything (1/0), $4 who opened or $5 owns it, $6 the reader's departments.
macro_rules! in_sight {
    () => {
        " c.group_id=$1 AND c.store_id=$2 AND (CAST($3 AS BIGINT)=1 OR c.opened_by=$4 OR c.owner_id=$5 \
         OR c.department IN {{texts:$6}} OR EXISTS (SELECT 1 FROM case_point p WHERE p.case_id=c.id AND p.department IN {{texts:$6}}))"
    };
}

stmt!(CASE_GET, concat!("SELECT ", columns!(), " FROM case_file c WHERE", in_sight!(), " AND c.id=$7"));
stmt!(CASE_BY_ID, concat!("SELECT ", columns!(), " FROM case_file c WHERE c.group_id=$1 AND c.id=$2"));
stmt!(CASE_BY_ATTEMPT, concat!("SELECT ", columns!(), " FROM case_file c WHERE c.attempt_id=$2 AND c.group_id=$1"));
stmt!(
    CASES_BY_RECALL,
    concat!(
        "SELECT ",
        columns!(),
        " FROM case_file c WHERE c.recall_attempt_id=$2 AND c.group_id=$1 ORDER BY c.id LIMIT 10"
    )
);
stmt!(
    /// Rides case_file_open; the open cases of one store are few.
    CASES_OPEN,
    concat!(
        "SELECT ",
        columns!(),
        " FROM case_file c WHERE",
        in_sight!(),
        " AND c.closed_at IS NULL AND c.withdrawn_at IS NULL AND (CAST($7 AS TEXT)='' OR c.state=$7) \
         AND (CAST($8 AS BIGINT)=0 OR c.next_due_at < $9) AND (CAST($13 AS BIGINT)=0 OR c.owner_id IS NULL) AND (COALESCE(c.next_due_at, 9000000000000000), c.id) > ($10, $11) \
         ORDER BY COALESCE(c.next_due_at, 9000000000000000), c.id LIMIT $12"
    )
);
stmt!(
    /// Rides case_file_by_store backwards.
    CASES_CLOSED,
    concat!(
        "SELECT ",
        columns!(),
        " FROM case_file c WHERE",
        in_sight!(),
        " AND c.closed_at IS NOT NULL AND c.withdrawn_at IS NULL AND (c.opened_at, c.id) < ($7, $8) \
         ORDER BY c.opened_at DESC, c.id DESC LIMIT $9"
    )
);
stmt!(
    /// Rides case_file_by_customer.
    CASES_OF_CUSTOMER,
    concat!(
        "SELECT ",
        columns!(),
        " FROM case_file c WHERE",
        in_sight!(),
        " AND c.customer_id=$7 AND c.withdrawn_at IS NULL ORDER BY c.id DESC LIMIT 30"
    )
);
stmt!(
    /// By id: those of some cases that the reader may see, withdrawn ones too.
    CASES_SOME,
    concat!("SELECT ", columns!(), " FROM case_file c WHERE", in_sight!(), " AND c.id IN {{ids:$7}} ORDER BY c.id LIMIT 500")
);
stmt!(
    CASE_HEAPS,
    concat!(
        "SELECT CAST(COUNT(*) AS BIGINT) AS open, CAST(COALESCE(SUM(CASE WHEN c.next_due_at < $7 THEN 1 ELSE 0 END), 0) AS BIGINT) AS overdue, \
         CAST(COALESCE(SUM(CASE WHEN c.state='waiting' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, \
         CAST(COALESCE(SUM(CASE WHEN c.owner_id IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS unowned, \
         CAST(COALESCE(SUM(CASE WHEN c.state='contacted' THEN 1 ELSE 0 END), 0) AS BIGINT) AS contacted, \
         CAST(COALESCE(SUM(CASE WHEN c.state='undecided' THEN 1 ELSE 0 END), 0) AS BIGINT) AS undecided, \
         CAST(COALESCE(SUM(CASE WHEN c.state='recall' THEN 1 ELSE 0 END), 0) AS BIGINT) AS recall \
         FROM case_file c WHERE",
        in_sight!(),
        " AND c.closed_at IS NULL AND c.withdrawn_at IS NULL"
    )
);
stmt!(
    /// Rides case_file_by_store: cases of a kind in a span of time.
    CASE_ALIKE,
    "SELECT COUNT(*) AS v FROM (SELECT id FROM case_file WHERE group_id=$1 AND store_id=$2 AND opened_at > $3 AND kind=$4 \
     AND withdrawn_at IS NULL AND id<>$5 LIMIT 1000) x"
);
stmt!(
    /// Rides case_file_late: deadlines that were missed and not yet told, after the last one seen.
    CASES_LATE,
    "SELECT id, group_id, store_id, next_due_at AS due FROM case_file WHERE overdue_at IS NULL AND closed_at IS NULL AND next_due_at < $1 \
     AND (next_due_at, id) > ($2, $3) ORDER BY next_due_at, id LIMIT 200"
);
stmt!(
    /// Rides case_file_open: cases of a store whose clock is running, by id.
    CASES_RUNNING,
    concat!(
        "SELECT ",
        columns!(),
        " FROM case_file c WHERE c.group_id=$1 AND c.store_id=$2 AND c.closed_at IS NULL AND c.withdrawn_at IS NULL \
         AND c.next_due_at > $3 AND c.id > $4 ORDER BY c.id LIMIT $5"
    )
);
stmt!(
    /// Rides case_file_by_owner.
    CASES_OWNED,
    "SELECT id, group_id, store_id FROM case_file WHERE owner_id=$2 AND closed_at IS NULL AND group_id=$1 ORDER BY id LIMIT 2000"
);
stmt!(
    CASE_SAVE,
    "UPDATE case_file SET state=$1, round=$2, title=$3, fields=$4, owner_id=$5, contact_due_at=$6, contacted_at=$7, contacted_by=$8, \
     result=$9, cause_kind=$10, cause=$11, result_at=$12, recall_due_at=$13, recall_task_id=$14, escalated_at=$15, closed_at=$16, \
     verdict=$17, recall_attempt_id=$18, next_due_at=$19, touched=$20, withdrawn_at=$21, class=$22, kind=$23, department=$24, \
     kinds_version=$25, act_due_at=$26, overdue_at=$27, recall_end=$28, recall_ended_at=$29, first_contact_due_at=$30, \
     first_contacted_at=$31, decided_at=$32, version=version+1 WHERE id=$33 AND group_id=$34 AND version=$35"
);
stmt!(
    /// Acted upon, without a newer version: a page that is open beside the telephone stays valid.
    CASE_TOUCH,
    "UPDATE case_file SET touched=1 WHERE id=$1 AND group_id=$2"
);
stmt!(
    POINTS,
    "SELECT kind, department, question, option_key, text, remark_id, round FROM case_point WHERE case_id=$2 AND group_id=$1 ORDER BY id LIMIT 100"
);
stmt!(
    STEP_ADD,
    "INSERT INTO case_step (id, group_id, store_id, case_id, at, actor, kind, text, args) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)"
);
stmt!(
    STEPS,
    "SELECT at, actor, kind, text, args FROM case_step WHERE case_id=$2 AND group_id=$1 ORDER BY id DESC LIMIT 200"
);
stmt!(
    /// What re-calls did, newest first, however long the course is: rides case_step_by_case.
    RECALL_STEPS,
    "SELECT args FROM case_step WHERE case_id=$2 AND group_id=$1 AND kind='recall' ORDER BY id DESC LIMIT 50"
);

/// As many lines of a course as its page shows.
pub const STEPS_SHOWN: usize = 200;

fn seen_by(scope: &kernel::Scope, sight: &Sight) -> Result<Args> {
    Ok(args![scope.group, scope.store()?, sight.all, sight.opener, sight.owner, &sight.departments])
}

pub async fn find(q: &mut impl Sql, scope: &kernel::Scope, sight: &Sight, id: CaseId) -> Result<Option<CaseRow>> {
    let mut given = seen_by(scope, sight)?;
    given.extend(args![id]);
    q.opt(&CASE_GET, given).await
}

pub async fn by_id(q: &mut impl Sql, group: GroupId, id: CaseId) -> Result<Option<CaseRow>> {
    q.opt(&CASE_BY_ID, args![group, id]).await
}

pub async fn by_attempt(q: &mut impl Sql, group: GroupId, attempt: AttemptId) -> Result<Option<CaseRow>> {
    q.opt(&CASE_BY_ATTEMPT, args![group, attempt]).await
}

pub async fn by_recall(q: &mut impl Sql, group: GroupId, attempt: AttemptId) -> Result<Vec<CaseRow>> {
    q.all(&CASES_BY_RECALL, args![group, attempt]).await
}

pub async fn list(
    q: &mut impl Sql,
    scope: &kernel::Scope,
    sight: &Sight,
    filter: Filter,
    after: Option<After>,
    now: Millis,
    limit: i64,
) -> Result<Vec<CaseRow>> {
    let mut given = seen_by(scope, sight)?;
    let (state, overdue, unowned) = match filter {
        Filter::Open => ("", false, false),
        Filter::Overdue => ("", true, false),
        Filter::Unowned => ("", false, true),
        Filter::Waiting => ("waiting", false, false),
        Filter::Contacted => ("contacted", false, false),
        Filter::Recall => ("recall", false, false),
        Filter::Undecided => ("undecided", false, false),
        Filter::Closed => {
            let (key, id) = after.map_or((i64::MAX, i64::MAX), |a| (a.key, a.id));
            given.extend(args![key, id, limit]);
            return q.all(&CASES_CLOSED, given).await;
        }
    };
    let (key, id) = after.map_or((0, 0), |a| (a.key, a.id));
    given.extend(args![state, overdue, now, key, id, limit, unowned]);
    q.all(&CASES_OPEN, given).await
}

pub async fn of_customer(
    q: &mut impl Sql,
    scope: &kernel::Scope,
    sight: &Sight,
    customer: CustomerId,
) -> Result<Vec<CaseRow>> {
    let mut given = seen_by(scope, sight)?;
    given.extend(args![customer]);
    q.all(&CASES_OF_CUSTOMER, given).await
}

pub async fn some(q: &mut impl Sql, scope: &kernel::Scope, sight: &Sight, ids: &[CaseId]) -> Result<Vec<CaseRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut given = seen_by(scope, sight)?;
    given.extend(args![ids]);
    q.all(&CASES_SOME, given).await
}

pub async fn heaps(q: &mut impl Sql, scope: &kernel::Scope, sight: &Sight, now: Millis) -> Result<Heaps> {
    let mut given = seen_by(scope, sight)?;
    given.extend(args![now]);
    q.get(&CASE_HEAPS, given).await
}

pub async fn alike(q: &mut impl Sql, group: GroupId, case: &CaseRow, since: Millis) -> Result<i64> {
    q.count(&CASE_ALIKE, args![group, case.store_id, since, &case.kind, case.id]).await
}

/// Those after `(due, id)`, the longest overdue first.
pub async fn late(q: &mut impl Sql, now: Millis, after: (Millis, CaseId)) -> Result<Vec<Late>> {
    q.all(&CASES_LATE, args![now, after.0, after.1]).await
}

pub async fn owned_by(q: &mut impl Sql, group: GroupId, user: UserId) -> Result<Vec<Place>> {
    q.all(&CASES_OWNED, args![group, user]).await
}

pub async fn running(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    now: Millis,
    after: CaseId,
    limit: i64,
) -> Result<Vec<CaseRow>> {
    q.all(&CASES_RUNNING, args![group, store, now, after, limit]).await
}

pub async fn points(q: &mut impl Sql, group: GroupId, case: CaseId) -> Result<Vec<PointRow>> {
    q.all(&POINTS, args![group, case]).await
}

/// Newest first.
pub async fn steps(q: &mut impl Sql, group: GroupId, case: CaseId) -> Result<Vec<StepRow>> {
    q.all(&STEPS, args![group, case]).await
}

/// What this re-call's step remembers of the case before it.
pub async fn before_recall(
    q: &mut impl Sql,
    group: GroupId,
    case: CaseId,
    attempt: AttemptId,
) -> Result<Option<Value>> {
    let told: Vec<Told> = q.all(&RECALL_STEPS, args![group, case]).await?;
    let attempt = serde_json::to_value(attempt).map_err(Problem::internal)?;
    let step = told.into_iter().find(|s| s.args.get("attempt") == Some(&attempt));
    Ok(step.and_then(|mut s| s.args.get_mut("before").map(Value::take)))
}

pub async fn touch(tx: &mut Tx, case: CaseId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&CASE_TOUCH, args![case, group]).await.map(|_| ())
}

/// What a case's row consists of; the rest is empty until somebody acts.
const CASE_COLUMNS: [&str; 38] = [
    "id",
    "group_id",
    "store_id",
    "number",
    "class",
    "kind",
    "department",
    "customer_id",
    "vehicle_id",
    "phone_line_id",
    "subject_kind",
    "subject_id",
    "attempt_id",
    "state",
    "round",
    "title",
    "fields",
    "owner_id",
    "opened_at",
    "opened_by",
    "contact_due_at",
    "contacted_at",
    "contacted_by",
    "result",
    "cause_kind",
    "cause",
    "result_at",
    "recall_due_at",
    "recall_task_id",
    "closed_at",
    "verdict",
    "recall_attempt_id",
    "next_due_at",
    "touched",
    "kinds_version",
    "act_due_at",
    "first_contact_due_at",
    "first_contacted_at",
];

fn case_row(group: GroupId, c: &CaseRow) -> Args {
    args![
        c.id,
        group,
        c.store_id,
        c.number,
        c.class,
        &c.kind,
        c.department,
        c.customer_id,
        c.vehicle_id,
        c.phone_line_id,
        c.subject_kind.as_deref(),
        c.subject_id,
        c.attempt_id,
        c.state,
        c.round,
        &c.title,
        &c.fields,
        c.owner_id,
        c.opened_at,
        c.opened_by,
        c.contact_due_at,
        c.contacted_at,
        c.contacted_by,
        c.result.as_deref(),
        c.cause_kind,
        c.cause.as_deref(),
        c.result_at,
        c.recall_due_at,
        c.recall_task_id,
        c.closed_at,
        c.verdict,
        c.recall_attempt_id,
        c.next_due_at,
        c.touched,
        c.kinds_version,
        c.act_due_at,
        c.first_contact_due_at,
        c.first_contacted_at
    ]
}

pub async fn add(tx: &mut Tx, c: &CaseRow) -> Result<()> {
    let rows = vec![case_row(tx.scope().group, c)];
    tx.bulk("case_file", &CASE_COLUMNS, rows, "").await.map(|_| ())
}

/// Saves what may change, if nobody else has meanwhile.
/// # Errors
/// `Conflict("case-changed")`.
pub async fn save(tx: &mut Tx, c: &CaseRow) -> Result<()> {
    let group = tx.scope().group;
    let row = args![
        c.state,
        c.round,
        &c.title,
        &c.fields,
        c.owner_id,
        c.contact_due_at,
        c.contacted_at,
        c.contacted_by,
        c.result.as_deref(),
        c.cause_kind,
        c.cause.as_deref(),
        c.result_at,
        c.recall_due_at,
        c.recall_task_id,
        c.escalated_at,
        c.closed_at,
        c.verdict,
        c.recall_attempt_id,
        c.next_due_at,
        c.touched,
        c.withdrawn_at,
        c.class,
        &c.kind,
        c.department,
        c.kinds_version,
        c.act_due_at,
        c.overdue_at,
        c.recall_end,
        c.recall_ended_at,
        c.first_contact_due_at,
        c.first_contacted_at,
        c.decided_at,
        c.id,
        group,
        c.version
    ];
    match tx.exec(&CASE_SAVE, row).await? {
        0 => Err(Problem::Conflict("case-changed")),
        _ => Ok(()),
    }
}

const POINT_COLUMNS: [&str; 11] = [
    "id",
    "group_id",
    "store_id",
    "case_id",
    "kind",
    "department",
    "question",
    "option_key",
    "text",
    "remark_id",
    "round",
];

fn point_row(id: i64, group: GroupId, store: StoreId, case: CaseId, p: &PointRow) -> Args {
    let (question, option) = (p.question.as_deref(), p.option_key.as_deref());
    let (text, remark) = (p.text.as_deref(), p.remark_id);
    args![id, group, store, case, &p.kind, p.department, question, option, text, remark, p.round]
}

pub async fn add_point(tx: &mut Tx, case: &CaseRow, p: &PointRow) -> Result<()> {
    let id = tx.new_id::<kernel::Event>().raw();
    let rows = vec![point_row(id, tx.scope().group, case.store_id, case.id, p)];
    tx.bulk("case_point", &POINT_COLUMNS, rows, "").await.map(|_| ())
}

pub async fn add_step(tx: &mut Tx, case: &CaseRow, kind: StepKind, text: Option<&str>, words: &Value) -> Result<()> {
    let id = tx.new_id::<kernel::Event>();
    let (group, now, actor) = (tx.scope().group, tx.now(), tx.scope().user);
    tx.exec(&STEP_ADD, args![id, group, case.store_id, case.id, now, actor, kind, text, words]).await.map(|_| ())
}

/// Whole rows, for a group that is filled in bulk.
pub async fn load_cases(to: &mut Load, group: GroupId, cases: &[CaseRow]) -> Result<()> {
    let rows: Vec<_> = cases.iter().map(|c| case_row(group, c)).collect();
    to.put("case_file", &CASE_COLUMNS, &rows).await
}

pub async fn load_points(to: &mut Load, group: GroupId, points: &[(i64, CaseId, StoreId, PointRow)]) -> Result<()> {
    let rows: Vec<_> = points.iter().map(|(id, case, store, p)| point_row(*id, group, *store, *case, p)).collect();
    to.put("case_point", &POINT_COLUMNS, &rows).await
}

pub async fn load_steps(to: &mut Load, group: GroupId, steps: &[super::bulk::NewStep]) -> Result<()> {
    let columns = ["id", "group_id", "store_id", "case_id", "at", "actor", "kind", "text", "args"];
    let row = |s: &super::bulk::NewStep| {
        args![s.id, group, s.store, s.case, s.at, s.actor, s.kind, s.text.as_deref(), &s.args]
    };
    to.put("case_step", &columns, &steps.iter().map(row).collect::<Vec<_>>()).await
}
