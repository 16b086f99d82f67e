//! Through the door: forms, cookies, redirects, refusals.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use platform::config;
use platform::http::{App, Need, Parts, Slots, front};
use platform::i18n::{self, Locale};
use platform::transact;
use testkit::{Client, World};

use super::{PASSWORD, furnish, person};
use crate::identity::post::Place;
use crate::identity::setup::setup_link;
use crate::identity::{nav, routes};

fn router(w: &World) -> Router {
    let app = App::new(Parts {
        db: w.db.clone(),
        config: config::load(None, |_| None).expect("the shipped configuration"),
        exe: PathBuf::new(),
        nav: nav("menu"),
        slots: Slots::default(),
        load_session: |db, token| Box::pin(async move { crate::identity::load_session(&db, &token).await }),
        seats: Arc::new(tokio::sync::Semaphore::new(64)),
        demo: false,
    });
    routes().into_router().layer(axum::middleware::from_fn_with_state(app.clone(), front)).with_state(app)
}

async fn signed_in(w: &World, login: &str) -> Client {
    let mut client = Client::new(router(w));
    let reply = client.post("/sign-in", &[("login", login), ("password", PASSWORD), ("next", "/me")]).await;
    assert_eq!((reply.status, reply.location.as_deref()), (StatusCode::SEE_OTHER, Some("/me")), "{}", reply.text);
    client
}

/// No key of a message is left standing where words should be.
fn worded(text: &str) {
    let bare = text.replace("action=\"/", "").replace("identity/", "");
    for mark in ["identity-", "error-", "refused-", "conflict-"] {
        let found = bare.find(mark).map(|at| bare[at..].chars().take(60).collect::<String>());
        assert_eq!(found, None, "a key without words");
    }
}

