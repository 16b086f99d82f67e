//! The second pass: every row becomes a draft, a rejection or a skipped line, is matched against what is known, and
//! waits in the staging table.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use kernel::{ImportId, Problem, Scope, StoreDate, StoreId};
use platform::db::Db;
use platform::sheets::{Block, ChildReader, Event, SheetRow};
use platform::transact;
use tokio::task::JoinHandle;

use super::classify::{self, Judged};
use super::draft::Draft;
use super::field::{Field, Kind};
use super::header::Layout;
use super::look::Halt;
use super::pace::Pace;
use super::plan::{Plan, SheetPlan};
use super::raw;
use super::reader::{Outcome, Reader};
use super::said::RowSaid;
use super::skip::Skip;
use super::state::{RowVerdict, State};
use super::store::{self, NewRow};
use super::value::text_of;
use super::workshop::{Progress, Workshop};
use crate::intake::BATCH;

/// Skipped lines that are kept to be shown; all are counted.
const SKIPPED_SHOWN: usize = 2_000;

/// In place of the days from which a row's follow-ups count: it lies before the day from which the store plans.
pub(super) const EARLY: &str = "<";

/// A row that waits for its chunk.
pub(super) struct Pending {
    pub row: NewRow,
    pub said: RowSaid,
    pub draft: Option<Draft>,
}

pub(super) struct Stage<'a> {
    shop: &'a Workshop,
    scope: &'a Scope,
    id: ImportId,
    version: i64,
    plan: &'a Plan,
    /// Stores that import for the first time.
    first_for: &'a [StoreId],
    today: StoreDate,
    pending: Vec<Pending>,
    /// The batch before, which is written while this one is read and judged.
    writing: Option<JoinHandle<Result<Pace, Halt>>>,
    /// Rows in the table that a later one replaces, with what to say of them.
    outdated: Vec<(i64, String)>,
    seq: i64,
    skipped_shown: usize,
    /// Lines that are no record; rows of stores that were left out.
    pub skipped: i64,
    pub noted: i64,
    pub repeated: i64,
    pub replaced: i64,
    said_at: Instant,
}

/// The sheet under the cursor.
struct Open<'a> {
    sheet: &'a SheetPlan,
    layout: &'a Layout,
    reader: Reader,
    /// Row and staging number of accepted rows, in order: a later row may replace one.
    places: Vec<(u32, u32)>,
}

