use super::{PhoneFault, is_mobile};
use crate::loose::{half_width, says_nothing};

/// The normalised form of one number (see [`super::Phone`]).
pub(super) fn read(raw: &str) -> Result<String, PhoneFault> {
    let text = half_width(raw);
    let text = text.trim_start_matches(['\'', '`']).trim();
    if says_nothing(text) {
        return Err(PhoneFault::Empty);
    }
    let text = undo_excel(text)?;
    let (main, extension) = split_extension(&text);
    let plus = main.trim_start().starts_with('+');
    let mut digits = String::with_capacity(main.len());
    for c in main.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '(' | ')' | '+' | '·' | '—' | '–' | '_' | '[' | ']' | '~' => {}
            _ => return Err(PhoneFault::NotANumber),
        }
    }
    if digits.is_empty() {
        return Err(PhoneFault::NotANumber);
    }
    let number = number(&digits, plus)?;
    Ok(match extension {
        Some(extension) if !is_mobile(&number) => format!("{number}-{extension}"),
        _ => number,
    })
}

/// `13090363335.0` and `1.3090363335E+10` are what spreadsheets make of a number; fewer than all
/// the digits cannot be brought back.
fn undo_excel(text: &str) -> Result<String, PhoneFault> {
    let lower = text.to_ascii_lowercase();
    if let Some((mantissa, exponent)) = lower.split_once('e') {
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let Ok(exponent) = exponent.trim_start_matches('+').parse::<usize>() else {
            return Ok(text.to_owned());
        };
        if whole.len() != 1 || !digits(whole) || !(fraction.is_empty() || digits(fraction)) {
            return Ok(text.to_owned());
        }
        return if fraction.len() == exponent {
            Ok(format!("{whole}{fraction}"))
        } else {
            Err(PhoneFault::ScientificLoss)
        };
    }
    if let Some((whole, fraction)) = lower.split_once('.')
        && whole.len() >= 7
        && whole.bytes().all(|b| b.is_ascii_digit())
        && fraction.bytes().all(|b| b == b'0')
    {
        return Ok(whole.to_owned());
    }
    Ok(text.to_owned())
}

/// `转801`, `分机801`, `ext 801`, `x801`, `#801`, or a third group of a landline `021-62345678-801`.
fn split_extension(text: &str) -> (String, Option<String>) {
    let lower = text.to_lowercase();
    for mark in ["分机", "分機", "转", "轉", "ext.", "ext", "x", "#"] {
        if let Some((main, extension)) = lower.split_once(mark) {
            let extension: String = extension.chars().filter(char::is_ascii_digit).collect();
            if (1..=6).contains(&extension.len()) {
                return (main.to_owned(), Some(extension));
            }
        }
    }
    let groups: Vec<&str> = lower.split('-').map(str::trim).collect();
    if let [area, local, extension] = groups.as_slice()
        && area.starts_with('0')
        && (7..=8).contains(&local.len())
        && (1..=6).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_digit())
    {
        return (format!("{area}{local}"), Some((*extension).to_owned()));
    }
    // Two groups, the first a whole number: also the stored form `02162345678-801`.
    if let [main, extension] = groups.as_slice()
        && (1..=6).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_digit())
        && main.bytes().all(|b| b.is_ascii_digit() || b == b'+')
        && !is_mobile(&format!("{main}{extension}"))
        && number(main.trim_start_matches('+'), main.starts_with('+')).is_ok_and(|number| !is_mobile(&number))
    {
        return ((*main).to_owned(), Some((*extension).to_owned()));
    }
    (lower, None)
}

fn number(digits: &str, plus: bool) -> Result<String, PhoneFault> {
    if let Some(national) = digits.strip_prefix("0086").or_else(|| if plus { digits.strip_prefix("86") } else { None })
    {
        return domestic(national, true);
    }
    if let Some(mobile) = digits.strip_prefix("86")
        && is_mobile(mobile)
    {
        return Ok(mobile.to_owned());
    }
    let foreign = if plus { Some(digits) } else { digits.strip_prefix("00") };
    match foreign {
        // E.164: at most 15 digits.
        Some(all) if all.len() > 15 => Err(PhoneFault::TooLong { extra: over(all, 15) }),
        Some(all) if all.len() < 8 => Err(PhoneFault::TooShort { missing: under(all, 8) }),
        Some(all) => Ok(format!("+{all}")),
        None => domestic(digits, false),
    }
}

/// `after_code`: `+86` stood before it, so the area code may lack its zero.
fn domestic(digits: &str, after_code: bool) -> Result<String, PhoneFault> {
    if is_mobile(digits) {
        return Ok(digits.to_owned());
    }
    if let Some(trunk) = digits.strip_prefix('0') {
        if is_mobile(trunk) {
            return Ok(trunk.to_owned());
        }
        return landline(trunk);
    }
    match digits.as_bytes() {
        [b'4' | b'8', b'0', b'0', ..] if digits.len() == 10 => Ok(digits.to_owned()),
        [b'1', b'3'..=b'9', ..] => Err(length_fault(digits, 11)),
        // A number cell has eaten the zero of the area code.
        [b'1', b'0', ..] if digits.len() == 10 => landline(digits),
        [b'2', ..] if digits.len() == 10 => landline(digits),
        [b'3'..=b'9', ..] if (10..=11).contains(&digits.len()) => landline(digits),
        [b'1', ..] if digits.len() == 11 => Err(PhoneFault::Unassigned),
        [b'1', ..] => Err(length_fault(digits, 11)),
        [b'2'..=b'8', ..] if (7..=8).contains(&digits.len()) && !after_code => Ok(digits.to_owned()),
        _ if digits.len() < 7 => Err(PhoneFault::TooShort { missing: under(digits, 7) }),
        _ if digits.len() > 11 => Err(PhoneFault::TooLong { extra: over(digits, 11) }),
        _ => Err(PhoneFault::Unassigned),
    }
}

