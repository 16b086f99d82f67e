//! The first pass over a file: which sheets, which header, which columns, which order of day and month, which stores.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kernel::loose::DateOrder;
use kernel::{GroupId, Problem, Result, StoreDate, StoreId};
use platform::db::{Reads, Sql};
use platform::sheets::{Block, ChildReader, Event, SheetFault, SheetRow, Summary};

use super::field::{Field, Kind};
use super::header::{LOOK_AT, Layout, NoHeader};
use super::plan::{Choices, HeadRow, Heads, Plan, SheetPlan};
use super::store::{self, LayoutRow};
use super::survey::{DateOrders, Survey};
use crate::identity;

/// Why a file was not read to its end.
#[derive(Debug)]
pub(super) enum Halt {
    Sheet(SheetFault),
    /// A later reading has begun.
    Abandoned,
    Problem(Problem),
}

impl From<SheetFault> for Halt {
    fn from(fault: SheetFault) -> Halt {
        Halt::Sheet(fault)
    }
}
impl From<Problem> for Halt {
    fn from(problem: Problem) -> Halt {
        Halt::Problem(problem)
    }
}

pub(super) struct Look<'a> {
    pub reads: Reads,
    pub group: GroupId,
    pub choices: &'a Choices,
    pub today: StoreDate,
    /// Filled on the way.
    pub heads: Heads,
}

struct Current {
    plan: SheetPlan,
    head: Vec<SheetRow>,
    survey: Option<Survey>,
    /// Orders that were chosen last time.
    dates: BTreeMap<Field, DateOrder>,
}

