//! Whatever happens in whatever order: the counted days and what changed since give what an independent count gives.

use kernel::{Millis, StoreDate, StoreId};
use platform::transact;
use testkit::World;

use super::world::{Fact, add_facts, change_fact, day, question, settled};
use crate::reports::figures::compare;
use crate::reports::model::Counts;
use crate::reports::period::Period;
use crate::reports::store::{self, Question};
use crate::reports::{Measure, figures};

/// Small, seeded, good enough to wander about.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.roll(all.len() as u64)).unwrap()]
    }
    fn small(&mut self, n: u64) -> i64 {
        i64::try_from(self.roll(n)).unwrap()
    }
}

const RESULTS: [&str; 10] = [
    "complete",
    "partial",
    "refused",
    "opted_out",
    "exhausted",
    "expired",
    "merged",
    "no_number",
    "cancelled",
    "superseded",
];

fn state_of(dice: &mut Dice, f: &mut Fact) {
    f.state = dice.of(&["done", "ended", "open", "open", "hidden"]);
    f.result = matches!(f.state, "done" | "ended").then(|| dice.of(&RESULTS));
    f.attempts = dice.small(4);
    f.inside = dice.small(4).min(f.attempts);
    f.reached = dice.small(2);
    f.number_needed = f.state == "open" && dice.roll(3) == 0;
    f.agent = [None, Some(71), Some(72)][usize::try_from(dice.roll(3)).unwrap()];
}

fn fact(dice: &mut Dice, id: i64, stores: &[StoreId]) -> Fact {
    let (kind, class) =
        dice.of(&[("7DC", "new_car"), ("3DC", "new_car_repair"), ("3DC", "repair"), ("recall", "recall")]);
    let mut made = Fact {
        id,
        store: dice.of(stores),
        kind,
        class,
        brand: dice.of(&["", "斯柯达", "大众"]),
        due: i32::try_from(dice.small(150)).unwrap() - 110,
        agent: None,
        state: "open",
        result: None,
        attempts: 0,
        inside: 0,
        reached: 0,
        max: 3,
        number_needed: false,
    };
    state_of(dice, &mut made);
    made
}

/// A9.12 written down once more, over facts in memory.
fn count(facts: &[Fact], ask: &Question) -> Counts {
    let mut c = Counts::default();
    for f in facts {
        let inside = ask.stores.contains(&f.store)
            && ask.period.from <= f.due_on()
            && f.due_on() <= ask.period.to
            && f.due_at() <= ask.now
            && f.state != "hidden"
            && f.kind != "recall";
        let fits = (ask.kind.is_empty() || ask.kind == f.kind)
            && (ask.class.is_empty() || ask.class == f.class)
            && ask.brand.as_ref().is_none_or(|b| b == f.brand)
            && ask.agent.is_none_or(|a| Some(a.raw()) == f.agent);
        if !inside || !fits {
            continue;
        }
        match f.result {
            Some("opted_out") => c.opted_out += 1,
            Some("merged") => c.merged += 1,
            Some("cancelled") => c.cancelled += 1,
            Some("superseded") => c.superseded += 1,
            Some("no_number") => c.no_number += 1,
            None if f.number_needed => c.no_number += 1,
            result => {
                match result {
                    Some("complete" | "partial" | "refused") => c.done += 1,
                    _ if f.inside >= f.max => c.tried += 1,
                    _ => c.missed += 1,
                }
                c.attempted += i64::from(f.attempts > 0 || f.reached > 0);
                c.reached += i64::from(f.reached > 0);
                c.complete += i64::from(result == Some("complete"));
            }
        }
    }
    c
}

fn period(dice: &mut Dice) -> Period {
    let first = day("2026-11-19").days_after(i32::try_from(dice.small(150)).unwrap() - 115);
    match dice.roll(4) {
        0 => Period { from: first, to: first },
        1 => Period { from: first.first_of_month(), to: first.last_of_month() },
        2 => Period { from: day("2026-08-01"), to: day("2026-12-31") },
        _ => Period { from: first, to: first.days_after(i32::try_from(dice.small(90)).unwrap()) },
    }
}

