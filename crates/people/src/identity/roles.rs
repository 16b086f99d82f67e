//! Roles as data: an administrator changes what a role grants; everybody who holds it signs in again.

use kernel::{Cap, FieldErrors, Problem, Reach, Result, RoleId, Scope, UserId};
use platform::audit;
use platform::db::{Sql, Tx};
use serde_json::{Value, json};

use super::hand_out::need_administrator;
use super::role::{Role, shipped};
use super::staff::keep_an_administrator;
use super::store::{role as store, session as sessions, user as users};

/// What the roles page sent.
#[derive(Clone, Debug, Default)]
pub struct RoleForm {
    pub zh: String,
    pub en: String,
    pub grants: Vec<(Cap, Reach)>,
    /// The version that the form showed.
    pub version: i64,
}

impl RoleForm {
    fn check(&self) -> Result<()> {
        let mut errors = FieldErrors::default();
        if self.zh.trim().is_empty() {
            errors.add("zh", "required");
        }
        for (field, text) in [("zh", &self.zh), ("en", &self.en)] {
            if text.chars().count() > 40 {
                errors.add(field, "too-long");
            }
        }
        // Administering, settings and accounts are of the whole group or not at all.
        let half =
            |(cap, reach): &(Cap, Reach)| matches!(cap, Cap::AdminManage | Cap::SettingsEdit) && *reach != Reach::Group;
        if self.grants.iter().any(half) {
            errors.add("grants", "grants.group-only");
        }
        errors.into_result()
    }
}

/// # Errors
/// As the database answers.
pub async fn list(q: &mut impl Sql, scope: &Scope) -> Result<Vec<Role>> {
    store::roles(q, scope.group).await
}

/// # Errors
/// `NotFound`.
pub async fn find(q: &mut impl Sql, scope: &Scope, id: RoleId) -> Result<Role> {
    list(q, scope).await?.into_iter().find(|r| r.id == id).ok_or(Problem::NotFound)
}

/// # Errors
/// `Forbidden`, `Invalid`.
pub async fn add(tx: &mut Tx, form: &RoleForm) -> Result<RoleId> {
    need_administrator(tx.scope())?;
    form.check()?;
    let id: RoleId = tx.new_id();
    let key = format!("own-{id}");
    let grants = json!(form.grants);
    let en = Some(form.en.trim()).filter(|t| !t.is_empty());
    store::add(tx, id, &key, form.zh.trim(), en, &grants).await?;
    audit::note(tx, "role.added", "role", id.raw(), &Value::Null, &json!({ "zh": form.zh, "grants": form.grants }))
        .await
        .map(|()| id)
}

/// Changes a role. Nobody adds to a role that they hold themselves.
/// # Errors
/// `Forbidden`; `Refused("yourself")`, `Refused("last-administrator")`; `Conflict("role")` when somebody else
/// saved it meanwhile; `Invalid`.
pub async fn save(tx: &mut Tx, id: RoleId, form: &RoleForm) -> Result<()> {
    need_administrator(tx.scope())?;
    form.check()?;
    users::one_at_a_time(tx).await?;
    let scope = tx.scope().clone();
    let before = find(tx, &scope, id).await?;
    let holders: Vec<UserId> = store::holders_of_role(tx, scope.group, id).await?;
    let widened = form.grants.iter().any(|(cap, reach)| before.reach(*cap).is_none_or(|had| had < *reach));
    if widened && scope.user.is_some_and(|me| holders.contains(&me)) {
        return Err(Problem::Refused("yourself"));
    }
    let administrators = store::administrators(tx, scope.group).await?;
    let grants = json!(form.grants);
    let en = Some(form.en.trim()).filter(|t| !t.is_empty());
    if !store::set(tx, id, form.zh.trim(), en, &grants, form.version).await? {
        return Err(Problem::Conflict("role"));
    }
    keep_an_administrator(tx, &administrators).await?;
    sessions::end_all(tx, &holders, None).await?;
    let shown = |zh: &str, grants: &[(Cap, Reach)]| json!({ "zh": zh, "grants": grants });
    let (old, new) = (shown(&before.zh, &before.grants), shown(&form.zh, &form.grants));
    audit::note(tx, "role.changed", "role", id.raw(), &old, &new).await
}

/// The form that brings a shipped role back to what was shipped.
pub fn as_shipped(role: &Role) -> Option<RoleForm> {
    shipped().iter().find(|s| s.key == role.key && role.shipped).map(|s| RoleForm {
        zh: s.zh.clone(),
        en: s.en.clone(),
        grants: s.grants.clone(),
        version: role.version,
    })
}
