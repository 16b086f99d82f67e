//! Who may give what to whom: nobody grants what they do not hold, nor widens themselves; only
//! administrators make administrators.

use kernel::{Cap, Post, Problem, Reach, Result, Scope, UserId};

/// Posts with one of these come from administrators alone.
const FROM_ADMINISTRATORS: [Cap; 4] = [Cap::PeopleManage, Cap::AdminManage, Cap::SettingsEdit, Cap::AuditRead];

/// Administrators run the whole group: they may give every role, except to themselves.
pub fn is_administrator(scope: &Scope) -> bool {
    scope.posts.iter().flat_map(|p| &p.grants).any(|grant| *grant == (Cap::AdminManage, Reach::Group))
}

/// # Errors
/// `Forbidden` for everybody else.
pub fn need_administrator(scope: &Scope) -> Result<()> {
    if is_administrator(scope) { Ok(()) } else { Err(Problem::Forbidden) }
}

/// Whether this scope may give `post` to somebody else, or take it from them.
/// # Errors
/// `Refused("administrators-only")`, `Refused("not-yours-to-give")`.
pub fn may_hand_out(scope: &Scope, post: &Post) -> Result<()> {
    if is_administrator(scope) {
        return Ok(());
    }
    if post.grants.iter().any(|(cap, _)| FROM_ADMINISTRATORS.contains(cap)) {
        return Err(Problem::Refused("administrators-only"));
    }
    let manages = scope.posts.iter().any(|mine| {
        mine.stores.holds_all(&post.stores)
            && mine.grants.iter().any(|(cap, reach)| *cap == Cap::PeopleManage && *reach >= Reach::Store)
    });
    if manages && scope.covers(post) && covers_department(scope, post) {
        Ok(())
    } else {
        Err(Problem::Refused("not-yours-to-give"))
    }
}

/// A department reach in another department is not held.
fn covers_department(scope: &Scope, post: &Post) -> bool {
    post.grants.iter().filter(|(_, reach)| *reach == Reach::Department).all(|(cap, _)| {
        scope.posts.iter().filter(|mine| mine.stores.holds_all(&post.stores)).any(|mine| {
            mine.grants.iter().any(|(c, reach)| {
                c == cap
                    && (*reach > Reach::Department
                        || (*reach == Reach::Department && mine.department == post.department))
            })
        })
    })
}

/// Whether this scope may act for the account of `user`, who holds `posts`: a one-time link, deactivation.
/// Everything that the account can do must be the giver's to give.
/// # Errors
/// `Refused("yourself")`, or as [`may_hand_out`].
pub fn may_manage(scope: &Scope, user: UserId, posts: &[Post]) -> Result<()> {
    if scope.user == Some(user) {
        return Err(Problem::Refused("yourself"));
    }
    if posts.is_empty() && !is_administrator(scope) {
        return Err(Problem::NotFound);
    }
    posts.iter().try_for_each(|post| may_hand_out(scope, post))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::role::shipped;
    use kernel::{Department, Id, Stores};

    fn post(key: &str, stores: Stores) -> Post {
        let role = shipped().iter().find(|r| r.key == key).unwrap_or_else(|| panic!("{key}"));
        Post { role: key.into(), stores, department: role.department, grants: role.grants.clone() }
    }
    fn at(store: i64) -> Stores {
        Stores::These(vec![Id::new(store)])
    }
    fn scope(posts: Vec<Post>) -> Scope {
        Scope { user: Some(Id::new(1)), group: Id::new(1), store: Some(Id::new(10)), posts }
    }
    fn told(outcome: Result<()>) -> &'static str {
        match outcome {
            Ok(()) => "yes",
            Err(Problem::Refused(code)) => code,
            Err(Problem::NotFound) => "not found",
            Err(other) => panic!("{other}"),
        }
    }

    /// giver at store 10 → role given → at a store of (10 = same, 11 = another, 0 = the whole group).
    #[test]
    fn 授权_只能给自己有的() {
        for (giver, given, store, want) in [
            ("care_supervisor", "agent", 10, "yes"),
            ("care_supervisor", "agent", 11, "not-yours-to-give"),
            ("care_supervisor", "agent", 0, "not-yours-to-give"),
            ("care_supervisor", "care_supervisor", 10, "administrators-only"),
            ("care_supervisor", "administrator", 10, "administrators-only"),
            ("care_supervisor", "general_manager", 10, "administrators-only"),
            // Both hold cases at department reach, in different departments.
            ("care_supervisor", "service_manager", 10, "not-yours-to-give"),
            ("care_supervisor", "head_office", 10, "not-yours-to-give"),
            ("agent", "agent", 10, "not-yours-to-give"),
            ("service_manager", "agent", 10, "not-yours-to-give"),
            ("general_manager", "agent", 10, "not-yours-to-give"),
            ("head_office", "head_office", 10, "not-yours-to-give"),
        ] {
            let stores = if store == 0 { Stores::All } else { at(store) };
            let mine = scope(vec![post(giver, at(10))]);
            assert_eq!(told(may_hand_out(&mine, &post(given, stores))), want, "{giver} gives {given} at {store}");
        }
        let administrator = scope(vec![post("administrator", Stores::All)]);
        for role in shipped() {
            for stores in [at(10), at(11), Stores::All] {
                assert_eq!(told(may_hand_out(&administrator, &post(&role.key, stores))), "yes", "{}", role.key);
            }
        }
    }

    /// An administrator's role held at one store administers nothing.
    #[test]
    fn 门店级管理员_不是管理员() {
        let mut narrow = post("administrator", at(10));
        for (_, reach) in &mut narrow.grants {
            *reach = Reach::Store;
        }
        assert_eq!(told(may_hand_out(&scope(vec![narrow]), &post("administrator", at(10)))), "administrators-only");
    }

    #[test]
    fn 不能动自己_也不能动比自己大的() {
        let supervisor = scope(vec![post("care_supervisor", at(10))]);
        let administrator = scope(vec![post("administrator", Stores::All)]);
        let (me, other) = (Id::new(1), Id::new(2));
        for (scope, user, posts, want) in [
            (&supervisor, other, vec![post("agent", at(10))], "yes"),
            (&supervisor, me, vec![post("agent", at(10))], "yourself"),
            (&administrator, me, vec![post("administrator", Stores::All)], "yourself"),
            (&administrator, other, vec![post("administrator", Stores::All)], "yes"),
            (&administrator, other, vec![], "yes"),
            (&supervisor, other, vec![], "not found"),
            // One who also works elsewhere could be borrowed to get there.
            (&supervisor, other, vec![post("agent", at(10)), post("agent", at(11))], "not-yours-to-give"),
            (&supervisor, other, vec![post("agent", at(10)), post("general_manager", at(10))], "administrators-only"),
        ] {
            assert_eq!(told(may_manage(scope, user, &posts)), want, "{user:?} {posts:?}");
        }
    }

    #[test]
    fn a_department_is_part_of_what_is_held() {
        let manager = Post {
            role: "x".into(),
            stores: at(10),
            department: Some(Department::Service),
            grants: vec![(Cap::CaseHandle, Reach::Department), (Cap::PeopleManage, Reach::Store)],
        };
        let mine = scope(vec![manager]);
        for (department, want) in [(Department::Service, "yes"), (Department::Showroom, "not-yours-to-give")] {
            let given = Post {
                role: "y".into(),
                stores: at(10),
                department: Some(department),
                grants: vec![(Cap::CaseHandle, Reach::Department)],
            };
            assert_eq!(told(may_hand_out(&mine, &given)), want);
        }
    }
}
