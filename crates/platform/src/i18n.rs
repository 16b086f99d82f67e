//! Words of the interface, in three languages. Traditional Chinese is converted from the simplified files.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};

use crate::keyed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../locales"]
#[include = "*/*.ftl"]
struct Files;

keyed! {
    #[derive(Default)]
    pub enum Locale {
        #[default]
        ZhCn = "zh-CN",
        ZhTw = "zh-TW",
        En = "en",
    }
}

impl Locale {
    /// As its readers call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::ZhCn => "简体中文",
            Self::ZhTw => "繁體中文",
            Self::En => "English",
        }
    }
}

/// The label of a row that people made: zh-CN required, en optional, zh-TW converted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub zh: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Label {
    pub fn in_locale(&self, locale: Locale) -> Cow<'_, str> {
        match (locale, &self.en) {
            (Locale::En, Some(en)) if !en.is_empty() => Cow::Borrowed(en),
            (Locale::ZhTw, _) => Cow::Owned(traditional(&self.zh)),
            (Locale::ZhCn | Locale::En, _) => Cow::Borrowed(&self.zh),
        }
    }
}

/// Simplified → Traditional (Taiwan, with phrases).
pub fn traditional(text: &str) -> String {
    static CONVERTER: OnceLock<Option<OpenCC>> = OnceLock::new();
    convert(&CONVERTER, BuiltinConfig::S2twp, text)
}

/// Traditional → Simplified, for search that does not care.
pub fn simplified(text: &str) -> String {
    static CONVERTER: OnceLock<Option<OpenCC>> = OnceLock::new();
    if text.is_ascii() {
        return text.to_owned();
    }
    convert(&CONVERTER, BuiltinConfig::T2s, text)
}

fn convert(cell: &'static OnceLock<Option<OpenCC>>, config: BuiltinConfig, text: &str) -> String {
    match cell.get_or_init(|| OpenCC::from_config(config).ok()) {
        Some(opencc) => opencc.convert(text),
        None => text.to_owned(),
    }
}

struct Bundles {
    zh_cn: FluentBundle<FluentResource>,
    zh_tw: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

fn bundles() -> &'static Bundles {
    static ALL: OnceLock<Bundles> = OnceLock::new();
    ALL.get_or_init(|| Bundles {
        zh_cn: bundle("zh-CN", &sources("zh-CN")),
        zh_tw: {
            let mut texts: Vec<String> = sources("zh-CN").iter().map(|t| traditional(t)).collect();
            texts.extend(sources("zh-TW"));
            bundle("zh-TW", &texts)
        },
        en: bundle("en", &sources("en")),
    })
}

/// The files of one language, in order of their names.
pub fn sources(locale: &str) -> Vec<String> {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for name in Files::iter().filter(|n| n.split('/').next() == Some(locale)) {
        if let Some(file) = Files::get(&name) {
            named.insert(name.to_string(), String::from_utf8_lossy(&file.data).into_owned());
        }
    }
    named.into_values().collect()
}

fn bundle(lang: &str, texts: &[String]) -> FluentBundle<FluentResource> {
    let id = lang.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolating marks would travel with every copied number.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(n) if n.options.use_grouping => Some(grouped(n.value as i64)),
        _ => None,
    }));
    for text in texts {
        let resource = match FluentResource::try_new(text.clone()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(lang, ?errors, "a locale file has faults");
                resource
            }
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

pub type Text = Cow<'static, str>;

/// An argument of a message.
#[derive(Clone, Debug)]
pub enum Arg {
    Number(i64),
    /// A number of things: 1,234.
    Count(i64),
    Text(String),
}

/// The message in this language; a missing one shows its key, which a test forbids.
pub fn text(locale: Locale, key: &str, args: &[(&str, Arg)]) -> Text {
    let all = bundles();
    let bundle = match locale {
        Locale::ZhCn => &all.zh_cn,
        Locale::ZhTw => &all.zh_tw,
        Locale::En => &all.en,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
        return Cow::Owned(key.to_owned());
    };
    let mut given = FluentArgs::with_capacity(args.len());
    for (name, value) in args {
        match value {
            Arg::Number(n) => given.set(*name, number(*n, false)),
            Arg::Count(n) => given.set(*name, number(*n, true)),
            Arg::Text(t) => given.set(*name, FluentValue::from(t.clone())),
        }
    }
    let mut faults = Vec::new();
    bundle.format_pattern(pattern, Some(&given), &mut faults)
}

fn number(n: i64, use_grouping: bool) -> FluentValue<'static> {
    let mut number = FluentNumber::from(n);
    number.options.use_grouping = use_grouping;
    FluentValue::Number(number)
}

/// 1,234
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    if n < 0 {
        out.push('-');
    }
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

pub fn has(locale: Locale, key: &str) -> bool {
    let all = bundles();
    match locale {
        Locale::ZhCn => &all.zh_cn,
        Locale::ZhTw => &all.zh_tw,
        Locale::En => &all.en,
    }
    .has_message(key)
}

/// A message under construction: `ui.k("queue-left").n("n", 5)`; shows itself when written.
#[derive(Clone, Debug)]
pub struct Msg {
    locale: Locale,
    key: Cow<'static, str>,
    args: Vec<(&'static str, Arg)>,
}

impl Msg {
    pub fn new(locale: Locale, key: impl Into<Cow<'static, str>>) -> Self {
        Self { locale, key: key.into(), args: Vec::new() }
    }
    #[must_use]
    pub fn n(mut self, name: &'static str, value: impl Count) -> Self {
        self.args.push((name, Arg::Number(value.count())));
        self
    }
    /// As `n`, written with its thousands apart.
    #[must_use]
    pub fn count(mut self, name: &'static str, value: impl Count) -> Self {
        self.args.push((name, Arg::Count(value.count())));
        self
    }
    #[must_use]
    pub fn s(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, Arg::Text(value.to_string())));
        self
    }
}

impl fmt::Display for Msg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(self.locale, &self.key, &self.args))
    }
}

/// Whatever can be counted, by value or by reference (templates give references).
pub trait Count {
    fn count(&self) -> i64;
}
macro_rules! counts {
    ($($t:ty),*) => { $(impl Count for $t { fn count(&self) -> i64 { i64::try_from(*self).unwrap_or(i64::MAX) } })* };
}
counts!(i64, i32, u32, u16, u8, usize, u64);
impl<T: Count> Count for &T {
    fn count(&self) -> i64 {
        (**self).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_words_of_the_trade() {
        assert_eq!(traditional("售后服务"), "售後服務");
        assert_eq!(simplified("售後服務"), "售后服务");
    }
}
