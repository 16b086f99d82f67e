//! The week's report: read on screen, printed for the meeting, taken along as a workbook.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use kernel::{Problem, StoreDate};
use platform::http::{Answer, Desk, Fields, Ui};
use platform::transact;

use super::report::{Shown, shown_in_week};
use super::{Asked, departments, names_agents, parse_week};
use crate::reports::body::Body;
use crate::reports::period::{Period, Span};
use crate::reports::store::{self, WeekMade, WeekRow};
use crate::reports::{jobs, xlsx as workbook};

#[derive(Template)]
#[template(path = "reports/pages/weeks.html")]
struct WeeksPage {
    ui: Ui,
    weeks: Vec<(WeekMade, StoreDate)>,
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
    shown: Shown,
}

async fn load(desk: &Desk, week: &str) -> Result<(WeekRow, Shown), platform::http::Failure> {
    let scope = desk.scope();
    let store_id = scope.store()?;
    let monday = parse_week(week)?;
    let mut q = desk.reads();
    let row = store::week(&mut q, scope.group, store_id, monday).await?.ok_or(Problem::NotFound)?;
    let body: Body = serde_json::from_str(&row.body).map_err(Problem::internal)?;
    let period = Span::Week.around(monday);
    let mut ask = jobs::ask(&mut q, scope.group, vec![store_id], store_id, period, desk.now()).await?;
    ask.departments = departments(scope, &ask.stores);
    let stores = store::stores(&mut q, scope.group).await?;
    // The lists behind are those of this store, whatever else the reader may see.
    let asked = Asked { span: Span::Week, named: names_agents(scope, &ask.stores), ask, stores, store: Some(store_id) };
    Ok((row, shown_in_week(desk, body, &asked).await?))
}

/// GET /reports/weekly/{week}
/// # Errors
/// `NotFound` when there is none.
pub async fn show(desk: Desk, Path(week): Path<String>) -> Answer {
    let (row, shown) = load(&desk, &week).await?;
    let Period { to: end, .. } = Span::Week.around(row.week);
    desk.page(&WeekPage { ui: desk.ui(), week: row.week, end, made_at: row.made_at, shown })
}

/// GET /reports/weekly/{week}/xlsx
/// # Errors
/// `NotFound` when there is none.
pub async fn xlsx(desk: Desk, Path(week): Path<String>) -> Answer {
    let (row, shown) = load(&desk, &week).await?;
    let bytes = workbook::write(&desk.ui(), &row.week, &shown, &desk.app().config.data).map_err(Problem::internal)?;
    let name = format!("attachment; filename=\"weekly-{}.xlsx\"", row.week);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}
