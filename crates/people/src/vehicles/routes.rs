//! Which page stands where, and what it needs.

use kernel::Cap;
use platform::http::{Need, Routes};

use super::pages::{car, delivery, order};

const EDIT: Need = Need::Cap(Cap::CustomerEdit);

pub fn routes() -> Routes {
    Routes::new()
        .get("/customers/{id}/vehicles/new", EDIT, car::new)
        .post("/customers/{id}/vehicles", EDIT, car::create)
        .get("/vehicles/{id}/edit", EDIT, car::edit)
        .post("/vehicles/{id}", EDIT, car::save)
        .post("/vehicles/{id}/owners/{customer}/end", EDIT, car::end_owner)
        .get("/customers/{id}/repair-orders/new", EDIT, order::new)
        .post("/customers/{id}/repair-orders", EDIT, order::create)
        .get("/repair-orders/{id}/edit", EDIT, order::edit)
        .post("/repair-orders/{id}", EDIT, order::save)
        .get("/customers/{id}/deliveries/new", EDIT, delivery::new)
        .post("/customers/{id}/deliveries", EDIT, delivery::create)
        .get("/deliveries/{id}/edit", EDIT, delivery::edit)
        .post("/deliveries/{id}", EDIT, delivery::save)
}
