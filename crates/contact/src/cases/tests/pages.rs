//! The pages, through the one door, as each reader sees them.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use futures_util::future::BoxFuture;
use kernel::{Cap, Department, Id, Post, Reach, Result, Scope, Stores};
use platform::db::{Db, Sql as _};
use platform::http::{App, Desk, Need, Parts, Slots, Who, front};
use platform::i18n::Locale;
use testkit::{Client, World, on_both_wired};

use super::world::*;
use crate::cases::{call_fields, call_recall, customer_cases, routes, today_cases};

/// `role:locale`, e.g. `service:en`.
fn load_session(_: Db, token: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async move {
        let (role, locale) = token.split_once('.').unwrap_or((&token, "zh-CN"));
        let (user, department, grants): (i64, _, &[(Cap, Reach)]) = match role {
            "agent" => (1, Some(Department::Care), &[(Cap::CallWork, Reach::Own), (Cap::CaseRead, Reach::Own)]),
            "service" => (
                3,
                Some(Department::Service),
                &[(Cap::CaseRead, Reach::Department), (Cap::CaseHandle, Reach::Department)],
            ),
            "desk" => (
                3,
                Some(Department::Service),
                &[
                    (Cap::CaseRead, Reach::Department),
                    (Cap::CaseHandle, Reach::Department),
                    (Cap::CustomerRead, Reach::Store),
                ],
            ),
            "sales" => (
                4,
                Some(Department::Showroom),
                &[(Cap::CaseRead, Reach::Department), (Cap::CaseHandle, Reach::Department)],
            ),
            "general" => (5, None, &[(Cap::CaseRead, Reach::Store), (Cap::CaseDecide, Reach::Store)]),
            "admin" => (8, None, &[(Cap::SettingsEdit, Reach::Group)]),
            _ => return Ok(None),
        };
        let stores = Stores::These(vec![Id::new(10)]);
        let post = Post { role: role.into(), stores, department, grants: grants.to_vec() };
        let scope = Scope { user: Some(Id::new(user)), group: Id::new(1), store: Some(Id::new(10)), posts: vec![post] };
        Ok(Some(Who {
            session: Id::new(1),
            user: Id::new(user),
            name: role.into(),
            title: String::new(),
            agent_number: None,
            scope,
            locale: Locale::parse(locale).unwrap_or_default(),
            theme: "system".into(),
            key_map: "{}".into(),
            store_name: "示范店".into(),
            tz: "Asia/Shanghai".into(),
            stores: vec![],
            unread: 0,
        }))
    })
}

async fn slots(desk: Desk, Path((name, id)): Path<(String, i64)>) -> platform::http::Answer {
    let html = desk.slot(&name, id).await?;
    desk.json(&html)
}

async fn enter(Path(who): Path<String>) -> platform::http::Answer {
    use axum::response::IntoResponse as _;
    Ok([(header::SET_COOKIE, format!("__Host-zy={who}; Path=/"))].into_response())
}

fn router(w: &World) -> axum::Router {
    let slots_wired = Slots::default()
        .fill("customer.cases", |desk, id| Box::pin(customer_cases(desk, id)))
        .fill("today.cases", |desk, id| Box::pin(today_cases(desk, id)))
        .fill("call.recall", |desk, id| Box::pin(call_recall(desk, id)))
        .fill("call.case_fields", |desk, id| Box::pin(call_fields(desk, id)));
    let app = App::new(Parts {
        db: w.db.clone(),
        seats: Arc::new(tokio::sync::Semaphore::new(64)),
        config: platform::config::load(None, |_| None).expect("the defaults load"),
        exe: "zhiyin".into(),
        nav: vec![],
        slots: slots_wired,
        load_session,
        demo: false,
    });
    routes()
        .get("/slots/{name}/{id}", Need::SignedIn, slots)
        .get("/enter/{who}", Need::Public, enter)
        .into_router()
        .layer(axum::middleware::from_fn_with_state(app.clone(), front))
        .with_state(app)
}

