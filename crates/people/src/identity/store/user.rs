//! People who sign in.

use std::collections::HashMap;

use kernel::{GroupId, Millis, Result, StoreId, UserId};
use platform::db::{One, Sql, Tx};
use platform::{args, row, stmt};
use serde_json::Value;

row! {
    #[derive(Clone, Debug)]
    pub struct User {
        pub id: UserId, pub group_id: GroupId, pub login: String, pub name: String, pub agent_number: Option<String>,
        pub locale: String, pub theme: String, pub key_map: Value, pub created_at: Millis, pub left_at: Option<Millis>,
    }
}
row! {
    /// A line of the people page.
    #[derive(Clone, Debug)]
    pub struct UserLine {
        pub id: UserId, pub login: String, pub name: String, pub agent_number: Option<String>,
        pub left_at: Option<Millis>, pub set_at: Option<Millis>, pub seen_at: Option<Millis>,
    }
}
row! {
    /// What sign-in needs of a name.
    pub struct Known {
        pub id: UserId, pub group_id: GroupId, pub left_at: Option<Millis>, pub hash: Option<String>,
    }
}

row! {
    /// Active people, and what is missing to some of them.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Staffing { pub people: i64, pub unsigned: i64, pub jobless: i64 }
}

stmt!(
    /// Rides app_user_by_group; credentials by key, assignments by assignment_by_user.
    STAFFING,
    "SELECT COUNT(*) AS people, \
     CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM credential c WHERE c.user_id=u.id) THEN 0 ELSE 1 END), 0) AS BIGINT) AS unsigned, \
     CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM assignment a WHERE a.user_id=u.id) THEN 0 ELSE 1 END), 0) AS BIGINT) AS jobless \
     FROM app_user u WHERE u.group_id=$1 AND u.left_at IS NULL"
);

pub async fn staffing(q: &mut impl Sql, group: GroupId) -> Result<Staffing> {
    q.get(&STAFFING, args![group]).await
}

stmt!(USER_COUNT, "SELECT COUNT(*) AS v FROM (SELECT id FROM app_user LIMIT 1) x");
stmt!(
    USER_ADD,
    "INSERT INTO app_user (id, group_id, login, name, agent_number, locale, theme, key_map, created_at) \
     VALUES ($1,$2,$3,$4,$5,$6,'system','{}',$7) ON CONFLICT (login) DO NOTHING"
);
stmt!(
    USER_GET,
    "SELECT id, group_id, login, name, agent_number, locale, theme, key_map, created_at, left_at \
     FROM app_user WHERE group_id=$1 AND id=$2"
);
stmt!(USER_RENAME, "UPDATE app_user SET name=$1, agent_number=$2 WHERE group_id=$3 AND id=$4");
stmt!(USER_LEAVES, "UPDATE app_user SET left_at=$1 WHERE group_id=$2 AND id=$3");
stmt!(USER_PREFERS, "UPDATE app_user SET locale=$1, theme=$2, key_map=$3 WHERE group_id=$4 AND id=$5");
stmt!(
    KNOWN,
    "SELECT u.id, u.group_id, u.left_at, c.hash FROM app_user u LEFT JOIN credential c ON c.user_id=u.id WHERE u.login=$1"
);
stmt!(
    PASSWORD_SET,
    "INSERT INTO credential (user_id, group_id, hash, set_at) VALUES ($1,$2,$3,$4) \
     ON CONFLICT (user_id) DO UPDATE SET hash=excluded.hash, set_at=excluded.set_at"
);
stmt!(PASSWORD_DROP, "DELETE FROM credential WHERE group_id=$1 AND user_id=$2");
stmt!(NAMES, "SELECT id AS k, name AS v FROM app_user WHERE group_id=$1 AND id IN {{ids:$2}} ORDER BY 1 LIMIT 5000");
stmt!(
    IN_STORE,
    "SELECT u.id, u.login, u.name, u.agent_number, u.left_at, c.set_at, \
       (SELECT MAX(s.seen_at) FROM session s WHERE s.user_id=u.id) AS seen_at \
     FROM app_user u LEFT JOIN credential c ON c.user_id=u.id \
     WHERE u.group_id=$1 AND u.id > $3 AND u.id IN (SELECT a.user_id FROM assignment a WHERE a.group_id=$1 AND (a.store_id=$2 \
       OR a.region_id IN (SELECT region_id FROM region_store WHERE group_id=$1 AND store_id=$2) \
       OR (a.store_id IS NULL AND a.region_id IS NULL))) ORDER BY u.id LIMIT 101"
);
stmt!(
    IN_GROUP,
    "SELECT u.id, u.login, u.name, u.agent_number, u.left_at, c.set_at, \
       (SELECT MAX(s.seen_at) FROM session s WHERE s.user_id=u.id) AS seen_at \
     FROM app_user u LEFT JOIN credential c ON c.user_id=u.id \
     WHERE u.group_id=$1 AND u.id > $2 ORDER BY u.id LIMIT 101"
);
stmt!(GROUP_LOCK, "UPDATE grp SET name=name WHERE id=$1");

