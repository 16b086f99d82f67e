//! One import: how it is read, what it would do, how far it is, what became of it.

use askama::Template;
use axum::extract::Path;
use kernel::{FieldErrors, ImportId, Millis, StoreDate, StoreId};
use platform::db::Sql;
use platform::http::{Answer, Desk, Failure, Fields, ShownError, Ui};

use super::questions::{self, Shown, ShownCode};
use super::rows::{self, RowsPart};
use super::sheets::{self, ShownSheet};
use crate::identity;
use crate::imports::counts::Tally;
use crate::imports::field::Kind;
use crate::imports::plan::Heads;
use crate::imports::state::State;
use crate::imports::store::{self, Batch};
use crate::imports::texts;
use crate::imports::verbs;

#[derive(Template)]
#[template(path = "imports/pages/show.html")]
struct ShowPage {
    ui: Ui,
    /// The first day that is planned from, as it stands in the form.
    from: Option<StoreDate>,
    errors: Vec<ShownError>,
    live: Live,
    b: Batch,
    t: Tally,
    /// repair-orders | deliveries | customers
    kind: &'static str,
    /// 1 choose, 2 check, 3 write.
    step: u8,
    line: String,
    /// Follow-ups to be made; new ones before the day planned from.
    planned: i64,
    before: i64,
    questions: Vec<Shown>,
    codes: Vec<ShownCode>,
    /// Read with what is remembered of this layout.
    remembered: bool,
    sheets: Vec<ShownSheet>,
    rows: Option<RowsPart>,
    /// Names of stores that import for the first time.
    first_for: String,
    /// Said of the text's encoding, cut cells, the same file before.
    remarks: Vec<String>,
    fault: Option<(String, String)>,
    retry: bool,
    undo_until: Option<Millis>,
}

/// The part that news replace.
#[derive(Template)]
#[template(path = "imports/pages/live.html")]
struct Live {
    ui: Ui,
    id: ImportId,
    state: State,
    done: i64,
    total: i64,
}

impl Live {
    fn of(ui: Ui, b: &Batch) -> Live {
        // While undoing the place goes down.
        let done = if b.state == State::Undoing { b.rows_total - b.rows_done } else { b.rows_done };
        Live { ui, id: b.id, state: b.state, done, total: b.rows_total }
    }
    fn known(&self) -> bool {
        matches!(self.state, State::Applying | State::Undoing)
    }
}

impl ShowPage {
    fn kinds(&self) -> [Kind; 3] {
        Kind::ALL
    }
    fn asked_kind(&self) -> &'static str {
        self.b.options.kind.map_or("", Kind::code)
    }
    fn busy(&self) -> bool {
        self.b.state.busy()
    }
    fn open(&self) -> bool {
        self.b.state.open()
    }
    fn ready(&self) -> bool {
        self.b.state == State::Previewed
    }
    fn read(&self) -> bool {
        self.t.read + self.t.skipped > 0
    }
    fn followed(&self) -> bool {
        self.kind != "customers"
    }
    /// 写入之后
    fn settled(&self) -> bool {
        self.b.state.settled()
    }
    /// The first import of a store is asked from which day on it plans.
    fn asks_from(&self) -> bool {
        self.open() && self.ready() && !self.first_for.is_empty() && self.followed()
    }
    fn nothing_planned(&self) -> bool {
        self.asks_from() && self.planned == 0 && self.before > 0
    }
    fn plan_from(&self) -> String {
        self.from.map(|day| day.to_string()).unwrap_or_default()
    }
    fn downloadable(&self) -> bool {
        self.t.rejected > 0 && !self.b.blob_path.is_empty()
    }
}

pub async fn show(desk: Desk, Path(id): Path<ImportId>, sent: Fields) -> Answer {
    let page = page(&desk, id, Vec::new(), &sent).await?;
    desk.page(&page)
}

/// With what was wrong with a form.
pub(super) async fn again(desk: &Desk, id: ImportId, errors: &FieldErrors) -> Answer {
    let page = page(desk, id, desk.show_errors(errors), &Fields::default()).await?;
    desk.invalid(&page)
}

/// The live part alone: for polling where news do not come. Once the state has changed the whole page is new.
pub async fn status(desk: Desk, Path(id): Path<ImportId>, sent: Fields) -> Answer {
    let batch = verbs::find(&mut desk.reads(), desk.scope(), id).await?;
    if sent.get("state") != batch.state.key() {
        return desk.see_other(&format!("/imports/{id}"));
    }
    desk.fragment(&Live::of(desk.ui(), &batch))
}

