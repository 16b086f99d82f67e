//! Every document's page, as a browser meets it, on both databases.

use axum::http::StatusCode;
use platform::rulebook;

use crate::cases::{ClockBook, KindBook};
use crate::followup::outcomes::{Next, Outcomes};
use crate::followup::pages::tests::Browser;
use crate::followup::rules::FollowupRules;
use crate::followup::tests::shop::{Shop, in_shop};

const PAGES: [&str; 5] = ["/rules", "/rules/outcomes", "/rules/clocks", "/rules/kinds", "/rules/standard"];

type Form = Vec<(String, String)>;

/// What the browser would send of the page's form, untouched.
fn form_of(page: &str) -> Form {
    let Some((_, rest)) = page.split_once("id=\"book\"") else { return Vec::new() };
    let inside = rest.split("</form>").next().unwrap_or("");
    let mut form = Form::new();
    // Its name, what is chosen, and whether by the page or because it stands first.
    let mut select: Option<(String, Option<String>, bool)> = None;
    for tag in inside.split('<').skip(1) {
        let (head, after) = tag.split_once('>').unwrap_or((tag, ""));
        let attribute = |name: &str| {
            let (_, rest) = head.split_once(&format!(" {name}=\""))?;
            rest.split('"').next().map(plain)
        };
        let name = attribute("name").unwrap_or_default();
        if head.starts_with("input") && !name.is_empty() {
            let ticked = head.contains("type=\"checkbox\"") && !head.contains(" checked");
            if !ticked {
                form.push((name, attribute("value").unwrap_or_default()));
            }
        } else if head.starts_with("textarea") {
            form.push((name, plain(after)));
        } else if head.starts_with("select") {
            select = Some((name, None, false));
        } else if head.starts_with("option") {
            let chosen = head.ends_with(" selected");
            if let Some((_, value, fixed)) = &mut select
                && !*fixed
                && (chosen || value.is_none())
            {
                (*value, *fixed) = (attribute("value"), chosen);
            }
        } else if head.starts_with("/select") {
            form.extend(select.take().map(|(name, value, _)| (name, value.unwrap_or_default())));
        }
    }
    form
}

fn plain(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    text.replace("&#38;", "&")
}

fn slices(form: &Form) -> Vec<(&str, &str)> {
    form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect()
}

/// `("name", "")` with a box's name unticks it.
fn with(form: &Form, changes: &[(&str, &str)]) -> Form {
    let mut form = form.clone();
    for (name, value) in changes {
        match form.iter_mut().find(|(k, _)| k == name) {
            Some(field) => (*value).clone_into(&mut field.1),
            None => form.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    form
}
fn without(form: &Form, name: &str) -> Form {
    form.iter().filter(|(k, _)| k != name).cloned().collect()
}

/// The items that a list links to.
fn items(page: &str, path: &str) -> Vec<String> {
    let start = format!("href=\"{path}?item=");
    page.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).map(|i| format!("{path}?item={i}")).collect()
}

async fn all_pages(boss: &Browser) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in PAGES {
        let list = boss.get(path).await.ok();
        for item in items(&list, path) {
            let page = boss.get(&item).await.ok();
            all.push((item, page));
        }
        all.push((path.to_owned(), list));
    }
    all
}

async fn rules(s: &Shop<'_>) -> std::sync::Arc<rulebook::Versioned<FollowupRules>> {
    rulebook::current(&mut s.w.db.reads(), s.system().group, s.w.store).await.expect("rules")
}

