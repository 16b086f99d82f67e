use std::collections::HashMap;

use platform::transact;

use super::{assignment, furnish, give_password, person, scope, told};
use crate::identity::post::Place;
use crate::identity::staff::{deactivate, set_assignments};
use crate::identity::store::role::administrators;
use crate::identity::store::user;

/// Two administrators deactivate each other at the same moment, again and again: one of them stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn 最后一位管理员_并发互撤也留得住() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        let one = person(w, "one", "administrator", Place::Group).await;
        let two = person(w, "two", "administrator", Place::Group).await;
        let administrator = assignment(w, "administrator", Place::Group).await;
        let agent = assignment(w, "agent", here).await;
        for round in 0..6 {
            let (scope_one, scope_two) = (scope(w, one).await, scope(w, two).await);
            let nothing = HashMap::new();
            let a = async {
                if round % 2 == 0 {
                    transact!(w.db, &scope_one, |tx| { deactivate(tx, two, &nothing).await })
                } else {
                    transact!(w.db, &scope_one, |tx| { set_assignments(tx, two, &[agent]).await })
                }
            };
            let b = async { transact!(w.db, &scope_two, |tx| { set_assignments(tx, one, &[agent]).await }) };
            let (a, b) = tokio::join!(a, b);
            let left = administrators(&mut w.db.reads(), w.group).await.unwrap();
            assert_eq!(left.len(), 1, "round {round}: {} / {}", told(&a), told(&b));
            let mut outcomes = [told(&a), told(&b)];
            outcomes.sort();
            assert_eq!(outcomes, ["last-administrator", "yes"], "round {round}");
            // Both again, for the next round.
            for id in [one, two] {
                transact!(w.db, &w.system(), |tx| {
                    user::set_left(tx, id, None).await?;
                    set_assignments(tx, id, &[administrator]).await
                })
                .unwrap();
                give_password(w, id).await;
            }
        }
    })
    .await;
}

/// One who never chose a password cannot be relied on.
#[tokio::test]
async fn 没有密码的管理员不算数() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let one = person(w, "one", "administrator", Place::Group).await;
        let two = person(w, "two", "administrator", Place::Group).await;
        transact!(w.db, &w.system(), |tx| { user::drop_password(tx, two).await }).unwrap();
        let by_two = scope(w, two).await;
        let outcome = transact!(w.db, &by_two, |tx| { deactivate(tx, one, &HashMap::new()).await });
        assert_eq!(told(&outcome), "last-administrator");
        give_password(w, two).await;
        transact!(w.db, &by_two, |tx| { deactivate(tx, one, &HashMap::new()).await }).unwrap();
    })
    .await;
}
