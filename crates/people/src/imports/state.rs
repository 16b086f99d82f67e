//! Where an import stands, and what may follow.

use platform::keyed;

keyed! {
    pub enum State {
        /// The file is here; its reading is queued.
        Uploaded = "uploaded",
        Parsing = "parsing",
        /// Something must be answered before it can be applied.
        Asking = "asking",
        Previewed = "previewed",
        Applying = "applying",
        Applied = "applied",
        Undoing = "undoing",
        Undone = "undone",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl State {
    /// The program works on it by itself.
    pub const fn busy(self) -> bool {
        match self {
            Self::Uploaded | Self::Parsing | Self::Applying | Self::Undoing => true,
            Self::Asking | Self::Previewed | Self::Applied | Self::Undone | Self::Failed | Self::Cancelled => false,
        }
    }

    /// The mapping may be corrected and the file read again; nothing was written yet.
    pub const fn open(self) -> bool {
        match self {
            Self::Asking | Self::Previewed => true,
            Self::Uploaded | Self::Parsing | Self::Applying | Self::Applied => false,
            Self::Undoing | Self::Undone | Self::Failed | Self::Cancelled => false,
        }
    }

    /// It was written: what was done counts, not what the preview said.
    pub const fn settled(self) -> bool {
        match self {
            Self::Applied | Self::Undoing | Self::Undone => true,
            Self::Uploaded | Self::Parsing | Self::Asking | Self::Previewed | Self::Applying => false,
            Self::Failed | Self::Cancelled => false,
        }
    }

    /// It can be called off without a trace.
    pub const fn cancellable(self) -> bool {
        match self {
            Self::Uploaded | Self::Parsing | Self::Asking | Self::Previewed => true,
            Self::Applying | Self::Applied | Self::Undoing | Self::Undone | Self::Failed | Self::Cancelled => false,
        }
    }
}

keyed! {
    /// What the preview said of a row.
    pub enum RowVerdict {
        New = "new",
        Changed = "changed",
        /// Says what is known already, or what another row of the file says.
        Same = "same",
        Rejected = "rejected",
        /// No record: totals, signatures, rows of stores that were left out.
        Skipped = "skipped",
    }
}

keyed! {
    pub enum RowState {
        Staged = "staged",
        Applied = "applied",
        /// Applied, but the record had changed since the preview: matched again, with another result.
        Moved = "moved",
        Undone = "undone",
        /// Undone in part or not at all; the reasons stand beside.
        Kept = "kept",
    }
}
