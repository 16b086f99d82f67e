use kernel::StoreDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows of an import. `read` = `new` + `changed` + `same` + `rejected`; skipped lines stand beside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    pub read: i64,
    pub new: i64,
    pub changed: i64,
    /// Known word for word, said twice in the file, or replaced by a later row.
    pub same: i64,
    pub rejected: i64,
    /// Totals, signatures, repeated headers, empty lines, rows of stores that were left out.
    pub skipped: i64,
    /// Rows that say what another row of the file says.
    pub repeated: i64,
    /// Rows that a later one with the same key replaces.
    pub replaced: i64,
    /// New ones whose follow-up had expired before the data came.
    pub late: i64,
    /// Follow-ups that applying plans; of stores that import for the first time see `plan_by_day`.
    pub plan: i64,
    /// A store's first import is asked from which day to plan: follow-ups by the day they count from.
    pub plan_by_day: BTreeMap<StoreDate, i64>,
    /// New rows that lie before the day from which their store plans.
    pub early: i64,
    /// Rows that are not followed up: opted out, a case is open, called lately.
    pub held: i64,
    /// New people who resemble somebody known.
    pub alike: i64,
    /// Rows with at least one remark.
    pub noted: i64,
    /// Applied rows whose result was another than the preview said.
    pub moved: i64,
    /// What applying did in the end.
    pub done: Done,
    pub undone: i64,
    pub kept: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    pub new: i64,
    pub changed: i64,
    pub same: i64,
    pub alike: i64,
}

impl Tally {
    /// Rows that confirming writes.
    pub fn to_write(&self) -> i64 {
        self.new + self.changed
    }

    /// Follow-ups that applying plans, when the first import of a store plans from this day.
    pub fn to_plan(&self, from: Option<StoreDate>) -> i64 {
        let meant = |day: &StoreDate| from.is_none_or(|from| *day >= from);
        self.plan + self.plan_by_day.iter().filter(|(day, _)| meant(day)).map(|(_, n)| n).sum::<i64>()
    }

    /// What the day planned from leaves out: the one chosen now, or that of a store which has imported before.
    pub fn before(&self, from: Option<StoreDate>) -> i64 {
        self.early + self.to_plan(None) - self.to_plan(from)
    }

    /// What applying did, in place of what the preview said. Rows that were not written stay as they were; the parts
    /// still add up to `read`.
    pub fn settled(&self) -> Tally {
        let done = &self.done;
        Tally {
            new: done.new,
            changed: done.changed,
            same: self.read - self.rejected - done.new - done.changed,
            alike: done.alike,
            ..self.clone()
        }
    }
}
