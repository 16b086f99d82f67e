//! How a call is named: by the label that the store's outcome table gave its outcome when the call was saved.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{GroupId, Problem, Result, StoreId};
use platform::db::Sql;
use platform::http::Ui;
use platform::rulebook::{self, Versioned};

use super::outcomes::Outcomes;

/// The editions of outcome tables that some calls were saved with.
#[derive(Default)]
pub struct OutcomeWords {
    books: HashMap<(StoreId, Option<i64>), Arc<Versioned<Outcomes>>>,
}

impl OutcomeWords {
    /// Of calls by store and edition; `None` (saved before editions were noted) is named by what is in force.
    /// # Errors
    /// As the database answers.
    pub async fn of(q: &mut impl Sql, group: GroupId, calls: &[(StoreId, Option<i64>)]) -> Result<Self> {
        let mut books = HashMap::new();
        for &(store, version) in calls {
            if books.contains_key(&(store, version)) {
                continue;
            }
            let book = match version {
                Some(version) => match rulebook::at_version::<Outcomes>(q, group, store, version).await {
                    Err(Problem::NotFound) => rulebook::current(q, group, store).await?,
                    found => found?,
                },
                None => rulebook::current(q, group, store).await?,
            };
            books.insert((store, version), book);
        }
        Ok(Self { books })
    }

    /// An outcome that its table does not have keeps its key.
    pub fn word(&self, ui: &Ui, store: StoreId, version: Option<i64>, key: &str) -> String {
        let found = self.books.get(&(store, version)).and_then(|b| b.body.get(key));
        found.map_or_else(|| key.to_owned(), |o| ui.label(&o.label))
    }
}