async fn agrees(w: &World, dice: &mut Dice, facts: &[Fact], seed: u64) {
    let stores = if dice.roll(2) == 0 { vec![w.store, w.second] } else { vec![dice.of(&[w.store, w.second])] };
    let mut ask = question(w, stores, period(dice)).await;
    ask.by_agent = dice.roll(2) == 0;
    if dice.roll(2) == 0 {
        ask.kind = dice.of(&["", "3DC", "7DC"]).to_owned();
        ask.class = dice.of(&["", "repair", "new_car"]).to_owned();
        ask.brand =
            [None, Some(String::new()), Some("大众".to_owned())][usize::try_from(dice.roll(3)).unwrap()].clone();
        ask.agent = [None, Some(kernel::Id::new(71))][usize::try_from(dice.roll(2)).unwrap()];
    }
    let mut q = w.db.reads();
    let cells = store::cells(&mut q, &ask).await.unwrap();
    let found = Counts::of(&cells);
    assert_eq!(found, count(facts, &ask), "seed {seed}, {ask:?}");
    let measure = dice.of(Measure::ALL);
    let listed = store::listed(&mut q, &ask, measure, (String::new(), 0), 10_000).await.unwrap();
    assert_eq!(i64::try_from(listed.len()).unwrap(), found.measure(measure), "seed {seed}: the list of {measure}");
}

async fn wander(w: &World, seed: u64, base: i64) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let stores = [w.store, w.second];
    let mut next = base;
    let mut facts: Vec<Fact> = (0..60)
        .map(|_| {
            next += 1;
            fact(&mut dice, next, &stores)
        })
        .collect();
    add_facts(w, &facts).await;
    for _ in 0..24 {
        match dice.roll(8) {
            0 | 1 => {
                settled(w).await;
            }
            2 => w.clock.set(w.db.clock().now().plus(dice.small(40) * Millis::HOUR)),
            3 => {
                next += 1;
                let made = fact(&mut dice, next, &stores);
                add_facts(w, std::slice::from_ref(&made)).await;
                facts.push(made);
            }
            _ => {
                let at = usize::try_from(dice.roll(facts.len() as u64)).unwrap();
                let before = facts[at].clone();
                let mut after = before.clone();
                state_of(&mut dice, &mut after);
                if dice.roll(4) == 0 {
                    after.due = i32::try_from(dice.small(150)).unwrap() - 110;
                }
                change_fact(w, &before, &after).await;
                facts[at] = after;
            }
        }
        agrees(w, &mut dice, &facts, seed).await;
    }
    settled(w).await;
    assert_eq!(compare(&w.db).await.unwrap(), [], "seed {seed}");
}

#[tokio::test]
async fn counted_days_agree_with_an_independent_count() {
    for seed in 1..=12 {
        testkit::on_both(async |w| wander(w, seed, 10_000).await).await;
    }
}

#[tokio::test]
async fn rows_that_came_in_past_the_verbs_are_found_and_mended() {
    testkit::on_both(async |w| {
        let mut dice = Dice(77);
        let facts: Vec<Fact> = (0..40)
            .map(|i| Fact {
                due: -20,
                state: "done",
                result: Some("complete"),
                ..fact(&mut dice, 20_000 + i, &[w.store])
            })
            .collect();
        add_facts(w, &facts).await;
        settled(w).await;
        assert_eq!(compare(&w.db).await.unwrap(), []);
        // Somebody repairs the database by hand.
        let scope = w.system();
        transact!(w.db, &scope, |tx| {
            use platform::db::Sql as _;
            tx.exec(&BY_HAND, platform::args![w.group]).await
        })
        .unwrap();
        let wrong = compare(&w.db).await.unwrap();
        assert!(!wrong.is_empty() && wrong.iter().all(|d| d.month == "2026-10" && d.store == w.store), "{wrong:?}");
        figures::rebuild(&w.db).await.unwrap();
        assert_eq!(compare(&w.db).await.unwrap(), []);
    })
    .await;
}

platform::stmt!(BY_HAND, "UPDATE task SET result='refused' WHERE group_id=$1 AND kind <> 'recall'");

/// A day is kept only once all of its windows have ended.
#[tokio::test]
async fn a_day_is_counted_when_its_last_window_has_ended() {
    testkit::on_both(async |w| {
        let mut dice = Dice(5);
        let open = Fact {
            due: 0,
            state: "open",
            result: None,
            number_needed: false,
            kind: "3DC",
            class: "repair",
            ..fact(&mut dice, 30_000, &[w.store])
        };
        add_facts(w, std::slice::from_ref(&open)).await;
        let today: StoreDate = day("2026-11-19");
        let ask = async || question(w, vec![w.store], Period { from: today, to: today }).await;
        assert_eq!(settled(w).await, 0, "10:00, the window ends at 19:00");
        assert!(store::cells(&mut w.db.reads(), &ask().await).await.unwrap().is_empty());
        w.clock.set(open.due_at());
        assert_eq!(
            Counts::of(&store::cells(&mut w.db.reads(), &ask().await).await.unwrap()).counted(),
            1,
            "to the minute"
        );
        assert_eq!(settled(w).await, 1);
        assert_eq!(Counts::of(&store::cells(&mut w.db.reads(), &ask().await).await.unwrap()).counted(), 1);
    })
    .await;
}
