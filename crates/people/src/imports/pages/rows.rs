//! Rows of an import, filtered, page by page.

use askama::Template;
use axum::extract::Path;
use kernel::{ImportId, Result};
use platform::db::Sql;
use platform::http::{Answer, Desk, Fields, Ui};

use super::rows_shown::{self, Line};
use super::words;
use crate::imports::field::Kind;
use crate::imports::state::{RowState, RowVerdict};
use crate::imports::store::{self, Batch, Which};
use crate::imports::verbs;

const A_PAGE: usize = 20;

#[derive(Template)]
#[template(path = "imports/pages/rows.html")]
pub(super) struct RowsPart {
    ui: Ui,
    id: ImportId,
    filters: Vec<Filter>,
    headings: Vec<(String, bool)>,
    lines: Vec<Line>,
    which: &'static str,
    /// The staging number to go on after.
    more: Option<i64>,
    /// Below a fragment there is no need to say what the table is again.
    erased: bool,
}

pub(super) struct Filter {
    key: &'static str,
    label: String,
    n: i64,
    on: bool,
}

/// Filter key, what it shows.
const FILTERS: [(&str, Which); 9] = [
    ("all", Which::All),
    ("new", Which::Verdict(RowVerdict::New)),
    ("changed", Which::Verdict(RowVerdict::Changed)),
    ("late", Which::Late),
    ("alike", Which::Alike),
    ("rejected", Which::Verdict(RowVerdict::Rejected)),
    ("skipped", Which::Verdict(RowVerdict::Skipped)),
    ("moved", Which::State(RowState::Moved)),
    ("kept", Which::State(RowState::Kept)),
];

pub async fn show(desk: Desk, Path(id): Path<ImportId>, sent: Fields) -> Answer {
    let mut reads = desk.reads();
    let batch = verbs::find(&mut reads, desk.scope(), id).await?;
    let part = part(&mut reads, desk.ui(), &batch, sent.get("show"), sent.parsed("after").unwrap_or(0)).await?;
    desk.fragment(&part)
}

pub(super) async fn part(q: &mut impl Sql, ui: Ui, batch: &Batch, show: &str, after: i64) -> Result<RowsPart> {
    let (which, filter) = FILTERS.into_iter().find(|(key, _)| *key == show).unwrap_or(FILTERS[0]);
    let mut rows = store::shown(q, batch.group_id, batch.id, filter, after, A_PAGE + 1).await?;
    let more = (rows.len() > A_PAGE).then(|| rows.truncate(A_PAGE)).and_then(|()| rows.last()).map(|r| r.seq);
    let kind = batch.mapping.kind().unwrap_or(Kind::RepairOrders);
    let fields = rows_shown::columns(kind);
    let t = &if batch.state.settled() { batch.counts.settled() } else { batch.counts.clone() };
    let count = |key: &str| match key {
        "new" => t.new,
        "changed" => t.changed,
        "late" => t.late,
        "alike" => t.alike,
        "rejected" => t.rejected,
        "skipped" => t.skipped,
        "moved" => t.moved,
        "kept" => t.kept,
        _ => t.read + t.skipped,
    };
    let filters = FILTERS
        .iter()
        .map(|(key, _)| Filter { key, label: ui.v("import-show", key).into_owned(), n: count(key), on: *key == which })
        .filter(|f| f.n > 0 || f.on)
        .collect();
    let headings = fields.iter().map(|f| (words::field(&ui, *f), rows_shown::is_number(*f))).collect();
    let lines = rows.iter().map(|row| rows_shown::line(&ui, &batch.mapping, fields, row)).collect();
    let erased = batch.blob_path.is_empty();
    Ok(RowsPart { id: batch.id, filters, headings, lines, which, more, erased, ui })
}
