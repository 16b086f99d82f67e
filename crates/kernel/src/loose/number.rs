use super::half_width;
use crate::money::Fen;

#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    #[error("not a number")]
    NotANumber,
    #[error("out of range")]
    OutOfRange,
}

impl NumberFault {
    pub fn code(self) -> &'static str {
        match self {
            NumberFault::NotANumber => "number.not_a_number",
            NumberFault::OutOfRange => "number.out_of_range",
        }
    }
}

/// The unit a header states for its column; one in the cell wins.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Unit {
    #[default]
    One,
    /// 万元, 万公里, 万: ten thousand.
    Wan,
    /// 千: a thousand.
    Thousand,
}

impl Unit {
    fn factor(self) -> i128 {
        match self {
            Unit::One => 1,
            Unit::Wan => 10_000,
            Unit::Thousand => 1_000,
        }
    }

    /// Reads the unit from a header such as `成交价（万元）` or `里程(千公里)`.
    pub fn of_header(header: &str) -> Unit {
        let tail = half_width(header);
        let tail = tail.rsplit_once(['(', '/', '[', ':']).map_or("", |(_, unit)| unit);
        if tail.contains('万') || tail.contains('萬') {
            Unit::Wan
        } else if tail.contains('千') {
            Unit::Thousand
        } else {
            Unit::One
        }
    }
}

/// Longest first, so that 万公里 is not read as 公里 behind a stray 万.
const SUFFIXES: [(&str, Unit); 19] = [
    ("万公里", Unit::Wan),
    ("萬公里", Unit::Wan),
    ("万千米", Unit::Wan),
    ("万km", Unit::Wan),
    ("wkm", Unit::Wan),
    ("万元", Unit::Wan),
    ("萬元", Unit::Wan),
    ("万", Unit::Wan),
    ("萬", Unit::Wan),
    ("w", Unit::Wan),
    ("千公里", Unit::Thousand),
    ("千元", Unit::Thousand),
    ("公里", Unit::One),
    ("千米", Unit::One),
    ("km", Unit::One),
    ("元整", Unit::One),
    ("元", Unit::One),
    ("rmb", Unit::One),
    ("cny", Unit::One),
];

/// Kilometres, rounded half up: `61,457`, `46245 km`, `18.8万`, `132182公里`. At most 5,000,000.
pub fn parse_mileage(text: &str, hint: Unit) -> Result<i64, NumberFault> {
    let km = scaled(text, hint, 0)?;
    if (0..=5_000_000).contains(&km) { Ok(km) } else { Err(NumberFault::OutOfRange) }
}

/// Exact decimal arithmetic, a third decimal is rounded half away from zero: `¥1,386.50`, `9.16万元`.
pub fn parse_money(text: &str, hint: Unit) -> Result<Fen, NumberFault> {
    scaled(text, hint, 2).map(Fen)
}

/// `text` × unit × 10^places as an integer.
fn scaled(text: &str, hint: Unit, places: u32) -> Result<i64, NumberFault> {
    let clean: String = half_width(text).to_lowercase().chars().filter(|c| !matches!(c, ' ' | ',' | '\'')).collect();
    let clean = clean.trim_start_matches("人民币").trim_start_matches(['¥', '￥']).trim_start_matches("rmb");
    let (body, unit) = SUFFIXES
        .iter()
        .find_map(|(suffix, unit)| clean.strip_suffix(suffix).map(|body| (body, *unit)))
        .map_or((clean, hint), |(body, unit)| (body, unit));
    // Bookkeepers write a negative amount in brackets.
    let (body, negative) = match body.strip_prefix('(').and_then(|b| b.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => body.strip_prefix('-').map_or((body, false), |inner| (inner, true)),
    };
    let body = body.trim_start_matches(['¥', '￥']);
    let (digits, exponent) = decimal(body)?;
    let mut value = digits.checked_mul(unit.factor()).ok_or(NumberFault::OutOfRange)?;
    let shift = exponent + i64::from(places);
    if shift >= 0 {
        let power = u32::try_from(shift).ok().and_then(|s| 10i128.checked_pow(s)).ok_or(NumberFault::OutOfRange)?;
        value = value.checked_mul(power).ok_or(NumberFault::OutOfRange)?;
    } else {
        let power = u32::try_from(-shift).ok().and_then(|s| 10i128.checked_pow(s)).ok_or(NumberFault::OutOfRange)?;
        value = (value + power / 2) / power;
    }
    let value = i64::try_from(value).map_err(|_| NumberFault::OutOfRange)?;
    Ok(if negative { -value } else { value })
}

