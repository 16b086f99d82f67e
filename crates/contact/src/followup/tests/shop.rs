//! A small repair shop to test in: customers, cars, orders, agents.

use kernel::{
    AttemptId, Cap, ContactId, CustomerId, DeliveryId, ImportId, Millis, Reach, RepairOrderId, Result, Scope,
    StoreDate, UserId, VehicleId,
};
use platform::db::{Bind as _, Sql as _, Stmt};
use platform::events::Wire;
use platform::{args, stmt, transact};
use testkit::World;

use crate::followup::model::{AnswerIn, Contact, Direction, Effect, NewAttempt, Saved, Task};
use crate::followup::people_port::{
    CustomerOptedOut, DeliveriesCancelled, DeliveriesRecorded, DeliveryMoved, RepairOrdersCancelled,
    RepairOrdersRecorded, StaffLeft,
};
use crate::followup::queue::{self, Filter, Page};
use crate::followup::{self, attempts};

stmt!(
    T_CUSTOMER,
    "INSERT INTO customer (id, group_id, kind, name, name_key, created_at, updated_at) VALUES ($1,1,$2,$3,$3,0,0)"
);
stmt!(T_SIGHT, "INSERT INTO customer_store (customer_id, store_id, group_id, why, since) VALUES ($1,$2,1,'visit',0)");
stmt!(
    T_ROLE,
    "INSERT INTO role (id, group_id, role_key, label_zh, grants, shipped) VALUES (50,1,'agent','回访专员',$1,1) ON CONFLICT DO NOTHING"
);
stmt!(T_POST, "INSERT INTO assignment (id, group_id, user_id, role_id, store_id, since) VALUES ($1,1,$2,50,$3,0)");
stmt!(
    T_PHONE,
    "INSERT INTO customer_phone (id, group_id, customer_id, digits, contact_name, status, rank, created_at) \
     VALUES ($1,1,$2,$3,$4,'unknown',$5,0)"
);
stmt!(
    T_VEHICLE,
    "INSERT INTO vehicle (id, group_id, plate, series, created_at, updated_at) VALUES ($1,1,$2,'明锐',0,0) ON CONFLICT DO NOTHING"
);
stmt!(
    T_ORDER,
    "INSERT INTO repair_order (id, group_id, store_id, business_key, customer_id, vehicle_id, visitor_name, phone_line_id, \
     opened_on, settled_on, state, content_hash, created_at, updated_at) VALUES ($1,1,$2,$3,$4,$5,$6,$7,$8,$9,'recorded','',0,0)"
);
stmt!(T_ORDER_DATE, "UPDATE repair_order SET settled_on=$2 WHERE id=$1");
stmt!(
    T_DELIVERY,
    "INSERT INTO delivery (id, group_id, store_id, business_key, customer_id, vehicle_id, delivered_on, state, content_hash, \
     created_at, updated_at) VALUES ($1,1,$2,$3,$4,$5,$6,'recorded','',0,0)"
);
stmt!(
    T_SHARE,
    "INSERT INTO agent_share (store_id, user_id, group_id, share, absent_from, absent_until) VALUES ($1,$2,1,$3,$4,$5)"
);
stmt!(
    T_BLOCK,
    "INSERT INTO contact_block (customer_id, store_id, reason, subject, group_id, since) VALUES ($1,$2,'case',1,1,0)"
);
stmt!(T_OPTED, "UPDATE customer SET opted_out_at=1 WHERE id=$1");
stmt!(
    T_EDITION,
    "INSERT INTO calendar_edition (group_id, store_id, edition) VALUES (1,0,1) \
     ON CONFLICT (group_id, store_id) DO UPDATE SET edition=calendar_edition.edition+1"
);
stmt!(T_DAY, "INSERT INTO calendar_day (group_id, store_id, day, kind, name, source) VALUES (1,0,$1,$2,'测试','test')");
stmt!(T_PHONE_STATUS, "SELECT status AS v FROM customer_phone WHERE id=$1");
stmt!(T_EVENTS, "SELECT COUNT(*) AS v FROM event WHERE kind=$1");
stmt!(T_LATE, "SELECT COUNT(*) AS v FROM late_event");
stmt!(T_SKIPPED, "SELECT reason AS k, COUNT(*) AS v FROM skipped_event GROUP BY reason ORDER BY reason");
stmt!(T_ATTEMPTS, "SELECT COUNT(*) AS v FROM attempt");
stmt!(
    T_ALL_CONTACTS,
    "SELECT id, store_id, customer_id, phone_line_id, person_key, person_name, state, kinds, vehicle_id, due_at, from_at, \
     expires_at, not_before, promise_at, attempts, rank, agent_id, best_time, lease_user, lease_until, skip_reason, \
     last_outcome, last_attempt_at, closed_at, import_id, version FROM contact ORDER BY id"
);
stmt!(
    T_ALL_TASKS,
    "SELECT id, store_id, kind, class, rule_version, subject_kind, subject_id, round, customer_id, vehicle_id, phone_line_id, \
     contact_id, event_on, from_on, due_on, from_at, due_at, expires_at, state, result, attempts, attempts_in_window, \
     reached, max_attempts, agent_id, closed_at, created_at, version, brand FROM task ORDER BY id"
);

