//! Stores and regions.

use kernel::{FieldErrors, GroupId, Problem, RegionId, Result, Scope, StoreId, Stores, UserId};
use platform::audit;
use platform::db::{Sql, Tx};
use serde_json::{Value, json};

use super::hand_out::is_administrator;
use super::store::{org as store, role, session as sessions, user as users};
use super::{calendar, session};

pub use store::{DialMode, GroupCard, Region, StoreCard};

/// Where nothing else is said.
pub const TIME_ZONE: &str = "Asia/Shanghai";

/// What the stores page sent.
#[derive(Clone, Debug, Default)]
pub struct StoreForm {
    pub name: String,
    pub code: String,
    pub brand: String,
    pub city: String,
    pub phone: String,
    /// IANA name; empty = [`TIME_ZONE`].
    pub tz: String,
    /// `tel` or `digits`; empty = `tel`.
    pub dial_mode: String,
    pub closed: bool,
}

/// A store's code, as the files of its dealer-management system write it: 1 to 20 letters, digits, `-_.`.
/// # Errors
/// `required`, `code.form`.
pub fn check_code(typed: &str) -> std::result::Result<String, &'static str> {
    let code = typed.trim();
    if code.is_empty() {
        Err("required")
    } else if code.chars().count() <= 20 && code.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)) {
        Ok(code.to_owned())
    } else {
        Err("code.form")
    }
}

/// A service number as people write it: 5 to 20 digits with spaces, hyphens, brackets, a leading `+`.
fn check_phone(typed: &str) -> std::result::Result<Option<String>, &'static str> {
    let typed = typed.trim();
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    match typed.is_empty() {
        true => Ok(None),
        false if (5..=20).contains(&digits) && typed.chars().all(|c| c.is_ascii_digit() || " -()+".contains(c)) => {
            Ok(Some(typed.to_owned()))
        }
        false => Err("phone.form"),
    }
}

impl StoreForm {
    fn check(&self, id: StoreId, now: kernel::Millis) -> Result<StoreCard> {
        let mut errors = FieldErrors::default();
        let name = self.name.trim();
        if name.is_empty() {
            errors.add("name", "required");
        } else if name.chars().count() > 60 {
            errors.add("name", "too-long");
        }
        let code = errors.take("code", check_code(&self.code)).unwrap_or_default();
        let phone = errors.take("phone", check_phone(&self.phone)).flatten();
        let tz = if self.tz.trim().is_empty() { TIME_ZONE } else { self.tz.trim() };
        if jiff::tz::TimeZone::get(tz).is_err() {
            errors.add("tz", "tz.unknown");
        }
        let dial_mode = match self.dial_mode.as_str() {
            "" => Some(DialMode::Tel),
            other => DialMode::parse(other),
        };
        if dial_mode.is_none() {
            errors.add("dial_mode", "choice");
        }
        errors.into_result()?;
        let kept = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        Ok(StoreCard {
            id,
            name: name.to_owned(),
            code,
            brand: kept(&self.brand),
            city: kept(&self.city),
            phone,
            tz: tz.to_owned(),
            dial_mode: dial_mode.unwrap_or(DialMode::Tel),
            closed_at: self.closed.then_some(now),
        })
    }
}

fn need_settings(scope: &Scope) -> Result<()> {
    let whole = (kernel::Cap::SettingsEdit, kernel::Reach::Group);
    if scope.posts.iter().flat_map(|p| &p.grants).any(|g| *g == whole) { Ok(()) } else { Err(Problem::Forbidden) }
}

/// # Errors
/// `Forbidden`, `Invalid` with all faults, `code.taken` among them.
pub async fn add_store(tx: &mut Tx, form: &StoreForm) -> Result<StoreId> {
    need_settings(tx.scope())?;
    let id: StoreId = tx.new_id();
    insert_store(tx, form, id).await?;
    Ok(id)
}

/// Without asking who does it: the first run, the demonstration.
/// # Errors
/// `Invalid` with all faults.
pub(crate) async fn insert_store(tx: &mut Tx, form: &StoreForm, id: StoreId) -> Result<()> {
    let card = form.check(id, tx.now())?;
    if !store::add_store(tx, &card).await? {
        return Err(Problem::invalid("code", "code.taken"));
    }
    calendar::seed_hours(tx, id).await?;
    audit::note(tx, "store.added", "store", id.raw(), &Value::Null, &values(&card)).await
}

