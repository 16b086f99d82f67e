//! Who sees what of the reports.

use axum::Router;
use futures_util::future::BoxFuture;
use kernel::{Cap, Department, Millis, Post, Reach, Result, Scope, StoreId, Stores, UserId};
use platform::db::{Db, Sql as _};
use platform::http::{Who, front};
use platform::i18n::Locale;
use platform::sheets::{Cell, Event};
use platform::{args, stmt, transact};
use testkit::{Client, World};

use super::weeks::app;
use super::world::{Fact, TODAY, add_facts, settled};
use crate::reports;

stmt!(
    ADD_ATTEMPT,
    "INSERT INTO attempt (id, group_id, store_id, contact_id, customer_id, client_id, agent_id, direction, outcome, counts, reached, \
     started_at, ended_at, seconds) VALUES ($1,$2,$3,$4,$4,$5,$6,'out','complete',1,1,$7,$7,60)"
);
stmt!(ADD_ATTEMPT_TASK, "INSERT INTO attempt_task (attempt_id, task_id, group_id, store_id) VALUES ($1,$2,$3,$4)");
stmt!(
    ADD_ANSWER,
    "INSERT INTO answer (id, group_id, store_id, attempt_id, task_id, question, option_key, effect, at) \
     VALUES ($1,$2,$3,$4,$5,'overall',$6,$7,$8)"
);
stmt!(
    ADD_REMARK,
    "INSERT INTO remark (id, group_id, store_id, attempt_id, task_id, mark, text, person, at) VALUES ($1,$2,$3,$4,$5,$6,$7,'张师傅',$8)"
);
stmt!(
    ADD_CASE,
    "INSERT INTO case_file (id, group_id, store_id, number, class, kind, department, customer_id, state, title, fields, opened_at, \
     contact_due_at, contacted_at, first_contact_due_at, first_contacted_at) \
     VALUES ($1,$2,$3,$1,'complaint','A7.1',$4,$5,'waiting',$6,'{}',$7,$8,NULL,$8,$9)"
);

/// The cookie names the role.
fn who_of(_: Db, role: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async move {
        let (grants, department, stores) = match role.as_str() {
            "supervisor" => (
                vec![
                    (Cap::ReportRead, Reach::Store),
                    (Cap::ReportAgents, Reach::Store),
                    (Cap::CaseRead, Reach::Store),
                    (Cap::CustomerRead, Reach::Store),
                ],
                Some(Department::Care),
                Stores::These(vec![StoreId::new(10)]),
            ),
            "manager" => (
                vec![
                    (Cap::ReportRead, Reach::Store),
                    (Cap::CaseRead, Reach::Department),
                    (Cap::CustomerRead, Reach::Department),
                ],
                Some(Department::Service),
                Stores::These(vec![StoreId::new(10)]),
            ),
            "region" => (
                vec![(Cap::ReportRead, Reach::Region), (Cap::CaseRead, Reach::Region)],
                None,
                Stores::These(vec![StoreId::new(10), StoreId::new(11)]),
            ),
            "agent" => {
                (vec![(Cap::CallWork, Reach::Own)], Some(Department::Care), Stores::These(vec![StoreId::new(10)]))
            }
            _ => return Ok(None),
        };
        let store = StoreId::new(10);
        let post = Post { role: role.clone(), stores, department, grants };
        let scope =
            Scope { user: Some(UserId::new(70)), group: kernel::Id::new(1), store: Some(store), posts: vec![post] };
        Ok(Some(Who {
            session: kernel::Id::new(1),
            user: UserId::new(70),
            name: "沈雯".into(),
            title: role,
            agent_number: None,
            scope,
            locale: Locale::ZhCn,
            theme: "system".into(),
            key_map: "{}".into(),
            store_name: "示范店".into(),
            tz: "Asia/Shanghai".into(),
            stores: vec![(store, "示范店".into())],
            unread: 0,
        }))
    })
}

