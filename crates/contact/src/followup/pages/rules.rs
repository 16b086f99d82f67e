//! 回访规则: what becomes of a visit or a delivery, edited by the supervisor, with a dry run beside the form.

mod form;
mod preview;
mod targets;

use std::sync::Arc;

use kernel::{Millis, Result, StoreDate, WorkCalendar};
use platform::http::{Desk, Failure, Ui};
use platform::i18n::Label;
use platform::rulebook;

use crate::editing::{Cell, Change, Document, On, Read, Row, Table, View, Words};
use crate::followup::people_port;
use crate::followup::rules::{CallWindow, FollowupRules, Rule};
use crate::scripts::{ScriptBook, Subject};

/// What the page knows beside the rules.
pub struct Beside {
    pub scripts: Vec<(String, Label, Subject)>,
    pub cal: Arc<WorkCalendar>,
    pub now: Millis,
    pub today: StoreDate,
}

/// Items of the page.
enum Item {
    List,
    Rule(usize),
    New,
    Recall,
    Targets,
    Limits,
}

const NEW: &str = crate::editing::NEW;

fn item_of(rules: &FollowupRules, item: &str) -> Option<Item> {
    match item {
        "" => Some(Item::List),
        NEW => Some(Item::New),
        "recall" => Some(Item::Recall),
        "targets" => Some(Item::Targets),
        "limits" => Some(Item::Limits),
        other => {
            let key = other.strip_prefix("rule.")?;
            rules.rules.iter().position(|r| r.key == key).map(Item::Rule)
        }
    }
}

impl Document for FollowupRules {
    const PATH: &'static str = "/rules";
    const RESTORED: &'static str = "/rules/restored";
    const PREVIEW: &'static str = "/rules/preview";
    const WORDS: &'static str = "rules";
    type Beside = Beside;

    async fn beside(desk: &Desk) -> Result<Beside> {
        let scope = desk.scope();
        let (group, store) = (scope.group, scope.store()?);
        let mut q = desk.reads();
        let book = rulebook::current::<ScriptBook>(&mut q, group, store).await?;
        let cal = people_port::calendar(&mut q, group, store).await?;
        let now = desk.now();
        let scripts = book.body.scripts.iter().map(|s| (s.key.clone(), s.label.clone(), s.event));
        Ok(Beside { scripts: scripts.collect(), today: cal.date_of(now), cal, now })
    }

    fn view(&self, on: &On<'_, Beside>, item: &str) -> Option<View> {
        let w = Words { ui: on.ui, prefix: Self::WORDS };
        Some(match item_of(self, item)? {
            Item::List => View { tables: vec![rules_table(self, &w), others_table(self, &w)], ..View::default() },
            Item::Rule(i) => View {
                title: on.ui.label(&self.rules[i].short),
                sections: form::rule(&w, on.beside, &self.rules[i], i, false),
                effect: w.t("effect"),
                ..View::default()
            },
            Item::New => {
                let (i, rule) = (self.rules.len(), form::blank(self));
                View {
                    title: w.t("add"),
                    lead: w.t("new-lead"),
                    sections: form::rule(&w, on.beside, &rule, i, true),
                    effect: w.t("effect"),
                    ..View::default()
                }
            }
            Item::Recall => View {
                title: w.t("recall"),
                lead: w.t("recall-lead"),
                sections: form::recall(&w, on.beside, &self.recall),
                effect: w.t("effect-recall"),
                ..View::default()
            },
            Item::Targets => View {
                title: w.t("targets"),
                lead: w.t("targets-lead"),
                sections: targets::sections(&w, self),
                effect: w.t("effect-targets"),
                ..View::default()
            },
            Item::Limits => View {
                title: w.t("limits"),
                sections: form::limits(&w, self),
                effect: w.t("effect-limits"),
                ..View::default()
            },
        })
    }

    fn apply(&mut self, on: &On<'_, Beside>, item: &str, read: &mut Read<'_>) {
        match item_of(self, item) {
            Some(Item::Rule(i)) => form::read_rule(read, on.beside, &mut self.rules[i], i),
            Some(Item::New) => {
                let (i, mut rule) = (self.rules.len(), form::blank(self));
                read.text(&format!("rules.{i}.key"), &mut rule.key);
                form::read_rule(read, on.beside, &mut rule, i);
                self.rules.push(rule);
            }
            Some(Item::Recall) => form::read_recall(read, on.beside, &mut self.recall),
            Some(Item::Targets) => targets::read(read, self),
            Some(Item::Limits) => form::read_limits(read, self),
            Some(Item::List) | None => {}
        }
    }

