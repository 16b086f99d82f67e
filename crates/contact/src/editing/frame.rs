//! Which edition is looked at, whose it is, what came before, and how to get back to it.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{Cap, Id, Problem, Reach, Result, StoreId, UserId};
use people::identity;
use platform::http::{Answer, Desk, Fields, Ui};
use platform::rulebook::{self, Edition, Rulebook, Versioned};
use platform::transact;

/// Whose edition is in force.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    Shipped,
    Group,
    Store,
}

/// Whose edition is edited: the store's own, or with the right for it the group's.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// 0 = the group.
    pub reading: StoreId,
    pub saving: Option<StoreId>,
}

/// One line of the history.
pub struct Past {
    pub edition: Edition,
    pub who: Option<String>,
    pub now: bool,
}

/// What every page of a document shows beside its own content. Templates: `editing/status.html`, `older.html`,
/// `save.html`, `history.html`.
pub struct Frame {
    pub path: &'static str,
    /// The item in a link: `item=3DC`; "" on the list.
    pub stay: String,
    pub version: i64,
    pub owner: Owner,
    /// An older edition is being looked at.
    pub older: Option<i64>,
    pub saved: bool,
    pub own: Vec<Past>,
    /// The group's editions, beside a store's own.
    pub groups: Vec<Past>,
    pub note: String,
    pub may_whole: bool,
    pub whole: bool,
}

pub struct Opened<R> {
    pub now: Arc<Versioned<R>>,
    pub shown: Arc<Versioned<R>>,
    pub frame: Frame,
    pub place: Place,
}

impl Place {
    /// # Errors
    /// `Forbidden` for the group's edition without the right for all stores.
    pub fn of(desk: &Desk, fields: &Fields) -> Result<Self> {
        let scope = desk.scope();
        scope.need(Cap::RuleEdit)?;
        if fields.get("for") == "group" {
            return if may_whole(desk) {
                Ok(Self { reading: Id::new(0), saving: None })
            } else {
                Err(Problem::Forbidden)
            };
        }
        let store = scope.store()?;
        match scope.reach_in(Cap::RuleEdit, store) {
            Some(reach) if reach >= Reach::Store => Ok(Self { reading: store, saving: Some(store) }),
            Some(_) | None => Err(Problem::Forbidden),
        }
    }
}

fn may_whole(desk: &Desk) -> bool {
    desk.scope().posts.iter().flat_map(|p| &p.grants).any(|g| *g == (Cap::RuleEdit, Reach::Group))
}

impl Frame {
    /// A link to this page; `item` as in `item=3DC`.
    pub fn link(&self, item: &str, version: Option<i64>) -> String {
        let mut parts: Vec<String> = Vec::new();
        if !item.is_empty() {
            parts.push(item.to_owned());
        }
        if self.whole {
            parts.push("for=group".into());
        }
        parts.extend(version.map(|v| format!("version={v}")));
        if parts.is_empty() { self.path.to_owned() } else { format!("{}?{}", self.path, parts.join("&")) }
    }
    pub fn at(&self, edition: &Edition) -> String {
        self.link(&self.stay, Some(edition.version))
    }
    pub fn shipped(&self) -> String {
        self.link(&self.stay, Some(0))
    }
    pub fn current(&self) -> String {
        self.link(&self.stay, None)
    }
    /// The same item of the group's, or of the store's own edition.
    pub fn other_place(&self) -> String {
        let group = if self.whole { "" } else { "for=group" };
        let parts: Vec<&str> = [self.stay.as_str(), group].into_iter().filter(|p| !p.is_empty()).collect();
        if parts.is_empty() { self.path.to_owned() } else { format!("{}?{}", self.path, parts.join("&")) }
    }
    /// The store could give up its own edition for the group's.
    pub fn may_follow(&self) -> bool {
        self.owner == Owner::Store && !self.groups.is_empty()
    }
    /// `第 7 版`, `集团第 3 版`, `出厂版本`.
    pub fn status(&self, ui: &Ui) -> String {
        match self.owner {
            Owner::Shipped => ui.t("editing-shipped").into_owned(),
            Owner::Group => ui.k("editing-group-version").n("version", self.version).to_string(),
            Owner::Store => ui.k("editing-version").n("version", self.version).to_string(),
        }
    }
}

