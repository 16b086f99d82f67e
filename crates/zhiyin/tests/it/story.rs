//! The demonstration's story, told in an empty database: its past is past, its cases are of their kinds.

use contact::followup::attempts;
use kernel::{AttemptId, Cap, CaseId, ContactId, Millis, Post, Reach, Scope, StoreId, Stores};
use platform::db::{One, Sql as _};
use platform::{args, row, stmt};

use super::house::{House, NOW};

row! { struct Call { id: AttemptId, store_id: StoreId, contact_id: ContactId, ended_at: Millis } }
row! { struct Filed { id: CaseId, store_id: StoreId, number: i64, kind: String } }
stmt!(T_CALLS, "SELECT id, store_id, contact_id, ended_at FROM attempt WHERE group_id=$1 ORDER BY id LIMIT 1000");
stmt!(
    T_CASES,
    "SELECT f.id, f.store_id, f.number, f.kind FROM case_file f JOIN store s ON s.id=f.store_id WHERE s.group_id=$1 ORDER BY f.id LIMIT 100"
);
stmt!(T_NAMED, "SELECT name AS v FROM store WHERE id=$1");

/// A call is born when it was made, so only those of the last ten minutes may be taken back.
async fn only_what_was_just_called_is_taken_back(house: &House) {
    let calls: Vec<Call> = house.db.reads().all(&T_CALLS, args![house.group]).await.expect("calls");
    assert!(calls.len() > 100, "{}", calls.len());
    let mut offered = 0;
    for call in &calls {
        let apart = (call.id.born().0 - call.ended_at.0).abs();
        assert!(apart < Millis::MINUTE, "call {} was born {apart} ms from its end", call.id);
        let grants = vec![(Cap::CallWork, Reach::Store), (Cap::QueueAssign, Reach::Store)];
        let stores = Stores::These(vec![call.store_id]);
        let post = Post { role: "supervisor".into(), stores, department: None, grants };
        let user = Some(house.user("沈雯").await);
        let scope = Scope { user, group: house.group, store: Some(call.store_id), posts: vec![post] };
        let may = attempts::revocable(&mut house.db.reads(), &scope, call.id, NOW).await.expect("an answer");
        assert_eq!(may.is_some(), call.ended_at >= NOW.plus_minutes(-10), "call of {:?}", call.ended_at);
        offered += usize::from(may.is_some());
    }
    assert!(offered < 5, "{offered} of {} calls could be taken back", calls.len());
    // As the supervisor sees it.
    let mut reader = house.signed_in("沈雯").await;
    let old = calls.iter().find(|c| c.store_id == house.store).expect("a call of long ago");
    let page = reader.get(&format!("/calls/{}", old.contact_id)).await.text;
    assert!(page.contains("回访：") && !page.contains("/revocation"), "{page}");
}

/// Kinds as they were judged; one case shows what a record still lacks.
async fn cases_are_of_their_kinds(house: &House) {
    let cases: Vec<Filed> = house.db.reads().all(&T_CASES, args![house.group]).await.expect("cases");
    assert_eq!(cases.len(), 15);
    let other: Vec<i64> = cases.iter().filter(|c| c.kind == "other").map(|c| c.number).collect();
    assert!(other.is_empty(), "of no kind: {other:?}");
    let mut lacking = Vec::new();
    for case in &cases {
        let name: One<String> = house.db.reads().get(&T_NAMED, args![case.store_id]).await.expect("a store");
        let mut reader = house.signed_in(if case.store_id == house.store { "沈雯" } else { "田芳" }).await;
        let page = reader.get(&format!("/cases/{}", case.id)).await;
        assert!(page.status.is_success(), "{} #{}: {}", name.0, case.number, page.status);
        if page.text.contains("待补：") {
            lacking.push((name.0, case.number));
        }
    }
    assert_eq!(lacking.len(), 1, "a question that nobody has answered yet, and nothing else: {lacking:?}");
}

#[tokio::test]
async fn the_past_of_the_story_is_past() {
    let house = House::lite().await;
    only_what_was_just_called_is_taken_back(&house).await;
    cases_are_of_their_kinds(&house).await;
    if let Some(house) = House::pg().await {
        only_what_was_just_called_is_taken_back(&house).await;
        cases_are_of_their_kinds(&house).await;
    }
}