platform::row! { struct PlanStep { detail: String } }

pub fn d(text: &str) -> StoreDate {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

/// `2026-11-19 10:00` in Shanghai.
pub fn at(text: &str) -> Millis {
    let (day, time) = text.split_once(' ').expect("date and time");
    let (h, m) = time.split_once(':').expect("time");
    let midnight = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let civil = d(day).civil().at(h.parse().expect("hour"), m.parse().expect("minute"), 0, 0);
    Millis(civil.to_zoned(midnight).expect("instant").timestamp().as_millisecond())
}

/// `2026-11-19 10:00` of a moment.
pub fn show(at: Millis) -> String {
    let stamp = jiff::Timestamp::from_millisecond(at.0).expect("instant");
    stamp.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).strftime("%Y-%m-%d %H:%M").to_string()
}

pub fn wire() -> Wire {
    Wire::default()
        .listen(|tx, e: &RepairOrdersRecorded| Box::pin(followup::on_repair_orders(tx, e)))
        .listen(|tx, e: &DeliveriesRecorded| Box::pin(followup::on_deliveries(tx, e)))
        .listen(|tx, e: &RepairOrdersCancelled| Box::pin(followup::on_repair_orders_cancelled(tx, e)))
        .listen(|tx, e: &DeliveriesCancelled| Box::pin(followup::on_deliveries_cancelled(tx, e)))
        .listen(|tx, e: &DeliveryMoved| Box::pin(followup::on_delivery_moved(tx, e)))
        .listen(|tx, e: &CustomerOptedOut| Box::pin(followup::on_opted_out(tx, e)))
        .listen(|tx, e: &StaffLeft| Box::pin(followup::on_staff_left(tx, e)))
}

/// Runs on both databases, with one agent (100) at the store and 1 = 陈晓帆 with a phone (11) and a car (21).
pub async fn in_shop<F: AsyncFn(&Shop<'_>)>(test: F) {
    testkit::on_both_wired(wire, async |w: &World| {
        let shop = Shop { w };
        shop.agent(100, 1, None).await;
        shop.customer(1, "陈晓帆", "13812344417").await;
        test(&shop).await;
    })
    .await;
}

pub struct Shop<'a> {
    pub w: &'a World,
}

pub const AGENT: UserId = UserId::new(100);

