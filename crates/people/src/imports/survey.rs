use super::field::Field;
use super::header::Layout;
use super::skip::skip;
use super::value::text_of;
use kernel::StoreDate;
use kernel::loose::{DateOrder, DateVotes, Decision};
use platform::sheets::{Cell, SheetRow};
use std::collections::BTreeMap;

/// The first pass over a sheet: decides the day and month order of each date column.
pub struct Survey {
    layout: Layout,
    votes: BTreeMap<Field, DateVotes>,
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
        let dates = layout.columns.iter().filter_map(|column| column.field.filter(|field| field.is_date()));
        Survey {
            votes: dates.map(|field| (field, DateVotes::new(today, field == Field::Birthday))).collect(),
            last_header_row: layout.header_rows.1,
            layout: layout.clone(),
        }
    }

    /// Any row of the sheet, those of the header included.
    pub fn see(&mut self, row: &SheetRow) {
        if row.index <= self.last_header_row || skip(&self.layout, row).is_some() {
            return;
        }
        for (field, votes) in &mut self.votes {
            let cell = self.layout.column(*field).and_then(|column| row.cells.get(column.index));
            if let Some(cell @ Cell::Text(_)) = cell {
                votes.see(&text_of(cell));
            }
        }
    }

    pub fn decide(&self) -> DateOrders {
        let mut orders = DateOrders { decided: BTreeMap::new(), ask: BTreeMap::new() };
        for (field, votes) in &self.votes {
            let decision = votes.decide();
            orders.decided.insert(*field, decision.likeliest());
            if let Decision::Ambiguous { candidates } = decision {
                orders.ask.insert(*field, candidates);
            }
        }
        orders
    }
}
