//! The administrator's first page: what wants a hand, and nothing of customers.

use kernel::Millis;
use platform::db::{One, Sql as _};
use platform::{args, stmt, transact};

use super::house::{House, NOW};

stmt!(
    T_FAILED,
    "INSERT INTO job (id, group_id, kind, dedup_key, payload, run_at, attempts, done_at, error) VALUES ($1,$2,'x',$3,'{}',$4,5,$5,$6)"
);
stmt!(
    T_NO_MANAGER,
    "DELETE FROM assignment WHERE group_id=$1 AND user_id IN (SELECT id FROM app_user WHERE name='高岩' AND group_id=$1)"
);
stmt!(T_NAMES, "SELECT name AS v FROM customer WHERE group_id=$1 ORDER BY id LIMIT 500");
stmt!(
    T_NEW,
    "INSERT INTO store (id, group_id, name, code, tz, dial_mode, created_at) VALUES (5,$1,'远郊店','F9','Asia/Shanghai','tel',0)"
);

async fn check(house: &House) {
    let mut admin = house.signed_in("韩静").await;
    let before = admin.get("/").await.text;
    assert!(before.contains("系统管理") && before.contains("href=\"/people\""), "{before}");
    assert!(!before.contains("后台任务失败") && !before.contains("没有需要特别留意的事"), "{before}");
    let scope = kernel::Scope::system(house.group, None);
    transact!(house.db, &scope, |tx| {
        // Given up today, given up long ago, still tried, of another group.
        let job = |id: i64, group: i64, done: Option<Millis>| args![id, group, format!("k{id}"), NOW, done, "broken"];
        let group = house.group.raw();
        tx.exec(&T_FAILED, job(11, group, Some(NOW))).await?;
        tx.exec(&T_FAILED, job(12, group, Some(NOW.plus(-30 * Millis::DAY)))).await?;
        tx.exec(&T_FAILED, job(13, group, None)).await?;
        tx.exec(&T_FAILED, job(14, group + 1, Some(NOW))).await?;
        tx.exec(&T_NEW, args![house.group]).await
    })
    .expect("things went wrong");
    let after = admin.get("/").await.text;
    for wanted in
        ["近 7 天有 1 项后台任务失败", "1 项后台任务出过错", "1 家门店还没有人员", "远郊店", "人还没有设置密码"]
    {
        assert!(after.contains(wanted), "{wanted}: {after}");
    }
    let names: Vec<One<String>> = house.db.reads().all(&T_NAMES, args![house.group]).await.expect("customers");
    let known = names.iter().map(|n| &n.0).filter(|n| n.chars().count() > 2).find(|n| after.contains(*n));
    assert!(known.is_none(), "a customer on the administrator's page: {known:?}");
    // The service department's manager goes: its cases have nobody.
    assert!(!before.contains("没有负责人") && after.contains("2 个部门没有负责人"), "those of the new store: {after}");
    transact!(house.db, &scope, |tx| { tx.exec(&T_NO_MANAGER, args![house.group]).await }).expect("gone");
    let after = admin.get("/").await.text;
    assert!(after.contains("3 个部门没有负责人") && after.contains("城南店 售后服务部"), "{after}");
    let agent = house.signed_in("周岚").await.get("/").await.text;
    assert!(!agent.contains("系统管理") && !agent.contains("后台任务"), "{agent}");
}

#[tokio::test]
async fn an_administrator_sees_what_wants_a_hand() {
    check(&House::lite().await).await;
    if let Some(pg) = House::pg().await {
        check(&pg).await;
    }
}
