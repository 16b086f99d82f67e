//! The rows behind the numbers, under the same conditions.

use std::collections::HashSet;

use kernel::{CustomerId, Millis, RemarkId, Result, Scope, StoreDate, TaskId};
use platform::db::{Args, Sql};
use platform::{args, row, stmt};

use super::Question;
use super::cells::bucket;
use crate::reports::model::{Bucket, Measure};

row! {
    /// A task in the list behind a number.
    pub struct Listed {
        pub id: TaskId, pub kind: String, pub class: String, pub brand: String, pub bucket: Bucket, pub due_on: StoreDate,
        pub event_on: StoreDate, pub result: Option<String>, pub attempts: i64, pub customer_id: Option<CustomerId>,
        pub customer_name: String, pub plate: Option<kernel::Plate>, pub agent_name: Option<String>,
        pub contact_id: Option<kernel::ContactId>,
    }
}

// task_by_window. $3 first day, $4 last day, $5 now, $6 agent or 0, $7 kind or '', $8 class or '', $9 brand or '*'.
stmt!(
    REPORT_LIST,
    concat!(
        "SELECT x.id, x.kind, x.class, x.brand, x.bucket, x.due_on, x.event_on, x.result, x.attempts, x.customer_id, \
         k.name AS customer_name, v.plate AS plate, u.name AS agent_name, x.contact_id FROM \
         (SELECT t.id, t.kind, t.class, t.brand, t.due_on, t.event_on, t.result, t.attempts, t.reached, t.customer_id, \
          t.vehicle_id, t.agent_id, t.contact_id, ",
        bucket!(),
        " AS bucket FROM task t \
          WHERE t.group_id=$1 AND t.store_id IN {{ids:$2}} AND t.due_on >= $3 AND t.due_on <= $4 AND t.due_at <= $5 \
          AND t.state <> 'hidden' AND t.kind <> 'recall' AND (CAST($6 AS BIGINT) = 0 OR t.agent_id = $6) \
          AND ($7 = '' OR t.kind = $7) AND ($8 = '' OR t.class = $8) AND ($9 = '*' OR t.brand = $9) \
          AND t.due_on >= $11) x JOIN customer k ON k.id = x.customer_id LEFT JOIN vehicle v ON v.id = x.vehicle_id \
         LEFT JOIN app_user u ON u.id = x.agent_id WHERE \
         (x.bucket = $10 OR ($10 = 'counted' AND x.bucket IN ('done','tried','missed')) \
          OR ($10 = 'attempted' AND x.bucket IN ('done','tried','missed') AND (x.attempts > 0 OR x.reached > 0)) \
          OR ($10 = 'reached' AND x.bucket IN ('done','tried','missed') AND x.reached > 0) \
          OR ($10 = 'complete' AND x.bucket = 'done' AND x.result = 'complete')) \
         AND (x.due_on > $11 OR (x.due_on = $11 AND x.id > $12)) ORDER BY x.due_on, x.id LIMIT $13"
    )
);

/// The rows behind a number, after `after` = (day, id); one more than a page tells that there are more.
pub async fn listed(
    q: &mut impl Sql,
    ask: &Question,
    measure: Measure,
    after: (String, i64),
    limit: i64,
) -> Result<Vec<Listed>> {
    let agent = ask.agent.map_or(0, kernel::Id::raw);
    let (from, to) = (ask.period.from, ask.period.to);
    let brand = ask.brand.as_deref().unwrap_or("*");
    let all = args![
        ask.group,
        &ask.stores,
        from,
        to,
        ask.now,
        agent,
        &ask.kind,
        &ask.class,
        brand,
        measure,
        after.0,
        after.1,
        limit
    ];
    q.all(&REPORT_LIST, all).await
}

// late_event_by_due, skipped_event_by_due
stmt!(
    REPORT_LATE,
    "SELECT kind AS k, COUNT(*) AS v FROM late_event WHERE group_id=$1 AND store_id IN {{ids:$2}} \
     AND due_on >= $3 AND due_on <= $4 AND ($5 = '' OR kind = $5) GROUP BY kind ORDER BY kind"
);
stmt!(
    REPORT_SKIPPED,
    "SELECT reason AS k, COUNT(*) AS v FROM skipped_event WHERE group_id=$1 AND store_id IN {{ids:$2}} \
     AND due_on >= $3 AND due_on <= $4 AND ($5 = '' OR kind = $5) GROUP BY reason ORDER BY reason"
);

