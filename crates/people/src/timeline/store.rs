//! `timeline`.

use kernel::{CustomerId, GroupId, Millis, Result, Scope};
use platform::db::{Load, One, Sql, Tx};
use platform::{args, stmt};

use super::{Entry, Line};
use crate::customers::Sight;

// timeline_by_customer, downwards.
stmt!(
    PAGE,
    "SELECT id, store_id, customer_id, at, kind, subject, args, actor FROM timeline \
     WHERE customer_id=$2 AND group_id=$1 AND (at < $5 OR (at = $5 AND id < $6)) \
     AND (CAST($3 AS BIGINT)=1 OR store_id IS NULL OR store_id IN {{ids:$4}}) \
     AND (CAST($8 AS BIGINT)=1 OR kind IN {{texts:$9}}) ORDER BY at DESC, id DESC LIMIT $7"
);
stmt!(FORGET, "DELETE FROM timeline WHERE customer_id=$2 AND kind=$3 AND subject=$4 AND group_id=$1");
stmt!(FORGET_CUSTOMER, "DELETE FROM timeline WHERE customer_id=$2 AND group_id=$1");
stmt!(KINDS, "SELECT DISTINCT kind AS v FROM timeline WHERE customer_id=$2 AND group_id=$1 ORDER BY kind LIMIT 50");
stmt!(MOVE, "UPDATE timeline SET customer_id=$5 WHERE customer_id=$2 AND kind=$3 AND subject=$4 AND group_id=$1");

pub(super) async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    let (group, actor) = (tx.scope().group, tx.scope().user);
    let values: Vec<_> = entries
        .iter()
        .map(|e| {
            let id = tx.new_id::<kernel::Event>();
            args![id, group, e.store, e.customer, e.at, e.kind, e.subject, &e.args, actor, e.import]
        })
        .collect();
    tx.bulk("timeline", &COLUMNS, values, "").await.map(|_| ())
}

const COLUMNS: [&str; 10] =
    ["id", "group_id", "store_id", "customer_id", "at", "kind", "subject", "args", "actor", "import_id"];

/// Lines of a history that is filled in, with their ids.
pub(crate) async fn load(to: &mut Load, group: GroupId, lines: &[Line]) -> Result<()> {
    let values: Vec<_> = lines
        .iter()
        .map(|l| {
            let import = None::<kernel::ImportId>;
            args![l.id, group, l.store_id, l.customer_id, l.at, &l.kind, l.subject, &l.args, l.actor, import]
        })
        .collect();
    to.put("timeline", &COLUMNS, &values).await
}

pub(super) async fn page(
    q: &mut impl Sql,
    scope: &Scope,
    customer: CustomerId,
    kinds: &[&str],
    before: (Millis, i64),
    limit: i64,
) -> Result<Vec<Line>> {
    let (all, stores) = Sight::of(scope).params();
    let args = args![scope.group, customer, all, stores.as_slice(), before.0, before.1, limit, kinds.is_empty(), kinds];
    q.all(&PAGE, args).await
}

pub(super) async fn forget(tx: &mut Tx, group: GroupId, customer: CustomerId, kind: &str, subject: i64) -> Result<()> {
    tx.exec(&FORGET, args![group, customer, kind, subject]).await.map(|_| ())
}

// timeline_by_customer
stmt!(ABOUT, "SELECT id AS v FROM timeline WHERE customer_id=$2 AND subject IN {{ids:$3}} AND group_id=$1");

/// Lines of a customer about one of these things.
pub(crate) async fn ids_about(q: &mut impl Sql, group: GroupId, id: CustomerId, subjects: &[i64]) -> Result<Vec<i64>> {
    let found: Vec<One<i64>> = q.all(&ABOUT, args![group, id, subjects]).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}

// timeline_by_customer
stmt!(
    SPOKEN,
    "SELECT COUNT(*) AS v FROM timeline WHERE customer_id=$2 AND group_id=$1 AND at > $3 AND kind IN ('call', 'opted_out')"
);

/// Whether a call or a refusal was noted after a moment.
pub(crate) async fn spoken_since(q: &mut impl Sql, group: GroupId, id: CustomerId, after: Millis) -> Result<bool> {
    Ok(q.count(&SPOKEN, args![group, id, after]).await? > 0)
}

/// Everything, with the customer.
pub(crate) async fn forget_customer(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&FORGET_CUSTOMER, args![group, customer]).await.map(|_| ())
}

pub(crate) async fn kinds_of(q: &mut impl Sql, group: GroupId, customer: CustomerId) -> Result<Vec<String>> {
    let found: Vec<One<String>> = q.all(&KINDS, args![group, customer]).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}

/// The thing turned out to be somebody else's.
pub(crate) async fn move_subject(
    tx: &mut Tx,
    from: CustomerId,
    kind: &str,
    subject: i64,
    to: CustomerId,
) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&MOVE, args![group, from, kind, subject, to]).await.map(|_| ())
}
