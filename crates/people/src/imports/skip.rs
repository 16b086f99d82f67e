use super::columns::normal;
use super::field::Field;
use super::header::Layout;
use super::value::text_of;
use kernel::loose::half_width;
use platform::sheets::{Cell, SheetRow};
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

/// What [`skip`] must know of a layout, put together once.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    /// Normalised header per column.
    headers: Vec<String>,
    identifying: Vec<usize>,
    mapped: usize,
}

impl Marks {
    pub fn new(layout: &Layout) -> Marks {
        Marks {
            headers: layout.columns.iter().map(|column| normal(&column.header)).collect(),
            identifying: IDENTIFYING
                .iter()
                .filter_map(|field| layout.column(*field))
                .map(|column| column.index)
                .collect(),
            mapped: layout.columns.iter().filter(|column| column.field.is_some()).count(),
        }
    }

    /// Below group titles the header is joined; its own part ends it.
    fn is_header(&self, index: usize, said: &str) -> bool {
        !said.is_empty() && self.headers.get(index).is_some_and(|header| header.ends_with(said))
    }
}

pub(super) fn skip(marks: &Marks, row: &SheetRow) -> Option<Skip> {
    let mut filled = row.cells.iter().enumerate().filter(|(_, cell)| says_something(cell));
    let Some((first, cell)) = filled.next() else { return Some(Skip::Empty) };
    let text = half_width(&text_of(cell));
    let opening = normal(&text);
    let begins = |words: &[&str], text: &str| words.iter().any(|word| text.starts_with(word));
    if marks.is_header(first, &opening) && repeats_header(marks, row) {
        return Some(Skip::Header);
    }
    let identified = || marks.identifying.iter().any(|i| *i != first && row.cells.get(*i).is_some_and(says_something));
    if begins(&TOTALS, &opening) && opening.chars().count() <= 12 && !identified() {
        return Some(Skip::Total);
    }
    // `制表：0027 … 审核：` spreads over the columns, also over those of a name.
    if begins(&SIGNATURES, &opening)
        && (text.contains(':') || filled.clone().all(|(_, cell)| begins(&SIGNATURES, &normal(&text_of(cell)))))
    {
        return Some(Skip::Signature);
    }
    (filled.next().is_none() && marks.mapped >= 4).then_some(Skip::Title)
}

fn says_something(cell: &Cell) -> bool {
    match cell {
        Cell::Empty => false,
        Cell::Text(text) | Cell::DateTime(text) | Cell::Error(text) => text.chars().any(|c| !c.is_whitespace()),
        Cell::Number(_) | Cell::Bool(_) => true,
    }
}

fn repeats_header(marks: &Marks, row: &SheetRow) -> bool {
    let said = row.cells.iter().enumerate().filter(|(_, cell)| says_something(cell));
    let (mut filled, mut same) = (0, 0);
    for (index, cell) in said {
        filled += 1;
        same += usize::from(marks.is_header(index, &normal(&text_of(cell))));
    }
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
            assert_eq!(skip(&Marks::new(&layout), &row), want, "{text}");
        }
    }
}
