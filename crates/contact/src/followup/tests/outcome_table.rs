//! Every shipped outcome, as a table: what it counts, when it comes again, how it ends.

use super::shop::{in_shop, show};
use crate::followup::model::ContactState;

#[tokio::test]
async fn 每种结果_照章处理() {
    // outcome | attempts, in window, reached | result | contact | not before | promise | number
    for (outcome, want) in [
        ("complete", "1 1 true | complete | done | - | - | works"),
        ("partial", "1 1 true | partial | done | - | - | works"),
        ("not_convenient", "1 1 true | - | open | 11-19 15:00 | 11-19 15:00 | works"),
        ("no_answer", "1 1 false | - | open | 11-19 14:00 | - | unknown"),
        ("busy", "1 1 false | - | open | 11-19 10:20 | - | unknown"),
        ("switched_off", "1 1 false | - | open | 11-19 14:00 | - | unknown"),
        ("out_of_service", "1 1 false | - | number_needed | 11-19 10:00 | - | out_of_service"),
        ("wrong_number", "1 1 false | - | number_needed | 11-19 10:00 | - | wrong"),
        ("not_the_person", "1 1 false | - | open | 11-19 14:00 | - | unknown"),
        ("refused", "1 1 true | refused | done | - | - | works"),
        ("opted_out", "1 1 true | opted_out | done | - | - | works"),
        ("line_broken", "1 1 true | - | open | 11-19 10:00 | - | works"),
        ("misdialled", "0 0 false | - | open | 11-19 10:00 | - | unknown"),
    ] {
        in_shop(async |s| {
            s.order(1, 1, 21, "2026-11-18").await;
            s.record(&[1]).await;
            let saved = s.call(s.only().await.id, outcome).await;
            let (task, contact) = (s.task_of(1).await, s.only().await);
            assert_eq!(saved.number_needed, contact.state == ContactState::NumberNeeded, "{outcome}");
            let open = contact.state != ContactState::Done;
            let time = |at: Option<kernel::Millis>| at.map_or("-".to_owned(), |a| show(a)[5..].to_owned());
            let got = format!(
                "{} {} {} | {} | {} | {} | {} | {}",
                task.attempts,
                task.attempts_in_window,
                task.reached,
                task.result.map_or("-", |r| r.key()),
                contact.state,
                time(open.then_some(contact.not_before)),
                time(contact.promise_at),
                s.phone_status(11).await,
            );
            assert_eq!(got, want, "{outcome}");
            assert_eq!(contact.last_outcome.as_deref(), Some(outcome));
        })
        .await;
    }
}