fn browser(w: &World, role: &str) -> Client {
    let app = app(w, who_of);
    let router: Router =
        reports::routes().into_router().layer(axum::middleware::from_fn_with_state(app.clone(), front)).with_state(app);
    Client::new(router).with_cookie("__Host-zy", role)
}

const AGENT: &str = "陆小蔓";

/// 61 tasks of two brands in two stores, each called once by one agent, each with an answer and every third a remark.
async fn furnish(w: &World) {
    w.user(71, AGENT).await;
    let facts: Vec<Fact> = (0..61)
        .map(|i| Fact {
            id: 500 + i,
            store: if i % 10 == 9 { w.second } else { w.store },
            kind: if i % 4 == 0 { "7DC" } else { "3DC" },
            class: if i % 4 == 0 { "new_car" } else { "repair" },
            brand: if i % 2 == 0 { "斯柯达" } else { "大众" },
            due: -3 - i32::try_from(i % 5).unwrap(),
            agent: Some(71),
            state: "done",
            result: Some(if i % 6 == 0 { "refused" } else { "complete" }),
            attempts: 1,
            inside: 1,
            reached: 1,
            max: 3,
            number_needed: false,
        })
        .collect();
    add_facts(w, &facts).await;
    let scope = w.system();
    let called = TODAY - 3 * Millis::DAY + 10 * Millis::HOUR;
    transact!(w.db, &scope, |tx| {
        for f in &facts {
            let (id, at) = (f.id + 1_000, Millis(called + f.id * 1_000));
            tx.exec(&ADD_ATTEMPT, args![id, w.group, f.store, f.id, format!("c{id}"), 71_i64, at]).await?;
            tx.exec(&ADD_ATTEMPT_TASK, args![id, f.id, w.group, f.store]).await?;
            let (option, effect) = if f.id % 3 == 0 { ("bad", "bad") } else { ("good", "good") };
            tx.exec(&ADD_ANSWER, args![id, w.group, f.store, id, f.id, option, effect, at]).await?;
            if f.id % 3 == 0 {
                let mark = if f.id % 2 == 0 { "praise" } else { "suggestion" };
                tx.exec(&ADD_REMARK, args![id, w.group, f.store, id, f.id, mark, "很耐心", at]).await?;
            }
        }
        for (i, (department, hours)) in [("service", 3), ("service", 30), ("showroom", 2)].into_iter().enumerate() {
            let (id, opened) = (2_000 + i64::try_from(i).unwrap(), Millis(called));
            let title = format!("{department}的投诉{i}");
            let args = args![
                id,
                w.group,
                w.store,
                department,
                500_i64,
                title,
                opened,
                opened.plus(24 * Millis::HOUR),
                opened.plus(hours * Millis::HOUR)
            ];
            tx.exec(&ADD_CASE, args).await?;
        }
        use contact::followup::figures::{What, mark};
        let day = super::world::day("2026-11-16");
        mark(tx, w.store, What::Call, &[day]).await?;
        mark(tx, w.second, What::Call, &[day]).await
    })
    .unwrap();
}

/// Every address behind a number of the page, with the number that stands in the link.
fn numbers(page: &str) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for part in page.split("href=\"").skip(1) {
        let Some((href, rest)) = part.split_once('"') else { continue };
        let lists = ["tasks", "answers", "calls", "cases", "remarks", "beside"];
        if !lists.iter().any(|l| href.starts_with(&format!("/reports/{l}?"))) {
            continue;
        }
        let text = rest.split_once('>').and_then(|(_, t)| t.split_once("</a>")).map_or("", |t| t.0);
        if text.contains('%') {
            continue;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let n = digits.parse().unwrap_or_else(|_| panic!("no number in {text:?} of {href}"));
        found.push((href.replace("&amp;", "&").replace("&#38;", "&"), n));
    }
    found
}