row! {
    /// A late or skipped event in the list behind its number.
    pub struct Beside {
        pub kind: String, pub due_on: StoreDate, pub reason: String, pub subject_kind: String, pub subject_id: i64,
        pub customer_id: Option<CustomerId>, pub customer_name: Option<String>,
    }
}

macro_rules! beside {
    ($table:literal, $reason:literal) => {
        concat!(
            "SELECT e.kind, e.due_on, ",
            $reason,
            " AS reason, e.subject_kind, e.subject_id, k.id AS customer_id, k.name AS customer_name \
             FROM ",
            $table,
            " e LEFT JOIN repair_order r ON e.subject_kind='repair_order' AND r.id=e.subject_id \
             LEFT JOIN delivery d ON e.subject_kind='delivery' AND d.id=e.subject_id \
             LEFT JOIN customer k ON k.id=COALESCE(r.customer_id, d.customer_id) \
             WHERE e.group_id=$1 AND e.store_id IN {{ids:$2}} AND e.due_on >= $3 AND e.due_on <= $4 \
             AND ($5='' OR e.kind=$5) AND ($6='' OR ",
            $reason,
            "=$6) AND (e.subject_id > $7 OR (e.subject_id = $7 AND e.kind > $8)) ORDER BY e.subject_id, e.kind LIMIT $9"
        )
    };
}
stmt!(REPORT_LATE_LIST, beside!("late_event", "'late'"));
stmt!(REPORT_SKIPPED_LIST, beside!("skipped_event", "e.reason"));

pub async fn late(q: &mut impl Sql, ask: &Question) -> Result<Vec<(String, i64)>> {
    q.all(&REPORT_LATE, args![ask.group, &ask.stores, ask.period.from, ask.period.to, &ask.kind]).await
}

pub async fn skipped(q: &mut impl Sql, ask: &Question) -> Result<Vec<(String, i64)>> {
    q.all(&REPORT_SKIPPED, args![ask.group, &ask.stores, ask.period.from, ask.period.to, &ask.kind]).await
}

/// Late (`late = true`) or skipped events, by reason ('' = all), after (subject, kind).
pub async fn beside(
    q: &mut impl Sql,
    ask: &Question,
    late: bool,
    reason: &str,
    after: (i64, String),
    limit: i64,
) -> Result<Vec<Beside>> {
    let list = if late { &REPORT_LATE_LIST } else { &REPORT_SKIPPED_LIST };
    let (from, to) = (ask.period.from, ask.period.to);
    q.all(list, args![ask.group, &ask.stores, from, to, &ask.kind, reason, after.0, after.1, limit]).await
}

row! {
    /// An answer in the list behind its number.
    pub struct AnswerListed {
        pub id: i64, pub at: Millis, pub question: String, pub option_key: String, pub effect: String, pub text: Option<String>,
        pub customer_id: Option<CustomerId>, pub customer_name: String, pub agent_name: Option<String>,
    }
}
// answer_by_question. effect 'judged': all that say whether somebody is satisfied.
stmt!(
    REPORT_ANSWER_LIST,
    "SELECT a.id, a.at, a.question, a.option_key, a.effect, a.text, t.customer_id, k.name AS customer_name, u.name AS agent_name \
     FROM answer a JOIN attempt t ON t.id=a.attempt_id JOIN task y ON y.id=a.task_id JOIN customer k ON k.id=t.customer_id \
     LEFT JOIN app_user u ON u.id=t.agent_id WHERE a.group_id=$1 AND a.store_id IN {{ids:$2}} AND a.at >= $3 AND a.at < $4 \
     AND (CAST($5 AS BIGINT) = 0 OR t.agent_id = $5) AND ($6 = '' OR y.kind = $6) AND ($7 = '' OR y.class = $7) \
     AND ($8 = '*' OR y.brand = $8) AND a.revoked = 0 AND a.option_key IS NOT NULL AND a.question=$9 \
     AND ($10='' OR a.option_key=$10) AND ($11='' OR a.effect=$11 OR ($11='judged' AND a.effect IN ('good','improve','bad'))) \
     AND a.id > $12 ORDER BY a.id LIMIT $13"
);

/// The conditions of calls: group, stores, moments, agent, kind, class, brand.
fn call_args(ask: &Question) -> Result<Args> {
    let (from, to) = ask.moments()?;
    let agent = ask.agent.map_or(0, kernel::Id::raw);
    let brand = ask.brand.as_deref().unwrap_or("*");
    Ok(args![ask.group, &ask.stores, from, to, agent, &ask.kind, &ask.class, brand])
}

