//! `customer_store`, `contact_block`, `reveal_log`.

use kernel::{CustomerId, GroupId, ImportId, Millis, Phone, Result, Scope, StoreId, UserId};
use platform::db::{Load, One, Sql, Tx};
use platform::{args, row, stmt};

use crate::customers::model::{Block, CustomerKind, SightWhy};
use crate::customers::sight::{Sight, seen_by};

row! {
    /// A line of the list of customers.
    #[derive(Clone)]
    pub struct Listed {
        pub id: CustomerId,
        pub kind: CustomerKind,
        pub name: String,
        pub phone: Option<Phone>,
        pub plate: Option<kernel::Plate>,
        pub series: Option<String>,
        pub opted_out_at: Option<Millis>,
    }
}

stmt!(
    SIGHTS,
    "SELECT customer_id AS v FROM customer_store WHERE customer_id IN {{ids:$3}} AND store_id=$2 AND group_id=$1"
);
stmt!(
    SEEN,
    concat!(
        "SELECT id AS v FROM customer c WHERE c.id IN {{ids:$2}} AND c.group_id=$1 AND c.merged_into IS NULL AND ",
        seen_by!("c.id", "$3", "$4", "$5", "$6")
    )
);
stmt!(
    STORES_OF,
    "SELECT customer_id AS k, store_id AS v FROM customer_store WHERE customer_id IN {{ids:$2}} AND group_id=$1"
);
macro_rules! listed {
    ($from:expr) => {
        concat!(
            "SELECT c.id AS id, c.kind AS kind, c.name AS name, c.opted_out_at AS opted_out_at, \
             (SELECT p.digits FROM customer_phone p WHERE p.customer_id=c.id AND p.ended_at IS NULL \
              ORDER BY p.rank, p.id LIMIT 1) AS phone, \
             (SELECT v.plate FROM ownership o JOIN vehicle v ON v.id=o.vehicle_id WHERE o.customer_id=c.id \
              AND o.until_day IS NULL ORDER BY o.id DESC LIMIT 1) AS plate, \
             (SELECT v.series FROM ownership o JOIN vehicle v ON v.id=o.vehicle_id WHERE o.customer_id=c.id \
              AND o.until_day IS NULL ORDER BY o.id DESC LIMIT 1) AS series ",
            $from
        )
    };
}
// customer_store_by_store, downwards from the last id of the page before.
stmt!(
    LIST_STORE,
    listed!(
        "FROM (SELECT customer_id FROM customer_store WHERE store_id=$2 AND customer_id < $3 ORDER BY customer_id DESC LIMIT $4) s \
         JOIN customer c ON c.id=s.customer_id WHERE c.group_id=$1 ORDER BY c.id DESC LIMIT 200"
    )
);
// The same index; each is looked up by repair_order_by_customer, and most of a store's customers have one.
stmt!(
    LIST_SERVICE,
    listed!(
        "FROM (SELECT customer_id FROM customer_store cs WHERE cs.store_id=$2 AND cs.customer_id < $3 AND EXISTS \
         (SELECT 1 FROM repair_order ro WHERE ro.customer_id=cs.customer_id AND ro.store_id=$2 AND ro.state='recorded') \
         ORDER BY cs.customer_id DESC LIMIT $4) s JOIN customer c ON c.id=s.customer_id WHERE c.group_id=$1 \
         ORDER BY c.id DESC LIMIT 200"
    )
);
// The same by delivery_by_customer.
stmt!(
    LIST_SHOWROOM,
    listed!(
        "FROM (SELECT customer_id FROM customer_store cs WHERE cs.store_id=$2 AND cs.customer_id < $3 AND EXISTS \
         (SELECT 1 FROM delivery de WHERE de.customer_id=cs.customer_id AND de.store_id=$2 AND de.state='recorded') \
         ORDER BY cs.customer_id DESC LIMIT $4) s JOIN customer c ON c.id=s.customer_id WHERE c.group_id=$1 \
         ORDER BY c.id DESC LIMIT 200"
    )
);
// The primary key, downwards.
stmt!(
    LIST_MANY,
    listed!(concat!(
        "FROM customer c WHERE c.group_id=$1 AND c.id < $2 AND c.merged_into IS NULL AND ",
        seen_by!("c.id", "$3", "$4", "$5", "$6"),
        " ORDER BY c.id DESC LIMIT $7"
    ))
);
stmt!(DROP_SIGHT, "DELETE FROM customer_store WHERE customer_id=$2 AND store_id=$3 AND group_id=$1");
stmt!(DROP_SIGHTS, "DELETE FROM customer_store WHERE customer_id=$2 AND group_id=$1");
stmt!(
    BLOCK,
    "INSERT INTO contact_block (customer_id, store_id, reason, subject, group_id, since) VALUES ($1,$2,$3,$4,$5,$6) \
     ON CONFLICT DO NOTHING"
);
stmt!(
    UNBLOCK,
    "DELETE FROM contact_block WHERE customer_id=$2 AND store_id=$3 AND reason=$4 AND subject=$5 AND group_id=$1"
);
// The primary key.
stmt!(
    BLOCKS,
    "SELECT customer_id, reason, subject, since FROM contact_block WHERE customer_id IN {{ids:$3}} AND store_id=$2 \
     AND group_id=$1 ORDER BY customer_id, since LIMIT 5000"
);
stmt!(
    REVEAL,
    "INSERT INTO reveal_log (id, group_id, store_id, user_id, customer_id, what, reason, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)"
);
// reveal_log_by_user; counted up to the limit, never beyond.
stmt!(REVEALS, "SELECT COUNT(*) AS v FROM (SELECT 1 FROM reveal_log WHERE user_id=$1 AND at > $2 LIMIT 1000) t");

