//! `customer`, `customer_code`.

use kernel::{CustomerId, GroupId, ImportId, Millis, Result, Scope, StoreDate, StoreId};
use platform::db::{Load, One, Sql, Tx, Val};
use platform::{args, row, stmt};

use crate::customers::model::{BirthdayKind, CustomerFile, CustomerKind, Gender, Twin};
use crate::customers::sight::{Sight, seen_by};

row! {
    /// A whole row of `customer`.
    #[derive(Clone, Debug)]
    pub struct CustomerRow {
        pub id: CustomerId,
        pub group_id: GroupId,
        pub kind: CustomerKind,
        pub name: String,
        pub name_key: String,
        pub gender: Option<Gender>,
        pub birthday: Option<StoreDate>,
        pub birthday_kind: Option<BirthdayKind>,
        pub region: Option<String>,
        pub channel: Option<String>,
        pub best_time: Option<String>,
        pub source: Option<String>,
        pub credit_code: Option<String>,
        pub note: Option<String>,
        pub version: i64,
        pub created_at: Millis,
        pub updated_at: Millis,
        pub opted_out_at: Option<Millis>,
        pub import_id: Option<ImportId>,
    }
}

const COLUMNS: [&str; 19] = [
    "id",
    "group_id",
    "kind",
    "name",
    "name_key",
    "gender",
    "birthday",
    "birthday_kind",
    "region",
    "channel",
    "best_time",
    "source",
    "credit_code",
    "note",
    "version",
    "created_at",
    "updated_at",
    "opted_out_at",
    "import_id",
];

impl CustomerRow {
    fn values(&self) -> Vec<Val> {
        let c = self.clone();
        args![
            c.id,
            c.group_id,
            c.kind,
            c.name,
            c.name_key,
            c.gender,
            c.birthday,
            c.birthday_kind,
            c.region,
            c.channel,
            c.best_time,
            c.source,
            c.credit_code,
            c.note,
            c.version,
            c.created_at,
            c.updated_at,
            c.opted_out_at,
            c.import_id
        ]
    }
}

// Primary key; the semi-join rides the primary key of customer_store.
stmt!(
    FILE,
    concat!(
        "SELECT id, kind, name, gender, birthday, birthday_kind, region, channel, best_time, source, credit_code, note, \
     version, opted_out_at FROM customer c WHERE c.id=$2 AND c.group_id=$1 AND c.merged_into IS NULL AND ",
        seen_by!("c.id", "$3", "$4", "$5", "$6")
    )
);
stmt!(
    ROWS,
    "SELECT id, group_id, kind, name, name_key, gender, birthday, birthday_kind, region, channel, best_time, source, \
     credit_code, note, version, created_at, updated_at, opted_out_at, import_id FROM customer \
     WHERE id IN {{ids:$2}} AND group_id=$1"
);
// customer_by_name
stmt!(
    NAMESAKES,
    "SELECT name AS k, id AS v FROM customer WHERE group_id=$1 AND name IN {{texts:$2}} AND merged_into IS NULL \
     ORDER BY id LIMIT 5000"
);
stmt!(
    CODES,
    "SELECT code AS k, customer_id AS v FROM customer_code WHERE group_id=$1 AND store_id=$2 AND code IN {{texts:$3}}"
);
stmt!(NAMES, "SELECT id AS k, name AS v FROM customer WHERE id IN {{ids:$2}} AND group_id=$1");
stmt!(DROP_CUSTOMER, "DELETE FROM customer WHERE id=$2 AND group_id=$1");
stmt!(DROP_CODES, "DELETE FROM customer_code WHERE customer_id=$2 AND group_id=$1");
stmt!(DROP_CODE, "DELETE FROM customer_code WHERE group_id=$1 AND store_id=$2 AND code=$3 AND customer_id=$4");
// Both lists ride primary keys: pairs are stored a < b.
stmt!(
    TWINS,
    concat!(
        "SELECT c.id AS id, c.name AS name, t.why AS why, (SELECT p.digits FROM customer_phone p WHERE p.customer_id=c.id \
     AND p.ended_at IS NULL ORDER BY p.rank, p.id LIMIT 1) AS phone FROM \
     (SELECT b AS other, why FROM possible_duplicate WHERE a=$2 AND group_id=$1 AND apart_at IS NULL \
      UNION ALL SELECT a AS other, why FROM possible_duplicate WHERE b=$2 AND group_id=$1 AND apart_at IS NULL) t \
     JOIN customer c ON c.id=t.other WHERE ",
        seen_by!("c.id", "$3", "$4", "$5", "$6"),
        " ORDER BY c.id LIMIT 10"
    )
);
stmt!(DROP_TWINS, "DELETE FROM possible_duplicate WHERE (a=$2 OR b=$2) AND group_id=$1");
stmt!(
    OPT_OUT,
    "UPDATE customer SET opted_out_at=$3, version=version+1, updated_at=$4 WHERE id=$2 AND group_id=$1 AND opted_out_at IS NULL"
);
stmt!(
    OPT_IN,
    "UPDATE customer SET opted_out_at=NULL, version=version+1, updated_at=$3 WHERE id=$2 AND group_id=$1 AND opted_out_at IS NOT NULL"
);
stmt!(BEST_TIME, "UPDATE customer SET best_time=$3, version=version+1, updated_at=$4 WHERE id=$2 AND group_id=$1");
stmt!(
    EDIT,
    "UPDATE customer SET kind=$4, name=$5, name_key=$6, gender=$7, birthday=$8, birthday_kind=$9, region=$10, \
     channel=$11, best_time=$12, source=$13, credit_code=$14, note=$15, version=version+1, updated_at=$16 \
     WHERE id=$2 AND group_id=$1 AND version=$3"
);

