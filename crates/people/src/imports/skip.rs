use super::columns::normal;
use super::field::Field;
use super::header::Layout;
use super::value::text_of;
use kernel::loose::half_width;
use platform::sheets::SheetRow;
use serde::{Deserialize, Serialize};

/// A line that is no record; counted, not rejected.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    Empty,
    /// 小计, 合计, 总计 …
    Total,
    /// 制表, 审核, 打印时间 …
    Signature,
    /// The header again, as printed lists repeat it on each page.
    Header,
    /// A lone text: a title between the groups, a page number.
    Title,
}

const TOTALS: [&str; 15] = [
    "小计",
    "合计",
    "总计",
    "累计",
    "共计",
    "本页",
    "小計",
    "合計",
    "總計",
    "累計",
    "共計",
    "本頁",
    "subtotal",
    "total",
    "grandtotal",
];
const SIGNATURES: [&str; 20] = [
    "制表",
    "审核",
    "复核",
    "制单",
    "打印",
    "操作员",
    "签字",
    "签名",
    "主管",
    "经办",
    "導出",
    "导出",
    "製表",
    "審核",
    "覆核",
    "列印",
    "preparedby",
    "approvedby",
    "printed",
    "checkedby",
];
/// A line with one of these holds a record, whatever its first cell says.
const IDENTIFYING: [Field; 11] = [
    Field::Owner,
    Field::Visitor,
    Field::Phone,
    Field::OwnerPhone,
    Field::VisitorPhone,
    Field::Plate,
    Field::Vin,
    Field::OpenedAt,
    Field::SettledAt,
    Field::DeliveredOn,
    Field::Organisation,
];

pub(super) fn skip(layout: &Layout, row: &SheetRow) -> Option<Skip> {
    let texts: Vec<String> = row.cells.iter().map(|cell| half_width(&text_of(cell))).collect();
    let filled: Vec<usize> = (0..texts.len()).filter(|i| !texts[*i].is_empty()).collect();
    let Some(first) = filled.first() else { return Some(Skip::Empty) };
    let said: Vec<String> = filled.iter().map(|i| normal(&texts[*i])).collect();
    if repeats_header(layout, &texts, filled.len()) {
        return Some(Skip::Header);
    }
    let mapped = |field: Field| layout.column(field).map(|column| column.index);
    let identified = IDENTIFYING.iter().filter_map(|field| mapped(*field)).any(|i| i != *first && filled.contains(&i));
    let begins = |words: &[&str], text: &str| words.iter().any(|word| text.starts_with(word));
    let opening = said.first().map_or("", String::as_str);
    if begins(&TOTALS, opening) && opening.chars().count() <= 12 && !identified {
        return Some(Skip::Total);
    }
    // `制表：0027 … 审核：` spreads over the columns, also over those of a name.
    if begins(&SIGNATURES, opening)
        && (texts[*first].contains(':') || said.iter().all(|text| begins(&SIGNATURES, text)))
    {
        return Some(Skip::Signature);
    }
    let lone_text = filled.len() == 1 && layout.columns.iter().filter(|column| column.field.is_some()).count() >= 4;
    lone_text.then_some(Skip::Title)
}

fn repeats_header(layout: &Layout, texts: &[String], filled: usize) -> bool {
    let same = layout
        .columns
        .iter()
        .filter(|column| {
            let text = texts.get(column.index).map_or(String::new(), |text| normal(text));
            // Below group titles the header is joined; its own part ends it.
            !text.is_empty() && normal(&column.header).ends_with(&text)
        })
        .count();
    same >= 3 && same * 5 >= filled * 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::testsheet::sheet;

    #[test]
    fn 非数据行_归类() {
        let head = sheet("工单号|开单时间|客户名称|联系电话|底盘号|应收金额");
        let layout = Layout::detect(&head, None).expect("header");
        for (text, want) in [
            ("小计|||||1854", Some(Skip::Total)),
            ("合　计：|||||12", Some(Skip::Total)),
            ("|||||", Some(Skip::Empty)),
            ("制表：0027|||审核：", Some(Skip::Signature)),
            ("制表人：李|审核：王", Some(Skip::Signature)),
            ("工单号|开单时间|客户名称|联系电话|底盘号|应收金额", Some(Skip::Header)),
            ("第 2 页", Some(Skip::Title)),
            ("RO1|2026-11-01|合计|13812344417|LSVNV2182E2100001|1", None),
            ("合计001|2026-11-01|白思|13812344417|LSVNV2182E2100001|1", None),
            ("|2026-11-01|总计公司|13812344417||", None),
            ("RO1||||L|", None),
        ] {
            let row = sheet(text).pop().unwrap_or(SheetRow { index: 1, cells: Vec::new() });
            assert_eq!(skip(&layout, &row), want, "{text}");
        }
    }
}
