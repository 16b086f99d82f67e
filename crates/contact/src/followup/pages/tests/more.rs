//! Leases, late drafts, taking back and the supervisor's pages, over HTTP.

use axum::http::{Method, StatusCode};
use kernel::UserId;
use platform::db::Sql as _;
use platform::i18n::Label;
use platform::{args, rulebook, stmt, transact};

use super::{Browser, complete, one_order, slices, task};
use crate::followup::TaskResult;
use crate::followup::outcomes::{Need, Next, Outcomes};
use crate::followup::tests::shop::{AGENT, in_shop};
use crate::scripts::ScriptBook;

stmt!(M_WHO_WHEN, "SELECT who_when AS v FROM attempt ORDER BY id LIMIT 1");
stmt!(M_STARTED, "SELECT started_at AS k, ended_at AS v FROM attempt ORDER BY id LIMIT 1");
stmt!(M_LATE, "SELECT outcome AS k, note AS v FROM attempt WHERE late=1 ORDER BY id");

#[tokio::test]
async fn 只看不占_接手才占_离开即还() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let path = format!("/calls/{contact}");
        let holder = async || s.only().await.lease_user.filter(|_| s.w.clock.now().0 > 0);
        let care = Browser::of(s, "care-900");
        let page = care.get(&path).await.ok();
        assert!(page.contains("你只是在看") && !page.contains("data-lease="), "a look takes nothing");
        assert_eq!(holder().await, None);
        let agent = Browser::of(s, "agent-100");
        for ahead in [("sec-purpose", "prefetch"), ("purpose", "prefetch")] {
            agent.send(Method::GET, &path, &[], &[ahead]).await.ok();
            assert_eq!(holder().await, None, "{ahead:?}");
        }
        let page = agent.get(&path).await.ok();
        assert_eq!(holder().await, Some(AGENT));
        let fence = page.split("data-fence=\"").nth(1).and_then(|t| t.split('"').next()).expect("a fence").to_owned();
        let renewed = agent.post(&format!("{path}/lease"), &[("fence", &fence)]).await.ok();
        assert!(renewed.contains("until"));
        // An older page gives nothing back, the latest does.
        agent.post(&format!("{path}/lease/released"), &[("fence", "1")]).await.ok();
        assert_eq!(holder().await, Some(AGENT));
        let now = s.only().await.lease_until.0.to_string();
        agent.post(&format!("{path}/lease/released"), &[("fence", &now)]).await.ok();
        assert_eq!(holder().await, None);
        let taken = care.post(&format!("{path}/lease/taken"), &[]).await;
        assert_eq!((taken.at("location"), holder().await), (path.as_str(), Some(UserId::new(900))));
        assert!(care.get(&path).await.ok().contains("data-lease="), "what was taken stays taken");
    })
    .await;
}

#[tokio::test]
async fn 撤回_路径要对_主管也能_内容还在() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let task = task(s).await;
        let note = format!("t.waiting.{task}");
        let form = complete(&task, &[(note.as_str(), "取车排队 25 分钟")]);
        agent.post(&format!("/calls/{contact}/attempts"), &slices(&form)).await;
        let done = agent.get(&format!("/calls/{contact}")).await.ok();
        assert!(done.contains("这次回访已经结束") && done.contains("取车排队 25 分钟"), "{done}");
        let action = done.split("action=\"").find_map(|t| t.split('"').next().filter(|a| a.ends_with("/revocation")));
        let action = action.expect("it can be taken back").to_owned();
        let attempt = action.split('/').nth(4).expect("an attempt");
        let elsewhere = agent.post(&format!("/calls/123456/attempts/{attempt}/revocation"), &[]).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "the call of another contact");
        assert_eq!(s.task_of(1).await.result, Some(TaskResult::Complete));
        let boss = Browser::of(s, "boss-900");
        assert_eq!(boss.post(&action, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(s.task_of(1).await.result, None);
        let again = agent.get(&format!("/calls/{contact}")).await.ok();
        assert!(again.contains("上一次记录已撤回") && again.contains("取车排队 25 分钟</textarea>"));
        assert!(again.contains("<s>回访："), "struck out in the history");
    })
    .await;
}

