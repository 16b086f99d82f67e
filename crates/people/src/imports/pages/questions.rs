//! What must be answered, in words.

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
            let options = candidates.iter().map(|order| (order_key(*order), words(order))).collect();
            Shown { text, name: format!("date.{sheet}.{}", field.code()), options, select: false }
        }
    }
}

fn order_name(order: Order) -> &'static str {
    match order {
        Order::Ymd => "ymd",
        Order::Dmy => "dmy",
        Order::Mdy => "mdy",
    }
}