/// Everything but the code. A closed store takes no new work and is offered nowhere.
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid`.
pub async fn save_store(tx: &mut Tx, id: StoreId, form: &StoreForm) -> Result<()> {
    need_settings(tx.scope())?;
    let group = tx.scope().group;
    let before = store::store(tx, group, id).await?;
    let form = StoreForm { code: before.code.clone(), ..form.clone() };
    let mut after = form.check(id, tx.now())?;
    // A store that was closed before stays closed since then.
    after.closed_at = after.closed_at.map(|now| before.closed_at.unwrap_or(now));
    store::set_store(tx, &after).await?;
    audit::note(tx, "store.changed", "store", id.raw(), &values(&before), &values(&after)).await
}

fn values(card: &StoreCard) -> Value {
    json!({
        "name": card.name, "code": card.code, "brand": card.brand, "city": card.city, "phone": card.phone, "tz": card.tz,
        "dial_mode": card.dial_mode, "closed_at": card.closed_at,
    })
}

/// # Errors
/// `NotFound` outside of the group.
pub async fn store_card(q: &mut impl Sql, group: GroupId, id: StoreId) -> Result<StoreCard> {
    store::store(q, group, id).await
}

/// The stores that any of the scope's posts reaches, by code, closed ones too.
/// # Errors
/// As the database answers.
pub async fn stores_of(q: &mut impl Sql, scope: &Scope) -> Result<Vec<StoreCard>> {
    session::stores_of_posts(q, scope.group, &scope.posts).await
}

/// Every store of the group, by code.
/// # Errors
/// As the database answers.
pub async fn all_stores(q: &mut impl Sql, group: GroupId) -> Result<Vec<StoreCard>> {
    store::stores(q, group, &Stores::All).await
}

/// # Errors
/// As the database answers.
pub async fn group_card(q: &mut impl Sql, group: GroupId) -> Result<GroupCard> {
    store::group(q, group).await
}

/// Every group of the installation; for jobs and the command line.
/// # Errors
/// As the database answers.
pub async fn groups(q: &mut impl Sql) -> Result<Vec<GroupCard>> {
    store::groups(q).await
}

/// # Errors
/// As the database answers.
pub async fn regions(q: &mut impl Sql, group: GroupId) -> Result<Vec<(Region, Vec<StoreId>)>> {
    let mut stores = role::regions(q, group).await?;
    let list = store::regions(q, group).await?;
    Ok(list
        .into_iter()
        .map(|r| {
            let held = stores.remove(&r.id).unwrap_or_default();
            (r, held)
        })
        .collect())
}

/// Makes or changes a region. Whoever holds a role there signs in again, since their stores changed.
/// # Errors
/// `Forbidden`; `NotFound`; `Refused("yourself")` when one holds a role in that region oneself; `Invalid`.
pub async fn save_region(tx: &mut Tx, id: Option<RegionId>, name: &str, stores: &[StoreId]) -> Result<RegionId> {
    need_settings(tx.scope())?;
    if !is_administrator(tx.scope()) {
        return Err(Problem::Forbidden);
    }
    let group = tx.scope().group;
    users::one_at_a_time(tx).await?;
    let before = match id {
        Some(id) => {
            let all = regions(tx, group).await?;
            let found = all.into_iter().find(|(r, _)| r.id == id).ok_or(Problem::NotFound)?;
            json!({ "name": found.0.name, "stores": found.1 })
        }
        None => Value::Null,
    };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Problem::invalid("name", if name.is_empty() { "required" } else { "too-long" }));
    }
    let known: Vec<StoreId> = all_stores(tx, group).await?.iter().map(|s| s.id).collect();
    if stores.iter().any(|s| !known.contains(s)) {
        return Err(Problem::NotFound);
    }
    let region = match id {
        Some(id) => {
            let holders: Vec<UserId> = role::holders_in_region(tx, group, id).await?;
            if tx.scope().user.is_some_and(|me| holders.contains(&me)) {
                return Err(Problem::Refused("yourself"));
            }
            store::rename_region(tx, id, name).await?;
            sessions::end_all(tx, &holders, None).await?;
            id
        }
        None => {
            let id: RegionId = tx.new_id();
            store::add_region(tx, id, name).await?;
            id
        }
    };
    store::set_region_stores(tx, region, stores).await?;
    let after = json!({ "name": name, "stores": stores });
    audit::note(tx, "region.saved", "region", region.raw(), &before, &after).await?;
    Ok(region)
}

/// # Errors
/// `Forbidden`, `Invalid`.
pub async fn rename_group(tx: &mut Tx, name: &str) -> Result<()> {
    need_settings(tx.scope())?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Problem::invalid("group", if name.is_empty() { "required" } else { "too-long" }));
    }
    let group = tx.scope().group;
    let before = store::group(tx, group).await?.name;
    store::rename_group(tx, name).await?;
    audit::note(tx, "group.renamed", "group", group.raw(), &json!({ "name": before }), &json!({ "name": name })).await
}
