//! Every route of the product, as everybody: what each may do, in a golden file, and that no stranger sees anything.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use kernel::{Cap, Scope, UserId};
use people::identity::post::{Assignment, Place};
use people::identity::staff::{Board, PersonForm, add_person};
use people::identity::{console, group_link};
use people::imports::{self, CliImport, Workshop};
use platform::db::{One, Sql as _};
use platform::http::{Need, RouteInfo};
use platform::i18n::Locale;
use platform::{args, stmt, transact};
use testkit::Client;

use super::house::House;
use super::root;

const PASSWORD: &str = "春风十里不如你来呀呀";

/// Columns of the golden file, and how they come in.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Reader {
    Guest,
    /// Everything there is to hold, in another group of this installation.
    Stranger,
    /// A care supervisor and agent of the second store alone.
    Neighbour,
    /// One of the demonstration's people, by name.
    Of(&'static str),
}

const READERS: [(&str, Reader); 10] = [
    ("guest", Reader::Guest),
    ("stranger", Reader::Stranger),
    ("neighbour", Reader::Neighbour),
    ("agent", Reader::Of("周岚")),
    ("supervisor", Reader::Of("沈雯")),
    ("service", Reader::Of("高岩")),
    ("sales", Reader::Of("梁涛")),
    ("general", Reader::Of("general_manager")),
    ("office", Reader::Of("head_office")),
    ("admin", Reader::Of("韩静")),
];

macro_rules! one_id {
    ($($name:ident $sql:literal),* $(,)?) => { $(stmt!($name, $sql);)* };
}
// Of a customer who came to the workshop and has an open contact with an attempt, so that one id leads to the next.
one_id! {
    T_CONTACT "SELECT c.id AS v FROM contact c WHERE c.store_id=$1 AND c.state='open' AND EXISTS \
        (SELECT 1 FROM repair_order r WHERE r.customer_id=c.customer_id AND r.store_id=$1) ORDER BY c.id LIMIT 1",
    T_CUSTOMER "SELECT customer_id AS v FROM contact WHERE id=$1",
    T_LINE "SELECT id AS v FROM customer_phone WHERE customer_id=$1 ORDER BY id LIMIT 1",
    T_ORDER "SELECT id AS v FROM repair_order WHERE customer_id=$1 ORDER BY id LIMIT 1",
    T_VEHICLE "SELECT vehicle_id AS v FROM ownership WHERE customer_id=$1 ORDER BY id LIMIT 1",
    T_DELIVERY "SELECT id AS v FROM delivery WHERE store_id=$1 ORDER BY id LIMIT 1",
    T_ATTEMPT "SELECT id AS v FROM attempt WHERE store_id=$1 ORDER BY id LIMIT 1",
    T_CASE "SELECT id AS v FROM case_file WHERE store_id=$1 AND department='service' ORDER BY id LIMIT 1",
    T_IMPORT "SELECT id AS v FROM import_batch WHERE store_id=$1 ORDER BY id LIMIT 1",
    T_ROLE "SELECT id AS v FROM role WHERE group_id=$1 AND role_key='agent'",
    T_REGION "SELECT id AS v FROM region WHERE group_id=$1 ORDER BY id LIMIT 1",
    T_SESSION "SELECT id AS v FROM session WHERE group_id=$1 ORDER BY id LIMIT 1",
    T_SECOND "SELECT id AS v FROM store WHERE group_id=$1 AND id<>$2 ORDER BY id LIMIT 1",
    T_BY_ROLE "SELECT a.user_id AS v FROM assignment a JOIN role r ON r.id=a.role_id WHERE a.group_id=$1 \
        AND r.role_key=$2 ORDER BY a.id LIMIT 1",
}

async fn id(house: &House, stmt: &'static platform::db::Stmt, args: platform::db::Args) -> i64 {
    house.db.reads().get::<One<i64>>(stmt, args).await.unwrap_or_else(|e| panic!("{}: {e}", stmt.name)).0
}

