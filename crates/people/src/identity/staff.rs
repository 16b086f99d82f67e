//! People of a group: who is added, what they hold, how they leave.

use std::collections::{HashMap, HashSet};

use kernel::{Department, FieldErrors, Post, Problem, Result, Scope, StoreId, Stores, UserId};
use platform::audit;
use platform::db::{Sql, Tx};
use platform::events::DomainEvent;
use serde_json::{Value, json};

use super::hand_out::{is_administrator, may_hand_out, may_manage};
use super::post::{Assignment, Place, Regions, compile, compile_one};
use super::role::{PlaceKind, Role};
use super::sign_in::check_login;
use super::store::{org, role as roles, session as sessions, user as store};
use super::successor;

pub use store::{User, UserLine};

/// Somebody left, and this is who takes over what they had open in a store. One event per store.
#[derive(Clone, Debug)]
pub struct StaffLeft {
    pub user: UserId,
    /// `None`: contacts go back to be shared out, cases to the department.
    pub successor: Option<UserId>,
    pub store: StoreId,
}

impl DomainEvent for StaffLeft {
    fn kind(&self) -> &'static str {
        "staff_left"
    }
    fn subject(&self) -> i64 {
        self.user.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
    fn ids(&self) -> Value {
        json!({ "successor": self.successor })
    }
}

/// What the people page sent for somebody new.
#[derive(Clone, Debug, Default)]
pub struct PersonForm {
    pub name: String,
    pub login: String,
    pub agent_number: String,
    pub locale: String,
}

impl PersonForm {
    fn check_names(&self, errors: &mut FieldErrors) -> (String, Option<String>) {
        let (name, number) = (self.name.trim(), self.agent_number.trim());
        if name.is_empty() {
            errors.add("name", "required");
        } else if name.chars().count() > 30 {
            errors.add("name", "too-long");
        }
        if number.chars().count() > 12 || !number.chars().all(|c| c.is_alphanumeric() || c == '-') {
            errors.add("agent_number", "agent-number.form");
        }
        (name.to_owned(), Some(number.to_owned()).filter(|n| !n.is_empty()))
    }
}

/// Everything needed to judge what somebody may give.
pub struct Board {
    pub roles: Vec<Role>,
    pub regions: Regions,
}

impl Board {
    /// # Errors
    /// As the database answers.
    pub async fn load(q: &mut impl Sql, scope: &Scope) -> Result<Self> {
        Ok(Self { roles: roles::roles(q, scope.group).await?, regions: roles::regions(q, scope.group).await? })
    }
    pub fn role(&self, id: kernel::RoleId) -> Option<&Role> {
        self.roles.iter().find(|r| r.id == id)
    }
    pub fn post(&self, a: &Assignment) -> Option<Post> {
        self.role(a.role).map(|role| compile_one(role, a, &self.regions))
    }
    pub fn posts(&self, held: &[Assignment]) -> Vec<Post> {
        compile(&self.roles, held, &self.regions)
    }
    /// Whether this scope may give (or take) the assignment.
    pub fn may_give(&self, scope: &Scope, a: &Assignment) -> bool {
        self.post(a).is_some_and(|post| may_hand_out(scope, &post).is_ok()) && self.usual_for(scope, a)
    }
    /// A role of regions or of the group shrinks to what a supervisor holds when it is given at their store; it is
    /// still not theirs to give.
    fn usual_for(&self, scope: &Scope, a: &Assignment) -> bool {
        is_administrator(scope) || self.role(a.role).is_some_and(|role| role.at() == PlaceKind::Store)
    }
}

/// Adds somebody with their first assignments; they get in by a one-time link.
/// # Errors
/// `Invalid` with all faults; `Refused` as [`may_hand_out`].
pub async fn add_person(tx: &mut Tx, form: &PersonForm, assignments: &[Assignment]) -> Result<UserId> {
    let scope = tx.scope().clone();
    store::one_at_a_time(tx).await?;
    let mut errors = FieldErrors::default();
    let (name, number) = form.check_names(&mut errors);
    let login = errors.take("login", check_login(&form.login)).unwrap_or_default();
    if assignments.is_empty() {
        errors.add("role", "required");
    }
    errors.into_result()?;
    let user: UserId = tx.new_id();
    let locale = platform::i18n::Locale::parse(&form.locale).unwrap_or_default();
    if !store::add(tx, user, &login, &name, number.as_deref(), locale.key()).await? {
        return Err(Problem::invalid("login", "login.taken"));
    }
    let after = json!({ "login": login, "name": name, "agent_number": number });
    audit::note(tx, "user.added", "user", user.raw(), &Value::Null, &after).await?;
    let board = Board::load(tx, &scope).await?;
    change_assignments(tx, &scope, &board, user, &[], assignments).await?;
    Ok(user)
}

