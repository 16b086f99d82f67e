//! When two files of one person become one: follow-ups, calls and wishes go along, and back again where nobody has
//! worked on them since.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use kernel::{ContactId, CustomerId, GroupId, Result, StoreId, TaskId};
use people::customers::merge::{Counting, Holder, Merge, Parted, Parts, Stay, StayWhy};
use people::{customers, moving};
use platform::db::{One, Reads, Sql, Tx};
use platform::{args, stmt};

use super::{planning, store};

platform::inventory::submit! { Holder { rank: 1, counts, merge, part } }

// contact_by_customer
moving!(CONTACTS_OF, CONTACTS_GO, "contact");
moving!(TASKS_GO, "task");
moving!(CALLS_GO, "attempt");
moving!(WISHES_GO, "booking_wish");
// A person who is the customer goes by the customer's id.
stmt!(KEY_GO, "UPDATE contact SET person_key=$4 WHERE id IN {{ids:$2}} AND person_key=$3 AND group_id=$1");
// task_by_contact, attempt_by_contact, booking_wish_by_attempt
stmt!(
    TASKS_IN,
    "SELECT id AS v FROM task WHERE contact_id IN {{ids:$2}} AND customer_id=$3 AND group_id=$1 ORDER BY id"
);
stmt!(
    CALLS_IN,
    "SELECT id AS v FROM attempt WHERE contact_id IN {{ids:$2}} AND customer_id=$3 AND group_id=$1 ORDER BY id"
);
stmt!(
    WISHES_IN,
    "SELECT id AS v FROM booking_wish WHERE attempt_id IN {{ids:$2}} AND customer_id=$3 AND group_id=$1 ORDER BY id"
);
stmt!(
    STORES_IN,
    "SELECT DISTINCT store_id AS v FROM contact WHERE id IN {{ids:$2}} AND group_id=$1 AND state IN ('open','number_needed') \
     ORDER BY store_id"
);
stmt!(
    CONTACTS_OF_TASKS,
    "SELECT DISTINCT contact_id AS v FROM task WHERE id IN {{ids:$2}} AND group_id=$1 AND contact_id IS NOT NULL"
);
// contact_by_customer, then attempt_by_contact.
stmt!(
    COUNT_WAITING,
    "SELECT customer_id AS k, COUNT(*) AS v FROM contact WHERE customer_id IN {{ids:$2}} AND group_id=$1 \
     AND state IN ('open','number_needed') GROUP BY customer_id"
);
stmt!(
    COUNT_CALLS,
    "SELECT c.customer_id AS k, COUNT(*) AS v FROM contact c JOIN attempt a ON a.contact_id=c.id \
     WHERE c.customer_id IN {{ids:$2}} AND c.group_id=$1 AND a.revoked_at IS NULL GROUP BY c.customer_id"
);

const CONTACTS: &str = "followups";
const TASKS: &str = "tasks";
const CALLS: &str = "calls";
const WISHES: &str = "wishes";

fn counts(mut q: Reads, group: GroupId, ids: Vec<CustomerId>) -> Counting {
    Box::pin(async move {
        let mut all = Vec::new();
        for (part, stmt) in [("waiting", &COUNT_WAITING), (CALLS, &COUNT_CALLS)] {
            let found: Vec<(CustomerId, i64)> = q.all(stmt, args![group, ids.as_slice()]).await?;
            all.extend(found.into_iter().map(|(id, n)| (id, part, n)));
        }
        Ok(all)
    })
}

/// Contacts with what stands in them.
#[derive(Default)]
struct Held {
    contacts: Vec<i64>,
    tasks: Vec<i64>,
    calls: Vec<i64>,
    wishes: Vec<i64>,
}

impl Held {
    async fn of(tx: &mut Tx, customer: CustomerId, contacts: Vec<i64>) -> Result<Self> {
        let tasks = inside(tx, &TASKS_IN, &contacts, customer).await?;
        let calls = inside(tx, &CALLS_IN, &contacts, customer).await?;
        let wishes = inside(tx, &WISHES_IN, &calls, customer).await?;
        Ok(Self { contacts, tasks, calls, wishes })
    }

    async fn go(&self, tx: &mut Tx, from: CustomerId, to: CustomerId) -> Result<()> {
        let group = tx.scope().group;
        for (stmt, ids) in [
            (&CONTACTS_GO, &self.contacts),
            (&TASKS_GO, &self.tasks),
            (&CALLS_GO, &self.calls),
            (&WISHES_GO, &self.wishes),
        ] {
            if !ids.is_empty() {
                tx.exec(stmt, args![group, from, to, ids.as_slice()]).await?;
            }
        }
        if !self.contacts.is_empty() {
            let args = args![group, self.contacts.as_slice(), format!("c{from}"), format!("c{to}")];
            tx.exec(&KEY_GO, args).await?;
        }
        Ok(())
    }
}

