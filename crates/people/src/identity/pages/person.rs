//! One person: names, roles, share and absence, one-time link, leaving.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Path;
use kernel::{Cap, Problem, StoreDate, StoreId, UserId};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::transact;

use super::form::Form;
use super::people::{Choices, Places, read_assignment};
use crate::identity::hand_out::may_manage;
use crate::identity::post::{Assignment, Place};
use crate::identity::staff::{self, Board, PersonForm, User};
use crate::identity::{Agent, agents, link, set_share, successor, user_names};

#[derive(Template)]
#[template(path = "identity/pages/person.html")]
struct PersonPage {
    ui: Ui,
    person: User,
    form: Form,
    held: Vec<HeldLine>,
    choices: Choices,
    /// Whether the whole account is this reader's to manage.
    manages: bool,
    /// In the store worked in, for those who share out contacts.
    agent: Option<Agent>,
    handovers: Vec<Handover>,
    /// Shown once.
    link: Option<String>,
    said: Option<&'static str>,
}

struct HeldLine {
    /// As the form sends it back: role|place|department.
    key: String,
    told: String,
    may_take: bool,
}

struct Handover {
    store: StoreId,
    name: String,
    people: Vec<(UserId, String)>,
}

impl PersonPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}

fn key(a: &Assignment) -> String {
    format!("{}|{}|{}", a.role, a.place.to_text(), a.department.map_or("", kernel::Department::key))
}

fn day(d: Option<StoreDate>) -> String {
    d.map_or_else(String::new, |d| d.to_string())
}

async fn page(desk: &Desk, id: UserId, form: Option<Form>) -> Result<PersonPage, Problem> {
    let (ui, scope, q) = (desk.ui(), desk.scope(), &mut desk.reads());
    let board = Board::load(q, scope).await?;
    let (person, held) = staff::find(q, scope, &board, id).await?;
    let posts = board.posts(&held);
    let places = Places::load(desk).await?;
    let own = scope.user == Some(id);
    let lines = held
        .iter()
        .map(|a| HeldLine {
            key: key(a),
            told: places.told(&ui, &board, a),
            may_take: !own && board.may_give(scope, a),
        })
        .collect();
    let agent = match scope.store {
        Some(store) if scope.may(Cap::QueueAssign) => {
            agents(q, scope.group, store).await?.into_iter().find(|a| a.id == id)
        }
        Some(_) | None => None,
    };
    let manages = may_manage(scope, id, &posts).is_ok();
    let mut handovers = Vec::new();
    if manages && person.left_at.is_none() {
        for store in successor::stores_of_work(q, scope.group, &posts).await? {
            let candidates = successor::candidates(q, scope.group, store, id, &posts).await?;
            let names = user_names(q, scope.group, &candidates).await?;
            let people = candidates.into_iter().map(|u| (u, names.get(&u).cloned().unwrap_or_default())).collect();
            handovers.push(Handover { store, name: places.name(&ui, Place::Store(store)), people });
        }
    }
    let form = form.unwrap_or_else(|| {
        let number = person.agent_number.clone().unwrap_or_default();
        let (share, from, until) = agent.as_ref().map_or((String::new(), String::new(), String::new()), |a| {
            (a.share.to_string(), day(a.absent_from), day(a.absent_until))
        });
        Form::with(&[
            ("name", &person.name),
            ("agent_number", &number),
            ("share", &share),
            ("absent_from", &from),
            ("absent_until", &until),
        ])
    });
    let choices = Choices::load(desk, &board).await?;
    Ok(PersonPage { person, form, held: lines, choices, manages, agent, handovers, link: None, said: None, ui })
}

/// GET /people/{id}
pub async fn show(desk: Desk, Path(id): Path<UserId>, query: Fields) -> Answer {
    let mut page = page(&desk, id, None).await?;
    page.said = if query.has("new") {
        Some("identity-person-added")
    } else if query.has("saved") {
        Some("identity-saved")
    } else {
        None
    };
    desk.page(&page)
}

