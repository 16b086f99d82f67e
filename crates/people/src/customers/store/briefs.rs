//! `customer`, as lists above want it.

use kernel::{CustomerId, GroupId, Millis, Result};
use platform::db::Sql;
use platform::{args, row, stmt};

use crate::customers::model::CustomerKind;

row! {
    /// Name, kind and wishes, for rows that were found in the caller's own scope. `name` is "" where nobody told it.
    #[derive(Clone, Debug)]
    pub struct CustomerBrief {
        pub id: CustomerId,
        pub kind: CustomerKind,
        pub name: String,
        pub best_time: Option<String>,
        pub opted_out_at: Option<Millis>,
    }
}

stmt!(BRIEFS, "SELECT id, kind, name, best_time, opted_out_at FROM customer WHERE id IN {{ids:$2}} AND group_id=$1");

/// # Errors
/// As the database answers.
pub async fn briefs(q: &mut impl Sql, group: GroupId, ids: &[CustomerId]) -> Result<Vec<CustomerBrief>> {
    q.all(&BRIEFS, args![group, ids]).await
}
