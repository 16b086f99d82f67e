//! A merge taken back: what nobody touched since goes back, the rest stays and is named.

use std::collections::HashSet;

use kernel::{Cap, CustomerId, MergeId, Millis, Problem, Result, Scope};
use platform::db::{Db, Tx};
use platform::{audit, transact};
use serde_json::{Value, json};

use super::journal::{Journal, Stay, StayWhy};
use super::{Merge, found, holders, note, store};
use crate::customers::store::{self as people, LineRow};
use crate::intake::text::Columns as _;
use crate::vehicles::store as garage;
use crate::{search, timeline};

/// Parts what was merged: what is still as it went over goes back; what was worked on, changed or added since stays with
/// the kept one, and is answered.
/// # Errors
/// `Forbidden`; `NotFound` outside of the scope; `Refused("merge-parted")` when it was done already,
/// `Refused("merge-later")` while a later merge of one of them holds.
pub async fn part(db: &Db, scope: &Scope, id: MergeId) -> Result<Vec<Stay>> {
    scope.need(Cap::CustomerMerge)?;
    transact!(db, scope, |tx| {
        let line = found(tx, scope, id).await?;
        let (group, kept, gone) = (scope.group, line.kept, line.gone);
        if line.undone_at.is_some() {
            return Err(Problem::Refused("merge-parted"));
        }
        store::hold(tx, &[kept]).await?;
        for one in [kept, gone] {
            if store::later(tx, group, one, id).await? {
                return Err(Problem::Refused("merge-later"));
            }
        }
        let journal = store::journal(tx, group, id).await?;
        let merge = Merge { id, kept, gone, at: line.at };
        if !store::set_back(tx, gone, kept).await? {
            return Err(Problem::Refused("merge-parted"));
        }
        let stays = take_back(tx, &merge, &journal).await?;
        if !store::undone(tx, id, &stays).await? {
            return Err(Problem::Refused("merge-parted"));
        }
        note(tx, &merge, "merge_parted").await?;
        let after = json!({ "parted": gone, "stayed": stays.len() });
        audit::note(tx, "customer.part", "customer", kept.raw(), &Value::Null, &after).await?;
        search::refresh(tx, &[kept, gone]).await?;
        Ok(stays)
    })
}

async fn take_back(tx: &mut Tx, merge: &Merge, journal: &Journal) -> Result<Vec<Stay>> {
    let group = tx.scope().group;
    let Merge { kept, gone, .. } = *merge;
    let mut stays = fields_back(tx, merge, journal).await?;
    stays.extend(lines_back(tx, merge, journal).await?);
    stays.extend(spans_back(tx, merge, journal).await?);
    for (store_id, code) in &journal.codes {
        store::code_back(tx, kept, gone, *store_id, code).await?;
    }
    for (part, table, ids) in
        [("orders", store::ORDERS, &journal.orders), ("deliveries", store::DELIVERIES, &journal.deliveries)]
    {
        let now = store::ids_of(tx, table.ids, kept, group).await?;
        store::go(tx, table.go, kept, gone, ids).await?;
        // Somebody else's since.
        stays.extend(ids.iter().filter(|id| !now.contains(id)).map(|id| Stay::new(part, *id, StayWhy::Changed)));
        let known: HashSet<&i64> = ids.iter().collect();
        let new = now.iter().filter(|id| !known.contains(id) && born_after(**id, merge.at));
        stays.extend(new.map(|id| Stay::new(part, *id, StayWhy::New)));
    }
    let mut with_them: Vec<i64> = Vec::new();
    for holder in holders() {
        let parted = (holder.part)(tx, merge, &journal.above).await?;
        stays.extend(parted.stays);
        with_them.extend(parted.subjects);
    }
    timeline_back(tx, merge, journal, &with_them).await?;
    sights_back(tx, merge, journal).await?;
    // Of what went back: a case that stays keeps its block.
    let kept_blocks = store::take_blocks(tx, kept).await?;
    let (stay, back): (Vec<_>, Vec<_>) =
        kept_blocks.into_iter().partition(|b| with_them.contains(&b.subject) || !journal.blocks.contains(b));
    store::insert_blocks(tx, kept, &stay).await?;
    store::insert_blocks(tx, gone, &back).await?;
    store::drop_open_pairs(tx, &journal.paired).await?;
    store::insert_pairs(tx, &journal.pairs).await?;
    Ok(stays)
}

/// Ids carry the moment at which they were given.
fn born_after(id: i64, at: Millis) -> bool {
    CustomerId::new(id).born() > at
}

