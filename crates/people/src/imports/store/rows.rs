//! `import_row`: what the file said, row by row, until it is erased.

use kernel::{GroupId, ImportId, Result, StoreDate, StoreId};
use platform::db::{Bind as _, Sql, Tx, Val};
use platform::{args, row, stmt};

use crate::imports::state::{RowState, RowVerdict};

row! {
    /// `notes`: a [`crate::imports::RowSaid`]; `raw`: the cells, of rejected and skipped rows only.
    #[derive(Clone, Debug)]
    pub struct StagedRow {
        pub seq: i64, pub sheet: String, pub row_no: u32, pub verdict: RowVerdict, pub state: RowState, pub late: bool,
        pub store_id: Option<StoreId>, pub subject_id: Option<i64>, pub seen_version: Option<i64>, pub event_on: Option<StoreDate>,
        pub raw: String, pub draft: Option<String>, pub notes: String, pub alike: bool,
    }
}
row! { pub struct Counted { pub verdict: RowVerdict, pub late: bool, pub alike: bool, pub n: i64 } }
row! { pub struct PlanCount { pub store_id: Option<StoreId>, pub plans: String, pub n: i64 } }

macro_rules! rows_where {
    ($name:ident, $where:literal) => {
        stmt!(
            $name,
            concat!(
                "SELECT seq, sheet, row_no, verdict, state, late, store_id, subject_id, seen_version, event_on, raw, draft, notes, alike ",
                "FROM import_row WHERE import_id=$2 AND group_id=$1 AND ",
                $where
            )
        );
    };
}

// The primary key (import_id, seq).
rows_where!(ROWS_TO_APPLY, "seq>$3 AND state='staged' AND draft IS NOT NULL ORDER BY seq LIMIT $4");
rows_where!(ROWS_TO_UNDO, "seq<=$3 AND state IN ('applied', 'moved') ORDER BY seq DESC LIMIT $4");
rows_where!(ROWS_ALL, "seq>$3 ORDER BY seq LIMIT $4");
// import_row_by_verdict.
rows_where!(ROWS_OF_VERDICT, "verdict=$5 AND seq>$3 ORDER BY seq LIMIT $4");
rows_where!(ROWS_LATE, "verdict='new' AND late=1 AND seq>$3 ORDER BY seq LIMIT $4");
// import_row_alike.
rows_where!(ROWS_ALIKE, "alike=1 AND seq>$3 ORDER BY seq LIMIT $4");
rows_where!(ROWS_OF_STATE, "state=$5 AND seq>$3 ORDER BY seq LIMIT $4");
stmt!(
    ROWS_COUNTED,
    "SELECT verdict, late, alike, COUNT(*) AS n FROM import_row WHERE import_id=$2 AND group_id=$1 \
     GROUP BY verdict, late, alike ORDER BY verdict, late, alike"
);
stmt!(
    ROWS_PLANS,
    "SELECT store_id, plans, COUNT(*) AS n FROM import_row WHERE import_id=$2 AND group_id=$1 AND plans<>'' \
     GROUP BY store_id, plans ORDER BY store_id, plans"
);
stmt!(
    ROW_REPLACED,
    "UPDATE import_row SET verdict='same', late=0, alike=0, plans='', draft=NULL, event_on=NULL, notes=$4 \
     WHERE import_id=$2 AND seq=$3 AND group_id=$1"
);
stmt!(
    ROWS_ERASE,
    // A range, not a list: of rows that have just come the planner of PostgreSQL knows nothing yet.
    "DELETE FROM import_row WHERE import_id=$2 AND group_id=$1 AND seq <= \
     (SELECT MAX(seq) FROM (SELECT seq FROM import_row WHERE import_id=$2 ORDER BY seq LIMIT 4000) s)"
);
stmt!(
    JOURNAL_ERASE,
    "DELETE FROM import_journal WHERE import_id=$2 AND group_id=$1 AND seq <= \
     (SELECT MAX(seq) FROM (SELECT seq FROM import_journal WHERE import_id=$2 ORDER BY seq LIMIT 4000) s)"
);

/// A row on its way into the table.
#[derive(Clone, Debug)]
pub struct NewRow {
    pub seq: i64,
    pub sheet: String,
    pub row_no: u32,
    pub verdict: RowVerdict,
    pub late: bool,
    pub alike: bool,
    /// Days of follow-ups, `-` where something speaks against them.
    pub plans: String,
    pub store: Option<StoreId>,
    pub event_on: Option<StoreDate>,
    pub subject: Option<i64>,
    pub seen_version: Option<i64>,
    pub raw: String,
    pub draft: Option<String>,
    pub notes: String,
}

const COLUMNS: [&str; 17] = [
    "import_id",
    "seq",
    "sheet",
    "row_no",
    "verdict",
    "state",
    "late",
    "alike",
    "plans",
    "store_id",
    "event_on",
    "subject_id",
    "seen_version",
    "raw",
    "draft",
    "notes",
    "group_id",
];

