//! What whoever sits at the machine may do without signing in: get people back in. Each act is audited; its actor is
//! the program itself.

use kernel::{GroupId, Problem, Result, UserId};
use platform::db::{Db, Sql};
use platform::transact;

use super::link::password_link;
use super::org;
use super::sign_in::{normal_login, scope_of};
use super::store::user as users;

/// A link with which the person of this login sets a new password, and the person's name.
/// # Errors
/// `NotFound` where nobody has the login; `Refused("has-left")`.
pub async fn link_for(db: &Db, login: &str) -> Result<(String, String)> {
    let known = users::known(&mut db.reads(), &normal_login(login)).await?.ok_or(Problem::NotFound)?;
    let scope = scope_of(known.group_id, None);
    let token = transact!(db, &scope, |tx| { password_link(tx, known.id).await })?;
    let person = users::get(&mut db.reads(), known.group_id, known.id).await?;
    Ok((person.name, token))
}

/// Somebody who has an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub group: String,
    pub login: String,
    pub name: String,
    pub left: bool,
}

/// Everybody, group by group: a forgotten login is found again.
/// # Errors
/// As the database answers.
pub async fn accounts(q: &mut impl Sql) -> Result<Vec<Account>> {
    let mut all = Vec::new();
    for group in org::groups(q).await? {
        let mut after = UserId::new(0);
        loop {
            let lines = people(q, group.id, after).await?;
            let Some(last) = lines.last() else { break };
            after = last.id;
            all.extend(lines.into_iter().map(|l| Account {
                group: group.name.clone(),
                login: l.login,
                name: l.name,
                left: l.left_at.is_some(),
            }));
        }
    }
    Ok(all)
}

async fn people(q: &mut impl Sql, group: GroupId, after: UserId) -> Result<Vec<users::UserLine>> {
    users::in_group(q, group, after).await
}
