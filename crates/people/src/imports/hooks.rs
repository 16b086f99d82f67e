//! What imports ask of follow-up, which they may not know. The leaf crate wires it once.

use std::sync::OnceLock;

use futures_util::future::BoxFuture;
use kernel::{GroupId, ImportId, Result, Scope, StoreDate, StoreId};
use platform::db::{Reads, Tx};

use super::field::Kind;
use crate::intake::News;

/// What follow-up would make of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// One task each: the day it counts from.
    pub plans: Vec<StoreDate>,
    /// It would have expired by now.
    pub late: bool,
    /// Something speaks against a call.
    pub held: bool,
    /// It lies before the day from which the store plans.
    pub early: bool,
}

/// For each event, in their order: what planning would make of it now. The flag: the store's first import, which is
/// asked from which day to plan when it is confirmed.
pub type Foresee =
    for<'a> fn(&'a mut Reads, &'a Scope, StoreId, Kind, &'a [News], bool) -> BoxFuture<'a, Result<Vec<Outlook>>>;
/// Shows the next hidden tasks of an applied import; `true` while more are hidden.
pub type Reveal = for<'a> fn(&'a mut Tx, ImportId) -> BoxFuture<'a, Result<bool>>;
/// Cancels the unstarted tasks that the import made for these records; answers the records that must stay, with a
/// message key below `import-kept-`.
pub type Undo = for<'a> fn(&'a mut Tx, ImportId, Kind, &'a [i64]) -> BoxFuture<'a, Result<Vec<(i64, &'static str)>>>;
/// How many tasks the import has planned.
pub type Planned = for<'a> fn(&'a mut Reads, &'a Scope, ImportId) -> BoxFuture<'a, Result<i64>>;
/// From how many days back a first import of the store plans, unless told otherwise.
pub type DaysBack = for<'a> fn(&'a mut Reads, GroupId, StoreId) -> BoxFuture<'a, Result<u32>>;

/// A store's first import was undone: the day from which it planned is forgotten.
pub type Restart = for<'a> fn(&'a mut Tx, StoreId) -> BoxFuture<'a, Result<()>>;

#[derive(Copy, Clone)]
pub struct ImportHooks {
    pub foresee: Foresee,
    pub reveal: Reveal,
    pub undo: Undo,
    pub planned: Planned,
    pub days_back: DaysBack,
    pub restart: Restart,
}

static HOOKS: OnceLock<ImportHooks> = OnceLock::new();

/// Wires follow-up in. The first call counts.
pub fn wire(hooks: ImportHooks) {
    let _ = HOOKS.set(hooks);
}

/// Without follow-up nothing is late and nothing is planned.
const NOBODY: ImportHooks = ImportHooks {
    foresee: |_, _, _, _, news, _| Box::pin(async move { Ok(vec![Outlook::default(); news.len()]) }),
    reveal: |_, _| Box::pin(async { Ok(false) }),
    undo: |_, _, _, _| Box::pin(async { Ok(Vec::new()) }),
    planned: |_, _, _| Box::pin(async { Ok(0) }),
    days_back: |_, _, _| Box::pin(async { Ok(3) }),
    restart: |_, _| Box::pin(async { Ok(()) }),
};

pub(super) fn hooks() -> ImportHooks {
    HOOKS.get().copied().unwrap_or(NOBODY)
}