impl<'a> Stage<'a> {
    pub fn new(
        shop: &'a Workshop,
        scope: &'a Scope,
        id: ImportId,
        version: i64,
        plan: &'a Plan,
        first_for: &'a [StoreId],
        today: StoreDate,
    ) -> Stage<'a> {
        Stage {
            shop,
            scope,
            id,
            version,
            plan,
            first_for,
            today,
            pending: Vec::new(),
            writing: None,
            outdated: Vec::new(),
            seq: 0,
            skipped_shown: 0,
            skipped: 0,
            noted: 0,
            repeated: 0,
            replaced: 0,
            said_at: Instant::now(),
        }
    }

    /// Answers the last staging number.
    pub async fn run(&mut self, path: &Path) -> Result<i64, Halt> {
        let mut reader = ChildReader::start(&self.shop.exe, path)?;
        let mut open: Option<Open<'a>> = None;
        loop {
            let events = match reader.next().await? {
                Block::Done(_) => break,
                Block::Events(events) => events,
            };
            for event in events {
                match event {
                    Event::Progress { read, total } => self.tell(total / 2 + read / 2, total),
                    Event::Sheet { index, .. } => {
                        self.close(open.take());
                        open = self.open(index);
                    }
                    Event::Row(row) => {
                        if let Some(at) = &mut open {
                            self.take(at, &row).await?;
                        }
                        if self.pending.len() >= BATCH {
                            self.flush().await?;
                        }
                    }
                }
            }
        }
        self.close(open.take());
        self.flush().await?;
        self.written().await?;
        Ok(self.seq)
    }

    fn tell(&mut self, read: u64, total: u64) {
        if self.said_at.elapsed() < Duration::from_millis(300) {
            return;
        }
        self.said_at = Instant::now();
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let progress = Progress { id: self.id, state: State::Parsing, done: whole(read), total: whole(total) };
        self.shop.tell(self.scope.group, self.scope.store, &progress);
    }

    fn open(&self, index: u32) -> Option<Open<'a>> {
        let sheet = self.plan.sheets.iter().find(|s| s.index == index)?;
        let layout = sheet.active()?;
        let reader = Reader::new(layout.clone(), sheet.orders.clone(), self.today, sheet.epoch());
        Some(Open { sheet, layout, reader, places: Vec::new() })
    }

    fn close(&mut self, open: Option<Open<'a>>) {
        if let Some(at) = open {
            let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let counts = at.reader.counts();
            self.skipped += count(counts.skipped_total());
            self.repeated += count(counts.same);
            self.replaced += count(counts.replaced);
        }
    }

    async fn take(&mut self, at: &mut Open<'a>, row: &SheetRow) -> Result<(), Halt> {
        match at.reader.read(row) {
            Outcome::Above | Outcome::Skipped(Skip::Empty) => {}
            Outcome::Skipped(skip) => {
                self.skipped_shown += 1;
                if self.skipped_shown <= SKIPPED_SHOWN {
                    let said = RowSaid { skip: Some(skip), ..RowSaid::default() };
                    self.put(at.sheet, row, RowVerdict::Skipped, raw::opening(row), said, None);
                }
            }
            Outcome::Rejected(faults) => {
                let cells = raw::cells(row, at.layout, &at.sheet.orders, self.today, at.sheet.epoch());
                let said = RowSaid { faults, ..RowSaid::default() };
                self.put(at.sheet, row, RowVerdict::Rejected, cells, said, None);
            }
            Outcome::Same { of } => {
                let said = RowSaid { same_as: Some(of), ..RowSaid::default() };
                self.put(at.sheet, row, RowVerdict::Same, String::new(), said, None);
            }
            Outcome::Accepted { draft, notes, replaces } => {
                if let Some(earlier) = replaces {
                    self.replace(at, earlier, row.index);
                }
                self.noted += i64::from(!notes.is_empty());
                let mended = mended(row, at.layout, &draft);
                let said = RowSaid { notes, mended, ..RowSaid::default() };
                self.accept(at, row, draft, said);
            }
        }
        Ok(())
    }

    fn accept(&mut self, at: &mut Open<'a>, row: &SheetRow, draft: Draft, mut said: RowSaid) {
        let code = draft.store_code().unwrap_or("").to_owned();
        let Some(Some(store)) = self.plan.codes.get(&code).copied() else {
            said.left_out = Some(code);
            self.skipped += 1;
            self.put(at.sheet, row, RowVerdict::Skipped, raw::opening(row), said, None);
            return;
        };
        self.put(at.sheet, row, RowVerdict::Same, String::new(), said, Some((store, draft)));
        at.places.push((row.index, u32::try_from(self.seq).unwrap_or(u32::MAX)));
    }

    fn put(
        &mut self,
        sheet: &SheetPlan,
        row: &SheetRow,
        verdict: RowVerdict,
        raw: String,
        said: RowSaid,
        accepted: Option<(StoreId, Draft)>,
    ) {
        self.seq += 1;
        let (store, draft) = accepted.unzip();
        let row = NewRow {
            seq: self.seq,
            sheet: sheet.name.clone(),
            row_no: row.index,
            verdict,
            late: false,
            alike: false,
            plans: String::new(),
            store,
            event_on: None,
            subject: None,
            seen_version: None,
            raw,
            draft: None,
            notes: String::new(),
        };
        self.pending.push(Pending { row, said, draft });
    }

    /// The later of two rows with one key counts; the earlier may wait here or be staged already.
    fn replace(&mut self, at: &Open<'a>, earlier: u32, later: u32) {
        let Ok(place) = at.places.binary_search_by_key(&earlier, |(row, _)| *row) else { return };
        let seq = i64::from(at.places[place].1);
        if let Some(waiting) = self.pending.iter_mut().find(|p| p.row.seq == seq) {
            waiting.draft = None;
            waiting.said.replaced_by = Some(later);
            return;
        }
        self.outdated.push((seq, RowSaid { replaced_by: Some(later), ..RowSaid::default() }.to_text()));
    }

    /// Judges what waits, and hands it to the writer as soon as that is done with the batch before.
    async fn flush(&mut self) -> Result<(), Halt> {
        let mut pending = std::mem::take(&mut self.pending);
        self.judge(&mut pending).await?;
        let pace = self.written().await?;
        let batch = Writing {
            db: self.shop.db.clone(),
            scope: self.scope.clone(),
            id: self.id,
            version: self.version,
            seq: self.seq,
            pending,
            outdated: std::mem::take(&mut self.outdated),
        };
        self.writing = Some(tokio::spawn(batch.write(pace)));
        Ok(())
    }

    /// Waits for the batch before.
    async fn written(&mut self) -> Result<Pace, Halt> {
        match self.writing.take() {
            Some(writing) => writing.await.map_err(|e| Halt::Problem(Problem::internal(e)))?,
            None => Ok(Pace::new(500, BATCH)),
        }
    }

    async fn judge(&self, pending: &mut [Pending]) -> Result<(), Halt> {
        let mut groups: BTreeMap<(StoreId, Kind), Vec<usize>> = BTreeMap::new();
        for (i, p) in pending.iter().enumerate() {
            if let (Some(store), Some(draft)) = (p.row.store, &p.draft) {
                groups.entry((store, draft.kind())).or_default().push(i);
            }
        }
        let mut reads = self.shop.db.reads();
        let now = self.shop.db.clock().now();
        for ((store, kind), rows) in groups {
            let drafts: Vec<Draft> = rows.iter().filter_map(|i| pending[*i].draft.clone()).collect();
            let first = self.first_for.contains(&store);
            let judged = classify::preview(&mut reads, self.scope, store, kind, first, now, drafts).await?;
            let mut by_row: HashMap<usize, Judged> = rows.into_iter().zip(judged).collect();
            for (i, p) in pending.iter_mut().enumerate() {
                if let Some(judged) = by_row.remove(&i) {
                    p.settle(judged);
                }
            }
        }
        Ok(())
    }
}