#[tokio::test]
async fn 首次设置_登录_我的账号_退出() {
    testkit::on_both(async |w| {
        let mut client = Client::new(router(w));
        let reply = client.get("/me").await;
        assert_eq!(reply.location.as_deref(), Some("/sign-in?next=/me"));
        let reply = client.get("/sign-in").await;
        assert!(reply.text.contains("首次设置链接"), "an empty installation says where to begin");

        let token = setup_link(&w.db).await.unwrap().unwrap();
        let path = format!("/links/{token}");
        let reply = client.get(&path).await;
        assert!(reply.text.contains("首次设置") && reply.text.contains("<button"), "{}", reply.text);
        worded(&reply.text);
        let reply = client.post(&path, &[("group", "蜀行"), ("password", "短")]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.text.contains("value=\"蜀行\"") && reply.text.contains("href=\"#f-store\""), "{}", reply.text);
        worded(&reply.text);
        let form = [
            ("group", "蜀行"),
            ("store", "城南店"),
            ("code", "CN"),
            ("name", "关工"),
            ("login", "guan"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        let reply = client.post(&path, &form).await;
        assert_eq!((reply.status, reply.location.as_deref()), (StatusCode::SEE_OTHER, Some("/")));
        let mut other = Client::new(router(w));
        assert_eq!(other.post(&path, &form).await.status, StatusCode::NOT_FOUND, "used up");

        let reply = client.get("/me").await;
        assert!(reply.text.contains("关工") && reply.text.contains("城南店") && reply.text.contains("/people"));
        worded(&reply.text);
        let keys = [("locale", "en"), ("theme", "dark"), ("key", "n"), ("own", "m")];
        assert_eq!(client.post("/me/preferences", &keys).await.status, StatusCode::SEE_OTHER);
        let reply = client.get("/me?saved").await;
        assert!(reply.text.contains("data-theme=\"dark\"") && reply.text.contains("Signed-in devices"));
        worded(&reply.text);
        let wrong = [("current", "nonsense"), ("password", "another sentence"), ("again", "another sentence")];
        let reply = client.post("/me/password", &wrong).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.text.contains("The current password is wrong") && !reply.text.contains("another sentence"));

        assert_eq!(client.post("/sign-out", &[]).await.location.as_deref(), Some("/sign-in"));
        assert!(client.get("/me").await.location.unwrap().starts_with("/sign-in"));
        let reply = client.get("/sign-in").await;
        assert!(reply.text.contains("<html lang=\"en\""), "the browser goes on in the language of whoever left");
    })
    .await;
}

#[tokio::test]
async fn 登录前可选语言() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let mut client = Client::new(router(w));
        let reply = client.get("/sign-in?next=/queue%3Fkind=3DC").await;
        assert!(reply.text.contains("<html lang=\"zh-CN\""));
        assert!(reply.text.contains("name=\"next\" value=\"/sign-in?next=/queue%3Fkind=3DC\""), "{}", reply.text);
        for (to, lang) in [("en", "en"), ("zh-TW", "zh-TW"), ("zh-CN", "zh-CN")] {
            let reply = client.post("/language", &[("to", to), ("next", "/sign-in?next=/queue%3Fkind=3DC")]).await;
            assert_eq!(reply.location.as_deref(), Some("/sign-in?next=/queue%3Fkind=3DC"));
            let page = client.get("/sign-in").await.text;
            assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{page}");
            assert!(page.contains(&format!("value=\"{lang}\" lang=\"{lang}\" aria-current")), "{page}");
        }
        assert_eq!(client.post("/language", &[("to", "xx")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let away = client.post("/language", &[("to", "en"), ("next", "//elsewhere.example")]).await;
        assert_eq!(away.location.as_deref(), Some("/"));
    })
    .await;
}

#[tokio::test]
async fn 登录页_错误与等待说得清楚() {
    testkit::on_both(async |w| {
        furnish(w).await;
        person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let mut client = Client::new(router(w));
        for n in 1..=6 {
            let reply = client.post("/sign-in", &[("login", "ZhouLan"), ("password", "不对不对不对不对不对")]).await;
            let (status, words) = match n {
                1..=5 => (StatusCode::UNPROCESSABLE_ENTITY, "登录名或密码不对"),
                _ => (StatusCode::TOO_MANY_REQUESTS, "请在 31 秒后再试"),
            };
            assert_eq!(reply.status, status, "{n}");
            assert!(reply.text.contains(words) && reply.text.contains("value=\"ZhouLan\""), "{n}: {}", reply.text);
            assert!(!reply.text.contains("不对不对不对"), "a password is not sent back");
        }
    })
    .await;
}

#[tokio::test]
async fn 人员页_新增_授权_链接_离职() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        person(w, "shenwen", "care_supervisor", here).await;
        let zhoulan = person(w, "zhoulan", "agent", here).await;
        let mut boss = signed_in(w, "shenwen").await;
        let reply = boss.get("/people").await;
        assert!(reply.text.contains("zhoulan") && reply.text.contains("回访专员 · 示范店"), "{}", reply.text);
        worded(&reply.text);

        let reply = boss.get("/people/new").await;
        assert!(reply.text.contains("回访专员") && !reply.text.contains("总经理"), "only what she may give");
        assert!(!reply.text.contains("第二店"), "only where she may give it");
        worded(&reply.text);
        let role = super::assignment(w, "agent", here).await.role.to_string();
        let place = here.to_text();
        let form =
            [("name", "林悦"), ("login", "linyue"), ("agent_number", "8021"), ("role", &role), ("place", &place)];
        let reply = boss.post("/people", &form).await;
        let path = reply.location.expect("the new person's page");
        let reply = boss.get(&path).await;
        assert!(reply.text.contains("请签发一次性链接"));
        worded(&reply.text);
        let person_path = path.split('?').next().unwrap().to_owned();
        let taken = boss.post("/people", &form).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(taken.text.contains("这个登录名已有人使用"));

        let reply = boss.post(&format!("{person_path}/link"), &[]).await;
        let at = reply.text.find("/links/").expect("the link is shown");
        let link = reply.text[at..at + 7 + 64].to_owned();
        let mut new = Client::new(router(w));
        assert!(new.get(&link).await.text.contains("林悦"));
        let differs = new.post(&link, &[("password", PASSWORD), ("again", "x")]).await;
        assert!(differs.text.contains("两次输入的密码不一样"));
        let reply = new.post(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
        assert_eq!(reply.location.as_deref(), Some("/"));
        assert_eq!(new.get("/people").await.status, StatusCode::FORBIDDEN, "an agent manages nobody");
        assert_eq!(new.get("/me").await.status, StatusCode::OK);

        let shares = [("share", "40"), ("absent_from", "2026-11-20"), ("absent_until", "2026-11-21")];
        assert_eq!(boss.post(&format!("{person_path}/share"), &shares).await.status, StatusCode::SEE_OTHER);
        let bad = boss.post(&format!("{person_path}/share"), &[("share", "much")]).await;
        assert!(bad.text.contains("份额填 0 到 1000") && bad.text.contains("value=\"林悦\""), "the other forms stand");
        worded(&bad.text);

        let successor = format!("successor-{}", w.store);
        let reply = boss.post(&format!("{person_path}/leave"), &[(&successor, &zhoulan.to_string())]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
        assert!(new.get("/me").await.location.unwrap().starts_with("/sign-in"), "signed out at once");
        let reply = boss.get(&person_path).await;
        assert!(reply.text.contains("已停用") && reply.text.contains("恢复账号"));
        assert_eq!(boss.post(&format!("{person_path}/return"), &[]).await.status, StatusCode::SEE_OTHER);
        // Herself she cannot change.
        let me = boss.get("/people/12345").await;
        assert_eq!(me.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn 管理员的页面_主管的日历() {
    testkit::on_both(async |w| {
        furnish(w).await;
        person(w, "guan", "administrator", Place::Group).await;
        person(w, "shenwen", "care_supervisor", Place::Store(w.store)).await;
        let mut admin = signed_in(w, "guan").await;
        let mut boss = signed_in(w, "shenwen").await;
        for path in ["/roles", "/roles/new", "/stores", "/stores/new", "/people?all", "/calendar", "/people/new"] {
            let reply = admin.get(path).await;
            assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
            worded(&reply.text);
        }
        for path in ["/roles", "/stores"] {
            assert_eq!(boss.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let form = [("name", "高新店"), ("code", "GX"), ("phone", "028-85170088"), ("dial_mode", "digits"), ("tz", "")];
        assert_eq!(admin.post("/stores", &form).await.status, StatusCode::SEE_OTHER);
        let again = admin.post("/stores", &form).await;
        assert!(again.text.contains("这个代码已被另一家门店使用") && again.text.contains("value=\"高新店\""));
        let reply = admin.get("/stores").await;
        assert!(reply.text.contains("高新店") && reply.text.contains("显示号码"));
        let region = [("name", "成都"), ("store", &*w.store.to_string()), ("store", &*w.second.to_string())];
        assert_eq!(admin.post("/regions", &region).await.status, StatusCode::SEE_OTHER);
        assert!(admin.get("/stores").await.text.contains("2 家门店"));

        let role = super::assignment(w, "agent", Place::Group).await.role;
        let reply = admin.get(&format!("/roles/{role}")).await;
        assert!(reply.text.contains("打回访电话"));
        worded(&reply.text);
        let form = [("zh", "专员"), ("version", "1"), ("cap-call.work", "own"), ("cap-queue.see", "store")];
        assert_eq!(admin.post(&format!("/roles/{role}"), &form).await.status, StatusCode::SEE_OTHER);
        let stale = admin.post(&format!("/roles/{role}"), &form).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text.contains("刚被别人改过"));
        assert!(admin.get(&format!("/roles/{role}")).await.text.contains("恢复出厂设置"));
        assert_eq!(admin.post(&format!("/roles/{role}/shipped"), &[]).await.status, StatusCode::SEE_OTHER);

        let reply = boss.get("/calendar").await;
        assert!(
            reply.text.contains("国庆节") && reply.text.contains("2027 年的节假日与调休还没有录入"),
            "{}",
            reply.text
        );
        assert!(!reply.text.contains("适用于全集团"));
        worded(&reply.text);
        let day = [("day", "2026-12-05"), ("kind", "closed"), ("name", "年终盘点")];
        assert_eq!(boss.post("/calendar/days", &day).await.status, StatusCode::SEE_OTHER);
        let reply = boss.get("/calendar?year=2026").await;
        assert!(reply.text.contains("年终盘点") && reply.text.contains("手工录入"));
        let bad = boss.post("/calendar/days", &[("day", "2026-12-06"), ("kind", "hours"), ("spans", "9-")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.text.contains("value=\"2026-12-06\"") && bad.text.contains("08:30-12:00"), "{}", bad.text);
        worded(&bad.text);
        assert_eq!(boss.post("/calendar/days/2026-12-05/drop", &[]).await.status, StatusCode::SEE_OTHER);
        let whole =
            boss.post("/calendar/days", &[("day", "2026-12-05"), ("kind", "closed"), ("whole_group", "1")]).await;
        assert_eq!(whole.status, StatusCode::FORBIDDEN);
    })
    .await;
}

/// Both ways: each key stands in both languages, and every key that a template names has words.
#[test]
fn 文案_两种语言齐全() {
    let keys = |locale: &str| -> Vec<String> {
        let path = format!("{}/../../locales/{locale}/identity.ftl", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the locale file");
        let mut keys: Vec<String> = text
            .lines()
            .filter(|l| !l.starts_with(['#', ' ', '}']))
            .filter_map(|l| l.split_once(" =").map(|(k, _)| k.to_owned()))
            .collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all, "{locale}: a key stands twice");
        keys
    };
    assert_eq!(keys("zh-CN"), keys("en"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/identity/pages");
    let mut named = 0;
    for file in std::fs::read_dir(folder).expect("the pages").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("a page");
        for part in text.split("ui.t(\"").skip(1).chain(text.split("ui.k(\"").skip(1)) {
            let key = part.split('"').next().unwrap_or("");
            named += 1;
            for locale in [Locale::ZhCn, Locale::ZhTw, Locale::En] {
                assert!(i18n::has(locale, key), "{:?}: {key} has no words in {locale}", file.path());
            }
        }
    }
    assert!(named > 150, "{named}");
}

/// Everything without a need is on this list.
#[test]
fn 公开路由_只有登录_语言与链接() {
    let table = routes();
    let public: Vec<String> =
        table.table().iter().filter(|r| r.need == Need::Public).map(|r| format!("{} {}", r.method, r.path)).collect();
    assert_eq!(
        public,
        ["GET /sign-in", "POST /sign-in", "POST /language", "GET /links/{token}", "POST /links/{token}"]
    );
}

#[tokio::test]
async fn 切换门店_只能去自己的店() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let id = person(w, "linyue", "agent", Place::Store(w.store)).await;
        let both = [
            super::assignment(w, "agent", Place::Store(w.store)).await,
            super::assignment(w, "agent", Place::Store(w.second)).await,
        ];
        transact!(w.db, &w.system(), |tx| { crate::identity::staff::set_assignments(tx, id, &both).await }).unwrap();
        let mut client = signed_in(w, "linyue").await;
        assert!(client.get("/me").await.text.contains("<option value=\"10\" selected>示范店"));
        assert_eq!(client.post("/me/store", &[("store", "11")]).await.location.as_deref(), Some("/"));
        assert!(client.get("/me").await.text.contains("<option value=\"11\" selected>第二店"));
        assert_eq!(client.post("/me/store", &[("store", "20")]).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// Whoever works elsewhere, and a region that there is not, are answered before the form is read.
#[tokio::test]
async fn 别店的同事_填没填好都找不到() {
    testkit::on_both(async |w| {
        furnish(w).await;
        person(w, "shenwen", "care_supervisor", Place::Store(w.store)).await;
        person(w, "hanjing", "administrator", Place::Group).await;
        let far = person(w, "faraway", "agent", Place::Store(w.second)).await;
        let mut boss = signed_in(w, "shenwen").await;
        for who in [far.to_string(), "999".to_owned()] {
            for what in ["", "/roles", "/share", "/link", "/leave", "/return"] {
                for form in [&[][..], &[("name", "新名字"), ("share", "50")][..]] {
                    let reply = boss.post(&format!("/people/{who}{what}"), form).await;
                    assert_eq!(reply.status, StatusCode::NOT_FOUND, "{who}{what} {form:?}");
                }
            }
        }
        let mut administrator = signed_in(w, "hanjing").await;
        for form in [&[][..], &[("name", "西南")][..]] {
            assert_eq!(administrator.post("/regions/999", form).await.status, StatusCode::NOT_FOUND, "{form:?}");
        }
    })
    .await;
}
