use serde::{Deserialize, Serialize};

/// Why a file was not read to its end, by what its owner can do about it. [`SheetFault::code`] is the key of the
/// message; `Display` is for logs. Details never quote cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum SheetFault {
    /// Export it again as a spreadsheet or csv.
    #[error("not a spreadsheet: {detail}")]
    NotASpreadsheet { detail: String },
    /// Save it without a password.
    #[error("protected by a password")]
    Encrypted,
    /// Fetch or export it again.
    #[error("damaged: {detail}")]
    Damaged { detail: String },
    /// Split it, or save it as xlsx or csv.
    #[error("too large: {what:?}, limit {limit}")]
    TooLarge { what: Bound, limit: u64 },
    /// Split it.
    #[error("more than {limit} cells")]
    TooManyCells { limit: u64 },
    /// Save it anew with a spreadsheet program, or split it.
    #[error("no progress for {seconds} s")]
    NoProgress { seconds: u64 },
    /// Save it anew without stray cells and formats, or as csv.
    #[error("reading needs more memory than allowed")]
    MemoryLimit,
    /// Nothing in it.
    #[error("no rows")]
    EmptyWorkbook,
    /// Our side: the file could not be opened, the child not started.
    #[error("input or output: {detail}")]
    Io { detail: String },
}

/// Which size was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Bytes of a file of a kind that cannot be streamed (xls, ods, html).
    Unstreamed,
    /// Bytes after unpacking.
    Inflated,
    /// How many times larger a part gets by unpacking.
    Ratio,
    /// Parts in the package.
    Parts,
}

impl SheetFault {
    /// Stable: message key, and what the command line prints.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotASpreadsheet { .. } => "sheet.not_a_spreadsheet",
            Self::Encrypted => "sheet.encrypted",
            Self::Damaged { .. } => "sheet.damaged",
            Self::TooLarge { what: Bound::Unstreamed, .. } => "sheet.too_large",
            Self::TooLarge { what: Bound::Inflated | Bound::Ratio | Bound::Parts, .. } => "sheet.unpacks_too_large",
            Self::TooManyCells { .. } => "sheet.too_many_cells",
            Self::NoProgress { .. } => "sheet.no_progress",
            Self::MemoryLimit => "sheet.memory_limit",
            Self::EmptyWorkbook => "sheet.empty",
            Self::Io { .. } => "sheet.io",
        }
    }

    /// Every code, for the check that each has its message.
    pub const CODES: [&'static str; 10] = [
        "sheet.not_a_spreadsheet",
        "sheet.encrypted",
        "sheet.damaged",
        "sheet.too_large",
        "sheet.unpacks_too_large",
        "sheet.too_many_cells",
        "sheet.no_progress",
        "sheet.memory_limit",
        "sheet.empty",
        "sheet.io",
    ];

    #[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
    pub(super) fn damaged(detail: impl ToString) -> Self {
        Self::Damaged { detail: shorten(detail.to_string()) }
    }

    #[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
    pub(super) fn not_a_spreadsheet(detail: impl ToString) -> Self {
        Self::NotASpreadsheet { detail: shorten(detail.to_string()) }
    }

    #[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
    pub(super) fn io(detail: impl ToString) -> Self {
        Self::Io { detail: shorten(detail.to_string()) }
    }
}

/// A parser's message may contain the whole part it stumbled over.
fn shorten(mut detail: String) -> String {
    if detail.len() > 200 {
        detail.truncate(detail.floor_char_boundary(200));
        detail.push('…');
    }
    detail
}
