//! The four steps of an empty store: who does each, and the way there for those who may.

use kernel::{Cap, Result, Scope};
use people::identity::{self, Doers};
use platform::db::Reads;
use platform::http::Ui;

use crate::followup::board as days;

pub struct Step {
    pub key: &'static str,
    pub done: bool,
    /// What this reader can do about it: address and words. Nobody is sent where they may not go.
    pub ways: Vec<(&'static str, &'static str)>,
    /// Who does it, where the reader may not.
    pub by: Option<String>,
    /// What came of it, where that is not what one would expect.
    pub yet: Option<&'static str>,
}

/// Where a step leads, what it takes, and what its link is called.
type Way = (Cap, &'static str, &'static str);

/// People, calendar, import, first call; nothing once the first call was made. For those who can do one of them.
pub async fn of(q: &mut Reads, scope: &Scope, ui: &Ui) -> Result<Vec<Step>> {
    let concerned =
        [Cap::PeopleManage, Cap::RuleEdit, Cap::ImportRun, Cap::SettingsEdit, Cap::AdminManage, Cap::CallWork];
    if !concerned.iter().any(|c| scope.may(*c)) {
        return Ok(Vec::new());
    }
    let begun = days::begun(q, scope).await?;
    if begun.first_call {
        return Ok(Vec::new());
    }
    let facts = identity::first_steps(q, scope).await?;
    let agent = ("/people/new?role=agent", "today-step-add-agent");
    let supervisor = ("/people/new?role=care_supervisor", "today-step-add-supervisor");
    let mut people: Vec<Way> = Vec::new();
    if facts.importers == 0 {
        people.push((Cap::AdminManage, supervisor.0, supervisor.1));
    }
    if facts.agents == 0 {
        people.push((Cap::PeopleManage, agent.0, agent.1));
    }
    if people.is_empty() {
        people.push((Cap::PeopleManage, "/people", "today-step-go"));
    }
    let import: &[Way] =
        &[(Cap::ImportRun, "/imports", "today-step-go"), (Cap::CustomerEdit, "/customers/new", "today-step-by-hand")];
    let found = [
        ("people", Cap::PeopleManage, facts.agents > 0 && facts.importers > 0, people.as_slice()),
        ("calendar", Cap::RuleEdit, facts.calendar, &[(Cap::RuleEdit, "/calendar", "today-step-go")][..]),
        ("import", Cap::ImportRun, begun.recorded, import),
        ("call", Cap::CallWork, false, &[(Cap::CallWork, "/queue", "today-step-go")][..]),
    ];
    let mut steps = Vec::new();
    for (key, cap, done, ways) in found {
        let by = if done || scope.may(cap) {
            None
        } else {
            Some(by(ui, &identity::doers(q, scope, cap).await?, scope.may(Cap::AdminManage)))
        };
        let ways = ways.iter().filter(|w| scope.may(w.0)).map(|w| (w.1, w.2)).collect();
        let yet = (key == "import" && done && !begun.planned).then_some("today-step-import-late");
        steps.push(Step { key, done, ways, by, yet });
    }
    Ok(steps)
}

/// "沈雯 does this", or what must come first.
fn by(ui: &Ui, who: &Doers, administrator: bool) -> String {
    match (who.names.is_empty(), administrator) {
        (true, true) => ui.t("today-step-by-nobody").into_owned(),
        (true, false) => ui.t("today-step-by-administrator").into_owned(),
        (false, _) => {
            let names = who.names.iter().fold(String::new(), |all, name| match all.is_empty() {
                true => name.clone(),
                false => ui.k("today-step-names").s("first", all).s("next", name.clone()).to_string(),
            });
            let key = if who.more > 0 { "today-step-by-some" } else { "today-step-by" };
            ui.k(key).s("names", names).to_string()
        }
    }
}
