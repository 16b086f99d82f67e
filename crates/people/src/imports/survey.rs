use super::field::Field;
use super::header::Layout;
use super::skip::{Marks, skip};
use super::value::text_of;
use kernel::StoreDate;
use kernel::loose::{DateOrder, DateVotes, Decision, half_width, says_nothing};
use platform::sheets::{Cell, SheetRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The first pass over a sheet: decides the day and month order of each date column.
pub struct Survey {
    marks: Marks,
    /// Field, position in the row, evidence.
    votes: Vec<(Field, usize, DateVotes)>,
    store_code: Option<usize>,
    codes: BTreeMap<String, u64>,
    last_header_row: u32,
}

const MOST_CODES: usize = 200;

/// As [`super::draft::RepairOrderDraft::store_code`] will say it.
fn code_of(cell: &Cell) -> String {
    if matches!(cell, Cell::Error(_)) {
        return String::new();
    }
    let text: String = half_width(&text_of(cell)).trim_start_matches('\'').split_whitespace().collect();
    if says_nothing(&text) || text.chars().count() > 64 { String::new() } else { text }
}

/// The order per date column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateOrders {
    pub decided: BTreeMap<Field, DateOrder>,
    /// Columns to ask about in the preview, with every order that reads all their values; `decided`
    /// holds the likeliest meanwhile.
    pub ask: BTreeMap<Field, Vec<DateOrder>>,
    /// Columns whose texts could be read otherwise, with every order that a person may choose.
    #[serde(default)]
    pub choices: BTreeMap<Field, Vec<DateOrder>>,
}

impl DateOrders {
    /// The user's answer.
    pub fn settle(&mut self, field: Field, order: DateOrder) {
        self.decided.insert(field, order);
        self.ask.remove(&field);
    }

    pub(super) fn of(&self, field: Field) -> DateOrder {
        self.decided.get(&field).copied().unwrap_or_default()
    }
}

impl Survey {
    pub fn new(layout: &Layout, today: StoreDate) -> Survey {
        let dates =
            layout.columns.iter().filter_map(|column| Some((column.field.filter(|f| f.is_date())?, column.index)));
        Survey {
            votes: dates.map(|(field, i)| (field, i, DateVotes::new(today, field == Field::Birthday))).collect(),
            store_code: layout.column(Field::StoreCode).map(|column| column.index),
            codes: BTreeMap::new(),
            last_header_row: layout.header_rows.1,
            marks: Marks::new(layout),
        }
    }

    /// Any row of the sheet, those of the header included.
    pub fn see(&mut self, row: &SheetRow) {
        if row.index <= self.last_header_row || skip(&self.marks, row).is_some() {
            return;
        }
        for (_, index, votes) in &mut self.votes {
            if let Some(Cell::Text(text)) = row.cells.get(*index) {
                votes.see(text);
            }
        }
        let code = self.store_code.and_then(|index| row.cells.get(index)).map(code_of).unwrap_or_default();
        // A column that is no store column does not fill the memory.
        if self.codes.len() < MOST_CODES || self.codes.contains_key(&code) {
            *self.codes.entry(code).or_default() += 1;
        }
    }

    /// Store codes as written, each with the rows that carry it; "" where a row, or the sheet, has none.
    pub fn codes(&self) -> &BTreeMap<String, u64> {
        &self.codes
    }

    pub fn decide(&self) -> DateOrders {
        let mut orders = DateOrders::default();
        for (field, _, votes) in &self.votes {
            let decision = votes.decide();
            let choices = votes.choices();
            if !choices.is_empty() {
                orders.choices.insert(*field, choices);
            }
            orders.decided.insert(*field, decision.likeliest());
            if let Decision::Ambiguous { candidates } = decision {
                orders.ask.insert(*field, candidates);
            }
        }
        orders
    }
}
