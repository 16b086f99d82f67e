//! What the browser posted, read with the script that was shown: effect, department and kind of case come from the
//! option's data, never from the form.

use std::collections::HashMap;

use kernel::{Department, FieldErrors, TaskId};

use super::choose::field_name;
use super::model::{Effect, Question, QuestionKind, Script};

/// Answered so on purpose: the agent left the question out.
pub const SKIPPED: &str = "skip";

/// One question of the form: `a.<field>` and `t.<field>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    pub field: String,
    pub option: String,
    pub text: String,
}

/// One answer, with what its option means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub task: TaskId,
    pub question: String,
    pub option: Option<String>,
    pub effect: Effect,
    pub text: Option<String>,
    pub case_kind: Option<String>,
    pub department: Option<Department>,
}

/// Pairs `a.*` and `t.*` of a form, in the order of the form.
pub fn posted<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Posted> {
    let mut list: Vec<Posted> = Vec::new();
    for (name, value) in fields {
        let value = value.trim();
        let Some((kind, field)) = name.split_once('.').filter(|(k, _)| matches!(*k, "a" | "t")) else { continue };
        if value.is_empty() {
            continue;
        }
        let at = list.iter().position(|p| p.field == field).unwrap_or_else(|| {
            list.push(Posted { field: field.to_owned(), ..Posted::default() });
            list.len() - 1
        });
        if kind == "a" {
            list[at].option = value.to_owned();
        } else {
            list[at].text = value.to_owned();
        }
    }
    list
}

/// `tasks` in the order in which they stood on the page: a question that is asked once belongs to the first that has it.
///
/// # Errors
/// Fields that no script of these tasks knows: they were not on the page.
pub fn resolve(tasks: &[(TaskId, &Script)], posted: &[Posted]) -> Result<Vec<Given>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut found = Vec::new();
    for answer in posted {
        let Some((task, script, question)) = place(tasks, &answer.field) else {
            errors.add(format!("a.{}", answer.field), "answer-unknown");
            continue;
        };
        let option = (!answer.option.is_empty() && answer.option != SKIPPED).then_some(answer.option.as_str());
        // Words without a choice on a question for words are an opinion given.
        let written = !answer.text.is_empty() && question.kind == QuestionKind::Text;
        let option = option.or_else(|| (written && question.option("given").is_some()).then_some("given"));
        match option.map(|key| (key, question.option(key))) {
            Some((_, None)) => errors.add(format!("a.{}", answer.field), "answer-unknown"),
            Some((_, Some(choice))) => found.push((answer, task, script, question, Some(choice))),
            None if !answer.text.is_empty() => found.push((answer, task, script, question, None)),
            None => {}
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let chosen: HashMap<String, String> =
        found.iter().filter_map(|(a, .., choice)| choice.map(|c| (a.field.clone(), c.key.clone()))).collect();
    Ok(found
        .into_iter()
        .filter(|(_, task, script, question, _)| was_shown(*task, script, question, &chosen))
        .map(|(answer, task, _, question, choice)| Given {
            task,
            question: question.key.clone(),
            option: choice.map(|c| c.key.clone()),
            effect: choice.map_or(Effect::Neutral, |c| c.effect),
            text: (!answer.text.is_empty()).then(|| answer.text.clone()),
            case_kind: choice.and_then(|c| c.case_kind.clone()),
            department: choice.and_then(|c| c.department).or(Some(question.topic)),
        })
        .collect())
}

fn place<'a>(tasks: &[(TaskId, &'a Script)], field: &str) -> Option<(TaskId, &'a Script, &'a Question)> {
    tasks.iter().find_map(|(task, script)| {
        script.questions.iter().find(|q| field_name(q, *task) == field).map(|q| (*task, *script, q))
    })
}

/// A branch counts only while the answer it hangs on stands, up to the trunk.
fn was_shown(task: TaskId, script: &Script, question: &Question, chosen: &HashMap<String, String>) -> bool {
    let Some(rule) = &question.show_if else { return true };
    let Some(parent) = script.question(&rule.question) else { return false };
    let stands = chosen.get(&field_name(parent, task)).is_some_and(|o| rule.options.contains(o));
    stands && was_shown(task, script, parent, chosen)
}

#[cfg(test)]
mod tests {
    use kernel::Id;

    use super::super::model::ScriptBook;
    use super::*;
    use platform::rulebook::Rulebook as _;

    fn given(form: &[(&str, &str)]) -> Result<Vec<Given>, FieldErrors> {
        let book = ScriptBook::seed();
        let service = book.script("service").expect("service");
        resolve(&[(Id::new(7), service), (Id::new(8), service)], &posted(form.iter().copied()))
    }
    /// Rows: field=option → task question option effect kind, as lines.
    fn check_answers(form: &[(&str, &str)], wanted: &[&str]) {
        let lines: Vec<String> = given(form)
            .expect("known fields")
            .into_iter()
            .map(|g| {
                let option = g.option.unwrap_or_else(|| "-".into());
                let text = g.text.map(|t| format!(" “{t}”")).unwrap_or_default();
                let kind = g.case_kind.map(|k| format!(" {k}")).unwrap_or_default();
                format!("{} {} {option} {}{kind}{text}", g.task, g.question, g.effect)
            })
            .collect();
        assert_eq!(lines, wanted);
    }

    #[test]
    fn effects_come_from_the_data() {
        check_answers(&[("a.came_in_person.7", "no"), ("effect", "bad")], &["7 came_in_person no neutral"]);
        check_answers(
            &[("a.waiting.7", "average"), ("t.waiting.7", "25 分钟")],
            &["7 waiting average improve “25 分钟”"],
        );
        check_answers(&[("a.waiting.8", "dissatisfied")], &["8 waiting dissatisfied bad A7.3.1"]);
        check_answers(&[("a.invoice_explained.7", "no")], &["7 invoice_explained no bad A7.3.1"]);
        check_answers(
            &[("a.advisor_satisfaction", "dissatisfied")],
            &["7 advisor_satisfaction dissatisfied bad A7.3.1"],
        );
    }

    #[test]
    fn a_branch_counts_only_while_its_answer_stands() {
        let no = [("a.work_done_right.7", "no"), ("a.repeat_repair.7", "yes")];
        check_answers(&no, &["7 work_done_right no improve", "7 repeat_repair yes bad A7.3.3"]);
        let yes = [("a.work_done_right.7", "yes"), ("a.repeat_repair.7", "yes")];
        check_answers(&yes, &["7 work_done_right yes good"]);
        check_answers(
            &[("a.work_done_right.8", "no"), ("a.repeat_repair.7", "yes")],
            &["8 work_done_right no improve"],
        );
    }

    #[test]
    fn words_alone_are_an_opinion_and_skipped_is_no_answer() {
        check_answers(&[("t.wishes", "多开一个窗口")], &["7 wishes given neutral “多开一个窗口”"]);
        check_answers(&[("a.waiting.7", "skip"), ("a.wishes", "none")], &["7 wishes none neutral"]);
        check_answers(&[("a.waiting.7", "skip"), ("t.waiting.7", "不想说")], &["7 waiting - neutral “不想说”"]);
    }

    #[test]
    fn what_was_not_on_the_page_is_refused() {
        for form in [("a.waiting.9", "average"), ("a.waiting.7", "splendid"), ("a.nothing", "yes")] {
            assert!(given(&[form]).is_err(), "{form:?}");
        }
    }
}