/// # Errors
/// `NotFound`, `Invalid`, `Refused` as [`may_manage`].
pub async fn rename(tx: &mut Tx, user: UserId, form: &PersonForm) -> Result<()> {
    let scope = tx.scope().clone();
    let board = Board::load(tx, &scope).await?;
    let (person, held) = find(tx, &scope, &board, user).await?;
    may_manage(&scope, user, &board.posts(&held))?;
    let mut errors = FieldErrors::default();
    let (name, number) = form.check_names(&mut errors);
    errors.into_result()?;
    store::rename(tx, user, &name, number.as_deref()).await?;
    let before = json!({ "name": person.name, "agent_number": person.agent_number });
    let after = json!({ "name": name, "agent_number": number });
    audit::note(tx, "user.renamed", "user", user.raw(), &before, &after).await
}

/// A person as the scope may see them, with what they hold.
/// # Errors
/// `NotFound` when none of their roles touches a store whose people the scope manages.
pub async fn find(q: &mut impl Sql, scope: &Scope, board: &Board, user: UserId) -> Result<(User, Vec<Assignment>)> {
    let person = store::get(q, scope.group, user).await?;
    let held: Vec<Assignment> =
        roles::held(q, scope.group, &[user]).await?.iter().map(roles::Held::assignment).collect();
    let seen = is_administrator(scope)
        || board.posts(&held).iter().any(|post| match &post.stores {
            Stores::All => true,
            Stores::These(ids) => ids.iter().any(|s| scope.reach_in(kernel::Cap::PeopleManage, *s).is_some()),
        });
    if seen { Ok((person, held)) } else { Err(Problem::NotFound) }
}

/// Gives and takes until the person holds exactly `wanted`. Their sessions end at once.
/// # Errors
/// `NotFound`; `Refused("yourself")`, `Refused("last-administrator")`, or as [`may_hand_out`] for anything
/// that is given or taken; `Invalid` for an assignment that says nothing.
pub async fn set_assignments(tx: &mut Tx, user: UserId, wanted: &[Assignment]) -> Result<()> {
    let scope = tx.scope().clone();
    store::one_at_a_time(tx).await?;
    let board = Board::load(tx, &scope).await?;
    let (person, held) = find(tx, &scope, &board, user).await?;
    if person.left_at.is_some() {
        return Err(Problem::Refused("has-left"));
    }
    change_assignments(tx, &scope, &board, user, &held, wanted).await
}

async fn change_assignments(
    tx: &mut Tx,
    scope: &Scope,
    board: &Board,
    user: UserId,
    held: &[Assignment],
    wanted: &[Assignment],
) -> Result<()> {
    if scope.user == Some(user) {
        return Err(Problem::Refused("yourself"));
    }
    let (old, new): (HashSet<_>, HashSet<_>) = (held.iter().copied().collect(), wanted.iter().copied().collect());
    let (taken, given): (Vec<Assignment>, Vec<Assignment>) =
        (old.difference(&new).copied().collect(), new.difference(&old).copied().collect());
    for a in &given {
        check_assignment(tx, scope, board, a).await?;
    }
    for a in taken.iter().chain(&given) {
        if let Some(post) = board.post(a) {
            may_hand_out(scope, &post)?;
        }
        if !board.usual_for(scope, a) {
            return Err(Problem::Refused("administrators-only"));
        }
    }
    let administrators = roles::administrators(tx, scope.group).await?;
    for a in &taken {
        roles::unassign(tx, user, a).await?;
    }
    for a in &given {
        roles::assign(tx, user, a).await?;
    }
    if taken.is_empty() && given.is_empty() {
        return Ok(());
    }
    keep_an_administrator(tx, &administrators).await?;
    sessions::end_all(tx, &[user], None).await?;
    let shown = |list: &[Assignment]| json!({ "roles": list.iter().map(|a| told(board, a)).collect::<Vec<_>>() });
    audit::note(tx, "user.roles", "user", user.raw(), &shown(held), &shown(wanted)).await
}

fn told(board: &Board, a: &Assignment) -> String {
    let key = board.role(a.role).map_or("?", |r| r.key.as_str());
    let department = a.department.map_or("", Department::key);
    format!("{key}@{} {department}", a.place.to_text()).trim_end().to_owned()
}

