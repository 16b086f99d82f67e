//! What the reports need to know of changes. Whoever changes a task or a call notes its day in the same transaction;
//! whoever counts takes the notes away first and counts then, so that no change falls between the two.

use kernel::{GroupId, Result, StoreDate, StoreId};
use platform::db::{Sql, Tx};
use platform::keyed;

use super::{people_port, store};

pub use super::store::ChangedStore;

keyed! {
    /// What a changed day is about.
    pub enum What {
        /// Tasks, by the day on which their window ends.
        Task = "task",
        /// Calls with their answers and remarks, by the store's day.
        Call = "call",
    }
}

/// Days whose counted figures are not to be believed.
/// # Errors
/// As the database answers.
pub async fn changed(
    q: &mut impl Sql,
    group: GroupId,
    stores: &[StoreId],
    what: What,
    from: StoreDate,
    to: StoreDate,
) -> Result<Vec<(StoreId, StoreDate)>> {
    store::changed_days(q, group, stores, what.key(), from, to).await
}

/// Stores with changed days until `until`.
/// # Errors
/// As the database answers.
pub async fn changed_stores(q: &mut impl Sql, until: StoreDate) -> Result<Vec<ChangedStore>> {
    store::changed_stores(q, until).await
}

/// Takes the notes of these days away; count afterwards, in the same transaction.
/// # Errors
/// As the database answers.
pub async fn take(tx: &mut Tx, store_id: StoreId, what: What, days: &[StoreDate]) -> Result<()> {
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    store::take_changes(tx, store_id, what.key(), &days).await.map(|_| ())
}

/// Notes days of the store as changed.
/// # Errors
/// As the database answers.
pub async fn mark(tx: &mut Tx, store_id: StoreId, what: What, days: &[StoreDate]) -> Result<()> {
    let days: Vec<_> = days.iter().map(|day| (store_id, *day)).collect();
    store::days_changed(tx, what.key(), &days).await
}

/// Notes every day of the store on which a task is due or a call was made: after rows came in past the verbs, for a
/// check of all figures, or when the store's time zone has changed.
/// # Errors
/// As the database answers.
pub async fn mark_all(tx: &mut Tx, store_id: StoreId, what: What) -> Result<()> {
    match what {
        What::Task => store::all_tasks_changed(tx, store_id).await.map(|_| ()),
        What::Call => {
            let group = tx.scope().group;
            let cal = people_port::calendar(tx, group, store_id).await?;
            let Some((first, last)) = store::called_between(tx, group, store_id).await? else { return Ok(()) };
            // A day to each side: counted before in another zone.
            let (mut day, last) = (cal.date_of(first).days_after(-1), cal.date_of(last).days_after(1));
            let mut days = Vec::new();
            while day <= last {
                days.push(day);
                day = day.days_after(1);
            }
            mark(tx, store_id, What::Call, &days).await
        }
    }
}
