//! Leases on contacts and the log of dialled numbers. Compare-and-set: there are never two holders.

use kernel::{CaseId, ContactId, Millis, PhoneLineId, Result, StoreId, UserId};
use platform::db::{Sql, Tx};
use platform::{args, stmt};

stmt!(
    LEASE_TAKE,
    "UPDATE contact SET lease_user=$4, lease_until=$5 WHERE id=$3 AND group_id=$1 AND store_id=$2 \
     AND state IN ('open','number_needed') AND (lease_user IS NULL OR lease_user=$4 OR lease_until <= $6)"
);
// The end of the lease is its fence: whoever took it again moved it.
stmt!(
    LEASE_RENEW,
    "UPDATE contact SET lease_until=$6 WHERE id=$3 AND group_id=$1 AND store_id=$2 AND lease_user=$4 AND lease_until=$5"
);
stmt!(
    LEASE_RELEASE,
    "UPDATE contact SET lease_user=NULL, lease_until=0 WHERE id=$3 AND group_id=$1 AND store_id=$2 AND lease_user=$4 \
     AND lease_until=$5"
);
stmt!(
    LEASES_DROP,
    "UPDATE contact SET lease_user=NULL, lease_until=0 WHERE store_id=$2 AND group_id=$1 AND state='open' AND lease_user=$3"
);
stmt!(
    DIAL_ADD,
    "INSERT INTO dial_log (id, group_id, store_id, user_id, contact_id, case_id, phone_line_id, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)"
);
// dial_log_by_user; counted up to a limit, never beyond.
stmt!(DIALS_SINCE, "SELECT COUNT(*) AS v FROM (SELECT 1 FROM dial_log WHERE user_id=$1 AND at > $2 LIMIT 1001) t");

pub async fn take_lease(tx: &mut Tx, store: StoreId, id: ContactId, user: UserId, until: Millis) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&LEASE_TAKE, args![group, store, id, user, until, now]).await? == 1)
}

pub async fn renew_lease(
    tx: &mut Tx,
    store: StoreId,
    id: ContactId,
    user: UserId,
    fence: Millis,
    until: Millis,
) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.exec(&LEASE_RENEW, args![group, store, id, user, fence, until]).await? == 1)
}

pub async fn release_lease(tx: &mut Tx, store: StoreId, id: ContactId, user: UserId, fence: Millis) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.exec(&LEASE_RELEASE, args![group, store, id, user, fence]).await? == 1)
}

pub async fn drop_leases(tx: &mut Tx, store: StoreId, user: UserId) -> Result<u64> {
    let group = tx.scope().group;
    tx.exec(&LEASES_DROP, args![group, store, user]).await
}

pub async fn log_dial(
    tx: &mut Tx,
    store: StoreId,
    user: UserId,
    contact: Option<ContactId>,
    case: Option<CaseId>,
    line: PhoneLineId,
) -> Result<()> {
    let id = tx.new_id::<kernel::Event>();
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&DIAL_ADD, args![id, group, store, user, contact, case, line, now]).await.map(|_| ())
}

// dial_log_by_line
stmt!(DIALLED, "SELECT COUNT(*) AS v FROM (SELECT 1 FROM dial_log WHERE phone_line_id=$2 AND group_id=$1 LIMIT 1) t");

/// Whether a number was ever dialled.
pub async fn was_dialled(q: &mut impl Sql, group: kernel::GroupId, line: PhoneLineId) -> Result<bool> {
    Ok(q.count(&DIALLED, args![group, line]).await? > 0)
}

pub async fn dials_since(q: &mut impl Sql, user: UserId, since: Millis) -> Result<i64> {
    q.count(&DIALS_SINCE, args![user, since]).await
}
