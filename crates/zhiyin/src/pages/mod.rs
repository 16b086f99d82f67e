//! Pages that belong to no capability.

use askama::Template;
use contact::cases;
use contact::followup::queue::{self, Filter, View};
use kernel::{Cap, Millis, Problem, Reach};
use platform::http::{Answer, Desk, Ui};
use platform::{notices, transact};

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    ui: Ui,
}

/// GET /offline: what the service worker keeps for when the server is away.
/// # Errors
/// When it cannot be rendered.
pub async fn offline(desk: Desk) -> Answer {
    // Kept in the browser, so it must name nobody.
    let guest = Desk::new(desk.app().clone(), desk.ctx().clone(), None);
    guest.page(&OfflinePage { ui: guest.ui() })
}

#[derive(Template)]
#[template(path = "pages/drafts.html")]
struct DraftsPage {
    ui: Ui,
}

/// GET /drafts: calls that this browser keeps, with why they were not taken and what to do. The server knows none of
/// them: the list is made by the page.
/// # Errors
/// As the template answers.
pub async fn drafts(desk: Desk) -> Answer {
    desk.page(&DraftsPage { ui: desk.ui() })
}

/// GET /counts: how much waits behind the entries of the menu, by address.
/// # Errors
/// As the database answers.
pub async fn counts(desk: Desk) -> Answer {
    let scope = desk.scope();
    let (mut q, now) = (desk.reads(), desk.now());
    let mut counts = serde_json::Map::new();
    if scope.store.is_some() {
        let own = scope.reach(Cap::CallWork) == Some(Reach::Own);
        let view = match (own, scope.may(Cap::QueueSee)) {
            (true, _) => Some(View::Mine),
            (false, true) => Some(View::All),
            (false, false) => None,
        };
        if let Some(view) = view {
            let found = queue::counts(&mut q, scope, &Filter { view, ..Filter::default() }, now).await?;
            counts.insert("/queue".into(), found.today.into());
        }
        if scope.may(Cap::CaseRead) {
            counts.insert("/cases".into(), cases::heaps(&mut q, scope, now).await?.open.into());
        }
    }
    desk.json(&counts)
}

/// One notification, worded.
struct Line {
    at: Millis,
    text: String,
    href: Option<String>,
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
    let ui = desk.ui();
    let list = notices::of(&mut desk.reads(), user).await?;
    if list.iter().any(|n| n.read_at.is_none()) {
        match transact!(desk.db(), desk.scope(), |tx| { notices::mark_read(tx, user).await }) {
            // On a full disk they can still be read; they only stay new.
            Ok(()) | Err(Problem::ReadOnly) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let lines = list
        .into_iter()
        .map(|n| {
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
            let href = match n.kind.as_str() {
                "booking" => Some("/bookings".to_owned()),
                "praise" => Some("/".to_owned()),
                kind => kind.starts_with("case").then(|| format!("/cases/{}", n.subject)),
            };
            Line { at: n.at, text: text.to_string(), href, fresh: n.read_at.is_none() }
        })
        .collect();
    desk.page(&NoticesPage { ui, lines })
}
