use super::build::build;
use super::draft::Draft;
use super::fields::{Fields, Places};
use super::header::Layout;
use super::note::{RowFault, RowNote};
use super::skip::{Marks, Skip, skip};
use super::survey::DateOrders;
use kernel::StoreDate;
use kernel::loose::Epoch;
use platform::sheets::SheetRow;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// What became of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Title, header or group row above the data; not counted.
    Above,
    Skipped(Skip),
    Rejected(Vec<RowFault>),
    /// `replaces`: an earlier row of this file with the same key and other values; the later wins
    /// and the earlier one must be taken back.
    Accepted {
        draft: Draft,
        notes: Vec<RowNote>,
        replaces: Option<u32>,
    },
    /// Says exactly what row `of` said.
    Same {
        of: u32,
    },
}

/// The second pass: every row in its order. Keeps 24 bytes per accepted row: hashes of its key and its content.
pub struct Reader {
    layout: Layout,
    marks: Marks,
    places: Places,
    orders: DateOrders,
    today: StoreDate,
    epoch: Epoch,
    seen: HashMap<[u8; 12], (u32, [u8; 8])>,
    counts: Counts,
}

/// `read` = `accepted` + `same` + `replaced` + `rejected`; skipped lines stand beside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub read: u64,
    /// Rows that stand at the end: replaced ones are taken off.
    pub accepted: u64,
    pub same: u64,
    /// Earlier rows that a later one with the same key replaced.
    pub replaced: u64,
    pub rejected: u64,
    pub skipped: BTreeMap<Skip, u64>,
    /// Accepted rows, at their reading, with at least one note.
    pub noted: u64,
}

impl Counts {
    pub fn skipped_total(&self) -> u64 {
        self.skipped.values().sum()
    }
}

impl Reader {
    /// `epoch`: what plain numbers in date columns count from; date cells are converted already.
    pub fn new(layout: Layout, orders: DateOrders, today: StoreDate, epoch: Epoch) -> Reader {
        let (marks, places) = (Marks::new(&layout), Places::new(&layout));
        Reader { layout, marks, places, orders, today, epoch, seen: HashMap::new(), counts: Counts::default() }
    }

    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    pub fn read(&mut self, row: &SheetRow) -> Outcome {
        if row.index <= self.layout.header_rows.1 {
            return Outcome::Above;
        }
        if let Some(reason) = skip(&self.marks, row) {
            *self.counts.skipped.entry(reason).or_default() += 1;
            return Outcome::Skipped(reason);
        }
        self.counts.read += 1;
        let mut fields = Fields {
            layout: &self.layout,
            places: &self.places,
            orders: &self.orders,
            row,
            today: self.today,
            epoch: self.epoch,
            notes: Vec::new(),
            faults: Vec::new(),
        };
        let draft = build(&mut fields);
        let (mut notes, faults) = (fields.notes, fields.faults);
        let Some(draft) = draft else {
            self.counts.rejected += 1;
            return Outcome::Rejected(faults);
        };
        let (key, content) = (short_hash::<12>(&draft.key()), short_hash::<8>(&draft.to_staging()));
        let replaces = match self.seen.insert(key, (row.index, content)) {
            Some((of, before)) if before == content => {
                self.seen.insert(key, (of, before));
                self.counts.same += 1;
                return Outcome::Same { of };
            }
            Some((earlier, _)) => {
                self.counts.replaced += 1;
                notes.push(RowNote::with(self.key_field(), "row.replaces", earlier));
                Some(earlier)
            }
            None => None,
        };
        if replaces.is_none() {
            self.counts.accepted += 1;
        }
        if !notes.is_empty() {
            self.counts.noted += 1;
        }
        Outcome::Accepted { draft, notes, replaces }
    }

    fn key_field(&self) -> super::field::Field {
        match self.layout.kind {
            super::field::Kind::RepairOrders => super::field::Field::Number,
            super::field::Kind::Deliveries => super::field::Field::Vin,
            super::field::Kind::Customers => super::field::Field::Code,
        }
    }
}

fn short_hash<const N: usize>(text: &str) -> [u8; N] {
    let digest = Sha256::digest(text.as_bytes());
    let mut short = [0; N];
    short.copy_from_slice(&digest[..N]);
    short
}
