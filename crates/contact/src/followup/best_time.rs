//! When a customer likes to be called, as recorded in a call.

use super::hours::Span;
use kernel::Span as Hours;

/// The usual choices; anything else may be written as `15:00-18:00`.
pub const CHOICES: [&str; 5] = ["morning", "noon", "afternoon", "evening", "any"];

/// Minutes of the day. `None` for `any` and for words that no clock can read, which the screen still shows.
pub fn span(text: &str) -> Option<Span> {
    match text.trim() {
        "morning" => Some((0, 720)),
        "noon" => Some((690, 840)),
        "afternoon" => Some((780, 1080)),
        "evening" => Some((1050, 1440)),
        other => Hours::parse(other).map(|s| (s.from(), s.to())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 方便时间() {
        for (text, want) in [
            ("morning", Some((0, 720))),
            ("15:00-18:00", Some((900, 1080))),
            ("any", None),
            ("下班以后", None),
            ("", None),
            ("18:00-15:00", None),
        ] {
            assert_eq!(span(text), want, "{text}");
        }
    }
}
