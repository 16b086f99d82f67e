//! Forms for cars, repair orders and deliveries.

pub mod car;
pub mod delivery;
pub mod order;

use kernel::{CustomerId, StoreDate};
use platform::http::Desk;

use crate::vehicles;

/// The store's date; a clock that cannot be read counts as the first day there is.
fn today(desk: &Desk) -> kernel::Result<StoreDate> {
    desk.ui().today().ok_or(kernel::Problem::Refused("no-store"))
}

/// The customer's cars as options of a form: those they have now, with what they are.
async fn cars(desk: &Desk, customer: CustomerId, without: &str) -> kernel::Result<Vec<(String, String)>> {
    let mut options = vec![(String::new(), without.to_owned())];
    for car in vehicles::of_customer(&mut desk.reads(), desk.scope().group, customer).await? {
        let plate = car.plate.as_ref().map(ToString::to_string);
        let vin = car.vin.as_ref().map(ToString::to_string);
        let name = plate.or(vin).unwrap_or_default();
        options.push((car.id.to_string(), format!("{name} {}", car.title())));
    }
    Ok(options)
}
