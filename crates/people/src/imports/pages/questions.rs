//! What must be answered, in words.

use std::collections::BTreeMap;

use kernel::loose::{DateOrder, Order};
use platform::http::Ui;

use super::words;
use crate::imports::plan::{Plan, Question};

/// `dmy/ymd`, as the form sends it.
pub(super) fn order_key(order: DateOrder) -> String {
    let name = |order: Order| match order {
        Order::Ymd => "ymd",
        Order::Dmy => "dmy",
        Order::Mdy => "mdy",
    };
    format!("{}/{}", name(order.year_last), name(order.short))
}

pub(super) fn order_of(key: &str) -> Option<DateOrder> {
    let order = |name: &str| match name {
        "ymd" => Some(Order::Ymd),
        "dmy" => Some(Order::Dmy),
        "mdy" => Some(Order::Mdy),
        _ => None,
    };
    let (year_last, short) = key.split_once('/')?;
    Some(DateOrder { year_last: order(year_last)?, short: order(short)? })
}

/// A question with its form field and its choices.
pub(super) struct Shown {
    pub text: String,
    /// "" where the columns below are the answer.
    pub name: String,
    /// Value, words.
    pub options: Vec<(String, String)>,
    /// All choices stay open: a drop-down instead of radio buttons.
    pub select: bool,
}

/// `stores`: id and name of those in which the person may import.
pub(super) fn shown(ui: &Ui, plan: &Plan, stores: &[(String, String)]) -> Vec<Shown> {
    plan.questions().iter().map(|question| one(ui, plan, stores, question)).collect()
}

/// Store codes that have their meaning already: it can be put right.
pub(super) fn codes(ui: &Ui, plan: &Plan, stores: &[(String, String)]) -> Vec<ShownCode> {
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    for (sheet, _) in plan.active() {
        sheet.codes.iter().for_each(|(code, n)| *rows.entry(code).or_default() += n);
    }
    // Files without a store column go where one works.
    if rows.keys().all(|code| code.is_empty()) {
        return Vec::new();
    }
    let known = rows.into_iter().filter_map(|(code, n)| Some((code, n, plan.codes.get(code)?)));
    known
        .map(|(code, n, store)| {
            let label = match code.is_empty() {
                true => ui.k("import-code-none").n("n", n),
                false => ui.k("import-code").s("code", code).n("n", n),
            };
            let now = store.map_or_else(|| "out".to_owned(), |store| store.to_string());
            let mut options: Vec<(String, String, bool)> =
                stores.iter().map(|(id, name)| (id.clone(), name.clone(), *id == now)).collect();
            options.push(("out".into(), ui.t("import-leave-out").into_owned(), now == "out"));
            ShownCode { name: format!("code.{code}"), label: label.to_string(), options }
        })
        .collect()
}

pub(super) struct ShownCode {
    pub name: String,
    pub label: String,
    /// Store or `out`, words, chosen.
    pub options: Vec<(String, String, bool)>,
}

fn one(ui: &Ui, plan: &Plan, stores: &[(String, String)], question: &Question) -> Shown {
    let bare = |text: String| Shown { text, name: String::new(), options: Vec::new(), select: false };
    let sheet_name = |index: &u32| {
        let sheet = plan.sheets.iter().find(|s| s.index == *index);
        sheet.map(|s| words::sheet_name(ui, &s.name)).unwrap_or_default()
    };
    match question {
        Question::NoSheet => bare(ui.t("import-ask-no-sheet").into_owned()),
        Question::Missing { sheet, fields } => {
            let names: Vec<String> = fields.iter().map(|f| words::field(ui, *f)).collect();
            let fields = names.join(&ui.t("import-or"));
            bare(ui.k("import-ask-missing").s("sheet", sheet_name(sheet)).s("fields", fields).to_string())
        }
        Question::StoreCode { code, rows } => {
            let text = match code.is_empty() {
                true => ui.k("import-ask-store-none").n("n", rows),
                false => ui.k("import-ask-store").s("code", code).n("n", rows),
            };
            let mut options = vec![(String::new(), ui.t("import-choose").into_owned())];
            options.extend(stores.iter().cloned());
            options.push(("out".into(), ui.t("import-leave-out").into_owned()));
            Shown { text: text.to_string(), name: format!("code.{code}"), options, select: true }
        }
        Question::DateOrder { sheet, field, candidates } => {
            let text =
                ui.k("import-ask-date").s("sheet", sheet_name(sheet)).s("field", words::field(ui, *field)).to_string();
            let options = orders(ui, candidates);
            Shown { text, name: format!("date.{sheet}.{}", field.code()), options, select: false }
        }
    }
}

/// Each order with what it makes of an example; parts in which they do not differ are left out.
pub(super) fn orders(ui: &Ui, candidates: &[DateOrder]) -> Vec<(String, String)> {
    let both = |pick: fn(&DateOrder) -> Order| candidates.iter().any(|c| pick(c) != pick(&candidates[0]));
    let (long, short) = (both(|c| c.year_last), both(|c| c.short));
    let words = |order: &DateOrder| {
        let mut parts = Vec::new();
        if long {
            parts.push(ui.v("import-order-long", order_name(order.year_last)).into_owned());
        }
        if short {
            parts.push(ui.v("import-order-short", order_name(order.short)).into_owned());
        }
        parts.join(&ui.t("import-comma"))
    };
    candidates.iter().map(|order| (order_key(*order), words(order))).collect()
}

fn order_name(order: Order) -> &'static str {
    match order {
        Order::Ymd => "ymd",
        Order::Dmy => "dmy",
        Order::Mdy => "mdy",
    }
}
