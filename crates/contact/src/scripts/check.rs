//! What a script must hold before it can be saved.

use std::collections::HashSet;

use super::model::{Question, QuestionKind, Script, ScriptBook};
use platform::i18n::Label;
use platform::rulebook::RuleFault;

/// Every fault at once; `path` names script, question and option: `service.waiting.average`.
pub fn check(book: &ScriptBook) -> Vec<RuleFault> {
    let mut faults = Faults { known: &book.placeholders, list: Vec::new() };
    let mut keys = HashSet::new();
    for script in &book.scripts {
        if !keys.insert(&script.key) {
            faults.add(&script.key, "script-key-twice");
        }
        script_faults(script, &mut faults);
    }
    faults.list
}

struct Faults<'a> {
    known: &'a [String],
    list: Vec<RuleFault>,
}

impl Faults<'_> {
    fn add(&mut self, path: &str, code: &'static str) {
        self.list.push(RuleFault { path: path.to_owned(), code });
    }

    /// Chinese is required, and a placeholder must be one that is filled.
    fn text(&mut self, path: &str, label: &Label) {
        if label.zh.trim().is_empty() {
            self.add(path, "script-text-empty");
        }
        let unknown = [Some(&label.zh), label.en.as_ref()]
            .into_iter()
            .flatten()
            .flat_map(|t| placeholders(t))
            .any(|p| !self.known.iter().any(|k| k == p));
        if unknown {
            self.add(path, "script-placeholder-unknown");
        }
    }
}

/// `{customer}` and the like, without the braces.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn script_faults(script: &Script, faults: &mut Faults<'_>) {
    let roots = script.roots().count();
    if roots < script.ask_from || roots > script.ask_to {
        faults.add(&script.key, "script-count");
    }
    let moment = &script.good_moment;
    let lines = [
        ("opening", &script.opening),
        ("opening_fleet", &script.opening_fleet),
        ("good_moment.question", &moment.question),
        ("good_moment.yes", &moment.yes),
        ("good_moment.no", &moment.no),
        ("after_opinion", &script.after_opinion),
        ("closing", &script.closing),
    ];
    for (name, label) in lines {
        faults.text(&format!("{}.{name}", script.key), label);
    }
    let mut keys = HashSet::new();
    for (at, question) in script.questions.iter().enumerate() {
        let path = format!("{}.{}", script.key, question.key);
        let plain = question.key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if question.key.is_empty() || !plain {
            faults.add(&path, "script-key-bad");
        }
        if !keys.insert(&question.key) {
            faults.add(&path, "script-key-twice");
        }
        branch_fault(script, at, question, &path, faults);
        question_faults(question, &path, faults);
    }
}

/// A branch hangs on an earlier question, on options that it has, and is on only together with it.
fn branch_fault(script: &Script, at: usize, question: &Question, path: &str, faults: &mut Faults<'_>) {
    let Some(show_if) = &question.show_if else { return };
    let Some(parent) = script.questions.iter().take(at).find(|q| q.key == show_if.question) else {
        return faults.add(path, "script-branch-order");
    };
    if show_if.options.is_empty() || show_if.options.iter().any(|o| parent.option(o).is_none()) {
        faults.add(path, "script-branch-option");
    }
    if question.on && !parent.on {
        faults.add(path, "script-branch-off");
    }
}

fn question_faults(question: &Question, path: &str, faults: &mut Faults<'_>) {
    faults.text(path, &question.text);
    faults.text(path, &question.short);
    if question.must_ask && !question.on {
        faults.add(path, "script-must-ask-off");
    }
    let wanted = match question.kind {
        QuestionKind::Scale4 => 4..=4,
        QuestionKind::YesNo => 2..=2,
        QuestionKind::Choice => 2..=9,
        QuestionKind::Text => 0..=9,
    };
    if !wanted.contains(&question.options.len()) {
        faults.add(path, "script-option-count");
    }
    let (mut keys, mut digits) = (HashSet::new(), HashSet::new());
    for option in &question.options {
        let path = format!("{path}.{}", option.key);
        faults.text(&path, &option.label);
        if !keys.insert(&option.key) {
            faults.add(&path, "script-key-twice");
        }
        let one = option.digit.len() == 1 && matches!(option.digit.as_bytes().first(), Some(b'1'..=b'9'));
        if !one || !digits.insert(&option.digit) {
            faults.add(&path, "script-digit");
        }
        if !option.effect.wants_apology() {
            continue;
        }
        match &option.apology {
            Some(line) => faults.text(&path, line),
            None => faults.add(&path, "script-apology-missing"),
        }
        if option.item.is_none() {
            faults.add(&path, "script-item-missing");
        }
        if option.department.is_none() {
            faults.add(&path, "script-department-missing");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Effect, ShowIf};
    use super::*;
    use platform::rulebook::Rulebook as _;

    fn faults_after(change: impl FnOnce(&mut Script)) -> Vec<(String, &'static str)> {
        let mut book = ScriptBook::seed();
        change(book.scripts.iter_mut().find(|s| s.key == "service").expect("service"));
        check(&book).into_iter().map(|f| (f.path, f.code)).collect()
    }
    fn question<'a>(script: &'a mut Script, key: &str) -> &'a mut Question {
        script.questions.iter_mut().find(|q| q.key == key).expect("question")
    }

    #[test]
    fn the_shipped_scripts_are_in_order() {
        assert_eq!(check(&ScriptBook::seed()), []);
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        type Change = fn(&mut Script);
        let rows: [(&str, &str, Change); 11] = [
            ("service", "script-count", |s| s.questions.iter_mut().for_each(|q| q.on = true)),
            ("service.wishes", "script-must-ask-off", |s| question(s, "wishes").on = false),
            ("service.waiting.average", "script-apology-missing", |s| question(s, "waiting").options[2].apology = None),
            ("service.waiting.average", "script-item-missing", |s| question(s, "waiting").options[2].item = None),
            ("service.waiting.satisfied", "script-apology-missing", |s| {
                question(s, "waiting").options[1].effect = Effect::Improve;
            }),
            ("service.waiting.satisfied", "script-digit", |s| question(s, "waiting").options[1].digit = "1".into()),
            ("service.waiting.satisfied", "script-digit", |s| question(s, "waiting").options[1].digit = "0".into()),
            ("service.waiting", "script-option-count", |s| question(s, "waiting").options.truncate(3)),
            ("service.waiting", "script-branch-order", |s| {
                question(s, "waiting").show_if =
                    Some(ShowIf { question: "wishes".into(), options: vec!["given".into()] });
            }),
            ("service.repeat_repair", "script-branch-option", |s| {
                question(s, "repeat_repair").show_if =
                    Some(ShowIf { question: "work_done_right".into(), options: vec!["perhaps".into()] });
            }),
            ("service.waiting", "script-placeholder-unknown", |s| question(s, "waiting").text.zh = "{wetter}？".into()),
        ];
        for (path, code, change) in rows {
            let found = faults_after(change);
            assert!(found.contains(&(path.to_owned(), code)), "{path} {code}: {found:?}");
        }
        let twice = faults_after(|s| question(s, "waiting").key = "wishes".into());
        assert!(twice.contains(&("service.wishes".to_owned(), "script-key-twice")), "{twice:?}");
    }

    #[test]
    fn a_branch_goes_off_with_its_question() {
        let found = faults_after(|s| question(s, "work_done_right").on = false);
        assert!(found.contains(&("service.repeat_repair".to_owned(), "script-branch-off")), "{found:?}");
    }
}
