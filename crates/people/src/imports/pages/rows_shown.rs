//! A staged row as a line of the table.

use platform::http::Ui;

use super::words;
use crate::imports::draft::{CarDraft, Draft};
use crate::imports::field::{Field, Kind};
use crate::imports::note::masked;
use crate::imports::plan::Plan;
use crate::imports::raw;
use crate::imports::said::RowSaid;
use crate::imports::state::{RowState, RowVerdict};
use crate::imports::store::StagedRow;
use crate::imports::value::seen;
use crate::intake::How;

pub(super) struct Cell {
    pub text: String,
    /// `bad`, `fix` (written otherwise than read), `n`.
    pub class: &'static str,
}

pub(super) struct Pill {
    pub class: &'static str,
    pub text: String,
}

pub(super) struct Line {
    pub row: u32,
    /// Empty for skipped lines.
    pub cells: Vec<Cell>,
    /// What a skipped line says.
    pub skipped: Option<String>,
    pub pills: Vec<Pill>,
    /// More that should be known about the row.
    pub notes: Vec<String>,
}

/// The columns shown of a kind.
pub(super) fn columns(kind: Kind) -> &'static [Field] {
    use Field::*;
    match kind {
        Kind::RepairOrders => &[Number, SettledAt, Owner, Phone, Plate, Vin, Mileage],
        Kind::Deliveries => &[DeliveredOn, Owner, Phone, Vin, Series, Consultant, Price],
        Kind::Customers => &[Code, Owner, Phone, Plate, Vin, Birthday, Region],
    }
}

pub(super) fn is_number(field: Field) -> bool {
    matches!(field, Field::Mileage | Field::Price)
}

pub(super) fn line(ui: &Ui, plan: &Plan, fields: &[Field], row: &StagedRow) -> Line {
    let said = RowSaid::read(&row.notes);
    let skipped = (row.verdict == RowVerdict::Skipped).then(|| {
        let texts: Vec<String> = raw::read(&row.raw).iter().map(|cell| seen(cell, None)).collect();
        texts.join(" ")
    });
    let draft = row.draft.as_deref().and_then(Draft::from_staging);
    let cells = match (&skipped, &draft) {
        (Some(_), _) => Vec::new(),
        (None, Some(draft)) => fields.iter().map(|field| of_draft(ui, draft, *field, &said)).collect(),
        (None, None) => of_raw(plan, fields, row, &said),
    };
    let mut notes: Vec<String> = said.notes.iter().map(|n| words::note(ui, n)).collect();
    notes.extend(said.faults.iter().enumerate().map(|(i, f)| words::expected(ui, f, i == 0)));
    Line { row: row.row_no, cells, skipped, pills: pills(ui, row, draft.as_ref(), &said), notes }
}

fn of_draft(ui: &Ui, draft: &Draft, field: Field, said: &RowSaid) -> Cell {
    let text = match draft {
        Draft::RepairOrder(d) => match field {
            Field::Number => d.number.clone(),
            Field::SettledAt => d.settled_at.or(d.opened_at).map(|at| at.to_string()),
            Field::Owner => Some(d.owner.name.expose().to_owned()),
            Field::Phone => {
                let visitor = d.visitor.as_ref().and_then(|v| v.phones.first());
                visitor.or(d.owner.phones.first()).map(|p| p.to_string())
            }
            Field::Mileage => d.mileage_km.map(|km| ui.int(km)),
            other => of_car(&d.car, other),
        },
        Draft::Delivery(d) => match field {
            Field::DeliveredOn => Some(d.delivered_on.to_string()),
            Field::Owner => Some(d.owner.name.expose().to_owned()),
            Field::Phone => d.owner.phones.first().map(|p| p.to_string()),
            Field::Consultant => d.consultant.clone(),
            Field::Price => d.price.map(|fen| fen.to_string()),
            other => of_car(&d.car, other),
        },
        Draft::Customer(d) => match field {
            Field::Code => d.code.clone(),
            Field::Owner => Some(d.owner.name.expose().to_owned()),
            Field::Phone => d.owner.phones.first().map(|p| p.to_string()),
            Field::Birthday => d.birthday.map(|b| match b.lunar {
                true => ui.k("import-lunar").s("day", b.date).to_string(),
                false => b.date.to_string(),
            }),
            Field::Region => d.region.clone(),
            other => d.car.as_ref().and_then(|car| of_car(car, other)),
        },
    };
    let class = if is_number(field) {
        "n"
    } else if said.mended.contains(&field) {
        "fix"
    } else {
        ""
    };
    Cell { text: text.filter(|t| !t.is_empty()).unwrap_or_else(|| "--".into()), class }
}

