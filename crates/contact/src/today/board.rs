use askama::Template;
use kernel::UserId;
use people::identity;
use platform::http::{Answer, Desk, Failure, Fields, Ui};

use crate::followup::Context;
use crate::followup::board::{self, Row};

#[derive(Template)]
#[template(path = "today/board.html")]
struct BoardPage {
    ui: Ui,
    table: Table,
}

/// Per agent: done, reached, average, overdue; also inside the today page.
#[derive(Template)]
#[template(path = "today/board_table.html")]
pub struct Table {
    pub ui: Ui,
    pub rows: Vec<AgentView>,
    pub total: Row,
}

pub struct AgentView {
    pub name: String,
    pub absent: bool,
    pub row: Row,
    /// Seconds of talk per customer reached.
    pub average: Option<i64>,
    /// Done against done and due, for the bar.
    pub share: (i64, i64),
}

/// GET /board; the table alone for htmx.
pub async fn show(desk: Desk, fields: Fields) -> Answer {
    let table = table(&desk).await?;
    if desk.is_htmx() || fields.has("rows") {
        return desk.fragment(&table);
    }
    desk.page(&BoardPage { ui: desk.ui(), table })
}

pub async fn table(desk: &Desk) -> Result<Table, Failure> {
    let scope = desk.scope();
    let (group, store) = (scope.group, scope.store()?);
    let mut q = desk.reads();
    let now = desk.now();
    let context = Context::of(&mut q, group, store).await?;
    let day = context.today(now);
    let found = board::of_day(&mut q, scope, context.cal.at(day, 0), context.tomorrow(now), now).await?;
    let agents = identity::agents(&mut q, group, store).await?;
    let others: Vec<UserId> =
        found.rows.iter().filter_map(|r| r.agent).filter(|a| !agents.iter().any(|x| x.id == *a)).collect();
    let names = identity::user_names(&mut q, group, &others).await?;
    let ui = desk.ui();
    let mut rows: Vec<AgentView> = agents
        .iter()
        .map(|a| {
            let row = found.rows.iter().find(|r| r.agent == Some(a.id)).cloned().unwrap_or(Row::empty(Some(a.id)));
            view(a.name.clone(), a.is_absent(day), row)
        })
        .collect();
    // Work of people who no longer call, and what nobody has.
    for row in found.rows.iter().filter(|r| !r.agent.is_some_and(|id| agents.iter().any(|a| a.id == id))) {
        let name = match row.agent {
            Some(id) => names.get(&id).cloned().unwrap_or_default(),
            None => ui.t("today-nobody").into_owned(),
        };
        rows.push(view(name, false, row.clone()));
    }
    Ok(Table { total: found.total(), rows, ui })
}

fn view(name: String, absent: bool, row: Row) -> AgentView {
    AgentView { name, absent, average: row.average(), share: (row.done, (row.done + row.due_today).max(1)), row }
}
