//! The queue and the call as a browser meets them, on both databases.

mod more;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures_util::future::BoxFuture;
use kernel::{Cap, Post, Reach, Result, Scope, StoreId, Stores, UserId};
use platform::config;
use platform::db::{Db, Sql as _};
use platform::http::{App, Parts, Slots, Who, front};
use platform::i18n::Locale;
use platform::{args, stmt, transact};
use tower::ServiceExt as _;

use crate::followup::tests::shop::{AGENT, Shop, in_shop};
use crate::{cases, followup, scripts, today};

stmt!(T_PLAIN_ANSWERS, "SELECT question AS k, effect AS v FROM answer ORDER BY question, effect");
stmt!(T_REMARKS, "SELECT mark AS k, text AS v FROM remark ORDER BY id");
stmt!(
    T_FILL,
    "UPDATE repair_order SET state='recorded', items='4 万公里保养', advisor='邓超群', amount_fen=138600, estimate_fen=135000, mileage_km=41260"
);
stmt!(T_PLATE, "UPDATE vehicle SET plate='川A7K3Q2' WHERE id=21");
stmt!(T_GENDER, "UPDATE customer SET gender='male' WHERE id=1");
stmt!(T_DIGITS, "UPDATE store SET dial_mode='digits' WHERE id=$1");

const PHONE: &str = "13812344417";

/// The token names the person: `agent-100`, `boss-900`.
fn who_of(_: Db, token: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async move {
        let Some((role, id)) = token.split_once('-') else { return Ok(None) };
        let user = UserId::new(id.parse().unwrap_or(0));
        let grants = match role {
            "agent" | "tw" | "en" | "stranger" => vec![(Cap::CallWork, Reach::Own), (Cap::CustomerRead, Reach::Store)],
            "boss" | "bosstw" | "bossen" => vec![
                (Cap::QueueSee, Reach::Store),
                (Cap::QueueAssign, Reach::Store),
                (Cap::RuleEdit, Reach::Store),
                (Cap::CustomerRead, Reach::Store),
            ],
            // Head office: the rules of every store.
            "office" => vec![(Cap::RuleEdit, Reach::Group), (Cap::CustomerRead, Reach::Store)],
            "both" => vec![(Cap::CallWork, Reach::Own), (Cap::CustomerRead, Reach::Store)],
            "care" => vec![
                (Cap::CallWork, Reach::Store),
                (Cap::QueueSee, Reach::Store),
                (Cap::QueueAssign, Reach::Store),
                (Cap::CustomerRead, Reach::Store),
            ],
            "manager" => vec![(Cap::CaseHandle, Reach::Department), (Cap::CustomerRead, Reach::Store)],
            _ => return Ok(None),
        };
        let store = StoreId::new(if matches!(role, "stranger" | "both") { 11 } else { 10 });
        let stores = if role == "both" { vec![StoreId::new(10), store] } else { vec![store] };
        let post = Post { role: role.into(), stores: Stores::These(stores), department: None, grants };
        let scope = Scope { user: Some(user), group: kernel::Id::new(1), store: Some(store), posts: vec![post] };
        Ok(Some(Who {
            session: kernel::Id::new(1),
            user,
            name: "周岚".into(),
            title: "回访专员".into(),
            agent_number: Some("207".into()),
            scope,
            locale: match role {
                "tw" | "bosstw" => Locale::ZhTw,
                "en" | "bossen" => Locale::En,
                _ => Locale::ZhCn,
            },
            theme: "system".into(),
            key_map: "{}".into(),
            store_name: "示范店".into(),
            tz: "Asia/Shanghai".into(),
            stores: vec![(store, "示范店".into())],
            unread: 0,
        }))
    })
}

pub(crate) struct Browser {
    router: Router,
    token: &'static str,
}

pub(crate) struct Answered {
    pub status: StatusCode,
    headers: axum::http::HeaderMap,
    pub text: String,
}

