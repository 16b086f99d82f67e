//! The list below the box, and the page of results. Words travel in the body: names and numbers stay out of addresses.

use askama::Template;
use kernel::{Cap, Problem};
use platform::http::{Answer, Desk, Fields, Need, Routes, Ui};

use super::{Hit, find};
use crate::customers::watch;

#[derive(Template)]
#[template(path = "search/found.html")]
struct Found {
    ui: Ui,
    hits: Vec<Hit>,
    /// Past the limit of parts of numbers.
    refused: bool,
}

#[derive(Template)]
#[template(path = "search/results.html")]
struct ResultsPage {
    ui: Ui,
    q: String,
    asked: bool,
    hits: Vec<Hit>,
}

pub fn routes() -> Routes {
    Routes::new().get("/search", Need::Cap(Cap::CustomerRead), page).post(
        "/search",
        Need::Cap(Cap::CustomerRead),
        search,
    )
}

async fn page(desk: Desk) -> Answer {
    desk.page(&ResultsPage { ui: desk.ui(), q: String::new(), asked: false, hits: Vec::new() })
}

async fn search(desk: Desk, sent: Fields) -> Answer {
    let q = sent.get("q").to_owned();
    match watch::searched(desk.db(), desk.scope(), &q).await {
        Err(Problem::Refused(_)) if desk.is_htmx() => {
            return desk.fragment(&Found { ui: desk.ui(), hits: Vec::new(), refused: true });
        }
        counted => counted?,
    }
    if desk.is_htmx() {
        let hits = find(&mut desk.reads(), desk.scope(), &q, 8).await?;
        // Nothing asked, nothing shown.
        if q.is_empty() {
            return desk.fragment(&Nothing {});
        }
        return desk.fragment(&Found { ui: desk.ui(), hits, refused: false });
    }
    let hits = find(&mut desk.reads(), desk.scope(), &q, 50).await?;
    desk.page(&ResultsPage { ui: desk.ui(), asked: !q.is_empty(), q, hits })
}

#[derive(Template)]
#[template(source = "", ext = "html")]
struct Nothing {}
