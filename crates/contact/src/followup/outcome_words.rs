//! How a call is named: by the label that the store's outcome table gave its outcome when the call was saved.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use kernel::{AttemptId, GroupId, Problem, Result, StoreId};
use people::timeline::{Line, Teller, Told};
use platform::db::Sql;
use platform::http::{Desk, Ui};
use platform::rulebook::{self, Versioned};
use serde_json::Value;

use super::outcomes::Outcomes;
use super::store;

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

platform::inventory::submit! { Teller { kinds: &["call"], tell: calls } }

/// Calls on a customer's timeline.
fn calls(desk: Desk, lines: Vec<Line>) -> BoxFuture<'static, Result<HashMap<i64, Told>>> {
    Box::pin(async move {
        let group = desk.scope().group;
        let ids: Vec<AttemptId> = lines.iter().map(|l| AttemptId::new(l.subject)).collect();
        let mut q = desk.reads();
        let versions = store::outcome_versions(&mut q, group, &ids).await?;
        let place = |l: &Line| (l.store_id.unwrap_or(StoreId::new(0)), versions.get(&l.subject).copied().flatten());
        let saved_with: Vec<_> = lines.iter().map(place).collect();
        let words = OutcomeWords::of(&mut q, group, &saved_with).await?;
        let ui = desk.ui();
        let told = |l: &Line| {
            let (store, version) = place(l);
            let key = l.args.get("outcome").and_then(Value::as_str).unwrap_or_default();
            let outcome = words.word(&ui, store, version, key);
            (l.id, Told { title: ui.k("timeline-call").s("outcome", outcome).to_string(), ..Told::default() })
        };
        Ok(lines.iter().map(told).collect())
    })
}
