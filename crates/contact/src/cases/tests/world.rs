//! People, a customer with a visit, and a call to be recorded.

use kernel::{
    AttemptId, Cap, ContactId, CustomerId, Department, Id, PhoneLineId, Reach, Result, Scope, StoreId, TaskId, UserId,
};
use platform::db::Sql as _;
use platform::events::Wire;
use platform::{args, stmt, transact};
use serde_json::json;
use testkit::World;

use people::identity::StaffLeft;

use crate::cases::ports::{CallRecorded, CallRevoked, Point, RecallLapsed};
use crate::cases::store::CaseRow;
use crate::cases::{on_call, on_recall_lapsed, on_revoked, on_staff_left};
use crate::followup::RecallSaid;

stmt!(
    ADD_CUSTOMER,
    "INSERT INTO customer (id, group_id, kind, name, name_key, region, created_at, updated_at) VALUES ($1,$2,'person',$3,$3,'成都',0,0)"
);
stmt!(
    ADD_LINE,
    "INSERT INTO customer_phone (id, group_id, customer_id, digits, status, rank, created_at) VALUES ($1,$2,$3,'13812344417','works',1,0)"
);
stmt!(
    ADD_SIGHT,
    "INSERT INTO customer_store (customer_id, store_id, group_id, why, since) VALUES ($1,$2,$3,'visit',0)"
);
stmt!(
    ADD_VEHICLE,
    "INSERT INTO vehicle (id, group_id, vin, plate, brand, series, purchased_on, created_at, updated_at) VALUES ($1,$2,'LSVAA4187E2000001','川A7K3Q2','斯柯达','速派','2023-06-30',0,0)"
);
stmt!(
    ADD_ORDER,
    "INSERT INTO repair_order (id, group_id, store_id, business_key, number, customer_id, vehicle_id, opened_on, items, mileage_km, state, content_hash, created_at, updated_at) VALUES ($1,$2,$3,$4,$4,$5,$6,$7,'空调异响检查',41260,'recorded','x',0,0)"
);
stmt!(
    ADD_TASK,
    "INSERT INTO task (id, group_id, store_id, kind, class, rule_version, subject_kind, subject_id, customer_id, vehicle_id, phone_line_id, contact_id, event_on, from_on, due_on, from_at, due_at, expires_at, state, attempts, max_attempts, created_at) VALUES ($1,$2,$3,'3DC','repair',0,'repair_order',$4,$5,$6,$7,600,'2026-11-17','2026-11-18','2026-11-20',0,0,0,'open',1,3,0)"
);
stmt!(
    ADD_CONTACT,
    "INSERT INTO contact (id, group_id, store_id, customer_id, phone_line_id, person_key, state, kinds, vehicle_id, due_at, from_at, expires_at, not_before, attempts, rank, created_at) VALUES (600,$1,$2,$3,$4,'c100','open',',3DC,',300,0,0,0,0,1,0,0)"
);
stmt!(ADD_ROLE, "INSERT INTO role (id, group_id, role_key, label_zh, grants, shipped) VALUES ($1,$2,$3,$3,$4,1)");
stmt!(
    ADD_POST,
    "INSERT INTO assignment (id, group_id, user_id, role_id, store_id, department, since) VALUES ($1,$2,$3,$4,$5,$6,0)"
);
stmt!(
    ADD_ANSWER,
    "INSERT INTO answer (id, group_id, store_id, attempt_id, task_id, question, effect, at) VALUES ($1,$2,$3,$4,500,'repeat_repair','bad',0)"
);
stmt!(pub ANSWERS, "SELECT COUNT(*) AS v FROM answer WHERE group_id=$1");
stmt!(pub CASES, "SELECT COUNT(*) AS v FROM case_file WHERE group_id=$1 AND withdrawn_at IS NULL");
stmt!(pub BLOCKS, "SELECT COUNT(*) AS v FROM contact_block WHERE group_id=$1 AND reason='open_case'");
stmt!(NOTICES, "SELECT COUNT(*) AS v FROM notification WHERE user_id=$1 AND kind=$2");
stmt!(TIMELINE, "SELECT COUNT(*) AS v FROM timeline WHERE customer_id=$1 AND kind=$2");
stmt!(AUDITS, "SELECT COUNT(*) AS v FROM audit WHERE group_id=$1 AND action=$2");
stmt!(pub OPEN_RECALLS, "SELECT COUNT(*) AS v FROM task WHERE group_id=$1 AND kind='recall' AND state='open'");

