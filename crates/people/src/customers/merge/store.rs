//! `customer_merge`, and the rows that go from one customer to another.

use kernel::{CustomerId, GroupId, ImportId, MergeId, Millis, Result, Scope, StoreId, UserId};
use platform::db::{One, Sql, Stmt, Tx};
use platform::{args, row, stmt};

use super::journal::{Blocked, Journal, Paired, Sighted, Stay};
use crate::customers::sight::{Sight, seen_by};

/// The two statements by which rows of a table with `id` and `customer_id` go over: which ones, and their moving. Only
/// rows that still are the first one's move.
#[macro_export]
macro_rules! moving {
    ($ids:ident, $go:ident, $table:literal) => {
        platform::stmt!(
            $ids,
            concat!("SELECT id AS v FROM ", $table, " WHERE customer_id=$2 AND group_id=$1 ORDER BY id")
        );
        $crate::moving!($go, $table);
    };
    ($go:ident, $table:literal) => {
        platform::stmt!(
            $go,
            concat!("UPDATE ", $table, " SET customer_id=$3 WHERE id IN {{ids:$4}} AND customer_id=$2 AND group_id=$1")
        );
    };
}

// By customer: timeline_by_customer, repair_order_by_customer, delivery_by_customer.
moving!(TIMELINE_OF, TIMELINE_GO, "timeline");
moving!(ORDERS_OF, ORDERS_GO, "repair_order");
moving!(DELIVERIES_OF, DELIVERIES_GO, "delivery");
moving!(LINES_GO, "customer_phone");
moving!(SPANS_GO, "ownership");

// Whoever merges holds both rows; on SQLite the writer is alone anyway.
stmt!(
    HELD,
    lite: "SELECT id AS k, version AS v FROM customer WHERE id IN {{ids:$2}} AND group_id=$1 AND merged_into IS NULL ORDER BY id",
    pg: "SELECT id AS k, version AS v FROM customer WHERE id IN {{ids:$2}} AND group_id=$1 AND merged_into IS NULL ORDER BY id FOR UPDATE"
);
stmt!(
    GONE,
    "UPDATE customer SET merged_into=$3, version=version+1, updated_at=$4 WHERE id=$2 AND group_id=$1 AND merged_into IS NULL"
);
stmt!(
    BACK,
    "UPDATE customer SET merged_into=NULL, version=version+1, updated_at=$4 WHERE id=$2 AND group_id=$1 AND merged_into=$3"
);
stmt!(INTO, "SELECT merged_into AS v FROM customer WHERE id=$2 AND group_id=$1 AND merged_into IS NOT NULL");
stmt!(
    CODES_OF,
    "SELECT store_id AS k, code AS v FROM customer_code WHERE customer_id=$2 AND group_id=$1 ORDER BY store_id, code"
);
stmt!(CODES_GO, "UPDATE customer_code SET customer_id=$3 WHERE customer_id=$2 AND group_id=$1");
stmt!(
    CODE_BACK,
    "UPDATE customer_code SET customer_id=$3 WHERE customer_id=$2 AND group_id=$1 AND store_id=$4 AND code=$5"
);
stmt!(
    SIGHTS_OF,
    "SELECT store_id AS store, why, since, import_id AS import FROM customer_store WHERE customer_id=$2 AND group_id=$1 \
     ORDER BY store_id"
);
stmt!(
    BLOCKS_OF,
    "SELECT store_id AS store, reason, subject, since FROM contact_block WHERE customer_id=$2 AND group_id=$1 \
     ORDER BY store_id, since"
);
stmt!(BLOCKS_DROP, "DELETE FROM contact_block WHERE customer_id=$2 AND group_id=$1");
// Both parts of the pair ride an index.
stmt!(
    PAIRS_OF,
    "SELECT a, b, why, found_at AS found, import_id AS import, apart_at, apart_by FROM possible_duplicate WHERE a=$2 AND group_id=$1 \
     UNION ALL SELECT a, b, why, found_at AS found, import_id AS import, apart_at, apart_by FROM possible_duplicate \
     WHERE b=$2 AND group_id=$1"
);
stmt!(PAIR_DROP, "DELETE FROM possible_duplicate WHERE a=$2 AND b=$3 AND group_id=$1");
stmt!(PAIR_DROP_OPEN, "DELETE FROM possible_duplicate WHERE a=$2 AND b=$3 AND group_id=$1 AND apart_at IS NULL");
stmt!(
    PAIR_APART,
    "UPDATE possible_duplicate SET apart_at=$4, apart_by=$5 WHERE a=$2 AND b=$3 AND group_id=$1 AND apart_at IS NULL"
);
stmt!(
    PAIR_AGAIN,
    "UPDATE possible_duplicate SET apart_at=NULL, apart_by=NULL WHERE a=$2 AND b=$3 AND group_id=$1 AND apart_at IS NOT NULL"
);
stmt!(
    PAIR_BY_HAND,
    "INSERT INTO possible_duplicate (a, b, group_id, why, found_at, apart_at, apart_by) VALUES ($2,$3,$1,'hand',$4,$4,$5) \
     ON CONFLICT DO NOTHING"
);
stmt!(
    MERGE_ADD,
    "INSERT INTO customer_merge (id, group_id, store_id, kept, gone, actor, at, journal) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)"
);
macro_rules! merges {
    ($tail:literal) => {
        concat!(
            "SELECT m.id, m.kept, m.gone, m.actor, m.at, m.undone_at, m.undone_by, k.name AS kept_name, \
             g.name AS gone_name, m.stayed FROM customer_merge m JOIN customer k ON k.id=m.kept JOIN customer g ON g.id=m.gone \
             WHERE m.group_id=$1 AND ",
            $tail
        )
    };
}
stmt!(MERGE, merges!("m.id=$2"));
stmt!(JOURNAL, "SELECT journal AS v FROM customer_merge WHERE id=$2 AND group_id=$1");
// customer_merge_by_kept
stmt!(
    LATER,
    "SELECT COUNT(*) AS v FROM customer_merge WHERE id>$3 AND undone_at IS NULL AND group_id=$1 AND (kept=$2 OR gone=$2)"
);
// customer_merge_by_group, backwards.
stmt!(
    MERGES,
    concat!(merges!("m.id<$2 AND "), seen_by!("m.kept", "$3", "$4", "$5", "$6"), " ORDER BY m.id DESC LIMIT $7")
);
stmt!(
    UNDONE,
    "UPDATE customer_merge SET undone_at=$3, undone_by=$4, stayed=$5 WHERE id=$2 AND group_id=$1 AND undone_at IS NULL"
);
// repair_order_by_customer, delivery_by_customer
stmt!(
    VISITED,
    "SELECT store_id AS v FROM repair_order WHERE customer_id=$2 AND group_id=$1 UNION SELECT store_id AS v FROM delivery \
     WHERE customer_id=$2 AND group_id=$1"
);