/// Unsigned decimal text, also `1.5e5`, as digits × 10^exponent.
fn decimal(body: &str) -> Result<(i128, i64), NumberFault> {
    let (mantissa, power) = match body.split_once('e') {
        Some((m, p)) => (m, p.parse::<i16>().map_err(|_| NumberFault::NotANumber)?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all(whole) || !all(fraction) {
        return Err(NumberFault::NotANumber);
    }
    // Past 17 decimals nothing is information any more (binary floats written out).
    let fraction = fraction.get(..17).unwrap_or(fraction);
    let digits = format!("{whole}{fraction}").parse().map_err(|_| NumberFault::OutOfRange)?;
    let places = i64::try_from(fraction.len()).unwrap_or(0);
    Ok((digits, i64::from(power) - places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 里程_各种写法() {
        for (raw, hint, want) in [
            ("61,457", Unit::One, Ok(61_457)),
            ("46245 km", Unit::One, Ok(46_245)),
            ("46245 KM", Unit::One, Ok(46_245)),
            ("18.8万", Unit::One, Ok(188_000)),
            ("132182公里", Unit::One, Ok(132_182)),
            ("1.3万公里", Unit::One, Ok(13_000)),
            ("１．３万", Unit::One, Ok(13_000)),
            ("1.3", Unit::Wan, Ok(13_000)),
            ("13000公里", Unit::Wan, Ok(13_000)),
            ("98620.0", Unit::One, Ok(98_620)),
            ("98620.6", Unit::One, Ok(98_621)),
            ("1.5e5", Unit::One, Ok(150_000)),
            ("-3", Unit::One, Err(NumberFault::OutOfRange)),
            ("99999999", Unit::One, Err(NumberFault::OutOfRange)),
            ("不详", Unit::One, Err(NumberFault::NotANumber)),
            ("", Unit::One, Err(NumberFault::NotANumber)),
            ("1.2.3", Unit::One, Err(NumberFault::NotANumber)),
        ] {
            assert_eq!(parse_mileage(raw, hint), want, "{raw:?}");
        }
    }

    #[test]
    fn 金额_十进制精确() {
        for (raw, hint, want) in [
            ("613", Unit::One, Ok(61_300)),
            ("4604.65", Unit::One, Ok(460_465)),
            ("¥1,386.50", Unit::One, Ok(138_650)),
            ("￥853.1", Unit::One, Ok(85_310)),
            ("9.16", Unit::Wan, Ok(9_160_000)),
            ("22.13万", Unit::One, Ok(22_130_000)),
            ("221300元", Unit::Wan, Ok(22_130_000)),
            ("0.145", Unit::One, Ok(15)),
            ("1756.2600000000002", Unit::One, Ok(175_626)),
            ("-200", Unit::One, Ok(-20_000)),
            ("(200.00)", Unit::One, Ok(-20_000)),
            ("1e40", Unit::One, Err(NumberFault::OutOfRange)),
            ("99999999999999999999999999999999999999999", Unit::One, Err(NumberFault::OutOfRange)),
            ("=1+1", Unit::One, Err(NumberFault::NotANumber)),
        ] {
            assert_eq!(parse_money(raw, hint).map(|f| f.0), want, "{raw:?}");
        }
    }

    #[test]
    fn 单位_来自表头() {
        for (header, want) in [
            ("成交价（万元）", Unit::Wan),
            ("里程(千公里)", Unit::Thousand),
            ("金额/元", Unit::One),
            ("万元户", Unit::One),
        ] {
            assert_eq!(Unit::of_header(header), want, "{header}");
        }
    }
}
