//! Who can take over from somebody who leaves.

use kernel::{Cap, Department, GroupId, Post, Reach, Result, StoreId, Stores, UserId};
use platform::db::Sql;

use super::role::read_grants;
use super::store::{org, role};

/// Work that stays open when its owner leaves.
const WORK: [Cap; 3] = [Cap::CallWork, Cap::CaseHandle, Cap::CaseDecide];

/// The stores in which these posts make somebody own work.
/// # Errors
/// As the database answers.
pub async fn stores_of_work(q: &mut impl Sql, group: GroupId, posts: &[Post]) -> Result<Vec<StoreId>> {
    let mut ids: Vec<StoreId> = Vec::new();
    for post in posts.iter().filter(|p| p.grants.iter().any(|(cap, _)| WORK.contains(cap))) {
        match &post.stores {
            Stores::All => ids.extend(org::stores(q, group, &Stores::All).await?.iter().map(|s| s.id)),
            Stores::These(list) => ids.extend(list),
        }
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// People who may do in this store all the work that the leaver did there.
/// # Errors
/// As the database answers.
pub async fn candidates(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    leaver: UserId,
    posts: &[Post],
) -> Result<Vec<UserId>> {
    let needed: Vec<(Cap, Reach, Option<Department>)> = posts
        .iter()
        .filter(|p| p.stores.holds(store))
        .flat_map(|p| p.grants.iter().map(|(cap, reach)| (*cap, *reach, p.department)))
        .filter(|(cap, _, _)| WORK.contains(cap))
        .collect();
    let here = role::in_store(q, group, store).await?;
    let mut users: Vec<UserId> = here.iter().map(|h| h.user_id).filter(|u| *u != leaver).collect();
    users.dedup();
    users.retain(|user| {
        needed.iter().all(|(cap, reach, department)| {
            here.iter().filter(|h| h.user_id == *user).any(|h| {
                read_grants(&h.grants).iter().any(|(c, r)| {
                    let same_department = *r != Reach::Department || h.department == *department;
                    // Work of a department cannot pass to one who sees only their own.
                    c == cap && same_department && (*cap == Cap::CallWork || r >= reach)
                })
            })
        })
    });
    Ok(users)
}
