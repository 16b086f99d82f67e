//! A customer is seen in the stores that have had to do with them, and nowhere else.

use kernel::{Cap, Reach, Scope, StoreId, Stores};

/// The stores whose customers a scope sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Every customer of the group: group-wide pages without a store.
    Group,
    Stores(Vec<StoreId>),
}

impl Sight {
    /// The store worked in; without one, every store in which customers may be read.
    pub fn of(scope: &Scope) -> Self {
        if let Some(store) = scope.store {
            return Self::Stores(vec![store]);
        }
        let mut stores = Vec::new();
        for post in &scope.posts {
            let Some((_, reach)) = post.grants.iter().find(|(cap, _)| *cap == Cap::CustomerRead) else { continue };
            match (&post.stores, reach) {
                (Stores::All, _) | (_, Reach::Group) => return Self::Group,
                (Stores::These(list), Reach::Own | Reach::Department | Reach::Store | Reach::Region) => {
                    stores.extend(list.iter().copied());
                }
            }
        }
        stores.sort_unstable();
        stores.dedup();
        Self::Stores(stores)
    }

    /// As two parameters of a statement: 1 for everything, and the list of stores.
    pub fn params(&self) -> (i64, Vec<StoreId>) {
        match self {
            Self::Group => (1, Vec::new()),
            Self::Stores(stores) => (0, stores.clone()),
        }
    }
}