pub const CUSTOMER: CustomerId = Id::new(100);
pub const LINE: PhoneLineId = Id::new(200);
pub const TASK: TaskId = Id::new(500);
pub const CONTACT: ContactId = Id::new(600);

/// agent 1, second agent 2, service manager 3, another service manager 6, sales manager 4, general manager 5.
pub struct Staff {
    pub agent: Scope,
    pub other_agent: Scope,
    pub service: Scope,
    pub sales: Scope,
    pub general: Scope,
    pub supervisor: Scope,
    pub admin: Scope,
}

type Grants = &'static [(Cap, Reach)];

const AGENT: &[(Cap, Reach)] = &[(Cap::CallWork, Reach::Own), (Cap::CaseRead, Reach::Own)];
const MANAGER: &[(Cap, Reach)] = &[(Cap::CaseRead, Reach::Department), (Cap::CaseHandle, Reach::Department)];
const GENERAL: &[(Cap, Reach)] = &[(Cap::CaseRead, Reach::Store), (Cap::CaseDecide, Reach::Store)];
const SUPERVISOR: &[(Cap, Reach)] =
    &[(Cap::CaseRead, Reach::Store), (Cap::QueueSee, Reach::Store), (Cap::QueueAssign, Reach::Store)];
const ADMIN: &[(Cap, Reach)] = &[(Cap::SettingsEdit, Reach::Group), (Cap::AdminManage, Reach::Group)];

pub fn wire() -> Wire {
    Wire::default()
        .listen(|tx, e: &CallRecorded| Box::pin(on_call(tx, e)))
        .listen(|tx, e: &CallRevoked| Box::pin(on_revoked(tx, e)))
        .listen(|tx, e: &RecallLapsed| Box::pin(on_recall_lapsed(tx, e)))
        .listen(|tx, e: &StaffLeft| Box::pin(on_staff_left(tx, e)))
}

pub async fn furnish(w: &World) -> Staff {
    for (id, name) in [(1, "周岚"), (2, "林悦"), (3, "高岩"), (4, "田芳"), (5, "徐波"), (7, "沈雯"), (8, "管理员")]
    {
        w.user(id, name).await;
    }
    transact!(w.db, &w.system(), |tx| {
        tx.exec(&ADD_CUSTOMER, args![CUSTOMER, w.group, "陈晓帆"]).await?;
        tx.exec(&ADD_LINE, args![LINE, w.group, CUSTOMER]).await?;
        tx.exec(&ADD_SIGHT, args![CUSTOMER, w.store, w.group]).await?;
        tx.exec(&ADD_VEHICLE, args![300i64, w.group]).await?;
        for (id, day) in [(400i64, "2026-11-17"), (401, "2026-10-20"), (402, "2026-01-05")] {
            let order = args![id, w.group, w.store, format!("n:{id}"), CUSTOMER, 300i64, day];
            tx.exec(&ADD_ORDER, order).await?;
        }
        tx.exec(&ADD_CONTACT, args![w.group, w.store, CUSTOMER, LINE]).await?;
        tx.exec(&ADD_TASK, args![TASK, w.group, w.store, 400i64, CUSTOMER, 300i64, LINE]).await?;
        let roles: [(i64, &str, Grants); 4] =
            [(30, "manager", MANAGER), (31, "general", GENERAL), (32, "agent", AGENT), (33, "supervisor", SUPERVISOR)];
        for (id, key, grants) in roles {
            tx.exec(&ADD_ROLE, args![id, w.group, key, json!(grants)]).await?;
        }
        let posts = [
            (1i64, 32i64, Some(Department::Care)),
            (3, 30, Some(Department::Service)),
            (4, 30, Some(Department::Showroom)),
            (5, 31, None),
            (7, 33, Some(Department::Care)),
        ];
        for (user, role, department) in posts {
            tx.exec(&ADD_POST, args![900 + user, w.group, user, role, w.store, department]).await?;
        }
        Ok(())
    })
    .expect("furnished");
    let scope = |id: i64, department, grants| w.scope(UserId::new(id), department, grants);
    Staff {
        agent: scope(1, Some(Department::Care), AGENT),
        other_agent: scope(2, Some(Department::Care), AGENT),
        service: scope(3, Some(Department::Service), MANAGER),
        sales: scope(4, Some(Department::Showroom), MANAGER),
        general: scope(5, None, GENERAL),
        supervisor: scope(7, Some(Department::Care), SUPERVISOR),
        admin: scope(8, None, ADMIN),
    }
}