impl Answered {
    fn at(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
    pub fn ok(self) -> String {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self.text
    }
}

impl Browser {
    pub fn of(shop: &Shop<'_>, token: &'static str) -> Self {
        let app = App::new(Parts {
            db: shop.w.db.clone(),
            config: config::load(None, |_| None).expect("the shipped configuration"),
            exe: "zhiyin".into(),
            nav: Vec::new(),
            slots: Slots::default().fill("scripts.case_kinds", |desk, id| Box::pin(cases::kind_lines(desk, id))),
            load_session: who_of,
            seats: Arc::new(tokio::sync::Semaphore::new(8)),
            demo: false,
        });
        let router = followup::routes()
            .merge(today::routes())
            .merge(scripts::routes())
            .merge(cases::routes())
            .into_router()
            .layer(axum::middleware::from_fn_with_state(app.clone(), front))
            .with_state(app);
        Self { router, token }
    }

    pub async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, &[], &[]).await
    }
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answered {
        self.send(Method::POST, path, form, &[]).await
    }
    async fn send(&self, method: Method, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answered {
        let body: Vec<String> = form.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8700")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, format!("__Host-zy={}", self.token));
        if !form.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::from(body.join("&"))).expect("a request"))
            .await
            .expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Answered { status, headers, text: testkit::body_text(response).await }
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// One repair order of 陈晓帆, planned.
async fn one_order(s: &Shop<'_>) -> String {
    s.order(1, 1, 21, "2026-11-18").await;
    s.record(&[1]).await;
    transact!(s.w.db, &s.system(), |tx| {
        tx.exec(&T_FILL, args![]).await?;
        tx.exec(&T_PLATE, args![]).await?;
        tx.exec(&T_GENDER, args![]).await
    })
    .expect("furnished");
    s.only().await.id.to_string()
}

async fn task(s: &Shop<'_>) -> String {
    s.task_of(1).await.id.to_string()
}

#[tokio::test]
async fn 通话页_资料齐全_没有完整号码() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let page = agent.get(&format!("/calls/{contact}")).await.ok();
        assert!(!page.contains(PHONE) && !page.contains("1234 4417"), "a whole number in the page");
        for wanted in [
            "138****4417",
            "4 万公里保养",
            "邓超群",
            "41,260 km",
            "陈晓帆 先生",
            "陈先生，您好！我是示范店客户关系中心的周岚。11月18日您的车",
            "data-q=\"waiting.",
            "请先致歉",
            "此刻怎么说",
            "data-key=\"ctrl+enter\"",
        ] {
            assert!(page.contains(wanted), "missing {wanted}");
        }
        assert!(!page.contains("style=\"") && !page.contains("onclick"), "the policy forbids inline code");
        // Held by one agent: another one is told.
        let other = Browser::of(s, "agent-101");
        s.agent(101, 1, None).await;
        let page = other.get(&format!("/calls/{contact}")).await.ok();
        assert!(page.contains("正在处理这位客户") && !page.contains("data-lease="));
        assert_eq!(other.post(&format!("/calls/{contact}/lease"), &[]).await.status, StatusCode::CONFLICT);
        agent.post(&format!("/calls/{contact}/lease"), &[]).await.ok();
    })
    .await;
}

