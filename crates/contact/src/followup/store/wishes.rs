//! `booking_wish`, and praise by whom it names.

use kernel::{AttemptId, ContactId, CustomerId, GroupId, Millis, Result, StoreId, UserId, VehicleId};
use platform::db::{Sql, Tx};
use platform::{args, row, stmt};

stmt!(
    WISH_ADD,
    "INSERT INTO booking_wish (id, group_id, store_id, attempt_id, customer_id, vehicle_id, wish, at) \
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8)"
);
// booking_wish_open
stmt!(
    WISHES_OPEN,
    "SELECT id, customer_id, vehicle_id, wish, at FROM booking_wish WHERE store_id=$2 AND done_at IS NULL AND revoked=0 \
     AND group_id=$1 ORDER BY at, id LIMIT 200"
);
stmt!(
    WISH_DONE,
    "UPDATE booking_wish SET done_at=$4, done_by=$5 WHERE id=$3 AND group_id=$1 AND store_id=$2 AND done_at IS NULL AND revoked=0"
);
// booking_wish_by_attempt
stmt!(WISH_KNOWN, "SELECT COUNT(*) AS v FROM booking_wish WHERE group_id=$1 AND store_id=$2 AND id=$3");
stmt!(WISHES_REVOKE, "UPDATE booking_wish SET revoked=1 WHERE attempt_id=$2 AND group_id=$1");
// remark_by_person
stmt!(
    PRAISE_OF,
    "SELECT r.id, r.text, r.at, a.customer_id, a.contact_id FROM remark r JOIN attempt a ON a.id=r.attempt_id \
     WHERE r.person_id=$3 AND r.at >= $4 AND r.mark='praise' AND r.revoked=0 AND r.group_id=$1 AND r.store_id=$2 \
     ORDER BY r.at DESC, r.id DESC LIMIT 20"
);

// By id, done ones too.
stmt!(
    WISHES_SOME,
    "SELECT id, customer_id, vehicle_id, wish, at FROM booking_wish WHERE id IN {{ids:$3}} AND store_id=$2 AND group_id=$1 \
     AND revoked=0 ORDER BY id LIMIT 200"
);
// remark_by_attempt
stmt!(
    PRAISE_IN,
    "SELECT r.attempt_id AS id, r.text, r.at, a.customer_id, a.contact_id FROM remark r JOIN attempt a ON a.id=r.attempt_id \
     WHERE r.attempt_id IN {{ids:$4}} AND r.person_id=$3 AND r.mark='praise' AND r.revoked=0 AND r.group_id=$1 \
     AND r.store_id=$2 ORDER BY r.id LIMIT 200"
);

row! {
    #[derive(Clone, Debug)]
    pub struct Wish {
        pub id: i64, pub customer_id: CustomerId, pub vehicle_id: Option<VehicleId>, pub wish: String, pub at: Millis,
    }
}
row! {
    #[derive(Clone, Debug)]
    pub struct Praise {
        pub id: i64, pub text: String, pub at: Millis, pub customer_id: CustomerId, pub contact_id: ContactId,
    }
}

pub async fn add_wish(
    tx: &mut Tx,
    store: StoreId,
    attempt: AttemptId,
    customer: CustomerId,
    vehicle: Option<VehicleId>,
    wish: &str,
) -> Result<i64> {
    let id = tx.new_id::<kernel::Event>();
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&WISH_ADD, args![id, group, store, attempt, customer, vehicle, wish, now]).await?;
    Ok(id.raw())
}

pub async fn open_wishes(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<Wish>> {
    q.all(&WISHES_OPEN, args![group, store]).await
}

/// `false`: done before, or taken back.
pub async fn end_wish(tx: &mut Tx, store: StoreId, id: i64, by: UserId) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&WISH_DONE, args![group, store, id, now, by]).await? == 1)
}

pub async fn revoke_wishes(tx: &mut Tx, attempt: AttemptId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&WISHES_REVOKE, args![group, attempt]).await.map(|_| ())
}

pub async fn praise_of(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    person: UserId,
    since: Millis,
) -> Result<Vec<Praise>> {
    q.all(&PRAISE_OF, args![group, store, person, since]).await
}

pub async fn has_wish(tx: &mut Tx, store: StoreId, id: i64) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.count(&WISH_KNOWN, args![group, store, id]).await? > 0)
}

pub async fn some_wishes(q: &mut impl Sql, group: GroupId, store: StoreId, ids: &[i64]) -> Result<Vec<Wish>> {
    q.all(&WISHES_SOME, args![group, store, ids]).await
}

/// What these calls praised the person for; `id` is that of the call.
pub async fn praise_in(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    person: UserId,
    calls: &[i64],
) -> Result<Vec<Praise>> {
    q.all(&PRAISE_IN, args![group, store, person, calls]).await
}
