//! What follow-up says and does.

use kernel::{
    AttemptId, CaseId, ContactId, CustomerId, Department, GroupId, Millis, Phone, PhoneLineId, Problem, Result,
    StoreId, TaskId, VehicleId,
};
use platform::db::{Sql, Tx};
use platform::events::DomainEvent;
use platform::{args, keyed, row, settings, stmt};

keyed! {
    pub enum Mark { Praise = "praise", Suggestion = "suggestion", Complaint = "complaint", Question = "question" }
}

/// One bad answer, or a remark that wants an answer.
#[derive(Clone, Debug)]
pub struct Point {
    pub task: TaskId,
    /// Key of the question; of a remark, its mark.
    pub question: String,
    pub option: Option<String>,
    pub case_kind: Option<String>,
    pub department: Option<Department>,
    /// The customer's words.
    pub text: Option<String>,
    /// Row of `remark`, when it came from one.
    pub remark: Option<i64>,
}

impl Point {
    /// Of a remark, what the agent marked it as.
    pub fn mark(&self) -> Option<Mark> {
        self.remark.and_then(|_| Mark::parse(&self.question))
    }
}

/// A call was recorded, with all that came of it; heard in the same transaction.
#[derive(Clone, Debug)]
pub struct CallRecorded {
    pub attempt: AttemptId,
    pub contact: ContactId,
    pub store: StoreId,
    pub customer: CustomerId,
    pub tasks: Vec<TaskId>,
    pub reached: bool,
    pub points: Vec<Point>,
    /// The case whose re-call was among the tasks, and what it found.
    pub recall: Option<CaseId>,
    pub verdict: Option<bool>,
    /// Fields of the record that were asked for during the call, by key.
    pub case_fields: Vec<(String, String)>,
}

/// A call was taken back within its minutes.
#[derive(Clone, Debug)]
pub struct CallRevoked {
    pub attempt: AttemptId,
    pub store: StoreId,
}

/// A re-call ended without an answer.
#[derive(Clone, Debug)]
pub struct RecallLapsed {
    pub store: StoreId,
    pub task: TaskId,
    pub case: CaseId,
}

macro_rules! event {
    ($($t:ty: $kind:literal, $subject:ident;)*) => { $(
        impl DomainEvent for $t {
            fn kind(&self) -> &'static str { $kind }
            fn subject(&self) -> i64 { self.$subject.raw() }
            fn store(&self) -> Option<StoreId> { Some(self.store) }
        }
    )* };
}
event! {
    CallRecorded: "call_recorded", attempt;
    CallRevoked: "call_revoked", attempt;
    RecallLapsed: "recall_lapsed", task;
}

stmt!(
    RECALL_ADD,
    "INSERT INTO task (id, group_id, store_id, kind, class, rule_version, subject_kind, subject_id, customer_id, vehicle_id, \
     phone_line_id, event_on, from_on, due_on, from_at, due_at, expires_at, state, max_attempts, created_at) \
     VALUES ($1,$2,$3,'recall','recall',0,'case',$4,$5,$6,$7,$8,$8,$9,$10,$11,$11,'open',3,$12) \
     ON CONFLICT (store_id, kind, subject_kind, subject_id) DO UPDATE SET state='open', result=NULL, closed_at=NULL, \
     event_on=excluded.event_on, from_on=excluded.from_on, due_on=excluded.due_on, from_at=excluded.from_at, \
     due_at=excluded.due_at, expires_at=excluded.expires_at RETURNING id AS v"
);
stmt!(
    TASKS_CANCEL,
    "UPDATE task SET state='ended', result='cancelled', closed_at=$1 WHERE group_id=$2 AND store_id=$3 AND subject_kind='case' \
     AND subject_id=$4 AND state IN ('open','hidden')"
);

/// What [`plan_recall`] is told.
pub struct Talk {
    pub store: StoreId,
    pub case: CaseId,
    pub customer: CustomerId,
    pub vehicle: Option<VehicleId>,
    pub phone_line: Option<PhoneLineId>,
    pub from: Millis,
    pub due: Millis,
}