async fn inside(tx: &mut Tx, stmt: &'static platform::db::Stmt, ids: &[i64], of: CustomerId) -> Result<Vec<i64>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let group = tx.scope().group;
    let found: Vec<One<i64>> = tx.all(stmt, args![group, ids, of]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

fn merge<'a>(tx: &'a mut Tx, m: &'a Merge) -> BoxFuture<'a, Result<Parts>> {
    Box::pin(async move {
        let group = tx.scope().group;
        let found: Vec<One<i64>> = tx.all(&CONTACTS_OF, args![group, m.gone]).await?;
        let held = Held::of(tx, m.gone, found.into_iter().map(|v| v.0).collect()).await?;
        held.go(tx, m.gone, m.kept).await?;
        superseded(tx, m, &held.contacts).await?;
        let Held { contacts, tasks, calls, wishes } = held;
        let parts = [(CONTACTS, contacts), (TASKS, tasks), (CALLS, calls), (WISHES, wishes)];
        Ok(parts.into_iter().filter(|(_, ids)| !ids.is_empty()).map(|(part, ids)| (part.to_owned(), ids)).collect())
    })
}

/// Where one of the two has a case, its own re-call takes over from the other's follow-ups.
async fn superseded(tx: &mut Tx, m: &Merge, moved: &[i64]) -> Result<()> {
    let group = tx.scope().group;
    let found: Vec<One<i64>> = tx.all(&CONTACTS_OF, args![group, m.kept]).await?;
    let all: Vec<i64> = found.into_iter().map(|v| v.0).chain(moved.iter().copied()).collect();
    let stores: Vec<One<StoreId>> = tx.all(&STORES_IN, args![group, all.as_slice()]).await?;
    for One(store_id) in stores {
        if customers::blocks(tx, group, store_id, &[m.kept]).await?.contains_key(&m.kept) {
            planning::supersede(tx, store_id, m.kept).await?;
        }
    }
    Ok(())
}

fn part<'a>(tx: &'a mut Tx, m: &'a Merge, parts: &'a Parts) -> BoxFuture<'a, Result<Parted>> {
    Box::pin(async move {
        let now = tx.now();
        let ids = |part: &str| parts.get(part).cloned().unwrap_or_default();
        let moved: Vec<ContactId> = ids(CONTACTS).into_iter().map(ContactId::new).collect();
        let (stay, back): (Vec<_>, Vec<_>) = store::hold_all(tx, &moved)
            .await?
            .into_iter()
            .filter(|c| c.customer_id == m.kept)
            .partition(|c| c.holder(now).is_some() || c.last_attempt_at.is_some_and(|at| at > m.at));
        let stay: Vec<i64> = stay.iter().map(|c| c.id.raw()).collect();
        let staying = Held::of(tx, m.kept, stay).await?;
        let back = Held {
            contacts: back.iter().map(|c| c.id.raw()).collect(),
            tasks: without(ids(TASKS), &staying.tasks),
            calls: without(ids(CALLS), &staying.calls),
            wishes: without(ids(WISHES), &staying.wishes),
        };
        back.go(tx, m.kept, m.gone).await?;
        let stays = staying.contacts.iter().map(|id| Stay::new(CONTACTS, *id, StayWhy::Worked)).collect();
        Ok(Parted { stays, subjects: staying.calls })
    })
}

fn without(ids: Vec<i64>, staying: &[i64]) -> Vec<i64> {
    let staying: HashSet<&i64> = staying.iter().collect();
    ids.into_iter().filter(|id| !staying.contains(id)).collect()
}

/// The re-calls of cases that stay with the kept one stay with them.
/// # Errors
/// As the database answers.
pub async fn stay(tx: &mut Tx, m: &Merge, recalls: &[TaskId]) -> Result<()> {
    if recalls.is_empty() {
        return Ok(());
    }
    let group = tx.scope().group;
    let contacts: Vec<One<i64>> = tx.all(&CONTACTS_OF_TASKS, args![group, recalls]).await?;
    let held = Held::of(tx, m.gone, contacts.into_iter().map(|v| v.0).collect()).await?;
    held.go(tx, m.gone, m.kept).await
}
