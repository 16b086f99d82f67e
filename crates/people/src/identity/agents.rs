//! Who works in a store, and with what share.

use std::collections::HashMap;

use kernel::{Cap, Department, GroupId, Problem, Reach, Result, StoreDate, StoreId, UserId};
use platform::audit;
use platform::db::{Sql, Tx};
use serde_json::{Value, json};

use super::role::read_grants;
use super::store::agents::{self as store, Share};
use super::store::{role, user as users};

/// Somebody who works the follow-up queue of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub id: UserId,
    pub name: String,
    /// Weight among the agents of the store; 0 = gets no new contacts.
    pub share: i64,
    /// Both days included.
    pub absent_from: Option<StoreDate>,
    pub absent_until: Option<StoreDate>,
}

impl Agent {
    pub fn is_absent(&self, day: StoreDate) -> bool {
        match (self.absent_from, self.absent_until) {
            (None, None) => false,
            (from, until) => from.is_none_or(|f| f <= day) && until.is_none_or(|u| day <= u),
        }
    }
}

/// Whom new contacts are shared out among: everybody who works the queue at own reach, and those at a wider
/// reach (a supervisor who also calls) once they were given a share. By id.
/// # Errors
/// As the database answers.
pub async fn agents(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<Agent>> {
    let shares = store::shares(q, group, store).await?;
    let mut usual: HashMap<UserId, i64> = HashMap::new();
    for held in role::in_store(q, group, store).await? {
        for (cap, reach) in read_grants(&held.grants) {
            if cap == Cap::CallWork {
                let share = usual.entry(held.user_id).or_insert(0);
                *share = (*share).max(if reach == Reach::Own { USUAL_SHARE } else { 0 });
            }
        }
    }
    let mut ids: Vec<UserId> = usual.keys().copied().collect();
    ids.sort();
    let names = users::names(q, group, &ids).await?;
    let agent = |id: UserId| {
        let own = shares.get(&id);
        Agent {
            id,
            name: names.get(&id).cloned().unwrap_or_default(),
            share: own.map_or_else(|| usual.get(&id).copied().unwrap_or(0), |s| s.share),
            absent_from: own.and_then(|s| s.absent_from),
            absent_until: own.and_then(|s| s.absent_until),
        }
    };
    Ok(ids.into_iter().map(agent).collect())
}

/// Of an agent to whom nobody gave another one.
pub const USUAL_SHARE: i64 = 100;

/// People who hold a capability in a store; with a department, only those who hold it there or wider. By id.
/// # Errors
/// As the database answers.
pub async fn holders(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    cap: Cap,
    department: Option<Department>,
) -> Result<Vec<UserId>> {
    let held = role::in_store(q, group, store).await?;
    let mut ids: Vec<UserId> = held.iter().filter(|h| gives(h, cap, department)).map(|h| h.user_id).collect();
    ids.dedup();
    Ok(ids)
}

/// Whether a post gives the right, for this department where one is asked for.
pub(super) fn gives(held: &role::HeldHere, cap: Cap, department: Option<Department>) -> bool {
    let fits = |(c, reach): &(Cap, Reach)| {
        *c == cap && (department.is_none() || *reach > Reach::Department || held.department == department)
    };
    read_grants(&held.grants).iter().any(fits)
}

/// Everybody who works in a store, with their names, by id.
/// # Errors
/// As the database answers.
pub async fn staff_of(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<(UserId, String)>> {
    let mut ids: Vec<UserId> = role::in_store(q, group, store).await?.into_iter().map(|h| h.user_id).collect();
    ids.sort();
    ids.dedup();
    let mut names = users::names(q, group, &ids).await?;
    Ok(ids.into_iter().filter_map(|id| Some((id, names.remove(&id)?))).collect())
}

/// Names of people, those who left too.
/// # Errors
/// As the database answers.
pub async fn user_names(q: &mut impl Sql, group: GroupId, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    users::names(q, group, ids).await
}

/// Sets an agent's share and absence in the store worked in.
/// # Errors
/// `Forbidden` without `queue.assign`; `NotFound` for one who does not work the queue here; `Invalid`.
pub async fn set_share(
    tx: &mut Tx,
    user: UserId,
    share: i64,
    from: Option<StoreDate>,
    until: Option<StoreDate>,
) -> Result<()> {
    let (group, id) = (tx.scope().group, tx.scope().store()?);
    tx.scope().need(Cap::QueueAssign)?;
    let before = agents(tx, group, id).await?.into_iter().find(|a| a.id == user).ok_or(Problem::NotFound)?;
    if !(0..=1000).contains(&share) {
        return Err(Problem::invalid("share", "share.range"));
    }
    if matches!((from, until), (Some(f), Some(u)) if u < f) {
        return Err(Problem::invalid("absent_until", "date.order"));
    }
    store::set(tx, id, &Share { user_id: user, share, absent_from: from, absent_until: until }).await?;
    let day = |d: Option<StoreDate>| d.map_or(Value::Null, |d| Value::from(d.to_string()));
    let shown = |share: i64, f: Option<StoreDate>, u: Option<StoreDate>| json!({ "share": share, "from": day(f), "until": day(u) });
    let old = shown(before.share, before.absent_from, before.absent_until);
    audit::note(tx, "agent.share", "user", user.raw(), &old, &shown(share, from, until)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 请假_首尾两天都算() {
        let day = |t: &str| t.parse::<StoreDate>().unwrap();
        let agent = |from: Option<&str>, until: Option<&str>| Agent {
            id: UserId::new(1),
            name: "周岚".into(),
            share: 100,
            absent_from: from.map(day),
            absent_until: until.map(day),
        };
        for (from, until, on, want) in [
            (None, None, "2026-11-19", false),
            (Some("2026-11-19"), Some("2026-11-20"), "2026-11-18", false),
            (Some("2026-11-19"), Some("2026-11-20"), "2026-11-19", true),
            (Some("2026-11-19"), Some("2026-11-20"), "2026-11-20", true),
            (Some("2026-11-19"), Some("2026-11-20"), "2026-11-21", false),
            (Some("2026-11-19"), None, "2027-01-01", true),
            (None, Some("2026-11-19"), "2026-11-19", true),
        ] {
            assert_eq!(agent(from, until).is_absent(day(on)), want, "{from:?} {until:?} {on}");
        }
    }
}
