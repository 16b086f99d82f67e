use super::field::Field;
use super::note::{RowFault, RowNote};
use super::skip::Skip;
use crate::intake::{How, Note};
use serde::{Deserialize, Serialize};

/// Everything the page tells about a staged row beside its values. Stored in `import_row.notes`, hence erasable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowSaid {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<RowFault>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<RowNote>,
    /// What matching found worth telling.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Note>,
    /// Names of changed columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    /// 作废, 取消: ends its follow-up, or is not recorded where it was unknown.
    #[serde(skip_serializing_if = "is_false")]
    pub cancelled: bool,
    /// Fields whose cell was written otherwise than it was read: a phone as a number, a plate in lower case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mended: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<Skip>,
    /// Row of the same sheet that says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<u32>,
    /// Later row of the same sheet that replaces this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<u32>,
    /// Rows of this store are not imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// `(previewed, applied)` verdicts where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

/// What undoing left in place; `why` is a message key below `import-kept-`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub what: String,
    pub why: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde hands over")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl RowSaid {
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    pub fn read(text: &str) -> RowSaid {
        serde_json::from_str(text).unwrap_or_default()
    }
}