    async fn preview(change: Change<Self>, desk: &Desk, beside: &Beside, item: &str) -> Result<String, Failure> {
        let (before, after) = match item_of(&change.now.body, item) {
            Some(Item::Rule(i)) => (change.now.body.rules.get(i), change.new.rules.get(i)),
            Some(Item::New) => (None, change.new.rules.last()),
            Some(Item::List | Item::Recall | Item::Targets | Item::Limits) | None => return Ok(String::new()),
        };
        preview::of_rule(desk, beside, before, after).await
    }

    fn place(&self, ui: &Ui, path: &str) -> String {
        let mut parts = path.split('.');
        let (of, at) = (parts.next(), parts.next().and_then(|i| i.parse::<usize>().ok()));
        match of {
            Some("rules") => at.and_then(|i| self.rules.get(i)).map(|r| ui.label(&r.short)).unwrap_or_default(),
            Some("targets") => at.and_then(|i| self.targets.get(i)).map(|t| ui.label(&t.label)).unwrap_or_default(),
            Some("new_car_months") => ui.t("rules-f-new-car-months").into_owned(),
            Some("recall") => ui.t("rules-recall").into_owned(),
            Some("limits" | "planning") => ui.t("rules-limits").into_owned(),
            Some(_) | None => String::new(),
        }
    }
}

fn windows(list: &[CallWindow]) -> String {
    list.iter().map(|w| format!("{}–{}", w.from, w.to)).collect::<Vec<_>>().join(", ")
}

fn rules_table(rules: &FollowupRules, w: &Words<'_>) -> Table {
    let row = |r: &Rule| {
        let days = w.ui.k("rules-days").n("from", r.days_from).n("to", r.days_to);
        let state = if r.active { Cell::pill(w.t("on"), "ok") } else { Cell::pill(w.t("off"), "warn") };
        let mut row = Row::new(
            format!("rule.{}", r.key),
            vec![
                w.ui.label(&r.label).into(),
                w.ui.v("rules-event", r.event).into_owned().into(),
                days.to_string().into(),
                w.ui.k("rules-day").n("n", r.expires_after_day).to_string().into(),
                w.ui.k("rules-tries").n("n", r.attempts).n("hours", r.spacing_hours).to_string().into(),
                windows(&r.call_windows).into(),
                state,
            ],
        );
        row.off = !r.active;
        row
    };
    let heads = ["head-rule", "head-event", "head-days", "head-expires", "head-tries", "head-windows", "head-state"];
    Table {
        title: w.t("list"),
        lead: w.t("list-lead"),
        heads: heads.map(|h| w.t(h)).to_vec(),
        rows: rules.rules.iter().map(row).collect(),
        add: Some((NEW.into(), w.t("add"))),
    }
}

fn others_table(rules: &FollowupRules, w: &Words<'_>) -> Table {
    let recall =
        w.ui.k("rules-recall-sum").n("n", rules.recall.attempts).s("windows", windows(&rules.recall.call_windows));
    let own = rules.targets.iter().filter(|t| t.brand.is_some()).count();
    let new = w.ui.k("rules-new-car-sum").n("n", rules.new_car_months);
    let limits =
        w.ui.k("rules-limits-sum").n("lease", rules.limits.lease_minutes).n("dials", rules.limits.dials_per_hour);
    let limits = limits.n("back", rules.limits.take_back_minutes);
    let row = |item: &str, text: String| Row::new(item, vec![w.t(item).into(), text.into()]);
    Table {
        title: w.t("others"),
        lead: String::new(),
        heads: vec![w.t("head-what"), w.t("head-now")],
        rows: vec![
            row("recall", recall.to_string()),
            row(
                "targets",
                [
                    targets::summary(rules, w),
                    new.to_string(),
                    if own == 0 { String::new() } else { w.ui.k("rules-targets-own").n("n", own).to_string() },
                ]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
            ),
            row("limits", limits.to_string()),
        ],
        add: None,
    }
}

/// Whoever is asked for by id in a preview.
fn name_of(names: &[(kernel::UserId, String)], id: kernel::UserId) -> String {
    names.iter().find(|n| n.0 == id).map_or_else(|| id.to_string(), |n| n.1.clone())
}