async fn client(w: &World, who: &str) -> Client {
    let mut client = Client::new(router(w));
    client.get(&format!("/enter/{who}")).await;
    client
}

/// A message key shown as itself is a missing word; a whole number is a broken promise.
fn sound(text: &str) {
    for part in text.split(['>', '"']) {
        let word = part.trim_start();
        let bare = word.strip_prefix("case-").filter(|w| w.split(['<', ' ']).next().is_some_and(|w| w.contains('-')));
        let known = ["case-questions", "case-demand", "case-visits", "case-degree", "case-last", "case-purchase"];
        assert!(bare.is_none() || known.iter().any(|k| word.starts_with(k)), "a key without words: {:.60}", word);
    }
    assert!(!text.contains("13812344417"), "the number stands in the page");
}

platform::stmt!(P_STILL_OPEN, "UPDATE task SET state='open', result=NULL, closed_at=NULL WHERE id=500");

platform::stmt!(
    P_CALL,
    "INSERT INTO attempt (id, group_id, store_id, contact_id, customer_id, client_id, agent_id, direction, outcome, counts, \
     reached, started_at, ended_at, seconds) VALUES (700,$1,$2,600,100,'c',1,'out','completed',1,1,0,0,60)"
);

/// The line was slow: the answer that asks for the fields comes after the call that it belongs to.
#[tokio::test]
async fn fields_that_come_after_the_call_belong_to_its_case() {
    on_both_wired(wire, async |w| {
        let (staff, _) = opened(w).await;
        platform::transact!(w.db, &w.system(), |tx| { tx.exec(&P_CALL, platform::args![w.group, w.store]).await })
            .unwrap();
        let mut agent = client(w, "agent").await;
        let form =
            [("a.repeat_repair", "yes"), ("case.demand", "换新的"), ("case.fault", "另一个毛病"), ("case.degree", "?")];
        let known = the_case(w, 700).await.values();
        let rest = agent.post("/contacts/600/case-fields", &form).await;
        assert_eq!(rest.status, StatusCode::OK, "{}", rest.text);
        assert!(!rest.text.contains("name=\"case.demand\""), "what is on record is not asked: {}", rest.text);
        let filled = the_case(w, 700).await.values();
        assert_eq!(filled.get("demand").map(String::as_str), Some("换新的"));
        assert_eq!(filled.get("fault"), known.get("fault"), "what was known stays");
        assert_eq!(filled.len(), known.len() + 1);

        // Twice is once, and what the manager has written since stays.
        let case = the_case(w, 700).await;
        let given = [("demand".to_owned(), "退车".to_owned())];
        crate::cases::fill(&w.db, &staff.service, case.id, case.version, &given, None).await.unwrap();
        assert_eq!(agent.post("/contacts/600/case-fields", &form).await.status, StatusCode::OK);
        let kept = the_case(w, 700).await;
        assert_eq!(kept.values().get("demand").map(String::as_str), Some("退车"));
        assert_eq!(kept.version, case.version + 1);
    })
    .await;
}

/// A closed case says when each of its steps was done.
#[tokio::test]
async fn a_closed_case_tells_when_its_re_call_was() {
    on_both_wired(wire, async |w| {
        let (staff, id) = opened(w).await;
        let case = resolved(w, &staff, 700, "管路老化").await;
        minutes(w, 24 * 60);
        answered(w, &staff, &case, 710, true).await;
        let page = client(w, "service").await.get(&format!("/cases/{id}")).await.text;
        let step = page.split("三日复访<small>").nth(1).and_then(|s| s.split("</small>").next());
        let closed = page.split("结案<small>").nth(1).and_then(|s| s.split("</small>").next());
        assert!(step.is_some_and(|s| !s.is_empty()) && step == closed, "{step:?} {closed:?}");
    })
    .await;
}

async fn opened(w: &World) -> (Staff, String) {
    let staff = furnish(w).await;
    let points = vec![bad("repeat_repair", "yes", "A7.3.3"), complaint("空调异响三次没修好")];
    record(w, &staff.agent, &call(700, w.store, points)).await.expect("recorded");
    let case = the_case(w, 700).await;
    (staff, case.id.to_string())
}

