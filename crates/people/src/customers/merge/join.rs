//! Everything of one customer goes to another.

use std::collections::HashSet;

use kernel::{Cap, CustomerId, MergeId, Problem, Result, Scope};
use platform::db::{Db, Tx};
use platform::{audit, transact};
use serde_json::{Value, json};

use super::journal::{self, Filled, Journal, LineMoved, Sighted, Span};
use super::{Choice, FIELDS, Merge, both, holders, note, pair, store};
use crate::customers::events::CustomerOptedOut;
use crate::customers::store::{self as people, CustomerRow, LineRow};
use crate::intake::text::Columns as _;
use crate::search;
use crate::vehicles::store as garage;

/// Two files become one: `gone` goes into `kept`.
/// # Errors
/// `Forbidden`; `Invalid` for one and the same; `NotFound` outside of the scope; `Conflict("customer-changed")` when one of
/// them is not as it was shown, or has gone into another file meanwhile.
pub async fn merge(db: &Db, scope: &Scope, kept: CustomerId, gone: CustomerId, choice: &Choice) -> Result<MergeId> {
    scope.need(Cap::CustomerMerge)?;
    transact!(db, scope, |tx| {
        pair(tx, scope, kept, gone).await?;
        join(tx, kept, gone, choice).await
    })
}

/// As [`merge`], in a transaction, of two whom the caller found.
/// # Errors
/// `Conflict("customer-changed")`.
async fn join(tx: &mut Tx, kept: CustomerId, gone: CustomerId, choice: &Choice) -> Result<MergeId> {
    let group = tx.scope().group;
    let held = store::hold(tx, &[kept, gone]).await?;
    let as_shown = |id, version| held.contains(&(id, version));
    if !as_shown(kept, choice.kept_version) || !as_shown(gone, choice.gone_version) {
        return Err(Problem::Conflict("customer-changed"));
    }
    let [mut file, other] = both(tx, group, kept, gone).await?;
    let merge = Merge { id: tx.new_id(), kept, gone, at: tx.now() };
    let mut journal = Journal { fields: fill(&mut file, &other, choice), ..Journal::default() };
    if !people::edit(tx, choice.kept_version, &file).await? || !store::set_gone(tx, gone, kept).await? {
        return Err(Problem::Conflict("customer-changed"));
    }
    journal.lines = lines_over(tx, &merge).await?;
    spans_over(tx, &merge, &mut journal).await?;
    journal.codes = store::codes_go(tx, gone, kept).await?;
    sights_over(tx, &merge, &mut journal).await?;
    journal.blocks = store::take_blocks(tx, gone).await?;
    store::insert_blocks(tx, kept, &journal.blocks).await?;
    pairs_over(tx, &merge, &mut journal).await?;
    journal.timeline = store::go_all(tx, store::TIMELINE, gone, kept).await?;
    journal.orders = store::go_all(tx, store::ORDERS, gone, kept).await?;
    journal.deliveries = store::go_all(tx, store::DELIVERIES, gone, kept).await?;
    for holder in holders() {
        journal.above.extend((holder.merge)(tx, &merge).await?);
    }
    if other.opted_out_at.is_some() || file.opted_out_at.is_some() {
        journal.opted_out = file.opted_out_at.is_none();
        if journal.opted_out {
            crate::customers::opt_out(tx, kept).await?;
        } else {
            // What has just come over ends, too.
            let (store, at) = (tx.scope().store, tx.now());
            tx.record(&CustomerOptedOut { customer: kept, store, at }).await?;
        }
    }
    store::add(tx, merge.id, kept, gone, &journal).await?;
    note(tx, &merge, "merged").await?;
    let before: serde_json::Map<String, Value> =
        journal.fields.iter().map(|f| (f.field.clone(), json!(f.before))).collect();
    let mut after: serde_json::Map<String, Value> =
        journal.fields.iter().map(|f| (f.field.clone(), json!(f.after))).collect();
    after.insert("merged".into(), json!(gone));
    audit::note(tx, "customer.merge", "customer", kept.raw(), &Value::Object(before), &Value::Object(after)).await?;
    audit::note(tx, "customer.merged", "customer", gone.raw(), &Value::Null, &json!({ "into": kept })).await?;
    search::forget(tx, &[gone]).await?;
    search::refresh(tx, &[kept]).await?;
    Ok(merge.id)
}

/// Puts the chosen values in; where only one of them says something, that is taken.
fn fill(file: &mut CustomerRow, other: &CustomerRow, choice: &Choice) -> Vec<Filled> {
    const LONGEST_NOTE: usize = 500;
    let mut all = Vec::new();
    let mut take = |file: &mut CustomerRow, field: &str, value: Option<String>| {
        let before = file.column(field).flatten();
        if before != value && file.set_column(field, value.as_deref()) {
            all.push(Filled { field: field.to_owned(), before, after: value });
        }
    };
    for field in FIELDS {
        let (ours, theirs) = (file.column(field).flatten(), other.column(field).flatten());
        let empty = ours.as_deref().is_none_or(str::is_empty);
        let chosen = choice.from_gone.iter().any(|f| f == field);
        if theirs.is_none() || !(empty || chosen) {
            continue;
        }
        take(file, field, theirs);
        match field {
            // The calendar belongs to the day, the order of a list to the name.
            "birthday" => take(file, "birthday_kind", other.column("birthday_kind").flatten()),
            "name" => take(file, "name_key", other.column("name_key").flatten()),
            _ => {}
        }
    }
    if let (true, Some(ours), Some(theirs)) = (choice.both_notes, &file.note.clone(), &other.note)
        && ours != theirs
    {
        let text: String = format!("{ours}\n{theirs}").chars().take(LONGEST_NOTE).collect();
        take(file, "note", Some(text));
    }
    all
}

