//! Pairs that nobody need look at one by one: two persons of one name with one number, and no birthday that contradicts.

use kernel::{Cap, CustomerId, MergeId, Problem, Result, Scope};
use platform::db::{Db, Sql};
use platform::{args, stmt};

use super::{Choice, both, merge};
use crate::customers::sight::{Sight, seen_by};

/// Pairs in one go: each is a transaction of its own, some ten milliseconds long.
pub const AT_ONCE: usize = 200;

// possible_duplicate_by_why, the latest 2,000 of it: whole families share a number. The rest by primary keys and customer_phone_by_customer.
stmt!(
    SAFE_PAIRS,
    concat!(
        "SELECT hit.a AS k, hit.b AS v FROM (SELECT a, b, found_at FROM possible_duplicate WHERE group_id=$1 AND why='phone' \
         AND apart_at IS NULL ORDER BY found_at DESC, a DESC, b DESC LIMIT 2000) hit \
         JOIN customer x ON x.id=hit.a JOIN customer y ON y.id=hit.b \
         WHERE x.name=y.name AND x.name<>'' AND x.kind='person' AND y.kind='person' AND x.group_id=$1 AND y.group_id=$1 \
         AND x.merged_into IS NULL AND y.merged_into IS NULL \
         AND (x.birthday IS NULL OR y.birthday IS NULL OR x.birthday=y.birthday) AND EXISTS \
         (SELECT 1 FROM customer_phone p JOIN customer_phone r ON r.customer_id=hit.b AND r.digits=p.digits \
          AND r.contact_name IS NULL AND r.ended_at IS NULL \
          WHERE p.customer_id=hit.a AND p.contact_name IS NULL AND p.ended_at IS NULL) AND ",
        seen_by!("hit.a", "$2", "$3", "$4", "$5"),
        " AND ",
        seen_by!("hit.b", "$2", "$3", "$4", "$5"),
        " ORDER BY hit.found_at DESC, hit.a DESC, hit.b DESC LIMIT $6"
    )
);

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub merged: Vec<MergeId>,
    /// Somebody else was at one of the two.
    pub left: usize,
}

/// The older file first: it is the one that stays. At most `limit`.
/// # Errors
/// `Forbidden` without the right to merge.
pub async fn safe_pairs(q: &mut impl Sql, scope: &Scope, limit: usize) -> Result<Vec<(CustomerId, CustomerId)>> {
    scope.need(Cap::CustomerMerge)?;
    let s = Sight::of(scope);
    let (whole, service, showroom) = (s.whole.as_slice(), s.service.as_slice(), s.showroom.as_slice());
    q.all(&SAFE_PAIRS, args![scope.group, s.group, whole, service, showroom, limit]).await
}

/// Merges them, up to [`AT_ONCE`]; each can be parted by itself.
/// # Errors
/// As the database answers; what was merged until then stays merged.
pub async fn merge_safe(db: &Db, scope: &Scope) -> Result<Report> {
    let mut report = Report::default();
    for (kept, gone) in safe_pairs(&mut db.reads(), scope, AT_ONCE).await? {
        // One of three may have gone with the pair before.
        let one = match both(&mut db.reads(), scope.group, kept, gone).await {
            Ok([ours, theirs]) => {
                let (kept_version, gone_version) = (ours.version, theirs.version);
                merge(db, scope, kept, gone, &Choice { kept_version, gone_version, ..Choice::default() }).await
            }
            Err(problem) => Err(problem),
        };
        match one {
            Ok(id) => report.merged.push(id),
            Err(Problem::Conflict(_) | Problem::NotFound) => report.left += 1,
            Err(problem) => return Err(problem),
        }
    }
    Ok(report)
}
