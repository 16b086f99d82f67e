//! Pairs that may be one person, for whoever keeps the files.

use kernel::{CustomerId, Millis, Phone, Result, Scope};
use platform::db::Sql;
use platform::{args, row, stmt};

use crate::customers::Sight;

row! {
    /// `a` is the older of the two.
    #[derive(Clone, Debug)]
    pub struct Pair {
        pub a: CustomerId,
        pub a_name: String,
        pub a_phone: Option<Phone>,
        pub b: CustomerId,
        pub b_name: String,
        pub b_phone: Option<Phone>,
        /// `phone`, `vin`, `plate`, `name`.
        pub why: String,
        pub found_at: Millis,
        /// Somebody found them to be two people.
        pub apart_at: Option<Millis>,
    }
}

macro_rules! pairs {
    ($alike:literal) => {
        concat!(
            "SELECT d.a AS a, x.name AS a_name, (SELECT p.digits FROM customer_phone p WHERE p.customer_id=d.a AND p.ended_at IS NULL \
             ORDER BY p.rank, p.id LIMIT 1) AS a_phone, d.b AS b, y.name AS b_name, (SELECT p.digits FROM customer_phone p \
             WHERE p.customer_id=d.b AND p.ended_at IS NULL ORDER BY p.rank, p.id LIMIT 1) AS b_phone, d.why AS why, \
             d.found_at AS found_at, d.apart_at AS apart_at FROM possible_duplicate d JOIN customer x ON x.id=d.a \
             JOIN customer y ON y.id=d.b WHERE d.group_id=$1 AND ",
            $alike,
            "(d.found_at, d.a, d.b) < ($4, $5, $6) \
             AND CASE WHEN d.apart_at IS NULL THEN 0 ELSE 1 END = $8 AND (CAST($2 AS BIGINT)=1 OR (EXISTS \
             (SELECT 1 FROM customer_store s WHERE s.customer_id=d.a AND s.store_id IN {{ids:$3}}) AND EXISTS \
             (SELECT 1 FROM customer_store s WHERE s.customer_id=d.b AND s.store_id IN {{ids:$3}}))) \
             ORDER BY d.found_at DESC, d.a DESC, d.b DESC LIMIT $7"
        )
    };
}
// possible_duplicate_by_group, backwards; both of a pair must be seen.
stmt!(PAIRS, pairs!(""));
// possible_duplicate_by_why, backwards.
stmt!(PAIRS_ALIKE, pairs!("d.why=$9 AND "));

/// Which pairs a list shows.
#[derive(Copy, Clone, Debug, Default)]
pub struct Shown<'a> {
    /// Those who were found to be two people, else those nobody has looked at.
    pub apart: bool,
    /// Only those who are alike in this.
    pub why: Option<&'a str>,
}

/// Below the pair shown last: found at, and the two.
pub type Below = (Millis, CustomerId, CustomerId);

/// The pair found last first.
/// # Errors
/// As the database answers.
pub async fn pairs(
    q: &mut impl Sql,
    scope: &Scope,
    shown: Shown<'_>,
    below: Option<Below>,
    limit: i64,
) -> Result<Vec<Pair>> {
    let (all, stores) = Sight::of(scope).params();
    let last = CustomerId::new(i64::MAX);
    let (at, a, b) = below.unwrap_or((Millis(i64::MAX), last, last));
    let (group, stores) = (scope.group, stores.as_slice());
    match shown.why {
        None => q.all(&PAIRS, args![group, all, stores, at, a, b, limit, shown.apart]).await,
        Some(why) => q.all(&PAIRS_ALIKE, args![group, all, stores, at, a, b, limit, shown.apart, why]).await,
    }
}
