//! The people of the store, or of the whole group for an administrator; adding somebody.

use askama::Template;
use kernel::{Department, Millis, Problem, UserId};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::i18n::Label;
use platform::transact;

use super::form::Form;
use super::languages;
use crate::identity::hand_out::is_administrator;
use crate::identity::org;
use crate::identity::post::{Assignment, Place};
use crate::identity::role::Role;
use crate::identity::staff::{self, Board, PersonForm};

#[derive(Template)]
#[template(path = "identity/pages/people.html")]
struct PeoplePage {
    ui: Ui,
    lines: Vec<Line>,
    administrator: bool,
    whole_group: bool,
    /// The id to go on after, when there are more.
    more: Option<String>,
}

struct Line {
    id: UserId,
    name: String,
    login: String,
    number: Option<String>,
    roles: Vec<String>,
    left: bool,
    no_password: bool,
    seen: Option<Millis>,
}

#[derive(Template)]
#[template(path = "identity/pages/person_new.html")]
struct NewPage {
    ui: Ui,
    form: Form,
    choices: Choices,
    languages: Vec<(String, String)>,
}

impl NewPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}

/// What a scope may hand out: roles, places and departments as options of a form.
pub struct Choices {
    pub roles: Vec<(String, String)>,
    pub places: Vec<(String, String)>,
    pub departments: Vec<(String, String)>,
}

/// Names of places, for what somebody holds.
pub struct Places {
    stores: Vec<org::StoreCard>,
    regions: Vec<(org::Region, Vec<kernel::StoreId>)>,
}

impl Places {
    pub async fn load(desk: &Desk) -> Result<Self, Problem> {
        let (q, group) = (&mut desk.reads(), desk.scope().group);
        Ok(Self { stores: org::all_stores(q, group).await?, regions: org::regions(q, group).await? })
    }
    pub fn name(&self, ui: &Ui, place: Place) -> String {
        match place {
            Place::Store(id) => self.stores.iter().find(|s| s.id == id).map(|s| s.name.clone()),
            Place::Region(id) => self.regions.iter().find(|(r, _)| r.id == id).map(|(r, _)| r.name.clone()),
            Place::Group => Some(ui.t("identity-whole-group").into_owned()),
        }
        .unwrap_or_else(|| "--".into())
    }
    /// `回访专员 · 城南店`, with the department where the role asks for one.
    pub fn told(&self, ui: &Ui, board: &Board, a: &Assignment) -> String {
        let role = board.role(a.role);
        let mut parts = vec![role.map_or_else(|| "--".into(), |r| role_name(ui, r)), self.name(ui, a.place)];
        if let (Some(department), true) = (a.department, role.is_some_and(Role::needs_department)) {
            parts.push(ui.v("identity-department", department.key()).into_owned());
        }
        parts.join(" · ")
    }
}

pub fn role_name(ui: &Ui, role: &Role) -> String {
    ui.label(&Label { zh: role.zh.clone(), en: role.en.clone() })
}

impl Choices {
    /// Only what the scope may give somewhere.
    pub async fn load(desk: &Desk, board: &Board) -> Result<Self, Problem> {
        let (ui, scope) = (desk.ui(), desk.scope());
        let names = Places::load(desk).await?;
        let mut places: Vec<Place> = Vec::new();
        if is_administrator(scope) {
            places.push(Place::Group);
            places.extend(names.regions.iter().map(|(r, _)| Place::Region(r.id)));
        }
        places.extend(names.stores.iter().filter(|s| s.closed_at.is_none()).map(|s| Place::Store(s.id)));
        let may = |role: &Role, place: Place| {
            board.may_give(scope, &Assignment { role: role.id, place, department: role.usual_department() })
        };
        let roles: Vec<&Role> = board.roles.iter().filter(|r| places.iter().any(|p| may(r, *p))).collect();
        places.retain(|p| roles.iter().any(|r| may(r, *p)));
        // The store worked in comes first: that is where people are usually added.
        places.sort_by_key(|p| p.store() != scope.store);
        let department = |d: Department| (d.key().to_owned(), ui.v("identity-department", d.key()).into_owned());
        let mut departments = vec![(String::new(), ui.t("identity-department-usual").into_owned())];
        departments.extend(Department::ALL.map(department));
        Ok(Self {
            roles: roles.iter().map(|r| (r.id.to_string(), role_name(&ui, r))).collect(),
            places: places.iter().map(|p| (p.to_text(), names.name(&ui, *p))).collect(),
            departments,
        })
    }
}