/// Real ids of the store, by how the routes call them.
async fn real(house: &House) -> HashMap<&'static str, String> {
    let (group, store) = (house.group, house.store);
    let contact = id(house, &T_CONTACT, args![store]).await;
    let customer = id(house, &T_CUSTOMER, args![contact]).await;
    let found = [
        ("/calls/{contact}", contact),
        ("/calls/from/{customer}", customer),
        ("/contacts/{id}", contact),
        ("{attempt}", id(house, &T_ATTEMPT, args![store]).await),
        ("/customers/{id}", customer),
        ("{line}", id(house, &T_LINE, args![customer]).await),
        ("{customer}", customer),
        ("/repair-orders/{id}", id(house, &T_ORDER, args![customer]).await),
        ("/vehicles/{id}", id(house, &T_VEHICLE, args![customer]).await),
        ("/deliveries/{id}", id(house, &T_DELIVERY, args![store]).await),
        ("/cases/{id}", id(house, &T_CASE, args![store]).await),
        ("/imports/{id}", id(house, &T_IMPORT, args![store]).await),
        ("/people/{id}", house.user("周岚").await.raw()),
        ("/roles/{id}", id(house, &T_ROLE, args![group]).await),
        ("/stores/{id}", store.raw()),
        ("/regions/{id}", id(house, &T_REGION, args![group]).await),
        ("/me/sessions/{id}", id(house, &T_SESSION, args![group]).await),
    ];
    found.into_iter().map(|(name, id)| (name, id.to_string())).collect()
}

/// The route with real ids; what is no id gets a plausible word.
fn address(route: &RouteInfo, ids: &HashMap<&str, String>) -> String {
    let mut path = route.path.to_owned();
    let mut names: Vec<&&str> = ids.keys().collect();
    names.sort_by_key(|n| std::cmp::Reverse(n.len()));
    for name in names {
        let (before, param) = name.split_at(name.find('{').unwrap_or(0));
        if path.starts_with(before) && path.contains(*name) || before.is_empty() && path.contains(param) {
            path = path.replacen(name, &format!("{before}{}", ids[*name]), 1);
        }
    }
    for (param, word) in [
        ("{token}", "0123456789abcdef"),
        ("{path}", "nothing.css"),
        ("{kind}", "repair-orders"),
        ("{week}", "2026-11-09"),
        ("{day}", "2027-01-01"),
        ("{version}", "1"),
        ("{id}", "1"),
    ] {
        path = path.replace(param, word);
    }
    // Whatever else: a number that nobody has.
    while let Some((before, rest)) = path.split_once('{') {
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        path = format!("{before}1{after}");
    }
    path
}

/// A file that the supervisor imported, so that imports have something to be seen.
async fn bring_a_file(house: &House) {
    let file = house.folder.join("工单.csv");
    let text = "工单号,开单日期,结算日期,车主,手机,车牌号\nRO-9001,2026-11-16,2026-11-17,卢伟,13800009001,川A9K9Q1\n";
    std::fs::write(&file, text).expect("a file");
    let name: One<String> = house.db.reads().get(&T_STORE_NAME, args![house.store]).await.expect("a name");
    let asked = CliImport {
        kind: Some(imports::Kind::RepairOrders),
        store: Some(name.0),
        file,
        dry_run: false,
        json: false,
        locale: Locale::ZhCn,
        plan_from: None,
    };
    let exe = env!("CARGO_BIN_EXE_zhiyin").into();
    let shop = Workshop { db: house.db.clone(), exe, data: house.folder.clone() };
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let code = imports::command(&shop, &asked, &mut said, &mut complained).await;
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&complained));
}
stmt!(T_STORE_NAME, "SELECT name AS v FROM store WHERE id=$1");

