//! What imports ask of follow-up, which they may not know. The leaf crate wires it once.

use std::sync::OnceLock;

use futures_util::future::BoxFuture;
use kernel::{GroupId, ImportId, Result, Scope, StoreDate, StoreId};
use platform::db::{Reads, Tx};

use super::field::Kind;

/// For each date, in their order: whether a follow-up of an event of this kind would have expired by now.
pub type Late =
    for<'a> fn(&'a mut Reads, &'a Scope, StoreId, Kind, &'a [StoreDate]) -> BoxFuture<'a, Result<Vec<bool>>>;
/// Shows the next hidden tasks of an applied import; `true` while more are hidden.
pub type Reveal = for<'a> fn(&'a mut Tx, ImportId) -> BoxFuture<'a, Result<bool>>;
/// Cancels the unstarted tasks that the import made for these records; answers the records that must stay, with a
/// message key below `import-kept-`.
pub type Undo = for<'a> fn(&'a mut Tx, ImportId, Kind, &'a [i64]) -> BoxFuture<'a, Result<Vec<(i64, &'static str)>>>;
/// How many tasks the import has planned.
pub type Planned = for<'a> fn(&'a mut Reads, &'a Scope, ImportId) -> BoxFuture<'a, Result<i64>>;
/// From how many days back a first import of the store plans, unless told otherwise.
pub type DaysBack = for<'a> fn(&'a mut Reads, GroupId, StoreId) -> BoxFuture<'a, Result<u32>>;

#[derive(Copy, Clone)]
pub struct ImportHooks {
    pub late: Late,
    pub reveal: Reveal,
    pub undo: Undo,
    pub planned: Planned,
    pub days_back: DaysBack,
}

static HOOKS: OnceLock<ImportHooks> = OnceLock::new();

/// Wires follow-up in. The first call counts.
pub fn wire(hooks: ImportHooks) {
    let _ = HOOKS.set(hooks);
}

/// Without follow-up nothing is late and nothing is planned.
const NOBODY: ImportHooks = ImportHooks {
    late: |_, _, _, _, dates| Box::pin(async move { Ok(vec![false; dates.len()]) }),
    reveal: |_, _| Box::pin(async { Ok(false) }),
    undo: |_, _, _, _| Box::pin(async { Ok(Vec::new()) }),
    planned: |_, _, _| Box::pin(async { Ok(0) }),
    days_back: |_, _, _| Box::pin(async { Ok(3) }),
};

pub(super) fn hooks() -> ImportHooks {
    HOOKS.get().copied().unwrap_or(NOBODY)
}
