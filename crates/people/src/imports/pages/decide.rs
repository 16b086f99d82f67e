//! What the buttons do.

use std::collections::BTreeMap;

use axum::extract::Path;
use kernel::{FieldErrors, ImportId, Problem, Result, StoreDate};
use platform::http::{Answer, Desk, Fields};
use platform::transact;

use super::questions::order_of;
use super::sheets::letters;
use super::show;
use crate::imports::field::{Field, Kind};
use crate::imports::plan::Plan;
use crate::imports::verbs::{self, Correction};
use crate::imports::words::fields_of;

fn back(desk: &Desk, id: ImportId) -> Answer {
    desk.see_other(&format!("/imports/{id}"))
}

pub async fn correct(desk: Desk, Path(id): Path<ImportId>, sent: Fields) -> Answer {
    let batch = verbs::find(&mut desk.reads(), desk.scope(), id).await?;
    let with = match correction(&batch.mapping, &sent) {
        Ok(with) => with,
        Err(Problem::Invalid(errors)) => return show::again(&desk, id, &errors).await,
        Err(other) => return Err(other.into()),
    };
    let version = sent.parsed("version").unwrap_or(0);
    transact!(desk.db(), desk.scope(), |tx| { verbs::correct(tx, id, version, &with).await })?;
    back(&desk, id)
}

/// `kind`, `sheet` (several), `header.<sheet>` = row, `map.<sheet>.<field>` = column, `date.<sheet>.<field>` = order, `code.<code>` = store.
fn correction(plan: &Plan, sent: &Fields) -> Result<Correction> {
    let mut errors = FieldErrors::default();
    let mut with = Correction { plan_from: sent.parsed("plan_from"), ..Correction::default() };
    if sent.has("kind") {
        with.kind = Some(Kind::from_code(sent.get("kind")));
    }
    if sent.has("sheets") {
        with.sheets = Some(sent.all("sheet").filter_map(|index| index.parse().ok()).collect());
    }
    for sheet in &plan.sheets {
        let header = format!("header.{}", sheet.index);
        if sent.has(&header) {
            let said = sent.parsed::<u32>(&header);
            if said != sheet.header {
                with.header.insert(sheet.index, said);
                continue;
            }
        }
        let Some(layout) = &sheet.layout else { continue };
        let prefix = format!("map.{}.", sheet.index);
        let said: BTreeMap<&str, &str> = sent.starting(&prefix).collect();
        if said.is_empty() {
            continue;
        }
        let mut mapping: Vec<(usize, Option<Field>)> = layout.columns.iter().map(|c| (c.index, None)).collect();
        for field in fields_of(layout.kind) {
            let Some(column) = said.get(field.code()).and_then(|column| column.parse::<usize>().ok()) else { continue };
            match mapping.iter_mut().find(|(index, _)| *index == column) {
                Some((_, slot)) if slot.is_none() => *slot = Some(field),
                Some(_) => {
                    let header = layout.columns.iter().find(|c| c.index == column).map_or("", |c| c.header.as_str());
                    let header = if header.is_empty() { letters(column) } else { header.to_owned() };
                    errors.add_with(format!("{prefix}{}", field.code()), "import.column-twice", header);
                }
                None => {}
            }
        }
        // What was left as it was is not "chosen".
        if mapping != layout.mapping() {
            with.mapping.insert(sheet.index, mapping);
        }
        let prefix = format!("date.{}.", sheet.index);
        for (code, order) in sent.starting(&prefix) {
            if let (Some(field), Some(order)) = (Field::from_code(code), order_of(order))
                && (sheet.orders.ask.contains_key(&field) || sheet.orders.decided.get(&field) != Some(&order))
            {
                with.dates.entry(sheet.index).or_default().insert(field, order);
            }
        }
    }
    for (code, store) in sent.starting("code.").filter(|(_, store)| !store.is_empty()) {
        let store = store.parse().ok();
        // What was left as it was is not "chosen": it would be remembered.
        if plan.codes.get(code) != Some(&store) {
            with.codes.insert(code.to_owned(), store);
        }
    }
    errors.into_result().map(|()| with)
}

pub async fn forget(desk: Desk, Path(id): Path<ImportId>, sent: Fields) -> Answer {
    let version = sent.parsed("version").unwrap_or(0);
    transact!(desk.db(), desk.scope(), |tx| { verbs::forget(tx, id, version).await })?;
    back(&desk, id)
}

pub async fn confirm(desk: Desk, Path(id): Path<ImportId>, sent: Fields) -> Answer {
    let version = sent.parsed("version").unwrap_or(0);
    let plan_from = match sent.opt("plan_from").map(str::parse::<StoreDate>) {
        None => None,
        Some(Ok(day)) => Some(day),
        Some(Err(_)) => {
            let mut errors = FieldErrors::default();
            errors.add("plan_from", "import.plan-from");
            return show::again(&desk, id, &errors).await;
        }
    };
    transact!(desk.db(), desk.scope(), |tx| { verbs::confirm(tx, id, version, plan_from, true).await })?;
    back(&desk, id)
}

pub async fn cancel(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { verbs::cancel(tx, id).await })?;
    desk.see_other("/imports")
}

pub async fn undo(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { verbs::undo(tx, id, true).await })?;
    back(&desk, id)
}

pub async fn retry(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { verbs::retry(tx, id).await })?;
    back(&desk, id)
}
