//! A customer is seen in the stores that have had to do with them, and nowhere else; at department reach only by the
//! department that had: service sees whose car was in its workshop, the showroom whom it delivered to, care everybody.

use kernel::{Cap, Department, Post, Reach, Scope, StoreId, Stores};

/// The customers that a scope sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Every customer of the group: group-wide pages without a store.
    pub group: bool,
    /// Every customer of these stores.
    pub whole: Vec<StoreId>,
    /// Customers with a repair order at these stores.
    pub service: Vec<StoreId>,
    /// Customers with a delivery of these stores.
    pub showroom: Vec<StoreId>,
}

impl Sight {
    /// The store worked in; without one, every store in which customers may be read.
    pub fn of(scope: &Scope) -> Self {
        let mut sight = Self::default();
        if let Some(store) = scope.store {
            match scope.reach_in(Cap::CustomerRead, store) {
                Some(Reach::Department) => {
                    let here = scope.posts.iter().filter(|p| p.stores.holds(store));
                    here.for_each(|post| sight.add(post, &[store]));
                }
                // Whoever calls or handles a case without this right was let in by the verb's own need.
                None | Some(Reach::Own | Reach::Store | Reach::Region | Reach::Group) => sight.whole.push(store),
            }
        } else {
            for post in &scope.posts {
                match &post.stores {
                    Stores::All if reach(post).is_some() => return Self { group: true, ..Self::default() },
                    Stores::All => {}
                    Stores::These(list) => sight.add(post, list),
                }
            }
        }
        for list in [&mut sight.whole, &mut sight.service, &mut sight.showroom] {
            list.sort_unstable();
            list.dedup();
        }
        sight
    }

    fn add(&mut self, post: &Post, stores: &[StoreId]) {
        let list = match (reach(post), post.department) {
            (None, _) => return,
            (Some(Reach::Department), Some(Department::Service)) => &mut self.service,
            (Some(Reach::Department), Some(Department::Showroom)) => &mut self.showroom,
            // The matrix gives nobody less than the store without a department; care looks after everybody.
            (Some(Reach::Department), Some(Department::Care)) => &mut self.whole,
            // Without a department nothing can be said to be its own.
            (Some(Reach::Department), None) => return,
            (Some(Reach::Own | Reach::Store | Reach::Region | Reach::Group), _) => &mut self.whole,
        };
        list.extend(stores.iter().copied());
    }

    /// Whether some of a store's customers are hidden from this scope.
    pub fn partial(&self) -> bool {
        !self.service.is_empty() || !self.showroom.is_empty()
    }

    /// Every store of the sight, whatever is seen there: for what a store noted about somebody who is seen.
    pub fn stores(&self) -> Vec<StoreId> {
        let mut all: Vec<StoreId> =
            [&self.whole, &self.service, &self.showroom].into_iter().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// As two parameters of a statement about a store's own facts: 1 for everything, and the list of stores.
    pub fn params(&self) -> (i64, Vec<StoreId>) {
        (i64::from(self.group), self.stores())
    }
}

/// Of one post; the widest, should a role name the capability twice.
fn reach(post: &Post) -> Option<Reach> {
    post.grants.iter().filter(|(cap, _)| *cap == Cap::CustomerRead).map(|(_, reach)| *reach).max()
}

/// The condition that a customer is seen: `seen_by!("c.id", "$3", "$4", "$5", "$6")`, whose parameters are those of
/// [`Sight`] in its order. Each part rides a primary key or the index by customer: `OFFSET 0` keeps the planner of
/// PostgreSQL from reading a whole store into memory, to look the few in question up there.
macro_rules! seen_by {
    ($id:literal, $group:literal, $whole:literal, $service:literal, $showroom:literal) => {
        concat!(
            "(CAST(",
            $group,
            " AS BIGINT)=1 OR EXISTS (SELECT 1 FROM customer_store cs WHERE cs.customer_id=",
            $id,
            " AND cs.store_id IN {{ids:",
            $whole,
            "}} LIMIT 1 OFFSET 0) OR CAST(",
            $service,
            " AS TEXT)<>'[]' AND EXISTS (SELECT 1 FROM repair_order ro WHERE ro.customer_id=",
            $id,
            " AND ro.state='recorded' AND ro.store_id IN {{ids:",
            $service,
            "}} LIMIT 1 OFFSET 0) OR CAST(",
            $showroom,
            " AS TEXT)<>'[]' AND EXISTS (SELECT 1 FROM delivery de WHERE de.customer_id=",
            $id,
            " AND de.state='recorded' AND de.store_id IN {{ids:",
            $showroom,
            "}} LIMIT 1 OFFSET 0))"
        )
    };
}
pub(crate) use seen_by;

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn post(stores: &[i64], department: Option<Department>, reach: Reach) -> Post {
        let stores = Stores::These(stores.iter().map(|s| Id::new(*s)).collect());
        Post { role: "x".into(), stores, department, grants: vec![(Cap::CustomerRead, reach)] }
    }
    fn shown(store: Option<i64>, posts: Vec<Post>) -> String {
        let scope = Scope { user: Some(Id::new(1)), group: Id::new(1), store: store.map(Id::new), posts };
        let s = Sight::of(&scope);
        let ids = |l: &[StoreId]| l.iter().map(ToString::to_string).collect::<Vec<_>>().join("+");
        format!("{} {}/{}/{}", s.group, ids(&s.whole), ids(&s.service), ids(&s.showroom))
    }

    #[test]
    fn 部门看自己的客户() {
        use Department::{Care, Service, Showroom};
        for (store, posts, want) in [
            (Some(10), vec![post(&[10], Some(Service), Reach::Department)], "false /10/"),
            (Some(10), vec![post(&[10], Some(Showroom), Reach::Department)], "false //10"),
            (Some(10), vec![post(&[10], Some(Care), Reach::Department)], "false 10//"),
            (Some(10), vec![post(&[10], None, Reach::Department)], "false //"),
            (Some(10), vec![post(&[10], Some(Service), Reach::Store)], "false 10//"),
            (Some(10), vec![post(&[10], Some(Care), Reach::Own)], "false 10//"),
            // Two posts in one store add up; a wider one holds the narrower.
            (
                Some(10),
                vec![post(&[10], Some(Service), Reach::Department), post(&[10], Some(Showroom), Reach::Department)],
                "false /10/10",
            ),
            (
                Some(10),
                vec![post(&[10], Some(Service), Reach::Department), post(&[10], None, Reach::Store)],
                "false 10//",
            ),
            // Without a store: the sum of all posts.
            (
                None,
                vec![post(&[10, 11], Some(Service), Reach::Department), post(&[12], None, Reach::Store)],
                "false 12/10+11/",
            ),
        ] {
            assert_eq!(shown(store, posts.clone()), want, "{posts:?}");
        }
    }
}
