//! A5.2, A6.3, A9.12, C7: what was called, who was reached, how satisfied they are, and the week's report.
//!
//! Every number links to a list of exactly the rows it counts: figures and lists share their conditions.

mod body;
pub mod figures;
mod jobs;
mod model;
mod pages;
mod period;
mod store;
mod targets;
#[cfg(test)]
mod tests;
mod xlsx;

use kernel::{Cap, Result, StoreDate, StoreId};
use platform::db::Tx;
use platform::http::{Need, Routes};
use platform::jobs::Every;

pub use body::{Body, BrandLine, Line, assemble};
pub use model::{AgentWork, Bucket, CLASSES, Cell, Counts, Judged, Measure, OptionCount, QuestionCount, Trend, rate};
pub use pages::part::figures as today_figures;
pub use period::{Period, Span};
pub use targets::Targets;

pub fn routes() -> Routes {
    let read = Need::Cap(Cap::ReportRead);
    Routes::new()
        .get("/reports", read, pages::report::show)
        .get("/reports/tasks", read, pages::list::tasks)
        .get("/reports/beside", read, pages::list::beside)
        .get("/reports/answers", read, pages::list::answers)
        .get("/reports/remarks", read, pages::list::remarks)
        .get("/reports/cases", read, pages::list::cases)
        .get("/reports/calls", Need::Cap(Cap::ReportAgents), pages::list::calls)
        .get("/reports/weekly", read, pages::weekly::list)
        .post("/reports/weekly", read, pages::weekly::make)
        .get("/reports/weekly/{week}", read, pages::weekly::show)
        .get("/reports/weekly/{week}/xlsx", read, pages::weekly::xlsx)
}

pub fn jobs() -> Vec<Every> {
    vec![
        Every { kind: "weekly-report", minutes: 60, run: |app, now| Box::pin(jobs::weekly(app, now)) },
        Every { kind: "report-figures", minutes: 1, run: |app, now| Box::pin(jobs::count_days(app, now)) },
    ]
}

/// Makes (or makes again) the report of the week that starts on `monday`.
/// # Errors
/// `Refused("week-not-over")` for a week that has not ended.
pub async fn make_week(tx: &mut Tx, store: StoreId, monday: StoreDate) -> Result<()> {
    jobs::make(tx, store, monday).await
}
