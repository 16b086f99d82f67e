//! The pages through the door, as each reader sees them, and what their forms do.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use futures_util::future::BoxFuture;
use kernel::{Cap, CustomerId, Id, PersonName, Phone, Plate, Post, Reach, Result, Scope, Stores, Vin};
use platform::db::{Db, Sql as _};
use platform::http::{App, Need, Parts, Slots, Who, front};
use platform::i18n::Locale;
use platform::{args, stmt, transact};
use testkit::{Client, World, on_both};

use crate::intake::input::{CarIn, OwnerIn};
use crate::intake::{Recording, RepairOrderIn, apply};
use crate::{customers, search, vehicles};

/// `role.locale`: who comes through the door.
fn load_session(_: Db, token: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async move {
        let (role, locale) = token.split_once('.').unwrap_or((&token, "zh-CN"));
        let read = (Cap::CustomerRead, Reach::Store);
        let (user, store, caps): (i64, i64, Vec<(Cap, Reach)>) = match role {
            "reader" => (1, 10, vec![read]),
            "editor" => (2, 10, vec![read, (Cap::CustomerEdit, Reach::Store), (Cap::CustomerReveal, Reach::Store)]),
            "neighbour" => (3, 11, vec![read, (Cap::CustomerEdit, Reach::Store), (Cap::CustomerReveal, Reach::Store)]),
            "nobody" => (4, 10, vec![(Cap::SettingsEdit, Reach::Group)]),
            _ => return Ok(None),
        };
        let post =
            Post { role: role.into(), stores: Stores::These(vec![Id::new(store)]), department: None, grants: caps };
        let scope =
            Scope { user: Some(Id::new(user)), group: Id::new(1), store: Some(Id::new(store)), posts: vec![post] };
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

async fn enter(Path(who): Path<String>) -> platform::http::Answer {
    use axum::response::IntoResponse as _;
    Ok([(header::SET_COOKIE, format!("__Host-zy={who}; Path=/"))].into_response())
}

async fn client(w: &World, who: &str) -> Client {
    let app = App::new(Parts {
        db: w.db.clone(),
        seats: Arc::new(tokio::sync::Semaphore::new(64)),
        config: platform::config::load(None, |_| None).expect("the defaults load"),
        exe: "zhiyin".into(),
        nav: customers::nav(""),
        slots: Slots::default().fill("customer.next", |_, id| Box::pin(async move { Ok(format!("<i>next {id}</i>")) })),
        load_session,
        demo: false,
    });
    let router = customers::routes()
        .merge(vehicles::routes())
        .merge(search::routes())
        .get("/enter/{who}", Need::Public, enter)
        .into_router()
        .layer(axum::middleware::from_fn_with_state(app.clone(), front))
        .with_state(app);
    let mut client = Client::new(router);
    client.get(&format!("/enter/{who}")).await;
    client
}

/// No key of a message is left standing where words should be, and no whole number leaves the house.
fn sound(text: &str) {
    for part in text.split(['>', '"']) {
        let word = part.trim_start().split(['<', ' ']).next().unwrap_or("");
        let prefixes = [
            "customer-",
            "customers-",
            "vehicle-",
            "order-",
            "delivery-",
            "search-",
            "story-",
            "phone-",
            "error-",
            "timeline-",
        ];
        let key =
            prefixes.iter().any(|p| word.starts_with(p)) && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(!key || ["search-hint"].contains(&word), "a key without words: {word}");
    }
    assert!(!text.contains("13812344417"), "the number stands in the page");
}

async fn visited(w: &World) -> CustomerId {
    let row = RepairOrderIn {
        number: Some("RO26111900412".into()),
        opened: Some(kernel::StoreDateTime { date: "2026-11-18".parse().expect("day"), time: None }),
        owner: OwnerIn {
            name: PersonName::parse("陈晓帆").ok(),
            organisation: false,
            phones: vec![Phone::parse("13812344417").expect("phone")],
        },
        car: CarIn {
            vin: Vin::parse("LSVNV2182E2103913").ok(),
            plate: Plate::parse("川A7K3Q2").ok(),
            series: Some("速派".into()),
            ..CarIn::default()
        },
        items: vec!["4 万公里保养".into(), "刹车异响检查".into()],
        mileage_km: Some(41_260),
        amount: Some(kernel::Fen(138_600)),
        advisor: Some("邓超群".into()),
        appointment: Some(true),
        ..RepairOrderIn::default()
    };
    let made: Result<_> = transact!(w.db, &w.system(), |tx| {
        apply(tx, &Recording::by_hand(w.store), std::slice::from_ref(&row)).await
    });
    made.expect("recorded")[0].customer.customer.expect("a customer")
}

#[tokio::test]
async fn the_file_in_three_languages_for_each_reader() {
    on_both(async |w| {
        let id = visited(w).await;
        for (locale, words) in [
            ("zh-CN", ["往来", "车辆", "维修", "预约到店"]),
            ("zh-TW", ["往來", "車輛", "維修", "預約到店"]),
            ("en", ["History", "Vehicles", "Repair", "by appointment"]),
        ] {
            let mut c = client(w, &format!("editor.{locale}")).await;
            let page = c.get(&format!("/customers/{id}")).await;
            assert_eq!(page.status, StatusCode::OK);
            sound(&page.text);
            let facts =
                ["陈晓帆", "138****4417", "川A·7K3Q2", "LSV****103913", "41,260", "¥1,386", "RO26111900412", "next "];
            for wanted in words.iter().chain(&facts) {
                assert!(page.text.contains(wanted), "{locale}: {wanted}");
            }
            for path in ["/customers", "/customers/new", "/search"] {
                sound(&c.get(path).await.text);
            }
        }
        // Without the right to edit: read only.
        let mut reader = client(w, "reader").await;
        let page = reader.get(&format!("/customers/{id}")).await;
        for absent in ["/edit", "/reveals", "/phones", "/reachability"] {
            assert!(!page.text.contains(&format!("/customers/{id}{absent}")), "{absent}");
        }
        for (path, form) in [(format!("/customers/{id}"), "name"), (format!("/customers/{id}/phones"), "phone")] {
            assert_eq!(reader.post(&path, &[(form, "x")]).await.status, StatusCode::FORBIDDEN);
        }
        assert_eq!(client(w, "nobody").await.get("/customers").await.status, StatusCode::FORBIDDEN);
        // Another store of the group knows nothing of them.
        let mut neighbour = client(w, "neighbour").await;
        for path in [format!("/customers/{id}"), format!("/customers/{id}/edit"), format!("/customers/{id}/timeline")] {
            assert_eq!(neighbour.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let refused = neighbour.post(&format!("/customers/{id}/reachability"), &[("calls", "no")]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert!(!neighbour.post("/search", &[("q", "陈晓帆")]).await.text.contains(&id.to_string()));
    })
    .await;
}

#[tokio::test]
async fn searching_lists_options_and_results() {
    on_both(async |w| {
        let id = visited(w).await;
        let mut c = client(w, "reader").await;
        let page = c.post("/search", &[("q", "7k3q2")]).await;
        assert!(page.text.contains(&format!("/customers/{id}")) && page.text.contains("138****4417"));
        sound(&page.text);
        let none = c.post("/search", &[("q", "没有此人")]).await;
        assert!(none.text.contains("没有找到"));
    })
    .await;
}

#[tokio::test]
async fn somebody_new_by_hand_with_every_fault_at_once() {
    on_both(async |w| {
        let mut c = client(w, "editor").await;
        let wrong = c
            .post(
                "/customers",
                &[("name", " "), ("phones", "1381234"), ("birthday", "昨天"), ("region", &"长".repeat(61))],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in ["请填写姓名", "号码少了", "日期要写成", "太长了"] {
            assert!(wrong.text.contains(told), "{told}");
        }
        assert!(wrong.text.contains("昨天"), "as filled in");
        let form =
            [("name", "何静怡"), ("kind", "person"), ("phones", "13900000001、13900000002"), ("gender", "female")];
        let made = c.post("/customers", &form).await;
        let to = made.location.expect("a page");
        assert!(to.ends_with("?entered"), "{to}");
        // Entered again: the same person, not a second one.
        let again = c.post("/customers", &form).await.location.expect("a page");
        assert_eq!(again, to.replace("entered", "known"));
        let page = c.get(&to).await;
        assert!(page.text.contains("何静怡 女士") && page.text.contains("139****0002"));
    })
    .await;
}

#[tokio::test]
async fn two_editors_of_one_file() {
    on_both(async |w| {
        let id = visited(w).await;
        let mut c = client(w, "editor").await;
        let path = format!("/customers/{id}");
        let form = [("version", "1"), ("kind", "person"), ("name", "陈小帆"), ("region", "四川 成都 武侯")];
        assert_eq!(c.post(&path, &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(c.post(&path, &form).await.status, StatusCode::CONFLICT);
        assert!(c.post("/search", &[("q", "小帆")]).await.text.contains("陈小帆"));
        let audited = w.db.reads().count(&AUDITED, args!["customer.change"]).await.expect("count");
        assert_eq!(audited, 1);
    })
    .await;
}

stmt!(AUDITED, "SELECT COUNT(*) AS v FROM audit WHERE action=$1");
stmt!(REVEALED, "SELECT COUNT(*) AS v FROM reveal_log WHERE user_id=$1");
stmt!(EVENTS, "SELECT COUNT(*) AS v FROM event WHERE kind=$1");

#[tokio::test]
async fn numbers_are_shown_for_a_reason_and_not_without_end() {
    on_both(async |w| {
        let id = visited(w).await;
        let line = customers::phone_lines(&mut w.db.reads(), w.group, id).await.expect("lines")[0].id;
        let path = format!("/customers/{id}/phones/{line}/reveals");
        let mut c = client(w, "editor").await;
        assert_eq!(c.post(&path, &[("reason", "curious")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let shown = c.post(&path, &[("reason", "check")]).await;
        assert!(shown.text.contains("13812344417"));
        let mut q = w.db.reads();
        assert_eq!(q.count(&REVEALED, args![2_i64]).await.expect("count"), 1);
        assert_eq!(q.count(&AUDITED, args!["phone.reveal"]).await.expect("count"), 1);
        for _ in 1..40 {
            assert_eq!(c.post(&path, &[("reason", "call")]).await.status, StatusCode::OK);
        }
        let refused = c.post(&path, &[("reason", "call")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("上限"));
        w.clock.advance(std::time::Duration::from_secs(3_601));
        assert_eq!(c.post(&path, &[("reason", "call")]).await.status, StatusCode::OK);
        assert_eq!(client(w, "reader").await.post(&path, &[("reason", "call")]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(client(w, "neighbour").await.post(&path, &[("reason", "call")]).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn cars_visits_and_deliveries_by_hand_plan_at_once() {
    on_both(async |w| {
        let id = visited(w).await;
        let mut c = client(w, "editor").await;
        let saved = Some(format!("/customers/{id}?saved"));
        // A second car.
        let wrong = c.post(&format!("/customers/{id}/vehicles"), &[("vin", "LSVNV")]).await;
        assert!(wrong.text.contains("车架号应为 17 位"));
        let car = [("vin", "LSVNV2182E2100001"), ("series", "明锐"), ("purchased_on", "2026-11-10")];
        assert_eq!(c.post(&format!("/customers/{id}/vehicles"), &car).await.location, saved);
        let cars = vehicles::of_customer(&mut w.db.reads(), w.group, id).await.expect("cars");
        let new = cars.iter().find(|v| v.series.as_deref() == Some("明锐")).expect("the car").id.to_string();
        // A visit, once.
        let form = [("number", "RO2"), ("vehicle", &new), ("opened", "2026-11-19T08:10"), ("amount", "386.50")];
        assert_eq!(c.post(&format!("/customers/{id}/repair-orders"), &form).await.location, saved);
        let again = c.post(&format!("/customers/{id}/repair-orders"), &form).await;
        assert!(again.text.contains("本店已有这张工单"));
        let mut q = w.db.reads();
        assert_eq!(q.count(&EVENTS, args!["repair_orders_recorded"]).await.expect("count"), 2);
        // Corrected, then cancelled.
        let orders = vehicles::orders_of(&mut q, &w.system(), id, 10).await.expect("orders");
        let order = orders.iter().find(|o| o.number.as_deref() == Some("RO2")).expect("the order");
        assert_eq!(order.amount_fen, Some(kernel::Fen(38_650)));
        let page = c.get(&format!("/repair-orders/{}/edit", order.id)).await;
        assert!(page.text.contains("2026-11-19T08:10") && page.text.contains("386.50"));
        sound(&page.text);
        let path = format!("/repair-orders/{}", order.id);
        let fixed = [("version", "1"), ("vehicle", &new), ("opened", "2026-11-19T08:10"), ("amount", "400")];
        assert_eq!(c.post(&path, &fixed).await.location, saved);
        assert_eq!(c.post(&path, &fixed).await.status, StatusCode::CONFLICT);
        let gone = [("version", "2"), ("vehicle", &new), ("opened", "2026-11-19T08:10"), ("cancelled", "1")];
        assert_eq!(c.post(&path, &gone).await.location, saved);
        assert_eq!(q.count(&EVENTS, args!["repair_orders_cancelled"]).await.expect("count"), 1);
        assert!(c.get(&format!("/customers/{id}")).await.text.contains("已作废"));
        // A delivery of that car.
        let path = format!("/customers/{id}/deliveries");
        assert!(c.post(&path, &[("delivered_on", "2026-11-12")]).await.text.contains("请选择交付的车辆"));
        let form = [("vehicle", new.as_str()), ("delivered_on", "2026-11-12"), ("consultant", "梁雨")];
        assert_eq!(c.post(&path, &form).await.location, saved);
        assert_eq!(q.count(&EVENTS, args!["deliveries_recorded"]).await.expect("count"), 1);
        assert!(c.get(&format!("/customers/{id}?show=visits")).await.text.contains("梁雨"));
        // Sold.
        assert_eq!(c.post(&format!("/vehicles/{new}/owners/{id}/end"), &[("x", "1")]).await.location, saved);
        // Refused to others.
        let mut neighbour = client(w, "neighbour").await;
        for path in [format!("/repair-orders/{}/edit", order.id), format!("/vehicles/{new}/edit")] {
            assert_eq!(neighbour.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn opting_out_and_numbers() {
    on_both(async |w| {
        let id = visited(w).await;
        let mut c = client(w, "editor").await;
        let saved = Some(format!("/customers/{id}?saved"));
        assert_eq!(c.post(&format!("/customers/{id}/reachability"), &[("calls", "no")]).await.location, saved);
        let page = c.get(&format!("/customers/{id}")).await.text;
        assert!(page.contains("已拒访") && page.contains("客户拒访"));
        assert_eq!(c.post(&format!("/customers/{id}/reachability"), &[("calls", "yes")]).await.location, saved);
        let mut q = w.db.reads();
        assert_eq!(q.count(&EVENTS, args!["customer_opted_out"]).await.expect("count"), 1);
        assert_eq!(q.count(&EVENTS, args!["customer_opted_in"]).await.expect("count"), 1);

        let wrong = c.post(&format!("/customers/{id}/phones"), &[("phone", "95")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        c.post(&format!("/customers/{id}/phones"), &[("phone", "13900000009"), ("contact", "赵六")]).await;
        let lines = customers::phone_lines(&mut q, w.group, id).await.expect("lines");
        assert_eq!(lines.iter().map(|l| l.contact_name.as_deref()).collect::<Vec<_>>(), [None, Some("赵六")]);
        c.post(&format!("/customers/{id}/phones/{}/first", lines[1].id), &[("x", "1")]).await;
        c.post(&format!("/customers/{id}/phones/{}/end", lines[0].id), &[("x", "1")]).await;
        let left = customers::phone_lines(&mut q, w.group, id).await.expect("lines");
        assert_eq!(left.iter().map(|l| l.id).collect::<Vec<_>>(), [lines[1].id]);
        assert!(c.post("/search", &[("q", "4417")]).await.text.contains("没有找到"));
        assert!(c.post("/search", &[("q", "赵六")]).await.text.contains(&id.to_string()));
    })
    .await;
}

stmt!(T_ALARMS, "SELECT COUNT(*) AS v FROM lookup_alarm WHERE user_id=$1");
stmt!(T_TOLD_OF, "SELECT COUNT(*) AS v FROM notification WHERE kind=$1 AND subject=$2");

/// Without the right to see numbers, somebody tries to find out the four hidden digits of many customers: by the end that
/// is shown, one digit after the other.
#[tokio::test]
async fn 逐位试探_每小时有上限_到了即上报() {
    on_both(async |w| {
        let mut numbers = Vec::new();
        for n in 0..40_u32 {
            let digits = format!("139{:04}{:04}", n * 7_919 % 10_000, n * 4_241 % 10_000);
            let row = RepairOrderIn {
                number: Some(format!("H{n}")),
                opened: Some(kernel::StoreDateTime { date: "2026-11-18".parse().expect("day"), time: None }),
                owner: OwnerIn {
                    name: Some(PersonName::parse(&format!("客户{n}")).expect("name")),
                    organisation: false,
                    phones: vec![Phone::parse(&digits).expect("phone")],
                },
                ..RepairOrderIn::default()
            };
            let done: Result<_> = transact!(w.db, &w.system(), |tx| {
                apply(tx, &Recording::by_hand(w.store), std::slice::from_ref(&row)).await
            });
            numbers.push((digits, done.expect("recorded")[0].customer.customer.expect("somebody")));
        }
        // Whoever keeps the people of the store hears of it.
        let keeper = w.user(9, "沈雯").await;
        transact!(w.db, &w.system(), |tx| {
            tx.exec(&T_KEEPER_ROLE, args![]).await?;
            tx.exec(&T_KEEPER_POST, args![keeper, w.store]).await
        })
        .expect("posted");
        let mut c = client(w, "reader").await;
        let (mut found_out, mut refused) = (0, 0);
        'all: for (digits, id) in &numbers {
            let mut known = digits[7..].to_owned();
            while known.len() < 8 {
                let mut next = None;
                for d in '0'..='9' {
                    let asked = format!("{d}{known}");
                    let page = c.post("/search", &[("q", &asked)]).await;
                    if page.status != StatusCode::OK {
                        refused += 1;
                        if refused > 20 {
                            break 'all;
                        }
                        continue;
                    }
                    if page.text.contains(&format!("/customers/{id}")) {
                        next = Some(asked);
                        break;
                    }
                }
                match next {
                    Some(longer) => known = longer,
                    None => continue 'all,
                }
            }
            found_out += 1;
        }
        assert!(found_out < 12, "{found_out} of {} numbers in an hour", numbers.len());
        assert!(refused > 20);
        let q = &mut w.db.reads();
        assert_eq!(q.count(&T_ALARMS, args![1_i64]).await.expect("count"), 1, "once an hour");
        assert_eq!(q.count(&T_TOLD_OF, args!["lookup_search", 1_i64]).await.expect("count"), 1);
        // Names are free, and the next hour begins anew.
        assert_eq!(c.post("/search", &[("q", "客户7")]).await.status, StatusCode::OK);
        w.clock.advance(std::time::Duration::from_hours(1));
        assert_eq!(c.post("/search", &[("q", "4417")]).await.status, StatusCode::OK);
    })
    .await;
}

stmt!(
    T_KEEPER_ROLE,
    "INSERT INTO role (id, group_id, role_key, label_zh, grants, shipped) VALUES (60,1,'keeper','客服主管','[[\"people.manage\",\"store\"]]',0)"
);
stmt!(
    T_KEEPER_POST,
    "INSERT INTO assignment (id, group_id, user_id, role_id, store_id, since) VALUES (61,1,$1,60,$2,0)"
);