/// `followup::plan_recall`: puts the re-call into the queue.
pub async fn plan_recall(tx: &mut Tx, talk: &Talk) -> Result<TaskId> {
    let group = tx.scope().group;
    let calendar = super::calendar(tx, group, talk.store).await?;
    let (from_on, due_on) = (calendar.date_of(talk.from), calendar.date_of(talk.due));
    let (id, now) = (tx.new_id::<kernel::Task>(), tx.now());
    let row = args![
        id,
        group,
        talk.store,
        talk.case,
        talk.customer,
        talk.vehicle,
        talk.phone_line,
        from_on,
        due_on,
        talk.from,
        talk.due,
        now
    ];
    tx.get::<platform::db::One<TaskId>>(&RECALL_ADD, row).await.map(|one| one.0)
}

/// `followup::cancel_tasks`: the re-call is not needed any more.
pub async fn cancel_tasks(tx: &mut Tx, store: StoreId, case: CaseId) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&TASKS_CANCEL, args![now, group, store, case]).await.map(|_| ())
}

stmt!(
    DIALS_LATELY,
    "SELECT COUNT(*) AS v FROM (SELECT id FROM dial_log WHERE group_id=$1 AND user_id=$2 AND at > $3 LIMIT 1000) x"
);
stmt!(
    DIAL_ADD,
    "INSERT INTO dial_log (id, group_id, store_id, user_id, case_id, phone_line_id, at) VALUES ($1,$2,$3,$4,$5,$6,$7)"
);

/// A number on its way to the telephone; never in a page.
pub struct Dialled {
    pub mode: &'static str,
    pub digits: Phone,
    pub seconds: u32,
}

/// `followup::dial::dial_for_case`: calls and cases share one limit an hour.
pub async fn dial(tx: &mut Tx, case: CaseId, customer: CustomerId, wanted: Option<PhoneLineId>) -> Result<Dialled> {
    let (group, now) = (tx.scope().group, tx.now());
    let (user, store) = (tx.scope().user()?, tx.scope().store()?);
    let most = settings::number(tx, group, Some(store), "dials-per-hour", 60).await?;
    if tx.count(&DIALS_LATELY, args![group, user, now.plus(-Millis::HOUR)]).await? >= most {
        return Err(Problem::Refused("case-dial-limit"));
    }
    let lines = people::customers::phone_lines(tx, group, customer).await?;
    let mut usable = lines.into_iter().filter(|l| l.status.usable()).collect::<Vec<_>>();
    usable.sort_by_key(|l| Some(l.id) != wanted);
    let line = usable.into_iter().next().ok_or(Problem::Refused("case-no-number"))?;
    let id = tx.new_id::<kernel::Event>();
    tx.exec(&DIAL_ADD, args![id, group, store, user, case, line.id, now]).await?;
    let mode = super::store_card(tx, group, store).await?.dial_mode.key();
    Ok(Dialled { mode, digits: line.phone, seconds: 30 })
}

row! {
    /// What a task is about.
    pub struct Subject {
        pub task: TaskId, pub kind: String, pub id: i64, pub vehicle: Option<VehicleId>, pub phone_line: Option<PhoneLineId>,
        pub customer: CustomerId,
    }
}
stmt!(
    CONTACT_TASKS,
    "SELECT t.id AS task, t.subject_kind AS kind, t.subject_id AS id, t.vehicle_id AS vehicle, t.phone_line_id AS phone_line, \
     t.customer_id AS customer FROM task t WHERE t.group_id=$1 AND t.store_id=$2 AND t.contact_id=$3 AND t.state='open' \
     ORDER BY t.due_at, t.id LIMIT 20"
);
stmt!(
    TASK_SUBJECT,
    "SELECT t.id AS task, t.subject_kind AS kind, t.subject_id AS id, t.vehicle_id AS vehicle, t.phone_line_id AS phone_line, \
     t.customer_id AS customer FROM task t WHERE t.group_id=$1 AND t.store_id=$2 AND t.id=$3"
);

/// `followup::call::open`: what the open tasks of a contact are about.
pub async fn contact_subjects(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    contact: ContactId,
) -> Result<Vec<Subject>> {
    q.all(&CONTACT_TASKS, args![group, store, contact]).await
}

/// `followup::task`
pub async fn subject(q: &mut impl Sql, group: GroupId, store: StoreId, task: TaskId) -> Result<Option<Subject>> {
    q.opt(&TASK_SUBJECT, args![group, store, task]).await
}