async fn settle(desk: &Desk, id: UserId, fields: &Fields, outcome: Result<(), Problem>) -> Answer {
    match outcome {
        Ok(()) => desk.see_other(&format!("/people/{id}?saved")),
        Err(Problem::Invalid(errors)) => {
            let mut fresh = page(desk, id, None).await?;
            let again = Form::again(desk, fields, &errors);
            // Only one of the page's forms was sent; the others stand as they are.
            let sent = fields.0.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>();
            let kept: Vec<(String, String)> = ["name", "agent_number", "share", "absent_from", "absent_until"]
                .iter()
                .map(|k| ((*k).to_owned(), if sent.contains(k) { again.get(k) } else { fresh.form.get(k) }.to_owned()))
                .collect();
            let values: Vec<(&str, &str)> = kept.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let mut form = Form::with(&values);
            form.errors = again.errors;
            fresh.form = form;
            desk.invalid(&fresh)
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /people/{id}
pub async fn rename(desk: Desk, Path(id): Path<UserId>, fields: Fields) -> Answer {
    let form = PersonForm {
        name: fields.get("name").to_owned(),
        agent_number: fields.get("agent_number").to_owned(),
        ..PersonForm::default()
    };
    let outcome = transact!(desk.db(), desk.scope(), |tx| { staff::rename(tx, id, &form).await });
    settle(&desk, id, &fields, outcome).await
}

/// POST /people/{id}/roles: what stays ticked, and perhaps one more.
pub async fn assign(desk: Desk, Path(id): Path<UserId>, fields: Fields) -> Answer {
    let board = Board::load(&mut desk.reads(), desk.scope()).await?;
    let (_, held) = staff::find(&mut desk.reads(), desk.scope(), &board, id).await?;
    let kept: Vec<&str> = fields.all("keep").collect();
    let mut wanted: Vec<Assignment> = held.into_iter().filter(|a| kept.contains(&key(a).as_str())).collect();
    let added = match fields.opt("role") {
        Some(role) => read_assignment(&board, role, fields.get("place"), fields.get("department")).map(Some),
        None => Ok(None),
    };
    let outcome = match added {
        Ok(added) => {
            wanted.extend(added);
            transact!(desk.db(), desk.scope(), |tx| { staff::set_assignments(tx, id, &wanted).await })
        }
        Err(problem) => Err(problem),
    };
    settle(&desk, id, &fields, outcome).await
}

/// POST /people/{id}/share
pub async fn share(desk: Desk, Path(id): Path<UserId>, fields: Fields) -> Answer {
    let date = |field: &'static str| match fields.opt(field) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Problem::invalid(field, "date.form")),
    };
    let read = || -> Result<(i64, Option<StoreDate>, Option<StoreDate>), Problem> {
        let share = fields.parsed("share").ok_or(Problem::invalid("share", "share.range"))?;
        Ok((share, date("absent_from")?, date("absent_until")?))
    };
    let outcome = match read() {
        Ok((share, from, until)) => {
            transact!(desk.db(), desk.scope(), |tx| { set_share(tx, id, share, from, until).await })
        }
        Err(problem) => Err(problem),
    };
    settle(&desk, id, &fields, outcome).await
}

/// POST /people/{id}/link: the link is shown on the answer and nowhere again.
pub async fn issue_link(desk: Desk, Path(id): Path<UserId>) -> Answer {
    let token = transact!(desk.db(), desk.scope(), |tx| { link::password_link(tx, id).await })?;
    let mut page = page(&desk, id, None).await?;
    page.link = Some(format!("{}/links/{token}", desk.app().config.public_origin.trim_end_matches('/')));
    desk.page(&page)
}

/// POST /people/{id}/leave
pub async fn leave(desk: Desk, Path(id): Path<UserId>, fields: Fields) -> Answer {
    let chosen =
        fields.starting("successor-").filter_map(|(store, user)| Some((store.parse().ok()?, user.parse().ok()?)));
    let successors: HashMap<StoreId, UserId> = chosen.collect();
    let outcome = transact!(desk.db(), desk.scope(), |tx| { staff::deactivate(tx, id, &successors).await });
    settle(&desk, id, &fields, outcome).await
}

/// POST /people/{id}/return
pub async fn come_back(desk: Desk, Path(id): Path<UserId>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { staff::reactivate(tx, id).await })?;
    desk.see_other(&format!("/people/{id}?saved"))
}
