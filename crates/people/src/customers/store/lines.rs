//! `customer_phone`.

use kernel::{CustomerId, GroupId, ImportId, Millis, PhoneLineId, Result};
use platform::db::{Load, Sql, Tx, Val};
use platform::{args, row, stmt};

use crate::customers::model::{ContactRole, PhoneLine, PhoneStatus};

row! {
    /// A whole row of `customer_phone`. `digits` as [`kernel::Phone::expose`] writes them.
    #[derive(Clone)]
    pub struct LineRow {
        pub id: PhoneLineId,
        pub group_id: GroupId,
        pub customer_id: CustomerId,
        pub digits: String,
        pub contact_name: Option<String>,
        pub contact_role: Option<ContactRole>,
        pub status: PhoneStatus,
        pub best_time: Option<String>,
        pub rank: i64,
        pub created_at: Millis,
        pub ended_at: Option<Millis>,
        pub import_id: Option<ImportId>,
    }
}

const COLUMNS: [&str; 12] = [
    "id",
    "group_id",
    "customer_id",
    "digits",
    "contact_name",
    "contact_role",
    "status",
    "best_time",
    "rank",
    "created_at",
    "ended_at",
    "import_id",
];

impl LineRow {
    fn values(&self) -> Vec<Val> {
        let l = self.clone();
        args![
            l.id,
            l.group_id,
            l.customer_id,
            l.digits,
            l.contact_name,
            l.contact_role,
            l.status,
            l.best_time,
            l.rank,
            l.created_at,
            l.ended_at,
            l.import_id
        ]
    }
}

// customer_phone_by_digits, then customer_phone_by_customer.
stmt!(
    LINES_BESIDE,
    "SELECT id, group_id, customer_id, digits, contact_name, contact_role, status, best_time, rank, created_at, \
     ended_at, import_id FROM customer_phone WHERE customer_id IN \
     (SELECT customer_id FROM customer_phone WHERE group_id=$1 AND digits IN {{texts:$2}}) ORDER BY rank, id"
);
stmt!(
    LINES_OF_MANY,
    "SELECT id, group_id, customer_id, digits, contact_name, contact_role, status, best_time, rank, created_at, \
     ended_at, import_id FROM customer_phone WHERE customer_id IN {{ids:$2}} AND group_id=$1 ORDER BY rank, id"
);
stmt!(
    LINES,
    "SELECT id, customer_id, digits AS phone, contact_name, contact_role, status, rank, best_time, created_at \
     FROM customer_phone WHERE customer_id=$2 AND group_id=$1 AND ended_at IS NULL ORDER BY rank, id LIMIT 50"
);
stmt!(
    LINE,
    "SELECT id, customer_id, digits AS phone, contact_name, contact_role, status, rank, best_time, created_at \
     FROM customer_phone WHERE id=$2 AND group_id=$1"
);
stmt!(
    LINE_ROW,
    "SELECT id, group_id, customer_id, digits, contact_name, contact_role, status, best_time, rank, created_at, \
     ended_at, import_id FROM customer_phone WHERE id=$2 AND group_id=$1"
);
stmt!(LINE_STATUS, "UPDATE customer_phone SET status=$3 WHERE id=$2 AND group_id=$1");
stmt!(LINE_END, "UPDATE customer_phone SET ended_at=$3 WHERE id=$2 AND group_id=$1 AND ended_at IS NULL");
stmt!(
    LINE_REVIVE,
    "UPDATE customer_phone SET ended_at=NULL, status=$3, rank=$4, contact_name=$5, contact_role=$6 WHERE id=$2 AND group_id=$1"
);
stmt!(LINE_RANK, "UPDATE customer_phone SET rank=$3 WHERE id=$2 AND group_id=$1");
stmt!(DROP_LINE, "DELETE FROM customer_phone WHERE id=$2 AND group_id=$1");
stmt!(DROP_LINES, "DELETE FROM customer_phone WHERE customer_id=$2 AND group_id=$1");

/// Every line, ended ones too, of all customers who have one of these numbers.
pub async fn lines_beside(q: &mut impl Sql, group: GroupId, digits: &[String]) -> Result<Vec<LineRow>> {
    q.all(&LINES_BESIDE, args![group, digits]).await
}

pub async fn lines_of_many(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<Vec<LineRow>> {
    q.all(&LINES_OF_MANY, args![group, ids]).await
}

/// Lines that have not ended, the one to try first in front.
pub async fn lines(q: &mut impl Sql, group: GroupId, id: CustomerId) -> Result<Vec<PhoneLine>> {
    q.all(&LINES, args![group, id]).await
}

pub async fn line(q: &mut impl Sql, group: GroupId, id: PhoneLineId) -> Result<PhoneLine> {
    q.get(&LINE, args![group, id]).await
}

pub async fn line_row(q: &mut impl Sql, group: GroupId, id: PhoneLineId) -> Result<Option<LineRow>> {
    q.opt(&LINE_ROW, args![group, id]).await
}

pub async fn insert_lines(tx: &mut Tx, rows: &[LineRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(LineRow::values).collect();
    tx.bulk("customer_phone", &COLUMNS, values, "").await.map(|_| ())
}

pub async fn load_lines(to: &mut Load, rows: &[LineRow]) -> Result<()> {
    let values: Vec<_> = rows.iter().map(LineRow::values).collect();
    to.put("customer_phone", &COLUMNS, &values).await
}

pub async fn set_line_status(tx: &mut Tx, id: PhoneLineId, status: PhoneStatus) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&LINE_STATUS, args![group, id, status]).await.map(|_| ())
}

pub async fn end_line(tx: &mut Tx, id: PhoneLineId) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&LINE_END, args![group, id, now]).await.map(|_| ())
}

/// An ended number that is given again.
pub async fn revive_line(tx: &mut Tx, line: &LineRow) -> Result<()> {
    let args = args![line.group_id, line.id, line.status, line.rank, line.contact_name.clone(), line.contact_role];
    tx.exec(&LINE_REVIVE, args).await.map(|_| ())
}

pub async fn set_line_rank(tx: &mut Tx, id: PhoneLineId, rank: i64) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&LINE_RANK, args![group, id, rank]).await.map(|_| ())
}

pub async fn drop_line(tx: &mut Tx, id: PhoneLineId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_LINE, args![group, id]).await.map(|_| ())
}

pub async fn drop_lines(tx: &mut Tx, id: CustomerId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&DROP_LINES, args![group, id]).await.map(|_| ())
}
