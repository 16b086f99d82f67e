//! Bring a file; the files brought before.

use askama::Template;
use kernel::{FieldErrors, ImportId};
use platform::http::{Answer, Desk, Failure, Fields, ShownError, Ui};

use super::words;
use crate::identity;
use crate::imports::field::Kind;
use crate::imports::store::BatchLine;
use crate::imports::verbs;

const A_PAGE: usize = 30;

#[derive(Template)]
#[template(path = "imports/pages/list.html")]
struct ListPage {
    ui: Ui,
    errors: Vec<ShownError>,
    store: String,
    lines: Vec<Line>,
    more: Option<ImportId>,
    first: bool,
    /// Largest file.
    mib: u64,
}

struct Line {
    batch: BatchLine,
    who: String,
    kind: String,
    state: &'static str,
    rows: String,
}

/// The choice of what a file lists; "" = look at the columns.
const KINDS: [&str; 4] = ["", "repair-orders", "deliveries", "customers"];

impl ListPage {
    fn kinds(&self) -> [&'static str; 4] {
        KINDS
    }
    fn templates(&self) -> [Kind; 3] {
        Kind::ALL
    }
}

pub async fn show(desk: Desk, sent: Fields) -> Answer {
    let page = page(&desk, sent.parsed("before"), Vec::new()).await?;
    desk.page(&page)
}

/// The page again, with what was wrong with the upload; the upload's script shows the errors only.
pub(super) async fn again(desk: &Desk, errors: &FieldErrors) -> Answer {
    let errors = desk.show_errors(errors);
    if desk.is_htmx() {
        let mut answer = desk.fragment(&UploadErrors { errors })?;
        *answer.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    let page = page(desk, None, errors).await?;
    desk.invalid(&page)
}

#[derive(Template)]
#[template(source = "<ul>{% for e in errors %}<li>{{ e.text }}</li>{% endfor %}</ul>", ext = "html")]
struct UploadErrors {
    errors: Vec<ShownError>,
}

async fn page(desk: &Desk, before: Option<ImportId>, errors: Vec<ShownError>) -> Result<ListPage, Failure> {
    let mut reads = desk.reads();
    let scope = desk.scope();
    let mut batches = verbs::list(&mut reads, scope, before).await?;
    let more = (batches.len() > A_PAGE).then(|| batches.truncate(A_PAGE)).and_then(|()| batches.last()).map(|b| b.id);
    let people: Vec<_> = batches.iter().filter_map(|b| b.actor).collect();
    let names = identity::user_names(&mut reads, scope.group, &people).await?;
    let ui = desk.ui();
    let lines = batches
        .into_iter()
        .map(|batch| Line {
            who: batch.actor.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            kind: ui.v("import-kind", &batch.kind).into_owned(),
            state: words::state_pill(batch.state),
            rows: words::line_rows(&ui, &batch),
            batch,
        })
        .collect();
    let store = ui.store_name().to_owned();
    Ok(ListPage { store, lines, more, first: before.is_none(), errors, mib: desk.app().config.import_mib, ui })
}