pub async fn answers(
    q: &mut impl Sql,
    ask: &Question,
    (question, option, effect): (&str, &str, &str),
    after: i64,
    limit: i64,
) -> Result<Vec<AnswerListed>> {
    let mut all = call_args(ask)?;
    all.extend(args![question, option, effect, after, limit]);
    q.all(&REPORT_ANSWER_LIST, all).await
}

row! {
    /// A remark with whom it praises.
    pub struct Remark {
        pub id: RemarkId, pub at: Millis, pub mark: String, pub text: String, pub person: Option<String>,
        pub customer_id: Option<CustomerId>, pub customer_name: String,
    }
}
// remark_by_time alone finds the latest; who and what they are about is looked up for these few.
stmt!(
    REPORT_REMARKS,
    "SELECT r.id, r.at, r.mark, r.text, r.person, t.customer_id, k.name AS customer_name FROM \
     (SELECT id FROM remark WHERE store_id IN {{ids:$2}} AND mark=$5 AND at >= $3 AND at < $4 AND revoked=0 AND id < $6 \
     ORDER BY id DESC LIMIT $7) l JOIN remark r ON r.id=l.id JOIN attempt t ON t.id=r.attempt_id \
     JOIN customer k ON k.id=t.customer_id WHERE r.group_id=$1 ORDER BY r.id DESC"
);
// Asked about some calls only.
stmt!(
    REPORT_REMARKS_OF,
    "SELECT r.id, r.at, r.mark, r.text, r.person, t.customer_id, k.name AS customer_name FROM remark r \
     JOIN attempt t ON t.id=r.attempt_id JOIN customer k ON k.id=t.customer_id LEFT JOIN task y ON y.id=r.task_id \
     WHERE r.group_id=$1 AND r.store_id IN {{ids:$2}} AND r.at >= $3 AND r.at < $4 \
     AND (CAST($5 AS BIGINT) = 0 OR t.agent_id = $5) AND ($6 = '' OR y.kind = $6) AND ($7 = '' OR y.class = $7) \
     AND ($8 = '*' OR y.brand = $8) AND r.revoked=0 AND r.mark=$9 AND r.id < $10 ORDER BY r.id DESC LIMIT $11"
);

/// Remarks of a mark, the latest first, before `before`.
pub async fn remarks(q: &mut impl Sql, ask: &Question, mark: &str, before: i64, limit: i64) -> Result<Vec<Remark>> {
    if ask.is_whole() {
        let (from, to) = ask.moments()?;
        return q.all(&REPORT_REMARKS, args![ask.group, &ask.stores, from, to, mark, before, limit]).await;
    }
    let mut all = call_args(ask)?;
    all.extend(args![mark, before, limit]);
    q.all(&REPORT_REMARKS_OF, all).await
}

row! {
    /// A call in the list behind an agent's number.
    pub struct CallListed {
        pub id: kernel::AttemptId, pub ended_at: Millis, pub seconds: i64, pub outcome: String, pub reached: i64, pub late: i64,
        pub store_id: kernel::StoreId, pub outcome_version: Option<i64>,
        pub customer_id: Option<CustomerId>, pub customer_name: String, pub agent_name: Option<String>,
    }
}
// attempt_by_time
stmt!(
    REPORT_CALL_LIST,
    "SELECT a.id, a.ended_at, a.seconds, a.outcome, a.reached, a.late, a.store_id, a.outcome_version, a.customer_id, k.name AS customer_name, u.name AS agent_name \
     FROM attempt a JOIN customer k ON k.id=a.customer_id LEFT JOIN app_user u ON u.id=a.agent_id \
     WHERE a.group_id=$1 AND a.store_id IN {{ids:$2}} AND a.ended_at >= $3 AND a.ended_at < $4 AND a.revoked_at IS NULL \
     AND (CAST($5 AS BIGINT) = 0 OR a.agent_id = $5) AND (($6 = '' AND $7 = '' AND $8 = '*') \
     OR EXISTS (SELECT 1 FROM attempt_task x JOIN task y ON y.id=x.task_id WHERE x.attempt_id=a.id \
     AND ($6 = '' OR y.kind = $6) AND ($7 = '' OR y.class = $7) AND ($8 = '*' OR y.brand = $8))) \
     AND (CAST($9 AS BIGINT) = 0 OR a.reached = 1) AND a.id > $10 ORDER BY a.id LIMIT $11"
);

pub async fn calls(q: &mut impl Sql, ask: &Question, reached: bool, after: i64, limit: i64) -> Result<Vec<CallListed>> {
    let mut all = call_args(ask)?;
    all.extend(args![reached, after, limit]);
    q.all(&REPORT_CALL_LIST, all).await
}