/// Goes through a list page by page and counts its rows.
async fn count_rows(client: &mut Client, href: &str) -> i64 {
    let (mut at, mut rows) = (href.to_owned(), 0);
    loop {
        let page = client.get(&at).await;
        assert_eq!(page.status, 200, "{at}: {}", page.text);
        rows += i64::try_from(page.text.matches("data-row>").count()).unwrap();
        let total = page.text.split("data-total=\"").nth(1).and_then(|t| t.split('"').next()).unwrap().to_owned();
        match page.text.split("class=\"btn\" href=\"").find(|p| p.contains("data-more")) {
            Some(more) => at = more.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&"),
            None => {
                assert_eq!(total, rows.to_string(), "{href}: what stands above the list");
                return rows;
            }
        }
    }
}

#[tokio::test]
async fn every_number_on_the_page_opens_a_list_of_exactly_that_many_rows() {
    testkit::on_both(async |w| {
        furnish(w).await;
        for filter in ["", "&brand=%E5%A4%A7%E4%BC%97", "&kind=3DC", "&agent=71"] {
            for settle in [false, true] {
                if settle {
                    settled(w).await;
                }
                let mut client = browser(w, "supervisor");
                let page = client.get(&format!("/reports?from=2026-11-09&to=2026-11-18{filter}")).await;
                assert_eq!(page.status, 200, "{}", page.text);
                let found = numbers(&page.text);
                assert!(found.len() > 30, "{} numbers", found.len());
                assert!(found.iter().any(|(_, n)| *n > 50 || !filter.is_empty()), "one list has several pages");
                for (href, n) in found {
                    assert_eq!(count_rows(&mut client, &href).await, n, "{href}");
                }
            }
        }
    })
    .await;
}

/// The bars of the figures: class of the bar, and what stands on its card.
fn bars(page: &str) -> Vec<(String, String)> {
    let cards = page.split("</section>").flat_map(|section| section.split("card stat\"").skip(1));
    cards
        .filter_map(|card| card.split_once("<progress class=\""))
        .map(|(card, bar)| (bar.split('"').next().unwrap_or_default().to_owned(), card.to_owned()))
        .collect()
}

#[tokio::test]
async fn a_figure_below_its_target_says_so_in_colour_and_in_words() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let missed = Fact {
            id: 900,
            store: w.store,
            kind: "7DC",
            class: "new_car",
            brand: "斯柯达",
            due: -3,
            agent: Some(71),
            state: "done",
            result: Some("expired"),
            attempts: 0,
            inside: 0,
            reached: 0,
            max: 3,
            number_needed: false,
        };
        let mut client = browser(w, "supervisor");
        let address = "/reports?from=2026-11-09&to=2026-11-18";
        let tones = |page: &str| {
            let bars = bars(page);
            for (tone, words) in &bars {
                assert_eq!(tone == "warn", words.contains("低于目标"), "{tone}: {words}");
                assert_eq!(tone == "ok", words.contains("pill ok") && words.contains("目标"), "{tone}: {words}");
            }
            bars.into_iter().map(|(tone, _)| tone).collect::<Vec<_>>()
        };
        let before = tones(&client.get(address).await.text);
        assert!(before.contains(&"ok".to_owned()) && !before.contains(&"warn".to_owned()), "{before:?}");
        add_facts(w, &[missed]).await;
        let page = client.get(address).await.text;
        assert_eq!(tones(&page).iter().filter(|t| *t == "warn").count(), 1, "the new cars");
        assert!(
            page.contains("<span aria-hidden=\"true\">↓</span><span class=\"sr\">低于目标</span>"),
            "in the table too"
        );
    })
    .await;
}

