use std::time::Duration;

use super::{HERE, PASSWORD, enter, furnish, person, told};
use crate::identity::post::Place;
use crate::identity::session::From;
use crate::identity::sign_in::{Credentials, sign_in};

/// wait this many seconds · password right? · answer. Known and unknown names get the same table.
#[tokio::test]
async fn 登录节流_按账号退避() {
    testkit::on_both(async |w| {
        furnish(w).await;
        person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        for login in ["zhoulan", "no-such-name"] {
            let mut last = String::new();
            for (step, (wait, want)) in [
                (0, "sign-in.wrong"),
                (0, "sign-in.wrong"),
                (0, "sign-in.wrong"),
                (0, "sign-in.wrong"),
                (0, "sign-in.wrong"), // the fifth: the account rests 30 s
                (0, "busy 31"),
                (10, "busy 21"),
                (20, "sign-in.wrong"), // the sixth: 60 s
                (59, "busy 2"),
                (1, "sign-in.wrong"), // the seventh: 120 s
            ]
            .into_iter()
            .enumerate()
            {
                w.clock.advance(Duration::from_secs(wait));
                last = told(&enter(w, login, "错的错的错的错的", None).await);
                assert_eq!(last, want, "{login} step {step}");
            }
            assert_eq!(last, "sign-in.wrong");
        }
        // The right password does not help while the account rests, and clears the count after it.
        // 90 of the 120 seconds went by with the other name.
        assert_eq!(told(&enter(w, "zhoulan", PASSWORD, None).await), "busy 31");
        w.clock.advance(Duration::from_secs(30));
        enter(w, "zhoulan", PASSWORD, None).await.unwrap();
        for _ in 0..5 {
            assert_eq!(told(&enter(w, "zhoulan", "错的错的错的错的", None).await), "sign-in.wrong");
        }
        assert_eq!(told(&enter(w, "zhoulan", PASSWORD, None).await), "busy 31");
    })
    .await;
}

/// Strangers who guess cannot keep the owner out of their own device; the device itself is counted too.
#[tokio::test]
async fn 登录节流_认得的设备不受牵连() {
    testkit::on_both(async |w| {
        furnish(w).await;
        person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        person(w, "linyue", "agent", Place::Store(w.store)).await;
        let mine = enter(w, "zhoulan", PASSWORD, None).await.unwrap().device;
        for _ in 0..5 {
            enter(w, "zhoulan", "错的错的错的错的", None).await.unwrap_err();
        }
        assert_eq!(told(&enter(w, "zhoulan", PASSWORD, None).await), "busy 31");
        assert_eq!(told(&enter(w, "zhoulan", PASSWORD, Some("f00")).await), "busy 31");
        let again = enter(w, "zhoulan", PASSWORD, Some(&mine)).await.unwrap();
        assert_eq!(again.device, mine, "a browser keeps its mark");
        // Known to one account is not known to another.
        for _ in 0..5 {
            enter(w, "linyue", "错的错的错的错的", Some(&mine)).await.unwrap_err();
        }
        assert_eq!(told(&enter(w, "linyue", PASSWORD, Some(&mine)).await), "busy 31");
        for _ in 0..5 {
            enter(w, "zhoulan", "错的错的错的错的", Some(&mine)).await.unwrap_err();
        }
        assert_eq!(told(&enter(w, "zhoulan", PASSWORD, Some(&mine)).await), "busy 31");
    })
    .await;
}

/// Tries at the same moment all count: no more than the free ones get to guess.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn 登录节流_并发猜测同样计数() {
    testkit::on_both(async |w| {
        furnish(w).await;
        person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let tries = (0..16).map(|_| enter(w, "zhoulan", "错的错的错的错的", None));
        let answers = futures_util::future::join_all(tries).await;
        let guessed = answers.iter().filter(|a| told(a) == "sign-in.wrong").count();
        assert_eq!(guessed, 5);
    })
    .await;
}

/// A whole shop behind one address signs in in the morning: nobody waits.
#[tokio::test]
async fn 登录节流_地址只数失败() {
    testkit::on_both(async |w| {
        furnish(w).await;
        person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let from = From { address: "2001:db8:7:7::5", browser: "" };
        let given = Credentials { login: "zhoulan", password: PASSWORD, device: None, from };
        let begun = std::time::Instant::now();
        for _ in 0..26 {
            sign_in(&w.db, &given).await.unwrap();
        }
        let right = begun.elapsed();
        // 26 failures of 26 names from the same /64: the last six wait 250 ms … 1.5 s, and are answered.
        let begun = std::time::Instant::now();
        for n in 0..26 {
            let (login, address) = (format!("name{n}"), format!("2001:db8:7:7::{n:x}"));
            let guess = Credentials { login: &login, from: From { address: &address, ..HERE }, ..given };
            assert_eq!(told(&sign_in(&w.db, &guess).await), "sign-in.wrong");
        }
        let wrong = begun.elapsed();
        assert!(wrong >= Duration::from_millis(5_250), "{wrong:?} against {right:?}");
    })
    .await;
}
