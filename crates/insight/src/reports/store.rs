//! The queries behind the figures. `contact` and `people` own the tables; here they are only read.

use kernel::{GroupId, Millis, RemarkId, Result, StoreDate, StoreId, TaskId, UserId};
use platform::db::{Args, One, Sql};
use platform::{args, row, stmt};

use super::model::{AgentWork, Bucket, Cell, Measure, OptionCount, QuestionCount};
use super::period::Period;

/// $1 group, $2 stores, $3 first day, $4 last day, $5 now, $6 agent or 0, $7 kind or '', $8 class or ''.
/// Rides task_by_window.
macro_rules! counted_tasks {
    () => {
        "FROM task t LEFT JOIN contact c ON c.id = t.contact_id \
         WHERE t.group_id=$1 AND t.store_id IN {{ids:$2}} AND t.due_on >= $3 AND t.due_on <= $4 AND t.due_at <= $5 \
         AND t.state <> 'hidden' AND t.kind <> 'recall' \
         AND (CAST($6 AS BIGINT) = 0 OR t.agent_id = $6) AND ($7 = '' OR t.kind = $7) AND ($8 = '' OR t.class = $8)"
    };
}

/// Each task's one bucket.
macro_rules! bucket {
    () => {
        "CASE WHEN t.result = 'opted_out' THEN 'opted_out' WHEN t.result = 'merged' THEN 'merged' \
         WHEN t.result IN ('cancelled', 'superseded') THEN 'cancelled' \
         WHEN t.result = 'no_number' OR (t.state = 'open' AND c.state = 'number_needed') THEN 'no_number' \
         WHEN t.result IN ('complete', 'partial', 'refused') THEN 'done' \
         WHEN t.attempts_in_window >= t.max_attempts THEN 'tried' ELSE 'missed' END"
    };
}

row! {
    struct CellRow {
        store_id: StoreId, agent_id: Option<UserId>, kind: String, class: String, bucket: Bucket, n: i64,
        attempted: i64, reached: i64, complete: i64,
    }
}

stmt!(
    REPORT_CELLS,
    concat!(
        "SELECT x.store_id, x.agent_id, x.kind, x.class, x.bucket, COUNT(*) AS n, \
         CAST(SUM(CASE WHEN x.attempts > 0 THEN 1 ELSE 0 END) AS BIGINT) AS attempted, \
         CAST(SUM(CASE WHEN x.reached > 0 THEN 1 ELSE 0 END) AS BIGINT) AS reached, \
         CAST(SUM(CASE WHEN x.result = 'complete' THEN 1 ELSE 0 END) AS BIGINT) AS complete FROM \
         (SELECT t.store_id, t.agent_id, t.kind, t.class, t.attempts, t.reached, t.result, ",
        bucket!(),
        " AS bucket ",
        counted_tasks!(),
        ") x GROUP BY x.store_id, x.agent_id, x.kind, x.class, x.bucket \
         ORDER BY x.store_id, x.agent_id, x.kind, x.class, x.bucket"
    )
);

row! {
    /// A task in the list behind a number.
    pub struct Listed {
        pub id: TaskId, pub kind: String, pub class: String, pub bucket: Bucket, pub due_on: StoreDate, pub event_on: StoreDate,
        pub result: Option<String>, pub attempts: i64, pub customer_id: kernel::CustomerId, pub customer_name: String,
        pub plate: Option<String>, pub agent_name: Option<String>, pub contact_id: Option<kernel::ContactId>,
    }
}

stmt!(
    REPORT_LIST,
    concat!(
        "SELECT x.id, x.kind, x.class, x.bucket, x.due_on, x.event_on, x.result, x.attempts, x.customer_id, \
         k.name AS customer_name, v.plate AS plate, u.name AS agent_name, x.contact_id FROM \
         (SELECT t.id, t.kind, t.class, t.due_on, t.event_on, t.result, t.attempts, t.reached, t.customer_id, \
          t.vehicle_id, t.agent_id, t.contact_id, ",
        bucket!(),
        " AS bucket ",
        counted_tasks!(),
        ") x JOIN customer k ON k.id = x.customer_id LEFT JOIN vehicle v ON v.id = x.vehicle_id \
         LEFT JOIN app_user u ON u.id = x.agent_id WHERE \
         (x.bucket = $9 OR ($9 = 'counted' AND x.bucket IN ('done','tried','missed')) \
          OR ($9 = 'attempted' AND x.bucket IN ('done','tried','missed') AND x.attempts > 0) \
          OR ($9 = 'reached' AND x.bucket IN ('done','tried','missed') AND x.reached > 0) \
          OR ($9 = 'complete' AND x.bucket = 'done' AND x.result = 'complete')) \
         AND (x.due_on > $10 OR (x.due_on = $10 AND x.id > $11)) ORDER BY x.due_on, x.id LIMIT $12"
    )
);

