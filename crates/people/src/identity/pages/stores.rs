//! Stores, regions and the group's name.

use askama::Template;
use axum::extract::Path;
use kernel::{Problem, RegionId, StoreId};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::transact;

use super::form::Form;
use crate::identity::org::{self, DialMode, StoreCard, StoreForm};

#[derive(Template)]
#[template(path = "identity/pages/stores.html")]
struct StoresPage {
    ui: Ui,
    form: Form,
    stores: Vec<StoreCard>,
    regions: Vec<RegionLine>,
    saved: bool,
}

struct RegionLine {
    /// Empty for the one to be made.
    id: String,
    name: String,
    stores: Vec<StoreId>,
}

#[derive(Template)]
#[template(path = "identity/pages/store.html")]
struct StorePage {
    ui: Ui,
    form: Form,
    action: String,
    title: String,
    /// The code of a store that exists cannot change: imports know it by that.
    code: Option<String>,
    dial_modes: Vec<(String, String)>,
    closed: bool,
}

impl StoresPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}
impl StorePage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}

async fn list(desk: &Desk, form: Option<Form>) -> Result<StoresPage, Problem> {
    let (q, group) = (&mut desk.reads(), desk.scope().group);
    let mut regions: Vec<RegionLine> = org::regions(q, group)
        .await?
        .into_iter()
        .map(|(r, stores)| RegionLine { id: r.id.to_string(), name: r.name, stores })
        .collect();
    regions.push(RegionLine { id: String::new(), name: String::new(), stores: Vec::new() });
    let stores = org::all_stores(q, group).await?;
    let name = org::group_card(q, group).await?.name;
    let form = form.unwrap_or_else(|| Form::with(&[("group", &name)]));
    Ok(StoresPage { ui: desk.ui(), form, stores, regions, saved: false })
}

/// GET /stores
pub async fn show(desk: Desk, query: Fields) -> Answer {
    let mut page = list(&desk, None).await?;
    page.saved = query.has("saved");
    desk.page(&page)
}

/// POST /stores/group
pub async fn rename_group(desk: Desk, fields: Fields) -> Answer {
    match transact!(desk.db(), desk.scope(), |tx| { org::rename_group(tx, fields.get("group")).await }) {
        Ok(()) => desk.see_other("/stores?saved"),
        Err(Problem::Invalid(errors)) => desk.invalid(&list(&desk, Some(Form::again(&desk, &fields, &errors))).await?),
        Err(other) => Err(other.into()),
    }
}

async fn save_region(desk: &Desk, id: Option<RegionId>, fields: &Fields) -> Answer {
    let stores: Vec<StoreId> = fields.all("store").filter_map(|s| s.parse().ok()).collect();
    match transact!(desk.db(), desk.scope(), |tx| { org::save_region(tx, id, fields.get("name"), &stores).await }) {
        Ok(_) => desk.see_other("/stores?saved"),
        Err(Problem::Invalid(errors)) => {
            let mut page = list(desk, None).await?;
            page.form.errors = desk.show_errors(&errors);
            desk.invalid(&page)
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /regions
pub async fn add_region(desk: Desk, fields: Fields) -> Answer {
    save_region(&desk, None, &fields).await
}

/// POST /regions/{id}
pub async fn change_region(desk: Desk, Path(id): Path<RegionId>, fields: Fields) -> Answer {
    save_region(&desk, Some(id), &fields).await
}

fn store_page(desk: &Desk, card: Option<&StoreCard>, form: Form) -> StorePage {
    let ui = desk.ui();
    StorePage {
        action: card.map_or_else(|| "/stores".into(), |c| format!("/stores/{}", c.id)),
        title: card.map_or_else(|| ui.t("identity-store-add").into_owned(), |c| c.name.clone()),
        code: card.map(|c| c.code.clone()),
        dial_modes: DialMode::ALL.iter().map(|m| (m.key().to_owned(), ui.v("identity-dial", m).into_owned())).collect(),
        closed: card.is_some_and(|c| c.closed_at.is_some()),
        form,
        ui,
    }
}

fn filled(card: &StoreCard) -> Form {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    Form::with(&[
        ("name", &card.name),
        ("brand", &text(&card.brand)),
        ("city", &text(&card.city)),
        ("phone", &text(&card.phone)),
        ("tz", &card.tz),
        ("dial_mode", card.dial_mode.key()),
    ])
}

fn read(fields: &Fields) -> StoreForm {
    let text = |name: &str| fields.get(name).to_owned();
    StoreForm {
        name: text("name"),
        code: text("code"),
        brand: text("brand"),
        city: text("city"),
        phone: text("phone"),
        tz: text("tz"),
        dial_mode: text("dial_mode"),
        closed: fields.has("closed"),
    }
}

/// GET /stores/new
pub async fn new(desk: Desk) -> Answer {
    desk.page(&store_page(&desk, None, Form::with(&[("tz", org::TIME_ZONE)])))
}

/// GET /stores/{id}
pub async fn edit(desk: Desk, Path(id): Path<StoreId>) -> Answer {
    let card = org::store_card(&mut desk.reads(), desk.scope().group, id).await?;
    desk.page(&store_page(&desk, Some(&card), filled(&card)))
}

/// POST /stores
pub async fn create(desk: Desk, fields: Fields) -> Answer {
    let form = read(&fields);
    match transact!(desk.db(), desk.scope(), |tx| { org::add_store(tx, &form).await }) {
        Ok(_) => desk.see_other("/stores?saved"),
        Err(Problem::Invalid(errors)) => desk.invalid(&store_page(&desk, None, Form::again(&desk, &fields, &errors))),
        Err(other) => Err(other.into()),
    }
}

/// POST /stores/{id}
pub async fn save(desk: Desk, Path(id): Path<StoreId>, fields: Fields) -> Answer {
    let form = read(&fields);
    match transact!(desk.db(), desk.scope(), |tx| { org::save_store(tx, id, &form).await }) {
        Ok(()) => desk.see_other("/stores?saved"),
        Err(Problem::Invalid(errors)) => {
            let card = org::store_card(&mut desk.reads(), desk.scope().group, id).await?;
            desk.invalid(&store_page(&desk, Some(&card), Form::again(&desk, &fields, &errors)))
        }
        Err(other) => Err(other.into()),
    }
}
