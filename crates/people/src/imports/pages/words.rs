//! Codes of the importer in the reader's words.

use platform::http::Ui;

use crate::imports::field::Field;
use crate::imports::note::{RowFault, RowNote};
use crate::imports::said::{Kept, RowSaid};
use crate::imports::state::State;
use crate::imports::store::BatchLine;
use crate::imports::texts;
use crate::intake::Note;

pub(in crate::imports) fn field(ui: &Ui, field: Field) -> String {
    texts::field(ui.locale(), field)
}

/// Text files have no sheet names.
pub(super) fn sheet_name(ui: &Ui, name: &str) -> String {
    if name.is_empty() { ui.t("import-whole-file").into_owned() } else { name.to_owned() }
}

pub(super) fn state_pill(state: State) -> &'static str {
    match state {
        State::Applied => "ok",
        State::Asking | State::Previewed => "warn",
        State::Failed => "bad",
        State::Uploaded | State::Parsing | State::Applying | State::Undoing => "info",
        State::Undone | State::Cancelled => "",
    }
}

/// 新 2,871 · 变 64 · 退 34
pub(super) fn line_rows(ui: &Ui, batch: &BatchLine) -> String {
    let t = &batch.counts;
    match batch.state {
        State::Uploaded | State::Parsing => String::new(),
        State::Applying | State::Undoing => {
            ui.k("import-n-of-m").s("n", ui.int(batch.rows_done)).s("m", ui.int(batch.rows_total)).to_string()
        }
        State::Asking | State::Previewed | State::Failed | State::Cancelled | State::Applied | State::Undone => {
            let (new, changed) = if batch.state.settled() { (t.done.new, t.done.changed) } else { (t.new, t.changed) };
            let number = |n: i64| ui.int(n);
            ui.k("import-line-rows")
                .s("new", number(new))
                .s("changed", number(changed))
                .s("rejected", number(t.rejected))
                .to_string()
        }
    }
}

pub(in crate::imports) fn fault(ui: &Ui, fault: &RowFault) -> String {
    texts::fault(ui.locale(), fault)
}

/// What the spreadsheet says and what is wanted instead; the first fault itself stands in the pill before it.
pub(super) fn expected(ui: &Ui, fault: &RowFault, first: bool) -> String {
    let said = Some(&fault.shown).filter(|s| !s.trim().is_empty());
    let said = said.map(|s| ui.k("import-as-shown").s("text", s).to_string());
    let fault_itself = (!first).then(|| texts::fault(ui.locale(), fault));
    let parts = fault_itself.into_iter().chain(said).chain([texts::remedy(ui.locale(), fault)]);
    parts.collect::<Vec<_>>().join(&ui.t("import-colon"))
}

pub(super) fn note(ui: &Ui, note: &RowNote) -> String {
    texts::said(ui.locale(), note.field, &note.code, note.arg.as_deref())
}

/// What matching found, e.g. 车主由 马立志 变为 马立新？
pub(super) fn found(ui: &Ui, note: &Note) -> String {
    ui.k(&format!("import-note-{}", note.code)).s("from", &note.from).s("to", &note.to).to_string()
}

/// 金额、里程
pub(super) fn columns(ui: &Ui, said: &RowSaid) -> String {
    let mut names: Vec<String> = Vec::new();
    for column in &said.fields {
        let name = ui.v("import-column", column).into_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(&ui.t("import-comma"))
}

pub(super) fn kept(ui: &Ui, kept: &[Kept]) -> String {
    let mut all: Vec<String> = Vec::new();
    for k in kept {
        let what = ui.v("import-thing", &k.what);
        let text = ui.k(&format!("import-kept-{}", k.why.replace('_', "-"))).s("what", what).to_string();
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all.join(&ui.t("import-semicolon"))
}
