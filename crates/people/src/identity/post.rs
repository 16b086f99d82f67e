//! Assignments, and what they come to: the posts that a session carries.

use std::collections::HashMap;

use kernel::{Department, Post, Reach, RegionId, RoleId, StoreId, Stores};

use super::role::Role;

/// Where a role is held.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    Store(StoreId),
    Region(RegionId),
    Group,
}

impl Place {
    pub fn from_columns(store: Option<StoreId>, region: Option<RegionId>) -> Self {
        match (store, region) {
            (Some(store), _) => Self::Store(store),
            (None, Some(region)) => Self::Region(region),
            (None, None) => Self::Group,
        }
    }
    pub fn store(self) -> Option<StoreId> {
        match self {
            Self::Store(id) => Some(id),
            Self::Region(_) | Self::Group => None,
        }
    }
    pub fn region(self) -> Option<RegionId> {
        match self {
            Self::Region(id) => Some(id),
            Self::Store(_) | Self::Group => None,
        }
    }
    /// `store:12`, `region:7`, `group`: how forms name a place.
    pub fn to_text(self) -> String {
        match self {
            Self::Store(id) => format!("store:{id}"),
            Self::Region(id) => format!("region:{id}"),
            Self::Group => "group".into(),
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("store", id)) => id.parse().ok().map(Self::Store),
            Some(("region", id)) => id.parse().ok().map(Self::Region),
            Some(_) => None,
            None => (text == "group").then_some(Self::Group),
        }
    }
    /// Nothing reaches further than the place where it is held.
    fn ceiling(self) -> Reach {
        match self {
            Self::Store(_) => Reach::Store,
            Self::Region(_) => Reach::Region,
            Self::Group => Reach::Group,
        }
    }
}

/// A role held somewhere.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Assignment {
    pub role: RoleId,
    pub place: Place,
    pub department: Option<Department>,
}

/// The stores of each region.
pub type Regions = HashMap<RegionId, Vec<StoreId>>;

/// What an assignment gives: its role's grants, at the stores of its place, no further than it.
pub fn compile_one(role: &Role, assignment: &Assignment, regions: &Regions) -> Post {
    let stores = match assignment.place {
        Place::Store(id) => Stores::These(vec![id]),
        Place::Region(id) => Stores::These(regions.get(&id).cloned().unwrap_or_default()),
        Place::Group => Stores::All,
    };
    let ceiling = assignment.place.ceiling();
    let grants = role.grants.iter().map(|(cap, reach)| (*cap, (*reach).min(ceiling))).collect();
    Post { role: role.key.clone(), stores, department: assignment.department, grants }
}

/// An assignment whose role is gone gives nothing.
pub fn compile(roles: &[Role], assignments: &[Assignment], regions: &Regions) -> Vec<Post> {
    assignments
        .iter()
        .filter_map(|a| roles.iter().find(|r| r.id == a.role).map(|role| compile_one(role, a, regions)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Cap, Id, Scope};

    fn role(grants: &[(Cap, Reach)]) -> Role {
        Role {
            id: Id::new(1),
            key: "x".into(),
            zh: "甲".into(),
            en: None,
            grants: grants.to_vec(),
            shipped: false,
            version: 1,
        }
    }

    #[test]
    fn nothing_reaches_further_than_its_place() {
        let wide = role(&[(Cap::AdminManage, Reach::Group), (Cap::CallWork, Reach::Own)]);
        let regions = HashMap::from([(Id::new(5), vec![Id::new(10), Id::new(11)])]);
        for (place, stores, reach) in [
            (Place::Store(Id::new(10)), Stores::These(vec![Id::new(10)]), Reach::Store),
            (Place::Region(Id::new(5)), Stores::These(vec![Id::new(10), Id::new(11)]), Reach::Region),
            (Place::Region(Id::new(6)), Stores::These(vec![]), Reach::Region),
            (Place::Group, Stores::All, Reach::Group),
        ] {
            let post = compile_one(&wide, &Assignment { role: wide.id, place, department: None }, &regions);
            assert_eq!((&post.stores, post.grants[0].1), (&stores, reach), "{place:?}");
            assert_eq!(post.grants[1].1, Reach::Own);
        }
    }

    #[test]
    fn the_widest_post_counts_in_each_store() {
        let roles =
            [role(&[(Cap::CaseRead, Reach::Own)]), Role { id: Id::new(2), ..role(&[(Cap::CaseRead, Reach::Store)]) }];
        let held = [
            Assignment { role: Id::new(1), place: Place::Group, department: None },
            Assignment { role: Id::new(2), place: Place::Store(Id::new(11)), department: None },
        ];
        let posts = compile(&roles, &held, &Regions::new());
        let scope = Scope { user: Some(Id::new(1)), group: Id::new(1), store: Some(Id::new(10)), posts };
        assert_eq!(scope.reach_in(Cap::CaseRead, Id::new(10)), Some(Reach::Own));
        assert_eq!(scope.reach_in(Cap::CaseRead, Id::new(11)), Some(Reach::Store));
    }

    #[test]
    fn places_read_back() {
        for place in [Place::Group, Place::Store(Id::new(3)), Place::Region(Id::new(4))] {
            assert_eq!(Place::parse(&place.to_text()), Some(place));
        }
        for bad in ["", "store:", "store:x", "shop:1", "group:1"] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }
}
