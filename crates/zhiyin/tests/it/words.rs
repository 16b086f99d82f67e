//! Every word that is used exists in every language, with the same arguments.

use std::collections::{BTreeMap, BTreeSet};

use platform::i18n::{self, Locale};

use super::{files, root, shown};

/// Message ids and their arguments, read from the files themselves.
fn messages(locale: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in i18n::sources(locale) {
        let mut current = String::new();
        for line in text.lines() {
            if !line.starts_with([' ', '#', '}', '\t']) && line.contains(" =") {
                current = line.split(" =").next().unwrap_or("").trim().to_owned();
                let fresh = all.insert(current.clone(), BTreeSet::new()).is_none();
                assert!(fresh, "{locale}: {current} stands twice");
            }
            let mut rest = line;
            while let Some((_, tail)) = rest.split_once('$') {
                let name: String = tail.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if !current.is_empty() {
                    all.entry(current.clone()).or_default().insert(name);
                }
                rest = tail;
            }
        }
    }
    all
}

#[test]
fn both_written_languages_hold_the_same_messages() {
    let (zh, en) = (messages("zh-CN"), messages("en"));
    let missing_en: Vec<_> = zh.keys().filter(|k| !en.contains_key(*k)).collect();
    let missing_zh: Vec<_> = en.keys().filter(|k| !zh.contains_key(*k)).collect();
    assert!(missing_en.is_empty(), "not in English: {missing_en:?}");
    assert!(missing_zh.is_empty(), "not in Chinese: {missing_zh:?}");
    for (key, arguments) in &zh {
        assert_eq!(arguments, &en[key], "{key} takes different arguments");
        assert!(i18n::has(Locale::ZhTw, key), "{key} is lost on the way to Traditional Chinese");
    }
}

#[test]
fn every_key_that_is_used_exists() {
    let known = messages("zh-CN");
    let mut missing = Vec::new();
    for file in files(&root().join("crates"), &[".rs", ".html"]) {
        let text = std::fs::read_to_string(&file).expect("readable");
        let text = text.split("#[cfg(test)]").next().unwrap_or("");
        let text: String = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for opening in ["ui.t(\"", "ui.k(\"", "label: \"", "section: \"", "Refused(\"", "Conflict(\""] {
            for part in text.split(opening).skip(1) {
                let Some((key, _)) = part.split_once('"') else { continue };
                if key.is_empty() || !key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
                    continue;
                }
                let key = match opening {
                    "Refused(\"" => format!("refused-{key}"),
                    "Conflict(\"" => format!("conflict-{key}"),
                    _ => key.to_owned(),
                };
                if (opening != "label: \"" || file.ends_with("wiring.rs")) && !known.contains_key(&key) {
                    missing.push(format!("{}: {key}", shown(&file)));
                }
            }
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// docs/words.md: a case is 案件; 投诉 is the kind of case or remark that truly is one; 事件 brought about a follow-up.
#[test]
fn one_word_for_a_case() {
    const COMPLAINTS: [&str; 6] = [
        "case-empty-why",
        "case-class-complaint",
        "call-mark-complaint",
        "call-to-case",
        "kinds-",
        "report-remark-complaint",
    ];
    let mut wrong = Vec::new();
    for line in i18n::sources("zh-CN").iter().flat_map(|text| text.lines()) {
        let Some((key, words)) = line.split_once(" = ") else { continue };
        let of_rules = key.starts_with("rules-") || key.starts_with("error-rule-");
        let strays = (words.contains("事件") && !of_rules)
            || words.contains("抱怨")
            || (words.contains("投诉") && !COMPLAINTS.iter().any(|known| key.starts_with(known)));
        wrong.extend(strays.then(|| line.to_owned()));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
