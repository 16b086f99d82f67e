//! When two files of one person become one: their cases go along, and back where nobody has acted on them since.

use futures_util::future::BoxFuture;
use kernel::{CustomerId, GroupId, Result, TaskId};
use people::moving;
use platform::db::{One, Reads, Sql, Tx};
use platform::{args, stmt};

use super::ports::{Counting, Holder, Merge, Parted, Parts, Stay, StayWhy, recalls_stay};

// After the follow-ups: a re-call belongs to its case.
platform::inventory::submit! { Holder { rank: 2, counts, merge, part } }

// case_file_by_customer
moving!(CASES_OF, CASES_GO, "case_file");
stmt!(
    COUNT_CASES,
    "SELECT customer_id AS k, COUNT(*) AS v FROM case_file WHERE customer_id IN {{ids:$2}} AND group_id=$1 GROUP BY customer_id"
);
// case_step_by_case
stmt!(
    ACTED_SINCE,
    "SELECT id AS v FROM case_file c WHERE c.id IN {{ids:$2}} AND c.group_id=$1 AND c.customer_id=$4 \
     AND EXISTS (SELECT 1 FROM case_step s WHERE s.case_id=c.id AND s.at > $3) ORDER BY id"
);
stmt!(
    RECALLS_OF,
    "SELECT recall_task_id AS v FROM case_file WHERE id IN {{ids:$2}} AND group_id=$1 AND recall_task_id IS NOT NULL"
);

const CASES: &str = "cases";

fn counts(mut q: Reads, group: GroupId, ids: Vec<CustomerId>) -> Counting {
    Box::pin(async move {
        let found: Vec<(CustomerId, i64)> = q.all(&COUNT_CASES, args![group, ids.as_slice()]).await?;
        Ok(found.into_iter().map(|(id, n)| (id, CASES, n)).collect())
    })
}

fn merge<'a>(tx: &'a mut Tx, m: &'a Merge) -> BoxFuture<'a, Result<Parts>> {
    Box::pin(async move {
        let group = tx.scope().group;
        let found: Vec<One<i64>> = tx.all(&CASES_OF, args![group, m.gone]).await?;
        let ids: Vec<i64> = found.into_iter().map(|v| v.0).collect();
        if ids.is_empty() {
            return Ok(Parts::new());
        }
        tx.exec(&CASES_GO, args![group, m.gone, m.kept, ids.as_slice()]).await?;
        Ok(Parts::from([(CASES.to_owned(), ids)]))
    })
}

fn part<'a>(tx: &'a mut Tx, m: &'a Merge, parts: &'a Parts) -> BoxFuture<'a, Result<Parted>> {
    Box::pin(async move {
        let Some(moved) = parts.get(CASES).filter(|ids| !ids.is_empty()) else { return Ok(Parted::default()) };
        let group = tx.scope().group;
        let acted: Vec<One<i64>> = tx.all(&ACTED_SINCE, args![group, moved.as_slice(), m.at, m.kept]).await?;
        let acted: Vec<i64> = acted.into_iter().map(|v| v.0).collect();
        let back: Vec<i64> = moved.iter().copied().filter(|id| !acted.contains(id)).collect();
        if !back.is_empty() {
            tx.exec(&CASES_GO, args![group, m.kept, m.gone, back.as_slice()]).await?;
        }
        if !acted.is_empty() {
            let recalls: Vec<One<TaskId>> = tx.all(&RECALLS_OF, args![group, acted.as_slice()]).await?;
            recalls_stay(tx, m, &recalls.into_iter().map(|v| v.0).collect::<Vec<_>>()).await?;
        }
        let stays = acted.iter().map(|id| Stay::new(CASES, *id, StayWhy::Worked)).collect();
        Ok(Parted { stays, subjects: acted })
    })
}