/// Role, place and department as a form names them; without a department the role's usual one.
pub fn read_assignment(board: &Board, role: &str, place: &str, department: &str) -> Result<Assignment, Problem> {
    let id = role.parse().map_err(|_| Problem::invalid("role", "choice"))?;
    let found = board.role(id).ok_or(Problem::invalid("role", "choice"))?;
    let place = Place::parse(place).ok_or(Problem::invalid("place", "choice"))?;
    let department = match department {
        "" => found.usual_department(),
        text => Some(Department::parse(text).ok_or(Problem::invalid("department", "choice"))?),
    };
    Ok(Assignment { role: found.id, place, department })
}

/// GET /people?all&after=
pub async fn show(desk: Desk, query: Fields) -> Answer {
    let (ui, scope) = (desk.ui(), desk.scope());
    let whole_group = query.has("all") && is_administrator(scope);
    let after: UserId = query.parsed("after").unwrap_or(UserId::new(0));
    let mut rows = staff::list(&mut desk.reads(), scope, whole_group, after).await?;
    let more = (rows.len() > 100).then(|| rows.truncate(100)).and_then(|()| rows.last().map(|r| r.id.to_string()));
    let board = Board::load(&mut desk.reads(), scope).await?;
    let places = Places::load(&desk).await?;
    let ids: Vec<UserId> = rows.iter().map(|r| r.id).collect();
    let held = staff::held(&mut desk.reads(), scope, &ids).await?;
    let lines = rows
        .into_iter()
        .map(|row| Line {
            roles: held.get(&row.id).into_iter().flatten().map(|a| places.told(&ui, &board, a)).collect(),
            id: row.id,
            name: row.name,
            login: row.login,
            number: row.agent_number,
            left: row.left_at.is_some(),
            no_password: row.set_at.is_none() && row.left_at.is_none(),
            seen: row.seen_at,
        })
        .collect();
    desk.page(&PeoplePage { lines, administrator: is_administrator(scope), whole_group, more, ui })
}

async fn new_page(desk: &Desk, form: Form) -> Result<NewPage, Problem> {
    let board = Board::load(&mut desk.reads(), desk.scope()).await?;
    let choices = Choices::load(desk, &board).await?;
    Ok(NewPage { ui: desk.ui(), form, choices, languages: languages() })
}

/// GET /people/new?role=care_supervisor: with a role chosen already, where the first steps send somebody.
pub async fn new(desk: Desk, query: Fields) -> Answer {
    let board = Board::load(&mut desk.reads(), desk.scope()).await?;
    let chosen = board.roles.iter().find(|r| Some(r.key.as_str()) == query.opt("role")).map(|r| r.id.to_string());
    let place = desk.scope().store.map(|s| Place::Store(s).to_text());
    let form = match (chosen, place) {
        (Some(role), Some(place)) => Form::with(&[("role", &role), ("place", &place)]),
        (Some(_) | None, _) => Form::default(),
    };
    desk.page(&new_page(&desk, form).await?)
}

/// POST /people
pub async fn create(desk: Desk, fields: Fields) -> Answer {
    let board = Board::load(&mut desk.reads(), desk.scope()).await?;
    let form = PersonForm {
        name: fields.get("name").to_owned(),
        login: fields.get("login").to_owned(),
        agent_number: fields.get("agent_number").to_owned(),
        locale: fields.get("locale").to_owned(),
    };
    let outcome = match read_assignment(&board, fields.get("role"), fields.get("place"), fields.get("department")) {
        Ok(held) => transact!(desk.db(), desk.scope(), |tx| { staff::add_person(tx, &form, &[held]).await }),
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(id) => desk.see_other(&format!("/people/{id}?new")),
        Err(Problem::Invalid(errors)) => desk.invalid(&new_page(&desk, Form::again(&desk, &fields, &errors)).await?),
        Err(other) => Err(other.into()),
    }
}
