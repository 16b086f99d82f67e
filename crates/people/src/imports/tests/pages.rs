//! The pages as a browser meets them: every route, with and without the right.

use super::world::{TODAY, Yard, app, facts};
use crate::imports::*;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use kernel::{Cap, Id, ImportId, Post, Reach, Result, Scope, StoreId, Stores, UserId};
use platform::db::Db;
use platform::http::{App, Parts, Slots, Who, front};
use platform::i18n::Locale;
use std::sync::Arc;
use testkit::{World, on_both};
use tower::ServiceExt as _;

/// The token names the person.
fn who_of(_: Db, token: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async move {
        let (group, store, caps) = match token.as_str() {
            "boss" | "boss-en" => (1, 10, vec![Cap::ImportRun]),
            // Everything but imports.
            "agent" => (1, 10, vec![Cap::CallWork, Cap::CustomerRead, Cap::CustomerEdit, Cap::RuleEdit]),
            "far" => (1, 11, vec![Cap::ImportRun]),
            "foreign" => (2, 20, vec![Cap::ImportRun]),
            _ => return Ok(None),
        };
        let grants = caps.into_iter().map(|cap| (cap, Reach::Store)).collect();
        let store = StoreId::new(store);
        let post = Post { role: token.clone(), stores: Stores::These(vec![store]), department: None, grants };
        let user = UserId::new(77);
        let scope = Scope { user: Some(user), group: Id::new(group), store: Some(store), posts: vec![post] };
        Ok(Some(Who {
            session: Id::new(1),
            user,
            name: "沈雯".into(),
            title: "客服主管".into(),
            agent_number: None,
            scope,
            locale: if token == "boss-en" { Locale::En } else { Locale::ZhCn },
            theme: "system".into(),
            key_map: "{}".into(),
            store_name: "示范店".into(),
            tz: "Asia/Shanghai".into(),
            stores: vec![(store, "示范店".into())],
            unread: 0,
        }))
    })
}

struct Browser {
    router: Router,
    token: &'static str,
}

struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Answered {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    fn at(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
    fn ok(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.text()
    }
    /// Where it sends the browser.
    fn to(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        self.at(header::LOCATION).to_owned()
    }
}

const BOUNDARY: &str = "----zhiyin";

impl Browser {
    fn of(yard: &Yard<'_>, token: &'static str) -> Browser {
        let mut config = platform::config::load(None, |_| None).expect("defaults");
        config.data = yard.shop.data.clone();
        config.import_mib = 1;
        let app = App::new(Parts {
            db: yard.shop.db.clone(),
            config,
            exe: yard.shop.exe.clone(),
            nav: Vec::new(),
            slots: Slots::default(),
            load_session: who_of,
            seats: Arc::new(tokio::sync::Semaphore::new(8)),
            demo: false,
        });
        let router =
            routes().into_router().layer(axum::middleware::from_fn_with_state(app.clone(), front)).with_state(app);
        Browser { router, token }
    }

    async fn send(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Answered {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8700")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, format!("__Host-zy={}", self.token));
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answered { status: parts.status, headers: parts.headers, bytes }
    }
    async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, "", Vec::new()).await
    }
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answered {
        let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let body: Vec<String> = form.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        self.send(Method::POST, path, "application/x-www-form-urlencoded", body.join("&").into_bytes()).await
    }
    async fn upload(&self, name: &str, content: &[u8]) -> Answered {
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        self.send(Method::POST, "/imports", &format!("multipart/form-data; boundary={BOUNDARY}"), body).await
    }
    /// Uploaded and read by the job.
    async fn bring(&self, yard: &Yard<'_>, name: &str, text: &str) -> ImportId {
        let to = self.upload(name, text.as_bytes()).await.to();
        let id: ImportId = to.strip_prefix("/imports/").and_then(|id| id.parse().ok()).expect("an import");
        yard.run_jobs().await;
        id
    }
    async fn version(&self, yard: &Yard<'_>, id: ImportId) -> String {
        yard.batch(id).await.version.to_string()
    }
}

