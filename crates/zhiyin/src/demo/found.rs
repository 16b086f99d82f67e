//! The demonstration's group, stores and people.

use std::collections::HashMap;

use kernel::{Department, GroupId, Result, Scope, StoreId, UserId};
use people::identity::post::{Assignment, Place};
use people::identity::staff::PersonForm;
use people::identity::{calendar, found_group, org, roles, set_share, staff};
use platform::db::Db;
use platform::transact;

use super::story::{Frame, Person, Store};

/// Who is who, by the keys of the story.
pub struct Cast {
    pub group: GroupId,
    pub stores: HashMap<String, StoreId>,
    pub people: HashMap<String, UserId>,
    /// Shown names, of those who do not sign in too.
    pub names: HashMap<String, String>,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// # Errors
/// What the verbs answer; the story fits them, which a test shows.
pub async fn found(db: &Db, frame: &Frame) -> Result<Cast> {
    let group: GroupId = db.new_id();
    let scope = Scope::system(group, None);
    let mut stores = HashMap::new();
    let mut people = HashMap::new();
    for (i, store) in frame.stores.iter().enumerate() {
        let id = if i == 0 {
            transact!(db, &scope, |tx| { found_group(tx, &frame.group.name, true, &store.name, &store.code).await })?
        } else {
            transact!(db, &scope, |tx| { org::add_store(tx, &form(store)).await })?
        };
        let here = Scope::system(group, Some(id));
        let hours = hours(store);
        transact!(db, &here, |tx| {
            org::save_store(tx, id, &form(store)).await?;
            calendar::save_hours(tx, id, &hours).await
        })?;
        stores.insert(store.key.clone(), id);
    }
    let mut regions = Vec::new();
    for region in &frame.regions {
        let held: Vec<StoreId> = region.stores.iter().filter_map(|k| stores.get(k).copied()).collect();
        regions.push(transact!(db, &scope, |tx| { org::save_region(tx, None, &region.name, &held).await })?);
    }
    let shipped = roles::list(&mut db.reads(), &scope).await?;
    for person in frame.people.iter().filter(|p| p.signs_in) {
        let Some(role) = shipped.iter().find(|r| r.key == person.role) else { continue };
        let places: Vec<Place> = match person.role.as_str() {
            "administrator" => vec![Place::Group],
            "head_office" => regions.iter().map(|r| Place::Region(*r)).collect(),
            _ => person.stores.iter().filter_map(|k| stores.get(k)).map(|s| Place::Store(*s)).collect(),
        };
        let department = person.department.as_deref().and_then(Department::parse);
        let held: Vec<Assignment> =
            places.into_iter().map(|place| Assignment { role: role.id, place, department }).collect();
        let user = transact!(db, &scope, |tx| { staff::add_person(tx, &person_form(person), &held).await })?;
        people.insert(person.key.clone(), user);
    }
    for share in &frame.shares {
        if let (Some(store), Some(agent)) = (stores.get(&share.store), people.get(&share.agent)) {
            let here = Scope::system(group, Some(*store));
            transact!(db, &here, |tx| { set_share(tx, *agent, share.share, None, None).await })?;
        }
    }
    let names = frame.people.iter().map(|p| (p.key.clone(), p.name.clone())).collect();
    Ok(Cast { group, stores, people, names })
}

fn form(store: &Store) -> org::StoreForm {
    org::StoreForm {
        name: store.name.clone(),
        code: store.code.clone(),
        brand: store.brands.join("、"),
        city: store.region.clone(),
        phone: store.service_phone.clone(),
        ..org::StoreForm::default()
    }
}

fn hours(store: &Store) -> [String; 7] {
    DAYS.map(|day| {
        let spans = store.week.get(day).map(Vec::as_slice).unwrap_or_default();
        spans.iter().map(|h| format!("{}-{}", h.from, h.to)).collect::<Vec<_>>().join(" ")
    })
}

fn person_form(person: &Person) -> PersonForm {
    PersonForm {
        name: person.name.clone(),
        login: person.key.clone(),
        agent_number: person.staff_no.clone(),
        locale: "zh-CN".into(),
    }
}