stmt!(
    REPORT_LATE,
    "SELECT kind AS k, COUNT(*) AS v FROM late_event WHERE group_id=$1 AND store_id IN {{ids:$2}} \
     AND due_on >= $3 AND due_on <= $4 GROUP BY kind ORDER BY kind"
);
stmt!(
    REPORT_SKIPPED,
    "SELECT reason AS k, COUNT(*) AS v FROM skipped_event WHERE group_id=$1 AND store_id IN {{ids:$2}} \
     AND due_on >= $3 AND due_on <= $4 GROUP BY reason ORDER BY reason"
);

row! {
    /// A late or skipped event in the list behind its number.
    pub struct Beside {
        pub kind: String, pub due_on: StoreDate, pub reason: String, pub subject_kind: String, pub subject_id: i64,
        pub customer_id: Option<kernel::CustomerId>, pub customer_name: Option<String>,
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
             AND ($5='' OR ",
            $reason,
            "=$5 OR e.kind=$5) AND e.subject_id > $6 ORDER BY e.subject_id LIMIT $7"
        )
    };
}
stmt!(REPORT_LATE_LIST, beside!("late_event", "'late'"));
stmt!(REPORT_SKIPPED_LIST, beside!("skipped_event", "e.reason"));

row! { struct AnswerRow { question: String, option_key: String, effect: String, n: i64 } }
stmt!(
    REPORT_ANSWERS,
    "SELECT question, option_key, effect, COUNT(*) AS n FROM answer WHERE group_id=$1 AND store_id IN {{ids:$2}} \
     AND at >= $3 AND at < $4 AND revoked = 0 AND option_key IS NOT NULL \
     GROUP BY question, option_key, effect ORDER BY question, option_key, effect"
);

row! {
    /// An answer in the list behind its number.
    pub struct AnswerListed {
        pub id: i64, pub at: Millis, pub question: String, pub option_key: String, pub effect: String, pub text: Option<String>,
        pub customer_id: kernel::CustomerId, pub customer_name: String, pub agent_name: Option<String>,
    }
}
stmt!(
    REPORT_ANSWER_LIST,
    "SELECT a.id, a.at, a.question, a.option_key, a.effect, a.text, t.customer_id, k.name AS customer_name, u.name AS agent_name \
     FROM answer a JOIN attempt t ON t.id=a.attempt_id JOIN customer k ON k.id=t.customer_id \
     LEFT JOIN app_user u ON u.id=t.agent_id WHERE a.group_id=$1 AND a.store_id IN {{ids:$2}} AND a.at >= $3 AND a.at < $4 \
     AND a.revoked = 0 AND a.option_key IS NOT NULL AND a.question=$5 AND ($6='' OR a.option_key=$6) AND ($7='' OR a.effect=$7) \
     AND a.id > $8 ORDER BY a.id LIMIT $9"
);

row! { struct AgentRow { agent_id: UserId, attempts: i64, reached: i64, talk: i64 } }
stmt!(
    REPORT_AGENTS,
    "SELECT agent_id, CAST(SUM(counts) AS BIGINT) AS attempts, CAST(SUM(reached) AS BIGINT) AS reached, \
     CAST(SUM(CASE WHEN reached=1 THEN seconds ELSE 0 END) AS BIGINT) AS talk FROM attempt \
     WHERE group_id=$1 AND store_id IN {{ids:$2}} AND ended_at >= $3 AND ended_at < $4 AND revoked_at IS NULL \
     GROUP BY agent_id ORDER BY agent_id"
);

row! {
    /// A remark with whom it praises.
    pub struct Remark {
        pub id: RemarkId, pub at: Millis, pub mark: String, pub text: String, pub person: Option<String>,
        pub customer_id: kernel::CustomerId, pub customer_name: String,
    }
}
stmt!(
    REPORT_REMARKS,
    "SELECT r.id, r.at, r.mark, r.text, r.person, t.customer_id, k.name AS customer_name FROM remark r \
     JOIN attempt t ON t.id=r.attempt_id JOIN customer k ON k.id=t.customer_id WHERE r.group_id=$1 \
     AND r.store_id IN {{ids:$2}} AND r.at >= $3 AND r.at < $4 AND r.revoked=0 AND r.mark=$5 ORDER BY r.id DESC LIMIT 200"
);

