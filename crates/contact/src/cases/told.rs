//! Cases on a customer's timeline: for those who may read the case its kind, state and whose it is, with the way to
//! it; for everybody else who may see the customer no more than that something happened.

use std::collections::{HashMap, HashSet};

use futures_util::future::BoxFuture;
use kernel::{Cap, CaseId, Result, UserId};
use people::timeline::{Line, Teller, Told};
use platform::http::{Desk, Ui};
use platform::rulebook;

use super::kinds::KindBook;
use super::list::Sight;
use super::store::{self, CaseRow};
use super::{pages, ports};

platform::inventory::submit! { Teller { kinds: KINDS, tell: steps } }

const KINDS: &[&str] =
    &["case_opened", "case_contacted", "case_result", "case_reopened", "case_closed", "case_withdrawn"];

/// A page of lines in a handful of statements, however many they are. Lines come newest first.
fn steps(desk: Desk, lines: Vec<Line>) -> BoxFuture<'static, Result<HashMap<i64, Told>>> {
    Box::pin(async move {
        let (scope, ui) = (desk.scope(), desk.ui());
        if !scope.may(Cap::CaseRead) || scope.store.is_none() {
            return Ok(HashMap::new());
        }
        let mut q = desk.reads();
        let mut ids: Vec<CaseId> = lines.iter().map(|l| CaseId::new(l.subject)).collect();
        ids.sort_unstable();
        ids.dedup();
        let cases = store::some(&mut q, scope, &Sight::of(scope, Cap::CaseRead)?, &ids).await?;
        let mut people: Vec<UserId> = lines.iter().filter_map(|l| l.actor).collect();
        people.extend(cases.iter().filter_map(|c| c.owner_id));
        people.sort_unstable();
        people.dedup();
        let names = ports::user_names(&mut q, scope.group, &people).await?;
        let mut kinds = HashMap::new();
        for c in &cases {
            let book = rulebook::at_version::<KindBook>(&mut q, scope.group, c.store_id, c.kinds_version).await?;
            let label = book.body.kind(&c.kind).map_or_else(|| c.kind.clone(), |k| ui.label(&k.label));
            kinds.insert(c.id.raw(), label);
        }
        let by: HashMap<i64, &CaseRow> = cases.iter().map(|c| (c.id.raw(), c)).collect();
        // How it stands is said once, at the newest line; the others say how it came to that.
        let mut stands: HashSet<i64> = HashSet::new();
        let mut told = HashMap::new();
        for line in &lines {
            let Some(c) = by.get(&line.subject) else { continue };
            let kind = kinds.get(&line.subject).cloned().unwrap_or_default();
            let who = line.actor.and_then(|a| names.get(&a).cloned());
            let mut words = Told {
                title: ui.k(&format!("timeline-{}", line.kind.replace('_', "-"))).n("number", c.number).to_string(),
                beside: [Some(kind), who].into_iter().flatten().collect::<Vec<_>>().join(" · "),
                href: Some(format!("/cases/{}", c.id)),
                ..Told::default()
            };
            if stands.insert(line.subject) {
                words.pill = Some((pages::state_tone(c, desk.now()).into(), state_words(&ui, c)));
                let owner = c.owner_id.and_then(|o| names.get(&o));
                let owner = match owner {
                    Some(name) => ui.k("timeline-case-owner").s("name", name).to_string(),
                    None => ui.t("case-unowned").into_owned(),
                };
                let open = c.closed_at.is_none() && c.withdrawn_at.is_none();
                let owner = Some(owner).filter(|_| open || c.owner_id.is_some());
                let title = Some(c.title.clone()).filter(|t| !t.is_empty());
                words.detail = title.into_iter().chain(owner).collect::<Vec<_>>().join(" · ");
            }
            told.insert(line.id, words);
        }
        Ok(told)
    })
}

fn state_words(ui: &Ui, c: &CaseRow) -> String {
    if c.withdrawn_at.is_some() {
        return ui.t("timeline-case-is-withdrawn").into_owned();
    }
    ui.v("case-state", c.state).into_owned()
}