/// `trunk`: area code without its zero, then 7 or 8 digits (10 and 2x: always 8).
fn landline(trunk: &str) -> Result<String, PhoneFault> {
    let (least, most) = match trunk.as_bytes() {
        [b'1', b'0', ..] | [b'2', ..] => (10, 10),
        [b'3'..=b'9', ..] => (10, 11),
        [b'1', b'3'..=b'9', ..] => return Err(length_fault(trunk, 11)),
        _ => {
            return Err(if trunk.len() < 10 {
                PhoneFault::TooShort { missing: under(trunk, 10) }
            } else {
                PhoneFault::Unassigned
            });
        }
    };
    if trunk.len() < least {
        Err(PhoneFault::TooShort { missing: under(trunk, least) })
    } else if trunk.len() > most {
        Err(PhoneFault::TooLong { extra: over(trunk, most) })
    } else {
        Ok(format!("0{trunk}"))
    }
}

fn length_fault(digits: &str, want: usize) -> PhoneFault {
    if digits.len() < want {
        PhoneFault::TooShort { missing: under(digits, want) }
    } else {
        PhoneFault::TooLong { extra: over(digits, want) }
    }
}

fn under(digits: &str, want: usize) -> u8 {
    u8::try_from(want.saturating_sub(digits.len())).unwrap_or(u8::MAX)
}

fn over(digits: &str, most: usize) -> u8 {
    u8::try_from(digits.len().saturating_sub(most)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PhoneFault::*;

    #[test]
    fn 号码的各种写法() {
        for (raw, want) in [
            ("138 1234 4417", Ok("13812344417")),
            ("138.1234.4417", Ok("13812344417")),
            ("１３８－１２３４－４４１７", Ok("13812344417")),
            ("+86 138-1234-4417", Ok("13812344417")),
            ("(+86)13812344417", Ok("13812344417")),
            ("008613812344417", Ok("13812344417")),
            ("8613812344417", Ok("13812344417")),
            ("13090363335.0", Ok("13090363335")),
            ("1.3090363335E+10", Ok("13090363335")),
            ("1.38E+10", Err(ScientificLoss)),
            ("1.391253E+10", Err(ScientificLoss)),
            ("028-85551234转801", Ok("02885551234-801")),
            ("02885551234-801", Ok("02885551234-801")),
            ("85551234-801", Ok("85551234-801")),
            ("1381234-4417", Ok("13812344417")),
            ("13812344417-0", Err(TooLong { extra: 1 })),
            ("010-12345678-1234", Ok("01012345678-1234")),
            ("（028）8555 1234", Ok("02885551234")),
            ("2885551234", Ok("02885551234")),
            ("0936-4211235", Ok("09364211235")),
            ("85551234", Ok("85551234")),
            ("400-800-1234", Ok("4008001234")),
            ("+852 9123 4567", Ok("+85291234567")),
            ("13902588", Err(TooShort { missing: 3 })),
            ("139025881", Err(TooShort { missing: 2 })),
            ("138123444170", Err(TooLong { extra: 1 })),
            ("95555", Err(TooShort { missing: 2 })),
            ("110", Err(TooShort { missing: 8 })),
            ("11111111111", Err(Unassigned)),
            ("无", Err(Empty)),
            ("", Err(Empty)),
            ("微信联系", Err(NotANumber)),
            ("同上13812344417", Err(NotANumber)),
        ] {
            assert_eq!(read(raw).as_deref().map_err(|e| *e), want, "{raw:?}");
        }
    }

    /// Where the library and we differ on purpose: what Excel wrote, extensions, local numbers, and
    /// number ranges newer than it.
    #[test]
    fn 与_libphonenumber_一致() {
        let Some(table) = crate::testdata::read("phone_vectors/formats.csv") else {
            return;
        };
        let mut compared = 0;
        for line in table.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [raw, region, shape, valid, _possible, e164, ..] = cells.as_slice() else { panic!("{line}") };
            if *region != "CN" {
                continue;
            }
            let plain = raw.trim_end_matches(".0").trim_matches(['\u{202d}', '\u{202c}', '\'']);
            let got = read(raw);
            match *shape {
                "float text" => assert_eq!(got.as_deref(), Ok(plain), "{raw}"),
                "scientific" => {
                    // The file writes all significant digits; a zero at the end is one that is lost.
                    let all = raw.split_once('E').is_some_and(|(m, _)| m.len() == 12);
                    assert_eq!(got.is_ok(), all, "{raw}");
                }
                "fixed ext" | "fixed ext zh" => {
                    assert_eq!(got.as_deref(), Ok("02162345678-801"), "{raw}")
                }
                "fixed no area" => assert_eq!(got.as_deref(), Ok("62345678")),
                _ if *valid == "1" => {
                    let number = got.unwrap_or_else(|e| panic!("{raw} {shape}: {e}"));
                    let ours =
                        if number.starts_with('+') { number } else { format!("+86{}", number.trim_start_matches('0')) };
                    assert_eq!(&ours, e164, "{raw}");
                }
                // A newer mobile range than the library knows.
                _ if got.as_deref().is_ok_and(is_mobile) => {}
                _ => assert!(got.is_err(), "{raw} {shape} {got:?}"),
            }
            compared += 1;
        }
        assert!(compared > 600, "{compared}");
    }
}
