//! Who gets how much, and who is away: one page for all agents, with what it would mean before it is saved.

use askama::Template;
use axum::extract::Path;
use kernel::{FieldErrors, Problem, StoreDate, UserId};
use people::identity;
use platform::http::{Answer, Desk, Failure, Fields, ShownError, Ui};
use platform::transact;

use super::assign;
use crate::followup::context::Context;
use crate::followup::distribute::{self, Hands};
use crate::followup::share::{self, Hand};

/// New contacts that the preview deals out.
const SAMPLE: i64 = 100;

#[derive(Template)]
#[template(path = "followup/pages/shares.html")]
struct SharesPage {
    ui: Ui,
    rows: Vec<Row>,
    sample: i64,
    /// What was typed is shown, and not in force.
    preview: bool,
    saved: bool,
    moved: Option<assign::Moved>,
    /// As it was before the last saving: `(agent, share, from, until)`.
    undo: Vec<(String, String, String, String)>,
    handed: Option<Handed>,
    errors: Vec<ShownError>,
}

/// What has just gone from an absent agent to the others, to be taken back.
struct Handed {
    agent: String,
    name: String,
    ids: String,
    n: usize,
}

struct Row {
    id: String,
    name: String,
    held: i64,
    share: String,
    from: String,
    until: String,
    away: bool,
    /// Of `SAMPLE` new contacts.
    gets: i64,
    /// Held, and due while they are away.
    undoable: usize,
}

/// What the form says of one agent.
#[derive(Clone)]
struct Line {
    user: UserId,
    share: i64,
    from: Option<StoreDate>,
    until: Option<StoreDate>,
}

fn lines(fields: &Fields) -> Result<Vec<Line>, Problem> {
    let mut lines = Vec::new();
    for user in fields.all("agent").filter_map(|v| v.parse::<UserId>().ok()) {
        let share = fields
            .parsed::<i64>(&format!("share.{user}"))
            .filter(|s| (0..=1000).contains(s))
            .ok_or_else(|| Problem::invalid("share", "share.range"))?;
        let day = |name: &'static str| -> Result<Option<StoreDate>, Problem> {
            match fields.opt(&format!("{name}.{user}")) {
                None => Ok(None),
                Some(text) => text.parse().map(Some).map_err(|_| Problem::invalid(name, "date.form")),
            }
        };
        lines.push(Line { user, share, from: day("from")?, until: day("until")? });
    }
    Ok(lines)
}

/// GET /queue/shares
pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let mut page = page(&desk, None).await?;
    page.moved = Some(assign::Moved::of(&desk, &fields, "shares").await?);
    desk.page(&page)
}

/// POST /queue/shares: `preview` shows what it would mean, else it is saved, with the way back.
pub async fn save(desk: Desk, fields: Fields) -> Answer {
    let lines = match lines(&fields) {
        Ok(lines) => lines,
        Err(Problem::Invalid(errors)) => return refused(&desk, None, &errors).await,
        Err(other) => return Err(other.into()),
    };
    if fields.has("preview") {
        return desk.page(&page(&desk, Some(&lines)).await?);
    }
    let scope = desk.scope();
    let before = identity::agents(&mut desk.reads(), scope.group, scope.store()?).await?;
    let kept = transact!(desk.db(), scope, |tx| {
        for line in &lines {
            let old = before.iter().find(|a| a.id == line.user).ok_or(Problem::NotFound)?;
            if (old.share, old.absent_from, old.absent_until) != (line.share, line.from, line.until) {
                identity::set_share(tx, line.user, line.share, line.from, line.until).await?;
            }
        }
        Ok::<_, Problem>(())
    });
    match kept {
        Ok(()) => {}
        Err(Problem::Invalid(errors)) => return refused(&desk, Some(&lines), &errors).await,
        Err(other) => return Err(other.into()),
    }
    let mut page = page(&desk, None).await?;
    page.saved = true;
    if !fields.has("undo") {
        let day = |d: Option<StoreDate>| d.map(|d| d.to_string()).unwrap_or_default();
        page.undo = before
            .iter()
            .map(|a| (a.id.to_string(), a.share.to_string(), day(a.absent_from), day(a.absent_until)))
            .collect();
    }
    desk.page(&page)
}

/// The page again, with what is wrong; nothing of it is saved.
async fn refused(desk: &Desk, typed: Option<&[Line]>, errors: &FieldErrors) -> Answer {
    let mut page = page(desk, typed).await?;
    page.preview = false;
    page.errors = desk.show_errors(errors);
    desk.invalid(&page)
}

/// POST /queue/shares/{agent}/handover: what an absent agent cannot do goes to the others.
pub async fn hand_over(desk: Desk, Path(user): Path<UserId>) -> Answer {
    let moved = transact!(desk.db(), desk.scope(), |tx| { distribute::hand_over(tx, user).await })?;
    let mut page = page(&desk, None).await?;
    let name = page.rows.iter().find(|r| r.id == user.to_string()).map(|r| r.name.clone()).unwrap_or_default();
    let ids: Vec<String> = moved.iter().map(ToString::to_string).collect();
    page.handed = Some(Handed { agent: user.to_string(), name, n: ids.len(), ids: ids.join(",") });
    desk.page(&page)
}

async fn page(desk: &Desk, typed: Option<&[Line]>) -> Result<SharesPage, Failure> {
    let scope = desk.scope();
    let mut q = desk.reads();
    let context = Context::of(&mut q, scope.group, scope.store()?).await?;
    let today = context.today(desk.now());
    let agents = identity::agents(&mut q, scope.group, scope.store()?).await?;
    let mut hands = Hands::of(&mut q, &context).await?.0;
    for line in typed.into_iter().flatten() {
        if let Some(hand) = hands.iter_mut().find(|h| h.user == line.user) {
            hand.share = line.share;
            let until = |from: StoreDate| line.until.unwrap_or_else(|| from.days_after(3_660));
            hand.absent = line.from.map(|from| (from, until(from)));
        }
    }
    let held: Vec<Hand> = hands.clone();
    for _ in 0..SAMPLE {
        share::deal(&mut hands, today);
    }
    let mut rows = Vec::with_capacity(agents.len());
    for agent in agents {
        let line = typed.into_iter().flatten().find(|l| l.user == agent.id);
        let before = held.iter().find(|h| h.user == agent.id);
        let load = before.map_or(0, |h| h.load);
        let then = hands.iter().find(|h| h.user == agent.id).map_or(load, |h| h.load);
        let day = |d: Option<StoreDate>| d.map(|d| d.to_string()).unwrap_or_default();
        rows.push(Row {
            share: line.map_or(agent.share, |l| l.share).to_string(),
            from: day(line.map_or(agent.absent_from, |l| l.from)),
            until: day(line.map_or(agent.absent_until, |l| l.until)),
            away: before.is_some_and(|h| h.is_away(today)),
            gets: then - load,
            held: load,
            undoable: distribute::undoable(&mut q, scope, agent.id, desk.now()).await?.len(),
            id: agent.id.to_string(),
            name: agent.name,
        });
    }
    Ok(SharesPage {
        ui: desk.ui(),
        rows,
        sample: SAMPLE,
        preview: typed.is_some(),
        saved: false,
        moved: None,
        undo: Vec::new(),
        handed: None,
        errors: Vec::new(),
    })
}
