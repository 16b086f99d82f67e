//! Labels of kinds and outcomes, as the store's data words them.

use platform::http::Ui;

use super::line_view::KindPill;
use crate::followup::model::RECALL;
use crate::followup::rules::FollowupRules;

/// `维修三日`, `新车七日`, `复访`, each with its colour.
pub fn kind_pill(ui: &Ui, rules: &FollowupRules, kind: &str) -> KindPill {
    let rule = rules.rules.iter().find(|r| r.key == kind);
    match rule {
        Some(rule) => {
            let tone = match rule.event {
                crate::followup::rules::EventKind::RepairOrder => "info",
                crate::followup::rules::EventKind::Delivery => "brand",
            };
            KindPill { key: kind.to_owned(), label: ui.label(&rule.short), tone }
        }
        None if kind == RECALL => {
            KindPill { key: kind.to_owned(), label: ui.t("queue-kind-recall").into_owned(), tone: "bad" }
        }
        // A rule that was dropped since: its tasks keep their key.
        None => KindPill { key: kind.to_owned(), label: kind.to_owned(), tone: "" },
    }
}

pub fn kind_pills<'a>(ui: &Ui, rules: &FollowupRules, kinds: impl IntoIterator<Item = &'a str>) -> Vec<KindPill> {
    kinds.into_iter().map(|k| kind_pill(ui, rules, k)).collect()
}

/// When the customer likes to be called: one of the usual choices, else the words that were written.
pub fn best_time(ui: &Ui, text: &str) -> String {
    if crate::followup::best_time::CHOICES.contains(&text) {
        ui.v("queue-time", text).into_owned()
    } else {
        text.to_owned()
    }
}

/// Customer's text in the script of the interface: only Traditional Chinese differs.
pub fn zh(ui: &Ui, text: &str) -> String {
    ui.label(&platform::i18n::Label { zh: text.to_owned(), en: None })
}