row! {
    /// A case opened in the period.
    pub struct CaseLine {
        pub id: kernel::CaseId, pub number: i64, pub title: String, pub department: kernel::Department, pub state: String,
        pub opened_at: Millis, pub contact_due_at: Millis, pub contacted_at: Option<Millis>, pub round: i64, pub cause: Option<String>,
        pub verdict: Option<String>, pub owner_name: Option<String>,
    }
}
stmt!(
    REPORT_CASES,
    "SELECT f.id, f.number, f.title, f.department, f.state, f.opened_at, f.contact_due_at, f.contacted_at, f.round, f.cause, \
     f.verdict, u.name AS owner_name FROM case_file f LEFT JOIN app_user u ON u.id=f.owner_id WHERE f.group_id=$1 \
     AND f.store_id IN {{ids:$2}} AND f.opened_at >= $3 AND f.opened_at < $4 AND f.withdrawn_at IS NULL \
     ORDER BY f.opened_at, f.id LIMIT 500"
);

stmt!(REPORT_STORES, "SELECT id AS k, name AS v FROM store WHERE group_id=$1 AND closed_at IS NULL ORDER BY code, id");
stmt!(REPORT_USERS, "SELECT id AS k, name AS v FROM app_user WHERE group_id=$1 AND id IN {{ids:$2}} ORDER BY id");

/// What every figure is asked about.
#[derive(Clone, Debug)]
pub struct Question {
    pub group: GroupId,
    pub stores: Vec<StoreId>,
    pub period: Period,
    /// Midnight of the first day, and of the day after the last, in the store's time.
    pub from_at: Millis,
    pub to_at: Millis,
    pub now: Millis,
    pub agent: Option<UserId>,
    pub kind: String,
    pub class: String,
}

impl Question {
    fn task_args(&self) -> Args {
        let agent = self.agent.map_or(0, kernel::Id::raw);
        let (from, to) = (self.period.from, self.period.to);
        args![self.group, &self.stores, from, to, self.now, agent, &self.kind, &self.class]
    }
}

pub async fn cells(q: &mut impl Sql, ask: &Question) -> Result<Vec<Cell>> {
    let rows: Vec<CellRow> = q.all(&REPORT_CELLS, ask.task_args()).await?;
    let cells = rows.into_iter().map(|r| Cell {
        store: r.store_id,
        agent: r.agent_id,
        kind: r.kind,
        class: r.class,
        bucket: r.bucket,
        n: r.n,
        attempted: r.attempted,
        reached: r.reached,
        complete: r.complete,
    });
    Ok(cells.collect())
}

/// The rows behind a number, after `after` = (day, id); one more than `limit` tells that there are more.
pub async fn listed(
    q: &mut impl Sql,
    ask: &Question,
    measure: Measure,
    after: (String, i64),
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut all = ask.task_args();
    all.extend(args![measure, after.0, after.1, limit]);
    q.all(&REPORT_LIST, all).await
}

pub async fn late(q: &mut impl Sql, ask: &Question) -> Result<Vec<(String, i64)>> {
    q.all(&REPORT_LATE, args![ask.group, &ask.stores, ask.period.from, ask.period.to]).await
}

pub async fn skipped(q: &mut impl Sql, ask: &Question) -> Result<Vec<(String, i64)>> {
    q.all(&REPORT_SKIPPED, args![ask.group, &ask.stores, ask.period.from, ask.period.to]).await
}

