//! The command line.

use super::files::folder;
use super::world::{Yard, facts, staged};
use crate::imports::*;
use platform::i18n::Locale;
use testkit::on_both;

fn order(file: std::path::PathBuf, store: Option<&str>, dry_run: bool) -> CliImport {
    CliImport {
        kind: None,
        store: store.map(str::to_owned),
        file,
        dry_run,
        json: true,
        locale: Locale::ZhCn,
        plan_from: None,
    }
}

#[tokio::test]
async fn 命令行_试算不留痕_导入给出_json() {
    let Some(folder) = folder() else { return };
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let file = folder.join("交车明细_2026-11.csv");
        let dry = cli(&yard.shop, &order(file.clone(), Some("示范店"), true)).await.expect("a report");
        assert_eq!((dry.read, dry.new, dry.changed, dry.same, dry.skipped), (420, 410, 0, 0, 0));
        assert_eq!((dry.rejected.len(), dry.dry_run), (10, true));
        assert_eq!((facts(&w.db, w.group).await, staged(&w.db, w.group).await), ([0; 8], 0));
        assert_eq!(std::fs::read_dir(yard.shop.folder()).expect("folder").count(), 0);

        let (_, printed) = command(&yard.shop, &order(file.clone(), Some("sf01"), false)).await;
        let json: serde_json::Value = serde_json::from_str(&printed).expect("json");
        for key in ["read", "new", "changed", "same", "rejected", "skipped", "tasks_planned", "seconds"] {
            assert!(!json[key].is_null(), "{key} in {printed}");
        }
        assert_eq!((json["new"].as_i64(), json["read"].as_i64()), (Some(410), Some(420)));
        let first = &json["rejected"][0];
        assert!(
            first["row"].as_i64().is_some_and(|row| row > 1)
                && first["reason"].as_str().is_some_and(|r| r.contains('。'))
        );
        assert_eq!(facts(&w.db, w.group).await[5], 410);
        let again = cli(&yard.shop, &order(file, Some("示范店"), false)).await.expect("a report");
        assert_eq!((again.new, again.changed, again.same, again.tasks_planned), (0, 0, 410, 0));
    })
    .await;
}

#[tokio::test]
async fn 命令行_要补的说清楚() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let plain = yard.file("a.csv", "工单号,结算时间,客户名称,车牌号\nRO1,2026-11-18,白思,川A00001\n");
        let told = |fault: CliFault| match fault {
            CliFault::Told(text) => text,
            CliFault::Problem(problem) => panic!("{problem}"),
        };
        // Two groups, and no store said.
        let fault = cli(&yard.shop, &order(plain.clone(), None, false)).await.expect_err("which store");
        assert!(told(fault).contains("--store"));
        let fault = cli(&yard.shop, &order(plain, Some("没有这家"), false)).await.expect_err("no such store");
        assert!(told(fault).contains("没有这家门店"));
        let unclear = yard.file("b.csv", "工单号,结算时间,客户名称,车牌号\nRO1,03/11/2026,白思,川A00001\n");
        let fault = cli(&yard.shop, &order(unclear, Some("示范店"), false)).await.expect_err("day or month");
        assert!(told(fault).contains("结算时间"));
        let broken = yard.file("c.xlsx", "not a workbook at all \u{0}\u{1}\u{2}");
        let fault = cli(&yard.shop, &order(broken, Some("示范店"), false)).await.expect_err("no sheet");
        assert!(!told(fault).contains("import-"));
        assert_eq!((facts(&w.db, w.group).await, staged(&w.db, w.group).await), ([0; 8], 0));
    })
    .await;
}
