//! A changed calendar moves what lies ahead, says so in the course, and touches nothing that was missed.

use kernel::{Millis, StoreDate};
use platform::db::Sql as _;
use platform::{args, rulebook, stmt, transact};
use testkit::{START, World, on_both_wired};

use super::world::*;
use crate::cases::clocks::{ClockBook, Unit};
use crate::cases::model::StepKind;
use crate::cases::{recalendar, store};

stmt!(
    T_CLOSE,
    "INSERT INTO calendar_day (group_id, store_id, day, kind, name, source) VALUES (1,0,$1,'closed','停电','test')"
);
stmt!(
    T_EDITION,
    "INSERT INTO calendar_edition (group_id, store_id, edition) VALUES (1,0,1) \
     ON CONFLICT (group_id, store_id) DO UPDATE SET edition=calendar_edition.edition+1"
);
stmt!(T_OPEN, "DELETE FROM calendar_day WHERE group_id=1 AND day=$1");
stmt!(T_RECALL_DUE, "SELECT due_at AS v FROM task WHERE group_id=$1 AND kind='recall' AND state='open'");

async fn close(w: &World, day: &str) {
    let day: StoreDate = day.parse().expect("a day");
    transact!(w.db, &w.system(), |tx| {
        tx.exec(&T_CLOSE, args![day]).await?;
        tx.exec(&T_EDITION, args![]).await
    })
    .expect("closed");
}
async fn open(w: &World, day: &str) {
    let day: StoreDate = day.parse().expect("a day");
    transact!(w.db, &w.system(), |tx| {
        tx.exec(&T_OPEN, args![day]).await?;
        tx.exec(&T_EDITION, args![]).await
    })
    .expect("open");
}
async fn moved(w: &World) -> usize {
    recalendar(&w.db, &w.system(), w.store).await.expect("moved")
}
async fn opened(w: &World) -> Staff {
    let staff = furnish(w).await;
    record(w, &staff.agent, &call(700, w.store, vec![bad("repeat_repair", "yes", "A7.3.3")])).await.expect("recorded");
    staff
}

/// Of Friday 10:00 that is closed: an hour after Saturday's opening.
#[tokio::test]
async fn a_contact_deadline_follows_the_calendar_and_says_so() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let friday = START.plus_hours(24);
        assert_eq!(the_case(w, 700).await.contact_due_at, friday);
        assert_eq!(moved(w).await, 0, "nothing changed, nothing moves");
        close(w, "2026-11-20").await;
        assert_eq!(moved(w).await, 1);
        let c = the_case(w, 700).await;
        assert!(c.contact_due_at > friday, "later, on Saturday");
        assert_eq!((c.next_due_at, c.touched), (Some(c.contact_due_at), false));
        assert_eq!(moved(w).await, 0, "a second run moves none");
        let steps = store::steps(&mut w.db.reads(), w.group, c.id).await.expect("steps");
        let step = steps.iter().find(|s| s.kind == StepKind::Rescheduled).expect("a line in the course");
        assert_eq!(step.args["before"].as_i64().map(Millis), Some(friday));
        assert_eq!(step.args["after"].as_i64().map(Millis), Some(c.contact_due_at));
        assert_eq!(step.args["reason"], "calendar");
        assert_eq!(audits(w, "case.rescheduled").await, 1);
        open(w, "2026-11-20").await;
        assert_eq!(moved(w).await, 1);
        assert_eq!(the_case(w, 700).await.contact_due_at, friday, "and back");
        drop(staff);
    })
    .await;
}

#[tokio::test]
async fn a_missed_deadline_stays_missed() {
    on_both_wired(wire, async |w| {
        opened(w).await;
        let friday = START.plus_hours(24);
        minutes(w, 25 * 60);
        close(w, "2026-11-20").await;
        assert_eq!(moved(w).await, 0);
        assert_eq!(the_case(w, 700).await.contact_due_at, friday);
    })
    .await;
}

#[tokio::test]
async fn a_recall_moves_with_its_case() {
    on_both_wired(wire, async |w| {
        let staff = opened(w).await;
        let c = resolved(w, &staff, 700, "没拧紧").await;
        let sunday = START.plus_hours(3 * 24 + 9);
        assert_eq!(c.recall_due_at, Some(sunday));
        close(w, "2026-11-22").await;
        assert_eq!(moved(w).await, 1);
        let monday = sunday.plus_hours(24);
        let c = the_case(w, 700).await;
        assert_eq!((c.recall_due_at, c.next_due_at), (Some(monday), Some(monday)));
        let due = w.db.reads().count(&T_RECALL_DUE, args![w.group]).await.expect("the task");
        assert_eq!(Millis(due), monday, "what stands in the queue");
        assert_eq!(moved(w).await, 0);
    })
    .await;
}

/// The clock that the case was made with counts, not one that was edited since.
#[tokio::test]
async fn an_edited_clock_moves_no_case_that_exists() {
    on_both_wired(wire, async |w| {
        opened(w).await;
        let mut book =
            rulebook::current::<ClockBook>(&mut w.db.reads(), w.group, w.store).await.expect("clocks").body.clone();
        (book.clocks[0].amount, book.clocks[0].unit) = (5, Unit::CalendarDays);
        transact!(w.db, &w.system(), |tx| { rulebook::save(tx, Some(w.store), &book, "").await }).expect("saved");
        assert_eq!(moved(w).await, 0);
        assert_eq!(the_case(w, 700).await.contact_due_at, START.plus_hours(24));
    })
    .await;
}