impl Look<'_> {
    /// `tell`: bytes read, bytes to read.
    pub async fn at(&mut self, exe: &Path, path: &Path, mut tell: impl FnMut(u64, u64)) -> Result<Plan, Halt> {
        let mut reader = ChildReader::start(exe, path)?;
        let mut sheets: Vec<SheetPlan> = Vec::new();
        let mut current: Option<Current> = None;
        let summary = loop {
            let events = match reader.next().await? {
                Block::Done(summary) => break summary,
                Block::Events(events) => events,
            };
            for event in events {
                match event {
                    Event::Progress { read, total } => tell(read / 2, total),
                    Event::Sheet { index, name, hidden, epoch1904, .. } => {
                        if let Some(done) = current.take() {
                            sheets.push(self.finish(done).await?);
                        }
                        current = Some(Current::new(index, name, hidden, epoch1904));
                    }
                    Event::Row(row) => {
                        if let Some(at) = &mut current {
                            self.see(at, row).await?;
                        }
                    }
                }
            }
        };
        if let Some(done) = current.take() {
            sheets.push(self.finish(done).await?);
        }
        Ok(self.plan(sheets, &summary).await?)
    }

    async fn see(&mut self, at: &mut Current, row: SheetRow) -> Result<()> {
        at.plan.rows += 1;
        if let Some(survey) = &mut at.survey {
            survey.see(&row);
        } else if at.head.len() < LOOK_AT {
            at.head.push(row);
            if at.head.len() == LOOK_AT {
                self.settle(at).await?;
            }
        }
        Ok(())
    }

    /// Finds the header among the first rows and puts on it what is remembered and what was chosen.
    async fn settle(&mut self, at: &mut Current) -> Result<()> {
        self.heads.0.insert(at.plan.index, HeadRow::of(&at.head));
        let Some((mut layout, known)) = self.header(at).await? else { return Ok(()) };
        if let Some(row) = known {
            if let Ok(mapping) = serde_json::from_value::<Vec<(usize, Option<Field>)>>(row.mapping) {
                layout.remap(&mapping);
                at.plan.remembered = true;
            }
            at.dates = serde_json::from_value(row.options).unwrap_or_default();
        }
        if let Some(mapping) = self.choices.mapping.get(&at.plan.index) {
            layout.remap(mapping);
        }
        let mut survey = Survey::new(&layout, self.today);
        at.head.iter().for_each(|row| survey.see(row));
        at.survey = Some(survey);
        at.plan.layout = Some(layout);
        Ok(())
    }

    /// Said now; else found, with what is remembered of it; else any row that is remembered as a header.
    async fn header(&mut self, at: &mut Current) -> Result<Option<(Layout, Option<LayoutRow>)>> {
        let hint = self.choices.kind;
        if let Some(row) = self.choices.header.get(&at.plan.index) {
            let Some(layout) = Layout::at(&at.head, *row, hint) else { return Ok(None) };
            at.plan.header = Some(*row);
            return self.remembered(at, layout).await.map(Some);
        }
        let found = match Layout::detect(&at.head, hint) {
            Ok(layout) => Some(self.remembered(at, layout).await?),
            Err(NoHeader) => None,
        };
        if found.as_ref().is_some_and(|(_, known)| known.is_some()) {
            return Ok(found);
        }
        // Chosen by hand last time, because we found none or another.
        let last = if found.is_none() { vec![0] } else { Vec::new() };
        for row in at.head.iter().map(|row| row.index).chain(last).collect::<Vec<_>>() {
            let Some(layout) = Layout::at(&at.head, row, hint) else { continue };
            if let (layout, Some(known)) = self.remembered(at, layout).await? {
                at.plan.header = Some(row);
                return Ok(Some((layout, Some(known))));
            }
        }
        Ok(found)
    }

    /// What is remembered of a layout; its kind, too, unless one was said.
    async fn remembered(&mut self, at: &Current, layout: Layout) -> Result<(Layout, Option<LayoutRow>)> {
        let known = store::layout(&mut self.reads, self.group, self.choices.home, &layout.fingerprint).await?;
        let Some(row) = known else { return Ok((layout, None)) };
        if row.kind == layout.kind.code() {
            return Ok((layout, Some(row)));
        }
        let kind = Kind::from_code(&row.kind).filter(|_| self.choices.kind.is_none());
        let again = kind.and_then(|kind| match layout.header_rows.1 {
            0 => Layout::at(&at.head, 0, Some(kind)),
            _ => Layout::detect(&at.head, Some(kind))
                .ok()
                .filter(|other| other.fingerprint == layout.fingerprint)
                .or_else(|| Layout::at(&at.head, layout.header_rows.1, Some(kind))),
        });
        match again {
            Some(other) if other.fingerprint == layout.fingerprint => Ok((other, Some(row))),
            Some(_) | None => Ok((layout, None)),
        }
    }

    async fn finish(&mut self, mut at: Current) -> Result<SheetPlan> {
        if at.survey.is_none() && at.head.len() < LOOK_AT {
            self.settle(&mut at).await?;
        }
        let Some(survey) = at.survey else { return Ok(at.plan) };
        let mut orders = survey.decide();
        for (field, order) in at.dates {
            if orders.ask.get(&field).is_some_and(|candidates| candidates.contains(&order)) {
                orders.settle(field, order);
            }
        }
        // Whoever looks at the dates may know better than we.
        for (field, order) in self.choices.dates.get(&at.plan.index).into_iter().flatten() {
            if orders.choices.get(field).is_some_and(|choices| choices.contains(order)) {
                orders.settle(*field, *order);
            }
        }
        at.plan.orders = orders;
        at.plan.codes = survey.codes().clone();
        Ok(at.plan)
    }

    async fn plan(&mut self, mut sheets: Vec<SheetPlan>, summary: &Summary) -> Result<Plan> {
        choose(&mut sheets, self.choices);
        let wanted: BTreeSet<String> =
            sheets.iter().filter(|s| s.active().is_some()).flat_map(|s| s.codes.keys().cloned()).collect();
        let codes = self.codes(wanted).await?;
        let mut stores: Vec<StoreId> = codes.values().flatten().copied().collect();
        stores.sort_unstable();
        stores.dedup();
        Ok(Plan {
            sheets,
            encoding: summary.encoding.clone(),
            unreadable: summary.replaced,
            cells_cut: summary.cells_cut,
            stores,
            codes,
        })
    }

    /// What each code means: as said now, as remembered, or by the code and name of our stores. Only stores in which
    /// the importer has the right; what stays open is asked.
    async fn codes(&mut self, wanted: BTreeSet<String>) -> Result<BTreeMap<String, Option<StoreId>>> {
        let remembered = store::store_codes(&mut self.reads, self.group).await?;
        let ours = identity::org::all_stores(&mut self.reads, self.group).await?;
        let mut codes = BTreeMap::new();
        for code in wanted {
            if let Some(None) = self.choices.codes.get(&code) {
                codes.insert(code, None);
                continue;
            }
            let said = self.choices.codes.get(&code).copied().flatten();
            let alike = || {
                let text = code.to_lowercase();
                ours.iter().find(|s| s.code.to_lowercase() == text || s.name.to_lowercase() == text).map(|s| s.id)
            };
            let meant = match code.is_empty() {
                true => said.or(self.choices.home),
                false => said.or_else(|| remembered.get(&code).copied()).or_else(alike),
            };
            if let Some(store) = meant.filter(|store| self.choices.may.contains(store)) {
                codes.insert(code, Some(store));
            }
        }
        Ok(codes)
    }
}

/// By hand; else every visible sheet whose required columns are there, else the first with a header.
fn choose(sheets: &mut [SheetPlan], choices: &Choices) {
    if let Some(chosen) = &choices.sheets {
        sheets.iter_mut().for_each(|s| s.chosen = chosen.contains(&s.index) && s.layout.is_some());
        return;
    }
    for sheet in sheets.iter_mut() {
        sheet.chosen = !sheet.hidden && sheet.layout.as_ref().is_some_and(|layout| layout.missing().is_empty());
    }
    if !sheets.iter().any(|s| s.chosen)
        && let Some(first) = sheets.iter_mut().find(|s| s.layout.is_some() && !s.hidden)
    {
        first.chosen = true;
    }
}

impl Current {
    fn new(index: u32, name: String, hidden: bool, epoch1904: bool) -> Current {
        let plan = SheetPlan {
            index,
            name,
            hidden,
            rows: 0,
            layout: None,
            chosen: false,
            remembered: false,
            header: None,
            epoch1904,
            orders: DateOrders::default(),
            codes: BTreeMap::new(),
        };
        Current { plan, head: Vec::new(), survey: None, dates: BTreeMap::new() }
    }
}

/// So that a plan can be looked up by whoever reads only.
pub(super) async fn has_imported(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<bool> {
    Ok(platform::settings::get(q, group, Some(store), FIRST).await?.is_some())
}

/// Set with a store's first import of repair orders or deliveries.
pub(super) const FIRST: &str = "import.first";
