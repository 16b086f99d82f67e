//! Two files side by side, made into one; what became of it, and back.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Path;
use futures_util::future::BoxFuture;
use kernel::{CustomerId, MergeId, Result, UserId};
use platform::http::{Answer, Desk, Fields, Ui};

use crate::customers::merge::{self, Choice, FIELDS, MergeLine, Side, Stay};
use crate::customers::store::{self, CustomerRow};
use crate::customers::{Twin, model::CustomerFile, watch};
use crate::identity;
use crate::intake::text::Columns as _;
use crate::search::{self, Hit};
use crate::timeline::{Line, Teller, Told};

const A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "customers/pages/merge_with.html")]
struct WithPage {
    ui: Ui,
    file: CustomerFile,
    twins: Vec<Twin>,
    asked: bool,
    hits: Vec<Hit>,
}

/// One field of both files.
struct Row {
    field: &'static str,
    kept: Option<String>,
    gone: Option<String>,
}

impl Row {
    /// Somebody has to choose.
    fn differs(&self) -> bool {
        self.kept.is_some() && self.gone.is_some() && self.kept != self.gone
    }
    /// Filled from the file that goes.
    fn filled(&self) -> bool {
        self.kept.is_none() && self.gone.is_some()
    }
}

#[derive(Template)]
#[template(path = "customers/pages/merge.html")]
struct MergePage {
    ui: Ui,
    kept: Side,
    gone: Side,
    rows: Vec<Row>,
    /// Parts with the numbers of both.
    hangs: Vec<(String, i64, i64)>,
    /// They were said to be two people.
    apart: bool,
}

#[derive(Template)]
#[template(path = "customers/pages/merged.html")]
struct MergedPage {
    ui: Ui,
    merge: MergeLine,
    by: Option<String>,
    parted_by: Option<String>,
    moved: Vec<(String, usize)>,
    /// Part, why, how many.
    stays: Vec<(String, String, usize)>,
    done: bool,
}

#[derive(Template)]
#[template(path = "customers/pages/merges.html")]
struct MergesPage {
    ui: Ui,
    /// With the name of who did it.
    rows: Vec<(MergeLine, Option<String>)>,
    more: Option<MergeId>,
    first: bool,
    /// Just merged in one go, and those that were left.
    told: Option<(i64, i64)>,
}

/// Somebody whom nobody named is called so.
fn named(ui: &Ui, name: &str) -> String {
    if name.is_empty() { ui.t("customer-nameless").into_owned() } else { name.to_owned() }
}

impl MergedPage {
    fn named(&self, name: &str) -> String {
        named(&self.ui, name)
    }
}

impl MergesPage {
    fn named(&self, name: &str) -> String {
        named(&self.ui, name)
    }
}

/// Whom to merge with: suggestions, and a search whose words travel in the body.
pub async fn with(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let (scope, mut q) = (desk.scope(), desk.reads());
    let file = store::file(&mut q, scope, id).await?;
    let twins = store::twins(&mut q, scope, id).await?;
    let asked = sent.get("q").trim();
    watch::searched(desk.db(), scope, asked).await?;
    let mut hits = if asked.is_empty() { Vec::new() } else { search::find(&mut q, scope, asked, 20).await? };
    hits.retain(|h| h.customer != id);
    desk.page(&WithPage { ui: desk.ui(), file, twins, asked: !asked.is_empty(), hits })
}

pub async fn show(desk: Desk, Path((kept, gone)): Path<(CustomerId, CustomerId)>) -> Answer {
    let ui = desk.ui();
    let sides = merge::sides(&mut desk.reads(), desk.scope(), kept, gone).await?;
    let apart = sides.apart;
    let hangs = side_by_side(&sides.kept.hangs, &sides.gone.hangs);
    let rows = FIELDS
        .iter()
        .map(|field| Row { field, kept: said(&ui, &sides.kept.file, field), gone: said(&ui, &sides.gone.file, field) })
        .filter(|row| row.kept.is_some() || row.gone.is_some())
        .collect();
    desk.page(&MergePage { ui, kept: sides.kept, gone: sides.gone, rows, hangs, apart })
}

fn side_by_side(kept: &[(String, i64)], gone: &[(String, i64)]) -> Vec<(String, i64, i64)> {
    let theirs: HashMap<&str, i64> = gone.iter().map(|(part, n)| (part.as_str(), *n)).collect();
    let both = kept.iter().map(|(part, n)| (part.clone(), *n, theirs.get(part.as_str()).copied().unwrap_or(0)));
    both.filter(|(_, a, b)| a + b > 0).collect()
}

