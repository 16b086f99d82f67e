//! The rules of the house that Cargo does not hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{files, root, shown};

fn read(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).expect("a readable file")
}

/// The dependencies of a crate by its manifest, without those of its tests.
fn dependencies(name: &str) -> Vec<String> {
    let text = read(&root().join("crates").join(name).join("Cargo.toml"));
    let section = text.split("[dependencies]").nth(1).unwrap_or("");
    let section = section.split("\n[").next().unwrap_or("");
    section
        .lines()
        .filter_map(|l| l.split(['.', ' ', '=']).next())
        .filter(|n| !n.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn crates_depend_downwards_only() {
    let order: [(&str, &[&str]); 6] = [
        ("kernel", &[]),
        ("platform", &["kernel"]),
        ("people", &["kernel", "platform"]),
        ("contact", &["kernel", "platform", "people"]),
        ("insight", &["kernel", "platform", "people", "contact"]),
        ("zhiyin", &["kernel", "platform", "people", "contact", "insight"]),
    ];
    let ours: Vec<&str> = order.iter().map(|(n, _)| *n).collect();
    for (name, allowed) in order {
        for dependency in dependencies(name) {
            if ours.contains(&dependency.as_str()) {
                assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
            }
        }
    }
    for io in ["tokio", "sqlx", "axum", "hyper"] {
        assert!(!dependencies("kernel").contains(&io.to_owned()), "the kernel does no IO: {io}");
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    let long: Vec<String> = files(&root().join("crates"), &[".rs", ".html"])
        .into_iter()
        .chain(files(&root().join("xtask"), &[".rs"]))
        .filter_map(|f| {
            let lines = read(&f).lines().count();
            (lines > 600).then(|| format!("{}: {lines} lines", shown(&f)))
        })
        .collect();
    assert!(long.is_empty(), "split by rule or action:\n{}", long.join("\n"));
}

#[test]
fn pages_hold_no_sql_and_models_no_io() {
    let mut bad = Vec::new();
    for file in files(&root().join("crates"), &[".rs"]) {
        let name = shown(&file);
        let text = read(&file);
        if name.contains("/pages/")
            && !name.ends_with("/tests.rs")
            && !name.contains("/tests/")
            && (text.contains("stmt!(") || text.contains("sqlx::"))
        {
            bad.push(format!("{name}: SQL belongs into the capability's store"));
        }
        if name.ends_with("/model.rs") && ["async fn", "axum", "sqlx"].iter().any(|w| text.contains(w)) {
            bad.push(format!("{name}: a model is pure"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Tables and where their statements stand. `insight` may read any; the leaf's demonstration and health checks too.
const OWNERS: &[(&str, &[&str])] = &[
    ("platform/src/", &["event", "audit", "audit_payload", "job", "notification", "rulebook", "setting", "counter"]),
    (
        "people/src/identity/",
        &[
            "grp",
            "store",
            "region",
            "region_store",
            "app_user",
            "credential",
            "role",
            "assignment",
            "session",
            "one_time_link",
            "login_throttle",
            "known_device",
            "agent_share",
            "store_hours",
            "calendar_day",
            "calendar_edition",
        ],
    ),
    (
        "people/src/",
        &[
            "customer",
            "customer_code",
            "customer_phone",
            "customer_store",
            "vehicle",
            "ownership",
            "customer_search",
            "timeline",
            "contact_block",
            "possible_duplicate",
            "customer_merge",
            "reveal_log",
            "lookup_alarm",
            "repair_order",
            "delivery",
            "import_batch",
            "import_row",
            "import_journal",
            "import_layout",
            "import_store_code",
            "import_turn",
            "import_turn",
        ],
    ),
    (
        "contact/src/followup/",
        &[
            "task",
            "contact",
            "attempt",
            "attempt_task",
            "answer",
            "remark",
            "late_event",
            "skipped_event",
            "dial_log",
            "figure_change",
            "booking_wish",
            "reassignment",
        ],
    ),
    ("contact/src/cases/", &["case_file", "case_point", "case_step"]),
    ("insight/src/", &["weekly_report", "report_task", "report_said", "report_call", "report_zone"]),
];

/// Reads of another's table that were looked at: one query finds the session and the number of unread notices, and
/// intake asks for a store's time zone once per batch.
const READS_BESIDE: &[(&str, &str)] =
    &[("people/src/identity/store/session.rs", "notification"), ("people/src/intake/store.rs", "store")];

#[test]
fn one_table_one_owner() {
    let mut owner: BTreeMap<&str, &str> = BTreeMap::new();
    for (place, tables) in OWNERS {
        for table in *tables {
            owner.insert(table, place);
        }
    }
    let mut bad = Vec::new();
    for file in files(&root().join("crates"), &[".rs"]) {
        let name = shown(&file);
        if !name.contains("/src/")
            || name.starts_with("crates/testkit")
            || name.contains("/tests.rs")
            || name.contains("/tests/")
        {
            continue;
        }
        let text = read(&file);
        let text = text.split("#[cfg(test)]").next().unwrap_or("");
        for (verb, writes) in [("FROM ", false), ("JOIN ", false), ("INTO ", true), ("UPDATE ", true)] {
            for part in text.split(verb).skip(1) {
                let table: String = part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let Some(place) = owner.get(table.as_str()) else { continue };
                let home = name.starts_with(&format!("crates/{place}"));
                let reader = !writes && (name.starts_with("crates/insight/") || name.starts_with("crates/zhiyin/"));
                let reviewed = !writes && READS_BESIDE.iter().any(|(f, t)| name.ends_with(f) && table == *t);
                if !home && !reader && !reviewed {
                    bad.push(format!("{name}: {verb}{table} (owned by {place})"));
                }
            }
        }
    }
    bad.sort();
    bad.dedup();
    assert!(bad.is_empty(), "only its owner names a table:\n{}", bad.join("\n"));
}

#[test]
fn every_table_has_an_owner_and_its_group() {
    let known: Vec<&str> = OWNERS.iter().flat_map(|(_, t)| t.iter().copied()).collect();
    let files = platform::db::migrate::files();
    let dropped = |table: &str| files.iter().any(|(_, text)| text.contains(&format!("DROP TABLE {table};")));
    for (file, text) in &files {
        for part in text.split("CREATE TABLE ").skip(1) {
            let table = part.split([' ', '(']).next().unwrap_or("");
            let body = part.split("STRICT").next().unwrap_or("");
            if matches!(table, "node_lease" | "grp" | "login_throttle" | "customer_search") {
                continue;
            }
            assert!(known.contains(&table) || dropped(table), "{file}: {table} has no owner in this test");
            assert!(body.contains("group_id"), "{file}: {table} carries no group");
        }
    }
}

#[test]
fn pages_obey_the_content_security_policy() {
    let mut bad = Vec::new();
    for file in files(&root().join("crates"), &[".html"]) {
        let text = read(&file);
        for word in [" style=", "onclick=", "onchange=", "onsubmit=", "javascript:", "hx-on"] {
            if text.contains(word) {
                bad.push(format!("{}: {word}", shown(&file)));
            }
        }
        if text.contains("<script") && !text.contains("nonce=") {
            bad.push(format!("{}: a script without nonce", shown(&file)));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn every_route_and_its_need_is_reviewed() {
    let mut text = String::new();
    let mut lines: Vec<String> =
        zhiyin::wiring::routes().table().iter().map(|r| format!("{:6} {:48} {:?}", r.method, r.path, r.need)).collect();
    lines.sort();
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    let golden = root().join("crates/zhiyin/tests/golden/routes.txt");
    if std::env::var("ZHIYIN_BLESS").is_ok() {
        std::fs::create_dir_all(golden.parent().expect("a folder")).expect("a folder");
        std::fs::write(&golden, &text).expect("written");
    }
    let known = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(known == text, "routes changed; look at the difference, then run with ZHIYIN_BLESS=1:\n{text}");
}

/// Where numbers leave their masks: storing, dialling, revealing, exporting the rows that somebody must mend.
const EXPOSES: &[&str] = &[
    "crates/kernel/",
    "crates/platform/src/db/",
    "crates/people/src/intake/",
    "crates/people/src/customers/",
    "crates/people/src/vehicles/",
    "crates/people/src/search/",
    "crates/people/src/imports/",
    "crates/people/src/bulk.rs",
    "crates/contact/src/followup/dial.rs",
    "crates/contact/src/followup/pages/dial.rs",
    "crates/contact/src/cases/",
    "crates/zhiyin/src/demo/",
    "crates/testkit/",
];

#[test]
fn numbers_are_shown_in_few_places() {
    let mut bad = Vec::new();
    for file in files(&root().join("crates"), &[".rs"]) {
        let name = shown(&file);
        if name.contains("/tests/") || EXPOSES.iter().any(|p| name.starts_with(p)) {
            continue;
        }
        let text = read(&file);
        let text = text.split("#[cfg(test)]").next().unwrap_or("");
        if text.contains("phone.expose()") || text.contains("vin.expose()") {
            bad.push(name);
        }
    }
    assert!(bad.is_empty(), "masked types are exposed in:\n{}", bad.join("\n"));
}