pub async fn stage(tx: &mut Tx, id: ImportId, rows: Vec<NewRow>) -> Result<()> {
    let group = tx.scope().group;
    let values: Vec<Vec<Val>> = rows
        .into_iter()
        .map(|r| {
            vec![
                id.bind(),
                r.seq.bind(),
                r.sheet.bind(),
                r.row_no.bind(),
                r.verdict.bind(),
                RowState::Staged.bind(),
                r.late.bind(),
                r.alike.bind(),
                r.plans.bind(),
                r.store.bind(),
                r.event_on.bind(),
                r.subject.bind(),
                r.seen_version.bind(),
                r.raw.bind(),
                r.draft.bind(),
                r.notes.bind(),
                group.bind(),
            ]
        })
        .collect();
    tx.bulk("import_row", &COLUMNS, values, "").await.map(|_| ())
}

/// A later row counts in its place.
pub async fn replaced(tx: &mut Tx, id: ImportId, seq: i64, notes: &str) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&ROW_REPLACED, args![group, id, seq, notes]).await.map(|_| ())
}

/// The next rows to write, above `after`.
pub async fn to_apply(q: &mut impl Sql, group: GroupId, id: ImportId, after: i64, n: usize) -> Result<Vec<StagedRow>> {
    q.all(&ROWS_TO_APPLY, args![group, id, after, n]).await
}

/// The next rows to take back, from the last to the first, up to and with `upto`.
pub async fn to_undo(q: &mut impl Sql, group: GroupId, id: ImportId, upto: i64, n: usize) -> Result<Vec<StagedRow>> {
    q.all(&ROWS_TO_UNDO, args![group, id, upto, n]).await
}

/// Which rows a list shows.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    Verdict(RowVerdict),
    /// New, but their follow-up had expired.
    Late,
    /// Somebody new who resembles somebody known.
    Alike,
    State(RowState),
}

pub async fn shown(
    q: &mut impl Sql,
    group: GroupId,
    id: ImportId,
    which: Which,
    after: i64,
    n: usize,
) -> Result<Vec<StagedRow>> {
    match which {
        Which::All => q.all(&ROWS_ALL, args![group, id, after, n]).await,
        Which::Verdict(verdict) => q.all(&ROWS_OF_VERDICT, args![group, id, after, n, verdict]).await,
        Which::Late => q.all(&ROWS_LATE, args![group, id, after, n]).await,
        Which::Alike => q.all(&ROWS_ALIKE, args![group, id, after, n]).await,
        Which::State(state) => q.all(&ROWS_OF_STATE, args![group, id, after, n, state]).await,
    }
}

pub async fn counted(q: &mut impl Sql, group: GroupId, id: ImportId) -> Result<Vec<Counted>> {
    q.all(&ROWS_COUNTED, args![group, id]).await
}

/// How often each set of follow-up days was foreseen, by store: about as many as there are days.
pub async fn plans(q: &mut impl Sql, group: GroupId, id: ImportId) -> Result<Vec<PlanCount>> {
    q.all(&ROWS_PLANS, args![group, id]).await
}

/// What became of a row; `None` stays as it was.
pub struct Mark {
    pub seq: i64,
    pub subject: Option<i64>,
    pub state: RowState,
    pub notes: Option<String>,
    pub verdict: Option<RowVerdict>,
    pub alike: Option<bool>,
}

pub async fn mark(tx: &mut Tx, id: ImportId, marks: &[Mark]) -> Result<()> {
    if marks.is_empty() {
        return Ok(());
    }
    // An upsert finds each row by its key. An UPDATE … FROM a list leaves that to the planner, which may well go
    // through the whole import once per chunk.
    const COLUMNS: [&str; 11] =
        ["import_id", "seq", "group_id", "subject_id", "state", "notes", "sheet", "row_no", "verdict", "alike", "raw"];
    const TAIL: &str = "ON CONFLICT (import_id, seq) DO UPDATE SET state=excluded.state, \
        subject_id=COALESCE(excluded.subject_id, import_row.subject_id), \
        notes=CASE WHEN excluded.notes='' THEN import_row.notes ELSE excluded.notes END, \
        verdict=CASE WHEN excluded.verdict='' THEN import_row.verdict ELSE excluded.verdict END, \
        alike=CASE WHEN excluded.alike<0 THEN import_row.alike ELSE excluded.alike END";
    let group = tx.scope().group;
    let row = |m: &Mark| {
        let notes = m.notes.as_deref().unwrap_or("");
        let verdict = m.verdict.map_or("", RowVerdict::key);
        let alike = m.alike.map_or(-1, i64::from);
        // The rest is never written: the row is there.
        args![id, m.seq, group, m.subject, m.state, notes, "", 0_i64, verdict, alike, ""]
    };
    tx.bulk("import_row", &COLUMNS, marks.iter().map(row).collect::<Vec<_>>(), TAIL).await.map(|_| ())
}

/// Some thousand rows and journal lines less; `true` while there are more.
pub async fn erase(tx: &mut Tx, id: ImportId) -> Result<bool> {
    let group = tx.scope().group;
    let rows = tx.exec(&ROWS_ERASE, args![group, id]).await?;
    let lines = tx.exec(&JOURNAL_ERASE, args![group, id]).await?;
    Ok(rows > 0 || lines > 0)
}
