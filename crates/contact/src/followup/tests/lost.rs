//! No contact is lost: whatever is recorded in whatever order, every open task stands in exactly one waiting contact.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use testkit::World;

use super::shop::{Shop, wire};
use crate::followup::expiry;
use crate::followup::model::{Aside, ContactState, TaskState};
use crate::followup::{attempts, lease};
use platform::transact;

#[derive(Clone, Debug)]
enum Step {
    Call { which: usize, outcome: &'static str, agent: i64, ago: u64 },
    Revoke,
    Order { customer: i64 },
    Hours(u64),
    Aside { which: usize },
    Expire,
    Supply { which: usize },
}

const OUTCOMES: [&str; 13] = [
    "complete",
    "partial",
    "not_convenient",
    "no_answer",
    "busy",
    "switched_off",
    "out_of_service",
    "wrong_number",
    "not_the_person",
    "refused",
    "opted_out",
    "line_broken",
    "misdialled",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..6_usize, prop::sample::select(&OUTCOMES[..]), 100..102_i64, 0..90_u64)
            .prop_map(|(which, outcome, agent, ago)| Step::Call { which, outcome, agent, ago }),
        1 => Just(Step::Revoke),
        3 => (1..4_i64).prop_map(|customer| Step::Order { customer }),
        3 => (1..30_u64).prop_map(Step::Hours),
        1 => (0..6_usize).prop_map(|which| Step::Aside { which }),
        1 => Just(Step::Expire),
        1 => (0..6_usize).prop_map(|which| Step::Supply { which }),
    ]
}

async fn run(w: &World, steps: &[Step]) -> Result<(), TestCaseError> {
    let s = Shop { w };
    s.agent(100, 1, None).await;
    s.agent(101, 1, None).await;
    for id in 1..4 {
        s.customer(id, &format!("客户{id}"), &format!("1381234441{id}")).await;
    }
    let mut orders = 0;
    let mut last = None;
    for step in steps {
        let contacts = s.contacts().await;
        let nth = |i: usize| contacts.get(i % contacts.len().max(1)).map(|c| c.id);
        match step {
            Step::Call { which, outcome, agent, ago } => {
                let Some(contact) = nth(*which) else { continue };
                let mut call = s.attempt(contact, outcome);
                call.started_at = call.started_at.plus_minutes(-i64::try_from(*ago).expect("small"));
                let saved = s.save(&s.as_agent(kernel::UserId::new(*agent)), &call).await;
                let saved = saved.map_err(|p| TestCaseError::fail(format!("{step:?}: {p}")))?;
                last = Some((saved.attempt, *agent));
            }
            Step::Revoke => {
                if let Some((attempt, agent)) = last.take() {
                    let scope = s.as_agent(kernel::UserId::new(agent));
                    let outcome = transact!(w.db, &scope, |tx| { attempts::revoke(tx, attempt).await });
                    prop_assert!(matches!(outcome, Ok(()) | Err(kernel::Problem::Refused(_))), "{:?}", outcome);
                }
            }
            Step::Order { customer } => {
                orders += 1;
                let day = kernel::StoreDate::from(
                    jiff::Timestamp::from_millisecond(w.clock.now().0)
                        .expect("instant")
                        .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)))
                        .date(),
                );
                s.order(orders, *customer, 50 + orders, &day.days_after(-1).to_string()).await;
                s.record(&[orders]).await;
            }
            Step::Hours(n) => w.clock.advance(Duration::from_secs(n * 3_600)),
            Step::Aside { which } => {
                if let Some(contact) = nth(*which) {
                    let me = s.me();
                    let _ = transact!(w.db, &me, |tx| { lease::put_aside(tx, contact, Aside::Other).await });
                }
            }
            Step::Expire => {
                expiry::expire_all(&w.db).await.expect("expired");
            }
            Step::Supply { which } => {
                if let Some(contact) = nth(*which) {
                    let phone = kernel::Phone::parse(&format!("1370000{orders:04}")).expect("a phone");
                    let me = s.me();
                    let _ = transact!(w.db, &me, |tx| { crate::followup::numbers::supply(tx, contact, &phone).await });
                }
            }
        }
        invariants(&s, step).await?;
    }
    Ok(())
}

async fn invariants(s: &Shop<'_>, after: &Step) -> Result<(), TestCaseError> {
    let (tasks, contacts) = (s.tasks().await, s.contacts().await);
    for t in &tasks {
        let home = contacts.iter().find(|c| Some(c.id) == t.contact_id);
        match t.state {
            TaskState::Open => {
                let state = home.map(|c| c.state);
                prop_assert!(
                    matches!(state, Some(ContactState::Open | ContactState::NumberNeeded)),
                    "{:?}: task {} open in {:?}",
                    after,
                    t.id,
                    state
                );
                prop_assert!(t.result.is_none() && t.closed_at.is_none(), "{:?}", t);
            }
            TaskState::Hidden => prop_assert_eq!(home.map(|c| c.state), Some(ContactState::Hidden)),
            TaskState::Done | TaskState::Ended => {
                prop_assert!(t.result.is_some() && t.closed_at.is_some(), "{:?}", t);
            }
        }
        prop_assert!(t.attempts_in_window <= t.attempts, "{:?}", t);
    }
    for c in &contacts {
        let open: Vec<_> = tasks.iter().filter(|t| t.contact_id == Some(c.id) && t.is_open()).collect();
        prop_assert_eq!(c.is_waiting(), !open.is_empty(), "{:?}: contact {} {:?}", after, c.id, c.state);
        if c.is_waiting() {
            prop_assert_eq!(Some(c.due_at), open.iter().map(|t| t.due_at).min());
            prop_assert_eq!(Some(c.attempts), open.iter().map(|t| t.attempts).max());
            prop_assert!(open.iter().all(|t| c.kinds().contains(&t.kind.as_str())));
            // An attempt beyond the rule's is only made where a time was agreed, or the line broke.
            let extra = matches!(
                c.last_outcome.as_deref(),
                Some("not_convenient" | "not_the_person" | "line_broken" | "misdialled")
            ) || c.promise_at.is_some();
            prop_assert!(extra || open.iter().all(|t| t.attempts < t.max_attempts), "{:?}: {:?}", after, c);
        }
    }
    Ok(())
}

#[test]
fn 任何次序_都不丢() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(24);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(step(), 5..40), |steps| {
            runtime.block_on(async {
                let world = World::lite(wire()).await;
                let outcome = run(&world, &steps).await;
                world.db.close().await;
                outcome
            })
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

#[tokio::test]
async fn 任何次序_另一数据库也不丢() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..4 {
        let tree = prop::collection::vec(step(), 30..40).new_tree(&mut runner).expect("steps");
        let Some(world) = World::pg(wire()).await else { return };
        run(&world, &tree.current()).await.unwrap_or_else(|e| panic!("{e}"));
        world.db.close().await;
    }
}
