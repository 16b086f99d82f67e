use std::time::Duration;

use kernel::Scope;
use platform::transact;

use super::{HERE, PASSWORD, alive, enter, furnish, person, scope, told};
use crate::identity::link::{self, Purpose};
use crate::identity::post::Place;
use crate::identity::session::{From, load_session};
use crate::identity::setup::{FirstRun, found_group, set_up, setup_link};
use crate::identity::staff::{PersonForm, add_person};

const NEW: &str = "新密码也要够长够长才行";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn 一次性链接_并发只成一次() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        let shenwen = person(w, "shenwen", "care_supervisor", here).await;
        let zhoulan = person(w, "zhoulan", "agent", here).await;
        let boss = scope(w, shenwen).await;
        let token = transact!(w.db, &boss, |tx| { link::password_link(tx, zhoulan).await }).unwrap();
        assert_eq!(token.len(), 64);
        // Looking uses nothing up.
        for _ in 0..3 {
            let shown = link::look(&w.db, &token, HERE).await.unwrap();
            assert_eq!((shown.purpose, shown.name.as_str()), (Purpose::Password, "zhoulan"));
        }
        let short = link::set_password(&w.db, &token, "短", None, HERE).await;
        assert_eq!(told(&short), "password.short");
        let tries = (0..8).map(|_| link::set_password(&w.db, &token, NEW, None, HERE));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
        assert!(answers.iter().filter(|a| a.is_err()).all(|a| told(a) == "not found"));
        assert_eq!(told(&link::look(&w.db, &token, HERE).await), "not found");
        let signed = answers.into_iter().find_map(Result::ok).unwrap();
        assert!(alive(w, &signed.token).await);
        assert_eq!(told(&enter(w, "zhoulan", PASSWORD, None).await), "sign-in.wrong");
        enter(w, "zhoulan", NEW, None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn 一次性链接_过期_作废_错用() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        let shenwen = person(w, "shenwen", "care_supervisor", here).await;
        let zhoulan = person(w, "zhoulan", "agent", here).await;
        let boss = scope(w, shenwen).await;
        let issue = async || transact!(w.db, &boss, |tx| { link::password_link(tx, zhoulan).await }).unwrap();
        let first = issue().await;
        let second = issue().await;
        assert_eq!(
            told(&link::set_password(&w.db, &first, NEW, None, HERE).await),
            "not found",
            "a newer one voids it"
        );
        w.clock.advance(Duration::from_secs(15 * 60 - 1));
        link::look(&w.db, &second, HERE).await.unwrap();
        w.clock.advance(Duration::from_secs(1));
        assert_eq!(told(&link::look(&w.db, &second, HERE).await), "not found");
        assert_eq!(told(&link::set_password(&w.db, &second, NEW, None, HERE).await), "not found");
        // A link does what it is for and nothing else.
        let third = issue().await;
        assert_eq!(told(&link::enter_demo(&w.db, &third, None, HERE).await), "not found");
        assert_eq!(told(&set_up(&w.db, &third, &FirstRun::default(), None, HERE).await), "not found");
        link::set_password(&w.db, &third, NEW, None, HERE).await.unwrap();
        // For oneself there is the account page.
        let own = transact!(w.db, &boss, |tx| { link::password_link(tx, shenwen).await });
        assert_eq!(told(&own), "yourself");
        // No demonstration, no demonstration links.
        let demo = transact!(w.db, &w.system(), |tx| { link::demo_link(tx, zhoulan).await });
        assert_eq!(told(&demo), "no-demo");
    })
    .await;
}

#[tokio::test]
async fn 演示链接_只认本机() {
    testkit::on_both(async |w| {
        let group = w.db.new_id();
        let system = Scope::system(group, None);
        let store = transact!(w.db, &system, |tx| { found_group(tx, "演示集团", true, "城南店", "CN").await }).unwrap();
        let roles = crate::identity::store::role::roles(&mut w.db.reads(), group).await.unwrap();
        let role = roles.iter().find(|r| r.key == "agent").unwrap();
        let held = crate::identity::post::Assignment {
            role: role.id,
            place: Place::Store(store),
            department: role.usual_department(),
        };
        let form = PersonForm { name: "周岚".into(), login: "zhoulan".into(), ..PersonForm::default() };
        let user = transact!(w.db, &system, |tx| { add_person(tx, &form, &[held]).await }).unwrap();
        let people = link::demo_people(&mut w.db.reads()).await.unwrap();
        assert_eq!(people, [(group, user, "周岚".to_owned(), "agent".to_owned())]);

        let token = transact!(w.db, &system, |tx| { link::demo_link(tx, user).await }).unwrap();
        for far in ["10.0.0.8", "192.168.1.2", "2001:db8::1", "nonsense"] {
            let outcome = link::enter_demo(&w.db, &token, None, From { address: far, browser: "" }).await;
            assert_eq!(told(&outcome), "loopback-only", "{far}");
        }
        let near = From { address: "::ffff:127.0.0.1", browser: "" };
        assert_eq!(told(&link::set_password(&w.db, &token, NEW, None, near).await), "not found");
        let signed = link::enter_demo(&w.db, &token, None, near).await.unwrap();
        let who = load_session(&w.db, &signed.token).await.unwrap().unwrap();
        assert_eq!((who.user, who.scope.store), (user, Some(store)));
        assert_eq!(told(&link::enter_demo(&w.db, &token, None, near).await), "not found");
    })
    .await;
}

fn first_run() -> FirstRun {
    let text = |t: &str| t.to_owned();
    FirstRun {
        group: text("蜀行汽车集团"),
        store: text("城南店"),
        code: text("CN"),
        name: text("管理员"),
        login: text("Admin"),
        password: text(NEW),
        again: text(NEW),
        locale: text("zh-CN"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn 首次安装_一条链接_一位管理员() {
    testkit::on_both(async |w| {
        let void = setup_link(&w.db).await.unwrap().unwrap();
        let token = setup_link(&w.db).await.unwrap().expect("nobody has an account");
        assert_eq!(told(&set_up(&w.db, &void, &first_run(), None, HERE).await), "not found");
        let empty = set_up(&w.db, &token, &FirstRun::default(), None, HERE).await;
        assert_eq!(told(&empty), "required required required required login.short password.short");
        let differs = FirstRun { again: "别的".into(), ..first_run() };
        assert_eq!(told(&set_up(&w.db, &token, &differs, None, HERE).await), "password.differs");

        let form = first_run();
        let tries = (0..4).map(|_| set_up(&w.db, &token, &form, None, HERE));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
        let signed = answers.into_iter().find_map(Result::ok).unwrap();
        let who = load_session(&w.db, &signed.token).await.unwrap().unwrap();
        assert_eq!((who.name.as_str(), who.title.as_str(), who.store_name.as_str()), ("管理员", "管理员", "城南店"));
        assert!(!who.scope.may(kernel::Cap::CustomerRead), "no customer data");
        assert_eq!(setup_link(&w.db).await.unwrap(), None, "never again");
        enter(w, "admin", NEW, None).await.unwrap();
        let steps = crate::identity::first_steps(&mut w.db.reads(), &who.scope).await.unwrap();
        assert_eq!((steps.agents, steps.calendar), (0, false));
        let calendar =
            crate::identity::calendar::of(&mut w.db.reads(), who.scope.group, who.scope.store.unwrap()).await.unwrap();
        assert!(!calendar.is_open_day("2026-10-01".parse().unwrap()), "holidays are there from the start");
    })
    .await;
}
