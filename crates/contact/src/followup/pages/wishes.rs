//! Customers who want an appointment made, and the praise of whoever looks.

use askama::Template;
use axum::extract::Path;
use kernel::{Cap, CustomerId, Department, Result, Scope, VehicleId};
use people::vehicles;
use platform::http::{Answer, Desk, Ui};
use platform::transact;

use super::call_view::car;
use crate::followup::context::Context;
use crate::followup::{people_port, wishes};

struct WishView {
    id: i64,
    at: String,
    customer: String,
    name: String,
    car: String,
    wish: String,
    open_contact: bool,
}

#[derive(Template)]
#[template(path = "followup/pages/wishes.html")]
struct WishesPage {
    ui: Ui,
    rows: Vec<WishView>,
}

/// GET /bookings
pub async fn show(desk: Desk) -> Answer {
    let scope = desk.scope();
    let mut q = desk.reads();
    let found = wishes::open(&mut q, scope).await?;
    let customers: Vec<CustomerId> = found.iter().map(|w| w.customer_id).collect();
    let cars: Vec<VehicleId> = found.iter().filter_map(|w| w.vehicle_id).collect();
    let names = people_port::names(&mut q, scope.group, &customers, &cars).await?;
    let waiting = crate::followup::store::waiting_customers(&mut q, scope.group, scope.store()?, &customers).await?;
    let ui = desk.ui();
    let rows = found
        .into_iter()
        .map(|w| {
            let vehicle: Option<&vehicles::VehicleBrief> = w.vehicle_id.and_then(|v| names.vehicles.get(&v));
            WishView {
                id: w.id,
                at: ui.day_time(&w.at),
                name: names.customers.get(&w.customer_id).map(|c| c.name.clone()).unwrap_or_default(),
                car: vehicle.and_then(|v| car(v.plate.as_ref(), v.series.as_deref())).unwrap_or_default(),
                open_contact: scope.may(Cap::CallWork) && waiting.contains(&w.customer_id),
                customer: w.customer_id.to_string(),
                wish: w.wish,
            }
        })
        .collect();
    desk.page(&WishesPage { ui, rows })
}

/// POST /bookings/{wish}/done
pub async fn done(desk: Desk, Path(id): Path<i64>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| { wishes::done(tx, id).await })?;
    desk.see_other("/bookings")
}

#[derive(Template)]
#[template(path = "followup/pages/today_alerts.html")]
struct Alerts {
    ui: Ui,
    /// Day, customer's words, and the customer where the reader may see them.
    praise: Vec<(String, String)>,
    bookings: usize,
}

fn of_service(scope: &Scope) -> bool {
    scope.departments(Cap::CaseHandle).contains(&Department::Service)
}

/// Slot `today.alerts`.
/// # Errors
/// As the database answers.
pub async fn today_alerts(desk: Desk, _: i64) -> Result<String> {
    let scope = desk.scope();
    if scope.store.is_none() {
        return Ok(String::new());
    }
    let mut q = desk.reads();
    let praise = wishes::praise(&mut q, scope, desk.now()).await?;
    let bookings = if of_service(scope) { wishes::open(&mut q, scope).await?.len() } else { 0 };
    if praise.is_empty() && bookings == 0 {
        return Ok(String::new());
    }
    let context = Context::of(&mut q, scope.group, scope.store()?).await?;
    let ui = desk.ui();
    let praise = praise.into_iter().map(|p| (ui.date(&context.cal.date_of(p.at)), p.text)).collect();
    Alerts { praise, bookings, ui }.render().map_err(kernel::Problem::internal)
}
