use super::field::Field;
use super::header::Layout;
use super::skip::{Marks, skip};
use kernel::StoreDate;
use kernel::loose::{DateOrder, DateVotes, Decision};
use platform::sheets::{Cell, SheetRow};
use std::collections::BTreeMap;

/// The first pass over a sheet: decides the day and month order of each date column.
pub struct Survey {
    marks: Marks,
    /// Field, position in the row, evidence.
    votes: Vec<(Field, usize, DateVotes)>,
    last_header_row: u32,
}

/// The order per date column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateOrders {
    pub decided: BTreeMap<Field, DateOrder>,
    /// Columns to ask about in the preview, with every order that reads all their values; `decided`
    /// holds the likeliest meanwhile.
    pub ask: BTreeMap<Field, Vec<DateOrder>>,
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
    }

    pub fn decide(&self) -> DateOrders {
        let mut orders = DateOrders { decided: BTreeMap::new(), ask: BTreeMap::new() };
        for (field, _, votes) in &self.votes {
            let decision = votes.decide();
            orders.decided.insert(*field, decision.likeliest());
            if let Decision::Ambiguous { candidates } = decision {
                orders.ask.insert(*field, candidates);
            }
        }
        orders
    }
}
