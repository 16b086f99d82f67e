//! An administrator's day: what of people, stores, calendars and jobs wants a hand. Never anything of customers.

use askama::Template;
use kernel::{Cap, Millis, Problem, Result};
use people::identity::{self, Upkeep};
use platform::http::{Desk, Ui};
use platform::jobs;

/// Failures of so many days are shown.
const DAYS: i64 = 7;

struct Item {
    tone: &'static str,
    text: String,
    how: String,
    href: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "pages/admin.html")]
struct AdminPart {
    ui: Ui,
    items: Vec<Item>,
    /// Where things are looked after: message key, address, how many there are.
    ways: Vec<(&'static str, &'static str, Option<i64>)>,
}

/// Slot `today.admin`: empty for whoever administers nothing.
/// # Errors
/// As the database answers.
pub async fn today(desk: Desk) -> Result<String> {
    let scope = desk.scope();
    if !scope.may(Cap::AdminManage) && !scope.may(Cap::SettingsEdit) {
        return Ok(String::new());
    }
    let (ui, mut q) = (desk.ui(), desk.reads());
    let today = ui.today().ok_or_else(|| Problem::internal("the reader has no today"))?;
    let found = identity::upkeep(&mut q, scope, today).await?;
    let trouble = jobs::trouble(&mut q, scope.group, desk.now().plus(-DAYS * Millis::DAY)).await?;
    let mut items = Vec::new();
    let mut add = |n: i64, tone: &'static str, key: &str, how: Option<String>, href, cap: Cap| {
        if n > 0 {
            let text = ui.k(&format!("admin-{key}")).n("n", n).to_string();
            let how = how.unwrap_or_else(|| ui.t(&format!("admin-{key}-how")).into_owned());
            items.push(Item { tone, text, how, href: Some(href).filter(|_| scope.may(cap)) });
        }
    };
    add(trouble.given_up, "bad", "jobs-failed", None, "", Cap::AdminManage);
    add(trouble.retried, "warn", "jobs-retried", None, "", Cap::AdminManage);
    add(found.stores_empty, "warn", "stores-empty", None, "/people", Cap::PeopleManage);
    add(found.unsigned, "warn", "unsigned", None, "/people", Cap::PeopleManage);
    add(found.jobless, "warn", "jobless", None, "/people", Cap::PeopleManage);
    add(found.unmanaged.0, "warn", "unmanaged", Some(departments(&ui, &found)), "/people", Cap::PeopleManage);
    add(found.uncalendared.0, "warn", "uncalendared", Some(stores(&ui, &found)), "/calendar", Cap::RuleEdit);
    if let Some(year) = found.missing_year {
        let how = ui.k("admin-year-how").s("year", year).to_string();
        add(1, "warn", "year", Some(how), "/calendar", Cap::RuleEdit);
    }
    for item in &mut items {
        item.href = item.href.filter(|href| !href.is_empty());
    }
    let ways = [
        ("identity-people", "/people", Some(found.people), Cap::PeopleManage),
        ("identity-stores", "/stores", Some(found.stores), Cap::SettingsEdit),
        ("identity-roles", "/roles", None, Cap::AdminManage),
        ("identity-calendar", "/calendar", None, Cap::RuleEdit),
        ("nav-rules", "/rules", None, Cap::RuleEdit),
        ("nav-scripts", "/scripts", None, Cap::RuleEdit),
    ];
    let ways = ways.into_iter().filter(|w| scope.may(w.3)).map(|w| (w.0, w.1, w.2)).collect();
    AdminPart { ui, items, ways }.render().map_err(Problem::internal)
}

fn stores(ui: &Ui, found: &Upkeep) -> String {
    let names = listed(ui, found.uncalendared.1.iter().cloned());
    ui.k("admin-uncalendared-how").s("names", names).to_string()
}

fn departments(ui: &Ui, found: &Upkeep) -> String {
    let each = found.unmanaged.1.iter().map(|(store, d)| format!("{store} {}", ui.v("department", d.key())));
    ui.k("admin-unmanaged-how").s("names", listed(ui, each)).to_string()
}

fn listed(ui: &Ui, names: impl Iterator<Item = String>) -> String {
    names.fold(String::new(), |all, name| match all.is_empty() {
        true => name,
        false => ui.k("today-step-names").s("first", all).s("next", name).to_string(),
    })
}
