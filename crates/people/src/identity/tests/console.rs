//! Whoever sits at the machine gets people back in.

use platform::{args, stmt, transact};

use super::{HERE, PASSWORD, enter, furnish, person, told};
use crate::identity::console::{accounts, link_for};
use crate::identity::post::Place;
use crate::identity::setup::{FirstRun, group_link, set_up, setup_link};
use crate::identity::{link, staff};
use platform::db::{One, Sql as _};

const NEW: &str = "新密码也要够长够长才行";

fn first_run(group: &str, login: &str) -> FirstRun {
    FirstRun {
        group: group.into(),
        store: "一号店".into(),
        code: "S1".into(),
        name: "韩静".into(),
        login: login.into(),
        password: PASSWORD.into(),
        again: PASSWORD.into(),
        locale: "zh-CN".into(),
    }
}

stmt!(AUDITED, "SELECT COUNT(*) AS v FROM audit WHERE action='link.issued' AND entity_id=$1 AND actor IS NULL");

#[tokio::test]
async fn 独自的管理员忘了密码_在机器上取得链接() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let han = person(w, "hanjing", "administrator", Place::Group).await;
        let (name, token) = link_for(&w.db, " HanJing ").await.unwrap();
        assert_eq!(name, "hanjing");
        assert_eq!(w.db.reads().get::<One<i64>>(&AUDITED, args![han]).await.unwrap().0, 1, "the act is audited");
        link::set_password(&w.db, &token, NEW, None, HERE).await.unwrap();
        enter(w, "hanjing", NEW, None).await.unwrap();
        assert_eq!(told(&enter(w, "hanjing", PASSWORD, None).await), "sign-in.wrong");
        assert_eq!(told(&link_for(&w.db, "nobody").await), "not found");
    })
    .await;
}

#[tokio::test]
async fn 离职的人_命令行也不给链接() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let lan = person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let none = std::collections::HashMap::new();
        transact!(w.db, &w.system(), |tx| { staff::deactivate(tx, lan, &none).await }).unwrap();
        assert_eq!(told(&link_for(&w.db, "zhoulan").await), "has-left");
        let known = accounts(&mut w.db.reads()).await.unwrap();
        assert!(known.iter().any(|a| a.login == "zhoulan" && a.left && a.group == "示范集团"), "{known:?}");
    })
    .await;
}

/// A setup link is renewed while nobody has an account; a further group begins by its own link, apart from the first.
#[tokio::test]
async fn 设置链接可以重取_另一个集团另起() {
    testkit::on_both(async |w| {
        assert_eq!(told(&group_link(&w.db).await), "set-up-first");
        let first = setup_link(&w.db).await.unwrap().unwrap();
        let second = setup_link(&w.db).await.unwrap().unwrap();
        let form = first_run("蜀行集团", "hanjing");
        assert_eq!(told(&set_up(&w.db, &first, &form, None, HERE).await), "not found", "a newer one voids it");
        let one = set_up(&w.db, &second, &form, None, HERE).await.unwrap();
        assert!(setup_link(&w.db).await.unwrap().is_none(), "set up: no more setup links");

        let (a, b) = (group_link(&w.db).await.unwrap(), group_link(&w.db).await.unwrap());
        let taken = set_up(&w.db, &a, &first_run("渝行集团", "hanjing"), None, HERE).await;
        assert_eq!(told(&taken), "login.taken", "logins are unique in the installation");
        let two = set_up(&w.db, &a, &first_run("渝行集团", "liufang"), None, HERE).await.unwrap();
        set_up(&w.db, &b, &first_run("黔行集团", "wangli"), None, HERE).await.unwrap();
        assert_eq!(told(&set_up(&w.db, &b, &first_run("黔行集团", "wang2"), None, HERE).await), "not found", "used up");

        let load = async |token: &str| crate::identity::load_session(&w.db, token).await.unwrap().unwrap();
        let (one, two) = (load(&one.token).await, load(&two.token).await);
        assert_ne!(one.scope.group, two.scope.group);
        assert_eq!(one.stores.len(), 1);
        assert!(two.stores.iter().all(|s| !one.stores.contains(s)), "nothing of the other group is offered");
        let other = platform::transact!(w.db, &one.scope, |tx| { link::password_link(tx, two.user).await });
        assert_eq!(told(&other), "not found", "people of another group are not there");
    })
    .await;
}
