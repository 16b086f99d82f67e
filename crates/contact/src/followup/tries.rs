//! C6: attempts at least so many hours apart, in different half-days; what an outcome makes of the next one. Pure.

use kernel::Millis;

use super::hours::{CallHours, Span};
use super::outcomes::Next;
use super::rules::Spacing;

/// Whether a try at `at` is one of the attempts that the rule asks for: the first, or spaced from the last counted one.
pub fn counts(hours: &CallHours<'_>, spacing: Spacing, last: Option<Millis>, at: Millis) -> bool {
    match last {
        None => true,
        Some(last) => {
            at.since(last) >= i64::from(spacing.hours) * Millis::HOUR
                && !(spacing.different_half_days && hours.same_half_day(last, at))
        }
    }
}

/// The moment from which to try again, inside the call windows and, where it does not cost the deadline
/// `due_at`, inside the customer's best time. A store that never opens answers `now`.
pub fn next_try(
    hours: &CallHours<'_>,
    spacing: Spacing,
    next: Next,
    now: Millis,
    agreed_at: Option<Millis>,
    best: Option<Span>,
    due_at: Millis,
) -> Millis {
    let gap = i64::from(spacing.hours) * Millis::HOUR;
    let spaced = |at: Millis| {
        let at = at.max(now.plus(gap));
        if spacing.different_half_days && hours.same_half_day(now, at) {
            hours.next_half_day(now).map_or(at, |half| half.max(at))
        } else {
            at
        }
    };
    let from = match next {
        Next::AtOnce => return now,
        Next::AgreedTime => match agreed_at {
            Some(at) => return at,
            None => spaced(now),
        },
        Next::NextNumber => now,
        Next::None => spaced(now),
        Next::InMinutes { minutes } => {
            let at = now.plus_minutes(i64::from(minutes));
            // What is sooner than the spacing is a repeated try, not a further attempt.
            if at.since(now) < gap { at } else { spaced(at) }
        }
        Next::NextHalfDay => hours.next_half_day(now).unwrap_or(now).max(now.plus(gap)),
    };
    let plain = hours.next(from).unwrap_or(from);
    match best.and_then(|_| hours.next_in(from, best)) {
        Some(liked) if liked <= due_at || plain > due_at => liked,
        Some(_) | None => plain,
    }
}
