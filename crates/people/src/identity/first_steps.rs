//! What an empty store still needs before its first call, and who can do it; import and first call are told by others.

use kernel::{Cap, Result, Scope, UserId};
use platform::db::Sql;

use super::agents::{agents, holders, user_names};
use super::calendar;

/// Facts for the first two of the four steps.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct FirstSteps {
    /// People who can call here.
    pub agents: usize,
    /// People who can bring in repair orders here.
    pub importers: usize,
    /// Whether somebody has looked at the opening hours.
    pub calendar: bool,
}

/// # Errors
/// `Refused("no-store")`.
pub async fn first_steps(q: &mut impl Sql, scope: &Scope) -> Result<FirstSteps> {
    let store = scope.store()?;
    let agents = agents(q, scope.group, store).await?;
    Ok(FirstSteps {
        agents: agents.iter().filter(|a| a.share > 0).count(),
        importers: holders(q, scope.group, store, Cap::ImportRun, None).await?.len(),
        calendar: calendar::is_confirmed(q, scope.group, store).await?,
    })
}

/// Who holds a capability in the store worked in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doers {
    /// Names of the first few.
    pub names: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

/// Names that a step shows.
const NAMED: usize = 3;

/// People to turn to for something that one may not do oneself.
/// # Errors
/// `Refused("no-store")`.
pub async fn doers(q: &mut impl Sql, scope: &Scope, cap: Cap) -> Result<Doers> {
    let mut ids: Vec<UserId> = holders(q, scope.group, scope.store()?, cap, None).await?;
    let more = ids.len().saturating_sub(NAMED);
    ids.truncate(NAMED);
    let names = user_names(q, scope.group, &ids).await?;
    Ok(Doers { names: ids.iter().filter_map(|id| names.get(id).cloned()).collect(), more })
}