#[tokio::test]
async fn managers_see_figures_without_agents_names_and_their_own_departments_cases() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let lists = ["/reports/tasks?measure=counted&", "/reports/answers?question=overall&", "/reports?"];
        let period = "from=2026-11-09&to=2026-11-18";
        let (mut boss, mut manager) = (browser(w, "supervisor"), browser(w, "manager"));
        for list in lists {
            assert!(boss.get(&format!("{list}{period}")).await.text.contains(AGENT), "{list}");
            let page = manager.get(&format!("{list}{period}")).await;
            assert_eq!(page.status, 200);
            assert!(!page.text.contains(AGENT), "{list} names an agent");
        }
        // A filter by agent is not followed: it would tell whose figures they are.
        let all = manager.get(&format!("/reports?{period}")).await.text;
        assert!(all.contains("99.96% 显示为 99.9%"), "one click away: how percentages are rounded");
        let one = manager.get(&format!("/reports?{period}&agent=72")).await.text;
        let due = |text: &str| {
            numbers(text).into_iter().filter(|n| n.0.contains("measure=counted")).map(|n| n.1).sum::<i64>()
        };
        assert_eq!(due(&all), due(&one));
        assert_eq!(manager.get(&format!("/reports/calls?{period}")).await.status, 403);
        assert!(all.contains("service的投诉0") && !all.contains("showroom的投诉2"), "another department's case");
        for (href, n) in numbers(&all) {
            assert_eq!(count_rows(&mut manager, &href).await, n, "{href}");
        }
        assert_eq!(browser(w, "agent").get("/reports").await.status, 403);
        assert_eq!(browser(w, "nobody").get("/reports").await.status, 303);
    })
    .await;
}

stmt!(
    ADD_ORDER,
    "INSERT INTO repair_order (id, group_id, store_id, business_key, number, customer_id, opened_on, state, content_hash, created_at, updated_at) \
     VALUES ($1,$2,$3,$4,$4,$1,'2026-11-01','recorded','x',0,0)"
);

#[tokio::test]
async fn a_list_names_only_customers_whose_file_its_reader_may_open() {
    testkit::on_both(async |w| {
        furnish(w).await;
        // Of all these customers one was in the workshop.
        transact!(w.db, &w.system(), |tx| { tx.exec(&ADD_ORDER, args![505_i64, w.group, w.store, "GD505"]).await })
            .unwrap();
        let period = "from=2026-11-09&to=2026-11-18";
        let named = |text: &str| text.matches("href=\"/customers/").count();
        let (mut boss, mut manager) = (browser(w, "supervisor"), browser(w, "manager"));
        for list in ["/reports/tasks?measure=counted&", "/reports/answers?question=overall&effect=good&"] {
            let all = boss.get(&format!("{list}{period}")).await.text;
            assert!(named(&all) > 10 && !all.contains("其他部门的客户"), "{list}");
            let own = manager.get(&format!("{list}{period}")).await.text;
            assert_eq!(own.matches("data-row").count(), all.matches("data-row").count(), "{list}: as many rows");
            assert_eq!(named(&own), 1, "{list}: his own customer");
            assert!(own.contains("/customers/505\">客户505") && own.contains("其他部门的客户"), "{list}");
            assert!(!own.contains("客户506"), "{list}: another department's customer by name");
        }
        for page in ["/reports?", "/reports/remarks?mark=praise&", "/reports/remarks?mark=suggestion&"] {
            assert!(named(&boss.get(&format!("{page}{period}")).await.text) > 0, "{page}");
            let own = manager.get(&format!("{page}{period}")).await.text;
            assert_eq!((named(&own), own.contains("其他部门的客户")), (0, true), "{page}");
        }
    })
    .await;
}

/// Sheets of a workbook, by name.
fn read_back(bytes: &[u8]) -> Vec<(String, Vec<Vec<Cell>>)> {
    let file = std::env::temp_dir().join(format!("weekly-{}.xlsx", std::process::id()));
    std::fs::write(&file, bytes).unwrap();
    let mut sheets: Vec<(String, Vec<Vec<Cell>>)> = Vec::new();
    let mut on_event = |event| {
        match event {
            Event::Sheet { name, .. } => sheets.push((name, Vec::new())),
            Event::Row(row) => sheets.last_mut().unwrap().1.push(row.cells),
            _ => {}
        }
        std::ops::ControlFlow::Continue(())
    };
    platform::sheets::parse(&file, &mut on_event, &platform::sheets::Limits::default()).unwrap();
    std::fs::remove_file(&file).unwrap();
    sheets
}

