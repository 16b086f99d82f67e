//! Time is given, never taken: everything that needs the present gets a [`Clock`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    pub const MINUTE: i64 = 60_000;
    pub const HOUR: i64 = 3_600_000;
    pub const DAY: i64 = 86_400_000;

    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0 + ms)
    }
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * Self::MINUTE)
    }
    #[must_use]
    pub const fn plus_hours(self, hours: i64) -> Self {
        Self(self.0 + hours * Self::HOUR)
    }
    pub const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

/// The injected clock. `Shifted` ticks with the system from a chosen start (demonstrations, journeys);
/// `Manual` stands still until a test moves it.
#[derive(Clone)]
pub enum Clock {
    System,
    Shifted(i64),
    Manual(Arc<AtomicI64>),
}

impl Clock {
    pub fn manual(at: Millis) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.0)))
    }
    /// Ticks on from `at`.
    pub fn starting_at(at: Millis) -> Self {
        Self::Shifted(at.0 - system_now())
    }
    pub fn now(&self) -> Millis {
        match self {
            Self::System => Millis(system_now()),
            Self::Shifted(by) => Millis(system_now() + by),
            Self::Manual(at) => Millis(at.load(Ordering::SeqCst)),
        }
    }
    /// Moves a manual clock; the others go their own way.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(at) = self {
            at.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
    pub fn set(&self, to: Millis) {
        if let Self::Manual(at) = self {
            at.store(to.0, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({:?})", self.now())
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
fn system_now() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}
