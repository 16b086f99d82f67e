//! What a person likes: language, light or dark, keys.

use kernel::{FieldErrors, Problem, Result};
use platform::db::Tx;
use platform::i18n::Locale;
use platform::{audit, keyed};
use serde_json::{Map, Value, json};

use super::store::user as store;

keyed! {
    pub enum Theme { System = "system", Light = "light", Dark = "dark" }
}

/// Plain keys on or off, and which key stands for which: `{"off":true,"n":"m"}`.
pub fn key_map(off: bool, pairs: &[(String, String)]) -> Result<Value> {
    let mut map = Map::new();
    if off {
        map.insert("off".into(), Value::Bool(true));
    }
    for (declared, own) in pairs {
        let (declared, own) = (declared.trim().to_lowercase(), own.trim().to_lowercase());
        if declared == own || declared.is_empty() || declared == "off" {
            continue;
        }
        let one = |text: &str| text.chars().count() == 1;
        if !one(&declared) || !(own.is_empty() || one(&own)) {
            return Err(Problem::invalid("keys", "keys.one"));
        }
        map.insert(declared, Value::String(own));
    }
    // Two actions on one key: only one of them would ever happen. Those that keep the key they came with count too.
    let mut own: Vec<String> = pairs
        .iter()
        .map(|(declared, own)| (declared.trim().to_lowercase(), own.trim().to_lowercase()))
        .filter(|(declared, own)| !declared.is_empty() && declared != "off" && !own.is_empty())
        .map(|(_, own)| own)
        .collect();
    own.sort_unstable();
    if let Some(twice) = own.windows(2).find(|pair| pair[0] == pair[1]) {
        let mut errors = FieldErrors::default();
        errors.add_with("keys", "keys.twice", twice[0].to_uppercase());
        return Err(Problem::Invalid(errors));
    }
    // Digits answer questions, whatever else they could do.
    if own.iter().any(|k| k.chars().all(|c| c.is_ascii_digit())) {
        return Err(Problem::invalid("keys", "keys.digit"));
    }
    if map.len() > 60 { Err(Problem::invalid("keys", "keys.one")) } else { Ok(Value::Object(map)) }
}

/// # Errors
/// `Invalid` naming the field.
pub async fn save(tx: &mut Tx, locale: &str, theme: &str, keys: &Value) -> Result<()> {
    let locale = Locale::parse(locale).ok_or(Problem::invalid("locale", "choice"))?;
    let theme = Theme::parse(theme).ok_or(Problem::invalid("theme", "choice"))?;
    let (group, user) = (tx.scope().group, tx.scope().user()?);
    let before = store::get(tx, group, user).await?;
    store::prefers(tx, user, locale.key(), theme.key(), keys).await?;
    let shown = |locale: &str, theme: &str, keys: &Value| json!({ "locale": locale, "theme": theme, "keys": keys });
    let old = shown(&before.locale, &before.theme, &before.key_map);
    audit::note(tx, "user.preferences", "user", user.raw(), &old, &shown(locale.key(), theme.key(), keys)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 按键_一键一事() {
        let pairs = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect::<Vec<_>>();
        let told = |off: bool, list: &[(&str, &str)]| match key_map(off, &pairs(list)) {
            Ok(map) => map.to_string(),
            Err(Problem::Invalid(e)) => e.0[0].code.to_string(),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(told(false, &[("n", "n"), ("b", "B")]), "{}");
        assert_eq!(told(true, &[]), r#"{"off":true}"#);
        assert_eq!(told(false, &[("N", "M"), ("b", "")]), r#"{"b":"","n":"m"}"#);
        assert_eq!(told(false, &[("n", "m"), ("b", "m")]), "keys.twice");
        assert_eq!(told(false, &[("n", "mm")]), "keys.one");
        assert_eq!(told(false, &[("n", "b"), ("b", "b")]), "keys.twice", "an action that kept its key");
        assert_eq!(told(false, &[("n", "b"), ("b", "n")]), r#"{"b":"n","n":"b"}"#, "the two change places");
        assert_eq!(told(false, &[("n", "3")]), "keys.digit");
    }
}
