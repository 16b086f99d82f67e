//! Whether calls are welcome.

use axum::extract::Path;
use kernel::{CustomerId, Problem};
use platform::http::{Answer, Desk, Fields};
use platform::transact;

use crate::customers::{self, store};

pub async fn set(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let welcome = match sent.get("calls") {
        "yes" => true,
        "no" => false,
        _ => return Err(Problem::invalid("calls", "choice").into()),
    };
    transact!(desk.db(), desk.scope(), |tx| {
        store::file(tx, desk.scope(), id).await?;
        if welcome { customers::opt_in(tx, id).await } else { customers::opt_out(tx, id).await }
    })?;
    desk.see_other(&format!("/customers/{id}?saved"))
}
