//! Shares and absences: how new contacts are shared out.

use std::collections::HashMap;

use kernel::{GroupId, Result, StoreDate, StoreId, UserId};
use platform::db::{Sql, Tx};
use platform::{args, row, stmt};

row! {
    #[derive(Clone, Debug)]
    pub struct Share {
        pub user_id: UserId, pub share: i64, pub absent_from: Option<StoreDate>, pub absent_until: Option<StoreDate>,
    }
}

stmt!(
    SHARES,
    "SELECT user_id, share, absent_from, absent_until FROM agent_share WHERE group_id=$1 AND store_id=$2 ORDER BY user_id LIMIT 2000"
);
stmt!(
    SHARE_SET,
    "INSERT INTO agent_share (store_id, user_id, group_id, share, absent_from, absent_until) VALUES ($1,$2,$3,$4,$5,$6) \
     ON CONFLICT (store_id, user_id) DO UPDATE SET share=excluded.share, absent_from=excluded.absent_from, \
     absent_until=excluded.absent_until"
);

pub async fn shares(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<HashMap<UserId, Share>> {
    let rows: Vec<Share> = q.all(&SHARES, args![group, store]).await?;
    Ok(rows.into_iter().map(|s| (s.user_id, s)).collect())
}

pub async fn set(tx: &mut Tx, store: StoreId, s: &Share) -> Result<()> {
    let group = tx.scope().group;
    let row = args![store, s.user_id, group, s.share, s.absent_from, s.absent_until];
    tx.exec(&SHARE_SET, row).await.map(|_| ())
}
