//! What an administrator looks after: counts of people and stores that lack something. Nothing of customers.

use kernel::{Cap, Department, Problem, Result, Scope, StoreDate};
use platform::db::Sql;

use super::{agents, calendar, org, store};

/// Names of stores that are shown; the others are counted.
const NAMED: usize = 3;
/// Stores whose departments are gone through, one question each.
const LOOKED_AT: usize = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    pub people: i64,
    /// People who have no password: they cannot come in by themselves.
    pub unsigned: i64,
    /// People without any post: they can come in and do nothing.
    pub jobless: i64,
    pub stores: i64,
    /// Open stores where nobody has a post.
    pub stores_empty: i64,
    /// Open stores whose opening hours nobody has looked at: how many, and the names of the first few.
    pub uncalendared: (i64, Vec<String>),
    /// Departments whose cases nobody handles: how many, and the first few.
    pub unmanaged: (i64, Vec<(String, Department)>),
    /// The year whose official days nobody has entered.
    pub missing_year: Option<i16>,
}

/// # Errors
/// `Forbidden` for whoever administers nothing.
pub async fn upkeep(q: &mut impl Sql, scope: &Scope, today: StoreDate) -> Result<Upkeep> {
    if !scope.may(Cap::AdminManage) && !scope.may(Cap::SettingsEdit) {
        return Err(Problem::Forbidden);
    }
    let staffing = store::user::staffing(q, scope.group).await?;
    let mut open = org::all_stores(q, scope.group).await?;
    open.retain(|s| s.closed_at.is_none());
    let looked_at = calendar::confirmed(q, scope.group).await?;
    let left: Vec<String> = open.iter().filter(|s| !looked_at.contains(&s.id)).map(|s| s.name.clone()).collect();
    let mut unmanaged = Vec::new();
    for place in open.iter().take(LOOKED_AT) {
        let held = store::role::in_store(q, scope.group, place.id).await?;
        let nobody = |d: &Department| !held.iter().any(|h| agents::gives(h, Cap::CaseHandle, Some(*d)));
        if !held.is_empty() {
            let lacking = [Department::Service, Department::Showroom].into_iter().filter(nobody);
            unmanaged.extend(lacking.map(|d| (place.name.clone(), d)));
        }
    }
    Ok(Upkeep {
        unmanaged: (count(unmanaged.len()), unmanaged.into_iter().take(NAMED).collect()),
        people: staffing.people,
        unsigned: staffing.unsigned,
        jobless: staffing.jobless,
        stores: count(open.len()),
        stores_empty: store::org::stores_without_staff(q, scope.group).await?,
        uncalendared: (count(left.len()), left.into_iter().take(NAMED).collect()),
        missing_year: calendar::missing_year(q, scope.group, today).await?,
    })
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
