//! Everybody of a group, in the order of ids, with what may be alike.

use kernel::{CustomerId, GroupId, Result, StoreDate};
use platform::db::Sql;
use platform::{args, row, stmt};

use crate::customers::model::CustomerKind;

// Counted by the primary key: the plus keeps SQLite from another index.
stmt!(EVERYBODY_COUNT, "SELECT COUNT(*) AS v FROM customer WHERE group_id=$1");
// The primary key in its order, as for tokens.
stmt!(
    ALIKE_PEOPLE,
    "SELECT id, kind, name, name_key, birthday, region FROM customer WHERE id > $2 AND +group_id=$1 AND merged_into IS NULL \
     ORDER BY id LIMIT $3"
);
// customer_phone_by_customer
stmt!(
    ALIKE_NUMBERS,
    "SELECT customer_id, digits, contact_name FROM customer_phone WHERE customer_id > $2 AND customer_id <= $3 \
     AND +group_id=$1 AND ended_at IS NULL ORDER BY customer_id"
);
// ownership_by_customer
stmt!(
    ALIKE_PLATES,
    "SELECT o.customer_id AS k, v.plate AS v FROM ownership o JOIN vehicle v ON v.id=o.vehicle_id WHERE o.customer_id > $2 \
     AND o.customer_id <= $3 AND o.until_day IS NULL AND +o.group_id=$1 AND v.plate IS NOT NULL ORDER BY o.customer_id"
);

row! {
    pub struct Person {
        pub id: CustomerId, pub kind: CustomerKind, pub name: String, pub name_key: String, pub birthday: Option<StoreDate>,
        pub region: Option<String>,
    }
}
row! { pub struct Number { pub customer_id: CustomerId, pub digits: String, pub contact_name: Option<String> } }

impl Person {
    pub fn organisation(&self) -> bool {
        self.kind == CustomerKind::Organisation
    }
}

pub async fn everybody(q: &mut impl Sql, group: GroupId) -> Result<i64> {
    q.count(&EVERYBODY_COUNT, args![group]).await
}

pub async fn people(q: &mut impl Sql, group: GroupId, after: CustomerId, limit: i64) -> Result<Vec<Person>> {
    q.all(&ALIKE_PEOPLE, args![group, after, limit]).await
}

/// Of customers above `after`, up to and with `last`.
pub async fn numbers(q: &mut impl Sql, group: GroupId, after: CustomerId, last: CustomerId) -> Result<Vec<Number>> {
    q.all(&ALIKE_NUMBERS, args![group, after, last]).await
}

/// As [`numbers`]: cars that they have now.
pub async fn plates(
    q: &mut impl Sql,
    group: GroupId,
    after: CustomerId,
    last: CustomerId,
) -> Result<Vec<(CustomerId, String)>> {
    q.all(&ALIKE_PLATES, args![group, after, last]).await
}
