//! Rules that only show with a database under them, on both engines.

mod calendar;
mod console;
mod last_administrator;
mod links;
mod pages;
mod permissions;
mod sessions;
mod staff;
mod statements;
mod throttling;

use kernel::{Id, Problem, Result, Scope, UserId};
use platform::transact;
use testkit::World;

use super::post::{Assignment, Place};
use super::sign_in::{Credentials, SignedIn, scope_of};
use super::staff::{PersonForm, add_person};
use super::store::{role, user};
use super::{password, session};

pub const PASSWORD: &str = "春风十里不如你来呀呀";
pub const HERE: session::From<'static> = session::From { address: "10.0.0.8", browser: "Firefox Linux" };

/// Roles of the world's group; done once per world.
pub async fn furnish(w: &World) {
    for group in [w.group, w.other_group] {
        transact!(w.db, &scope_of(group, None), |tx| {
            role::seed(tx, group).await?;
            super::holidays::seed(tx, group).await
        })
        .expect("roles and holidays");
    }
}

pub async fn assignment(w: &World, key: &str, place: Place) -> Assignment {
    let roles = role::roles(&mut w.db.reads(), w.group).await.expect("roles");
    let role = roles.iter().find(|r| r.key == key).unwrap_or_else(|| panic!("no role {key}"));
    Assignment { role: role.id, place, department: role.usual_department() }
}

/// Somebody with a role and the usual password.
pub async fn person(w: &World, login: &str, key: &str, place: Place) -> UserId {
    let form = PersonForm { name: login.into(), login: login.into(), ..PersonForm::default() };
    let held = assignment(w, key, place).await;
    let id = transact!(w.db, &w.system(), |tx| { add_person(tx, &form, &[held]).await }).expect("a person");
    give_password(w, id).await;
    id
}

pub async fn give_password(w: &World, id: UserId) {
    let hash = password::hash(PASSWORD).await.expect("hash");
    transact!(w.db, &w.system(), |tx| { user::set_password(tx, id, &hash).await }).expect("a password");
}

/// The scope that a request of this person would have now, in 示范店.
pub async fn scope(w: &World, id: UserId) -> Scope {
    let posts = role::posts(&mut w.db.reads(), w.group, id).await.expect("posts");
    Scope { user: Some(id), group: w.group, store: Some(w.store), posts }
}

pub async fn enter(w: &World, login: &str, password: &str, device: Option<&str>) -> Result<SignedIn> {
    super::sign_in::sign_in(&w.db, &Credentials { login, password, device, from: HERE }).await
}

pub async fn alive(w: &World, token: &str) -> bool {
    session::load_session(&w.db, token).await.expect("a session loads").is_some()
}

/// A problem as a short text.
pub fn told<T>(outcome: &Result<T>) -> String {
    match outcome {
        Ok(_) => "yes".into(),
        Err(Problem::Refused(code)) => (*code).into(),
        Err(Problem::Invalid(errors)) => errors.0.iter().map(|e| e.code.to_string()).collect::<Vec<_>>().join(" "),
        Err(Problem::Busy(seconds)) => format!("busy {seconds}"),
        Err(other) => other.to_string(),
    }
}

pub fn nobody() -> UserId {
    Id::new(999)
}