#[tokio::test]
async fn 拨号_只给持有人_号码只在回答里() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let path = format!("/calls/{contact}/dial");
        assert_eq!(agent.post(&path, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "without the lease");
        agent.get(&format!("/calls/{contact}")).await.ok();
        let told: serde_json::Value = serde_json::from_str(&agent.post(&path, &[]).await.ok()).expect("json");
        assert_eq!((told["mode"].as_str(), told["value"].as_str()), (Some("tel"), Some(PHONE)));
        transact!(s.w.db, &s.system(), |tx| { tx.exec(&T_DIGITS, args![s.w.store]).await }).expect("set");
        let told: serde_json::Value = serde_json::from_str(&agent.post(&path, &[]).await.ok()).expect("json");
        assert_eq!((told["mode"].as_str(), told["seconds"].as_i64()), (Some("digits"), Some(30)));
        let boss = Browser::of(s, "boss-900");
        assert_eq!(boss.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

fn complete<'a>(task: &'a str, extra: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
    let mut form: Vec<(String, String)> = vec![
        ("client_id".into(), "0123456789abcdef".into()),
        ("seconds".into(), "84".into()),
        ("script_version".into(), "0".into()),
        ("direction".into(), "out".into()),
        ("task".into(), task.into()),
        ("outcome".into(), "complete".into()),
        (format!("a.came_in_person.{task}"), "yes".into()),
        (format!("a.work_explained.{task}"), "very_satisfied".into()),
        ("a.advisor_satisfaction".into(), "satisfied".into()),
        (format!("a.work_done_right.{task}"), "yes".into()),
        (format!("a.invoice_explained.{task}"), "yes".into()),
        (format!("a.waiting.{task}"), "average".into()),
        (format!("t.waiting.{task}"), "取车时排队约 25 分钟".into()),
        ("a.wishes".into(), "none".into()),
    ];
    form.extend(extra.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    form
}
fn slices(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect()
}

#[tokio::test]
async fn 完成_效果出自话术_草稿只收一次_可撤回() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        agent.get(&format!("/calls/{contact}")).await.ok();
        let (path, task) = (format!("/calls/{contact}/attempts"), task(s).await);
        // The browser may write what it likes about effects.
        let form = complete(&task, &[("effect", "bad"), ("e.waiting", "bad")]);
        let draft = [("hx-request", "true"), ("zy-client", "0123456789abcdef"), ("zy-user", "100")];
        let first = agent.send(Method::POST, &path, &slices(&form), &draft).await;
        assert_eq!(
            (first.status, first.at("zy-client")),
            (StatusCode::NO_CONTENT, "0123456789abcdef"),
            "{}",
            first.text
        );
        let next = first.at("zy-next").to_owned();
        assert!(next.starts_with("/queue?after="), "nobody else is left: {next}");
        let again = agent.send(Method::POST, &path, &slices(&form), &draft).await;
        assert_eq!((again.status, again.at("zy-next")), (StatusCode::NO_CONTENT, next.as_str()));
        assert_eq!(s.count("attempts").await, 1);
        let kept: Vec<(String, String)> = s.w.db.reads().all(&T_PLAIN_ANSWERS, args![]).await.expect("answers");
        let waiting = kept.iter().find(|(q, _)| q == "waiting").map(|(_, e)| e.as_str());
        assert_eq!((waiting, kept.len()), (Some("improve"), 7));
        assert_eq!(s.task_of(1).await.result, Some(followup::TaskResult::Complete));
        // The bar on the next page takes it back.
        let page = agent.get(&next).await.ok();
        assert!(page.contains("陈晓帆：已记为“完成”") && page.contains("/revocation"));
        let bar = page
            .split("action=\"")
            .find(|p| p.contains("/revocation"))
            .and_then(|p| p.split('"').next())
            .expect("a form");
        let back = agent.post(bar, &[]).await;
        assert_eq!((back.status, back.at("location")), (StatusCode::SEE_OTHER, format!("/calls/{contact}").as_str()));
        assert!(s.task_of(1).await.is_open());
    })
    .await;
}

#[tokio::test]
async fn 别人登录时_草稿等原主() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let other = Browser::of(s, "agent-101");
        let form = complete("1", &[]);
        let draft = [("hx-request", "true"), ("zy-client", "0123456789abcdef"), ("zy-user", "100")];
        let told = other.send(Method::POST, &format!("/calls/{contact}/attempts"), &slices(&form), &draft).await;
        assert_eq!(told.status, StatusCode::UNAUTHORIZED);
        assert_eq!(s.count("attempts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn 没有问完的完成_记为部分完成() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let task = task(s).await;
        let form: Vec<_> = complete(&task, &[]).into_iter().filter(|(k, _)| !k.contains("invoice")).collect();
        let told = agent.post(&format!("/calls/{contact}/attempts"), &slices(&form)).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
        assert_eq!(s.task_of(1).await.result, Some(followup::TaskResult::Partial));
    })
    .await;
}