/// Numbers come after those that are there; one that is there already ends.
async fn lines_over(tx: &mut Tx, merge: &Merge) -> Result<Vec<LineMoved>> {
    let group = tx.scope().group;
    let all = people::lines_of_many(tx, group, &[merge.kept, merge.gone]).await?;
    let (ours, theirs): (Vec<LineRow>, Vec<LineRow>) = all.into_iter().partition(|l| l.customer_id == merge.kept);
    let known: HashSet<(&str, Option<&str>)> =
        ours.iter().filter(|l| l.ended_at.is_none()).map(|l| (l.digits.as_str(), l.contact_name.as_deref())).collect();
    let last = ours.iter().map(|l| l.rank).max().unwrap_or(-1);
    let moved: Vec<LineMoved> = theirs
        .iter()
        .map(|l| {
            let same = known.contains(&(l.digits.as_str(), l.contact_name.as_deref()));
            LineMoved { id: l.id, rank: l.rank, double: same && l.ended_at.is_none() }
        })
        .collect();
    let ids: Vec<i64> = moved.iter().map(|l| l.id.raw()).collect();
    store::lines_go(tx, merge.gone, merge.kept, &ids).await?;
    for (n, line) in moved.iter().enumerate() {
        if line.double {
            people::end_line(tx, line.id).await?;
        }
        people::set_line_rank(tx, line.id, last + 1 + i64::try_from(n).unwrap_or(0)).await?;
    }
    Ok(moved)
}

/// A car that both had at one time is had once, for the whole of it.
async fn spans_over(tx: &mut Tx, merge: &Merge, journal: &mut Journal) -> Result<()> {
    let group = tx.scope().group;
    let mut ours = garage::spans_of_customer(tx, group, merge.kept).await?;
    let theirs = garage::spans_of_customer(tx, group, merge.gone).await?;
    let mut wider = Vec::new();
    for span in theirs {
        let overlaps = |o: &garage::OwnershipRow| {
            o.vehicle_id == span.vehicle_id
                && o.until_day.is_none_or(|until| span.from_day <= until)
                && span.until_day.is_none_or(|until| o.from_day <= until)
        };
        let Some(own) = ours.iter_mut().find(|o| overlaps(o)) else {
            journal.spans.push(span.id);
            continue;
        };
        if journal.widened.iter().all(|w| w.id != own.id) {
            journal.widened.push(Span::of(own));
        }
        own.from_day = own.from_day.min(span.from_day);
        own.until_day = own.until_day.zip(span.until_day).map(|(a, b)| a.max(b));
        wider.push(own.clone());
        journal.absorbed.push(Span::of(&span));
        garage::drop_ownership(tx, span.id).await?;
    }
    garage::put_ownerships(tx, &wider).await?;
    store::spans_go(tx, merge.gone, merge.kept, &journal.spans).await.map(|_| ())
}

async fn sights_over(tx: &mut Tx, merge: &Merge, journal: &mut Journal) -> Result<()> {
    let group = tx.scope().group;
    let ours: Vec<_> = store::sights_of(tx, group, merge.kept).await?.into_iter().map(|s| s.store).collect();
    journal.sights = store::sights_of(tx, group, merge.gone).await?;
    let new: Vec<Sighted> = journal.sights.iter().filter(|s| !ours.contains(&s.store)).cloned().collect();
    store::insert_sights(tx, merge.kept, &new).await?;
    people::drop_sights(tx, merge.gone).await?;
    journal.given = new.into_iter().map(|s| s.store).collect();
    Ok(())
}

/// Whoever resembled the one resembles the other.
async fn pairs_over(tx: &mut Tx, merge: &Merge, journal: &mut Journal) -> Result<()> {
    journal.pairs = store::take_pairs(tx, merge.gone).await?;
    let with = |p: &journal::Paired| {
        let third = if p.a == merge.gone { p.b } else { p.a };
        let (a, b) = (third.min(merge.kept), third.max(merge.kept));
        (third != merge.kept).then(|| journal::Paired { a, b, ..p.clone() })
    };
    let group = tx.scope().group;
    let known: HashSet<_> = store::pairs_of(tx, group, merge.kept).await?.into_iter().map(|p| (p.a, p.b)).collect();
    let new: Vec<_> = journal.pairs.iter().filter_map(with).filter(|p| !known.contains(&(p.a, p.b))).collect();
    store::insert_pairs(tx, &new).await?;
    journal.paired = new.into_iter().map(|p| (p.a, p.b)).collect();
    Ok(())
}
