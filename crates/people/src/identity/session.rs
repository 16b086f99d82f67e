//! Sessions: a random token in a cookie, its hash in a row, and in the row everything a request may do.

use std::time::Duration;

use kernel::{Cap, Id, Millis, Post, Problem, Result, Scope, SessionId, StoreId, Stores, UserId};
use platform::db::{Db, Sql, Tx};
use platform::http::Who;
use platform::i18n::{Label, Locale};
use platform::{audit, secret, transact};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::store::session as store;
use super::store::session::{NewSession, SessionRow};
use super::store::{org, role};
use super::throttle::nobody;

pub use store::Device;

/// A session that is not used for so long is over.
pub const IDLE: i64 = 12 * Millis::HOUR;
/// And in any case after this.
pub const LONGEST: i64 = 7 * Millis::DAY;
/// `seen_at` is written no more often than this.
const TOUCH: i64 = Millis::MINUTE;

/// What the row carries of a person's roles. A change of roles ends the session, so it cannot grow stale.
#[derive(Serialize, Deserialize)]
struct Carried {
    posts: Vec<Post>,
    /// Shown name of each role.
    titles: Vec<(String, Label)>,
}

/// How somebody proved who they are. A further factor adds a value, not a column.
#[derive(Copy, Clone, Debug)]
pub enum Proof {
    Password,
    Link,
}

impl Proof {
    const fn assurance(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Link => "link",
        }
    }
}

/// Where a session comes from.
#[derive(Copy, Clone, Debug)]
pub struct From<'a> {
    pub address: &'a str,
    /// The browser as it names itself.
    pub browser: &'a str,
}

/// Opens a session and answers its token; the scope of `tx` is the person's group.
/// # Errors
/// As the database answers.
pub async fn open(tx: &mut Tx, user: UserId, proof: Proof, from: From<'_>) -> Result<String> {
    let group = tx.scope().group;
    let posts = role::posts(tx, group, user).await?;
    let store = first_store(tx, user, &posts).await?;
    let titles = role::roles(tx, group)
        .await?
        .into_iter()
        .filter(|r| posts.iter().any(|p| p.role == r.key))
        .map(|r| (r.key, Label { zh: r.zh, en: r.en }))
        .collect();
    let carried = serde_json::to_value(Carried { posts, titles }).map_err(Problem::internal)?;
    let token = secret::token();
    let id: SessionId = tx.new_id();
    let row = NewSession {
        id,
        user,
        token_hash: &secret::hash(&token),
        store,
        posts: &carried,
        assurance: proof.assurance(),
        device: &browser_name(from.browser),
        address: from.address,
        expires_at: tx.now().plus(LONGEST),
    };
    store::add(tx, &row).await?;
    audit::note(tx, "session.opened", "user", user.raw(), &Value::Null, &json!({ "proof": proof.assurance() })).await?;
    Ok(token)
}

/// The store worked in last, else the first one by code.
async fn first_store(tx: &mut Tx, user: UserId, posts: &[Post]) -> Result<Option<StoreId>> {
    let group = tx.scope().group;
    let mine = stores_of_posts(tx, group, posts).await?;
    let last = store::last_store(tx, group, user).await?;
    let open = |id: StoreId| mine.iter().any(|s| s.id == id && s.closed_at.is_none());
    Ok(last.filter(|id| open(*id)).or_else(|| mine.iter().find(|s| s.closed_at.is_none()).map(|s| s.id)))
}

/// The stores that these posts reach, by code.
pub async fn stores_of_posts(q: &mut impl Sql, group: kernel::GroupId, posts: &[Post]) -> Result<Vec<org::StoreCard>> {
    let mut which = Vec::new();
    for post in posts {
        match &post.stores {
            Stores::All => return org::stores(q, group, &Stores::All).await,
            Stores::These(ids) => which.extend(ids.iter().copied()),
        }
    }
    org::stores(q, group, &Stores::These(which)).await
}

/// Finds who a token belongs to: one query, and once a minute one small write.
/// # Errors
/// As the database answers.
pub async fn load_session(db: &Db, token: &str) -> Result<Option<Who>> {
    // What is no token of ours costs no query.
    if token.len() != 64 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let now = db.clock().now();
    let found = store::load(&mut db.reads(), &secret::hash(token), now, now.plus(-IDLE)).await?;
    let Some(row) = found else { return Ok(None) };
    if now.since(row.seen_at) >= TOUCH {
        touch(db, row.id).await;
    }
    who(row).map(Some)
}