#[tokio::test]
async fn 改约与选退_要时间和确认_一次说清() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let path = format!("/calls/{contact}/attempts");
        let task = task(s).await;
        let base = |outcome: &'static str| {
            vec![("client_id", "0123456789abcdef"), ("task", task.as_str()), ("outcome", outcome)]
        };
        let told = agent.post(&path, &base("not_convenient")).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told.text.contains("class=\"errors\""), "{}", told.text);
        let mut form = base("not_convenient");
        form.push(("at.not_convenient", "2026-11-20T15:30"));
        form.push(("new_phone", "12345"));
        assert_eq!(agent.post(&path, &form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the number does not read");
        form.pop();
        assert_eq!(agent.post(&path, &form).await.status, StatusCode::SEE_OTHER);
        let promise = s.only().await.promise_at.map(followup::tests::shop::show);
        assert_eq!(promise.as_deref(), Some("2026-11-20 15:30"));
        let out = vec![("client_id", "fedcba9876543210"), ("task", task.as_str()), ("outcome", "opted_out")];
        assert_eq!(agent.post(&path, &out).await.status, StatusCode::UNPROCESSABLE_ENTITY, "not confirmed");
        let sure: Vec<_> = out.into_iter().chain([("confirmed", "1")]).collect();
        assert_eq!(agent.post(&path, &sure).await.status, StatusCode::SEE_OTHER);
        assert_eq!(s.task_of(1).await.result, Some(followup::TaskResult::OptedOut));
    })
    .await;
}

#[tokio::test]
async fn 客户的话_按标记记下() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let task = task(s).await;
        let form = complete(
            &task,
            &[
                ("m.wishes", "praise"),
                ("t.wishes", "小邓很耐心"),
                ("p.wishes", "邓超群"),
                ("remark", "空调又响了"),
                ("complaint", "1"),
                ("booking", "周六上午"),
            ],
        );
        let form: Vec<_> = form.into_iter().filter(|(k, _)| k != "a.wishes").collect();
        assert_eq!(
            agent.post(&format!("/calls/{contact}/attempts"), &slices(&form)).await.status,
            StatusCode::SEE_OTHER
        );
        let kept: Vec<(String, String)> = s.w.db.reads().all(&T_REMARKS, args![]).await.expect("remarks");
        assert_eq!(kept, [("praise".into(), "小邓很耐心".into()), ("complaint".into(), "空调又响了".into())]);
        let view = followup::call::open(&mut s.w.db.reads(), &s.me(), contact.parse().expect("id"), s.w.clock.now())
            .await
            .expect("view");
        let wishes = followup::wishes::open(&mut s.w.db.reads(), &s.me()).await.expect("wishes");
        assert_eq!(wishes.iter().map(|w| w.wish.as_str()).collect::<Vec<_>>(), ["周六上午"]);
        assert_eq!(view.remarks[0].person.as_deref(), Some("邓超群"));
    })
    .await;
}

