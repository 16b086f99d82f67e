use askama::Template;
use axum::extract::Path;
use kernel::{ContactId, Problem, UserId};
use platform::http::{Answer, Desk, Failure, Fields, Ui};
use platform::transact;

use crate::followup::distribute;

/// POST /queue/assignments: the ticked contacts, or all that match the filter, go to another agent or are shared out.
pub async fn create(desk: Desk, fields: Fields) -> Answer {
    let agent: Option<UserId> = fields.parsed("agent");
    let done = if fields.has("matching") {
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
    let batch = done.batch.map(|id| format!("&batch={id}&away={}", done.away)).unwrap_or_default();
    desk.see_other(&format!("{back}moved={}{batch}", done.moved))
}

/// POST /queue/assignments/{batch}/undo: what waits where it was put goes back.
pub async fn undo(desk: Desk, Path(batch): Path<i64>, fields: Fields) -> Answer {
    let (back, left) = transact!(desk.db(), desk.scope(), |tx| { distribute::undo_reassignment(tx, batch).await })?;
    let to = if fields.get("back") == "shares" { "/queue/shares?" } else { "/queue?view=all&" };
    desk.see_other(&format!("{to}returned={back}&left={left}"))
}

/// What stands above a page after contacts were moved, or moved back.
#[derive(Template)]
#[template(path = "followup/pages/moved.html")]
pub struct Moved {
    ui: Ui,
    moved: Option<i64>,
    /// Can be taken back.
    batch: Option<i64>,
    away: i64,
    returned: Option<i64>,
    left: i64,
    /// The page to come back to: `queue` or `shares`.
    back: &'static str,
}

impl Moved {
    /// # Errors
    /// As the database answers.
    pub async fn of(desk: &Desk, fields: &Fields, back: &'static str) -> Result<Moved, Failure> {
        let mut batch = fields.parsed("batch");
        if let Some(id) = batch
            && !distribute::may_undo(&mut desk.reads(), desk.scope(), id, desk.now()).await?
        {
            batch = None;
        }
        Ok(Moved {
            ui: desk.ui(),
            moved: fields.parsed("moved"),
            batch,
            away: fields.parsed("away").unwrap_or(0),
            returned: fields.parsed("returned"),
            left: fields.parsed("left").unwrap_or(0),
            back,
        })
    }
}

/// `of=nobody`, `of=<agent>`; everybody's otherwise.
pub fn whose(fields: &Fields, name: &str) -> Option<Option<UserId>> {
    match fields.get(name) {
        "nobody" => Some(None),
        _ => fields.parsed::<UserId>(name).map(Some),
    }
}
