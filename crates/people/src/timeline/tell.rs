//! How the lines of a timeline are told: by whoever knows the thing, else by a message.

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use kernel::Result;
use platform::http::Desk;
use platform::i18n::{self, Arg};
use serde_json::Value;

use super::Line;

/// One event in the reader's words.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub title: String,
    /// Beside the title, in plain type.
    pub beside: String,
    /// A second line.
    pub detail: String,
    /// Further lines, e.g. what was said in a call.
    pub more: Vec<String>,
    /// Tone (ok, warn, bad, info, brand) and text.
    pub pill: Option<(String, String)>,
    pub href: Option<String>,
    /// Taken back.
    pub struck: bool,
}

/// Tells lines of certain kinds; registered by the capability that notes them.
pub struct Teller {
    pub kinds: &'static [&'static str],
    /// By id of the line; what is left out is told by its message.
    pub tell: fn(Desk, Vec<Line>) -> Telling,
}
/// Words by id of the line.
pub type Telling = BoxFuture<'static, Result<HashMap<i64, Told>>>;
platform::inventory::collect!(Teller);

/// Every line with its words, in the same order.
/// # Errors
/// As the tellers answer.
pub async fn tell(desk: &Desk, lines: Vec<Line>) -> Result<Vec<(Line, Told)>> {
    let mut told: HashMap<i64, Told> = HashMap::new();
    for teller in inventory::iter::<Teller> {
        let theirs: Vec<Line> = lines.iter().filter(|l| teller.kinds.contains(&l.kind.as_str())).cloned().collect();
        if !theirs.is_empty() {
            told.extend((teller.tell)(desk.clone(), theirs).await?);
        }
    }
    Ok(lines
        .into_iter()
        .map(|line| {
            let words = told.remove(&line.id).unwrap_or_else(|| by_message(desk, &line));
            (line, words)
        })
        .collect())
}

/// `timeline-<kind>` with the arguments of the line.
fn by_message(desk: &Desk, line: &Line) -> Told {
    let key = format!("timeline-{}", line.kind.replace('_', "-"));
    let args: Vec<(&str, Arg)> = line
        .args
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| match value {
            Value::Number(n) => n.as_i64().map(|n| (name.as_str(), Arg::Number(n))),
            Value::String(text) => Some((name.as_str(), Arg::Text(text.clone()))),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        })
        .collect();
    Told { title: i18n::text(desk.locale(), &key, &args).into_owned(), ..Told::default() }
}
