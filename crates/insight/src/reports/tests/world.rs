//! Tasks, contacts and calls written straight into their tables, with the notes that the verbs would leave.

use contact::followup::figures::{self, What};
use kernel::{Millis, StoreDate, StoreId};
use platform::db::{Bind as _, Val};
use platform::{args, stmt, transact};
use testkit::World;

use crate::reports::figures::settle;
use crate::reports::jobs;
use crate::reports::period::Period;
use crate::reports::store::Question;

/// Midnight in Shanghai that begins 2026-11-19.
pub const TODAY: i64 = 1_795_017_600_000;

pub fn day(text: &str) -> StoreDate {
    text.parse().unwrap()
}

/// A task as these tests think of it.
#[derive(Clone, Debug)]
pub struct Fact {
    pub id: i64,
    pub store: StoreId,
    pub kind: &'static str,
    pub class: &'static str,
    pub brand: &'static str,
    /// Days from 2026-11-19.
    pub due: i32,
    pub agent: Option<i64>,
    pub state: &'static str,
    pub result: Option<&'static str>,
    pub attempts: i64,
    pub inside: i64,
    pub reached: i64,
    pub max: i64,
    pub number_needed: bool,
}

impl Fact {
    pub fn due_on(&self) -> StoreDate {
        day("2026-11-19").days_after(self.due)
    }
    /// Its window ends at 19:00.
    pub fn due_at(&self) -> Millis {
        Millis(TODAY + i64::from(self.due) * Millis::DAY + 19 * Millis::HOUR)
    }
}

stmt!(
    FACT_SET,
    "UPDATE task SET agent_id=$2, state=$3, result=$4, attempts=$5, attempts_in_window=$6, reached=$7, due_on=$8, due_at=$9 WHERE id=$1"
);
stmt!(FACT_CONTACT, "UPDATE contact SET state=$2 WHERE id=$1");

pub async fn add_facts(w: &World, facts: &[Fact]) {
    let (mut customers, mut contacts, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
    let mut sights = Vec::new();
    for f in facts {
        let zero = || 0_i64.bind();
        customers.push(vec![
            f.id.bind(),
            w.group.bind(),
            "person".bind(),
            format!("客户{}", f.id).bind(),
            format!("kehu{}", f.id).bind(),
            zero(),
            zero(),
        ]);
        sights.push(vec![f.id.bind(), f.store.bind(), w.group.bind(), "visit".bind(), zero()]);
        contacts.push(vec![
            f.id.bind(),
            w.group.bind(),
            f.store.bind(),
            f.id.bind(),
            format!("p{}", f.id).bind(),
            contact_state(f).bind(),
            f.kind.bind(),
            f.due_at().bind(),
            zero(),
            f.due_at().bind(),
            zero(),
            1_i64.bind(),
            zero(),
        ]);
        tasks.push(vec![
            f.id.bind(),
            w.group.bind(),
            f.store.bind(),
            f.kind.bind(),
            f.class.bind(),
            f.brand.bind(),
            zero(),
            "repair_order".bind(),
            f.id.bind(),
            f.id.bind(),
            f.id.bind(),
            f.due_on().bind(),
            f.due_on().bind(),
            f.due_on().bind(),
            zero(),
            f.due_at().bind(),
            f.due_at().bind(),
            f.state.bind(),
            Val::T(f.result.map(str::to_owned)),
            f.attempts.bind(),
            f.inside.bind(),
            f.reached.bind(),
            f.max.bind(),
            Val::I(f.agent),
            zero(),
        ]);
    }
    let scope = w.system();
    transact!(w.db, &scope, |tx| {
        let columns = ["id", "group_id", "kind", "name", "name_key", "created_at", "updated_at"];
        tx.bulk("customer", &columns, customers.clone(), "").await?;
        let columns = ["customer_id", "store_id", "group_id", "why", "since"];
        tx.bulk("customer_store", &columns, sights.clone(), "").await?;
        let columns = [
            "id",
            "group_id",
            "store_id",
            "customer_id",
            "person_key",
            "state",
            "kinds",
            "due_at",
            "from_at",
            "expires_at",
            "not_before",
            "rank",
            "created_at",
        ];
        tx.bulk("contact", &columns, contacts.clone(), "").await?;
        let columns = [
            "id",
            "group_id",
            "store_id",
            "kind",
            "class",
            "brand",
            "rule_version",
            "subject_kind",
            "subject_id",
            "customer_id",
            "contact_id",
            "event_on",
            "from_on",
            "due_on",
            "from_at",
            "due_at",
            "expires_at",
            "state",
            "result",
            "attempts",
            "attempts_in_window",
            "reached",
            "max_attempts",
            "agent_id",
            "created_at",
        ];
        tx.bulk("task", &columns, tasks.clone(), "").await?;
        for f in facts {
            figures::mark(tx, f.store, What::Task, &[f.due_on()]).await?;
        }
        Ok(())
    })
    .unwrap();
}

fn contact_state(f: &Fact) -> &'static str {
    match f.state {
        "hidden" => "hidden",
        "open" if f.number_needed => "number_needed",
        "open" => "open",
        _ => "done",
    }
}

/// Writes a changed fact, noting the day it was due and the day it is due now.
pub async fn change_fact(w: &World, before: &Fact, f: &Fact) {
    let scope = w.system();
    transact!(w.db, &scope, |tx| {
        let args = args![
            f.id,
            f.agent,
            f.state,
            f.result.map(str::to_owned),
            f.attempts,
            f.inside,
            f.reached,
            f.due_on(),
            f.due_at()
        ];
        use platform::db::Sql as _;
        tx.exec(&FACT_SET, args).await?;
        tx.exec(&FACT_CONTACT, args![f.id, contact_state(f)]).await?;
        figures::mark(tx, f.store, What::Task, &[before.due_on(), f.due_on()]).await
    })
    .unwrap();
}

pub async fn settled(w: &World) -> usize {
    settle(&w.db, w.db.clock().now()).await.unwrap()
}

pub async fn question(w: &World, stores: Vec<StoreId>, period: Period) -> Question {
    let now = w.db.clock().now();
    jobs::ask(&mut w.db.reads(), w.group, stores, w.store, period, now).await.unwrap()
}
