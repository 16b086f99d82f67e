//! One-time links; only the hash of a token is stored.

use kernel::{GroupId, Id, Millis, Result, UserId};
use platform::db::{Sql, Tx};
use platform::{args, keyed, row, stmt};

keyed! {
    pub enum Purpose {
        /// The first-run page.
        Setup = "setup",
        /// The same page for a further group of the installation.
        Group = "group",
        /// Choose a (new) password.
        Password = "password",
        /// Sign in to the demonstration as one of its people.
        Demo = "demo",
    }
}

row! {
    #[derive(Clone, Debug)]
    pub struct Link {
        pub group_id: GroupId, pub user_id: Option<UserId>, pub purpose: Purpose, pub expires_at: Millis,
    }
}

stmt!(
    LINK_ADD,
    "INSERT INTO one_time_link (id, group_id, user_id, token_hash, purpose, created_at, created_by, expires_at) \
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8)"
);
stmt!(
    LINK_LOOK,
    "SELECT group_id, user_id, purpose, expires_at FROM one_time_link WHERE token_hash=$1 AND used_at IS NULL AND expires_at > $2"
);
stmt!(
    LINK_CONSUME,
    "UPDATE one_time_link SET used_at=$1 WHERE token_hash=$2 AND used_at IS NULL AND expires_at > $1 \
     RETURNING group_id, user_id, purpose, expires_at"
);
stmt!(LINKS_REVOKE, "UPDATE one_time_link SET used_at=$1 WHERE user_id=$2 AND purpose=$3 AND used_at IS NULL");
stmt!(SETUP_REVOKE, "UPDATE one_time_link SET used_at=$1 WHERE purpose='setup' AND used_at IS NULL");
stmt!(SWEEP_LINKS, "DELETE FROM one_time_link WHERE expires_at < $1");

pub async fn add(tx: &mut Tx, user: Option<UserId>, hash: &str, purpose: Purpose, until: Millis) -> Result<()> {
    let (group, by, now) = (tx.scope().group, tx.scope().user, tx.now());
    let id: Id<Link> = tx.new_id();
    tx.exec(&LINK_ADD, args![id, group, user, hash, purpose, now, by, until]).await.map(|_| ())
}

/// A link that may still be used.
pub async fn look(q: &mut impl Sql, hash: &str, now: Millis) -> Result<Option<Link>> {
    q.opt(&LINK_LOOK, args![hash, now]).await
}

/// Uses it up; `None` when it was used, revoked or too old. Of two that try, one gets it.
pub async fn consume(tx: &mut Tx, hash: &str) -> Result<Option<Link>> {
    let now = tx.now();
    tx.opt(&LINK_CONSUME, args![now, hash]).await
}

pub async fn revoke(tx: &mut Tx, user: UserId, purpose: Purpose) -> Result<()> {
    let now = tx.now();
    tx.exec(&LINKS_REVOKE, args![now, user, purpose]).await.map(|_| ())
}

pub async fn revoke_setup(tx: &mut Tx) -> Result<()> {
    let now = tx.now();
    tx.exec(&SETUP_REVOKE, args![now]).await.map(|_| ())
}

pub async fn sweep(tx: &mut Tx, before: Millis) -> Result<u64> {
    tx.exec(&SWEEP_LINKS, args![before]).await
}
