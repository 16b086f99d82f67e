use kernel::{ContactId, Problem, UserId};
use platform::http::{Answer, Desk, Fields};
use platform::transact;

use crate::followup::distribute;

/// POST /queue/assignments: the ticked contacts, or all that match the filter, go to another agent or are shared out.
pub async fn create(desk: Desk, fields: Fields) -> Answer {
    let agent: Option<UserId> = fields.parsed("agent");
    let moved = if fields.has("matching") {
        let from = whose(&fields, "of");
        let kind = fields.opt("kind");
        transact!(desk.db(), desk.scope(), |tx| { distribute::reassign_matching(tx, from, kind, agent).await })?
    } else {
        let contacts: Vec<ContactId> =
            fields.all("contact").flat_map(|v| v.split(',')).filter_map(|v| v.parse().ok()).collect();
        if contacts.is_empty() {
            return Err(Problem::invalid("contact", "queue-none-ticked").into());
        }
        transact!(desk.db(), desk.scope(), |tx| { distribute::reassign(tx, &contacts, agent).await })?
    };
    let back = match fields.get("back") {
        "shares" => "/queue/shares?",
        _ => "/queue?view=all&",
    };
    desk.see_other(&format!("{back}moved={moved}"))
}

/// `of=nobody`, `of=<agent>`; everybody's otherwise.
pub fn whose(fields: &Fields, name: &str) -> Option<Option<UserId>> {
    match fields.get(name) {
        "nobody" => Some(None),
        _ => fields.parsed::<UserId>(name).map(Some),
    }
}
