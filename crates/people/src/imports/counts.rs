use serde::{Deserialize, Serialize};

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
    /// New ones that a follow-up can be planned for, whatever the day.
    pub in_time: i64,
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
}

impl Tally {
    /// Rows that confirming writes.
    pub fn to_write(&self) -> i64 {
        self.new + self.changed
    }
}