#[tokio::test]
async fn 一题没答_不算完成_车队答完才算() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        let task = task(s).await;
        let form = [("client_id", "0123456789abcdef"), ("task", task.as_str()), ("outcome", "complete")];
        agent.post(&format!("/calls/{contact}/attempts"), &form).await;
        assert_eq!(s.task_of(1).await.result, Some(TaskResult::Partial), "nothing was asked");

        s.fleet(5, "蜀远物流", "02885550101").await;
        for id in 11..=15 {
            s.order(id, 5, 50 + id, "2026-11-18").await;
        }
        s.record(&[11, 12, 13, 14, 15]).await;
        let fleet = s.task_of(11).await.contact_id.expect("one");
        let page = agent.get(&format!("/calls/{fleet}")).await.ok();
        let asked: Vec<String> =
            page.split("data-q=\"").skip(1).filter_map(|t| t.split('"').next()).map(str::to_owned).collect();
        let tasks: Vec<String> =
            s.tasks().await.iter().filter(|t| t.subject_id > 10).map(|t| t.id.to_string()).collect();
        let mut form =
            vec![("client_id".to_owned(), "fedcba9876543210".to_owned()), ("outcome".into(), "complete".into())];
        form.extend(tasks.iter().map(|t| ("task".to_owned(), t.clone())));
        // What must be asked is answered, the rest skipped on purpose.
        let said = |q: &str| match q.split('.').next() {
            Some("work_done_right") => "yes",
            Some("wishes") => "none",
            Some(_) | None => "skip",
        };
        form.extend(asked.iter().filter(|q| *q != "moment").map(|q| (format!("a.{q}"), said(q).to_owned())));
        agent.post(&format!("/calls/{fleet}/attempts"), &slices(&form)).await;
        let results: Vec<_> = s.tasks().await.iter().filter(|t| t.subject_id > 10).map(|t| t.result).collect();
        let count = |r| results.iter().filter(|x| **x == Some(r)).count();
        assert_eq!((count(TaskResult::Complete), count(TaskResult::Merged)), (3, 2), "{results:?}");
    })
    .await;
}

#[tokio::test]
async fn 必问项没答_不算完成_说明缘由() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let (path, task) = (format!("/calls/{contact}/attempts"), task(s).await);
        let agent = Browser::of(s, "agent-100");
        let page = agent.get(&format!("/calls/{contact}")).await.ok();
        for wanted in [
            "data-must=\"维修到位\"",
            "data-must=\"意见与希望\"",
            "value=\"partial\" data-must-partial",
            " data-complete ",
        ] {
            assert!(page.contains(wanted), "missing {wanted}");
        }
        assert_eq!(page.matches(" data-complete ").count(), 1, "no other outcome is held back");
        let answers = |wanted: &'static str, said: &'static str| {
            let mut form = complete(&task, &[]);
            form.iter_mut().filter(|(k, _)| k.contains(wanted)).for_each(|(_, v)| said.clone_into(v));
            form
        };
        // Skipped is not answered. The same draft again changes nothing.
        let form = answers("work_done_right", "skip");
        for _ in 0..2 {
            let told = agent.post(&path, &slices(&form)).await;
            assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
        }
        assert_eq!((s.task_of(1).await.result, s.count("attempts").await), (Some(TaskResult::Partial), 1));
        let done = agent.get(&format!("/calls/{contact}")).await.ok();
        assert!(done.contains("必问项没有答（维修到位），因此记为“部分完成”。"), "{done}");
    })
    .await;
}