const TEXT: &str = "工单号,结算时间,客户名称,联系电话,车牌号\n\
    RO1,2026-11-18,白思,13800000001,川A00001\n\
    RO2,2026-11-19,马立新,1380000,川A00002\n\
    RO3,2026-11-20,邱思远,13800000003,川A00003\n\
    合计,,,,\n";

#[tokio::test]
async fn 一份文件_从上传到撤销() {
    on_both(async |w: &World| {
        let yard = Yard::new(w).await;
        let boss = Browser::of(&yard, "boss");
        let empty = boss.get("/imports").await.ok();
        assert!(empty.contains("还没有导入过") && empty.contains("multipart/form-data"));
        let id = boss.bring(&yard, "维修.csv", TEXT).await;
        let page = boss.get(&format!("/imports/{id}")).await.ok();
        // 2 new, 1 rejected, 2 follow-ups; numbers are masked; a first import asks for its first day.
        for wanted in ["维修.csv", "新工单", "读不了", "写入 2 条", "138****0001", "name=\"plan_from\"", "2026-11-18"]
        {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert!(!page.contains("13800000001"));
        let (form, status) = (boss.version(&yard, id).await, format!("/imports/{id}/status"));

        // The list, a filter, its rows alone.
        assert!(boss.get("/imports").await.ok().contains(&format!("/imports/{id}")));
        let rejected = boss.get(&format!("/imports/{id}/rows?show=rejected")).await.ok();
        assert!(rejected.contains("马立新") && !rejected.contains("白思"), "{rejected}");
        // What the sheet says, masked, and what is wanted instead.
        assert!(rejected.contains("表格里写的是「138**00」。请查到完整号码重新填写"), "{rejected}");
        assert!(boss.get(&format!("/imports/{id}?show=skipped")).await.ok().contains("合计"));
        let file = boss.get(&format!("/imports/{id}/rejected")).await;
        assert!(file.at(header::CONTENT_DISPOSITION).starts_with("attachment"), "{:?}", file.headers);
        assert!(file.ok().starts_with("PK"));

        // A day that is none; then the right one, and the old page no longer counts.
        let wrong = boss.post(&format!("/imports/{id}/application"), &[("version", &form), ("plan_from", "x")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let apply = [("version", form.as_str()), ("plan_from", "2026-11-19")];
        assert_eq!(boss.post(&format!("/imports/{id}/application"), &apply).await.to(), format!("/imports/{id}"));
        assert!(boss.get(&status).await.to().starts_with("/imports/"), "another state: the page is new");
        let live = boss.get(&format!("{status}?state=applying")).await.ok();
        assert!(live.contains("data-live=\"import:") && live.contains("正在写入"), "{live}");
        assert_eq!(boss.post(&format!("/imports/{id}/application"), &apply).await.status, StatusCode::CONFLICT);
        yard.run_jobs().await;
        let page = boss.get(&format!("/imports/{id}")).await.ok();
        assert!(page.contains("已写入") && page.contains("撤销导入"), "{page}");
        assert_eq!(facts(&w.db, w.group).await[4], 2);
        assert!(boss.post(&format!("/imports/{id}/cancellation"), &[]).await.status.is_client_error());
        assert!(boss.post(&format!("/imports/{id}/retry"), &[]).await.status.is_client_error());

        assert_eq!(boss.post(&format!("/imports/{id}/reversal"), &[]).await.to(), format!("/imports/{id}"));
        yard.run_jobs().await;
        assert!(boss.get(&format!("/imports/{id}")).await.ok().contains("已撤销"));
        assert_eq!(facts(&w.db, w.group).await[4], 0);
        assert!(boss.post(&format!("/imports/{id}/reversal"), &[]).await.status.is_client_error());
    })
    .await;
}

/// Columns without a header are offered by their letters; a column cannot be two things; what was remembered can be
/// forgotten from the page.
#[tokio::test]
async fn 手工对应_在页面上() {
    on_both(async |w: &World| {
        let yard = Yard::new(w).await;
        let boss = Browser::of(&yard, "boss");
        let text = "RO1,2026-11-18,白思,13800000001,川A00001\nRO2,2026-11-19,马立新,13800000002,川A00002\n";
        let id = boss.bring(&yard, "无表头.csv", text).await;
        let page = boss.get(&format!("/imports/{id}")).await.ok();
        assert!(page.contains("name=\"header.0\"") && page.contains("第 1 行：RO1 · 2026-11-18 · 白思"), "{page}");
        assert!(!page.contains("13800000001"), "numbers are masked here too");
        let mapping = format!("/imports/{id}/mapping");
        let version = boss.version(&yard, id).await;
        boss.post(&mapping, &[("version", &version), ("kind", "repair-orders"), ("header.0", "0")]).await.to();
        yard.run_jobs().await;
        let page = boss.get(&format!("/imports/{id}")).await.ok();
        assert!(page.contains("C 列：白思") && page.contains("没有表头"), "{page}");
        let version = boss.version(&yard, id).await;
        let mut form = vec![
            ("version", version.as_str()),
            ("kind", "repair-orders"),
            ("header.0", "0"),
            ("map.0.number", "0"),
            ("map.0.settled_at", "1"),
            ("map.0.owner", "2"),
            ("map.0.phone", "3"),
            ("map.0.plate", "3"),
        ];
        let twice = boss.post(&mapping, &form).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(twice.text().contains("「D」被选了两次"), "{}", twice.text());
        form[7].1 = "4";
        boss.post(&mapping, &form).await.to();
        yard.run_jobs().await;
        assert!(boss.get(&format!("/imports/{id}")).await.ok().contains("写入 2 条"));
        let version = boss.version(&yard, id).await;
        boss.post(&format!("/imports/{id}/application"), &[("version", &version)]).await.to();
        yard.run_jobs().await;

        let next = boss.bring(&yard, "下月.csv", &text.replace("RO", "RP")).await;
        let page = boss.get(&format!("/imports/{next}")).await.ok();
        assert!(page.contains("写入 2 条") && page.contains("忘记上次的对应关系"), "{page}");
        let version = boss.version(&yard, next).await;
        boss.post(&format!("/imports/{next}/forgetting"), &[("version", &version)]).await.to();
        yard.run_jobs().await;
        let page = boss.get(&format!("/imports/{next}")).await.ok();
        assert!(page.contains("没有找到认得出的表头") && !page.contains("忘记上次"), "{page}");
        assert_eq!(boss.post(&format!("/imports/{next}/cancellation"), &[]).await.to(), "/imports");
        assert!(boss.get(&format!("/imports/{next}")).await.ok().contains("已取消"));
    })
    .await;
}

#[tokio::test]
async fn 上传_不对的说清楚() {
    on_both(async |w: &World| {
        let yard = Yard::new(w).await;
        let boss = Browser::of(&yard, "boss");
        let big = vec![b'a'; (1 << 20) + 1];
        for (name, content, says) in
            [("", &b"x"[..], "请先选择一个文件"), ("a.csv", &b""[..], "文件是空的"), ("a.csv", &big[..], "最大 1 MB")]
        {
            let answer = boss.upload(name, content).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
            assert!(answer.text().contains(says), "{says}: {}", answer.text());
        }
        let torn =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nabc");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let answer = boss.send(Method::POST, "/imports", &kind, torn.into_bytes()).await;
        assert!(answer.text().contains("上传中断了"), "{}", answer.text());
        assert_eq!(std::fs::read_dir(yard.shop.folder()).expect("folder").count(), 0, "nothing of them stays");
        // What is no table fails with its reason and a way on.
        let id = boss.bring(&yard, "照片.xlsx", "PK\u{3}\u{4}broken").await;
        let page = boss.get(&format!("/imports/{id}")).await.ok();
        assert!(page.contains("文件已损坏") && page.contains("另存一次再试"), "{page}");
        assert!(boss.post(&format!("/imports/{id}/retry"), &[]).await.status.is_client_error());
    })
    .await;
}

/// As often as the page is opened, numbers that moved add up to what was read.
#[tokio::test]
async fn 写入之后的数字_对得上() {
    on_both(async |w: &World| {
        let yard = Yard::new(w).await;
        let boss = Browser::of(&yard, "boss");
        let first = boss.bring(&yard, "a.csv", TEXT).await;
        let second = boss.bring(&yard, "b.csv", TEXT).await;
        for id in [first, second] {
            let version = boss.version(&yard, id).await;
            boss.post(&format!("/imports/{id}/application"), &[("version", &version)]).await.to();
            yard.run_jobs().await;
        }
        let page = boss.get(&format!("/imports/{second}")).await.ok();
        // Its preview said two new ones; the other file was quicker.
        let sum = page.split("class=\"sum\"").nth(1).expect("figures");
        let cards: Vec<&str> =
            sum.split("<b>").skip(1).filter_map(|rest| rest.split("</b>").next()).filter(|n| n.len() < 6).collect();
        assert!(cards.starts_with(&["0", "0", "2"]), "{cards:?}");
        assert!(page.contains("预览时「新」，写入时「相同」"), "{page}");
        let same = boss.get(&format!("/imports/{second}/rows?show=new")).await.ok();
        assert!(same.contains("没有") && !same.contains("RO1"), "{same}");
    })
    .await;
}

#[tokio::test]
async fn 没有权限_每个地址都进不去() {
    on_both(async |w: &World| {
        let yard = Yard::new(w).await;
        let boss = Browser::of(&yard, "boss");
        let id = boss.bring(&yard, "a.csv", TEXT).await;
        let before = (facts(&w.db, w.group).await, yard.batch(id).await.version);
        let gets = ["", "/status", "/rows", "/rejected"].map(|end| format!("/imports/{id}{end}"));
        let posts = ["mapping", "forgetting", "application", "cancellation", "reversal", "retry"]
            .map(|end| format!("/imports/{id}/{end}"));
        let everywhere = ["/imports".to_owned(), "/imports/templates/deliveries".to_owned()];
        assert_eq!(routes().table().len(), gets.len() + posts.len() + everywhere.len() + 1);
        let nobody = Browser::of(&yard, "nobody");
        let agent = Browser::of(&yard, "agent");
        for path in everywhere.iter().chain(&gets) {
            assert_eq!(agent.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
            assert!(!nobody.get(path).await.status.is_success(), "{path}");
        }
        for path in &posts {
            let form = [("version", "2")];
            assert_eq!(agent.post(path, &form).await.status, StatusCode::FORBIDDEN, "{path}");
            assert!(!nobody.post(path, &form).await.status.is_success(), "{path}");
        }
        assert_eq!(agent.upload("a.csv", TEXT.as_bytes()).await.status, StatusCode::FORBIDDEN);
        // Who imports at another store or in another group does not know that it exists.
        for token in ["far", "foreign"] {
            let other = Browser::of(&yard, token);
            assert_eq!(other.get(&everywhere[1]).await.status, StatusCode::OK);
            assert!(!other.get("/imports").await.ok().contains(&id.to_string()), "{token}");
            for path in &gets {
                assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{token} {path}");
            }
            for path in &posts {
                let sent = other.post(path, &[("version", "2")]).await;
                assert_eq!(sent.status, StatusCode::NOT_FOUND, "{token} {path}");
            }
        }
        yard.run_jobs().await;
        assert_eq!((facts(&w.db, w.group).await, yard.batch(id).await.version), before);
        assert!(boss.get("/imports/templates/nothing").await.status == StatusCode::NOT_FOUND);
        for kind in Kind::ALL {
            let answer = boss.get(&format!("/imports/templates/{}", kind.code())).await;
            assert!(answer.ok().starts_with("PK"));
        }
        // In English as well.
        assert!(Browser::of(&yard, "boss-en").get(&format!("/imports/{id}")).await.ok().contains("Rejected"));
        assert_eq!(app(&yard.shop).db.clock().now(), TODAY);
    })
    .await;
}
