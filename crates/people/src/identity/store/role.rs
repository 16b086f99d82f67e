//! Roles and who holds them where.

use kernel::{Department, GroupId, Id, RegionId, Result, Role as RoleKind, RoleId, StoreId, UserId};
use platform::db::{Bind as _, Sql, Tx};
use platform::{args, row, stmt};
use serde_json::Value;

use crate::identity::post::{Assignment, Place, Regions, compile};
use crate::identity::role::{Role, RoleRow, read_grants, shipped};

row! {
    #[derive(Clone, Debug)]
    pub struct Held {
        pub user_id: UserId, pub role_id: RoleId, pub store_id: Option<StoreId>, pub region_id: Option<RegionId>,
        pub department: Option<Department>,
    }
}
row! {
    pub struct HeldHere {
        pub user_id: UserId, pub grants: Value, pub department: Option<Department>,
    }
}

impl Held {
    pub fn assignment(&self) -> Assignment {
        let place = Place::from_columns(self.store_id, self.region_id);
        Assignment { role: self.role_id, place, department: self.department }
    }
}

stmt!(
    ROLES,
    "SELECT id, role_key, label_zh, label_en, grants, shipped, version FROM role WHERE group_id=$1 ORDER BY id LIMIT 200"
);
stmt!(
    ROLE_ADD,
    "INSERT INTO role (id, group_id, role_key, label_zh, label_en, grants, shipped, version) \
     VALUES ($1,$2,$3,$4,$5,$6,0,1)"
);
stmt!(
    ROLE_SET,
    "UPDATE role SET label_zh=$1, label_en=$2, grants=$3, version=version+1 \
     WHERE group_id=$4 AND id=$5 AND version=$6"
);
stmt!(
    HELD,
    "SELECT user_id, role_id, store_id, region_id, department FROM assignment \
     WHERE group_id=$1 AND user_id IN {{ids:$2}} ORDER BY user_id, id LIMIT 20000"
);
stmt!(
    HELD_ADD,
    "INSERT INTO assignment (id, group_id, user_id, role_id, store_id, region_id, department, since) \
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8)"
);
stmt!(
    HELD_DROP,
    "DELETE FROM assignment WHERE group_id=$1 AND user_id=$2 AND role_id=$3 AND COALESCE(store_id,0)=$4 \
     AND COALESCE(region_id,0)=$5 AND COALESCE(department,'')=$6"
);
stmt!(
    HOLDERS_OF_ROLE,
    "SELECT DISTINCT user_id AS v FROM assignment WHERE group_id=$1 AND role_id=$2 ORDER BY 1 LIMIT 20000"
);
stmt!(
    HOLDERS_IN_REGION,
    "SELECT DISTINCT user_id AS v FROM assignment WHERE group_id=$1 AND region_id=$2 ORDER BY 1 LIMIT 20000"
);
stmt!(
    HELD_HERE,
    "SELECT a.user_id, r.grants, a.department FROM assignment a \
     JOIN role r ON r.id=a.role_id JOIN app_user u ON u.id=a.user_id \
     WHERE a.group_id=$1 AND u.left_at IS NULL AND (a.store_id=$2 \
       OR a.region_id IN (SELECT region_id FROM region_store WHERE group_id=$1 AND store_id=$2) \
       OR (a.store_id IS NULL AND a.region_id IS NULL)) ORDER BY a.user_id, a.id LIMIT 5000"
);
stmt!(
    GROUP_WIDE,
    "SELECT a.user_id, r.grants, a.department FROM assignment a \
     JOIN role r ON r.id=a.role_id JOIN app_user u ON u.id=a.user_id JOIN credential c ON c.user_id=u.id \
     WHERE a.group_id=$1 AND u.left_at IS NULL AND a.store_id IS NULL AND a.region_id IS NULL \
     ORDER BY a.user_id, a.id LIMIT 5000"
);
stmt!(
    REGION_STORES,
    "SELECT region_id AS k, store_id AS v FROM region_store WHERE group_id=$1 ORDER BY 1, 2 LIMIT 20000"
);

pub async fn roles(q: &mut impl Sql, group: GroupId) -> Result<Vec<Role>> {
    let rows: Vec<RoleRow> = q.all(&ROLES, args![group]).await?;
    Ok(rows.into_iter().map(Role::from).collect())
}