#[tokio::test]
async fn 必问项_写了话就算答_分支只在显示时才算() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let (path, task) = (format!("/calls/{contact}/attempts"), task(s).await);
        let mut book = rulebook::current::<ScriptBook>(&mut s.w.db.reads(), s.me().group, s.w.store)
            .await
            .expect("b")
            .body
            .clone();
        let service = book.scripts.iter_mut().find(|x| x.key == "service").expect("service");
        service.questions.iter_mut().find(|q| q.key == "repeat_repair").expect("a branch").must_ask = true;
        transact!(s.w.db, &s.boss(), |tx| { rulebook::save(tx, Some(s.w.store), &book, "").await }).expect("saved");
        let agent = Browser::of(s, "agent-100");
        let say = |id: &str, right: &str, wish: (&str, &str)| {
            let mut form = complete(&task, &[]);
            form.retain(|(k, _)| k != "a.wishes" && k != "script_version");
            form[0].1 = id.to_owned();
            form.push((wish.0.to_owned(), wish.1.to_owned()));
            form.iter_mut().filter(|(k, _)| k.contains("work_done_right")).for_each(|(_, v)| right.clone_into(v));
            form
        };
        // The branch hangs on "no", and has no answer.
        let told = agent.post(&path, &slices(&say("0123456789abcdef", "no", ("a.wishes", "none")))).await;
        assert_eq!(s.task_of(1).await.result, Some(TaskResult::Partial), "{}", told.text);
        let attempt = told.at("location").split("after=").nth(1).expect("a call").to_owned();
        agent.post(&format!("{path}/{attempt}/revocation"), &[]).await;
        // Closed it asks nothing; and words are an answer to a question for words.
        agent.post(&path, &slices(&say("fedcba9876543210", "yes", ("t.wishes", "多开一个窗口")))).await;
        assert_eq!(s.task_of(1).await.result, Some(TaskResult::Complete));
    })
    .await;
}

#[tokio::test]
async fn 必问项没答的草稿_迟到也收_别的结果不拦() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let (path, task) = (format!("/calls/{contact}/attempts"), task(s).await);
        s.agent(101, 1, None).await;
        let (agent, other) = (Browser::of(s, "agent-100"), Browser::of(s, "agent-101"));
        let began = s.w.clock.now().0.to_string();
        s.now("2026-11-19 10:30");
        // Another agent settles it meanwhile, as refused: nothing was answered, and nothing stands in the way.
        let refused = [("client_id", "fedcba9876543210"), ("task", task.as_str()), ("outcome", "refused")];
        assert_eq!(other.post(&path, &refused).await.status, StatusCode::SEE_OTHER);
        let mut form: Vec<_> = complete(&task, &[("started_at", began.as_str())])
            .into_iter()
            .filter(|(k, _)| !k.contains("wishes"))
            .collect();
        form.push(("remark".into(), "客户说周末来取发票".into()));
        let headers = [("hx-request", "true"), ("zy-client", "0123456789abcdef"), ("zy-user", "100")];
        for _ in 0..2 {
            let told = agent.send(Method::POST, &path, &slices(&form), &headers).await;
            assert_eq!(told.status, StatusCode::NO_CONTENT, "{}", told.text);
        }
        assert_eq!(s.task_of(1).await.result, Some(TaskResult::Refused), "what came late settles nothing");
        let kept: Vec<(String, Option<String>)> = s.w.db.reads().all(&M_LATE, args![]).await.expect("a late call");
        let [(outcome, Some(note))] = kept.as_slice() else { panic!("{kept:?}") };
        assert_eq!(outcome, "partial");
        assert_eq!(note, "客户说周末来取发票\n必问项没有答（意见与希望），因此记为“部分完成”。");
    })
    .await;
}