/// Names a role, a place and, where it matters, a department of this group.
async fn check_assignment(tx: &mut Tx, scope: &Scope, board: &Board, a: &Assignment) -> Result<()> {
    let role = board.role(a.role).ok_or(Problem::invalid("role", "choice"))?;
    if role.needs_department() && a.department.is_none() {
        return Err(Problem::invalid("department", "required"));
    }
    if role.administers() && a.place != Place::Group {
        return Err(Problem::invalid("place", "administrator.group"));
    }
    match a.place {
        Place::Store(id) => org::store(tx, scope.group, id).await.map(|_| ()),
        Place::Region(id) => {
            let known = org::regions(tx, scope.group).await?.iter().any(|r| r.id == id);
            if known { Ok(()) } else { Err(Problem::NotFound) }
        }
        Place::Group => Ok(()),
    }
}

/// Somebody who can sign in must go on administering the group: a change that takes away the last one is
/// refused. `before` was read after [`store::one_at_a_time`] had put rivals in a row.
pub(super) async fn keep_an_administrator(tx: &mut Tx, before: &[UserId]) -> Result<()> {
    let group = tx.scope().group;
    if !before.is_empty() && roles::administrators(tx, group).await?.is_empty() {
        return Err(Problem::Refused("last-administrator"));
    }
    Ok(())
}

/// Deactivates somebody who leaves: their sessions end, their password is gone, and what they have open is
/// handed over, per store, in the same transaction.
/// # Errors
/// `Refused` as [`may_manage`], `Refused("last-administrator")`, `Refused("has-left")`; `Invalid` for a
/// successor who cannot do the work.
pub async fn deactivate(tx: &mut Tx, user: UserId, successors: &HashMap<StoreId, UserId>) -> Result<()> {
    let scope = tx.scope().clone();
    store::one_at_a_time(tx).await?;
    let board = Board::load(tx, &scope).await?;
    let (person, held) = find(tx, &scope, &board, user).await?;
    let posts = board.posts(&held);
    may_manage(&scope, user, &posts)?;
    if person.left_at.is_some() {
        return Err(Problem::Refused("has-left"));
    }
    let administrators = roles::administrators(tx, scope.group).await?;
    let now = tx.now();
    store::set_left(tx, user, Some(now)).await?;
    store::drop_password(tx, user).await?;
    keep_an_administrator(tx, &administrators).await?;
    sessions::end_all(tx, &[user], None).await?;
    sessions::forget_devices(tx, user).await?;
    for id in successor::stores_of_work(tx, scope.group, &posts).await? {
        let chosen = successors.get(&id).copied();
        if let Some(next) = chosen
            && !successor::candidates(tx, scope.group, id, user, &posts).await?.contains(&next)
        {
            return Err(Problem::invalid("successor", "successor.unfit"));
        }
        tx.record(&StaffLeft { user, successor: chosen, store: id }).await?;
    }
    let chosen: Vec<(StoreId, UserId)> = successors.iter().map(|(s, u)| (*s, *u)).collect();
    let (before, after) = (json!({ "left_at": null }), json!({ "left_at": now, "successors": chosen }));
    audit::note(tx, "user.left", "user", user.raw(), &before, &after).await
}

/// Somebody comes back with the roles they had; they need a new one-time link.
/// # Errors
/// `Refused` as [`may_manage`]; `Refused("has-not-left")`.
pub async fn reactivate(tx: &mut Tx, user: UserId) -> Result<()> {
    let scope = tx.scope().clone();
    let board = Board::load(tx, &scope).await?;
    let (person, held) = find(tx, &scope, &board, user).await?;
    may_manage(&scope, user, &board.posts(&held))?;
    if person.left_at.is_none() {
        return Err(Problem::Refused("has-not-left"));
    }
    store::set_left(tx, user, None).await?;
    let (before, after) = (json!({ "left_at": person.left_at }), json!({ "left_at": null }));
    audit::note(tx, "user.back", "user", user.raw(), &before, &after).await
}

/// The people page: those of the store worked in, or everybody for an administrator. Up to 101 after `after`.
/// # Errors
/// As the database answers.
pub async fn list(q: &mut impl Sql, scope: &Scope, whole_group: bool, after: UserId) -> Result<Vec<UserLine>> {
    if whole_group && is_administrator(scope) {
        store::in_group(q, scope.group, after).await
    } else {
        store::in_store(q, scope.group, scope.store()?, after).await
    }
}

/// What each of these people holds.
/// # Errors
/// As the database answers.
pub async fn held(q: &mut impl Sql, scope: &Scope, users: &[UserId]) -> Result<HashMap<UserId, Vec<Assignment>>> {
    let mut held: HashMap<UserId, Vec<Assignment>> = HashMap::new();
    for row in roles::held(q, scope.group, users).await? {
        held.entry(row.user_id).or_default().push(row.assignment());
    }
    Ok(held)
}
