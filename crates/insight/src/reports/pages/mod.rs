pub mod list;
pub mod part;
pub mod report;
pub mod weekly;

use kernel::{Cap, Problem, Reach, Result, StoreDate, StoreId};
use platform::http::{Desk, Fields};

use super::jobs;
use super::period::{Named, Period};
use super::store::{self, Question};

/// The stores this reader may read reports of, by name: the one worked in, or a region's or group's.
async fn stores(desk: &Desk) -> Result<Vec<(StoreId, String)>> {
    let scope = desk.scope();
    let all = store::stores(&mut desk.reads(), scope.group).await?;
    Ok(all
        .into_iter()
        .filter(|(id, _)| match scope.reach_in(Cap::ReportRead, *id) {
            Some(Reach::Region | Reach::Group) => true,
            Some(Reach::Own | Reach::Department | Reach::Store) => scope.store == Some(*id),
            None => false,
        })
        .collect())
}

/// What the address asks for: `period` or `from`/`to`, `store`, `agent`, `kind`, `class`.
async fn asked(desk: &Desk, fields: &Fields) -> Result<(Named, Question, Vec<(StoreId, String)>)> {
    let scope = desk.scope();
    let stores = stores(desk).await?;
    let home = scope.store.or_else(|| stores.first().map(|s| s.0)).ok_or(Problem::Refused("no-store"))?;
    let today = desk.ui().today().ok_or_else(|| Problem::internal("no today"))?;
    let (named, period) = Period::chosen(fields.get("period"), fields.get("from"), fields.get("to"), today);
    let chosen = match fields.parsed::<StoreId>("store") {
        Some(id) if stores.iter().any(|s| s.0 == id) => vec![id],
        Some(_) => return Err(Problem::NotFound),
        None => stores.iter().map(|s| s.0).collect(),
    };
    let mut ask = jobs::ask(&mut desk.reads(), scope.group, chosen, home, period, desk.now()).await?;
    if scope.may(Cap::ReportAgents) {
        ask.agent = fields.parsed("agent");
    }
    ask.kind = fields.get("kind").to_owned();
    ask.class = fields.get("class").to_owned();
    Ok((named, ask, stores))
}

/// The same question as part of an address.
fn query(ask: &Question, store: Option<StoreId>) -> String {
    let mut out = format!("from={}&to={}", ask.period.from, ask.period.to);
    if let Some(store) = store {
        out.push_str(&format!("&store={store}"));
    }
    out
}

fn parse_week(text: &str) -> Result<StoreDate> {
    text.parse::<StoreDate>().map(StoreDate::iso_week_monday).map_err(|_| Problem::NotFound)
}
