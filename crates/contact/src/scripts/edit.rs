//! The supervisor's form → a changed script. Pure; what it leaves wrong is found by `check`.

use kernel::Department;
use platform::i18n::Label;

use super::model::{Choice, Effect, Question, QuestionKind, Script};

/// Reads a field of the form; "" when absent.
pub trait Form {
    fn get(&self, name: &str) -> &str;
    fn has(&self, name: &str) -> bool;
}

/// Everything that the page of one script lets people change.
pub fn apply(script: &mut Script, form: &impl Form) {
    for (name, line) in lines_mut(script) {
        label(form, name, line);
    }
    for question in &mut script.questions {
        let key = question.key.clone();
        question.on = form.has(&format!("on.{key}"));
        question.must_ask = form.has(&format!("must.{key}"));
        let why = form.get(&format!("why.{}", question.key)).trim();
        // Left as it was in the other language; without words there is no reason.
        question.must_why = (!why.is_empty()).then(|| Label { zh: why.to_owned(), en: None });
        label(form, &format!("text.{key}"), &mut question.text);
        label(form, &format!("short.{key}"), &mut question.short);
        for choice in &mut question.options {
            option(form, &format!("{key}.{}", choice.key), question.topic, choice);
        }
    }
    let place = |q: &Question| form.get(&format!("sort.{}", q.key)).parse::<u32>().unwrap_or(u32::MAX);
    script.questions.sort_by_key(place);
    if let Some(question) = added(script, form) {
        script.questions.push(question);
    }
    follow_parents(script);
}

/// The script's own lines, by their names in the form.
pub fn lines_mut(script: &mut Script) -> Vec<(&'static str, &mut Label)> {
    let moment = &mut script.good_moment;
    let mut list = vec![
        ("opening", &mut script.opening),
        ("opening_fleet", &mut script.opening_fleet),
        ("moment", &mut moment.question),
        ("moment_yes", &mut moment.yes),
        ("moment_no", &mut moment.no),
        ("after_opinion", &mut script.after_opinion),
    ];
    list.extend(script.third_party.as_mut().map(|l| ("third_party", l)));
    list.extend(script.next_contact.as_mut().map(|l| ("next_contact", l)));
    list.push(("closing", &mut script.closing));
    list
}

fn label(form: &impl Form, name: &str, into: &mut Label) {
    if form.has(&format!("zh.{name}")) {
        into.zh = form.get(&format!("zh.{name}")).to_owned();
        let en = form.get(&format!("en.{name}"));
        into.en = (!en.is_empty()).then(|| en.to_owned());
    }
}

fn option(form: &impl Form, path: &str, topic: Department, choice: &mut Choice) {
    label(form, &format!("label.{path}"), &mut choice.label);
    if let Some(effect) = Effect::parse(form.get(&format!("effect.{path}"))) {
        choice.effect = effect;
    }
    if !choice.effect.wants_apology() {
        return;
    }
    for (name, line) in [("apology", &mut choice.apology), ("item", &mut choice.item)] {
        let mut text = line.clone().unwrap_or_default();
        label(form, &format!("{name}.{path}"), &mut text);
        *line = (!text.zh.is_empty()).then_some(text);
    }
    choice.department =
        Department::parse(form.get(&format!("department.{path}"))).or(choice.department).or(Some(topic));
    if choice.effect == Effect::Bad {
        let kind = form.get(&format!("kind.{path}"));
        let kind = if kind.is_empty() { choice.case_kind.as_deref().unwrap_or("other") } else { kind };
        choice.case_kind = Some(kind.to_owned());
    } else {
        choice.case_kind = None;
    }
}

/// B8.5: a frequent problem becomes a question of its own.
fn added(script: &Script, form: &impl Form) -> Option<Question> {
    let text = form.get("new.zh");
    if text.is_empty() {
        return None;
    }
    let number = (1..).find(|n| script.question(&format!("own_{n}")).is_none())?;
    let kind = QuestionKind::parse(form.get("new.kind")).unwrap_or(QuestionKind::YesNo);
    let topic = Department::parse(form.get("new.topic")).unwrap_or(Department::Service);
    let short: String = match form.get("new.short") {
        "" => text.chars().take(12).collect(),
        given => given.to_owned(),
    };
    let line = |zh: &str| Label { zh: zh.to_owned(), en: None };
    Some(Question {
        key: format!("own_{number}"),
        clause: "B8.5".into(),
        text: line(text),
        short: line(&short),
        kind,
        topic,
        must_ask: form.has("new.must"),
        must_why: None,
        on: true,
        options: options(kind, &short, topic),
        show_if: None,
        shared: None,
        hint: None,
    })
}