#[tokio::test]
async fn the_list_and_the_case_in_three_languages() {
    on_both_wired(wire, async |w| {
        let (_, id) = opened(w).await;
        minutes(w, 23 * 60 + 18);
        for (locale, left, kind, missing) in [
            ("zh-CN", "剩 0:42", "投诉：维修水平", "〔待补：客户要求〕"),
            ("zh-TW", "剩 0:42", "投訴：維修水平", "〔待補：客戶要求〕"),
            ("en", "42 min left", "Complaint: repair skill", "[missing: Demand]"),
        ] {
            let mut c = client(w, &format!("service.{locale}")).await;
            let list = c.get("/cases").await;
            assert_eq!(list.status, StatusCode::OK);
            for wanted in ["#1 空调异响三次没修好", left, kind, "陈晓帆", "高岩"] {
                assert!(list.text.contains(wanted), "{locale}: {wanted}\n{}", list.text);
            }
            let page = c.get(&format!("/cases/{id}")).await;
            assert_eq!(page.status, StatusCode::OK);
            for wanted in [left, kind, missing, "138****4417", "<mark>成都</mark>", "name=\"f.demand\"", "data-dial="]
            {
                assert!(page.text.contains(wanted), "{locale}: {wanted}\n{}", page.text);
            }
            sound(&list.text);
            sound(&page.text);
            for filter in ["overdue", "unowned", "waiting", "contacted", "recall", "undecided", "closed", "nonsense"] {
                let reply = c.get(&format!("/cases?show={filter}&after=nonsense")).await;
                assert_eq!(reply.status, StatusCode::OK, "{filter}");
                sound(&reply.text);
            }
        }
        minutes(w, 107);
        let late = client(w, "service").await.get("/cases?show=overdue").await;
        assert!(late.text.contains("超时 1:05"), "{}", late.text);
        minutes(w, 2 * 24 * 60 + 3 * 60);
        let late = client(w, "service").await.get("/cases?show=overdue").await;
        assert!(late.text.contains("超时 2 天 4 小时"), "{}", late.text);
    })
    .await;
}

