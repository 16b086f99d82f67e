//! Who asks, for which store, and what they may do there.

use serde::{Deserialize, Serialize};

use crate::id::{GroupId, StoreId, UserId};
use crate::problem::{Problem, Result};

macro_rules! caps {
    ($($(#[$doc:meta])* $cap:ident = $key:literal),* $(,)?) => {
        /// A capability. With a [`Reach`] it makes a grant; roles are lists of grants.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Cap { $($(#[$doc])* $cap),* }
        impl Cap {
            pub const ALL: &'static [Self] = &[$(Self::$cap),*];
            /// Stable name, stored in roles.
            pub const fn key(self) -> &'static str { match self { $(Self::$cap => $key),* } }
            pub fn parse(key: &str) -> Option<Self> { match key { $($key => Some(Self::$cap),)* _ => None } }
        }
    };
}

caps! {
    /// Work the follow-up queue: call, record, dial.
    CallWork = "call.work",
    /// See everybody's queue and the live board.
    QueueSee = "queue.see",
    /// Move tasks between agents, set shares and absences.
    QueueAssign = "queue.assign",
    /// Follow-up rules, scripts, outcomes, the store's calendar.
    RuleEdit = "rule.edit",
    CustomerRead = "customer.read",
    CustomerEdit = "customer.edit",
    /// Show a number in full; counted and audited.
    CustomerReveal = "customer.reveal",
    /// Make one file of two that are one person's, and part them again.
    CustomerMerge = "customer.merge",
    ImportRun = "import.run",
    CaseRead = "case.read",
    /// Contact the customer and record the result.
    CaseHandle = "case.handle",
    /// Decide what was escalated.
    CaseDecide = "case.decide",
    ReportRead = "report.read",
    /// Reports by name of agent.
    ReportAgents = "report.agents",
    /// People of the store who hold no more than oneself.
    PeopleManage = "people.manage",
    /// Every account and role, administrators included.
    AdminManage = "admin.manage",
    /// Stores, regions, the installation's settings.
    SettingsEdit = "settings.edit",
    AuditRead = "audit.read",
}

impl Serialize for Cap {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(self.key())
    }
}
impl<'de> Deserialize<'de> for Cap {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let key = String::deserialize(d)?;
        Self::parse(&key).ok_or_else(|| serde::de::Error::custom(format!("no capability {key}")))
    }
}

/// How far a capability goes. Ordered: a wider reach holds the narrower ones.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    Own,
    Department,
    Store,
    Region,
    Group,
}

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Department {
    /// 展厅/销售
    Showroom,
    /// 售后服务
    Service,
    /// 客户关系中心
    Care,
}

impl Department {
    pub const ALL: [Self; 3] = [Self::Showroom, Self::Service, Self::Care];
    pub const fn key(self) -> &'static str {
        match self {
            Self::Showroom => "showroom",
            Self::Service => "service",
            Self::Care => "care",
        }
    }
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.key() == key)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stores {
    All,
    These(Vec<StoreId>),
}

impl Stores {
    pub fn holds(&self, store: StoreId) -> bool {
        match self {
            Self::All => true,
            Self::These(list) => list.contains(&store),
        }
    }
    pub fn holds_all(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::These(_), Self::All) => false,
            (Self::These(_), Self::These(list)) => list.iter().all(|s| self.holds(*s)),
        }
    }
}

/// A role held at certain stores, with the department it is held in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Post {
    pub role: String,
    pub stores: Stores,
    pub department: Option<Department>,
    pub grants: Vec<(Cap, Reach)>,
}

/// First argument of every verb and query: nothing is found outside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    pub user: Option<UserId>,
    pub group: GroupId,
    /// The store worked in; `None` only for group-wide pages and for administrators without one.
    pub store: Option<StoreId>,
    pub posts: Vec<Post>,
}