fn options(kind: QuestionKind, short: &str, topic: Department) -> Vec<Choice> {
    let rows: &[(&str, &str, &str, Effect)] = match kind {
        QuestionKind::Scale4 => &[
            ("very_satisfied", "非常满意", "Very satisfied", Effect::Good),
            ("satisfied", "满意", "Satisfied", Effect::Good),
            ("average", "一般", "Average", Effect::Improve),
            ("dissatisfied", "不满意", "Dissatisfied", Effect::Bad),
        ],
        QuestionKind::YesNo | QuestionKind::Choice => {
            &[("yes", "是", "Yes", Effect::Good), ("no", "否", "No", Effect::Improve)]
        }
        QuestionKind::Text => {
            &[("none", "没有", "Nothing", Effect::Neutral), ("given", "有，已记录", "Given and noted", Effect::Neutral)]
        }
    };
    rows.iter()
        .zip(1..)
        .map(|((key, zh, en, effect), digit)| {
            let sorry = effect.wants_apology();
            Choice {
                key: (*key).to_owned(),
                label: Label { zh: (*zh).to_owned(), en: Some((*en).to_owned()) },
                digit: digit.to_string(),
                effect: *effect,
                apology: sorry.then(|| Label {
                    zh: "这一点没有做好，真抱歉。我马上记下来，请负责的同事改正。".into(),
                    en: Some(
                        "I am sorry about this. I am noting it, and the people in charge will put it right.".into(),
                    ),
                }),
                item: sorry.then(|| Label { zh: format!("改进：{short}"), en: None }),
                department: sorry.then_some(topic),
                case_kind: (*effect == Effect::Bad).then(|| "other".to_owned()),
            }
        })
        .collect()
}

/// A branch stands right behind the question that it hangs on.
fn follow_parents(script: &mut Script) {
    let mut rest = std::mem::take(&mut script.questions);
    let mut list: Vec<Question> = Vec::with_capacity(rest.len());
    fn place(parent: Option<&str>, rest: &mut Vec<Question>, list: &mut Vec<Question>) {
        let of = |q: &Question| q.show_if.as_ref().map(|s| s.question.clone());
        while let Some(at) = rest.iter().position(|q| of(q).as_deref() == parent) {
            let question = rest.remove(at);
            let key = question.key.clone();
            list.push(question);
            place(Some(&key), rest, list);
        }
    }
    place(None, &mut rest, &mut list);
    // What hangs on nothing known stays visible, and `check` names it.
    list.extend(rest);
    script.questions = list;
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use platform::rulebook::Rulebook as _;

    use super::super::model::ScriptBook;
    use super::*;

    impl Form for HashMap<String, String> {
        fn get(&self, name: &str) -> &str {
            self.get(name).map_or("", |v| v.trim())
        }
        fn has(&self, name: &str) -> bool {
            self.contains_key(name)
        }
    }

    /// The form as the page shows it for the shipped script, then changed.
    fn edited(changes: &[(&str, &str)], without: &[&str]) -> ScriptBook {
        let mut book = ScriptBook::seed();
        let service = &mut book.scripts[0];
        let mut form = HashMap::new();
        for (at, question) in service.questions.iter().enumerate() {
            form.insert(format!("sort.{}", question.key), ((at + 1) * 10).to_string());
            if question.on {
                form.insert(format!("on.{}", question.key), "1".into());
            }
            if question.must_ask {
                form.insert(format!("must.{}", question.key), "1".into());
            }
        }
        form.retain(|k, _| !without.contains(&k.as_str()));
        form.extend(changes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        apply(service, &form);
        book
    }
    fn keys(book: &ScriptBook) -> Vec<&str> {
        book.scripts[0].questions.iter().map(|q| q.key.as_str()).collect()
    }

    #[test]
    fn an_untouched_form_changes_nothing() {
        assert_eq!(edited(&[], &[]), ScriptBook::seed());
    }

    #[test]
    fn a_question_moves_with_its_branches() {
        let book = edited(&[("sort.work_done_right", "1")], &[]);
        assert_eq!(keys(&book)[..3], ["work_done_right", "repeat_repair", "came_in_person"]);
        assert_eq!(book.check(), []);
    }

    #[test]
    fn a_new_question_is_complete() {
        let new = [("new.zh", "洗车洗得干净吗？"), ("new.kind", "scale4"), ("new.topic", "service"), ("new.must", "1")];
        let book = edited(&new, &["on.waiting"]);
        let question = book.scripts[0].question("own_1").expect("added");
        assert_eq!((question.options.len(), question.must_ask, question.on), (4, true, true));
        assert_eq!(book.check(), []);
        let crowded = edited(&[new[0], new[1], ("on.cleanliness", "1")], &[]);
        assert_eq!(crowded.check().iter().map(|f| f.code).collect::<Vec<_>>(), ["script-count"]);
    }

    #[test]
    fn effects_bring_and_lose_their_case() {
        let bad = edited(&[("effect.discussed_at_car.no", "bad")], &[]);
        let option = |b: &ScriptBook, q: &str, o: &str| b.scripts[0].question(q).and_then(|q| q.option(o)).cloned();
        assert_eq!(option(&bad, "discussed_at_car", "no").and_then(|o| o.case_kind).as_deref(), Some("other"));
        let mild = edited(&[("effect.waiting.dissatisfied", "improve")], &[]);
        assert_eq!(option(&mild, "waiting", "dissatisfied").expect("option").case_kind, None);
        let mute = edited(&[("effect.waiting.satisfied", "improve")], &[]);
        assert!(
            mute.check().iter().any(|f| f.path == "service.waiting.satisfied" && f.code == "script-apology-missing")
        );
        let said = edited(
            &[
                ("effect.waiting.satisfied", "improve"),
                ("zh.apology.waiting.satisfied", "让您等了一会儿，抱歉。"),
                ("zh.item.waiting.satisfied", "缩短等待"),
            ],
            &[],
        );
        assert_eq!(said.check(), []);
    }
}