#[tokio::test]
async fn 每一页_三种语言_没有缺词() {
    in_shop(async |s| {
        for token in ["boss-900", "bosstw-900", "bossen-900"] {
            let pages = all_pages(&Browser::of(s, token)).await;
            assert!(pages.len() > 90, "{} pages: rules, outcomes, kinds, fields, situations", pages.len());
            for (path, page) in pages {
                for prefix in ["rules", "outcomes", "clocks", "kinds", "standard", "editing", "scripts", "call"] {
                    for opening in [">", "\"", " "] {
                        let key = format!("{opening}{prefix}-");
                        for part in page.split(&key).skip(1) {
                            let rest: String = part.chars().take(24).collect();
                            assert!(
                                rest.starts_with("form") || !rest.starts_with(|c: char| c.is_ascii_lowercase()),
                                "{token} {path}: a word is missing: {key}{rest}"
                            );
                        }
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn 原样提交_什么也不变() {
    in_shop(async |s| {
        let boss = Browser::of(s, "boss-900");
        let mut tried = 0;
        for (path, page) in all_pages(&boss).await {
            let form = form_of(&page);
            if form.is_empty() || path.contains("item=new") {
                continue;
            }
            let to = path.split('?').next().unwrap_or("").to_owned() + "/preview";
            let shown = boss.post(&to, &slices(&form)).await.ok();
            assert!(shown.contains("还没有改动"), "{path}: {shown}");
            tried += 1;
        }
        assert!(tried > 80, "{tried} forms");
    })
    .await;
}

#[tokio::test]
async fn 规则_改_冲突_恢复() {
    in_shop(async |s| {
        let boss = Browser::of(s, "boss-900");
        let page = boss.get("/rules?item=rule.3DC").await.ok();
        assert!(page.contains("出厂版本") && page.contains("截止的天数"));
        let form = form_of(&page);
        let longer = with(&form, &[("rules.1.days_to", "5"), ("note", "周末人手不够")]);
        let shown = boss.post("/rules/preview", &slices(&longer)).await.ok();
        assert!(shown.contains("3 天") && shown.contains("5 天"), "{shown}");
        assert_eq!(boss.post("/rules", &slices(&longer)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(rules(s).await.body.rule("3DC").map(|r| r.days_to), Some(5));
        // A colleague had the page open since before.
        let other = with(&form, &[("rules.1.days_to", "4")]);
        let refused = boss.post("/rules", &slices(&other)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("已有别人保存了新版本"));
        assert_eq!(rules(s).await.body.rule("3DC").map(|r| r.days_to), Some(5));
        let history = boss.get("/rules").await.ok();
        assert!(history.contains("周末人手不够") && history.contains("第 1 版"));
        // Back, as a new version; the same refusal for a page that is behind.
        let behind = boss.post("/rules/restored", &[("version", "0"), ("seen", "0")]).await;
        assert_eq!(behind.status, StatusCode::CONFLICT);
        let back = boss.post("/rules/restored", &[("version", "0"), ("seen", "1")]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER);
        let now = rules(s).await;
        assert_eq!((now.version, now.body.rule("3DC").map(|r| r.days_to)), (2, Some(3)));
    })
    .await;
}

#[tokio::test]
async fn 错处_写明哪一项怎么改() {
    in_shop(async |s| {
        let boss = Browser::of(s, "boss-900");
        type Changes = &'static [(&'static str, &'static str)];
        let table: &[(&str, Changes, &str)] = &[
            ("/rules?item=rule.3DC", &[("rules.1.days_to", "0")], "截止的天数：开始的天数不能晚于截止的天数"),
            ("/rules?item=rule.3DC", &[("rules.1.days_to", "三")], "截止的天数：请填写整数"),
            ("/rules?item=rule.3DC", &[("rules.1.expires_after_day", "2")], "失效的天数：失效的天数不能早于截止的天数"),
            ("/rules?item=rule.3DC", &[("rules.1.label.zh", "")], "名称：中文名称不能为空"),
            ("/rules?item=rule.3DC", &[("rules.1.script", "delivery")], "话术：这套话术不是为这种事件写的"),
            ("/rules?item=rule.3DC", &[("rules.1.event", "delivery")], "这个日期不属于所选的事件"),
            ("/rules?item=rule.3DC", &[("rules.1.call_windows.to", "09:00")], "拨打时段：拨打时段要按先后排列"),
            ("/rules?item=rule.3DC", &[("rules.1.call_windows.to", "")], "拨打时段：时段要写全"),
            ("/rules?item=rule.3DC", &[("rules.1.attempts", "0")], "尝试次数：尝试次数要在 1–20 之间"),
            ("/rules?item=new", &[("rules.2.key", "3DC"), ("rules.2.label.zh", "我")], "编号：编号重复"),
            ("/rules?item=targets", &[("targets.2.permille", "120")], "其他维修回访率：目标不能超过 100%"),
            ("/rules?item=targets", &[("targets.2.permille", "viel")], "请填写百分数"),
            ("/rules?item=targets", &[("new_car_months", "0")], "新车的月数：新车的月数要在 1–60 之间"),
            ("/rules?item=targets", &[("new_car_months", "61")], "新车的月数：新车的月数要在 1–60 之间"),
            ("/rules?item=limits", &[("limits.lease_minutes", "0")], "一次占用：数值不在允许的范围内"),
            ("/rules/outcomes?item=busy", &[("outcomes.4.keyboard", "N")], "按键：按键重复"),
            ("/rules/outcomes?item=busy", &[("outcomes.4.keyboard", "N")], "无人接听：按键重复"),
            ("/rules/outcomes?item=busy", &[("outcomes.4.keyboard", "D")], "按键：通话页自己用了这个按键"),
            ("/rules/outcomes?item=busy", &[("outcomes.4.keyboard", "12")], "按键：按键要是一个英文字母"),
            ("/rules/outcomes?item=busy", &[("outcomes.4.next", "none")], "何时再打：结束任务的结果没有下一次"),
            ("/rules/outcomes?item=busy", &[("outcomes.4.next.minutes", "0")], "过多少分钟：分钟数要在 1 到 14 天之间"),
            ("/rules/clocks", &[("clocks.0.amount", "0")], "多久：数值超出范围"),
            (
                "/rules/kinds?item=kind.A7.3.3",
                &[("kinds.11.template.zh", "{region}的{nothing}")],
                "用到了没有定义的要素",
            ),
            ("/rules/kinds?item=kind.A7.3.3", &[("kinds.11.template.zh", "{region")], "句子里的大括号不成对"),
            ("/rules/kinds?item=kind.A7.3.3", &[("kinds.11.fields.place.region", "")], "用到了没有定义的要素"),
            ("/rules/kinds?item=field.brand", &[("fields.3.label.zh", "")], "名称：缺少名称或问法"),
            ("/rules/kinds?item=remarks", &[("missing.zh", "待补")], "缺项提示：缺项提示里要有"),
            ("/rules/standard?item=cannot_hear", &[("situations.1.say.zh", "")], "怎么说：至少要有一句"),
            ("/rules/standard?item=cannot_hear", &[("situations.1.say.zh", "{wetter}")], "怎么说：花括号里的词不认识"),
        ];
        for (path, changes, want) in table {
            let form = with(&form_of(&boss.get(path).await.ok()), changes);
            let to = path.split('?').next().unwrap_or("");
            let told = boss.post(to, &slices(&form)).await;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {changes:?}");
            assert!(told.text.contains(want), "{path} {changes:?}: {want} is not in {}", errors_of(&told.text));
            let (name, value) = changes[0];
            if name.ends_with("days_to") {
                assert!(told.text.contains(&format!("value=\"{value}\"")), "{name}: as it was typed");
            }
        }
        assert_eq!(rules(s).await.version, 0, "nothing was saved");
    })
    .await;
}

fn errors_of(page: &str) -> String {
    page.split("data-errors").nth(1).and_then(|r| r.split("</div>").next()).unwrap_or("(none)").to_owned()
}

#[tokio::test]
async fn 没有权限_看不到也改不了() {
    in_shop(async |s| {
        let agent = Browser::of(s, "agent-100");
        for path in PAGES {
            assert_eq!(agent.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
            for act in ["", "/preview", "/restored"] {
                let told = agent.post(&format!("{path}{act}"), &[("version", "0"), ("seen", "0")]).await;
                assert_eq!(told.status, StatusCode::FORBIDDEN, "{path}{act}");
            }
            // A supervisor of one store does not touch the group's edition.
            let boss = Browser::of(s, "boss-900");
            assert_eq!(boss.get(&format!("{path}?for=group")).await.status, StatusCode::FORBIDDEN, "{path}");
            let told =
                boss.post(&format!("{path}/restored"), &[("version", "0"), ("seen", "0"), ("for", "group")]).await;
            assert_eq!(told.status, StatusCode::FORBIDDEN, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn 集团版本_门店跟着_也可自己定() {
    in_shop(async |s| {
        let office = Browser::of(s, "office-901");
        let boss = Browser::of(s, "boss-900");
        let page = office.get("/rules?item=rule.3DC&for=group").await.ok();
        assert!(page.contains("正在修改集团版本"));
        let form = with(&form_of(&page), &[("rules.1.days_to", "4"), ("note", "集团统一")]);
        assert_eq!(office.post("/rules", &slices(&form)).await.status, StatusCode::SEE_OTHER);
        let now = rules(s).await;
        assert_eq!((now.store, now.body.rule("3DC").map(|r| r.days_to)), (0, Some(4)));
        let page = boss.get("/rules?item=rule.3DC").await.ok();
        assert!(page.contains("集团第 1 版") && !page.contains("改集团版本"));
        // The store goes its own way, and comes back.
        let own = with(&form_of(&page), &[("rules.1.days_to", "5")]);
        assert_eq!(boss.post("/rules", &slices(&own)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(rules(s).await.body.rule("3DC").map(|r| r.days_to), Some(5));
        let page = boss.get("/rules").await.ok();
        assert!(page.contains("放弃本店版本"));
        let back = boss.post("/rules/restored", &[("version", "group"), ("seen", "2")]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER);
        let now = rules(s).await;
        assert_eq!((now.store, now.body.rule("3DC").map(|r| r.days_to)), (0, Some(4)));
        let again = boss.post("/rules/restored", &[("version", "group"), ("seen", "1")]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "there is nothing of its own to give up");
        // Its own version is still there to be restored.
        let restored = boss.post("/rules/restored", &[("version", "2"), ("seen", "1")]).await;
        assert_eq!(restored.status, StatusCode::SEE_OTHER, "{}", restored.text);
        assert_eq!(rules(s).await.body.rule("3DC").map(|r| r.days_to), Some(5));
    })
    .await;
}

#[tokio::test]
async fn 新增_停用_删除() {
    in_shop(async |s| {
        let boss = Browser::of(s, "boss-900");
        let new = form_of(&boss.get("/rules?item=new").await.ok());
        let new = with(&new, &[("rules.2.key", "30D"), ("rules.2.label.zh", "一月关怀"), ("rules.2.short.zh", "一月")]);
        assert_eq!(boss.post("/rules", &slices(&new)).await.status, StatusCode::SEE_OTHER);
        let off = form_of(&boss.get("/rules?item=rule.30D").await.ok());
        assert_eq!(boss.post("/rules", &slices(&without(&off, "rules.2.active"))).await.status, StatusCode::SEE_OTHER);
        assert_eq!(rules(s).await.body.rule("30D").map(|r| r.active), Some(false));
        // A brand's own target comes and goes.
        let targets = form_of(&boss.get("/rules?item=targets").await.ok());
        let own =
            [("target.new.brand", "斯柯达"), ("target.new.segment", "repair_other"), ("target.new.permille", "90.5%")];
        assert_eq!(boss.post("/rules", &slices(&with(&targets, &own))).await.status, StatusCode::SEE_OTHER);
        let now = rules(s).await;
        let brand = now.body.targets.iter().find(|t| t.brand.as_deref() == Some("斯柯达")).expect("added");
        assert_eq!((brand.permille, brand.rule.as_str()), (905, "3DC"));
        let targets = form_of(&boss.get("/rules?item=targets").await.ok());
        let twice = with(&targets, &own);
        let told = boss.post("/rules", &slices(&twice)).await;
        assert!(told.text.contains("这个品牌的这一类已经有目标了"), "{}", errors_of(&told.text));
        let gone = with(&targets, &[("targets.3.gone", "1")]);
        assert_eq!(boss.post("/rules", &slices(&gone)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(rules(s).await.body.targets.len(), 3);
        // How long a car is new stands beside them.
        let targets = form_of(&boss.get("/rules?item=targets").await.ok());
        let longer = with(&targets, &[("new_car_months", "24")]);
        assert_eq!(boss.post("/rules", &slices(&longer)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(rules(s).await.body.new_car_months, 24);
        assert!(boss.get("/rules").await.ok().contains("新车按交付后 24 个月内算"));

        // An outcome of the store's own stands on the call page with its key; "busy" is gone from it.
        let new = form_of(&boss.get("/rules/outcomes?item=new").await.ok());
        let new = with(
            &new,
            &[("outcomes.13.label.zh", "呼叫转移"), ("outcomes.13.keyboard", "a"), ("outcomes.13.sort", "15")],
        );
        let told = boss.post("/rules/outcomes", &slices(&new)).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", errors_of(&told.text));
        let busy = without(&form_of(&boss.get("/rules/outcomes?item=busy").await.ok()), "outcomes.4.active");
        assert_eq!(boss.post("/rules/outcomes", &slices(&busy)).await.status, StatusCode::SEE_OTHER);
        s.order(1, 1, 21, "2026-11-18").await;
        s.record(&[1]).await;
        let call = Browser::of(s, "agent-100").get(&format!("/calls/{}", s.only().await.id)).await.ok();
        assert!(call.contains("呼叫转移 <kbd>A</kbd>") && !call.contains("占线 <kbd>B</kbd>"));
        let book = rulebook::current::<Outcomes>(&mut s.w.db.reads(), s.system().group, s.w.store).await.expect("book");
        assert_eq!(book.body.get("own_1").map(|o| o.next), Some(Next::InMinutes { minutes: 60 }));
        let complete = without(&form_of(&boss.get("/rules/outcomes?item=complete").await.ok()), "outcomes.0.active");
        let told = boss.post("/rules/outcomes", &slices(&complete)).await;
        assert!(told.text.contains("“完成”"), "{}", errors_of(&told.text));
    })
    .await;
}

#[tokio::test]
async fn 类别_要素_改判_时限() {
    in_shop(async |s| {
        let boss = Browser::of(s, "boss-900");
        let kinds = || async {
            rulebook::current::<KindBook>(&mut s.w.db.reads(), s.system().group, s.w.store).await.expect("kinds")
        };
        let post = async |path: &str, form: Form| {
            let told = boss.post(path, &slices(&form)).await;
            assert_eq!(told.status, StatusCode::SEE_OTHER, "{path}: {}", errors_of(&told.text));
        };
        // A field of the store's own, with answers to choose from, used by a kind in second place.
        let field = form_of(&boss.get("/rules/kinds?item=new.field").await.ok());
        let i = kinds().await.body.fields.len();
        let at = |name: &str| format!("fields.{i}.{name}");
        let (key, of, label, question, option) =
            (at("key"), at("type"), at("label.zh"), at("question.zh"), at("options.zh"));
        let field = with(
            &field,
            &[(&key, "weather"), (&of, "choice"), (&label, "天气"), (&question, "当时下雨吗？"), (&option, "下雨")],
        );
        post("/rules/kinds", field).await;
        let page = boss.get("/rules/kinds?item=kind.other").await.ok();
        let other = kinds().await.body.kinds.iter().position(|k| k.id == "other").expect("other");
        let (add, template) = (format!("kind.{other}.add"), format!("kinds.{other}.template.zh"));
        let form = form_of(&page);
        let sentence = form.iter().find(|f| f.0 == template).expect("a sentence").1.clone() + "当时{weather}。";
        let english = format!("kinds.{other}.template.en");
        let en = form.iter().find(|f| f.0 == english).expect("English").1.clone() + " Weather: {weather}.";
        let form = with(&form, &[(&add, "weather"), (&template, &sentence), (&english, &en)]);
        let shown = boss.post("/rules/kinds/preview", &slices(&form)).await.ok();
        assert!(shown.contains("<mark>下雨</mark>") && shown.contains("〔待补：天气〕"), "{shown}");
        post("/rules/kinds", form).await;
        let book = kinds().await;
        assert_eq!(book.body.kind("other").and_then(|k| k.fields.last().cloned()).as_deref(), Some("weather"));
        assert_eq!(book.body.field("weather").map(|f| f.options[0].key.clone()).as_deref(), Some("own_1"));
        // It cannot be removed while it is used.
        let gone = with(&form_of(&boss.get("/rules/kinds?item=field.weather").await.ok()), &[(&at("gone"), "1")]);
        let told = boss.post("/rules/kinds", &slices(&gone)).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);

        let map = form_of(&boss.get("/rules/kinds?item=map").await.ok());
        let map = with(
            &map,
            &[("map.new.answer", "waiting|dissatisfied"), ("map.new.kind", "A7.3.3"), ("map.new.department", "care")],
        );
        let shown = boss.post("/rules/kinds/preview", &slices(&map)).await.ok();
        assert!(shown.contains("投诉：维修水平 · 客户关系中心"), "{shown}");
        post("/rules/kinds", map).await;
        let book = kinds().await;
        let rule = &book.body.question_map[0];
        assert_eq!((rule.question.as_str(), rule.kind.as_deref()), ("waiting", Some("A7.3.3")), "before any question");

        let clocks = form_of(&boss.get("/rules/clocks").await.ok());
        let clocks = with(&clocks, &[("clocks.0.amount", "2"), ("clocks.0.unit", "working_days")]);
        post("/rules/clocks", clocks).await;
        let book =
            rulebook::current::<ClockBook>(&mut s.w.db.reads(), s.system().group, s.w.store).await.expect("clocks");
        assert_eq!((book.body.clocks[0].amount, book.body.clocks[0].unit.key()), (2, "working_days"));
        // The scripts' page offers kinds by their names.
        let scripts = boss.get("/scripts").await.ok();
        assert!(scripts.contains("<option value=\"A7.3.3\">投诉：维修水平</option>"));
    })
    .await;
}
