//! How many requests there were, how they ended and how long they took: counts without any person, path or address.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper ends in milliseconds; what takes longer is counted in none of them.
const ENDS: [u64; 9] = [5, 10, 25, 50, 100, 250, 500, 1_000, 5_000];

struct Meter {
    /// By the first digit of the status.
    classes: [AtomicU64; 6],
    within: [AtomicU64; 9],
    micros: AtomicU64,
}

static METER: Meter = Meter {
    classes: [const { AtomicU64::new(0) }; 6],
    within: [const { AtomicU64::new(0) }; 9],
    micros: AtomicU64::new(0),
};

pub(super) fn note(status: u16, took: Duration) {
    if let Some(class) = METER.classes.get(usize::from(status / 100)) {
        class.fetch_add(1, Ordering::Relaxed);
    }
    METER.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    for (end, count) in ENDS.iter().zip(&METER.within) {
        if ms <= *end {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// In the text format of Prometheus.
pub fn write(out: &mut String) {
    out.push_str("# TYPE zhiyin_requests_total counter\n");
    let mut all = 0;
    for (class, count) in METER.classes.iter().enumerate().skip(2) {
        let n = count.load(Ordering::Relaxed);
        all += n;
        let _ = writeln!(out, "zhiyin_requests_total{{status=\"{class}xx\"}} {n}");
    }
    out.push_str("# TYPE zhiyin_request_seconds histogram\n");
    for (end, count) in ENDS.iter().zip(&METER.within) {
        let (whole, rest) = (end / 1_000, end % 1_000);
        let n = count.load(Ordering::Relaxed);
        let _ = writeln!(out, "zhiyin_request_seconds_bucket{{le=\"{whole}.{rest:03}\"}} {n}");
    }
    let micros = METER.micros.load(Ordering::Relaxed);
    let _ = writeln!(out, "zhiyin_request_seconds_bucket{{le=\"+Inf\"}} {all}");
    let _ = writeln!(out, "zhiyin_request_seconds_sum {}.{:06}", micros / 1_000_000, micros % 1_000_000);
    let _ = writeln!(out, "zhiyin_request_seconds_count {all}");
}
