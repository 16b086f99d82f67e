//! The month's rates, as cards on the today page.

use askama::Template;
use kernel::{Cap, Permille, Problem, Result};
use platform::http::{Desk, Fields, Ui};

use super::asked;
use crate::reports::body::{self, Line};
use crate::reports::model::{CLASSES, Counts, QuestionCount, rate};
use crate::reports::store;
use crate::reports::targets::Targets;

#[derive(Template)]
#[template(path = "reports/pages/part.html")]
struct FiguresPart {
    ui: Ui,
    lines: Vec<Line>,
    satisfaction: Option<Permille>,
}

/// Slot `today.figures`: empty for who may not read reports.
/// # Errors
/// As the database answers.
pub async fn figures(desk: Desk, _: i64) -> Result<String> {
    if !desk.scope().may(Cap::ReportRead) {
        return Ok(String::new());
    }
    let asked = asked(&desk, &Fields::parse("period=month")).await?;
    if asked.ask.stores.is_empty() {
        return Ok(String::new());
    }
    let mut q = desk.reads();
    let targets = Targets::of(&mut q, asked.ask.group, &asked.ask.stores).await?;
    let cells = store::cells(&mut q, &asked.ask).await?;
    let line = |class: &&str| Line {
        key: (*class).to_owned(),
        counts: Counts::of(cells.iter().filter(|c| c.class == *class)),
        target: targets.common(class, cells.iter()),
    };
    let lines = CLASSES.iter().map(line).collect();
    let questions = body::questions(&store::said(&mut q, &asked.ask).await?);
    let good = questions.iter().map(QuestionCount::good).sum();
    let satisfaction = rate(good, questions.iter().map(QuestionCount::judged).sum());
    FiguresPart { ui: desk.ui(), lines, satisfaction }.render().map_err(Problem::internal)
}
