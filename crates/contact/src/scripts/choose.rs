//! C3: 5 to 8 questions per task, the shared ones once, the branches where their answer leads.

use std::collections::{HashMap, HashSet};

use kernel::{TaskId, VehicleId};

use super::model::{Question, QuestionKind, Script};

/// A task to be asked about, in the order in which it is spoken of.
#[derive(Clone, Copy, Debug)]
pub struct AskFor<'a> {
    pub task: TaskId,
    pub script: &'a Script,
    pub vehicle: Option<VehicleId>,
    /// An organisation's vehicle.
    pub fleet: bool,
}

/// One question of the call.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The task that the answer is stored with.
    pub task: TaskId,
    pub question: &'a Question,
    /// Name in the form: `waiting.812`, or `wishes` when asked once for all tasks.
    pub field: String,
    /// `(field, options)` of the answer it hangs on.
    pub show_if: Option<(String, &'a [String])>,
    /// First question about another vehicle: it is announced. A further visit of the same one is told by its date.
    pub opens_task: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Chosen<'a> {
    pub asked: Vec<Asked<'a>>,
    /// Vehicles beyond the third of a fleet: not asked in detail.
    pub merged: Vec<TaskId>,
}

/// `most`: vehicles of a fleet that are asked in detail.
pub fn choose<'a>(tasks: &[AskFor<'a>], most: usize) -> Chosen<'a> {
    let (detailed, merged) = fleet_limit(tasks, most);
    let several = detailed.len() > 1;
    let mut asked: Vec<Asked<'a>> = Vec::new();
    let mut taken: HashMap<&str, String> = HashMap::new();
    let mut before = None;
    for ask in &detailed {
        let another = ask.vehicle.is_none() || before != Some(ask.vehicle);
        before = Some(ask.vehicle);
        let mut fields: HashMap<&str, String> = HashMap::new();
        let mut first = !asked.is_empty() && another;
        for question in of_script(ask.script) {
            let shared = question.shared.as_deref();
            if let Some(field) = shared.and_then(|s| taken.get(s)) {
                fields.insert(&question.key, field.clone());
                continue;
            }
            let field = field_name(question, ask.task);
            let show_if = match &question.show_if {
                None => None,
                // A branch whose question is not asked is not asked either.
                Some(rule) => match fields.get(rule.question.as_str()) {
                    Some(parent) => Some((parent.clone(), rule.options.as_slice())),
                    None => continue,
                },
            };
            fields.insert(&question.key, field.clone());
            if let Some(shared) = shared {
                taken.insert(shared, field.clone());
            }
            asked.push(Asked { task: ask.task, question, field, show_if, opens_task: first });
            first = false;
        }
    }
    if several {
        // Wishes come last, after the last vehicle.
        asked.sort_by_key(|a| a.question.kind == QuestionKind::Text && a.question.shared.is_some());
    }
    Chosen { asked, merged }
}

/// Name of a question in the form of a call.
pub fn field_name(question: &Question, task: TaskId) -> String {
    match &question.shared {
        Some(shared) => shared.clone(),
        None => format!("{}.{task}", question.key),
    }
}

fn fleet_limit<'a>(tasks: &[AskFor<'a>], most: usize) -> (Vec<AskFor<'a>>, Vec<TaskId>) {
    let mut vehicles = HashSet::new();
    let (mut detailed, mut merged) = (Vec::new(), Vec::new());
    for ask in tasks {
        let further = ask.vehicle.is_some_and(|v| !vehicles.contains(&v));
        if ask.fleet && further && vehicles.len() >= most {
            merged.push(ask.task);
            continue;
        }
        vehicles.extend(ask.vehicle);
        detailed.push(*ask);
    }
    (detailed, merged)
}