impl Shop<'_> {
    pub fn system(&self) -> Scope {
        self.w.system()
    }
    pub fn me(&self) -> Scope {
        self.as_agent(AGENT)
    }
    pub fn as_agent(&self, agent: UserId) -> Scope {
        self.w.scope(agent, None, &[(Cap::CallWork, Reach::Own)])
    }
    pub fn boss(&self) -> Scope {
        let grants = [(Cap::QueueSee, Reach::Store), (Cap::QueueAssign, Reach::Store), (Cap::RuleEdit, Reach::Store)];
        self.w.scope(UserId::new(900), None, &grants)
    }
    pub fn now(&self, text: &str) {
        self.w.clock.set(at(text));
    }

    pub async fn agent(&self, id: i64, share: i64, absent: Option<(&str, &str)>) -> UserId {
        let user = self.w.user(id, "专员").await;
        let (from, until) = (absent.map(|a| d(a.0)), absent.map(|a| d(a.1)));
        transact!(self.w.db, &self.system(), |tx| {
            tx.exec(&T_ROLE, args![r#"[["call.work","own"]]"#]).await?;
            tx.exec(&T_POST, args![id + 5000, user, self.w.store]).await?;
            tx.exec(&T_SHARE, args![self.w.store, user, share, from, until]).await
        })
        .expect("a share");
        user
    }

    /// A person with a phone `id*10+1` and a car `id*10+11`.
    pub async fn customer(&self, id: i64, name: &str, phone: &str) {
        self.client(id, "person", name, phone).await;
    }
    pub async fn fleet(&self, id: i64, name: &str, phone: &str) {
        self.client(id, "organisation", name, phone).await;
    }
    async fn client(&self, id: i64, kind: &str, name: &str, phone: &str) {
        transact!(self.w.db, &self.system(), |tx| {
            tx.exec(&T_CUSTOMER, args![id, kind, name]).await?;
            tx.exec(&T_SIGHT, args![id, self.w.store]).await
        })
        .expect("a customer");
        if !phone.is_empty() {
            self.phone(id * 10 + 1, id, phone, None, 1).await;
        }
    }
    pub async fn phone(&self, id: i64, customer: i64, digits: &str, owner: Option<&str>, rank: i64) {
        transact!(self.w.db, &self.system(), |tx| {
            tx.exec(&T_PHONE, args![id, customer, digits, owner, rank]).await
        })
        .expect("a phone");
    }

    /// An order of the store, settled on a day, of the customer's car `vehicle`.
    pub async fn order(&self, id: i64, customer: i64, vehicle: i64, settled: &str) {
        self.order_of(id, customer, vehicle, Some(settled), None).await;
    }
    pub async fn order_of(
        &self,
        id: i64,
        customer: i64,
        vehicle: i64,
        settled: Option<&str>,
        visitor: Option<(&str, i64)>,
    ) {
        let settled = settled.map(d);
        let opened = settled.unwrap_or_else(|| d("2026-11-18"));
        transact!(self.w.db, &self.system(), |tx| {
            tx.exec(&T_VEHICLE, args![vehicle, format!("川A{vehicle:05}")]).await?;
            let (name, line) = (visitor.map(|v| v.0), visitor.map(|v| v.1));
            let key = format!("n:{id}");
            tx.exec(&T_ORDER, args![id, self.w.store, key, customer, vehicle, name, line, opened, settled]).await
        })
        .expect("an order");
    }
    pub async fn settle(&self, order: i64, day: &str) {
        transact!(self.w.db, &self.system(), |tx| { tx.exec(&T_ORDER_DATE, args![order, d(day)]).await })
            .expect("a date");
    }
    pub async fn delivery(&self, id: i64, customer: i64, vehicle: i64, day: &str) {
        transact!(self.w.db, &self.system(), |tx| {
            tx.exec(&T_VEHICLE, args![vehicle, format!("川A{vehicle:05}")]).await?;
            let key = format!("{vehicle}|{day}");
            tx.exec(&T_DELIVERY, args![id, self.w.store, key, customer, vehicle, d(day)]).await
        })
        .expect("a delivery");
    }
    pub async fn block(&self, customer: i64) {
        transact!(self.w.db, &self.system(), |tx| { tx.exec(&T_BLOCK, args![customer, self.w.store]).await })
            .expect("a block");
    }
    pub async fn opted_out_before(&self, customer: i64) {
        transact!(self.w.db, &self.system(), |tx| { tx.exec(&T_OPTED, args![customer]).await }).expect("opted out");
    }
    pub async fn calendar_day(&self, day: &str, kind: &str) {
        transact!(self.w.db, &self.system(), |tx| {
            tx.exec(&T_DAY, args![d(day), kind]).await?;
            tx.exec(&T_EDITION, args![]).await
        })
        .expect("a day");
    }

    pub async fn record(&self, ids: &[i64]) {
        self.record_with(ids, &[], None, None).await;
    }
    pub async fn record_with(&self, ids: &[i64], changed: &[i64], import: Option<i64>, plan_from: Option<&str>) {
        let event = RepairOrdersRecorded {
            store: self.w.store,
            ids: ids.iter().map(|i| RepairOrderId::new(*i)).collect(),
            changed: changed.iter().map(|i| RepairOrderId::new(*i)).collect(),
            import: import.map(ImportId::new),
            plan_from: plan_from.map(d),
        };
        transact!(self.w.db, &self.system(), |tx| { tx.record(&event).await }).expect("recorded");
    }
    pub async fn record_deliveries(&self, ids: &[i64]) {
        let event = DeliveriesRecorded {
            store: self.w.store,
            ids: ids.iter().map(|i| DeliveryId::new(*i)).collect(),
            changed: Vec::new(),
            import: None,
            plan_from: None,
        };
        transact!(self.w.db, &self.system(), |tx| { tx.record(&event).await }).expect("recorded");
    }
    pub async fn cancel(&self, ids: &[i64]) {
        let event =
            RepairOrdersCancelled { store: self.w.store, ids: ids.iter().map(|i| RepairOrderId::new(*i)).collect() };
        transact!(self.w.db, &self.system(), |tx| { tx.record(&event).await }).expect("cancelled");
    }

    pub async fn contacts(&self) -> Vec<Contact> {
        self.w.db.reads().all(&T_ALL_CONTACTS, args![]).await.expect("contacts")
    }
    pub async fn tasks(&self) -> Vec<Task> {
        self.w.db.reads().all(&T_ALL_TASKS, args![]).await.expect("tasks")
    }
    pub async fn task_of(&self, subject: i64) -> Task {
        self.tasks().await.into_iter().find(|t| t.subject_id == subject).expect("a task")
    }
    pub async fn contact(&self, id: ContactId) -> Contact {
        self.contacts().await.into_iter().find(|c| c.id == id).expect("a contact")
    }
    /// The one contact there is.
    pub async fn only(&self) -> Contact {
        let mut all = self.contacts().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
    pub async fn count(&self, what: &'static str) -> i64 {
        let mut q = self.w.db.reads();
        match what {
            "late" => q.count(&T_LATE, args![]).await,
            "attempts" => q.count(&T_ATTEMPTS, args![]).await,
            kind => q.count(&T_EVENTS, args![kind]).await,
        }
        .expect("a count")
    }
    pub async fn skipped(&self) -> Vec<(String, i64)> {
        self.w.db.reads().all(&T_SKIPPED, args![]).await.expect("skipped")
    }
    pub async fn phone_status(&self, id: i64) -> String {
        let found: platform::db::One<String> =
            self.w.db.reads().get(&T_PHONE_STATUS, args![id]).await.expect("a phone");
        found.0
    }

    /// How SQLite goes about a statement of follow-up.
    pub async fn plan(&self, name: &str) -> String {
        let stmt = inventory::iter::<&'static Stmt>
            .into_iter()
            .find(|s| s.name == name && s.module.contains("followup::store"))
            .unwrap_or_else(|| panic!("{name}"));
        let text: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {}", stmt.lite).into_boxed_str());
        let explain: &'static Stmt = Box::leak(Box::new(Stmt::new("EXPLAIN", "tests", text, text)));
        let steps: Vec<PlanStep> =
            self.w.db.reads().all(explain, vec![platform::db::Val::I(None); 40]).await.expect(name);
        steps.into_iter().map(|s| s.detail + " \n").collect()
    }
    pub async fn page(&self, scope: &Scope, filter: &Filter) -> Result<Page> {
        queue::page(&mut self.w.db.reads(), scope, filter, self.w.clock.now()).await
    }
    pub async fn save(&self, scope: &Scope, new: &NewAttempt) -> Result<Saved> {
        transact!(self.w.db, scope, |tx| { attempts::save(tx, new).await })
    }
    /// Records an outcome now, as the agent.
    pub async fn call(&self, contact: ContactId, outcome: &str) -> Saved {
        self.save(&self.me(), &self.attempt(contact, outcome)).await.expect(outcome)
    }
    pub async fn revoke(&self, attempt: AttemptId) -> Result<()> {
        let me = self.me();
        transact!(self.w.db, &me, |tx| { attempts::revoke(tx, attempt).await })
    }

    /// A call that ends now and took two minutes.
    pub fn attempt(&self, contact: ContactId, outcome: &str) -> NewAttempt {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let now = self.w.clock.now();
        NewAttempt {
            client_id: format!("client-{:08}", NEXT.fetch_add(1, Ordering::Relaxed)),
            contact,
            started_at: now,
            seconds: 0,
            direction: Direction::Out,
            outcome: outcome.into(),
            answers: Vec::new(),
            remarks: Vec::new(),
            phone_line: None,
            agreed_at: (outcome == "not_convenient").then(|| now.plus_hours(5)),
            who_when: (outcome == "not_the_person").then(|| "他爱人接的，晚上在".to_owned()),
            new_phone: None,
            best_time: None,
            sold_car: Vec::<VehicleId>::new(),
            note: None,
            booking: None,
            script_version: None,
            tasks: None,
            case_fields: Vec::new(),
            confirmed: outcome == "opted_out",
        }
    }
}

pub fn answer(task: Option<kernel::TaskId>, question: &str, effect: Effect) -> AnswerIn {
    AnswerIn {
        task,
        question: question.into(),
        option: Some("x".into()),
        effect,
        text: None,
        case_kind: Some("A7.3.1".into()),
        department: Some(kernel::Department::Service),
    }
}

pub fn customer(id: i64) -> CustomerId {
    CustomerId::new(id)
}

#[test]
fn 时刻写法() {
    assert_eq!(show(testkit::START), "2026-11-19 10:00");
    assert_eq!(at("2026-11-19 10:00"), testkit::START);
    assert_eq!(1_i64.bind(), platform::db::Val::I(Some(1)));
}
