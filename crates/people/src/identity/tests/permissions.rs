//! The shipped matrix as a text that the owner can read.

use kernel::{Cap, Id, Reach, Scope, Stores};

use crate::identity::post::{Assignment, Place, compile_one};
use crate::identity::role::{PlaceKind, Role, shipped};

const REACHES: [(&str, Reach); 5] = [
    ("own", Reach::Own),
    ("department", Reach::Department),
    ("store", Reach::Store),
    ("region", Reach::Region),
    ("group", Reach::Group),
];

/// What a session of this role comes to, asked the way handlers ask.
fn matrix() -> String {
    let mut out = String::from(
        "Shipped roles: role x capability x reach. A tick means: held at this reach or wider, in a store of the role's place.\n",
    );
    let store = Id::new(10);
    for role in shipped() {
        let place = match role.at {
            PlaceKind::Store => Place::Store(store),
            PlaceKind::Region => Place::Region(Id::new(5)),
            PlaceKind::Group => Place::Group,
        };
        let row = Role {
            id: Id::new(1),
            key: role.key.clone(),
            zh: role.zh.clone(),
            en: Some(role.en.clone()),
            grants: role.grants.clone(),
            shipped: true,
            version: 1,
        };
        let held = Assignment { role: row.id, place, department: role.department };
        let post = compile_one(&row, &held, &[(Id::new(5), vec![store])].into_iter().collect());
        let at = match &post.stores {
            Stores::All => "group",
            Stores::These(_) if place.region().is_some() => "region",
            Stores::These(_) => "store",
        };
        let department = role.department.map_or("any department", kernel::Department::key);
        out.push_str(&format!("\n{} {} ({}), held at {at} level, {department}\n", role.zh, role.en, role.key));
        let heads: Vec<&str> = REACHES.iter().map(|(name, _)| *name).collect();
        out.push_str(&format!("  {:<18}{}\n", "", heads.join("  ")));
        let scope = Scope { user: Some(Id::new(1)), group: Id::new(1), store: Some(store), posts: vec![post] };
        for cap in Cap::ALL {
            let has = scope.reach_in(*cap, store);
            let marks = REACHES.map(|(name, reach)| {
                let mark = if has.is_some_and(|h| h >= reach) { "✔" } else { "·" };
                format!("{mark:<width$}", width = name.len())
            });
            out.push_str(format!("  {:<18}{}", cap.key(), marks.join("  ")).trim_end());
            out.push('\n');
        }
    }
    out
}

/// `ZHIYIN_BLESS=1` writes the file anew; the diff is then for a person to judge.
#[test]
fn 权限矩阵_与存档一致() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/permissions.txt");
    let now = matrix();
    if std::env::var_os("ZHIYIN_BLESS").is_some() {
        std::fs::write(path, &now).expect("the golden file is written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(now, kept, "the shipped permissions changed: look at it, then run again with ZHIYIN_BLESS=1");
}

/// What the specification says in words.
#[test]
fn 权限矩阵_制度要求() {
    let grants = |key: &str| &shipped().iter().find(|r| r.key == key).unwrap_or_else(|| panic!("{key}")).grants;
    let has = |key: &str, cap: Cap| grants(key).iter().any(|(c, _)| *c == cap);
    for cap in [Cap::CustomerRead, Cap::CustomerEdit, Cap::CustomerReveal, Cap::CaseRead, Cap::CallWork, Cap::ImportRun]
    {
        assert!(!has("administrator", cap), "administrators see no customer data: {}", cap.key());
    }
    for key in ["service_manager", "sales_manager"] {
        assert!(!has(key, Cap::ReportAgents), "{key}: reports without agents' names");
        assert!(grants(key).contains(&(Cap::CaseHandle, Reach::Department)), "{key}: own department's cases");
    }
    for role in shipped().iter().filter(|r| r.key != "administrator") {
        assert!(!has(&role.key, Cap::AdminManage), "only administrators make administrators: {}", role.key);
    }
    assert!(grants("agent").contains(&(Cap::CallWork, Reach::Own)));
    assert!(grants("general_manager").iter().all(|(cap, _)| {
        !matches!(cap, Cap::CallWork | Cap::CustomerEdit | Cap::ImportRun | Cap::RuleEdit | Cap::PeopleManage)
    }));
}