#[tokio::test]
async fn each_reader_is_shown_what_is_theirs() {
    on_both_wired(wire, async |w| {
        let (_, id) = opened(w).await;
        let status = async |who: &str, path: &str| client(w, who).await.get(path).await.status.as_u16();
        let case = format!("/cases/{id}");
        let mut table = Vec::new();
        for who in ["agent", "service", "sales", "general", "admin", "nobody"] {
            table.push((who, status(who, "/cases").await, status(who, &case).await));
        }
        assert_eq!(
            table,
            [
                ("agent", 200, 200),
                ("service", 200, 200),
                ("sales", 200, 404),
                ("general", 200, 200),
                ("admin", 403, 403),
                ("nobody", 303, 303),
            ]
        );
        let agent = client(w, "agent").await.get(&case).await.text;
        assert!(agent.contains("LSV****000001") && !agent.contains("LSVAA4187E2000001"), "a VIN in full: {agent}");
        // By when the result is wanted: as a rule until the contact, then as a time.
        assert!(agent.contains("处理时限</dt><dd>联系上客户后 3 个工作日内</dd>"), "{agent}");
        assert!(!agent.contains("<form") || !agent.contains("/contact\""), "an agent reads and does not act");
        assert!(agent.contains("您希望我们怎么处理？"), "but sees what is still to be asked");
        let dial = client(w, "agent").await.post(&format!("{case}/dial"), &[]).await;
        assert_eq!(dial.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_case_is_worked_through_its_forms() {
    on_both_wired(wire, async |w| {
        let (staff, id) = opened(w).await;
        let mut c = client(w, "service").await;
        let case = format!("/cases/{id}");
        let to = |action: &str| format!("{case}/{action}");

        let empty = c.post(&to("contact"), &[("version", "1"), ("text", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.text.contains("href=\"#f-text\"") && empty.text.contains("这一项要填写"), "{}", empty.text);

        let done = c.post(&to("contact"), &[("version", "1"), ("text", "已致电，周六来店")]).await;
        assert_eq!((done.status, done.location.as_deref()), (StatusCode::SEE_OTHER, Some(case.as_str())));

        // Somebody else had changed it: told so, and what was typed is still there.
        let form = [("version", "1"), ("cause_kind", "product"), ("cause", "支架开裂"), ("text", "更换支架")];
        let stale = c.post(&to("result"), &form).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        for kept in ["刚才有人更新了这一件", "支架开裂", "更换支架", "value=\"product\" required checked"]
        {
            assert!(stale.text.contains(kept), "{kept}\n{}", stale.text);
        }
        let wrong = c.post(&to("fields"), &[("version", "2"), ("f.demand", "退车"), ("f.purchase_date", "去年")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("请按 2026-11-19 这样填写日期") && wrong.text.contains("退车"), "{}", wrong.text);
        let good = c.post(&to("fields"), &[("version", "2"), ("f.demand", "更换压缩机")]).await;
        assert_eq!(good.status, StatusCode::SEE_OTHER);

        let form = [("version", "3"), ("cause_kind", "product"), ("cause", "支架开裂"), ("text", "更换支架")];
        assert_eq!(c.post(&to("result"), &form).await.status, StatusCode::SEE_OTHER);
        // The step is over: what was typed for it is offered as a note.
        let late = c.post(&to("result"), &form).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let note =
            late.text.split("<dialog id=\"note\"").nth(1).and_then(|d| d.split("</dialog>").next()).expect("a note");
        for wanted in ["data-open", "支架开裂\n更换支架", "你写的放进了备注"] {
            assert!(note.contains(wanted), "{wanted}\n{note}");
        }
        let page = c.get(&case).await.text;
        for wanted in ["等待复访", "<mark>更换压缩机</mark>", "记录处理结果，原因（产品）：支架开裂", "更换支架"]
        {
            assert!(page.contains(wanted), "{wanted}\n{page}");
        }
        let row = the_case(w, 700).await;
        answered(w, &staff, &row, 710, false).await;
        let page = c.get(&case).await.text;
        for wanted in ["第 2 轮", "上一轮认定的原因是「支架开裂」", "复访：客户仍不满意"] {
            assert!(page.contains(wanted), "{wanted}\n{page}");
        }
        sound(&page);
        let version = the_case(w, 700).await.version.to_string();
        let note = c.post(&to("escalation"), &[("version", &version), ("text", "第三次了")]).await;
        assert_eq!(note.status, StatusCode::SEE_OTHER);
        let mut general = client(w, "general").await;
        assert!(general.get(&case).await.text.contains("id=\"decide\""));
        let version = the_case(w, 700).await.version.to_string();
        let decided = general.post(&to("decisions"), &[("version", &version), ("text", "免费更换")]).await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER);
        assert!(c.get(&case).await.text.contains("总经理批示"));

        let dial = c.post(&to("dial"), &[]).await;
        assert_eq!(
            (dial.status, dial.text.as_str()),
            (StatusCode::OK, r#"{"mode":"tel","seconds":30,"value":"13812344417"}"#)
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_is_named_and_a_kind_corrected_by_form() {
    on_both_wired(wire, async |w| {
        let (_, id) = opened(w).await;
        second_manager(w).await;
        let case = format!("/cases/{id}");
        let mut c = client(w, "service").await;
        let page = c.get(&case).await.text;
        for wanted in ["id=\"assign\"", "唐志强", "id=\"class\"", "<optgroup label=\"救援\">", "更正类别"] {
            assert!(page.contains(wanted), "{wanted}\n{page}");
        }
        let nobody = c.post(&format!("{case}/owner"), &[("version", "1"), ("user", "")]).await;
        assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nobody.text.contains("data-open") && nobody.text.contains("这一项要填写"), "{}", nobody.text);
        let named = c.post(&format!("{case}/owner"), &[("version", "1"), ("user", "6")]).await;
        assert_eq!(named.status, StatusCode::SEE_OTHER);
        let page = c.get(&case).await.text;
        assert!(page.contains("指派给 唐志强"), "{page}");

        let form = |kind, department, why| [("version", "2"), ("kind", kind), ("department", department), ("why", why)];
        let empty = c.post(&format!("{case}/class"), &form("A7.3.4", "showroom", "")).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let moved = c.post(&format!("{case}/class"), &form("A7.3.4", "showroom", "说的是销售顾问")).await;
        assert_eq!(moved.status, StatusCode::SEE_OTHER);
        for locale in ["zh-CN", "zh-TW", "en"] {
            let page = client(w, &format!("general.{locale}")).await.get(&case).await.text;
            sound(&page);
            if locale == "zh-CN" {
                assert!(page.contains("由 投诉：维修水平（售后服务部） 更正为"), "{page}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_case_is_opened_from_the_customers_page() {
    on_both_wired(wire, async |w| {
        furnish(w).await;
        let mut c = client(w, "desk").await;
        let page = c.get("/cases/new?customer=100").await;
        assert_eq!(page.status, StatusCode::OK);
        for wanted in ["陈晓帆", "repair_order.400", "7K3Q2", "登记案件"] {
            assert!(page.text.contains(wanted), "{wanted}\n{}", page.text);
        }
        sound(&page.text);
        let empty = c.post("/cases", &[("customer", "100"), ("kind", ""), ("text", "")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("customer", "100"), ("kind", "A7.2.1"), ("about", "repair_order.400"), ("text", "高速上熄火")];
        let opened = c.post("/cases", &form).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER);
        let page = c.get(opened.location.as_deref().expect("a case")).await.text;
        assert!(page.contains("高速上熄火") && page.contains("由人工登记"), "{page}");
        for who in ["agent", "general", "admin"] {
            assert_eq!(client(w, who).await.get("/cases/new?customer=100").await.status, StatusCode::FORBIDDEN);
        }
    })
    .await;
}

#[tokio::test]
async fn other_pages_show_their_part() {
    on_both_wired(wire, async |w| {
        let (_, id) = opened(w).await;
        let slot = async |who: &str, name: &str, of: i64| {
            let reply = client(w, who).await.get(&format!("/slots/{name}/{of}")).await;
            (reply.status.as_u16(), reply.text)
        };
        let (_, customer) = slot("service", "customer.cases", 100).await;
        assert!(customer.contains(&format!("/cases/{id}")), "{customer}");
        assert_eq!(slot("sales", "customer.cases", 100).await.1, "\"\"");
        assert_eq!(slot("admin", "customer.cases", 100).await.1, "\"\"");
        let (_, today) = slot("general", "today.cases", 0).await;
        assert!(today.contains("剩 24:00"), "{today}");
        assert_eq!(slot("agent", "today.cases", 0).await.1, "\"\"");
        assert_eq!(slot("agent", "call.recall", 600).await.1, "\"\"", "this contact is no re-call");

        // The questions follow the answers while the customer is on the line: as before the case took over.
        platform::transact!(w.db, &w.system(), |tx| { tx.exec(&P_STILL_OPEN, platform::args![]).await }).unwrap();
        let mut agent = client(w, "agent").await;
        let none = agent.post("/contacts/600/case-fields", &[("a.cleanliness", "good")]).await;
        assert!(none.status == StatusCode::OK && !none.text.contains("name=\"case."), "{}", none.text);
        let form = [("a.repeat_repair", "yes"), ("case.demand", "换新的"), ("n.repeat_repair", "不会读的")];
        let asked = agent.post("/contacts/600/case-fields", &form).await.text;
        assert!(asked.contains("name=\"case.demand\"") && asked.contains("换新的"), "{asked}");
        assert!(!asked.contains("case.visits_count"), "what is known is not asked");
        let marked = agent.post("/contacts/600/case-fields", &[("complaint", "1"), ("mark", "praise")]).await.text;
        assert!(marked.contains("投诉：其他"), "{marked}");
        let elsewhere = agent.post("/contacts/601/case-fields", &[("m.more", "complaint")]).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    })
    .await;
}
