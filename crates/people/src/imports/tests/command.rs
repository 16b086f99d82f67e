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

/// The report, and how many lines were handed over.
async fn run(shop: &Workshop, asked: &CliImport) -> Result<(CliReport, Vec<RejectedLine>), CliFault> {
    let mut lines = Vec::new();
    let report = cli(shop, asked, &mut |line| lines.push(line)).await?;
    Ok((report, lines))
}

/// Exit code, standard output, standard error.
async fn printed(shop: &Workshop, asked: &CliImport) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = command(shop, asked, &mut out, &mut err).await;
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (code, text(out), text(err))
}

#[tokio::test]
async fn 命令行_试算不留痕_导入给出_json() {
    let Some(folder) = folder() else { return };
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let file = folder.join("交车明细_2026-11.csv");
        let (dry, lines) = run(&yard.shop, &order(file.clone(), Some("示范店"), true)).await.expect("a report");
        assert_eq!((dry.read, dry.new, dry.changed, dry.same, dry.skipped), (420, 410, 0, 0, 0));
        assert_eq!((dry.rejected, lines.len(), dry.dry_run), (10, 10, true));
        assert_eq!((facts(&w.db, w.group).await, staged(&w.db, w.group).await), ([0; 8], 0));
        assert_eq!(std::fs::read_dir(yard.shop.folder()).expect("folder").count(), 0);

        let (code, printed, said) = printed(&yard.shop, &order(file.clone(), Some("sf01"), false)).await;
        assert_eq!((code, said.as_str()), (0, ""));
        let json: serde_json::Value = serde_json::from_str(&printed).expect("json");
        assert_eq!(json["rejected"].as_array().map(Vec::len), Some(10));
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
        let (again, _) = run(&yard.shop, &order(file, Some("示范店"), false)).await.expect("a report");
        assert_eq!((again.new, again.changed, again.same, again.tasks_planned), (0, 0, 410, 0));
    })
    .await;
}

/// Whatever keeps it from being written is one JSON object on standard output, with a code, what is wrong and what to do;
/// people read the same on standard error.
#[tokio::test]
async fn 命令行_要补的说清楚() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let plain = yard.file("a.csv", "工单号,结算时间,客户名称,车牌号\nRO1,2026-11-18,白思,川A00001\n");
        let unclear = yard.file("b.csv", "工单号,结算时间,客户名称,车牌号\nRO1,03/11/2026,白思,川A00001\n");
        let broken = yard.file("c.xlsx", "PK\u{3}\u{4}broken");
        let coded = yard.file("d.csv", "工单号,门店代码,结算时间,客户名称,车牌号\nRO1,X9,2026-11-18,白思,川A00001\n");
        let bare = yard.file("e.csv", "你好,世界\n1,2\n");
        let gone = yard.shop.data.join("none.csv");
        let here = Some("示范店");
        for (file, store, code, says) in [
            // Two groups, and no store said: not a matter of the file.
            (&plain, None, "several_groups", "多个集团"),
            (&plain, Some("没有这家"), "no_such_store", "没有这家"),
            (&gone, here, "no_file", "none.csv"),
            (&unclear, here, "date_order", "结算时间"),
            (&coded, here, "store_code", "X9"),
            (&bare, here, "no_header", "表头"),
            (&broken, here, "sheet.damaged", "已损坏"),
        ] {
            let asked = order(file.clone(), store, false);
            let (exit, out, err) = printed(&yard.shop, &asked).await;
            assert_eq!((exit, err.as_str()), (2, ""), "{code}: {out}");
            let json: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{code}: {e}: {out}"));
            assert_eq!((json["error"]["code"].as_str(), json["exit"].as_i64()), (Some(code), Some(2)), "{out}");
            let text = |key: &str| json["error"][key].as_str().unwrap_or_default().to_owned();
            assert!(text("message").contains(says), "{code}: {out}");
            assert!(!text("remedy").is_empty() && !out.contains("import-"), "{code}: {out}");
            let people = CliImport { json: false, ..asked };
            let (exit, out, err) = printed(&yard.shop, &people).await;
            assert_eq!((exit, out.as_str()), (2, ""), "{code}");
            assert!(err.contains(says) && err.contains(&text("remedy")), "{code}: {err}");
        }
        assert_eq!((facts(&w.db, w.group).await, staged(&w.db, w.group).await), ([0; 8], 0));
        assert_eq!(std::fs::read_dir(yard.shop.folder()).expect("folder").count(), 0, "no copy stays");
    })
    .await;
}
