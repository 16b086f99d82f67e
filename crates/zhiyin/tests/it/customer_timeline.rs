//! What a customer's timeline tells of calls and cases, and to whom.

use kernel::CustomerId;
use platform::db::{One, Sql as _};
use platform::{args, stmt};

use super::house::House;

stmt!(
    T_COMPLAINT,
    "SELECT customer_id AS v FROM case_file WHERE store_id=$1 AND department='service' AND attempt_id IS NOT NULL AND class='complaint' \
     AND EXISTS (SELECT 1 FROM answer x WHERE x.attempt_id=case_file.attempt_id AND x.effect='bad') ORDER BY id LIMIT 1"
);
stmt!(T_CASE, "SELECT id AS k, title AS v FROM case_file WHERE customer_id=$1 ORDER BY id LIMIT 1");
stmt!(
    T_CALL,
    "SELECT attempt_id AS k, contact_id AS v FROM case_file f JOIN attempt a ON a.id=f.attempt_id WHERE f.customer_id=$1 ORDER BY f.id LIMIT 1"
);
stmt!(T_AGENT, "SELECT u.name AS v FROM attempt a JOIN app_user u ON u.id=a.agent_id WHERE a.id=$1");
stmt!(
    T_WORDS,
    "SELECT text AS v FROM answer WHERE attempt_id=$1 AND effect='bad' AND text IS NOT NULL ORDER BY id LIMIT 1"
);
stmt!(
    T_TRIED,
    "SELECT a.customer_id AS k, a.contact_id AS v FROM attempt a WHERE a.store_id=$1 AND a.revoked_at IS NULL AND EXISTS \
     (SELECT 1 FROM attempt b WHERE b.contact_id=a.contact_id AND b.ended_at < a.ended_at) ORDER BY a.id DESC LIMIT 1"
);
stmt!(
    T_PRAISE,
    "SELECT a.customer_id AS k, r.text AS v FROM remark r JOIN attempt a ON a.id=r.attempt_id WHERE r.store_id=$1 \
     AND r.mark='praise' AND r.revoked=0 ORDER BY r.id DESC LIMIT 1"
);

/// The timeline alone: other parts of the page have their own rules.
async fn story(house: &House, who: &str, customer: CustomerId) -> String {
    let mut reader = house.signed_in(who).await;
    let page = reader.get(&format!("/customers/{customer}")).await.text;
    let from = page.find("id=\"story\"").unwrap_or_else(|| panic!("{who} sees no timeline: {page:.400}"));
    let story = &page[from..];
    story[..story.find("</section>").expect("it ends")].to_owned()
}

async fn check(house: &House) {
    let mut q = house.db.reads();
    let customer: One<CustomerId> = q.get(&T_COMPLAINT, args![house.store]).await.expect("a complaint");
    let customer = customer.0;
    let (case, title): (i64, String) = q.get(&T_CASE, args![customer]).await.expect("a case");
    let (attempt, contact): (i64, i64) = q.get(&T_CALL, args![customer]).await.expect("its call");
    let agent: One<String> = q.get(&T_AGENT, args![attempt]).await.expect("an agent");
    let words: Option<One<String>> = q.opt(&T_WORDS, args![attempt]).await.expect("read");

    // Who works with calls and cases reads what was said, by whom, and comes to both by a click.
    let told = story(house, "沈雯", customer).await;
    let (to_call, to_case) = (format!("href=\"/calls/{contact}\""), format!("href=\"/cases/{case}\""));
    for wanted in [to_call.as_str(), to_case.as_str(), &agent.0, &title, "class=\"pill", "责任人 "] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    if let Some(words) = &words {
        assert!(told.contains(&words.0), "{}: {told}", words.0);
    }
    // The service manager reads the case, but works no calls: their outcome, and nothing of their content.
    let told = story(house, "高岩", customer).await;
    assert!(told.contains(&to_case) && told.contains("回访通话：") && !told.contains("/calls/"), "{told}");
    assert!(words.is_none_or(|words| !told.contains(&words.0)), "{told}");
    // An agent reads calls; of others' cases no more than that there is one.
    let other = if agent.0 == "周岚" { "林悦" } else { "周岚" };
    let told = story(house, other, customer).await;
    assert!(told.contains(&to_call) && told.contains("#") && !told.contains("/cases/"), "{told}");
    assert!(!told.contains(&title) && !told.contains("责任人"), "{told}");

    let (customer, contact): (CustomerId, i64) = q.get(&T_TRIED, args![house.store]).await.expect("tried twice");
    let told = story(house, "沈雯", customer).await;
    assert!(told.contains(&format!("/calls/{contact}")) && told.contains("此前已拨打 "), "{told}");
    let (customer, praise): (CustomerId, String) = q.get(&T_PRAISE, args![house.store]).await.expect("praise");
    let told = story(house, "沈雯", customer).await;
    assert!(told.contains("表扬") && told.contains(&praise), "{praise}: {told}");
}

#[tokio::test]
async fn the_timeline_tells_what_was_said_to_those_who_may_know() {
    check(&House::lite().await).await;
    if let Some(pg) = House::pg().await {
        check(&pg).await;
    }
}