#[tokio::test]
async fn head_office_sees_its_stores_and_no_other() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let mut region = browser(w, "region");
        let page = region.get("/reports?from=2026-11-09&to=2026-11-18").await.text;
        assert!(page.contains("第二店") && !page.contains("别家店") && !page.contains(AGENT));
        for (href, n) in numbers(&page) {
            assert_eq!(count_rows(&mut region, &href).await, n, "{href}");
        }
        assert_eq!(region.get("/reports?store=20").await.status, 404, "a store of another group");
        assert_eq!(
            browser(w, "supervisor").get("/reports?store=11").await.status,
            404,
            "a store of the group, not of this reader"
        );
    })
    .await;
}

#[tokio::test]
async fn the_weekly_report_on_screen_and_as_a_workbook() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let mut boss = browser(w, "supervisor");
        let day = super::world::day("2026-11-12");
        let at = Millis(TODAY - 7 * Millis::DAY + 10 * Millis::HOUR);
        transact!(w.db, &w.system(), |tx| {
            tx.exec(&ADD_ATTEMPT, args![9_001_i64, w.group, w.store, 500_i64, "c9001", 71_i64, at]).await?;
            tx.exec(&ADD_ATTEMPT_TASK, args![9_001_i64, 500_i64, w.group, w.store]).await?;
            let answer = args![9_001_i64, w.group, w.store, 9_001_i64, 500_i64, "bad", "bad", at];
            tx.exec(&ADD_ANSWER, answer).await?;
            let due = at.plus(Millis::DAY);
            let case =
                args![9_001_i64, w.group, w.store, "service", 500_i64, "周四的投诉", at, due, at.plus(3_600_000)];
            tx.exec(&ADD_CASE, case).await?;
            contact::followup::figures::mark(tx, w.store, contact::followup::figures::What::Call, &[day]).await
        })
        .unwrap();
        assert_eq!(boss.post("/reports/weekly", &[("week", "2026-11-16")]).await.status, 422, "the week is not over");
        let made = boss.post("/reports/weekly", &[("week", "2026-11-11")]).await;
        assert_eq!(made.location.as_deref(), Some("/reports/weekly/2026-11-09"), "any day of the week will do");
        let page = boss.get("/reports/weekly/2026-11-09").await;
        assert_eq!(page.status, 200);
        for (href, n) in numbers(&page.text) {
            assert_eq!(count_rows(&mut boss, &href).await, n, "{href}");
        }
        let book = boss.get("/reports/weekly/2026-11-09/xlsx").await;
        assert!(book.kind.contains("spreadsheetml"), "{}: {} {}", book.kind, book.status, book.text);
        let sheets = read_back(&book.bytes);
        let rates = &sheets.iter().find(|s| s.0.starts_with("回访")).expect("rates").1;
        let head = rates[0].iter().position(|c| *c == Cell::Text("回访率".into())).expect("the rate's column");
        let shares =
            rates[1..].iter().filter(|row| matches!(row.get(head), Some(Cell::Number(n)) if *n <= 1.0)).count();
        assert!(shares >= 3, "rates are numbers that a spreadsheet reckons with: {rates:?}");
        let items = &sheets.iter().find(|s| s.0 == "改进项").expect("improvement items").1;
        assert!(matches!(items.get(1).and_then(|r| r.get(2)), Some(Cell::Number(n)) if *n > 0.0), "{items:?}");
        let cases = &sheets.iter().find(|s| s.0.contains("案件")).expect("cases").1;
        assert!(matches!(cases.get(1).and_then(|r| r.get(3)), Some(Cell::DateTime(_))), "{cases:?}");
        let manager = browser(w, "manager").get("/reports/weekly/2026-11-09").await;
        assert!(manager.status == 200 && !manager.text.contains(AGENT));
        assert_eq!(boss.get("/reports/weekly/2026-11-02").await.status, 404);
    })
    .await;
}
