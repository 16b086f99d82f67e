//! Which page stands where, and what it needs.

use kernel::Cap;
use platform::http::{NavItem, Need, Routes};

use super::pages::{duplicates, edit, limits, list, merge, phones, reach, reveal, show};

const READ: Need = Need::Cap(Cap::CustomerRead);
const EDIT: Need = Need::Cap(Cap::CustomerEdit);
const MERGE: Need = Need::Cap(Cap::CustomerMerge);

pub fn routes() -> Routes {
    Routes::new()
        .get("/customers", READ, list::show)
        .post("/customers", EDIT, edit::create)
        .get("/customers/new", EDIT, edit::new)
        .get("/customers/duplicates", EDIT, duplicates::show)
        .post("/customers/duplicates/search", MERGE, duplicates::search)
        .post("/customers/duplicates/safe", MERGE, duplicates::merge_safe)
        .get("/customers/limits", Need::Cap(Cap::RuleEdit), limits::show)
        .post("/customers/limits", Need::Cap(Cap::RuleEdit), limits::save)
        .get("/customers/merges", MERGE, merge::list)
        .get("/customers/merges/{merge}", MERGE, merge::merged)
        .post("/customers/merges/{merge}/part", MERGE, merge::part)
        .get("/customers/{id}/merge", MERGE, merge::with)
        .post("/customers/{id}/merge", MERGE, merge::with)
        .get("/customers/{id}/merge/{other}", MERGE, merge::show)
        .post("/customers/{id}/merge/{other}", MERGE, merge::create)
        .post("/customers/{id}/apart/{other}", MERGE, merge::apart)
        .post("/customers/{id}/apart/{other}/undo", MERGE, merge::again)
        .get("/customers/{id}", READ, show::show)
        .post("/customers/{id}", EDIT, edit::save)
        .get("/customers/{id}/edit", EDIT, edit::edit)
        .get("/customers/{id}/timeline", READ, show::more)
        .post("/customers/{id}/phones", EDIT, phones::add)
        .post("/customers/{id}/phones/{line}/first", EDIT, phones::first)
        .post("/customers/{id}/phones/{line}/end", EDIT, phones::end)
        .post("/customers/{id}/phones/{line}/reveals", Need::Cap(Cap::CustomerReveal), reveal::create)
        .post("/customers/{id}/reachability", EDIT, reach::set)
}

/// The entry of the menu, under the heading `section` (a message key).
pub fn nav(section: &'static str) -> Vec<NavItem> {
    vec![NavItem {
        label: "customers",
        href: "/customers",
        caps: &[Cap::CustomerRead],
        section,
        also: &["/search", "/vehicles", "/repair-orders", "/deliveries"],
    }]
}
