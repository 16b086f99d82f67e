//! Reading the queue. Every statement rides `contact_queue`, `contact_queue_store` or `contact_promises`.

use kernel::{ContactId, CustomerId, GroupId, Millis, PersonName, PhoneLineId, Result, StoreId, UserId, VehicleId};
use platform::db::{Args, Sql};
use platform::{args, row, stmt};

use crate::followup::model::Aside;

row! {
    #[derive(Clone, Debug)]
    pub struct QueueRow {
        pub id: ContactId,
        pub customer_id: CustomerId,
        pub person_key: String,
        pub person_name: Option<PersonName>,
        pub phone_line_id: Option<PhoneLineId>,
        pub kinds: String,
        pub vehicle_id: Option<VehicleId>,
        pub due_at: Millis,
        pub from_at: Millis,
        pub not_before: Millis,
        pub promise_at: Option<Millis>,
        pub attempts: i64,
        pub rank: i64,
        pub agent_id: Option<UserId>,
        pub best_time: Option<String>,
        pub lease_user: Option<UserId>,
        pub lease_until: Millis,
        pub skip_reason: Option<Aside>,
        pub last_outcome: Option<String>,
    }
}

macro_rules! columns {
    () => {
        "id, customer_id, person_key, person_name, phone_line_id, kinds, vehicle_id, due_at, from_at, not_before, promise_at, attempts, \
         rank, agent_id, best_time, lease_user, lease_until, skip_reason, last_outcome"
    };
}
// $3 now, $4 promises until here stand in front and later ones behind (LATER), $5 1 = may be called now, 0 = not yet, $6 pattern of kinds,
// $7…$10 after, $11 limit, $12 kinds whose call windows are shut, $13 agent.
macro_rules! section {
    ($whose:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM contact WHERE store_id=$2 AND ",
            $whose,
            "state='open' AND group_id=$1 \
             AND (CASE WHEN not_before <= $3 AND NOT EXISTS (SELECT 1 FROM {{each:$12}} \
             WHERE contact.kinds LIKE '%,' || value || ',%') THEN 1 ELSE 0 END)=CAST($5 AS BIGINT) \
             AND (promise_at IS NULL OR (promise_at <= $4 AND skip_reason IS NOT NULL AND not_before > $3)) \
             AND kinds LIKE $6 AND (due_at, attempts, rank, id) > ($7, $8, $9, $10) \
             ORDER BY due_at, attempts, rank, id LIMIT $11"
        )
    };
}
stmt!(SECTION_AGENT, section!("agent_id=$13 AND "));
stmt!(SECTION_NOBODY, section!("agent_id IS NULL AND "));
stmt!(SECTION_ALL, section!(""));
stmt!(
    PROMISES,
    concat!(
        "SELECT ",
        columns!(),
        " FROM contact WHERE store_id=$2 AND state='open' AND promise_at IS NOT NULL \
         AND promise_at > $3 AND promise_at <= $4 AND group_id=$1 AND kinds LIKE $5 \
         AND (skip_reason IS NULL OR not_before <= $7) \
         AND (CAST($6 AS BIGINT)=0 OR agent_id=$6 OR agent_id IS NULL) ORDER BY promise_at, id LIMIT 500"
    )
);
// $3, $4 after this moment and id, $5 pattern of kinds, $6 agent (0 = everybody's), $7 1 = with those that nobody has.
stmt!(
    LATER,
    concat!(
        "SELECT ",
        columns!(),
        " FROM contact WHERE store_id=$2 AND state='open' AND promise_at IS NOT NULL \
         AND promise_at >= $3 AND (promise_at > $3 OR id > $4) AND group_id=$1 AND kinds LIKE $5 \
         AND (CAST($6 AS BIGINT)=0 OR agent_id=$6 OR (CAST($7 AS BIGINT)=1 AND agent_id IS NULL)) \
         ORDER BY promise_at, id LIMIT $8"
    )
);
macro_rules! counts {
    ($whose:literal) => {
        concat!(
            "SELECT kinds, COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN due_at < $4 THEN 1 ELSE 0 END), 0) AS BIGINT) AS due, \
             CAST(COALESCE(SUM(CASE WHEN from_at < $3 THEN 1 ELSE 0 END), 0) AS BIGINT) AS today, \
             CAST(COALESCE(SUM(CASE WHEN due_at < $5 THEN 1 ELSE 0 END), 0) AS BIGINT) AS overdue \
             FROM (SELECT kinds, due_at, from_at FROM contact WHERE store_id=$2 AND ", $whose, "state='open' AND group_id=$1 \
             LIMIT 5000) t GROUP BY kinds ORDER BY kinds"
        )
    };
}
stmt!(COUNTS_AGENT, counts!("agent_id=$6 AND "));
stmt!(COUNTS_NOBODY, counts!("agent_id IS NULL AND "));
stmt!(COUNTS_ALL, counts!(""));

