//! Sessions and known devices.

use kernel::{GroupId, Millis, Result, SessionId, StoreId, UserId};
use platform::db::{One, Sql, Tx};
use platform::events::session_moved;
use platform::{args, row, stmt};
use serde_json::Value;

row! {
    pub struct SessionRow {
        pub id: SessionId, pub group_id: GroupId, pub user_id: UserId, pub store_id: Option<StoreId>, pub posts: Value,
        pub seen_at: Millis, pub name: String, pub agent_number: Option<String>, pub locale: String, pub theme: String,
        pub key_map: Value, pub store_name: Option<String>, pub tz: Option<String>,
        /// JSON: `[[id, name], …]`, the open stores of the group by code.
        pub stores: String,
        pub unread: i64,
    }
}
row! {
    /// A line of the device list.
    #[derive(Clone, Debug)]
    pub struct Device {
        pub id: SessionId, pub device: String, pub address: String, pub created_at: Millis, pub seen_at: Millis,
    }
}

macro_rules! session_load {
    ($stores:literal) => {
        concat!(
            "SELECT s.id, s.group_id, s.user_id, s.store_id, s.posts, s.seen_at, u.name, u.agent_number, u.locale, u.theme, \
               u.key_map, t.name AS store_name, t.tz, ",
            $stores,
            " AS stores, (SELECT COUNT(*) FROM (SELECT n.id FROM notification n WHERE n.user_id=s.user_id AND n.read_at IS NULL \
               LIMIT 100) x) AS unread \
             FROM session s JOIN app_user u ON u.id=s.user_id LEFT JOIN store t ON t.id=s.store_id \
             WHERE s.token_hash=$1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.seen_at > $3 AND u.left_at IS NULL"
        )
    };
}
stmt!(
    /// Everything that a request needs to know of its sender, by the unique index on the token.
    SESSION_LOAD,
    lite: session_load!(
        "(SELECT json_group_array(json_array(y.id, y.name)) FROM (SELECT id, name FROM store o WHERE o.group_id=s.group_id \
           AND o.closed_at IS NULL ORDER BY o.code LIMIT 500) y)"
    ),
    pg: session_load!(
        "COALESCE((SELECT CAST(json_agg(json_build_array(y.id, y.name)) AS TEXT) FROM (SELECT id, name FROM store o \
           WHERE o.group_id=s.group_id AND o.closed_at IS NULL ORDER BY o.code LIMIT 500) y), '[]')"
    ),
);
stmt!(
    SESSION_ADD,
    "INSERT INTO session (id, group_id, user_id, token_hash, store_id, posts, assurance, device, address, created_at, seen_at, \
     expires_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$10,$11)"
);
stmt!(SESSION_TOUCH, "UPDATE session SET seen_at=$1 WHERE id=$2 AND seen_at < $3");
stmt!(SESSION_STORE, "UPDATE session SET store_id=$1 WHERE group_id=$2 AND id=$3 AND ended_at IS NULL");
stmt!(SESSION_END, "UPDATE session SET ended_at=$1 WHERE group_id=$2 AND user_id=$3 AND id=$4 AND ended_at IS NULL");
stmt!(
    SESSIONS_END,
    "UPDATE session SET ended_at=$1 WHERE group_id=$2 AND user_id IN {{ids:$3}} AND id<>$4 AND ended_at IS NULL"
);
stmt!(
    DEVICES,
    "SELECT id, device, address, created_at, seen_at FROM session \
     WHERE group_id=$1 AND user_id=$2 AND ended_at IS NULL AND expires_at > $3 AND seen_at > $4 ORDER BY seen_at DESC, id LIMIT 50"
);
stmt!(
    LAST_STORE,
    "SELECT store_id AS v FROM session WHERE group_id=$1 AND user_id=$2 AND store_id IS NOT NULL ORDER BY id DESC LIMIT 1"
);
stmt!(
    DEVICE_KNOWN,
    "SELECT d.user_id AS v FROM known_device d JOIN app_user u ON u.id=d.user_id WHERE u.login=$1 AND d.device_hash=$2"
);
stmt!(
    DEVICE_NOTE,
    "INSERT INTO known_device (user_id, device_hash, group_id, seen_at) VALUES ($1,$2,$3,$4) \
     ON CONFLICT (user_id, device_hash) DO UPDATE SET seen_at=excluded.seen_at"
);
stmt!(DEVICES_FORGET, "DELETE FROM known_device WHERE group_id=$1 AND user_id=$2");
stmt!(SWEEP_SESSIONS, "DELETE FROM session WHERE expires_at < $1");
stmt!(SWEEP_DEVICES, "DELETE FROM known_device WHERE seen_at < $1");

