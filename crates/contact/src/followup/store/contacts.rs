//! `contact`: what stands in the queue.

use std::collections::HashSet;

use kernel::{ContactId, CustomerId, GroupId, ImportId, Millis, Problem, Result, StoreId, UserId};
use platform::db::{Args, Sql, Tx};
use platform::{args, stmt};

use crate::followup::model::{Contact, ContactState};

macro_rules! columns {
    () => {
        "id, store_id, customer_id, phone_line_id, person_key, person_name, state, kinds, vehicle_id, due_at, from_at, \
         expires_at, not_before, promise_at, attempts, rank, agent_id, best_time, lease_user, lease_until, skip_reason, \
         last_outcome, last_attempt_at, closed_at, import_id, version"
    };
}

/// What a contact's row always has.
pub(super) const BASE: [&str; 19] = [
    "id",
    "group_id",
    "store_id",
    "customer_id",
    "phone_line_id",
    "person_key",
    "person_name",
    "state",
    "kinds",
    "vehicle_id",
    "due_at",
    "from_at",
    "expires_at",
    "not_before",
    "promise_at",
    "attempts",
    "rank",
    "agent_id",
    "created_at",
];

pub(super) fn base_row(group: GroupId, c: &Contact, created: Millis) -> Args {
    args![
        c.id,
        group,
        c.store_id,
        c.customer_id,
        c.phone_line_id,
        &c.person_key,
        c.person_name.clone(),
        c.state,
        &c.kinds,
        c.vehicle_id,
        c.due_at,
        c.from_at,
        c.expires_at,
        c.not_before,
        c.promise_at,
        c.attempts,
        c.rank,
        c.agent_id,
        created
    ]
}

