//! The sheets of a file and the columns of each, as selects.

use platform::http::Ui;

use super::words;
use crate::imports::columns::Certainty;
use crate::imports::field::Field;
use crate::imports::plan::{Plan, SheetPlan};
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
    /// Mapped and required fields, then the rest.
    pub main: Vec<ShownField>,
    pub more: Vec<ShownField>,
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

pub(super) fn shown(ui: &Ui, plan: &Plan) -> Vec<ShownSheet> {
    plan.sheets.iter().map(|sheet| one(ui, sheet)).collect()
}

fn one(ui: &Ui, sheet: &SheetPlan) -> ShownSheet {
    let (mut main, mut more) = (Vec::new(), Vec::new());
    if let Some(layout) = &sheet.layout {
        let required = |field: Field| layout.kind.required().iter().any(|group| group.contains(&field));
        for field in fields_of(layout.kind) {
            let column = layout.column(field);
            let options = layout
                .columns
                .iter()
                .filter(|c| !c.header.is_empty())
                .map(|c| (c.index.to_string(), c.header.clone(), c.field == Some(field)))
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
    }
    ShownSheet {
        index: sheet.index,
        name: words::sheet_name(ui, &sheet.name),
        chosen: sheet.chosen,
        hidden: sheet.hidden,
        rows: sheet.rows,
        line: line(ui, sheet),
        headless: sheet.layout.is_none(),
        main,
        more,
    }
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