/// A session whose `seen_at` could not be written (a full disk, a busy writer) works on.
async fn touch(db: &Db, id: SessionId) {
    let written = async {
        transact!(db, &nobody(), |tx| {
            let older_than = tx.now().plus(-TOUCH + 1);
            store::touch(tx, id, older_than).await
        })
    };
    match tokio::time::timeout(Duration::from_millis(500), written).await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(problem)) => tracing::debug!(%problem, "a session was not touched"),
    }
}

fn who(row: SessionRow) -> Result<Who> {
    let carried: Carried = serde_json::from_value(row.posts).map_err(Problem::internal)?;
    let locale = Locale::parse(&row.locale).unwrap_or_default();
    let here = |p: &&Post| row.store_id.is_none_or(|s| p.stores.holds(s));
    let mut titles: Vec<String> = Vec::new();
    for post in carried.posts.iter().filter(here) {
        let label =
            carried.titles.iter().find(|(key, _)| *key == post.role).map(|(_, l)| l.in_locale(locale).into_owned());
        if let Some(label) = label.filter(|l| !titles.contains(l)) {
            titles.push(label);
        }
    }
    let all: Vec<(Id<kernel::Store>, String)> = serde_json::from_str(&row.stores).map_err(Problem::internal)?;
    let stores = all.into_iter().filter(|(id, _)| carried.posts.iter().any(|p| p.stores.holds(*id))).collect();
    Ok(Who {
        session: row.id,
        user: row.user_id,
        name: row.name,
        title: titles.join("、"),
        agent_number: row.agent_number,
        scope: Scope { user: Some(row.user_id), group: row.group_id, store: row.store_id, posts: carried.posts },
        locale,
        theme: row.theme,
        key_map: row.key_map.to_string(),
        store_name: row.store_name.unwrap_or_default(),
        tz: row.tz.unwrap_or_else(|| super::org::TIME_ZONE.to_owned()),
        stores,
        unread: row.unread,
    })
}

/// Works in another of one's stores from now on.
/// # Errors
/// `NotFound` for a store that none of one's roles reaches.
pub async fn switch_store(tx: &mut Tx, session: SessionId, store: StoreId) -> Result<()> {
    if !tx.scope().posts.iter().any(|p| p.stores.holds(store)) {
        return Err(Problem::NotFound);
    }
    let group = tx.scope().group;
    org::store(tx, group, store).await?;
    store::set_store(tx, session, store).await
}

/// The living sessions of the person, the last used first.
/// # Errors
/// As the database answers.
pub async fn devices(q: &mut impl Sql, scope: &Scope, now: Millis) -> Result<Vec<Device>> {
    let user = scope.user()?;
    store::devices(q, scope.group, user, now, now.plus(-IDLE)).await
}

/// Ends one session of one's own.
/// # Errors
/// `NotFound` when it is not one's own, or over already.
pub async fn end_one(tx: &mut Tx, session: SessionId) -> Result<()> {
    let user = tx.scope().user()?;
    if store::end_one(tx, user, session).await? == 0 {
        return Err(Problem::NotFound);
    }
    audit::note(tx, "session.ended", "user", user.raw(), &Value::Null, &Value::Null).await
}

/// Logs out everywhere, this device included; the devices are strangers again.
/// # Errors
/// As the database answers.
pub async fn end_everywhere(tx: &mut Tx) -> Result<u64> {
    let user = tx.scope().user()?;
    let ended = store::end_all(tx, &[user], None).await?;
    store::forget_devices(tx, user).await?;
    audit::note(tx, "session.ended-everywhere", "user", user.raw(), &Value::Null, &json!({ "sessions": ended }))
        .await?;
    Ok(ended)
}

/// `Chrome · Windows`: enough to know one's own devices, not enough to be told apart by.
pub fn browser_name(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 8] = [
        ("MicroMessenger", "微信"),
        ("wxwork", "企业微信"),
        ("DingTalk", "钉钉"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("OPR", "Opera"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "--".to_owned(),
    }
}

/// Whether these posts hold the capability at all; for what is asked outside of a request.
pub fn hold(posts: &[Post], cap: Cap) -> bool {
    posts.iter().flat_map(|p| &p.grants).any(|(c, _)| *c == cap)
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn 设备名() {
        for (agent, want) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36",
                "Chrome · Windows",
            ),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge · Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
            ("Mozilla/5.0 (Linux; Android 15) Chrome/150 Mobile Safari/537.36 MicroMessenger/8.0", "微信 · Android"),
            ("curl/8.0", "--"),
        ] {
            assert_eq!(browser_name(agent), want);
        }
    }
}
