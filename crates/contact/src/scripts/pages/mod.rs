//! 话术与问卷: what is asked and said, edited by the supervisor (B8.3, B8.5).

mod book;
mod preview;

use kernel::Cap;
use platform::http::{Need, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/scripts", Need::Cap(Cap::RuleEdit), book::show)
        .post("/scripts", Need::Cap(Cap::RuleEdit), book::save)
        .post("/scripts/restored", Need::Cap(Cap::RuleEdit), book::restore)
        .post("/scripts/preview", Need::Cap(Cap::RuleEdit), preview::show)
}