pub struct NewSession<'a> {
    pub id: SessionId,
    pub user: UserId,
    pub token_hash: &'a str,
    pub store: Option<StoreId>,
    pub posts: &'a Value,
    pub assurance: &'static str,
    pub device: &'a str,
    pub address: &'a str,
    pub expires_at: Millis,
}

pub async fn load(q: &mut impl Sql, token_hash: &str, now: Millis, idle_since: Millis) -> Result<Option<SessionRow>> {
    q.opt(&SESSION_LOAD, args![token_hash, now, idle_since]).await
}

pub async fn add(tx: &mut Tx, s: &NewSession<'_>) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let row =
        args![s.id, group, s.user, s.token_hash, s.store, s.posts, s.assurance, s.device, s.address, now, s.expires_at];
    tx.exec(&SESSION_ADD, row).await.map(|_| ())
}

pub async fn touch(tx: &mut Tx, id: SessionId, older_than: Millis) -> Result<()> {
    let now = tx.now();
    tx.exec(&SESSION_TOUCH, args![now, id, older_than]).await.map(|_| ())
}

pub async fn set_store(tx: &mut Tx, id: SessionId, store: StoreId) -> Result<()> {
    let group = tx.scope().group;
    if let Some(user) = tx.scope().user {
        tx.signal(session_moved(group, user, Some(id), None));
    }
    tx.exec(&SESSION_STORE, args![store, group, id]).await.map(|_| ())
}

pub async fn end_one(tx: &mut Tx, user: UserId, id: SessionId) -> Result<u64> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.signal(session_moved(group, user, Some(id), None));
    tx.exec(&SESSION_END, args![now, group, user, id]).await
}

/// Ends every session of these people, except one that may go on.
pub async fn end_all(tx: &mut Tx, users: &[UserId], except: Option<SessionId>) -> Result<u64> {
    let (group, now) = (tx.scope().group, tx.now());
    for user in users {
        tx.signal(session_moved(group, *user, None, except));
    }
    tx.exec(&SESSIONS_END, args![now, group, users, except.map_or(0, kernel::Id::raw)]).await
}

pub async fn devices(q: &mut impl Sql, group: GroupId, user: UserId, now: Millis, idle: Millis) -> Result<Vec<Device>> {
    q.all(&DEVICES, args![group, user, now, idle]).await
}

pub async fn last_store(q: &mut impl Sql, group: GroupId, user: UserId) -> Result<Option<StoreId>> {
    Ok(q.opt::<One<StoreId>>(&LAST_STORE, args![group, user]).await?.map(|v| v.0))
}

/// Whether this device once signed in to the account of this login.
pub async fn device_known(q: &mut impl Sql, login: &str, device_hash: &str) -> Result<bool> {
    Ok(q.opt::<One<i64>>(&DEVICE_KNOWN, args![login, device_hash]).await?.is_some())
}

pub async fn note_device(tx: &mut Tx, user: UserId, device_hash: &str) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&DEVICE_NOTE, args![user, device_hash, group, now]).await.map(|_| ())
}

pub async fn forget_devices(tx: &mut Tx, user: UserId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DEVICES_FORGET, args![group, user]).await.map(|_| ())
}

pub async fn sweep(tx: &mut Tx, sessions_before: Millis, devices_before: Millis) -> Result<u64> {
    Ok(tx.exec(&SWEEP_SESSIONS, args![sessions_before]).await? + tx.exec(&SWEEP_DEVICES, args![devices_before]).await?)
}
