//! calamine's values as ours.

use super::Cell;
use calamine::{CellErrorType, Data, DataRef, ExcelDateTime};
use jiff::ToSpan;
use jiff::civil;

pub(super) fn from_ref(value: DataRef<'_>) -> Cell {
    match value {
        DataRef::Int(number) => Cell::Number(number as f64),
        DataRef::Float(number) => Cell::Number(number),
        DataRef::String(text) => Cell::Text(text),
        DataRef::SharedString(text) => Cell::Text(text.to_owned()),
        DataRef::Bool(bool) => Cell::Bool(bool),
        DataRef::DateTime(serial) => from_serial(serial),
        DataRef::DateTimeIso(text) => from_iso(&text),
        DataRef::DurationIso(text) => from_iso_duration(&text),
        DataRef::Error(error) => from_error(&error),
        DataRef::Empty => Cell::Empty,
    }
}

pub(super) fn from_data(value: &Data) -> Cell {
    match value {
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::String(text) => Cell::Text(text.clone()),
        Data::Bool(bool) => Cell::Bool(*bool),
        Data::DateTime(serial) => from_serial(*serial),
        Data::DateTimeIso(text) => from_iso(text),
        Data::DurationIso(text) => from_iso_duration(text),
        Data::Error(error) => from_error(error),
        Data::Empty => Cell::Empty,
    }
}

fn from_error(error: &CellErrorType) -> Cell {
    Cell::Error(error.to_string())
}

/// The day after 9999-12-31.
const END_1900: f64 = 2_958_466.0;
const END_1904: f64 = 2_957_004.0;

/// A serial number under a date format. What is no day (0, negative, beyond 9999) stays a number.
fn from_serial(serial: ExcelDateTime) -> Cell {
    let value = serial.as_f64();
    if serial.is_duration() {
        return hours(value);
    }
    // calamine keeps the epoch to itself; a comparison tells.
    let end = if serial == ExcelDateTime::new(value, calamine::ExcelDateTimeType::DateTime, true) {
        END_1904
    } else {
        END_1900
    };
    if !(value > 0.0 && value < end) {
        return Cell::Number(value);
    }
    if value < 1.0 {
        return hours(value);
    }
    let (year, month, day, hour, minute, second, milli) = serial.to_ymd_hms_milli();
    // Serials carry rounding errors: 08:41 may be stored as 08:40:59.9996.
    if milli >= 500
        && let Ok(below) = civil::Date::new(year as i16, month as i8, day as i8)
        && let Ok(time) = civil::Time::new(hour as i8, minute as i8, second as i8, 0)
        && let Ok(next) = below.to_datetime(time).checked_add(1.second())
    {
        return Cell::DateTime(next.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    }
    Cell::DateTime(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// A time of day or a duration, as `HH:MM:SS`.
#[expect(clippy::float_arithmetic, reason = "the file counts days as a fraction")]
fn hours(days: f64) -> Cell {
    let seconds = (days * 86_400.0).round();
    if !(0.0..1e12).contains(&seconds) {
        return Cell::Number(days);
    }
    let seconds = seconds as u64;
    Cell::Text(format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}

/// ods and strict xlsx: `2026-11-15`, `2026-11-15T08:41:00.123`, with or without `Z` (local all the same).
fn from_iso(text: &str) -> Cell {
    let bare = text.trim().trim_end_matches('Z');
    if let Ok(at) = bare.parse::<civil::DateTime>() {
        return Cell::DateTime(at.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    }
    Cell::Text(text.to_owned())
}

/// ods writes a time of day as `PT08H41M00S`.
fn from_iso_duration(text: &str) -> Cell {
    if let Ok(span) = text.trim().parse::<jiff::Span>()
        && let Ok(seconds) = span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours()))
        && (0.0..1e12).contains(&seconds)
    {
        let seconds = seconds as u64;
        return Cell::Text(format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    }
    Cell::Text(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    #[test]
    fn serials_become_local_times() {
        let check = |value, kind, epoch, expected: &str| {
            let shown = match from_serial(ExcelDateTime::new(value, kind, epoch)) {
                Cell::DateTime(text) => format!("at {text}"),
                Cell::Text(text) => format!("text {text}"),
                Cell::Number(number) => format!("number {number}"),
                Cell::Empty | Cell::Bool(_) | Cell::Error(_) => "other".into(),
            };
            assert_eq!(shown, expected);
        };
        check(46_341.361_805_555_56, DateTime, false, "at 2026-11-15T08:41:00");
        // A rounding error just below the minute.
        check(46_341.361_805_55, DateTime, false, "at 2026-11-15T08:41:00");
        check(44879.0, DateTime, true, "at 2026-11-15T00:00:00");
        check(61.0, DateTime, false, "at 1900-03-01T00:00:00");
        check(0.361_805_555_56, DateTime, false, "text 08:41:00");
        check(1.5, TimeDelta, false, "text 36:00:00");
        check(0.0, DateTime, false, "number 0");
        check(-1.0, DateTime, false, "number -1");
        check(13_800_001_234.0, DateTime, false, "number 13800001234");
        check(f64::NAN, DateTime, false, "number NaN");
    }

    #[test]
    fn iso_texts() {
        assert_eq!(from_iso("2026-11-15"), Cell::DateTime("2026-11-15T00:00:00".into()));
        assert_eq!(from_iso("2026-11-15T08:41:00.5Z"), Cell::DateTime("2026-11-15T08:41:00".into()));
        assert_eq!(from_iso("soon"), Cell::Text("soon".into()));
        assert_eq!(from_iso_duration("PT08H41M00S"), Cell::Text("08:41:00".into()));
    }
}