/// Late (`late = true`) or skipped events, by reason or kind ('' = all).
pub async fn beside(
    q: &mut impl Sql,
    ask: &Question,
    late: bool,
    which: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Beside>> {
    let list = if late { &REPORT_LATE_LIST } else { &REPORT_SKIPPED_LIST };
    q.all(list, args![ask.group, &ask.stores, ask.period.from, ask.period.to, which, after, limit]).await
}

pub async fn questions(q: &mut impl Sql, ask: &Question) -> Result<Vec<QuestionCount>> {
    let rows: Vec<AnswerRow> = q.all(&REPORT_ANSWERS, args![ask.group, &ask.stores, ask.from_at, ask.to_at]).await?;
    let mut found: Vec<QuestionCount> = Vec::new();
    for r in rows {
        let option = OptionCount { option: r.option_key, effect: r.effect, n: r.n };
        match found.last_mut().filter(|f| f.question == r.question) {
            Some(last) => last.options.push(option),
            None => found.push(QuestionCount { question: r.question, options: vec![option] }),
        }
    }
    Ok(found)
}

pub async fn answers(
    q: &mut impl Sql,
    ask: &Question,
    (question, option, effect): (&str, &str, &str),
    after: i64,
    limit: i64,
) -> Result<Vec<AnswerListed>> {
    let all = args![ask.group, &ask.stores, ask.from_at, ask.to_at, question, option, effect, after, limit];
    q.all(&REPORT_ANSWER_LIST, all).await
}

pub async fn agents(q: &mut impl Sql, ask: &Question) -> Result<Vec<AgentWork>> {
    let rows: Vec<AgentRow> = q.all(&REPORT_AGENTS, args![ask.group, &ask.stores, ask.from_at, ask.to_at]).await?;
    let work = rows.into_iter().map(|r| AgentWork {
        agent: Some(r.agent_id),
        attempts: r.attempts,
        reached: r.reached,
        talk_seconds: r.talk,
    });
    Ok(work.collect())
}

pub async fn remarks(q: &mut impl Sql, ask: &Question, mark: &str) -> Result<Vec<Remark>> {
    q.all(&REPORT_REMARKS, args![ask.group, &ask.stores, ask.from_at, ask.to_at, mark]).await
}

pub async fn cases(q: &mut impl Sql, ask: &Question) -> Result<Vec<CaseLine>> {
    q.all(&REPORT_CASES, args![ask.group, &ask.stores, ask.from_at, ask.to_at]).await
}

pub async fn stores(q: &mut impl Sql, group: GroupId) -> Result<Vec<(StoreId, String)>> {
    q.all(&REPORT_STORES, args![group]).await
}

pub async fn user_names(q: &mut impl Sql, group: GroupId, ids: &[UserId]) -> Result<Vec<(UserId, String)>> {
    q.all(&REPORT_USERS, args![group, ids]).await
}

row! { pub struct WeekRow { pub week: StoreDate, pub store_id: StoreId, pub body: String, pub made_at: Millis } }
stmt!(
    WEEKLY_ADD,
    "INSERT INTO weekly_report (id, group_id, store_id, week, body, made_at, made_by) VALUES ($1,$2,$3,$4,$5,$6,$7) \
     ON CONFLICT (store_id, week) DO UPDATE SET body=excluded.body, made_at=excluded.made_at, made_by=excluded.made_by"
);
stmt!(
    WEEKLY_LIST,
    "SELECT week, store_id, body, made_at FROM weekly_report WHERE group_id=$1 AND store_id=$2 ORDER BY week DESC LIMIT 60"
);
stmt!(
    WEEKLY_ONE,
    "SELECT week, store_id, body, made_at FROM weekly_report WHERE group_id=$1 AND store_id=$2 AND week=$3"
);
stmt!(WEEKLY_HAS, "SELECT COUNT(*) AS v FROM weekly_report WHERE group_id=$1 AND store_id=$2 AND week=$3");
stmt!(ALL_STORES, "SELECT group_id AS k, id AS v FROM store WHERE closed_at IS NULL ORDER BY id");
stmt!(STORE_TZ, "SELECT tz AS v FROM store WHERE group_id=$1 AND id=$2");

pub async fn add_week(tx: &mut platform::db::Tx, store: StoreId, week: StoreDate, body: &str) -> Result<()> {
    let (id, group, now, user) = (tx.new_id::<kernel::Report>(), tx.scope().group, tx.now(), tx.scope().user);
    tx.exec(&WEEKLY_ADD, args![id, group, store, week, body, now, user]).await.map(|_| ())
}

pub async fn weeks(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<WeekRow>> {
    q.all(&WEEKLY_LIST, args![group, store]).await
}

pub async fn week(q: &mut impl Sql, group: GroupId, store: StoreId, week: StoreDate) -> Result<Option<WeekRow>> {
    q.opt(&WEEKLY_ONE, args![group, store, week]).await
}

pub async fn has_week(q: &mut impl Sql, group: GroupId, store: StoreId, week: StoreDate) -> Result<bool> {
    Ok(q.count(&WEEKLY_HAS, args![group, store, week]).await? > 0)
}

pub async fn all_stores(q: &mut impl Sql) -> Result<Vec<(GroupId, StoreId)>> {
    q.all(&ALL_STORES, args![]).await
}

pub async fn time_zone(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<String> {
    Ok(q.get::<One<String>>(&STORE_TZ, args![group, store]).await?.0)
}