stmt!(CONTACT, concat!("SELECT ", columns!(), " FROM contact WHERE id=$3 AND group_id=$1 AND store_id=$2"));
// Whoever changes a contact holds its row; on SQLite the writer is alone anyway.
stmt!(
    CONTACT_HELD,
    lite: concat!("SELECT ", columns!(), " FROM contact WHERE id=$3 AND group_id=$1 AND store_id=$2"),
    pg: concat!("SELECT ", columns!(), " FROM contact WHERE id=$3 AND group_id=$1 AND store_id=$2 FOR UPDATE"),
);
stmt!(
    CONTACTS_HELD,
    lite: concat!("SELECT ", columns!(), " FROM contact WHERE id IN {{ids:$2}} AND group_id=$1 ORDER BY id"),
    pg: concat!("SELECT ", columns!(), " FROM contact WHERE id IN {{ids:$2}} AND group_id=$1 ORDER BY id FOR UPDATE"),
);
// contact_by_customer
stmt!(
    CONTACTS_OF_PERSONS,
    lite: concat!("SELECT ", columns!(), " FROM contact WHERE customer_id IN {{ids:$3}} AND store_id=$2 \
        AND state IN ('open','number_needed') AND group_id=$1 ORDER BY id"),
    pg: concat!("SELECT ", columns!(), " FROM contact WHERE customer_id IN {{ids:$3}} AND store_id=$2 \
        AND state IN ('open','number_needed') AND group_id=$1 ORDER BY id FOR UPDATE"),
);
// contact_by_customer. BETWEEN keeps PostgreSQL from contact_hidden: when it last counted there was no import, so that it
// takes all hidden contacts for a handful, and reads them all for every chunk.
stmt!(
    HIDDEN_OF_PERSONS,
    lite: concat!("SELECT ", columns!(), " FROM contact WHERE customer_id IN {{ids:$3}} AND store_id=$2 \
        AND state='hidden' AND import_id=$4 AND group_id=$1 ORDER BY id"),
    pg: concat!("SELECT ", columns!(), " FROM contact WHERE customer_id IN {{ids:$3}} AND store_id=$2 \
        AND state BETWEEN 'hidden' AND 'hidden' AND import_id=$4 AND group_id=$1 ORDER BY id FOR UPDATE"),
);
// contact_by_customer
stmt!(
    CALLED,
    "SELECT COUNT(*) AS v FROM (SELECT 1 FROM contact WHERE customer_id=$2 AND group_id=$1 AND last_attempt_at IS NOT NULL LIMIT 1) t"
);
stmt!(
    UNTOUCHED_DONE,
    "SELECT id AS v FROM contact WHERE id IN {{ids:$2}} AND group_id=$1 AND state='done' AND last_attempt_at IS NULL"
);
// contact_hidden
stmt!(
    HIDDEN_OF_IMPORT,
    lite: concat!("SELECT ", columns!(), " FROM contact WHERE import_id=$2 AND state='hidden' AND group_id=$1 ORDER BY id LIMIT $3"),
    pg: concat!("SELECT ", columns!(), " FROM contact WHERE import_id=$2 AND state='hidden' AND group_id=$1 ORDER BY id LIMIT $3 FOR UPDATE"),
);
// contact_by_customer
stmt!(
    WAITING_OF_CUSTOMER,
    concat!(
        "SELECT ",
        columns!(),
        " FROM contact WHERE customer_id=$3 AND state IN ('open','number_needed') \
        AND group_id=$1 AND store_id=$2 ORDER BY due_at, id LIMIT 100"
    )
);
stmt!(
    CONTACT_SAVE,
    "UPDATE contact SET phone_line_id=$4, person_name=$5, state=$6, kinds=$7, vehicle_id=$8, due_at=$9, from_at=$10, \
     expires_at=$11, not_before=$12, promise_at=$13, attempts=$14, rank=$15, agent_id=$16, best_time=$17, lease_user=$18, \
     lease_until=$19, skip_reason=$20, last_outcome=$21, last_attempt_at=$22, closed_at=$23, import_id=$24, \
     version=version+1 WHERE id=$2 AND group_id=$1 AND version=$3"
);
stmt!(CONTACTS_DROP, "DELETE FROM contact WHERE id IN {{ids:$2}} AND group_id=$1");
// contact_queue; counted up to a limit, never beyond.
stmt!(
    LOAD,
    "SELECT COUNT(*) AS v FROM (SELECT 1 FROM contact WHERE store_id=$1 AND agent_id=$2 AND state='open' LIMIT 3000) t"
);
// contact_queue
stmt!(
    CONTACTS_OF_AGENT,
    "SELECT id AS v FROM contact WHERE store_id=$2 AND agent_id=$3 AND state='open' AND group_id=$1 \
     ORDER BY due_at, attempts, rank, id LIMIT $4"
);
stmt!(
    HELD_BY,
    concat!(
        "SELECT ",
        columns!(),
        " FROM contact WHERE store_id=$2 AND agent_id=$3 AND state='open' AND group_id=$1 \
        ORDER BY due_at, attempts, rank, id LIMIT $4"
    )
);
stmt!(
    CONTACTS_WITHOUT_AGENT,
    "SELECT id AS v FROM contact WHERE store_id=$2 AND agent_id IS NULL AND state='open' AND group_id=$1 \
     ORDER BY due_at, attempts, rank, id LIMIT $3"
);
// contact_number_needed
stmt!(
    NUMBERS_NEEDED,
    concat!(
        "SELECT ",
        columns!(),
        " FROM contact WHERE store_id=$2 AND state='number_needed' AND group_id=$1 \
        AND (due_at, id) > ($3, $4) ORDER BY due_at, id LIMIT $5"
    )
);
// contact_by_customer, then attempt_by_contact.
stmt!(
    REACHED_SINCE,
    "SELECT c.customer_id, c.person_key, MAX(a.ended_at) AS at FROM contact c JOIN attempt a ON a.contact_id=c.id \
     WHERE c.customer_id IN {{ids:$3}} AND c.group_id=$1 AND c.store_id=$2 AND c.last_attempt_at >= $4 \
     AND a.reached=1 AND a.revoked_at IS NULL AND a.ended_at >= $4 GROUP BY c.customer_id, c.person_key"
);

platform::row! {
    /// When a person of a customer was last reached by this store.
    pub struct Reached { pub customer_id: CustomerId, pub person_key: String, pub at: Millis }
}

pub async fn reached_since(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    customers: &[CustomerId],
    since: Millis,
) -> Result<Vec<Reached>> {
    q.all(&REACHED_SINCE, args![group, store, customers, since]).await
}

