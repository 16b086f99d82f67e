//! The first run: a group, its first store, its administrator. No default password: the program prints a
//! one-time link for as long as nobody has an account. Further groups begin on the same page.

use kernel::{FieldErrors, GroupId, Id, Problem, Result, StoreId, UserId};
use platform::db::{Db, Tx};
use platform::{audit, secret, transact};
use serde_json::{Value, json};

use super::link::{Purpose, issue};
use super::post::{Assignment, Place};
use super::role::ADMINISTRATOR;
use super::session::{self, From, Proof};
use super::sign_in::{SignedIn, check_login, remember_device, scope_of};
use super::store::{link as links, role, user as users};
use super::throttle::{self, nobody};
use super::{holidays, org, password};

/// What the first-run page sent.
#[derive(Clone, Debug, Default)]
pub struct FirstRun {
    pub group: String,
    pub store: String,
    pub code: String,
    pub name: String,
    pub login: String,
    pub password: String,
    pub again: String,
    pub locale: String,
}

/// The token of a new setup link while nobody has an account, else nothing. Earlier links are void.
/// # Errors
/// As the database answers.
pub async fn setup_link(db: &Db) -> Result<Option<String>> {
    transact!(db, &nobody(), |tx| {
        if users::any(tx).await? {
            return Ok(None);
        }
        issue(tx, None, Purpose::Setup).await.map(Some)
    })
}

/// A link to the first-run page of a further group; whoever sits at the machine asks for it. Several may be open.
/// # Errors
/// `Refused("set-up-first")` while the installation has not even one; the setup link is meant then.
pub async fn group_link(db: &Db) -> Result<String> {
    transact!(db, &nobody(), |tx| {
        if !users::any(tx).await? {
            return Err(Problem::Refused("set-up-first"));
        }
        issue(tx, None, Purpose::Group).await
    })
}

impl FirstRun {
    fn check(&self) -> Result<String> {
        let mut errors = FieldErrors::default();
        for (field, text) in [("group", &self.group), ("store", &self.store), ("name", &self.name)] {
            if text.trim().is_empty() {
                errors.add(field, "required");
            } else if text.chars().count() > 60 {
                errors.add(field, "too-long");
            }
        }
        errors.take("code", org::check_code(&self.code));
        let login = errors.take("login", check_login(&self.login));
        if errors.take("password", password::check_new(&self.password, &self.login)).is_some()
            && self.password != self.again
        {
            errors.add("again", "password.differs");
        }
        errors.into_result()?;
        login.ok_or_else(|| Problem::invalid("login", "required"))
    }
}

/// Takes the link and makes a group (the installation's first, or a further one); its administrator is signed in.
/// # Errors
/// `Invalid` with all faults, which leaves the link good; `NotFound` for a used link; `Refused("set-up")` when
/// somebody was faster.
pub async fn set_up(db: &Db, token: &str, form: &FirstRun, device: Option<&str>, from: From<'_>) -> Result<SignedIn> {
    throttle::pass_address(db, from.address).await?;
    let hash = secret::hash(token);
    let now = db.clock().now();
    let link = links::look(&mut db.reads(), &hash, now).await?.ok_or(Problem::NotFound)?;
    let first = match link.purpose {
        Purpose::Setup => true,
        Purpose::Group => false,
        Purpose::Password | Purpose::Demo => return Err(Problem::NotFound),
    };
    let login = form.check()?;
    let password = password::hash(&form.password).await?;
    let group: GroupId = db.new_id();
    transact!(db, &scope_of(group, None), |tx| {
        if links::consume(tx, &hash).await?.is_none() {
            return Err(Problem::NotFound);
        }
        if first && users::any(tx).await? {
            return Err(Problem::Refused("set-up"));
        }
        let store = found_group(tx, form.group.trim(), false, form.store.trim(), form.code.trim()).await?;
        let user = add_administrator(tx, &login, form.name.trim(), &form.locale).await?;
        users::set_password(tx, user, &password).await?;
        throttle::forgive_address(tx, from.address).await?;
        let after = json!({ "store": store, "administrator": user });
        audit::note(tx, "group.founded", "group", group.raw(), &Value::Null, &after).await?;
        let device = remember_device(tx, user, device).await?;
        let token = session::open(tx, user, Proof::Link, from).await?;
        Ok(SignedIn { user, token, device })
    })
}

/// A group with its roles, its holidays and one store. The scope of `tx` names the new group's id.
/// # Errors
/// As the database answers.
pub async fn found_group(tx: &mut Tx, name: &str, demo: bool, store: &str, code: &str) -> Result<StoreId> {
    let group = tx.scope().group;
    super::store::org::add_group(tx, group, name, demo).await?;
    role::seed(tx, group).await?;
    holidays::seed(tx, group).await?;
    let id: StoreId = tx.new_id();
    org::insert_store(tx, &org::StoreForm { name: store.into(), code: code.into(), ..org::StoreForm::default() }, id)
        .await?;
    Ok(id)
}

async fn add_administrator(tx: &mut Tx, login: &str, name: &str, locale: &str) -> Result<UserId> {
    let group = tx.scope().group;
    let user: UserId = tx.new_id();
    if !users::add(tx, user, login, name, None, locale).await? {
        return Err(Problem::invalid("login", "login.taken"));
    }
    let roles = role::roles(tx, group).await?;
    let role = roles.iter().find(|r| r.key == ADMINISTRATOR).map_or(Id::new(0), |r| r.id);
    role::assign(tx, user, &Assignment { role, place: Place::Group, department: None }).await?;
    Ok(user)
}
