//! The week's report: read on screen, printed for the meeting, taken along as a workbook.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use kernel::{Problem, StoreDate};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::transact;

use super::report::{Shown, shown};
use super::{parse_week, query};
use crate::reports::body::Body;
use crate::reports::period::Period;
use crate::reports::store::{self, WeekRow};
use crate::reports::{jobs, xlsx as workbook};

#[derive(Template)]
#[template(path = "reports/pages/weeks.html")]
struct WeeksPage {
    ui: Ui,
    weeks: Vec<(WeekRow, StoreDate)>,
    /// The last week that is over and has no report yet.
    missing: Option<StoreDate>,
}

/// GET /reports/weekly
/// # Errors
/// As the database answers.
pub async fn list(desk: Desk) -> Answer {
    let store_id = desk.scope().store()?;
    let weeks = store::weeks(&mut desk.reads(), desk.scope().group, store_id).await?;
    let today = desk.ui().today().ok_or_else(|| Problem::internal("no today"))?;
    let last = today.iso_week_monday().days_after(-7);
    let missing = (!weeks.iter().any(|w| w.week == last)).then_some(last);
    let weeks = weeks
        .into_iter()
        .map(|w| {
            let end = w.week.days_after(6);
            (w, end)
        })
        .collect();
    desk.page(&WeeksPage { ui: desk.ui(), weeks, missing })
}

/// POST /reports/weekly: make it now.
/// # Errors
/// `Refused("week-not-over")`.
pub async fn make(desk: Desk, fields: Fields) -> Answer {
    let store_id = desk.scope().store()?;
    let monday = parse_week(fields.get("week"))?;
    transact!(desk.db(), desk.scope(), |tx| { jobs::make(tx, store_id, monday).await })?;
    desk.see_other(&format!("/reports/weekly/{monday}"))
}

#[derive(Template)]
#[template(path = "reports/pages/weekly.html")]
struct WeekPage {
    ui: Ui,
    week: StoreDate,
    end: StoreDate,
    made_at: kernel::Millis,
    query: String,
    shown: Shown,
}

async fn load(desk: &Desk, week: &str) -> Result<(WeekRow, Shown, String), platform::http::Failure> {
    let scope = desk.scope();
    let store_id = scope.store()?;
    let monday = parse_week(week)?;
    let row = store::week(&mut desk.reads(), scope.group, store_id, monday).await?.ok_or(Problem::NotFound)?;
    let body: Body = serde_json::from_str(&row.body).map_err(Problem::internal)?;
    let period = Period { from: monday, to: monday.days_after(6) };
    let ask = jobs::ask(&mut desk.reads(), scope.group, vec![store_id], store_id, period, desk.now()).await?;
    let names = store::stores(&mut desk.reads(), scope.group).await?;
    let q = query(&ask, None);
    Ok((row, shown(desk, body, &ask, &names).await?, q))
}

/// GET /reports/weekly/{week}
/// # Errors
/// `NotFound` when there is none.
pub async fn show(desk: Desk, Path(week): Path<String>) -> Answer {
    let (row, shown, query) = load(&desk, &week).await?;
    let end = row.week.days_after(6);
    desk.page(&WeekPage { ui: desk.ui(), week: row.week, end, made_at: row.made_at, query, shown })
}

/// GET /reports/weekly/{week}/xlsx
/// # Errors
/// `NotFound` when there is none.
pub async fn xlsx(desk: Desk, Path(week): Path<String>) -> Answer {
    let (row, shown, _) = load(&desk, &week).await?;
    let bytes = workbook::write(&desk.ui(), &row.week, &shown, &desk.app().config.data).map_err(Problem::internal)?;
    let name = format!("attachment; filename=\"weekly-{}.xlsx\"", row.week);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}