/// The store's set in its order: never more than `ask_to`, must-ask questions kept over the others; a branch follows its question.
fn of_script(script: &Script) -> Vec<&Question> {
    let must = script.roots().filter(|q| q.must_ask).count();
    let mut free = script.ask_to.saturating_sub(must);
    let mut kept: HashSet<&str> = HashSet::new();
    let mut list = Vec::new();
    for question in script.questions.iter().filter(|q| q.on) {
        let keep = match &question.show_if {
            Some(rule) => kept.contains(rule.question.as_str()),
            None if question.must_ask => true,
            None if free > 0 => {
                free -= 1;
                true
            }
            None => false,
        };
        if keep {
            kept.insert(&question.key);
            list.push(question);
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use kernel::Id;

    use super::super::model::ScriptBook;
    use super::*;
    use platform::rulebook::Rulebook as _;

    fn fields(chosen: &Chosen<'_>) -> Vec<String> {
        chosen.asked.iter().map(|a| a.field.clone()).collect()
    }
    fn ask(script: &Script, task: i64, vehicle: i64, fleet: bool) -> AskFor<'_> {
        AskFor { task: Id::new(task), script, vehicle: Some(Id::new(vehicle)), fleet }
    }

    #[test]
    fn one_repair_order_gets_the_stores_set_with_its_branches() {
        let book = ScriptBook::seed();
        let service = book.script("service").expect("service");
        let chosen = choose(&[ask(service, 7, 1, false)], 3);
        assert_eq!(
            fields(&chosen),
            [
                "came_in_person.7",
                "work_explained.7",
                "advisor_satisfaction",
                "work_done_right.7",
                "repeat_repair.7",
                "invoice_explained.7",
                "waiting.7",
                "wishes",
                "anything_else"
            ]
        );
        let branch = chosen.asked.iter().find(|a| a.field == "repeat_repair.7").expect("branch");
        assert_eq!(branch.show_if, Some(("work_done_right.7".to_owned(), ["no".to_owned()].as_slice())));
        let roots = chosen.asked.iter().filter(|a| a.show_if.is_none()).count();
        assert!((5..=8).contains(&roots), "{roots}");
        assert!(chosen.asked.iter().all(|a| !a.opens_task));
    }

    #[test]
    fn two_visits_share_what_can_be_asked_once_and_wishes_come_last() {
        let book = ScriptBook::seed();
        let (service, delivery) = (book.script("service").expect("s"), book.script("delivery").expect("d"));
        let chosen = choose(&[ask(service, 1, 1, false), ask(service, 2, 2, false), ask(delivery, 3, 3, false)], 3);
        let names = fields(&chosen);
        assert_eq!(names.iter().filter(|f| *f == "wishes").count(), 1);
        assert_eq!(names.iter().filter(|f| *f == "advisor_satisfaction").count(), 1);
        assert!(names.contains(&"waiting.1".to_owned()) && names.contains(&"waiting.2".to_owned()));
        assert_eq!(names[names.len() - 2..], ["wishes", "anything_else"]);
        let opening: Vec<_> = chosen.asked.iter().filter(|a| a.opens_task).map(|a| a.field.as_str()).collect();
        assert_eq!(opening, ["came_in_person.2", "functions_explained.3"]);
        let same = choose(&[ask(service, 1, 1, false), ask(service, 2, 1, false)], 3);
        assert!(same.asked.iter().all(|a| !a.opens_task), "a second visit of one car is no other car");
        let unique: HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }

    #[test]
    fn a_fleet_is_asked_about_three_vehicles_the_others_count_as_merged() {
        let book = ScriptBook::seed();
        let service = book.script("service").expect("service");
        let tasks: Vec<_> = (1..=6).map(|n| ask(service, n, if n == 6 { 1 } else { n }, true)).collect();
        let chosen = choose(&tasks, 3);
        assert_eq!(chosen.merged, [Id::new(4), Id::new(5)], "the sixth order is of the first vehicle");
        let asked: HashSet<_> = chosen.asked.iter().map(|a| a.task.raw()).collect();
        assert_eq!(asked, HashSet::from([1, 2, 3, 6]));
        let own: Vec<_> = (1..=4).map(|n| ask(service, n, n, false)).collect();
        assert!(choose(&own, 3).merged.is_empty());
    }

    #[test]
    fn must_ask_questions_push_out_the_others() {
        let mut book = ScriptBook::seed();
        let service = book.scripts.iter_mut().find(|s| s.key == "service").expect("service");
        service.questions.iter_mut().for_each(|q| q.on = true);
        let names: Vec<&str> = of_script(service).iter().map(|q| q.key.as_str()).collect();
        assert_eq!(of_script(service).iter().filter(|q| q.show_if.is_none()).count(), 8);
        assert!(names.contains(&"wishes") && names.contains(&"work_done_right"));
        assert!(!names.contains(&"waiting"));
        assert!(names.contains(&"repeat_repair") && names.contains(&"appointment_satisfaction"));
        assert!(!names.contains(&"invoice_satisfaction"), "its question fell out");
    }
}
