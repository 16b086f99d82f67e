//! Rejected rows go out with their reasons and, mended, come in again.

use super::files::folder;
use super::world::Yard;
use crate::imports::sheets_out::{RejectedFile, Words};
use crate::imports::store::Which;
use crate::imports::texts;
use crate::imports::*;
use calamine::{Data, Reader as _, open_workbook_auto};
use platform::i18n::Locale;
use platform::sheets::{Cell, Column as SheetColumn, SheetFile as _, XlsxWriter};
use std::path::{Path, PathBuf};
use testkit::on_both;

async fn write(yard: &Yard<'_>, id: kernel::ImportId) -> PathBuf {
    let batch = yard.batch(id).await;
    let rows = yard.rows(id, Which::Verdict(RowVerdict::Rejected)).await;
    let to = yard.shop.data.join("rejected.xlsx");
    let field = |f| texts::field(Locale::ZhCn, f);
    let reason = |said: &RowSaid| texts::reasons(Locale::ZhCn, &said.faults);
    let words = Words { field: &field, reason: &reason, reason_title: "退回原因".into() };
    let mut file = RejectedFile::new(&yard.shop.data, &batch.mapping, words).expect("file");
    rows.iter().for_each(|row| file.row(row).expect("row"));
    file.save(&to).expect("saved");
    to
}

/// As somebody mends them: a good phone and a good VIN in every row, an owner where there is none.
fn mend(from: &Path, to: &Path, owner: &str, phone: &str, vin: &str) -> usize {
    let mut book = open_workbook_auto(from).expect("workbook");
    let mut out = XlsxWriter::new(to.parent().expect("folder")).expect("writer");
    let mut mended = 0;
    for name in book.sheet_names().clone() {
        let range = book.worksheet_range(&name).expect("sheet");
        let mut rows = range.rows();
        let head: Vec<String> = rows.next().expect("header").iter().map(|c| c.to_string()).collect();
        assert_eq!(head.last().map(String::as_str), Some("退回原因"));
        let columns: Vec<SheetColumn> = head.iter().map(|title| SheetColumn::new(title.clone(), 12)).collect();
        out.sheet(&name, &columns).expect("sheet");
        for row in rows {
            mended += 1;
            assert!(!row.last().expect("reason").to_string().is_empty());
            let cells: Vec<Cell> = row
                .iter()
                .zip(&head)
                .map(|(cell, title)| {
                    if title == phone {
                        Cell::Text(format!("139{mended:08}"))
                    } else if title == vin {
                        Cell::Text(format!("LSVNV2182E2{mended:06}"))
                    } else if title == owner && matches!(cell, Data::Empty) {
                        Cell::Text("补全".into())
                    } else {
                        match cell {
                            Data::Empty => Cell::Empty,
                            Data::Float(n) => Cell::Number(*n),
                            Data::DateTime(at) => {
                                let (y, m, d, h, min, ..) = at.to_ymd_hms_milli();
                                Cell::DateTime(format!("{y:04}-{m:02}-{d:02}T{h:02}:{min:02}:00"))
                            }
                            other => Cell::Text(other.to_string()),
                        }
                    }
                })
                .collect();
            out.row(&cells).expect("row");
        }
    }
    out.save(to).expect("saved");
    mended
}

#[tokio::test]
async fn 读不了的行_改好再导入() {
    let Some(folder) = folder() else { return };
    let files = [
        ("交车明细_2026-11.csv", "车主姓名", "手机号码", "车架号", 10),
        ("维修结算明细_城南店_2026-11.xlsx", "客户名称", "联系电话", "底盘号", 81),
    ];
    for (file, owner, phone, vin, n) in files {
        on_both(async |w| {
            let yard = Yard::new(w).await;
            let batch = yard.read(&folder.join(file)).await;
            let out = write(&yard, batch.id).await;
            // As it is, every row is rejected again, for the same reasons, and nothing is asked.
            let same = yard.read(&out).await;
            assert_eq!(
                (same.state, same.counts.read, same.counts.rejected),
                (State::Previewed, n, n),
                "{file}: {:?}",
                same.mapping.questions()
            );
            let again = yard.shop.data.join("mended.xlsx");
            let mended = mend(&out, &again, owner, phone, vin);
            assert_eq!(i64::try_from(mended).expect("few"), n);
            let batch = yard.read(&again).await;
            let left: Vec<_> = yard.rows(batch.id, Which::Verdict(RowVerdict::Rejected)).await;
            let why: Vec<_> = left.iter().map(|r| RowSaid::read(&r.notes).faults).collect();
            assert_eq!((batch.counts.new, batch.counts.rejected), (n, 0), "{file}: {why:?}");
        })
        .await;
    }
}