pub async fn insert_contacts(tx: &mut Tx, contacts: &[Contact]) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    let columns = [&BASE[..], &["best_time", "import_id"]].concat();
    let rows: Vec<_> =
        contacts.iter().map(|c| [base_row(group, c, now), args![c.best_time.clone(), c.import_id]].concat()).collect();
    tx.bulk("contact", &columns, rows, "").await.map(|_| ())
}

/// # Errors
/// `NotFound` outside of the group and store.
pub async fn contact(q: &mut impl Sql, group: GroupId, store: StoreId, id: ContactId) -> Result<Contact> {
    q.get(&CONTACT, args![group, store, id]).await
}

/// As [`contact`], held against other writers until the end of the transaction.
pub async fn hold(tx: &mut Tx, store: StoreId, id: ContactId) -> Result<Contact> {
    let group = tx.scope().group;
    tx.get(&CONTACT_HELD, args![group, store, id]).await
}

pub async fn hold_all(tx: &mut Tx, ids: &[ContactId]) -> Result<Vec<Contact>> {
    let group = tx.scope().group;
    tx.all(&CONTACTS_HELD, args![group, ids]).await
}

/// Contacts that new tasks of these persons (customer, key) may join.
pub async fn of_persons(
    tx: &mut Tx,
    store: StoreId,
    persons: &HashSet<(CustomerId, &str)>,
    hidden_of: Option<ImportId>,
) -> Result<Vec<Contact>> {
    let group = tx.scope().group;
    let mut customers: Vec<CustomerId> = persons.iter().map(|(customer, _)| *customer).collect();
    customers.sort_unstable();
    customers.dedup();
    let mut found: Vec<Contact> = match hidden_of {
        None => tx.all(&CONTACTS_OF_PERSONS, args![group, store, customers.as_slice()]).await?,
        Some(import) => tx.all(&HIDDEN_OF_PERSONS, args![group, store, customers.as_slice(), import]).await?,
    };
    // Somebody else of a fleet.
    found.retain(|c| persons.contains(&(c.customer_id, c.person_key.as_str())));
    Ok(found)
}

pub async fn hidden_of_import(tx: &mut Tx, import: ImportId, limit: i64) -> Result<Vec<Contact>> {
    let group = tx.scope().group;
    tx.all(&HIDDEN_OF_IMPORT, args![group, import, limit]).await
}

pub async fn waiting_of_customer(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    customer: CustomerId,
) -> Result<Vec<Contact>> {
    q.all(&WAITING_OF_CUSTOMER, args![group, store, customer]).await
}

/// Whether any call was recorded with a customer, in any store of the group.
pub async fn was_called(q: &mut impl Sql, group: GroupId, customer: CustomerId) -> Result<bool> {
    Ok(q.count(&CALLED, args![group, customer]).await? > 0)
}