/// What is in force, and the edition that the address asks for.
/// # Errors
/// `NotFound` for an edition that there is not; `Forbidden` as [`Place::of`].
pub async fn open<R: Rulebook>(desk: &Desk, fields: &Fields, path: &'static str, stay: String) -> Result<Opened<R>> {
    let place = Place::of(desk, fields)?;
    let group = desk.scope().group;
    let mut q = desk.reads();
    let now = rulebook::current::<R>(&mut q, group, place.reading).await?;
    let older = fields.parsed::<i64>("version").filter(|v| *v != now.version);
    let shown = match older {
        Some(version) => rulebook::at_version::<R>(&mut q, group, place.reading, version).await?,
        None => now.clone(),
    };
    let own = rulebook::history::<R>(&mut q, group, place.saving).await?;
    let groups = match place.saving {
        Some(_) => rulebook::history::<R>(&mut q, group, None).await?,
        None => Vec::new(),
    };
    let people: Vec<UserId> = own.iter().chain(&groups).filter_map(|e| e.actor).collect();
    let names: HashMap<UserId, String> = identity::user_names(&mut q, group, &people).await?;
    let past = |edition: Edition| Past {
        who: edition.actor.and_then(|a| names.get(&a).cloned()),
        now: edition.version == now.version,
        edition,
    };
    let frame = Frame {
        path,
        stay,
        version: now.version,
        owner: match (now.version, now.store) {
            (0, _) => Owner::Shipped,
            (_, 0) => Owner::Group,
            (..) => Owner::Store,
        },
        older,
        saved: fields.has("saved"),
        own: own.into_iter().map(past).collect(),
        groups: groups.into_iter().map(past).collect(),
        note: String::new(),
        may_whole: may_whole(desk),
        whole: place.saving.is_none(),
    };
    Ok(Opened { now, shown, frame, place })
}

/// Saves over the edition that the form was made from (its field `seen`).
/// # Errors
/// `Conflict` when somebody else saved meanwhile; `Invalid` with the faults.
pub async fn save_over<R: Rulebook>(desk: &Desk, fields: &Fields, place: Place, body: &R) -> Result<i64> {
    let seen = fields.parsed::<i64>("seen").ok_or(Problem::Conflict("rulebook-changed"))?;
    let note: String = fields.get("note").chars().take(200).collect();
    transact!(desk.db(), desk.scope(), |tx| { rulebook::save_over(tx, place.saving, seen, body, &note).await })
}

/// An older edition in force again, as a new one; `version=group`: the store follows the group again.
/// # Errors
/// `NotFound`; `Conflict` when somebody else saved meanwhile.
pub async fn restore<R: Rulebook>(desk: &Desk, fields: &Fields, path: &'static str) -> Answer {
    let place = Place::of(desk, fields)?;
    let (group, ui) = (desk.scope().group, desk.ui());
    let back = match place.saving {
        Some(_) => format!("{path}?saved=1"),
        None => format!("{path}?for=group&saved=1"),
    };
    if let (Some(store), "group") = (place.saving, fields.get("version")) {
        let seen = fields.parsed::<i64>("seen").ok_or(Problem::Conflict("rulebook-changed"))?;
        let note = ui.t("editing-given-up-note").into_owned();
        transact!(desk.db(), desk.scope(), |tx| { rulebook::give_up::<R>(tx, store, seen, &note).await })?;
        return desk.see_other(&back);
    }
    let version: i64 = fields.parsed("version").ok_or(Problem::NotFound)?;
    let old = rulebook::at_version::<R>(&mut desk.reads(), group, place.reading, version).await?;
    let seen = fields.parsed::<i64>("seen").ok_or(Problem::Conflict("rulebook-changed"))?;
    let note = match version {
        0 => ui.t("editing-restored-shipped").into_owned(),
        _ => ui.k("editing-restored-note").n("version", version).to_string(),
    };
    transact!(desk.db(), desk.scope(), |tx| { rulebook::save_over(tx, place.saving, seen, &old.body, &note).await })?;
    desk.see_other(&back)
}