#[tokio::test]
async fn 草稿_归它的门店_号码没存下也收() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let task = task(s).await;
        // Switched to the second store since; still working in both.
        let both = Browser::of(s, "both-100");
        let form = [
            ("client_id", "0123456789abcdef"),
            ("task", task.as_str()),
            ("outcome", "not_the_person"),
            ("left", "new_phone"),
        ];
        let headers = [("hx-request", "true"), ("zy-client", "0123456789abcdef"), ("zy-user", "100")];
        let told = both.send(Method::POST, &format!("/calls/{contact}/attempts"), &form, &headers).await;
        assert_eq!((told.status, told.at("zy-client")), (StatusCode::NO_CONTENT, "0123456789abcdef"), "{}", told.text);
        let kept: platform::db::One<Option<String>> = s.w.db.reads().get(&M_WHO_WHEN, args![]).await.expect("a call");
        assert!(kept.0.is_some_and(|w| w.contains("再问一次")), "the next try is told");
        let agent = Browser::of(s, "agent-100");
        assert!(agent.get(&format!("/calls/{contact}")).await.ok().contains("再问一次"));
        // Somebody who works elsewhere only finds nothing.
        let stranger = Browser::of(s, "stranger-100");
        let told = stranger.post(&format!("/calls/{contact}/attempts"), &form).await;
        assert_eq!(told.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn 通话时间_从拨号算起() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let task = task(s).await;
        let agent = Browser::of(s, "agent-100");
        let began = s.w.clock.now().plus(-90_000).0.to_string();
        let form = [
            ("client_id", "0123456789abcdef"),
            ("task", task.as_str()),
            ("outcome", "busy"),
            ("started_at", began.as_str()),
            ("seconds", "30"),
        ];
        agent.post(&format!("/calls/{contact}/attempts"), &form).await;
        let kept: (i64, i64) = s.w.db.reads().get(&M_STARTED, args![]).await.expect("a call");
        assert_eq!((kept.0.to_string(), kept.1 - kept.0), (began, 30_000));
    })
    .await;
}

#[tokio::test]
async fn 时段之外拨号_先问() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        let agent = Browser::of(s, "agent-100");
        s.now("2026-11-19 13:00");
        agent.get(&format!("/calls/{contact}")).await.ok();
        let path = format!("/calls/{contact}/dial");
        let json = [("accept", "application/json")];
        let told = agent.send(Method::POST, &path, &[], &json).await;
        assert_eq!(told.status, StatusCode::CONFLICT);
        assert!(told.text.contains("现在不在回访时段"), "{}", told.text);
        let dialled = agent.send(Method::POST, &format!("{path}?sure=1"), &[], &json).await.ok();
        assert!(dialled.contains("13812344417") && dialled.contains("\"line\":\"11\""), "{dialled}");
        assert!(agent.get("/queue").await.ok().contains("现在不在回访时段"));
        assert_eq!(agent.post("/queue/next", &[]).await.at("location"), "/queue");
    })
    .await;
}

#[tokio::test]
async fn 结果对话框_按数据生成() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        transact!(s.w.db, &s.boss(), |tx| {
            let group = tx.scope().group;
            let mut book = rulebook::current::<Outcomes>(tx, group, s.w.store).await?.body.clone();
            let mut own = book.get("not_convenient").expect("shipped").clone();
            own.key = "meeting".into();
            own.label = Label { zh: "在开会".into(), en: None };
            own.keyboard = "A".into();
            own.needs = vec![Need::AgreedTime, Need::WhoWhen];
            own.next = Next::AgreedTime;
            book.outcomes.push(own);
            rulebook::save(tx, Some(s.w.store), &book, "").await
        })
        .expect("saved");
        let agent = Browser::of(s, "agent-100");
        let page = agent.get(&format!("/calls/{contact}")).await.ok();
        for wanted in
            ["id=\"o-meeting\"", "at.quick.meeting", "name=\"at.meeting\"", "value=\"meeting\"", "data-key=\"a\""]
        {
            assert!(page.contains(wanted), "missing {wanted}");
        }
        let at = s.w.clock.now().plus_hours(5).0.to_string();
        let task = task(s).await;
        let form = [
            ("client_id", "0123456789abcdef"),
            ("task", task.as_str()),
            ("outcome", "meeting"),
            ("at.quick.meeting", at.as_str()),
            ("who_when", "本人在开会"),
        ];
        agent.post(&format!("/calls/{contact}/attempts"), &form).await;
        assert_eq!(s.only().await.promise_at.map(|p| p.0.to_string()), Some(at));
    })
    .await;
}

