//! Pages that belong to no capability.

mod admin;
mod notices;

use askama::Template;
use contact::cases;
use contact::followup::queue::{self, Filter, View};
use kernel::{Cap, Reach};
use platform::http::{Answer, Desk, Ui};

pub use admin::today as admin_today;
pub use notices::notices;

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
