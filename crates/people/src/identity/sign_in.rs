//! Name and password.

use kernel::{Problem, Result, Scope, UserId};
use platform::db::{Db, Tx};
use platform::{audit, secret, transact};
use serde_json::Value;

use super::password;
use super::session::{self, From, Proof};
use super::store::{session as sessions, user as users};
use super::throttle::Gate;

/// What the sign-in page sent.
#[derive(Copy, Clone)]
pub struct Credentials<'a> {
    pub login: &'a str,
    pub password: &'a str,
    /// The device cookie's text, if the browser has one.
    pub device: Option<&'a str>,
    pub from: From<'a>,
}

/// A session was opened.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub user: UserId,
    /// For the session cookie.
    pub token: String,
    /// For the device cookie.
    pub device: String,
}

/// Logins are compared without case, width and surrounding space.
pub fn normal_login(typed: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    };
    typed.chars().map(narrow).collect::<String>().trim().to_lowercase()
}

/// Opens a session for the right name and password.
/// # Errors
/// `Invalid` with `sign-in.wrong` whatever is wrong: the answer and its time do not tell whether a name
/// exists. `Busy(seconds)` while the account rests after failures.
pub async fn sign_in(db: &Db, given: &Credentials<'_>) -> Result<SignedIn> {
    let login = normal_login(given.login);
    let mark = given.device.filter(|d| d.len() <= 128).map(secret::hash);
    let known_device = match &mark {
        Some(hash) if sessions::device_known(&mut db.reads(), &login, hash).await? => Some(hash.as_str()),
        Some(_) | None => None,
    };
    let gate = Gate::new(given.from.address, &login, known_device);
    gate.pass(db).await?;

    let known = users::known(&mut db.reads(), &login).await?;
    let hash = known.as_ref().filter(|k| k.left_at.is_none()).and_then(|k| k.hash.clone());
    let right = password::verify(given.password, hash).await?;
    let Some(user) = known.filter(|_| right) else {
        return Err(Problem::invalid("login", "sign-in.wrong"));
    };
    let scope = scope_of(user.group_id, Some(user.id));
    transact!(db, &scope, |tx| {
        // Deactivated while the password was being checked.
        if users::get(tx, user.group_id, user.id).await?.left_at.is_some() {
            return Err(Problem::invalid("login", "sign-in.wrong"));
        }
        gate.forgive(tx).await?;
        let device = remember_device(tx, user.id, given.device).await?;
        let token = session::open(tx, user.id, Proof::Password, given.from).await?;
        Ok(SignedIn { user: user.id, token, device })
    })
}

/// The device is known to this account from now on. A browser keeps its mark across accounts.
pub(super) async fn remember_device(tx: &mut Tx, user: UserId, mark: Option<&str>) -> Result<String> {
    let mark = mark.filter(|m| m.len() == 64).map_or_else(secret::token, str::to_owned);
    sessions::note_device(tx, user, &secret::hash(&mark)).await?;
    Ok(mark)
}

/// Ends the session of this request.
/// # Errors
/// As the database answers.
pub async fn sign_out(tx: &mut Tx, session: kernel::SessionId) -> Result<()> {
    let user = tx.scope().user()?;
    sessions::end_one(tx, user, session).await.map(|_| ())
}

/// A new password for the one who knows the old one; every other session of theirs ends at once.
/// # Errors
/// `Invalid` naming `current` or `password`; `Busy` as at sign-in.
pub async fn change_password(
    db: &Db,
    scope: &Scope,
    keep: kernel::SessionId,
    current: &str,
    new: &str,
    from: From<'_>,
) -> Result<()> {
    let user = users::get(&mut db.reads(), scope.group, scope.user()?).await?;
    password::check_new(new, &user.login).map_err(|code| Problem::invalid("password", code))?;
    let gate = Gate::new(from.address, &user.login, None);
    gate.pass(db).await?;
    let known = users::known(&mut db.reads(), &user.login).await?;
    if !password::verify(current, known.and_then(|k| k.hash)).await? {
        return Err(Problem::invalid("current", "password.wrong"));
    }
    let hash = password::hash(new).await?;
    transact!(db, scope, |tx| {
        gate.forgive(tx).await?;
        users::set_password(tx, user.id, &hash).await?;
        sessions::end_all(tx, &[user.id], Some(keep)).await?;
        audit::note(tx, "password.changed", "user", user.id.raw(), &Value::Null, &Value::Null).await
    })
}

/// What may stand in a login: letters, digits and `.-_@`, 2 to 40 of them.
/// # Errors
/// `login.short`, `login.form`.
pub fn check_login(typed: &str) -> std::result::Result<String, &'static str> {
    let login = normal_login(typed);
    match login.chars().count() {
        0..2 => Err("login.short"),
        2..=40 if login.chars().all(|c| c.is_alphanumeric() || ".-_@".contains(c)) => Ok(login),
        _ => Err("login.form"),
    }
}

/// Work done before anybody is known, in the group that a link names.
pub(super) fn scope_of(group: kernel::GroupId, user: Option<UserId>) -> Scope {
    Scope { user, ..Scope::system(group, None) }
}

/// Whether this installation still waits for its first-run page.
/// # Errors
/// As the database answers.
pub async fn is_empty(db: &Db) -> Result<bool> {
    Ok(!users::any(&mut db.reads()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 登录名_不分大小写与全半角() {
        for (typed, want) in [
            (" ZhouLan ", Ok("zhoulan")),
            ("ｚｈｏｕ．ｌａｎ＠８", Ok("zhou.lan@8")),
            ("周岚", Ok("周岚")),
            ("a", Err("login.short")),
            ("zhou lan", Err("login.form")),
            ("a:b", Err("login.form")),
        ] {
            assert_eq!(check_login(typed), want.map(str::to_owned), "{typed}");
        }
        assert_eq!(check_login(&"x".repeat(41)), Err("login.form"));
    }
}
