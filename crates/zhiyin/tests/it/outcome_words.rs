//! Outcomes are data: a call is named by the words that the store's table had when the call was saved.

use contact::followup::outcomes::Outcomes;
use contact::followup::{Direction, NewAttempt, attempts};
use kernel::{Cap, ContactId, CustomerId, Post, Reach, Scope, Stores};
use platform::db::Sql as _;
use platform::{args, rulebook, stmt, transact};

use super::house::House;

stmt!(
    T_NOT_REACHED,
    "SELECT a.customer_id AS k, c.id AS v FROM attempt a JOIN contact c ON c.id=a.contact_id \
     WHERE a.store_id=$1 AND c.state='open' AND a.outcome='no_answer' AND a.revoked_at IS NULL ORDER BY a.id DESC LIMIT 1"
);

async fn call(house: &House, contact: ContactId) {
    let agent = house.user("周岚").await;
    let stores = Stores::These(vec![house.store]);
    let post = Post { role: "agent".into(), stores, department: None, grants: vec![(Cap::CallWork, Reach::Store)] };
    let scope = Scope { user: Some(agent), group: house.group, store: Some(house.store), posts: vec![post] };
    let new = NewAttempt {
        client_id: format!("words-{contact}"),
        contact,
        started_at: house.db.clock().now(),
        seconds: 20,
        direction: Direction::Out,
        outcome: "no_answer".into(),
        answers: Vec::new(),
        remarks: Vec::new(),
        phone_line: None,
        agreed_at: None,
        who_when: None,
        new_phone: None,
        best_time: None,
        sold_car: Vec::new(),
        note: None,
        script_version: None,
        tasks: None,
        booking: None,
        case_fields: Vec::new(),
        confirmed: true,
    };
    transact!(house.db, &scope, |tx| { attempts::save(tx, &new).await }).expect("saved");
}

async fn check(house: &House) {
    let found: (CustomerId, ContactId) =
        house.db.reads().get(&T_NOT_REACHED, args![house.store]).await.expect("nobody answered somewhere");
    let (customer, contact) = found;
    let scope = Scope::system(house.group, Some(house.store));
    let mut table = rulebook::current::<Outcomes>(&mut house.db.reads(), house.group, house.store)
        .await
        .expect("a table")
        .body
        .clone();
    let outcome = table.outcomes.iter_mut().find(|o| o.key == "no_answer").expect("no answer");
    let before = outcome.label.zh.clone();
    outcome.label.zh = "响铃没人接".into();
    transact!(house.db, &scope, |tx| { rulebook::save(tx, Some(house.store), &table, "改说法").await }).expect("saved");
    call(house, contact).await;

    let mut reader = house.signed_in("沈雯").await;
    let customer = reader.get(&format!("/customers/{customer}")).await.text;
    let screen = reader.get(&format!("/calls/{contact}")).await.text;
    for (page, prefix) in [(customer, "回访通话："), (screen, "回访：")] {
        for word in [before.as_str(), "响铃没人接"] {
            assert!(page.contains(&format!("{prefix}{word}")), "{prefix}{word}: {page}");
        }
    }
    let calls = reader.get("/reports/calls").await.text;
    assert!(calls.contains(&before), "the calls of before keep their word: {calls}");
}

#[tokio::test]
async fn a_call_keeps_the_word_of_its_outcome() {
    check(&House::lite().await).await;
    if let Some(pg) = House::pg().await {
        check(&pg).await;
    }
}
