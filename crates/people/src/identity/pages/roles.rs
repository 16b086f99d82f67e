//! Roles: the matrix, and one role's grants.

use askama::Template;
use axum::extract::Path;
use kernel::{Cap, Problem, Reach, RoleId};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::transact;

use super::form::Form;
use super::people::role_name;
use crate::identity::hand_out::need_administrator;
use crate::identity::role::Role;
use crate::identity::roles::{self, RoleForm, as_shipped};

#[derive(Template)]
#[template(path = "identity/pages/roles.html")]
struct RolesPage {
    ui: Ui,
    /// Id and name.
    heads: Vec<(String, String)>,
    /// A capability, and how far each role holds it.
    rows: Vec<(&'static str, Vec<Option<&'static str>>)>,
}

#[derive(Template)]
#[template(path = "identity/pages/role.html")]
struct RolePage {
    ui: Ui,
    form: Form,
    /// `/roles`, or `/roles/{id}`.
    action: String,
    title: String,
    caps: Vec<Select>,
    /// It differs from what was shipped.
    changed: bool,
    saved: bool,
}

struct Select {
    cap: &'static str,
    reach: &'static str,
}

impl RolePage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}

const REACHES: [(&str, Reach); 5] = [
    ("own", Reach::Own),
    ("department", Reach::Department),
    ("store", Reach::Store),
    ("region", Reach::Region),
    ("group", Reach::Group),
];

fn reach_key(reach: Reach) -> &'static str {
    REACHES.iter().find(|(_, r)| *r == reach).map_or("own", |(key, _)| key)
}

/// GET /roles
pub async fn show(desk: Desk) -> Answer {
    need_administrator(desk.scope())?;
    let ui = desk.ui();
    let all = roles::list(&mut desk.reads(), desk.scope()).await?;
    let rows =
        Cap::ALL.iter().map(|cap| (cap.key(), all.iter().map(|r| r.reach(*cap).map(reach_key)).collect())).collect();
    let heads = all.iter().map(|r| (r.id.to_string(), role_name(&ui, r))).collect();
    desk.page(&RolesPage { heads, rows, ui })
}

fn page(desk: &Desk, role: Option<&Role>, grants: &[(Cap, Reach)], form: Form) -> RolePage {
    let ui = desk.ui();
    let held = |cap: Cap| grants.iter().filter(|(c, _)| *c == cap).map(|(_, r)| *r).max().map_or("", reach_key);
    let mut shipped = role.and_then(as_shipped).map(|s| s.grants);
    let mut now = role.map(|r| r.grants.clone()).unwrap_or_default();
    now.sort();
    if let Some(list) = &mut shipped {
        list.sort();
    }
    RolePage {
        action: role.map_or_else(|| "/roles".into(), |r| format!("/roles/{}", r.id)),
        title: role.map_or_else(|| ui.t("identity-role-new").into_owned(), |r| role_name(&ui, r)),
        caps: Cap::ALL.iter().map(|cap| Select { cap: cap.key(), reach: held(*cap) }).collect(),
        changed: shipped.is_some_and(|s| s != now),
        saved: false,
        form,
        ui,
    }
}

fn filled(role: &Role) -> Form {
    Form::with(&[("zh", &role.zh), ("en", role.en.as_deref().unwrap_or("")), ("version", &role.version.to_string())])
}

/// GET /roles/new
pub async fn new(desk: Desk) -> Answer {
    need_administrator(desk.scope())?;
    desk.page(&page(&desk, None, &[], Form::with(&[("version", "0")])))
}

/// GET /roles/{id}
pub async fn edit(desk: Desk, Path(id): Path<RoleId>, query: Fields) -> Answer {
    need_administrator(desk.scope())?;
    let role = roles::find(&mut desk.reads(), desk.scope(), id).await?;
    let mut page = page(&desk, Some(&role), &role.grants, filled(&role));
    page.saved = query.has("saved");
    desk.page(&page)
}

fn read(fields: &Fields) -> RoleForm {
    let grants = Cap::ALL.iter().filter_map(|cap| {
        let chosen = fields.get(&format!("cap-{}", cap.key())).to_owned();
        REACHES.iter().find(|(key, _)| *key == chosen).map(|(_, reach)| (*cap, *reach))
    });
    RoleForm {
        zh: fields.get("zh").to_owned(),
        en: fields.get("en").to_owned(),
        grants: grants.collect(),
        version: fields.parsed("version").unwrap_or(0),
    }
}

/// POST /roles
pub async fn create(desk: Desk, fields: Fields) -> Answer {
    let form = read(&fields);
    match transact!(desk.db(), desk.scope(), |tx| { roles::add(tx, &form).await }) {
        Ok(id) => desk.see_other(&format!("/roles/{id}?saved")),
        Err(Problem::Invalid(errors)) => {
            desk.invalid(&page(&desk, None, &form.grants, Form::again(&desk, &fields, &errors)))
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /roles/{id}
pub async fn save(desk: Desk, Path(id): Path<RoleId>, fields: Fields) -> Answer {
    let form = read(&fields);
    match transact!(desk.db(), desk.scope(), |tx| { roles::save(tx, id, &form).await }) {
        Ok(()) => desk.see_other(&format!("/roles/{id}?saved")),
        Err(Problem::Invalid(errors)) => {
            let role = roles::find(&mut desk.reads(), desk.scope(), id).await?;
            desk.invalid(&page(&desk, Some(&role), &form.grants, Form::again(&desk, &fields, &errors)))
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /roles/{id}/shipped: back to what was shipped.
pub async fn restore(desk: Desk, Path(id): Path<RoleId>) -> Answer {
    let role = roles::find(&mut desk.reads(), desk.scope(), id).await?;
    let form = as_shipped(&role).ok_or(Problem::NotFound)?;
    transact!(desk.db(), desk.scope(), |tx| { roles::save(tx, id, &form).await })?;
    desk.see_other(&format!("/roles/{id}?saved"))
}