stmt!(
    IS_APART,
    "SELECT COUNT(*) AS v FROM possible_duplicate WHERE a=$2 AND b=$3 AND group_id=$1 AND apart_at IS NOT NULL"
);
// Each rides its index by customer.
stmt!(
    COUNTS,
    "SELECT (SELECT COUNT(*) FROM repair_order WHERE customer_id=$2 AND group_id=$1) AS orders, \
     (SELECT COUNT(*) FROM delivery WHERE customer_id=$2 AND group_id=$1) AS deliveries, \
     (SELECT COUNT(*) FROM timeline WHERE customer_id=$2 AND group_id=$1) AS timeline"
);
row! { pub struct Counts { pub orders: i64, pub deliveries: i64, pub timeline: i64 } }

row! {
    /// A merge as the list shows it.
    #[derive(Clone, Debug)]
    pub struct MergeLine {
        pub id: MergeId,
        pub kept: CustomerId,
        pub gone: CustomerId,
        pub actor: Option<UserId>,
        pub at: Millis,
        pub undone_at: Option<Millis>,
        pub undone_by: Option<UserId>,
        pub kept_name: String,
        pub gone_name: String,
        /// What stayed when it was parted.
        pub stayed: Option<String>,
    }
}
row! { struct SightRow { store: StoreId, why: String, since: Millis, import: Option<ImportId> } }
row! { struct BlockRow { store: StoreId, reason: String, subject: i64, since: Millis } }
row! {
    struct PairRow {
        a: CustomerId, b: CustomerId, why: String, found: Millis, import: Option<ImportId>, apart_at: Option<Millis>, apart_by: Option<UserId>,
    }
}

/// Moves of whole tables, with the name of the part in the journal.
#[derive(Copy, Clone)]
pub struct Table {
    pub ids: &'static Stmt,
    pub go: &'static Stmt,
}
pub const TIMELINE: Table = Table { ids: &TIMELINE_OF, go: &TIMELINE_GO };
pub const ORDERS: Table = Table { ids: &ORDERS_OF, go: &ORDERS_GO };
pub const DELIVERIES: Table = Table { ids: &DELIVERIES_OF, go: &DELIVERIES_GO };

