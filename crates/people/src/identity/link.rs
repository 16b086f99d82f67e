//! One-time links: 256 random bits, stored hashed, good for 15 minutes and one POST.

use kernel::{Millis, Problem, Result, UserId};
use platform::db::{Db, Tx};
use platform::{audit, secret, transact};
use serde_json::{Value, json};

use super::hand_out::may_manage;
use super::session::{self, From, Proof};
use super::sign_in::{SignedIn, remember_device, scope_of};
use super::staff::{self, Board};
use super::store::link as store;
use super::store::{org, role, session as sessions, user as users};
use super::{password, throttle};

pub use store::{Link, Purpose};

/// How long a link is good for.
pub const GOOD_FOR: i64 = 15 * Millis::MINUTE;

/// A link for a forgotten (or first) password of somebody whom the scope may manage. Earlier ones are void.
/// Answers the token; the caller shows it once.
/// # Errors
/// `Refused` or `NotFound` as [`may_manage`]; `Refused("has-left")`.
pub async fn password_link(tx: &mut Tx, user: UserId) -> Result<String> {
    let scope = tx.scope().clone();
    let board = Board::load(tx, &scope).await?;
    let (person, held) = staff::find(tx, &scope, &board, user).await?;
    may_manage(&scope, user, &board.posts(&held))?;
    if person.left_at.is_some() {
        return Err(Problem::Refused("has-left"));
    }
    issue(tx, Some(user), Purpose::Password).await
}

/// A link that signs in as one of the demonstration's people.
/// # Errors
/// `Refused("no-demo")` in any group that is no demonstration.
pub async fn demo_link(tx: &mut Tx, user: UserId) -> Result<String> {
    let group = tx.scope().group;
    if !org::group(tx, group).await?.demo {
        return Err(Problem::Refused("no-demo"));
    }
    users::get(tx, group, user).await?;
    issue(tx, Some(user), Purpose::Demo).await
}

pub(super) async fn issue(tx: &mut Tx, user: Option<UserId>, purpose: Purpose) -> Result<String> {
    let until = tx.now().plus(GOOD_FOR);
    match user {
        Some(user) => store::revoke(tx, user, purpose).await?,
        None if purpose == Purpose::Setup => store::revoke_setup(tx).await?,
        // Several groups may be on their way in at the same time.
        None => {}
    }
    let token = secret::token();
    store::add(tx, user, &secret::hash(&token), purpose, until).await?;
    let entity = user.map_or(0, kernel::Id::raw);
    audit::note(tx, "link.issued", "user", entity, &Value::Null, &json!({ "purpose": purpose.key() })).await?;
    Ok(token)
}

/// What a page may show before anybody presses its button. Looking uses nothing up.
/// # Errors
/// `NotFound` for a link that is used, void, too old, or never was.
pub async fn look(db: &Db, token: &str, from: From<'_>) -> Result<Shown> {
    throttle::pass_address(db, from.address).await?;
    let now = db.clock().now();
    let link = store::look(&mut db.reads(), &secret::hash(token), now).await?.ok_or(Problem::NotFound)?;
    let name = match link.user_id {
        Some(user) => users::name_of(&mut db.reads(), user).await?,
        None => None,
    };
    throttle_back(db, from).await?;
    Ok(Shown { purpose: link.purpose, name: name.unwrap_or_default(), expires_at: link.expires_at })
}

/// A link that is still good.
#[derive(Clone, Debug)]
pub struct Shown {
    pub purpose: Purpose,
    /// Whose it is; empty for the first run.
    pub name: String,
    pub expires_at: Millis,
}

async fn throttle_back(db: &Db, from: From<'_>) -> Result<()> {
    transact!(db, &throttle::nobody(), |tx| { throttle::forgive_address(tx, from.address).await })
}

