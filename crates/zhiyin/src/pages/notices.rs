//! What somebody was told: what it is about, in their words and as far as they may read it now.

use std::collections::HashMap;

use askama::Template;
use contact::cases::{self, CaseLine};
use contact::followup::news::{self, News};
use kernel::{CaseId, Millis, Problem, Result, Scope, StoreId, UserId};
use people::identity;
use platform::db::Sql;
use platform::http::{Answer, Desk, Ui};
use platform::notices::Notice;
use platform::transact;
use serde_json::Value;

/// One notification, worded.
struct Line {
    at: Millis,
    text: String,
    /// Kind, customer, car, the customer's words.
    about: String,
    /// Tone and words of a deadline or of how it ended.
    state: Option<(&'static str, String)>,
    href: Option<String>,
    /// It is about a store that the reader has not chosen now.
    elsewhere: Option<String>,
    fresh: bool,
}

#[derive(Template)]
#[template(path = "pages/notices.html")]
struct NoticesPage {
    ui: Ui,
    lines: Vec<Line>,
}

/// GET /notices: the latest fifty; seeing them marks them read.
/// # Errors
/// As the database answers.
pub async fn notices(desk: Desk) -> Answer {
    let user = desk.scope().user()?;
    let list = platform::notices::of(&mut desk.reads(), user).await?;
    if list.iter().any(|n| n.read_at.is_none()) {
        match transact!(desk.db(), desk.scope(), |tx| { platform::notices::mark_read(tx, user).await }) {
            // On a full disk they can still be read; they only stay new.
            Ok(()) | Err(Problem::ReadOnly) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let lines = lines(&desk, list).await?;
    desk.page(&NoticesPage { ui: desk.ui(), lines })
}

fn is_case(n: &Notice) -> bool {
    n.kind.starts_with("case")
}

/// What stands behind the notices of one store, read at once for all of them.
#[derive(Default)]
struct Behind {
    cases: HashMap<String, CaseLine>,
    wishes: HashMap<i64, News>,
    praise: HashMap<i64, News>,
}

async fn behind(q: &mut impl Sql, desk: &Desk, store: StoreId, list: &[Notice]) -> Result<Behind> {
    let scope = Scope { store: Some(store), ..desk.scope().clone() };
    let here = |wanted: fn(&Notice) -> bool| {
        let mut ids: Vec<i64> =
            list.iter().filter(|n| n.store_id == Some(store) && wanted(n)).map(|n| n.subject).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let ids: Vec<CaseId> = here(is_case).into_iter().map(CaseId::new).collect();
    Ok(Behind {
        cases: cases::news(q, &scope, &ids, desk.locale(), desk.now()).await?,
        wishes: news::wishes(q, &scope, &here(|n| n.kind == "booking")).await?,
        praise: news::praise(q, &scope, &here(|n| n.kind == "praise")).await?,
    })
}

async fn lines(desk: &Desk, list: Vec<Notice>) -> Result<Vec<Line>> {
    let (ui, mut q) = (desk.ui(), desk.reads());
    let mut stores: Vec<StoreId> = list.iter().filter_map(|n| n.store_id).collect();
    stores.sort_unstable();
    stores.dedup();
    let mut known = HashMap::new();
    for store in stores {
        known.insert(store, behind(&mut q, desk, store, &list).await?);
    }
    let watched: Vec<UserId> =
        list.iter().filter(|n| n.kind.starts_with("lookup_")).map(|n| UserId::new(n.subject)).collect();
    let people = identity::user_names(&mut q, desk.scope().group, &watched).await?;
    let nothing = Behind::default();
    let mut lines = Vec::with_capacity(list.len());
    for n in list {
        let behind = n.store_id.and_then(|s| known.get(&s)).unwrap_or(&nothing);
        let here = n.store_id.is_none() || n.store_id == desk.scope().store;
        let case = behind.cases.get(&n.subject.to_string()).filter(|_| is_case(&n));
        let who = n.kind.starts_with("lookup_").then(|| UserId::new(n.subject));
        let told = match n.kind.as_str() {
            "booking" => behind.wishes.get(&n.subject),
            "praise" => behind.praise.get(&n.subject),
            _ => None,
        };
        let (about, state) = match (case, told) {
            (Some(c), _) => (about_case(c), Some(state(&ui, c))),
            (None, Some(news)) => (about_news(news), None),
            (None, None) if who.is_some() => (who.and_then(|id| people.get(&id).cloned()).unwrap_or_default(), None),
            (None, None) => (kind_alone(&mut q, desk, &n).await?, None),
        };
        let href = match n.kind.as_str() {
            "booking" => Some("/bookings".to_owned()),
            "praise" => Some("/".to_owned()),
            _ if who.is_some() => who.map(|id| format!("/people/{id}")),
            _ => case.map(|c| format!("/cases/{}", c.id)),
        };
        let elsewhere = n.store_id.filter(|_| !here).map(|store| {
            let name = ui.stores().into_iter().find(|(id, ..)| *id == store.to_string()).map(|(_, name, _)| name);
            name.map_or_else(
                || ui.t("notice-other-store").into_owned(),
                |name| ui.k("notice-in-store").s("name", name).to_string(),
            )
        });
        lines.push(Line {
            at: n.at,
            text: title(&ui, &n),
            about,
            state,
            href: href.filter(|_| here),
            elsewhere,
            fresh: n.read_at.is_none(),
        });
    }
    Ok(lines)
}

fn title(ui: &Ui, n: &Notice) -> String {
    let mut text = ui.k(&format!("notice-{}", n.kind.replace('_', "-")));
    for (key, value) in n.args.as_object().into_iter().flatten() {
        let known = ["number", "n", "title", "name"].into_iter().find(|k| k == key);
        if let Some(known) = known {
            text = match value.as_i64() {
                Some(number) => text.n(known, number),
                None => text.s(known, value.as_str().unwrap_or_default()),
            };
        }
    }
    text.to_string()
}

fn joined<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn about_case(c: &CaseLine) -> String {
    let title = if c.title == c.kind { "" } else { &c.title };
    joined([c.kind.as_str(), title, &c.customer, &c.vehicle])
}

fn about_news(news: &News) -> String {
    joined([news.customer.as_deref().unwrap_or(""), news.vehicle.as_deref().unwrap_or(""), &news.words])
}

/// Of a case that the reader may not see (any more): what kind it was when they were told.
async fn kind_alone(q: &mut impl Sql, desk: &Desk, n: &Notice) -> Result<String> {
    let (Some(store), Some(kind)) = (n.store_id, n.args.get("kind").and_then(Value::as_str)) else {
        return Ok(String::new());
    };
    if !is_case(n) {
        return Ok(String::new());
    }
    Ok(cases::kind_word(q, desk.scope(), store, kind, desk.locale()).await?.unwrap_or_default())
}

/// By when, where something is to be done; else how it stands.
fn state(ui: &Ui, c: &CaseLine) -> (&'static str, String) {
    match (c.due, c.left) {
        (Some(due), Some(left)) if left.over => {
            ("bad", ui.k("notice-due-over").s("time", ui.day_time(&due)).to_string())
        }
        (Some(due), _) => {
            let (state, time) = (ui.v("case-state", c.state), ui.day_time(&due));
            (c.pill(), ui.k("notice-now").s("state", state).s("time", time).to_string())
        }
        (None, _) => (c.pill(), ui.v("case-state", c.state).into_owned()),
    }
}