/// Whether anybody has an account in this installation.
pub async fn any(q: &mut impl Sql) -> Result<bool> {
    Ok(q.count(&USER_COUNT, args![]).await? > 0)
}

/// False when the login is taken.
pub async fn add(
    tx: &mut Tx,
    id: UserId,
    login: &str,
    name: &str,
    agent_number: Option<&str>,
    locale: &str,
) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&USER_ADD, args![id, group, login, name, agent_number, locale, now]).await? == 1)
}

pub async fn get(q: &mut impl Sql, group: GroupId, id: UserId) -> Result<User> {
    q.get(&USER_GET, args![group, id]).await
}

pub async fn rename(tx: &mut Tx, id: UserId, name: &str, agent_number: Option<&str>) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&USER_RENAME, args![name, agent_number, group, id]).await.map(|_| ())
}

pub async fn set_left(tx: &mut Tx, id: UserId, at: Option<Millis>) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&USER_LEAVES, args![at, group, id]).await.map(|_| ())
}

pub async fn prefers(tx: &mut Tx, id: UserId, locale: &str, theme: &str, keys: &Value) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&USER_PREFERS, args![locale, theme, keys, group, id]).await.map(|_| ())
}

/// By a login as [`normal_login`](crate::identity::sign_in::normal_login) writes it.
pub async fn known(q: &mut impl Sql, login: &str) -> Result<Option<Known>> {
    q.opt(&KNOWN, args![login]).await
}

pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&PASSWORD_SET, args![id, group, hash, now]).await.map(|_| ())
}

pub async fn drop_password(tx: &mut Tx, id: UserId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&PASSWORD_DROP, args![group, id]).await.map(|_| ())
}

pub async fn names(q: &mut impl Sql, group: GroupId, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(UserId, String)> = q.all(&NAMES, args![group, ids]).await?;
    Ok(rows.into_iter().collect())
}

/// Up to 101 people who hold something in the store, by id after `after`.
pub async fn in_store(q: &mut impl Sql, group: GroupId, store: StoreId, after: UserId) -> Result<Vec<UserLine>> {
    q.all(&IN_STORE, args![group, store, after]).await
}

pub async fn in_group(q: &mut impl Sql, group: GroupId, after: UserId) -> Result<Vec<UserLine>> {
    q.all(&IN_GROUP, args![group, after]).await
}

/// Changes of people and roles in a group happen one after the other: two that each leave one
/// administrator must not both succeed.
pub async fn one_at_a_time(tx: &mut Tx) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&GROUP_LOCK, args![group]).await.map(|_| ())
}

stmt!(NAME_OF, "SELECT u.name AS v FROM app_user u WHERE u.id=$1");

/// The name alone, for a one-time link's page, which knows no group yet.
pub async fn name_of(q: &mut impl Sql, id: UserId) -> Result<Option<String>> {
    Ok(q.opt::<One<String>>(&NAME_OF, args![id]).await?.map(|v| v.0))
}