/// # Errors
/// `NotFound` outside of the scope.
pub async fn file(q: &mut impl Sql, scope: &Scope, id: CustomerId) -> Result<CustomerFile> {
    let s = Sight::of(scope);
    let args = args![scope.group, id, s.group, s.whole.as_slice(), s.service.as_slice(), s.showroom.as_slice()];
    q.get(&FILE, args).await
}

pub async fn rows(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<Vec<CustomerRow>> {
    q.all(&ROWS, args![group, ids]).await
}

pub async fn names(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<Vec<(CustomerId, String)>> {
    q.all(&NAMES, args![group, ids]).await
}

pub async fn namesakes(q: &mut impl Sql, group: GroupId, names: &[String]) -> Result<Vec<(String, CustomerId)>> {
    q.all(&NAMESAKES, args![group, names]).await
}

/// Customer numbers of one store's system.
pub async fn codes(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    codes: &[String],
) -> Result<Vec<(String, CustomerId)>> {
    q.all(&CODES, args![group, store, codes]).await
}

pub async fn twins(q: &mut impl Sql, scope: &Scope, id: CustomerId) -> Result<Vec<Twin>> {
    let s = Sight::of(scope);
    let args = args![scope.group, id, s.group, s.whole.as_slice(), s.service.as_slice(), s.showroom.as_slice()];
    q.all(&TWINS, args).await
}

pub async fn insert(tx: &mut Tx, rows: &[CustomerRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(CustomerRow::values).collect();
    tx.bulk("customer", &COLUMNS, values, "").await.map(|_| ())
}

pub async fn load_customers(to: &mut Load, rows: &[CustomerRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(CustomerRow::values).collect();
    to.put("customer", &COLUMNS, &values).await
}

/// Writes whole rows back.
pub async fn replace(tx: &mut Tx, rows: &[CustomerRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(CustomerRow::values).collect();
    let tail = "ON CONFLICT (id) DO UPDATE SET kind=excluded.kind, name=excluded.name, name_key=excluded.name_key, \
        gender=excluded.gender, birthday=excluded.birthday, birthday_kind=excluded.birthday_kind, \
        region=excluded.region, channel=excluded.channel, best_time=excluded.best_time, source=excluded.source, \
        credit_code=excluded.credit_code, note=excluded.note, version=excluded.version, updated_at=excluded.updated_at";
    tx.bulk("customer", &COLUMNS, values, tail).await.map(|_| ())
}

/// (store, code, customer), one per line.
pub async fn insert_codes(tx: &mut Tx, codes: &[(StoreId, String, CustomerId)]) -> Result<()> {
    let group = tx.scope().group;
    let values: Vec<_> = codes.iter().map(|(store, code, id)| args![group, *store, code, *id]).collect();
    let columns = ["group_id", "store_id", "code", "customer_id"];
    tx.bulk("customer_code", &columns, values, "ON CONFLICT DO NOTHING").await.map(|_| ())
}

/// (one, other, why): stored once, the smaller id first. Answers how many are new.
pub async fn insert_twins(
    tx: &mut Tx,
    pairs: &[(CustomerId, CustomerId, &'static str)],
    import: Option<ImportId>,
) -> Result<u64> {
    let (group, now) = (tx.scope().group, tx.now());
    let values: Vec<_> = pairs
        .iter()
        .filter(|(a, b, _)| a != b)
        .map(|(a, b, why)| args![*a.min(b), *b.max(a), group, *why, now, import])
        .collect();
    let columns = ["a", "b", "group_id", "why", "found_at", "import_id"];
    tx.bulk("possible_duplicate", &columns, values, "ON CONFLICT DO NOTHING").await
}

/// Removes the row with its codes and pairs; lines and sights go by their own statements.
pub async fn drop_customer(tx: &mut Tx, id: CustomerId) -> Result<()> {
    let group = tx.scope().group;
    for stmt in [&DROP_TWINS, &DROP_CODES, &DROP_CUSTOMER] {
        tx.exec(stmt, args![group, id]).await?;
    }
    Ok(())
}

pub async fn drop_code(tx: &mut Tx, store: StoreId, code: &str, id: CustomerId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_CODE, args![group, store, code, id]).await.map(|_| ())
}

/// Answers whether anything changed.
pub async fn set_opted_out(tx: &mut Tx, id: CustomerId, out: bool) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    let n = if out {
        tx.exec(&OPT_OUT, args![group, id, now, now]).await?
    } else {
        tx.exec(&OPT_IN, args![group, id, now]).await?
    };
    Ok(n > 0)
}

pub async fn set_best_time(tx: &mut Tx, id: CustomerId, text: Option<&str>) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&BEST_TIME, args![group, id, text, now]).await.map(|_| ())
}

/// Answers whether the version was still the one that was read.
pub async fn edit(tx: &mut Tx, version: i64, c: &CustomerRow) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    let c = c.clone();
    let args = args![
        group,
        c.id,
        version,
        c.kind,
        c.name,
        c.name_key,
        c.gender,
        c.birthday,
        c.birthday_kind,
        c.region,
        c.channel,
        c.best_time,
        c.source,
        c.credit_code,
        c.note,
        now
    ];
    Ok(tx.exec(&EDIT, args).await? == 1)
}

stmt!(OPTED_OUT, "SELECT id AS v FROM customer WHERE id IN {{ids:$2}} AND group_id=$1 AND opted_out_at IS NOT NULL");

pub async fn opted_out(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let found: Vec<One<CustomerId>> = q.all(&OPTED_OUT, args![group, ids]).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}
