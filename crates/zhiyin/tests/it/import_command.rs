//! `zhiyin import` as a script calls it: the program itself, its arguments, its output, its exit code.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn run(data: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhiyin"))
        .args(args)
        .current_dir(data.parent().expect("a folder"))
        .env_remove("DATABASE_URL")
        .env("ZHIYIN_DATA", data)
        .env("LANG", "zh_CN.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .output()
        .expect("the program runs")
}

/// The one JSON object that it printed.
fn json(out: &Output) -> Value {
    let text = String::from_utf8_lossy(&out.stdout);
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text:?} {}", String::from_utf8_lossy(&out.stderr)))
}

fn error(out: &Output, exit: i32, code: &str) -> Value {
    let said = json(out);
    assert_eq!((out.status.code(), said["exit"].as_i64()), (Some(exit), Some(exit.into())), "{said}");
    assert_eq!(said["error"]["code"], code, "{said}");
    for key in ["message", "remedy"] {
        assert!(said["error"][key].as_str().is_some_and(|text| !text.is_empty()), "{said}");
    }
    said
}

/// Two groups of one store each.
async fn shops(data: &Path) {
    let target = platform::db::Target::Lite(data.join("zhiyin.db"));
    let options = platform::db::Options {
        target,
        clock: kernel::Clock::System,
        wire: std::sync::Arc::new(zhiyin::wiring::wire()),
        pool: 2,
    };
    let db = platform::db::Db::open(options).await.expect("the database opens");
    testkit::furnish(&db).await;
    db.close().await;
}

fn file(data: &Path, name: &str, text: &str) -> PathBuf {
    let path = data.join(name);
    std::fs::write(&path, text).expect("written");
    path
}

#[tokio::test]
async fn import_answers_scripts_and_people() {
    let folder = tempfile::tempdir().expect("folder");
    // A path with spaces.
    let data = folder.path().join("a shop");
    std::fs::create_dir(&data).expect("folder");
    let path = file(
        &data,
        "工单.csv",
        "工单号,结算时间,客户名称,联系电话,车牌号\nRO1,2026-11-18,白思,13800000001,川A00001\nRO2,2026-11-18,马立新,1380000,川A00002\n",
    );
    let path = path.to_str().expect("a path");

    let out = run(&data, &["import", "--json", path]);
    error(&out, 2, "nothing_here");
    shops(&data).await;

    // Wrong arguments.
    let out = run(&data, &["import", "--json", "--kind", "orders", path]);
    assert!(error(&out, 2, "usage")["error"]["message"].as_str().is_some_and(|text| text.contains("orders")));
    let out = run(&data, &["import", "--plan-from", "soon", "--json", path]);
    error(&out, 2, "usage");
    let out = run(&data, &["import", "--json"]);
    error(&out, 2, "usage");
    let out = run(&data, &["import", "--kind", "orders", path]);
    assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "people read it on standard error");

    // Two groups and no store; a store that is none; a file that is none.
    let said = error(&run(&data, &["import", path, "--json"]), 2, "several_groups");
    assert!(said["error"]["remedy"].as_str().is_some_and(|text| text.contains("--store")), "{said}");
    error(&run(&data, &["import", path, "--json", "--store", "无"]), 2, "no_such_store");
    let out = run(&data, &["import", "--store", "示范店", "--json", "none.xlsx"]);
    error(&out, 2, "no_file");
    let out = run(&data, &["import", "--store", "示范店", "none.xlsx"]);
    assert!(out.stdout.is_empty() && String::from_utf8_lossy(&out.stderr).contains("打不开 none.xlsx"), "{out:?}");

    // Tried, then done, then done again.
    let args = ["import", "--kind", "repair-orders", "--store", "SF01", "--json", path];
    let tried = run(&data, &[&args[..], &["--dry-run"]].concat());
    let said = json(&tried);
    assert_eq!((tried.status.code(), said["dry_run"].as_bool(), said["new"].as_i64()), (Some(0), Some(true), Some(1)));
    let done = json(&run(&data, &args));
    for (key, want) in [("read", 2), ("new", 1), ("changed", 0), ("same", 0), ("skipped", 0)] {
        assert_eq!(done[key].as_i64(), Some(want), "{key}: {done}");
    }
    assert_eq!(done["rejected"][0]["row"].as_i64(), Some(3), "{done}");
    assert!(done["rejected"][0]["reason"].as_str().is_some_and(|text| text.contains("手机少 4 位")), "{done}");
    assert!(done["seconds"].is_f64() && done["tasks_planned"].is_i64(), "{done}");
    let again = json(&run(&data, &args));
    assert_eq!((again["new"].as_i64(), again["same"].as_i64()), (Some(0), Some(1)), "{again}");
    // People get lines.
    let out = run(&data, &["import", "--store", "SF01", path]);
    assert!(String::from_utf8_lossy(&out.stdout).contains("相同"), "{out:?}");

    // The database is not there to be had.
    let out = run(&file(&data, "plain", ""), &["import", "--json", path]);
    error(&out, 1, "start");
}
