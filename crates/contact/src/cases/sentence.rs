//! A7: the standard sentence is made from the fields; what is missing stands in it as such, never as a blank.

use kernel::{Phone, StoreDate};
use platform::i18n::Locale;

use super::kinds::{Field, FieldType, Kind, KindBook, Source, Values};

/// A stretch of the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Plain(String),
    Value(String),
    /// 〔待补：…〕
    Missing(String),
}

impl Piece {
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Value(text) | Self::Missing(text) => text,
        }
    }
}

enum Part<'a> {
    Text(&'a str),
    Field(&'a str),
}

/// Texts and `{field}`s in turn; `None` when the braces do not match.
fn parts(template: &str) -> Option<Vec<Part<'_>>> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        if rest[open..].starts_with('}') {
            return None;
        }
        let close = open + rest[open..].find('}')?;
        let key = &rest[open + 1..close];
        if key.is_empty() || key.contains('{') {
            return None;
        }
        if open > 0 {
            out.push(Part::Text(&rest[..open]));
        }
        out.push(Part::Field(key));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        out.push(Part::Text(rest));
    }
    Some(out)
}

/// What is wrong with a template for these fields: braces, a field it does not have, one it leaves out.
pub(super) fn fault(template: &str, fields: &[String]) -> Option<&'static str> {
    let Some(parts) = parts(template) else { return Some("case-braces") };
    let used: Vec<&str> =
        parts.iter().filter_map(|p| if let Part::Field(key) = p { Some(*key) } else { None }).collect();
    if used.iter().any(|key| !fields.iter().any(|f| f == key)) {
        return Some("case-field-unknown");
    }
    fields.iter().any(|f| !used.contains(&f.as_str())).then_some("case-field-left-out")
}

/// The record of a case in the reader's language. Dates of the year of `today` are written without it.
pub fn sentence(book: &KindBook, kind: &Kind, values: &Values, locale: Locale, today: StoreDate) -> Vec<Piece> {
    let template = kind.template.in_locale(locale);
    let Some(parts) = parts(&template) else { return vec![Piece::Plain(template.into_owned())] };
    let piece = |part: Part<'_>| match part {
        Part::Text(text) => Piece::Plain(text.to_owned()),
        Part::Field(key) => match (book.field(key), values.get(key)) {
            (Some(field), Some(value)) => Piece::Value(shown(field, value, locale, today)),
            (Some(field), None) => {
                let label = field.label.in_locale(locale);
                Piece::Missing(book.missing.in_locale(locale).replace("{label}", &label))
            }
            (None, _) => Piece::Missing(key.to_owned()),
        },
    };
    parts.into_iter().map(piece).collect()
}

/// A stored value as it is read. Numbers of telephones and VINs stay masked.
pub fn shown(field: &Field, value: &str, locale: Locale, today: StoreDate) -> String {
    match field.of {
        FieldType::Text if field.prefill == Some(Source::VehicleVin) => kernel::vin::mask_raw(value),
        // The sentence has its own stops.
        FieldType::Text => value.trim_end_matches(['。', '，', '；', '、', '.', ',', ';', ' ']).to_owned(),
        FieldType::Date => value.parse().map_or_else(|_| value.to_owned(), |day| date(day, locale, today)),
        FieldType::Number => thousands(value),
        FieldType::Phone => Phone::parse(value).map_or_else(|_| "****".to_owned(), |p| p.to_string()),
        FieldType::Choice => field
            .options
            .iter()
            .find(|o| o.key == value)
            .map_or_else(|| value.to_owned(), |o| o.label.in_locale(locale).into_owned()),
    }
}

fn date(day: StoreDate, locale: Locale, today: StoreDate) -> String {
    let (y, m, d) = (day.year(), day.month(), day.day());
    let this_year = y == today.year();
    match locale {
        Locale::En => day.to_string(),
        Locale::ZhCn | Locale::ZhTw if this_year => format!("{m}月{d}日"),
        Locale::ZhCn | Locale::ZhTw => format!("{y}年{m}月{d}日"),
    }
}

fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A short name for a list: the customer's words, cut at a sentence's end or at 24 characters.
pub fn title_from(words: &str) -> String {
    let first = words.trim().split(['。', '！', '？', '；', '\n', '.', '!', '?']).find(|s| !s.trim().is_empty());
    let first = first.unwrap_or("").trim();
    match first.char_indices().nth(24) {
        Some((cut, _)) => format!("{}…", &first[..cut]),
        None => first.to_owned(),
    }
}
