//! 话术与问卷: what is asked and said, edited by the supervisor (B8.3, B8.5).

mod book;
mod preview;
mod standard;

use kernel::Cap;
use platform::http::{Need, Routes};

use super::standard::CallStandard;
use crate::editing;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/scripts", Need::Cap(Cap::RuleEdit), book::show)
        .post("/scripts", Need::Cap(Cap::RuleEdit), book::save)
        .post("/scripts/restored", Need::Cap(Cap::RuleEdit), book::restore)
        .post("/scripts/preview", Need::Cap(Cap::RuleEdit), preview::show)
        .merge(editing::routes::<CallStandard>())
}