/// A second manager of the service department.
pub async fn second_manager(w: &World) -> Scope {
    w.user(6, "唐志强").await;
    transact!(w.db, &w.system(), |tx| {
        tx.exec(&ADD_POST, args![906i64, w.group, 6i64, 30i64, w.store, Some(Department::Service)]).await
    })
    .expect("added");
    w.scope(UserId::new(6), Some(Department::Service), MANAGER)
}

pub fn call(attempt: i64, store: StoreId, points: Vec<Point>) -> CallRecorded {
    CallRecorded {
        attempt: AttemptId::new(attempt),
        contact: CONTACT,
        store,
        customer: CUSTOMER,
        tasks: vec![TASK],
        reached: true,
        points,
        recalls: vec![],
        case_fields: vec![],
        late: false,
    }
}

pub fn bad(question: &str, option: &str, kind: &str) -> Point {
    Point {
        task: TASK,
        question: Some(question.into()),
        option: Some(option.into()),
        case_kind: Some(kind.into()),
        department: Some(if kind == "A7.3.4" { Department::Showroom } else { Department::Service }),
        text: None,
        remark: None,
        remark_id: None,
    }
}

pub fn complaint(text: &str) -> Point {
    Point {
        task: TASK,
        question: None,
        option: None,
        case_kind: None,
        department: None,
        text: Some(text.into()),
        remark: Some(crate::cases::ports::Mark::Complaint),
        remark_id: Some(1),
    }
}

/// Stores an answer and tells of the call, as the call page's verb does.
pub async fn record(w: &World, scope: &Scope, e: &CallRecorded) -> Result<()> {
    transact!(w.db, scope, |tx| {
        let id = tx.new_id::<kernel::Event>();
        tx.exec(&ADD_ANSWER, args![id, w.group, w.store, e.attempt]).await?;
        tx.record(e).await
    })
}

pub async fn revoke(w: &World, scope: &Scope, attempt: i64) {
    let e = CallRevoked {
        attempt: AttemptId::new(attempt),
        contact: CONTACT,
        store: w.store,
        customer: CUSTOMER,
        recall: None,
    };
    transact!(w.db, scope, |tx| { tx.record(&e).await }).expect("revoked");
}

pub async fn the_case(w: &World, attempt: i64) -> CaseRow {
    crate::cases::store::by_attempt(&mut w.db.reads(), w.group, AttemptId::new(attempt))
        .await
        .expect("read")
        .expect("a case")
}

pub async fn count(w: &World, what: &'static platform::db::Stmt) -> i64 {
    w.db.reads().count(what, args![w.group]).await.expect("a count")
}

pub async fn notices(w: &World, user: i64, kind: &str) -> i64 {
    w.db.reads().count(&NOTICES, args![user, kind]).await.expect("a count")
}

pub async fn of_timeline(w: &World, kind: &str) -> i64 {
    w.db.reads().count(&TIMELINE, args![CUSTOMER, kind]).await.expect("a count")
}

pub async fn audits(w: &World, action: &str) -> i64 {
    w.db.reads().count(&AUDITS, args![w.group, action]).await.expect("a count")
}

pub fn minutes(w: &World, n: u64) {
    w.clock.advance(std::time::Duration::from_secs(n * 60));
}

/// Contacted and resolved by the service manager; a re-call is due.
pub async fn resolved(w: &World, staff: &Staff, attempt: i64, cause: &str) -> CaseRow {
    let c = the_case(w, attempt).await;
    crate::cases::contact(&w.db, &staff.service, c.id, c.version, "已致电，约好明天来店").await.expect("contacted");
    minutes(w, 30);
    let form =
        crate::cases::ResultForm { cause_kind: "service".into(), cause: cause.into(), text: "更换压缩机".into() };
    crate::cases::resolve(&w.db, &staff.service, c.id, c.version + 1, &form).await.expect("resolved");
    the_case(w, attempt).await
}

/// That the call was about this case's re-call.
pub fn about(case: &CaseRow, satisfied: Option<bool>) -> Vec<RecallSaid> {
    case.recall_task_id.map(|task| RecallSaid { case: case.id, task, satisfied }).into_iter().collect()
}

pub async fn answered(w: &World, staff: &Staff, case: &CaseRow, attempt: i64, satisfied: bool) {
    let mut e = call(attempt, w.store, vec![]);
    e.recalls = about(case, Some(satisfied));
    record(w, &staff.agent, &e).await.expect("recorded");
}