/// Another group, with one person who holds every role of it.
async fn another_group(house: &House) -> String {
    let token = group_link(&house.db).await.expect("a link");
    let mut founder = house.client();
    let form = [
        ("group", "渝行集团"),
        ("store", "江北店"),
        ("code", "JB"),
        ("name", "管理"),
        ("login", "founder"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    assert_eq!(founder.post(&format!("/links/{token}"), &form).await.status.as_u16(), 303);
    let groups = people::identity::groups(&mut house.db.reads()).await.expect("groups");
    let other = groups.iter().find(|g| g.id != house.group).expect("two groups").id;
    let scope = Scope::system(other, None);
    let board = Board::load(&mut house.db.reads(), &scope).await.expect("roles");
    let stores = people::identity::stores_of(&mut house.db.reads(), &scope).await.expect("stores");
    let held: Vec<Assignment> = board
        .roles
        .iter()
        .map(|role| {
            let place = if role.administers() { Place::Group } else { Place::Store(stores[0].id) };
            Assignment { role: role.id, place, department: role.usual_department() }
        })
        .collect();
    let person = PersonForm { name: "外人".into(), login: "stranger".into(), ..PersonForm::default() };
    transact!(house.db, &scope, |tx| { add_person(tx, &person, &held).await }).expect("a stranger");
    set_password(house, "stranger").await;
    "stranger".into()
}

async fn neighbour(house: &House) -> String {
    let scope = Scope::system(house.group, None);
    let second = kernel::StoreId::new(id(house, &T_SECOND, args![house.group, house.store]).await);
    let board = Board::load(&mut house.db.reads(), &scope).await.expect("roles");
    let held: Vec<Assignment> = ["care_supervisor", "agent"]
        .iter()
        .filter_map(|key| board.roles.iter().find(|r| r.key == *key))
        .map(|r| Assignment { role: r.id, place: Place::Store(second), department: r.usual_department() })
        .collect();
    let person = PersonForm { name: "邻店".into(), login: "neighbour".into(), ..PersonForm::default() };
    transact!(house.db, &scope, |tx| { add_person(tx, &person, &held).await }).expect("a neighbour");
    set_password(house, "neighbour").await;
    "neighbour".into()
}

async fn set_password(house: &House, login: &str) {
    let (_, token) = console::link_for(&house.db, login).await.expect("a link");
    let form = [("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(house.client().post(&format!("/links/{token}"), &form).await.status.as_u16(), 303);
}

/// Everybody comes from an address of their own: the wrong passwords and links of one walk through all routes would
/// make the next reader wait for every answer of a credential path.
async fn enter(house: &House, reader: Reader) -> Client {
    let desk = READERS.iter().position(|(_, r)| *r == reader).and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX);
    let mut client = house.client().from_address([127, 0, 1, desk]);
    let by_password = match reader {
        Reader::Guest => return client,
        Reader::Stranger => "stranger",
        Reader::Neighbour => "neighbour",
        Reader::Of(name) => {
            let user = if name.is_ascii() {
                UserId::new(id(house, &T_BY_ROLE, args![house.group, name]).await)
            } else {
                house.user(name).await
            };
            house.enter(&mut client, user).await;
            return client;
        }
    };
    let reply = client.post("/sign-in", &[("login", by_password), ("password", PASSWORD)]).await;
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text);
    client
}

stmt!(T_NAMES, "SELECT name AS v FROM customer WHERE group_id=$1 AND name<>'' ORDER BY id LIMIT 5000");
stmt!(T_DIGITS, "SELECT digits AS v FROM customer_phone WHERE group_id=$1 ORDER BY id LIMIT 5000");
stmt!(T_PLATES, "SELECT plate AS v FROM vehicle WHERE group_id=$1 AND plate IS NOT NULL ORDER BY id LIMIT 5000");
stmt!(T_VINS, "SELECT vin AS v FROM vehicle WHERE group_id=$1 AND vin IS NOT NULL ORDER BY id LIMIT 5000");
stmt!(T_STAFF, "SELECT name AS v FROM app_user WHERE group_id=$1 ORDER BY id LIMIT 500");
stmt!(T_STORES, "SELECT name AS v FROM store WHERE group_id=$1 ORDER BY id LIMIT 50");

/// Everything of the group that a stranger could recognize it by.
pub async fn secrets(house: &House) -> Vec<String> {
    let mut all = Vec::new();
    for stmt in [&T_NAMES, &T_DIGITS, &T_PLATES, &T_VINS, &T_STAFF, &T_STORES] {
        let rows: Vec<One<String>> = house.db.reads().all(stmt, args![house.group]).await.expect("rows");
        all.extend(rows.into_iter().map(|r| r.0).filter(|t| t.chars().count() > 1));
    }
    all.sort();
    all.dedup();
    all
}

/// Secrets by their first two characters: one look through a page finds whichever stands in it.
struct Watch(HashMap<[char; 2], Vec<String>>);

impl Watch {
    fn over(secrets: Vec<String>) -> Self {
        let mut by_head: HashMap<[char; 2], Vec<String>> = HashMap::new();
        for secret in secrets {
            let mut chars = secret.chars();
            if let (Some(first), Some(second)) = (chars.next(), chars.next()) {
                by_head.entry([first, second]).or_default().push(secret);
            }
        }
        Self(by_head)
    }

    fn finds(&self, page: &str) -> Option<&str> {
        let seconds = page.chars().skip(1);
        page.char_indices().zip(seconds).find_map(|((at, first), second)| {
            let starts_here = |secret: &&String| page[at..].starts_with(secret.as_str());
            self.0.get(&[first, second])?.iter().find(starts_here).map(String::as_str)
        })
    }
}

#[test]
fn the_watch_finds_what_a_page_tells() {
    let watch = Watch::over(["卢伟", "13800009001", "138"].map(str::to_owned).to_vec());
    for (page, told) in [
        ("尊敬的卢伟", Some("卢伟")),
        ("卢 伟", None),
        ("电话 13800009001", Some("13800009001")),
        ("138", Some("138")),
        ("卢", None),
    ] {
        assert_eq!(watch.finds(page), told, "{page}");
    }
}

/// Whatever the reader may do: a GET first, so that what the POSTs spoil is seen before.
async fn walk(house: &House) -> String {
    bring_a_file(house).await;
    another_group(house).await;
    neighbour(house).await;
    let known = secrets(house).await;
    assert!(known.len() > 100, "{} names and numbers", known.len());
    let watch = Watch::over(known);
    let mut routes = zhiyin::wiring::routes().table().to_vec();
    routes.sort_by_key(|r| (r.method != "GET", r.path));
    let ids = real(house).await;
    let mut found: BTreeMap<(bool, &str, &str), Vec<String>> = BTreeMap::new();
    for (_, reader) in READERS {
        let mut client = enter(house, reader).await;
        for route in &routes {
            let path = address(route, &ids);
            let status = if route.path == "/events" {
                // To the sign-in page: not let in.
                match client.status(&path).await.as_u16() {
                    303 if reader == Reader::Guest => 401,
                    status => status,
                }
            } else {
                let reply = match route.method {
                    "GET" => client.get(&path).await,
                    "POST" => client.post(&path, &[]).await,
                    other => panic!("a method that this test does not know: {other}"),
                };
                if reader == Reader::Stranger {
                    let told = watch.finds(&reply.text);
                    assert_eq!(told, None, "{} {path} tells a stranger", route.method);
                }
                assert_ne!(reply.status.as_u16(), 500, "{} {path} as {reader:?}", route.method);
                // To the sign-in page: not let in.
                match reply.location.as_deref() {
                    Some(to) if to.starts_with("/sign-in?next=") => 401,
                    Some(_) | None => reply.status.as_u16(),
                }
            };
            guarded(route, reader, status);
            if matches!(reader, Reader::Stranger | Reader::Neighbour)
                && route.method == "POST"
                && path.contains(char::is_numeric)
            {
                // What is another's is answered just like what is not there.
                let nobodys = client.post(&address(route, &HashMap::new()), &[]).await.status.as_u16();
                assert_eq!(status, nobodys, "{} {} as {reader:?} tells what is there", route.method, route.path);
            }
            found.entry((route.method != "GET", route.path, route.method)).or_default().push(status.to_string());
            if reader != Reader::Guest && client.get("/me").await.status.as_u16() != 200 {
                client = enter(house, reader).await;
            }
        }
    }
    let heads: Vec<String> = READERS.iter().map(|(name, _)| format!("{name:>10}")).collect();
    let mut text = format!("{:54}{}\n", "", heads.concat());
    for ((_, path, method), statuses) in found {
        let cells: Vec<String> = statuses.iter().map(|s| format!("{s:>10}")).collect();
        let _ = writeln!(text, "{:54}{}", format!("{method:4} {path}"), cells.concat());
    }
    text
}

/// What holds for every route, whatever the golden file says.
fn guarded(route: &RouteInfo, reader: Reader, status: u16) {
    let public = route.need == Need::Public;
    if reader == Reader::Guest && !public {
        assert_eq!(status, 401, "{} {} as a guest", route.method, route.path);
    }
    let named = route.path.contains('{')
        && !["{kind}", "{week}", "{day}", "{token}", "{path}"].iter().any(|p| route.path.contains(p));
    if matches!(reader, Reader::Stranger | Reader::Neighbour) && named && route.method == "GET" {
        let told = "nothing of another's is found";
        assert!(matches!(status, 403 | 404), "{} {} as {reader:?}: {status}, {told}", route.method, route.path);
    }
}

#[tokio::test]
async fn every_route_as_everybody() {
    // One after another while they are built, side by side on their walk: each waits for its own database.
    let (lite, pg) = (House::lite().await, House::pg().await);
    let walk_pg = async {
        match &pg {
            Some(pg) => Some(walk(pg).await),
            None => None,
        }
    };
    let (on_lite, on_pg) = tokio::join!(walk(&lite), walk_pg);
    let seen: Vec<String> = [Some(on_lite), on_pg].into_iter().flatten().collect();
    let golden = root().join("crates/zhiyin/tests/golden/access.txt");
    if std::env::var("ZHIYIN_BLESS").is_ok() {
        std::fs::write(&golden, &seen[0]).expect("written");
    }
    let known = std::fs::read_to_string(&golden).unwrap_or_default();
    for text in &seen {
        assert!(known == *text, "access changed; look at the difference, then run with ZHIYIN_BLESS=1:\n{text}");
    }
}

/// The menu leads nowhere where one is refused.
#[tokio::test]
async fn the_menu_shows_what_may_be_opened() {
    let house = House::lite().await;
    for (name, reader) in READERS.into_iter().filter(|(_, r)| matches!(r, Reader::Of(_))) {
        let mut client = enter(&house, reader).await;
        let page = client.get("/me").await.text;
        let mut shown = 0;
        for item in zhiyin::wiring::nav() {
            let linked = page.contains(&format!("<a href=\"{}\"", item.href));
            let status = client.get(item.href).await.status.as_u16();
            let may = item.caps.is_empty() || status != 403;
            assert_eq!(linked, may, "{} in the menu of {name}: {status}", item.href);
            shown += usize::from(linked);
        }
        assert!(shown > 1, "{name} has a menu");
        let _ = Cap::ALL;
    }
}

/// A refused form leaves its own address in the browser: opened or reloaded, it leads back to the page.
#[tokio::test]
async fn the_address_of_a_form_leads_to_its_page() {
    let house = House::lite().await;
    let mut client = house.signed_in("周岚").await;
    for (address, page) in [("/me/password", "/me"), ("/cases/7/contact", "/cases/7"), ("/sign-out", "/")] {
        let reply = client.get(address).await;
        assert_eq!((reply.status.as_u16(), reply.location.as_deref()), (303, Some(page)), "{address}");
    }
}
