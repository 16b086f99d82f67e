//! 通话规范 (A8): what to say in each situation of a call, and what never to say, edited by the supervisor.

use askama::Template;
use kernel::Result;
use platform::http::{Desk, Failure, Ui};
use platform::i18n::Label;

use super::super::model::Subject;
use super::super::say::{Tongue, say};
use super::super::standard::{CallStandard, Situation, Spoken};
use super::preview::sample_words;
use crate::editing::{Change, Control, Document, On, Optional, Read, Row, Table, View, Words};

fn place_of(book: &CallStandard, item: &str) -> Option<usize> {
    book.situations.iter().position(|s| s.key == item)
}

impl Document for CallStandard {
    const PATH: &'static str = "/rules/standard";
    const RESTORED: &'static str = "/rules/standard/restored";
    const PREVIEW: &'static str = "/rules/standard/preview";
    const WORDS: &'static str = "standard";
    type Beside = ();

    async fn beside(_: &Desk) -> Result<()> {
        Ok(())
    }

    fn view(&self, on: &On<'_, ()>, item: &str) -> Option<View> {
        let w = Words { ui: on.ui, prefix: Self::WORDS };
        if item.is_empty() {
            return Some(View { tables: vec![table(self, &w)], ..View::default() });
        }
        let i = place_of(self, item)?;
        let s = &self.situations[i];
        let at = |field: &str| format!("situations.{i}.{field}");
        let mut basics = w.label(&at("label"), "label", &s.label, 12);
        basics.extend(w.label(&at("when"), "when", &s.when, 40));
        basics.extend(w.long_label(&at("do"), "do", &s.advice, 200));
        let say = s.say.iter().map(|l| row(l.variant.as_deref().unwrap_or_default(), &l.text));
        let words = s.never.words.iter().map(|l| row("", l));
        let acts = s.never.acts.iter().map(|l| row("", l));
        let lines = vec![
            w.field(at("say"), "say", rows(say, 200)).wide(),
            w.field(at("never"), "never-words", rows(words, 40)).wide(),
            w.field(at("acts"), "never-acts", rows(acts, 60)).wide(),
        ];
        Some(View {
            title: on.ui.label(&s.label),
            lead: w.t("placeholders"),
            sections: vec![w.section("basics", basics), w.section("lines", lines)],
            effect: w.t("effect"),
            tables: Vec::new(),
        })
    }

    fn apply(&mut self, _: &On<'_, ()>, item: &str, read: &mut Read<'_>) {
        let Some(i) = place_of(self, item) else { return };
        let s = &mut self.situations[i];
        let at = |field: &str| format!("situations.{i}.{field}");
        read.label(&at("label"), &mut s.label);
        read.label(&at("when"), &mut s.when);
        read.label(&at("do"), &mut s.advice);
        if let Some(rows) = read.options(&at("say")) {
            s.say = rows
                .into_iter()
                .map(|r| Spoken { variant: Some(r.key.clone()).filter(|v| !v.is_empty()), text: label(r) })
                .collect();
        }
        if let Some(rows) = read.options(&at("never")) {
            s.never.words = rows.into_iter().map(label).collect();
        }
        if let Some(rows) = read.options(&at("acts")) {
            s.never.acts = rows.into_iter().map(label).collect();
        }
    }

    async fn preview(change: Change<Self>, desk: &Desk, (): &(), item: &str) -> Result<String, Failure> {
        let Some(i) = place_of(&change.new, item) else { return Ok(String::new()) };
        let ui = desk.ui();
        let s: &Situation = &change.new.situations[i];
        let words = sample_words(&ui, desk, Subject::RepairOrder, &ui.t("scripts-sample-items"));
        let line = |l: &Label| ui.label(&Label { zh: say(l, &words, Tongue::Zh), en: None });
        let never = s.never.words.iter().chain(&s.never.acts).map(|l| ui.label(l));
        let page = Preview {
            label: ui.label(&s.label),
            advice: ui.label(&s.advice),
            say: s.outbound().map(|l| line(&l.text)).collect(),
            never: never.collect::<Vec<_>>().join(" · "),
            ui: desk.ui(),
        };
        Ok(page.render()?)
    }

    fn place(&self, ui: &Ui, path: &str) -> String {
        let at = path.strip_prefix("situations.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        at.and_then(|i| self.situations.get(i)).map(|s| ui.label(&s.label)).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "scripts/pages/standard_preview.html")]
struct Preview {
    ui: Ui,
    label: String,
    advice: String,
    say: Vec<String>,
    never: String,
}

fn row(key: &str, label: &Label) -> Optional {
    Optional { key: key.to_owned(), zh: label.zh.clone(), en: label.en.clone().unwrap_or_default() }
}

fn rows(list: impl Iterator<Item = Optional>, max: u32) -> Control {
    let mut rows: Vec<Optional> = list.collect();
    rows.push(Optional::default());
    Control::Options { rows, max }
}

fn label(row: Optional) -> Label {
    Label { zh: row.zh, en: Some(row.en).filter(|t| !t.is_empty()) }
}

fn table(book: &CallStandard, w: &Words<'_>) -> Table {
    let row = |s: &Situation| {
        let never = s.never.words.iter().chain(&s.never.acts).take(4).map(|l| w.ui.label(l));
        Row::new(
            s.key.clone(),
            vec![
                w.ui.label(&s.label).into(),
                s.id.clone().into(),
                w.ui.label(&s.when).into(),
                s.outbound().next().map(|l| w.ui.label(&l.text)).unwrap_or_default().into(),
                never.collect::<Vec<_>>().join(" · ").into(),
            ],
        )
    };
    Table {
        title: w.t("list"),
        lead: w.t("list-lead"),
        heads: ["head-situation", "head-clause", "head-when", "head-say", "head-never"].map(|h| w.t(h)).to_vec(),
        rows: book.situations.iter().map(row).collect(),
        add: None,
    }
}
