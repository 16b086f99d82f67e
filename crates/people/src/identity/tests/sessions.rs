use std::time::Duration;

use kernel::Millis;
use platform::transact;

use super::{HERE, PASSWORD, alive, assignment, enter, furnish, person, scope, told};
use crate::identity::post::Place;
use crate::identity::session::{self, IDLE, LONGEST, load_session};
use crate::identity::sign_in::{change_password, sign_out};
use crate::identity::staff::set_assignments;
use crate::identity::{link, preferences};

fn ms(n: i64) -> Duration {
    Duration::from_millis(u64::try_from(n).unwrap())
}

#[tokio::test]
async fn 会话_带齐一次请求所需() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let zhoulan = person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let signed = enter(w, " ZhouLan ", PASSWORD, None).await.unwrap();
        let who = load_session(&w.db, &signed.token).await.unwrap().unwrap();
        assert_eq!((who.user, who.title.as_str(), who.store_name.as_str()), (zhoulan, "回访专员", "示范店"));
        assert_eq!(who.scope, scope(w, zhoulan).await);
        assert_eq!(who.stores, [(w.store, "示范店".to_owned())]);
        assert_eq!((who.tz.as_str(), who.unread), ("Asia/Shanghai", 0));
        let noted: Vec<kernel::UserId> = vec![zhoulan; 130];
        transact!(w.db, &w.system(), |tx| {
            platform::notices::tell(tx, &noted, Some(w.store), "case-late", 1, &serde_json::json!({})).await
        })
        .unwrap();
        assert_eq!(load_session(&w.db, &signed.token).await.unwrap().unwrap().unread, 100, "bounded");
        let keys = preferences::key_map(true, &[]).unwrap();
        transact!(w.db, &who.scope, |tx| { preferences::save(tx, "zh-TW", "dark", &keys).await }).unwrap();
        let who = load_session(&w.db, &signed.token).await.unwrap().unwrap();
        assert_eq!((who.locale.key(), who.theme.as_str(), who.key_map.as_str()), ("zh-TW", "dark", r#"{"off":true}"#));
        assert_eq!(who.title, "回訪專員");
        for rubbish in ["", "x", &"0".repeat(64), &"g".repeat(64)] {
            assert!(load_session(&w.db, rubbish).await.unwrap().is_none(), "{rubbish}");
        }
    })
    .await;
}

#[tokio::test]
async fn 会话_闲置十二小时_最长七天() {
    testkit::on_both(async |w| {
        furnish(w).await;
        person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let idle = enter(w, "zhoulan", PASSWORD, None).await.unwrap().token;
        w.clock.advance(ms(IDLE - 1));
        assert!(alive(w, &idle).await);
        w.clock.advance(ms(IDLE));
        assert!(!alive(w, &idle).await, "idle for twelve hours");

        let busy = enter(w, "zhoulan", PASSWORD, None).await.unwrap().token;
        let mut used = 0;
        while used + 6 * Millis::HOUR < LONGEST {
            w.clock.advance(ms(6 * Millis::HOUR));
            used += 6 * Millis::HOUR;
            assert!(alive(w, &busy).await, "after {used} ms");
        }
        w.clock.advance(ms(6 * Millis::HOUR));
        assert!(!alive(w, &busy).await, "seven days");
    })
    .await;
}

#[tokio::test]
async fn 会话_一分钟最多写一次() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let id = person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let token = enter(w, "zhoulan", PASSWORD, None).await.unwrap().token;
        let scope = scope(w, id).await;
        let seen = async || session::devices(&mut w.db.reads(), &scope, w.clock.now()).await.unwrap()[0].seen_at;
        let start = w.clock.now();
        for (after, want) in [(59_999, 0), (1, 60_000), (30_000, 60_000), (30_000, 120_000)] {
            w.clock.advance(ms(after));
            assert!(alive(w, &token).await);
            assert_eq!(seen().await.since(start), want);
        }
    })
    .await;
}

#[tokio::test]
async fn 会话_改权限_改密码_全部退出_立即失效() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        let shenwen = person(w, "shenwen", "care_supervisor", here).await;
        let zhoulan = person(w, "zhoulan", "agent", here).await;
        let boss = scope(w, shenwen).await;
        let sign_in = async || enter(w, "zhoulan", PASSWORD, None).await.unwrap().token;

        let (one, two) = (sign_in().await, sign_in().await);
        transact!(w.db, &w.system(), |tx| {
            let both = [assignment(w, "agent", here).await, assignment(w, "agent", Place::Store(w.second)).await];
            set_assignments(tx, zhoulan, &both).await
        })
        .unwrap();
        assert!(!alive(w, &one).await && !alive(w, &two).await, "role change");

        // The same roles again change nothing and end nothing.
        let one = sign_in().await;
        transact!(w.db, &w.system(), |tx| {
            let both = [assignment(w, "agent", Place::Store(w.second)).await, assignment(w, "agent", here).await];
            set_assignments(tx, zhoulan, &both).await
        })
        .unwrap();
        assert!(alive(w, &one).await);

        // The store switch, and only to one's own.
        let who = load_session(&w.db, &one).await.unwrap().unwrap();
        assert_eq!(who.stores.len(), 2);
        transact!(w.db, &who.scope, |tx| { session::switch_store(tx, who.session, w.second).await }).unwrap();
        assert_eq!(load_session(&w.db, &one).await.unwrap().unwrap().scope.store, Some(w.second));
        let strange = transact!(w.db, &who.scope, |tx| { session::switch_store(tx, who.session, w.stranger).await });
        assert_eq!(told(&strange), "not found");
        // The next sign-in starts where the last one ended.
        let two = sign_in().await;
        assert_eq!(load_session(&w.db, &two).await.unwrap().unwrap().scope.store, Some(w.second));

        // A new password keeps this device and ends the others.
        let new = "另起一行写新的密码吧";
        let wrong = change_password(&w.db, &who.scope, who.session, "不对不对不对", new, HERE).await;
        assert_eq!(told(&wrong), "password.wrong");
        change_password(&w.db, &who.scope, who.session, PASSWORD, new, HERE).await.unwrap();
        assert!(alive(w, &one).await && !alive(w, &two).await);

        // Logging out everywhere ends this one too; one at a time ends one.
        let two = enter(w, "zhoulan", new, None).await.unwrap().token;
        let list = session::devices(&mut w.db.reads(), &who.scope, w.clock.now()).await.unwrap();
        assert_eq!(list.len(), 2);
        let other = list.iter().find(|d| d.id != who.session).unwrap().id;
        let not_mine = transact!(w.db, &boss, |tx| { session::end_one(tx, other).await });
        assert_eq!(told(&not_mine), "not found");
        transact!(w.db, &who.scope, |tx| { session::end_one(tx, other).await }).unwrap();
        assert!(alive(w, &one).await && !alive(w, &two).await);
        transact!(w.db, &who.scope, |tx| { session::end_everywhere(tx).await }).unwrap();
        assert!(!alive(w, &one).await);

        // A reset by link ends what is open.
        let one = enter(w, "zhoulan", new, None).await.unwrap().token;
        let token = transact!(w.db, &w.system(), |tx| { link::password_link(tx, zhoulan).await }).unwrap();
        let signed = link::set_password(&w.db, &token, PASSWORD, None, HERE).await.unwrap();
        assert!(!alive(w, &one).await && alive(w, &signed.token).await);
        let who = load_session(&w.db, &signed.token).await.unwrap().unwrap();
        transact!(w.db, &who.scope, |tx| { sign_out(tx, who.session).await }).unwrap();
        assert!(!alive(w, &signed.token).await);
    })
    .await;
}