pub async fn ids_of(q: &mut impl Sql, stmt: &'static Stmt, of: CustomerId, group: GroupId) -> Result<Vec<i64>> {
    let found: Vec<One<i64>> = q.all(stmt, args![group, of]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// Those of `ids` that still are `from`'s become `to`'s.
pub async fn go(tx: &mut Tx, stmt: &'static Stmt, from: CustomerId, to: CustomerId, ids: &[i64]) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let group = tx.scope().group;
    tx.exec(stmt, args![group, from, to, ids]).await
}

/// Everything of a table; answers what went.
pub async fn go_all(tx: &mut Tx, table: Table, from: CustomerId, to: CustomerId) -> Result<Vec<i64>> {
    let group = tx.scope().group;
    let ids = ids_of(tx, table.ids, from, group).await?;
    go(tx, table.go, from, to, &ids).await?;
    Ok(ids)
}

pub async fn lines_go(tx: &mut Tx, from: CustomerId, to: CustomerId, ids: &[i64]) -> Result<u64> {
    go(tx, &LINES_GO, from, to, ids).await
}

pub async fn spans_go(tx: &mut Tx, from: CustomerId, to: CustomerId, ids: &[i64]) -> Result<u64> {
    go(tx, &SPANS_GO, from, to, ids).await
}

/// Versions of those that are nobody else's, held until the end of the transaction.
pub async fn hold(tx: &mut Tx, ids: &[CustomerId]) -> Result<Vec<(CustomerId, i64)>> {
    let group = tx.scope().group;
    tx.all(&HELD, args![group, ids]).await
}

pub async fn set_gone(tx: &mut Tx, gone: CustomerId, kept: CustomerId) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&GONE, args![group, gone, kept, now]).await? == 1)
}

pub async fn set_back(tx: &mut Tx, gone: CustomerId, kept: CustomerId) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&BACK, args![group, gone, kept, now]).await? == 1)
}

/// Whose file this one went into.
pub async fn into(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<Option<CustomerId>> {
    let found: Option<One<CustomerId>> = q.opt(&INTO, args![group, id]).await?;
    Ok(found.map(|v| v.0))
}

pub async fn codes_go(tx: &mut Tx, from: CustomerId, to: CustomerId) -> Result<Vec<(StoreId, String)>> {
    let group = tx.scope().group;
    let codes: Vec<(StoreId, String)> = tx.all(&CODES_OF, args![group, from]).await?;
    tx.exec(&CODES_GO, args![group, from, to]).await?;
    Ok(codes)
}

pub async fn code_back(tx: &mut Tx, from: CustomerId, to: CustomerId, store: StoreId, code: &str) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&CODE_BACK, args![group, from, to, store, code]).await.map(|_| ())
}

pub async fn sights_of(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<Vec<Sighted>> {
    let found: Vec<SightRow> = q.all(&SIGHTS_OF, args![group, id]).await?;
    let sighted =
        |s: SightRow| Sighted { store: s.store, why: s.why, since: s.since, import: s.import.map(ImportId::raw) };
    Ok(found.into_iter().map(sighted).collect())
}

pub async fn insert_sights(tx: &mut Tx, id: CustomerId, sights: &[Sighted]) -> Result<()> {
    let group = tx.scope().group;
    let values: Vec<_> =
        sights.iter().map(|s| args![id, s.store, group, &s.why, s.since, s.import.map(ImportId::new)]).collect();
    let columns = ["customer_id", "store_id", "group_id", "why", "since", "import_id"];
    tx.bulk("customer_store", &columns, values, "ON CONFLICT DO NOTHING").await.map(|_| ())
}

/// Takes the "do not call now" of one customer away, and answers it.
pub async fn take_blocks(tx: &mut Tx, id: CustomerId) -> Result<Vec<Blocked>> {
    let group = tx.scope().group;
    let found: Vec<BlockRow> = tx.all(&BLOCKS_OF, args![group, id]).await?;
    tx.exec(&BLOCKS_DROP, args![group, id]).await?;
    let blocked = |b: BlockRow| Blocked { store: b.store, reason: b.reason, subject: b.subject, since: b.since };
    Ok(found.into_iter().map(blocked).collect())
}

pub async fn insert_blocks(tx: &mut Tx, id: CustomerId, blocks: &[Blocked]) -> Result<()> {
    let group = tx.scope().group;
    let values: Vec<_> = blocks.iter().map(|b| args![id, b.store, &b.reason, b.subject, group, b.since]).collect();
    let columns = ["customer_id", "store_id", "reason", "subject", "group_id", "since"];
    tx.bulk("contact_block", &columns, values, "ON CONFLICT DO NOTHING").await.map(|_| ())
}

/// Takes the pairs of one customer away, and answers them.
pub async fn take_pairs(tx: &mut Tx, id: CustomerId) -> Result<Vec<Paired>> {
    let group = tx.scope().group;
    let found = pairs_of(tx, group, id).await?;
    for pair in &found {
        tx.exec(&PAIR_DROP, args![group, pair.a, pair.b]).await?;
    }
    Ok(found)
}

/// Of these, the ones that nobody has judged go.
pub async fn drop_open_pairs(tx: &mut Tx, pairs: &[(CustomerId, CustomerId)]) -> Result<()> {
    let group = tx.scope().group;
    for (a, b) in pairs {
        tx.exec(&PAIR_DROP_OPEN, args![group, *a, *b]).await?;
    }
    Ok(())
}

pub async fn pairs_of(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<Vec<Paired>> {
    let found: Vec<PairRow> = q.all(&PAIRS_OF, args![group, id]).await?;
    let paired = |p: PairRow| Paired {
        a: p.a,
        b: p.b,
        why: p.why,
        found: p.found,
        import: p.import.map(ImportId::raw),
        apart_at: p.apart_at,
        apart_by: p.apart_by.map(UserId::raw),
    };
    Ok(found.into_iter().map(paired).collect())
}

pub async fn insert_pairs(tx: &mut Tx, pairs: &[Paired]) -> Result<()> {
    let group = tx.scope().group;
    let values: Vec<_> = pairs
        .iter()
        .filter(|p| p.a < p.b)
        .map(|p| {
            let (import, by) = (p.import.map(ImportId::new), p.apart_by.map(UserId::new));
            args![p.a, p.b, group, &p.why, p.found, import, p.apart_at, by]
        })
        .collect();
    let columns = ["a", "b", "group_id", "why", "found_at", "import_id", "apart_at", "apart_by"];
    tx.bulk("possible_duplicate", &columns, values, "ON CONFLICT DO NOTHING").await.map(|_| ())
}

/// Two people after all; also of a pair that nobody had suggested.
pub async fn set_apart(tx: &mut Tx, a: CustomerId, b: CustomerId) -> Result<()> {
    let (group, now, by) = (tx.scope().group, tx.now(), tx.scope().user);
    let (a, b) = (a.min(b), a.max(b));
    if tx.exec(&PAIR_APART, args![group, a, b, now, by]).await? == 0 {
        tx.exec(&PAIR_BY_HAND, args![group, a, b, now, by]).await?;
    }
    Ok(())
}

/// Answers whether they had been found to be two.
pub async fn set_again(tx: &mut Tx, a: CustomerId, b: CustomerId) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.exec(&PAIR_AGAIN, args![group, a.min(b), a.max(b)]).await? == 1)
}

