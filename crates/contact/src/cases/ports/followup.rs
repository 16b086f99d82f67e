//! What follow-up says and does.

use kernel::{
    AttemptId, CaseId, ContactId, CustomerId, Department, Millis, Phone, PhoneLineId, Problem, Result, StoreId, TaskId,
    UserId, VehicleId,
};
use platform::db::{Sql, Tx};
use platform::events::DomainEvent;
use platform::{args, keyed, row, settings, stmt};

keyed! {
    pub enum Mark { Praise = "praise", Suggestion = "suggestion", Complaint = "complaint", Question = "question" }
}

/// A bad answer or a remark that wants one.
#[derive(Clone, Debug)]
pub struct Point {
    pub task: TaskId,
    pub question: Option<String>,
    pub option: Option<String>,
    pub case_kind: Option<String>,
    pub department: Option<Department>,
    /// The customer's words.
    pub text: Option<String>,
    pub remark: Option<Mark>,
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
    /// Fields of the record that were asked for during the call, by key.
    pub case_fields: Vec<(String, String)>,
    /// The case whose re-call this was, and what the customer said.
    pub recall: Option<CaseId>,
    pub satisfied: Option<bool>,
}

impl DomainEvent for CallRecorded {
    fn kind(&self) -> &'static str {
        "call_recorded"
    }
    fn subject(&self) -> i64 {
        self.attempt.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
}

/// A call was taken back within its minutes.
#[derive(Clone, Debug)]
pub struct CallRevoked {
    pub attempt: AttemptId,
    pub store: StoreId,
}

impl DomainEvent for CallRevoked {
    fn kind(&self) -> &'static str {
        "call_revoked"
    }
    fn subject(&self) -> i64 {
        self.attempt.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
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
stmt!(
    LINES,
    "SELECT id AS k, digits AS v FROM customer_phone WHERE group_id=$1 AND customer_id=$2 AND ended_at IS NULL \
     AND status NOT IN ('wrong','out_of_service') ORDER BY rank, id LIMIT 20"
);

/// A number on its way to the telephone; never in a page.
pub struct Dialled {
    pub mode: String,
    pub digits: Phone,
    pub seconds: i64,
}

/// `followup::dial`: calls and cases share one limit an hour.
pub async fn dial(
    tx: &mut Tx,
    store: StoreId,
    user: UserId,
    case: CaseId,
    customer: CustomerId,
    wanted: Option<PhoneLineId>,
) -> Result<Dialled> {
    let (group, now) = (tx.scope().group, tx.now());
    let most = settings::number(tx, group, Some(store), "dials_per_hour", 60).await?;
    if tx.count(&DIALS_LATELY, args![group, user, now.plus(-Millis::HOUR)]).await? >= most {
        return Err(Problem::Refused("case-dial-limit"));
    }
    let lines: Vec<(PhoneLineId, Phone)> = tx.all(&LINES, args![group, customer]).await?;
    let chosen = lines.iter().position(|(id, _)| Some(*id) == wanted).unwrap_or(0);
    let (line, digits) = lines.into_iter().nth(chosen).ok_or(Problem::Refused("case-no-number"))?;
    let id = tx.new_id::<kernel::Event>();
    tx.exec(&DIAL_ADD, args![id, group, store, user, case, line, now]).await?;
    let mode = super::store_card(tx, group, store).await?.dial_mode;
    let seconds = settings::number(tx, group, Some(store), "show_number_seconds", 30).await?;
    Ok(Dialled { mode, digits, seconds })
}

row! {
    /// A task of a contact: what it is about.
    pub struct RecallBrief { pub task: TaskId, pub kind: String, pub subject_kind: String, pub subject_id: i64 }
}
stmt!(
    CONTACT_TASKS,
    "SELECT t.id AS task, t.kind, t.subject_kind, t.subject_id FROM task t WHERE t.group_id=$1 AND t.store_id=$2 \
     AND t.contact_id=$3 AND t.state='open' ORDER BY t.due_at, t.id LIMIT 20"
);

/// `followup::contact_tasks`: the open tasks of a contact.
pub async fn contact_subjects(
    q: &mut impl Sql,
    group: kernel::GroupId,
    store: StoreId,
    contact: ContactId,
) -> Result<Vec<RecallBrief>> {
    q.all(&CONTACT_TASKS, args![group, store, contact]).await
}
