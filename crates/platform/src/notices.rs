//! Notifications: a row per person, told to open browsers after the commit.

use kernel::{Millis, NotificationId, Result, StoreId, UserId};
use serde_json::{Value, json};

use crate::db::{Bind as _, Sql, Tx};
use crate::events::Signal;
use crate::{args, row, stmt};

row! {
    pub struct Notice {
        pub id: NotificationId, pub store_id: Option<StoreId>, pub kind: String, pub subject: i64, pub args: Value, pub at: Millis,
        pub read_at: Option<Millis>,
    }
}

stmt!(
    NOTICES_OF,
    "SELECT id, store_id, kind, subject, args, at, read_at FROM notification WHERE user_id=$1 ORDER BY id DESC LIMIT 50"
);
stmt!(NOTICES_READ, "UPDATE notification SET read_at=$1 WHERE user_id=$2 AND read_at IS NULL");

/// Tells `people` of `kind` (message `notice-<kind>`) about `subject`; `args` are ids and keys, no names.
/// # Errors
/// As the database answers.
pub async fn tell(
    tx: &mut Tx,
    people: &[UserId],
    store: Option<StoreId>,
    kind: &'static str,
    subject: i64,
    args: &Value,
) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let mut rows = Vec::with_capacity(people.len());
    for user in people {
        let id = tx.new_id::<kernel::Notification>();
        rows.push(vec![
            id.bind(),
            group.bind(),
            store.bind(),
            user.bind(),
            kind.bind(),
            subject.bind(),
            args.bind(),
            now.bind(),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let columns = ["id", "group_id", "store_id", "user_id", "kind", "subject", "args", "at"];
    tx.bulk("notification", &columns, rows, "").await?;
    for user in people {
        tx.signal(Signal { group, user: Some(*user), store, kind: "notice", data: json!({ "kind": kind }) });
    }
    Ok(())
}

/// # Errors
/// As the database answers.
pub async fn of(q: &mut impl Sql, user: UserId) -> Result<Vec<Notice>> {
    q.all(&NOTICES_OF, args![user]).await
}

/// # Errors
/// As the database answers.
pub async fn mark_read(tx: &mut Tx, user: UserId) -> Result<()> {
    let now = tx.now();
    tx.exec(&NOTICES_READ, args![now, user]).await.map(|_| ())
}
