//! Roles: lists of grants. What is shipped stands in `seeds/roles.json`; each group gets its own rows of it.

use std::sync::LazyLock;

use kernel::{Cap, Department, Reach, RoleId};
use platform::row;
use serde::{Deserialize, Serialize};

/// Where a role is usually held; decides what the form offers first.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    Store,
    Region,
    Group,
}

/// A role as it is shipped.
#[derive(Clone, Debug, Deserialize)]
pub struct ShippedRole {
    pub key: String,
    pub zh: String,
    pub en: String,
    pub at: PlaceKind,
    /// The department it is usually held in.
    #[serde(default)]
    pub department: Option<Department>,
    pub grants: Vec<(Cap, Reach)>,
}

#[derive(Deserialize)]
struct File {
    roles: Vec<ShippedRole>,
}

#[expect(clippy::expect_used, reason = "compiled in and read by a test")]
static SHIPPED: LazyLock<Vec<ShippedRole>> = LazyLock::new(|| {
    serde_json::from_str::<File>(include_str!("../../seeds/roles.json"))
        .expect("seeds/roles.json is compiled in and read by a test")
        .roles
});

/// In the order in which people pages list them.
pub fn shipped() -> &'static [ShippedRole] {
    &SHIPPED
}

/// The key of the role that runs an installation.
pub const ADMINISTRATOR: &str = "administrator";

row! {
    #[derive(Clone, Debug)]
    pub struct RoleRow {
        pub id: RoleId, pub role_key: String, pub label_zh: String, pub label_en: Option<String>,
        pub grants: serde_json::Value, pub shipped: bool, pub version: i64,
    }
}

/// A role of a group.
#[derive(Clone, Debug)]
pub struct Role {
    pub id: RoleId,
    pub key: String,
    pub zh: String,
    pub en: Option<String>,
    pub grants: Vec<(Cap, Reach)>,
    pub shipped: bool,
    pub version: i64,
}

impl From<RoleRow> for Role {
    fn from(row: RoleRow) -> Self {
        Self {
            id: row.id,
            key: row.role_key,
            zh: row.label_zh,
            en: row.label_en,
            grants: read_grants(&row.grants),
            shipped: row.shipped,
            version: row.version,
        }
    }
}

impl Role {
    pub fn reach(&self, cap: Cap) -> Option<Reach> {
        self.grants.iter().filter(|(c, _)| *c == cap).map(|(_, r)| *r).max()
    }
    /// Whether it makes an administrator.
    pub fn administers(&self) -> bool {
        self.reach(Cap::AdminManage) == Some(Reach::Group)
    }
    /// Whether it says nothing without a department.
    pub fn needs_department(&self) -> bool {
        self.grants.iter().any(|(_, reach)| *reach == Reach::Department)
    }
    /// Where it is usually held; own roles at a store.
    pub fn at(&self) -> PlaceKind {
        shipped().iter().find(|s| s.key == self.key).map_or(PlaceKind::Store, |s| s.at)
    }
    pub fn usual_department(&self) -> Option<Department> {
        shipped().iter().find(|s| s.key == self.key).and_then(|s| s.department)
    }
}

/// A capability that this version no longer has gives nothing; everything else stays.
pub fn read_grants(json: &serde_json::Value) -> Vec<(Cap, Reach)> {
    let pairs = json.as_array().map(Vec::as_slice).unwrap_or_default();
    pairs.iter().filter_map(|pair| serde_json::from_value(pair.clone()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 出厂角色_键不重复_部门到位() {
        let mut keys: Vec<&str> = shipped().iter().map(|r| r.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), shipped().len());
        for role in shipped() {
            let department = role.grants.iter().any(|(_, r)| *r == Reach::Department);
            assert!(!department || role.department.is_some(), "{}: at department reach it needs one", role.key);
        }
        assert!(shipped().iter().any(|r| r.key == ADMINISTRATOR));
    }

    #[test]
    fn a_forgotten_capability_takes_nothing_else_with_it() {
        let json = serde_json::json!([["call.work", "own"], ["gone.cap", "store"], ["case.read", "store"]]);
        assert_eq!(read_grants(&json), [(Cap::CallWork, Reach::Own), (Cap::CaseRead, Reach::Store)]);
    }
}
