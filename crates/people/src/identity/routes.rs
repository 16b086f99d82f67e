//! Which page stands where, and what it needs.

use kernel::Cap;
use platform::http::{NavItem, Need, Routes};

use super::pages::{account, calendar, link, people, person, roles, sign_in, stores};

const PEOPLE: Need = Need::AnyOf(&[Cap::PeopleManage, Cap::AdminManage]);

pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Need::Public, sign_in::show)
        .post("/sign-in", Need::Public, sign_in::create)
        .post("/language", Need::Public, sign_in::language)
        .post("/sign-out", Need::SignedIn, sign_in::end)
        .get("/links/{token}", Need::Public, link::show)
        .post("/links/{token}", Need::Public, link::consume)
        .get("/me", Need::SignedIn, account::show)
        .post("/me/preferences", Need::SignedIn, account::prefer)
        .post("/me/password", Need::SignedIn, account::password)
        .post("/me/sessions/end", Need::SignedIn, account::end_all)
        .post("/me/sessions/{id}/end", Need::SignedIn, account::end_one)
        .post("/me/store", Need::SignedIn, account::store)
        .get("/people", PEOPLE, people::show)
        .post("/people", PEOPLE, people::create)
        .get("/people/new", PEOPLE, people::new)
        .get("/people/{id}", PEOPLE, person::show)
        .post("/people/{id}", PEOPLE, person::rename)
        .post("/people/{id}/roles", PEOPLE, person::assign)
        .post("/people/{id}/share", Need::Cap(Cap::QueueAssign), person::share)
        .post("/people/{id}/link", PEOPLE, person::issue_link)
        .post("/people/{id}/leave", PEOPLE, person::leave)
        .post("/people/{id}/return", PEOPLE, person::come_back)
        .get("/roles", Need::Cap(Cap::AdminManage), roles::show)
        .post("/roles", Need::Cap(Cap::AdminManage), roles::create)
        .get("/roles/new", Need::Cap(Cap::AdminManage), roles::new)
        .get("/roles/{id}", Need::Cap(Cap::AdminManage), roles::edit)
        .post("/roles/{id}", Need::Cap(Cap::AdminManage), roles::save)
        .post("/roles/{id}/shipped", Need::Cap(Cap::AdminManage), roles::restore)
        .get("/stores", Need::Cap(Cap::SettingsEdit), stores::show)
        .post("/stores", Need::Cap(Cap::SettingsEdit), stores::create)
        .get("/stores/new", Need::Cap(Cap::SettingsEdit), stores::new)
        .post("/stores/group", Need::Cap(Cap::SettingsEdit), stores::rename_group)
        .get("/stores/{id}", Need::Cap(Cap::SettingsEdit), stores::edit)
        .post("/stores/{id}", Need::Cap(Cap::SettingsEdit), stores::save)
        .post("/regions", Need::Cap(Cap::SettingsEdit), stores::add_region)
        .post("/regions/{id}", Need::Cap(Cap::SettingsEdit), stores::change_region)
        .get("/calendar", Need::Cap(Cap::RuleEdit), calendar::show)
        .post("/calendar/hours", Need::Cap(Cap::RuleEdit), calendar::hours)
        .post("/calendar/days", Need::Cap(Cap::RuleEdit), calendar::add_day)
        .post("/calendar/days/{day}/drop", Need::Cap(Cap::RuleEdit), calendar::remove_day)
}

/// Entries of the menu, under the heading `section` (a message key).
pub fn nav(section: &'static str) -> Vec<NavItem> {
    let item = |label, href, caps| NavItem { label, href, caps, section, also: &[] };
    vec![
        item("identity-people", "/people", &[Cap::PeopleManage, Cap::AdminManage][..]),
        item("identity-calendar", "/calendar", &[Cap::RuleEdit][..]),
        item("identity-roles", "/roles", &[Cap::AdminManage][..]),
        item("identity-stores", "/stores", &[Cap::SettingsEdit][..]),
    ]
}