#[tokio::test]
async fn 主管页面_份额预览_批量_查找按来电() {
    in_shop(async |s| {
        let contact = one_order(s).await;
        s.agent(101, 1, None).await;
        let boss = Browser::of(s, "boss-900");
        let page = boss.get("/queue/shares").await.ok();
        assert!(page.contains("name=\"share.100\"") && page.contains("name=\"until.101\""));
        let form = |first: &'static str, more: &[(&'static str, &'static str)]| {
            let mut form = vec![("agent", "100"), ("share.100", first), ("agent", "101"), ("share.101", "1")];
            form.extend_from_slice(more);
            form
        };
        let preview = boss.post("/queue/shares", &form("3", &[("preview", "1")])).await.ok();
        assert!(preview.contains("这是预览") && preview.contains("value=\"3\""));
        assert!(!boss.get("/queue/shares").await.ok().contains("value=\"3\""), "nothing was saved");
        assert_eq!(boss.post("/queue/shares", &form("x", &[])).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let turned = form("3", &[("from.100", "2026-11-25"), ("until.100", "2026-11-19")]);
        let refused = boss.post("/queue/shares", &turned).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for typed in ["value=\"3\"", "value=\"2026-11-25\"", "value=\"2026-11-19\"", "data-errors"] {
            assert!(refused.text.contains(typed), "{typed} stands: {}", refused.text);
        }
        assert!(!boss.get("/queue/shares").await.ok().contains("value=\"3\""), "nothing was saved");
        let saved = boss
            .post("/queue/shares", &form("3", &[("from.100", "2026-11-19"), ("until.100", "2026-11-25")]))
            .await
            .ok();
        assert!(saved.contains("已保存") && saved.contains("name=\"undo\""), "with the way back");
        assert!(saved.contains("/queue/shares/100/handover"), "what they cannot do is offered");
        let handed = boss.post("/queue/shares/100/handover", &[]).await.ok();
        assert!(handed.contains("的 1 个回访已转给其他人"), "{handed}");
        assert_eq!(s.only().await.agent_id, Some(UserId::new(101)));
        let back = [("contact", contact.as_str()), ("agent", "100"), ("back", "shares")];
        let given = boss.post("/queue/assignments", &back).await.at("location").to_owned();
        assert!(given.starts_with("/queue/shares?moved=1&batch=") && given.ends_with("&away=1"), "{given}");
        assert!(boss.get(&given).await.ok().contains("其中 1 个在对方请假期间到期或有约"));
        let all = [("matching", "1"), ("of", "100"), ("kind", "3DC"), ("agent", "101")];
        let given = boss.post("/queue/assignments", &all).await.at("location").to_owned();
        assert!(given.starts_with("/queue?view=all&moved=1&batch=") && given.ends_with("&away=0"), "{given}");
        assert_eq!(s.only().await.agent_id, Some(UserId::new(101)));
        let agent = Browser::of(s, "agent-100");
        assert_eq!(agent.get("/queue/shares").await.status, StatusCode::FORBIDDEN);
        let found = agent.send(Method::POST, "/queue/found", &[("q", "陈晓帆")], &[("hx-request", "true")]).await.ok();
        assert!(found.contains(&format!("/calls/{contact}?in=1")) || found.contains("没有找到"), "{found}");
        assert_eq!(agent.get("/queue/promised").await.ok().trim(), "", "nothing promised");
    })
    .await;
}

#[tokio::test]
async fn 进度条_过了期限才示警_有色也有字() {
    in_shop(async |s| {
        one_order(s).await;
        let (agent, boss) = (Browser::of(s, "agent-100"), Browser::of(s, "boss-900"));
        let in_time = [agent.get("/").await.ok(), boss.get("/board?rows=1").await.ok()];
        for page in &in_time {
            let bars = page.split("<progress").skip(1).filter_map(|bar| bar.split('>').next());
            assert!(page.contains("<progress") && bars.into_iter().all(|bar| !bar.contains("warn")), "{page}");
        }
        assert!(in_time[0].contains("<progress class=\"plain\""), "what has no target is neither good nor bad");
        s.now("2026-11-24 10:00");
        let late = agent.get("/").await.ok();
        assert!(late.contains("<progress class=\"warn\"") && late.contains(">超期 1</a>"), "{late}");
        let board = boss.get("/board?rows=1").await.ok();
        assert!(
            board.contains("<progress class=\"thick warn\"") && board.contains("data-label=\"超期\">1<"),
            "{board}"
        );
    })
    .await;
}
