//! Every state against everything that can happen.

use kernel::{Id, Millis, Problem};

use crate::cases::model::{Act, Cause, CauseKind, Contact, Ended, Left, Outcome, RecallEnd, State, Verdict};

fn contact() -> Contact {
    Contact { at: Millis(10), by: Id::new(7) }
}
fn cause(text: &str) -> Cause {
    Cause { kind: CauseKind::Service, text: text.into() }
}
fn outcome(text: &str) -> Outcome {
    Outcome { cause: cause(text), text: "已更换".into(), at: Millis(20) }
}

fn ended() -> Ended {
    Ended { end: RecallEnd::Refused, at: Millis(190), recall_due: Millis(200) }
}

fn states() -> Vec<(&'static str, State)> {
    vec![
        ("waiting", State::Waiting { due: Millis(100), earlier: None }),
        ("contacted", State::Contacted { contact: contact(), due: Millis(150), earlier: None }),
        ("recall", State::Recall { contact: contact(), outcome: outcome("a"), due: Millis(200) }),
        ("undecided", State::Undecided { contact: contact(), outcome: outcome("a"), ended: ended(), due: Millis(400) }),
        (
            "closed",
            State::Closed { contact: contact(), outcome: outcome("a"), at: Millis(30), verdict: Verdict::Satisfied },
        ),
        ("withdrawn", State::Withdrawn { at: Millis(5) }),
    ]
}

fn acts() -> Vec<(&'static str, Act)> {
    vec![
        ("contact", Act::Contact { contact: contact(), due: Millis(150) }),
        ("resolve", Act::Resolve { outcome: outcome("a"), recall_due: Millis(200) }),
        ("satisfied", Act::Satisfied { at: Millis(30) }),
        ("unsatisfied", Act::Unsatisfied { due: Millis(300) }),
        ("lapse", Act::Lapse { end: RecallEnd::Refused, at: Millis(190), due: Millis(400) }),
        ("again", Act::RecallAgain { due: Millis(300) }),
        ("give up", Act::GiveUp { at: Millis(201) }),
        ("withdraw", Act::Withdraw { at: Millis(5) }),
        ("reopen", Act::Reopen { due: Millis(300) }),
    ]
}

#[test]
fn what_may_follow_what() {
    let name = |s: &State| {
        states().into_iter().find(|(_, o)| std::mem::discriminant(o) == std::mem::discriminant(s)).unwrap().0
    };
    let mut table = String::new();
    for (from, state) in states() {
        for (what, act) in acts() {
            let to = match state.clone().after(act) {
                Ok(next) => name(&next).to_owned(),
                Err(Problem::Refused(code)) => format!("✘ {code}"),
                Err(other) => panic!("{other}"),
            };
            table.push_str(&format!("{from:9} {what:11} {to}\n"));
        }
    }
    assert_eq!(
        table,
        "\
waiting   contact     contacted
waiting   resolve     ✘ case-contact-first
waiting   satisfied   ✘ case-no-result
waiting   unsatisfied ✘ case-no-result
waiting   lapse       ✘ case-no-result
waiting   again       ✘ case-no-result
waiting   give up     ✘ case-no-result
waiting   withdraw    withdrawn
waiting   reopen      ✘ case-open-still
contacted contact     ✘ case-contacted-already
contacted resolve     recall
contacted satisfied   ✘ case-no-result
contacted unsatisfied ✘ case-no-result
contacted lapse       ✘ case-no-result
contacted again       ✘ case-no-result
contacted give up     ✘ case-no-result
contacted withdraw    ✘ case-touched
contacted reopen      ✘ case-open-still
recall    contact     ✘ case-awaits-recall
recall    resolve     ✘ case-awaits-recall
recall    satisfied   closed
recall    unsatisfied waiting
recall    lapse       undecided
recall    again       ✘ case-awaits-recall
recall    give up     closed
recall    withdraw    ✘ case-touched
recall    reopen      ✘ case-open-still
undecided contact     ✘ case-decide-first
undecided resolve     ✘ case-decide-first
undecided satisfied   ✘ case-decide-first
undecided unsatisfied ✘ case-decide-first
undecided lapse       ✘ case-decide-first
undecided again       recall
undecided give up     closed
undecided withdraw    ✘ case-touched
undecided reopen      ✘ case-open-still
closed    contact     ✘ case-closed
closed    resolve     ✘ case-closed
closed    satisfied   ✘ case-closed
closed    unsatisfied ✘ case-closed
closed    lapse       ✘ case-closed
closed    again       ✘ case-closed
closed    give up     ✘ case-closed
closed    withdraw    ✘ case-closed
closed    reopen      waiting
withdrawn contact     ✘ case-withdrawn
withdrawn resolve     ✘ case-withdrawn
withdrawn satisfied   ✘ case-withdrawn
withdrawn unsatisfied ✘ case-withdrawn
withdrawn lapse       ✘ case-withdrawn
withdrawn again       ✘ case-withdrawn
withdrawn give up     ✘ case-withdrawn
withdrawn withdraw    ✘ case-withdrawn
withdrawn reopen      ✘ case-withdrawn
"
    );
}

#[test]
fn an_unsatisfied_customer_wants_another_cause() {
    let recall = State::Recall { contact: contact(), outcome: outcome("没拧紧"), due: Millis(200) };
    let again = recall.after(Act::Unsatisfied { due: Millis(300) }).unwrap();
    assert_eq!(again, State::Waiting { due: Millis(300), earlier: Some(cause("没拧紧")) });
    let contacted = again.after(Act::Contact { contact: contact(), due: Millis(150) }).unwrap();
    let same = contacted.clone().after(Act::Resolve { outcome: outcome("没拧紧"), recall_due: Millis(400) });
    assert!(matches!(same, Err(Problem::Refused("case-cause-again"))));
    assert!(contacted.after(Act::Resolve { outcome: outcome("零件批次有问题"), recall_due: Millis(400) }).is_ok());
}

#[test]
fn nobody_gives_up_before_the_time_is_over() {
    let recall = State::Recall { contact: contact(), outcome: outcome("a"), due: Millis(200) };
    let early = recall.after(Act::GiveUp { at: Millis(200) });
    assert!(matches!(early, Err(Problem::Refused("case-recall-not-over"))));
}

#[test]
fn time_left_is_read_in_hours_and_minutes() {
    let left = |due: i64, now: i64| Left::until(Millis(due * 60_000), Millis(now * 60_000));
    let read = |due: i64, now: i64| {
        let left = left(due, now);
        (left.hours, left.minutes, left.over)
    };
    assert_eq!(read(42, 0), (0, 42, false));
    assert_eq!(read(1500, 0), (25, 0, false));
    assert_eq!(read(0, 65), (1, 5, true));
    assert_eq!(read(7, 7), (0, 0, false));
}
