//! The pages of imports: bring a file, look at it, decide.

mod decide;
mod files;
mod list;
mod questions;
mod rows;
mod rows_shown;
mod sheets;
mod show;
mod upload;
mod words;

pub(super) use upload::{clean_name, stored_name};

use kernel::Cap;
use platform::http::{NavItem, Need, Routes};

const NEED: Need = Need::Cap(Cap::ImportRun);

/// Largest upload that the router lets through; the configured bound is kept while the file streams in.
const ROUTER_BOUND: usize = 1 << 40;

pub fn routes() -> Routes {
    Routes::new().post("/imports", NEED, upload::create).body_limit(ROUTER_BOUND).merge(
        Routes::new()
            .get("/imports", NEED, list::show)
            .get("/imports/templates/{kind}", NEED, files::template)
            .get("/imports/{id}", NEED, show::show)
            .get("/imports/{id}/status", NEED, show::status)
            .get("/imports/{id}/rows", NEED, rows::show)
            .get("/imports/{id}/rejected", NEED, files::rejected)
            .post("/imports/{id}/mapping", NEED, decide::correct)
            .post("/imports/{id}/forgetting", NEED, decide::forget)
            .post("/imports/{id}/application", NEED, decide::confirm)
            .post("/imports/{id}/cancellation", NEED, decide::cancel)
            .post("/imports/{id}/reversal", NEED, decide::undo)
            .post("/imports/{id}/retry", NEED, decide::retry),
    )
}

/// Entry of the menu, under the heading `section` (a message key).
pub fn nav(section: &'static str) -> Vec<NavItem> {
    vec![NavItem { label: "import-nav", href: "/imports", caps: &[Cap::ImportRun], section, also: &[] }]
}
