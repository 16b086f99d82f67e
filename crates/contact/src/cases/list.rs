//! Who sees which cases, and in which order.

use kernel::{AttemptId, Cap, CaseId, CustomerId, Millis, Reach, Result, Scope, UserId};
use platform::db::Sql;
use platform::keyed;

use super::store::{self, CaseRow, Heaps};

/// Of the store worked in: everything, or one's own and those of one's departments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    pub all: bool,
    /// Cases of one's own calls: to read, not to handle.
    pub opener: Option<UserId>,
    pub owner: Option<UserId>,
    pub departments: Vec<String>,
}

impl Sight {
    /// # Errors
    /// `Forbidden` without the capability here.
    pub fn of(scope: &Scope, cap: Cap) -> Result<Self> {
        let reach = scope.need(cap)?;
        let departments = match reach {
            Reach::Own => Vec::new(),
            Reach::Department => scope.departments(cap).into_iter().map(|d| d.key().to_owned()).collect(),
            Reach::Store | Reach::Region | Reach::Group => Vec::new(),
        };
        let opener = scope.user.filter(|_| cap == Cap::CaseRead);
        Ok(Self { all: reach >= Reach::Store, opener, owner: scope.user, departments })
    }
}

keyed! {
    pub enum Filter {
        Open = "open",
        Overdue = "overdue",
        /// Nobody's name stands at it yet.
        Unowned = "unowned",
        Waiting = "waiting",
        Contacted = "contacted",
        Recall = "recall",
        Undecided = "undecided",
        Closed = "closed",
    }
}

/// Where the next page begins: the sort key of the last row, and its id.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct After {
    pub key: i64,
    pub id: i64,
}

/// Sorts behind every deadline.
const NO_DUE: i64 = 9_000_000_000_000_000;
pub const PAGE: usize = 50;

impl After {
    pub fn parse(text: &str) -> Option<Self> {
        let (key, id) = text.split_once('.')?;
        Some(Self { key: key.parse().ok()?, id: id.parse().ok()? })
    }
    pub fn of(case: &CaseRow, filter: Filter) -> Self {
        let key = match filter {
            Filter::Open
            | Filter::Overdue
            | Filter::Unowned
            | Filter::Waiting
            | Filter::Contacted
            | Filter::Recall
            | Filter::Undecided => case.next_due_at.map_or(NO_DUE, |m| m.0),
            Filter::Closed => case.opened_at.0,
        };
        Self { key, id: case.id.raw() }
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.key, self.id)
    }
}

/// One page, most urgent first (closed ones: newest first), and where the next begins.
/// # Errors
/// `Forbidden`, `Refused("no-store")`.
pub async fn page(
    q: &mut impl Sql,
    scope: &Scope,
    filter: Filter,
    after: Option<After>,
    now: Millis,
) -> Result<(Vec<CaseRow>, Option<After>)> {
    let sight = Sight::of(scope, Cap::CaseRead)?;
    let mut rows = store::list(q, scope, &sight, filter, after, now, 1 + PAGE as i64).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|last| After::of(last, filter));
    Ok((rows, next))
}

/// # Errors
/// As [`page`].
pub async fn heaps(q: &mut impl Sql, scope: &Scope, now: Millis) -> Result<Heaps> {
    store::heaps(q, scope, &Sight::of(scope, Cap::CaseRead)?, now).await
}

/// The case that a call opened, with its number, where the reader may see it.
/// # Errors
/// As the database answers.
pub async fn of_attempt(q: &mut impl Sql, scope: &Scope, attempt: AttemptId) -> Result<Option<(CaseId, i64)>> {
    if !scope.may(Cap::CaseRead) {
        return Ok(None);
    }
    let case = store::by_attempt(q, scope.group, attempt).await?;
    let here = case.filter(|c| c.withdrawn_at.is_none() && scope.store == Some(c.store_id));
    Ok(here.map(|c| (c.id, c.number)))
}

/// # Errors
/// As [`page`].
pub async fn of_customer(q: &mut impl Sql, scope: &Scope, customer: CustomerId) -> Result<Vec<CaseRow>> {
    store::of_customer(q, scope, &Sight::of(scope, Cap::CaseRead)?, customer).await
}