/// Takes the link and sets the password; every session of the account ends, a new one begins.
/// # Errors
/// `Invalid` naming `password`, which leaves the link good; `NotFound`.
pub async fn set_password(db: &Db, token: &str, new: &str, device: Option<&str>, from: From<'_>) -> Result<SignedIn> {
    throttle::pass_address(db, from.address).await?;
    let hash = secret::hash(token);
    let now = db.clock().now();
    let link = store::look(&mut db.reads(), &hash, now).await?.ok_or(Problem::NotFound)?;
    let user = link.user_id.filter(|_| link.purpose == Purpose::Password).ok_or(Problem::NotFound)?;
    let person = users::get(&mut db.reads(), link.group_id, user).await?;
    password::check_new(new, &person.login).map_err(|code| Problem::invalid("password", code))?;
    let secret = password::hash(new).await?;
    transact!(db, &scope_of(link.group_id, Some(user)), |tx| {
        let person = users::get(tx, link.group_id, user).await?;
        if person.left_at.is_some() || store::consume(tx, &hash).await?.is_none() {
            return Err(Problem::NotFound);
        }
        users::set_password(tx, user, &secret).await?;
        sessions::end_all(tx, &[user], None).await?;
        sessions::forget_devices(tx, user).await?;
        throttle::Gate::new(from.address, &person.login, None).forgive(tx).await?;
        audit::note(tx, "password.set-by-link", "user", user.raw(), &Value::Null, &Value::Null).await?;
        let device = remember_device(tx, user, device).await?;
        let token = session::open(tx, user, Proof::Link, from).await?;
        Ok(SignedIn { user, token, device })
    })
}

/// Takes the link and signs in to the demonstration, from this very machine only.
/// # Errors
/// `Refused("loopback-only")` from elsewhere, which leaves the link good; `NotFound`.
pub async fn enter_demo(db: &Db, token: &str, device: Option<&str>, from: From<'_>) -> Result<SignedIn> {
    throttle::pass_address(db, from.address).await?;
    let hash = secret::hash(token);
    let now = db.clock().now();
    let link = store::look(&mut db.reads(), &hash, now).await?.ok_or(Problem::NotFound)?;
    let user = link.user_id.filter(|_| link.purpose == Purpose::Demo).ok_or(Problem::NotFound)?;
    if !from.address.parse::<std::net::IpAddr>().is_ok_and(|a| a.to_canonical().is_loopback()) {
        return Err(Problem::Refused("loopback-only"));
    }
    transact!(db, &scope_of(link.group_id, Some(user)), |tx| {
        let demo = org::group(tx, link.group_id).await?.demo;
        let left = users::get(tx, link.group_id, user).await?.left_at.is_some();
        if !demo || left || store::consume(tx, &hash).await?.is_none() {
            return Err(Problem::NotFound);
        }
        throttle::forgive_address(tx, from.address).await?;
        let device = remember_device(tx, user, device).await?;
        let token = session::open(tx, user, Proof::Link, from).await?;
        Ok(SignedIn { user, token, device })
    })
}

/// The demonstration's people, for the links that are printed at its start: id, name, role's key.
/// # Errors
/// As the database answers.
pub async fn demo_people(q: &mut impl platform::db::Sql) -> Result<Vec<(kernel::GroupId, UserId, String, String)>> {
    let mut people = Vec::new();
    for group in org::groups(q).await?.into_iter().filter(|g| g.demo) {
        let roles = role::roles(q, group.id).await?;
        let lines = users::in_group(q, group.id, UserId::new(0)).await?;
        let ids: Vec<UserId> = lines.iter().map(|l| l.id).collect();
        let held = role::held(q, group.id, &ids).await?;
        for line in lines.into_iter().filter(|l| l.left_at.is_none()) {
            let role =
                held.iter().find(|h| h.user_id == line.id).and_then(|h| roles.iter().find(|r| r.id == h.role_id));
            if let Some(role) = role {
                people.push((group.id, line.id, line.name, role.key.clone()));
            }
        }
    }
    Ok(people)
}