/// Which of these the store already sees.
pub async fn sights(q: &mut impl Sql, group: GroupId, store: StoreId, ids: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let found: Vec<One<CustomerId>> = q.all(&SIGHTS, args![group, store, ids]).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}

/// Which of these the scope sees.
pub async fn seen(q: &mut impl Sql, scope: &Scope, ids: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let s = Sight::of(scope);
    let args = args![scope.group, ids, s.group, s.whole.as_slice(), s.service.as_slice(), s.showroom.as_slice()];
    let found: Vec<One<CustomerId>> = q.all(&SEEN, args).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}

pub async fn stores_of(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<Vec<(CustomerId, StoreId)>> {
    q.all(&STORES_OF, args![group, ids]).await
}

/// Newest first, below `before`.
pub async fn list(q: &mut impl Sql, scope: &Scope, before: CustomerId, limit: i64) -> Result<Vec<Listed>> {
    let s = Sight::of(scope);
    let (group, service, showroom) = (scope.group, s.service.as_slice(), s.showroom.as_slice());
    match (s.group, s.whole.as_slice(), service, showroom) {
        (false, [store], [], []) => q.all(&LIST_STORE, args![group, *store, before, limit]).await,
        (false, [], [store], []) => q.all(&LIST_SERVICE, args![group, *store, before, limit]).await,
        (false, [], [], [store]) => q.all(&LIST_SHOWROOM, args![group, *store, before, limit]).await,
        (all, whole, ..) => q.all(&LIST_MANY, args![group, before, all, whole, service, showroom, limit]).await,
    }
}

pub async fn insert_sights(
    tx: &mut Tx,
    store: StoreId,
    ids: &[CustomerId],
    why: SightWhy,
    import: Option<ImportId>,
) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let values: Vec<_> = ids.iter().map(|id| args![*id, store, group, why, now, import]).collect();
    tx.bulk("customer_store", &COLUMNS, values, "ON CONFLICT DO NOTHING").await.map(|_| ())
}

const COLUMNS: [&str; 6] = ["customer_id", "store_id", "group_id", "why", "since", "import_id"];

/// Sights of customers that are filled in, in the order of their ids: customer, store, why, since.
pub async fn load_sights(
    to: &mut Load,
    group: GroupId,
    sights: &[(CustomerId, StoreId, SightWhy, Millis)],
) -> Result<()> {
    let values: Vec<_> = sights
        .iter()
        .map(|(id, store, why, since)| args![*id, *store, group, *why, *since, None::<ImportId>])
        .collect();
    to.put("customer_store", &COLUMNS, &values).await
}

/// "Do not call now" of customers that are filled in: customer, store, reason, subject, since.
pub async fn load_blocks(
    to: &mut Load,
    group: GroupId,
    blocks: &[(CustomerId, StoreId, &'static str, i64, Millis)],
) -> Result<()> {
    let values: Vec<_> = blocks
        .iter()
        .map(|(id, store, reason, subject, since)| args![*id, *store, *reason, *subject, group, *since])
        .collect();
    let columns = ["customer_id", "store_id", "reason", "subject", "group_id", "since"];
    to.put("contact_block", &columns, &values).await
}

pub async fn drop_sight(tx: &mut Tx, id: CustomerId, store: StoreId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_SIGHT, args![group, id, store]).await.map(|_| ())
}

pub async fn drop_sights(tx: &mut Tx, id: CustomerId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_SIGHTS, args![group, id]).await.map(|_| ())
}

pub async fn block(tx: &mut Tx, id: CustomerId, store: StoreId, reason: &str, subject: i64) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&BLOCK, args![id, store, reason, subject, group, now]).await.map(|_| ())
}

pub async fn unblock(tx: &mut Tx, id: CustomerId, store: StoreId, reason: &str, subject: i64) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&UNBLOCK, args![group, id, store, reason, subject]).await.map(|_| ())
}

pub async fn blocks(q: &mut impl Sql, group: GroupId, store: StoreId, ids: &[CustomerId]) -> Result<Vec<Block>> {
    q.all(&BLOCKS, args![group, store, ids]).await
}

pub async fn reveals_since(q: &mut impl Sql, user: UserId, since: Millis) -> Result<i64> {
    q.count(&REVEALS, args![user, since]).await
}

pub async fn log_reveal(tx: &mut Tx, user: UserId, id: CustomerId, what: &str, reason: &str) -> Result<()> {
    let (group, store, now) = (tx.scope().group, tx.scope().store, tx.now());
    let entry = tx.new_id::<kernel::Event>();
    tx.exec(&REVEAL, args![entry, group, store, user, id, what, reason, now]).await.map(|_| ())
}