fn of_car(car: &CarDraft, field: Field) -> Option<String> {
    if field == Field::Plate {
        car.plate.as_ref().map(|p| p.to_string())
    } else if field == Field::Vin {
        car.vin.as_ref().map(|v| v.to_string())
    } else if field == Field::Series {
        car.series.clone()
    } else {
        None
    }
}

/// As the cells say it, phones and VINs masked.
fn of_raw(plan: &Plan, fields: &[Field], row: &StagedRow, said: &RowSaid) -> Vec<Cell> {
    let cells = raw::read(&row.raw);
    let Some(layout) = plan.sheet(&row.sheet).and_then(|s| s.layout.as_ref()) else { return Vec::new() };
    let cell = |field: &Field| {
        let text = raw::said(&cells, layout, *field);
        let text = masked(*field, text);
        let wrong = |f: &Field| f == field || (f.is_phone() && *field == Field::Phone);
        let class = if said.faults.iter().any(|f| wrong(&f.field)) { "bad" } else { "" };
        Cell { text: if text.trim().is_empty() { "--".into() } else { text }, class }
    };
    fields.iter().map(cell).collect()
}

fn pills(ui: &Ui, row: &StagedRow, draft: Option<&Draft>, said: &RowSaid) -> Vec<Pill> {
    let mut pills = vec![verdict(ui, row, draft, said)];
    let pill = |class, text: String| Pill { class, text };
    pills.extend(said.found.iter().map(|note| pill("info", words::found(ui, note))));
    match row.state {
        RowState::Staged | RowState::Applied => {}
        RowState::Moved => {
            let (was, is) = said.moved.clone().unwrap_or_default();
            let text = ui.k("import-moved").s("was", ui.v("import-verdict", was)).s("is", ui.v("import-verdict", is));
            pills.push(pill("warn", text.to_string()));
        }
        RowState::Undone => pills.push(pill("", ui.t("import-row-undone").into_owned())),
        RowState::Kept => pills.push(pill("warn", words::kept(ui, &said.kept))),
    }
    pills
}

fn verdict(ui: &Ui, row: &StagedRow, draft: Option<&Draft>, said: &RowSaid) -> Pill {
    let pill = |class, text: String| Pill { class, text };
    match row.verdict {
        RowVerdict::Rejected => {
            let first = said.faults.first().map(|f| words::fault(ui, f)).unwrap_or_default();
            pill("bad", first)
        }
        RowVerdict::Skipped => match (&said.left_out, said.skip) {
            (Some(code), _) => pill("", ui.k("import-left-out").s("code", code).to_string()),
            (None, _) => pill("", ui.t("import-skipped").into_owned()),
        },
        RowVerdict::Same => {
            let text = if let Some(of) = said.same_as {
                ui.k("import-same-as").n("row", of).to_string()
            } else if let Some(later) = said.replaced_by {
                ui.k("import-replaced-by").n("row", later).to_string()
            } else if said.cancelled {
                ui.t("import-void-unknown").into_owned()
            } else {
                ui.t("import-verdict-same").into_owned()
            };
            pill("", text)
        }
        RowVerdict::Changed if said.cancelled => pill("warn", ui.t("import-void").into_owned()),
        RowVerdict::Changed => pill("info", ui.k("import-changed").s("columns", words::columns(ui, said)).to_string()),
        RowVerdict::New if row.late => pill("", ui.t("import-late").into_owned()),
        RowVerdict::New => {
            let kind = draft.map_or(Kind::RepairOrders, Draft::kind).code();
            let who = if said.how == Some(How::New) { "new" } else { "known" };
            pill("ok", ui.t(&format!("import-new-{kind}-{who}")).into_owned())
        }
    }
}