/// A batch on its way into the table.
struct Writing {
    db: Db,
    scope: Scope,
    id: ImportId,
    version: i64,
    /// The last staging number given out.
    seq: i64,
    pending: Vec<Pending>,
    outdated: Vec<(i64, String)>,
}

impl Writing {
    async fn write(mut self, mut pace: Pace) -> Result<Pace, Halt> {
        let rows: Vec<NewRow> = std::mem::take(&mut self.pending)
            .into_iter()
            .map(|mut p| {
                p.row.draft = p.draft.as_ref().map(Draft::to_staging);
                p.row.notes = p.said.to_text();
                p.row
            })
            .collect();
        let mut rest = rows.as_slice();
        let mut old = self.outdated.as_slice();
        // As when applying: nobody waits long for the writer.
        while !rest.is_empty() || !old.is_empty() {
            let (piece, more) = rest.split_at(pace.rows().min(rest.len()));
            let (outdated, later) = old.split_at(pace.rows().min(old.len()));
            let done = piece.last().map_or(self.seq, |row| row.seq);
            let (id, version) = (self.id, self.version);
            let (ours, begun) = transact!(self.db, &self.scope, |tx| {
                let begun = Instant::now();
                let ours = store::staged(tx, id, version, done).await?;
                if ours {
                    store::stage(tx, id, piece.to_vec()).await?;
                    for (seq, said) in outdated {
                        store::replaced(tx, id, *seq, said).await?;
                    }
                }
                Ok((ours, begun))
            })?;
            if !ours {
                return Err(Halt::Abandoned);
            }
            pace.learn(piece.len() + outdated.len(), begun.elapsed());
            (rest, old) = (more, later);
        }
        Ok(pace)
    }
}

impl Pending {
    fn settle(&mut self, judged: Judged) {
        self.row.verdict = judged.verdict;
        let outlook = judged.outlook;
        self.row.late = judged.verdict == RowVerdict::New && outlook.late && outlook.plans.is_empty();
        self.row.alike = judged.found.alike;
        let days: Vec<String> = outlook.plans.iter().map(StoreDate::to_string).collect();
        let early = outlook.early && judged.verdict == RowVerdict::New;
        self.row.plans = match days.is_empty() {
            true if early => EARLY.into(),
            true if outlook.held => "-".into(),
            true | false => days.join(","),
        };
        self.row.event_on = self.draft.as_ref().and_then(Draft::event_date);
        self.row.subject = judged.found.subject;
        self.row.seen_version = judged.found.seen_version;
        self.said.cancelled = judged.cancelled;
        self.said.fields = judged.found.fields.iter().map(|f| (*f).to_owned()).collect();
        self.said.how = Some(judged.found.customer.how);
        self.said.found = judged.found.notes;
    }
}

/// Cells that were written otherwise than they were read.
fn mended(row: &SheetRow, layout: &Layout, draft: &Draft) -> Vec<Field> {
    let said =
        |field: Field| layout.column(field).and_then(|c| row.cells.get(c.index)).map(text_of).unwrap_or_default();
    let (phones, car) = match draft {
        Draft::RepairOrder(d) => (d.visitor.as_ref().map_or(&d.owner.phones, |v| &v.phones), Some(&d.car)),
        Draft::Delivery(d) => (&d.owner.phones, Some(&d.car)),
        Draft::Customer(d) => (&d.owner.phones, d.car.as_ref()),
    };
    let mut mended = Vec::new();
    let mut look = |field: Field, read: Option<&str>| {
        let said = said(field);
        if read.is_some_and(|read| !said.trim().is_empty() && said.trim() != read) {
            mended.push(field);
        }
    };
    look(Field::Phone, phones.first().map(|p| p.expose()));
    look(Field::Plate, car.and_then(|c| c.plate.as_ref()).map(|p| p.as_str()));
    look(Field::Vin, car.and_then(|c| c.vin.as_ref()).map(|v| v.expose()));
    mended
}