/// Of these, the ones that are done without a call ever made.
pub async fn untouched_done(q: &mut impl Sql, group: GroupId, ids: &[ContactId]) -> Result<Vec<ContactId>> {
    let found: Vec<platform::db::One<ContactId>> = q.all(&UNTOUCHED_DONE, args![group, ids]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// Writes a contact back and raises its version.
/// # Errors
/// `Conflict` when somebody else wrote it meanwhile.
pub async fn save_contact(tx: &mut Tx, c: &mut Contact) -> Result<()> {
    let group = tx.scope().group;
    let args = args![
        group,
        c.id,
        c.version,
        c.phone_line_id,
        c.person_name.clone(),
        c.state,
        &c.kinds,
        c.vehicle_id,
        c.due_at,
        c.from_at,
        c.expires_at,
        c.not_before,
        c.promise_at,
        c.attempts,
        c.rank,
        c.agent_id,
        c.best_time.clone(),
        c.lease_user,
        c.lease_until,
        c.skip_reason,
        c.last_outcome.clone(),
        c.last_attempt_at,
        c.closed_at,
        c.import_id
    ];
    super::number_changed(tx, c.id, c.state == ContactState::NumberNeeded).await?;
    if tx.exec(&CONTACT_SAVE, args).await? == 0 {
        return Err(Problem::Conflict("contact-changed"));
    }
    c.version += 1;
    Ok(())
}

/// As [`save_contact`], many at once.
/// # Errors
/// `Conflict` when somebody else wrote one of them meanwhile.
pub async fn save_contacts(tx: &mut Tx, contacts: &mut [Contact]) -> Result<()> {
    const COLUMNS: [&str; 28] = [
        "id",
        "version",
        "phone_line_id",
        "person_name",
        "state",
        "kinds",
        "vehicle_id",
        "due_at",
        "from_at",
        "expires_at",
        "not_before",
        "promise_at",
        "attempts",
        "rank",
        "agent_id",
        "best_time",
        "lease_user",
        "lease_until",
        "skip_reason",
        "last_outcome",
        "last_attempt_at",
        "closed_at",
        "import_id",
        // What never changes stands here because an insert wants it.
        "group_id",
        "store_id",
        "customer_id",
        "person_key",
        "created_at",
    ];
    const TAIL: &str = "ON CONFLICT (id) DO UPDATE SET phone_line_id=excluded.phone_line_id, \
        person_name=excluded.person_name, state=excluded.state, kinds=excluded.kinds, vehicle_id=excluded.vehicle_id, \
        due_at=excluded.due_at, from_at=excluded.from_at, expires_at=excluded.expires_at, not_before=excluded.not_before, \
        promise_at=excluded.promise_at, attempts=excluded.attempts, rank=excluded.rank, agent_id=excluded.agent_id, \
        best_time=excluded.best_time, lease_user=excluded.lease_user, lease_until=excluded.lease_until, \
        skip_reason=excluded.skip_reason, last_outcome=excluded.last_outcome, last_attempt_at=excluded.last_attempt_at, \
        closed_at=excluded.closed_at, import_id=excluded.import_id, version=contact.version+1 \
        WHERE contact.version=excluded.version AND contact.group_id=excluded.group_id";
    let (group, now) = (tx.scope().group, tx.now());
    let row = |c: &Contact| {
        args![
            c.id,
            c.version,
            c.phone_line_id,
            c.person_name.clone(),
            c.state,
            &c.kinds,
            c.vehicle_id,
            c.due_at,
            c.from_at,
            c.expires_at,
            c.not_before,
            c.promise_at,
            c.attempts,
            c.rank,
            c.agent_id,
            c.best_time.clone(),
            c.lease_user,
            c.lease_until,
            c.skip_reason,
            c.last_outcome.clone(),
            c.last_attempt_at,
            c.closed_at,
            c.import_id,
            group,
            c.store_id,
            c.customer_id,
            &c.person_key,
            now
        ]
    };
    let rows: Vec<_> = contacts.iter().map(row).collect();
    let written = tx.bulk("contact", &COLUMNS, rows, TAIL).await?;
    if usize::try_from(written).ok() != Some(contacts.len()) {
        return Err(Problem::Conflict("contact-changed"));
    }
    contacts.iter_mut().for_each(|c| c.version += 1);
    Ok(())
}

/// Contacts that nobody has ever seen: their tasks went elsewhere or were taken back.
pub async fn drop_contacts(tx: &mut Tx, ids: &[ContactId]) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&CONTACTS_DROP, args![group, ids]).await.map(|_| ())
}

/// Open contacts of an agent, counted up to 3,000.
pub async fn load(q: &mut impl Sql, store: StoreId, agent: UserId) -> Result<i64> {
    q.count(&LOAD, args![store, agent]).await
}

pub async fn held_by(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    agent: UserId,
    limit: i64,
) -> Result<Vec<Contact>> {
    q.all(&HELD_BY, args![group, store, agent, limit]).await
}

pub async fn of_agent(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    agent: Option<UserId>,
    limit: i64,
) -> Result<Vec<ContactId>> {
    let found: Vec<platform::db::One<ContactId>> = match agent {
        Some(agent) => q.all(&CONTACTS_OF_AGENT, args![group, store, agent, limit]).await?,
        None => q.all(&CONTACTS_WITHOUT_AGENT, args![group, store, limit]).await?,
    };
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// The list of numbers needed, the earliest deadline first, after `(due_at, id)`.
pub async fn numbers_needed(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    after: (Millis, ContactId),
    limit: i64,
) -> Result<Vec<Contact>> {
    q.all(&NUMBERS_NEEDED, args![group, store, after.0, after.1, limit]).await
}