impl Scope {
    /// The program itself, in jobs: everything, in one store.
    pub fn system(group: GroupId, store: Option<StoreId>) -> Self {
        let grants = Cap::ALL.iter().map(|c| (*c, Reach::Group)).collect();
        let post = Post { role: "system".into(), stores: Stores::All, department: None, grants };
        Self { user: None, group, store, posts: vec![post] }
    }

    /// The widest reach of `cap` in `store`.
    pub fn reach_in(&self, cap: Cap, store: StoreId) -> Option<Reach> {
        self.posts_in(store).flat_map(|p| &p.grants).filter(|(c, _)| *c == cap).map(|(_, r)| *r).max()
    }

    /// The widest reach of `cap` in the store worked in; without a store, anywhere.
    pub fn reach(&self, cap: Cap) -> Option<Reach> {
        match self.store {
            Some(store) => self.reach_in(cap, store),
            None => self.posts.iter().flat_map(|p| &p.grants).filter(|(c, _)| *c == cap).map(|(_, r)| *r).max(),
        }
    }

    pub fn may(&self, cap: Cap) -> bool {
        self.reach(cap).is_some()
    }

    /// # Errors
    /// `Forbidden` without the capability here.
    pub fn need(&self, cap: Cap) -> Result<Reach> {
        self.reach(cap).ok_or(Problem::Forbidden)
    }

    /// # Errors
    /// `Refused("no-store")` when no store is worked in.
    pub fn store(&self) -> Result<StoreId> {
        self.store.ok_or(Problem::Refused("no-store"))
    }

    /// # Errors
    /// `Refused("no-user")` when the program itself acts where a person must.
    pub fn user(&self) -> Result<UserId> {
        self.user.ok_or(Problem::Refused("no-user"))
    }

    /// Departments in which `cap` is held at department reach in the store worked in.
    pub fn departments(&self, cap: Cap) -> Vec<Department> {
        let Some(store) = self.store else { return Vec::new() };
        self.posts_in(store).filter(|p| p.grants.iter().any(|(c, _)| *c == cap)).filter_map(|p| p.department).collect()
    }

    /// Whether somebody with this scope may hand out `post`: nobody grants what they do not hold.
    pub fn covers(&self, post: &Post) -> bool {
        post.grants.iter().all(|(cap, reach)| {
            self.posts.iter().any(|mine| {
                mine.stores.holds_all(&post.stores) && mine.grants.iter().any(|(c, r)| c == cap && r >= reach)
            })
        })
    }

    fn posts_in(&self, store: StoreId) -> impl Iterator<Item = &Post> {
        self.posts.iter().filter(move |p| p.stores.holds(store))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    fn post(stores: Stores, grants: &[(Cap, Reach)]) -> Post {
        Post { role: "x".into(), stores, department: None, grants: grants.to_vec() }
    }
    fn scope(posts: Vec<Post>) -> Scope {
        Scope { user: Some(Id::new(1)), group: Id::new(1), store: Some(Id::new(10)), posts }
    }

    #[test]
    fn nobody_grants_what_they_do_not_hold() {
        let mine = scope(vec![post(Stores::These(vec![Id::new(10)]), &[(Cap::CallWork, Reach::Store)])]);
        assert!(mine.covers(&post(Stores::These(vec![Id::new(10)]), &[(Cap::CallWork, Reach::Own)])));
        assert!(!mine.covers(&post(Stores::These(vec![Id::new(10)]), &[(Cap::CallWork, Reach::Group)])));
        assert!(!mine.covers(&post(Stores::These(vec![Id::new(11)]), &[(Cap::CallWork, Reach::Own)])));
        assert!(!mine.covers(&post(Stores::All, &[(Cap::CallWork, Reach::Own)])));
        assert!(!mine.covers(&post(Stores::These(vec![Id::new(10)]), &[(Cap::ImportRun, Reach::Own)])));
    }

    #[test]
    fn another_store_gives_nothing_here() {
        let mine = scope(vec![post(Stores::These(vec![Id::new(11)]), &[(Cap::CallWork, Reach::Store)])]);
        assert_eq!(mine.reach(Cap::CallWork), None);
    }
}