async fn fields_back(tx: &mut Tx, merge: &Merge, journal: &Journal) -> Result<Vec<Stay>> {
    let group = tx.scope().group;
    let Some(mut file) = people::rows(tx, group, &[merge.kept]).await?.pop() else { return Err(Problem::NotFound) };
    let mut stays = Vec::new();
    for f in &journal.fields {
        if file.column(&f.field) == Some(f.after.clone()) {
            file.set_column(&f.field, f.before.as_deref());
        } else if !matches!(f.field.as_str(), "name_key" | "birthday_kind") {
            stays.push(Stay::new("fields", merge.kept.raw(), StayWhy::Changed));
        }
    }
    let version = file.version;
    if !people::edit(tx, version, &file).await? {
        return Err(Problem::Conflict("customer-changed"));
    }
    if journal.opted_out {
        // It was said of the other. Whoever has been spoken to since may have said it, too: then it stays.
        if timeline::spoken_since(tx, group, merge.kept, merge.at).await? {
            stays.push(Stay::new("opted-out", merge.kept.raw(), StayWhy::Worked));
        } else {
            crate::customers::opt_in(tx, merge.kept).await?;
        }
    }
    Ok(stays)
}

async fn lines_back(tx: &mut Tx, merge: &Merge, journal: &Journal) -> Result<Vec<Stay>> {
    let group = tx.scope().group;
    let now = people::lines_of_many(tx, group, &[merge.kept]).await?;
    let mut stays = Vec::new();
    let mut back = Vec::new();
    for line in &journal.lines {
        let Some(row) = now.iter().find(|l| l.id == line.id) else {
            stays.push(Stay::new("phones", line.id.raw(), StayWhy::Changed));
            continue;
        };
        back.push(line.id.raw());
        people::set_line_rank(tx, line.id, line.rank).await?;
        if line.double && row.ended_at == Some(merge.at) {
            people::revive_line(tx, &LineRow { rank: line.rank, ..row.clone() }).await?;
        }
    }
    store::lines_go(tx, merge.kept, merge.gone, &back).await?;
    let known: HashSet<_> = journal.lines.iter().map(|l| l.id).collect();
    let new = now.iter().filter(|l| !known.contains(&l.id) && l.created_at > merge.at);
    stays.extend(new.map(|l| Stay::new("phones", l.id.raw(), StayWhy::New)));
    Ok(stays)
}

async fn spans_back(tx: &mut Tx, merge: &Merge, journal: &Journal) -> Result<Vec<Stay>> {
    let group = tx.scope().group;
    let now = garage::spans_of_customer(tx, group, merge.kept).await?;
    let mut stays = Vec::new();
    for id in journal.spans.iter().filter(|id| now.iter().all(|s| s.id != **id)) {
        stays.push(Stay::new("cars", *id, StayWhy::Changed));
    }
    store::spans_go(tx, merge.kept, merge.gone, &journal.spans).await?;
    for was in &journal.widened {
        let Some(is) = now.iter().find(|s| s.id == was.id) else {
            stays.push(Stay::new("cars", was.id, StayWhy::Changed));
            continue;
        };
        let mut row = was.row(group);
        // Sold since: by both.
        let merged_until = journal
            .absorbed
            .iter()
            .filter(|a| a.vehicle == was.vehicle)
            .fold(was.until, |until, a| until.zip(a.until).map(|(a, b)| a.max(b)));
        let sold = is.until_day.filter(|_| is.until_day != merged_until);
        row.until_day = sold.or(was.until);
        let theirs: Vec<_> = journal
            .absorbed
            .iter()
            .filter(|a| a.vehicle == was.vehicle)
            .map(|a| {
                let mut row = a.row(group);
                row.until_day = sold.or(a.until);
                row
            })
            .collect();
        garage::put_ownerships(tx, &[vec![row], theirs].concat()).await?;
    }
    Ok(stays)
}

/// Lines of things that stay are theirs, and so are lines that came since.
async fn timeline_back(tx: &mut Tx, merge: &Merge, journal: &Journal, with_them: &[i64]) -> Result<()> {
    if with_them.is_empty() {
        return store::go(tx, store::TIMELINE.go, merge.kept, merge.gone, &journal.timeline).await.map(|_| ());
    }
    let stay = timeline::ids_about(tx, tx.scope().group, merge.kept, with_them).await?;
    let back: Vec<i64> = journal.timeline.iter().copied().filter(|id| !stay.contains(id)).collect();
    store::go(tx, store::TIMELINE.go, merge.kept, merge.gone, &back).await.map(|_| ())
}

/// A store that has had to do with the kept one since goes on seeing them.
async fn sights_back(tx: &mut Tx, merge: &Merge, journal: &Journal) -> Result<()> {
    let group = tx.scope().group;
    store::insert_sights(tx, merge.gone, &journal.sights).await?;
    let visited = store::visited(tx, group, merge.kept).await?;
    for store_id in journal.given.iter().filter(|s| !visited.contains(s)) {
        people::drop_sight(tx, merge.kept, *store_id).await?;
    }
    Ok(())
}
