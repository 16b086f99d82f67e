//! Possible duplicates: pairs side by side.

use askama::Template;
use kernel::{Cap, CustomerId};
use platform::http::{Answer, Desk, Fields, Ui};

use crate::customers::finder::{self, Searched};
use crate::customers::merge;
use crate::customers::store::{self, Pair};

const A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "customers/pages/duplicates.html")]
struct DuplicatesPage {
    ui: Ui,
    rows: Vec<Pair>,
    /// Pairs that need not be looked at one by one.
    safe: usize,
    /// The last search through everybody.
    searched: Option<Searched>,
    asked: bool,
    /// Pairs that were found to be two people.
    apart: bool,
    /// Only pairs that are alike in this; "" for all.
    why: &'static str,
    /// The pair that has just been found to be two.
    told: Option<(CustomerId, CustomerId)>,
    /// `found_at.a.b` of the last one shown, when there are more.
    more: Option<String>,
    first: bool,
}

impl DuplicatesPage {
    fn whys(&self) -> [&'static str; 8] {
        WHYS
    }
    fn on(&self, why: &str) -> bool {
        self.why == why
    }
    /// The list with one condition changed.
    fn href(&self, show: &str, why: &str) -> String {
        let conditions = [("show", show), ("why", why)].into_iter().filter(|(_, value)| !value.is_empty());
        let all: Vec<String> = conditions.map(|(name, value)| format!("{name}={value}")).collect();
        if all.is_empty() { "/customers/duplicates".into() } else { format!("/customers/duplicates?{}", all.join("&")) }
    }
    fn show(&self) -> &'static str {
        if self.apart { "apart" } else { "" }
    }
    fn after(&self, before: &str) -> String {
        let here = self.href(self.show(), self.why);
        let sign = if here.contains('?') { '&' } else { '?' };
        format!("{here}{sign}before={before}")
    }
}

/// What pairs may be alike in, the strongest first.
const WHYS: [&str; 8] = ["phone", "vin", "plate", "name", "name-number", "name-birthday", "name-region", "hand"];

fn below(text: &str) -> Option<store::Below> {
    let mut parts = text.splitn(3, '.');
    let at = parts.next()?.parse().ok()?;
    Some((kernel::Millis(at), parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

pub async fn show(desk: Desk, sent: Fields) -> Answer {
    let from = sent.opt("before").and_then(below);
    let apart = sent.get("show") == "apart";
    let told =
        sent.opt("apart").and_then(|t| t.split_once('.')).and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let searched = finder::last(&mut desk.reads(), desk.scope().group).await?;
    let safe = match apart || !desk.scope().may(Cap::CustomerMerge) {
        true => 0,
        false => merge::safe_pairs(&mut desk.reads(), desk.scope(), merge::AT_ONCE).await?.len(),
    };
    let why = WHYS.into_iter().find(|why| *why == sent.get("why")).unwrap_or_default();
    let shown = store::Shown { apart, why: Some(why).filter(|w| !w.is_empty()) };
    let limit = i64::try_from(A_PAGE + 1).unwrap_or(51);
    let mut rows = store::pairs(&mut desk.reads(), desk.scope(), shown, from, limit).await?;
    let last = (rows.len() > A_PAGE).then(|| rows.truncate(A_PAGE)).and_then(|()| rows.last());
    let more = last.map(|p| format!("{}.{}.{}", p.found_at.0, p.a, p.b));
    desk.page(&DuplicatesPage {
        ui: desk.ui(),
        rows,
        safe,
        searched,
        asked: sent.has("asked"),
        apart,
        why,
        told,
        more,
        first: from.is_none(),
    })
}

/// Looks through everybody now instead of by night.
pub async fn search(desk: Desk) -> Answer {
    finder::ask(desk.db(), desk.scope()).await?;
    desk.see_other("/customers/duplicates?asked")
}

/// Merges the pairs that need not be looked at one by one.
pub async fn merge_safe(desk: Desk) -> Answer {
    let report = merge::merge_safe(desk.db(), desk.scope()).await?;
    desk.see_other(&format!("/customers/merges?merged={}&left={}", report.merged.len(), report.left))
}
