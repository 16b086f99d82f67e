//! What an empty store still needs before its first call; import and first call are told by others.

use kernel::{Result, Scope};
use platform::db::Sql;

use super::agents::agents;
use super::calendar;

/// Facts for the first two of the four steps.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct FirstSteps {
    /// People who can call here.
    pub agents: usize,
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
        calendar: calendar::is_confirmed(q, scope.group, store).await?,
    })
}
