//! Notices say what they are about, as far as whoever was told may read it now.

use kernel::UserId;
use platform::db::Sql as _;
use platform::{args, row, stmt, transact};

use super::house::House;

row! { struct Told { user_id: UserId, case_id: i64, customer: String, plate: String, due: i64 } }

stmt!(
    T_TOLD,
    "SELECT n.user_id, f.id AS case_id, k.name AS customer, v.plate, f.next_due_at AS due FROM notification n \
     JOIN case_file f ON f.id=n.subject JOIN customer k ON k.id=f.customer_id JOIN vehicle v ON v.id=f.vehicle_id \
     JOIN app_user u ON u.id=n.user_id WHERE u.name='高岩' AND n.kind='case_opened' AND f.next_due_at IS NOT NULL AND v.plate IS NOT NULL \
     AND f.store_id=$1 ORDER BY n.id DESC LIMIT 1"
);
stmt!(T_AWAY, "UPDATE case_file SET department='showroom', owner_id=NULL, opened_by=NULL WHERE id=$1");
stmt!(T_POINTS, "UPDATE case_point SET department='showroom' WHERE case_id=$1");
stmt!(T_ENGLISH, "UPDATE app_user SET locale='en' WHERE name='高岩'");

/// The line of one case, whatever else stands on the page.
fn line(page: &str, case: i64) -> &str {
    let href = format!("href=\"/cases/{case}\"");
    page.split("<div class=\"day\">").find(|part| part.contains(&href)).unwrap_or("")
}

async fn check(house: &House) {
    let told: Told = house.db.reads().get(&T_TOLD, args![house.store]).await.expect("somebody was told of a case");
    let scope = kernel::Scope::system(house.group, Some(house.store));
    let mut reader = house.signed_in("高岩").await;
    let page = reader.get("/notices").await.text;
    let here = line(&page, told.case_id);
    let plate = told.plate.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    for wanted in ["案件 #", &told.customer, &plate, "期限 "] {
        assert!(here.contains(wanted), "{wanted}: {here}\n{page}");
    }
    assert!(here.contains("投诉：") || here.contains("咨询：") || here.contains("救援："), "{here}");

    // In another language; and when the case is no longer theirs, neither name nor way.
    transact!(house.db, &scope, |tx| { tx.exec(&T_ENGLISH, args![]).await.map(|_| ()) }).expect("set");
    let mut reader = house.signed_in("高岩").await;
    let page = reader.get("/notices").await.text;
    assert!(line(&page, told.case_id).contains("due "), "{}", line(&page, told.case_id));
    transact!(house.db, &scope, |tx| {
        tx.exec(&T_AWAY, args![told.case_id]).await?;
        tx.exec(&T_POINTS, args![told.case_id]).await
    })
    .expect("moved");
    let page = reader.get("/notices").await.text;
    assert_eq!(line(&page, told.case_id), "", "no way to a case of another department");
}

#[tokio::test]
async fn notices_say_what_they_are_about() {
    check(&House::lite().await).await;
    if let Some(pg) = House::pg().await {
        check(&pg).await;
    }
}