macro_rules! matching {
    ($whose:literal) => {
        concat!(
            "SELECT id AS v FROM contact WHERE store_id=$2 AND ",
            $whose,
            "state='open' AND group_id=$1 AND kinds LIKE $3 \
             ORDER BY due_at, attempts, rank, id LIMIT $4"
        )
    };
}
stmt!(MATCHING_AGENT, matching!("agent_id=$5 AND "));
stmt!(MATCHING_NOBODY, matching!("agent_id IS NULL AND "));
stmt!(MATCHING_ALL, matching!(""));

row! {
    pub struct KindCount { pub kinds: String, pub n: i64, pub due: i64, pub today: i64, pub overdue: i64 }
}

/// Whose contacts.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    Agent(UserId),
    Nobody,
    All,
}

/// Place of a row among those that may be called now, or among those that may not yet: deadline, attempts, priority, id.
pub type Place = (Millis, i64, i64, ContactId);
/// Before every row.
pub const START: Place = before(Millis(i64::MIN));

/// Before and after every row of a deadline.
pub const fn before(due: Millis) -> Place {
    (due, i64::MIN, i64::MIN, ContactId::new(i64::MIN))
}
pub const fn behind(due: Millis) -> Place {
    (due, i64::MAX, i64::MAX, ContactId::new(i64::MAX))
}

impl QueueRow {
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.split(',').filter(|k| !k.is_empty())
    }
    pub fn place(&self) -> Place {
        (self.due_at, self.attempts, self.rank, self.id)
    }
}

/// One section of the queue: what may be called now (`ready`), or what may not yet.
pub struct Section<'a> {
    pub whose: Whose,
    pub now: Millis,
    pub promises_until: Millis,
    pub ready: bool,
    pub kinds: &'a str,
    pub after: Place,
    pub limit: i64,
    /// Kinds that nobody is called for at this moment.
    pub shut: &'a [String],
}

pub async fn section(q: &mut impl Sql, group: GroupId, store: StoreId, s: &Section<'_>) -> Result<Vec<QueueRow>> {
    let (due, attempts, rank, id) = s.after;
    let mut args: Args =
        args![group, store, s.now, s.promises_until, s.ready, s.kinds, due, attempts, rank, id, s.limit, s.shut];
    match s.whose {
        Whose::Agent(agent) => {
            args.extend(args![agent]);
            q.all(&SECTION_AGENT, args).await
        }
        Whose::Nobody => q.all(&SECTION_NOBODY, args).await,
        Whose::All => q.all(&SECTION_ALL, args).await,
    }
}

/// Open contacts of these kinds in the queue's order.
pub async fn matching(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    whose: Whose,
    kinds: &str,
    limit: i64,
) -> Result<Vec<ContactId>> {
    let mut args: Args = args![group, store, kinds, limit];
    let found: Vec<platform::db::One<ContactId>> = match whose {
        Whose::Agent(agent) => {
            args.extend(args![agent]);
            q.all(&MATCHING_AGENT, args).await?
        }
        Whose::Nobody => q.all(&MATCHING_NOBODY, args).await?,
        Whose::All => q.all(&MATCHING_ALL, args).await?,
    };
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// Promises in `(after, until]`, those of `agent` and of nobody; `None`: everybody's. Put aside until after `seen`: left
/// out.
pub async fn promises(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    (after, until): (Millis, Millis),
    kinds: &str,
    agent: Option<UserId>,
    seen: Millis,
) -> Result<Vec<QueueRow>> {
    let agent = agent.map_or(0, UserId::raw);
    q.all(&PROMISES, args![group, store, after, until, kinds, agent, seen]).await
}

/// Promises after this place, in the order of their times; of `owners` only.
pub async fn later(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    (at, id): (Millis, ContactId),
    kinds: &str,
    owners: &[Whose],
    limit: i64,
) -> Result<Vec<QueueRow>> {
    let agents = owners.iter().find_map(|w| match w {
        Whose::Agent(agent) => Some(agent.raw()),
        Whose::All => Some(0),
        Whose::Nobody => None,
    });
    // No agent has this id: only what nobody has is left.
    let agent = agents.unwrap_or(-1);
    q.all(&LATER, args![group, store, at, id, kinds, agent, owners.contains(&Whose::Nobody), limit]).await
}

/// Open contacts by their kinds, counted up to 5,000; of these the ones due before `due` and before `now`, and those whose
/// window begins before `before`.
pub async fn kind_counts(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    whose: Whose,
    (before, due, now): (Millis, Millis, Millis),
) -> Result<Vec<KindCount>> {
    let mut args: Args = args![group, store, before, due, now];
    match whose {
        Whose::Agent(agent) => {
            args.extend(args![agent]);
            q.all(&COUNTS_AGENT, args).await
        }
        Whose::Nobody => q.all(&COUNTS_NOBODY, args).await,
        Whose::All => q.all(&COUNTS_ALL, args).await,
    }
}