/// Gives a new group its own rows of the shipped roles.
pub async fn seed(tx: &mut Tx, group: GroupId) -> Result<()> {
    let mut rows = Vec::new();
    for role in shipped() {
        let id: Id<RoleKind> = tx.new_id();
        let grants = serde_json::to_value(&role.grants).unwrap_or_default();
        rows.push(vec![
            id.bind(),
            group.bind(),
            role.key.as_str().bind(),
            role.zh.as_str().bind(),
            Some(role.en.as_str()).bind(),
            grants.bind(),
            true.bind(),
            1_i64.bind(),
        ]);
    }
    let columns = ["id", "group_id", "role_key", "label_zh", "label_en", "grants", "shipped", "version"];
    tx.bulk("role", &columns, rows, "").await.map(|_| ())
}

pub async fn add(tx: &mut Tx, id: RoleId, key: &str, zh: &str, en: Option<&str>, grants: &Value) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&ROLE_ADD, args![id, group, key, zh, en, grants]).await.map(|_| ())
}

/// False when somebody else saved it meanwhile.
pub async fn set(tx: &mut Tx, id: RoleId, zh: &str, en: Option<&str>, grants: &Value, version: i64) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.exec(&ROLE_SET, args![zh, en, grants, group, id, version]).await? == 1)
}

pub async fn held(q: &mut impl Sql, group: GroupId, users: &[UserId]) -> Result<Vec<Held>> {
    q.all(&HELD, args![group, users]).await
}

pub async fn regions(q: &mut impl Sql, group: GroupId) -> Result<Regions> {
    let rows: Vec<(RegionId, StoreId)> = q.all(&REGION_STORES, args![group]).await?;
    let mut regions = Regions::new();
    for (region, store) in rows {
        regions.entry(region).or_default().push(store);
    }
    Ok(regions)
}

/// What a person's assignments come to at this moment.
pub async fn posts(q: &mut impl Sql, group: GroupId, user: UserId) -> Result<Vec<kernel::Post>> {
    let held: Vec<Assignment> = held(q, group, &[user]).await?.iter().map(Held::assignment).collect();
    let roles = roles(q, group).await?;
    let regions = regions(q, group).await?;
    Ok(compile(&roles, &held, &regions))
}

pub async fn assign(tx: &mut Tx, user: UserId, a: &Assignment) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let id: Id<Assignment> = tx.new_id();
    let row = args![id, group, user, a.role, a.place.store(), a.place.region(), a.department, now];
    tx.exec(&HELD_ADD, row).await.map(|_| ())
}

pub async fn unassign(tx: &mut Tx, user: UserId, a: &Assignment) -> Result<()> {
    let group = tx.scope().group;
    let store = a.place.store().map_or(0, Id::raw);
    let region = a.place.region().map_or(0, Id::raw);
    let department = a.department.map_or("", Department::key);
    tx.exec(&HELD_DROP, args![group, user, a.role, store, region, department]).await.map(|_| ())
}

pub async fn holders_of_role(q: &mut impl Sql, group: GroupId, role: RoleId) -> Result<Vec<UserId>> {
    let rows: Vec<platform::db::One<UserId>> = q.all(&HOLDERS_OF_ROLE, args![group, role]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

pub async fn holders_in_region(q: &mut impl Sql, group: GroupId, region: RegionId) -> Result<Vec<UserId>> {
    let rows: Vec<platform::db::One<UserId>> = q.all(&HOLDERS_IN_REGION, args![group, region]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// Every role held in this store by people who have not left, with what it grants.
pub async fn in_store(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<HeldHere>> {
    q.all(&HELD_HERE, args![group, store]).await
}

/// People who have a password and hold a role that administers the whole group.
pub async fn administrators(q: &mut impl Sql, group: GroupId) -> Result<Vec<UserId>> {
    let rows: Vec<HeldHere> = q.all(&GROUP_WIDE, args![group]).await?;
    let whole = (kernel::Cap::AdminManage, kernel::Reach::Group);
    let mut users: Vec<UserId> =
        rows.iter().filter(|r| read_grants(&r.grants).contains(&whole)).map(|r| r.user_id).collect();
    users.dedup();
    Ok(users)
}
