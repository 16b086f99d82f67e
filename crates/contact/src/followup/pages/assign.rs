use kernel::{ContactId, Problem, UserId};
use platform::http::{Answer, Desk, Fields};
use platform::transact;

use crate::followup::distribute;

/// POST /queue/assignments: the ticked contacts go to another agent, or to nobody in particular.
pub async fn create(desk: Desk, fields: Fields) -> Answer {
    let contacts: Vec<ContactId> = fields.all("contact").filter_map(|v| v.parse().ok()).collect();
    if contacts.is_empty() {
        return Err(Problem::invalid("contact", "queue-none-ticked").into());
    }
    let agent: Option<UserId> = fields.parsed("agent");
    transact!(desk.db(), desk.scope(), |tx| { distribute::reassign(tx, &contacts, agent).await })?;
    desk.see_other("/queue?view=all")
}