#[tokio::test]
async fn 队列_开始_先放_查找_改派() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        s.customer(2, "马立新", "15100000926").await;
        let agent = Browser::of(s, "agent-100");
        let page = agent.get("/queue").await.ok();
        for wanted in ["陈晓帆", "138****4417", "维修三日", "按期限先后", "data-key=\"enter\""] {
            assert!(page.contains(wanted), "missing {wanted}");
        }
        assert!(!page.contains(PHONE) && !page.contains("name=\"contact\""), "no numbers, and no reassigning");
        assert!(agent.get("/queue?kind=7DC").await.ok().contains("现在没有要打的电话"));
        let start = agent.post("/queue/next", &[]).await;
        assert_eq!(start.at("location"), format!("/calls/{contact}"));
        let skip = agent.post(&format!("/calls/{contact}/skip"), &[("reason", "asked_colleague")]).await;
        assert_eq!(skip.status, StatusCode::SEE_OTHER, "{}", skip.text);
        assert!(agent.get("/queue").await.ok().contains("等同事答复"));
        assert_eq!(agent.post("/queue/next", &[]).await.at("location"), "/queue");
        assert_eq!(
            agent.post(&format!("/calls/{contact}/skip"), &[("reason", "lazy")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        // The supervisor sees everybody's and moves it.
        let boss = Browser::of(s, "boss-900");
        let page = boss.get("/queue").await.ok();
        assert!(page.contains("name=\"contact\"") && !page.contains("/queue/next"));
        s.agent(101, 1, None).await;
        s.now("2026-11-19 11:30");
        let moved = boss.post("/queue/assignments", &[("contact", &contact), ("agent", "999")]).await;
        assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY, "999 takes no calls here");
        assert_eq!(agent.post("/queue/assignments", &[("contact", &contact)]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(s.only().await.agent_id, Some(AGENT));
        let moved = boss.post("/queue/assignments", &[("contact", &contact), ("agent", "101")]).await;
        assert_eq!((moved.status, s.only().await.agent_id.map(UserId::raw)), (StatusCode::SEE_OTHER, Some(101)));
        let shown = boss.get(moved.at("location")).await.ok();
        let undo = shown.split("/queue/assignments/").nth(1).and_then(|t| t.split('"').next()).expect("a way back");
        let back = boss.post(&format!("/queue/assignments/{undo}"), &[("back", "queue")]).await;
        assert_eq!((back.status, s.only().await.agent_id), (StatusCode::SEE_OTHER, Some(AGENT)));
        assert!(boss.get(back.at("location")).await.ok().contains("已退回 1 个回访"));
        assert!(!boss.get(moved.at("location")).await.ok().contains("撤销改派"), "taken back already");
    })
    .await;
}

#[tokio::test]
async fn 待补号码_补上即回() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let form = [("client_id", "0123456789abcdef"), ("outcome", "wrong_number"), ("phone_line", "11")];
        agent.post(&format!("/calls/{contact}/attempts"), &form).await;
        let page = agent.get("/queue/numbers").await.ok();
        assert!(page.contains("陈晓帆") && page.contains(&format!("/calls/{contact}/number")));
        let path = format!("/calls/{contact}/number");
        assert_eq!(agent.post(&path, &[("new_phone", "999")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(agent.post(&path, &[("new_phone", "139 0000 1111")]).await.status, StatusCode::SEE_OTHER);
        let page = agent.get("/queue").await.ok();
        assert!(page.contains("139****1111") && !page.contains("13900001111"));
    })
    .await;
}

#[tokio::test]
async fn 今日工作台_各人所见() {
    in_shop(async |s| {
        let agent = Browser::of(s, "agent-100");
        let boss = Browser::of(s, "boss-900");
        assert!(boss.get("/").await.ok().contains("开始使用，只要四步"), "an empty store shows its first steps");
        let contact = one_order(s).await;
        let page = agent.get("/").await.ok();
        for wanted in ["早上好，周岚", "11 月 19 日 星期四", "陈晓帆", "今日完成", "需要你留意"]
        {
            assert!(page.contains(wanted), "missing {wanted}");
        }
        assert!(!page.contains("实时看板") && !page.contains(PHONE));
        let form = complete(&task(s).await, &[]);
        agent.post(&format!("/calls/{contact}/attempts"), &slices(&form)).await;
        let page = boss.get("/").await.ok();
        assert!(page.contains("实时看板") && !page.contains("四步"), "the first call was made");
        let board = boss.get("/board?rows=1").await.ok();
        assert!(board.contains("1 分 24 秒") && !board.contains("<html"), "{board}");
        assert_eq!(agent.get("/board").await.status, StatusCode::FORBIDDEN);
        let manager = Browser::of(s, "manager-300").get("/").await.ok();
        assert!(!manager.contains("我的回访队列") && !manager.contains("实时看板"));
    })
    .await;
}

#[tokio::test]
async fn 话术页_保存_出错_恢复() {
    in_shop(async |s| {
        let boss = Browser::of(s, "boss-900");
        let page = boss.get("/scripts").await.ok();
        assert!(page.contains("出厂版本") && page.contains("C3.12"));
        let fields = |on: &[&str], version: &str| {
            let mut form: Vec<(String, String)> = vec![
                ("script".into(), "service".into()),
                ("seen".into(), version.into()),
                ("note".into(), "加问洁净".into()),
            ];
            form.extend(on.iter().map(|q| (format!("on.{q}"), "1".to_owned())));
            form
        };
        let few = fields(&["came_in_person"], "0");
        let told = boss.post("/scripts", &slices(&few)).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told.text.contains("选中的题数不在规定范围内") && told.text.contains("加问洁净"));
        let good = ["came_in_person", "work_explained", "waiting", "cleanliness", "wishes"];
        let form = fields(&good, "0");
        assert_eq!(boss.post("/scripts", &slices(&form)).await.status, StatusCode::SEE_OTHER);
        let stale = boss.post("/scripts", &slices(&form)).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "made from version 0, which is no longer in force");
        let page = boss.get("/scripts?script=service").await.ok();
        assert!(page.contains("第 1 版") && page.contains("加问洁净"));
        assert!(boss.get("/scripts?script=service&version=0").await.ok().contains("这是出厂版本，仅供查看"));
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let call = agent.get(&format!("/calls/{contact}")).await.ok();
        assert!(call.contains("data-q=\"cleanliness.") && !call.contains("data-q=\"invoice_explained."));
        assert_eq!(
            boss.post("/scripts/restored", &[("version", "0"), ("seen", "0")]).await.status,
            StatusCode::CONFLICT
        );
        let back = boss.post("/scripts/restored", &[("version", "0"), ("seen", "1")]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER);
        assert!(agent.get(&format!("/calls/{contact}")).await.ok().contains("data-q=\"invoice_explained."));
        assert_eq!(agent.get("/scripts").await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn 客户来电_接着回访_别店看不到() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let told = agent.get("/calls/from/1").await;
        assert_eq!(told.at("location"), format!("/calls/{contact}?in=1"));
        let page = agent.get(&format!("/calls/{contact}?in=1")).await.ok();
        assert!(page.contains("客户来电") && page.contains("value=\"in\"") && page.contains("data-timer=\"auto\""));
        // Nobody whom these eyes may see.
        assert_eq!(agent.get("/calls/from/77").await.status, StatusCode::NOT_FOUND);
        let stranger = Browser::of(s, "stranger-100");
        assert_eq!(stranger.get(&format!("/calls/{contact}")).await.status, StatusCode::NOT_FOUND);
        let dial = stranger.post(&format!("/calls/{contact}/dial"), &[]).await;
        assert_eq!(dial.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn 断线之后_已答的还在() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let task = task(s).await;
        let form = [
            ("client_id", "0123456789abcdef"),
            ("task", task.as_str()),
            ("outcome", "line_broken"),
            (&format!("a.waiting.{task}"), "average"),
            (&format!("t.waiting.{task}"), "排队久"),
        ];
        let told = agent.post(&format!("/calls/{contact}/attempts"), &form).await;
        assert!(told.at("location").starts_with(&format!("/calls/{contact}?after=")), "the same customer again");
        let page = agent.get(&format!("/calls/{contact}")).await.ok();
        assert!(page.contains("上次通话中断") && page.contains("排队久</textarea>"));
        let chosen =
            page.split("<input").find(|i| i.contains(&format!("a.waiting.{task}")) && i.contains("value=\"average\""));
        assert!(chosen.is_some_and(|i| i.contains("checked")), "the answer stands again");
    })
    .await;
}

#[tokio::test]
async fn 三种语言_没有缺词() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        for (token, wanted) in [("agent-100", "开场"), ("tw-100", "開場"), ("en-100", "Opening")] {
            let browser = Browser::of(s, token);
            let page = browser.get(&format!("/calls/{contact}")).await.ok();
            assert!(page.contains(wanted), "{token}: {wanted}");
            for path in ["/queue", "/", "/queue/numbers"] {
                let page = browser.get(path).await.ok();
                for prefix in [">queue-", ">today-", ">call-", "\"queue-why", ">scripts-"] {
                    assert!(!page.contains(prefix), "{token} {path}: a word is missing: {prefix}");
                }
            }
        }
        let english = Browser::of(s, "en-100").get(&format!("/calls/{contact}")).await.ok();
        assert!(english.contains("陈先生，您好！"), "what is said follows the customer's language");
        assert!(english.contains("class=\"gloss muted\""), "with a translation for the reader");
    })
    .await;
}
