//! A fixture counted by hand: every exclusion of A9.12, each number against its list.

use kernel::{Permille, TaskId};
use platform::db::Reads;
use testkit::World;

use super::world::{Fact, add_facts, day, question, settled};
use crate::reports::Measure;
use crate::reports::model::{CLASSES, Counts};
use crate::reports::period::Period;
use crate::reports::store::{self, Question};

/// The table as one writes it on paper. `due` is the day of November on which the window ends; the rule asks for three
/// attempts.
/// class | brand | due | state | result | attempts | in window | reached | number needed | why
const TASKS: &str = "
new_car        斯柯达 10 done   complete   1 1 1 - completed
new_car        斯柯达 10 done   refused    1 1 1 - refused counts as followed up, not as complete
new_car        大众   12 ended  expired    0 0 0 - never tried
new_car        大众   12 ended  superseded 0 0 0 - a case took over: beside
new_car_repair 斯柯达 11 done   partial    2 2 1 - partly completed
new_car_repair 大众   11 ended  exhausted  3 3 0 - all attempts inside the window
new_car_repair 大众   11 ended  exhausted  3 2 0 - all attempts, one of them after the window: missed
repair         斯柯达 09 done   complete   1 1 1 - first day of the period
repair         斯柯达 15 done   complete   2 0 1 - last day, completed after its window
repair         斯柯达 11 ended  exhausted  3 3 0 - all attempts inside the window
repair         斯柯达 12 ended  expired    2 2 0 - one attempt short
repair         大众   13 open   -          1 1 0 - still open, its window has ended
repair         大众   13 open   -          3 3 0 - still open for a promise, all attempts made
repair         大众   14 done   complete   0 0 1 - called back outside the call hours: reached, so attempted
repair         大众   13 open   -          0 0 0 n no usable number, still open
repair         斯柯达 10 ended  no_number  1 1 0 - no usable number, ended
repair         斯柯达 10 ended  opted_out  1 1 1 - opted out in the call
repair         斯柯达 10 ended  opted_out  0 0 0 - opted out elsewhere
repair         斯柯达 10 done   merged     1 1 1 - merged with others of the fleet
repair         斯柯达 10 ended  cancelled  0 0 0 - the order was withdrawn
repair         斯柯达 25 open   -          0 0 0 - its window has not ended
repair         斯柯达 08 done   complete   1 1 1 - the day before the period
repair         斯柯达 16 done   complete   1 1 1 - the day after the period
repair         斯柯达 10 hidden -          0 0 0 - of an import that nobody has applied
recall         斯柯达 10 done   complete   1 1 1 - a re-call is no follow-up
";

/// By hand, for the 9th to the 15th, looked at on the 19th.
fn by_hand() -> [(&'static str, Counts); 3] {
    let none = Counts::default();
    [
        (
            "new_car",
            Counts { done: 2, missed: 1, attempted: 2, reached: 2, complete: 1, superseded: 1, ..none.clone() },
        ),
        ("new_car_repair", Counts { done: 1, tried: 1, missed: 1, attempted: 3, reached: 1, ..none }),
        (
            "repair",
            Counts {
                done: 3,
                tried: 2,
                missed: 2,
                attempted: 7,
                reached: 3,
                complete: 3,
                opted_out: 2,
                merged: 1,
                no_number: 2,
                cancelled: 1,
                superseded: 0,
            },
        ),
    ]
}

fn facts(w: &World) -> Vec<Fact> {
    let known = |word: &str| -> Option<&'static str> {
        let words = [
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
        words.into_iter().find(|w| *w == word)
    };
    let lines = TASKS.lines().filter(|l| !l.trim().is_empty()).enumerate();
    lines
        .map(|(i, line)| {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let [class, brand, due, state, result, attempts, inside, reached, number, ..] = cells[..] else {
                panic!("{line}");
            };
            let n = |text: &str| text.parse::<i64>().unwrap();
            let class = ["new_car", "new_car_repair", "repair", "recall"].into_iter().find(|c| *c == class).unwrap();
            Fact {
                id: i64::try_from(i).unwrap() + 500,
                store: w.store,
                kind: match class {
                    "new_car" => "7DC",
                    "recall" => "recall",
                    _ => "3DC",
                },
                class,
                brand: ["斯柯达", "大众"].into_iter().find(|b| *b == brand).unwrap(),
                due: due.parse::<i32>().unwrap() - 19,
                agent: None,
                state: ["done", "ended", "open", "hidden"].into_iter().find(|s| *s == state).unwrap(),
                result: known(result),
                attempts: n(attempts),
                inside: n(inside),
                reached: n(reached),
                max: 3,
                number_needed: number == "n",
            }
        })
        .collect()
}

async fn asked(w: &World) -> Question {
    question(w, vec![w.store], Period { from: day("2026-11-09"), to: day("2026-11-15") }).await
}

/// Goes through the pages of a list three rows at a time, as the pager does.
async fn rows(q: &mut Reads, ask: &Question, measure: Measure) -> Vec<TaskId> {
    let (mut all, mut after) = (Vec::new(), (String::new(), 0));
    loop {
        let page = store::listed(q, ask, measure, after.clone(), 3).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = (last.due_on.to_string(), last.id.raw());
        all.extend(page.iter().map(|r| r.id));
    }
}

#[tokio::test]
async fn 回访率_手工数过的样本() {
    testkit::on_both(async |w| {
        add_facts(w, &facts(w)).await;
        let ask = asked(w).await;
        // Counted one by one, then from the counted days: the same.
        for settle in [false, true] {
            if settle {
                assert!(settled(w).await > 0);
                assert_eq!(settled(w).await, 0, "a second run has nothing to count");
            }
            let cells = store::cells(&mut w.db.reads(), &ask).await.unwrap();
            for (class, wanted) in by_hand() {
                let found = Counts::of(cells.iter().filter(|c| c.class == class));
                assert_eq!(found, wanted, "{class}, settled: {settle}");
            }
            let total = Counts::of(&cells);
            assert_eq!((total.counted(), cells.iter().any(|c| c.class == "recall")), (13, false));
            assert_eq!(total.followup(), Some(Permille(692)), "6 done + 3 tried of 13");
            assert_eq!(total.reach(), Some(Permille(500)), "6 of 12");
            assert_eq!(total.completion(), Some(Permille(333)), "4 of 12");
        }
    })
    .await;
}

#[tokio::test]
async fn every_number_lists_exactly_its_rows() {
    testkit::on_both(async |w| {
        add_facts(w, &facts(w)).await;
        settled(w).await;
        let mut q = w.db.reads();
        let ask = asked(w).await;
        for (class, brand) in CLASSES.iter().flat_map(|c| [(*c, None), (*c, Some("斯柯达")), (*c, Some("大众"))]) {
            let ask = Question { class: class.to_owned(), brand: brand.map(str::to_owned), ..ask.clone() };
            let sum = Counts::of(&store::cells(&mut q, &ask).await.unwrap());
            for measure in Measure::ALL {
                let n = sum.measure(*measure);
                let mut listed = rows(&mut q, &ask, *measure).await;
                assert_eq!(i64::try_from(listed.len()).unwrap(), n, "{class} {brand:?} {measure}");
                listed.sort();
                listed.dedup();
                assert_eq!(i64::try_from(listed.len()).unwrap(), n, "{class} {brand:?} {measure}: a row twice");
            }
        }
        let stranger = Question { group: w.other_group, stores: vec![w.stranger], ..ask };
        assert!(store::cells(&mut q, &stranger).await.unwrap().is_empty(), "another group sees nothing");
    })
    .await;
}