async fn page(desk: &Desk, id: ImportId, errors: Vec<ShownError>, sent: &Fields) -> Result<ShowPage, Failure> {
    let mut reads = desk.reads();
    let b = verbs::find(&mut reads, desk.scope(), id).await?;
    let ui = desk.ui();
    let t = if b.state.settled() { b.counts.settled() } else { b.counts.clone() };
    let has_rows = t.read + t.skipped > 0;
    let rows = match has_rows {
        true => {
            let after = sent.parsed("after").unwrap_or(0);
            Some(rows::part(&mut reads, desk.ui(), &b, sent.get("show"), after).await?)
        }
        false => None,
    };
    let from = sent.parsed("plan_from").or(b.options.plan_from);
    let planned = t.to_plan(from);
    let names = identity::org::all_stores(&mut reads, desk.scope().group).await?;
    let name_of = |id: &StoreId| names.iter().find(|s| s.id == *id).map(|s| s.name.clone());
    let mine: Vec<(String, String)> =
        names.iter().filter(|s| b.options.may.contains(&s.id)).map(|s| (s.id.to_string(), s.name.clone())).collect();
    let heads = if b.state.open() { store::heads(&mut reads, b.group_id, id).await? } else { Heads::default() };
    let first_for: Vec<String> = b.options.first_for.iter().filter_map(name_of).collect();
    let lines: Vec<String> = b.mapping.sheets.iter().filter(|s| s.chosen).map(|s| sheets::line(&ui, s)).collect();
    Ok(ShowPage {
        errors,
        live: Live::of(desk.ui(), &b),
        kind: b.mapping.kind().or(b.options.kind).unwrap_or(Kind::RepairOrders).code(),
        step: step(b.state),
        line: lines.join(&ui.t("import-semicolon")),
        planned: if b.state.settled() { b.tasks_planned } else { planned },
        before: t.before(from),
        from,
        questions: if b.state.open() { questions::shown(&ui, &b.mapping, &mine) } else { Vec::new() },
        codes: if b.state.open() { questions::codes(&ui, &b.mapping, &mine) } else { Vec::new() },
        remembered: b.mapping.sheets.iter().any(|sheet| sheet.remembered),
        sheets: if b.state.open() { sheets::shown(&ui, &b.mapping, &heads) } else { Vec::new() },
        rows,
        first_for: first_for.join(&ui.t("import-comma")),
        remarks: remarks(&mut reads, &ui, &b).await?,
        fault: b.fault.as_deref().map(|fault| texts::file_fault(ui.locale(), fault)),
        retry: verbs::retriable(&b).is_some(),
        undo_until: verbs::undoable(&b, desk.now()).then(|| b.applied_at.map(|at| at.plus(verbs::UNDO_FOR))).flatten(),
        t,
        b,
        ui,
    })
}

async fn remarks(q: &mut impl Sql, ui: &Ui, b: &Batch) -> Result<Vec<String>, Failure> {
    let mut remarks = Vec::new();
    if b.state.open()
        && let Some(twin) = store::twin(q, b).await?
    {
        remarks.push(ui.k("import-twin").s("when", ui.day_time(&twin.created_at)).to_string());
    }
    let plan = &b.mapping;
    if plan.unreadable > 0 {
        let encoding = plan.encoding.clone().unwrap_or_default();
        remarks.push(ui.k("import-unreadable").count("n", plan.unreadable).s("encoding", encoding).to_string());
    }
    if plan.cells_cut > 0 {
        remarks.push(ui.k("import-cells-cut").count("n", plan.cells_cut).to_string());
    }
    if b.counts.moved > 0 {
        remarks.push(ui.k("import-moved-rows").count("n", b.counts.moved).to_string());
    }
    if b.counts.kept > 0 {
        remarks.push(ui.k("import-kept-rows").count("n", b.counts.kept).to_string());
    }
    Ok(remarks)
}

fn step(state: State) -> u8 {
    match state {
        State::Uploaded | State::Parsing | State::Failed => 1,
        State::Asking | State::Previewed | State::Cancelled => 2,
        State::Applying | State::Applied | State::Undoing | State::Undone => 3,
    }
}
