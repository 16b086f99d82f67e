//! The month's rates, as cards on the today page.

use askama::Template;
use kernel::{Cap, Permille, Problem, Result};
use platform::http::{Desk, Fields, Ui};

use super::asked;
use crate::reports::body::{self, Line};
use crate::reports::jobs;

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
    let (_, ask, _) = asked(&desk, &Fields::parse("period=this-month")).await?;
    let Some(home) = ask.stores.first().copied() else { return Ok(String::new()) };
    let targets = jobs::targets(&mut desk.reads(), ask.group, home).await?;
    let body = body::assemble(&mut desk.reads(), &ask, &targets).await?;
    let satisfaction = body.satisfaction();
    let lines = body.classes.into_iter().filter(|l| l.target.is_some()).collect();
    FiguresPart { ui: desk.ui(), lines, satisfaction }.render().map_err(Problem::internal)
}