pub async fn add(tx: &mut Tx, id: MergeId, kept: CustomerId, gone: CustomerId, journal: &Journal) -> Result<()> {
    let (group, store, actor, now) = (tx.scope().group, tx.scope().store, tx.scope().user, tx.now());
    tx.exec(&MERGE_ADD, args![id, group, store, kept, gone, actor, now, journal.to_text()?]).await.map(|_| ())
}

/// # Errors
/// `NotFound` in another group.
pub async fn merge(q: &mut impl Sql, group: GroupId, id: MergeId) -> Result<MergeLine> {
    q.get(&MERGE, args![group, id]).await
}

/// # Errors
/// `NotFound` in another group.
pub async fn journal(q: &mut impl Sql, group: GroupId, id: MergeId) -> Result<Journal> {
    let text: One<String> = q.get(&JOURNAL, args![group, id]).await?;
    Journal::read(&text.0)
}

/// Merges after this one that still hold and touch the customer.
pub async fn later(q: &mut impl Sql, group: GroupId, customer: CustomerId, than: MergeId) -> Result<bool> {
    Ok(q.count(&LATER, args![group, customer, than]).await? > 0)
}

/// The latest first, below `before`, of customers in sight.
pub async fn merges(q: &mut impl Sql, scope: &Scope, before: MergeId, limit: i64) -> Result<Vec<MergeLine>> {
    let s = Sight::of(scope);
    let (whole, service, showroom) = (s.whole.as_slice(), s.service.as_slice(), s.showroom.as_slice());
    q.all(&MERGES, args![scope.group, before, s.group, whole, service, showroom, limit]).await
}

/// Answers whether it still held.
pub async fn undone(tx: &mut Tx, id: MergeId, stayed: &[Stay]) -> Result<bool> {
    let (group, now, by) = (tx.scope().group, tx.now(), tx.scope().user);
    let stayed = serde_json::to_string(stayed).map_err(kernel::Problem::internal)?;
    Ok(tx.exec(&UNDONE, args![group, id, now, by, stayed]).await? == 1)
}

/// Stores at which a customer has a visit or a delivery.
pub async fn visited(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<Vec<StoreId>> {
    let found: Vec<One<StoreId>> = q.all(&VISITED, args![group, id]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// Whether somebody said that they are two.
pub async fn is_apart(q: &mut impl Sql, group: GroupId, a: CustomerId, b: CustomerId) -> Result<bool> {
    Ok(q.count(&IS_APART, args![group, a.min(b), a.max(b)]).await? > 0)
}

pub async fn counts(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<Counts> {
    q.get(&COUNTS, args![group, id]).await
}