row! {
    /// A case opened in the period; the contact is the first one, however often it opened again.
    pub struct CaseLine {
        pub id: kernel::CaseId, pub number: i64, pub title: String, pub department: kernel::Department, pub state: String,
        pub opened_at: Millis, pub contact_due_at: Option<Millis>, pub contacted_at: Option<Millis>, pub round: i64, pub cause: Option<String>,
        pub verdict: Option<String>, pub owner_name: Option<String>,
    }
}
// case_file_by_store
stmt!(
    REPORT_CASES,
    "SELECT f.id, f.number, f.title, f.department, f.state, f.opened_at, f.first_contact_due_at AS contact_due_at, f.first_contacted_at AS contacted_at, f.round, f.cause, \
     f.verdict, u.name AS owner_name FROM case_file f LEFT JOIN app_user u ON u.id=f.owner_id WHERE f.group_id=$1 \
     AND f.store_id IN {{ids:$2}} AND f.opened_at >= $3 AND f.opened_at < $4 AND f.withdrawn_at IS NULL \
     AND ($5 = '*' OR f.department IN {{texts:$6}}) AND (CAST($7 AS BIGINT) = 0 OR f.first_contacted_at <= f.first_contact_due_at) \
     AND f.id > $8 ORDER BY f.id LIMIT $9"
);
stmt!(
    REPORT_CASE_COUNT,
    "SELECT COUNT(*) AS k, CAST(COALESCE(SUM(CASE WHEN first_contacted_at <= first_contact_due_at THEN 1 ELSE 0 END), 0) AS BIGINT) AS v \
     FROM case_file WHERE group_id=$1 AND store_id IN {{ids:$2}} AND opened_at >= $3 AND opened_at < $4 AND withdrawn_at IS NULL \
     AND ($5 = '*' OR department IN {{texts:$6}})"
);

fn case_args(ask: &Question) -> Result<Args> {
    let (from, to) = ask.moments()?;
    let whose = if ask.departments.is_some() { "" } else { "*" };
    let departments: Vec<&str> = ask.departments.iter().flatten().map(|d| d.key()).collect();
    Ok(args![ask.group, &ask.stores, from, to, whose, departments.as_slice()])
}

pub async fn cases(q: &mut impl Sql, ask: &Question, in_time: bool, after: i64, limit: i64) -> Result<Vec<CaseLine>> {
    let mut all = case_args(ask)?;
    all.extend(args![in_time, after, limit]);
    q.all(&REPORT_CASES, all).await
}

/// Cases opened, and those whose customer was contacted in time.
pub async fn case_count(q: &mut impl Sql, ask: &Question) -> Result<(i64, i64)> {
    q.get(&REPORT_CASE_COUNT, case_args(ask)?).await
}

/// A row that says whom it is about. Without an id it says nothing of the customer.
pub trait About {
    fn customer(&self) -> Option<CustomerId>;
    /// Takes out who it is.
    fn forget(&mut self);
}

impl About for Listed {
    fn customer(&self) -> Option<CustomerId> {
        self.customer_id
    }
    fn forget(&mut self) {
        (self.customer_id, self.plate) = (None, None);
        self.customer_name.clear();
    }
}

impl About for Beside {
    fn customer(&self) -> Option<CustomerId> {
        self.customer_id
    }
    fn forget(&mut self) {
        (self.customer_id, self.customer_name) = (None, None);
    }
}

macro_rules! about {
    ($($row:ty),+) => { $(
        impl About for $row {
            fn customer(&self) -> Option<CustomerId> {
                self.customer_id
            }
            fn forget(&mut self) {
                self.customer_id = None;
                self.customer_name.clear();
            }
        }
    )+ };
}
about!(AnswerListed, Remark, CallListed);

/// The figures of a store are for everybody who reads its reports; who is behind them only for whoever may open the
/// customer's file (issue: a manager sees the customers of his own department). The rows stay, so that a list has as
/// many as its number says.
/// # Errors
/// As the database answers.
pub async fn only_seen<T: About>(q: &mut impl Sql, scope: &Scope, rows: &mut [T]) -> Result<()> {
    let mut ids: Vec<CustomerId> = rows.iter().filter_map(About::customer).collect();
    ids.sort_unstable();
    ids.dedup();
    // A report covers several stores, whichever one the reader works in just now.
    let scope = Scope { store: None, ..scope.clone() };
    let seen: HashSet<CustomerId> = people::customers::seen(q, &scope, &ids).await?.into_iter().collect();
    for row in rows {
        if row.customer().is_some_and(|id| !seen.contains(&id)) {
            row.forget();
        }
    }
    Ok(())
}