/// A value in the reader's words; `None` where the file says nothing.
fn said(ui: &Ui, row: &CustomerRow, field: &str) -> Option<String> {
    let value = row.column(field).flatten().filter(|v| !v.is_empty())?;
    Some(match field {
        "kind" => ui.v("customer-kind", value).into_owned(),
        "gender" => ui.v("gender", value).into_owned(),
        "birthday" => {
            let calendar = row.birthday_kind.map(|k| ui.v("birthday-kind", k).into_owned());
            [calendar, Some(value)].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        _ => value,
    })
}

pub async fn create(desk: Desk, Path((kept, gone)): Path<(CustomerId, CustomerId)>, sent: Fields) -> Answer {
    let changed = || kernel::Problem::Conflict("customer-changed");
    let choice = Choice {
        kept_version: sent.parsed("kept_version").ok_or_else(changed)?,
        gone_version: sent.parsed("gone_version").ok_or_else(changed)?,
        from_gone: FIELDS.iter().filter(|f| sent.get(f) == "gone").map(|f| (*f).to_owned()).collect(),
        both_notes: sent.get("note") == "both",
    };
    let id = merge::merge(desk.db(), desk.scope(), kept, gone, &choice).await?;
    desk.see_other(&format!("/customers/merges/{id}?done"))
}

pub async fn merged(desk: Desk, Path(id): Path<MergeId>, sent: Fields) -> Answer {
    let mut q = desk.reads();
    let merge = merge::found(&mut q, desk.scope(), id).await?;
    let moved = merge::moved(&mut q, desk.scope().group, id).await?;
    let stays = counted(merge.stayed.as_deref());
    let ids: Vec<_> = [merge.actor, merge.undone_by].into_iter().flatten().collect();
    let names = identity::user_names(&mut q, desk.scope().group, &ids).await?;
    let name = |id: Option<UserId>| id.and_then(|id| names.get(&id).cloned());
    let (by, parted_by) = (name(merge.actor), name(merge.undone_by));
    desk.page(&MergedPage { ui: desk.ui(), merge, by, parted_by, moved, stays, done: sent.has("done") })
}

fn counted(stayed: Option<&str>) -> Vec<(String, String, usize)> {
    let all: Vec<Stay> = stayed.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut counts: Vec<(String, String, usize)> = Vec::new();
    for stay in all {
        match counts.iter_mut().find(|(part, why, _)| *part == stay.part && *why == stay.why) {
            Some((.., n)) => *n += 1,
            None => counts.push((stay.part, stay.why, 1)),
        }
    }
    counts
}

pub async fn part(desk: Desk, Path(id): Path<MergeId>) -> Answer {
    merge::part(desk.db(), desk.scope(), id).await?;
    desk.see_other(&format!("/customers/merges/{id}"))
}

pub async fn list(desk: Desk, sent: Fields) -> Answer {
    let before = sent.parsed::<MergeId>("before");
    let (mut q, limit) = (desk.reads(), i64::try_from(A_PAGE + 1).unwrap_or(51));
    let mut rows = merge::merges(&mut q, desk.scope(), before, limit).await?;
    let more = (rows.len() > A_PAGE).then(|| rows.truncate(A_PAGE)).and_then(|()| rows.last()).map(|m| m.id);
    let ids: Vec<_> = rows.iter().filter_map(|m| m.actor).collect();
    let names = identity::user_names(&mut q, desk.scope().group, &ids).await?;
    let named = |m: MergeLine| {
        let name = m.actor.and_then(|id| names.get(&id).cloned());
        (m, name)
    };
    let rows = rows.into_iter().map(named).collect();
    let told = sent.parsed("merged").map(|n| (n, sent.parsed("left").unwrap_or(0)));
    desk.page(&MergesPage { ui: desk.ui(), rows, more, first: before.is_none(), told })
}

/// Where the answer to "two people?" leads back to: the list it was given from.
const LIST: &str = "/customers/duplicates";

pub async fn apart(desk: Desk, Path((a, b)): Path<(CustomerId, CustomerId)>) -> Answer {
    merge::set_apart(desk.db(), desk.scope(), a, b).await?;
    desk.see_other(&format!("{LIST}?apart={a}.{b}"))
}

pub async fn again(desk: Desk, Path((a, b)): Path<(CustomerId, CustomerId)>) -> Answer {
    merge::suggest_again(desk.db(), desk.scope(), a, b).await?;
    desk.see_other(LIST)
}

platform::inventory::submit! { Teller { kinds: &["merged", "merge_parted"], tell: lines } }

fn lines(desk: Desk, lines: Vec<Line>) -> BoxFuture<'static, Result<HashMap<i64, Told>>> {
    Box::pin(async move {
        let ui = desk.ui();
        let may = ui.may("customer.merge");
        let told = |l: &Line| Told {
            title: ui.t(if l.kind == "merged" { "timeline-merged" } else { "timeline-merge-parted" }).into_owned(),
            href: may.then(|| format!("/customers/merges/{}", l.subject)),
            ..Told::default()
        };
        Ok(lines.iter().map(|l| (l.id, told(l))).collect())
    })
}
