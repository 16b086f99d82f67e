//! The sheets of a file and the columns of each, as selects.

use std::collections::BTreeMap;

use platform::http::Ui;

use super::questions::{order_key, orders};
use super::words;
use crate::imports::columns::{Certainty, Column};
use crate::imports::field::Field;
use crate::imports::header::Layout;
use crate::imports::plan::{HeadRow, Heads, Plan, SheetPlan};
use crate::imports::words::fields_of;

pub(super) struct ShownSheet {
    pub index: u32,
    pub name: String,
    pub chosen: bool,
    pub hidden: bool,
    pub rows: u64,
    /// 工作表「…」· 表头在第 3–4 行 · …
    pub line: String,
    /// No header was found in it.
    pub headless: bool,
    /// Row, its words, chosen: where the header stands.
    pub header: Vec<(String, String, bool)>,
    /// Mapped and required fields, then the rest.
    pub main: Vec<ShownField>,
    pub more: Vec<ShownField>,
    /// Date columns that could be read otherwise.
    pub dates: Vec<ShownField>,
}

pub(super) struct ShownField {
    /// `map.0.owner`
    pub name: String,
    pub label: String,
    /// 请确认
    pub doubtful: bool,
    /// Column, header, chosen.
    pub options: Vec<(String, String, bool)>,
}

pub(super) fn shown(ui: &Ui, plan: &Plan, heads: &Heads) -> Vec<ShownSheet> {
    let none = Vec::new();
    plan.sheets.iter().map(|sheet| one(ui, sheet, heads.0.get(&sheet.index).unwrap_or(&none))).collect()
}

fn one(ui: &Ui, sheet: &SheetPlan, head: &[HeadRow]) -> ShownSheet {
    let (mut main, mut more, mut dates) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(layout) = &sheet.layout {
        let required = |field: Field| layout.kind.required().iter().any(|group| group.contains(&field));
        let samples = samples(layout, head);
        for field in fields_of(layout.kind) {
            let column = layout.column(field);
            let options = layout
                .columns
                .iter()
                .filter(|c| !c.header.is_empty() || c.field.is_some() || samples.contains_key(&c.index))
                .map(|c| (c.index.to_string(), column_name(ui, c, &samples), c.field == Some(field)))
                .collect();
            let shown = ShownField {
                name: format!("map.{}.{}", sheet.index, field.code()),
                label: words::field(ui, field),
                doubtful: column.is_some_and(|c| c.certainty == Certainty::Confirm),
                options,
            };
            let list = if column.is_some() || required(field) { &mut main } else { &mut more };
            list.push(shown);
        }
        for (field, choices) in sheet.orders.choices.iter().filter(|(f, _)| !sheet.orders.ask.contains_key(f)) {
            let now = sheet.orders.decided.get(field).map(|order| order_key(*order)).unwrap_or_default();
            let options = orders(ui, choices).into_iter().map(|(key, text)| (key.clone(), text, key == now)).collect();
            let name = format!("date.{}.{}", sheet.index, field.code());
            dates.push(ShownField { name, label: words::field(ui, *field), doubtful: false, options });
        }
    }
    ShownSheet {
        index: sheet.index,
        name: words::sheet_name(ui, &sheet.name),
        chosen: sheet.chosen,
        hidden: sheet.hidden,
        rows: sheet.rows,
        line: line(ui, sheet),
        headless: sheet.layout.is_none(),
        header: header_rows(ui, sheet, head),
        main,
        more,
        dates,
    }
}

/// 自动、没有表头、第 3 行：工单号 · 开单时间 · …
fn header_rows(ui: &Ui, sheet: &SheetPlan, head: &[HeadRow]) -> Vec<(String, String, bool)> {
    let option = |key: Option<u32>, text: String| {
        (key.map(|row| row.to_string()).unwrap_or_default(), text, sheet.header == key)
    };
    let mut all = vec![
        option(None, ui.t("import-header-auto").into_owned()),
        option(Some(0), ui.t("import-header-none").into_owned()),
    ];
    all.extend(head.iter().map(|HeadRow(row, cells)| {
        let said: Vec<&str> = cells.iter().map(String::as_str).filter(|text| !text.is_empty()).take(6).collect();
        option(Some(*row), ui.k("import-header-row").n("row", *row).s("cells", said.join(" · ")).to_string())
    }));
    all
}

/// What stands below the header in each column, for those that it does not name.
fn samples(layout: &Layout, head: &[HeadRow]) -> BTreeMap<usize, String> {
    let mut found = BTreeMap::new();
    for HeadRow(row, cells) in head {
        if *row > layout.header_rows.1 {
            for (i, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                found.entry(i).or_insert_with(|| text.clone());
            }
        }
    }
    found
}

/// The header; `C 列：白思` where there is none.
fn column_name(ui: &Ui, column: &Column, samples: &BTreeMap<usize, String>) -> String {
    if !column.header.is_empty() {
        return column.header.clone();
    }
    let sample = samples.get(&column.index).map_or("", String::as_str);
    ui.k("import-column-letter").s("letter", letters(column.index)).s("sample", sample).to_string()
}

/// A, B … Z, AA …
pub(super) fn letters(index: usize) -> String {
    let mut rest = index + 1;
    let mut text = Vec::new();
    while rest > 0 {
        text.push(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0));
        rest = (rest - 1) / 26;
    }
    text.reverse();
    String::from_utf8(text).unwrap_or_default()
}

/// 工作表「结算明细」· 表头在第 3–4 行 · 按上次的对应关系读取
pub(super) fn line(ui: &Ui, sheet: &SheetPlan) -> String {
    let mut parts = Vec::new();
    if !sheet.name.is_empty() {
        parts.push(ui.k("import-sheet").s("name", &sheet.name).to_string());
    }
    match &sheet.layout {
        None => parts.push(ui.t("import-no-header").into_owned()),
        Some(layout) => {
            let (first, last) = layout.header_rows;
            parts.push(match first == last {
                _ if last == 0 => ui.t("import-header-none").into_owned(),
                true => ui.k("import-header-at").n("row", first).to_string(),
                false => ui.k("import-header-rows").n("first", first).n("last", last).to_string(),
            });
            parts.push(ui.v("import-kind", layout.kind.code()).into_owned());
            if sheet.remembered {
                parts.push(ui.t("import-remembered").into_owned());
            }
        }
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn 列的字母() {
        for (index, want) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(index), want);
        }
    }
}
